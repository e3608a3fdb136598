/* Names of addresses: which are to be looked up, and what was found. */
#include "store/writer.h"

#include "dnsname/dnsname.h"

#include <string.h>

enum {
	FEW = 500, /* so many are asked for in any order */
	NAME_ROOM = 4096,
	DOUBLINGS = 7
};

_Static_assert(STORE_HOST_RETRY << DOUBLINGS == STORE_HOST_RETRY_MAX,
	       "how often the time doubles");

/* ---- who is due ---- */

struct due {
	struct store *s;
	const struct store_due *who;
	void (*each)(void *ctx, const struct netaddr *ip);
	void *ctx;
	struct diag *why;
};

static enum err
list(const struct due *d, const char *sql)
{
	const int64_t values[3] = { d->who->owner, d->who->now,
				    (int64_t)d->who->limit };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(d->s->db, str_of(sql), &st, d->why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 3);
	while ((e = db_step(st, &row, d->why)) == ERR_NONE && row) {
		struct str bytes = db_blob(st, 0);
		struct netaddr ip;

		if (bytes.n != sizeof(ip.b))
			continue;
		memcpy(ip.b, bytes.p, sizeof(ip.b));
		d->each(d->ctx, &ip);
	}
	return e;
}

static enum err
count(const struct due *d, int64_t *out)
{
	const int64_t values[3] = { d->who->owner, d->who->now, FEW + 1 };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(d->s->db,
				S("SELECT count(*) FROM (SELECT 1 FROM endpoint"
				  " WHERE owner=?1 AND host_next<=?2"
				  " LIMIT ?3)"),
				&st, d->why);

	*out = 0;
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 3);
	e = db_step(st, &row, d->why);
	if (e == ERR_NONE && row)
		*out = db_i64(st, 0);
	return e;
}

/* The last week of each domain's reports: one seek for each domain, then only
 * what was sent in that week, however much there is of the years before. */
static const char HEAVY[] =
	"WITH RECURSIVE d (domain) AS (SELECT min(domain) FROM rollup"
	" WHERE owner=?1 UNION ALL SELECT (SELECT min(domain) FROM rollup"
	" WHERE owner=?1 AND domain>d.domain) FROM d"
	" WHERE d.domain IS NOT NULL),"
	" late (domain,day) AS (SELECT domain,(SELECT max(day) FROM rollup"
	" WHERE owner=?1 AND domain=d.domain) FROM d"
	" WHERE domain IS NOT NULL),"
	" heavy (id,messages) AS (SELECT r.endpoint,sum(r.messages)"
	" FROM late CROSS JOIN rollup r ON r.owner=?1"
	" AND r.domain=late.domain AND r.day>late.day-7 GROUP BY 1)"
	" SELECT e.ip FROM endpoint e LEFT JOIN heavy h ON h.id=e.id"
	" WHERE e.owner=?1 AND e.host_next<=?2"
	" ORDER BY h.messages DESC,e.id DESC LIMIT ?3";

enum err
store_hosts_due(struct store *s, const struct store_due *who,
		void (*each)(void *ctx, const struct netaddr *ip), void *ctx,
		struct diag *why)
{
	const struct due d = { s, who, each, ctx, why };
	int64_t waiting = 0;
	enum err e = count(&d, &waiting);

	if (e != ERR_NONE || waiting == 0)
		return e;
	if (waiting <= FEW && (uint64_t)waiting <= who->limit)
		return list(&d, "SELECT ip FROM endpoint WHERE owner=?1"
				" AND host_next<=?2 LIMIT ?3");
	return list(&d, HEAVY);
}

/* ---- what was found ---- */

/* What is known of an address. */
struct known {
	int64_t id, state, ptr, next, failed;
};

static enum err
get(struct store *s, int64_t owner, const struct netaddr *ip, struct known *out,
    bool *found, struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, SQL_HOST_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_blob(st, 2, (struct str){ (const char *)ip->b, sizeof(ip->b) });
	e = db_step(st, found, why);
	if (e == ERR_NONE && *found)
		*out = (struct known){ .id = db_i64(st, 0),
				       .state = db_i64(st, 1),
				       .ptr = db_i64(st, 2),
				       .failed = db_i64(st, 3) };
	db_reset(st);
	return e;
}

/* What is no host name is no name of a host. */
static enum err
name_of(struct store *s, const struct store_host *h, int64_t *out,
	struct diag *why)
{
	SCOPED_ARENA mem = arena_new(NAME_ROOM);
	struct str folded;

	*out = 0;
	if (h->state == STORE_HOST_NONE || !dnsname_fold(h->name, mem, &folded))
		return ERR_NONE;
	return store_name(s, folded, out, why);
}

/* The name that counts as evidence. */
static int64_t
confirmed(const struct known *k)
{
	return k->state == STORE_HOST_CONFIRMED ? k->ptr : 0;
}

static void
note_failure(struct known *k, int64_t name, int64_t now)
{
	int64_t doublings = k->failed < DOUBLINGS ? k->failed : DOUBLINGS;

	if (k->state == STORE_HOST_UNASKED || k->state == STORE_HOST_FAILED) {
		k->state =
			name != 0 ? STORE_HOST_UNCONFIRMED : STORE_HOST_FAILED;
		k->ptr = name;
	}
	k->failed++;
	k->next = now + ((int64_t)STORE_HOST_RETRY << doublings);
}

static enum err
put(struct store *s, const struct store_hosts *all, const struct store_host *h,
    bool *renamed, struct diag *why)
{
	struct known k = { 0 };
	bool found = false;
	int64_t name = 0, before;
	enum err e = get(s, all->owner, &h->ip, &k, &found, why);

	if (e != ERR_NONE || !found)
		return e;
	e = name_of(s, h, &name, why);
	if (e != ERR_NONE)
		return e;
	before = confirmed(&k);
	if (h->state == STORE_HOST_FAILED) {
		note_failure(&k, name, all->now);
	} else {
		k.state = name != 0 ? (int64_t)h->state : STORE_HOST_NONE;
		k.ptr = name;
		k.failed = 0;
		k.next = all->now + STORE_HOST_AGAIN;
	}
	*renamed |= confirmed(&k) != before;

	const int64_t values[7] = { k.id,
				    k.state,
				    k.ptr,
				    all->now,
				    k.next,
				    k.failed,
				    confirmed(&k) != before };

	return store_do(s, SQL_HOST_PUT, values, 7, why);
}

enum err
store_hosts_put(struct store *s, const struct store_hosts *hosts, bool *renamed,
		struct diag *why)
{
	struct diag own = { 0 };
	bool changed = false;
	enum err e = store_begin(s, why);

	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; e == ERR_NONE && i < hosts->n; i++)
		e = put(s, hosts, &hosts->at[i], &changed, &own);
	(void)store_guard(s, e, &own);
	e = store_commit(s, why);
	if (renamed)
		*renamed = e == ERR_NONE && changed;
	return e;
}
