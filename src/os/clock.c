/* clock.c - the only place that asks what time it is. */
#include "os/os.h"

#include <time.h>

static int64_t shift;

void
os_clock_shift(int64_t seconds)
{
	shift = seconds;
}

int64_t
os_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec + shift;
}

int64_t
os_ticks(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
