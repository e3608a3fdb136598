/* test_provider.c - which settings of a DNS provider can be used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "provider/provider.h"

struct setting {
	enum provider_kind kind;
	const char *server, *url, *key_name, *algorithm, *account, *secret;
	const char *bad; /* the field that is told; NULL: good */
};

static enum err
write(const struct setting *s, struct buf *out, struct diag *why)
{
	const struct provider p = {
		.kind = s->kind,
		.field = { [PROVIDER_SERVER] = str_of(s->server),
			   [PROVIDER_URL] = str_of(s->url),
			   [PROVIDER_KEY_NAME] = str_of(s->key_name),
			   [PROVIDER_ALGORITHM] = str_of(s->algorithm),
			   [PROVIDER_ACCOUNT] = str_of(s->account) },
		.secret = str_of(s->secret),
	};

	return provider_write(&p, out, why);
}

static void
settings_are_taken_or_the_field_at_fault_is_told(void **state)
{
	static const struct setting cases[] = {
		{ PROVIDER_RFC2136, "192.0.2.1:53", NULL, "k", NULL, NULL, "x",
		  NULL },
		{ PROVIDER_RFC2136, "[2001:db8::1]:53", NULL, "k",
		  "hmac-sha512", NULL, "x", NULL },
		{ PROVIDER_RFC2136, "192.0.2.1", NULL, "k", NULL, NULL, "x",
		  "server" },
		{ PROVIDER_RFC2136, "ns1.example.com:53", NULL, "k", NULL, NULL,
		  "x", "server" },
		{ PROVIDER_RFC2136, "192.0.2.1:53", NULL, NULL, NULL, NULL, "x",
		  "key_name" },
		{ PROVIDER_RFC2136, "192.0.2.1:53", NULL, "k", "hmac-md5", NULL,
		  "x", "algorithm" },
		{ PROVIDER_RFC2136, "192.0.2.1:53", "https://x/", "k", NULL,
		  NULL, "x", "url" },
		{ PROVIDER_RFC2136, "192.0.2.1:53", NULL, "k", NULL, NULL, NULL,
		  "secret" },
		{ PROVIDER_POWERDNS, NULL, "http://192.0.2.1:8081", NULL, NULL,
		  NULL, "x", NULL },
		{ PROVIDER_POWERDNS, NULL, NULL, NULL, NULL, NULL, "x", "url" },
		{ PROVIDER_CLOUDFLARE, NULL, NULL, NULL, NULL, NULL, "x",
		  NULL },
		/* A token does not go through the network unsealed. */
		{ PROVIDER_CLOUDFLARE, NULL, "http://192.0.2.1/", NULL, NULL,
		  NULL, "x", "url" },
		{ PROVIDER_CLOUDFLARE, NULL, "http://127.0.0.1:1/", NULL, NULL,
		  NULL, "x", NULL },
		{ PROVIDER_CLOUDFLARE, NULL, "file:///etc/passwd", NULL, NULL,
		  NULL, "x", "url" },
		/* Nor does it bring headers of its own. */
		{ PROVIDER_CLOUDFLARE, NULL, NULL, NULL, NULL, NULL,
		  "x\r\nHost: y", "secret" },
		{ PROVIDER_ROUTE53, NULL, NULL, NULL, NULL, NULL, "x",
		  "account" },
		{ PROVIDER_ROUTE53, NULL, NULL, NULL, NULL, "AKID", "x", NULL },
		{ PROVIDER_DOMENESHOP, NULL, NULL, NULL, NULL, "a b", "x",
		  "account" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF text = BUF(4096);
		struct diag why = { 0 };
		enum err err = write(&cases[i], &text, &why);

		if (!cases[i].bad) {
			assert_int_equal(err, ERR_NONE);
			continue;
		}
		assert_int_equal(err, ERR_SYNTAX);
		assert_string_equal(why.code, "publish.bad_provider");
		assert_string_equal(why.detail, cases[i].bad);
	}
}

static void
what_is_kept_is_read_again_and_has_no_secret(void **state)
{
	static const struct setting given = { PROVIDER_RFC2136,
					      "192.0.2.1:53",
					      NULL,
					      "key.example",
					      NULL,
					      NULL,
					      "sesame",
					      NULL };
	SCOPED_ARENA mem = arena_new(1 << 16);
	SCOPED_BUF text = BUF(4096);
	struct diag why = { 0 };
	struct provider p;

	(void)state;
	assert_int_equal(write(&given, &text, &why), ERR_NONE);
	assert_string_equal(buf_c(&text), "{\"server\":\"192.0.2.1:53\","
					  "\"key_name\":\"key.example\"}");
	assert_int_equal(
		provider_read(S("rfc2136"), buf_str(&text), mem, &p, &why),
		ERR_NONE);
	assert_true(str_eq(p.field[PROVIDER_KEY_NAME], S("key.example")));
	assert_int_equal(p.secret.n, 0);
	assert_int_equal(
		provider_read(S("dyndns"), buf_str(&text), mem, &p, &why),
		ERR_SYNTAX);
	assert_string_equal(why.detail, "kind");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			settings_are_taken_or_the_field_at_fault_is_told),
		cmocka_unit_test(what_is_kept_is_read_again_and_has_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
