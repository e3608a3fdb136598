/* writer.h - what the writing half keeps between calls. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "store/cells.h"
#include "store/inside.h"
#include "store/placing.h"
#include "store/statements.h"

/* What a report adds to the roll-ups, by what varies within it. */
enum {
	STORE_DELTA_ENDPOINT,
	STORE_DELTA_TO_DOMAIN,
	STORE_DELTA_VERDICT,
	STORE_DELTA_OVERRIDES,
	STORE_DELTA_COUNT
};
enum { STORE_DELTAS_MAX = 20000 };

/* The DMARC report between head and end. Its first rows wait in `mem`, so
 * that a duplicate costs nothing and a small report needs no savepoint. */
enum { STORE_WAITING_MAX = 2000, STORE_WAITING_BYTES = 2 << 20 };
struct store_dmarc {
	bool open;
	bool writing; /* its rows go to the table now */
	bool marked;  /* within a savepoint */
	bool rivals;  /* others have its identity: counted by an election */
	struct store_origin origin;
	struct dmarc_head head;
	struct arena *mem;
	size_t waiting;
	struct dmarc_row *wait[STORE_WAITING_MAX];
	uint8_t identity[SEAL_HASH_BYTES];
	int64_t id, domain, org, reporter, day;
	int64_t rows, messages, passed;
};

/* What a row says apart from its address and count; lives until the caches
 * are dropped or too full. */
struct store_judgement {
	int64_t auth; /* auth.id */
	bool vouched;
	enum sender_evidence evidence;
	struct str slug, proof; /* empty without evidence */
};

struct store_writer {
	struct db_statement *kept[SQL_COUNT];
	struct store_placing placing;
	struct map *names, *auths, *endpoints, *spans, *judged;
	struct store_judgement *judgement; /* values of `judged` are indices */
	size_t judgement_count;
	struct arena *judged_mem; /* their texts */
	struct buf key, json;     /* scratch */
	int64_t data_version, next_report;
	int64_t replaces_report, replaces_intake;
	bool in_batch;
	enum err broken; /* the batch is void, because of: */
	struct diag broken_why;
	struct store_dmarc now;
	struct store_cells deltas; /* keys STORE_DELTA_... */
};

/* The statement, reset; it stays the writer's. */
enum err store_kept(struct store *s, enum store_sql which,
		    struct db_statement **out, struct diag *why) MUST_CHECK;
/* Binds `count` numbers from place `first` on. */
void store_bind(struct db_statement *st, int first, const int64_t *values,
		int count);
/* Prepares, binds the numbers from place 1 on and runs. */
enum err store_do(struct store *s, enum store_sql which, const int64_t *values,
		  int count, struct diag *why) MUST_CHECK;

/* Ends a public call: a failure of the database makes the batch void. */
enum err store_guard(struct store *s, enum err e, const struct diag *why);
/* Whether writing may go on: in a batch that is not void. */
enum err store_ready(struct store *s, struct diag *why) MUST_CHECK;
void store_caches_drop(struct store *s);

/* ---- intern.c: repeated things as numbers ---- */

enum err store_name(struct store *s, struct str text, int64_t *id,
		    struct diag *why) MUST_CHECK;
enum { STORE_JUDGED_MAX = 10000 };
void store_judged_drop(struct store_writer *w);
/* `domain` is the policy domain. */
enum err store_judge(struct store *s, const struct dmarc_row *row,
		     struct str domain, struct store_judgement *out,
		     struct diag *why) MUST_CHECK;
/* Also keeps the best evidence of who is behind the address. */
enum err store_endpoint_of(struct store *s, int64_t owner,
			   const struct dmarc_row *row,
			   const struct store_judgement *judged, int64_t *id,
			   struct diag *why) MUST_CHECK;
enum err store_span(struct store *s, int64_t endpoint, int64_t domain,
		    int64_t day, struct diag *why) MUST_CHECK;

/* ---- own_spf.c: addresses that a domain's SPF record lets send ---- */

struct store_ranges {
	struct sender_range *range; /* NULL: none */
	size_t n;
	int64_t failed; /* looks in a row */
};
/* Those of one domain; what `out` had is freed. */
enum err store_ranges_load(struct store *s, int64_t owner, int64_t domain,
			   struct store_ranges *out,
			   struct diag *why) MUST_CHECK;
void store_ranges_free(struct store_ranges *r);
/* `ip` as in the table: 16 bytes; anything else is in none. */
bool store_ranges_have(const struct store_ranges *r, struct str ip);

/* ---- stale.c: which days to fold again ---- */

enum err store_stale(struct store *s, int64_t owner, int64_t domain,
		     int64_t day, struct diag *why) MUST_CHECK;
/* All days of a domain between two that have roll-ups. */
enum err store_stale_range(struct store *s, int64_t owner, int64_t domain,
			   int64_t first, int64_t last,
			   struct diag *why) MUST_CHECK;

/* ---- rollup.c ---- */

enum err store_deltas_flush(struct store *s, struct diag *why) MUST_CHECK;
/* Adds or takes back the share of a stored report of any kind. */
enum err store_count_report(struct store *s, int64_t id, bool add,
			    struct diag *why) MUST_CHECK;
/* Which of the reports with one identity counts (contracts section 1). */
enum err store_elect(struct store *s, int64_t owner, struct str identity,
		     struct diag *why) MUST_CHECK;

#endif
