#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/private.h"

#include <stdlib.h>
#include <string.h>

/* What came out of a call. */
struct heard {
	struct api_head head;
	struct buf body;
	unsigned heads;
};

static void
hear_head(void *ctx, const struct api_head *head)
{
	struct heard *h = ctx;

	h->head = *head;
	h->heads++;
}

static bool
hear_piece(void *ctx, struct str bytes)
{
	struct heard *h = ctx;

	return buf_add(&h->body, bytes);
}

static struct buf room = BUF(1 << 20);

static void
call_begin(struct api_call *c, const struct api_request *request,
	   const struct api_sink *sink)
{
	buf_clear(&room);
	*c = (struct api_call){ .request = request,
				.sink = sink,
				.mem = arena_new(1 << 20),
				.now = 1764000000,
				.person = { .owner = 1 },
				.head = { .status = 200 },
				.body = &room };
	api_args_read(c);
}

static void
percent_escapes_are_read_and_bad_ones_left(void **state)
{
	static const struct {
		const char *in, *out;
		bool plus;
	} table[] = {
		{ "a%20b", "a b", false },  { "a+b", "a+b", false },
		{ "a+b", "a b", true },     { "%41%4a%4A", "AJJ", false },
		{ "100%", "100%", true },   { "%4", "%4", true },
		{ "%zz%41", "%zzA", true }, { "%E6%97%A5", "\u65e5", true },
		{ "", "", true },
	};
	SCOPED_ARENA mem = arena_new(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct str out =
			api_decode(mem, str_of(table[i].in), table[i].plus);

		assert_true(str_eq(out, str_of(table[i].out)));
	}
}

static void
parameters_are_decoded_the_last_of_a_name_wins(void **state)
{
	const struct api_request r = {
		.query = STR("a=1&b=x%26y&a=2&flag&&empty=&=novalue")
	};
	struct api_call c;

	(void)state;
	call_begin(&c, &r, NULL);
	assert_int_equal(c.arg_count, 6);
	assert_true(str_eq(api_arg(&c, "a"), S("2")));
	assert_true(str_eq(api_arg(&c, "b"), S("x&y")));
	assert_int_equal(api_arg(&c, "absent").n, 0);
	assert_true(api_arg_yes(&c, "flag"));
	assert_false(api_arg_yes(&c, "absent"));
	assert_true(c.arg[0].used && c.arg[2].used);
	assert_false(c.arg[4].used);
	arena_free(c.mem);
}

static void
unknown_parameters_are_collected_and_never_an_error(void **state)
{
	const struct api_request r = {
		.query = STR(
			"domain=a.example&domain=b.example&class=!blocked&"
			"sorce=x"
			"&tz=Asia/Tokyo&cols=a,b&reporter=&q=hello&range=7d")
	};
	struct api_question asked;
	struct diag why = { 0 };
	struct api_call c;

	(void)state;
	call_begin(&c, &r, NULL);
	assert_int_equal(api_question(&c, "30d", "source", &asked, &why), 0);
	assert_int_equal(asked.ignored_count, 1);
	assert_true(str_eq(asked.ignored[0], S("sorce")));
	assert_int_equal(asked.q.filter_count, 4);
	assert_true(asked.q.filter[2].not_it);
	assert_int_equal(asked.q.filter[3].field, STORE_F_TEXT);
	assert_int_equal(asked.q.last_day - asked.q.first_day, 6);
	assert_int_equal(asked.q.owner, 1);
	assert_int_equal(api_only_domain(&asked.q).n, 0);
	arena_free(c.mem);
}

static void
a_bad_value_of_a_known_parameter_is_told(void **state)
{
	const struct api_request r = { .query = STR("range=forever") };
	struct api_question asked;
	struct diag why = { 0 };
	struct api_call c;

	(void)state;
	call_begin(&c, &r, NULL);
	assert_int_equal(api_question(&c, "30d", NULL, &asked, &why),
			 ERR_SYNTAX);
	assert_string_equal(why.code, "query.bad_value");
	assert_int_equal(api_status_of(ERR_SYNTAX, &why), 400);
	arena_free(c.mem);
}

static void
routes_are_found_by_method_and_path(void **state)
{
	struct str param[API_PARAMS_MAX];
	bool allowed;

	(void)state;
	assert_non_null(
		api_route_find(API_GET, S("/api/v1/version"), param, &allowed));
	assert_null(api_route_find(API_DELETE, S("/api/v1/version"), param,
				   &allowed));
	assert_true(allowed);
	assert_null(api_route_find(API_GET, S("/api/v1/version/"), param,
				   &allowed));
	assert_false(allowed);
	assert_null(
		api_route_find(API_GET, S("/api/v1/version/x"), param, NULL));
	assert_null(api_route_find(API_GET, S("/api/v1"), param, NULL));
	assert_null(api_route_find(API_GET, S(""), param, NULL));
}

static void
cells_are_quoted_and_never_formulas(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "plain", "plain" },
		{ "a,b", "\"a,b\"" },
		{ "a;b", "\"a;b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "two\nlines", "\"two\nlines\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+47", "\"'+47\"" },
		{ "-2", "\"'-2\"" },
		{ "@SUM(A1)", "\"'@SUM(A1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\uff1d1", "\"'\uff1d1\"" },
		{ "", "" },
		{ "\u65e5\u672c", "\u65e5\u672c" },
	};
	static const char *const names[] = { "a" };
	const struct api_request r = { 0 };
	struct api_csv csv;
	struct api_call c;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF want = BUF(1024);

		call_begin(&c, &r, NULL);
		api_csv_begin(&csv, &c, names, 1);
		api_csv_text(&csv, str_of(table[i].in));
		assert_int_equal(api_csv_row_end(&csv), 0);
		buf_addf(&want, "a\r\n%s\r\n", table[i].out);
		assert_string_equal(buf_c(&room), buf_c(&want));
		arena_free(c.mem);
	}
}

static void
a_file_is_named_after_domain_question_and_days(void **state)
{
	const struct api_request r = {
		.query = STR("domain=example.com&from=2026-10-23"
			     "&to=2026-11-21&separator=;&bom=true")
	};
	static const char *const names[] = { "a", "b" };
	struct api_question asked;
	struct diag why = { 0 };
	struct api_csv csv;
	struct api_call c;

	(void)state;
	call_begin(&c, &r, NULL);
	assert_int_equal(api_question(&c, "30d", NULL, &asked, &why), 0);
	api_file(&c, API_AS_CSV, "sources", &asked.q);
	assert_true(
		str_eq(c.head.disposition,
		       S("attachment; filename="
			 "\"example.com_sources_2026-10-23_2026-11-21.csv\"")));
	api_csv_begin(&csv, &c, names, 2);
	assert_string_equal(buf_c(&room), "\xef\xbb\xbf"
					  "a;b\r\n");
	arena_free(c.mem);
}

static void
an_answer_that_is_known_already_is_not_sent_again(void **state)
{
	struct heard h = { .body = BUF(4096) };
	const struct api_sink sink = { &h, hear_head, hear_piece };
	struct api_request r = { 0 };
	char tag[64];
	struct api_call c;

	(void)state;
	call_begin(&c, &r, &sink);
	buf_addz(c.body, "{}\n");
	api_send(&c, true);
	assert_int_equal(h.head.status, 200);
	assert_string_equal(buf_c(&h.body), "{}\n");
	assert_true(h.head.etag.n > 10 && h.head.etag.n < sizeof(tag));
	memcpy(tag, h.head.etag.p, h.head.etag.n);
	r.if_none_match = (struct str){ tag, h.head.etag.n };
	arena_free(c.mem);

	buf_clear(&h.body);
	call_begin(&c, &r, &sink);
	buf_addz(c.body, "{}\n");
	api_send(&c, true);
	assert_int_equal(h.head.status, 304);
	assert_int_equal(h.body.n, 0);
	arena_free(c.mem);

	call_begin(&c, &r, &sink);
	buf_addz(c.body, "{ }\n");
	api_send(&c, true);
	assert_int_equal(h.head.status, 200);
	assert_int_equal(h.heads, 3);
	arena_free(c.mem);
	buf_free(&h.body);
}

static int
done(void **state)
{
	(void)state;
	buf_free(&room);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_escapes_are_read_and_bad_ones_left),
		cmocka_unit_test(
			parameters_are_decoded_the_last_of_a_name_wins),
		cmocka_unit_test(
			unknown_parameters_are_collected_and_never_an_error),
		cmocka_unit_test(a_bad_value_of_a_known_parameter_is_told),
		cmocka_unit_test(routes_are_found_by_method_and_path),
		cmocka_unit_test(cells_are_quoted_and_never_formulas),
		cmocka_unit_test(
			a_file_is_named_after_domain_question_and_days),
		cmocka_unit_test(
			an_answer_that_is_known_already_is_not_sent_again),
	};

	return cmocka_run_group_tests(tests, NULL, done);
}
