#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "material.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1795305600) /* 2026-11-22 */

enum { ROUNDS = 20, ALPN_ROOM = 64 };

/* ---- certificates ---- */

static struct tls_pair *
pair_for(const char *name, const char *kind)
{
	struct material m = make_material(name, kind);
	struct tls_pair *pair = NULL;
	struct diag why = { 0 };

	assert_int_equal(
		tls_pair_new(buf_str(&m.chain), buf_str(&m.key), &pair, &why),
		ERR_NONE);
	free_material(&m);
	return pair;
}

/* ---- handshakes without a network ---- */

struct server {
	struct tls_hosts *hosts;
	struct tls_pair *pair, *challenge; /* NULL: the name is not known */
	void *who;
	char asked[256];
	bool challenged;
};

static struct tls_pair *
choose(void *ctx, void *who, const struct tls_hello *hello)
{
	struct server *s = ctx;

	s->who = who;
	s->challenged = hello->challenge;
	(void)snprintf(s->asked, sizeof s->asked, "%.*s", STR_ARG(hello->name));
	return hello->challenge ? s->challenge : s->pair;
}

struct client {
	SSL_CTX *ctx;
	SSL *ssl;
	int alert; /* got, or 0 */
};

static void
note(const SSL *ssl, int where, int what)
{
	struct client *c = SSL_get_app_data(ssl);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
		c->alert = what & 0xff;
}

static void
make_client(struct client *c, const char *name, const char *alpn)
{
	*c = (struct client){ .ctx = SSL_CTX_new(TLS_client_method()) };
	SSL_CTX_set_security_level(c->ctx, 0);
	(void)SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
	(void)SSL_CTX_set_cipher_list(c->ctx, "ALL:@SECLEVEL=0");
	SSL_CTX_set_info_callback(c->ctx, note);
	c->ssl = SSL_new(c->ctx);
	(void)SSL_set_app_data(c->ssl, c);
	if (name)
		(void)SSL_set_tlsext_host_name(c->ssl, name);
	if (alpn)
		assert_int_equal(
			SSL_set_alpn_protos(c->ssl, (const unsigned char *)alpn,
					    (unsigned)strlen(alpn)),
			0);
	SSL_set_connect_state(c->ssl);
}

static void
free_client(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->ctx);
}

/* Whether both sides agree. */
static bool
shake(struct server *s, struct client *c)
{
	SSL *ours = tls_hosts_accept(s->hosts, s);
	BIO *a = NULL, *b = NULL;
	bool agreed;

	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(ours, a, a);
	SSL_set_bio(c->ssl, b, b);
	for (unsigned i = 0; i < ROUNDS; i++) {
		char byte;

		if (SSL_do_handshake(c->ssl) == 1)
			(void)SSL_read(c->ssl, &byte, 1);
		(void)SSL_do_handshake(ours);
		ERR_clear_error();
	}
	agreed = SSL_is_init_finished(ours) && SSL_is_init_finished(c->ssl);
	SSL_free(ours);
	return agreed;
}

static int
make_server(void **state)
{
	struct server *s = heap_new(sizeof *s);

	s->hosts = tls_hosts_new(choose, s);
	s->pair = pair_for("mta-sts.a.example", "P-256");
	*state = s;
	return 0;
}

static int
free_server(void **state)
{
	struct server *s = *state;

	tls_hosts_free(s->hosts);
	tls_pair_free(s->pair);
	tls_pair_free(s->challenge);
	heap_free(s);
	return 0;
}

/* ---- tests ---- */

static void
the_name_chooses_the_certificate(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct server *s = *state;

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		const unsigned char *alpn = NULL;
		unsigned alpn_n = 0;
		struct client c;
		X509 *leaf;

		make_client(&c, "mta-sts.a.example", "\2h2\10http/1.1");
		(void)SSL_set_max_proto_version(c.ssl, versions[i]);
		assert_true(shake(s, &c));
		assert_string_equal(s->asked, "mta-sts.a.example");
		assert_ptr_equal(s->who, s);
		assert_int_equal(SSL_version(c.ssl), versions[i]);
		leaf = SSL_get0_peer_certificate(c.ssl);
		assert_int_equal(
			X509_check_host(leaf, "mta-sts.a.example", 0, 0, NULL),
			1);
		assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(c.ssl)),
				 2);
		SSL_get0_alpn_selected(c.ssl, &alpn, &alpn_n);
		assert_int_equal(alpn_n, 8);
		assert_memory_equal(alpn, "http/1.1", 8);
		free_client(&c);
	}
}

static void
keys_of_other_kinds_serve_too(void **state)
{
	static const char *const kinds[] = { "RSA", "P-384" };
	struct server *s = *state;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct client c;

		tls_pair_free(s->pair);
		s->pair = pair_for("mta-sts.a.example", kinds[i]);
		make_client(&c, "mta-sts.a.example", NULL);
		(void)SSL_set_max_proto_version(c.ssl, TLS1_2_VERSION);
		assert_true(shake(s, &c));
		free_client(&c);
	}
}

static void
no_name_and_no_such_name_end_with_alert_112(void **state)
{
	static const char *const names[] = { NULL, "mta-sts.b.example" };
	struct server *s = *state;

	tls_pair_free(s->pair);
	s->pair = NULL;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct client c;

		make_client(&c, names[i], NULL);
		assert_false(shake(s, &c));
		assert_int_equal(c.alert, 112);
		assert_null(SSL_get0_peer_certificate(c.ssl));
		free_client(&c);
	}
}

static void
old_versions_are_refused(void **state)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION };

	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		struct client c;

		make_client(&c, "mta-sts.a.example", NULL);
		(void)SSL_set_max_proto_version(c.ssl, versions[i]);
		assert_false(shake(*state, &c));
		assert_int_equal(c.alert, 70); /* protocol_version */
		free_client(&c);
	}
}

static void
another_protocol_is_refused(void **state)
{
	struct client c;

	make_client(&c, "mta-sts.a.example", "\2h2");
	assert_false(shake(*state, &c));
	assert_int_equal(c.alert, 120); /* no_application_protocol */
	free_client(&c);
}

static void
a_session_is_not_resumed(void **state)
{
	struct client c;

	make_client(&c, "mta-sts.a.example", NULL);
	assert_true(shake(*state, &c));
	assert_int_equal(SSL_SESSION_is_resumable(SSL_get0_session(c.ssl)), 0);
	free_client(&c);
}

/* RFC 8737 section 3. */
static void
check_challenge(X509 *leaf, const uint8_t digest[32])
{
	ASN1_OBJECT *id = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
	int at = X509_get_ext_by_OBJ(leaf, id, -1);
	X509_EXTENSION *one = X509_get_ext(leaf, at);
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(one);
	const unsigned char *der = ASN1_STRING_get0_data(value);
	GENERAL_NAMES *names =
		X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);

	assert_true(at >= 0);
	assert_int_equal(X509_EXTENSION_get_critical(one), 1);
	assert_int_equal(ASN1_STRING_length(value), 34);
	assert_memory_equal(der, "\4\40", 2);
	assert_memory_equal(der + 2, digest, 32);
	assert_int_equal(sk_GENERAL_NAME_num(names), 1);
	assert_int_equal(X509_check_host(leaf, "mta-sts.a.example", 0, 0, NULL),
			 1);
	assert_int_equal(X509_self_signed(leaf, 1), 1);
	GENERAL_NAMES_free(names);
	ASN1_OBJECT_free(id);
}

static void
a_challenge_is_answered_for_its_protocol_only(void **state)
{
	static const uint8_t digest[32] = { 1, 2, 3, 0xff };
	struct server *s = *state;
	const unsigned char *alpn = NULL;
	unsigned alpn_n = 0;
	struct client c;

	assert_int_equal(tls_pair_challenge(S("mta-sts.a.example"), digest, NOW,
					    &s->challenge, NULL),
			 ERR_NONE);
	make_client(&c, "mta-sts.a.example", "\12acme-tls/1");
	assert_true(shake(s, &c));
	assert_true(s->challenged);
	check_challenge(SSL_get0_peer_certificate(c.ssl), digest);
	SSL_get0_alpn_selected(c.ssl, &alpn, &alpn_n);
	assert_int_equal(alpn_n, 10);
	assert_memory_equal(alpn, "acme-tls/1", 10);
	free_client(&c);
	/* With others beside it, it is none. */
	make_client(&c, "mta-sts.a.example", "\12acme-tls/1\10http/1.1");
	assert_true(shake(s, &c));
	assert_false(s->challenged);
	SSL_get0_alpn_selected(c.ssl, &alpn, &alpn_n);
	assert_int_equal(alpn_n, 8);
	free_client(&c);
}

static void
a_challenge_for_what_is_no_name_is_refused(void **state)
{
	static const uint8_t digest[32];
	struct tls_pair *pair = NULL;
	struct diag why = { 0 };

	(void)state;
	assert_int_equal(tls_pair_challenge(S("a.example,DNS:b.example"),
					    digest, NOW, &pair, &why),
			 ERR_SYNTAX);
	assert_string_equal(why.code, "tls.bad_pair");
	assert_null(pair);
}

static void
what_does_not_fit_together_is_refused(void **state)
{
	struct material a = make_material("a.example", "P-256");
	struct material b = make_material("b.example", "P-256");
	const struct str chain = buf_str(&a.chain), key = buf_str(&a.key);
	const struct {
		struct str chain, key;
	} cases[] = {
		{ chain, buf_str(&b.key) },
		{ chain, S("") },
		{ chain, S("no key") },
		{ chain, str_sub(key, 0, key.n - 1) },
		{ S(""), key },
		{ S("\0\0"), key },
		{ S("\0\0\3abc"), key },
		{ str_sub(chain, 0, chain.n - 1), key },
		{ str_sub(chain, 3, SIZE_MAX), key },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct tls_pair *pair = NULL;
		struct diag why = { 0 };

		if (tls_pair_new(cases[i].chain, cases[i].key, &pair, &why) !=
		    ERR_SYNTAX)
			fail_msg("case %zu was taken", i);
		assert_string_equal(why.code, "tls.bad_pair");
		assert_null(pair);
		assert_int_equal(ERR_peek_error(), 0);
	}
	free_material(&a);
	free_material(&b);
}

/* ---- looking at a ClientHello ---- */

static struct buf
hello_of(const char *name, const char *alpn)
{
	struct buf out = BUF(DER_MAX);
	BIO *in = BIO_new(BIO_s_mem()), *sent = BIO_new(BIO_s_mem());
	struct client c;
	char *text;
	long n;

	make_client(&c, name, alpn);
	SSL_set_bio(c.ssl, in, sent);
	(void)SSL_do_handshake(c.ssl);
	n = BIO_get_mem_data(sent, &text);
	assert_true(n > 0);
	buf_add(&out, (struct str){ text, (size_t)n });
	free_client(&c);
	ERR_clear_error();
	return out;
}

static enum tls_peek
peek(struct str bytes, struct tls_hello *out)
{
	static char copy[DER_MAX];

	assert_true(bytes.n <= sizeof copy);
	memcpy(copy, bytes.p, bytes.n);
	return tls_peek(copy, bytes.n, out);
}

static void
a_name_is_seen_when_all_of_it_is_there(void **state)
{
	struct buf hello = hello_of("panel.example", "\12acme-tls/1");
	struct tls_hello out;

	(void)state;
	for (size_t n = 0; n < hello.n; n++)
		assert_int_equal(peek((struct str){ hello.p, n }, &out),
				 TLS_PEEK_MORE);
	assert_int_equal(peek(buf_str(&hello), &out), TLS_PEEK_DONE);
	assert_true(str_eq(out.name, S("panel.example")));
	assert_true(out.challenge);
	buf_free(&hello);
	hello = hello_of(NULL, NULL);
	assert_int_equal(peek(buf_str(&hello), &out), TLS_PEEK_DONE);
	assert_int_equal(out.name.n, 0);
	assert_false(out.challenge);
	buf_free(&hello);
}

/* Its message in records of `size`. */
static void
cut_up(const struct buf *hello, size_t size, struct buf *out)
{
	struct str rest = str_sub(buf_str(hello), 5, SIZE_MAX);

	while (rest.n > 0) {
		struct str one = str_sub(rest, 0, size);

		buf_add(out, S("\26\3\1"));
		buf_addc(out, (char)(one.n >> 8));
		buf_addc(out, (char)(one.n & 0xff));
		buf_add(out, one);
		rest = str_sub(rest, one.n, SIZE_MAX);
	}
}

static void
a_name_in_many_records_is_seen(void **state)
{
	struct buf hello = hello_of("panel.example", NULL);

	(void)state;
	for (size_t size = 1; size < 40; size++) {
		struct buf records = BUF(DER_MAX);
		struct tls_hello out;

		cut_up(&hello, size, &records);
		assert_int_equal(
			peek(str_sub(buf_str(&records), 0, records.n - 1),
			     &out),
			TLS_PEEK_MORE);
		assert_int_equal(peek(buf_str(&records), &out), TLS_PEEK_DONE);
		assert_true(str_eq(out.name, S("panel.example")));
		buf_free(&records);
	}
	buf_free(&hello);
}

static void
what_is_no_hello_is_not_waited_for(void **state)
{
	static const struct str cases[] = {
		STR("GET / HTTP/1.1\r\n"),
		STR("\26\3\1\0\0"),              /* an empty record */
		STR("\26\3\1\377\377\1"),        /* one that is too long */
		STR("\26\3\1\0\4\2\0\0\0"),      /* ServerHello */
		STR("\26\3\1\0\4\1\1\0\0"),      /* 64 KiB */
		STR("\26\3\1\0\4\1\0\0\0"),      /* nothing in it */
		STR("\26\3\1\0\1\1\25\3\1\0\2"), /* an alert between */
		STR("\200\56\1\3\1"),            /* SSL 2 */
	};
	struct tls_hello out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (peek(cases[i], &out) != TLS_PEEK_BAD)
			fail_msg("case %zu", i);
	assert_int_equal(peek(S(""), &out), TLS_PEEK_MORE);
	assert_int_equal(peek(S("\26"), &out), TLS_PEEK_MORE);
}

static void
damaged_lengths_stay_within_the_hello(void **state)
{
	struct buf hello = hello_of("panel.example", "\12acme-tls/1");
	unsigned bad = 0;

	(void)state;
	for (size_t i = 5; i < hello.n; i++) {
		char old = hello.p[i];
		char *copy = heap_new(hello.n);
		struct tls_hello out;

		hello.p[i] = (char)0xff;
		memcpy(copy, hello.p, hello.n);
		bad += tls_peek(copy, hello.n, &out) == TLS_PEEK_BAD;
		hello.p[i] = old;
		heap_free(copy);
	}
	assert_true(bad > 10);
	buf_free(&hello);
}

#define WITH_SERVER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, make_server, free_server)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(the_name_chooses_the_certificate),
		WITH_SERVER(keys_of_other_kinds_serve_too),
		WITH_SERVER(no_name_and_no_such_name_end_with_alert_112),
		WITH_SERVER(old_versions_are_refused),
		WITH_SERVER(another_protocol_is_refused),
		WITH_SERVER(a_session_is_not_resumed),
		WITH_SERVER(a_challenge_is_answered_for_its_protocol_only),
		cmocka_unit_test(a_challenge_for_what_is_no_name_is_refused),
		cmocka_unit_test(what_does_not_fit_together_is_refused),
		cmocka_unit_test(a_name_is_seen_when_all_of_it_is_there),
		cmocka_unit_test(a_name_in_many_records_is_seen),
		cmocka_unit_test(what_is_no_hello_is_not_waited_for),
		cmocka_unit_test(damaged_lengths_stay_within_the_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
