/* hosting_mode.c - steps of an MTA-STS policy: each only through its gates,
 * each written down with who took it and why. */
#include "api/handlers.h"
#include "api/hosting.h"
#include "api/people.h"

#include "dnsname/dnsname.h"

#include <stdio.h>

enum { WORDS_MAX = 100 };

/* The refusal with the server that it is about, or with the step. */
static enum err
refuse(const struct stsmode_step *step, const char *code, struct diag *why)
{
	struct str about = S("");

	for (size_t i = 0; i < step->n && about.n == 0; i++)
		if (str_eq(str_of(step->gate[i].code), str_of(code)))
			about = step->gate[i].about;
	if (about.n > 0)
		return diag_set(why, ERR_SYNTAX, code, 0, "%.*s",
				STR_ARG(about));
	return diag_set(why, ERR_SYNTAX, code, 0, "%s -> %s",
			stsmode_name(step->from), stsmode_name(step->to));
}

static enum err
take_step(struct api_call *c, const struct control_hosted *seen,
	  const struct stsmode_step *step, struct str reason, struct diag *why)
{
	const struct control_mode_change change = { .mode = step->to,
						    .author = c->person.name,
						    .at = c->now,
						    .seen = seen };
	char words[WORDS_MAX];
	enum err e = control_hosted_mode(c->api->control, seen->owner,
					 seen->name, &change, why);

	if (e != ERR_NONE)
		return e;
	snprintf(words, sizeof(words), "%s -> %s%s", stsmode_name(step->from),
		 stsmode_name(step->to),
		 step->answer == STSMODE_WITH_REASON ? " (override)" : "");
	return api_audit_step(c, "mta_sts.mode", seen->name, words, reason,
			      why);
}

/* Through the gates, or not at all. */
static enum err
go(struct api_call *c, const struct json *body, enum stsmode_state to,
   struct diag *why)
{
	struct control_domain d;
	struct insight_asked a;
	struct insight_sts sts;
	struct stsmode_step step;
	struct str reason;
	const char *refusal;
	enum err e =
		api_body_text(body, "reason", CONTROL_REASON_MAX, &reason, why);

	if (e == ERR_NONE)
		e = api_asked(c, &d, &a, why);
	if (e == ERR_NONE)
		e = insight_sts(&a, &sts, why);
	if (e == ERR_NONE && !sts.hosted)
		e = diag_set(why, ERR_GONE, "control.not_hosted", 0, "%.*s",
			     STR_ARG(d.name));
	if (e != ERR_NONE)
		return e;
	stsmode_judge(&sts.facts, to, &step);
	refusal = stsmode_refusal(&step, reason);
	if (refusal)
		return refuse(&step, refusal, why);
	e = take_step(c, &sts.host, &step, reason, why);
	return e == ERR_NONE ? api_answer_sts(c, &a, why) : e;
}

enum err
api_sts_mode(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum stsmode_state to;
	enum err e = api_json_body(c, &body, why);

	if (e != ERR_NONE)
		return e;
	if (!stsmode_parse(json_str(json_get(body, "to")), &to))
		return api_bad_value("to", why);
	return go(c, body, to, why);
}

enum err
api_sts_emergency(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);

	return e == ERR_NONE ? go(c, body, STSMODE_TESTING, why) : e;
}

enum err
api_sts_retire(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);

	return e == ERR_NONE ? go(c, body, STSMODE_NONE, why) : e;
}

/* ---- mail servers ---- */

enum err
api_mail_server(struct api_call *c, struct str given, struct str *out,
		struct diag *why)
{
	struct mtasts_policy p = { .mode = MTASTS_TESTING,
				   .has_age = true,
				   .max_age = CIVIL_DAY,
				   .mx = out,
				   .mx_n = 1 };
	SCOPED_BUF text = BUF(CONTROL_HOSTED_TEXT);

	if (!dnsname_fold(given, c->mem, out) ||
	    str_index(*out, '.') == SIZE_MAX || !mtasts_print_policy(&text, &p))
		return api_bad_value("host", why);
	return ERR_NONE;
}

/* `list` with `host` at its end, or without it. */
static void
change_list(struct str list, struct str host, bool remove, struct buf *out)
{
	struct str line;

	while (str_split(&list, '\n', &line)) {
		if (line.n == 0 || str_eq(line, host))
			continue;
		buf_addf(out, "%s%.*s", out->n > 0 ? "\n" : "", STR_ARG(line));
	}
	if (!remove)
		buf_addf(out, "%s%.*s", out->n > 0 ? "\n" : "", STR_ARG(host));
}

static enum err
set_list(struct api_call *c, const struct control_hosted *h, struct str host,
	 bool remove, struct diag *why)
{
	SCOPED_BUF list = BUF(CONTROL_HOSTED_TEXT);
	struct str text;
	const struct control_hosted_texts texts = { .mx_more = &text };
	char words[WORDS_MAX];
	enum err e;

	change_list(h->mx_more, host, remove, &list);
	if (list.full)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"host");
	text = buf_str(&list);
	e = control_hosted_texts(c->api->control, c->person.owner, h->name,
				 &texts, why);
	if (e != ERR_NONE)
		return e;
	snprintf(words, sizeof(words), "%s mx", remove ? "-" : "+");
	return api_audit_step(c, "mta_sts.mail_servers", h->name, words, host,
			      why);
}

enum err
api_sts_servers(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_domain d;
	struct control_hosted h;
	struct insight_asked a;
	struct str host;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_asked(c, &d, &a, why);
	if (e == ERR_NONE)
		e = api_mail_server(c, json_str(json_get(body, "host")), &host,
				    why);
	if (e == ERR_NONE)
		e = control_hosted_find(c->api->control, c->person.owner,
					d.name, c->mem, &h, why);
	if (e == ERR_NONE)
		e = set_list(c, &h, host, api_body_true(body, "remove"), why);
	return e == ERR_NONE ? api_answer_sts(c, &a, why) : e;
}
