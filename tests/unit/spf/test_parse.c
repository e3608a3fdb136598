/* test_parse.c - terms, faults, guesses, macros. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "spf/private.h"
#include "spf/spf.h"

static const struct {
	const char *text;
	enum spf_fault fault; /* of the first wrong term */
	const char *term, *better;
} faults[] = {
	{ "v=spf1", SPF_FINE, "", "" },
	{ "V=SPF1  A  -ALL ", SPF_FINE, "", "" },
	{ "v=spf1 a/24//64 mx:ex.ample/0 -all", SPF_FINE, "", "" },
	{ "v=spf1 exists:%{ir}.%{l1r-+}._spf.%{d2} ?all", SPF_FINE, "", "" },
	{ "v=spf1 ip6:2001:db8::/32 ip4:192.0.2.0/24 ~all", SPF_FINE, "", "" },
	{ "v=spf1 moo=%{c} other.name-x_1=/:= -all", SPF_FINE, "", "" },
	{ "v=spf1 a/24/64", SPF_BAD_LENGTH, "a/24/64", "" },
	{ "v=spf1 a:ex.ample/", SPF_BAD_DOMAIN, "a:ex.ample/", "" },
	{ "v=spf1 ip4:192.0.2.0/33", SPF_BAD_LENGTH, "ip4:192.0.2.0/33", "" },
	{ "v=spf1 ip4:192.0.2.0/024", SPF_BAD_LENGTH, "ip4:192.0.2.0/024", "" },
	{ "v=spf1 ip4:192.0.2", SPF_BAD_ADDRESS, "ip4:192.0.2", "" },
	{ "v=spf1 ip4:192.0.02.1", SPF_BAD_ADDRESS, "ip4:192.0.02.1", "" },
	{ "v=spf1 ip4:[192.0.2.1]", SPF_BAD_ADDRESS, "ip4:[192.0.2.1]", "" },
	{ "v=spf1 ip4", SPF_BAD_ARGUMENT, "ip4", "" },
	{ "v=spf1 -all:x", SPF_BAD_ARGUMENT, "-all:x", "" },
	{ "v=spf1 include", SPF_BAD_ARGUMENT, "include", "" },
	{ "v=spf1 include: -all", SPF_BAD_ARGUMENT, "include:", "" },
	{ "v=spf1 include:ex.ample/24", SPF_BAD_DOMAIN, "include:ex.ample/24",
	  "" },
	{ "v=spf1 a:museum", SPF_BAD_DOMAIN, "a:museum", "" },
	{ "v=spf1 a:ex.123", SPF_BAD_DOMAIN, "a:ex.123", "" },
	{ "v=spf1 a:ex.-ample", SPF_BAD_DOMAIN, "a:ex.-ample", "" },
	{ "v=spf1 exists:%{x}.ex.ample", SPF_BAD_MACRO, "exists:%{x}.ex.ample",
	  "" },
	{ "v=spf1 exists:%{d0}", SPF_BAD_MACRO, "exists:%{d0}", "" },
	{ "v=spf1 exists:%{t}.ex.ample", SPF_BAD_MACRO, "exists:%{t}.ex.ample",
	  "" },
	{ "v=spf1 exists:a%", SPF_BAD_MACRO, "exists:a%", "" },
	{ "v=spf1 exists:%{d", SPF_BAD_MACRO, "exists:%{d", "" },
	{ "v=spf1 foo=%q", SPF_BAD_MACRO, "foo=%q", "" },
	{ "v=spf1 -all moo", SPF_BAD_WORD, "moo", "" },
	{ "v=spf1 all.", SPF_BAD_WORD, "all.", "" },
	{ "v=spf1 =all", SPF_BAD_WORD, "=all", "" },
	{ "v=spf1 -exp=ex.ample", SPF_BAD_WORD, "-exp=ex.ample", "" },
	{ "v=spf1 a\tmx", SPF_BAD_CHAR, "a\tmx", "" },
	{ "v=spf1 \xe3\x80\x80-all", SPF_BAD_CHAR, "\xe3\x80\x80-all", "" },
	{ "v=spf1 exp=e.x exp=e.y", SPF_TWICE, "exp=e.y", "" },
	{ "v=spf1 redirect=e.x redirect=e.x", SPF_TWICE, "redirect=e.x", "" },
	{ "v=spf1 ip4:2001:db8::1", SPF_WRONG_FAMILY, "ip4:2001:db8::1",
	  "ip6:2001:db8::1" },
	{ "v=spf1 -ip6:192.0.2.0/24", SPF_WRONG_FAMILY, "-ip6:192.0.2.0/24",
	  "-ip4:192.0.2.0/24" },
	{ "v=spf1 ipv4:192.0.2.1", SPF_WRONG_WORD, "ipv4:192.0.2.1",
	  "ip4:192.0.2.1" },
	{ "v=spf1 ip:192.0.2.1", SPF_WRONG_WORD, "ip:192.0.2.1",
	  "ip4:192.0.2.1" },
	{ "v=spf1 192.0.2.1", SPF_WRONG_WORD, "192.0.2.1", "ip4:192.0.2.1" },
	{ "v=spf1 ip4192.0.2.1", SPF_WRONG_WORD, "ip4192.0.2.1",
	  "ip4:192.0.2.1" },
	{ "v=spf1 a:192.0.2.1", SPF_ADDRESS_AS_NAME, "a:192.0.2.1",
	  "ip4:192.0.2.1" },
	{ "v=spf1 redirect:ex.ample", SPF_WRONG_WORD, "redirect:ex.ample",
	  "redirect=ex.ample" },
};

static void
the_first_fault_of_a_record_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		SCOPED_ARENA mem = arena_new(1 << 20);
		struct spf_record r;
		struct diag why = { 0 };
		enum err err = spf_parse(str_of(faults[i].text), mem, &r, &why);

		if ((r.bad ? r.bad->fault : SPF_FINE) != faults[i].fault)
			fail_msg("%s: fault %d", faults[i].text,
				 r.bad ? (int)r.bad->fault : 0);
		assert_int_equal(err, r.bad ? ERR_SYNTAX : ERR_NONE);
		if (!r.bad)
			continue;
		assert_string_equal(why.code, "spf.syntax");
		assert_true(str_eq(r.bad->text, str_of(faults[i].term)));
		assert_true(str_eq(r.bad->better, str_of(faults[i].better)));
		assert_ptr_equal(r.text.p + r.bad->at, r.bad->text.p);
	}
}

static void
a_mechanism_written_as_a_modifier_is_noticed(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct spf_record r;

	(void)state;
	assert_int_equal(spf_parse(S("v=spf1 ip4=192.0.2.1 ~include=ex.ample "
				     "-all"),
				   mem, &r, NULL),
			 ERR_SYNTAX);
	assert_int_equal(r.terms[0].fault, SPF_FINE);
	assert_int_equal(r.terms[0].kind, SPF_UNKNOWN);
	assert_true(str_eq(r.terms[0].better, S("ip4:192.0.2.1")));
	assert_int_equal(r.terms[1].fault, SPF_WRONG_WORD);
	assert_true(str_eq(r.terms[1].better, S("~include:ex.ample")));
}

static void
only_the_version_and_a_blank_begin_a_record(void **state)
{
	(void)state;
	assert_true(spf_is_record(S("v=spf1")));
	assert_true(spf_is_record(S("V=spF1 -all")));
	assert_false(spf_is_record(S("v=spf10")));
	assert_false(spf_is_record(S(" v=spf1 -all")));
	assert_false(spf_is_record(S("v=spf1;-all")));
	assert_false(spf_is_record(S("v=spf1\t-all")));
	assert_false(spf_is_record(S("")));
}

static void
a_record_with_too_many_terms_is_an_error(void **state)
{
	SCOPED_ARENA mem = arena_new(4 << 20);
	SCOPED_BUF text = BUF(SPF_RECORD_MAX);
	struct spf_record r;

	(void)state;
	buf_addz(&text, "v=spf1");
	for (int i = 0; i < SPF_TERMS_MAX + 1; i++)
		buf_addz(&text, " a");
	assert_int_equal(spf_parse(buf_str(&text), mem, &r, NULL), ERR_SYNTAX);
	assert_int_equal(r.n, SPF_TERMS_MAX);
	assert_int_equal(r.bad->fault, SPF_TOO_MANY);
}

/* The examples of RFC 7208 section 7.4 and some of our own. */
static const struct {
	const char *spec, *v4, *v6;
} macros[] = {
	{ "%{s}", "strong-bad@email.example.com", NULL },
	{ "%{o}", "email.example.com", NULL },
	{ "%{d}", "email.example.com", NULL },
	{ "%{d4}", "email.example.com", NULL },
	{ "%{d2}", "example.com", NULL },
	{ "%{d1}", "com", NULL },
	{ "%{dr}", "com.example.email", NULL },
	{ "%{d2r}", "example.email", NULL },
	{ "%{l}", "strong-bad", NULL },
	{ "%{l-}", "strong.bad", NULL },
	{ "%{lr}", "strong-bad", NULL },
	{ "%{lr-}", "bad.strong", NULL },
	{ "%{l1r-}", "strong", NULL },
	{ "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com",
	  "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6."
	  "_spf.example.com" },
	{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com", NULL },
	{ "%{d2}.trusted-domains.example.net",
	  "example.com.trusted-domains.example.net", NULL },
	{ "%{c}", "192.0.2.3", "2001:db8::cb01" },
	{ "%{S}", "strong-bad%40email.example.com", NULL },
	{ "a%%b%_c%-d", "a%b c%20d", NULL },
	{ "%{t}", "1700000000", NULL },
	{ "%{h}:%{r}:%{p}", "mx.example.org:mail.example:unknown", NULL },
	{ "%{d999999999999999999999}", "email.example.com", NULL },
	{ "%{o.-+,/_=.-+,/_=}", "email.example.com", NULL },
};

static void
macros_expand_as_in_the_examples_of_the_rfc(void **state)
{
	struct spf_values v = { .sender = S("strong-bad@email.example.com"),
				.local = S("strong-bad"),
				.origin = S("email.example.com"),
				.domain = S("email.example.com"),
				.helo = S("mx.example.org"),
				.receiver = S("mail.example"),
				.validated = S("unknown"),
				.now = 1700000000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(macros); i++) {
		SCOPED_BUF out = BUF(1024);
		struct str spec = str_of(macros[i].spec);

		assert_true(netaddr_parse(S("192.0.2.3"), &v.ip));
		assert_true(spf_macro_expand(spec, &v, &out));
		assert_string_equal(buf_c(&out), macros[i].v4);
		if (!macros[i].v6)
			continue;
		buf_clear(&out);
		assert_true(netaddr_parse(S("2001:db8::cb01"), &v.ip));
		assert_true(spf_macro_expand(spec, &v, &out));
		assert_string_equal(buf_c(&out), macros[i].v6);
	}
}

static void
a_long_name_loses_labels_on_the_left(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct spf_values v = { .domain = S("0123456789.0123456789.example") };
	struct str out;

	(void)state;
	assert_true(spf_macro_domain(S("x.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}.%{d}."
				       "%{d}.%{d}"),
				     &v, mem, &out));
	assert_true(out.n <= 253 && out.n > 240);
	assert_true(str_ends(out, S(".example.0123456789.0123456789.example")));
	assert_true(spf_macro_domain(S("e.x."), &v, mem, &out));
	assert_true(str_eq(out, S("e.x")));
}

static void
a_hostile_macro_cannot_fill_the_memory(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF spec = BUF(SPF_RECORD_MAX);
	char name[1000];
	struct spf_values v = { .domain = { name, sizeof(name) } };
	struct str out;

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '.' : 'a';
	for (int i = 0; i < 10000; i++)
		buf_addz(&spec, "%{dr}");
	assert_false(spf_macro_domain(buf_str(&spec), &v, mem, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_fault_of_a_record_is_named),
		cmocka_unit_test(a_mechanism_written_as_a_modifier_is_noticed),
		cmocka_unit_test(only_the_version_and_a_blank_begin_a_record),
		cmocka_unit_test(a_record_with_too_many_terms_is_an_error),
		cmocka_unit_test(macros_expand_as_in_the_examples_of_the_rfc),
		cmocka_unit_test(a_long_name_loses_labels_on_the_left),
		cmocka_unit_test(a_hostile_macro_cannot_fill_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
