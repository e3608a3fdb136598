/* self.c - the certificate that we make ourselves. */
#include "os/os.h"
#include "tls/private.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
	LIFE = 3650 * CIVIL_DAY,
	NEAR_END = 30 * CIVIL_DAY,
	EARLY = CIVIL_DAY, /* for peers whose clock is behind */
	PEM_MAX = 64 << 10,
	PATH_ROOM = 4096,
	NAME_ROOM = 256,
	COMMON_NAME_MAX = 64 /* RFC 5280 appendix A.1 */
};

struct place {
	char chain[PATH_ROOM], key[PATH_ROOM];
	char host[NAME_ROOM];
};

static bool
find_place(const char *dir, struct str host, struct place *out)
{
	return snprintf(out->chain, PATH_ROOM, "%s/self.pem", dir) <
		       PATH_ROOM &&
	       snprintf(out->key, PATH_ROOM, "%s/self.key", dir) < PATH_ROOM &&
	       snprintf(out->host, NAME_ROOM, "%.*s", STR_ARG(host)) <
		       NAME_ROOM;
}

/* Whether what is there still serves for this host. */
static bool
still_good(const struct tls_identity *identity, const char *host, int64_t now)
{
	X509 *leaf = SSL_CTX_get0_certificate(identity->ctx);
	time_t soon = (time_t)(now + NEAR_END);

	return leaf && X509_check_host(leaf, host, 0, 0, NULL) == 1 &&
	       X509_cmp_time(X509_get0_notAfter(leaf), &soon) > 0;
}

static bool
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *one = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = one && X509_add_ext(cert, one, -1) == 1;

	X509_EXTENSION_free(one);
	return ok;
}

static bool
set_serial(X509 *cert)
{
	uint64_t serial = 0;

	return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert),
				       serial >> 1 | 1) == 1;
}

static bool
set_name(X509 *cert, const char *host)
{
	X509_NAME *name = X509_get_subject_name(cert);
	const char *text = strlen(host) <= COMMON_NAME_MAX ? host : "waxseal";

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					  (const unsigned char *)text, -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1;
}

static bool
fill(X509 *cert, EVP_PKEY *key, const char *host, int64_t now)
{
	char names[NAME_ROOM + 8];
	time_t from = (time_t)now;

	(void)snprintf(names, sizeof names, "DNS:%s", host);
	return X509_set_version(cert, 2) == 1 && set_serial(cert) &&
	       X509_time_adj_ex(X509_getm_notBefore(cert), 0, -EARLY, &from) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), 0, LIFE, &from) &&
	       set_name(cert, host) && X509_set_pubkey(cert, key) == 1 &&
	       add_extension(cert, NID_subject_alt_name, names) &&
	       add_extension(cert, NID_basic_constraints, "CA:FALSE") &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

static enum err
write_pem(const char *path, const X509 *cert, const EVP_PKEY *key,
	  struct diag *why)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	enum err err;
	int ok;

	ok = cert ? PEM_write_bio_X509(bio, cert)
		  : PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL,
					     NULL);
	if (ok == 1) {
		size_t n = (size_t)BIO_get_mem_data(bio, &text);

		err = os_replace_file(path, (struct str){ text, n }, 0600, why);
	} else {
		err = tls_fault(path, why);
	}
	(void)BIO_free(bio);
	return err;
}

static enum err
make(const struct place *place, int64_t now, struct diag *why)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	enum err err;

	if (!key || !cert || !fill(cert, key, place->host, now))
		err = tls_fault(place->chain, why);
	else
		err = write_pem(place->key, NULL, key, why);
	/* The key first: a pair that does not fit is made again. */
	if (err == ERR_NONE)
		err = write_pem(place->chain, cert, NULL, why);
	X509_free(cert);
	EVP_PKEY_free(key);
	return err;
}

enum err
tls_self_fresh(struct str host, int64_t now, struct tls_identity **out,
	       struct diag *why)
{
	struct tls_identity *identity = heap_new(sizeof *identity);
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	char text[NAME_ROOM];
	enum err err = ERR_NONE;

	ERR_clear_error();
	identity->ctx = tls_server_context();
	if (snprintf(text, sizeof text, "%.*s", STR_ARG(host)) >= NAME_ROOM ||
	    !key || !cert || !fill(cert, key, text, now) ||
	    SSL_CTX_use_cert_and_key(identity->ctx, cert, key, NULL, 1) != 1)
		err = tls_fault(text, why);
	X509_free(cert);
	EVP_PKEY_free(key);
	if (err == ERR_NONE)
		*out = identity;
	else
		tls_free(identity);
	return err;
}

enum err
tls_self_made(const char *dir, struct str host, int64_t now,
	      struct tls_identity **out, struct diag *why)
{
	struct place place;
	struct tls_identity *old = NULL;
	enum err err;

	if (!find_place(dir, host, &place))
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return diag_errno(why, "create", dir);
	if (tls_load(place.chain, place.key, &old, NULL) == ERR_NONE &&
	    still_good(old, place.host, now)) {
		*out = old;
		return ERR_NONE;
	}
	tls_free(old);
	err = make(&place, now, why);
	return err == ERR_NONE ? tls_load(place.chain, place.key, out, why)
			       : err;
}
