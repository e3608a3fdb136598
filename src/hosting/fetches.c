/* fetches.c - who fetched which policy: from the policy host's log into the
 * store, counted by sender and day. */
#include "hosting/private.h"
#include "log/log.h"
#include "policyhost/policyhost.h"

enum { AT_ONCE = 1000, SENDER_MAX = 80 };

/* A sender is named by what it says it is, else by its network. */
static void
name_sender(const struct policyhost_fetch *f, struct buf *out)
{
	const struct netaddr_net net = netaddr_neighbourhood(&f->client);

	if (f->agent.n > 0)
		buf_add(out, str_sub(f->agent, 0, SENDER_MAX));
	else
		netaddr_print_net(&net, out);
}

struct taking {
	struct hosting *h;
	struct diag why;
	enum err err;
};

static bool
take(void *ctx, const struct policyhost_fetch *f)
{
	struct taking *t = ctx;
	SCOPED_BUF sender = BUF(2 * SENDER_MAX);
	struct control_fetches one = { .day = civil_day(f->time),
				       .n = 1,
				       .first = f->time,
				       .last = f->time };

	/* What is asked for without being there says nothing of senders, nor
	 * do our own looks. */
	if (f->status != 200 || str_eq(f->agent, S("Waxseal")))
		return true;
	name_sender(f, &sender);
	one.sender = buf_str(&sender);
	t->err = control_fetches_add(t->h->control, f->domain, &one, &t->why);
	return t->err == ERR_NONE;
}

void
hosting_fetches_turn(struct hosting *h)
{
	struct taking t = { .h = h };
	struct policyhost_place place = { 0 };
	struct diag why = { 0 };
	enum err err =
		control_place_get(h->control, &place.file, &place.offset, &why);
	uint64_t before = place.offset, file = place.file;

	if (err == ERR_NONE)
		err = policyhost_log_read(h->o.data, &place, AT_ONCE, take, &t,
					  &why);
	if (err == ERR_NONE && (place.offset != before || place.file != file))
		err = control_place_put(h->control, place.file, place.offset,
					&why);
	if (err != ERR_NONE && err != ERR_GONE)
		log_warn("fetches_failed", &why);
	if (t.err != ERR_NONE)
		log_warn("fetches_failed", &t.why);
}
