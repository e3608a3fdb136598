/* serve.c - from options to a running server, and its end. */
#include "metrics/metrics.h"
#include "os/os.h"
#include "serve/private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 65536, GRACE_MS = 20000, SILENT_MS = 30000 };

static const struct serve_kind kinds[SERVE_ROLES] = {
	[SERVE_INTAKE] = { .name = "intake",
			   .run = serve_intake,
			   .lively = true,
			   .uses = 1U << SERVE_FOR_SMTP |
				   1U << SERVE_FOR_LMTP },
	[SERVE_WRITER] = { .name = "writer",
			   .run = serve_writer,
			   .lively = true,
			   .reads = true },
	[SERVE_WEB] = { .name = "web",
			.run = serve_web,
			.lively = true,
			.takes = true,
			.uses = 1U << SERVE_FOR_WEB | 1U << SERVE_FOR_METRICS },
	[SERVE_WORKER] = { .name = "worker", .run = serve_worker },
	[SERVE_INSPECTOR] = { .name = "inspector",
			      .run = serve_inspector,
			      .lively = true },
	[SERVE_HOSTING] = { .name = "hosting",
			    .run = serve_hosting,
			    .lively = true },
	[SERVE_POLICY] = { .name = "policy",
			   .run = serve_policy,
			   .lively = true,
			   .hands = true,
			   .uses = 1U << SERVE_FOR_POLICY |
				   1U << SERVE_FOR_CHALLENGE },
	[SERVE_NAMESERVER] = { .name = "nameserver",
			       .run = serve_nameserver,
			       .lively = true,
			       .uses = 1U << SERVE_FOR_DNS |
				       1U << SERVE_FOR_DNS_UDP },
};

const char *
serve_role_name(enum serve_role role)
{
	return kinds[role].name;
}

bool
serve_role_parse(struct str name, enum serve_role *out)
{
	for (size_t i = 0; i < SERVE_ROLES; i++)
		if (str_eq(name, str_of(kinds[i].name))) {
			*out = (enum serve_role)i;
			return true;
		}
	return false;
}

/* A role without anything to do is not begun. */
static bool
is_wanted(const struct serve *s, enum serve_role role)
{
	const struct serve_options *o = &s->options;

	if (o->roles && !(o->roles & 1U << role))
		return false;
	for (size_t i = 0; i < s->sockets.n; i++)
		if (kinds[role].uses & 1U << s->sockets.at[i].use)
			return true;
	return role == SERVE_WRITER || role == SERVE_INSPECTOR ||
	       (role == SERVE_HOSTING && o->hosting.zone[0]) ||
	       (role == SERVE_WORKER && o->account_count + o->watched.n > 0);
}

void
serve_choose_roles(struct serve *s)
{
	for (size_t i = 0; i < SERVE_ROLES; i++)
		s->child[i].wanted = is_wanted(s, (enum serve_role)i);
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur =
		limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void
find_host(struct serve *s)
{
	if (s->options.hostname[0])
		(void)snprintf(s->host, sizeof s->host, "%s",
			       s->options.hostname);
	else if (gethostname(s->host, sizeof s->host - 1) < 0 || !s->host[0])
		(void)snprintf(s->host, sizeof s->host, "localhost");
}

enum err
serve_catch_signals(struct serve *s, struct diag *why)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(caught); i++)
		(void)sigaddset(&set, caught[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &s->before);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0 || pipe2(s->bell, O_CLOEXEC | O_NONBLOCK) < 0)
		return diag_errno(why, "start", "signalfd");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       0, s->handed) < 0)
		return diag_errno(why, "start", "socketpair");
	return ERR_NONE;
}

static enum err
prepare(struct serve *s, struct diag *why)
{
	enum err err = metrics_start(why);

	if (err == ERR_NONE)
		err = serve_take_place(s, why);
	if (err == ERR_NONE)
		err = serve_sockets_open(&s->options, NULL, &s->sockets, why);
	if (err == ERR_NONE)
		err = serve_load_tls(s, &s->options, why);
	if (err == ERR_NONE)
		err = serve_make_master_key(s, why);
	if (err == ERR_NONE)
		err = serve_give_up_root(s, why);
	if (err == ERR_NONE)
		err = serve_check_names(&s->options, why);
	if (err == ERR_NONE)
		err = serve_make_stores(s, why);
	if (err == ERR_NONE)
		err = serve_make_identity(s, why);
	return err;
}

static void
begin(struct serve *s)
{
	metrics_set(METRICS_STARTED, (uint64_t)os_now());
	serve_push_recipients(s);
	serve_tell_setup(s);
	s->children = SERVE_ROLES;
	for (size_t i = 0; i < s->children; i++)
		s->child[i] =
			(struct serve_child){ .kind = &kinds[i], .pulse = -1 };
	serve_choose_roles(s);
}

void
serve_init(struct serve *s, const struct serve_options *options)
{
	s->options = *options;
	s->lock = s->signals = s->bell[0] = s->bell[1] = -1;
	s->handed[0] = s->handed[1] = -1;
	s->pid = getpid();
	s->grace_ms = GRACE_MS;
	s->silent_ms = SILENT_MS;
	(void)sigprocmask(SIG_BLOCK, NULL, &s->before);
}

void
serve_fini(struct serve *s)
{
	serve_sockets_close(&s->sockets, NULL);
	tls_free(s->web_identity);
	tls_free(s->smtp_identity);
	os_fd_cleanup(&s->signals);
	os_fd_cleanup(&s->bell[0]);
	os_fd_cleanup(&s->bell[1]);
	os_fd_cleanup(&s->handed[0]);
	os_fd_cleanup(&s->handed[1]);
	os_fd_cleanup(&s->lock);
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	arena_free(s->options.mem);
}

enum err
serve_run(const struct serve_options *options, struct diag *why)
{
	struct serve *s = heap_new(sizeof *s);
	enum err err;

	serve_init(s, options);
	(void)umask(0027);
	log_start(STDERR_FILENO, options->log_form, options->log_level,
		  "supervisor", os_now);
	raise_limit();
	find_host(s);
	err = serve_catch_signals(s, why);
	if (err == ERR_NONE)
		err = prepare(s, why);
	if (err == ERR_NONE) {
		begin(s);
		serve_watch(s);
		log_info("stopped");
	}
	serve_fini(s);
	heap_free(s);
	return err;
}
