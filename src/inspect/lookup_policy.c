/* lookup_policy.c - look-ups of what a domain asks of others: MTA-STS,
 * TLS-RPT, BIMI, DANE. */
#include "bimi/bimi.h"
#include "dane/dane.h"
#include "inspect/inspect.h"
#include "inspect/private.h"
#include "tlsrptrec/tlsrptrec.h"

enum { NAME_ROOM = 300 };

static void
put_below(struct inspect_lookup *l, struct json_out *j, const char *label)
{
	SCOPED_BUF name = BUF(NAME_ROOM);

	buf_addz(&name, label);
	buf_add(&name, l->subject.domain);
	inspect_put_txt(l, j, buf_str(&name));
}

bool
inspect_judge_mta_sts(struct facts *f, const struct facts_subject *s,
		      const struct mtasts_asked *asked,
		      struct mtasts_lookup *learned, struct finding_list *out)
{
	static const char conflict[] = "mtasts.dane_conflict";
	const struct finding *branch;
	bool failing;

	if (!mtasts_lookup_asked(f, s, asked, learned, out))
		return false;
	if (learned->result != MTASTS_VALID ||
	    learned->policy.mode == MTASTS_OFF || out->full)
		return true;
	if (!dane_failing(f, s->domain, &failing))
		return false;
	if (!failing)
		return true;
	finding_add(out, conflict, (struct str){ 0 }, "domain", &s->domain,
		    NULL);
	branch = learned->branch ? finding_find(str_of(learned->branch)) : NULL;
	if (!branch ||
	    branch->severity < finding_find(str_of(conflict))->severity)
		learned->branch = conflict;
	return true;
}

static bool
judge_mta_sts(struct inspect_lookup *l)
{
	const struct mtasts_asked asked = { .given = l->typed,
					    .known_id = l->given };

	return inspect_judge_mta_sts(l->facts, &l->subject, &asked, &l->mta_sts,
				     &l->found);
}

static void
put_policy(struct json_out *j, const struct mtasts_lookup *m)
{
	if (!m->has_policy) {
		json_put_null(j, "policy");
		return;
	}
	json_open_object(j, "policy");
	json_put_known(j, "mode", str_of(mtasts_mode_name(m->policy.mode)));
	if (m->policy.has_age)
		json_put_i64(j, "max_age", m->policy.max_age);
	else
		json_put_null(j, "max_age");
	json_open_array(j, "mx");
	for (size_t i = 0; i < m->policy.mx_n; i++)
		json_put_str(j, NULL, m->policy.mx[i]);
	json_close_array(j);
	json_close_object(j);
}

static void
put_mta_sts(struct inspect_lookup *l, struct json_out *j)
{
	const struct mtasts_lookup *m = &l->mta_sts;

	json_put_str(j, "result", str_of(mtasts_result_name(m->result)));
	json_put_known(j, "branch", str_of(m->branch));
	json_put_known(j, "id", m->id);
	put_policy(j, m);
	json_put_known(j, "body", m->body);
	json_put_known(j, "repaired", m->repaired);
}

static bool
judge_tls_rpt(struct inspect_lookup *l)
{
	static const struct tlsrptrec_asked asked = { .fetch_https = true };

	return tlsrptrec_check_asked(l->facts, &l->subject, &asked, &l->found);
}

static void
put_tls_rpt(struct inspect_lookup *l, struct json_out *j)
{
	put_below(l, j, "_smtp._tls.");
}

static bool
judge_bimi(struct inspect_lookup *l)
{
	return bimi_check(l->facts, &l->subject, &l->found);
}

static void
put_bimi(struct inspect_lookup *l, struct json_out *j)
{
	put_below(l, j, "default._bimi.");
}

static bool
judge_dane(struct inspect_lookup *l)
{
	return dane_check(l->facts, &l->subject, &l->found);
}

const struct inspect_kind inspect_mta_sts = {
	.name = "mta-sts",
	.judge = judge_mta_sts,
	.put = put_mta_sts,
};

const struct inspect_kind inspect_tls_rpt = {
	.name = "tls-rpt",
	.judge = judge_tls_rpt,
	.put = put_tls_rpt,
};

const struct inspect_kind inspect_bimi = {
	.name = "bimi",
	.judge = judge_bimi,
	.put = put_bimi,
};

const struct inspect_kind inspect_dane = {
	.name = "dane",
	.judge = judge_dane,
};
