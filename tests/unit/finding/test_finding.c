#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "finding/finding.h"

#include <string.h>

static void
every_finding_is_found_by_its_code(void **state)
{
	(void)state;
	assert_true(finding_count() > 10);
	for (size_t i = 0; i < finding_count(); i++) {
		const struct finding *f = finding_at(i);

		assert_ptr_equal(finding_find(str_of(f->code)), f);
		if (i > 0)
			assert_true(strcmp(finding_at(i - 1)->code, f->code) <
				    0);
	}
	assert_null(finding_find(S("")));
	assert_null(finding_find(S("io")));
	assert_null(finding_find(S("io.open2")));
	assert_null(finding_find(S("zz.zz")));
}

static void
every_text_is_there_in_three_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < finding_count(); i++) {
		const struct finding *f = finding_at(i);

		assert_non_null(f->reference);
		for (int lang = 0; lang < FINDING_LANGS; lang++) {
			assert_true(strlen(f->title[lang]) > 0);
			assert_true(strlen(f->meaning[lang]) > 0);
			assert_true(str_is_utf8(str_of(f->title[lang])));
			assert_int_equal(f->fix[lang][0] == '\0',
					 f->fix[0][0] == '\0');
		}
	}
}

static void
a_finding_comes_as_it_was_written(void **state)
{
	const struct finding *f = finding_find(S("io.open"));

	(void)state;
	assert_non_null(f);
	assert_int_equal(f->severity, FINDING_FAIL);
	assert_string_equal(f->title[FINDING_EN], "Cannot open {detail}");
	assert_string_equal(f->title[FINDING_NB],
			    "Kan ikke \xC3\xA5pne {detail}");
	assert_string_equal(f->title[FINDING_JA],
			    "\xE9\x96\x8B\xE3\x81\x91\xE3\x81\xBE"
			    "\xE3\x81\x9B\xE3\x82\x93: {detail}");
}

static void
a_sentence_comes_by_its_key_an_unknown_key_as_itself(void **state)
{
	(void)state;
	assert_string_equal(finding_say(FINDING_EN, "lang.name"), "English");
	assert_string_equal(finding_say(FINDING_NB, "lang.name"),
			    "norsk bokm\xC3\xA5l");
	assert_string_equal(finding_say(FINDING_JA, "no.such_key"),
			    "no.such_key");
}

static void
places_are_filled_and_those_without_value_stay(void **state)
{
	static const struct {
		const char *text, *filled;
	} cases[] = {
		{ "", "" },           { "plain", "plain" },
		{ "{a}", "1" },       { "x{a}y{b}z", "x1yTWOz" },
		{ "{a}{a}", "11" },   { "{c} and {a}", "{c} and 1" },
		{ "{", "{" },         { "{}", "{}" },
		{ "{{a}}", "{1}" },   { "{a", "{a" },
		{ "{a b}", "{a b}" }, { "{A}", "{A}" },
		{ "a}{b}", "a}TWO" },
	};
	const struct finding_arg args[] = { { "a", STR("1") },
					    { "b", STR("TWO") } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF out = BUF(100);

		finding_fill(&out, cases[i].text, args, COUNT_OF(args));
		assert_string_equal(buf_c(&out), cases[i].filled);
	}
}

static void
a_value_is_escaped_and_not_filled_again(void **state)
{
	const struct finding_arg args[] = { { "a", STR("\x1b[2J{b}\n") },
					    { "b", STR("TWO") } };
	SCOPED_BUF out = BUF(100);

	(void)state;
	finding_fill(&out, "<{a}>", args, COUNT_OF(args));
	assert_string_equal(buf_c(&out), "<\\u{1b}[2J{b}\\n>");
}

static void
a_diag_is_explained_in_the_language_asked_for(void **state)
{
	struct diag why = { 0 };
	SCOPED_BUF out = BUF(400);

	(void)state;
	(void)diag_set(&why, ERR_IO, "io.open", 0, "a.xml: gone\x07");
	finding_explain(&out, FINDING_EN, &why);
	assert_string_equal(buf_c(&out), "Cannot open a.xml: gone\\u{7}");
	buf_clear(&out);
	finding_explain(&out, FINDING_NB, &why);
	assert_string_equal(buf_c(&out),
			    "Kan ikke \xC3\xA5pne a.xml: gone\\u{7}");
}

static void
an_unknown_code_is_still_told_with_its_detail(void **state)
{
	struct diag why = { 0 };
	SCOPED_BUF out = BUF(400);

	(void)state;
	(void)diag_set(&why, ERR_IO, "odd.code", 7, "what");
	finding_explain(&out, FINDING_JA, &why);
	assert_string_equal(buf_c(&out), "odd.code: what");
}

static void
languages_are_told_by_tag_and_locale(void **state)
{
	static const struct {
		const char *tag;
		int lang; /* -1: not ours */
	} cases[] = {
		{ "en", FINDING_EN },
		{ "EN", FINDING_EN },
		{ "en_US.UTF-8", FINDING_EN },
		{ "en-GB", FINDING_EN },
		{ "ja", FINDING_JA },
		{ "ja_JP.UTF-8", FINDING_JA },
		{ "ja.eucJP", FINDING_JA },
		{ "nb", FINDING_NB },
		{ "nb-NO", FINDING_NB },
		{ "nb_NO@x", FINDING_NB },
		{ "no", FINDING_NB },
		{ "nn", FINDING_NB },
		{ "nn_NO", FINDING_NB },
		{ "", -1 },
		{ "e", -1 },
		{ "eng", -1 },
		{ "C", -1 },
		{ "POSIX", -1 },
		{ "C.UTF-8", -1 },
		{ "de_DE", -1 },
		{ "jap", -1 },
		{ "en US", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum finding_lang lang = FINDING_LANGS;
		bool ours = finding_lang_parse(str_of(cases[i].tag), &lang);

		assert_int_equal(ours, cases[i].lang >= 0);
		assert_int_equal(lang, ours ? cases[i].lang : FINDING_LANGS);
	}
}

static void
every_language_tag_parses_to_its_language(void **state)
{
	(void)state;
	for (int i = 0; i < FINDING_LANGS; i++) {
		const char *tag = finding_lang_tag((enum finding_lang)i);
		enum finding_lang lang;

		assert_true(finding_lang_parse(str_of(tag), &lang));
		assert_int_equal(lang, i);
	}
	assert_string_equal(finding_severity_name(FINDING_OK), "ok");
	assert_string_equal(finding_severity_name(FINDING_CRITICAL),
			    "critical");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_is_found_by_its_code),
		cmocka_unit_test(every_text_is_there_in_three_languages),
		cmocka_unit_test(a_finding_comes_as_it_was_written),
		cmocka_unit_test(
			a_sentence_comes_by_its_key_an_unknown_key_as_itself),
		cmocka_unit_test(
			places_are_filled_and_those_without_value_stay),
		cmocka_unit_test(a_value_is_escaped_and_not_filled_again),
		cmocka_unit_test(a_diag_is_explained_in_the_language_asked_for),
		cmocka_unit_test(an_unknown_code_is_still_told_with_its_detail),
		cmocka_unit_test(languages_are_told_by_tag_and_locale),
		cmocka_unit_test(every_language_tag_parses_to_its_language),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
