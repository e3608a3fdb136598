/* jws.c - signed requests (RFC 8555 section 6.2, RFC 7515). */
#include "acme/private.h"
#include "json/json.h"
#include "seal/seal.h"

#include <openssl/err.h>
#include <openssl/evp.h>

enum {
	PROTECTED_MAX = 4096,
	SECRET_MAX = 512, /* bytes of a binding key */
	MAC_BYTES = 32
};

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool
acme_base64url(struct str bytes, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		bits = bits << 8 | p[i];
		for (held += 8; held >= 6; held -= 6)
			buf_addc(out, digits[bits >> (held - 6) & 63]);
	}
	if (held > 0)
		buf_addc(out, digits[bits << (6 - held) & 63]);
	return !out->full;
}

static int
digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	/* Also the usual alphabet: some authorities hand out keys in it. */
	if (c == '-' || c == '+')
		return 62;
	return c == '_' || c == '/' ? 63 : -1;
}

bool
acme_base64url_decode(struct str text, struct buf *out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	while (text.n > 0 && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit_of(text.p[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			buf_addc(out, (char)(bits >> held & 255));
		}
	}
	return !out->full;
}

/* ---- the envelope ---- */

/* "protected.payload", both encoded; `split` is where the dot is. */
static bool
signing_input(struct str protected, struct str payload, struct buf *out,
	      size_t *split)
{
	acme_base64url(protected, out);
	*split = out->n;
	buf_addc(out, '.');
	return acme_base64url(payload, out);
}

static bool
put_envelope(const struct buf *input, size_t split, struct str signature,
	     struct buf *out)
{
	SCOPED_BUF digest = BUF(256);
	struct json_out j = JSON_OUT(out);

	acme_base64url(signature, &digest);
	json_open_object(&j, NULL);
	json_put_str(&j, "protected", str_sub(buf_str(input), 0, split));
	json_put_str(&j, "payload",
		     str_sub(buf_str(input), split + 1, SIZE_MAX));
	json_put_str(&j, "signature", buf_str(&digest));
	json_close_object(&j);
	return !out->full && !digest.full;
}

/* JSON has no way to put a ready piece in; the key is the last member. */
static void
put_jwk(struct buf *out, struct str jwk)
{
	buf_addz(out, ",\"jwk\":");
	buf_add(out, jwk);
	buf_addc(out, '}');
}

static bool
put_protected(const struct acme_envelope *e, struct buf *out)
{
	SCOPED_BUF jwk = BUF(512);
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	json_put_str(&j, "alg", S("ES256"));
	json_put_str(&j, "nonce", e->nonce);
	json_put_str(&j, "url", e->url);
	if (e->kid.n > 0) {
		json_put_str(&j, "kid", e->kid);
		json_close_object(&j);
		return !out->full;
	}
	if (!acme_jwk(e->key, &jwk))
		return false;
	put_jwk(out, buf_str(&jwk));
	return !out->full;
}

bool
acme_jws(const struct acme_envelope *e, struct buf *out)
{
	SCOPED_BUF protected = BUF(PROTECTED_MAX);
	SCOPED_BUF input = BUF(ACME_BODY_MAX);
	uint8_t signature[64];
	size_t split;

	return put_protected(e, &protected) &&
	       signing_input(buf_str(&protected), e->payload, &input, &split) &&
	       acme_sign(e->key, buf_str(&input), signature) &&
	       put_envelope(&input, split,
			    (struct str){ (char *)signature, sizeof signature },
			    out);
}

/* ---- external account binding ---- */

static bool
mac(struct str secret, struct str text, uint8_t out[MAC_BYTES])
{
	size_t n = 0;
	bool ok = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, secret.p,
			    secret.n, (const unsigned char *)text.p, text.n,
			    out, MAC_BYTES, &n) != NULL;

	ERR_clear_error();
	return ok && n == MAC_BYTES;
}

bool
acme_jws_binding(const struct acme_ca *ca, struct str jwk, struct str url,
		 struct buf *out)
{
	SCOPED_BUF secret = BUF(SECRET_MAX);
	SCOPED_BUF protected = BUF(PROTECTED_MAX);
	SCOPED_BUF input = BUF(PROTECTED_MAX * 2);
	struct json_out j = JSON_OUT(&protected);
	uint8_t signature[MAC_BYTES];
	size_t split;
	bool ok;

	json_open_object(&j, NULL);
	json_put_str(&j, "alg", S("HS256"));
	json_put_str(&j, "kid", ca->eab_kid);
	json_put_str(&j, "url", url);
	json_close_object(&j);
	ok = acme_base64url_decode(ca->eab_hmac, &secret) && secret.n > 0 &&
	     !protected.full &&
	     signing_input(buf_str(&protected), jwk, &input, &split) &&
	     mac(buf_str(&secret), buf_str(&input), signature) &&
	     put_envelope(&input, split,
			  (struct str){ (char *)signature, sizeof signature },
			  out);
	if (secret.p)
		seal_wipe(secret.p, secret.room);
	return ok;
}
