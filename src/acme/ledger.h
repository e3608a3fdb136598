/* ledger.h - the orders and failures of the longest span, and how many of
 * them each limit still counts: private to this room. */
#ifndef ACME_LEDGER_H
#define ACME_LEDGER_H

#include "acme/private.h"

enum acme_kind {
	ACME_ORDERED, /* and a certificate came, as far as is known */
	ACME_FAILED,  /* a proof */
	ACME_FUTILE   /* ordered, and no certificate came */
};

struct acme_entry {
	enum acme_kind kind;
	int64_t at;
	uint64_t name, registered; /* hashes */
};

enum acme_gauge {
	ACME_GAUGE_ORDERS,
	ACME_GAUGE_REGISTERED,
	ACME_GAUGE_SAME,
	ACME_GAUGE_FAILED,
	ACME_GAUGES
};

/* One limit over the entries from `head` on; those before it are out of its
 * span. */
struct acme_count {
	uint64_t most; /* 0: no limit */
	int64_t seconds;
	size_t head;
	struct map *counts; /* by key, of the entries from `head` on */
};

struct acme_pace {
	struct acme_entry *entries; /* by time */
	size_t n, room;
	struct acme_count gauges[ACME_GAUGES];
};

/* Lets out what is over at `now`. Entries that say they are later were made
 * by a clock that was ahead: they happened by now. */
void acme_ledger_clock(struct acme_pace *p, int64_t now);
/* Behind all others: never earlier than the last. */
void acme_ledger_add(struct acme_pace *p, struct acme_entry e);
/* The last order of this name, when not before `since`, came to nothing. */
void acme_ledger_futile(struct acme_pace *p, uint64_t name, int64_t since);
/* What gauge `g` counts `due` under. */
uint64_t acme_ledger_key(enum acme_gauge g, const struct acme_due *due);
/* When fewer than `most` with this key are left; INT64_MIN: already. */
int64_t acme_ledger_free(const struct acme_pace *p, enum acme_gauge g,
			 uint64_t key, uint64_t most);

#endif
