#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inflate/inflate.h"

#include <string.h>

enum { BIG = 64 << 20, GZIP_HEADER = 10, GZIP_TRAILER = 8 };

struct member {
	const char *name;
	struct str content;
	bool stored;     /* not deflated */
	bool descriptor; /* sizes and check sum behind the data */
	bool encrypted;  /* the flag only */
	uint32_t lie;    /* added to the size that the headers state */
	uint16_t method; /* 0: as `stored` says */
};

struct entry {
	const struct member *m;
	struct buf gzip; /* of the content: deflate data and check sum */
	struct str data;
	struct str crc;
	size_t offset;
};

static void
add_le(struct buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_addc(out, (char)(value >> 8 * i & 0xFF));
}

static void
pack(struct entry *e, const struct member *m)
{
	struct inflate_packer *p;
	struct str gz;

	*e = (struct entry){ .m = m, .gzip = BUF(BIG) };
	p = inflate_pack_new(&e->gzip);
	assert_true(inflate_pack_add(p, m->content));
	assert_true(inflate_pack_end(p));
	gz = buf_str(&e->gzip);
	e->crc = str_sub(gz, gz.n - GZIP_TRAILER, 4);
	e->data = m->stored ? m->content
			    : str_sub(gz, GZIP_HEADER,
				      gz.n - GZIP_HEADER - GZIP_TRAILER);
}

/* The fields that the local header and the directory have in common, from
 * "version needed" to the length of the extra field (APPNOTE 4.3.7). */
static void
add_common(struct buf *out, const struct entry *e, bool later)
{
	uint32_t usual = e->m->stored ? 0 : 8;

	add_le(out, 20, 2);
	add_le(out, (e->m->encrypted ? 1u : 0) | (e->m->descriptor ? 8u : 0),
	       2);
	add_le(out, e->m->method ? e->m->method : usual, 2);
	add_le(out, 0, 4);
	buf_add(out, later ? S("\0\0\0\0") : e->crc);
	add_le(out, later ? 0 : e->data.n, 4);
	add_le(out, later ? 0 : e->m->content.n + e->m->lie, 4);
	add_le(out, str_of(e->m->name).n, 2);
	add_le(out, 0, 2);
}

static void
add_local(struct buf *out, struct entry *e)
{
	e->offset = out->n;
	buf_add(out, S("PK\3\4"));
	add_common(out, e, e->m->descriptor);
	buf_addz(out, e->m->name);
	buf_add(out, e->data);
	if (!e->m->descriptor)
		return;
	buf_add(out, S("PK\7\10"));
	buf_add(out, e->crc);
	add_le(out, e->data.n, 4);
	add_le(out, e->m->content.n, 4);
}

static void
add_entry(struct buf *directory, const struct entry *e)
{
	buf_add(directory, S("PK\1\2"));
	add_le(directory, 20, 2);
	add_common(directory, e, false);
	add_le(directory, 0, 6); /* comment, disk, attributes */
	add_le(directory, 0, 4);
	add_le(directory, e->offset, 4);
	buf_addz(directory, e->m->name);
}

static void
add_zip(struct buf *out, const struct member *members, size_t count)
{
	SCOPED_BUF directory = BUF(BIG);
	size_t start;

	for (size_t i = 0; i < count; i++) {
		struct entry e;

		pack(&e, &members[i]);
		add_local(out, &e);
		add_entry(&directory, &e);
		buf_free(&e.gzip);
	}
	start = out->n;
	buf_add(out, buf_str(&directory));
	buf_add(out, S("PK\5\6\0\0\0\0"));
	add_le(out, count, 2);
	add_le(out, count, 2);
	add_le(out, directory.n, 4);
	add_le(out, start, 4);
	add_le(out, 0, 2);
}

static enum err
take(void *ctx, struct str piece)
{
	assert_true(piece.n > 0 && piece.n <= 64 << 10);
	return buf_add(ctx, piece) ? ERR_NONE : ERR_STOP;
}

static struct inflate_zip *
open_zip(const struct buf *packed)
{
	struct inflate_limits limits = INFLATE_LIMITS;
	struct inflate_zip *zip = NULL;
	struct diag why = { 0 };

	assert_int_equal(inflate_sniff(buf_str(packed)), INFLATE_ZIP);
	assert_int_equal(inflate_zip_open(buf_str(packed), &limits, &zip, &why),
			 ERR_NONE);
	return zip;
}

static void
member_is(struct inflate_zip *zip, size_t i, const char *name,
	  struct str content)
{
	SCOPED_BUF out = BUF(BIG);
	struct diag why = { 0 };

	assert_string_equal(inflate_zip_name(zip, i).p, name);
	assert_int_equal(inflate_zip_stream(zip, i, take, &out, &why),
			 ERR_NONE);
	assert_true(str_eq(buf_str(&out), content));
}

static void
member_fails(struct inflate_zip *zip, size_t i, const char *code)
{
	SCOPED_BUF out = BUF(BIG);
	struct diag why = { 0 };

	assert_int_not_equal(inflate_zip_stream(zip, i, take, &out, &why),
			     ERR_NONE);
	assert_string_equal(why.code, code);
}

static void
files_come_out_and_what_archivers_add_does_not(void **state)
{
	static const struct member MEMBERS[] = {
		{ .name = "reports/", .stored = true },
		{ .name = "reports/a.xml", .content = STR("<a/>") },
		{ .name = "__MACOSX/reports/._a.xml", .content = STR("mac") },
		{ .name = "reports/.DS_Store", .content = STR("store") },
		{ .name = ".DS_Store", .content = STR("store") },
		{ .name = "b.xml", .content = STR("<b/>"), .stored = true },
		{ .name = "c.xml",
		  .content = STR("<c>later</c>"),
		  .descriptor = true },
		{ .name = "", .content = STR("no name") },
		{ .name = "b.xml", .content = STR("same name") },
		{ .name = "empty.xml", .stored = true },
	};
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, MEMBERS, COUNT_OF(MEMBERS));
	zip = open_zip(&packed);
	assert_int_equal(inflate_zip_count(zip), 6);
	member_is(zip, 0, "reports/a.xml", S("<a/>"));
	member_is(zip, 1, "b.xml", S("<b/>"));
	member_is(zip, 2, "c.xml", S("<c>later</c>"));
	member_is(zip, 3, "", S("no name"));
	member_is(zip, 4, "b.xml", S("same name"));
	member_is(zip, 5, "empty.xml", S(""));
	inflate_zip_close(zip);
}

static void
bytes_around_an_archive_do_no_harm(void **state)
{
	static const struct member MEMBER = { .name = "a.xml",
					      .content = STR("<a/>") };
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, &MEMBER, 1);
	buf_add(&packed, S("\r\n-- \r\nfooter of a mailing list\r\n"));
	zip = open_zip(&packed);
	assert_int_equal(inflate_zip_count(zip), 1);
	member_is(zip, 0, "a.xml", S("<a/>"));
	inflate_zip_close(zip);
}

static void
an_empty_archive_has_no_members(void **state)
{
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, NULL, 0);
	zip = open_zip(&packed);
	assert_int_equal(inflate_zip_count(zip), 0);
	inflate_zip_close(zip);
}

static void
what_cannot_be_read_is_named(void **state)
{
	static const struct member MEMBERS[] = {
		{ .name = "secret.xml",
		  .content = STR("<a/>"),
		  .encrypted = true },
		{ .name = "odd.xml", .content = STR("<a/>"), .method = 14 },
		{ .name = "fine.xml", .content = STR("<a/>") },
	};
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, MEMBERS, COUNT_OF(MEMBERS));
	zip = open_zip(&packed);
	assert_int_equal(inflate_zip_count(zip), 3);
	member_fails(zip, 0, "inflate.encrypted");
	member_fails(zip, 1, "inflate.method");
	member_is(zip, 2, "fine.xml", S("<a/>"));
	inflate_zip_close(zip);
}

static void
a_size_that_lies_is_not_believed(void **state)
{
	static const struct member MEMBERS[] = {
		{ .name = "more.xml", .content = STR("<a/>"), .lie = 7000 },
		{ .name = "less.xml",
		  .content = STR("<a/>"),
		  .lie = (uint32_t)-2 },
	};
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, MEMBERS, COUNT_OF(MEMBERS));
	zip = open_zip(&packed);
	member_is(zip, 0, "more.xml", S("<a/>"));
	member_is(zip, 1, "less.xml", S("<a/>"));
	inflate_zip_close(zip);
}

static void
a_changed_byte_of_the_data_is_corrupt(void **state)
{
	static const struct member MEMBER = { .name = "a.xml",
					      .content = STR("some content"),
					      .stored = true };
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;

	(void)state;
	add_zip(&packed, &MEMBER, 1);
	packed.p[str_find(buf_str(&packed), S("content"))] = 'C';
	zip = open_zip(&packed);
	member_fails(zip, 0, "inflate.corrupt");
	inflate_zip_close(zip);
}

static void
an_archive_cut_at_any_byte_is_refused(void **state)
{
	static const struct member MEMBERS[] = {
		{ .name = "a.xml", .content = STR("<a>some content</a>") },
		{ .name = "b.xml", .content = STR("<b>some content</b>") },
	};
	struct inflate_limits limits = INFLATE_LIMITS;
	SCOPED_BUF packed = BUF(BIG);

	(void)state;
	add_zip(&packed, MEMBERS, COUNT_OF(MEMBERS));
	for (size_t n = 0; n < packed.n; n++) {
		struct inflate_zip *zip = NULL;
		struct diag why = { 0 };

		assert_int_equal(
			inflate_zip_open(str_sub(buf_str(&packed), 0, n),
					 &limits, &zip, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, "inflate.cut");
		assert_null(zip);
	}
}

static void
the_size_limit_is_shared_by_all_members(void **state)
{
	static const struct member MEMBERS[] = {
		{ .name = "a", .content = STR("0123456789") },
		{ .name = "b", .content = STR("0123456789") },
	};
	struct inflate_limits limits = { 15, 2000, 2 };
	SCOPED_BUF packed = BUF(BIG);
	struct inflate_zip *zip;
	struct diag why = { 0 };

	(void)state;
	add_zip(&packed, MEMBERS, COUNT_OF(MEMBERS));
	assert_int_equal(
		inflate_zip_open(buf_str(&packed), &limits, &zip, &why),
		ERR_NONE);
	/* Reading one twice counts once. */
	member_is(zip, 0, "a", S("0123456789"));
	member_is(zip, 0, "a", S("0123456789"));
	member_fails(zip, 1, "inflate.too_large");
	inflate_zip_close(zip);
	limits.members = 1;
	assert_int_equal(
		inflate_zip_open(buf_str(&packed), &limits, &zip, &why),
		ERR_LIMIT);
	assert_string_equal(why.code, "inflate.too_many_members");
}

static void
a_member_that_unpacks_too_well_is_refused(void **state)
{
	struct inflate_limits limits = { BIG, 500, 9 };
	SCOPED_BUF zeros = BUF(BIG);
	SCOPED_BUF packed = BUF(BIG);
	struct member member = { .name = "bomb.xml" };
	struct inflate_zip *zip;
	struct diag why = { 0 };
	size_t size = 4 << 20;

	(void)state;
	memset(buf_reserve(&zeros, size), 0, size);
	buf_commit(&zeros, size);
	member.content = buf_str(&zeros);
	add_zip(&packed, &member, 1);
	assert_int_equal(
		inflate_zip_open(buf_str(&packed), &limits, &zip, &why),
		ERR_NONE);
	member_fails(zip, 0, "inflate.ratio");
	inflate_zip_close(zip);
}

/* libzip reads the directory once for every end record: without a bound the
 * first takes many minutes. */
static void
directories_made_to_exhaust_are_bounded(void **state)
{
	static const struct {
		uint64_t members;
		uint64_t octets;
		size_t records;
		const char *code;
	} CASES[] = {
		{ 60000, 60000 * 46, 2900, "inflate.too_many_members" },
		{ 2, 60000 * 46, 2900, "inflate.too_many_members" },
		{ 900, 1, 2900, "inflate.too_many_members" },
		{ 0, 1, 2900, "inflate.corrupt" },
		{ UINT16_MAX, UINT32_MAX, 2900, "inflate.corrupt" },
	};
	struct inflate_limits limits = INFLATE_LIMITS;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SCOPED_BUF packed = BUF(BIG);
		struct inflate_zip *zip;
		struct diag why = { 0 };

		for (size_t k = 0; k < 60000; k++) {
			buf_add(&packed, S("PK\1\2"));
			add_le(&packed, 0, 8);
			memset(buf_reserve(&packed, 34), 0, 34);
			buf_commit(&packed, 34);
		}
		for (size_t k = 0; k < CASES[i].records; k++) {
			buf_add(&packed, S("PK\5\6\0\0\0\0"));
			add_le(&packed, CASES[i].members, 2);
			add_le(&packed, CASES[i].members, 2);
			add_le(&packed, CASES[i].octets, 4);
			add_le(&packed, 1, 4);
			add_le(&packed, 0, 2);
		}
		assert_int_not_equal(
			inflate_zip_open(buf_str(&packed), &limits, &zip, &why),
			ERR_NONE);
		/* Releases of libzip word a directory that is nowhere as
		 * broken or as cut off. */
		if (strcmp(why.code, "inflate.cut") != 0 ||
		    strcmp(CASES[i].code, "inflate.corrupt") != 0)
			assert_string_equal(why.code, CASES[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			files_come_out_and_what_archivers_add_does_not),
		cmocka_unit_test(bytes_around_an_archive_do_no_harm),
		cmocka_unit_test(an_empty_archive_has_no_members),
		cmocka_unit_test(what_cannot_be_read_is_named),
		cmocka_unit_test(a_size_that_lies_is_not_believed),
		cmocka_unit_test(a_changed_byte_of_the_data_is_corrupt),
		cmocka_unit_test(an_archive_cut_at_any_byte_is_refused),
		cmocka_unit_test(the_size_limit_is_shared_by_all_members),
		cmocka_unit_test(directories_made_to_exhaust_are_bounded),
		cmocka_unit_test(a_member_that_unpacks_too_well_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
