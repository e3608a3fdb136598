/* policy_many.c - an index of many hosted policies, each with a key and a
 * certificate of its own (P-256, one intermediate), and the same as PEM files
 * for another server. Keys are some dozens, and so are signatures: names are
 * written into certificates that stand already. Who serves them does not look.
 *
 *   policy_many DIR KEYFILE NUMBER [PEMDIR]
 *
 * Names are mta-sts.d000000.example and so on. KEYFILE is made: the master
 * key.
 */
#include "hosted/hosted.h"
#include "os/os.h"
#include "seal/seal.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 4096, LIFE = 90 * 86400, PATH = 512, KEYS = 64 };

struct run {
	struct hosted_writer *w;
	const char *pem; /* NULL: none */
	EVP_PKEY *ca_key;
	X509 *ca;
	unsigned char *ca_der;
	int ca_n;
	uint8_t master[SEAL_KEY_BYTES];
	struct diag why;
};

static bool
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *one = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = one && X509_add_ext(cert, one, -1) == 1;

	X509_EXTENSION_free(one);
	return ok;
}

static X509 *
certificate(const struct run *r, EVP_PKEY *key, const char *name, long serial)
{
	X509 *cert = X509_new();
	X509_NAME *who = X509_get_subject_name(cert);
	char alt[ROOM];

	(void)snprintf(alt, sizeof alt, "DNS:%s", name);
	if (X509_set_version(cert, 2) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial) != 1 ||
	    X509_NAME_add_entry_by_txt(who, "CN", MBSTRING_ASC,
				       (const unsigned char *)name, -1, -1,
				       0) != 1 ||
	    X509_set_issuer_name(cert, r->ca ? X509_get_subject_name(r->ca)
					     : who) != 1 ||
	    !X509_gmtime_adj(X509_getm_notBefore(cert), -3600) ||
	    !X509_gmtime_adj(X509_getm_notAfter(cert), LIFE) ||
	    X509_set_pubkey(cert, key) != 1 ||
	    !add_extension(cert, NID_basic_constraints,
			   r->ca ? "critical,CA:FALSE" : "critical,CA:TRUE") ||
	    (r->ca && !add_extension(cert, NID_subject_alt_name, alt)) ||
	    X509_sign(cert, r->ca ? r->ca_key : key, EVP_sha256()) <= 0)
		abort();
	return cert;
}

/* A certificate of that key for mta-sts.d000000.example. */
struct model {
	unsigned char *cert, *key; /* DER; PKCS #8 */
	int cert_n, key_n;
};

static void
make_model(const struct run *r, struct model *m)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certificate(r, key, "mta-sts.d000000.example", 2);
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);

	m->cert_n = i2d_X509(cert, &m->cert);
	m->key_n = i2d_PKCS8_PRIV_KEY_INFO(info, &m->key);
	PKCS8_PRIV_KEY_INFO_free(info);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void
add_der(struct buf *chain, const unsigned char *der, int n)
{
	buf_addc(chain, (char)(n >> 16));
	buf_addc(chain, (char)(n >> 8 & 0xff));
	buf_addc(chain, (char)(n & 0xff));
	buf_add(chain, (struct str){ (const char *)der, (size_t)n });
}

/* Wherever the model's number stands. */
static void
put_number(struct model *m, unsigned long n)
{
	char digits[32];

	(void)snprintf(digits, sizeof digits, "%06lu", n);
	for (int i = 0; i + 16 < m->cert_n; i++)
		if (memcmp(m->cert + i, "mta-sts.d", 9) == 0)
			memcpy(m->cert + i + 9, digits, 6);
}

static void
write_part(FILE *out, const char *what, const unsigned char *der, long n)
{
	if (PEM_write(out, what, "", der, n) <= 0)
		abort();
}

static void
write_pem(const struct run *r, const char *name, const struct model *m)
{
	char path[PATH];
	FILE *out;

	(void)snprintf(path, sizeof path, "%s/%s.pem", r->pem, name);
	out = fopen(path, "w");
	if (!out)
		abort();
	write_part(out, "CERTIFICATE", m->cert, m->cert_n);
	write_part(out, "CERTIFICATE", r->ca_der, r->ca_n);
	write_part(out, "PRIVATE KEY", m->key, m->key_n);
	(void)fclose(out);
}

static void
add(struct run *r, struct model *m, unsigned long n)
{
	static const struct str policy =
		STR("version: STSv1\r\nmode: enforce\r\nmx: mx.example\r\n"
		    "max_age: 604800\r\n");
	struct buf chain = BUF(ROOM), sealed = BUF(ROOM);
	char name[64], token[32];
	struct hosted_domain d = { .flags = HOSTED_PROVEN, .policy = policy };

	(void)snprintf(name, sizeof name, "mta-sts.d%06lu.example", n);
	(void)snprintf(token, sizeof token, "t%lu", n);
	put_number(m, n);
	add_der(&chain, m->cert, m->cert_n);
	add_der(&chain, r->ca_der, r->ca_n);
	if (!seal_close(r->master,
			(struct str){ (const char *)m->key, (size_t)m->key_n },
			&sealed))
		abort();
	d.name = str_sub(str_of(name), 8, SIZE_MAX);
	d.token = str_of(token);
	d.chain = buf_str(&chain);
	d.key = buf_str(&sealed);
	if (hosted_add(r->w, &d, &r->why) != ERR_NONE)
		abort();
	if (r->pem)
		write_pem(r, name, m);
	buf_free(&chain);
	buf_free(&sealed);
}

int
main(int argc, char **argv)
{
	const struct hosted_zone zone = { .ttl = 300 };
	struct run r = { .pem = argc > 4 ? argv[4] : NULL };
	static struct model models[KEYS];
	uint64_t count = 0;
	bool ok = argc > 3 && seal_init() && str_u64(str_of(argv[3]), &count);

	if (!ok)
		return 2;
	seal_key_make(r.master);
	r.ca_key = EVP_EC_gen("P-256");
	r.ca = certificate(&r, r.ca_key, "Bench CA", 1);
	r.ca_n = i2d_X509(r.ca, &r.ca_der);
	for (size_t i = 0; i < KEYS; i++)
		make_model(&r, &models[i]);
	ok = os_replace_file(
		     argv[2],
		     (struct str){ (const char *)r.master, SEAL_KEY_BYTES },
		     0600, &r.why) == ERR_NONE &&
	     hosted_begin(argv[1], true, &zone, &r.w, &r.why) == ERR_NONE;
	for (uint64_t i = 0; ok && i < count; i++)
		add(&r, &models[i % KEYS], i);
	ok = ok && hosted_commit(r.w, &r.why) == ERR_NONE;
	if (!ok)
		(void)fprintf(stderr, "policy_many: %s %s\n", r.why.code,
			      r.why.detail);
	return ok ? 0 : 1;
}
