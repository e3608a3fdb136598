#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "imap/command.h"

static void
uids_come_sorted_and_once(void **state)
{
	uint64_t uids[8];
	size_t n = command_uids(S("* SEARCH 7 3 12\r\n* 4 EXISTS\r\n"
				  "* search 3 4294967295\r\n"),
				uids, 8);

	(void)state;
	assert_int_equal(n, 4);
	assert_int_equal(uids[0], 3);
	assert_int_equal(uids[1], 7);
	assert_int_equal(uids[2], 12);
	assert_int_equal(uids[3], 4294967295u);
}

static void
what_is_no_number_is_no_uid(void **state)
{
	uint64_t uids[8];

	(void)state;
	assert_int_equal(command_uids(S("* SEARCH\r\n"), uids, 8), 0);
	assert_int_equal(command_uids(S("* SEARCH 0 -1 x 1x "
					"99999999999999999999\r\n"),
				      uids, 8),
			 0);
	assert_int_equal(command_uids(S("1 2 3\r\n"), uids, 8), 0);
	assert_int_equal(command_uids(S(""), uids, 8), 0);
}

static void
no_more_uids_are_taken_than_there_is_room(void **state)
{
	uint64_t uids[3] = { 0, 0, 77 };

	(void)state;
	assert_int_equal(command_uids(S("* SEARCH 1 2 3 4\r\n"), uids, 2), 2);
	assert_int_equal(uids[2], 77);
}

static void
a_folder_cannot_add_a_command(void **state)
{
	SCOPED_BUF quoted = BUF(256);
	SCOPED_BUF escaped = BUF(256);

	(void)state;
	command_quote(&quoted, S("a\"b\\c\r\nA1 LOGOUT"));
	assert_string_equal(buf_c(&quoted), "\"a\\\"b\\\\cA1 LOGOUT\"");
	buf_add_url(&escaped, S("Post/\r\n;UID=1 %\xc3\xa6"));
	assert_string_equal(buf_c(&escaped),
			    "Post%2F%0D%0A%3BUID%3D1%20%25%C3%A6");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uids_come_sorted_and_once),
		cmocka_unit_test(what_is_no_number_is_no_uid),
		cmocka_unit_test(no_more_uids_are_taken_than_there_is_room),
		cmocka_unit_test(a_folder_cannot_add_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
