/* upkeep.c - what the writer looks after by itself: the bin, when somebody
 * registered a domain without asking it to claim, domains that left, and old
 * spool positions. */
#include "ingest/server.h"

#include "log/log.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum {
	/* Milliseconds: who registers a domain asks for its reports first. */
	CLAIM_AFTER = 10000,
	CLAIM_AGAIN = 60000, /* after trouble */
	LEAVING_MAX = 100000 /* domains in one go */
};

static void
claim(struct server *s)
{
	struct ingest_totals totals = { 0 };
	struct diag why = { 0 };
	enum err err;

	s->claim_due = false;
	s->working = "claim";
	err = work_claim_registered(s, &totals, &why);
	s->working = NULL;
	if (err == ERR_STOP)
		return;
	if (err != ERR_NONE) {
		log_warn("claiming failed", &why);
		s->claim_due = true;
		s->claim_from = os_ticks() + CLAIM_AGAIN;
	} else if (totals.imported > 0) {
		log_event(LOG_INFO, "claimed", NULL,
			  LOG_PAIRS(log_number("reports",
					       (int64_t)totals.imported)));
	}
}

/* ---- domains that left ---- */

struct leaving {
	struct server *s;
	struct map *names; /* whose SPF record is kept for nothing */
	enum err err;
	struct diag why;
};

static void
note_left(void *ctx, const struct store_own_due *due)
{
	struct leaving *l = ctx;

	if (!owners_have(l->s->owners, due->domain) &&
	    map_count(l->names) < LEAVING_MAX)
		map_put(l->names, due->domain, 1);
}

static bool
drop_own(void *ctx, struct str domain, uint64_t value)
{
	struct leaving *l = ctx;
	bool changed = false;

	(void)value;
	l->err = store_own_drop(l->s->store, STORE_OWNER_SELF, domain, &changed,
				&l->why);
	l->s->dirty |= changed;
	return l->err == ERR_NONE;
}

/* What is not looked at any more tells nothing of today's mail. */
static void
let_go(struct server *s)
{
	struct leaving l = { .s = s, .names = map_new(LEAVING_MAX) };

	l.err = store_own_each(s->store, STORE_OWNER_SELF, note_left, &l,
			       &l.why);
	if (l.err == ERR_NONE)
		map_each(l.names, drop_own, &l);
	if (l.err != ERR_NONE)
		log_warn("SPF of domains that left stays", &l.why);
	map_free(l.names);
}

void
upkeep_begin(struct server *s)
{
	s->claim_stamp = owners_stamp(s->owners);
	s->claim_due = true;
	let_go(s);
}

void
upkeep_claim(struct server *s)
{
	uint64_t stamp;

	owners_refresh(s->owners);
	stamp = owners_stamp(s->owners);
	if (stamp != s->claim_stamp) {
		s->claim_stamp = stamp;
		s->claim_due = true;
		s->claim_from = os_ticks() + CLAIM_AFTER;
		let_go(s);
	}
	if (s->claim_due && !s->in_trouble && os_ticks() >= s->claim_from)
		claim(s);
}

static bool
is_gone(void *ctx, struct str segment)
{
	const struct server *s = ctx;
	char path[PATH_ROOM];
	int n = snprintf(path, sizeof path, "%s/spool/%.*s", s->options->data,
			 STR_ARG(segment));

	return n > 0 && n < (int)sizeof path && access(path, F_OK) != 0 &&
	       errno == ENOENT;
}

void
upkeep_forget(struct server *s)
{
	struct diag why = { 0 };

	/* Without its directory nothing is known of any segment. */
	if (is_gone(s, S(".")))
		return;
	if (store_spool_forget(s->store, is_gone, s, &why) != ERR_NONE)
		log_warn("spool positions not tidied", &why);
}
