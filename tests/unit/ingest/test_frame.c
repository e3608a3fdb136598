#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "ingest/private.h"

static void
numbers_of_every_size_come_back(void **state)
{
	static const int64_t numbers[] = { 0,       1,         -1,
					   127,     128,       -128,
					   1 << 20, INT64_MAX, INT64_MIN };
	struct frame_out f = { .fd = -1, .bytes = BUF(1000) };
	struct str fields;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		frame_put_i64(&f, numbers[i]);
		frame_put_u64(&f, (uint64_t)numbers[i]);
	}
	fields = buf_str(&f.bytes);
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		int64_t signed_one;
		uint64_t plain;

		assert_true(frame_get_i64(&fields, &signed_one));
		assert_true(frame_get_u64(&fields, &plain));
		assert_true(signed_one == numbers[i]);
		assert_true(plain == (uint64_t)numbers[i]);
	}
	assert_int_equal(fields.n, 0);
	buf_free(&f.bytes);
}

static struct dmarc_row
example_row(struct dmarc_auth *dkim, struct dmarc_auth *spf)
{
	dkim[0] = (struct dmarc_auth){ .domain = S("example.com"),
				       .selector = S("s1"),
				       .result = DMARC_RESULT_PASS };
	dkim[1] = (struct dmarc_auth){ .domain = S("esp.example"),
				       .human = S("no key"),
				       .result = DMARC_RESULT_PERMERROR };
	spf[0] = (struct dmarc_auth){ .domain = S("b.esp.example"),
				      .scope = S("mfrom"),
				      .result = DMARC_RESULT_SOFTFAIL };
	return (struct dmarc_row){ .ip = { 0x20, 1, 0xd, 0xb8 },
				   .ip_known = true,
				   .count = 1ull << 40,
				   .disposition = DMARC_QUARANTINED,
				   .spf_aligned = true,
				   .overrides = DMARC_OVERRIDE_OTHER,
				   .override_comment = S("why not"),
				   .header_from = S("news.example.com"),
				   .envelope_to = S("example.net"),
				   .dkim = dkim,
				   .dkim_count = 2,
				   .spf = spf,
				   .spf_count = 1 };
}

static void
a_row_comes_back_whole_and_no_cut_of_it_does(void **state)
{
	struct dmarc_auth dkim[2], spf[1];
	struct dmarc_row row = example_row(dkim, spf), back;
	struct frame_out f = { .fd = -1, .bytes = BUF(10000) };
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct str fields;

	(void)state;
	frame_put_row(&f, &row);
	fields = str_sub(buf_str(&f.bytes), 5, SIZE_MAX);
	assert_true(frame_get_row(fields, mem, &back));
	assert_memory_equal(back.ip, row.ip, sizeof row.ip);
	assert_true(back.ip_known && back.spf_aligned && !back.dkim_aligned);
	assert_true(back.count == row.count);
	assert_int_equal(back.disposition, DMARC_QUARANTINED);
	assert_int_equal(back.overrides, DMARC_OVERRIDE_OTHER);
	assert_true(str_eq(back.header_from, row.header_from));
	assert_int_equal(back.dkim_count, 2);
	assert_true(str_eq(back.dkim[1].human, S("no key")));
	assert_int_equal(back.dkim[1].result, DMARC_RESULT_PERMERROR);
	assert_true(str_eq(back.spf[0].scope, S("mfrom")));
	for (size_t n = 0; n < fields.n; n++)
		assert_false(frame_get_row(str_sub(fields, 0, n), mem, &back));
	buf_free(&f.bytes);
}

static void
words_that_no_parser_gives_are_refused(void **state)
{
	struct dmarc_auth dkim[2], spf[1];
	struct dmarc_row row = example_row(dkim, spf), back;
	struct frame_out f = { .fd = -1, .bytes = BUF(10000) };
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	spf[0].result = (enum dmarc_result)99;
	frame_put_row(&f, &row);
	assert_false(frame_get_row(str_sub(buf_str(&f.bytes), 5, SIZE_MAX), mem,
				   &back));
	buf_free(&f.bytes);
}

static void
frames_pass_through_a_pipe_in_order(void **state)
{
	int ends[2];
	struct frame_out out = { .bytes = BUF(1 << 20) };
	struct frame_in in = { .bytes = BUF(1 << 20) };
	struct str fields, text;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	out.fd = ends[1];
	in.fd = ends[0];
	frame_begin(&out, FRAME_UNDO);
	assert_int_equal(frame_end(&out), ERR_NONE);
	frame_begin(&out, FRAME_RAW);
	frame_put_str(&out, S("bytes"));
	assert_int_equal(frame_end(&out), ERR_NONE);
	assert_int_equal(frame_flush(&out), ERR_NONE);
	(void)close(ends[1]);
	assert_int_equal(frame_next(&in, &fields), FRAME_UNDO);
	assert_int_equal(frame_next(&in, &fields), FRAME_RAW);
	assert_true(frame_get_str(&fields, &text));
	assert_true(str_eq(text, S("bytes")));
	assert_int_equal(frame_next(&in, &fields), 0);
	(void)close(ends[0]);
	buf_free(&out.bytes);
	buf_free(&in.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_every_size_come_back),
		cmocka_unit_test(a_row_comes_back_whole_and_no_cut_of_it_does),
		cmocka_unit_test(words_that_no_parser_gives_are_refused),
		cmocka_unit_test(frames_pass_through_a_pipe_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
