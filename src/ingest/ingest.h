/* ingest.h - report mail into the store: the main job.
 *
 * A parser process reads the bytes and hands typed values over; this process
 * writes them. The parser never sees the store, the store never sees bytes.
 */
#ifndef INGEST_H
#define INGEST_H

#include "base/base.h"
#include "geo/geo.h"
#include "store/store.h"

struct ingest_item {
	struct str path, member;
	enum store_outcome outcome;
	bool dropped; /* over a quota: told, counted, and not kept */
	enum decode_kind kind;
	int64_t report; /* id in the store, 0 none */
	struct str org, report_id, domain;
	int64_t begin, end;
	bool known; /* org ... passed are known (not for rejected, ignored) */
	uint64_t records, messages, passed;
	size_t repair_count;
	const struct dmarc_repair *repairs;
	struct diag why;
};

struct ingest_totals {
	uint64_t files, bytes, imported, duplicates, superseded, rejected;
	uint64_t ignored, records, messages;
	uint64_t unclaimed; /* in the bin */
};

struct ingest_options {
	int64_t owner;
	enum store_trust trust;
	int64_t now;           /* received_at, UTC seconds */
	bool dry_run;          /* read and judge, write nothing */
	const struct geo *geo; /* for the places of addresses; may be NULL */
	/* Each item after it is durable. Strings live during the call. */
	void (*item)(void *ctx, const struct ingest_item *item);
	/* Now and then; `all_files` 0 while still counting. */
	void (*progress)(void *ctx, const struct ingest_totals *so_far,
			 uint64_t all_files);
	void *ctx;
	/* Set by a signal handler: finish the batch and come back. */
	const volatile int *stop;
	/* Whose a policy domain is: an owner, STORE_OWNER_UNCLAIMED for
	 * nobody's. NULL: everything is `owner`'s. */
	int64_t (*owner_of)(void *ctx, struct str domain);
	void *owner_ctx;
};

/* For owner_of: by the domains that are registered in the control store of
 * `dir`. NULL in `out` when there is none, which ingest_owner_of takes. */
struct ingest_owners;
enum err ingest_owners_open(const char *dir, struct ingest_owners **out,
			    struct diag *why) MUST_CHECK;
void ingest_owners_close(struct ingest_owners *o); /* NULL is fine */
int64_t ingest_owner_of(void *owners, struct str domain);

/* Takes files, directories (recursively; Maildir's tmp is left alone), mbox
 * files and "-" for standard input. A path that cannot be read is an item
 * with outcome rejected and "io.open". Ends with enriching and folding. */
enum err ingest_run(struct store *s, const char *const *paths, size_t count,
		    const struct ingest_options *options,
		    struct ingest_totals *out, struct diag *why) MUST_CHECK;
/* Names and places addresses that lack it and rebuilds the days that changed;
 * ingest_run and ingest_reparse end with it. For when the geo file changed,
 * or a run was interrupted before its end. */
enum err ingest_settle(struct store *s, int64_t owner, const struct geo *geo,
		       struct diag *why) MUST_CHECK;
/* Parses everything kept once more, after an update of the program; or one
 * report, by its id. */
enum err ingest_reparse(struct store *s, int64_t only_report,
			const struct ingest_options *options,
			struct ingest_totals *out, struct diag *why) MUST_CHECK;

/* Made-up mail, recognisable by its door "sample", which counts whatever is
 * registered; removing it leaves nothing of it behind. */
struct ingest_sample {
	const char *dir; /* of the control store, which notes the domains */
	unsigned domains, days;
	enum err (*make)(void *ctx, unsigned domains, unsigned days,
			 enum err (*mail)(void *ctx, struct str name,
					  struct str message),
			 void *mail_ctx, struct diag *why);
	void *ctx;
};
enum err ingest_sample_load(struct store *s, const struct ingest_sample *what,
			    const struct ingest_options *options,
			    struct ingest_totals *out,
			    struct diag *why) MUST_CHECK;
enum err ingest_sample_remove(struct store *s, const char *dir,
			      uint64_t *deleted, struct diag *why) MUST_CHECK;

/* Looks at a report or a mail with reports and keeps nothing: a parser process
 * of its own, locked away, reads `bytes` within bounds of time and memory, and
 * `sink` is told what decode_document would tell. What the sink returns ends
 * it. ERR_SYNTAX "ingest.parser_died": what was told is not all. */
enum err ingest_view(struct str bytes, int64_t now,
		     const struct decode_sink *sink,
		     struct diag *why) MUST_CHECK;

#include "ingest/serve.h"

#endif
