/* cert.h - an order under way, shared by the files that see to it. */
#ifndef HOSTING_CERT_H
#define HOSTING_CERT_H

#include "hosting/order.h"

struct hosting_order {
	struct hosting *h;
	size_t slot;
	struct arena *mem;
	int64_t id, owner; /* of the hosted domain */
	int64_t not_after; /* of the certificate that is there; 0: none */
	struct str name, host;
	bool own; /* a name of ours: `name` is what it has in the index */
	uint64_t tries;
	struct acme_due due;
	struct hosting_preflight preflight; /* facts NULL: it is over */
	pid_t pid;
	int fd;
	struct loop_watch *watch;
	struct hosting_challenge challenge;
	bool shown;
	bool told; /* how it ended */
};

/* ---- cert.c ---- */

/* What of the authorities' limits is used up, and written down. */
struct acme_pace *hosting_pace(struct hosting *h);
void hosting_pace_save(struct hosting *h);

/* ---- cert_child.c ---- */

/* False: nothing was begun. */
bool hosting_order_begin(struct hosting_order *o);
/* Ends it, whatever it does; its challenge is taken down. */
void hosting_order_free(struct hosting_order *o);
/* Nobody was asked but DNS and ourselves: that may be done again soon, as a
 * name that has just been published is not there everywhere yet. */
void hosting_order_fail_early(struct hosting_order *o,
			      const struct diag *fault);

#endif
