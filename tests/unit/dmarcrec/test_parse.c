#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dmarcrec/dmarcrec.h"

#include <stdio.h>
#include <string.h>

static struct dmarcrec
read_text(const char *text, struct arena *mem)
{
	struct dmarcrec rec;

	assert_int_equal(dmarcrec_parse(str_of(text), mem, &rec, NULL),
			 ERR_NONE);
	return rec;
}

static void
only_the_version_decides_what_is_a_record(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} table[] = {
		{ "v=DMARC1", true },
		{ "v=DMARC1;", true },
		{ "v = DMARC1 ; p=none", true },
		{ "V=DMARC1; p=none", true },
		{ "v=DMARC1\t;p=none", true },
		{ "v=dmarc1; p=none", false },
		{ "v=DMARC1.0; p=none", false },
		{ "v=DMARC12", false },
		{ "v=DMARC1 p=none", false },
		{ " v=DMARC1; p=none", false },
		{ "p=none; v=DMARC1", false },
		{ "\"v=DMARC1; p=none\"", false },
		{ "v=spf1 -all", false },
		{ "v", false },
		{ "v=", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (dmarcrec_is(str_of(table[i].text)) != table[i].is)
			fail_msg("%s", table[i].text);
}

static void
every_tag_is_read_with_its_place(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct dmarcrec rec = read_text(
		"v=DMARC1; p=Reject; sp=quarantine;np = none; adkim=s; aspf=S;"
		" t=y; psd=n; fo=1:d; rua=mailto:a@b.example,"
		"mailto:c@D.Example!10m; ruf=mailto:f@b.example; pct=50; ri=1",
		mem);

	(void)state;
	assert_true(rec.valid);
	assert_int_equal(rec.p, DMARCREC_REJECT);
	assert_int_equal(rec.sp, DMARCREC_QUARANTINE);
	assert_int_equal(rec.np, DMARCREC_NONE);
	assert_true(rec.dkim_strict && rec.spf_strict && rec.test);
	assert_int_equal(rec.psd, DMARCREC_PSD_N);
	assert_int_equal(rec.fo, DMARCREC_FO_ANY | DMARCREC_FO_DKIM);
	assert_int_equal(rec.rua_n, 2);
	assert_true(str_eq(rec.rua[1].uri, S("mailto:c@D.Example")));
	assert_true(str_eq(rec.rua[1].host, S("d.example")));
	assert_true(rec.rua[1].max == 10 << 20);
	assert_int_equal(rec.ruf_n, 1);
	assert_int_equal(rec.pct, 50);
	assert_true(rec.has_ri && !rec.has_rf);
	assert_int_equal(rec.tag_n, 13);
	assert_int_equal(rec.tag[1].at, 10);
	assert_int_equal(rec.fault_n, 1);
	assert_string_equal(rec.fault[0].code, "dmarc.uri_size");
}

static void
what_is_absent_has_its_default(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct dmarcrec rec = read_text("v=DMARC1", mem);

	(void)state;
	assert_true(rec.valid);
	assert_int_equal(rec.p, DMARCREC_UNSET);
	assert_int_equal(rec.sp, DMARCREC_UNSET);
	assert_int_equal(rec.pct, 100);
	assert_int_equal(rec.psd, DMARCREC_PSD_U);
	assert_false(rec.dkim_strict || rec.spf_strict || rec.test);
	assert_false(rec.has_rua || rec.has_ruf || rec.has_pct);
	assert_int_equal(rec.fault_n, 0);
}

static void
each_fault_has_its_name(void **state)
{
	static const struct {
		const char *text, *code, *detail;
	} table[] = {
		{ "v=dmarc1; p=none", "dmarc.version_wrong", "v=dmarc1" },
		{ "v=DMARC1.0; p=none", "dmarc.version_wrong", "v=DMARC1.0" },
		{ "p=none; v=DMARC1", "dmarc.version_not_first", "DMARC1" },
		{ "v=DMARC1; p=block", "dmarc.policy_invalid", "block" },
		{ "v=DMARC1; p=none; sp=x", "dmarc.policy_invalid", "x" },
		{ "v=DMARC1; p=none; np=x", "dmarc.policy_invalid", "x" },
		{ "v=DMARC1; p=none; hello", "dmarc.tag_syntax", "hello" },
		{ "v=DMARC1; p=", "dmarc.tag_syntax", "p=" },
		{ "v=DMARC1;; p=none", "dmarc.tag_syntax", "" },
		{ "v=DMARC1; p:none", "dmarc.tag_syntax", "p:none" },
		{ "v=DMARC1; p=none rua=mailto:a@b.example",
		  "dmarc.semicolon_missing", "none rua=mailto:a@b.example" },
		{ "\"v=DMARC1; p=none\"", "dmarc.literal_quotes", "\"" },
		{ "v=DMARC1\\; p=none", "dmarc.backslash", "\\;" },
		{ "v=DMARC1; p=\xE2\x80\x9Cnone\xE2\x80\x9D",
		  "dmarc.smart_quotes", "\xE2\x80\x9C" },
		{ "v=DMARC1\xEF\xBC\x9B p=none", "dmarc.not_ascii",
		  "\xEF\xBC\x9B" },
		{ "v=DMARC1; p=none; x=\xFF", "dmarc.not_ascii", "\xFF" },
		{ "v=DMARC1; p=none; adkim=x", "dmarc.value_invalid", "x" },
		{ "v=DMARC1; p=none; t=1", "dmarc.value_invalid", "1" },
		{ "v=DMARC1; p=none; psd=x", "dmarc.value_invalid", "x" },
		{ "v=DMARC1; p=none; pct=101", "dmarc.value_invalid", "101" },
		{ "v=DMARC1; p=none; fo=2", "dmarc.value_invalid", "2" },
		{ "v=DMARC1; p=none; fo=d:d", "dmarc.value_invalid", "d:d" },
		{ "v=DMARC1; p=none; fo=0:1", "dmarc.fo_conflict", "0:1" },
		{ "v=DMARC1; p=none; P=reject", "dmarc.tag_repeated",
		  "reject" },
		{ "v=DMARC1; p=none; dkim=s", "dmarc.tag_unknown", "s" },
		{ "v=DMARC1; p=none; rua=a@b.example", "dmarc.rua_no_mailto",
		  "a@b.example" },
		{ "v=DMARC1; p=none; rua=https://b.example/x",
		  "dmarc.rua_https", "https://b.example/x" },
		{ "v=DMARC1; p=none; rua=ftp://b.example", "dmarc.uri_scheme",
		  "ftp://b.example" },
		{ "v=DMARC1; p=none; rua=mailto:b.example", "dmarc.uri_invalid",
		  "mailto:b.example" },
		{ "v=DMARC1; p=none; rua=mailto://a@b.example",
		  "dmarc.uri_invalid", "mailto://a@b.example" },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example,",
		  "dmarc.uri_invalid", "" },
		{ "v=DMARC1; p=none; rua=mailto:a@b..example",
		  "dmarc.uri_invalid", "mailto:a@b..example" },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example mailto:c@d.example",
		  "dmarc.uri_spaces", "mailto:a@b.example mailto:c@d.example" },
		{ "v=DMARC1; p=none; rua=mailto:a,b@c.example",
		  "dmarc.uri_comma", "b@c.example" },
		{ "v=DMARC1; p=none; rua=mailto:a!b@c.example",
		  "dmarc.uri_unencoded", "mailto:a!b@c.example" },
		{ "v=DMARC1; p=none; rua=mailto:a@c.example!1g",
		  "dmarc.uri_size", "mailto:a@c.example!1g" },
	};
	SCOPED_ARENA mem = arena_new(1 << 22);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct dmarcrec rec = read_text(table[i].text, mem);
		const struct str want = str_of(table[i].detail);
		bool seen = false;

		for (size_t j = 0; j < rec.fault_n; j++)
			seen = seen ||
			       (!strcmp(rec.fault[j].code, table[i].code) &&
				(want.n == 0 ||
				 str_eq(rec.fault[j].detail, want)));
		if (!seen)
			fail_msg("%s: not %s", table[i].text, table[i].code);
	}
}

static void
the_first_of_a_repeated_tag_counts(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct dmarcrec rec =
		read_text("v=DMARC1; p=reject; p=none; rua=mailto:a@b.example;"
			  " rua=mailto:c@d.example",
			  mem);

	(void)state;
	assert_int_equal(rec.p, DMARCREC_REJECT);
	assert_int_equal(rec.rua_n, 1);
	assert_true(rec.tag[2].repeated && rec.tag[4].repeated);
}

static void
bounds_are_refused_by_name(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(1 << 20);
	struct dmarcrec rec;
	struct diag why = { .line = 0 };

	(void)state;
	buf_addz(&text, "v=DMARC1; p=none");
	for (int i = 0; i < DMARCREC_TAGS_MAX; i++)
		buf_addz(&text, "; x=y");
	assert_int_equal(dmarcrec_parse(buf_str(&text), mem, &rec, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "dmarc.record_too_long");
	buf_clear(&text);
	buf_addz(&text, "v=DMARC1; p=none; rua=");
	for (int i = 0; i <= DMARCREC_URIS_MAX; i++)
		buf_addz(&text, "mailto:a@b.example,");
	assert_int_equal(dmarcrec_parse(buf_str(&text), mem, &rec, NULL),
			 ERR_LIMIT);
	while (text.n <= DMARCREC_TEXT_MAX)
		buf_addz(&text, "        ");
	assert_int_equal(dmarcrec_parse(buf_str(&text), mem, &rec, NULL),
			 ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_version_decides_what_is_a_record),
		cmocka_unit_test(every_tag_is_read_with_its_place),
		cmocka_unit_test(what_is_absent_has_its_default),
		cmocka_unit_test(each_fault_has_its_name),
		cmocka_unit_test(the_first_of_a_repeated_tag_counts),
		cmocka_unit_test(bounds_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
