/* json.c - what was read of a message, on its way from one process to
 * another. */
#include "dkimsig/private.h"

#include "dnsname/dnsname.h"

#include <string.h>

static void
put_digest(struct json_out *j, const uint8_t digest[DKIMSIG_DIGEST])
{
	SCOPED_BUF hex = BUF(DKIMSIG_DIGEST * 2 + 1);

	for (size_t i = 0; i < DKIMSIG_DIGEST; i++)
		(void)buf_addf(&hex, "%02x", digest[i]);
	json_put_str(j, "digest", buf_str(&hex));
}

void
dkimsig_print(struct json_out *j, const char *key,
	      const struct dkimsig_mail *mail)
{
	json_open_object(j, key);
	json_put_str(j, "author", mail->author);
	json_put_bool(j, "more", mail->more);
	json_open_array(j, "signatures");
	for (size_t i = 0; i < mail->n; i++) {
		const struct dkimsig *s = &mail->sig[i];

		json_open_object(j, NULL);
		json_put_i64(j, "fault", s->fault);
		json_put_str(j, "d", s->domain);
		json_put_str(j, "s", s->selector);
		json_put_str(j, "i", s->identity);
		json_put_bool(j, "ed25519", s->ed25519);
		json_put_bool(j, "length", s->length);
		json_put_bool(j, "partly", s->partly);
		json_put_i64(j, "expires", s->expires);
		json_put_str(j, "b", s->value);
		put_digest(j, s->digest);
		json_close_object(j);
	}
	json_close_array(j);
	json_close_object(j);
}

static bool
get_digest(struct str hex, uint8_t out[DKIMSIG_DIGEST])
{
	if (hex.n != (size_t)DKIMSIG_DIGEST * 2)
		return false;
	for (size_t i = 0; i < DKIMSIG_DIGEST; i++) {
		int high = str_hex(hex.p[2 * i]),
		    low = str_hex(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Folded, or empty where it may be. */
static bool
get_name(const struct json *json, bool empty, struct arena *mem,
	 struct str *out)
{
	struct str text = json_str(json);

	*out = S("");
	if (json_type(json) != JSON_STRING)
		return false;
	if (text.n == 0)
		return empty;
	return arena_dup(mem, text, &text) && dnsname_fold(text, mem, out);
}

static bool
get_one(const struct json *json, struct arena *mem, struct dkimsig *out)
{
	int64_t fault = -1;
	bool empty;

	*out = (struct dkimsig){ 0 };
	if (!json_i64(json_get(json, "fault"), &fault) || fault < 0 ||
	    fault > DKIMSIG_TOO_MUCH)
		return false;
	out->fault = (enum dkimsig_fault)fault;
	empty = out->fault != DKIMSIG_SOUND;
	return get_name(json_get(json, "d"), empty, mem, &out->domain) &&
	       get_name(json_get(json, "s"), empty, mem, &out->selector) &&
	       get_name(json_get(json, "i"), empty, mem, &out->identity) &&
	       json_bool(json_get(json, "ed25519"), &out->ed25519) &&
	       json_bool(json_get(json, "length"), &out->length) &&
	       json_bool(json_get(json, "partly"), &out->partly) &&
	       json_i64(json_get(json, "expires"), &out->expires) &&
	       json_str(json_get(json, "b")).n <= DKIMSIG_VALUE_MAX &&
	       arena_dup(mem, json_str(json_get(json, "b")), &out->value) &&
	       get_digest(json_str(json_get(json, "digest")), out->digest);
}

bool
dkimsig_parse(const struct json *json, struct arena *mem,
	      struct dkimsig_mail *out)
{
	const struct json *list = json_get(json, "signatures");

	*out = (struct dkimsig_mail){ .n = json_count(list) };
	if (json_type(list) != JSON_ARRAY || out->n > DKIMSIG_MAX ||
	    !get_name(json_get(json, "author"), true, mem, &out->author) ||
	    !json_bool(json_get(json, "more"), &out->more))
		return false;
	for (size_t i = 0; i < out->n; i++)
		if (!get_one(json_at(list, i), mem, &out->sig[i]))
			return false;
	return true;
}
