/* probe.c - the queue of questions: who may connect now, and who is told. */
#include "probe/private.h"

#include "os/os.h"

#include <errno.h>
#include <string.h>

enum {
	CONNECT_MS = 10000,
	TLS_MS = 10000,
	WEB_MS = 30000,
	MAIL_MS = 60000,
	KEEP_MS = 600000,
	FAILURE_PART = 10, /* of that, for failures */
	AT_ONCE = 64,
	AT_AN_ADDRESS = 2,
	LOOK_AHEAD = 256, /* past those whose address is busy */
	HTTPS_PORT = 443,
	SMTP_PORT = 25,
	TEXT_MAX = 512
};

static void tend(void *ctx);

static void
set_defaults(struct probe_options *o)
{
	o->https_port = o->https_port ? o->https_port : HTTPS_PORT;
	o->smtp_port = o->smtp_port ? o->smtp_port : SMTP_PORT;
	o->connect_ms = o->connect_ms ? o->connect_ms : CONNECT_MS;
	o->tls_ms = o->tls_ms ? o->tls_ms : TLS_MS;
	o->web_ms = o->web_ms ? o->web_ms : WEB_MS;
	o->mail_ms = o->mail_ms ? o->mail_ms : MAIL_MS;
	o->keep_ms = o->keep_ms ? o->keep_ms : KEEP_MS;
	o->at_once = o->at_once ? o->at_once : AT_ONCE;
	o->at_an_address = o->at_an_address ? o->at_an_address : AT_AN_ADDRESS;
}

enum err
probe_new(struct loop *l, const struct probe_options *options,
	  struct probe **out, struct diag *why)
{
	struct probe *p = heap_new(sizeof *p);
	enum err err = tls_trust_load(options->ca_file, &p->trust, why);

	if (err != ERR_NONE) {
		heap_free(p);
		return err;
	}
	p->loop = l;
	p->options = *options;
	set_defaults(&p->options);
	p->ehlo = p->agent = (struct buf)BUF(TEXT_MAX);
	(void)buf_addz(&p->ehlo, options->ehlo ? options->ehlo : "localhost");
	(void)buf_addz(&p->agent, options->agent ? options->agent : "Waxseal");
	if (options->allow_n > 0) {
		p->allow = heap_grow(NULL, options->allow_n, sizeof *p->allow);
		memcpy(p->allow, options->allow,
		       options->allow_n * sizeof *p->allow);
	}
	p->options.allow = p->allow;
	TAILQ_INIT(&p->waiting);
	TAILQ_INIT(&p->running);
	TAILQ_INIT(&p->over);
	keep_init(&p->keep);
	*out = p;
	return ERR_NONE;
}

size_t
probe_busy(const struct probe *p)
{
	return p->busy;
}

/* ---- one question's life ---- */

struct job *
job_new(struct probe *p, struct str host, const struct netaddr *address,
	void *ctx)
{
	enum { MEM_MAX = 2 << 20 };
	struct job *j = heap_new(sizeof *j);

	j->probe = p;
	j->mem = arena_new(MEM_MAX);
	j->address = *address;
	j->tls.alert = -1;
	j->ctx = ctx;
	if (!arena_dup(j->mem, str_sub(host, 0, TEXT_MAX), &j->host))
		j->host = (struct str){ 0 };
	return j;
}

void
job_queue(struct job *j)
{
	TAILQ_INSERT_TAIL(&j->probe->waiting, j, link);
	j->probe->busy++;
	loop_defer(j->probe->loop, tend, j->probe);
}

struct str
job_shown(struct job *j, struct str text)
{
	SCOPED_BUF shown = BUF(TEXT_MAX * 8);
	struct str out = { 0 };

	(void)buf_add_escaped(&shown, str_sub(text, 0, TEXT_MAX));
	return arena_dup(j->mem, buf_str(&shown), &out) ? out
							: (struct str){ 0 };
}

static void
let_go(struct job *j)
{
	loop_dial_free(j->dial);
	loop_timer_free(j->timer);
	if (j->conn)
		loop_conn_close(j->conn,
				j->stage == FACTS_DONE ||
					j->stage == FACTS_NO_STARTTLS ||
					j->stage == FACTS_PROTOCOL);
	j->dial = NULL;
	j->timer = NULL;
	j->conn = NULL;
	j->ssl = NULL;
}

void
job_free(struct job *j)
{
	let_go(j);
	j->kind->fini(j);
	arena_free(j->mem);
	heap_free(j);
}

void
job_finish(struct job *j, enum facts_stage stage, struct str why)
{
	struct probe *p = j->probe;
	struct str reason = { 0 };

	if (j->phase == JOB_IS_OVER)
		return;
	/* Full memory would be a certificate out of all proportion. */
	if (j->ssl && !tls_seen(j->ssl, j->mem, &j->tls, &reason))
		j->tls = (struct facts_tls){ .alert = -1 };
	/* TLS 1.3 refuses a client when that thinks all is well. */
	if (stage == FACTS_PROTOCOL && j->tls.alert >= 0)
		stage = FACTS_TLS_FAILED;
	j->why = job_shown(j, reason.n > 0 && stage == FACTS_TLS_FAILED ? reason
									: why);
	j->stage = stage;
	j->ms = (uint32_t)(os_ticks() - j->started);
	j->phase = JOB_IS_OVER;
	let_go(j);
	TAILQ_REMOVE(&p->running, j, link);
	TAILQ_INSERT_TAIL(&p->over, j, link);
	p->running_n--;
	loop_defer(p->loop, tend, p);
}

/* Waits `ms` for this phase, but never beyond the whole time. */
static void
enter_phase(struct job *j, enum job_phase phase, int64_t ms)
{
	int64_t left = j->started + j->whole_ms - os_ticks();

	j->phase = phase;
	if (ms > left)
		ms = left;
	loop_timer_set(j->timer, ms > 0 ? ms : 0, false);
}

static void
time_is_up(void *ctx)
{
	struct job *j = ctx;

	if (j->phase == JOB_CONNECTS)
		job_finish(j, FACTS_CONN_TIMEOUT, S(""));
	else if (j->phase == JOB_SHAKES_HANDS)
		job_finish(j, FACTS_TLS_TIMEOUT, S(""));
	else
		job_finish(j, FACTS_TOO_SLOW, S(""));
}

/* ---- what its connection tells ---- */

static size_t
came(void *ctx, struct str bytes)
{
	struct job *j = ctx;

	return j->kind->read(j, bytes);
}

static void
secured(void *ctx)
{
	struct job *j = ctx;

	enter_phase(j, JOB_TALKS, j->whole_ms);
	j->kind->secured(j);
}

static void
ended(void *ctx, enum loop_end how)
{
	struct job *j = ctx;

	j->conn = NULL;
	if (j->ssl && how == LOOP_FAILED)
		tls_last_words(j->ssl);
	if (j->phase == JOB_SHAKES_HANDS)
		job_finish(j,
			   how == LOOP_TIMEOUT ? FACTS_TLS_TIMEOUT
					       : FACTS_TLS_FAILED,
			   S("the connection ended"));
	else
		j->kind->closed(j, how == LOOP_CLOSED);
}

static const struct loop_handler handler = { .read = came,
					     .secured = secured,
					     .ended = ended };

void
job_secure(struct job *j)
{
	j->ssl = tls_connect(j->probe->trust, j->host);
	enter_phase(j, JOB_SHAKES_HANDS, j->probe->options.tls_ms);
	loop_conn_start_tls_client(j->conn, j->ssl);
}

static enum facts_stage
stage_of(int cause)
{
	if (cause == ETIMEDOUT)
		return FACTS_CONN_TIMEOUT;
	if (cause == ECONNREFUSED || cause == ECONNRESET)
		return FACTS_CONN_REFUSED;
	return FACTS_UNREACHABLE;
}

static void
dialled(void *ctx, int fd, int cause)
{
	struct job *j = ctx;

	if (fd < 0) {
		job_finish(j, stage_of(cause), str_of(strerror(cause)));
		return;
	}
	j->conn = loop_conn_new(j->probe->loop, fd, NULL, &handler, j);
	enter_phase(j, JOB_TALKS, j->whole_ms);
	j->kind->connected(j);
}

/* RFC 1123 section 2.1, loosely: nothing that could end a line. */
static bool
sayable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] > '~')
			return false;
	return s.n > 0 && s.n < TEXT_MAX;
}

static void
start(struct job *j)
{
	struct probe *p = j->probe;
	struct netaddr_port to = { .ip = j->address, .port = j->port };

	TAILQ_REMOVE(&p->waiting, j, link);
	TAILQ_INSERT_TAIL(&p->running, j, link);
	p->running_n++;
	j->started = os_ticks();
	j->timer = loop_timer_new(p->loop, time_is_up, j);
	if (!probe_allowed(&p->options, &j->address)) {
		job_finish(j, FACTS_NOT_ALLOWED, S(""));
	} else if (!sayable(j->host) || (j->path.p && !sayable(j->path))) {
		job_finish(j, FACTS_PROTOCOL, S("no name to ask for"));
	} else {
		enter_phase(j, JOB_CONNECTS, p->options.connect_ms);
		j->dial = loop_dial(p->loop, &to, 0, dialled, j);
	}
}

/* ---- the queue ---- */

static bool
may_start(const struct probe *p, const struct job *j)
{
	const struct job *other;
	unsigned n = 0;

	TAILQ_FOREACH(other, &p->running, link)
	if (netaddr_cmp(&other->address, &j->address) == 0)
		n++;
	return n < p->options.at_an_address;
}

static bool
answered_before(struct job *j)
{
	struct probe *p = j->probe;
	const struct job *before = j->kind->report_again
					   ? keep_find(&p->keep, j, os_ticks())
					   : NULL;

	if (!before)
		return false;
	TAILQ_REMOVE(&p->waiting, j, link);
	p->busy--;
	j->kind->report_again(j, before);
	job_free(j);
	return true;
}

static void
start_some(struct probe *p)
{
	struct job *j = TAILQ_FIRST(&p->waiting);
	unsigned passed = 0;

	while (j && passed < LOOK_AHEAD && p->running_n < p->options.at_once) {
		struct job *next = TAILQ_NEXT(j, link);

		if (answered_before(j)) {
			j = next;
			continue;
		}
		if (may_start(p, j))
			start(j);
		else
			passed++;
		j = next;
	}
}

static void
keep_or_free(struct job *j)
{
	struct probe *p = j->probe;
	int64_t ms = p->options.keep_ms;
	bool seen = j->stage == FACTS_DONE || j->stage == FACTS_NO_STARTTLS;

	/* What we did not allow may be allowed at once: it cost nobody. */
	if (!j->kind->report_again || ms < 0 || j->stage == FACTS_NOT_ALLOWED)
		job_free(j);
	else
		keep_put(&p->keep, j,
			 os_ticks() + (seen ? ms : ms / FAILURE_PART));
}

/* Tells who is over, and lets others begin in their place. */
static void
tend(void *ctx)
{
	struct probe *p = ctx;
	struct job *j;

	while ((j = TAILQ_FIRST(&p->over))) {
		TAILQ_REMOVE(&p->over, j, link);
		p->busy--;
		j->kind->report(j);
		keep_or_free(j);
	}
	start_some(p);
}

static void
free_all(struct jobs *jobs)
{
	struct job *j;

	while ((j = TAILQ_FIRST(jobs))) {
		TAILQ_REMOVE(jobs, j, link);
		job_free(j);
	}
}

void
probe_free(struct probe *p)
{
	if (!p)
		return;
	loop_forget(p->loop, p);
	free_all(&p->waiting);
	free_all(&p->running);
	free_all(&p->over);
	keep_fini(&p->keep);
	tls_trust_free(p->trust);
	heap_free(p->allow);
	buf_free(&p->ehlo);
	buf_free(&p->agent);
	heap_free(p);
}
