/* answer.c - the documents of an authority (RFC 8555 section 7.1, RFC 7807,
 * RFC 9773), from hostile bytes to values of fixed size. */
#include "acme/private.h"
#include "json/json.h"

#include <string.h>

enum { DEPTH = 12, TOKEN_LEAST = 16, LONGEST_WAIT = 30 * CIVIL_DAY };

static const struct str error_names = STR("urn:ietf:params:acme:error:");

static enum err
bad(struct diag *why, const char *what)
{
	return diag_set(why, ERR_SYNTAX, "acme.bad_answer", 0, "%s", what);
}

static enum err
parse(struct str body, struct json **out, struct diag *why)
{
	const struct json_limits limits = { .bytes = ACME_BODY_MAX,
					    .depth = DEPTH };
	bool repaired;

	if (json_parse(body, limits, out, &repaired, NULL) != ERR_NONE)
		return bad(why, "JSON");
	return json_type(*out) == JSON_OBJECT ? ERR_NONE : bad(why, "JSON");
}

/* Into a field of `room` bytes; false when it is too long or has a NUL. */
static bool
copy(struct str s, char *out, size_t room)
{
	if (s.n >= room || (s.n > 0 && memchr(s.p, '\0', s.n)))
		return false;
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool
copy_url(const struct json *object, const char *key, char out[ACME_URL_SIZE])
{
	return copy(json_str(json_get(object, key)), out, ACME_URL_SIZE);
}

/* ---- directory, account ---- */

enum err
acme_read_directory(struct str body, struct str profile,
		    struct acme_directory *out, struct diag *why)
{
	SCOPED_JSON root = NULL;
	SCOPED_BUF asked = BUF(ACME_PROBLEM_SIZE);
	const struct json *meta;
	enum err err = parse(body, &root, why);

	memset(out, 0, sizeof *out);
	if (err != ERR_NONE)
		return err;
	if (!copy_url(root, "newNonce", out->nonce) ||
	    !copy_url(root, "newAccount", out->account) ||
	    !copy_url(root, "newOrder", out->order) ||
	    !copy_url(root, "revokeCert", out->revoke) ||
	    !copy_url(root, "renewalInfo", out->renewal))
		return bad(why, "URL");
	if (!out->nonce[0] || !out->account[0] || !out->order[0])
		return bad(why, "newNonce, newAccount, newOrder");
	meta = json_get(root, "meta");
	out->has_terms = json_str(json_get(meta, "termsOfService")).n > 0;
	(void)json_bool(json_get(meta, "externalAccountRequired"),
			&out->binding_required);
	buf_add(&asked, profile);
	out->profile_known = !asked.full && profile.n > 0 &&
			     json_type(json_get(json_get(meta, "profiles"),
						buf_c(&asked))) != JSON_ABSENT;
	return ERR_NONE;
}

enum err
acme_read_account(struct str body, bool *usable, struct diag *why)
{
	SCOPED_JSON root = NULL;
	enum err err = parse(body, &root, why);

	*usable = err == ERR_NONE &&
		  str_eq(json_str(json_get(root, "status")), S("valid"));
	return err;
}

/* ---- problems ---- */

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

/* As much of it as fits, cut at a character's end: never within an escape,
 * which would change what it says. */
void
acme_words(struct str words, char out[DIAG_DETAIL_MAX])
{
	SCOPED_BUF text = BUF(DIAG_DETAIL_MAX - 1);
	size_t n;

	out[0] = '\0';
	words = str_trim(words);
	while (words.n > 0 && !text.full) {
		SCOPED_BUF one = BUF(16);

		n = str_utf8_len(words);
		n = n ? n : 1;
		buf_add_escaped(&one, str_sub(words, 0, n));
		if (text.n + one.n >= DIAG_DETAIL_MAX)
			break;
		buf_add(&text, buf_str(&one));
		words = str_sub(words, n, SIZE_MAX);
	}
	(void)copy(buf_str(&text), out, DIAG_DETAIL_MAX);
}

static void
take_problem(const struct json *p, struct acme_problem *out)
{
	struct str type = json_str(json_get(p, "type"));

	memset(out, 0, sizeof *out);
	if (str_starts(type, error_names))
		type = str_sub(type, error_names.n, SIZE_MAX);
	/* about:blank and what other schemes have say nothing to us. */
	if (is_word(type))
		(void)copy(type, out->type, sizeof out->type);
	acme_words(json_str(json_get(p, "detail")), out->words);
}

void
acme_read_problem(struct str body, struct acme_problem *out)
{
	SCOPED_JSON root = NULL;

	memset(out, 0, sizeof *out);
	if (parse(body, &root, NULL) == ERR_NONE)
		take_problem(root, out);
}

/* ---- orders and authorisations ---- */

static bool
take_status(const struct json *object, enum acme_status *out)
{
	static const struct {
		struct str word;
		enum acme_status status;
	} words[] = {
		{ STR("pending"), ACME_PENDING },
		{ STR("ready"), ACME_READY },
		{ STR("processing"), ACME_PROCESSING },
		{ STR("valid"), ACME_VALID },
		{ STR("invalid"), ACME_INVALID },
		{ STR("expired"), ACME_OVER },
		{ STR("deactivated"), ACME_OVER },
		{ STR("revoked"), ACME_OVER },
	};
	struct str status = json_str(json_get(object, "status"));

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (str_eq(status, words[i].word)) {
			*out = words[i].status;
			return true;
		}
	}
	return false;
}

enum err
acme_read_order(struct str body, struct acme_order_state *out, struct diag *why)
{
	SCOPED_JSON root = NULL;
	const struct json *proofs;
	enum err err = parse(body, &root, why);

	memset(out, 0, sizeof *out);
	if (err != ERR_NONE)
		return err;
	if (!take_status(root, &out->status))
		return bad(why, "status");
	if (!copy_url(root, "finalize", out->finalize) ||
	    !copy_url(root, "certificate", out->certificate))
		return bad(why, "URL");
	take_problem(json_get(root, "error"), &out->problem);
	proofs = json_get(root, "authorizations");
	out->proof_n = json_count(proofs);
	if (out->proof_n == 0 || out->proof_n > ACME_PROOFS_MAX)
		return bad(why, "authorizations");
	for (size_t i = 0; i < out->proof_n; i++)
		if (!copy(json_str(json_at(proofs, i)), out->proofs[i],
			  ACME_URL_SIZE))
			return bad(why, "URL");
	return ERR_NONE;
}

bool
acme_is_base64url(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.n > 0;
}

/* The token goes into files, paths and answers: nothing but its alphabet. */
static bool
take_offer(const struct json *c, struct acme_offer *out)
{
	struct str token = json_str(json_get(c, "token"));

	out->offered = true;
	take_problem(json_get(c, "error"), &out->problem);
	return take_status(c, &out->status) && copy_url(c, "url", out->url) &&
	       token.n >= TOKEN_LEAST && acme_is_base64url(token) &&
	       copy(token, out->token, sizeof out->token);
}

static enum err
take_offers(const struct json *all, struct acme_proof *out, struct diag *why)
{
	static const struct str names[ACME_TYPES] = {
		[ACME_HTTP_01] = STR("http-01"),
		[ACME_TLS_ALPN_01] = STR("tls-alpn-01"),
		[ACME_DNS_01] = STR("dns-01"),
	};

	for (size_t i = 0; i < json_count(all); i++) {
		const struct json *one = json_at(all, i);
		struct str type = json_str(json_get(one, "type"));

		for (size_t t = 0; t < ACME_TYPES; t++)
			if (str_eq(type, names[t]) && !out->offers[t].offered &&
			    !take_offer(one, &out->offers[t]))
				return bad(why, "challenge");
	}
	return ERR_NONE;
}

enum err
acme_read_proof(struct str body, struct acme_proof *out, struct diag *why)
{
	SCOPED_JSON root = NULL;
	const struct json *who;
	enum err err = parse(body, &root, why);
	bool wildcard = false;

	memset(out, 0, sizeof *out);
	if (err != ERR_NONE)
		return err;
	if (!take_status(root, &out->status))
		return bad(why, "status");
	who = json_get(root, "identifier");
	(void)json_bool(json_get(root, "wildcard"), &wildcard);
	if (!str_eq(json_str(json_get(who, "type")), S("dns")) || wildcard ||
	    !copy(json_str(json_get(who, "value")), out->name,
		  sizeof out->name))
		return bad(why, "identifier");
	return take_offers(json_get(root, "challenges"), out, why);
}

/* ---- renewal advice, waiting ---- */

enum err
acme_read_window(struct str body, struct acme_window *out, struct diag *why)
{
	SCOPED_JSON root = NULL;
	const struct json *window;
	enum err err = parse(body, &root, why);

	memset(out, 0, sizeof *out);
	if (err != ERR_NONE)
		return err;
	window = json_get(root, "suggestedWindow");
	if (!civil_parse_rfc3339(json_str(json_get(window, "start")),
				 &out->start) ||
	    !civil_parse_rfc3339(json_str(json_get(window, "end")),
				 &out->end) ||
	    out->end <= out->start) {
		memset(out, 0, sizeof *out);
		return bad(why, "suggestedWindow");
	}
	return ERR_NONE;
}

int64_t
acme_read_retry_after(struct str value, int64_t now)
{
	uint64_t seconds;
	int64_t at;

	value = str_trim(value);
	if (str_u64(value, &seconds))
		return seconds > LONGEST_WAIT ? LONGEST_WAIT : (int64_t)seconds;
	if (!civil_parse_rfc5322(value, &at) || at <= now)
		return 0;
	return at - now > LONGEST_WAIT ? LONGEST_WAIT : at - now;
}
