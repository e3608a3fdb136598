/* hosting.h - the service behind hosted policies: sees that a domain is its
 * owner's, has its policy served and its id follow, gets and renews its
 * certificate, and retires what senders have cached.
 *
 * What is to be is in the control store (control/hosting.h); this makes it so,
 * one safe step after the other, and writes the index that the name server and
 * the policy host read. It goes on wherever it was stopped: every step is
 * decided in the store, done, and written down.
 */
#ifndef HOSTING_H
#define HOSTING_H

#include "base/base.h"
#include "control/control.h"
#include "hosted/hosted.h"
#include "inspect/inspect.h"
#include "loop/loop.h"

enum {
	HOSTING_POLL_MS = 1000,
	HOSTING_PROOF_EVERY = CIVIL_DAY, /* seconds between looks */
	HOSTING_PROOF_SOON = 30,         /* while it is not proven, at first */
	HOSTING_CAS_MAX = 4
};

struct hosting_list {
	const char *const *at;
	size_t n;
};

/* Texts must outlive the service; empty ones are "". */
struct hosting_options {
	const char *data;       /* directory */
	const char *master_key; /* file; "": DATA.master-key beside DATA */
	/* Where reports come to, for the TLS-RPT record. */
	const char *hostname, *base_url;
	const char *zone; /* "host.example"; "": nothing is hosted */
	/* "ns1.host.example=192.0.2.1=2001:db8::1"; out of the zone without
	 * addresses. */
	struct hosting_list nameservers;
	struct hosting_list addresses; /* of the policy hosts */
	/* Names of this installation that certificates are kept for: the
	 * dashboard's, the mail server's. */
	struct hosting_list own;
	struct hosting_list cas; /* URLs of directories, best first */
	struct hosting_list caa; /* "letsencrypt.org", one for each of them */
	const char *ca_file;     /* roots for their HTTPS; "": the system's */
	const char *contact;     /* "mailto:..."; may be "" */
	const char *profile;     /* may be "" */
	const char *eab_kid, *eab_hmac_file; /* of the first; both or none */
	bool terms_agreed;
	/* Whom notices of trouble are for, as bits (notify.h); 0: nobody. */
	unsigned channels;
	int64_t (*clock)(void); /* UTC seconds */
	int64_t poll_ms;        /* 0: HOSTING_POLL_MS */
	/* Called while something takes long, so that nobody takes the service
	 * for stuck. May be NULL. */
	void (*alive)(void *ctx);
	void *ctx;
};

/* The file of the master key; false when the path is too long. */
bool hosting_key_path(const struct hosting_options *o, struct buf *out);

/* What of the options stands in the index; texts point into the options or
 * live in `mem`. ERR_SYNTAX "hosting.bad_zone", "hosting.bad_nameserver",
 * "hosting.bad_address", "hosting.bad_own_name". */
enum err hosting_zone(const struct hosting_options *o, struct arena *mem,
		      struct hosted_zone *out, struct diag *why) MUST_CHECK;

struct hosting;

/* Begins to work in the loop. The inspect may connect to the addresses of the
 * policy hosts. What the stores say when they cannot be opened, and
 * hosting_zone. */
enum err hosting_start(struct loop *l, struct inspect *in,
		       const struct hosting_options *options,
		       struct hosting **out, struct diag *why) MUST_CHECK;
/* After inspect_free: looks under way are dropped, orders are ended. NULL is
 * fine. */
void hosting_stop(struct hosting *h);

#endif
