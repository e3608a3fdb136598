/* cache.c - certificates that were parsed and whose keys were opened: the ones
 * used last, at most so many. What cannot be used is remembered, too, so that
 * it is told once. */
#include "policyhost/private.h"

#include "log/log.h"
#include "seal/seal.h"

#include <string.h>

LIST_HEAD(bucket, entry);
TAILQ_HEAD(entries, entry);

struct entry {
	LIST_ENTRY(entry) beside;
	TAILQ_ENTRY(entry) order;
	struct tls_pair *pair; /* NULL: cannot be used */
	uint64_t epoch;        /* in which `mark` was the one in the index */
	uint64_t mark;         /* of chain and key */
	size_t n;
	char name[];
};

struct policyhost_cache {
	struct bucket *buckets;
	size_t bucket_n;      /* a power of two */
	struct entries order; /* the last used first */
	size_t count, most;
};

struct policyhost_cache *
policyhost_cache_new(unsigned most)
{
	struct policyhost_cache *c = heap_new(sizeof *c);

	c->most = most;
	c->bucket_n = 1;
	while (c->bucket_n < most)
		c->bucket_n *= 2;
	c->buckets = heap_new(c->bucket_n * sizeof *c->buckets);
	TAILQ_INIT(&c->order);
	return c;
}

static void
drop(struct policyhost_cache *c, struct entry *e)
{
	LIST_REMOVE(e, beside);
	TAILQ_REMOVE(&c->order, e, order);
	c->count--;
	tls_pair_free(e->pair);
	heap_free(e);
}

void
policyhost_cache_free(struct policyhost_cache *c)
{
	if (!c)
		return;
	while (!TAILQ_EMPTY(&c->order))
		drop(c, TAILQ_FIRST(&c->order));
	heap_free(c->buckets);
	heap_free(c);
}

size_t
policyhost_cache_count(const struct policyhost_cache *c)
{
	return c->count;
}

static uint64_t
mark_of(const struct hosted_domain *d)
{
	return str_hash(d->chain) * 31 ^ str_hash(d->key);
}

static struct tls_pair *
make(const uint8_t *key, const struct hosted_domain *d)
{
	SCOPED_BUF plain = BUF(HOSTED_KEY_MAX);
	struct tls_pair *pair = NULL;
	struct diag why = { 0 };

	if (!seal_open(key, d->key, &plain))
		(void)diag_set(&why, ERR_SYNTAX, "tls.bad_pair", 0, "key");
	else
		(void)!tls_pair_new(d->chain, buf_str(&plain), &pair, &why);
	if (plain.p)
		seal_wipe(plain.p, plain.room);
	if (!pair)
		log_warn("bad_certificate", &why, log_text("domain", d->name));
	return pair;
}

static struct entry *
add(struct policyhost_cache *c, struct bucket *b, const uint8_t *key,
    const struct hosted_domain *d)
{
	struct entry *e = heap_new(sizeof *e + d->name.n);

	if (c->count >= c->most)
		drop(c, TAILQ_LAST(&c->order, entries));
	memcpy(e->name, d->name.p, d->name.n);
	e->n = d->name.n;
	e->mark = mark_of(d);
	e->pair = make(key, d);
	LIST_INSERT_HEAD(b, e, beside);
	TAILQ_INSERT_HEAD(&c->order, e, order);
	c->count++;
	return e;
}

static struct entry *
find(struct policyhost_cache *c, const struct bucket *b, struct str name)
{
	struct entry *e;

	LIST_FOREACH(e, b, beside)
	if (str_eq(name, (struct str){ e->name, e->n }))
		break;
	if (e) {
		TAILQ_REMOVE(&c->order, e, order);
		TAILQ_INSERT_HEAD(&c->order, e, order);
	}
	return e;
}

struct tls_pair *
policyhost_cache_get(struct policyhost_cache *c, const uint8_t *key,
		     const struct hosted_domain *d, uint64_t epoch)
{
	struct bucket *b = &c->buckets[str_hash(d->name) & (c->bucket_n - 1)];
	struct entry *e = find(c, b, d->name);

	if (e && e->epoch != epoch && e->mark != mark_of(d)) {
		drop(c, e);
		e = NULL;
	}
	if (!e)
		e = add(c, b, key, d);
	e->epoch = epoch;
	return e->pair;
}
