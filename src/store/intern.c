/* Repeated text, authentication results and addresses as numbers, through
 * bounded caches. */
#include "store/writer.h"

#include "json/json.h"

#include <math.h>
#include <string.h>

enum {
	CACHED_KEY_MAX = 400, /* bytes; longer ones are asked for each time */
	JUDGED_KEY_MAX = 1000
};

static enum err
find_or_add_name(struct store *s, struct str text, int64_t *id,
		 struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_NAME_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, text);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && found) {
		*id = db_i64(st, 0);
		db_reset(st);
		return ERR_NONE;
	}
	if (e == ERR_NONE)
		e = store_kept(s, SQL_NAME_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, text);
	e = db_do(st, why);
	*id = db_last_id(s->db);
	return e;
}

enum err
store_name(struct store *s, struct str text, int64_t *id, struct diag *why)
{
	struct map *cache = s->writer->names;
	uint64_t known;
	enum err e;

	*id = 0;
	if (text.n == 0)
		return ERR_NONE;
	if (text.n <= CACHED_KEY_MAX && map_get(cache, text, &known)) {
		*id = (int64_t)known;
		return ERR_NONE;
	}
	e = find_or_add_name(s, text, id, why);
	if (e == ERR_NONE && text.n <= CACHED_KEY_MAX)
		map_put(cache, text, (uint64_t)*id);
	return e;
}

/* ---- authentication results ---- */

static void
add_sized(struct buf *key, struct str text)
{
	uint16_t n = (uint16_t)text.n;

	buf_add(key, (struct str){ (const char *)&n, sizeof(n) });
	buf_add(key, text);
}

static void
add_auths_key(struct buf *key, const struct dmarc_auth *auth, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_addc(key, (char)('A' + (int)auth[i].result));
		add_sized(key, auth[i].domain);
		add_sized(key, auth[i].selector);
		add_sized(key, auth[i].scope);
		add_sized(key, auth[i].human);
	}
	buf_addc(key, '.');
}

static void
put_some(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
}

static void
put_auths(struct json_out *j, const char *key, const struct dmarc_auth *auth,
	  size_t count)
{
	json_open_array(j, key);
	for (size_t i = 0; i < count; i++) {
		json_open_object(j, NULL);
		put_some(j, "domain", auth[i].domain);
		put_some(j, "selector", auth[i].selector);
		put_some(j, "scope", auth[i].scope);
		json_put_str(j, "result",
			     str_of(dmarc_result_name(auth[i].result)));
		put_some(j, "human", auth[i].human);
		json_close_object(j);
	}
	json_close_array(j);
}

/* " s1 s2 ": a blank inside a selector would make it two. */
static void
put_selectors(struct buf *out, const struct dmarc_row *row)
{
	if (row->dkim_count > 0)
		buf_addc(out, ' ');
	for (size_t i = 0; i < row->dkim_count; i++) {
		struct str selector = row->dkim[i].selector;

		for (size_t k = 0; k < selector.n; k++) {
			char c = selector.p[k];

			if (c >= 'A' && c <= 'Z')
				c = (char)(c + 'a' - 'A');
			buf_addc(out, c == ' ' ? '_' : c);
		}
		buf_addc(out, ' ');
	}
}

static enum err
find_or_add_auth(struct store *s, const struct dmarc_row *row, int64_t *id,
		 struct diag *why)
{
	struct store_writer *w = s->writer;
	struct json_out j = JSON_OUT(&w->json);
	SCOPED_BUF selectors = BUF(1 << 20);
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_AUTH_GET, &st, why);

	buf_clear(&w->json);
	json_open_object(&j, NULL);
	put_auths(&j, "dkim", row->dkim, row->dkim_count);
	put_auths(&j, "spf", row->spf, row->spf_count);
	json_close_object(&j);
	if (w->json.full)
		return diag_set(why, ERR_LIMIT, "store.row_too_large", 0, " ");
	if (e != ERR_NONE)
		return e;
	db_bind_text(st, 1, buf_str(&w->json));
	e = db_step(st, &found, why);
	if (e == ERR_NONE && found) {
		*id = db_i64(st, 0);
		db_reset(st);
		return ERR_NONE;
	}
	if (e == ERR_NONE)
		e = store_kept(s, SQL_AUTH_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	put_selectors(&selectors, row);
	db_bind_text(st, 1, buf_str(&w->json));
	db_bind_i64(st, 2, dmarc_best(row->dkim, row->dkim_count));
	db_bind_i64(st, 3, dmarc_best(row->spf, row->spf_count));
	db_bind_text(st, 4, buf_str(&selectors));
	e = db_do(st, why);
	*id = db_last_id(s->db);
	return e;
}

static enum err
auth_id(struct store *s, const struct dmarc_row *row, struct str key,
	int64_t *id, struct diag *why)
{
	struct store_writer *w = s->writer;
	bool cached = key.n <= CACHED_KEY_MAX;
	uint64_t known;
	enum err e;

	if (cached && map_get(w->auths, key, &known)) {
		*id = (int64_t)known;
		return ERR_NONE;
	}
	e = find_or_add_auth(s, row, id, why);
	if (e == ERR_NONE && cached)
		map_put(w->auths, key, (uint64_t)*id);
	return e;
}

void
store_judged_drop(struct store_writer *w)
{
	map_clear(w->judged);
	arena_reset(w->judged_mem);
	w->judgement_count = 0;
}

static void
remember(struct store_writer *w, struct str key, struct store_judgement *j)
{
	struct str proof = S("");

	if (w->judgement_count >= STORE_JUDGED_MAX ||
	    !arena_dup(w->judged_mem, j->proof, &proof)) {
		store_judged_drop(w);
		if (!arena_dup(w->judged_mem, j->proof, &proof))
			return;
	}
	j->proof = proof;
	map_put(w->judged, key, w->judgement_count);
	w->judgement[w->judgement_count++] = *j;
}

/* Looking domains up in the list of public suffixes is dear, and the same few
 * combinations come back in most rows. */
enum err
store_judge(struct store *s, const struct dmarc_row *row, struct str domain,
	    struct store_judgement *out, struct diag *why)
{
	struct store_writer *w = s->writer;
	struct sender_name name;
	struct str auths;
	uint64_t known;
	enum err e;

	buf_clear(&w->key);
	add_auths_key(&w->key, row->dkim, row->dkim_count);
	add_auths_key(&w->key, row->spf, row->spf_count);
	auths = buf_str(&w->key);
	add_sized(&w->key, row->header_from);
	add_sized(&w->key, row->envelope_from);
	buf_add(&w->key, domain);
	if (map_get(w->judged, buf_str(&w->key), &known)) {
		*out = w->judgement[known];
		return ERR_NONE;
	}
	auths = str_sub(buf_str(&w->key), 0, auths.n);
	e = auth_id(s, row, auths, &out->auth, why);
	out->vouched = sender_spf_vouched(row, domain);
	out->evidence = SENDER_BY_NETWORK;
	out->slug = out->proof = S("");
	if (sender_of_row(row, &name)) {
		out->evidence = name.evidence;
		out->slug = str_of(name.profile->slug);
		out->proof = name.proof;
	}
	if (e == ERR_NONE && !w->key.full && w->key.n <= JUDGED_KEY_MAX)
		remember(w, buf_str(&w->key), out);
	return e;
}

/* ---- addresses ---- */

/* The best of several does not depend on their order. */
static bool
is_better(const struct store_judgement *a, const struct store_judgement *b)
{
	int order;

	if (a->evidence != b->evidence)
		return a->evidence > b->evidence;
	order = str_cmp(a->slug, b->slug);
	return order != 0 ? order < 0 : str_cmp(a->proof, b->proof) < 0;
}

/* Its name and place at once, when that is quick; all zero otherwise. */
static enum err
place_new(struct store *s, int64_t owner, struct str ip,
	  const struct store_judgement *now, struct store_placed *out,
	  struct diag *why)
{
	struct store_endpoint seen = { .evidence = now->evidence,
				       .profile = now->slug };

	*out = (struct store_placed){ .latitude = NAN, .longitude = NAN };
	if (s->writer->placing.look == NULL)
		return ERR_NONE;
	memcpy(seen.ip.b, ip.p, sizeof(seen.ip.b));
	return store_place(s, owner, &seen, out, why);
}

/* An address on its way in, with what its row says of it. */
struct arrival {
	int64_t owner;
	struct str ip;
	const struct store_judgement *now;
	int64_t said[3]; /* evidence, names of slug and proof */
};

static enum err
add_endpoint(struct store *s, const struct arrival *a,
	     const struct store_placed *placed, bool *added, struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, SQL_ENDPOINT_ADD, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind_placed(st, 6, placed);
	db_bind_i64(st, 1, a->owner);
	db_bind_blob(st, 2, a->ip);
	store_bind(st, 3, a->said, 3);
	e = db_do(st, why);
	*added = e == ERR_NONE && db_changes(s->db) > 0;
	return e;
}

/* The address is there already: what was said before may be better. */
static enum err
improve_endpoint(struct store *s, const struct arrival *a, int64_t *id,
		 struct diag *why)
{
	struct store_judgement before = { 0 };
	struct db_statement *st;
	bool found = false, better;
	enum err e = store_kept(s, SQL_ENDPOINT_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, a->owner);
	db_bind_blob(st, 2, a->ip);
	e = db_step(st, &found, why);
	if (e != ERR_NONE || !found)
		return e;
	*id = db_i64(st, 0);
	before.evidence = (enum sender_evidence)db_i64(st, 1);
	before.slug = db_text(st, 2);
	before.proof = db_text(st, 3);
	better = a->now->slug.n > 0 && is_better(a->now, &before);
	db_reset(st);
	if (better) {
		const int64_t values[4] = { *id, a->said[0], a->said[1],
					    a->said[2] };

		e = store_do(s, SQL_ENDPOINT_BETTER, values, 4, why);
	}
	return e;
}

static enum err
find_or_add_endpoint(struct store *s, struct arrival *a, int64_t *id,
		     struct diag *why)
{
	struct store_placed placed;
	bool added = false;
	enum err e = store_name(s, a->now->slug, &a->said[1], why);

	if (e == ERR_NONE)
		e = store_name(s, a->now->proof, &a->said[2], why);
	if (e == ERR_NONE)
		e = place_new(s, a->owner, a->ip, a->now, &placed, why);
	if (e == ERR_NONE)
		e = add_endpoint(s, a, &placed, &added, why);
	if (e == ERR_NONE && added)
		*id = db_last_id(s->db);
	if (e == ERR_NONE && !added)
		e = improve_endpoint(s, a, id, why);
	return e;
}

enum err
store_endpoint_of(struct store *s, int64_t owner, const struct dmarc_row *row,
		  const struct store_judgement *judged, int64_t *id,
		  struct diag *why)
{
	const struct str ip = { (const char *)row->ip, sizeof(row->ip) };
	struct arrival arrival = { .owner = owner,
				   .ip = ip,
				   .now = judged,
				   .said = { judged->evidence } };
	struct buf *key = &s->writer->key;
	uint64_t known;
	bool cached;
	enum err e;

	*id = 0;
	if (!row->ip_known)
		return ERR_NONE;
	/* The cache knows what was said before, not only the address: what is
	 * in it has already been weighed. */
	buf_clear(key);
	buf_add(key, ip);
	buf_add(key, (struct str){ (const char *)&owner, sizeof(owner) });
	add_sized(key, judged->slug);
	buf_addc(key, (char)('0' + (int)judged->evidence));
	buf_add(key, judged->proof);
	cached = !key->full && key->n <= CACHED_KEY_MAX;
	if (cached && map_get(s->writer->endpoints, buf_str(key), &known)) {
		*id = (int64_t)known;
		return ERR_NONE;
	}
	e = find_or_add_endpoint(s, &arrival, id, why);
	if (e == ERR_NONE && cached)
		map_put(s->writer->endpoints, buf_str(key), (uint64_t)*id);
	return e;
}

/* ---- spans ---- */

struct span_key {
	int64_t endpoint, domain;
};

enum { DAY_ZERO = 1 << 30 /* makes days of any year positive */ };

enum err
store_span(struct store *s, int64_t endpoint, int64_t domain, int64_t day,
	   struct diag *why)
{
	const struct span_key pair = { endpoint, domain };
	const struct str key = { (const char *)&pair, sizeof(pair) };
	const int64_t values[3] = { endpoint, domain, day };
	uint64_t known, at = (uint64_t)(day + DAY_ZERO);
	uint64_t first = at, last = at;
	enum err e;

	if (endpoint == 0)
		return ERR_NONE;
	if (map_get(s->writer->spans, key, &known)) {
		first = known >> 32 < at ? known >> 32 : at;
		last = (uint32_t)known > at ? (uint32_t)known : at;
		if (first << 32 == known >> 32 << 32 &&
		    (uint32_t)last == (uint32_t)known)
			return ERR_NONE;
	}
	e = store_do(s, SQL_SPAN_WIDEN, values, 3, why);
	if (e == ERR_NONE)
		map_put(s->writer->spans, key, first << 32 | last);
	return e;
}
