/* Which addresses the SPF record of a domain lets send: when to look, what
 * was found, and which days that changes. */
#include "store/writer.h"

#include <string.h>

enum { DOUBLINGS = 6 };

_Static_assert(STORE_OWN_RETRY << DOUBLINGS == STORE_OWN_RETRY_MAX,
	       "how often the time doubles");
_Static_assert(sizeof(struct sender_range) == 2 * NETADDR_BYTES,
	       "ranges are kept as they are");

static const char *const words[STORE_OWN_STATES] = {
	[STORE_OWN_FOUND] = "found",
	[STORE_OWN_NONE] = "none",
	[STORE_OWN_GONE] = "gone",
	[STORE_OWN_FAILED] = "failed",
};

const char *
store_own_word(enum store_own_state state)
{
	return words[state];
}

bool
store_own_parse(struct str word, enum store_own_state *out)
{
	for (int i = 0; i < STORE_OWN_STATES; i++)
		if (str_eq(word, str_of(words[i]))) {
			*out = (enum store_own_state)i;
			return true;
		}
	return false;
}

enum err
store_own_each(struct store *s, int64_t owner,
	       void (*each)(void *ctx, const struct store_own_due *), void *ctx,
	       struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT n.text, o.next FROM own_spf AS o"
				  " JOIN name AS n ON n.id = o.domain"
				  " WHERE o.owner = ?1"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row)
		each(ctx,
		     &(struct store_own_due){ db_text(st, 0), db_i64(st, 1) });
	return e;
}

/* ---- ranges ---- */

void
store_ranges_free(struct store_ranges *r)
{
	heap_free(r->range);
	*r = (struct store_ranges){ 0 };
}

static void
take_ranges(struct store_ranges *out, struct str bytes)
{
	store_ranges_free(out);
	out->n = bytes.n / sizeof(*out->range);
	if (out->n == 0)
		return;
	out->range = heap_new(out->n * sizeof(*out->range));
	memcpy(out->range, bytes.p, out->n * sizeof(*out->range));
}

enum err
store_ranges_load(struct store *s, int64_t owner, int64_t domain,
		  struct store_ranges *out, struct diag *why)
{
	const int64_t values[2] = { owner, domain };
	struct db_statement *st;
	bool row = false;
	enum err e = store_kept(s, SQL_OWN_GET, &st, why);

	store_ranges_free(out);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 2);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row) {
		take_ranges(out, db_blob(st, 1));
		out->failed = db_i64(st, 0);
	}
	db_reset(st);
	return e;
}

bool
store_ranges_have(const struct store_ranges *r, struct str ip)
{
	struct netaddr a;

	if (r->n == 0 || ip.n != sizeof(a.b))
		return false;
	memcpy(a.b, ip.p, sizeof(a.b));
	return sender_ranges_have(r->range, r->n, &a);
}

/* ---- what was found ---- */

struct change {
	struct store *s;
	int64_t owner, domain;
	struct store_ranges was, is;
	int64_t first, last; /* days; none while first > last */
};

/* An address that is in the record no more; what came in is found when its
 * days are folded. */
static enum err
flip(struct change *c, struct db_statement *st, struct diag *why)
{
	struct str ip = db_blob(st, 1);
	const int64_t values[2] = { c->domain, db_i64(st, 0) };
	bool was = store_ranges_have(&c->was, ip);

	if (was == store_ranges_have(&c->is, ip))
		return ERR_NONE;
	if (db_i64(st, 2) < c->first)
		c->first = db_i64(st, 2);
	if (db_i64(st, 3) > c->last)
		c->last = db_i64(st, 3);
	return was ? store_do(c->s, SQL_OWN_ADDRESS_DROP, values, 2, why)
		   : ERR_NONE;
}

static enum err
flip_all(struct change *c, struct diag *why)
{
	const int64_t values[2] = { c->owner, c->domain };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		c->s->db,
		S("SELECT e.id, e.ip, p.first_day, p.last_day"
		  " FROM endpoint_span AS p JOIN endpoint AS e"
		  " ON e.id = p.endpoint WHERE e.owner = ?1 AND p.domain = ?2"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 2);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		e = flip(c, st, why);
		if (e != ERR_NONE)
			return e;
	}
	if (e != ERR_NONE || c->first > c->last)
		return e;
	return store_stale_range(c->s, c->owner, c->domain, c->first, c->last,
				 why);
}

static bool
is_same(const struct store_ranges *a, const struct store_ranges *b)
{
	return a->n == b->n &&
	       (a->n == 0 ||
		memcmp(a->range, b->range, a->n * sizeof(*a->range)) == 0);
}

/* Well mixed: neighbours in number and time are none in the result. */
static int64_t
jitter_of(int64_t domain, int64_t now)
{
	uint64_t x =
		(uint64_t)domain * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)now;

	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	return (int64_t)(x % STORE_OWN_JITTER);
}

static int64_t
next_look(const struct store_own *own, int64_t domain, int64_t failed)
{
	int64_t doublings = failed < DOUBLINGS ? failed : DOUBLINGS;

	switch (own->state) {
	case STORE_OWN_FAILED:
		return own->now + ((int64_t)STORE_OWN_RETRY << doublings);
	case STORE_OWN_GONE:
		return own->now + STORE_OWN_GONE_AGAIN -
		       jitter_of(domain, own->now);
	default:
		return own->now + STORE_OWN_AGAIN - jitter_of(domain, own->now);
	}
}

static enum err
put(struct change *c, const struct store_own *own, struct diag *why)
{
	bool known = own->state != STORE_OWN_FAILED;
	const struct store_ranges *keep = known ? &c->is : &c->was;
	struct db_statement *st;
	enum err e = ERR_NONE;

	if (known && !is_same(&c->was, &c->is))
		e = flip_all(c, why);
	if (e == ERR_NONE)
		e = store_kept(c->s, SQL_OWN_PUT, &st, why);
	if (e != ERR_NONE)
		return e;

	const int64_t values[6] = { c->owner,
				    c->domain,
				    (int64_t)own->state,
				    own->now,
				    next_look(own, c->domain, c->was.failed),
				    known ? 0 : c->was.failed + 1 };

	store_bind(st, 1, values, 6);
	db_bind_blob(st, 7,
		     (struct str){ keep->n ? (const char *)keep->range : "",
				   keep->n * sizeof(*keep->range) });
	return db_do(st, why);
}

static void
take_own(struct store_ranges *out, const struct store_own *own)
{
	size_t n =
		own->n < STORE_OWN_RANGES_MAX ? own->n : STORE_OWN_RANGES_MAX;

	take_ranges(out, (struct str){ (const char *)own->range,
				       n * sizeof(*own->range) });
}

/* Takes back what failed half-way; `e` and `inner` say why. */
static enum err
finish(struct change *c, enum err e, const struct diag *inner, bool *changed,
       struct diag *why)
{
	store_ranges_free(&c->was);
	store_ranges_free(&c->is);
	(void)store_guard(c->s, e, inner);
	e = store_commit(c->s, why);
	if (changed)
		*changed = e == ERR_NONE && c->first <= c->last;
	return e;
}

enum err
store_own_put(struct store *s, int64_t owner, const struct store_own *own,
	      bool *changed, struct diag *why)
{
	struct change c = {
		.s = s, .owner = owner, .first = INT64_MAX, .last = INT64_MIN
	};
	struct diag inner = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	take_own(&c.is, own);
	e = store_name(s, own->domain, &c.domain, &inner);
	if (e == ERR_NONE)
		e = store_ranges_load(s, owner, c.domain, &c.was, &inner);
	if (e == ERR_NONE)
		e = put(&c, own, &inner);
	return finish(&c, e, &inner, changed, why);
}

enum err
store_own_drop(struct store *s, int64_t owner, struct str domain, bool *changed,
	       struct diag *why)
{
	struct change c = {
		.s = s, .owner = owner, .first = INT64_MAX, .last = INT64_MIN
	};
	struct diag inner = { 0 };
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	e = store_name(s, domain, &c.domain, &inner);
	if (e == ERR_NONE)
		e = store_ranges_load(s, owner, c.domain, &c.was, &inner);
	if (e == ERR_NONE)
		e = flip_all(&c, &inner);
	if (e == ERR_NONE) {
		const int64_t values[2] = { owner, c.domain };

		e = store_do(s, SQL_DOMAIN_OWN, values, 2, &inner);
	}
	return finish(&c, e, &inner, changed, why);
}
