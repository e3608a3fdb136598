/* nameserver.h - the role that answers for the hosted zone, on port 53.
 *
 * Reads the index that `hosting` writes (hosted.h) and nothing else: it opens
 * no database and asks nobody. UDP and TCP give the same. Secondaries are told
 * of every change and may take the zone (AXFR) with a key.
 */
#ifndef NAMESERVER_H
#define NAMESERVER_H

#include "base/base.h"
#include "dnswire/dnswire.h"
#include "netaddr/netaddr.h"

struct nameserver_secondary {
	struct netaddr_port at;
	/* Signs what it is told; NULL: unsigned. */
	const struct dnswire_key *key;
};

struct nameserver_options {
	const char *dir; /* of the index */
	/* Bound datagram sockets, listening stream sockets; the caller's. */
	const int *udp, *tcp;
	size_t udp_n, tcp_n;
	/* Who may take the zone. */
	const struct dnswire_key *keys;
	size_t key_n;
	const struct nameserver_secondary *secondaries;
	size_t secondary_n;
	/* Answers a second to one network, each of its kind; 0: no limit. */
	uint32_t rate;
	/* Everything below: 0 takes what stands behind it. */
	unsigned connections, per_address; /* 1000, 20; IPv6 by /64 */
	unsigned transfers;                /* at a time: 4 */
	int64_t idle_ms;                   /* of a connection: 15 s */
	int64_t refresh_ms;                /* looks at the index: 500 ms */
	int64_t notify_ms;                 /* between tries: 5 s */
	/* Called in the loop once it serves, then every second while it does.
	 * May be NULL. */
	void (*alive)(void *ctx);
	void *ctx;
};

/* Serves until SIGTERM or SIGINT. Returns an exit status: 0 when it was asked
 * to stop, 1 when it could not begin (told in the log). */
int nameserver_run(const struct nameserver_options *options);

#endif
