#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inflate/inflate.h"

#include <string.h>

enum { BIG = 64 << 20, GZIP_HEADER = 10, GZIP_TRAILER = 8 };

/* Bytes that pack neither well nor badly; the same for the same `seed`. */
static void
add_noise(struct buf *out, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		buf_addc(out, (char)('a' + (seed >> 28)));
	}
}

static void
add_gzip(struct buf *out, struct str content)
{
	struct inflate_packer *p = inflate_pack_new(out);

	assert_true(inflate_pack_add(p, content));
	assert_true(inflate_pack_end(p));
}

static void
add_zlib(struct buf *out, struct str content)
{
	SCOPED_BUF gz = BUF(BIG);
	uint32_t a = 1, b = 0;

	add_gzip(&gz, content);
	buf_add(out, S("\x78\x9c"));
	buf_add(out, str_sub(buf_str(&gz), GZIP_HEADER,
			     gz.n - GZIP_HEADER - GZIP_TRAILER));
	for (size_t i = 0; i < content.n; i++) {
		a = (a + (unsigned char)content.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	buf_addc(out, (char)(b >> 8));
	buf_addc(out, (char)(b & 0xFF));
	buf_addc(out, (char)(a >> 8));
	buf_addc(out, (char)(a & 0xFF));
}

struct taken {
	struct buf bytes;
	size_t largest;
	unsigned stop_at; /* piece to refuse, 0 = none */
	unsigned pieces;
};

static enum err
take(void *ctx, struct str piece)
{
	struct taken *t = ctx;

	if (++t->pieces == t->stop_at)
		return ERR_STOP;
	if (piece.n > t->largest)
		t->largest = piece.n;
	return buf_add(&t->bytes, piece) ? ERR_NONE : ERR_LIMIT;
}

static enum err
unpack(struct str packed, struct taken *t, struct inflate_notes *notes,
       struct diag *why)
{
	struct inflate_limits limits = INFLATE_LIMITS;

	*t = (struct taken){ .bytes = BUF(BIG) };
	diag_clear(why);
	return inflate_stream(packed, inflate_sniff(packed), &limits, take, t,
			      notes, why);
}

static void
unpacks_to(struct str packed, struct str content, struct inflate_notes *notes)
{
	struct taken t;
	struct diag why;

	assert_int_equal(unpack(packed, &t, notes, &why), ERR_NONE);
	assert_int_equal(t.bytes.n, content.n);
	assert_true(str_eq(buf_str(&t.bytes), content));
	assert_true(t.largest <= 64 << 10);
	buf_free(&t.bytes);
}

static void
is_refused(struct str packed, const char *code)
{
	struct taken t;
	struct diag why;

	assert_int_equal(unpack(packed, &t, NULL, &why), ERR_SYNTAX);
	assert_string_equal(why.code, code);
	buf_free(&t.bytes);
}

static void
what_is_packed_comes_out_the_same(void **state)
{
	static const size_t SIZES[] = { 0,     1,     2,     63,     1000,
					65535, 65536, 65537, 200000, 3000000 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SIZES); i++) {
		SCOPED_BUF plain = BUF(BIG);
		SCOPED_BUF gz = BUF(BIG);
		SCOPED_BUF z = BUF(BIG);
		struct inflate_notes notes;

		add_noise(&plain, SIZES[i], (uint32_t)i);
		add_gzip(&gz, buf_str(&plain));
		assert_int_equal(inflate_sniff(buf_str(&gz)), INFLATE_GZIP);
		unpacks_to(buf_str(&gz), buf_str(&plain), &notes);
		assert_false(notes.several_members);
		assert_false(notes.trailing_bytes);
		add_zlib(&z, buf_str(&plain));
		assert_int_equal(inflate_sniff(buf_str(&z)), INFLATE_ZLIB);
		unpacks_to(buf_str(&z), buf_str(&plain), &notes);
		assert_false(notes.trailing_bytes);
	}
}

static void
packing_depends_on_nothing_but_the_bytes(void **state)
{
	SCOPED_BUF plain = BUF(BIG);
	SCOPED_BUF one = BUF(BIG);
	SCOPED_BUF two = BUF(BIG);
	struct inflate_packer *p;

	(void)state;
	add_noise(&plain, 100000, 7);
	add_gzip(&one, buf_str(&plain));
	p = inflate_pack_new(&two);
	for (size_t i = 0; i < plain.n; i += 777)
		assert_true(
			inflate_pack_add(p, str_sub(buf_str(&plain), i, 777)));
	assert_true(inflate_pack_end(p));
	assert_true(str_eq(buf_str(&one), buf_str(&two)));
	/* RFC 1952: no flags, no time, no extra flags, system unknown. */
	assert_memory_equal(one.p, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
}

static void
packing_into_a_full_buffer_says_so(void **state)
{
	SCOPED_BUF plain = BUF(BIG);
	SCOPED_BUF whole = BUF(BIG);

	(void)state;
	add_noise(&plain, 5000, 3);
	add_gzip(&whole, buf_str(&plain));
	for (size_t max = 0; max < whole.n + 2; max++) {
		SCOPED_BUF small = BUF(max);
		struct inflate_packer *p = inflate_pack_new(&small);
		bool added = inflate_pack_add(p, buf_str(&plain));
		bool ended = inflate_pack_end(p);

		assert_int_equal(added && ended, max >= whole.n);
	}
}

static void
a_stream_cut_at_any_byte_is_refused(void **state)
{
	SCOPED_BUF plain = BUF(BIG);
	SCOPED_BUF gz = BUF(BIG);
	SCOPED_BUF z = BUF(BIG);
	struct inflate_limits limits = INFLATE_LIMITS;

	(void)state;
	add_noise(&plain, 3000, 1);
	add_gzip(&gz, buf_str(&plain));
	add_zlib(&z, buf_str(&plain));
	for (size_t n = 2; n < gz.n; n++)
		is_refused(str_sub(buf_str(&gz), 0, n), "inflate.cut");
	for (size_t n = 8; n < z.n; n++)
		is_refused(str_sub(buf_str(&z), 0, n), "inflate.cut");
	for (size_t n = 0; n < 2; n++) {
		struct taken t = { .bytes = BUF(BIG) };
		struct diag why = { 0 };

		assert_int_equal(inflate_stream(str_sub(buf_str(&gz), 0, n),
						INFLATE_GZIP, &limits, take, &t,
						NULL, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "inflate.cut");
		assert_int_equal(t.pieces, 0);
	}
}

static void
a_second_member_cut_at_any_byte_is_refused(void **state)
{
	SCOPED_BUF gz = BUF(BIG);
	size_t one;

	(void)state;
	add_gzip(&gz, S("first half, "));
	one = gz.n;
	add_gzip(&gz, S("second half"));
	for (size_t n = one + 1; n < gz.n; n++)
		is_refused(str_sub(buf_str(&gz), 0, n), "inflate.cut");
	unpacks_to(str_sub(buf_str(&gz), 0, one), S("first half, "), NULL);
}

static void
members_are_joined_in_order(void **state)
{
	SCOPED_BUF gz = BUF(BIG);
	struct inflate_notes notes;

	(void)state;
	add_gzip(&gz, S("one "));
	add_gzip(&gz, S(""));
	add_gzip(&gz, S("two"));
	unpacks_to(buf_str(&gz), S("one two"), &notes);
	assert_true(notes.several_members);
	assert_false(notes.trailing_bytes);
}

static void
rubbish_behind_a_whole_stream_is_noted(void **state)
{
	static const struct str RUBBISH[] = { STR("\r\n"), STR("\0\0\0\0\0"),
					      STR("x"), STR("\x1fz"),
					      STR("--boundary--\r\n") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(RUBBISH); i++) {
		SCOPED_BUF gz = BUF(BIG);
		SCOPED_BUF z = BUF(BIG);
		struct inflate_notes notes;

		add_gzip(&gz, S("content"));
		buf_add(&gz, RUBBISH[i]);
		unpacks_to(buf_str(&gz), S("content"), &notes);
		assert_true(notes.trailing_bytes);
		assert_false(notes.several_members);
		add_zlib(&z, S("content"));
		buf_add(&z, RUBBISH[i]);
		unpacks_to(buf_str(&z), S("content"), &notes);
		assert_true(notes.trailing_bytes);
	}
}

static void
a_wrong_check_sum_or_length_is_corrupt(void **state)
{
	(void)state;
	for (size_t back = 1; back <= GZIP_TRAILER; back++) {
		SCOPED_BUF gz = BUF(BIG);

		add_gzip(&gz, S("content that matters"));
		gz.p[gz.n - back] ^= 0x10;
		is_refused(buf_str(&gz), "inflate.corrupt");
	}
}

static void
a_changed_bit_never_passes(void **state)
{
	SCOPED_BUF plain = BUF(BIG);
	SCOPED_BUF gz = BUF(BIG);

	(void)state;
	add_noise(&plain, 400, 5);
	add_gzip(&gz, buf_str(&plain));
	for (size_t i = GZIP_HEADER; i < gz.n; i++) {
		struct taken t;
		struct diag why;

		gz.p[i] ^= 0x04;
		assert_int_equal(unpack(buf_str(&gz), &t, NULL, &why),
				 ERR_SYNTAX);
		buf_free(&t.bytes);
		gz.p[i] ^= 0x04;
	}
}

static void
limits_hold(void **state)
{
	static const struct {
		size_t zeros;
		struct inflate_limits limits;
		const char *code; /* NULL: accepted */
	} CASES[] = {
		{ 4 << 20, { 4 << 20, 2000, 9 }, NULL },
		{ 4 << 20, { (4 << 20) - 1, 2000, 9 }, "inflate.too_large" },
		{ 4 << 20, { 8 << 20, 100, 9 }, "inflate.ratio" },
		{ 1 << 20, { 8 << 20, 100, 9 }, NULL },
		{ 100, { 99, 100, 9 }, "inflate.too_large" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF plain = BUF(BIG);
		SCOPED_BUF gz = BUF(BIG);
		struct taken t = { .bytes = BUF(BIG) };
		struct diag why = { 0 };
		char *to = buf_reserve(&plain, CASES[i].zeros);

		memset(to, 0, CASES[i].zeros);
		buf_commit(&plain, CASES[i].zeros);
		add_gzip(&gz, buf_str(&plain));
		assert_int_equal(inflate_stream(buf_str(&gz), INFLATE_GZIP,
						&CASES[i].limits, take, &t,
						NULL, &why),
				 CASES[i].code ? ERR_LIMIT : ERR_NONE);
		assert_string_equal(why.code,
				    CASES[i].code ? CASES[i].code : "");
		assert_true(t.bytes.n <= CASES[i].limits.bytes);
		buf_free(&t.bytes);
	}
}

static void
members_are_bounded_and_share_the_size_limit(void **state)
{
	struct inflate_limits few = { 1 << 20, 2000, 3 };
	struct inflate_limits small = { 11, 2000, 9 };
	SCOPED_BUF gz = BUF(BIG);
	struct taken t = { .bytes = BUF(BIG) };
	struct diag why = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		add_gzip(&gz, S("four"));
	assert_int_equal(inflate_stream(buf_str(&gz), INFLATE_GZIP, &few, take,
					&t, NULL, &why),
			 ERR_NONE);
	assert_int_equal(inflate_stream(buf_str(&gz), INFLATE_GZIP, &small,
					take, &t, NULL, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "inflate.too_large");
	diag_clear(&why);
	add_gzip(&gz, S("four"));
	assert_int_equal(inflate_stream(buf_str(&gz), INFLATE_GZIP, &few, take,
					&t, NULL, &why),
			 ERR_LIMIT);
	assert_string_equal(why.code, "inflate.too_many_members");
	buf_free(&t.bytes);
}

static void
the_callers_error_comes_back_at_once(void **state)
{
	SCOPED_BUF plain = BUF(BIG);
	SCOPED_BUF gz = BUF(BIG);
	struct taken t = { .bytes = BUF(BIG), .stop_at = 2 };
	struct inflate_limits limits = INFLATE_LIMITS;
	struct diag why = { 0 };

	(void)state;
	add_noise(&plain, 300000, 2);
	add_gzip(&gz, buf_str(&plain));
	assert_int_equal(inflate_stream(buf_str(&gz), INFLATE_GZIP, &limits,
					take, &t, NULL, &why),
			 ERR_STOP);
	assert_int_equal(t.pieces, 2);
	assert_string_equal(why.code, "");
	buf_free(&t.bytes);
}

static void
what_is_not_packed_is_not_taken_for_packed(void **state)
{
	static const struct str OTHERS[] = {
		STR(""),
		STR("<?xml version=\"1.0\"?><feedback/>"),
		STR("{\"organization-name\": \"Example\"}"),
		STR("Return-Path: <a@example.com>\r\n"),
		STR("x^2 + y^2 = z^2, as everybody knows since long"),
		STR("x\x9c"),
		STR("x\x9c\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		STR("PK"),
		STR("PKZIP is a program"),
		STR("\x1f"),
		STR("\x1f\x8b\x07 a method nobody uses"),
		STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
		STR("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
		assert_int_equal(inflate_sniff(OTHERS[i]), INFLATE_NONE);
	assert_int_equal(inflate_sniff(S("PK\5\6")), INFLATE_ZIP);
	assert_int_equal(inflate_sniff(S("PK\7\10PK\3\4")), INFLATE_ZIP);
}

/* Each of the four usual zlib levels writes another second byte. */
static void
zlib_headers_of_all_levels_are_known(void **state)
{
	static const char SECOND[] = { '\x01', '\x5e', '\x9c', '\xda' };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SECOND); i++) {
		SCOPED_BUF z = BUF(BIG);

		add_zlib(&z, S("the same deflate data"));
		z.p[1] = SECOND[i];
		assert_int_equal(inflate_sniff(buf_str(&z)), INFLATE_ZLIB);
		unpacks_to(buf_str(&z), S("the same deflate data"), NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out_the_same),
		cmocka_unit_test(packing_depends_on_nothing_but_the_bytes),
		cmocka_unit_test(packing_into_a_full_buffer_says_so),
		cmocka_unit_test(a_stream_cut_at_any_byte_is_refused),
		cmocka_unit_test(a_second_member_cut_at_any_byte_is_refused),
		cmocka_unit_test(members_are_joined_in_order),
		cmocka_unit_test(rubbish_behind_a_whole_stream_is_noted),
		cmocka_unit_test(a_wrong_check_sum_or_length_is_corrupt),
		cmocka_unit_test(a_changed_bit_never_passes),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(members_are_bounded_and_share_the_size_limit),
		cmocka_unit_test(the_callers_error_comes_back_at_once),
		cmocka_unit_test(what_is_not_packed_is_not_taken_for_packed),
		cmocka_unit_test(zlib_headers_of_all_levels_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
