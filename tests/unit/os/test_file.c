#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/os.h"

#include <fcntl.h>
#include <unistd.h>

static void
a_descriptor_is_closed_once_and_then_forgotten(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int number = fd, next;

	(void)state;
	assert_true(fd >= 0);
	os_fd_cleanup(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(fcntl(number, F_GETFD), -1);
	/* Whoever gets the number next keeps it. */
	next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(next, number);
	os_fd_cleanup(&fd);
	assert_true(fcntl(next, F_GETFD) >= 0);
	os_fd_cleanup(&next);
}

static void
a_descriptor_that_was_taken_stays_open(void **state)
{
	int taken;

	(void)state;
	{
		SCOPED_FD fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		taken = os_fd_take(&fd);
		assert_int_equal(fd, -1);
	}
	assert_true(fcntl(taken, F_GETFD) >= 0);
	assert_int_equal(close(taken), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_descriptor_is_closed_once_and_then_forgotten),
		cmocka_unit_test(a_descriptor_that_was_taken_stays_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
