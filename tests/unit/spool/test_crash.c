#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "box.h"

#include "os/os.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START = 32, DURABLE_AT = 16 /* in the head */ };

/* Three messages in one segment whose door is gone; the ends of its records
 * in ends[1..3]. */
static void
three_messages(struct box *b, char path[256], uint64_t ends[4])
{
	static const size_t sizes[] = { 200, 0, 90 };
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r;

	for (unsigned n = 0; n < 3; n++)
		assert_true(box_put(b, w, n, sizes[n]));
	spool_writer_close(w);
	assert_int_equal(b->failed, 0);
	box_segment(b, "smtp", path);
	r = box_reader(b);
	ends[0] = START;
	for (int n = 0; n < 3; n++) {
		struct spool_position end;

		assert_int_equal(box_take(b, r, &end), n);
		ends[n + 1] = end.offset;
	}
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
}

static void
set_durable(const char *path, uint64_t durable)
{
	const uint64_t pair[2] = { durable, ~durable };
	int fd = open(path, O_WRONLY);

	assert_int_equal(pwrite(fd, pair, sizeof pair, DURABLE_AT),
			 sizeof pair);
	(void)close(fd);
}

static void
write_file(const char *path, struct str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_true(os_write_all(fd, bytes));
	(void)close(fd);
}

/* Messages 0, 1, ... in their order; how many, and how often damage was
 * told. */
static int
take_all(struct box *b, unsigned *damages)
{
	struct spool_reader *r = box_reader(b);
	int next = 0, got;

	*damages = 0;
	while ((got = box_take(b, r, NULL)) != -1) {
		if (got == -2) {
			assert_true(++*damages < 10);
			continue;
		}
		assert_int_equal(got, next);
		next++;
	}
	spool_reader_close(r);
	return next;
}

static void
a_cut_segment_gives_what_is_whole_before_the_cut(void **state)
{
	struct box *b = *state;
	SCOPED_BUF whole = BUF(4096);
	char path[256];
	uint64_t ends[4];
	int expect = 0;
	unsigned damages;

	three_messages(b, path, ends);
	assert_int_equal(os_read_file(path, &whole, NULL), ERR_NONE);
	assert_int_equal(whole.n, ends[3]);
	for (size_t n = 0; n <= whole.n; n++) {
		if (expect < 3 && n == ends[expect + 1])
			expect++;
		/* Cut while its only sync was under way: nothing was
		 * acknowledged, nothing is told. */
		write_file(path, str_sub(buf_str(&whole), 0, n));
		if (n >= START)
			set_durable(path, START);
		assert_int_equal(take_all(b, &damages), expect);
		assert_int_equal(damages, 0);
		/* Cut later: that is no crash. */
		write_file(path, str_sub(buf_str(&whole), 0, n));
		assert_int_equal(take_all(b, &damages), expect);
		assert_int_equal(damages, n >= START && n < whole.n);
	}
	assert_int_equal(expect, 3);
}

static void
a_door_that_comes_again_leaves_the_cut_segment_alone(void **state)
{
	struct box *b = *state;
	SCOPED_BUF whole = BUF(4096);
	char path[256];
	uint64_t ends[4];

	three_messages(b, path, ends);
	assert_int_equal(os_read_file(path, &whole, NULL), ERR_NONE);
	for (size_t n = ends[2] - 1; n <= ends[2] + 70; n++) {
		struct spool_writer *w;
		struct spool_reader *r;
		struct spool_position end = { 0 };
		int expect = n < ends[2] ? 1 : 2;

		write_file(path, str_sub(buf_str(&whole), 0, n));
		set_durable(path, START);
		w = box_writer(b, "smtp");
		assert_true(box_put(b, w, 77, 10));
		assert_int_equal(spool_sync(w), 1);
		r = box_reader(b);
		for (int i = 0; i < expect; i++)
			assert_int_equal(box_take(b, r, &end), i);
		spool_done(r, end);
		assert_int_equal(box_take(b, r, &end), 77);
		assert_int_equal(box_take(b, r, NULL), -1);
		/* The cut one is done and was not the last: it is gone. */
		assert_int_equal(access(path, F_OK), -1);
		spool_writer_close(w);
		w = box_writer(b, "smtp");
		spool_done(r, end);
		assert_int_equal(box_take(b, r, NULL), -1);
		assert_int_equal(box_files(b, ".seg"), 1);
		spool_reader_close(r);
		spool_writer_close(w);
		box_segment(b, "smtp", path);
		assert_int_equal(unlink(path), 0);
	}
}

static unsigned
flip(struct box *b, const char *path, size_t bit, int *taken)
{
	struct spool_reader *r;
	unsigned damages = 0;
	int fd = open(path, O_RDWR), got, last = -1;
	unsigned char byte, other;

	assert_int_equal(pread(fd, &byte, 1, (off_t)(bit / 8)), 1);
	other = (unsigned char)(byte ^ (1U << bit % 8));
	assert_int_equal(pwrite(fd, &other, 1, (off_t)(bit / 8)), 1);
	*taken = 0;
	r = box_reader(b);
	while ((got = box_take(b, r, NULL)) != -1) {
		damages += got == -2;
		*taken += got >= 0;
		assert_true(got == -2 || got > last);
		last = got >= 0 ? got : last;
	}
	spool_reader_close(r);
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
	(void)close(fd);
	return damages;
}

static void
every_flipped_bit_is_noticed_and_costs_one_message(void **state)
{
	struct box *b = *state;
	char path[256];
	uint64_t ends[4];

	three_messages(b, path, ends);
	for (size_t bit = 0; bit < ends[3] * 8; bit++) {
		int taken;
		unsigned damages = flip(b, path, bit, &taken);

		if (bit / 8 < START)
			assert_int_equal(taken, 3);
		else if (taken != 2 || damages != 1)
			fail_msg("bit %zu: %d taken, told %u times", bit, taken,
				 damages);
	}
}

static void
a_flipped_bit_in_a_large_message_is_noticed(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r;
	char path[256];
	int taken;

	assert_true(box_put(b, w, 0, 1 << 20));
	assert_true(box_put(b, w, 1, 10));
	spool_writer_close(w);
	box_segment(b, "smtp", path);
	memcpy(path + strlen(path) - 4, "-1.msg", sizeof "-1.msg");
	for (size_t bit = 0; bit < 8 << 20; bit += 2000003) {
		assert_int_equal(flip(b, path, bit, &taken), 1);
		assert_int_equal(taken, 1);
	}
	assert_int_equal(truncate(path, (1 << 20) - 1), 0);
	assert_int_equal(flip(b, path, 0, &taken), 1);
	assert_int_equal(unlink(path), 0);
	r = box_reader(b);
	assert_int_equal(box_take(b, r, NULL), -2);
	assert_int_equal(box_take(b, r, NULL), 1);
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
}

/* What looks like a record inside a message is none: the same bytes, taken
 * from another segment, and the segment damaged so that it is searched. */
static void
a_message_cannot_pass_for_records(void **state)
{
	struct box *b = *state;
	const struct spool_envelope e = { .id = STR("0") };
	struct spool_writer *w;
	struct spool_message *m;
	SCOPED_BUF forged = BUF(4096);
	char path[256];
	uint64_t ends[4];
	unsigned damages;
	int taken;

	three_messages(b, path, ends);
	assert_int_equal(os_read_file(path, &forged, NULL), ERR_NONE);
	assert_int_equal(unlink(path), 0);
	w = box_writer(b, "smtp");
	m = spool_begin(w, &e);
	assert_int_equal(spool_add(m, buf_str(&forged), NULL), ERR_NONE);
	spool_finish(m, box_tell, b);
	spool_writer_close(w);
	box_segment(b, "smtp", path);
	damages = flip(b, path, START * 8, &taken);
	assert_int_equal(taken, 0);
	assert_int_equal(damages, 1);
}

/* ---- killed at any instant ---- */

static void
acknowledge(void *ctx, enum err err, const struct diag *why)
{
	const unsigned *n = ctx;

	(void)why;
	if (err == ERR_NONE && write(STDIN_FILENO, n, sizeof *n) < 0)
		_exit(1);
}

static _Noreturn void
take_in(const char *dir, unsigned from, unsigned seed)
{
	const struct spool_options options = { .dir = dir, .name = "smtp" };
	static unsigned numbers[1 << 16];
	static char junk[SPOOL_HELD_MAX * 2];
	struct spool_writer *w;

	if (spool_writer_open(&options, &w, NULL) != ERR_NONE)
		_exit(2);
	for (unsigned n = from;; n++) {
		unsigned *number = &numbers[n - from];
		struct spool_envelope e = { .owner = (int64_t)n };
		size_t size = (size_t)rand_r(&seed) % 8000;
		struct spool_message *m = spool_begin(w, &e);

		*number = n;
		if (rand_r(&seed) % 16 == 0)
			size += SPOOL_HELD_MAX - 4000;
		memset(junk, (int)(n % 251), size);
		if (spool_add(m, (struct str){ junk, size }, NULL) != ERR_NONE)
			_exit(3);
		spool_finish(m, acknowledge, number);
		if (rand_r(&seed) % 4 == 0)
			(void)spool_sync(w);
	}
}

/* The number of a message whose octets are all its own. */
static unsigned
whole_message(const struct spool_entry *e)
{
	static char bytes[SPOOL_HELD_MAX * 2];
	unsigned n = (unsigned)e->envelope.owner;

	assert_int_equal(os_read_all(e->fd, bytes, sizeof bytes), e->size);
	(void)close(e->fd);
	for (size_t i = 0; i < e->size; i++)
		if (bytes[i] != (char)(n % 251))
			fail_msg("octet %zu of message %u", i, n);
	return n;
}

/* Takes in order what there is, none twice and none left out; the number
 * behind the last. */
static unsigned
take_in_order(struct box *b, struct spool_reader *r, unsigned next)
{
	struct spool_entry e;
	struct diag why = { 0 };

	while (spool_next(r, &e, &why)) {
		assert_int_equal(whole_message(&e), next);
		next++;
		map_put(b->known, e.end.segment, e.end.offset);
		spool_done(r, e.end);
	}
	assert_string_equal(why.code, "");
	return next;
}

/* All that a new reader finds after the kill, against what was told. */
static unsigned
compare(struct box *b, int acks, unsigned from)
{
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	unsigned next = take_in_order(b, r, from), acknowledged = 0, n;
	struct spool_entry e;

	while (read(acks, &n, sizeof n) == (ssize_t)sizeof n)
		acknowledged = n + 1;
	assert_true(acknowledged <= next);
	assert_false(spool_next(r, &e, NULL));
	assert_int_equal(box_files(b, ".seg"), 1);
	assert_int_equal(box_files(b, ".msg"), 0);
	spool_reader_close(r);
	spool_writer_close(w);
	return next;
}

/* One door is started, runs for `ticks` milliseconds and is killed: counted
 * from its first acknowledgement (disks are slow at times), or from its start
 * if that is a multiple of four. With `beside` it is read all the while. */
static unsigned
kill_once(struct box *b, unsigned from, int64_t ticks, bool beside)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct spool_reader *r = beside ? box_reader(b) : NULL;
	unsigned next = from;
	struct pollfd first;
	int acks[2], status;
	int64_t until;
	pid_t pid;

	assert_int_equal(pipe(acks), 0);
	(void)fcntl(acks[1], F_SETPIPE_SZ, 1 << 20);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)dup2(acks[1], STDIN_FILENO);
		(void)close(acks[0]);
		take_in(b->dir, from, from);
	}
	(void)close(acks[1]);
	first = (struct pollfd){ .fd = acks[0], .events = POLLIN };
	if (ticks % 4 != 0)
		assert_int_equal(poll(&first, 1, 30000), 1);
	until = os_ticks() + ticks;
	while (os_ticks() < until) {
		if (r)
			next = take_in_order(b, r, next);
		(void)nanosleep(&pause, NULL);
	}
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	spool_reader_close(r);
	next = compare(b, acks[0], next);
	(void)close(acks[0]);
	return next;
}

static void
killed_at_any_instant_nothing_acknowledged_is_lost(void **state)
{
	struct box *b = *state;
	unsigned from = 1, seed = 20261122;

	for (int round = 0; round < 20; round++)
		from = kill_once(b, from, 1 + rand_r(&seed) % 40, false);
	print_message("%u messages\n", from - 1);
	assert_true(from > 10);
}

static void
read_while_it_is_written_the_order_is_the_same(void **state)
{
	struct box *b = *state;
	unsigned from = 1, seed = 4;

	for (int round = 0; round < 10; round++)
		from = kill_once(b, from, 5 + rand_r(&seed) % 60, true);
	print_message("%u messages\n", from - 1);
	assert_true(from > 10);
}

int
main(void)
{
#define IN_A_BOX(test)                                                         \
	cmocka_unit_test_setup_teardown(test, box_make, box_remove)
	const struct CMUnitTest tests[] = {
		IN_A_BOX(a_cut_segment_gives_what_is_whole_before_the_cut),
		IN_A_BOX(a_door_that_comes_again_leaves_the_cut_segment_alone),
		IN_A_BOX(every_flipped_bit_is_noticed_and_costs_one_message),
		IN_A_BOX(a_flipped_bit_in_a_large_message_is_noticed),
		IN_A_BOX(a_message_cannot_pass_for_records),
		IN_A_BOX(killed_at_any_instant_nothing_acknowledged_is_lost),
		IN_A_BOX(read_while_it_is_written_the_order_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
