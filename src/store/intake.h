/* intake.h - the log of everything that arrived. Comes in with list.h. */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/store.h"

/* One thing that was found in a message or file, and what became of it. */
struct store_intake_item {
	int64_t id, owner;
	enum store_outcome outcome;
	enum decode_kind kind;
	enum store_trust trust; /* of the way it came */
	int64_t received_at;
	struct str door; /* "smtp", "post", "upload" ...; "" a file */
	struct str upload, path, member;
	struct str envelope; /* JSON object, "{}" for a file; see write.h */
	struct str verdict;  /* JSON object; "" nobody judged; carrier.h */
	struct str carrier_from, carrier_subject, carrier_id; /* of a mail */
	int64_t carrier_date;                                 /* 0 unknown */
	/* Of the report; for unclaimed ones only the first two. */
	struct str domain, org, report_id, repairs;
	int64_t report; /* id; 0: none, or it is gone */
	int64_t begin, end;
	uint64_t records, messages, passed;
	struct diag why; /* of the rejected */
	bool raw_kept;   /* bytes of the rejected and the unclaimed */
	bool mail_kept;  /* the whole carrying message */
};

struct store_intake_list {
	int64_t owner; /* STORE_OWNER_SELF sees the bin, too */
	bool filtered;
	enum store_outcome outcome; /* when filtered */
	struct str upload;          /* items of this message only, or "" */
	int64_t only_id;            /* this entry only, or 0 */
	uint64_t limit;             /* 0: STORE_LIMIT_MAX */
	struct str cursor;
};
/* Newest first; as store_reports otherwise. */
enum err store_intake(struct store *s, const struct store_intake_list *list,
		      enum err (*row)(void *ctx,
				      const struct store_intake_item *),
		      void *ctx, struct buf *next, struct diag *why) MUST_CHECK;
/* How many entries have each outcome. */
enum err store_intake_counts(struct store *s, int64_t owner,
			     uint64_t counts[STORE_OUTCOMES],
			     struct diag *why) MUST_CHECK;
/* The bytes of a rejected or unclaimed entry; ERR_GONE "store.raw_gone". */
enum err store_intake_raw(struct store *s, int64_t owner, int64_t id,
			  struct buf *out, enum decode_media *media,
			  struct diag *why) MUST_CHECK;
/* The entry that brought a report in; ERR_GONE "store.no_report". */
enum err store_report_envelope(
	struct store *s, int64_t owner, int64_t report,
	enum err (*row)(void *ctx, const struct store_intake_item *), void *ctx,
	struct diag *why) MUST_CHECK;
/* The whole carrying message; ERR_GONE "store.raw_gone". */
enum err store_carrier_get(struct store *s, int64_t owner, struct str upload,
			   struct buf *out, struct diag *why) MUST_CHECK;

/* What lies in the bin, by domain. */
struct store_bin_domain {
	struct str domain;
	uint64_t reports;
	int64_t first_received, last_received;
};
enum err store_bin_domains(struct store *s,
			   enum err (*row)(void *ctx,
					   const struct store_bin_domain *),
			   void *ctx, struct diag *why) MUST_CHECK;

/* How regularly a reporter writes, from the last 60 days of its reports. */
struct store_reporter {
	struct str reporter;   /* folded, as the filter takes it */
	int64_t last_received; /* UTC seconds */
	int64_t gap;           /* median between days with reports, seconds in
				* whole days; 0: one day only */
	uint64_t days;         /* with reports */
};
/* `kind` DECODE_DMARC or DECODE_TLSRPT; `domain` "" for all of the owner's
 * (bounded: then of a large store the newest days only). Most days first. */
enum err
store_reporters(struct store *s, const struct store_list *list, int64_t now,
		enum err (*row)(void *ctx, const struct store_reporter *),
		void *ctx, struct diag *why) MUST_CHECK;

#endif
