/* write.h - how reports get into the store. Come in through store.h. */
#ifndef STORE_WRITE_H
#define STORE_WRITE_H

#include "store/store.h"

/* Work is done in batches: everything between store_begin and store_commit
 * is durable after the commit, or as if it had never been. ERR_BUSY
 * ("store.busy"): another writer held on longer than the patience of
 * store_open. ERR_IO "store.full": the disk; the batch is void, the store is
 * whole. */
enum err store_begin(struct store *s, struct diag *why) MUST_CHECK;
enum err store_commit(struct store *s, struct diag *why) MUST_CHECK;
void store_rollback(struct store *s);

/* Where a report came from; the same for all its calls. */
struct store_origin {
	int64_t owner;
	enum store_trust trust;
	int64_t received_at; /* UTC seconds */
	struct str path;     /* file or envelope, for the intake log */
	/* Empty for what came as a file: the door, the id of the message
	 * ("items of an upload") and, as a JSON object, its envelope:
	 * client, helo, mail_from, recipients, domain, tls, smtputf8, lmtp;
	 * what is not known is left out. */
	struct str door, upload, envelope;
};

/* A DMARC report: head, rows as they are read, then end. Rows go into a
 * savepoint, so that memory does not grow with the report; store_forget
 * takes everything since the head back. */
enum err store_dmarc_head(struct store *s, const struct store_origin *origin,
			  const struct dmarc_head *head,
			  struct diag *why) MUST_CHECK;
enum err store_dmarc_row(struct store *s, const struct dmarc_row *row,
			 struct diag *why) MUST_CHECK;
void store_forget(struct store *s);

/* What became of an item; strings live until the next call on `s`. */
struct store_item {
	enum store_outcome outcome;
	int64_t report; /* its id, 0 for rejected and ignored; of the one
			 * already there for a duplicate */
	int64_t intake; /* id in the intake log */
};

/* Ends the report begun by store_dmarc_head, decides by contracts section 1
 * whether it counts, and writes report, raw bytes, roll-ups, intake log. */
enum err store_dmarc_end(struct store *s, const struct decode_end *end,
			 struct store_item *out, struct diag *why) MUST_CHECK;
enum err store_tls(struct store *s, const struct store_origin *origin,
		   const struct tlsrpt_report *report,
		   const struct decode_end *end, struct store_item *out,
		   struct diag *why) MUST_CHECK;
enum err store_failure(struct store *s, const struct store_origin *origin,
		       const struct failrpt_report *report,
		       const struct decode_end *end, struct store_item *out,
		       struct diag *why) MUST_CHECK;
/* Rejected or ignored: into the intake log, the bytes kept for a later try
 * (rejected only). */
enum err store_refused(struct store *s, const struct store_origin *origin,
		       const struct decode_end *end, struct store_item *out,
		       struct diag *why) MUST_CHECK;

/* A readable report whose domain nobody registered: into the bin, that is an
 * entry of the intake log under STORE_OWNER_UNCLAIMED with the bytes, which
 * count nowhere. */
struct store_nobodys {
	struct str domain; /* policy domain */
	struct str org;    /* who sent it */
};
enum err store_unclaimed(struct store *s, const struct store_origin *origin,
			 const struct store_nobodys *what,
			 const struct decode_end *end, struct store_item *out,
			 struct diag *why) MUST_CHECK;
/* Keeps the whole message that carried reports, sealed and compressed, until
 * its trust is judged; once for each `upload`. */
enum err store_carrier(struct store *s, const struct store_origin *origin,
		       struct str message, struct diag *why) MUST_CHECK;
/* Remembers, within the batch, that everything of a segment of the spool
 * before `offset` is in the store. */
enum err store_spool_done(struct store *s, struct str segment, uint64_t offset,
			  struct diag *why) MUST_CHECK;
/* Forgets segments that `gone` says are no more; looks at some thousand in a
 * call. Not within a batch. */
enum err store_spool_forget(struct store *s,
			    bool (*gone)(void *ctx, struct str segment),
			    void *ctx, struct diag *why) MUST_CHECK;
/* 0 in `offset` for a segment that is not known. */
enum err store_spool_get(struct store *s, struct str segment, uint64_t *offset,
			 struct diag *why) MUST_CHECK;

/* ---- what is not needed for counting, worked out after import ---- */

/* An address as the store knows it. */
struct store_endpoint {
	int64_t id;
	struct netaddr ip;
	enum sender_evidence evidence; /* best of its reports, or _NETWORK */
	struct str profile;            /* slug of that evidence, or empty */
	struct str host; /* that its PTR says and that leads back, or empty */
};

struct store_place {
	char country[3]; /* ISO 3166-1, "" unknown */
	uint32_t asn;    /* 0 unknown */
	struct str as_name;
	struct str place;           /* city, from a City file only */
	double latitude, longitude; /* NaN unknown */
};

/* Has new addresses named and placed as they come. `look` must be quick: a
 * local file, no network. Without this call, and for what is learnt later,
 * store_enrich does it, which also ends this. `stamp` as there; a `look` of
 * NULL ends it, too. */
void store_place_with(struct store *s, struct str stamp,
		      void (*look)(void *ctx, const struct store_endpoint *e,
				   struct store_place *place),
		      void *ctx);
/* Gives every address whose name or place is missing or older than `stamp`
 * (changes with the geo file and the profile file). `look` fills `place`;
 * the store then chooses the source name and marks the days to fold. */
enum err store_enrich(struct store *s, int64_t owner, struct str stamp,
		      void (*look)(void *ctx, const struct store_endpoint *e,
				   struct store_place *place),
		      void *ctx, struct diag *why) MUST_CHECK;
/* Rebuilds the coarse roll-ups of the days that changed. `progress` (may be
 * NULL) is told how many of how many days are done. */
enum err store_fold(struct store *s, int64_t owner,
		    void (*progress)(void *ctx, uint64_t done, uint64_t all),
		    void *ctx, struct diag *why) MUST_CHECK;

/* The user's judgement of a source. */
struct store_triage {
	struct str source; /* slug */
	struct str domain; /* empty: for all domains */
	enum sender_triage triage;
	struct str note;
	int64_t set_at; /* UTC seconds */
};
/* Marks the days to fold. ERR_GONE "store.no_source". */
enum err store_triage_set(struct store *s, int64_t owner,
			  const struct store_triage *judgement,
			  struct diag *why) MUST_CHECK;

#endif
