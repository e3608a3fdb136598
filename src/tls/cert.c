/* cert.c - a server's certificates as plain values. */
#include "facts/facts.h"
#include "seal/seal.h"
#include "tls/private.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>

enum {
	NAMES_MAX = 20000, /* more than OpenSSL takes in one certificate */
	RSA_LEAST = 2048,
	EC_LEAST = 224
};

/* ---- texts ---- */

static bool
utf8_of(const ASN1_STRING *text, struct arena *mem, struct str *out)
{
	unsigned char *p = NULL;
	int n = ASN1_STRING_to_UTF8(&p, text);
	bool ok;

	if (n < 0)
		return true;
	ok = arena_dup(mem, (struct str){ (const char *)p, (size_t)n }, out);
	OPENSSL_free(p);
	return ok;
}

/* The last of its kind, which is the most specific one. */
static bool
name_part(const X509_NAME *name, int nid, struct arena *mem, struct str *out)
{
	int last = -1;

	for (int i = -1; (i = X509_NAME_get_index_by_NID(name, nid, i)) >= 0;)
		last = i;
	if (last < 0)
		return true;
	return utf8_of(
		X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)), mem,
		out);
}

static bool
put_issuer(X509 *leaf, struct arena *mem, struct str *out)
{
	const X509_NAME *name = X509_get_issuer_name(leaf);
	struct str common = { 0 }, firm = { 0 };

	if (!name_part(name, NID_commonName, mem, &common) ||
	    !name_part(name, NID_organizationName, mem, &firm))
		return false;
	*out = common.n > 0 ? common : firm;
	return true;
}

static bool
add_name(struct facts_cert *out, struct str *names, const GENERAL_NAME *one,
	 struct arena *mem)
{
	const ASN1_STRING *text;
	struct str s;
	char *p;

	if (one->type != GEN_DNS || out->names_n >= NAMES_MAX)
		return true;
	text = one->d.dNSName;
	s = (struct str){ (const char *)ASN1_STRING_get0_data(text),
			  (size_t)ASN1_STRING_length(text) };
	/* "good.example\0.bad.example" names nobody. */
	if (s.n == 0 || memchr(s.p, '\0', s.n))
		return true;
	p = arena_alloc(mem, s.n);
	if (!p)
		return false;
	for (size_t i = 0; i < s.n; i++)
		p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32
							     : s.p[i]);
	names[out->names_n++] = (struct str){ p, s.n };
	return true;
}

static bool
put_names(X509 *leaf, struct arena *mem, struct facts_cert *out)
{
	GENERAL_NAMES *all =
		X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int n = all ? sk_GENERAL_NAME_num(all) : 0;
	struct str *names = arena_array(mem, (size_t)n, sizeof *names);
	bool ok = names != NULL;

	for (int i = 0; ok && i < n; i++)
		ok = add_name(out, names, sk_GENERAL_NAME_value(all, i), mem);
	out->names = names;
	GENERAL_NAMES_free(all);
	return ok;
}

/* ---- dates, keys ---- */

static int64_t
seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return civil_seconds((struct civil){ tm.tm_year + 1900, tm.tm_mon + 1,
					     tm.tm_mday, tm.tm_hour, tm.tm_min,
					     tm.tm_sec });
}

static struct str
type_of(const EVP_PKEY *key)
{
	switch (key ? EVP_PKEY_get_base_id(key) : 0) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return S("RSA");
	case EVP_PKEY_EC:
		return S("EC");
	case EVP_PKEY_DSA:
		return S("DSA");
	case EVP_PKEY_ED25519:
		return S("ED25519");
	case EVP_PKEY_ED448:
		return S("ED448");
	default:
		return S("");
	}
}

static bool
weak_key(const EVP_PKEY *key)
{
	struct str type = type_of(key);
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (str_eq(type, S("DSA")))
		return true;
	return (str_eq(type, S("RSA")) && bits < RSA_LEAST) ||
	       (str_eq(type, S("EC")) && bits < EC_LEAST);
}

static bool
weak_signature(X509 *cert)
{
	int digest = NID_undef;

	if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) != 1)
		return false;
	return digest == NID_sha1 || digest == NID_md5 ||
	       digest == NID_md5_sha1 || digest == NID_md4 ||
	       digest == NID_md2 || digest == NID_ripemd160;
}

/* A root's signature on itself proves nothing and can be as old as it is. */
static bool
is_weak(STACK_OF(X509) * sent)
{
	for (int i = 0; i < sk_X509_num(sent); i++) {
		X509 *cert = sk_X509_value(sent, i);
		bool root = X509_self_signed(cert, 0) == 1;

		if ((i == 0 || !root) &&
		    (weak_key(X509_get0_pubkey(cert)) || weak_signature(cert)))
			return true;
	}
	return false;
}

static bool
put_sent(STACK_OF(X509) * sent, struct arena *mem, struct facts_cert *out)
{
	int n = sk_X509_num(sent);
	struct facts_der *all = arena_array(mem, (size_t)n, sizeof *all);

	if (!all)
		return false;
	for (int i = 0; i < n; i++) {
		X509 *cert = sk_X509_value(sent, i);
		unsigned char *der = NULL, *spki = NULL;
		int der_n = i2d_X509(cert, &der);
		int spki_n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
		struct str a = { (const char *)der,
				 der_n > 0 ? (size_t)der_n : 0 };
		struct str b = { (const char *)spki,
				 spki_n > 0 ? (size_t)spki_n : 0 };
		bool ok = arena_dup(mem, a, &all[i].cert) &&
			  arena_dup(mem, b, &all[i].spki);

		OPENSSL_free(der);
		OPENSSL_free(spki);
		if (!ok)
			return false;
	}
	out->sent = all;
	out->sent_n = (size_t)n;
	return true;
}

/* ---- the chain ---- */

static enum facts_chain
verdict_of(X509_STORE_CTX *ctx)
{
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_OK:
		return FACTS_CHAIN_TRUSTED;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return FACTS_CHAIN_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
		return FACTS_CHAIN_UNTRUSTED_ROOT;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		/* Roots need not be sent; what signed the leaf must be. */
		return X509_STORE_CTX_get_error_depth(ctx) == 0
			       ? FACTS_CHAIN_INCOMPLETE
			       : FACTS_CHAIN_UNTRUSTED_ROOT;
	case X509_V_ERR_CERT_REVOKED:
		return FACTS_CHAIN_REVOKED;
	default:
		return FACTS_CHAIN_BROKEN;
	}
}

static enum facts_chain
verify(STACK_OF(X509) * sent, X509_STORE *roots, unsigned long more)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum facts_chain verdict = FACTS_CHAIN_UNKNOWN;

	if (ctx && X509_STORE_CTX_init(ctx, roots, sk_X509_value(sent, 0),
				       sent) == 1) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

		(void)X509_STORE_CTX_set_default(ctx, "ssl_server");
		(void)X509_VERIFY_PARAM_set_flags(
			param, X509_V_FLAG_NO_CHECK_TIME | more);
		X509_VERIFY_PARAM_set_auth_level(param, 0);
		(void)X509_verify_cert(ctx);
		verdict = verdict_of(ctx);
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return verdict;
}

/* Lists of what was revoked are not fetched: they count where they stand
 * beside the roots, and nothing follows from there being none. */
static enum facts_chain
judge(STACK_OF(X509) * sent, const struct tls_trust *trust)
{
	X509_STORE *roots = SSL_CTX_get_cert_store(trust->ctx);
	enum facts_chain verdict = verify(sent, roots, 0);

	if (verdict == FACTS_CHAIN_TRUSTED && trust->lists &&
	    verify(sent, roots, X509_V_FLAG_CRL_CHECK) == FACTS_CHAIN_REVOKED)
		return FACTS_CHAIN_REVOKED;
	return verdict;
}

/* Many names share a server, and the roots stay as they are: the signatures
 * of one chain are looked at once. */
static enum facts_chain
judge_once(STACK_OF(X509) * sent, struct tls_trust *trust,
	   const struct facts_cert *der)
{
	struct seal_hash *h = seal_hash_new();
	uint8_t hash[SEAL_HASH_BYTES];
	struct str key = { (const char *)hash, sizeof(hash) };
	uint64_t verdict;

	/* A certificate says itself how long it is. */
	for (size_t i = 0; i < der->sent_n; i++)
		seal_hash_add(h, der->sent[i].cert);
	seal_hash_end(h, hash);
	if (!map_get(trust->seen, key, &verdict)) {
		verdict = judge(sent, trust);
		map_put(trust->seen, key, verdict);
	}
	return (enum facts_chain)verdict;
}

bool
tls_cert_facts(STACK_OF(X509) * sent, struct tls_trust *trust,
	       struct arena *mem, struct facts_cert *out)
{
	X509 *leaf = sk_X509_value(sent, 0);
	const EVP_PKEY *key;

	if (!leaf)
		return true;
	key = X509_get0_pubkey(leaf);
	*out = (struct facts_cert){
		.there = true,
		.not_before = seconds_of(X509_get0_notBefore(leaf)),
		.not_after = seconds_of(X509_get0_notAfter(leaf)),
		.weak = is_weak(sent),
		.key_bits = key ? (unsigned)EVP_PKEY_get_bits(key) : 0,
		.key_type = type_of(key),
	};
	if (!put_sent(sent, mem, out))
		return false;
	out->chain = judge_once(sent, trust, out);
	ERR_clear_error();
	return put_names(leaf, mem, out) &&
	       name_part(X509_get_subject_name(leaf), NID_commonName, mem,
			 &out->common_name) &&
	       put_issuer(leaf, mem, &out->issuer);
}
