/* store.h - the report store: reports, rows, roll-ups, what arrived.
 *
 * One directory, one writer at a time, any number of readers. Nothing above
 * this room knows that SQLite is inside: the calls are what ClickHouse and
 * PostgreSQL will answer too (docs/adr/). Text given in is copied, text given
 * out lives during the callback only. Every call is scoped by an owner.
 */
#ifndef STORE_H
#define STORE_H

#include "base/base.h"
#include "decode/decode.h"
#include "netaddr/netaddr.h"
#include "sender/sender.h"

enum {
	STORE_OWNER_SELF = 1,     /* the only owner until there are tenants */
	STORE_OWNER_UNCLAIMED = 2 /* the bin: reports for nobody's domains */
};

enum store_trust {
	STORE_UNVERIFIED, /* from outside, not verified */
	STORE_OPERATOR,   /* the user's own files and mailboxes */
	STORE_VERIFIED
};

enum store_outcome {
	STORE_IMPORTED,
	STORE_DUPLICATE,
	STORE_SUPERSEDED, /* kept, not counted: a better one has its key */
	STORE_REJECTED,
	STORE_IGNORED,
	STORE_UNCLAIMED, /* in the bin: for a domain that nobody registered */
};
enum { STORE_OUTCOMES = STORE_UNCLAIMED + 1 };

const char *store_outcome_name(enum store_outcome outcome);
const char *store_trust_name(enum store_trust trust);

struct store;

#include "store/query.h"
#include "store/write.h"
#include "store/admin.h"
#include "store/hosts.h"
#include "store/own_spf.h"
#include "store/latest.h"

#endif
