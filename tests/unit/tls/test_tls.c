#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tls/tls.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1795305600) /* 2026-11-22 */

struct place {
	char dir[64], chain[96], key[96];
};

static int
make_place(void **state)
{
	struct place *p = heap_new(sizeof *p);

	(void)snprintf(p->dir, sizeof p->dir, "/tmp/waxseal-tls-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	(void)snprintf(p->chain, sizeof p->chain, "%s/self.pem", p->dir);
	(void)snprintf(p->key, sizeof p->key, "%s/self.key", p->dir);
	*state = p;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *p = *state;

	(void)unlink(p->chain);
	(void)unlink(p->key);
	(void)rmdir(p->dir);
	heap_free(p);
	return 0;
}

static X509 *
read_chain(const struct place *p)
{
	FILE *f = fopen(p->chain, "r");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	assert_non_null(cert);
	(void)fclose(f);
	return cert;
}

static uint64_t
serial_of(const struct place *p)
{
	X509 *cert = read_chain(p);
	uint64_t serial = 0;

	assert_int_equal(
		ASN1_INTEGER_get_uint64(&serial, X509_get_serialNumber(cert)),
		1);
	X509_free(cert);
	return serial;
}

static void
make(const struct place *p, struct str host, int64_t now)
{
	struct tls_identity *identity = NULL;
	struct diag why = { 0 };

	assert_int_equal(tls_self_made(p->dir, host, now, &identity, &why),
			 ERR_NONE);
	assert_non_null(identity);
	tls_free(identity);
}

static void
what_we_make_names_the_host_and_lives_ten_years(void **state)
{
	const struct place *p = *state;
	time_t nine = NOW + INT64_C(9) * 365 * CIVIL_DAY;
	time_t eleven = NOW + INT64_C(11) * 365 * CIVIL_DAY;
	struct stat st;
	X509 *cert;

	make(p, S("mail.example.net"), NOW);
	cert = read_chain(p);
	assert_int_equal(X509_check_host(cert, "mail.example.net", 0, 0, NULL),
			 1);
	assert_int_equal(X509_check_host(cert, "example.net", 0, 0, NULL), 0);
	assert_true(X509_cmp_time(X509_get0_notAfter(cert), &nine) > 0);
	assert_true(X509_cmp_time(X509_get0_notAfter(cert), &eleven) < 0);
	X509_free(cert);
	assert_int_equal(stat(p->key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_good_one_is_kept(void **state)
{
	const struct place *p = *state;
	uint64_t first;

	make(p, S("a.example"), NOW);
	first = serial_of(p);
	make(p, S("a.example"), NOW + CIVIL_DAY);
	assert_int_equal(serial_of(p), first);
}

static void
another_host_or_a_near_end_gives_a_new_one(void **state)
{
	const struct place *p = *state;
	uint64_t first, second;

	make(p, S("a.example"), NOW);
	first = serial_of(p);
	make(p, S("b.example"), NOW);
	second = serial_of(p);
	assert_int_not_equal(second, first);
	make(p, S("b.example"), NOW + INT64_C(3640) * CIVIL_DAY);
	assert_int_not_equal(serial_of(p), second);
}

static void
a_broken_one_is_made_again(void **state)
{
	const struct place *p = *state;
	FILE *f;

	make(p, S("a.example"), NOW);
	f = fopen(p->key, "w");
	assert_non_null(f);
	assert_true(fputs("no key\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	make(p, S("a.example"), NOW);
	X509_free(read_chain(p));
}

static void
a_file_that_is_no_certificate_is_named(void **state)
{
	const struct place *p = *state;
	struct tls_identity *identity = NULL;
	struct diag why = { 0 };

	make(p, S("a.example"), NOW);
	assert_int_equal(tls_load(p->key, p->key, &identity, &why), ERR_SYNTAX);
	assert_string_equal(why.code, "tls.bad_file");
	assert_non_null(strstr(why.detail, "self.key"));
	diag_clear(&why);
	assert_int_equal(tls_load(p->chain, p->chain, &identity, &why),
			 ERR_SYNTAX);
	assert_non_null(strstr(why.detail, "self.pem"));
	diag_clear(&why);
	assert_int_equal(tls_load("/nowhere/x.pem", p->key, &identity, &why),
			 ERR_SYNTAX);
	assert_non_null(strstr(why.detail, "/nowhere/x.pem"));
	assert_null(identity);
}

/* Client and server in memory, turn by turn. */
static bool
handshake(struct tls_identity *identity, int highest, struct buf *told)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *client = SSL_new(ctx);
	SSL *server = tls_accept(identity);
	BIO *a = NULL, *b = NULL;
	bool done = false;

	SSL_set_security_level(client, 0);
	(void)SSL_set_min_proto_version(client, TLS1_VERSION);
	(void)SSL_set_max_proto_version(client, highest);
	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(client, a, a);
	SSL_set_bio(server, b, b);
	SSL_set_connect_state(client);
	for (int i = 0; i < 20 && !done; i++) {
		int one = SSL_do_handshake(client);
		int two = SSL_do_handshake(server);

		done = one == 1 && two == 1;
	}
	if (done)
		tls_describe(server, told);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(ctx);
	return done;
}

static void
tls_before_1_2_is_refused(void **state)
{
	const struct place *p = *state;
	struct tls_identity *identity = NULL;
	SCOPED_BUF told = BUF(200);

	assert_int_equal(
		tls_self_made(p->dir, S("a.example"), NOW, &identity, NULL),
		ERR_NONE);
	assert_false(handshake(identity, TLS1_1_VERSION, &told));
	assert_true(handshake(identity, TLS1_2_VERSION, &told));
	assert_true(str_starts(buf_str(&told), S("TLSv1.2 ECDHE-ECDSA-")));
	buf_clear(&told);
	assert_true(handshake(identity, TLS1_3_VERSION, &told));
	assert_string_equal(buf_c(&told), "TLSv1.3 TLS_AES_256_GCM_SHA384");
	tls_free(identity);
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_we_make_names_the_host_and_lives_ten_years),
		CASE(a_good_one_is_kept),
		CASE(another_host_or_a_near_end_gives_a_new_one),
		CASE(a_broken_one_is_made_again),
		CASE(a_file_that_is_no_certificate_is_named),
		CASE(tls_before_1_2_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
