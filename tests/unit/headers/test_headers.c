#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "headers/headers.h"

#define GOOD                                                                   \
	"Return-Path: <bounce@mail.example.com>\r\n"                           \
	"Received: from out.example.com (out.example.com [192.0.2.7])\r\n"     \
	" by mx.example.net (Postfix (3.7)) with ESMTPS id 4;\r\n"             \
	" Sun, 22 Nov 2026 12:00:07 +0000\r\n"                                 \
	"Authentication-Results: mx.example.net; dmarc=pass (p=reject);\r\n"   \
	"\tdkim=pass header.d=example.com; spf=pass smtp.mailfrom=x\r\n"       \
	"Received: from [198.51.100.1] by out.example.com with ESMTPSA;\r\n"   \
	" Sun, 22 Nov 2026 13:00:00 +0100\r\n"                                 \
	"DKIM-Signature: v=1; a=rsa-sha256; d=Example.COM; s=s1; b=AA==\r\n"   \
	"From: \"Anna <x@y>\" <anna@Example.com>\r\n"

static struct arena *mem;

static int
begin(void **state)
{
	(void)state;
	mem = arena_new(2 * HEADERS_MEMORY);
	return 0;
}

static int
over(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

static struct headers_mail
read_mail(const char *text)
{
	struct headers_mail mail;

	assert_int_equal(headers_read(str_of(text), mem, &mail, NULL),
			 ERR_NONE);
	return mail;
}

static void
assert_str(struct str found, const char *wanted)
{
	assert_true(str_eq(found, str_of(wanted)));
}

static void
the_way_is_told_from_the_first_server_on(void **state)
{
	struct headers_mail m = read_mail(GOOD "\r\nbody\r\n");

	(void)state;
	assert_int_equal(m.hop_n, 2);
	assert_str(m.hop[0].from, "[198.51.100.1]");
	assert_str(m.hop[0].address, "198.51.100.1");
	assert_str(m.hop[1].from, "out.example.com");
	assert_str(m.hop[1].by, "mx.example.net");
	assert_str(m.hop[1].with, "ESMTPS");
	assert_str(m.hop[1].address, "192.0.2.7");
	assert_true(m.hop[1].delayed);
	assert_int_equal(m.hop[1].delay, 7);
	assert_false(m.hop[0].delayed);
	assert_true(m.whole);
}

static void
names_and_results_are_read(void **state)
{
	struct headers_mail m = read_mail(GOOD);

	(void)state;
	assert_str(m.from, "example.com");
	assert_str(m.return_path, "mail.example.com");
	assert_str(m.return_address, "bounce@mail.example.com");
	assert_str(m.judge, "mx.example.net");
	assert_int_equal(m.result_n, 3);
	assert_str(m.result[0].method, "dmarc");
	assert_str(m.result[1].detail, "header.d=example.com");
	assert_int_equal(m.signature_n, 1);
	assert_str(m.signature[0].domain, "example.com");
	assert_str(m.signature[0].selector, "s1");
	assert_str(headers_signed_for(&m), "example.com");
	assert_false(m.whole);
}

static void
results_of_a_server_further_off_do_not_count(void **state)
{
	struct headers_mail m = read_mail(
		"Authentication-Results: mx.own.example; spf=fail\n"
		"Authentication-Results: mx.own.example; dmarc=fail\n"
		"Authentication-Results: mx.evil.example; dkim=pass\n"
		"Received: from a by b; Sun, 22 Nov 2026 12:00:00 +0000\n"
		"Authentication-Results: mx.own.example; dmarc=pass\n"
		"From: a@own.example\n");

	(void)state;
	assert_int_equal(m.result_n, 2);
	assert_str(m.result[1].result, "fail");
}

static void
text_without_a_header_is_refused(void **state)
{
	static const char *const none[] = { "", "\n\n", "hello world\n", " : x",
					    "a b: c\n" };
	struct headers_mail m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct diag why = { 0 };

		assert_int_equal(headers_read(str_of(none[i]), mem, &m, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "headers.empty");
	}
}

static void
hostile_values_end_where_they_end(void **state)
{
	struct headers_mail m =
		read_mail("Received: (((((((\nReceived: ;\nReceived: \\\n"
			  "Received: from\nAuthentication-Results: \"\\\n"
			  "Authentication-Results: a;=;==;/=x;dkim=;\n"
			  "Return-Path: <<<@@@>\nDKIM-Signature: d\n"
			  "ARC-Seal: i=99999999999999999999; cv=fail\nFrom: @");

	(void)state;
	assert_int_equal(m.hop_n, 4);
	assert_int_equal(m.result_n, 0);
	assert_int_equal(m.from.n, 0);
	assert_int_equal(m.arc_n, 1);
	assert_false(m.arc_broken);
}

/* ---- findings ---- */

#define RECEIVED(from, by, with, time)                                         \
	"Received: from " from " by " by " with " with                         \
	"; Sun, 22 Nov 2026 " time " +0000\n"

static const struct {
	const char *text, *codes; /* in order, blank between */
} cases[] = {
	{ GOOD "\nx", "headers.dmarc_pass headers.spf_pass headers.dkim_pass" },
	{ GOOD, "headers.dmarc_pass headers.spf_pass headers.dkim_pass "
		"headers.only_headers" },
	{ "From: a@x.example\n\nx", "headers.no_results headers.unsigned" },
	{ "From: a@x.example\nFrom: b@x.example\n\nx",
	  "headers.no_results headers.no_author headers.unsigned" },
	{ "Authentication-Results: me; dmarc=fail; spf=softfail; dkim=none\n"
	  "From: a@x.example\n\nx",
	  "headers.dmarc_fail headers.spf_fail headers.unsigned" },
	{ "Authentication-Results: me; dmarc=none; spf=temperror;\n"
	  " dkim=permerror; dkim=pass\nDKIM-Signature: d=y.example\n"
	  "Return-Path: <b@z.example>\nFrom: a@x.example\n\nx",
	  "headers.dmarc_none headers.method_error headers.dkim_pass "
	  "headers.signed_elsewhere headers.returns_elsewhere" },
	{ "ARC-Seal: i=1; cv=none; d=a.example\n"
	  "ARC-Seal: i=2; cv=fail; d=b.example\n"
	  "DKIM-Signature: d=x.example\nFrom: a@x.example\n\nx",
	  "headers.no_results headers.arc_broken" },
	{ "ARC-Seal: i=1; cv=none; d=a.example\n"
	  "DKIM-Signature: d=x.example\nFrom: a@x.example\n\nx",
	  "headers.no_results headers.arc" },
	{ RECEIVED("c", "d", "ESMTPS", "11:59:00") RECEIVED("b", "c", "ESMTP",
							    "12:06:40")
		  RECEIVED("a", "b", "LMTP",
			   "12:00:00") "DKIM-Signature: d=x.example\nFrom: "
				       "a@x.example\n\nx",
	  "headers.no_results headers.plain_hop headers.slow_hop "
	  "headers.clock_wrong" },
};

static void
findings_are_those_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct headers_mail m = read_mail(cases[i].text);
		SCOPED_BUF codes = BUF(1024);
		struct finding_list found;

		finding_list_init(&found, mem);
		headers_check(&m, &found);
		for (size_t k = 0; k < found.n; k++)
			buf_addf(&codes, "%s%s", k ? " " : "",
				 found.at[k].finding->code);
		assert_string_equal(buf_c(&codes), cases[i].codes);
	}
}

static void
domains_are_related_at_whole_labels(void **state)
{
	(void)state;
	assert_true(headers_related(S("a.example"), S("a.example")));
	assert_true(headers_related(S("m.a.example"), S("a.example")));
	assert_true(headers_related(S("a.example"), S("m.a.example")));
	assert_false(headers_related(S("xa.example"), S("a.example")));
	assert_false(headers_related(S(""), S("a.example")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_is_told_from_the_first_server_on),
		cmocka_unit_test(names_and_results_are_read),
		cmocka_unit_test(results_of_a_server_further_off_do_not_count),
		cmocka_unit_test(text_without_a_header_is_refused),
		cmocka_unit_test(hostile_values_end_where_they_end),
		cmocka_unit_test(findings_are_those_of_the_table),
		cmocka_unit_test(domains_are_related_at_whole_labels),
	};

	return cmocka_run_group_tests(tests, begin, over);
}
