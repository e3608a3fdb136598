/* chain.c - certificates as an authority sends them, as we keep them and as
 * other servers read them. */
#include "acme/private.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { LENGTH_BYTES = 3 };

static enum err
bad(struct diag *why, const char *what)
{
	ERR_clear_error();
	return diag_set(why, ERR_SYNTAX, "acme.bad_chain", 0, "%s", what);
}

static X509 *
load(struct str der)
{
	const unsigned char *at = (const unsigned char *)der.p;
	X509 *cert = der.n ? d2i_X509(NULL, &at, (long)der.n) : NULL;

	if (cert && at != (const unsigned char *)der.p + der.n) {
		X509_free(cert);
		cert = NULL;
	}
	ERR_clear_error();
	return cert;
}

/* Cuts the first certificate off `rest`. */
static bool
next_cert(struct str *rest, struct str *der)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n;

	if (rest->n <= LENGTH_BYTES)
		return false;
	n = (size_t)p[0] << 16 | (size_t)p[1] << 8 | p[2];
	if (n == 0 || n > rest->n - LENGTH_BYTES)
		return false;
	*der = str_sub(*rest, LENGTH_BYTES, n);
	*rest = str_sub(*rest, LENGTH_BYTES + n, SIZE_MAX);
	return true;
}

struct str
acme_chain_leaf(struct str chain)
{
	struct str der;

	return next_cert(&chain, &der) ? der : S("");
}

/* ---- from PEM ---- */

static bool
put_cert(struct str der, struct buf *out)
{
	if (der.n >> 24)
		return false;
	buf_addc(out, (char)(der.n >> 16 & 255));
	buf_addc(out, (char)(der.n >> 8 & 255));
	buf_addc(out, (char)(der.n & 255));
	return buf_add(out, der);
}

/* Keeps the certificate before it, to see who signed whom. */
static enum err
take_cert(X509 **before, struct str der, struct buf *out, struct diag *why)
{
	X509 *cert = load(der);
	bool signed_by;

	if (!cert)
		return bad(why, "certificate");
	signed_by =
		!*before || X509_verify(*before, X509_get0_pubkey(cert)) == 1;
	X509_free(*before);
	*before = cert;
	if (!signed_by)
		return bad(why, "not signed by the next");
	return put_cert(der, out) ? ERR_NONE : bad(why, "too large");
}

static enum err
read_block(BIO *pem, X509 **before, struct buf *out, bool *end,
	   struct diag *why)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n = 0;
	enum err err;

	if (PEM_read_bio(pem, &name, &header, &der, &n) != 1) {
		bool none = ERR_GET_REASON(ERR_peek_last_error()) ==
			    PEM_R_NO_START_LINE;

		ERR_clear_error();
		*end = true;
		return none ? ERR_NONE : bad(why, "PEM");
	}
	if (strcmp(name, PEM_STRING_X509) != 0 || header[0] || n <= 0)
		err = bad(why, "PEM");
	else
		err = take_cert(before,
				(struct str){ (const char *)der, (size_t)n },
				out, why);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(der);
	return err;
}

enum err
acme_parse_chain(struct str pem, struct buf *out, struct diag *why)
{
	X509 *before = NULL;
	enum err err = ERR_NONE;
	bool end = false;
	size_t count = 0;
	BIO *bio;

	if (pem.n == 0 || pem.n > ACME_BODY_MAX)
		return bad(why, "size");
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		return bad(why, "PEM");
	while (err == ERR_NONE && !end) {
		err = read_block(bio, &before, out, &end, why);
		if (err == ERR_NONE && !end && ++count > ACME_CHAIN_CERTS)
			err = bad(why, "too many certificates");
	}
	if (err == ERR_NONE && count == 0)
		err = bad(why, "no certificate");
	X509_free(before);
	(void)BIO_free(bio);
	ERR_clear_error();
	return err;
}

/* ---- what is in it ---- */

static bool
seconds_of(const ASN1_TIME *time, int64_t *out)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	*out = civil_seconds((struct civil){ tm.tm_year + 1900, tm.tm_mon + 1,
					     tm.tm_mday, tm.tm_hour, tm.tm_min,
					     tm.tm_sec });
	return true;
}

bool
acme_chain_dates(struct str chain, int64_t *not_before, int64_t *not_after)
{
	X509 *leaf = load(acme_chain_leaf(chain));
	bool ok = leaf && seconds_of(X509_get0_notBefore(leaf), not_before) &&
		  seconds_of(X509_get0_notAfter(leaf), not_after);

	X509_free(leaf);
	ERR_clear_error();
	return ok;
}

static enum err
judge(X509 *leaf, EVP_PKEY *key, struct str name, struct diag *why)
{
	const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
	EVP_PKEY *has = X509_get0_pubkey(leaf);

	if (!has || EVP_PKEY_eq(has, key) != 1)
		return bad(why, "for another key");
	if (X509_check_host(leaf, name.p, name.n, flags, NULL) != 1)
		return bad(why, "for another name");
	return ERR_NONE;
}

enum err
acme_chain_check(struct str chain, EVP_PKEY *key, struct str name, int64_t now,
		 struct diag *why)
{
	X509 *leaf = load(acme_chain_leaf(chain));
	enum err err =
		leaf ? judge(leaf, key, name, why) : bad(why, "certificate");
	int64_t from = 0, to = 0;

	X509_free(leaf);
	ERR_clear_error();
	if (err != ERR_NONE)
		return err;
	if (!acme_chain_dates(chain, &from, &to) || to <= from || to <= now)
		return bad(why, "dates");
	return ERR_NONE;
}

static struct str
bytes_of(const ASN1_STRING *s)
{
	return (struct str){ (const char *)ASN1_STRING_get0_data(s),
			     (size_t)ASN1_STRING_length(s) };
}

/* The number's DER content: a high first bit has a zero before it. */
static bool
put_serial(X509 *leaf, struct buf *out)
{
	SCOPED_BUF bytes = BUF(64);
	struct str serial = bytes_of(X509_get0_serialNumber(leaf));

	if (serial.n == 0)
		return false;
	if ((unsigned char)serial.p[0] & 0x80)
		buf_addc(&bytes, '\0');
	buf_add(&bytes, serial);
	return !bytes.full && acme_base64url(buf_str(&bytes), out);
}

bool
acme_chain_id(struct str chain, char out[ACME_ID_SIZE])
{
	SCOPED_BUF text = BUF(ACME_ID_SIZE - 1);
	X509 *leaf = load(acme_chain_leaf(chain));
	const ASN1_OCTET_STRING *authority =
		leaf ? X509_get0_authority_key_id(leaf) : NULL;
	bool ok = authority && acme_base64url(bytes_of(authority), &text) &&
		  buf_addc(&text, '.') && put_serial(leaf, &text);

	X509_free(leaf);
	ERR_clear_error();
	if (ok)
		(void)snprintf(out, ACME_ID_SIZE, "%s", buf_c(&text));
	return ok;
}

/* ---- to PEM ---- */

static bool
put_pem(const char *label, struct str der, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;
	bool ok = bio && der.n < INT32_MAX &&
		  PEM_write_bio(bio, label, "", (const unsigned char *)der.p,
				(long)der.n) > 0;

	if (ok)
		n = BIO_get_mem_data(bio, &text);
	ok = ok && n > 0 && buf_add(out, (struct str){ text, (size_t)n });
	(void)BIO_free(bio);
	ERR_clear_error();
	return ok;
}

bool
acme_print_chain(struct str chain, struct buf *out)
{
	struct str der;

	if (chain.n == 0)
		return false;
	while (next_cert(&chain, &der))
		if (!put_pem(PEM_STRING_X509, der, out))
			return false;
	return chain.n == 0;
}

bool
acme_print_key(struct str key, struct buf *out)
{
	return key.n > 0 && put_pem(PEM_STRING_PKCS8INF, key, out);
}
