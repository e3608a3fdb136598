/* item.h - what all kinds of reports share on their way in and out. */
#ifndef STORE_ITEM_H
#define STORE_ITEM_H

#include "store/writer.h"

/* A row of `report` before it is written. */
struct store_record {
	int64_t id, owner, kind, state;
	struct str identity, hash;
	int64_t domain, org, reporter;
	struct str report_id;
	int64_t begin, end, day, records, messages, passed, trust, complete;
	int64_t received_at;
	struct str repairs, head;
};
/* Key of contracts section 1; `domain` is the sorted list for TLS reports. */
struct store_key {
	int64_t owner;
	enum decode_kind kind;
	struct str domain, org, report_id;
	int64_t begin, end;
};
enum { STORE_IDENTITY_BYTES = 16 };
void store_identity(const struct store_key *key, uint8_t out[SEAL_HASH_BYTES]);
/* Lower case, single blanks: "Google  Inc." and "google inc." are one. */
void store_fold_org(struct str org, struct buf *out);
enum err store_record_add(struct store *s, const struct store_record *r,
			  struct diag *why) MUST_CHECK;
/* The report with this hash; 0 when there is none but the replaced. */
enum err store_by_hash(struct store *s, int64_t owner, const uint8_t *hash,
		       int64_t *id, struct diag *why) MUST_CHECK;
/* The same document came from somebody who may be trusted more: it counts as
 * theirs, whichever of the two came first. */
enum err store_lift_trust(struct store *s, int64_t id, enum store_trust trust,
			  struct diag *why) MUST_CHECK;
/* Both, for reports that come whole: *id is the double, or 0. A report that
 * was to be read again and is another's double goes. */
enum err store_settle_double(struct store *s, struct store_origin *origin,
			     const uint8_t *hash, int64_t *id,
			     struct diag *why) MUST_CHECK;
enum err store_has_rivals(struct store *s, int64_t owner, struct str identity,
			  bool *out, struct diag *why) MUST_CHECK;
/* The id the next report gets; the replaced one goes away for it. */
enum err store_take_id(struct store *s, struct store_origin *origin,
		       int64_t *id, struct diag *why) MUST_CHECK;
enum err store_keep_raw(struct store *s, const struct decode_end *end,
			int64_t report, struct diag *why) MUST_CHECK;
/* Writes the log for the outcome and report of `item` and fills the rest;
 * ends a replacement. */
enum err store_log(struct store *s, const struct store_origin *origin,
		   const struct decode_end *end, struct store_item *item,
		   struct diag *why) MUST_CHECK;
/* What is known of a stored report; `found` false when it is not there. */
struct store_known {
	bool found, rows_kept;
	int64_t owner, kind, state, domain, day, trust, received_at;
	char identity[STORE_IDENTITY_BYTES];
};
enum err store_known(struct store *s, int64_t id, struct store_known *out,
		     struct diag *why) MUST_CHECK;
void store_print_repairs(const struct decode_end *end, struct buf *out);

/* ---- remove.c ---- */

/* Takes a report with all it has out of the tables and, when it counted, out
 * of the roll-ups. Who counts instead is not decided here. */
enum err store_remove(struct store *s, int64_t id, bool keep_raw,
		      struct diag *why) MUST_CHECK;

#endif
