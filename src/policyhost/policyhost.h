/* policyhost.h - the role that serves MTA-STS policies (RFC 8461 section 3.3)
 * for every domain of the index, and answers a CA's challenges for them.
 *
 * On 443 the name in the ClientHello chooses the certificate; a name that is
 * not hosted, or has no certificate, ends the handshake with alert 112
 * (unrecognized_name), never with somebody else's certificate. One path is
 * served, to GET and HEAD. On 80 there are answers to http-01, and for the
 * dashboard's name the way to HTTPS; nothing else redirects. No database is
 * opened.
 */
#ifndef POLICYHOST_H
#define POLICYHOST_H

#include "base/base.h"
#include "netaddr/netaddr.h"

struct policyhost_options {
	const char *data; /* directory of the index and of policy.log */
	/* SEAL_KEY_BYTES that open the keys of the index, NULL while there
	 * are none: then no domain has a certificate. Asked when a
	 * certificate is not ready yet. */
	const uint8_t *(*key)(void *ctx);
	/* Listening; they stay the caller's. */
	const int *tls_fds, *plain_fds;
	size_t tls_n, plain_n;
	/* Connections on 443 for this name (a host name, "": none) are handed
	 * to whoever reads the other end of `dashboard_fd` before a byte of
	 * them is read: os_send_fd, with the peer's address (16 octets) and
	 * port (two, big-endian) as the message. */
	struct str dashboard;
	int dashboard_fd; /* -1: none */
	/* Where port 80 leads who asks for that name: "https://panel.example",
	 * without a slash at its end; empty: nowhere. */
	struct str dashboard_url;
	/* Everything below: 0 takes what stands behind it. */
	unsigned cached; /* certificates ready to serve, 8 KB each: 32768 */
	unsigned connections, per_address; /* 20000, 100; IPv6: each /64 */
	int64_t connection_ms;  /* from its beginning to its end: 30 s */
	uint64_t log_max;       /* bytes of policy.log, twice at most: 16 MiB */
	int64_t (*clock)(void); /* UTC seconds */
	/* Called in the loop once it serves, then every second while it does.
	 * May be NULL. */
	void (*alive)(void *ctx);
	void *ctx; /* of `key` and `alive` */
};

/* Serves until SIGTERM or SIGINT. Returns an exit status: 0 when it was asked
 * to stop. An index that cannot be read is told in the log and looked at again
 * every second. */
int policyhost_run(const struct policyhost_options *options);

/* ---- who fetched ---- */

/* One answered request for a policy. */
struct policyhost_fetch {
	int64_t time; /* UTC seconds */
	struct str domain;
	struct netaddr client;
	int status;       /* 200, or 404 when there was no policy */
	uint64_t policy;  /* policyhost_policy_id of what was served, or 0 */
	struct str tls;   /* "TLSv1.3" */
	struct str agent; /* User-Agent, clipped, printable; may be empty */
};

/* Tells versions of a policy apart: of its octets. */
uint64_t policyhost_policy_id(struct str policy);

/* Where a reader is. Zero: at the oldest that is kept. To be stored by the
 * reader between calls. */
struct policyhost_place {
	uint64_t file, offset;
};

/* Hands on up to `max` fetches from `place` on and moves it behind them. What
 * was dropped from the log meanwhile is passed over. `each` returns false to
 * stop behind that one. Texts live until it returns. */
enum err policyhost_log_read(const char *data, struct policyhost_place *place,
			     size_t max,
			     bool (*each)(void *ctx,
					  const struct policyhost_fetch *f),
			     void *ctx, struct diag *why) MUST_CHECK;

#endif
