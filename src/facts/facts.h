/* facts.h - what is known of the world while a domain is looked at: answers
 * of DNS, web and mail servers, and the questions that are still open.
 *
 * Pure. A check asks for what it needs; what is not known yet is noted and
 * comes back as NULL, and the check gives up for now ("not yet"). Whoever
 * drives it (inspect) finds the answers to all that is open at once, puts
 * them in, and runs the check again. So every rule is a function from facts
 * to findings, and a test hands it any world it likes.
 */
#ifndef FACTS_H
#define FACTS_H

#include "base/base.h"
#include "facts/cert.h"
#include "facts/seen.h"
#include "netaddr/netaddr.h"

enum facts_type { /* IANA numbers */
		  FACTS_A = 1,
		  FACTS_NS = 2,
		  FACTS_CNAME = 5,
		  FACTS_SOA = 6,
		  FACTS_PTR = 12,
		  FACTS_MX = 15,
		  FACTS_TXT = 16,
		  FACTS_AAAA = 28,
		  FACTS_DS = 43,
		  FACTS_DNSKEY = 48,
		  FACTS_TLSA = 52,
		  FACTS_SPF = 99,
		  FACTS_CAA = 257
};

enum facts_status {
	FACTS_FOUND,
	FACTS_NODATA,   /* the name exists, not with this type */
	FACTS_NXDOMAIN, /* RFC 8020: nothing at or below the name */
	FACTS_SERVFAIL,
	FACTS_BOGUS, /* DNSSEC says forged or broken; `why` has the reason */
	FACTS_REFUSED,
	FACTS_TIMEOUT,
	FACTS_LOOP, /* CNAMEs in a circle, or too many of them */
};

struct facts_rr {
	/* TXT: the character strings joined with nothing between (as bytes).
	 * NS, CNAME, MX, PTR: the name, lower case, no dot at its end ("" is
	 * the root). SOA: its first name. Others: the RDATA as bytes. */
	struct str data;
	struct netaddr address; /* A, AAAA */
	uint16_t preference;    /* MX */
	uint16_t strings;       /* TXT: how many character strings */
};

struct facts_dns {
	struct str name; /* as asked for, folded */
	uint16_t type;
	enum facts_status status;
	bool secure;   /* validated up to a trust anchor */
	bool unproven; /* no trust anchor could be had: secure is unknown */
	uint32_t ttl;  /* seconds, the least of the answer */
	const struct facts_rr *rr;
	size_t n;
	const struct str *chain; /* CNAME targets hop by hop */
	size_t chain_n;
	struct str why; /* of a failure, English, for details; may be empty */
	/* Asked of this one server, without recursion: facts_ask_at. */
	bool direct;
	bool authoritative; /* AA of a direct answer */
	struct netaddr server;
};

/* How far a connection came. */
enum facts_stage {
	FACTS_NOT_ALLOWED, /* private, loopback or other forbidden address */
	FACTS_UNREACHABLE, /* no route, no address of that family here */
	FACTS_CONN_REFUSED,
	FACTS_CONN_TIMEOUT,
	FACTS_NO_STARTTLS, /* mail: not offered, or refused */
	FACTS_TLS_FAILED,  /* see tls.alert */
	FACTS_TLS_TIMEOUT,
	FACTS_PROTOCOL, /* it spoke, but not as it should (`why`) */
	FACTS_TOO_SLOW, /* the answer did not end in time */
	FACTS_DONE
};

struct facts_tls {
	int version;       /* 0x0303 TLS 1.2, 0x0304 1.3; 0 never agreed */
	int alert;         /* number of the alert that was received, -1 none */
	bool client_asked; /* the server wanted a client certificate */
	struct str cipher;
	struct facts_cert cert; /* leaf; `cert.there` says if one came */
};

/* GET https://HOST/PATH at one address. Redirects are not followed. */
struct facts_web {
	enum facts_stage stage;
	struct str why;
	struct facts_tls tls;
	int status;    /* HTTP, 0 none */
	bool has_type; /* there is a Content-Type */
	struct str type, encoding, location, server; /* header values */
	struct str body; /* at most FACTS_BODY_MAX */
	bool cut;        /* ended before its Content-Length */
	bool over;       /* longer than FACTS_BODY_MAX */
	uint32_t ms;
};

enum { FACTS_BODY_MAX = 64 * 1024 };

/* A mail server at one address, port 25: banner, EHLO, STARTTLS, EHLO, QUIT. */
struct facts_mail {
	enum facts_stage stage;
	struct str why;    /* what the server said last, when it matters */
	struct str banner; /* first line */
	bool size, pipelining, smtputf8, requiretls; /* offered in EHLO */
	struct facts_tls tls;
	uint32_t ms;
};

/* What a check looks at. Every check has the form
 *   bool ROOM_check(struct facts *, const struct facts_subject *,
 *		     struct finding_list *out)
 * and is false while it lacks facts; `out` then means nothing. */
struct facts_subject {
	struct str domain;           /* folded */
	const struct str *selectors; /* DKIM: given or seen in reports */
	size_t selectors_n;
	struct facts_seen seen; /* in reports */
};

struct facts;

/* `now` in UTC seconds is the time of all judgements. Answers, texts and
 * questions live in it, `max` bytes at most. */
struct facts *facts_new(size_t max, int64_t now);
void facts_free(struct facts *f); /* NULL is fine */
int64_t facts_now(const struct facts *f);
/* Memory that lives as long as the facts. */
struct arena *facts_mem(struct facts *f);

/* The answer, or NULL: not known yet, the question is noted. `name` need not
 * be folded; a name that cannot be asked for (too long, empty label) is
 * answered FACTS_NXDOMAIN at once. */
const struct facts_dns *facts_ask(struct facts *f, struct str name,
				  enum facts_type type);
/* The same, asked of the name server at this address and of no cache. */
const struct facts_dns *facts_ask_at(struct facts *f, struct str name,
				     enum facts_type type,
				     const struct netaddr *server);
const struct facts_web *facts_fetch(struct facts *f, struct str host,
				    struct str path,
				    const struct netaddr *address);
/* The same at the first address of `host`, IPv4 before IPv6. False: not yet. No
 * address: `*answer` is NULL, and `*sure` whether there really is none. */
bool facts_fetch_first(struct facts *f, struct str host, struct str path,
		       const struct facts_web **answer, bool *sure);
/* `host` is the SNI and the name that the certificate is held against. */
const struct facts_mail *facts_probe(struct facts *f, struct str host,
				     const struct netaddr *address);

/* The finding that says why there is no answer, "dns.servfail" and so on; NULL
 * when there is one (found, no data, no such name). */
const char *facts_trouble(enum facts_status status);

#include "facts/answers.h"

#endif
