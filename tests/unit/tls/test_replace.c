/* One certificate in the place of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "material.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define NOW INT64_C(1795305600) /* 2026-11-22 */

static bool
is_for(const struct ssl_st *ssl, const char *name)
{
	return X509_check_host(SSL_get_certificate(ssl), name, 0, 0, NULL) == 1;
}

static void
a_newer_certificate_is_for_connections_to_come(void **state)
{
	struct material a = make_material("panel.example", "P-256");
	struct material b = make_material("b.example", "P-256");
	struct tls_identity *identity = NULL;
	struct ssl_st *before, *after;
	struct diag why = { 0 };

	(void)state;
	assert_int_equal(
		tls_self_fresh(S("panel.example"), NOW, &identity, &why),
		ERR_NONE);
	before = tls_accept(identity);
	assert_true(is_for(before, "panel.example"));
	assert_int_equal(
		tls_replace(identity, buf_str(&a.chain), buf_str(&b.key), &why),
		ERR_SYNTAX);
	assert_string_equal(why.code, "tls.bad_pair");
	assert_int_equal(
		tls_replace(identity, buf_str(&b.chain), buf_str(&b.key), &why),
		ERR_NONE);
	after = tls_accept(identity);
	assert_true(is_for(before, "panel.example"));
	assert_true(is_for(after, "b.example"));
	SSL_free(before);
	SSL_free(after);
	tls_free(identity);
	free_material(&a);
	free_material(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_newer_certificate_is_for_connections_to_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
