/* test_answer.c - what authorities send, and what strangers could. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "acme/private.h"

enum { NOW = 1800000000 };

/* ---- addresses ---- */

static void
only_https_and_plain_loopback_are_followed(void **state)
{
	static const struct {
		const char *url;
		bool strict, tests;
	} cases[] = {
		{ "https://acme.example/dir", true, true },
		{ "HTTPS://acme.example:14000/dir", true, true },
		{ "https://[2001:db8::1]:443/dir", true, true },
		{ "http://127.0.0.1:14000/dir", false, true },
		{ "http://127.9.9.9/", false, true },
		{ "http://[::1]:80/dir", false, true },
		{ "http://acme.example/dir", false, false },
		{ "http://127.0.0.1.evil.example/", false, false },
		{ "http://127.0.0/", false, false },
		{ "http://127.0.0.256/", false, false },
		{ "http://localhost/", false, false },
		{ "http://10.0.0.1/", false, false },
		{ "http://[::1].evil.example/", false, false },
		{ "https://127.0.0.1@evil.example/", false, false },
		{ "https://user:pass@acme.example/", false, false },
		{ "https://acme.example:/", false, false },
		{ "https://acme.example:80a/", false, false },
		{ "https:///dir", false, false },
		{ "https://", false, false },
		{ "https://acme.example/a b", false, false },
		{ "https://acme.example/a\r\nX: y", false, false },
		{ "https://acme.example/\xc3\xa6", false, false },
		{ "https://acme.example/#x", false, false },
		{ "https://[::1", false, false },
		{ "https://[not:hex:zz]/", false, false },
		{ "file:///etc/passwd", false, false },
		{ "gopher://acme.example/", false, false },
		{ "//acme.example/", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str url = str_of(cases[i].url);

		if (acme_url_allowed(url, false) != cases[i].strict ||
		    acme_url_allowed(url, true) != cases[i].tests)
			fail_msg("%s", cases[i].url);
	}
}

static void
an_address_of_512_bytes_is_too_long(void **state)
{
	char url[ACME_URL_SIZE + 1];

	(void)state;
	memset(url, 'a', sizeof url);
	memcpy(url, "https://", 8);
	assert_true(acme_url_allowed((struct str){ url, ACME_URL_SIZE - 1 },
				     false));
	assert_false(
		acme_url_allowed((struct str){ url, ACME_URL_SIZE }, false));
}

static void
an_authority_stays_at_its_place(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "https://acme.example/dir", "https://ACME.example/x", true },
		{ "https://acme.example/", "https://acme.example:443/", true },
		{ "http://127.0.0.1/", "http://127.0.0.1:80/", true },
		{ "https://acme.example/", "https://acme.example:8443/",
		  false },
		{ "https://acme.example/", "http://acme.example/", false },
		{ "https://acme.example/", "https://acme.example.evil/",
		  false },
		{ "https://acme.example/", "https://evil/acme.example/",
		  false },
		{ "https://acme.example/", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (acme_url_same_place(str_of(cases[i].a),
					str_of(cases[i].b)) != cases[i].same)
			fail_msg("%s %s", cases[i].a, cases[i].b);
}

/* ---- directory ---- */

#define THREE                                                                  \
	"\"newNonce\":\"https://a/n\",\"newAccount\":\"https://a/a\","         \
	"\"newOrder\":\"https://a/o\""

static void
a_directory_tells_its_addresses_and_conditions(void **state)
{
	struct acme_directory d;

	(void)state;
	assert_int_equal(
		acme_read_directory(
			S("{" THREE ",\"revokeCert\":\"https://a/r\","
			  "\"renewalInfo\":\"https://a/ari\",\"keyChange\":"
			  "\"https://a/k\",\"x\":[1,{}],\"meta\":{"
			  "\"termsOfService\":\"https://a/tos\","
			  "\"externalAccountRequired\":true,"
			  "\"profiles\":{\"tlsserver\":\"https://a/p\"}}}"),
			S("tlsserver"), &d, NULL),
		ERR_NONE);
	assert_string_equal(d.nonce, "https://a/n");
	assert_string_equal(d.account, "https://a/a");
	assert_string_equal(d.order, "https://a/o");
	assert_string_equal(d.revoke, "https://a/r");
	assert_string_equal(d.renewal, "https://a/ari");
	assert_true(d.has_terms && d.binding_required && d.profile_known);
	assert_int_equal(
		acme_read_directory(S("{" THREE "}"), S("tlsserver"), &d, NULL),
		ERR_NONE);
	assert_false(d.has_terms || d.binding_required || d.profile_known);
	assert_string_equal(d.renewal, "");
}

static void
what_is_no_directory_is_refused(void **state)
{
	static const char *const bodies[] = {
		"",
		"[]",
		"null",
		"<html>",
		"{}",
		"{\"newNonce\":\"https://a/n\",\"newOrder\":\"https://a/o\"}",
		"{\"newNonce\":[],\"newAccount\":1,\"newOrder\":{}}",
		"{" THREE ",\"renewalInfo\":\"https://a\\u0000b\"}",
	};
	struct acme_directory d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct diag why = { 0 };

		assert_int_equal(
			acme_read_directory(str_of(bodies[i]), S(""), &d, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, "acme.bad_answer");
	}
}

/* ---- orders, authorisations ---- */

static void
an_order_tells_what_is_left_to_do(void **state)
{
	struct acme_order_state o;

	(void)state;
	assert_int_equal(
		acme_read_order(S("{\"status\":\"invalid\",\"finalize\":"
				  "\"https://a/f\",\"authorizations\":"
				  "[\"https://a/1\"],\"error\":{\"type\":"
				  "\"urn:ietf:params:acme:error:caa\","
				  "\"detail\":\"no\"}}"),
				&o, NULL),
		ERR_NONE);
	assert_int_equal(o.status, ACME_INVALID);
	assert_int_equal(o.proof_n, 1);
	assert_string_equal(o.proofs[0], "https://a/1");
	assert_string_equal(o.finalize, "https://a/f");
	assert_string_equal(o.certificate, "");
	assert_string_equal(o.problem.type, "caa");
	assert_string_equal(o.problem.words, "no");
}

static void
an_order_of_no_or_many_authorisations_is_refused(void **state)
{
	static const char *const bodies[] = {
		"{\"status\":\"pending\",\"authorizations\":[]}",
		"{\"status\":\"pending\"}",
		"{\"status\":\"odd\",\"authorizations\":[\"https://a/1\"]}",
		"{\"authorizations\":[\"https://a/1\"]}",
		"{\"status\":\"ready\",\"authorizations\":[1,2,3,4,5]}",
	};
	struct acme_order_state o;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		assert_int_equal(acme_read_order(str_of(bodies[i]), &o, NULL),
				 ERR_SYNTAX);
}

#define PROOF(challenges)                                                      \
	"{\"status\":\"pending\",\"identifier\":{\"type\":\"dns\",\"value\":"  \
	"\"mta-sts.a.example\"},\"challenges\":[" challenges "]}"
#define OFFER(type, token)                                                     \
	"{\"type\":\"" type "\",\"status\":\"pending\",\"url\":\"https://a/"   \
	"c\",\"token\":\"" token "\"}"

static void
an_authorisation_offers_ways(void **state)
{
	struct acme_proof p;

	(void)state;
	assert_int_equal(
		acme_read_proof(S(PROOF(OFFER("dns-persist-01", "?") "," OFFER(
					"tls-alpn-01", "abcdefghijklmnop_-"))),
				&p, NULL),
		ERR_NONE);
	assert_string_equal(p.name, "mta-sts.a.example");
	assert_false(p.offers[ACME_HTTP_01].offered);
	assert_true(p.offers[ACME_TLS_ALPN_01].offered);
	assert_string_equal(p.offers[ACME_TLS_ALPN_01].token,
			    "abcdefghijklmnop_-");
	assert_string_equal(p.offers[ACME_TLS_ALPN_01].url, "https://a/c");
}

/* They become paths and answers of ours. */
static void
tokens_outside_their_alphabet_are_refused(void **state)
{
	static const char *const bodies[] = {
		PROOF(OFFER("http-01", "../../../../etc/passwd")),
		PROOF(OFFER("http-01", "<script>alert(1)</script>")),
		PROOF(OFFER("http-01", "abcdefghijklmnop.qr")),
		PROOF(OFFER("http-01", "abcdefghijklmno")),
		PROOF(OFFER("http-01", "")),
		PROOF("{\"type\":\"http-01\",\"status\":\"pending\"}"),
		"{\"status\":\"pending\",\"wildcard\":true,\"identifier\":"
		"{\"type\":\"dns\",\"value\":\"a.example\"}}",
		"{\"status\":\"pending\",\"identifier\":{\"type\":\"ip\","
		"\"value\":\"192.0.2.1\"}}",
	};
	struct acme_proof p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		assert_int_equal(acme_read_proof(str_of(bodies[i]), &p, NULL),
				 ERR_SYNTAX);
}

/* ---- problems ---- */

static void
problems_keep_their_words_escaped_and_short(void **state)
{
	struct acme_problem p;
	SCOPED_BUF body = BUF(8192);

	(void)state;
	acme_read_problem(
		S("{\"type\":\"urn:ietf:params:acme:error:connection\","
		  "\"detail\":\"no\\u001b[31m answer\\u202e\\n\"}"),
		&p);
	assert_string_equal(p.type, "connection");
	assert_string_equal(p.words, "no\\u{1b}[31m answer\\u{202e}");
	buf_addz(&body, "{\"type\":\"about:blank\",\"detail\":\"");
	for (size_t i = 0; i < 300; i++)
		buf_addz(&body, "\xc3\xa6");
	buf_addz(&body, "\"}");
	acme_read_problem(buf_str(&body), &p);
	assert_string_equal(p.type, "");
	assert_true(strlen(p.words) > 150);
	assert_true(strlen(p.words) < DIAG_DETAIL_MAX);
	assert_true(str_is_utf8(str_of(p.words)));
	acme_read_problem(S("<html>502</html>"), &p);
	assert_string_equal(p.type, "");
	assert_string_equal(p.words, "");
}

static void
odd_problem_types_are_none(void **state)
{
	struct acme_problem p;

	(void)state;
	acme_read_problem(S("{\"type\":\"urn:ietf:params:acme:error:a b\"}"),
			  &p);
	assert_string_equal(p.type, "");
	acme_read_problem(S("{\"type\":{},\"detail\":[]}"), &p);
	assert_string_equal(p.type, "");
}

/* ---- renewal, waiting ---- */

#define WINDOW(from, to)                                                       \
	"{\"suggestedWindow\":{\"start\":\"" from "\",\"end\":\"" to "\"}}"

static void
a_window_needs_a_start_before_its_end(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"{\"suggestedWindow\":{\"start\":\"2027-01-02T00:00:00Z\"}}",
		WINDOW("2027-01-02T00:00:00Z", "2027-01-02T00:00:00Z"),
		WINDOW("2027-01-02T00:00:01Z", "2027-01-02T00:00:00Z"),
		"{\"suggestedWindow\":{\"start\":\"x\",\"end\":\"y\"}}",
	};
	struct acme_window w;

	(void)state;
	assert_int_equal(
		acme_read_window(S("{\"suggestedWindow\":{\"start\":"
				   "\"2027-01-02T04:00:00Z\",\"end\":"
				   "\"2027-01-03T04:00:00.5+01:00\"}}"),
				 &w, NULL),
		ERR_NONE);
	assert_int_equal(w.end - w.start, CIVIL_DAY - 3600);
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		assert_int_equal(acme_read_window(str_of(bodies[i]), &w, NULL),
				 ERR_SYNTAX);
		assert_int_equal(w.end, 0);
	}
}

static void
waiting_is_bounded_however_it_is_asked(void **state)
{
	static const struct {
		const char *value;
		int64_t seconds;
	} cases[] = {
		{ "120", 120 },
		{ " 7 ", 7 },
		{ "0", 0 },
		{ "-5", 0 },
		{ "soon", 0 },
		{ "", 0 },
		{ "99999999999999999999", 0 },
		{ "9999999999", 30 * CIVIL_DAY },
		{ "Fri, 15 Jan 2027 08:01:00 GMT", 60 },
		{ "Fri, 15 Jan 2027 07:00:00 GMT", 0 },
		{ "Fri, 15 Jan 2999 07:00:00 GMT", 30 * CIVIL_DAY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (acme_read_retry_after(str_of(cases[i].value), NOW) !=
		    cases[i].seconds)
			fail_msg("%s", cases[i].value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_https_and_plain_loopback_are_followed),
		cmocka_unit_test(an_address_of_512_bytes_is_too_long),
		cmocka_unit_test(an_authority_stays_at_its_place),
		cmocka_unit_test(
			a_directory_tells_its_addresses_and_conditions),
		cmocka_unit_test(what_is_no_directory_is_refused),
		cmocka_unit_test(an_order_tells_what_is_left_to_do),
		cmocka_unit_test(
			an_order_of_no_or_many_authorisations_is_refused),
		cmocka_unit_test(an_authorisation_offers_ways),
		cmocka_unit_test(tokens_outside_their_alphabet_are_refused),
		cmocka_unit_test(problems_keep_their_words_escaped_and_short),
		cmocka_unit_test(odd_problem_types_are_none),
		cmocka_unit_test(a_window_needs_a_start_before_its_end),
		cmocka_unit_test(waiting_is_bounded_however_it_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
