/* step.c - for tests only: a process dies between two steps, once. */
#include "os/os.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static char steps[PATH_ROOM];

void
os_steps(const char *dir)
{
	if (snprintf(steps, sizeof steps, "%s", dir) >= (int)sizeof steps)
		steps[0] = '\0';
}

void
os_step(const char *name)
{
	char path[PATH_ROOM + 64];

	if (!steps[0])
		return;
	(void)snprintf(path, sizeof path, "%s/%s", steps, name);
	if (unlink(path) == 0)
		(void)raise(SIGKILL);
}
