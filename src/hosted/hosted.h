/* hosted.h - the index of what is hosted: a file that `hosting` writes, and
 * that policy host and name server map.
 *
 * Two files of one form: `hosted`, everything, and `hosted.new`, what changed
 * since. Each is written beside its place, synced and renamed into it, so that
 * readers see a whole one or the one before. They start without a database and
 * hold no lock on it. Names are A-labels in lower case without a dot at their
 * end. Nothing in here is a secret but the keys, which are sealed.
 *
 * Everything in a file is under a checksum. Up to HOSTED_CHECKED bytes all of
 * them are held against it when the file is opened, and one wrong octet is
 * enough to refuse it; of larger files this is done with what concerns every
 * domain, and with each domain when it is first asked for: one that is damaged
 * is then not there.
 */
#ifndef HOSTED_H
#define HOSTED_H

#include "base/base.h"
#include "netaddr/netaddr.h"

enum {
	HOSTED_NS_MAX = 8,
	HOSTED_ADDRESSES_MAX = 16,
	HOSTED_CAA_MAX = 4,
	HOSTED_OWN_MAX = 8,
	/* Bytes: */
	HOSTED_POLICY_MAX = 64 << 10, /* RFC 8461 section 3.3 */
	HOSTED_CHAIN_MAX = 64 << 10,
	HOSTED_KEY_MAX = 8 << 10,
	HOSTED_TXT_MAX = 4 << 10,
	HOSTED_CHALLENGE_MAX = 512,
	HOSTED_DIGEST = 32,
	HOSTED_TOKEN_MAX = 63, /* a label */
	HOSTED_NAME_MAX = 245, /* "mta-sts." before it is a name, too */
	HOSTED_CHECKED = 64 << 20
};

enum hosted_flag {
	/* The domain is its owner's, proven: everything of it may be served. */
	HOSTED_PROVEN = 1 << 0,
	/* No longer proven, but a policy is still cached by senders: the
	 * policy (mode none) is served, and nothing else. */
	HOSTED_RETIRING = 1 << 1,
	/* In `hosted.new` only: it stands in `hosted` and is no more. */
	HOSTED_GONE = 1 << 2,
	/* A name of this installation, such as the dashboard's, behind
	 * HOSTED_OWN_LABEL, as it may be a domain that is hosted, too: chain,
	 * key and challenges are of the name itself. No policy is served of
	 * it. Needs no token. */
	HOSTED_OWN = 1 << 3
};
#define HOSTED_OWN_LABEL "_own."

/* The names of a domain that lead into the zone, each by a CNAME to a place of
 * its own there: BELOW.DOMAIN to TOKEN.LABEL.ZONE. */
enum hosted_place {
	HOSTED_AT_POLICY,
	HOSTED_AT_STS,
	HOSTED_AT_TLS_RPT,
	HOSTED_AT_DMARC,
	HOSTED_PLACES
};
extern const struct hosted_lead {
	const char *below, *label;
} hosted_leads[HOSTED_PLACES];

/* One domain. What is empty does not exist. */
struct hosted_domain {
	struct str name;
	struct str token; /* [a-z0-9], its label in the hosted zone */
	unsigned flags;   /* enum hosted_flag */
	/* Served as it is at https://mta-sts.NAME/.well-known/mta-sts.txt */
	struct str policy;
	/* TXT values: TOKEN.s, TOKEN.r, TOKEN.d of the zone. */
	struct str sts, tls_rpt, dmarc;
	/* Of mta-sts.NAME: certificates in DER, leaf first, each behind its
	 * length in three bytes, big-endian; PKCS #8 in DER, sealed. */
	struct str chain, key;
	/* http-01: the token asked for and the key authorisation to answer;
	 * tls-alpn-01: SHA-256 of the key authorisation. */
	struct str http_token, http_answer, alpn_digest;
};

struct hosted_server {
	struct str name; /* in the zone or out of it */
	struct netaddr address[2];
	size_t addresses; /* glue; only for names in the zone */
};

/* What is the same for all. */
struct hosted_zone {
	struct str name;  /* "host.example"; empty: there is no hosted zone */
	struct str rname; /* "hostmaster.host.example" */
	uint32_t serial;  /* grows with every change of a record */
	uint32_t ttl;     /* seconds, of every record */
	struct hosted_server ns[HOSTED_NS_MAX];
	size_t ns_n;
	/* Where policy hosts answer: A and AAAA of every TOKEN.p */
	struct netaddr address[HOSTED_ADDRESSES_MAX];
	size_t address_n;
	/* CAA `issue` values at every TOKEN.p:
	 * "letsencrypt.org; accounturi=..." */
	struct str caa[HOSTED_CAA_MAX];
	size_t caa_n;
	/* The domain of report addresses, in the zone or empty: then
	 * NAME._report._dmarc.REPORTS is TXT "v=DMARC1" for proven domains
	 * (RFC 9990 section 4), and it has MX and addresses of its own. */
	struct str reports;
	struct str reports_mx; /* a host name; its address is `address` when
				* it is in the zone */
	/* Names of this installation: `address` and `caa` where they are in
	 * the zone. */
	struct str own[HOSTED_OWN_MAX];
	size_t own_n;
};

/* ---- writing (one process) ---- */

struct hosted_writer;
/* Begins DIR/hosted (`whole`), or DIR/hosted.new that goes over it. Text is
 * copied. Errors as os.h has them. */
enum err hosted_begin(const char *dir, bool whole,
		      const struct hosted_zone *zone,
		      struct hosted_writer **out, struct diag *why) MUST_CHECK;
/* ERR_SYNTAX "hosted.bad_domain" for what cannot be kept, also a name or token
 * for the second time: nothing was added. With HOSTED_GONE only the name
 * counts. */
enum err hosted_add(struct hosted_writer *w, const struct hosted_domain *d,
		    struct diag *why) MUST_CHECK;
/* Puts it in its place, durably; a whole one removes `hosted.new`. Frees `w`,
 * also on an error. */
enum err hosted_commit(struct hosted_writer *w, struct diag *why) MUST_CHECK;
void hosted_abandon(struct hosted_writer *w); /* NULL is fine */

/* ---- reading (any process) ---- */

struct hosted;
/* Nothing hosted yet is no error. A file that is damaged is refused whole:
 * ERR_SYNTAX "hosted.damaged". */
enum err hosted_open(const char *dir, struct hosted **out,
		     struct diag *why) MUST_CHECK;
/* Maps what has been put in place since; true when there was something. What
 * was read before is of no use then. On an error what stood is kept. Costs two
 * stat calls when nothing changed. */
bool hosted_refresh(struct hosted *h);
/* Why the last refresh kept what stood; NULL when nothing is wrong. */
const struct diag *hosted_trouble(const struct hosted *h);
void hosted_close(struct hosted *h); /* NULL is fine */

/* Texts point into the file, until the next refresh or close. */
const struct hosted_zone *hosted_zone_of(const struct hosted *h);
/* False when it is not there. `name` and `token` in lower case. */
bool hosted_by_name(const struct hosted *h, struct str name,
		    struct hosted_domain *out);
bool hosted_by_token(const struct hosted *h, struct str token,
		     struct hosted_domain *out);
/* A name of this installation; `out->name` is without the label. */
bool hosted_own(const struct hosted *h, struct str host,
		struct hosted_domain *out);
/* Every domain, in no order; `each` returns false to stop. */
void hosted_each(const struct hosted *h,
		 bool (*each)(void *ctx, const struct hosted_domain *d),
		 void *ctx);
size_t hosted_count(const struct hosted *h);

#endif
