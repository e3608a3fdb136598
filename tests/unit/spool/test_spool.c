#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "box.h"

#include <string.h>
#include <unistd.h>

#define assert_str(got, want)                                                  \
	do {                                                                   \
		struct str got_ = (got);                                       \
		struct str want_ = (want);                                     \
                                                                               \
		assert_int_equal(got_.n, want_.n);                             \
		assert_memory_equal(got_.p, want_.p, want_.n);                 \
	} while (0)

static void
a_message_comes_out_as_it_went_in(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	const struct spool_envelope in = {
		.door = SPOOL_MAILBOX,
		.owner = -2,
		.received_at = 1795356187,
		.id = STR("4fX"),
		.name = STR("INBOX/17"),
		.client = STR("2001:db8::1"),
		.helo = STR("mx.example"),
		.mail_from = STR(""),
		.recipients = STR("a@x.example b@x.example"),
		.domain = STR("x.example"),
		.tls = STR("TLSv1.3 X"),
		.smtputf8 = true,
	};
	struct spool_message *m = spool_begin(w, &in);
	struct spool_entry out;
	char octets[8];

	assert_int_equal(spool_add(m, S("a\0b"), NULL), ERR_NONE);
	assert_int_equal(spool_add(m, S("\r\n"), NULL), ERR_NONE);
	spool_finish(m, box_tell, b);
	assert_int_equal(spool_sync(w), 1);
	assert_true(spool_next(r, &out, NULL));
	assert_int_equal(out.envelope.door, in.door);
	assert_int_equal(out.envelope.owner, in.owner);
	assert_int_equal(out.envelope.received_at, in.received_at);
	assert_str(out.envelope.id, in.id);
	assert_str(out.envelope.name, in.name);
	assert_str(out.envelope.client, in.client);
	assert_str(out.envelope.helo, in.helo);
	assert_str(out.envelope.mail_from, in.mail_from);
	assert_str(out.envelope.recipients, in.recipients);
	assert_str(out.envelope.domain, in.domain);
	assert_str(out.envelope.tls, in.tls);
	assert_true(out.envelope.smtputf8);
	assert_false(out.envelope.lmtp);
	assert_int_equal(out.size, 5);
	assert_int_equal(read(out.fd, octets, sizeof octets), 5);
	assert_memory_equal(octets, "a\0b\r\n", 5);
	(void)close(out.fd);
	spool_reader_close(r);
	spool_writer_close(w);
}

static void
sizes_at_every_border_come_out_whole(void **state)
{
	static const size_t sizes[] = { 0,
					1,
					SPOOL_HELD_MAX - 1,
					SPOOL_HELD_MAX,
					SPOOL_HELD_MAX + 1,
					3 * SPOOL_HELD_MAX + 7 };
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	struct spool_position end;

	for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
		assert_true(box_put(b, w, i, sizes[i]));
		assert_int_equal(box_files(b, ".msg"),
				 sizes[i] > SPOOL_HELD_MAX ? i - 3 : 0);
	}
	assert_int_equal(spool_sync(w), COUNT_OF(sizes));
	for (unsigned i = 0; i < COUNT_OF(sizes); i++)
		assert_int_equal(box_take(b, r, &end), i);
	assert_int_equal(box_take(b, r, NULL), -1);
	assert_int_equal(box_files(b, ".msg"), 2);
	box_commit(b, r, end);
	assert_int_equal(box_files(b, ".msg"), 0);
	spool_reader_close(r);
	spool_writer_close(w);
}

static void
what_is_too_large_is_refused_and_leaves_nothing(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	struct spool_envelope e = { 0 };
	struct diag why = { 0 };
	struct spool_message *m;
	SCOPED_BUF many = BUF(1 << 20);

	assert_true(box_put(b, w, 1, SPOOL_MESSAGE_MAX));
	assert_false(box_put(b, w, 2, SPOOL_MESSAGE_MAX + 1));
	assert_string_equal(b->code, "spool.too_large");
	assert_int_equal(box_files(b, ".msg"), 1);
	while (many.n < 600 << 10)
		(void)buf_addz(&many, "somebody@x.example ");
	e.recipients = buf_str(&many);
	m = spool_begin(w, &e);
	assert_int_equal(spool_add(m, S("x"), &why), ERR_LIMIT);
	assert_string_equal(why.code, "spool.too_large");
	spool_finish(m, box_tell, b);
	assert_int_equal(spool_sync(w), 1);
	assert_int_equal(b->told, 2);
	assert_int_equal(b->failed, 1);
	assert_int_equal(box_take(b, r, NULL), 1);
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
	spool_writer_close(w);
}

static void
nothing_is_told_or_given_before_the_sync(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);

	assert_int_equal(spool_sync(w), 0);
	assert_true(box_put(b, w, 1, 100));
	assert_true(box_put(b, w, 2, SPOOL_HELD_MAX * 2));
	assert_int_equal(b->told, 0);
	assert_int_equal(box_take(b, r, NULL), -1);
	assert_int_equal(spool_sync(w), 2);
	assert_int_equal(b->told, 2);
	assert_int_equal(b->failed, 0);
	assert_int_equal(box_take(b, r, NULL), 1);
	assert_true(box_put(b, w, 3, 100));
	spool_writer_close(w);
	assert_int_equal(b->told, 3);
	assert_int_equal(box_take(b, r, NULL), 2);
	assert_int_equal(box_take(b, r, NULL), 3);
	spool_reader_close(r);
}

static void
doors_take_turns(void **state)
{
	static const int order[] = { 1, 101, 2, 102, 3, 4 };
	struct box *b = *state;
	struct spool_writer *one = box_writer(b, "smtp");
	struct spool_writer *two = box_writer(b, "web");
	struct spool_reader *r = box_reader(b);
	int first;

	for (unsigned n = 1; n <= 4; n++)
		assert_true(box_put(b, one, n, 1000));
	for (unsigned n = 101; n <= 102; n++)
		assert_true(box_put(b, two, n, 1000));
	assert_int_equal(spool_sync(one), 4);
	assert_int_equal(spool_sync(two), 2);
	first = box_take(b, r, NULL);
	assert_int_equal(first, order[0]);
	for (size_t i = 1; i < COUNT_OF(order); i++)
		assert_int_equal(box_take(b, r, NULL), order[i]);
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
	spool_writer_close(one);
	spool_writer_close(two);
}

static void
a_door_is_held_by_one(void **state)
{
	struct box *b = *state;
	const struct spool_options options = { .dir = b->dir, .name = "smtp" };
	struct spool_writer *w = box_writer(b, "smtp"), *second = NULL;
	struct diag why = { 0 };

	assert_int_equal(spool_writer_open(&options, &second, &why), ERR_BUSY);
	assert_string_equal(why.code, "spool.busy");
	spool_writer_close(w);
	w = box_writer(b, "smtp");
	spool_writer_close(w);
}

static void
a_new_reader_goes_on_where_the_store_was(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	struct spool_position end;

	for (unsigned n = 1; n <= 4; n++)
		assert_true(box_put(b, w, n, n * (SPOOL_HELD_MAX / 2)));
	assert_int_equal(spool_sync(w), 4);
	assert_int_equal(box_files(b, ".msg"), 2);
	for (int n = 1; n <= 3; n++)
		assert_int_equal(box_take(b, r, &end), n);
	/* The store commits the third, and the process dies. */
	map_put(b->known, end.segment, end.offset);
	spool_reader_close(r);
	assert_int_equal(box_files(b, ".msg"), 2);
	r = box_reader(b);
	assert_int_equal(box_files(b, ".msg"), 1);
	assert_int_equal(box_take(b, r, &end), 4);
	/* It dies before the fourth is committed. */
	spool_reader_close(r);
	r = box_reader(b);
	assert_int_equal(box_take(b, r, &end), 4);
	assert_int_equal(box_take(b, r, NULL), -1);
	box_commit(b, r, end);
	assert_int_equal(box_files(b, ".msg"), 0);
	spool_reader_close(r);
	spool_writer_close(w);
}

static void
a_segment_goes_when_it_is_done_and_another_begun(void **state)
{
	enum { EACH = 250 << 10, MESSAGES = 300 };
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	struct spool_position end;

	for (unsigned n = 0; n < MESSAGES; n++) {
		assert_true(box_put(b, w, n, EACH));
		if (n % 20 == 19)
			assert_int_equal(spool_sync(w), 20);
	}
	assert_int_equal(box_files(b, ".seg"), 2);
	for (unsigned n = 0; n < MESSAGES; n++) {
		assert_int_equal(box_take(b, r, &end), n);
		box_commit(b, r, end);
	}
	assert_int_equal(box_take(b, r, NULL), -1);
	assert_int_equal(box_files(b, ".seg"), 1);
	spool_writer_close(w);
	w = box_writer(b, "smtp");
	assert_int_equal(box_take(b, r, NULL), -1);
	assert_int_equal(box_files(b, ".seg"), 1);
	assert_true(box_put(b, w, 7, 10));
	assert_int_equal(spool_sync(w), 1);
	assert_int_equal(box_take(b, r, NULL), 7);
	spool_reader_close(r);
	spool_writer_close(w);
}

static void
the_backlog_is_what_waits(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	struct spool_backlog log;
	struct spool_position end;

	spool_backlog(r, &log);
	assert_int_equal(log.messages, 0);
	assert_int_equal(log.oldest, 0);
	assert_true(box_put(b, w, 5, 100));
	assert_true(box_put(b, w, 6, SPOOL_HELD_MAX + 10));
	assert_true(box_put(b, w, 7, 1));
	spool_backlog(r, &log);
	assert_int_equal(log.messages, 0);
	assert_int_equal(spool_sync(w), 3);
	spool_backlog(r, &log);
	assert_int_equal(log.messages, 3);
	assert_int_equal(log.bytes, 100 + SPOOL_HELD_MAX + 10 + 1);
	assert_int_equal(log.oldest, 1005);
	assert_int_equal(box_take(b, r, &end), 5);
	spool_backlog(r, &log);
	assert_int_equal(log.messages, 3);
	box_commit(b, r, end);
	spool_backlog(r, &log);
	assert_int_equal(log.messages, 2);
	assert_int_equal(log.bytes, SPOOL_HELD_MAX + 10 + 1);
	assert_int_equal(log.oldest, 1006);
	spool_reader_close(r);
	/* Counted afresh, it is the same. */
	r = box_reader(b);
	spool_backlog(r, &log);
	assert_int_equal(log.messages, 2);
	assert_int_equal(log.oldest, 1006);
	spool_reader_close(r);
	spool_writer_close(w);
}

int
main(void)
{
#define IN_A_BOX(test)                                                         \
	cmocka_unit_test_setup_teardown(test, box_make, box_remove)
	const struct CMUnitTest tests[] = {
		IN_A_BOX(a_message_comes_out_as_it_went_in),
		IN_A_BOX(sizes_at_every_border_come_out_whole),
		IN_A_BOX(what_is_too_large_is_refused_and_leaves_nothing),
		IN_A_BOX(nothing_is_told_or_given_before_the_sync),
		IN_A_BOX(doors_take_turns),
		IN_A_BOX(a_door_is_held_by_one),
		IN_A_BOX(a_new_reader_goes_on_where_the_store_was),
		IN_A_BOX(a_segment_goes_when_it_is_done_and_another_begun),
		IN_A_BOX(the_backlog_is_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
