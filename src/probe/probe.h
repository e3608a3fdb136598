/* probe.h - one HTTPS fetch or one look at a mail server, without blocking,
 * as what RFC 8461 sections 3.3 and 4.2 make of it.
 *
 * Connects to the address it is given and to no other; follows nothing;
 * judges nothing: a bad certificate ends no conversation, it is noted.
 */
#ifndef PROBE_H
#define PROBE_H

#include "base/base.h"
#include "facts/facts.h"
#include "loop/loop.h"
#include "netaddr/netaddr.h"

struct probe_options {
	const char *ca_file; /* PEM; NULL: the system's */
	/* Addresses that may be connected to although they are not public. */
	const struct netaddr_net *allow;
	size_t allow_n;
	bool allow_private_all;
	const char *ehlo;               /* our honest name; needed for mail */
	const char *agent;              /* User-Agent; NULL: "Waxseal" */
	uint16_t https_port, smtp_port; /* 0: 443, 25 */
	int64_t connect_ms, tls_ms;     /* 0: 10 s each */
	int64_t web_ms, mail_ms;        /* the whole; 0: 30 s, 60 s */
	/* How long a mail server is not asked again, but answered from memory
	 * (a tenth of it after a failure). 0: ten minutes; below 0: not. */
	int64_t keep_ms;
	unsigned at_once, at_an_address; /* connections; 0: 64, 2 */
};

struct probe;

/* Copies what is in `options`. "tls.bad_file" when `ca_file` is none. */
enum err probe_new(struct loop *l, const struct probe_options *options,
		   struct probe **out, struct diag *why) MUST_CHECK;
/* Ends all that is under way without a word. Not from within `done`. NULL is
 * fine. */
void probe_free(struct probe *p);

/* GET https://HOST/PATH (`path` with its slash) at `address`, SNI `host`.
 * `done` is called once, later, from the loop; what it is shown is gone when
 * it returns. It may ask for more. More than the limits allow waits its turn;
 * the time counts from the turn on. A `host` or `path` with blanks or control
 * characters, or too long, ends as FACTS_PROTOCOL. */
void probe_web(struct probe *p, struct str host, struct str path,
	       const struct netaddr *address,
	       void (*done)(void *ctx, const struct facts_web *web), void *ctx);
/* Banner, EHLO, STARTTLS, TLS with SNI `host`, EHLO, QUIT. Bytes that came
 * behind the answer to STARTTLS are dropped (RFC 3207 section 4.2); `why`
 * then says so although the stage is FACTS_DONE. The same host and address
 * within `keep_ms` gets the same answer. Web servers are always asked: their
 * answers must not be cached (RFC 8461 section 3.3). */
void probe_mail(struct probe *p, struct str host, const struct netaddr *address,
		void (*done)(void *ctx, const struct facts_mail *mail),
		void *ctx);
/* Questions under way or waiting. */
size_t probe_busy(const struct probe *p);

/* Whether `address` is public, or `options` allow it: no private, loopback,
 * link-local, shared (RFC 6598), multicast, reserved or metadata address and
 * no form of IPv6 that hides an IPv4 address (RFC 6890). */
bool probe_allowed(const struct probe_options *options,
		   const struct netaddr *address) MUST_CHECK;

#endif
