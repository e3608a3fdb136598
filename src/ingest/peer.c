/* peer.c - starting, asking and ending the parser process. */
#include "ingest/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIPE_BYTES = 1 << 20,
	CHILD_REQUESTS = 3,
	CHILD_ANSWERS,
	CHILD_FIRST_FREE
};

/* Nothing of the writer stays in reach: its descriptors are closed, no file
 * can be made larger, no core of personal data is left behind. */
static _Noreturn void
become_parser(int requests, int answers, const char *die_on)
{
	const struct rlimit none = { 0, 0 };

	/* First out of each other's way, wherever they were opened. */
	requests = fcntl(requests, F_DUPFD, CHILD_FIRST_FREE);
	answers = fcntl(answers, F_DUPFD, CHILD_FIRST_FREE);
	if (dup2(requests, CHILD_REQUESTS) < 0 ||
	    dup2(answers, CHILD_ANSWERS) < 0)
		_exit(1);
	(void)close_range(CHILD_FIRST_FREE, ~0U, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	_exit(parser_run(CHILD_REQUESTS, CHILD_ANSWERS, die_on));
}

static void
close_pair(const int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

enum err
peer_start(struct peer *p, const char *die_on, struct diag *why)
{
	int ask[2], answer[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) < 0)
		return diag_errno(why, "start", "parser");
	if (pipe2(answer, O_CLOEXEC) < 0) {
		close_pair(ask);
		return diag_errno(why, "start", "parser");
	}
	(void)fcntl(answer[1], F_SETPIPE_SZ, PIPE_BYTES);
	p->pid = fork();
	if (p->pid == 0)
		become_parser(ask[1], answer[1], die_on);
	(void)close(ask[1]);
	(void)close(answer[1]);
	if (p->pid < 0) {
		(void)close(ask[0]);
		(void)close(answer[0]);
		return diag_errno(why, "start", "parser");
	}
	p->requests = ask[0];
	p->answers = (struct frame_in){ .fd = answer[0],
					.bytes = BUF((size_t)FRAME_MAX * 2) };
	return ERR_NONE;
}

bool
peer_ask(struct peer *p, int fd, enum peer_task task, int64_t now)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%c%lld", (char)task,
			 (long long)now);

	return os_send_fd(p->requests, fd, (struct str){ text, (size_t)n });
}

void
peer_stop(struct peer *p)
{
	if (p->pid <= 0)
		return;
	(void)close(p->requests);
	(void)close(p->answers.fd);
	if (p->answers.late)
		(void)kill(p->pid, SIGKILL);
	buf_free(&p->answers.bytes);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	p->pid = 0;
}
