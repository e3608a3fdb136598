#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "cli/table.h"

#include <string.h>

static const struct cli_column columns[] = {
	{ "name", "cli.col.domain", false, true },
	{ "count", "cli.col.messages", true, false },
};

static struct cli
context(enum cli_format format)
{
	return (struct cli){ .lang = FINDING_EN,
			     .format = format,
			     .utf8 = true,
			     .now = 1795305600, /* 2026-11-22 */
			     .out = BUF(1 << 20) };
}

static void
wide_characters_take_two_columns_and_marks_none(void **state)
{
	(void)state;
	assert_int_equal(cli_width(S("abc")), 3);
	assert_int_equal(cli_width(S("\xE6\x97\xA5\xE6\x9C\xAC")), 4);
	assert_int_equal(cli_width(S("\xC3\xB8")), 1);
	assert_int_equal(cli_width(S("e\xCC\x81")), 1);
	assert_int_equal(cli_width(S("\xEF\xBD\xB1")), 1); /* half width */
	assert_int_equal(cli_width(S("\xF0\x9F\x93\xA7")), 2);
	assert_int_equal(cli_width(S("\xFF\xFE")), 2);
	assert_int_equal(cli_width(S("")), 0);
}

static void
a_cut_never_splits_a_character(void **state)
{
	struct str text = STR("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E");

	(void)state;
	assert_int_equal(cli_fit(text, 6).n, 9);
	assert_int_equal(cli_fit(text, 5).n, 6);
	assert_int_equal(cli_fit(text, 1).n, 0);
	assert_int_equal(cli_fit(S("abc"), 2).n, 2);
}

static void
csv_cells_are_quoted_and_formulas_are_text(void **state)
{
	static const struct {
		const char *in;
		bool number;
		const char *out;
	} cases[] = {
		{ "plain", false, "plain" },
		{ "", false, "" },
		{ "a,b", false, "\"a,b\"" },
		{ "say \"hi\"", false, "\"say \"\"hi\"\"\"" },
		{ "two\nlines", false, "\"two\nlines\"" },
		{ "=1+2", false, "\"'=1+2\"" },
		{ "+1", false, "\"'+1\"" },
		{ "-1", false, "\"'-1\"" },
		{ "@SUM(A1)", false, "\"'@SUM(A1)\"" },
		{ "\tx", false, "\"'\tx\"" },
		{ "\rx", false, "\"'\rx\"" },
		{ "-1", true, "-1" },
		{ "a=b", false, "a=b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF b = BUF(1000);

		cli_csv_field(&b, str_of(cases[i].in), cases[i].number);
		assert_string_equal(buf_c(&b), cases[i].out);
	}
}

static void
tables_are_aligned_by_what_the_eye_sees(void **state)
{
	struct cli c = context(CLI_FORMAT_TABLE);
	struct cli_table t;

	(void)state;
	cli_table_begin(&t, &c, columns, COUNT_OF(columns));
	cli_cell(&t, S("\xE6\x97\xA5\xE6\x9C\xAC.example"), CLI_PLAINLY);
	cli_cell_count(&t, 41260, true);
	cli_cell(&t, S("a\x1b[2J"), CLI_PLAINLY);
	cli_cell_count(&t, 0, false);
	cli_table_end(&t);
	assert_string_equal(buf_c(&c.out),
			    "DOMAIN          MSGS\n"
			    "\xE6\x97\xA5\xE6\x9C\xAC.example  41,260\n"
			    "a\\u{1b}[2J         -\n");
	buf_free(&c.out);
}

static void
a_narrow_terminal_cuts_text_but_never_numbers(void **state)
{
	struct cli c = context(CLI_FORMAT_TABLE);
	struct cli_table t;

	(void)state;
	c.width = 20;
	cli_table_begin(&t, &c, columns, COUNT_OF(columns));
	cli_cell(&t, S("a-very-long-name.example"), CLI_PLAINLY);
	cli_cell_count(&t, 123456, true);
	cli_table_end(&t);
	assert_string_equal(buf_c(&c.out), "DOMAIN          MSGS\n"
					   "a-very-lon\xE2\x80\xA6  123,456\n");
	buf_free(&c.out);
}

static void
plain_and_csv_have_names_and_bare_numbers(void **state)
{
	static const struct {
		enum cli_format format;
		const char *out;
	} cases[] = {
		{ CLI_FORMAT_PLAIN, "name\tcount\n=x\\ty\t41260\n\t\n" },
		{ CLI_FORMAT_CSV, "name,count\r\n\"'=x\\ty\",41260\r\n,\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cli c = context(cases[i].format);
		struct cli_table t;

		cli_table_begin(&t, &c, columns, COUNT_OF(columns));
		cli_cell(&t, S("=x\ty"), CLI_PLAINLY);
		cli_cell_count(&t, 41260, true);
		cli_cell(&t, S(""), CLI_PLAINLY);
		cli_cell_count(&t, 7, false);
		cli_table_end(&t);
		assert_string_equal(buf_c(&c.out), cases[i].out);
		buf_free(&c.out);
	}
}

static void
nearly_all_is_not_all_and_none_of_none_is_unknown(void **state)
{
	static const struct cli_column one[] = { { "p", "cli.col.spf", true,
						   false } };
	static const struct {
		uint64_t part, whole;
		const char *out;
	} cases[] = {
		{ 1, 2, "50.0" },
		{ 9999999, 10000000, "99.9" },
		{ 10, 10, "100.0" },
		{ 1, 10000000, "0.1" },
		{ 0, 7, "0.0" },
		{ 0, 0, "" },
		{ UINT64_MAX, UINT64_MAX, "100.0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct cli c = context(CLI_FORMAT_PLAIN);
		struct cli_table t;
		SCOPED_BUF want = BUF(100);

		cli_table_begin(&t, &c, one, 1);
		cli_cell_share(&t, cases[i].part, cases[i].whole, true);
		cli_table_end(&t);
		buf_addf(&want, "p\n%s\n", cases[i].out);
		assert_string_equal(buf_c(&c.out), buf_c(&want));
		buf_free(&c.out);
	}
}

static void
numbers_are_grouped_as_the_language_does(void **state)
{
	struct cli c = context(CLI_FORMAT_TABLE);
	char n[CLI_NUMBER_MAX];

	(void)state;
	assert_string_equal(cli_count(&c, 0, n).p, "0");
	assert_string_equal(cli_count(&c, 999, n).p, "999");
	assert_string_equal(cli_count(&c, 1000, n).p, "1,000");
	assert_string_equal(cli_count(&c, UINT64_MAX, n).p,
			    "18,446,744,073,709,551,615");
	c.lang = FINDING_NB;
	assert_string_equal(cli_count(&c, 12345, n).p, "12\xC2\xA0"
						       "345");
	assert_string_equal(cli_bytes(&c, 1536000, n).p, "1,5 MB");
	c.utf8 = false;
	assert_string_equal(cli_count(&c, 12345, n).p, "12 345");
	c.lang = FINDING_EN;
	assert_string_equal(cli_bytes(&c, 999, n).p, "999 B");
	assert_string_equal(cli_bytes(&c, UINT64_MAX, n).p, "18446744.1 TB");
}

static void
errors_become_the_exit_codes_that_are_promised(void **state)
{
	static const struct {
		enum err err;
		const char *code, *detail;
		int exit;
	} cases[] = {
		{ ERR_NONE, "", "", 0 },
		{ ERR_SYNTAX, "query.bad_value", "x", 2 },
		{ ERR_SYNTAX, "config.syntax", "x", 8 },
		{ ERR_GONE, "store.absent", "x", 4 },
		{ ERR_GONE, "store.no_report", "x", 4 },
		{ ERR_IO, "io.open", "x: Permission denied", 5 },
		{ ERR_IO, "io.write", "x: Read-only file system", 5 },
		{ ERR_IO, "io.write", "x: Input/output error", 6 },
		{ ERR_BUSY, "store.busy", "", 6 },
		{ ERR_IO, "store.full", "", 6 },
		{ ERR_BUSY, "store.in_use", "", 7 },
		{ ERR_STOP, "", "", 130 },
		{ ERR_SYNTAX, "xml.broken", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct diag why = { 0 };

		if (cases[i].code[0])
			(void)diag_set(&why, cases[i].err, cases[i].code, 0,
				       "%s", cases[i].detail);
		assert_int_equal(cli_exit_of(cases[i].err, &why),
				 cases[i].exit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			wide_characters_take_two_columns_and_marks_none),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(csv_cells_are_quoted_and_formulas_are_text),
		cmocka_unit_test(tables_are_aligned_by_what_the_eye_sees),
		cmocka_unit_test(a_narrow_terminal_cuts_text_but_never_numbers),
		cmocka_unit_test(plain_and_csv_have_names_and_bare_numbers),
		cmocka_unit_test(
			nearly_all_is_not_all_and_none_of_none_is_unknown),
		cmocka_unit_test(numbers_are_grouped_as_the_language_does),
		cmocka_unit_test(
			errors_become_the_exit_codes_that_are_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
