/* resolver.h - questions to DNS: through a validating resolver (libunbound in
 * the event loop), and to single name servers on sockets of our own.
 *
 * Every question is answered exactly once, never from within the call that
 * asked it, and at the latest when its time is over (it counts from its turn
 * on). What an answer says is explained at `struct facts_dns`; here:
 *   FACTS_NODATA with a chain: the CNAMEs lead to a name without this type,
 *     or (direct answers) out of what that server told.
 *   FACTS_TIMEOUT of a direct question also stands for "not reached": `why`
 *     says what happened ("not asked: not a public address" ...).
 *   A direct answer that is not `authoritative` comes from a lame server.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "base/base.h"
#include "facts/facts.h"
#include "loop/loop.h"

enum {
	RESOLVER_PORT = 53,
	RESOLVER_MS = 10000,       /* a question, all look-ups included */
	RESOLVER_DIRECT_MS = 6000, /* a question to one server, all tries */
	RESOLVER_PARALLEL = 256,   /* of either kind; the rest waits */
	RESOLVER_PARALLEL_MAX = 512,
	RESOLVER_RECORDS = 500, /* more in one answer: FACTS_SERVFAIL */
	RESOLVER_CHAIN = 11     /* more CNAMEs, as libunbound: FACTS_LOOP */
};

/* All zero is fine. Texts are only read by resolver_new. */
struct resolver_options {
	/* "ADDR:PORT", "[ADDR]:PORT" or "ADDR" to forward to. NULL: those of
	 * `resolv_conf` when it names any and they let DNSSEC through, else
	 * from the root down. */
	const char *server;
	const char *resolv_conf; /* NULL: /etc/resolv.conf */
	/* A file of DS or DNSKEY records, or "none": nothing is validated.
	 * NULL: what Debian installs for the root, else the DS built in. */
	const char *anchor;
	/* Which servers may be asked directly (probe_allowed); answers may hold
	 * any address. NULL: none but with `allow_private`, which lets all be
	 * asked. */
	bool (*may_ask)(const void *guard, const struct netaddr *server);
	const void *guard;
	bool allow_private;
	uint16_t port;         /* of servers asked directly; 0: RESOLVER_PORT */
	int64_t ms, direct_ms; /* 0: RESOLVER_MS, RESOLVER_DIRECT_MS */
	/* 0: RESOLVER_PARALLEL. Each question needs a descriptor, up to three
	 * for those that are silent. */
	size_t parallel;
};

struct resolver;

/* `answer` and all it points to live until `resolver_done` returns. It may ask
 * and cancel, but not free the resolver. */
typedef void (*resolver_done)(void *ctx, const struct facts_dns *answer);

/* `why`: "resolver.server" for an address that is none, "resolver.anchor" for
 * a file that cannot be read or holds no key. */
enum err resolver_new(struct loop *l, const struct resolver_options *o,
		      struct resolver **out, struct diag *why) MUST_CHECK;
/* Open questions are dropped without an answer. NULL is fine. */
void resolver_free(struct resolver *r);
/* A name that cannot be asked for is answered FACTS_NXDOMAIN; "" and "." are
 * the root. When the keys of the trust anchor cannot be fetched and proven,
 * all answers are `unproven` instead of bogus. */
void resolver_ask(struct resolver *r, struct str name, uint16_t type,
		  resolver_done done, void *ctx);
/* Asks this server alone, without recursion and without a cache. */
void resolver_ask_at(struct resolver *r, const struct netaddr *server,
		     struct str name, uint16_t type, resolver_done done,
		     void *ctx);
/* Questions from now on see DNS as it is, not as it was cached: they wait until
 * those under way are answered. */
void resolver_forget(struct resolver *r);
/* Forgets all open questions with this `ctx`: their `done` is not called. */
void resolver_cancel(struct resolver *r, const void *ctx);

#endif
