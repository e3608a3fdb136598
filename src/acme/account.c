/* account.c - the account at an authority (RFC 8555 section 7.3): the key is
 * ours and the same everywhere, the URL theirs. */
#include "acme/session.h"
#include "json/json.h"

#include <stdio.h>

enum { PAYLOAD_MAX = 8192 };

/* The binding is JSON already: it is the last member. */
static bool
put_binding(struct acme_session *s, struct buf *out)
{
	SCOPED_BUF jwk = BUF(512);

	return acme_jwk(s->key, &jwk) &&
	       buf_addz(out, ",\"externalAccountBinding\":") &&
	       acme_jws_binding(s->ca, buf_str(&jwk),
				str_of(s->directory.account), out);
}

static bool
put_payload(struct acme_session *s, bool existing, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	json_put_bool(&j,
		      existing ? "onlyReturnExisting" : "termsOfServiceAgreed",
		      true);
	if (s->ca->contact.n > 0) {
		json_open_array(&j, "contact");
		json_put_str(&j, NULL, s->ca->contact);
		json_close_array(&j);
	}
	if (!existing && s->ca->eab_kid.n > 0 && !put_binding(s, out))
		return false;
	json_close_object(&j);
	return !out->full;
}

/* 200: there already; 201: made. */
static enum acme_fault
take_account(struct acme_session *s)
{
	const char *url = s->reply.location;
	bool usable;

	if (acme_read_account(buf_str(&s->reply.body), &usable,
			      &s->trouble->diag) != ERR_NONE)
		return acme_fail(s, ACME_CA, "acme.bad_answer", "account");
	if (!usable)
		return acme_fail(s, ACME_REFUSED, "acme.account", url);
	if (!acme_url_allowed(str_of(url), s->o->plain_loopback) ||
	    !acme_url_same_place(str_of(url), s->ca->directory))
		return acme_fail(s, ACME_CA, "acme.bad_url", url);
	(void)snprintf(s->kid, sizeof s->kid, "%s", url);
	return ACME_FINE;
}

static enum acme_fault
ask_account(struct acme_session *s, bool existing)
{
	SCOPED_BUF payload = BUF(PAYLOAD_MAX);
	enum acme_fault fault;

	if (!put_payload(s, existing, &payload))
		return acme_fail(s, ACME_REFUSED, "acme.binding", "HMAC");
	fault = acme_post(s, s->directory.account, buf_str(&payload));
	return fault == ACME_FINE ? take_account(s) : fault;
}

static enum acme_fault
make_account(struct acme_session *s)
{
	bool bound = s->ca->eab_kid.n > 0;

	if (s->directory.has_terms && !s->ca->terms_agreed)
		return acme_fail(s, ACME_REFUSED, "acme.terms", s->place);
	if (s->directory.binding_required && !bound)
		return acme_fail(s, ACME_REFUSED, "acme.binding", s->place);
	return ask_account(s, false);
}

/* Whether an account may be there that should not be asked for by making it:
 * nobody agrees to the terms anew, and a binding is good for one account. */
static bool
look_first(const struct acme_session *s)
{
	return s->ca->eab_kid.n > 0 ||
	       (s->directory.has_terms && !s->ca->terms_agreed);
}

/* Some want the binding even of those who only ask. */
static bool
is_missing(const struct acme_session *s)
{
	return s->no_account || str_eq(str_of(s->trouble->problem),
				       S("externalAccountRequired"));
}

enum acme_fault
acme_account_open(struct acme_session *s)
{
	enum acme_fault fault;

	if (s->kid[0])
		return ACME_FINE;
	if (!look_first(s))
		return make_account(s);
	fault = ask_account(s, true);
	if (fault != ACME_REFUSED || !is_missing(s))
		return fault;
	acme_forget(s->trouble);
	return make_account(s);
}
