/* notify.c - the service manager's datagrams, sd_notify(3), and the title of
 * a process. */
#include "base/base.h"
#include "os/os.h"
#include "serve/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
serve_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	SCOPED_FD fd = -1;

	if (n < 2 || n >= sizeof to.sun_path ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0'; /* a name that is no file */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const void *)&to,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
}

int64_t
serve_notify_every(void)
{
	const char *every = getenv("WATCHDOG_USEC");
	const char *whose = getenv("WATCHDOG_PID");
	uint64_t us, pid;

	if (!every || !str_u64(str_of(every), &us))
		return 0;
	if (whose &&
	    (!str_u64(str_of(whose), &pid) || pid != (uint64_t)getpid()))
		return 0;
	return (int64_t)(us / 2000);
}

/* ---- titles ---- */

static char *title_at;
static size_t title_n;

void
serve_title_room(int argc, char **argv)
{
	size_t n = 0;
	char **copy;
	char *end;

	if (argc < 1)
		return;
	end = argv[0];
	for (int i = 0; i < argc; i++)
		if (argv[i] == end)
			end += strlen(argv[i]) + 1;
	/* What stands behind the arguments gives the title its room. */
	for (n = 0; environ[n]; n++)
		if (environ[n] == end)
			end += strlen(environ[n]) + 1;
	copy = heap_new((n + 1) * sizeof *copy);
	for (size_t i = 0; i < n; i++) {
		size_t size = strlen(environ[i]) + 1;

		copy[i] = heap_new(size);
		memcpy(copy[i], environ[i], size);
	}
	environ = copy;
	title_at = argv[0];
	title_n = (size_t)(end - argv[0]);
}

void
serve_title(const char *title)
{
	(void)prctl(PR_SET_NAME, title);
	if (title_n == 0)
		return;
	memset(title_at, 0, title_n);
	(void)snprintf(title_at, title_n, "waxseal: %s", title);
}
