/* record.c - the TXT record where a sender looks for it, and where it does
 * not. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"

enum { ANCESTORS_MAX = 4, TTL_HIGH = CIVIL_DAY };

/* "a -> b -> c" */
static struct str
chain_text(struct mtasts_walk *w, const struct facts_dns *answer)
{
	struct str text = answer->name;

	for (size_t i = 0; i < answer->chain_n; i++)
		text = mtasts_text(w, "%.*s -> %.*s", STR_ARG(text),
				   STR_ARG(answer->chain[i]));
	return text;
}

/* ---- wrong names ---- */

static bool
has_record(const struct facts_dns *answer, struct str *value)
{
	for (size_t i = 0; answer && i < answer->n; i++)
		if (mtasts_kind(answer->rr[i].data) == MTASTS_STRICT) {
			*value = answer->rr[i].data;
			return true;
		}
	return false;
}

static void
tell_wrong_name(struct mtasts_walk *w, struct str name, struct str value)
{
	struct mtasts_faults faults = { .n = 0 };
	struct str id = STR("");

	if (!mtasts_parse_txt(value, &id, &faults))
		id = S("");
	mtasts_offer_txt(w,
			 mtasts_stop(w, MTASTS_NONE,
				     &(struct mtasts_say){
					     .code = "mtasts.txt_wrong_name",
					     .host = name,
					     .detail = value,
					     .evidence = value }),
			 id);
}

static void
look_at_parents(struct mtasts_walk *w)
{
	struct str org = dnsname_org(w->domain);
	struct str name = w->domain, value = STR("");

	for (int i = 0; i < ANCESTORS_MAX && name.n > org.n; i++) {
		struct str label;

		name = str_sub(name, str_index(name, '.') + 1, name.n);
		label = mtasts_text(w, "_mta-sts.%.*s", STR_ARG(name));
		if (!has_record(mtasts_ask(w, label, FACTS_TXT), &value))
			continue;
		mtasts_tell(w,
			    &(struct mtasts_say){ .code = "mtasts.parent_only",
						  .host = name,
						  .detail = value,
						  .evidence = value });
		return;
	}
}

bool
mtasts_wrong_names(struct mtasts_walk *w)
{
	struct str d = w->domain, value = STR("");
	struct str names[] = {
		d,
		w->host,
		mtasts_text(w, "_mta_sts.%.*s", STR_ARG(d)),
		mtasts_text(w, "%.*s.%.*s", STR_ARG(w->label), STR_ARG(d)),
		mtasts_text(w, "_sts.%.*s", STR_ARG(d)),
	};
	bool told = false;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (has_record(mtasts_ask(w, names[i], FACTS_TXT), &value)) {
			tell_wrong_name(w, names[i], value);
			told = true;
		}
	look_at_parents(w);
	return told;
}

/* ---- the record ---- */

static void
judge_record(struct mtasts_walk *w, struct str value, bool counts)
{
	struct mtasts_faults faults = { .n = 0 };
	struct str id = STR("");

	(void)mtasts_parse_txt(value, &id, &faults);
	for (size_t i = 0; i < faults.n; i++) {
		const struct mtasts_fault *fault = &faults.at[i];
		struct mtasts_say say = { .code = fault->code,
					  .detail = fault->text,
					  .evidence = value };

		mtasts_offer_txt(w,
				 fault->fatal && counts
					 ? mtasts_stop(w, MTASTS_NONE, &say)
					 : mtasts_tell(w, &say),
				 id);
	}
	if (counts)
		w->out->id = id;
}

static size_t
count_kind(const struct facts_dns *txt, enum mtasts_kind kind, size_t *last)
{
	size_t n = 0;

	for (size_t i = 0; i < txt->n; i++)
		if (mtasts_kind(txt->rr[i].data) == kind) {
			*last = i;
			n++;
		}
	return n;
}

static void
tell_multiple(struct mtasts_walk *w, const struct facts_dns *txt, size_t n)
{
	struct str all = STR("");

	for (size_t i = 0; i < txt->n; i++)
		if (mtasts_kind(txt->rr[i].data) >= MTASTS_LOOSE)
			all = mtasts_text(w, "%.*s%s\"%.*s\"", STR_ARG(all),
					  all.n > 0 ? " " : "",
					  STR_ARG(txt->rr[i].data));
	mtasts_offer_txt(
		w,
		mtasts_stop(w, MTASTS_NONE,
			    &(struct mtasts_say){ .code = "mtasts.txt_multiple",
						  .detail = all,
						  .evidence = all,
						  .count = n }),
		S(""));
}

/* Records that do not begin "v=STSv1;" are dropped first (section 3.1); a
 * loose one counts where there is no strict one. */
static void
judge_records(struct mtasts_walk *w, const struct facts_dns *txt)
{
	size_t at = 0, loose_at = 0, nearly_at = 0;
	size_t strict = count_kind(txt, MTASTS_STRICT, &at);
	size_t loose = count_kind(txt, MTASTS_LOOSE, &loose_at);
	size_t nearly = count_kind(txt, MTASTS_NEARLY, &nearly_at);

	if (strict == 0 && loose == 1)
		at = loose_at;
	if (strict > 1 || (strict == 0 && loose > 1)) {
		tell_multiple(w, txt, strict + loose);
	} else if (strict + loose > 0) {
		judge_record(w, txt->rr[at].data, true);
		if (strict == 1 && loose > 0)
			judge_record(w, txt->rr[loose_at].data, false);
	} else if (!mtasts_wrong_names(w) && !w->later) {
		if (nearly > 0)
			at = nearly_at;
		w->nothing = nearly == 0;
		judge_record(w, txt->rr[at].data, true);
		w->out->id = S("");
	}
}

static void
tell_absent(struct mtasts_walk *w, const struct facts_dns *txt)
{
	const char *code = "mtasts.txt_nxdomain";
	struct str chain = STR("");

	if (mtasts_wrong_names(w) || w->later)
		return;
	w->nothing = txt->chain_n == 0;
	if (txt->chain_n > 0)
		chain = chain_text(w, txt);
	if (txt->status == FACTS_NODATA)
		code = "mtasts.txt_nodata";
	else if (txt->chain_n > 0)
		code = "mtasts.txt_cname_dangling";
	mtasts_offer_txt(w,
			 mtasts_stop(w, MTASTS_NONE,
				     &(struct mtasts_say){ .code = code,
							   .detail = chain,
							   .evidence = chain }),
			 S(""));
}

/* A delegation that leads to somebody else. A record may be there all the
 * same: then senders take it, and only the finding tells. */
static void
judge_delegation(struct mtasts_walk *w, const struct facts_dns *txt)
{
	const struct mtasts_history *history = w->asked->history;
	struct mtasts_say say = { .code = "mtasts.txt_cname_wrong_tenant" };
	struct finding_found *found;

	if (!history || history->own_target.n == 0 || txt->chain_n == 0)
		return;
	for (size_t i = 0; i < txt->chain_n; i++)
		if (dnsname_within(txt->chain[i], history->own_target))
			return;
	say.detail = chain_text(w, txt);
	say.evidence = say.detail;
	found = txt->status == FACTS_FOUND ? mtasts_tell(w, &say)
					   : mtasts_stop(w, MTASTS_NONE, &say);
	if (found)
		found->record = (struct finding_record){ w->label, S("CNAME"),
							 history->own_target };
}

void
mtasts_walk_txt(struct mtasts_walk *w)
{
	const struct facts_dns *txt = mtasts_ask(w, w->label, FACTS_TXT);

	if (!txt || !mtasts_answer(w, txt))
		return;
	judge_delegation(w, txt);
	if (txt->status != FACTS_FOUND || txt->n == 0) {
		tell_absent(w, txt);
		return;
	}
	judge_records(w, txt);
	if (txt->ttl > TTL_HIGH)
		mtasts_tell(w,
			    &(struct mtasts_say){
				    .code = "mtasts.ttl_high",
				    .detail = mtasts_text(w, "%u", txt->ttl) });
}
