/* A writer of its own for each test, and reports for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include "db/db.h"
#include "json/json.h"
#include "log/log.h"
#include "os/os.h"
#include "seal/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

void
must(enum err e, const struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%d %s: %s", e, why->code, why->detail);
}

/* ---- the writer ---- */

static volatile int stop_writer;

static void
stop_soon(int signal_number)
{
	(void)signal_number;
	stop_writer = 1;
}

void
report_text(struct buf *out, const char *domain, int n)
{
	int64_t begin = (int64_t)20400 * 86400 + n % 50 * 86400;

	buf_addf(out,
		 "<?xml version=\"1.0\"?><feedback><report_metadata>"
		 "<org_name>Reporter</org_name><email>a@b.example</email>"
		 "<report_id>r%d</report_id><date_range><begin>%lld</begin>"
		 "<end>%lld</end></date_range></report_metadata>"
		 "<policy_published><domain>%s</domain><p>none</p>"
		 "</policy_published><record><row><source_ip>192.0.2.%d"
		 "</source_ip><count>%d</count><policy_evaluated>"
		 "<disposition>none</disposition><dkim>pass</dkim>"
		 "<spf>fail</spf></policy_evaluated></row><identifiers>"
		 "<header_from>%s</header_from></identifiers><auth_results>"
		 "<dkim><domain>%s</domain><result>pass</result></dkim>"
		 "</auth_results></record></feedback>\n",
		 n, (long long)begin, (long long)begin + 86399, domain,
		 n % 200 + 1, n % 7 + 1, domain, domain);
}

/* Three domains, some days: a report a day of each. */
static enum err
made_up(void *ctx, unsigned domains, unsigned days,
	enum err (*mail)(void *ctx, struct str name, struct str message),
	void *mail_ctx, struct diag *why)
{
	enum err e = ERR_NONE;

	(void)ctx;
	(void)why;
	for (unsigned i = 0; i < domains * days && e == ERR_NONE; i++) {
		SCOPED_BUF text = BUF(64 << 10);
		char domain[64];
		char name[64];

		snprintf(domain, sizeof(domain), "d%u.sample.example",
			 i % domains);
		snprintf(name, sizeof(name), "%u.xml", i);
		report_text(&text, domain, 100000 + (int)i);
		e = mail(mail_ctx, str_of(name), buf_str(&text));
	}
	return e;
}

static void
serve_forever(const struct serving *t)
{
	struct sigaction action = { .sa_handler = stop_soon };
	const struct ingest_serve_options options = {
		.data = t->dir,
		.bell = t->bell,
		.stop = &stop_writer,
		.keep = STORE_RETENTION,
		.unclaimed_max = t->unclaimed_max,
		.sidelined_max = t->sidelined_max,
		.sample = made_up,
		.die_on = DEADLY,
	};
	struct diag why = { 0 };

	(void)sigaction(SIGTERM, &action, NULL);
	log_start(open("/dev/null", O_WRONLY), LOG_TEXT, LOG_ERROR, "writer",
		  os_now);
	if (ingest_serve(&options, &why) != ERR_NONE) {
		fprintf(stderr, "serve: %s %s\n", why.code, why.detail);
		_exit(1);
	}
	_exit(0);
}

void
answer_of(const struct serving *t, const char *request, struct buf *out)
{
	struct diag why = { 0 };
	enum err e = ERR_GONE;

	/* It may not listen yet. */
	for (int i = 0; i < 500 && e == ERR_GONE; i++) {
		diag_clear(&why);
		buf_clear(out);
		e = ingest_ask(t->dir, str_of(request), out, &why);
		if (e == ERR_GONE && strcmp(why.code, "ingest.no_server") == 0)
			(void)usleep(10000);
		else
			break;
	}
	must(e, &why);
}

void
start_writer(struct serving *t)
{
	SCOPED_BUF answer = BUF(4096);

	t->writer = fork();
	if (t->writer == 0)
		serve_forever(t);
	answer_of(t, "{\"op\":\"status\"}", &answer);
}

void
kill_writer(struct serving *t, int with)
{
	int status = 0;

	(void)kill(t->writer, with);
	assert_int_equal(waitpid(t->writer, &status, 0), t->writer);
	if (with == SIGTERM)
		assert_int_equal(status, 0);
	t->writer = 0;
}

/* ---- messages ---- */

static void
note_durable(void *ctx, enum err err, const struct diag *why)
{
	(void)ctx;
	must(err, why);
}

/* Into the spool, not yet durable. */
void
put_text(struct serving *t, enum spool_door door, const char *id,
	 struct str text)
{
	const struct spool_envelope envelope = { .door = door,
						 .received_at = os_now(),
						 .id = str_of(id),
						 .client = STR("192.0.2.9"),
						 .helo = STR("mx.example") };
	struct diag why = { 0 };
	struct spool_message *m = spool_begin(t->spool, &envelope);

	must(spool_add(m, text, &why), &why);
	spool_finish(m, note_durable, NULL);
}

void
put_report(struct serving *t, enum spool_door door, const char *domain, int n)
{
	SCOPED_BUF text = BUF(64 << 10);
	char id[32];

	snprintf(id, sizeof(id), "Q%d", n);
	report_text(&text, domain, n);
	put_text(t, door, id, buf_str(&text));
}

void
ring(struct serving *t)
{
	(void)spool_sync(t->spool);
	(void)eventfd_write(t->bell, 1);
}

/* ---- what became of them ---- */

int64_t
ask(const struct serving *t, const char *sql)
{
	char path[300];
	struct db *db = NULL;
	struct diag why = { 0 };
	int64_t out = -1;

	snprintf(path, sizeof(path), "%s/reports.db", t->dir);
	must(db_open(path, DB_READ, 5000, &db, &why), &why);
	must(db_number(db, sql, &out, &why), &why);
	db_close(db);
	return out;
}

/* Until the answer of `sql` is `wanted`; fails after a while. */
void
wait_for(const struct serving *t, const char *sql, int64_t wanted)
{
	int64_t got = -1;

	for (int i = 0; i < 1500; i++) {
		got = ask(t, sql);
		if (got == wanted)
			return;
		(void)usleep(10000);
	}
	fail_msg("%s: %lld, not %lld", sql, (long long)got, (long long)wanted);
}

int64_t
number_in(const struct buf *answer, const char *key)
{
	const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_JSON json = NULL;
	struct diag why = { 0 };
	bool repaired;
	int64_t n = -1;

	must(json_parse(buf_str(answer), limits, &json, &repaired, &why), &why);
	(void)json_i64(json_get(json, key), &n);
	return n;
}

void
add_domain(const struct serving *t, const char *name)
{
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct control_domain d = { .name = str_of(name), .added_at = 1 };
	struct control *c = NULL;
	struct diag why = { 0 };

	must(control_open(t->dir, &c, &why), &why);
	must(control_domain_add(c, CONTROL_OWNER_SELF, &d, mem, &why), &why);
	control_close(c);
}

/* ---- one directory for each test ---- */

static void
open_spool(struct serving *t)
{
	char path[300];
	const struct spool_options options = { path, "smtp", 0, 0 };
	struct diag why = { 0 };

	snprintf(path, sizeof(path), "%s/spool", t->dir);
	must(spool_writer_open(&options, &t->spool, &why), &why);
}

int
setup(void **state)
{
	struct serving *t = calloc(1, sizeof(*t));
	const char *tmp = getenv("TMPDIR");

	assert_true(seal_init());
	snprintf(t->dir, sizeof(t->dir), "%s/waxseal-serve-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(t->dir));
	t->bell = eventfd(0, EFD_NONBLOCK);
	assert_true(t->bell >= 0);
	open_spool(t);
	*state = t;
	return 0;
}

int
teardown(void **state)
{
	struct serving *t = *state;
	pid_t child;

	if (t->writer > 0)
		kill_writer(t, SIGKILL);
	spool_writer_close(t->spool);
	(void)close(t->bell);
	child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", t->dir, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(child, NULL, 0);
	free(t);
	return 0;
}
