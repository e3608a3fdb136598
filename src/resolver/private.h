/* private.h - what the files of the resolver share. */
#ifndef RESOLVER_PRIVATE_H
#define RESOLVER_PRIVATE_H

#include "resolver/resolver.h"

#include <ldns/ldns.h>
#include <sys/queue.h>

enum {
	RESOLVER_NAME_ROOM = 1024, /* every byte as "\DDD", and a NUL */
	RESOLVER_MEM = 2 << 20,    /* one answer, bytes at most */
	RESOLVER_SERVERS = 4,      /* forwarders, as in resolv.conf */
	RESOLVER_ANCHORS = 16,     /* keys of one anchor file */
	RESOLVER_ANCHOR_ROOM = 2048
};

/* ---- wire.c: names and packets ---- */

/* Folds case and drops the dot at the end; `room` holds name.n bytes. */
struct str resolver_name_copy(struct str name, char *room);
/* False: cannot be asked for. Else the caller frees it deeply. */
bool resolver_name_read(struct str text, ldns_rdf **out) MUST_CHECK;
/* Lower case, no dot at the end. False: no memory left in `mem`. */
bool resolver_name_print(const ldns_rdf *name, struct arena *mem,
			 struct str *out) MUST_CHECK;

enum { RESOLVER_QUERY_ROOM = 512 };

struct resolver_query {
	uint8_t at[RESOLVER_QUERY_ROOM];
	size_t n;
	size_t question_n; /* bytes behind the header */
};

/* A question without recursion, `id` in host order. */
bool resolver_query_write(struct resolver_query *q, const ldns_rdf *name,
			  uint16_t type, bool edns) MUST_CHECK;
void resolver_query_number(struct resolver_query *q, uint16_t id);
/* Whether `packet` answers this very question: id, QR, the question itself.
 * An error without a question section counts, too. */
bool resolver_query_fits(const struct resolver_query *q,
			 struct str packet) MUST_CHECK;
bool resolver_is_truncated(struct str packet);
/* FORMERR or NOTIMP: what old servers say to EDNS. */
bool resolver_is_puzzled(struct str packet);

/* ---- answer.c ---- */

/* Fills what `packet` says into `answer`, whose name and type are set. What
 * cannot be read is FACTS_SERVFAIL. Texts live in `mem`. */
void resolver_read(struct str packet, struct arena *mem,
		   struct facts_dns *answer);

/* ---- anchor.c ---- */

struct resolver_anchor {
	char text[RESOLVER_ANCHOR_ROOM]; /* as in a zone file */
	char name[RESOLVER_NAME_ROOM];   /* whose keys it vouches for */
};

struct resolver_anchors {
	struct resolver_anchor *at; /* heap_free */
	size_t n;
};

/* `path` as in struct resolver_options; "none" leaves it empty. */
enum err resolver_anchors_read(struct resolver_anchors *a, const char *path,
			       struct diag *why) MUST_CHECK;

/* ---- upstream.c: libunbound ---- */

/* "ADDR@PORT", as libunbound writes it. */
struct resolver_server {
	char at[NETADDR_PRINT_MAX + 8];
};

struct ub_ctx;

enum resolver_state {
	RESOLVER_NEW,
	RESOLVER_PRIMING,  /* the keys of the anchors are asked for */
	RESOLVER_CHANGING, /* the next way is taken in a moment */
	RESOLVER_READY
};

/* What we ask through: forwarders or the root servers, and as a last resort
 * without a trust anchor. */
struct resolver_upstream {
	struct ub_ctx *ub;
	struct resolver_server servers[RESOLVER_SERVERS];
	size_t servers_n;
	bool servers_given; /* by the options: no way round them */
	struct resolver_anchors anchors;
	struct loop_timer *timer;
	bool unproven;
	enum resolver_state state;
	unsigned way;    /* which is tried or used */
	size_t primed;   /* anchors whose keys have been proven */
	int64_t settled; /* monotonic ms */
};

enum err resolver_upstream_open(struct resolver *r,
				const struct resolver_options *o,
				struct diag *why) MUST_CHECK;
void resolver_upstream_close(struct resolver *r);
/* Whether questions may be put now; else resolver_pump is called when they
 * may. `idle`: none is under way, time to look for a better way. */
bool resolver_upstream_ready(struct resolver *r, bool idle);
/* The same way once more, with nothing under way and nothing cached. Not from
 * within a callback of libunbound. */
void resolver_upstream_renew(struct resolver *r);

/* ---- ask.c, direct.c ---- */

struct resolver_ask;
struct resolver_direct;
TAILQ_HEAD(resolver_asks, resolver_ask);
TAILQ_HEAD(resolver_directs, resolver_direct);

struct resolver {
	struct loop *loop;
	struct resolver_upstream up;
	bool (*may_ask)(const void *guard, const struct netaddr *server);
	const void *guard;
	bool allow_private;
	uint16_t port;
	int64_t ms, direct_ms;
	size_t parallel;
	struct resolver_asks waiting, open;
	/* Nobody waits for them any more, but libunbound still has them. */
	struct resolver_asks left;
	size_t open_n, left_n;
	bool stale; /* the cache is to be lost before the next question */
	struct resolver_directs direct_waiting, direct_open;
	size_t direct_n;
};

/* Starts what may start, soon. */
void resolver_pump(struct resolver *r);
void resolver_ask_pump(struct resolver *r);
void resolver_ask_cancel(struct resolver *r, const void *ctx);
void resolver_ask_close(struct resolver *r);
void resolver_direct_pump(struct resolver *r);
void resolver_direct_cancel(struct resolver *r, const void *ctx);
void resolver_direct_close(struct resolver *r);

#endif
