/* admin.h - opening, keeping and clearing a store. Come in through store.h. */
#ifndef STORE_ADMIN_H
#define STORE_ADMIN_H

#include "store/store.h"

enum store_mode {
	STORE_READ,  /* must exist, "store.absent" otherwise */
	STORE_WRITE, /* must exist */
	STORE_CREATE /* made when absent */
};

/* Opens the store in directory `dir`, runs migrations (a copy of the database
 * is made before, "store.newer" when a later program wrote it). `patience` in
 * milliseconds is how long writers wait for each other. */
enum err store_open(const char *dir, enum store_mode mode, unsigned patience,
		    struct store **out, struct diag *why) MUST_CHECK;
void store_close(struct store *s);
void store_cleanup(struct store **s);
#define SCOPED_STORE __attribute__((cleanup(store_cleanup))) struct store *

struct store_stats {
	uint64_t reports, rows, messages, tls_reports, failures, rejected;
	uint64_t ignored, superseded, domains, sources, endpoints, raw_bytes;
	uint64_t file_bytes, days_to_fold, schema;
	int64_t first_day, last_day, last_received; /* INT64_MIN: none */
};
enum err store_stats_get(struct store *s, int64_t owner,
			 struct store_stats *out, struct diag *why) MUST_CHECK;

/* A whole copy while others read and write, as the file `to`, which must not
 * exist, with the key of what is sealed in "<to>.key". */
enum err store_backup(struct store *s, const char *to,
		      void (*progress)(void *ctx, uint64_t done, uint64_t all),
		      void *ctx, struct diag *why) MUST_CHECK;
/* Puts a backup (checked first) in place of the store in `dir`, which must
 * not be open by anybody: "store.in_use". The old one is kept beside it. */
enum err store_restore(const char *dir, const char *from,
		       struct diag *why) MUST_CHECK;

/* Seconds since receipt after which kinds of data go; 0 keeps for ever. */
struct store_retention {
	int64_t raw, rows, failures;
};
#define STORE_RETENTION                                                        \
	((struct store_retention){ .raw = 90 * 86400,                          \
				   .rows = 730 * 86400,                        \
				   .failures = 30 * 86400 })
struct store_pruning {
	struct store_retention keep;
	int64_t now;  /* UTC seconds */
	bool dry_run; /* count only */
	/* At most so many transactions, 0: until nothing is left. */
	unsigned bites;
};
struct store_pruned {
	uint64_t raw, rows, failures, bytes;
	bool more; /* the bites did not suffice */
};
enum err store_prune(struct store *s, int64_t owner,
		     const struct store_pruning *how, struct store_pruned *out,
		     struct diag *why) MUST_CHECK;
/* One report with rows, raw bytes and its share of the roll-ups; what it had
 * superseded counts again. ERR_GONE "store.no_report"; "store.rows_gone" when
 * its rows were pruned: then only its whole domain can be deleted. */
enum err store_delete_report(struct store *s, int64_t owner, int64_t id,
			     struct diag *why) MUST_CHECK;
/* Everything of one policy domain. `deleted` gets the number of reports; of
 * a TLS report about several domains only the domain's part goes. */
enum err store_delete_domain(struct store *s, int64_t owner, struct str domain,
			     uint64_t *deleted, struct diag *why) MUST_CHECK;

/* Integrity of the file and of the numbers: roll-ups against rows, totals
 * against reports. Each fault is told once ("store.check_..."). */
enum err store_check(struct store *s, int64_t owner,
		     void (*fault)(void *ctx, const struct diag *what),
		     void *ctx, struct diag *why) MUST_CHECK;

/* Reads every kept raw document again: `each` gets it with its origin,
 * decodes and may write; see ingest_reparse. Reports, then rejected items,
 * whose `id` is that of their entry in the intake log. */
enum err
store_each_raw(struct store *s, int64_t owner, int64_t only_report,
	       enum err (*each)(void *ctx, const struct store_report *report,
				struct str raw, enum decode_media media),
	       void *ctx, struct diag *why) MUST_CHECK;
/* The same for one entry of the intake log, of the owner or in the bin, or for
 * the report that it brought in. ERR_GONE "store.raw_gone". */
enum err
store_each_raw_of(struct store *s, int64_t owner, int64_t intake,
		  enum err (*each)(void *ctx, const struct store_report *report,
				   struct str raw, enum decode_media media),
		  void *ctx, struct diag *why) MUST_CHECK;
/* The same for what lies in the bin for `domain` and the names below it:
 * `id` is that of the entry in the intake log, `outcome` STORE_UNCLAIMED. */
enum err store_each_unclaimed(
	struct store *s, struct str domain,
	enum err (*each)(void *ctx, const struct store_report *report,
			 struct str raw, enum decode_media media),
	void *ctx, struct diag *why) MUST_CHECK;
/* What strangers have us keep and nobody asked for, for quotas: bytes, and a
 * little for each entry of the log. */
struct store_bins {
	uint64_t unclaimed, sidelined;
};
enum { STORE_ENTRY_BYTES = 1024 };
enum err store_bins_get(struct store *s, struct store_bins *out,
			struct diag *why) MUST_CHECK;
/* Everything that came through a door goes: reports that came through no
 * other, entries of the log, and addresses and sources seen nowhere else. For
 * sample data. A call does a part; `more` is false when all is done. */
enum err store_delete_door(struct store *s, int64_t owner, struct str door,
			   uint64_t *reports, bool *more,
			   struct diag *why) MUST_CHECK;
/* For reparse: the next stored report replaces `report` (same id, receipt
 * time and trust); 0 ends that. */
void store_replaces(struct store *s, int64_t report, int64_t intake);

#include "store/verdict.h"

#endif
