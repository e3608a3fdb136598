/* advice.c - what else an authority is asked: when to renew (RFC 9773), who
 * we are, and to revoke (RFC 8555 section 7.6). */
#include "acme/session.h"
#include "json/json.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
	/* RFC 9773 section 4.3.2: between a minute and a day. */
	SOONEST = 60,
	LATEST = CIVIL_DAY,
	USUAL = 6 * 3600
};

static int64_t
next_question(struct acme_session *s)
{
	int64_t now = acme_clock(s);
	int64_t wait = acme_read_retry_after(str_of(s->reply.retry_after), now);

	if (wait == 0)
		wait = USUAL;
	if (wait < SOONEST)
		wait = SOONEST;
	return now + (wait > LATEST ? LATEST : wait);
}

enum acme_fault
acme_window_ask(struct acme_session *s, struct str chain,
		struct acme_window *out)
{
	char id[ACME_ID_SIZE], url[ACME_URL_SIZE];
	const char *base = s->directory.renewal;
	bool slash = str_ends(str_of(base), S("/"));
	enum acme_fault fault;
	int n;

	memset(out, 0, sizeof *out);
	if (!base[0] || !acme_chain_id(chain, id))
		return acme_fail(s, ACME_CA, "acme.no_advice", "");
	n = snprintf(url, sizeof url, "%s%s%s", base, slash ? "" : "/", id);
	if (n < 0 || (size_t)n >= sizeof url)
		return acme_fail(s, ACME_CA, "acme.bad_url", base);
	fault = acme_get(s, url);
	if (fault != ACME_FINE)
		return fault;
	if (acme_read_window(buf_str(&s->reply.body), out, &s->trouble->diag) !=
	    ERR_NONE)
		return acme_fail(s, ACME_CA, "acme.bad_answer", "");
	out->ask_again = next_question(s);
	return ACME_FINE;
}

/* ---- calls of their own ---- */

/* Every call is one session; `key` is freed at its end. */
static bool
begin(struct acme_session *s, const struct acme_options *o, size_t ca,
      struct acme_trouble *t)
{
	EVP_PKEY *key = acme_key_load(o->account_key);

	memset(t, 0, sizeof *t);
	*s = (struct acme_session){ .trouble = t };
	if (!key || ca >= o->ca_n) {
		EVP_PKEY_free(key);
		(void)acme_bad_call(t, "acme.bad_key");
		return false;
	}
	return acme_session_begin(s, o, ca, key, t) == ACME_FINE;
}

static enum err
end(struct acme_session *s)
{
	EVP_PKEY_free(s->key);
	acme_session_end(s);
	return acme_err(s->trouble);
}

enum err
acme_renewal_window(const struct acme_options *o, size_t ca, struct str chain,
		    struct acme_window *out, struct acme_trouble *trouble)
{
	struct acme_session s;
	enum acme_fault fault = ACME_FINE;
	enum err err;

	memset(out, 0, sizeof *out);
	if (begin(&s, o, ca, trouble))
		fault = acme_window_ask(&s, chain, out);
	err = end(&s);
	if (fault != ACME_FINE &&
	    str_eq(str_of(trouble->diag.code), S("acme.no_advice")))
		err = ERR_GONE;
	return err;
}

enum err
acme_account(const struct acme_options *o, size_t ca, char kid[ACME_URL_SIZE],
	     struct acme_trouble *trouble)
{
	struct acme_session s;
	bool open =
		begin(&s, o, ca, trouble) && acme_account_open(&s) == ACME_FINE;

	(void)snprintf(kid, ACME_URL_SIZE, "%s", open ? s.kid : "");
	return end(&s);
}

static enum acme_fault
revoke(struct acme_session *s, struct str chain, EVP_PKEY *key)
{
	enum { KEY_COMPROMISE = 1 }; /* RFC 5280 section 5.3.1 */
	SCOPED_BUF text = BUF(ACME_CHAIN_MAX * 2);
	SCOPED_BUF payload = BUF(ACME_BODY_MAX);
	struct json_out j = JSON_OUT(&payload);

	if (!acme_base64url(acme_chain_leaf(chain), &text) || text.n == 0)
		return acme_fail(s, ACME_OURS, "acme.bad_chain", "");
	json_open_object(&j, NULL);
	json_put_str(&j, "certificate", buf_str(&text));
	json_put_i64(&j, "reason", KEY_COMPROMISE);
	json_close_object(&j);
	return acme_post_by(s, key, s->directory.revoke, buf_str(&payload));
}

enum err
acme_revoke(const struct acme_options *o, size_t ca, struct str chain,
	    struct str key, struct acme_trouble *trouble)
{
	EVP_PKEY *own = acme_key_load(key);
	struct acme_session s;
	enum acme_fault fault = ACME_FINE;

	if (begin(&s, o, ca, trouble))
		fault = own ? revoke(&s, chain, own)
			    : acme_fail(&s, ACME_OURS, "acme.bad_key", "");
	(void)fault;
	EVP_PKEY_free(own);
	return end(&s);
}
