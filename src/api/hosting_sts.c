/* hosting_sts.c - MTA-STS of a domain: where it stands, what each step asks
 * for, its servers, versions and who fetched them. */
#include "api/handlers.h"
#include "api/hosting.h"

enum { FETCH_DAYS = 14 };

/* ---- gates ---- */

static void
put_fact(struct json_out *j, const char *key, enum stsmode_fact fact)
{
	if (fact == STSMODE_UNKNOWN)
		json_put_null(j, key);
	else
		json_put_bool(j, key, fact == STSMODE_YES);
}

static void
put_gate(struct api_call *c, const struct stsmode_gate *g)
{
	struct json_out *j = &c->json;
	char value[API_DIGITS], threshold[API_DIGITS];

	json_open_object(j, NULL);
	json_put_str(j, "gate", api_gate_name(g->code));
	json_put_str(j, "verdict", str_of(stsmode_verdict_name(g->verdict)));
	json_put_bool(j, "hard", g->hard);
	json_put_bool(j, "at_most", g->at_most);
	api_put_i64(j, "value", g->value, g->value >= 0);
	json_put_i64(j, "threshold", g->threshold);
	json_put_known(j, "about", g->about);
	api_put_said(c, g->code, api_number(value, g->value),
		     api_number(threshold, g->threshold), g->about);
	json_close_object(j);
}

static void
put_steps(struct api_call *c, const struct stsmode_facts *f)
{
	struct json_out *j = &c->json;

	json_open_array(j, "steps");
	for (int to = 0; to < STSMODE_STATES; to++) {
		struct stsmode_step s;

		stsmode_judge(f, (enum stsmode_state)to, &s);
		if (s.answer == STSMODE_REFUSED && s.n == 0)
			continue;
		json_open_object(j, NULL);
		json_put_str(j, "to", str_of(stsmode_name(s.to)));
		json_put_str(j, "answer",
			     str_of(stsmode_answer_name(s.answer)));
		json_put_known(j, "refusal", str_of(s.refusal));
		json_put_i64(j, "max_age", stsmode_max_age(s.to));
		json_open_array(j, "gates");
		for (size_t i = 0; i < s.n; i++)
			put_gate(c, &s.gate[i]);
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

/* ---- what there is ---- */

static void
put_servers(struct json_out *j, const struct stsmode_facts *f)
{
	json_open_array(j, "servers");
	for (size_t i = 0; i < f->mx_n; i++) {
		const struct stsmode_mx *mx = &f->mx[i];

		json_open_object(j, NULL);
		json_put_str(j, "host", mx->host);
		put_fact(j, "covered", mx->covered);
		put_fact(j, "certificate", mx->certificate);
		api_put_i64(j, "days_left", mx->days_left, mx->days_left >= 0);
		api_put_i64(j, "addresses", mx->addresses, mx->addresses >= 0);
		api_put_i64(j, "green", mx->green, mx->green >= 0);
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_certificate(struct json_out *j, const struct insight_sts *s)
{
	const struct control_cert *cert = &s->cert;

	if (!s->has_cert) {
		json_put_null(j, "certificate");
		return;
	}
	json_open_object(j, "certificate");
	json_put_str(j, "name", cert->name);
	json_put_bool(j, "there", cert->chain.n > 0);
	api_put_i64(j, "not_before", cert->not_before, cert->not_before > 0);
	api_put_i64(j, "not_after", cert->not_after, cert->not_after > 0);
	api_put_i64(j, "issued_at", cert->issued_at, cert->issued_at > 0);
	json_put_known(j, "ca", cert->ca);
	api_put_i64(j, "next_try", cert->next_try, cert->next_try > 0);
	json_put_known(j, "fault", cert->fault);
	json_put_known(j, "fault_detail", cert->fault_detail);
	json_close_object(j);
}

static void
put_version(struct json_out *j, const char *key,
	    const struct control_version *v)
{
	if (v->id == 0) {
		json_put_null(j, key);
		return;
	}
	json_open_object(j, key);
	json_put_i64(j, "number", v->number);
	json_put_str(j, "mode", v->mode);
	json_put_i64(j, "max_age", v->max_age);
	json_put_str(j, "id", v->sts_id);
	json_put_str(j, "body", v->body);
	json_put_known(j, "author", v->author);
	json_put_i64(j, "made_at", v->made_at);
	api_put_i64(j, "placed_at", v->placed_at, v->placed_at > 0);
	api_put_i64(j, "served_at", v->served_at, v->served_at > 0);
	api_put_i64(j, "announced_at", v->announced_at, v->announced_at > 0);
	api_put_i64(j, "superseded_at", v->superseded_at, v->superseded_at > 0);
	json_close_object(j);
}

static enum err
take_fetch(void *ctx, const struct control_fetches *f)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	api_put_day(j, "day", f->day);
	json_put_str(j, "sender", f->sender);
	json_put_i64(j, "fetches", (int64_t)f->n);
	json_put_i64(j, "last", f->last);
	json_put_known(j, "id", f->sts_id);
	json_close_object(j);
	return ERR_NONE;
}

static enum err
put_fetches(struct api_call *c, const struct insight_sts *s, struct diag *why)
{
	enum err e = ERR_NONE;

	json_open_array(&c->json, "fetches");
	if (s->hosted)
		e = control_fetches(c->api->control, s->host.id,
				    civil_day(c->now) - FETCH_DAYS, take_fetch,
				    &c->json, why);
	json_close_array(&c->json);
	return e;
}

/* Servers that are to come, and how far each is. */
static void
put_adding(struct api_call *c, const struct insight_asked *a,
	   const struct insight_sts *s)
{
	struct str rest = s->host.mx_more, host;
	struct json_out *j = &c->json;

	json_open_array(j, "adding");
	while (s->hosted && str_split(&rest, '\n', &host)) {
		struct stsmode_adding facts;

		if (host.n == 0)
			continue;
		insight_sts_adding(a, s, host, &facts);
		json_open_object(j, NULL);
		json_put_str(j, "host", host);
		json_put_str(j, "step",
			     str_of(stsmode_add_name(stsmode_adding(&facts))));
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_state(struct api_call *c, const struct insight_sts *s)
{
	const struct stsmode_facts *f = &s->facts;
	struct json_out *j = &c->json;
	enum stsmode_state next;
	bool known = s->hosted;

	json_put_bool(j, "hosted", s->hosted);
	json_put_str(j, "state", str_of(stsmode_name(f->state)));
	api_put_i64(j, "since", s->host.mode_since, known);
	json_put_known(j, "author", s->host.mode_author);
	json_put_known(j, "mode",
		       str_of(mtasts_mode_name(stsmode_mode(f->state))));
	json_put_i64(j, "max_age", stsmode_max_age(f->state));
	json_put_known(j, "next",
		       str_of(stsmode_next(f->state, &next) ? stsmode_name(next)
							    : NULL));
	api_put_i64(j, "retired_end", f->retired_end,
		    f->retired_end > c->now &&
			    (f->state == STSMODE_NONE || !s->hosted));
	put_fact(j, "proven", f->proven);
	put_fact(j, "delegated", f->delegated);
	put_fact(j, "seen_outside", f->seen_outside);
	put_fact(j, "reports_ours", f->reports_ours);
	api_put_i64(j, "sessions", f->sessions, true);
	api_put_i64(j, "failed", f->failed, f->sessions > 0);
	api_put_i64(j, "unverified", s->unverified, true);
	api_put_i64(j, "checked_at", s->watched.checked_at,
		    s->watched.checked_at > 0);
	json_open_object(j, "advice");
	api_put_said(c, stsmode_advice(f), S(""), S(""), S(""));
	json_close_object(j);
}

enum err
api_answer_sts(struct api_call *c, const struct insight_asked *a,
	       struct diag *why)
{
	struct insight_sts s;
	enum err e = insight_sts(a, &s, why);
	struct json_out *j;

	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.mta_sts/1");
	json_put_str(j, "domain", a->domain->name);
	put_state(c, &s);
	put_steps(c, &s.facts);
	put_servers(j, &s.facts);
	put_adding(c, a, &s);
	put_version(j, "newest", &s.newest);
	put_version(j, "announced", &s.announced);
	put_certificate(j, &s);
	e = put_fetches(c, &s, why);
	api_end(c);
	return e;
}

enum err
api_sts(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	struct insight_asked a;
	enum err e = api_asked(c, &d, &a, why);

	return e == ERR_NONE ? api_answer_sts(c, &a, why) : e;
}

/* ---- versions ---- */

static enum err
take_version(void *ctx, const struct control_version *v)
{
	put_version(ctx, NULL, v);
	return ERR_NONE;
}

enum err
api_sts_versions(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	struct control_hosted h;
	enum err e = api_domain_find(c, &d, why);
	struct json_out *j;

	if (e == ERR_NONE)
		e = control_hosted_find(c->api->control, c->person.owner,
					d.name, c->mem, &h, why);
	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.policy_versions/1");
	json_put_str(j, "domain", d.name);
	json_open_array(j, "versions");
	e = control_versions(c->api->control, h.id, take_version, j, why);
	json_close_array(j);
	api_end(c);
	return e;
}
