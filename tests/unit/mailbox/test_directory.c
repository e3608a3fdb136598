#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mailbox/private.h"
#include "os/os.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 512, NOW = 2000000000 };

struct place {
	char dir[64];
	struct mailbox_options options;
	struct mailbox mailbox;
	char spool[PATH_ROOM], watched[PATH_ROOM];
	volatile int stop;
	int bell[2];
};

static int64_t
clock_of_the_test(void)
{
	return NOW;
}

static void
make_file(const char *dir, const char *name, const char *text, int64_t changed)
{
	char path[2 * PATH_ROOM];
	struct timespec times[2] = { { .tv_sec = changed },
				     { .tv_sec = changed } };
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_true(os_write_all(fd, str_of(text)));
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(close(fd), 0);
}

static bool
there(const char *dir, const char *name)
{
	char path[2 * PATH_ROOM];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static int
set_up(void **state)
{
	struct place *p = heap_new(sizeof *p);
	struct spool_options spool = { .name = "worker" };
	struct diag why = { 0 };

	snprintf(p->dir, sizeof p->dir, "/tmp/waxseal-watch-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->spool, sizeof p->spool, "%s/spool", p->dir);
	snprintf(p->watched, sizeof p->watched, "%s/in", p->dir);
	assert_int_equal(mkdir(p->spool, 0700), 0);
	assert_int_equal(mkdir(p->watched, 0700), 0);
	assert_int_equal(pipe2(p->bell, O_NONBLOCK | O_CLOEXEC), 0);
	spool.dir = p->spool;
	p->options = (struct mailbox_options){ .spool = p->spool,
					       .bell = p->bell[1],
					       .clock = clock_of_the_test };
	p->mailbox =
		(struct mailbox){ .options = &p->options, .stop = &p->stop };
	assert_int_equal(spool_writer_open(&spool, &p->mailbox.spool, &why),
			 ERR_NONE);
	*state = p;
	return 0;
}

static int
remove_entry(const char *path, const struct stat *info, int kind,
	     struct FTW *walk)
{
	(void)info;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	spool_writer_close(p->mailbox.spool);
	(void)close(p->bell[0]);
	(void)close(p->bell[1]);
	assert_int_equal(nftw(p->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS),
			 0);
	heap_free(p);
	return 0;
}

static uint64_t
nothing_known(void *ctx, struct str segment)
{
	(void)ctx;
	(void)segment;
	return 0;
}

/* The octets of the next message in the spool, "" when there is none. */
static const char *
next_octets(struct spool_reader *r, char *room, size_t size)
{
	struct spool_entry entry;
	struct diag why = { 0 };
	size_t n = 0;

	if (spool_next(r, &entry, &why)) {
		assert_int_equal(entry.envelope.door, SPOOL_WATCHED);
		n = os_read_all(entry.fd, room, size - 1);
		assert_true(n < size);
		(void)close(entry.fd);
	}
	assert_string_equal(why.code, "");
	room[n] = '\0';
	return room;
}

static struct spool_reader *
open_reader(const struct place *p)
{
	struct spool_reader *r = NULL;
	struct diag why = { 0 };

	assert_int_equal(
		spool_reader_open(p->spool, nothing_known, NULL, &r, &why),
		ERR_NONE);
	return r;
}

static void
a_whole_file_goes_into_the_spool_and_away(void **state)
{
	struct place *p = *state;
	struct spool_reader *r;
	char octets[64], taken[PATH_ROOM + 8], byte;

	make_file(p->watched, "a.xml", "<feedback/>", NOW - 10);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 1);
	snprintf(taken, sizeof taken, "%s/taken", p->watched);
	assert_false(there(p->watched, "a.xml"));
	assert_true(there(taken, "a.xml"));
	assert_int_equal(read(p->bell[0], &byte, 1), 1);
	r = open_reader(p);
	assert_string_equal(next_octets(r, octets, sizeof octets),
			    "<feedback/>");
	assert_string_equal(next_octets(r, octets, sizeof octets), "");
	spool_reader_close(r);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 0);
}

static void
a_file_that_is_still_being_written_waits(void **state)
{
	struct place *p = *state;

	make_file(p->watched, "young.xml", "<feed", NOW);
	make_file(p->watched, ".hidden", "x", NOW - 10);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 0);
	assert_true(there(p->watched, "young.xml"));
	assert_true(there(p->watched, ".hidden"));
}

static void
the_same_name_twice_replaces_nothing(void **state)
{
	struct place *p = *state;
	char taken[PATH_ROOM + 8];

	make_file(p->watched, "a.xml", "one", NOW - 10);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 1);
	make_file(p->watched, "a.xml", "two", NOW - 10);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 1);
	snprintf(taken, sizeof taken, "%s/taken", p->watched);
	assert_true(there(taken, "a.xml"));
	assert_true(there(taken, "a.xml.1"));
}

static void
new_mail_of_a_maildir_becomes_seen(void **state)
{
	struct place *p = *state;
	static const char *const parts[] = { "new", "cur", "tmp" };
	char part[PATH_ROOM + 8];

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		snprintf(part, sizeof part, "%s/%s", p->watched, parts[i]);
		assert_int_equal(mkdir(part, 0700), 0);
	}
	snprintf(part, sizeof part, "%s/new", p->watched);
	make_file(part, "1.x", "Subject: x\r\n\r\n", NOW);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 1);
	snprintf(part, sizeof part, "%s/cur", p->watched);
	assert_true(there(part, "1.x:2,S"));
}

static void
a_link_out_of_the_directory_is_not_followed(void **state)
{
	struct place *p = *state;
	char path[PATH_ROOM + 8];

	snprintf(path, sizeof path, "%s/link", p->watched);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(poll_directory(&p->mailbox, p->watched), 0);
	assert_true(there(p->watched, "link"));
}

static void
a_directory_that_is_not_there_is_told_and_survived(void **state)
{
	struct place *p = *state;

	assert_int_equal(poll_directory(&p->mailbox, "/nonexistent/in"), 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_whole_file_goes_into_the_spool_and_away),
		CASE(a_file_that_is_still_being_written_waits),
		CASE(the_same_name_twice_replaces_nothing),
		CASE(new_mail_of_a_maildir_becomes_seen),
		CASE(a_link_out_of_the_directory_is_not_followed),
		CASE(a_directory_that_is_not_there_is_told_and_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
