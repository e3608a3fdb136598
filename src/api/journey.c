/* journey.c - the DMARC policy of a domain: where it stands, what to do next
 * with the numbers it rests on, and what each step asks for. */
#include "api/handlers.h"
#include "api/hosting.h"

#include <stdlib.h>

enum { CAUSES_MAX = 10, URL_MAX = 2048 };

/* ---- ways to the messages ---- */

static void
put_url(struct json_out *j, const char *key, struct str domain,
	const char *more, struct str source)
{
	SCOPED_BUF url = BUF(URL_MAX);

	buf_addf(&url, "/reports/dmarc?domain=%.*s%s", STR_ARG(domain), more);
	if (source.n > 0)
		buf_addz(&url, "&source=");
	buf_add_url(&url, source);
	json_put_str(j, key, buf_str(&url));
}

/* The rows behind a gate; NULL: it is not about messages. */
static const char *
rows_of(enum ladder_gate_id id)
{
	switch (id) {
	case LADDER_G_DATA:
		return "&range=90d&group=day";
	case LADDER_G_VOLUME:
		return "&class=own&range=30d";
	case LADDER_G_OWN_PASS:
		return "&class=own&result=fail&range=30d";
	case LADDER_G_UNTRIAGED:
		return "&result=fail&group=source&range=30d";
	case LADDER_G_DKIM:
		return "&class=own&dkim=fail&group=source&range=30d";
	case LADDER_G_STABLE:
		return "&class=own&group=day&range=90d";
	case LADDER_G_SUBDOMAINS:
		return "&group=from_domain&range=30d";
	default:
		return NULL;
	}
}

/* ---- gates ---- */

static void
put_gate(struct api_call *c, struct str domain, const struct ladder_gate *g)
{
	struct json_out *j = &c->json;
	const char *rows = rows_of(g->id);
	bool of_source = g->id == LADDER_G_UNTRIAGED || g->id == LADDER_G_DKIM;

	json_open_object(j, NULL);
	json_put_str(j, "gate", api_gate_name(g->code));
	json_put_i64(j, "number", (int64_t)g->id + 1);
	json_put_str(j, "verdict", str_of(ladder_verdict_name(g->verdict)));
	json_put_bool(j, "share", g->share);
	json_put_bool(j, "at_most", g->at_most);
	api_put_i64(j, "value", g->value, g->value >= 0);
	json_put_i64(j, "threshold", g->threshold);
	api_put_i64(j, "value2", g->value2, g->value2 >= 0);
	api_put_i64(j, "threshold2", g->threshold2, g->threshold2 >= 0);
	json_put_known(j, "about", g->about);
	if (rows)
		put_url(j, "url", domain, rows, of_source ? g->about : S(""));
	else
		json_put_null(j, "url");
	api_put_said(c, g->code, S(""), S(""), g->about);
	json_close_object(j);
}

static void
put_steps(struct api_call *c, struct str domain, const struct ladder_facts *f)
{
	struct json_out *j = &c->json;

	json_open_array(j, "steps");
	for (int to = LADDER_NONE; to < LADDER_RUNGS; to++) {
		struct ladder_step s;

		ladder_judge(f, (enum ladder_rung)to, &s);
		json_open_object(j, NULL);
		json_put_str(j, "to", str_of(ladder_name(s.to)));
		json_put_bool(j, "open", s.open);
		json_put_bool(j, "reached", to <= (int)f->at);
		json_open_array(j, "gates");
		for (size_t i = 0; i < LADDER_GATES; i++)
			put_gate(c, domain, &s.gate[i]);
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

/* ---- advice ---- */

struct cause {
	const struct ladder_source *source;
	int64_t messages;
	bool forwarded;
};

static int
by_messages(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;

	if (x->messages != y->messages)
		return x->messages < y->messages ? 1 : -1;
	return str_cmp(x->source->slug, y->source->slug);
}

static void
put_cause(struct json_out *j, struct str domain, const struct cause *cause)
{
	json_open_object(j, NULL);
	json_put_str(j, "source", cause->source->slug);
	json_put_str(j, "label", cause->source->label);
	json_put_str(j, "kind", cause->forwarded ? S("forwarded") : S("fix"));
	json_put_i64(j, "messages", cause->messages);
	put_url(j, "url", domain,
		cause->forwarded ? "&class=forwarded&result=fail&range=30d"
				 : "&class=own&result=fail&range=30d",
		cause->source->slug);
	json_close_object(j);
}

/* Who sends what a stronger policy would catch, most first. */
static void
put_causes(struct api_call *c, struct str domain, const struct ladder_facts *f)
{
	struct cause *all =
		arena_array(c->mem, 2 * f->source_n + 1, sizeof(*all));
	size_t n = 0;

	json_open_array(&c->json, "causes");
	for (size_t i = 0; all && i < f->source_n; i++) {
		const struct ladder_source *s = &f->source[i];

		if (s->own > s->own_passed)
			all[n++] = (struct cause){ s, s->own - s->own_passed,
						   false };
		if (s->forwarded_failed > 0)
			all[n++] =
				(struct cause){ s, s->forwarded_failed, true };
	}
	if (n > 0)
		qsort(all, n, sizeof(*all), by_messages);
	for (size_t i = 0; i < n && i < CAUSES_MAX; i++)
		put_cause(&c->json, domain, &all[i]);
	json_close_array(&c->json);
}

static void
put_advice(struct api_call *c, struct str domain, const struct ladder_facts *f)
{
	struct json_out *j = &c->json;
	struct ladder_advice a;
	SCOPED_BUF url = BUF(URL_MAX);

	ladder_advise(f, &a);
	json_open_object(j, "advice");
	json_put_str(j, "to", str_of(ladder_name(a.to)));
	json_put_i64(j, "considered", a.considered);
	json_put_i64(j, "passing", a.passing);
	json_put_i64(j, "affected", a.affected);
	json_put_i64(j, "to_fix", a.to_fix);
	json_put_i64(j, "forwarded", a.forwarded);
	api_put_i64(j, "share", a.share, a.share >= 0);
	json_put_i64(j, "days", LADDER_DAYS);
	insight_affected_url(domain, &url);
	json_put_str(j, "url", buf_str(&url));
	put_causes(c, domain, f);
	api_put_said(c, a.code, S(""), S(""), S(""));
	json_close_object(j);
}

/* ---- after advancing ---- */

/* Null when nobody advanced it. */
static enum err
put_advanced(struct api_call *c, const struct insight_asked *a,
	     const struct insight_ladder *l, struct diag *why)
{
	const struct control_journey *was = &l->journey;
	struct ladder_watched w = { .wanted = was->step_back,
				    .at = l->facts.at,
				    .advanced_at = was->advanced_at,
				    .now = c->now,
				    .limit = was->step_limit };
	struct json_out *j = &c->json;
	enum ladder_rung back;
	enum ladder_alarm alarm;
	enum err e;

	if (was->advanced_at == 0) {
		json_put_null(j, "advanced");
		return ERR_NONE;
	}
	(void)ladder_parse(was->to, &w.at);
	e = insight_own_failed(a, was->advanced_at, &w.failed, why);
	if (e != ERR_NONE)
		return e;
	alarm = ladder_watch(&w, &back);
	json_open_object(j, "advanced");
	json_put_i64(j, "at", was->advanced_at);
	json_put_str(j, "from", was->from);
	json_put_str(j, "to", was->to);
	json_put_str(j, "author", was->author);
	json_put_known(j, "reason", was->reason);
	json_put_bool(j, "step_back", was->step_back);
	json_put_i64(j, "step_limit",
		     was->step_limit > 0 ? was->step_limit
					 : LADDER_WATCH_FAILURES);
	api_put_i64(j, "failed", w.failed, w.failed >= 0);
	json_put_str(j, "back", str_of(ladder_name(back)));
	if (alarm == LADDER_QUIET && was->alarm_at < was->advanced_at) {
		json_put_null(j, "alarm");
	} else {
		char failed[API_DIGITS];

		json_open_object(j, "alarm");
		api_put_said(c, LADDER_ALARM_CODE, S(""),
			     api_number(failed, w.failed), S(""));
		json_close_object(j);
	}
	json_close_object(j);
	return ERR_NONE;
}

/* ---- all of it ---- */

static void
put_subdomains(struct json_out *j, const struct insight_ladder *l)
{
	json_put_bool(j, "subdomains_accepted", l->journey.subdomains);
	json_open_array(j, "subdomains");
	for (size_t i = 0; i < l->subdomain_n; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "name", l->subdomain[i].name);
		json_put_i64(j, "messages", l->subdomain[i].messages);
		json_close_object(j);
	}
	json_close_array(j);
}

enum err
api_answer_journey(struct api_call *c, const struct insight_asked *a,
		   struct diag *why)
{
	struct str name = a->domain->name;
	struct insight_ladder l;
	enum err e = insight_ladder(a, &l, why);
	struct json_out *j;

	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.journey/1");
	json_put_str(j, "domain", name);
	json_put_str(j, "purpose",
		     str_of(control_purpose_name(a->domain->purpose)));
	json_put_str(j, "at", str_of(ladder_name(l.facts.at)));
	json_put_str(j, "end",
		     str_of(ladder_name(ladder_end(l.facts.purpose))));
	json_put_known(j, "record", l.record);
	json_put_bool(j, "record_known", l.record_known);
	put_advice(c, name, &l.facts);
	put_steps(c, name, &l.facts);
	put_subdomains(j, &l);
	e = put_advanced(c, a, &l, why);
	api_end(c);
	return e;
}

enum err
api_journey(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	struct insight_asked a;
	enum err e = api_asked(c, &d, &a, why);

	return e == ERR_NONE ? api_answer_journey(c, &a, why) : e;
}
