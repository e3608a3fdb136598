/* journey_dns.c - where a domain stands on the ladder of DMARC policies, by
 * its record as it was last seen. */
#include "insight/journey.h"

#include "dmarcrec/dmarcrec.h"
#include "json/json.h"

enum { RECORDS_MAX = 8, POLICY_MAX = 64 << 10, WHOLE = 100 };

/* A policy that is not applied to all is being tried: t=y, and what came
 * before it, pct below 100 (RFC 9989 appendix A.6). */
static enum ladder_rung
rung_of(enum dmarcrec_policy p, bool test)
{
	switch (p) {
	case DMARCREC_QUARANTINE:
		return test ? LADDER_QUARANTINE_TEST : LADDER_QUARANTINE;
	case DMARCREC_REJECT:
		return test ? LADDER_REJECT_TEST : LADDER_REJECT;
	default:
		return LADDER_NONE;
	}
}

/* The lines of the record set that receivers take for DMARC records. */
static size_t
find_records(struct str text, struct str *first)
{
	struct str line;
	size_t n = 0;

	while (n < RECORDS_MAX && str_split(&text, '\n', &line))
		if (dmarcrec_is(line) && n++ == 0)
			*first = line;
	return n;
}

static void
read_record(struct insight_ladder *out, struct str text, struct arena *mem)
{
	struct ladder_facts *f = &out->facts;
	struct dmarcrec rec;
	size_t n = find_records(text, &out->record);

	out->record_known = true;
	f->one_record = n == 1 ? LADDER_YES : LADDER_NO;
	if (n == 0)
		return;
	f->at = LADDER_NONE;
	if (dmarcrec_parse(out->record, mem, &rec, NULL) != ERR_NONE ||
	    !rec.valid) {
		f->one_record = LADDER_NO;
		return;
	}
	f->at = rung_of(rec.p, rec.test || (rec.has_pct && rec.pct < WHOLE));
}

/* ---- when DNS is not known: what the newest report saw ---- */

static enum err
take_newest(void *ctx, const struct store_report *r)
{
	const struct json_limits limits = { POLICY_MAX, 8 };
	struct insight_ladder *out = ctx;
	SCOPED_JSON root = NULL;
	bool repaired;
	struct str p;

	if (json_parse(r->policy_json, limits, &root, &repaired, NULL) !=
	    ERR_NONE)
		return ERR_NONE;
	p = json_str(json_get(root, "p"));
	out->facts.at = rung_of(
		str_eq(p, S("reject"))       ? DMARCREC_REJECT
		: str_eq(p, S("quarantine")) ? DMARCREC_QUARANTINE
					     : DMARCREC_NONE,
		str_eq_fold(json_str(json_get(root, "testing")), S("y")));
	return ERR_NONE;
}

static enum err
read_report(const struct insight_asked *a, struct insight_ladder *out,
	    struct diag *why)
{
	const struct store_list list = {
		.owner = a->owner,
		.kind = DECODE_DMARC,
		.domain = a->domain->name,
		.first_day = civil_day(a->now) - LADDER_DAYS,
		.last_day = INT64_MAX,
		.limit = 1,
	};
	SCOPED_BUF next = BUF(4096);

	return store_reports(a->store, &list, take_newest, out, &next, why);
}

/* ---- the other facts of DNS ---- */

static enum ladder_fact
fact(bool known, bool fine)
{
	if (!fine)
		return LADDER_NO;
	return known ? LADDER_YES : LADDER_UNKNOWN;
}

enum err
insight_journey_dns(const struct insight_asked *a, struct insight_ladder *out,
		    struct diag *why)
{
	struct insight_watch w;
	enum err e = insight_watch_read(a, &w, why);

	if (e != ERR_NONE)
		return e;
	out->facts.no_cname = fact(w.dmarc_seen, !w.dmarc_cname);
	out->facts.rua_allowed =
		fact(w.dmarc_seen && !w.rua_unknown, !w.rua_refused);
	out->facts.spf_fits = fact(w.spf_seen, !w.spf_over);
	if (!w.dmarc.p)
		return read_report(a, out, why);
	read_record(out, w.dmarc, a->mem);
	if (w.dmarc_multiple)
		out->facts.one_record = LADDER_NO;
	return ERR_NONE;
}

/* ---- the record of another rung ---- */

static void
set_rung(struct dmarcrec *rec, enum ladder_rung to)
{
	static const enum dmarcrec_policy policies[LADDER_RUNGS] = {
		[LADDER_NO_RECORD] = DMARCREC_NONE,
		[LADDER_NONE] = DMARCREC_NONE,
		[LADDER_QUARANTINE_TEST] = DMARCREC_QUARANTINE,
		[LADDER_QUARANTINE] = DMARCREC_QUARANTINE,
		[LADDER_REJECT_TEST] = DMARCREC_REJECT,
		[LADDER_REJECT] = DMARCREC_REJECT,
	};

	rec->p = policies[to];
	rec->test = to == LADDER_QUARANTINE_TEST || to == LADDER_REJECT_TEST;
}

enum err
insight_ladder_record(struct str record, enum ladder_rung to, struct arena *mem,
		      struct str *out, struct diag *why)
{
	SCOPED_BUF text = BUF(DMARCREC_TEXT_MAX);
	struct dmarcrec old, rec;
	enum err e = dmarcrec_parse(record, mem, &old, why);

	if (e != ERR_NONE)
		return e;
	if (!dmarcrec_convert(&old, mem, &rec))
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"");
	set_rung(&rec, to);
	dmarcrec_print(&rec, &text);
	if (text.full || !arena_dup(mem, buf_str(&text), out))
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"");
	return ERR_NONE;
}
