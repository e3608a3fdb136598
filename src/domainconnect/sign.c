/* sign.c - the signing key, and links with its signature. */
#include "domainconnect/domainconnect.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum {
	LEAST_BITS = 2048,
	PUBLIC_MAX = 1024,
	SIGNATURE_MAX = 1024, /* 8192 bits */
	BASE64_MAX = 4 * ((SIGNATURE_MAX + 2) / 3) + 1,
	PIECE = 200 /* of base64 in one TXT value */
};

static EVP_PKEY *
read_key(struct str pem)
{
	BIO *bio =
		pem.n < INT32_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	EVP_PKEY *key = NULL;

	/* An empty pass phrase: nobody is asked at a terminal. */
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	ERR_clear_error();
	if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
	    EVP_PKEY_get_bits(key) >= LEAST_BITS)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static enum err
bad_key(struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "domainconnect.bad_key", 0, "%s", "");
}

enum err
domainconnect_key(const struct domainconnect_us *us,
		  bool (*each)(void *ctx, struct str value), void *ctx,
		  struct diag *why)
{
	EVP_PKEY *key = read_key(us->pem);
	unsigned char der[PUBLIC_MAX], *at = der;
	unsigned char text[4 * ((PUBLIC_MAX + 2) / 3) + 1];
	int n = key ? i2d_PUBKEY(key, NULL) : 0;
	bool good = n > 0 && n <= PUBLIC_MAX && i2d_PUBKEY(key, &at) == n;
	struct str rest;

	EVP_PKEY_free(key);
	if (!good)
		return bad_key(why);
	n = EVP_EncodeBlock(text, der, n);
	rest = (struct str){ (char *)text, (size_t)n };
	for (unsigned i = 1; rest.n > 0; i++) {
		SCOPED_BUF value = BUF(256);

		buf_addf(&value, "p=%u,a=RS256,d=%.*s", i,
			 STR_ARG(str_sub(rest, 0, PIECE)));
		if (!each(ctx, buf_str(&value)))
			break;
		rest = str_sub(rest, PIECE, SIZE_MAX);
	}
	return ERR_NONE;
}

/* Base64 of the signature over `text`. */
static bool
sign(EVP_PKEY *key, struct str text, struct buf *out)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char bytes[SIGNATURE_MAX], base64[BASE64_MAX];
	size_t n = sizeof bytes;
	bool good = c && EVP_PKEY_get_size(key) <= SIGNATURE_MAX &&
		    EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestSign(c, bytes, &n, (const unsigned char *)text.p,
				   text.n) == 1;

	EVP_MD_CTX_free(c);
	ERR_clear_error();
	if (good)
		buf_add(out, (struct str){ (char *)base64,
					   (size_t)EVP_EncodeBlock(
						   base64, bytes, (int)n) });
	return good && !out->full;
}

enum err
domainconnect_link(const struct domainconnect_found *found,
		   const struct domainconnect_us *us, struct str domain,
		   struct str token, struct buf *out, struct diag *why)
{
	SCOPED_BUF query = BUF(2048);
	SCOPED_BUF signature = BUF(BASE64_MAX);
	EVP_PKEY *key = read_key(us->pem);
	bool good;

	/* The signature is over these very bytes, in this order. */
	buf_addz(&query, "domain=");
	buf_add_url(&query, domain);
	buf_addz(&query, "&token=");
	buf_add_url(&query, token);
	good = key && !query.full && sign(key, buf_str(&query), &signature);
	EVP_PKEY_free(key);
	if (!good)
		return bad_key(why);
	buf_addf(out, "%.*s/v2/domainTemplates/providers/",
		 STR_ARG(found->sync_url));
	buf_add_url(out, us->zone);
	buf_addf(out, "/services/" DOMAINCONNECT_SERVICE "/apply?%.*s&sig=",
		 STR_ARG(buf_str(&query)));
	buf_add_url(out, buf_str(&signature));
	buf_addz(out, "&key=");
	buf_add_url(out, us->key_host);
	return ERR_NONE;
}
