/* own_watch.c - the SPF records of the registered domains, each a day after
 * the last look, a few at once. */
#include "evidence/private.h"

#include "control/control.h"
#include "dnsname/dnsname.h"
#include "ingest/ingest.h"
#include "log/log.h"
#include "os/os.h"

#include <string.h>

enum {
	SLOTS = 4,
	QUEUE_MAX = 500, /* domains of one round; the others come next */
	NAME_ROOM = DNSNAME_MAX + 1,
	KNOWN_MAX = 1 << 20,
	REST = 10000, /* milliseconds */
	RETRY = 5000, /* after trouble */
	STORE_PATIENCE = 1000,
	ANSWER_MAX = 4096,
	FACTS_ROOM = 2 << 20
};

/* One domain, from the look until the writer has it. */
struct slot {
	struct own_watch *w;
	bool busy;
	char domain[NAME_ROOM];
	struct facts *facts;
	struct evidence_own found;
	int fd;
	struct loop_watch *watch;
	struct buf answer;
};

struct own_watch {
	struct loop *loop;
	struct inspect *inspect;
	const char *data;
	int64_t rest;
	struct loop_timer *turn;
	struct slot slots[SLOTS];
	char queue[QUEUE_MAX][NAME_ROOM];
	size_t queued, begun;
	unsigned busy;
	bool said; /* in the log, that there is trouble */
};

static void fill(struct own_watch *w);

static void
empty(struct slot *s)
{
	if (s->watch)
		loop_watch_free(s->watch);
	s->watch = NULL;
	os_fd_cleanup(&s->fd);
	buf_clear(&s->answer);
	facts_free(s->facts);
	s->facts = NULL;
	s->busy = false;
}

/* ---- to the writer ---- */

/* What is not told is due again. */
static void
in_trouble(struct own_watch *w, const struct diag *why)
{
	if (!w->said)
		log_warn("SPF of the domains waits", why);
	w->said = true;
	w->queued = w->begun = 0;
}

static void
finish(struct slot *s)
{
	struct own_watch *w = s->w;

	empty(s);
	w->busy--;
	fill(w);
}

static void
hear(void *ctx)
{
	struct slot *s = ctx;
	struct diag why = { 0 };
	bool over = false;
	enum err err = ingest_ask_more(s->fd, &s->answer, &over, &why);

	if (err == ERR_NONE && !over)
		return;
	if (err != ERR_NONE)
		in_trouble(s->w, &why);
	else
		s->w->said = false;
	finish(s);
}

static void
tell(struct slot *s)
{
	const struct store_own own = {
		.domain = str_of(s->domain),
		.state = s->found.state,
		.range = s->found.range,
		.n = s->found.n,
	};
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct diag why = { 0 };
	enum err err;

	ingest_put_own(&request, &own);
	err = ingest_ask_begin(s->w->data, buf_str(&request), &s->fd, &why);
	if (err == ERR_NONE) {
		s->watch = loop_watch_new(s->w->loop, s->fd, hear, s);
		return;
	}
	in_trouble(s->w, &why);
	finish(s);
}

/* ---- a look ---- */

static bool
judge(void *ctx)
{
	struct slot *s = ctx;

	return evidence_own(s->facts, str_of(s->domain), &s->found);
}

static void
looked(void *ctx, bool complete)
{
	struct slot *s = ctx;

	if (!complete || facts_full(s->facts)) {
		s->found.state = STORE_OWN_FAILED;
		s->found.n = 0;
	}
	tell(s);
}

static void
begin(struct slot *s)
{
	struct own_watch *w = s->w;

	memcpy(s->domain, w->queue[w->begun++], sizeof(s->domain));
	s->busy = true;
	w->busy++;
	s->facts = facts_new(FACTS_ROOM, os_now());
	inspect_run(w->inspect, s->facts, judge, looked, s);
}

static void
fill(struct own_watch *w)
{
	bool all = w->queued < QUEUE_MAX;

	for (size_t i = 0; i < SLOTS && w->begun < w->queued; i++)
		if (!w->slots[i].busy)
			begin(&w->slots[i]);
	if (w->busy == 0)
		loop_timer_set(w->turn,
			       w->said ? RETRY
			       : all   ? w->rest
				       : 0,
			       false);
}

/* ---- who is due ---- */

struct finding_due {
	struct own_watch *w;
	struct map *next; /* domain: when */
	int64_t now;
};

static void
take_known(void *ctx, const struct store_own_due *due)
{
	struct finding_due *d = ctx;

	map_put(d->next, due->domain, (uint64_t)due->next);
}

static enum err
take_domain(void *ctx, const struct control_domain *domain)
{
	struct finding_due *d = ctx;
	struct own_watch *w = d->w;
	struct str name = domain->name;
	uint64_t next = 0;

	if (map_get(d->next, name, &next) && (int64_t)next > d->now)
		return ERR_NONE;
	if (name.n >= NAME_ROOM || w->queued == QUEUE_MAX)
		return ERR_NONE;
	memset(w->queue[w->queued], 0, NAME_ROOM);
	memcpy(w->queue[w->queued++], name.p, name.n);
	return ERR_NONE;
}

static enum err
find_due(struct finding_due *d, struct diag *why)
{
	SCOPED_STORE s = NULL;
	SCOPED_CONTROL c = NULL;
	const char *data = d->w->data;
	enum err err = store_open(data, STORE_READ, STORE_PATIENCE, &s, why);

	if (err == ERR_NONE)
		err = store_own_each(s, STORE_OWNER_SELF, take_known, d, why);
	if (err == ERR_NONE)
		err = control_open(data, &c, why);
	if (err == ERR_NONE)
		err = control_domains(c, CONTROL_OWNER_SELF, take_domain, d,
				      why);
	return err;
}

static void
turn(void *ctx)
{
	struct own_watch *w = ctx;
	struct finding_due d = { w, map_new(KNOWN_MAX), os_now() };
	struct diag why = { 0 };
	enum err err;

	w->queued = w->begun = 0;
	err = find_due(&d, &why);
	map_free(d.next);
	/* A new installation has no store yet. */
	if (err == ERR_GONE)
		w->queued = 0;
	else if (err != ERR_NONE)
		in_trouble(w, &why);
	fill(w);
}

struct own_watch *
own_watch_start(struct loop *l, struct inspect *in,
		const struct evidence_options *options)
{
	struct own_watch *w = heap_new(sizeof(*w));

	w->loop = l;
	w->inspect = in;
	w->data = options->data;
	w->rest = options->rest_ms ? options->rest_ms : REST;
	for (size_t i = 0; i < SLOTS; i++) {
		w->slots[i].w = w;
		w->slots[i].fd = -1;
		w->slots[i].answer = (struct buf)BUF(ANSWER_MAX);
	}
	w->turn = loop_timer_new(l, turn, w);
	loop_timer_set(w->turn, 0, false);
	return w;
}

void
own_watch_stop(struct own_watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		empty(&w->slots[i]);
		buf_free(&w->slots[i].answer);
	}
	loop_timer_free(w->turn);
	heap_free(w);
}
