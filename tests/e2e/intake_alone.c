/* intake_alone.c - the mail role by itself, for tests: it serves on free
 * ports of loopback (and says at the end how often it rang the bell), or prints
 * what its spool holds.
 *
 *   intake_alone serve DIR [NAME=NUMBER...]
 *   intake_alone list DIR
 *   intake_alone recipients DIR [TOKEN DOMAIN]...
 */
#include "intake/intake.h"
#include "log/log.h"
#include "loop/loop.h"
#include "os/os.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, BODY_MAX = 64 << 20 };

static int
fail(const char *what, const struct diag *why)
{
	(void)fprintf(stderr, "%s: %s %s\n", what, why->code, why->detail);
	return 1;
}

static void
spool_path(const char *dir, char out[PATH_ROOM])
{
	(void)snprintf(out, PATH_ROOM, "%s/spool", dir);
}

/* ---- serve ---- */

static void
set_option(struct intake_options *o, const char *text)
{
	struct str value = str_of(text);
	struct str name = { 0 };
	int64_t n = 0;

	if (!str_split(&value, '=', &name) || !str_i64(value, &n))
		return;
	if (str_eq(name, S("size_max")))
		o->size_max = (uint64_t)n;
	else if (str_eq(name, S("messages")))
		o->messages = (unsigned)n;
	else if (str_eq(name, S("connections")))
		o->connections = (unsigned)n;
	else if (str_eq(name, S("per_address")))
		o->per_address = (unsigned)n;
	else if (str_eq(name, S("idle_ms")))
		o->idle_ms = n;
	else if (str_eq(name, S("data_ms")))
		o->data_ms = n;
	else if (str_eq(name, S("delay_ms")))
		o->delay_ms = n;
	else if (str_eq(name, S("grace_ms")))
		o->grace_ms = n;
	else if (str_eq(name, S("limit")))
		o->spool.limit = (uint64_t)n;
	else if (str_eq(name, S("trusted")) && n == 0)
		o->trusted_count = 0;
}

static bool
open_port(const char *name, int *fd)
{
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof(at);
	struct diag why = { 0 };

	if (loop_listen_open(S("127.0.0.1:0"), fd, &why) != ERR_NONE ||
	    getsockname(*fd, (struct sockaddr *)&at, &size) < 0)
		return false;
	(void)printf("%s %d\n", name, ntohs(at.sin_port));
	return true;
}

static int
serve(const char *dir, char **more, int count)
{
	struct intake_listener doors[3] = { { .fd = -1 },
					    { .fd = -1, .lmtp = true },
					    { .fd = -1, .proxy = true } };
	struct netaddr_net trusted = { 0 };
	struct tls_identity *identity = NULL;
	struct rlimit files = { 0 };
	char spool[PATH_ROOM];
	struct diag why = { 0 };
	struct intake_options o = {
		.dir = dir,
		.host = S("mx.example.net"),
		.listeners = doors,
		.listener_count = COUNT_OF(doors),
		.trusted = &trusted,
		.trusted_count = 1,
		.spool = { .dir = spool, .name = "smtp" },
		.bell = -1,
	};
	uint64_t rung = 0;
	int status;

	log_start(STDERR_FILENO, LOG_TEXT, LOG_INFO, "smtp", os_now);
	spool_path(dir, spool);
	if (!netaddr_parse_net(S("127.0.0.1"), &trusted) ||
	    getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 1;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < count; i++)
		set_option(&o, more[i]);
	if (tls_self_made(dir, o.host, os_now(), &identity, &why) != ERR_NONE)
		return fail("tls", &why);
	o.identity = identity;
	o.bell = eventfd(0, EFD_CLOEXEC);
	if (!open_port("smtp", &doors[0].fd) ||
	    !open_port("lmtp", &doors[1].fd) ||
	    !open_port("proxy", &doors[2].fd))
		return 1;
	(void)fflush(stdout);
	status = intake_run(&o);
	if (read(o.bell, &rung, sizeof(rung)) == (ssize_t)sizeof(rung))
		(void)printf("bell %llu\n", (unsigned long long)rung);
	(void)close(o.bell);
	for (size_t i = 0; i < COUNT_OF(doors); i++)
		(void)close(doors[i].fd);
	tls_free(identity);
	return status;
}

/* ---- list ---- */

static void
put_hex(struct str s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		(void)putchar_unlocked(digits[byte >> 4]);
		(void)putchar_unlocked(digits[byte & 15]);
	}
	(void)putchar_unlocked(' ');
}

/* Hexadecimal columns, each ended by a blank. */
static bool
print_entry(const struct spool_entry *e)
{
	SCOPED_BUF octets = BUF(BODY_MAX);
	SCOPED_FD fd = e->fd;
	char *to = buf_reserve(&octets, e->size);
	size_t n = to != NULL ? os_read_all(fd, to, e->size) : SIZE_MAX;

	if (n != e->size)
		return false;
	buf_commit(&octets, n);
	put_hex(e->envelope.id);
	put_hex(e->envelope.client);
	put_hex(e->envelope.helo);
	put_hex(e->envelope.mail_from);
	put_hex(e->envelope.recipients);
	put_hex(e->envelope.domain);
	put_hex(e->envelope.tls);
	put_hex(e->envelope.lmtp ? S("lmtp") : S("smtp"));
	put_hex(e->envelope.smtputf8 ? S("utf8") : S("ascii"));
	put_hex(buf_str(&octets));
	(void)putchar('\n');
	return true;
}

static uint64_t
nothing_done(void *ctx, struct str segment)
{
	(void)ctx;
	(void)segment;
	return 0;
}

static int
list(const char *dir)
{
	struct spool_reader *r = NULL;
	struct spool_entry e;
	struct diag why = { 0 };
	char spool[PATH_ROOM];
	bool ok = true;

	spool_path(dir, spool);
	if (spool_reader_open(spool, nothing_done, NULL, &r, &why) != ERR_NONE)
		return fail("spool", &why);
	while (ok && spool_next(r, &e, &why))
		ok = print_entry(&e);
	spool_reader_close(r);
	return ok && why.code[0] == '\0' ? 0 : fail("spool", &why);
}

static int
recipients(const char *dir, char **more, int count)
{
	struct intake_recipient rows[16];
	struct diag why = { 0 };
	size_t n = 0;

	for (int i = 0; i + 1 < count && n < COUNT_OF(rows); i += 2)
		rows[n++] = (struct intake_recipient){ str_of(more[i]),
						       str_of(more[i + 1]) };
	if (intake_recipients_write(dir, rows, n, &why) != ERR_NONE)
		return fail("recipients", &why);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2], argv + 3, argc - 3);
	if (argc == 3 && strcmp(argv[1], "list") == 0)
		return list(argv[2]);
	if (argc >= 3 && strcmp(argv[1], "recipients") == 0)
		return recipients(argv[2], argv + 3, argc - 3);
	return 2;
}
