#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policyhost/private.h"

#include "seal/seal.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 4096 };

static const uint8_t master[SEAL_KEY_BYTES] = "a key of thirty-two bytes, 1234";

/* A domain with a certificate of its own. */
struct own {
	struct hosted_domain d;
	struct buf chain, sealed;
	char name[32];
};

static void
add_chain(struct own *o, EVP_PKEY *key)
{
	X509 *cert = X509_new();
	unsigned char *der = NULL;
	int n;

	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 60));
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	n = i2d_X509(cert, &der);
	buf_addc(&o->chain, 0);
	buf_addc(&o->chain, (char)(n >> 8));
	buf_addc(&o->chain, (char)(n & 0xff));
	buf_add(&o->chain, (struct str){ (const char *)der, (size_t)n });
	OPENSSL_free(der);
	X509_free(cert);
}

static void
add_key(struct own *o, EVP_PKEY *key)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);

	assert_true(seal_close(master,
			       (struct str){ (const char *)der, (size_t)n },
			       &o->sealed));
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
}

static void
renew(struct own *o)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	buf_clear(&o->chain);
	buf_clear(&o->sealed);
	add_chain(o, key);
	add_key(o, key);
	EVP_PKEY_free(key);
	o->d.chain = buf_str(&o->chain);
	o->d.key = buf_str(&o->sealed);
}

static void
make(struct own *o, unsigned n)
{
	*o = (struct own){ .chain = BUF(ROOM), .sealed = BUF(ROOM) };
	(void)snprintf(o->name, sizeof o->name, "d%u.example", n);
	o->d.name = str_of(o->name);
	renew(o);
}

static void
forget(struct own *o)
{
	buf_free(&o->chain);
	buf_free(&o->sealed);
}

static int
begin(void **state)
{
	(void)state;
	return seal_init() ? 0 : -1;
}

static void
a_certificate_is_made_once(void **state)
{
	struct policyhost_cache *c = policyhost_cache_new(10);
	struct tls_pair *first;
	struct own o;

	(void)state;
	make(&o, 1);
	first = policyhost_cache_get(c, master, &o.d, 1);
	assert_non_null(first);
	assert_ptr_equal(policyhost_cache_get(c, master, &o.d, 1), first);
	/* Also from another index, when it says the same. */
	assert_ptr_equal(policyhost_cache_get(c, master, &o.d, 2), first);
	assert_int_equal(policyhost_cache_count(c), 1);
	policyhost_cache_free(c);
	forget(&o);
}

static void
a_renewed_one_takes_its_place(void **state)
{
	struct policyhost_cache *c = policyhost_cache_new(10);
	struct tls_pair *first;
	struct own o;

	(void)state;
	make(&o, 1);
	first = policyhost_cache_get(c, master, &o.d, 1);
	renew(&o);
	assert_ptr_not_equal(policyhost_cache_get(c, master, &o.d, 2), NULL);
	assert_int_equal(policyhost_cache_count(c), 1);
	(void)first; /* is freed by now */
	policyhost_cache_free(c);
	forget(&o);
}

static void
those_used_longest_ago_make_room(void **state)
{
	enum { MANY = 12, ROOMS = 4 };
	struct policyhost_cache *c = policyhost_cache_new(ROOMS);
	struct tls_pair *kept;
	struct own o[MANY];

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		make(&o[i], i);
	kept = policyhost_cache_get(c, master, &o[0].d, 1);
	for (unsigned i = 1; i < MANY; i++) {
		assert_non_null(policyhost_cache_get(c, master, &o[i].d, 1));
		/* Asked for again and again, it stays. */
		assert_ptr_equal(policyhost_cache_get(c, master, &o[0].d, 1),
				 kept);
		assert_true(policyhost_cache_count(c) <= ROOMS);
	}
	policyhost_cache_free(c);
	for (unsigned i = 0; i < MANY; i++)
		forget(&o[i]);
}

static void
what_the_key_does_not_open_is_none(void **state)
{
	static const uint8_t other[SEAL_KEY_BYTES] = "another";
	struct policyhost_cache *c = policyhost_cache_new(4);
	struct own o;

	(void)state;
	make(&o, 1);
	assert_null(policyhost_cache_get(c, other, &o.d, 1));
	/* Remembered: it is told once, not with each handshake. */
	assert_null(policyhost_cache_get(c, other, &o.d, 1));
	assert_int_equal(policyhost_cache_count(c), 1);
	renew(&o);
	assert_non_null(policyhost_cache_get(c, master, &o.d, 2));
	policyhost_cache_free(c);
	forget(&o);
}

/* ---- crowds ---- */

static void
an_address_has_so_many_connections_and_no_more(void **state)
{
	struct policyhost_crowd *c = policyhost_crowd_new(3);
	struct netaddr a, same, other;
	uint16_t place = 0, place_of_other = 0;

	(void)state;
	assert_true(netaddr_parse(S("2001:db8::1"), &a));
	assert_true(netaddr_parse(S("2001:db8::ffff:1"), &same));
	assert_true(netaddr_parse(S("192.0.2.1"), &other));
	assert_true(policyhost_crowd_enter(c, &a, &place));
	assert_true(policyhost_crowd_enter(c, &same, &place));
	assert_true(policyhost_crowd_enter(c, &a, &place));
	assert_false(policyhost_crowd_enter(c, &same, &place));
	assert_true(policyhost_crowd_enter(c, &other, &place_of_other));
	policyhost_crowd_leave(c, place);
	assert_true(policyhost_crowd_enter(c, &a, &place));
	policyhost_crowd_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_made_once),
		cmocka_unit_test(a_renewed_one_takes_its_place),
		cmocka_unit_test(those_used_longest_ago_make_room),
		cmocka_unit_test(what_the_key_does_not_open_is_none),
		cmocka_unit_test(
			an_address_has_so_many_connections_and_no_more),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
