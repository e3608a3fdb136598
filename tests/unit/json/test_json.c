#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/json.h"

#include <string.h>

static const struct json_limits limits = { .bytes = 1 << 20, .depth = 8 };

static struct json *
parse(struct str text, bool *repaired)
{
	struct json *root;
	struct diag why = { 0 };

	if (json_parse(text, limits, &root, repaired, &why))
		fail_msg("%s line %u: %s", why.code, (unsigned)why.line,
			 why.detail);
	return root;
}

static void
a_clean_document_is_read_without_repair(void **state)
{
	bool repaired, yes = false;
	int64_t n = 0;
	SCOPED_JSON root =
		parse(S("\xEF\xBB\xBF {\"a\": [1, true, null, \"\xC3\xB8\"],\n"
			"\"o\": {\"k\": \"v\"}}\r\n"),
		      &repaired);
	const struct json *a = json_get(root, "a");

	(void)state;
	assert_false(repaired);
	assert_int_equal(json_type(root), JSON_OBJECT);
	assert_int_equal(json_count(a), 4);
	assert_true(json_i64(json_at(a, 0), &n));
	assert_int_equal(n, 1);
	assert_true(json_bool(json_at(a, 1), &yes));
	assert_true(yes);
	assert_int_equal(json_type(json_at(a, 2)), JSON_NULL);
	assert_true(str_eq(json_str(json_at(a, 3)), S("\xC3\xB8")));
	assert_true(
		str_eq(json_str(json_get(json_get(root, "o"), "k")), S("v")));
}

static void
what_can_have_only_one_meaning_is_put_right(void **state)
{
	static const struct {
		struct str text, value;
	} table[] = {
		{ STR("{\"v\":\"caf\xE9 \x80\x81\"}"),
		  STR("caf\xC3\xA9 \xE2\x82\xAC\xEF\xBF\xBD") },
		{ STR("{\"v\":\"first\",\"v\":\"last\"}"), STR("last") },
		{ STR("{\"v\":\"x\"}\0\0\n\0"), STR("x") },
		{ STR("{\"v\":\"250-mx\r\n250 OK\"}"),
		  STR("250-mx\r\n250 OK") },
		{ STR("{\"v\":\"a\\'b\\d\\u12\"}"), STR("a\\'b\\d\\u12") },
		{ STR("{\"v\":\"a\\ud800b\"}"), STR("a\xEF\xBF\xBD"
						    "b") },
		{ STR("{\"v\":\"\\ud83d\\udce7\xFF\"}"),
		  STR("\xF0\x9F\x93\xA7\xC3\xBF") },
		{ STR("{\"v\":\"\\\"\\\\\\/\\n\\u00F8\\u0000\xE9\"}"),
		  STR("\"\\/\n\xC3\xB8\0\xC3\xA9") },
		{ STR("{\"v\":\"x\" , }"), STR("x") },
		{ STR("{\"w\":[1,[],],\"v\":\",]\",}"), STR(",]") },
		{ STR("{\"v\":\"x\", \"n\":99999999999999999999}"), STR("x") },
		{ STR("{\"v\":\"x\", \"v\":\"y\", \"n\":99999999999999999999,"
		      "\"m\":\"\xE9\"}"),
		  STR("y") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		bool repaired;
		SCOPED_JSON root = parse(table[i].text, &repaired);
		struct str v = json_str(json_get(root, "v"));

		if (!repaired || !str_eq(v, table[i].value))
			fail_msg("row %zu: %d %.*s", i, repaired, STR_ARG(v));
	}
}

static void
escaped_nuls_are_kept_and_need_no_repair(void **state)
{
	bool repaired;
	SCOPED_JSON root = parse(S("[\"a\\u0000b\"]"), &repaired);

	(void)state;
	assert_false(repaired);
	assert_true(str_eq(json_str(json_at(root, 0)), S("a\0b")));
}

static void
broken_documents_are_refused_with_their_line(void **state)
{
	static const struct {
		struct str text;
		uint64_t line;
	} table[] = {
		{ STR(""), 1 },
		{ STR("{\"a\": 1,\n\"b\" 2}"), 2 },
		{ STR("{\"a\":\n\n1"), 3 },
		{ STR("{}\n{}"), 2 },
		{ STR("{} trailing"), 1 },
		{ STR("{a: 1}"), 1 },
		{ STR("[1,\n,2]"), 2 },
		{ STR("[\"open]"), 1 },
		{ STR("<xml/>"), 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct json *root;
		struct diag why = { 0 };
		bool repaired;

		assert_int_equal(json_parse(table[i].text, limits, &root,
					    &repaired, &why),
				 ERR_SYNTAX);
		assert_null(root);
		assert_string_equal(why.code, "json.syntax");
		if (why.line != table[i].line)
			fail_msg("row %zu: line %u", i, (unsigned)why.line);
	}
}

static enum err
refusal(struct str text, struct json_limits lim, struct diag *why)
{
	struct json *root;
	bool repaired;
	enum err err;

	diag_clear(why);
	err = json_parse(text, lim, &root, &repaired, why);
	json_free(root);
	return err;
}

static void
depth_size_and_number_of_values_are_bounded(void **state)
{
	SCOPED_BUF many = BUF(4 << 20);
	struct diag why;

	(void)state;
	assert_int_equal(refusal(S("[[[[[[[[1]]]]]]]]"), limits, &why),
			 ERR_NONE);
	assert_int_equal(refusal(S("[[[[\n[[[[[1]]]]]]]]]"), limits, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "json.too_deep");
	assert_int_equal(why.line, 2);
	assert_int_equal(refusal(S("[\"[[[[[[[[[[\\\"[[[[\"]"), limits, &why),
			 ERR_NONE);
	assert_int_equal(
		refusal(S("[1,2,3]"), (struct json_limits){ 6, 8 }, &why),
		ERR_LIMIT);
	assert_string_equal(why.code, "json.too_large");

	buf_addc(&many, '[');
	for (int i = 0; i < JSON_VALUES_MAX; i++)
		buf_addz(&many, "0,");
	buf_addz(&many, "0]");
	assert_int_equal(refusal(buf_str(&many),
				 (struct json_limits){ 4 << 20, 8 }, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "json.too_large");
}

static void
whole_numbers_are_taken_in_every_dress(void **state)
{
	static const struct {
		struct str text;
		bool ok;
		int64_t value;
	} table[] = {
		{ STR("[42]"), true, 42 },
		{ STR("[-1]"), true, -1 },
		{ STR("[42.0]"), true, 42 },
		{ STR("[4.2e1]"), true, 42 },
		{ STR("[\"42\"]"), true, 42 },
		{ STR("[\" 42.00 \"]"), true, 42 },
		{ STR("[9223372036854775807]"), true, INT64_MAX },
		{ STR("[1e18]"), true, 1000000000000000000 },
		{ STR("[42.5]"), false, 0 },
		{ STR("[1e19]"), false, 0 },
		{ STR("[99999999999999999999]"), false, 0 },
		{ STR("[\"\"]"), false, 0 },
		{ STR("[\"42x\"]"), false, 0 },
		{ STR("[\"42.5\"]"), false, 0 },
		{ STR("[true]"), false, 0 },
		{ STR("[null]"), false, 0 },
		{ STR("[]"), false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		bool repaired;
		int64_t n = 0;
		SCOPED_JSON root = parse(table[i].text, &repaired);

		if (json_i64(json_at(root, 0), &n) != table[i].ok)
			fail_msg("row %zu", i);
		assert_int_equal(n, table[i].value);
	}
}

static void
wrong_types_are_answered_calmly(void **state)
{
	bool repaired, b = true;
	int64_t n = 5;
	SCOPED_JSON root = parse(S("{\"s\":\"x\",\"n\":1}"), &repaired);

	(void)state;
	assert_null(json_get(NULL, "s"));
	assert_null(json_get(json_get(root, "s"), "s"));
	assert_null(json_at(root, 0));
	assert_int_equal(json_count(root), 0);
	assert_int_equal(json_str(json_get(root, "n")).n, 0);
	assert_int_equal(json_type(json_get(root, "none")), JSON_ABSENT);
	assert_false(json_bool(json_get(root, "n"), &b));
	assert_false(json_i64(NULL, &n));
	assert_true(b);
	assert_int_equal(n, 5);
}

static bool
collect(void *ctx, struct str key, const struct json *v)
{
	struct buf *to = ctx;

	buf_add(to, key);
	buf_add(to, json_str(v));
	return !str_eq(key, S("stop"));
}

static void
members_are_visited_in_order_until_told_to_stop(void **state)
{
	SCOPED_BUF seen = BUF(100);
	bool repaired;
	SCOPED_JSON root =
		parse(S("{\"b\":\"1\",\"a\":\"2\",\"stop\":\"3\",\"c\":\"4\"}"),
		      &repaired);

	(void)state;
	json_each(root, collect, &seen);
	json_each(json_get(root, "a"), collect, &seen);
	assert_string_equal(buf_c(&seen), "b1a2stop3");
}

static void
what_is_written_has_commas_and_escapes_in_place(void **state)
{
	SCOPED_BUF text = BUF(1000);
	struct json_out j = JSON_OUT(&text);

	(void)state;
	json_open_object(&j, NULL);
	json_put_str(&j, "s", S("a\"\\\n\t\r\x01\x7F\xC3\xB8\xFFz\0"));
	json_open_array(&j, "list");
	json_open_array(&j, NULL);
	json_close_array(&j);
	json_put_i64(&j, NULL, INT64_MIN);
	json_put_u64(&j, NULL, UINT64_MAX);
	json_open_object(&j, NULL);
	json_close_object(&j);
	json_close_array(&j);
	json_put_bool(&j, "yes", true);
	json_put_null(&j, "nothing");
	json_put_known(&j, "unknown", S(""));
	json_put_known(&j, "known", S("k"));
	json_close_object(&j);
	assert_int_equal(j.depth, 0);
	assert_string_equal(
		buf_c(&text),
		"{\"s\":\"a\\\"\\\\\\n\\t\\r\\u0001\\u007f\xC3\xB8\xEF\xBF\xBDz"
		"\\u0000\",\"list\":[[],-9223372036854775808,"
		"18446744073709551615,{}],\"yes\":true,\"nothing\":null,"
		"\"unknown\":null,\"known\":\"k\"}");
}

static void
what_is_written_is_read_back_as_it_was(void **state)
{
	char bytes[256];
	SCOPED_BUF text = BUF(10000);
	struct json_out j = JSON_OUT(&text);
	bool repaired;

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)i;
	json_open_array(&j, NULL);
	json_put_str(&j, NULL, (struct str){ bytes, 128 });
	json_put_str(&j, NULL, (struct str){ bytes, 256 });
	json_close_array(&j);
	assert_true(str_is_utf8(buf_str(&text)));

	SCOPED_JSON root = parse(buf_str(&text), &repaired);

	assert_false(repaired);
	assert_true(
		str_eq(json_str(json_at(root, 0)), (struct str){ bytes, 128 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_document_is_read_without_repair),
		cmocka_unit_test(what_can_have_only_one_meaning_is_put_right),
		cmocka_unit_test(escaped_nuls_are_kept_and_need_no_repair),
		cmocka_unit_test(broken_documents_are_refused_with_their_line),
		cmocka_unit_test(depth_size_and_number_of_values_are_bounded),
		cmocka_unit_test(whole_numbers_are_taken_in_every_dress),
		cmocka_unit_test(wrong_types_are_answered_calmly),
		cmocka_unit_test(
			members_are_visited_in_order_until_told_to_stop),
		cmocka_unit_test(
			what_is_written_has_commas_and_escapes_in_place),
		cmocka_unit_test(what_is_written_is_read_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
