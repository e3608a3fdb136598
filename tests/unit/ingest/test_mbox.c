#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/private.h"
#include "os/os.h"

static int
file_of(struct str bytes)
{
	int fd = memfd_create("mbox", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(os_write_all(fd, bytes));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Sizes of the messages, "+" joined; "!" for one that was too large. */
static void
sizes_of(struct str bytes, size_t room, char *out, size_t out_room)
{
	SCOPED_FD fd = file_of(bytes);
	struct mbox box = { .fd = fd, .bytes = BUF(room) };
	struct str message;
	bool too_large;

	out[0] = '\0';
	while (mbox_next(&box, &message, &too_large)) {
		size_t n = strlen(out);

		assert_true(n + 24 < out_room);
		if (too_large)
			(void)snprintf(out + n, out_room - n, "!+");
		else
			(void)snprintf(out + n, out_room - n, "%zu+",
				       message.n);
	}
	buf_free(&box.bytes);
}

#define LEAD "From a@example.net Thu Jan  1 10:00:00 2026\n"

static void
messages_begin_at_separators_with_a_clock(void **state)
{
	static const struct {
		struct str bytes;
		const char *sizes;
	} cases[] = {
		{ STR(""), "" },
		{ STR(LEAD "A: b\n\nx\n"), "8+" },
		{ STR(LEAD "A: b\n\nx\n\n" LEAD "A: c\n\ny\n"), "9+8+" },
		/* A sentence is not a separator. */
		{ STR(LEAD "A: b\n\nFrom here on: all is 1: well\nx\n"),
		  "37+" },
		{ STR(LEAD LEAD LEAD), "0+0+0+" },
	};
	char out[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		sizes_of(cases[i].bytes, 1 << 20, out, sizeof out);
		assert_string_equal(out, cases[i].sizes);
	}
	assert_true(mbox_sniff(S(LEAD)));
	assert_false(mbox_sniff(S("From: a@example.net\n")));
	assert_false(mbox_sniff(S("From the beginning\n")));
}

/* Whatever the length before it, a separator across the edge of what was
 * read at once is found. */
static void
separators_across_pieces_are_found(void **state)
{
	SCOPED_BUF b = BUF(2 << 20);
	char out[200], want[64];

	(void)state;
	for (int shift = -60; shift < 60; shift += 7) {
		size_t first = (size_t)((256 << 10) + shift);

		buf_clear(&b);
		buf_addz(&b, LEAD);
		while (b.n < first - 1)
			buf_addc(&b, 'x');
		buf_addc(&b, '\n');
		buf_addz(&b, LEAD "A: c\n\ny\n");
		sizes_of(buf_str(&b), 2 << 20, out, sizeof out);
		(void)snprintf(want, sizeof want, "%zu+8+", first - 44);
		assert_string_equal(out, want);
	}
}

static void
a_message_over_the_limit_costs_only_itself(void **state)
{
	SCOPED_BUF b = BUF(8 << 20);
	char out[200];

	(void)state;
	buf_addz(&b, LEAD "A: b\n\n1\n");
	buf_addz(&b, LEAD);
	for (int i = 0; i < 3 << 20; i++)
		buf_addc(&b, i % 70 ? 'x' : '\n');
	buf_addz(&b, "\n" LEAD "A: c\n\ny\n");
	sizes_of(buf_str(&b), 1 << 20, out, sizeof out);
	assert_string_equal(out, "8+!+8+");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_begin_at_separators_with_a_clock),
		cmocka_unit_test(separators_across_pieces_are_found),
		cmocka_unit_test(a_message_over_the_limit_costs_only_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
