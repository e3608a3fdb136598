/* people.c - who asks: by the cookie of a session, or by a token. */
#include "api/people.h"

#include "seal/seal.h"

#include <string.h>

#define COOKIE "waxseal"

enum err
api_people_open(struct api *a, struct diag *why)
{
	const struct control_quota quota = { .domains = a->o.quota_domains,
					     .hosted = a->o.quota_hosted };
	enum err e = control_open(a->o.data, &a->control, why);

	if (e == ERR_NONE)
		control_set_quota(a->control, &quota);
	return e;
}

void
api_people_close(struct api *a)
{
	control_close(a->control);
	a->control = NULL;
}

/* ---- what the headers say ---- */

/* RFC 6265 section 4.2.1: "name=value; name=value". */
struct str
api_cookie(const struct api_call *c)
{
	struct str rest = c->request->cookie, one;

	while (str_split(&rest, ';', &one)) {
		one = str_trim(one);
		if (str_starts(one, S(COOKIE "=")))
			return str_sub(one, sizeof(COOKIE), SIZE_MAX);
	}
	return S("");
}

static bool
bearer(const struct api_call *c, struct str *out)
{
	struct str value = str_trim(c->request->authorization);

	if (!str_starts_fold(value, S("Bearer ")))
		return false;
	*out = str_trim(str_sub(value, sizeof("Bearer"), SIZE_MAX));
	return true;
}

/* The first language of the header that is ours; browsers send them in the
 * order of preference. */
static enum finding_lang
accepted(struct str header)
{
	enum finding_lang lang = FINDING_EN;
	struct str one;

	while (str_split(&header, ',', &one)) {
		one = str_trim(str_sub(one, 0, str_index(one, ';')));
		if (one.n > 0 && finding_lang_parse(one, &lang))
			return lang;
	}
	return FINDING_EN;
}

/* ---- who it is ---- */

static enum err
by_token(struct api_call *c, struct str secret, struct api_person *out,
	 struct diag *why)
{
	SCOPED_BUF name = BUF(2 * CONTROL_NAME_MAX * 4);
	struct control_token token;
	struct diag none = { 0 };
	enum err e = control_token_find(c->api->control, secret, c->now, c->mem,
					&token, &none);

	if (e == ERR_GONE)
		return ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, none.code, 0, "%s", none.detail);
	buf_addf(&name, "token:%.*s", STR_ARG(token.name));
	if (!arena_dup(c->mem, buf_str(&name), &out->name))
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"token");
	out->known = true;
	out->owner = token.owner;
	if (token.scopes & (CONTROL_SCOPE_READ | CONTROL_SCOPE_ADMIN))
		out->may |= API_READ;
	if (token.scopes & (CONTROL_SCOPE_UPLOAD | CONTROL_SCOPE_ADMIN))
		out->may |= API_UPLOAD;
	if (token.scopes & CONTROL_SCOPE_ADMIN)
		out->may |= API_CHANGE;
	return ERR_NONE;
}

void
api_person_is(struct api_call *c, const struct control_session *s,
	      struct api_person *out)
{
	out->known = true;
	out->owner = s->user.owner;
	out->user = s->user.id;
	out->name = s->user.name;
	out->account = s->user;
	out->may = API_READ;
	if (s->user.role == CONTROL_ADMIN)
		out->may |= API_UPLOAD | API_CHANGE;
	memcpy(out->csrf, s->csrf, sizeof(out->csrf));
	if (!finding_lang_parse(s->user.language, &out->lang))
		out->lang = accepted(c->request->accept_language);
}

/* Coming in needs no session, so a stale one must not stand in the way; a
 * report posted over TLS-RPT is nobody's. */
static bool
is_open(const struct api_call *c)
{
	struct str path = c->request->path;

	return c->request->method == API_POST &&
	       (str_eq(path, S("/api/v1/session")) ||
		str_eq(path, S("/api/v1/setup")) ||
		str_starts(path, S("/api/v1/tlsrpt/")));
}

static enum err
by_session(struct api_call *c, struct str secret, struct api_person *out,
	   struct diag *why)
{
	struct control_session s;
	struct diag none = { 0 };
	enum err e = control_session(c->api->control, secret, c->now, c->mem,
				     &s, &none);

	if (e == ERR_GONE)
		return ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, none.code, 0, "%s", none.detail);
	/* A page of somebody else can make the browser send the cookie, but
	 * not this header. */
	if (c->request->method != API_GET &&
	    !seal_equal(c->request->csrf, str_of(s.csrf)))
		return diag_set(why, ERR_GONE, "api.bad_csrf", 0, "%s", "");
	api_person_is(c, &s, out);
	return ERR_NONE;
}

enum err
api_person_of(struct api_call *c, struct api_person *out, struct diag *why)
{
	struct str secret;

	*out = (struct api_person){
		.lang = accepted(c->request->accept_language),
	};
	if (is_open(c))
		return ERR_NONE;
	if (bearer(c, &secret))
		return by_token(c, secret, out, why);
	secret = api_cookie(c);
	return secret.n > 0 ? by_session(c, secret, out, why) : ERR_NONE;
}

enum err
api_audit(struct api_call *c, const char *action, struct str object,
	  struct diag *why)
{
	const struct control_deed deed = { c->person.name, action, object,
					   c->now };

	return control_audit(c->api->control, c->person.owner, &deed, why);
}

/* ---- cookies ---- */

enum err
api_set_cookie(struct api_call *c, const char *secret, struct diag *why)
{
	enum { AGE = 30 * 86400 /* seconds, as long as a session */ };
	SCOPED_BUF text = BUF(512);

	buf_addf(&text,
		 COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly;"
			" SameSite=Lax%s",
		 secret, secret[0] ? AGE : 0,
		 c->request->tls || c->api->o.secure ? "; Secure" : "");
	if (arena_dup(c->mem, buf_str(&text), &c->head.set_cookie))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s", "cookie");
}

/* Their domains are written down while they are there. */
bool
api_has_sample(struct api_call *c)
{
	SCOPED_BUF domains = BUF(64 << 10);
	struct diag why = { 0 };

	return control_setting_get(c->api->control, c->person.owner,
				   "sample.domains", &domains,
				   &why) == ERR_NONE &&
	       domains.n > 0;
}
