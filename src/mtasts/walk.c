/* walk.c - from a name to a result: the order in which a sender meets the
 * rules of RFC 8461. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"
#include "netaddr/netaddr.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 1024 };

const char *
mtasts_result_name(enum mtasts_result result)
{
	static const char *const names[] = { "NONE", "VALID", "FETCH_ERROR",
					     "NOT_CHANGED" };

	return (size_t)result < COUNT_OF(names) ? names[result] : "";
}

struct str
mtasts_text(struct mtasts_walk *w, const char *fmt, ...)
{
	char text[TEXT_MAX];
	struct str out = STR("");
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || !arena_dup(w->mem, str_of(text), &out)) {
		/* Whoever reads the findings learns that some are missing. */
		w->list->full = true;
		return (struct str){ "", 0 };
	}
	return out;
}

struct finding_found *
mtasts_tell(struct mtasts_walk *w, const struct mtasts_say *say)
{
	struct str host = say->host.n > 0 ? say->host : w->label;
	char digits[24];
	struct str count;

	snprintf(digits, sizeof(digits), "%zu", say->count);
	count = str_of(digits);
	return finding_add(w->list, say->code, say->evidence, "domain",
			   &w->domain, "host", &host, "detail", &say->detail,
			   "count", &count, NULL);
}

struct finding_found *
mtasts_stop(struct mtasts_walk *w, enum mtasts_result result,
	    const struct mtasts_say *say)
{
	if (!w->broken) {
		w->broken = true;
		w->out->result = result;
		w->out->branch = say->code;
	}
	return mtasts_tell(w, say);
}

const struct facts_dns *
mtasts_ask(struct mtasts_walk *w, struct str name, enum facts_type type)
{
	const struct facts_dns *answer = facts_ask(w->f, name, type);

	w->later = w->later || !answer;
	return answer;
}

void
mtasts_offer_txt(struct mtasts_walk *w, struct finding_found *found,
		 struct str id)
{
	char fresh[MTASTS_ID_SIZE];

	if (!mtasts_id_valid(id))
		id = str_of(mtasts_make_id(facts_now(w->f), fresh));
	if (!found)
		return;
	found->record.name = w->label;
	found->record.type = S("TXT");
	found->record.value = mtasts_text(w, "v=STSv1; id=%.*s;", STR_ARG(id));
}

bool
mtasts_answer(struct mtasts_walk *w, const struct facts_dns *answer)
{
	const char *code = facts_trouble(answer->status);

	if (answer->unproven)
		mtasts_tell(w,
			    &(struct mtasts_say){ .code = "dns.no_trust_anchor",
						  .host = w->domain });
	if (code)
		mtasts_stop(w, MTASTS_FETCH_ERROR,
			    &(struct mtasts_say){ .code = code,
						  .host = answer->name,
						  .detail = answer->why,
						  .evidence = answer->why });
	return !code;
}

/* ---- the question itself ---- */

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* False when there is nothing to look up. */
static bool
walk_query(struct mtasts_walk *w, const struct facts_subject *s)
{
	struct str given = w->asked->given.n > 0 ? w->asked->given : s->domain;
	struct mtasts_say say = { .host = given,
				  .detail = given,
				  .evidence = given };
	struct netaddr address;

	given = str_trim(given);
	w->domain = given;
	if (netaddr_parse(given, &address))
		say.code = "mtasts.query_address";
	else if (given.n > 0 && given.p[0] == '.')
		say.code = "mtasts.query_case_dot";
	else if (!dnsname_fold(given, w->mem, &w->domain))
		say.code = "mtasts.query_not_a_name";
	if (say.code) {
		mtasts_stop(w, MTASTS_NONE, &say);
		return false;
	}
	if (!is_ascii(given)) {
		say.code = "mtasts.query_idn_ulabel";
		mtasts_tell(w, &say);
	}
	return true;
}

/* ---- the whole way ---- */

static void
walk_reports(struct mtasts_walk *w)
{
	struct str name = mtasts_text(w, "_smtp._tls.%.*s", STR_ARG(w->domain));
	const struct facts_dns *txt = mtasts_ask(w, name, FACTS_TXT);
	struct str rua = w->asked->rua;
	struct finding_found *found;

	if (!txt || !w->out->has_policy || w->out->policy.mode == MTASTS_OFF ||
	    facts_trouble(txt->status))
		return;
	for (size_t i = 0; i < txt->n; i++)
		if (str_starts(txt->rr[i].data, S("v=TLSRPTv1")))
			return;
	if (rua.n == 0)
		rua = mtasts_text(w, "mailto:tls-reports@%.*s",
				  STR_ARG(w->domain));
	found = mtasts_tell(w, &(struct mtasts_say){ .code = "mtasts.no_tlsrpt",
						     .host = name });
	if (found)
		found->record = (struct finding_record){
			name, S("TXT"),
			mtasts_text(w, "v=TLSRPTv1; rua=%.*s", STR_ARG(rua))
		};
}

static void
walk_policy(struct mtasts_walk *w)
{
	const struct mtasts_policy *policy = &w->out->policy;
	struct str age = mtasts_text(w, "%u", (unsigned)policy->max_age);

	if (!w->out->has_policy)
		return;
	if (policy->mode == MTASTS_OFF)
		mtasts_tell(w, &(struct mtasts_say){ .code = "mtasts.mode_none",
						     .host = w->host });
	if (policy->mode == MTASTS_ENFORCE && policy->max_age <= CIVIL_DAY)
		mtasts_tell(w,
			    &(struct mtasts_say){ .code = "mtasts.maxage_short",
						  .host = w->host,
						  .detail = age });
}

static void
conclude(struct mtasts_walk *w)
{
	const struct finding_found *gravest = NULL;

	if (w->broken)
		return;
	w->out->result = MTASTS_VALID;
	for (size_t i = 0; i < w->list->n; i++)
		if (!gravest || w->list->at[i].finding->severity >
					gravest->finding->severity)
			gravest = &w->list->at[i];
	w->out->branch = gravest ? gravest->finding->code : NULL;
}

/* Asks at once for what will be needed whatever the answers are. */
static void
ask_ahead(struct mtasts_walk *w)
{
	(void)facts_ask(w->f, w->label, FACTS_TXT);
	(void)facts_ask(w->f, w->host, FACTS_A);
	(void)facts_ask(w->f, w->host, FACTS_AAAA);
	(void)facts_ask(w->f, w->domain, FACTS_MX);
	(void)facts_ask(w->f, w->domain, FACTS_NS);
	(void)facts_ask(w->f,
			mtasts_text(w, "_smtp._tls.%.*s", STR_ARG(w->domain)),
			FACTS_TXT);
}

static void
walk(struct mtasts_walk *w)
{
	ask_ahead(w);
	mtasts_walk_txt(w);
	if (w->asked->known_id.n > 0 && !w->broken && !w->later &&
	    str_eq(w->out->id, w->asked->known_id)) {
		w->out->result = MTASTS_NOT_CHANGED;
		return;
	}
	mtasts_walk_servers(w);
	mtasts_walk_mx_names(w);
	mtasts_walk_host(w);
	mtasts_walk_mx(w);
	walk_policy(w);
	walk_reports(w);
	mtasts_walk_history(w);
	if (!w->later)
		conclude(w);
}

bool
mtasts_lookup_asked(struct facts *f, const struct facts_subject *s,
		    const struct mtasts_asked *asked, struct mtasts_lookup *out,
		    struct finding_list *findings)
{
	struct mtasts_walk w = {
		.f = f,
		.asked = asked,
		.out = out,
		.list = findings,
		.mem = findings->mem,
	};

	*out = (struct mtasts_lookup){ .result = MTASTS_NONE };
	if (!walk_query(&w, s))
		return true;
	w.label = mtasts_text(&w, "_mta-sts.%.*s", STR_ARG(w.domain));
	w.host = mtasts_text(&w, "mta-sts.%.*s", STR_ARG(w.domain));
	w.url = mtasts_text(&w, "https://%.*s/.well-known/mta-sts.txt",
			    STR_ARG(w.host));
	walk(&w);
	return !w.later;
}

bool
mtasts_lookup(struct facts *f, const struct facts_subject *s,
	      struct str known_id, struct mtasts_lookup *out,
	      struct finding_list *findings)
{
	const struct mtasts_asked asked = { .known_id = known_id };

	return mtasts_lookup_asked(f, s, &asked, out, findings);
}

bool
mtasts_check(struct facts *f, const struct facts_subject *s,
	     struct finding_list *out)
{
	struct mtasts_lookup lookup;

	return mtasts_lookup(f, s, S(""), &lookup, out);
}
