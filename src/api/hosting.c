/* hosting.c - a domain's names in the hosted zone, and whose it is. */
#include "api/handlers.h"
#include "api/hosting.h"
#include "api/people.h"

#include "dmarcrec/dmarcrec.h"
#include "hosted/hosted.h"
#include "tlsrptrec/tlsrptrec.h"

enum { NAME_MAX = 1024 };

/* What each name of the domain is for. */
static const char *const purposes[HOSTED_PLACES] = {
	[HOSTED_AT_POLICY] = "policy",
	[HOSTED_AT_STS] = "sts",
	[HOSTED_AT_TLS_RPT] = "tls_rpt",
	[HOSTED_AT_DMARC] = "dmarc",
};

/* Of the index that the service published; "": nothing is hosted here. */
struct str
api_hosted_zone(struct api_call *c)
{
	struct hosted *h = NULL;
	struct str name = S("");

	if (hosted_open(c->api->o.data, &h, NULL) != ERR_NONE)
		return name;
	if (!arena_dup(c->mem, hosted_zone_of(h)->name, &name))
		name = S("");
	hosted_close(h);
	return name;
}

static void
put_name(struct json_out *j, const char *purpose, struct str name,
	 const char *type, struct str value)
{
	json_open_object(j, NULL);
	json_put_str(j, "purpose", str_of(purpose));
	json_put_str(j, "name", name);
	json_put_str(j, "type", str_of(type));
	json_put_str(j, "value", value);
	json_close_object(j);
}

bool
api_hosted_name(struct api_call *c, const struct control_hosted *h,
		struct str zone, enum hosted_place place,
		struct api_hosted_name *out)
{
	const struct hosted_lead *lead = &hosted_leads[place];
	SCOPED_BUF name = BUF(NAME_MAX);
	SCOPED_BUF value = BUF(NAME_MAX);

	buf_addf(&name, "%s.%.*s", lead->below, STR_ARG(h->name));
	buf_addf(&value, "%.*s.%s.%.*s", STR_ARG(h->token), lead->label,
		 STR_ARG(zone));
	return arena_dup(c->mem, buf_str(&name), &out->name) &&
	       arena_dup(c->mem, buf_str(&value), &out->value);
}

static void
put_names(struct api_call *c, const struct control_hosted *h, struct str zone)
{
	json_open_array(&c->json, "names");
	for (size_t i = 0; h && zone.n > 0 && i < HOSTED_PLACES; i++) {
		struct api_hosted_name one;

		if (api_hosted_name(c, h, zone, (enum hosted_place)i, &one))
			put_name(&c->json, purposes[i], one.name, "CNAME",
				 one.value);
	}
	json_close_array(&c->json);
}

/* The other way to prove the domain: a TXT record. */
static void
put_proof(struct api_call *c, const struct control_hosted *h)
{
	struct json_out *j = &c->json;
	SCOPED_BUF name = BUF(NAME_MAX);
	SCOPED_BUF value = BUF(NAME_MAX);

	buf_addf(&name, CONTROL_PROOF_LABEL ".%.*s", STR_ARG(h->name));
	buf_addf(&value, CONTROL_PROOF_VALUE "%.*s", STR_ARG(h->challenge));
	json_open_object(j, "proof");
	json_put_bool(j, "proven", control_hosted_good(h, c->now));
	json_put_str(j, "by", str_of(control_proof_name(h->proof)));
	api_put_i64(j, "proven_at", h->proven_at, h->proven_at > 0);
	api_put_i64(j, "checked_at", h->checked_at, h->checked_at > 0);
	json_put_i64(j, "due_at", h->due_at);
	api_put_i64(j, "lost_at", h->lost_at, h->lost_at > 0);
	json_open_array(j, "records");
	put_name(j, "proof", buf_str(&name), "TXT", buf_str(&value));
	json_close_array(j);
	json_close_object(j);
}

static void
put_fault(struct api_call *c, const struct control_hosted *h)
{
	SCOPED_BUF code = BUF(NAME_MAX);

	if (h->fault.n == 0) {
		json_put_null(&c->json, "fault");
		return;
	}
	buf_add(&code, h->fault);
	json_open_object(&c->json, "fault");
	api_put_said(c, buf_c(&code), h->fault_detail, S(""), S(""));
	json_put_i64(&c->json, "since", h->fault_at);
	json_close_object(&c->json);
}

static void
put_hosted(struct api_call *c, const struct control_hosted *h, struct str zone)
{
	struct json_out *j = &c->json;

	json_put_str(j, "token", h->token);
	json_put_i64(j, "added_at", h->added_at);
	json_put_str(j, "state", str_of(stsmode_name(h->mode)));
	json_put_i64(j, "since", h->mode_since);
	json_put_known(j, "tls_rpt", h->tls_rpt);
	json_put_known(j, "dmarc", h->dmarc);
	put_proof(c, h);
	put_names(c, h, zone);
	put_fault(c, h);
}

static void
put_nothing(struct api_call *c)
{
	static const char *const none[] = { "token", "added_at", "state",
					    "since", "tls_rpt",  "dmarc",
					    "proof", "fault" };

	for (size_t i = 0; i < COUNT_OF(none); i++)
		json_put_null(&c->json, none[i]);
	put_names(c, NULL, S(""));
}

enum err
api_answer_hosting(struct api_call *c, const struct control_domain *d,
		   struct diag *why)
{
	struct str zone = api_hosted_zone(c);
	struct control_hosted h;
	struct diag own = { 0 };
	enum err e = control_hosted_find(c->api->control, c->person.owner,
					 d->name, c->mem, &h, &own);
	struct json_out *j;

	if (e != ERR_NONE && e != ERR_GONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	j = api_begin(c, "waxseal.hosting/1");
	json_put_str(j, "domain", d->name);
	json_put_known(j, "zone", zone);
	json_put_bool(j, "hosted", e == ERR_NONE);
	if (e == ERR_NONE)
		put_hosted(c, &h, zone);
	else
		put_nothing(c);
	api_end(c);
	return ERR_NONE;
}

enum err
api_hosting(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	enum err e = api_domain_find(c, &d, why);

	return e == ERR_NONE ? api_answer_hosting(c, &d, why) : e;
}

/* ---- changing ---- */

enum err
api_check_texts(struct api_call *c, struct str dmarc, struct str tls_rpt,
		struct diag *why)
{
	struct tlsrptrec_faults faults = { .n = 0 };
	struct tlsrptrec tls;
	struct dmarcrec rec;

	if (dmarc.n > 0 &&
	    (dmarcrec_parse(dmarc, c->mem, &rec, NULL) != ERR_NONE ||
	     !rec.valid || rec.p <= DMARCREC_INVALID))
		return api_bad_value("dmarc", why);
	if (tls_rpt.n > 0 && !tlsrptrec_parse(tls_rpt, c->mem, &tls, &faults))
		return api_bad_value("tls_rpt", why);
	return ERR_NONE;
}

static enum err
set_texts(struct api_call *c, const struct json *body, struct str name,
	  struct diag *why)
{
	struct str dmarc, tls_rpt;
	struct control_hosted_texts texts = { 0 };
	enum err e =
		api_body_text(body, "dmarc", CONTROL_HOSTED_TEXT, &dmarc, why);

	if (e == ERR_NONE)
		e = api_body_text(body, "tls_rpt", CONTROL_HOSTED_TEXT,
				  &tls_rpt, why);
	if (e == ERR_NONE)
		e = api_check_texts(c, dmarc, tls_rpt, why);
	if (json_get(body, "dmarc"))
		texts.dmarc = &dmarc;
	if (json_get(body, "tls_rpt"))
		texts.tls_rpt = &tls_rpt;
	if (e != ERR_NONE || (!texts.dmarc && !texts.tls_rpt))
		return e;
	e = control_hosted_texts(c->api->control, c->person.owner, name, &texts,
				 why);
	if (e == ERR_NONE && texts.dmarc)
		e = api_audit_step(c, "hosting.dmarc", name, "dmarc", dmarc,
				   why);
	if (e == ERR_NONE && texts.tls_rpt)
		e = api_audit_step(c, "hosting.tls_rpt", name, "tls_rpt",
				   tls_rpt, why);
	return e;
}

/* Begins to host where nothing is hosted; `check` looks for the proof now. */
enum err
api_hosting_set(struct api_call *c, struct diag *why)
{
	struct control *store = c->api->control;
	SCOPED_JSON body = NULL;
	struct control_domain d;
	struct control_hosted h;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_domain_find(c, &d, why);
	if (e == ERR_NONE)
		h = (struct control_hosted){ .name = d.name,
					     .added_at = c->now };
	if (e == ERR_NONE)
		e = control_hosted_add(store, c->person.owner, &h, c->mem, why);
	if (e == ERR_NONE && h.added_at == c->now)
		e = api_audit(c, "hosting.add", d.name, why);
	if (e == ERR_NONE)
		e = set_texts(c, body, d.name, why);
	if (e == ERR_NONE && api_body_true(body, "check"))
		e = control_hosted_hurry(store, c->person.owner, d.name, c->now,
					 why);
	return e == ERR_NONE ? api_answer_hosting(c, &d, why) : e;
}

enum err
api_hosting_remove(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	enum err e = api_domain_find(c, &d, why);

	if (e == ERR_NONE)
		e = control_hosted_remove(c->api->control, c->person.owner,
					  d.name, c->now, why);
	if (e == ERR_NONE)
		e = api_audit(c, "hosting.remove", d.name, why);
	return e == ERR_NONE ? api_answer_hosting(c, &d, why) : e;
}
