/* step.c - what is next for the policy of a domain (RFC 8461 sections 8.1 and
 * 8.3): body, own look, id, in this order; at the end the wait for caches. */
#include "hosting/private.h"

bool
hosting_may_order(const struct control_hosted *h, int64_t now)
{
	return control_hosted_good(h, now) &&
	       stsmode_mode(h->mode) != MTASTS_NO_MODE;
}

/* Every pattern that was added by hand is in the policy. */
static bool
has_more(struct str mx, struct str more)
{
	struct str pattern, rest, line;

	while (str_split(&more, '\n', &pattern)) {
		bool found = pattern.n == 0;

		rest = mx;
		while (!found && str_split(&rest, '\n', &line))
			found = str_eq(line, pattern);
		if (!found)
			return false;
	}
	return true;
}

/* Whether the newest version is what the mode asks for. A mode that was set
 * again asks for the mail servers of now. */
static bool
is_current(const struct hosting_row *row)
{
	const struct control_version *v = &row->newest;
	const struct control_hosted *h = &row->is;
	enum mtasts_mode mode = stsmode_mode(h->mode);

	if (v->id == 0 || !str_eq(v->mode, str_of(mtasts_mode_name(mode))) ||
	    v->max_age != stsmode_max_age(h->mode))
		return false;
	return mode == MTASTS_OFF ||
	       (v->made_at >= h->mode_since && has_more(v->mx, h->mx_more));
}

static enum hosting_step
on_the_way(const struct hosting_row *row)
{
	const struct control_version *v = &row->newest;

	if (v->placed_at == 0)
		return HOSTING_PLACE;
	if (v->served_at == 0)
		return row->has_cert ? HOSTING_LOOK : HOSTING_WAIT_CERT;
	return v->announced_at == 0 ? HOSTING_ANNOUNCE : HOSTING_REST;
}

enum hosting_step
hosting_next(const struct hosting_row *row, int64_t over, int64_t now)
{
	const struct control_hosted *h = &row->is;
	enum hosting_step step;

	if (h->proven_at == 0 || stsmode_mode(h->mode) == MTASTS_NO_MODE)
		return HOSTING_REST;
	if (h->mode == STSMODE_NONE && row->newest.id == 0 && over <= now)
		return HOSTING_OVER; /* there never was a policy */
	if (!is_current(row))
		return HOSTING_MAKE;
	step = on_the_way(row);
	if (h->mode != STSMODE_NONE || step == HOSTING_PLACE)
		return step;
	/* Caches run out whether or not the last word could be said. */
	if (over <= now)
		return HOSTING_OVER;
	return step == HOSTING_REST ? HOSTING_WAIT_OVER : step;
}
