/* hosting.h - domains whose records and policy we host: their tokens, proof
 * of ownership and mode. Comes in with control.h.
 *
 * A row outlives its domain: while a policy is still cached by senders its
 * end is served (RFC 8461 section 8.3), and a token is never given twice.
 * What the role `hosting` does is decided here first and published after, so
 * that it goes on rightly wherever it was stopped.
 */
#ifndef CONTROL_HOSTING_H
#define CONTROL_HOSTING_H

#include "control/control.h"
#include "stsmode/stsmode.h"

enum {
	CONTROL_TOKEN_LETTERS = 20,         /* 100 bits */
	CONTROL_PROOF_LETTERS = 32,         /* of the TXT challenge */
	CONTROL_PROOF_LOST = 7 * CIVIL_DAY, /* then nothing is renewed */
	CONTROL_HOSTED_TEXT = 4096 /* bytes of a TXT value or MX list */
};
#define CONTROL_PROOF_LABEL "_waxseal-proof" /* below the domain */
#define CONTROL_PROOF_VALUE "waxseal-proof=" /* before the challenge */

enum control_proof {
	CONTROL_UNPROVEN,
	CONTROL_BY_TXT,       /* _waxseal-proof.D has the challenge */
	CONTROL_BY_DELEGATION /* a CNAME leads to the domain's own token */
};
const char *control_proof_name(enum control_proof proof); /* "txt" ... */

struct control_hosted {
	int64_t id, owner;
	int64_t domain; /* control_domain's id; 0: not in the account any more
			 */
	struct str name;
	struct str token;     /* TOKEN.p.ZONE, TOKEN.s.ZONE ... */
	struct str challenge; /* without CONTROL_PROOF_VALUE */
	enum control_purpose purpose;
	int64_t added_at;
	int64_t removed_at; /* hosting was ended, or the domain removed; 0 */

	enum control_proof proof; /* the last that was seen */
	int64_t proven_at;        /* first seen; 0 never */
	int64_t checked_at;       /* last look that got answers */
	int64_t due_at;           /* next look */
	int64_t lost_at;          /* proven before, gone since; 0: it stands */

	enum stsmode_state mode; /* what is wished, and served */
	int64_t mode_since;
	struct str mode_author;
	struct str mx_more; /* patterns beside the live MX, one a line */
	struct str tls_rpt; /* TXT value; "": the one of control_records */
	struct str dmarc;   /* TXT value; "": none is hosted */

	/* What keeps it from being served as wished: code of the catalogue
	 * and its {detail}; "": nothing. */
	struct str fault, fault_detail;
	int64_t fault_at;
};

/* Proven, and the proof is not lost for CONTROL_PROOF_LOST. */
bool control_hosted_good(const struct control_hosted *h, int64_t now);

/* ---- for people: scoped by an owner, by the domain's name ---- */

/* Begins to host the domain `h->name` of the account at `h->added_at`, unproven
 * and off, and fills the rest of `h`, as it is when it is hosted already.
 * ERR_GONE "control.no_domain"; ERR_SYNTAX "control.public_suffix"; ERR_LIMIT
 * "control.quota_hosted". */
enum err control_hosted_add(struct control *c, int64_t owner,
			    struct control_hosted *h, struct arena *mem,
			    struct diag *why) MUST_CHECK;
/* ERR_GONE "control.not_hosted", also when it was removed. */
enum err control_hosted_find(struct control *c, int64_t owner, struct str name,
			     struct arena *mem, struct control_hosted *out,
			     struct diag *why) MUST_CHECK;
/* By name; removed ones, too, while something of them is still served. */
enum err control_hosted_each(struct control *c, int64_t owner,
			     enum err (*each)(void *ctx,
					      const struct control_hosted *),
			     void *ctx, struct diag *why) MUST_CHECK;
/* Looks for the proof at once. */
enum err control_hosted_hurry(struct control *c, int64_t owner, struct str name,
			      int64_t now, struct diag *why) MUST_CHECK;
/* Asks no gate: whoever calls has (stsmode_judge). ERR_GONE
 * "hosting.unproven" for any step of a domain that is not proven. */
struct control_mode_change {
	enum stsmode_state mode;
	struct str author; /* of control_deed's form */
	int64_t at;
	/* What was judged: when the mode is another one by now, nothing is
	 * changed, ERR_BUSY "hosting.mode_changed". NULL: whatever it is. */
	const struct control_hosted *seen;
};
enum err control_hosted_mode(struct control *c, int64_t owner, struct str name,
			     const struct control_mode_change *change,
			     struct diag *why) MUST_CHECK;
/* NULL leaves a text as it is. Values are checked by whoever calls. */
struct control_hosted_texts {
	const struct str *mx_more, *tls_rpt, *dmarc;
};
enum err control_hosted_texts(struct control *c, int64_t owner, struct str name,
			      const struct control_hosted_texts *texts,
			      struct diag *why) MUST_CHECK;
/* Ends hosting: what senders have cached is retired first. */
enum err control_hosted_remove(struct control *c, int64_t owner,
			       struct str name, int64_t now,
			       struct diag *why) MUST_CHECK;

/* ---- for the role `hosting` ---- */

/* Changes with every change of what is hosted, also by others. */
uint64_t control_hosting_stamp(struct control *c);
/* Those of which something is or may be served, of all owners. */
enum err control_hosted_all(struct control *c,
			    enum err (*each)(void *ctx,
					     const struct control_hosted *),
			    void *ctx, struct diag *why) MUST_CHECK;
/* Those of one name, the living one last. */
enum err control_hosted_named(struct control *c, struct str name,
			      enum err (*each)(void *ctx,
					       const struct control_hosted *),
			      void *ctx, struct diag *why) MUST_CHECK;
/* Those that changed since that stamp, also when they are over. */
enum err control_hosted_changed(struct control *c, uint64_t since,
				enum err (*each)(void *ctx,
						 const struct control_hosted *),
				void *ctx, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.not_hosted". */
enum err control_hosted_get(struct control *c, int64_t id, struct arena *mem,
			    struct control_hosted *out,
			    struct diag *why) MUST_CHECK;
/* Domains that left the account are marked as removed. */
enum err control_hosted_orphans(struct control *c, int64_t now,
				struct diag *why) MUST_CHECK;
/* The oldest whose look for the proof is due; it is not due again for an
 * hour. Removed ones come, too, while they are served. False in `found`:
 * none. */
enum err control_hosted_due(struct control *c, int64_t now, struct arena *mem,
			    struct control_hosted *out, bool *found,
			    struct diag *why) MUST_CHECK;
/* What a look for the proof saw. `proof` CONTROL_UNPROVEN: name servers said
 * that there is none; unknown is not told at all. */
struct control_proof_seen {
	int64_t id;
	enum control_proof proof;
	int64_t at, due_at;
};
enum err control_hosted_seen(struct control *c,
			     const struct control_proof_seen *seen,
			     struct diag *why) MUST_CHECK;
/* It said nothing: looks again at `due_at`. */
enum err control_hosted_later(struct control *c, int64_t id, int64_t due_at,
			      struct diag *why) MUST_CHECK;
/* "" clears. */
enum err control_hosted_fault(struct control *c, int64_t id,
			      const struct diag *fault, int64_t at,
			      struct diag *why) MUST_CHECK;
/* Everything is over: STSMODE_REMOVED. */
enum err control_hosted_over(struct control *c, int64_t id, int64_t now,
			     struct diag *why) MUST_CHECK;

/* Policies, certificates, accounts, counts. */
#include "control/hosting_policy.h"
#include "control/hosting_cert.h"

#endif
