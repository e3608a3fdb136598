/* ways.c - the common way through an API: find the zone, hold what the
 * provider has against the plan, write, and take back what cannot be whole. */
#include "publish/http.h"

static enum err
hold(struct publish_http *h, const struct publish_ways *w,
     struct publish_values *was, struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < p->n; i++) {
		const struct dnsplan_change *c = &p->at[i];

		was[i] = (struct publish_values){ 0 };
		err = w->get(h, c, &was[i], why);
		if (err != ERR_NONE)
			break;
		if (was[i].n != c->now_n)
			return publish_is_changed(c, "", why);
		for (size_t k = 0; k < was[i].n; k++)
			if (!publish_has(c->now, c->now_n, was[i].value[k]))
				return publish_is_changed(c, "", why);
	}
	return err;
}

/* ---- one after another ---- */

static struct dnsplan_change
turned(const struct dnsplan_change *c)
{
	struct dnsplan_change out = *c;

	out.now = c->after;
	out.now_n = c->after_n;
	out.now_ttl = c->after_ttl;
	out.after = c->now;
	out.after_n = c->now_n;
	out.after_ttl = c->now_ttl;
	return out;
}

/* What was written is taken back; the first failure stays the reason. */
static enum err
take_back(struct publish_http *h, const struct publish_ways *w,
	  const size_t *done, size_t n, enum err err, struct diag *why)
{
	struct diag own = { 0 };

	while (n-- > 0) {
		const struct dnsplan_change back =
			turned(&h->t->plan->at[done[n]]);
		struct publish_values is = { 0 };

		if (w->get(h, &back, &is, &own) == ERR_NONE &&
		    w->one(h, &back, &is, &own) == ERR_NONE)
			continue;
		diag_clear(why);
		return diag_set(why, ERR_IO, "publish.incomplete", 0, "%.*s %s",
				STR_ARG(back.name),
				records_type_name(back.type));
	}
	return err;
}

static enum err
write_each(struct publish_http *h, const struct publish_ways *w,
	   const struct publish_values *was, struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	size_t done[DNSPLAN_CHANGES_MAX], n = 0;

	/* What makes room goes first. */
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < p->n; i++) {
			const struct dnsplan_change *c = &p->at[i];
			enum err err;

			if (c->what == DNSPLAN_KEEP ||
			    (turn == 0) != (c->after_n == 0))
				continue;
			done[n++] = i;
			err = w->one(h, c, &was[i], why);
			if (err != ERR_NONE)
				return take_back(h, w, done, n, err, why);
		}
	return ERR_NONE;
}

enum err
publish_by(struct publish_task *t, const struct publish_ways *ways,
	   struct diag *why)
{
	struct publish_values *was =
		arena_array(t->mem, DNSPLAN_CHANGES_MAX, sizeof(*was));
	struct publish_http h;
	enum err err;

	if (!was)
		return diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%s",
				"");
	err = publish_http_open(&h, t, ways->url, ways->header, why);
	if (err == ERR_NONE)
		err = ways->open(&h, why);
	if (err == ERR_NONE)
		err = hold(&h, ways, was, why);
	if (err == ERR_NONE)
		err = ways->all ? ways->all(&h, was, why)
				: write_each(&h, ways, was, why);
	publish_http_close(&h);
	/* Nothing of ours is merely gone: it was refused. */
	return err == ERR_GONE ? ERR_SYNTAX : err;
}
