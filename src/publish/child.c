/* child.c - one application in a process of its own: it may wait for a
 * provider, and its secret goes with it. */
#include "os/os.h"
#include "publish/private.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct result {
	enum err err;
	struct diag why;
};

struct publish_child {
	struct loop_watch *watch;
	int fd;
	pid_t pid;
	void (*done)(void *ctx, enum err err, const struct diag *why);
	void *ctx;
};

static void
work(const struct provider *provider, const struct dnsplan *plan, int fd)
{
	struct result r = { 0 };

	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	r.err = publish_apply(provider, plan, os_now(), &r.why);
	os_step("plan.written");
	(void)!os_write_all(fd, (struct str){ (const char *)&r, sizeof(r) });
	_exit(0);
}

static void
on_result(void *ctx)
{
	struct publish_child *c = ctx;
	struct result r;
	size_t n = os_read_all(c->fd, (char *)&r, sizeof(r));

	if (n != sizeof(r)) {
		r = (struct result){ 0 };
		r.err = diag_set(&r.why, ERR_STOP, "publish.unreachable", 0,
				 "process %ld ended", (long)c->pid);
	}
	c->done(c->ctx, r.err, &r.why);
}

struct publish_child *
publish_child_begin(struct loop *l, const struct provider *provider,
		    const struct dnsplan *plan,
		    void (*done)(void *ctx, enum err err,
				 const struct diag *why),
		    void *ctx)
{
	struct publish_child *c;
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return NULL;
	pid = fork();
	if (pid == 0)
		work(provider, plan, pair[1]);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return NULL;
	}
	c = heap_new(sizeof(*c));
	*c = (struct publish_child){
		.fd = pair[0], .pid = pid, .done = done, .ctx = ctx
	};
	c->watch = loop_watch_new(l, c->fd, on_result, c);
	return c;
}

void
publish_child_end(struct publish_child *c)
{
	if (!c)
		return;
	loop_watch_free(c->watch);
	(void)close(c->fd);
	/* It has told, or is not wanted any more. */
	(void)kill(c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
	heap_free(c);
}
