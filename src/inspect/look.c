/* look.c - all checks of a domain, and what they found as JSON. */
#include "bimi/bimi.h"
#include "dane/dane.h"
#include "dkimkey/dkimkey.h"
#include "dmarcrec/dmarcrec.h"
#include "inspect/inspect.h"
#include "inspect/private.h"
#include "mtasts/mtasts.h"
#include "mx/mx.h"
#include "spf/spf.h"
#include "tlsrptrec/tlsrptrec.h"
#include "zone/zone.h"

#include <assert.h>

struct inspect_look {
	struct facts *facts;
	struct facts_subject subject;
	struct inspect_report report;
	struct arena *mem[INSPECT_PARTS]; /* of the findings */
};

static bool
mta_sts_check(struct facts *f, const struct facts_subject *s,
	      struct finding_list *out)
{
	static const struct mtasts_asked nothing = { .history = NULL };
	struct mtasts_lookup learned;

	return inspect_judge_mta_sts(f, s, &nothing, &learned, out);
}

static const struct {
	const char *name;
	bool (*check)(struct facts *f, const struct facts_subject *s,
		      struct finding_list *out);
} parts[INSPECT_PARTS] = {
	[INSPECT_NS] = { "ns", zone_check },
	[INSPECT_MX] = { "mx", mx_check },
	[INSPECT_MX_TLS] = { "mx-tls", mx_tls_check },
	[INSPECT_RDNS] = { "rdns", mx_rdns_check },
	[INSPECT_SPF] = { "spf", spf_check },
	[INSPECT_DKIM] = { "dkim", dkimkey_check },
	[INSPECT_DMARC] = { "dmarc", dmarcrec_check },
	[INSPECT_MTA_STS] = { "mta-sts", mta_sts_check },
	[INSPECT_TLS_RPT] = { "tls-rpt", tlsrptrec_check },
	[INSPECT_DANE] = { "dane", dane_check },
	[INSPECT_BIMI] = { "bimi", bimi_check },
	[INSPECT_CAA] = { "caa", zone_caa_check },
};

const char *
inspect_part_name(enum inspect_part part)
{
	assert((size_t)part < INSPECT_PARTS);
	return parts[part].name;
}

struct inspect_look *
inspect_look_new(struct facts *f, const struct facts_subject *s,
		 unsigned wanted)
{
	struct inspect_look *look = heap_new(sizeof(*look));

	look->facts = f;
	look->subject = *s;
	look->report.domain = s->domain;
	look->report.checked_at = facts_now(f);
	for (size_t i = 0; i < INSPECT_PARTS; i++) {
		look->mem[i] = arena_new(INSPECT_MEMORY);
		look->report.part[i].wanted = !wanted || (wanted >> i & 1);
	}
	return look;
}

void
inspect_look_free(struct inspect_look *look)
{
	if (!look)
		return;
	for (size_t i = 0; i < INSPECT_PARTS; i++)
		arena_free(look->mem[i]);
	heap_free(look);
}

static bool
judge_part(struct inspect_look *look, size_t i)
{
	struct finding_list *found = &look->report.part[i].found;

	arena_reset(look->mem[i]);
	finding_list_init(found, look->mem[i]);
	if (parts[i].check(look->facts, &look->subject, found))
		return true;
	finding_list_init(found, look->mem[i]);
	return false;
}

bool
inspect_look_judge(void *ctx)
{
	struct inspect_look *look = ctx;
	bool complete = true;

	for (size_t i = 0; i < INSPECT_PARTS; i++) {
		if (!look->report.part[i].wanted ||
		    look->report.part[i].complete)
			continue;
		look->report.part[i].complete = judge_part(look, i);
		complete = complete && look->report.part[i].complete;
	}
	return complete;
}

const struct inspect_report *
inspect_look_report(struct inspect_look *look)
{
	return &look->report;
}

enum finding_severity
inspect_status(const struct inspect_report *report, enum inspect_part part)
{
	return finding_list_worst(&report->part[part].found);
}

const char *
inspect_status_name(const struct inspect_report *report, enum inspect_part part)
{
	if (!report->part[part].complete)
		return report->under_way ? "waiting" : "unknown";
	return finding_severity_name(inspect_status(report, part));
}

/* ---- JSON ---- */

static void
put_found(struct json_out *j, const struct inspect_report *report, size_t i,
	  enum finding_lang lang)
{
	for (size_t k = 0; k < report->part[i].found.n; k++) {
		json_open_object(j, NULL);
		json_put_str(j, "check", str_of(parts[i].name));
		finding_put(j, &report->part[i].found.at[k], lang);
		json_close_object(j);
	}
}

void
inspect_put_report(struct json_out *j, const struct inspect_report *report,
		   enum finding_lang lang)
{
	json_open_array(j, "checks");
	for (size_t i = 0; i < INSPECT_PARTS; i++) {
		if (!report->part[i].wanted)
			continue;
		json_open_object(j, NULL);
		json_put_str(j, "check", str_of(parts[i].name));
		json_put_str(j, "status",
			     str_of(inspect_status_name(report,
							(enum inspect_part)i)));
		json_close_object(j);
	}
	json_close_array(j);
	json_open_array(j, "findings");
	for (size_t i = 0; i < INSPECT_PARTS; i++)
		put_found(j, report, i, lang);
	json_close_array(j);
}
