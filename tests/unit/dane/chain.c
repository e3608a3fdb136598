/* chain.c - see chain.h. */
#include "base/base.h"
#include "facts/facts.h"

#include "chain.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

/* OpenSSL makes what it is asked for, or the test ends. */
static void
must(bool good)
{
	if (!good)
		abort();
}

static void
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
}

static void
add_name(X509_NAME *name, const char *text)
{
	must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					(const unsigned char *)text, -1, -1,
					0));
}

/* A certificate over `key`; without `san` it is an issuer's. */
static X509 *
make(EVP_PKEY *key, EVP_PKEY *signer, const struct chain_wish *wish,
     const char *san)
{
	X509 *x = X509_new();
	char text[128];

	must(x && X509_set_version(x, 2) &&
	     ASN1_INTEGER_set(X509_get_serialNumber(x), san ? 2 : 1) &&
	     ASN1_TIME_set(X509_getm_notBefore(x), (time_t)wish->from) &&
	     ASN1_TIME_set(X509_getm_notAfter(x), (time_t)wish->to) &&
	     X509_set_pubkey(x, key));
	add_name(X509_get_subject_name(x), san ? "leaf" : "issuer");
	add_name(X509_get_issuer_name(x), "issuer");
	add_extension(x, NID_basic_constraints,
		      san ? "CA:FALSE" : "critical,CA:TRUE");
	if (san) {
		snprintf(text, sizeof(text), "DNS:%s", san);
		add_extension(x, NID_subject_alt_name, text);
	}
	must(X509_sign(x, signer, EVP_sha256()) > 0);
	return x;
}

static struct facts_der
keep(X509 *x, struct arena *mem)
{
	unsigned char *cert = NULL, *spki = NULL;
	int cert_n = i2d_X509(x, &cert);
	int spki_n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	struct facts_der out = { 0 };

	must(cert_n > 0 && spki_n > 0 &&
	     arena_dup(mem, (struct str){ (char *)cert, (size_t)cert_n },
		       &out.cert) &&
	     arena_dup(mem, (struct str){ (char *)spki, (size_t)spki_n },
		       &out.spki));
	OPENSSL_free(cert);
	OPENSSL_free(spki);
	return out;
}

void
chain_make(struct chain *out, const struct chain_wish *wish, struct arena *mem)
{
	EVP_PKEY *ca = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct chain_wish always = { .from = 0, .to = INT32_MAX };
	X509 *issuer = make(ca, ca, &always, NULL);
	X509 *leaf = make(key, wish->forged ? other : ca, wish, wish->name);

	*out = (struct chain){ .name = str_of(wish->name) };
	out->issuer = keep(issuer, mem);
	out->sent[0] = keep(leaf, mem);
	out->sent[1] = out->issuer;
	out->cert = (struct facts_cert){
		.there = true,
		.not_before = wish->from,
		.not_after = wish->to,
		.names = &out->name,
		.names_n = 1,
		.sent = out->sent,
		.sent_n = wish->without_issuer ? 1 : 2,
	};
	X509_free(leaf);
	X509_free(issuer);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	EVP_PKEY_free(ca);
}
