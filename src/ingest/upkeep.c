/* upkeep.c - what the writer looks after by itself: the bin, when somebody
 * registered a domain without asking it to claim, and old spool positions. */
#include "ingest/server.h"

#include "log/log.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum {
	/* Milliseconds: who registers a domain asks for its reports first. */
	CLAIM_AFTER = 10000,
	CLAIM_AGAIN = 60000 /* after trouble */
};

void
upkeep_begin(struct server *s)
{
	s->claim_stamp = owners_stamp(s->owners);
	s->claim_due = true;
}

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
