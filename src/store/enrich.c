/* Who is behind an address and where it is: worked out after import, for the
 * addresses about which something new may be known. */
#include "store/writer.h"

#include <string.h>

enum {
	CHUNK = 20000, /* addresses of one transaction */
	TEXT_MAX = 256,
	DOMAINS_MAX = 1 << 20
};

/* An address as the table has it. */
struct known {
	int64_t id, evidence, source, asn;
	struct netaddr ip;
	char country[3];
	uint16_t profile;    /* index in `slugs` + 1, 0 none */
	size_t host, host_n; /* in `hosts` */
};

/* Days that one domain has to fold again. */
struct range {
	int64_t domain, first, last;
};

struct work {
	struct store *s;
	int64_t owner, stamp;
	bool everybody; /* not only the new ones */
	bool early;     /* days were folded before all had a name */
	int64_t after;
	struct known *chunk;
	size_t count;
	struct buf slugs; /* NUL-terminated, one behind the other */
	struct buf hosts; /* of the chunk */
	struct map *slug_at, *range_at;
	struct range *range;
	size_t range_count, range_room;
};

/* ---- reading ---- */

static uint16_t
remember_slug(struct work *w, struct str slug)
{
	uint64_t at;

	if (slug.n == 0 || slug.n >= TEXT_MAX)
		return 0;
	if (map_get(w->slug_at, slug, &at))
		return (uint16_t)at;
	at = w->slugs.n + 1;
	if (at > UINT16_MAX || !buf_add(&w->slugs, slug) ||
	    !buf_addc(&w->slugs, '\0'))
		return 0;
	map_put(w->slug_at, slug, at);
	return (uint16_t)at;
}

static struct str
slug_of(const struct work *w, const struct known *k)
{
	if (k->profile == 0)
		return S("");
	return str_of(w->slugs.p + k->profile - 1);
}

static void
read_known(struct work *w, struct db_statement *st)
{
	struct known *k = &w->chunk[w->count++];
	struct str ip = db_blob(st, 1), country = db_text(st, 5);
	struct str host = db_text(st, 7);

	*k = (struct known){ .id = db_i64(st, 0),
			     .evidence = db_i64(st, 2),
			     .profile = remember_slug(w, db_text(st, 3)),
			     .source = db_i64(st, 4),
			     .asn = db_i64(st, 6),
			     .host = w->hosts.n };
	if (buf_add(&w->hosts, host))
		k->host_n = host.n;
	if (ip.n == sizeof(k->ip.b))
		memcpy(k->ip.b, ip.p, ip.n);
	if (country.n == 2)
		memcpy(k->country, country.p, 2);
}

static enum err
read_chunk(struct work *w, struct diag *why)
{
	const int64_t values[4] = { w->owner, CHUNK, w->after, w->stamp };
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(
		w->s, w->everybody ? SQL_ENRICH_ALL : SQL_ENRICH_NEW, &st, why);

	w->count = 0;
	buf_clear(&w->hosts);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, w->everybody ? 4 : 2);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			read_known(w, st);
	}
	if (w->count > 0)
		w->after = w->chunk[w->count - 1].id;
	return e;
}

/* ---- what changed ---- */

static void
widen(struct work *w, int64_t domain, int64_t first, int64_t last)
{
	struct str key = { (const char *)&domain, sizeof(domain) };
	struct range *r;
	uint64_t at;

	if (map_get(w->range_at, key, &at)) {
		r = &w->range[at];
		r->first = first < r->first ? first : r->first;
		r->last = last > r->last ? last : r->last;
		return;
	}
	if (w->range_count >= w->range_room) {
		w->range_room = w->range_room == 0 ? 64 : w->range_room * 2;
		w->range =
			heap_grow(w->range, w->range_room, sizeof(*w->range));
	}
	map_put(w->range_at, key, w->range_count);
	w->range[w->range_count++] = (struct range){ domain, first, last };
}

static enum err
note_spans(struct work *w, int64_t endpoint, struct diag *why)
{
	struct db_statement *st;
	bool row = true;
	enum err e = store_kept(w->s, SQL_SPANS_OF, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, endpoint);
	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			widen(w, db_i64(st, 0), db_i64(st, 1), db_i64(st, 2));
	}
	return e;
}

static enum err
mark_ranges(struct work *w, struct diag *why)
{
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < w->range_count; i++)
		e = store_stale_range(w->s, w->owner, w->range[i].domain,
				      w->range[i].first, w->range[i].last, why);
	w->range_count = 0;
	map_clear(w->range_at);
	return e;
}

/* ---- one address ---- */

static enum err
update(struct work *w, const struct known *k, const struct store_placed *p,
       struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(w->s, SQL_ENDPOINT_PLACE, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, k->id);
	store_bind_placed(st, 2, p);
	return db_do(st, why);
}

static enum err
enrich_one(struct work *w, const struct known *k, struct diag *why)
{
	const struct store_endpoint seen = {
		.id = k->id,
		.ip = k->ip,
		.evidence = (enum sender_evidence)k->evidence,
		.profile = slug_of(w, k),
		.host = str_sub(buf_str(&w->hosts), k->host, k->host_n),
	};
	struct store_placed p;
	enum err e = store_place(w->s, w->owner, &seen, &p, why);

	if (e == ERR_NONE)
		e = update(w, k, &p, why);
	/* The days of what never had a name wait to be folded anyway, unless
	 * that was done too early. */
	if (e == ERR_NONE && (k->source != 0 || w->early) &&
	    (p.source != k->source || p.asn != k->asn ||
	     strcmp(p.country, k->country) != 0))
		e = note_spans(w, k->id, why);
	return e;
}

/* ---- the call ---- */

static enum err
learn_stamp(struct work *w, struct diag *why)
{
	struct db_statement *st;
	bool row = false;
	enum err e = store_placing_stamp(w->s, &w->stamp, why);

	if (e == ERR_NONE)
		e = store_kept(w->s, SQL_ENRICHED_GET, &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, w->owner);
	e = db_step(st, &row, why);
	if (e == ERR_NONE)
		w->everybody = !row || db_i64(st, 0) != w->stamp;
	if (e == ERR_NONE)
		w->early = row && db_i64(st, 1) != 0;
	db_reset(st);
	return e;
}

static enum err
one_chunk(struct work *w, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_begin(w->s, why);

	if (e != ERR_NONE)
		return e;
	e = learn_stamp(w, &own);
	if (e == ERR_NONE)
		e = read_chunk(w, &own);
	for (size_t i = 0; e == ERR_NONE && i < w->count; i++)
		e = enrich_one(w, &w->chunk[i], &own);
	if (e == ERR_NONE)
		e = mark_ranges(w, &own);
	if (e == ERR_NONE && w->count < CHUNK) {
		const int64_t values[2] = { w->owner, w->stamp };

		e = store_do(w->s, SQL_ENRICHED_SET, values, 2, &own);
	}
	(void)store_guard(w->s, e, &own);
	return store_commit(w->s, why);
}

enum err
store_enrich(struct store *s, int64_t owner, struct str stamp,
	     void (*look)(void *ctx, const struct store_endpoint *e,
			  struct store_place *place),
	     void *ctx, struct diag *why)
{
	struct work w = { .s = s,
			  .owner = owner,
			  .slugs = BUF(UINT16_MAX),
			  .hosts = BUF((size_t)CHUNK * TEXT_MAX) };
	enum err e;

	store_place_with(s, stamp, look, ctx);
	w.chunk = heap_new(CHUNK * sizeof(*w.chunk));
	w.slug_at = map_new(UINT16_MAX);
	w.range_at = map_new(DOMAINS_MAX);
	do {
		e = one_chunk(&w, why);
	} while (e == ERR_NONE && w.count == CHUNK);
	store_place_with(s, S(""), NULL, NULL);
	map_free(w.range_at);
	map_free(w.slug_at);
	buf_free(&w.slugs);
	buf_free(&w.hosts);
	heap_free(w.range);
	heap_free(w.chunk);
	return e;
}
