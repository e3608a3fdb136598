/* pace.c - when to renew, when to try again, and how many orders the limits
 * of an authority leave. */
#include "acme/ledger.h"

#include <string.h>

enum {
	HOUR = 3600, /* an attempt takes less */
	LONGEST_RETRY = 24,
	DOUBLINGS = 5
};

/* ---- one certificate ---- */

/* Less than `span`, the same for the same name. */
static int64_t
spread(struct str name, int64_t span)
{
	return span > 0 ? (int64_t)(str_hash(name) % (uint64_t)span) : 0;
}

/* Advice that would let it expire is not followed: a tenth of the life is
 * left for tries that fail. */
int64_t
acme_renew_at(struct str name, int64_t not_before, int64_t not_after,
	      const struct acme_window *window)
{
	int64_t life = not_after > not_before ? not_after - not_before : 0;
	int64_t at;

	if (window && window->end > window->start) {
		at = window->start + spread(name, window->end - window->start);
		if (at <= not_after - life / 10)
			return at;
	}
	return not_before + life / 3 * 2 - spread(name, life / 30);
}

int64_t
acme_retry_at(struct str name, unsigned failures, int64_t now)
{
	unsigned times = failures > 0 ? failures - 1 : 0;
	int64_t wait = times < DOUBLINGS ? (int64_t)HOUR << times
					 : (int64_t)HOUR * LONGEST_RETRY;

	return now + wait + spread(name, wait / 10);
}

struct acme_limits
acme_limits_common(void)
{
	return (struct acme_limits){
		.orders = { 300, 3 * HOUR },
		.registered = { 50, 7 * CIVIL_DAY },
		.same = { 5, 7 * CIVIL_DAY },
		.failed = { 5, HOUR },
	};
}

/* ---- who is next ---- */

/* What is left of `count` for this urgency; at least one, or a small limit
 * would let nothing through. */
static uint64_t
share(uint64_t count, enum acme_urgency urgency)
{
	uint64_t kept = 0;

	if (urgency == ACME_NEW)
		kept = count / 5;
	else if (urgency == ACME_TESTING_EXPIRING)
		kept = count / 10;
	return count > kept ? count - kept : 1;
}

int64_t
acme_pace_when(struct acme_pace *p, const struct acme_due *due, int64_t now)
{
	int64_t at = due->at > now ? due->at : now;

	acme_ledger_clock(p, now);
	for (enum acme_gauge g = 0; g < ACME_GAUGES; g++) {
		uint64_t most = p->gauges[g].most;
		int64_t free_at;

		if (most == 0 || (due->exempt && g != ACME_GAUGE_FAILED))
			continue;
		if (g == ACME_GAUGE_ORDERS)
			most = share(most, due->urgency);
		free_at = acme_ledger_free(p, g, acme_ledger_key(g, due), most);
		if (free_at > at)
			at = free_at;
	}
	return at;
}

void
acme_pace_ordered(struct acme_pace *p, const struct acme_due *due, int64_t now)
{
	if (due->exempt)
		return;
	acme_ledger_clock(p, now);
	acme_ledger_add(p, (struct acme_entry){
				   .at = now,
				   .name = str_hash(due->name),
				   .registered = str_hash(due->registered) });
}

static void
note_failed(struct acme_pace *p, struct str name, int64_t now)
{
	acme_ledger_clock(p, now);
	acme_ledger_add(p, (struct acme_entry){ .kind = ACME_FAILED,
						.at = now,
						.name = str_hash(name) });
}

static void
take_back(struct acme_pace *p, struct str name, int64_t now)
{
	acme_ledger_futile(p, str_hash(name), now - HOUR);
}

void
acme_pace_ended(struct acme_pace *p, const struct acme_due *due,
		const struct acme_trouble *t, int64_t now)
{
	for (unsigned i = 0; i < t->failed_proofs; i++)
		note_failed(p, due->name, now);
	/* All orders but the last came to nothing; the first is told. */
	for (unsigned i = 1; i < t->orders && !due->exempt; i++) {
		take_back(p, due->name, now);
		acme_pace_ordered(p, due, now);
	}
	if (t->fault != ACME_FINE && !due->exempt)
		take_back(p, due->name, now);
}

static bool
goes_before(const struct acme_due *a, const struct acme_due *b)
{
	if (a->urgency != b->urgency)
		return a->urgency > b->urgency;
	return a->since < b->since;
}

size_t
acme_pace_next(struct acme_pace *p, const struct acme_due *due, size_t n,
	       int64_t now, int64_t *when)
{
	size_t best = SIZE_MAX;

	*when = INT64_MAX;
	for (size_t i = 0; i < n; i++) {
		int64_t at;

		if (best != SIZE_MAX && !goes_before(&due[i], &due[best]))
			continue;
		at = acme_pace_when(p, &due[i], now);
		if (at <= now)
			best = i;
		if (at < *when)
			*when = at;
	}
	return best;
}
