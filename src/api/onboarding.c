/* onboarding.c - a domain that is being set up: how far it has come, and which
 * records are wished for it. */
#include "api/handlers.h"
#include "api/hosting.h"
#include "api/onboarding.h"
#include "api/people.h"

enum { WORDS_MAX = 200 };

/* The steps after the name. */
static const char *const steps[] = { "purpose", "scan",   "plan",
				     "publish", "verify", "first-report" };

/* What can lead into the hosted zone: the record that it stands for, or none,
 * and the names that lead there. */
static const struct {
	const char *what, *instead;
	enum hosted_place first, last;
} delegates[] = {
	{ "dmarc", "dmarc", HOSTED_AT_DMARC, HOSTED_AT_DMARC },
	{ "tls_rpt", "tls_rpt", HOSTED_AT_TLS_RPT, HOSTED_AT_TLS_RPT },
	{ "sts", "", HOSTED_AT_POLICY, HOSTED_AT_STS },
};

static bool
has_word(struct str words, struct str word)
{
	struct str one;

	while (str_split(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

/* ---- how far it has come ---- */

void
api_put_onboarding(struct json_out *j, const struct control_onboarding *o)
{
	struct str rest = o->delegated, word;

	if (o->step.n == 0) {
		json_put_null(j, "onboarding");
		return;
	}
	json_open_object(j, "onboarding");
	json_put_str(j, "step", o->step);
	json_open_array(j, "delegated");
	while (str_split(&rest, ' ', &word))
		if (word.n > 0)
			json_put_str(j, NULL, word);
	json_close_array(j);
	api_put_i64(j, "plan", o->plan, o->plan != 0);
	json_put_i64(j, "at", o->at);
	json_close_object(j);
}

static bool
is_step(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (str_eq(word, str_of(steps[i])))
			return true;
	return false;
}

static bool
is_delegate(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(delegates); i++)
		if (str_eq(word, str_of(delegates[i].what)))
			return true;
	return false;
}

/* Each once. */
static bool
add_delegate(struct buf *words, struct str word)
{
	if (!is_delegate(word))
		return false;
	if (has_word(buf_str(words), word))
		return true;
	buf_addz(words, words->n > 0 ? " " : "");
	return buf_add(words, word);
}

static enum err
delegated(struct api_call *c, bool good, const struct buf *words,
	  struct str *out, struct diag *why)
{
	if (good && arena_dup(c->mem, buf_str(words), out))
		return ERR_NONE;
	return diag_set(why, good ? ERR_LIMIT : ERR_SYNTAX, "control.bad_value",
			0, "%s", "delegated");
}

enum err
api_delegated(struct api_call *c, const struct json *list, struct str *out,
	      struct diag *why)
{
	SCOPED_BUF words = BUF(WORDS_MAX);
	bool good = true;

	for (size_t i = 0; good && i < json_count(list); i++)
		good = add_delegate(&words, json_str(json_at(list, i)));
	return delegated(c, good, &words, out, why);
}

enum err
api_delegated_arg(struct api_call *c, struct str *out, struct diag *why)
{
	SCOPED_BUF words = BUF(WORDS_MAX);
	struct str rest = api_arg(c, "delegated"), word;
	bool good = true;

	while (good && str_split(&rest, ' ', &word))
		good = word.n == 0 || add_delegate(&words, word);
	return delegated(c, good, &words, out, why);
}

enum err
api_onboarding_put(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_onboarding o = { .at = c->now };
	struct control_domain d;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_domain_find(c, &d, why);
	if (e == ERR_NONE)
		e = api_delegated(c, json_get(body, "delegated"), &o.delegated,
				  why);
	if (e != ERR_NONE)
		return e;
	o.domain = d.id;
	o.step = json_str(json_get(body, "step"));
	if (!is_step(o.step))
		return api_bad_value("step", why);
	(void)json_i64(json_get(body, "plan"), &o.plan);
	e = control_onboarding_put(c->api->control, &o, why);
	return e == ERR_NONE ? api_answer_domain(c, d.name, why) : e;
}

enum err
api_onboarding_end(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	enum err e = api_domain_find(c, &d, why);

	if (e == ERR_NONE)
		e = control_onboarding_end(c->api->control, d.id, why);
	return e == ERR_NONE ? api_answer_domain(c, d.name, why) : e;
}

/* ---- what is wished ---- */

static enum err
add_record(struct api_call *c, const struct control_record *r,
	   struct dnsplan_wish *wish, struct diag *why)
{
	/* Who else gets reports goes on getting them. */
	const struct dnsplan_wanted w = { .record = { .name = r->name,
						      .type = RECORDS_TXT,
						      .ttl = CONTROL_RECORD_TTL,
						      .value = r->value },
					  .merge = true };

	return dnsplan_wish_add(wish, &w, c->mem, why);
}

/* The name leads to the domain's own place in the zone. */
static enum err
add_place(struct api_call *c, const struct control_hosted *h, struct str zone,
	  enum hosted_place place, struct dnsplan_wish *wish, struct diag *why)
{
	struct dnsplan_wanted w = { .record = { .type = RECORDS_CNAME,
						.ttl = CONTROL_RECORD_TTL } };
	struct api_hosted_name one;

	if (!api_hosted_name(c, h, zone, place, &one))
		return diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%s",
				"");
	w.record.name = one.name;
	w.record.value = one.value;
	return dnsplan_wish_add(wish, &w, c->mem, why);
}

static enum err
add_places(struct api_call *c, struct str domain, struct str delegated,
	   struct dnsplan_wish *wish, struct diag *why)
{
	struct control_hosted h;
	struct str zone;
	enum err e;

	if (delegated.n == 0)
		return ERR_NONE;
	e = control_hosted_find(c->api->control, c->person.owner, domain,
				c->mem, &h, why);
	if (e != ERR_NONE)
		return e;
	zone = api_hosted_zone(c);
	if (zone.n == 0)
		return diag_set(why, ERR_GONE, "control.not_hosted", 0, "%.*s",
				STR_ARG(h.name));
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(delegates); i++) {
		if (!has_word(delegated, str_of(delegates[i].what)))
			continue;
		e = add_place(c, &h, zone, delegates[i].first, wish, why);
		if (e == ERR_NONE && delegates[i].last != delegates[i].first)
			e = add_place(c, &h, zone, delegates[i].last, wish,
				      why);
	}
	return e;
}

static bool
stands_for(struct str delegated, const char *purpose)
{
	for (size_t i = 0; i < COUNT_OF(delegates); i++)
		if (str_eq(str_of(delegates[i].instead), str_of(purpose)) &&
		    has_word(delegated, str_of(delegates[i].what)))
			return true;
	return false;
}

enum err
api_wish(struct api_call *c, const struct control_domain *d,
	 const struct control_records *records, struct str delegated,
	 struct dnsplan_wish *wish, struct diag *why)
{
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < records->count; i++) {
		const struct control_record *r = &records->record[i];

		/* The third is of the zone of our own host. */
		if (!str_eq(str_of(r->purpose), S("authorisation")) &&
		    !stands_for(delegated, r->purpose))
			e = add_record(c, r, wish, why);
	}
	return e == ERR_NONE ? add_places(c, d->name, delegated, wish, why) : e;
}
