#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "box.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
limit_files_to(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
a_batch_that_has_no_room_is_taken_back_whole(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_true(box_put(b, w, 0, 1000));
	assert_int_equal(spool_sync(w), 1);
	assert_true(box_put(b, w, 91, 3000));
	assert_true(box_put(b, w, 92, 30000));
	/* The first of the two would fit. */
	limit_files_to(8000);
	assert_int_equal(spool_sync(w), 0);
	assert_int_equal(b->failed, 2);
	assert_string_equal(b->code, "spool.full");
	assert_true(box_put(b, w, 93, 30000));
	assert_int_equal(spool_sync(w), 0);
	assert_int_equal(b->failed, 3);
	/* No room even for the head of a segment. */
	limit_files_to(10);
	assert_true(box_put(b, w, 94, 1));
	assert_int_equal(spool_sync(w), 0);
	assert_int_equal(b->failed, 4);
	assert_string_equal(b->code, "spool.full");
	limit_files_to(RLIM_INFINITY);
	assert_true(box_put(b, w, 1, 30000));
	assert_int_equal(spool_sync(w), 1);
	assert_int_equal(b->failed, 4);
	assert_int_equal(box_take(b, r, NULL), 0);
	assert_int_equal(box_take(b, r, NULL), 1);
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
	spool_writer_close(w);
	r = box_reader(b);
	assert_int_equal(box_take(b, r, NULL), 0);
	assert_int_equal(box_take(b, r, NULL), 1);
	assert_int_equal(box_take(b, r, NULL), -1);
	spool_reader_close(r);
}

static void
a_large_message_without_room_leaves_no_file(void **state)
{
	struct box *b = *state;
	struct spool_writer *w = box_writer(b, "smtp");

	(void)signal(SIGXFSZ, SIG_IGN);
	limit_files_to(600 << 10);
	assert_false(box_put(b, w, 1, 4 << 20));
	assert_string_equal(b->code, "spool.full");
	assert_int_equal(box_files(b, ".msg"), 0);
	/* It fits but for what is written last. */
	(void)box_put(b, w, 2, (600 << 10) + 1000);
	assert_int_equal(spool_sync(w), 0);
	assert_int_equal(box_files(b, ".msg"), 0);
	limit_files_to(RLIM_INFINITY);
	assert_true(box_put(b, w, 3, 4 << 20));
	assert_int_equal(spool_sync(w), 1);
	assert_int_equal(box_files(b, ".msg"), 1);
	spool_writer_close(w);
}

static void
wait_for_the_next_look(void)
{
	const struct timespec pause = { .tv_nsec = 600000000 };

	(void)nanosleep(&pause, NULL);
}

static void
the_disk_keeps_its_reserve(void **state)
{
	struct box *b = *state;
	struct statvfs disk;
	struct spool_options options = { .dir = b->dir, .name = "smtp" };
	struct spool_writer *w;
	struct diag why = { 0 };

	assert_int_equal(statvfs(b->dir, &disk), 0);
	options.reserve = (uint64_t)disk.f_bavail * disk.f_frsize * 2;
	assert_int_equal(spool_writer_open(&options, &w, NULL), ERR_NONE);
	assert_int_equal(spool_room(w, &why), ERR_IO);
	assert_string_equal(why.code, "spool.full");
	spool_writer_close(w);
	options.reserve = 1;
	assert_int_equal(spool_writer_open(&options, &w, NULL), ERR_NONE);
	assert_int_equal(spool_room(w, NULL), ERR_NONE);
	spool_writer_close(w);
}

static void
the_limit_ends_when_messages_are_done(void **state)
{
	struct box *b = *state;
	const struct spool_options options = { .dir = b->dir,
					       .name = "smtp",
					       .limit = 100000 };
	struct spool_reader *r = box_reader(b);
	struct spool_position end;
	struct spool_writer *w;

	assert_int_equal(spool_writer_open(&options, &w, NULL), ERR_NONE);
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(spool_room(w, NULL), ERR_NONE);
		assert_true(box_put(b, w, n, 40000));
		assert_int_equal(spool_sync(w), 1);
	}
	wait_for_the_next_look();
	assert_int_equal(spool_room(w, NULL), ERR_IO);
	for (int n = 0; n < 3; n++)
		assert_int_equal(box_take(b, r, &end), n);
	box_commit(b, r, end);
	assert_int_equal(box_take(b, r, NULL), -1);
	wait_for_the_next_look();
	assert_int_equal(spool_room(w, NULL), ERR_NONE);
	spool_reader_close(r);
	spool_writer_close(w);
}

/* In a file system of 2 MiB: until it is full, emptied, and again. */
static int
fill_and_empty(struct box *b)
{
	struct spool_writer *w = box_writer(b, "smtp");
	struct spool_reader *r = box_reader(b);
	unsigned n = 0, next = 0;

	for (int round = 0; round < 3; round++) {
		struct spool_position end = { 0 };
		size_t failed = b->failed;
		unsigned before = n;

		while (b->failed == failed) {
			size_t size = n % 3 == 0 ? 300000 : 30000;

			if (!box_put(b, w, n, size))
				break;
			n += spool_sync(w) == 1;
		}
		assert_string_equal(b->code, "spool.full");
		assert_true(n > before + 5);
		while (next < n)
			assert_int_equal(box_take(b, r, &end), next++);
		assert_int_equal(box_take(b, r, NULL), -1);
		/* The position names a segment that box_take may forget. */
		spool_reader_close(r);
		r = box_reader(b);
		for (unsigned i = before; i < n; i++) {
			assert_int_equal(box_take(b, r, &end), i);
			box_commit(b, r, end);
		}
		assert_int_equal(box_take(b, r, NULL), -1);
	}
	spool_reader_close(r);
	spool_writer_close(w);
	return 0;
}

static void
a_full_file_system_is_survived(void **state)
{
	struct box *b = *state;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		/* In a chroot "/" need not be a mount: then it has no
		 * propagation of its own to switch off. */
		if (unshare(CLONE_NEWNS) < 0 ||
		    (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 &&
		     errno != EINVAL) ||
		    mount("none", b->dir, "tmpfs", 0, "size=2m") < 0)
			_exit(77);
		_exit(fill_and_empty(b));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
#define IN_A_BOX(test)                                                         \
	cmocka_unit_test_setup_teardown(test, box_make, box_remove)
	const struct CMUnitTest tests[] = {
		IN_A_BOX(a_batch_that_has_no_room_is_taken_back_whole),
		IN_A_BOX(a_large_message_without_room_leaves_no_file),
		IN_A_BOX(the_disk_keeps_its_reserve),
		IN_A_BOX(the_limit_ends_when_messages_are_done),
		IN_A_BOX(a_full_file_system_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
