/* journey_step.c - one step of a DMARC policy: judged, written down, and its
 * record: hosted here, or to be published. */
#include "api/handlers.h"
#include "api/hosting.h"
#include "api/people.h"

#include <stdio.h>

enum { WORDS_MAX = 100, LIMIT_MAX = 1000000 /* own messages */ };

struct step {
	struct api_call *c;
	struct insight_asked a;
	struct insight_ladder is;
	struct ladder_step judged;
	struct control_journey next;
	struct str reason, record; /* the record to have */
};

/* ---- the record ---- */

/* Where there is none yet: one that reports to here. */
static enum err
first_record(const struct step *s, struct str *out, struct diag *why)
{
	const struct control_instance at = {
		.hostname = str_of(s->c->api->o.hostname),
		.base_url = str_of(s->c->api->o.base_url),
		.policy = S("none"),
	};
	struct control_records all;
	enum err e = control_records(s->a.domain, &at, s->c->mem, &all, why);

	for (size_t i = 0; e == ERR_NONE && i < all.count; i++)
		if (str_eq(str_of(all.record[i].purpose), S("dmarc")))
			*out = all.record[i].value;
	return e;
}

static enum err
make_record(struct step *s, struct diag *why)
{
	struct str text = s->is.record;
	enum err e = text.n > 0 ? ERR_NONE : first_record(s, &text, why);

	return e == ERR_NONE ? insight_ladder_record(text, s->judged.to,
						     s->c->mem, &s->record, why)
			     : e;
}

/* Where we host it, it changes now. */
static enum err
host_record(const struct step *s, bool *hosted, struct diag *why)
{
	const struct control_hosted_texts texts = { .dmarc = &s->record };
	struct control *store = s->c->api->control;
	struct control_hosted h;
	struct diag own = { 0 };
	enum err e = control_hosted_find(store, s->a.owner, s->a.domain->name,
					 s->c->mem, &h, &own);

	*hosted = e == ERR_NONE && h.dmarc.n > 0;
	if (e == ERR_GONE)
		return ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	return *hosted ? control_hosted_texts(store, s->a.owner, h.name, &texts,
					      why)
		       : ERR_NONE;
}

/* ---- what was asked ---- */

static enum err
read_limit(const struct json *body, int64_t *out, struct diag *why)
{
	const struct json *limit = json_get(body, "step_limit");

	if (!limit || json_type(limit) == JSON_NULL)
		return ERR_NONE;
	if (!json_i64(limit, out) || *out < 0 || *out > LIMIT_MAX)
		return api_bad_value("step_limit", why);
	return ERR_NONE;
}

static enum err
read_step(struct step *s, const struct json *body, enum ladder_rung *to,
	  struct diag *why)
{
	struct control_journey *n = &s->next;
	enum err e = api_body_text(body, "reason", CONTROL_REASON_MAX,
				   &s->reason, why);

	if (e != ERR_NONE)
		return e;
	if (!ladder_parse(json_str(json_get(body, "to")), to) ||
	    *to == LADDER_NO_RECORD)
		return api_bad_value("to", why);
	*n = s->is.journey;
	n->domain = s->a.domain->id;
	if (api_body_true(body, "accept_subdomains"))
		n->subdomains = s->is.facts.subdomains_accepted = true;
	n->step_back = api_body_true(body, "step_back");
	n->step_limit = 0;
	return read_limit(body, &n->step_limit, why);
}

/* ---- done ---- */

/* Down again there is nothing to watch over. */
static void
note_step(struct step *s)
{
	bool up = s->judged.to > s->judged.from;

	s->next.advanced_at = up ? s->c->now : 0;
	s->next.alarm_at = 0;
	s->next.from = str_of(ladder_name(s->judged.from));
	s->next.to = str_of(ladder_name(s->judged.to));
	s->next.author = s->c->person.name;
	s->next.reason = s->reason;
}

static enum err
write_down(struct step *s, struct diag *why)
{
	char words[WORDS_MAX];
	enum err e;

	note_step(s);
	snprintf(words, sizeof(words), "%s -> %s%s",
		 ladder_name(s->judged.from), ladder_name(s->judged.to),
		 s->judged.open ? "" : " (override)");
	e = control_journey_put(s->c->api->control, &s->next, why);
	return e == ERR_NONE
		       ? api_audit_step(s->c, "journey.step", s->a.domain->name,
					words, s->reason, why)
		       : e;
}

static void
answer_step(struct step *s, bool hosted)
{
	struct json_out *j = api_begin(s->c, "waxseal.journey_step/1");
	SCOPED_BUF name = BUF(1024);

	buf_addf(&name, "_dmarc.%.*s", STR_ARG(s->a.domain->name));
	json_put_str(j, "domain", s->a.domain->name);
	json_put_str(j, "from", str_of(ladder_name(s->judged.from)));
	json_put_str(j, "to", str_of(ladder_name(s->judged.to)));
	json_put_bool(j, "hosted", hosted);
	json_open_object(j, "record");
	json_put_str(j, "name", buf_str(&name));
	json_put_str(j, "type", S("TXT"));
	json_put_str(j, "value", s->record);
	json_close_object(j);
	api_end(s->c);
}

static enum err
refuse(const struct step *s, const char *code, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, code, 0, "%s -> %s",
			ladder_name(s->judged.from), ladder_name(s->judged.to));
}

enum err
api_journey_step(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_domain d;
	struct step s = { .c = c };
	enum ladder_rung to = LADDER_NONE;
	bool hosted = false;
	const char *refusal;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_asked(c, &d, &s.a, why);
	if (e == ERR_NONE)
		e = insight_ladder(&s.a, &s.is, why);
	if (e == ERR_NONE)
		e = read_step(&s, body, &to, why);
	if (e != ERR_NONE)
		return e;
	ladder_judge(&s.is.facts, to, &s.judged);
	refusal = ladder_refusal(&s.judged, s.reason);
	if (refusal)
		return refuse(&s, refusal, why);
	e = make_record(&s, why);
	if (e == ERR_NONE)
		e = write_down(&s, why);
	if (e == ERR_NONE)
		e = host_record(&s, &hosted, why);
	if (e == ERR_NONE)
		answer_step(&s, hosted);
	return e;
}
