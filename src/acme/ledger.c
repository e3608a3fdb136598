/* ledger.c - what was ordered, and what each limit still counts of it. */
#include "acme/ledger.h"

#include <string.h>

enum {
	FIRST_ROOM = 64,
	KEYS_MAX = 1 << 24,
	KEYS_SLACK = 1024, /* keys that count nothing, before they are swept */
	ENTRY_BYTES = 25,
	HEAD_BYTES = 8
};

static const struct str head = STR("acmepac1");

/* ---- counting ---- */

/* Whether gauge `g` counts `e`, and as what. */
static bool
counted(enum acme_gauge g, const struct acme_entry *e, uint64_t *key)
{
	switch (g) {
	case ACME_GAUGE_ORDERS:
		*key = 0;
		return e->kind != ACME_FAILED;
	case ACME_GAUGE_REGISTERED:
		*key = e->registered;
		return e->kind == ACME_ORDERED;
	case ACME_GAUGE_SAME:
		*key = e->name;
		return e->kind == ACME_ORDERED;
	default:
		*key = e->name;
		return e->kind == ACME_FAILED;
	}
}

uint64_t
acme_ledger_key(enum acme_gauge g, const struct acme_due *due)
{
	if (g == ACME_GAUGE_ORDERS)
		return 0;
	return str_hash(g == ACME_GAUGE_REGISTERED ? due->registered
						   : due->name);
}

static struct str
bytes_of(const uint64_t *key)
{
	return (struct str){ (const char *)key, sizeof *key };
}

static uint64_t
count_of(const struct acme_count *c, uint64_t key)
{
	uint64_t n = 0;

	return map_get(c->counts, bytes_of(&key), &n) ? n : 0;
}

static void
count_in(struct acme_pace *p, enum acme_gauge g, const struct acme_entry *e)
{
	struct acme_count *c = &p->gauges[g];
	uint64_t key;

	if (c->most > 0 && counted(g, e, &key))
		map_put(c->counts, bytes_of(&key), count_of(c, key) + 1);
}

static void
count_out(struct acme_pace *p, enum acme_gauge g, const struct acme_entry *e)
{
	struct acme_count *c = &p->gauges[g];
	uint64_t key;

	if (c->most > 0 && counted(g, e, &key))
		map_put(c->counts, bytes_of(&key), count_of(c, key) - 1);
}

/* A map forgets no key: it is filled anew when most of them are idle. */
static void
sweep(struct acme_pace *p, enum acme_gauge g)
{
	struct acme_count *c = &p->gauges[g];

	if (map_count(c->counts) < 2 * (p->n - c->head) + KEYS_SLACK)
		return;
	map_clear(c->counts);
	for (size_t i = c->head; i < p->n; i++)
		count_in(p, g, &p->entries[i]);
}

/* ---- time ---- */

static void
drop_old(struct acme_pace *p)
{
	size_t least = p->n;

	for (size_t g = 0; g < ACME_GAUGES; g++)
		if (p->gauges[g].head < least)
			least = p->gauges[g].head;
	/* Moved only when it is worth it. */
	if (least < FIRST_ROOM || least < p->n / 2)
		return;
	memmove(p->entries, p->entries + least,
		(p->n - least) * sizeof *p->entries);
	p->n -= least;
	for (size_t g = 0; g < ACME_GAUGES; g++)
		p->gauges[g].head -= least;
}

void
acme_ledger_clock(struct acme_pace *p, int64_t now)
{
	for (size_t i = p->n; i > 0 && p->entries[i - 1].at > now; i--)
		p->entries[i - 1].at = now;
	for (enum acme_gauge g = 0; g < ACME_GAUGES; g++) {
		struct acme_count *c = &p->gauges[g];

		while (c->head < p->n &&
		       (c->most == 0 ||
			p->entries[c->head].at <= now - c->seconds)) {
			count_out(p, g, &p->entries[c->head]);
			c->head++;
		}
		sweep(p, g);
	}
	drop_old(p);
}

void
acme_ledger_add(struct acme_pace *p, struct acme_entry e)
{
	if (p->n > 0 && p->entries[p->n - 1].at > e.at)
		e.at = p->entries[p->n - 1].at;
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : FIRST_ROOM;
		p->entries = heap_grow(p->entries, p->room, sizeof e);
	}
	p->entries[p->n++] = e;
	for (enum acme_gauge g = 0; g < ACME_GAUGES; g++)
		count_in(p, g, &e);
}

/* Certificates are limited by those that were issued: whoever fails four times
 * must not wait a week. */
void
acme_ledger_futile(struct acme_pace *p, uint64_t name, int64_t since)
{
	size_t i = p->n;

	while (i > 0 && (p->entries[i - 1].kind == ACME_FAILED ||
			 p->entries[i - 1].name != name))
		i--;
	if (i == 0 || p->entries[i - 1].kind == ACME_FUTILE ||
	    p->entries[i - 1].at < since)
		return;
	i--;
	for (enum acme_gauge g = 0; g < ACME_GAUGES; g++)
		if (i >= p->gauges[g].head)
			count_out(p, g, &p->entries[i]);
	p->entries[i].kind = ACME_FUTILE;
	for (enum acme_gauge g = 0; g < ACME_GAUGES; g++)
		if (i >= p->gauges[g].head)
			count_in(p, g, &p->entries[i]);
}

int64_t
acme_ledger_free(const struct acme_pace *p, enum acme_gauge g, uint64_t key,
		 uint64_t most)
{
	const struct acme_count *c = &p->gauges[g];
	uint64_t n = count_of(c, key), its;

	if (n < most)
		return INT64_MIN;
	/* Those over the limit must leave, and one more. */
	n -= most - 1;
	for (size_t i = c->head; i < p->n; i++)
		if (counted(g, &p->entries[i], &its) && its == key && --n == 0)
			return p->entries[i].at + c->seconds;
	return INT64_MIN;
}

/* ---- the value ---- */

/* Four fifths; at least one of what is allowed at all. */
static struct acme_count
gauge_of(struct acme_limit limit)
{
	uint64_t most = (uint64_t)limit.count * 4 / 5;

	if (limit.count > 0 && most == 0)
		most = 1;
	return (struct acme_count){ .most = most,
				    .seconds = limit.seconds,
				    .counts = map_new(KEYS_MAX) };
}

struct acme_pace *
acme_pace_new(const struct acme_limits *limits)
{
	struct acme_pace *p = heap_new(sizeof *p);

	p->gauges[ACME_GAUGE_ORDERS] = gauge_of(limits->orders);
	p->gauges[ACME_GAUGE_REGISTERED] = gauge_of(limits->registered);
	p->gauges[ACME_GAUGE_SAME] = gauge_of(limits->same);
	p->gauges[ACME_GAUGE_FAILED] = gauge_of(limits->failed);
	return p;
}

void
acme_pace_free(struct acme_pace *p)
{
	if (!p)
		return;
	for (size_t g = 0; g < ACME_GAUGES; g++)
		map_free(p->gauges[g].counts);
	heap_free(p->entries);
	heap_free(p);
}

/* ---- as bytes ---- */

static void
put_u64(struct buf *out, uint64_t n)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_addc(out, (char)(n >> shift & 255));
}

static uint64_t
get_u64(const char *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

bool
acme_pace_print(const struct acme_pace *p, struct buf *out)
{
	buf_add(out, head);
	for (size_t i = 0; i < p->n; i++) {
		const struct acme_entry *e = &p->entries[i];

		buf_addc(out, (char)e->kind);
		put_u64(out, (uint64_t)e->at);
		put_u64(out, e->name);
		put_u64(out, e->registered);
	}
	return !out->full;
}

static struct acme_entry
entry_at(struct str bytes, size_t i)
{
	const char *p = bytes.p + HEAD_BYTES + i * ENTRY_BYTES;

	return (struct acme_entry){ .kind = (enum acme_kind)p[0],
				    .at = (int64_t)get_u64(p + 1),
				    .name = get_u64(p + 9),
				    .registered = get_u64(p + 17) };
}

/* Times in their order and within a calendar, so that no sum overflows. */
static bool
is_sound(struct str bytes, size_t *n)
{
	const int64_t latest = (int64_t)CIVIL_DAY * 366 * 10000;
	int64_t before = 0;

	if (!str_starts(bytes, head) ||
	    (bytes.n - HEAD_BYTES) % ENTRY_BYTES != 0)
		return false;
	*n = (bytes.n - HEAD_BYTES) / ENTRY_BYTES;
	for (size_t i = 0; i < *n; i++) {
		struct acme_entry e = entry_at(bytes, i);
		char kind = bytes.p[HEAD_BYTES + i * ENTRY_BYTES];

		if (e.at < before || e.at > latest || kind < 0 ||
		    kind > ACME_FUTILE)
			return false;
		before = e.at;
	}
	return true;
}

enum err
acme_pace_parse(struct acme_pace *p, struct str bytes, struct diag *why)
{
	size_t n;

	if (!is_sound(bytes, &n))
		return diag_set(why, ERR_SYNTAX, "acme.bad_state", 0, "%s", "");
	p->n = 0;
	for (size_t g = 0; g < ACME_GAUGES; g++) {
		p->gauges[g].head = 0;
		map_clear(p->gauges[g].counts);
	}
	for (size_t i = 0; i < n; i++)
		acme_ledger_add(p, entry_at(bytes, i));
	return ERR_NONE;
}
