/* pass.c - many addresses, some at once, and not too many a second. */
#include "evidence/evidence.h"

#include "os/os.h"

enum {
	TICK = 20, /* milliseconds */
	SECOND = 1000,
	FACTS_ROOM = 256 << 10 /* of one address */
};

struct look {
	struct evidence_pass *pass;
	struct facts *facts;
	struct store_host host;
	bool busy;
};

struct evidence_pass {
	struct inspect *inspect;
	struct evidence_work work;
	size_t begun, ended;
	struct loop_timer *tick;
	int64_t rate, allowance, last; /* thousandths of an address; ticks */
	unsigned at_once;
	struct look *looks; /* at_once of them */
};

static bool
judge(void *ctx)
{
	struct look *k = ctx;

	return evidence_name(k->facts, &k->host);
}

static void
looked(void *ctx, bool complete)
{
	struct look *k = ctx;
	struct evidence_pass *p = k->pass;

	if (!complete)
		k->host = (struct store_host){ .ip = k->host.ip,
					       .state = STORE_HOST_FAILED };
	p->ended++;
	p->work.found(p->work.ctx, &k->host);
	facts_free(k->facts);
	k->facts = NULL;
	k->busy = false;
}

static void
begin(struct evidence_pass *p, struct look *k)
{
	k->pass = p;
	k->busy = true;
	k->host = (struct store_host){ .ip = p->work.ips[p->begun++] };
	k->facts = facts_new(FACTS_ROOM, os_now());
	inspect_run(p->inspect, k->facts, judge, looked, k);
}

/* What was not used is not saved up for longer than a tenth of a second. */
static void
allow(struct evidence_pass *p)
{
	int64_t now = os_ticks();
	int64_t most = p->rate * SECOND / 10;

	p->allowance += p->rate * (now - p->last);
	p->last = now;
	if (most < SECOND)
		most = SECOND;
	if (p->allowance > most)
		p->allowance = most;
}

static void
tick(void *ctx)
{
	struct evidence_pass *p = ctx;

	allow(p);
	for (unsigned i = 0; i < p->at_once; i++) {
		if (p->begun == p->work.count || p->allowance < SECOND)
			break;
		if (p->looks[i].busy)
			continue;
		p->allowance -= SECOND;
		begin(p, &p->looks[i]);
	}
	if (p->ended < p->work.count)
		return;
	loop_timer_set(p->tick, -1, false);
	p->work.done(p->work.ctx);
}

struct evidence_pass *
evidence_pass_new(struct loop *l, struct inspect *in,
		  const struct evidence_work *work)
{
	const struct evidence_speed *speed = &work->speed;
	struct evidence_pass *p = heap_new(sizeof(*p));

	p->inspect = in;
	p->work = *work;
	p->rate = speed->rate ? speed->rate : EVIDENCE_RATE;
	p->at_once = speed->at_once ? speed->at_once : EVIDENCE_AT_ONCE;
	p->looks = heap_new(p->at_once * sizeof(*p->looks));
	p->last = os_ticks();
	p->tick = loop_timer_new(l, tick, p);
	loop_timer_set(p->tick, TICK, true);
	return p;
}

void
evidence_pass_free(struct evidence_pass *p)
{
	if (!p)
		return;
	loop_timer_free(p->tick);
	for (unsigned i = 0; i < p->at_once; i++)
		facts_free(p->looks[i].facts);
	heap_free(p->looks);
	heap_free(p);
}
