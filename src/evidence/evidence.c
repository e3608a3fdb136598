/* evidence.c - looks at whoever is due, round by round, and hands what was
 * found to the writer. */
#include "evidence/private.h"

#include "ingest/ingest.h"
#include "log/log.h"
#include "os/os.h"

#include <string.h>
#include <unistd.h>

enum {
	ROUND_MAX = 5000, /* addresses of one round */
	NAME_ROOM = 256,
	REST = 10000, /* milliseconds */
	RETRY = 5000, /* after trouble */
	STORE_PATIENCE = 1000,
	ANSWER_MAX = 4096
};

/* What was found and is not in the store yet. */
struct result {
	struct netaddr ip;
	enum store_host_state state;
	char name[NAME_ROOM];
};

struct evidence {
	struct loop *loop;
	struct inspect *inspect;
	const char *data;
	struct evidence_speed speed;
	int64_t rest;
	struct loop_timer *turn;
	struct evidence_pass *pass; /* NULL: none goes on */
	struct netaddr due[ROUND_MAX];
	struct result found[ROUND_MAX];
	size_t due_n, found_n;
	size_t told;    /* of `found` that the writer has */
	size_t telling; /* that it is being told */
	int fd;         /* of that conversation, or -1 */
	struct loop_watch *watch;
	struct buf answer;
	bool waits; /* for better times: the turn comes */
	bool said;  /* in the log, that there is trouble */
	struct own_watch *own;
};

/* ---- to the writer ---- */

static void
hang_up(struct evidence *e)
{
	if (e->watch)
		loop_watch_free(e->watch);
	e->watch = NULL;
	os_fd_cleanup(&e->fd);
	buf_clear(&e->answer);
	e->telling = 0;
}

static void
in_trouble(struct evidence *e, const struct diag *why)
{
	if (!e->said)
		log_warn("names of addresses wait", why);
	e->said = e->waits = true;
	hang_up(e);
	loop_timer_set(e->turn, RETRY, false);
}

static void tell(struct evidence *e);

static void
hear(void *ctx)
{
	struct evidence *e = ctx;
	struct diag why = { 0 };
	bool over = false;
	enum err err = ingest_ask_more(e->fd, &e->answer, &over, &why);

	/* What it will never take is not offered again. */
	if (err == ERR_NONE && !over)
		return;
	if (err != ERR_NONE && err != ERR_SYNTAX) {
		in_trouble(e, &why);
		return;
	}
	e->told += e->telling;
	e->said = false;
	hang_up(e);
	tell(e);
}

static void
send(struct evidence *e, size_t n)
{
	struct store_host hosts[INGEST_HOSTS_MAX];
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct diag why = { 0 };
	enum err err;

	for (size_t i = 0; i < n; i++) {
		const struct result *r = &e->found[e->told + i];

		hosts[i] =
			(struct store_host){ r->ip, r->state, str_of(r->name) };
	}
	ingest_put_hosts(&request, hosts, n);
	err = ingest_ask_begin(e->data, buf_str(&request), &e->fd, &why);
	if (err != ERR_NONE) {
		in_trouble(e, &why);
		return;
	}
	e->telling = n;
	e->watch = loop_watch_new(e->loop, e->fd, hear, e);
}

/* Many at a time while a round goes on, at its end what is left. */
static void
tell(struct evidence *e)
{
	size_t waiting = e->found_n - e->told;

	if (e->fd >= 0 || e->waits)
		return;
	if (waiting >= INGEST_HOSTS_MAX)
		send(e, INGEST_HOSTS_MAX);
	else if (!e->pass && waiting > 0)
		send(e, waiting);
	else if (!e->pass)
		loop_timer_set(e->turn, 0, false);
}

/* ---- a round ---- */

static void
take_found(void *ctx, const struct store_host *host)
{
	struct evidence *e = ctx;
	struct result *r = &e->found[e->found_n++];
	size_t n = host->name.n < NAME_ROOM ? host->name.n : 0;

	*r = (struct result){ .ip = host->ip, .state = host->state };
	if (n > 0)
		memcpy(r->name, host->name.p, n);
	tell(e);
}

static void
end_round(void *ctx)
{
	struct evidence *e = ctx;

	evidence_pass_free(e->pass);
	e->pass = NULL;
	tell(e);
}

static void
add_due(void *ctx, const struct netaddr *ip)
{
	struct evidence *e = ctx;

	if (e->due_n < ROUND_MAX)
		e->due[e->due_n++] = *ip;
}

static enum err
find_due(struct evidence *e, struct diag *why)
{
	SCOPED_STORE s = NULL;
	enum err err = store_open(e->data, STORE_READ, STORE_PATIENCE, &s, why);

	e->due_n = e->found_n = e->told = 0;
	if (err == ERR_NONE)
		err = store_hosts_due(s,
				      &(struct store_due){ STORE_OWNER_SELF,
							   os_now(),
							   ROUND_MAX },
				      add_due, e, why);
	return err;
}

static void
begin_round(struct evidence *e)
{
	struct evidence_work work = {
		.speed = e->speed,
		.ips = e->due,
		.found = take_found,
		.done = end_round,
		.ctx = e,
	};
	struct diag why = { 0 };
	enum err err = find_due(e, &why);

	/* A new installation has no store yet. */
	if (err != ERR_NONE && err != ERR_GONE) {
		in_trouble(e, &why);
		return;
	}
	if (e->due_n == 0) {
		loop_timer_set(e->turn, e->rest, false);
		return;
	}
	work.count = e->due_n;
	e->pass = evidence_pass_new(e->loop, e->inspect, &work);
}

/* The next thing to do, whatever it is. */
static void
turn(void *ctx)
{
	struct evidence *e = ctx;

	e->waits = false;
	if (e->found_n > e->told)
		tell(e);
	else if (!e->pass)
		begin_round(e);
}

struct evidence *
evidence_start(struct loop *l, struct inspect *in,
	       const struct evidence_options *options)
{
	struct evidence *e = heap_new(sizeof(*e));

	e->loop = l;
	e->inspect = in;
	e->data = options->data;
	e->speed = options->speed;
	e->rest = options->rest_ms ? options->rest_ms : REST;
	e->fd = -1;
	e->answer = (struct buf)BUF(ANSWER_MAX);
	e->turn = loop_timer_new(l, turn, e);
	loop_timer_set(e->turn, 0, false);
	e->own = own_watch_start(l, in, options);
	return e;
}

void
evidence_stop(struct evidence *e)
{
	if (!e)
		return;
	own_watch_stop(e->own);
	hang_up(e);
	evidence_pass_free(e->pass);
	loop_timer_free(e->turn);
	buf_free(&e->answer);
	heap_free(e);
}
