#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"

#include <string.h>

#include <stdio.h>

static void
numbers_overflow_is_refused(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_true(str_u64(S("18446744073709551615"), &n));
	assert_int_equal(n, UINT64_MAX);
	assert_false(str_u64(S("18446744073709551616"), &n));
	assert_false(str_u64(S("-1"), &n));
	assert_false(str_u64(S("1x"), &n));
	assert_false(str_u64(S(""), &n));
	assert_int_equal(n, UINT64_MAX);
}

static void
split_keeps_empty_pieces_between_separators(void **state)
{
	struct str rest = STR("a,,b");
	struct str piece;

	(void)state;
	assert_true(str_split(&rest, ',', &piece));
	assert_true(str_eq(piece, S("a")));
	assert_true(str_split(&rest, ',', &piece));
	assert_int_equal(piece.n, 0);
	assert_true(str_split(&rest, ',', &piece));
	assert_true(str_eq(piece, S("b")));
	assert_false(str_split(&rest, ',', &piece));
}

static void
split_does_not_look_behind_the_end(void **state)
{
	char *two = heap_new(2);
	struct str rest = { two, 2 };
	struct str piece;

	(void)state;
	two[0] = 'a';
	two[1] = ',';
	assert_true(str_split(&rest, ',', &piece));
	assert_false(str_split(&rest, ',', &piece)); /* by AddressSanitizer */
	heap_free(two);
}

static void
utf8_takes_only_the_shortest_form(void **state)
{
	(void)state;
	assert_true(str_is_utf8(S("\xE6\x97\xA5 \xC3\xB8 \xF0\x9F\x93\xA7")));
	assert_false(str_is_utf8(S("\xC0\x80")));
	assert_false(str_is_utf8(S("\xED\xA0\x80")));
	assert_false(str_is_utf8(S("\xF4\x90\x80\x80")));
	assert_false(str_is_utf8(S("caf\xE9")));
}

static void
escaping_leaves_nothing_that_moves_a_cursor(void **state)
{
	SCOPED_BUF b = BUF(1000);

	(void)state;
	assert_true(buf_add_escaped(&b, S("a\x1b[2J\n\xE2\x80\xAE"
					  "b\x91 \xC3\xB8")));
	assert_string_equal(buf_c(&b),
			    "a\\u{1b}[2J\\n\\u{202e}b\\x91 \xC3\xB8");
}

static void
a_part_of_a_url_has_unreserved_characters_only(void **state)
{
	SCOPED_BUF b = BUF(64);

	(void)state;
	assert_true(buf_add_url(&b, S("aZ09-._~ /?&=%+\xC3\xB8")));
	assert_string_equal(buf_c(&b), "aZ09-._~%20%2F%3F%26%3D%25%2B%C3%B8");
	assert_false(buf_add_url(&b, S("////////////")));
}

static void
a_full_buffer_stays_as_it_was(void **state)
{
	SCOPED_BUF b = BUF(4);

	(void)state;
	assert_true(buf_addz(&b, "abc"));
	assert_false(buf_addz(&b, "de"));
	assert_false(buf_addz(&b, "d"));
	assert_true(b.full);
	assert_string_equal(buf_c(&b), "abc");
}

static void
an_arena_gives_no_more_than_its_maximum(void **state)
{
	SCOPED_ARENA mem = arena_new(1024);
	struct str copy;

	(void)state;
	assert_true(arena_dup(mem, S("hello"), &copy));
	assert_true(str_eq(copy, S("hello")));
	assert_null(arena_alloc(mem, 1024));
	assert_null(arena_array(mem, SIZE_MAX / 2, 4));
	arena_reset(mem);
	assert_non_null(arena_alloc(mem, 1024));
}

static void
a_map_finds_what_was_put_and_forgets_when_full(void **state)
{
	struct map *m = map_new(1000);
	char key[16];
	uint64_t n;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		map_put(m,
			(struct str){ key,
				      (size_t)snprintf(key, 16, "k%u", i) },
			i);
	assert_int_equal(map_count(m), 1000);
	assert_true(map_get(m, S("k777"), &n));
	assert_int_equal(n, 777);
	map_put(m, S("one more"), 1);
	assert_int_equal(map_count(m), 1);
	assert_false(map_get(m, S("k777"), NULL));
	map_free(m);
}

static void
a_long_detail_is_cut_between_characters(void **state)
{
	struct diag why = { 0 };
	SCOPED_BUF text = BUF(1000);

	(void)state;
	buf_addz(&text, "x");
	for (int i = 0; i < 150; i++)
		buf_addz(&text, "\xC3\xB8");
	assert_int_equal(
		diag_set(&why, ERR_LIMIT, "a.b", 3, "%s", buf_c(&text)),
		ERR_LIMIT);
	assert_true(str_is_utf8(str_of(why.detail)));
	assert_int_equal(why.line, 3);
	(void)diag_set(&why, ERR_IO, "later", 0, "later");
	assert_string_equal(why.code, "a.b");
}

static void
hexadecimal_digits_of_either_case_have_a_value(void **state)
{
	static const char digits[] = "0123456789abcdef";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c) : NULL;
		int wanted = at ? (int)(at - digits) : -1;

		if (c >= 'A' && c <= 'F')
			wanted = c - 'A' + 10;
		assert_int_equal(str_hex((char)c), wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			hexadecimal_digits_of_either_case_have_a_value),
		cmocka_unit_test(numbers_overflow_is_refused),
		cmocka_unit_test(split_keeps_empty_pieces_between_separators),
		cmocka_unit_test(split_does_not_look_behind_the_end),
		cmocka_unit_test(utf8_takes_only_the_shortest_form),
		cmocka_unit_test(escaping_leaves_nothing_that_moves_a_cursor),
		cmocka_unit_test(
			a_part_of_a_url_has_unreserved_characters_only),
		cmocka_unit_test(a_full_buffer_stays_as_it_was),
		cmocka_unit_test(an_arena_gives_no_more_than_its_maximum),
		cmocka_unit_test(
			a_map_finds_what_was_put_and_forgets_when_full),
		cmocka_unit_test(a_long_detail_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
