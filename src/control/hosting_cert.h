/* hosting_cert.h - certificates, the accounts at authorities, and how often
 * they may be asked. Comes in with control.h.
 *
 * Keys come and go sealed with the master key, which is in no file of the
 * data directory: control_master_key.
 */
#ifndef CONTROL_HOSTING_CERT_H
#define CONTROL_HOSTING_CERT_H

#include "control/control.h"
#include "seal/seal.h"

/* The 32 bytes of the file at `path`; with `make` it is made when it is not
 * there (mode 0600). ERR_GONE "io.open"; ERR_SYNTAX "hosting.bad_master_key"
 * for a file that is none. Wipe it after use (seal_wipe). */
enum err control_master_key(const char *path, bool make,
			    uint8_t key[SEAL_KEY_BYTES],
			    struct diag *why) MUST_CHECK;

struct control_cert {
	int64_t hosted;  /* 0: of the installation itself */
	struct str name; /* "mta-sts.example.com" */
	/* As hosted.h has them; "" while there is none. */
	struct str chain, key;
	int64_t not_before, not_after, issued_at;
	struct str ca; /* URL of the directory that issued it */
	/* When to order the next, and how often it failed since. */
	int64_t next_try;
	uint64_t tries;
	struct str fault, fault_detail; /* of the last try; "": none */
	int64_t fault_at;
};

/* Replaces the one of `cert->name`; tries and fault are over. */
enum err control_cert_put(struct control *c, const struct control_cert *cert,
			  struct diag *why) MUST_CHECK;
/* It was not issued: counts up. A certificate that is there stays. Of `cert`
 * only hosted, name, next_try, fault, fault_detail and fault_at are read. */
enum err control_cert_failed(struct control *c, const struct control_cert *cert,
			     struct diag *why) MUST_CHECK;
/* False in `found`: nothing is known of that name. */
enum err control_cert_find(struct control *c, struct str name,
			   struct arena *mem, struct control_cert *out,
			   bool *found, struct diag *why) MUST_CHECK;
/* Hosted domains that need a certificate now: proven ones that have a policy,
 * at most `most`. A hosted domain is due as soon as it has one. */
enum err control_cert_due(struct control *c, int64_t now, unsigned most,
			  enum err (*each)(void *ctx,
					   const struct control_hosted *),
			  void *ctx, struct diag *why) MUST_CHECK;
/* Of the owner's domains, soonest to end first; CONTROL_OWNER_SELF has those of
 * the installation, too. `owner` 0: all. */
enum err control_certs(struct control *c, int64_t owner,
		       enum err (*each)(void *ctx, const struct control_cert *),
		       void *ctx, struct diag *why) MUST_CHECK;
/* Is due now; whose it may be as above. ERR_GONE "hosting.no_cert". */
enum err control_cert_hurry(struct control *c, int64_t owner, struct str name,
			    int64_t now, struct diag *why) MUST_CHECK;
/* Forgets it, when its domain is over. */
enum err control_cert_remove(struct control *c, struct str name,
			     struct diag *why) MUST_CHECK;

/* ---- accounts ---- */

struct control_acme {
	struct str ca;  /* URL of the directory */
	struct str key; /* sealed */
	struct str kid; /* URL of the account; "" until it is registered */
	int64_t made_at;
};
enum err control_acme_get(struct control *c, struct str ca, struct arena *mem,
			  struct control_acme *out, bool *found,
			  struct diag *why) MUST_CHECK;
enum err control_acme_put(struct control *c, const struct control_acme *a,
			  struct diag *why) MUST_CHECK;
/* With a master key that is not the one they were sealed with nothing can be
 * opened: certificates and accounts are forgotten, to be made anew. */
enum err control_certs_forget(struct control *c, struct diag *why) MUST_CHECK;

/* ---- how often ---- */

/* What of the authorities' limits is used up, as acme_pace_print has it; "" at
 * first. */
enum err control_pace_get(struct control *c, struct buf *out,
			  struct diag *why) MUST_CHECK;
enum err control_pace_put(struct control *c, struct str bytes,
			  struct diag *why) MUST_CHECK;

#endif
