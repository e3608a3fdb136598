/* generate.c - new keys, and their records as text. */
#include "base/base.h"
#include "dkimkey/dkimkey.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum {
	RSA_BITS = 2048,
	PUBLIC_MAX = 1024,
	TEXT_MAX = 2048,
	STRING_MAX = 255 /* RFC 1035 section 3.3 */
};

static bool
keep_private(EVP_PKEY *key, struct arena *mem, struct str *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *text;
	long n;
	bool good = false;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
						 NULL)) {
		n = BIO_get_mem_data(bio, &text);
		good = n > 0 &&
		       arena_dup(mem, (struct str){ text, (size_t)n }, out);
	}
	BIO_free(bio);
	return good;
}

/* What stands in p=, before base64; its length, 0 when it failed. */
static size_t
public_bytes(const EVP_PKEY *key, enum dkimkey_kind kind,
	     uint8_t out[PUBLIC_MAX])
{
	size_t n = PUBLIC_MAX;
	unsigned char *at = out;
	int length;

	if (kind == DKIMKEY_ED25519)
		return EVP_PKEY_get_raw_public_key(key, out, &n) ? n : 0;
	length = i2d_PUBKEY(key, NULL);
	if (length <= 0 || length > PUBLIC_MAX)
		return 0;
	return i2d_PUBKEY(key, &at) == length ? (size_t)length : 0;
}

static bool
keep_record(const EVP_PKEY *key, enum dkimkey_kind kind, struct arena *mem,
	    struct str *out)
{
	uint8_t bytes[PUBLIC_MAX];
	unsigned char base64[PUBLIC_MAX * 4 / 3 + 8];
	size_t n = public_bytes(key, kind, bytes);
	SCOPED_BUF text = BUF(TEXT_MAX);
	int length;

	if (n == 0)
		return false;
	length = EVP_EncodeBlock(base64, bytes, (int)n);
	buf_addf(&text, "v=DKIM1; k=%s; p=%.*s",
		 kind == DKIMKEY_RSA ? "rsa" : "ed25519", length, base64);
	return !text.full && arena_dup(mem, buf_str(&text), out);
}

enum err
dkimkey_generate(enum dkimkey_kind kind, struct arena *mem,
		 struct dkimkey_pair *out, struct diag *why)
{
	EVP_PKEY *key = kind == DKIMKEY_ED25519
				? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
				: EVP_PKEY_Q_keygen(NULL, NULL, "RSA",
						    (size_t)RSA_BITS);
	bool good;

	*out = (struct dkimkey_pair){ 0 };
	good = key && kind != DKIMKEY_OTHER &&
	       keep_private(key, mem, &out->private_pem) &&
	       keep_record(key, kind, mem, &out->record);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (good)
		return ERR_NONE;
	dkimkey_wipe(out);
	return diag_set(why, ERR_IO, "dkim.generate_failed", 0, "%s",
			kind == DKIMKEY_ED25519 ? "Ed25519" : "RSA");
}

void
dkimkey_wipe(struct dkimkey_pair *pair)
{
	/* The arena's own copy: nobody else sees it. */
	if (pair->private_pem.p)
		OPENSSL_cleanse((void *)(uintptr_t)pair->private_pem.p,
				pair->private_pem.n);
	pair->private_pem = (struct str){ NULL, 0 };
}

bool
dkimkey_print_zone(struct str record, struct buf *out)
{
	size_t in_string = 0;

	buf_addc(out, '"');
	for (size_t i = 0; i < record.n; i++) {
		unsigned char c = (unsigned char)record.p[i];

		if (in_string++ == STRING_MAX) {
			buf_addz(out, "\" \"");
			in_string = 1;
		}
		if (c < ' ' || c > '~')
			buf_addf(out, "\\%03u", c);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else
			buf_addc(out, (char)c);
	}
	return buf_addc(out, '"');
}
