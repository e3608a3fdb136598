#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inflate/inflate.h"
#include "keep.h"

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

/* ---- the check ---- */

static const struct {
	const char *tamper, *faults;
} FAULTS[] = {
	{ "UPDATE rollup SET messages = messages + 1 WHERE verdict = 80",
	  "store.check_rollup example.com 2025-11-23\n"
	  "store.check_cube example.com 2025-11-23\n" },
	{ "UPDATE rollup SET verdict = 81 WHERE verdict = 80",
	  "store.check_rollup example.com 2025-11-23\n"
	  "store.check_cube example.com 2025-11-23\n" },
	{ "UPDATE rollup SET messages = messages + 1 WHERE verdict = 80;"
	  "INSERT INTO stale_day SELECT owner, domain, day FROM rollup LIMIT 1",
	  "store.check_rollup example.com 2025-11-23\n" },
	{ "DELETE FROM row WHERE count = 2",
	  "store.check_report 1\n"
	  "store.check_rollup example.com 2025-11-23\n" },
	{ "UPDATE report SET messages = 15 WHERE id = 1",
	  "store.check_report 1\n" },
	{ "UPDATE report SET passed = 15 WHERE kind = 2",
	  "store.check_report 3\n" },
	{ "UPDATE report SET state = 0 WHERE id = 2",
	  "store.check_identity 1\n"
	  "store.check_rollup example.com 2025-11-23\n" },
	{ "UPDATE report SET state = 2 WHERE kind = 3",
	  "store.check_identity 4\n" },
	{ "UPDATE report_count SET reports = reports + 1 WHERE kind = 1",
	  "store.check_rollup 2025-11-23\n" },
	{ "UPDATE cube_slim SET rows = rows + 1",
	  "store.check_cube example.com 2025-11-23\n" },
	{ "UPDATE cube_day SET cells = substr(cells, 41)",
	  "store.check_cube 2025-11-23\n" },
	{ "UPDATE cube_day SET cells = cells || x'00'",
	  "store.check_cube 2025-11-23\n" },
	{ "DELETE FROM cube", "store.check_cube example.com 2025-11-23\n"
			      "store.check_cube 2025-11-23\n" },
	{ "UPDATE tls_rollup SET failed = failed + 1 WHERE result_type > 0",
	  "store.check_tls example.com 2025-11-23\n" },
	{ "UPDATE report SET rows_kept = 0 WHERE id = 1;"
	  "DELETE FROM row WHERE id >> 21 = 1;"
	  "UPDATE rollup SET messages = messages + 1 WHERE verdict = 80;"
	  "INSERT INTO stale_day SELECT owner, domain, day FROM rollup LIMIT 1",
	  "store.check_rollup example.com 2025-11-23\n" },
};

static void
the_check_finds_what_was_tampered_with_and_tells_it_once(void **state)
{
	struct made fewer = FIRST;

	(void)state;
	fewer.rows = 1;
	fewer.salt = 1;
	for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
		struct place p;

		place_make(&p);
		{
			SCOPED_STORE s = place_open(&p, STORE_CREATE);

			import(s, &FIRST);
			import(s, &fewer);
			import_tls(s, "t1", "example.com", NULL);
			import_failure(s, "example.com", S("a mail"));
			fold(s);
			assert_faults(s, "");
		}
		tamper(&p, FAULTS[i].tamper);
		{
			SCOPED_STORE s = place_open(&p, STORE_READ);

			assert_faults(s, FAULTS[i].faults);
		}
		place_remove(&p);
	}
}

static void
the_check_finds_a_damaged_file(void **state)
{
	const struct place *p = *state;
	SCOPED_BUF got = BUF(100000);
	SCOPED_BUF bytes = BUF(8 << 20);
	char path[PATH_ROOM + 16], *room;
	struct diag why = { 0 };
	FILE *f;

	{
		SCOPED_STORE s = place_open(p, STORE_CREATE);

		import(s, &FIRST);
	}
	snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	f = fopen(path, "rb+");
	assert_non_null(f);
	room = buf_reserve(&bytes, 4 << 20);
	buf_commit(&bytes, fread(room, 1, 4 << 20, f));
	/* The name stands in its table and in an index. */
	fseek(f, (long)str_find(buf_str(&bytes), S("receiver.example")),
	      SEEK_SET);
	fputc('R', f);
	fclose(f);
	{
		SCOPED_STORE s = place_open(p, STORE_READ);

		must(store_check(s, STORE_OWNER_SELF, write_fault, &got, &why),
		     &why);
	}
	assert_true(str_starts(buf_str(&got), S("store.check_file ")));
}

/* ---- what was kept, read again ---- */

struct reader {
	struct store *s;
	const struct place *place;
	struct buf seen;
	enum err answer;
	unsigned replaced;
};

static enum err
note_raw(void *ctx, const struct store_report *r, struct str raw,
	 enum decode_media media)
{
	struct reader *reader = ctx;

	buf_addf(&reader->seen, "%s %lld %d %d %.*s %.*s ",
		 store_outcome_name(r->outcome), (long long)r->id, (int)r->kind,
		 (int)media, STR_ARG(r->path), STR_ARG(r->domain));
	buf_add(&reader->seen, raw);
	buf_addc(&reader->seen, '\n');
	return reader->answer;
}

static enum err
each_raw(struct reader *reader, int64_t only,
	 enum err (*each)(void *, const struct store_report *, struct str,
			  enum decode_media),
	 struct diag *why)
{
	return store_each_raw(reader->s, STORE_OWNER_SELF, only, each, reader,
			      why);
}

/* gzip of `plain`, as the parser keeps what came unpacked. */
static void
pack(const char *plain, struct buf *out)
{
	struct inflate_packer *p = inflate_pack_new(out);

	assert_true(inflate_pack_add(p, str_of(plain)));
	assert_true(inflate_pack_end(p));
}

static void
every_kept_document_is_given_as_it_came(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct reader reader = { .s = s, .seen = BUF(10000) };
	SCOPED_BUF packed = BUF(10000);
	struct decode_end zip = { .raw = STR("PK zip"),
				  .media = DECODE_AS_ZIP };
	struct decode_end bare = { .media = DECODE_AS_GZIP, .repacked = true };
	struct made without = made_other("r3", "example.com", 3);
	struct diag why = { 0 };

	pack("<feedback><rec", &packed);
	bare.raw = buf_str(&packed);
	refuse(s, &zip);
	import(s, &FIRST);
	import_failure(s, "example.net", S("From: alice\n\nhello"));
	without.raw = NULL;
	import(s, &without);
	refuse(s, &bare);
	must(each_raw(&reader, 0, note_raw, &why), &why);
	assert_string_equal(
		buf_c(&reader.seen),
		"imported 1 1 2 mail/1.eml example.com first\n"
		"imported 2 3 5 mail/2.eml example.net From: alice\n\nhello\n"
		"rejected 1 1 3 mail/2.eml  PK zip\n"
		"rejected 5 1 0 mail/2.eml  <feedback><rec\n");
	buf_clear(&reader.seen);
	must(each_raw(&reader, 2, note_raw, &why), &why);
	assert_true(str_starts(buf_str(&reader.seen), S("imported 2 ")));
	buf_clear(&reader.seen);
	assert_int_equal(each_raw(&reader, 99, note_raw, &why), ERR_GONE);
	assert_string_equal(why.code, "store.no_report");
	diag_clear(&why);
	assert_int_equal(each_raw(&reader, 3, note_raw, &why), ERR_GONE);
	assert_string_equal(why.code, "store.raw_gone");
	reader.answer = ERR_STOP;
	assert_int_equal(each_raw(&reader, 0, note_raw, &why), ERR_STOP);
	assert_true(str_starts(buf_str(&reader.seen), S("imported 1 ")));
	assert_int_equal(str_find(buf_str(&reader.seen), S("\nimported")),
			 SIZE_MAX);
	buf_free(&reader.seen);
}

/* As reparse does, while somebody else writes too. */
static enum err
replace_it(void *ctx, const struct store_report *r, struct str raw,
	   enum decode_media media)
{
	struct reader *reader = ctx;
	bool refused = r->outcome == STORE_REJECTED;
	struct made m = made_other(refused ? "r9" : "r1", "example.com",
				   (uint8_t)(50 + r->id));
	struct store_item item;
	struct diag why = { 0 };

	(void)media;
	(void)raw;
	m.row[0].count = 100;
	m.begin -= (r->id - 1) * DAY;
	tamper(reader->place, "INSERT OR REPLACE INTO asn VALUES (1, 'x')");
	must(store_begin(reader->s, &why), &why);
	store_replaces(reader->s, refused ? 0 : r->id, refused ? r->id : 0);
	must(put_report(reader->s, &m, &item, &why), &why);
	must(store_commit(reader->s, &why), &why);
	store_replaces(reader->s, 0, 0);
	assert_int_equal(item.outcome, STORE_IMPORTED);
	if (!refused)
		assert_int_equal(item.report, r->id);
	/* What was given is still there after it was replaced. */
	assert_true(str_eq(r->domain, refused ? S("") : S("example.com")));
	reader->replaced++;
	return ERR_NONE;
}

static void
what_is_read_again_may_be_replaced_meanwhile(void **state)
{
	SCOPED_STORE s = place_open(*state, STORE_CREATE);
	struct reader reader = { .s = s, .place = *state };
	struct decode_end zip = { .raw = STR("PK zip"),
				  .media = DECODE_AS_ZIP };
	struct diag why = { 0 };

	for (uint8_t i = 0; i < 5; i++) {
		struct made m = made_other("r1", "example.com", i);

		m.begin -= i * DAY;
		import(s, &m);
	}
	refuse(s, &zip);
	fold(s);
	must(each_raw(&reader, 0, replace_it, &why), &why);
	assert_int_equal(reader.replaced, 6);
	assert_int_equal(ask(*state, "SELECT count(*) FROM report"), 6);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM rollup"),
			 6 * 109);
	assert_int_equal(ask(*state, "SELECT count(*) FROM intake_raw"), 0);
	fold(s);
	assert_faults(s, "");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_check_finds_what_was_tampered_with_and_tells_it_once),
		CASE(the_check_finds_a_damaged_file),
		CASE(every_kept_document_is_given_as_it_came),
		CASE(what_is_read_again_may_be_replaced_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
