/* Who sends: the sources of a question, with the user's judgement of each and
 * what gave it its name. */
#include "store/query_tally.h"

#include <string.h>

enum { SOURCES_MAX = 1 << 20 };

/* Best evidence of a source: evidence and the number of its proof in one. */
static uint64_t
packed(int64_t evidence, int64_t proof)
{
	if (evidence < 0 || evidence > SENDER_BY_DKIM)
		evidence = 0;
	return (uint64_t)evidence << 56 | ((uint64_t)proof & UINT64_MAX >> 8);
}

struct listing {
	struct store *s;
	int64_t owner, domain; /* of the judgement; 0: all domains */
	struct map *best;      /* source id: packed */
	struct map *inside;    /* source id: whose SPF record has it */
	struct db_statement *source, *proof;
	enum err (*row)(void *ctx, const struct store_source *);
	void *ctx;
	struct diag *why;
};

_Static_assert(SENDER_BY_PTR == 3 && STORE_HOST_CONFIRMED == 3 &&
		       SENDER_BY_SPF_RANGE == 4,
	       "the numbers below");

/* Of all that are asked for the first domain, whatever the address. */
static void
learn_inside(struct listing *l, struct str key, int64_t domain)
{
	uint64_t first = 0;

	if (domain == 0)
		return;
	if (!map_get(l->inside, key, &first) || (uint64_t)domain < first)
		map_put(l->inside, key, (uint64_t)domain);
}

/* One pass over the addresses, instead of an index that every import would
 * have to keep. */
static enum err
learn_evidence(struct listing *l)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(l->s->db,
				S("SELECT source,iif(h,3,evidence),"
				  "iif(h,ptr,proof),w FROM (SELECT *,"
				  "evidence<3 AND host=3 AS h,iif(evidence<4,"
				  "(SELECT min(domain) FROM own_address"
				  " WHERE endpoint=endpoint.id"
				  " AND (?2=0 OR domain=?2)),0) AS w"
				  " FROM endpoint"
				  " WHERE owner=?1 AND source<>0)"),
				&st, l->why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, l->owner);
	db_bind_i64(st, 2, l->domain);
	while ((e = db_step(st, &row, l->why)) == ERR_NONE && row) {
		int64_t id = db_i64(st, 0);
		struct str key = { (const char *)&id, sizeof(id) };
		uint64_t found = packed(db_i64(st, 1), db_i64(st, 2));
		uint64_t best = 0;

		if (!map_get(l->best, key, &best) || found > best)
			map_put(l->best, key, found);
		learn_inside(l, key, db_i64(st, 3));
	}
	return e;
}

/* A customer's SPF record has the addresses of the services it includes; whose
 * they are is known better. */
static uint64_t
best_of(const struct listing *l, int64_t id, int64_t kind, struct str slug)
{
	struct str key = { (const char *)&id, sizeof(id) };
	uint64_t best = 0, domain = 0;

	if (!map_get(l->best, key, &best) || best >> 56 == 0)
		best = packed(kind, 0);
	if (best >> 56 < SENDER_BY_SPF_RANGE && !sender_by_slug(slug) &&
	    map_get(l->inside, key, &domain))
		best = packed(SENDER_BY_SPF_RANGE, (int64_t)domain);
	return best;
}

/* "dkim:amazonses.com", or the kind of evidence alone. */
static enum err
put_evidence(struct listing *l, uint64_t best, struct buf *out)
{
	bool row = false;
	enum err e;

	buf_addz(out, sender_evidence_name((enum sender_evidence)(best >> 56)));
	db_reset(l->proof);
	db_bind_i64(l->proof, 1, (int64_t)(best & UINT64_MAX >> 8));
	e = db_step(l->proof, &row, l->why);
	if (e == ERR_NONE && row && db_text(l->proof, 0).n > 0) {
		buf_addc(out, ':');
		buf_add(out, db_text(l->proof, 0));
	}
	return e;
}

static const char *
kind_word(int64_t evidence)
{
	if (evidence == SENDER_BY_NETWORK)
		return "network";
	return evidence == SENDER_BY_AS_NAME ? "as" : "service";
}

static enum err
give(void *ctx, const struct store_answer_row *answer)
{
	struct listing *l = ctx;
	SCOPED_BUF evidence = BUF(4096);
	struct store_source out = { .slug = answer->key,
				    .label = answer->label };
	bool row = false;
	enum err e;

	memcpy(out.m, answer->m, sizeof(out.m));
	memcpy(out.known, answer->known, sizeof(out.known));
	db_reset(l->source);
	db_bind_i64(l->source, 1, l->owner);
	db_bind_text(l->source, 2, answer->key);
	db_bind_i64(l->source, 3, l->domain);
	e = db_step(l->source, &row, l->why);
	if (e == ERR_NONE && row) {
		e = put_evidence(l,
				 best_of(l, db_i64(l->source, 0),
					 db_i64(l->source, 1), answer->key),
				 &evidence);
		out.kind = str_of(kind_word(db_i64(l->source, 1)));
		out.triage = (enum sender_triage)db_i64(l->source, 2);
		out.note = db_text(l->source, 3);
		out.triage_domain = db_text(l->source, 4);
		out.evidence = buf_str(&evidence);
	}
	return e == ERR_NONE ? l->row(l->ctx, &out) : e;
}

/* The domain whose judgement is shown: the only one asked for. */
static enum err
find_domain(struct listing *l, const struct store_query *q)
{
	SCOPED_ARENA mem = arena_new(4096);
	SCOPED_STATEMENT st = NULL;
	const struct store_filter *only = NULL;
	struct str text;
	bool row = false;
	enum err e;

	for (size_t i = 0; i < q->filter_count; i++) {
		if (q->filter[i].field != STORE_F_DOMAIN || q->filter[i].not_it)
			continue;
		if (only != NULL)
			return ERR_NONE;
		only = &q->filter[i];
	}
	if (only == NULL)
		return ERR_NONE;
	e = store_value_text(only, mem, &text, l->why);
	if (e == ERR_NONE)
		e = db_prepare(l->s->db, S("SELECT id FROM name WHERE text=?1"),
			       &st, l->why);
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, text);
	e = db_step(st, &row, l->why);
	if (e == ERR_NONE && row)
		l->domain = db_i64(st, 0);
	return e;
}

static enum err
list(struct listing *l, const struct store_query *query)
{
	/* The judgement for the domain goes before that for all, as in
	 * counting. */
	static const char sql[] =
		"SELECT s.id,s.kind,coalesce(j.triage,k.triage,0),"
		"coalesce(j.note,k.note,''),coalesce(n.text,'')"
		" FROM source s"
		" LEFT JOIN triage j ON j.owner=?1 AND j.source=s.id"
		" AND j.domain=?3 AND j.domain<>0 AND j.triage<>0"
		" LEFT JOIN triage k ON k.owner=?1 AND k.source=s.id"
		" AND k.domain=0 LEFT JOIN name n ON n.id=j.domain"
		" WHERE s.owner=?1 AND s.slug=?2";
	struct store_query q = *query;
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);
	SCOPED_STATEMENT source = NULL;
	SCOPED_STATEMENT proof = NULL;
	enum err e = find_domain(l, query);

	q.grouped = true;
	q.group = STORE_F_SOURCE;
	if (e == ERR_NONE)
		e = learn_evidence(l);
	if (e == ERR_NONE)
		e = db_prepare(l->s->db, S(sql), &source, l->why);
	if (e == ERR_NONE)
		e = db_prepare(l->s->db, S("SELECT text FROM name WHERE id=?1"),
			       &proof, l->why);
	if (e != ERR_NONE)
		return e;
	l->source = source;
	l->proof = proof;
	return store_ask(l->s, &q, give, l, &totals, &next, l->why);
}

enum err
store_sources(struct store *s, const struct store_query *query,
	      enum err (*row)(void *ctx, const struct store_source *),
	      void *ctx, struct diag *why)
{
	SCOPED_VIEW view = { 0 };
	struct listing l = { .s = s,
			     .owner = query->owner,
			     .row = row,
			     .ctx = ctx,
			     .why = why };
	enum err e = store_view_open(s, &view, why);

	if (e != ERR_NONE)
		return e;
	l.best = map_new(SOURCES_MAX);
	l.inside = map_new(SOURCES_MAX);
	e = list(&l, query);
	map_free(l.best);
	map_free(l.inside);
	return e;
}
