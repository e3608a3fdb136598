/* dnswire.h - what an authoritative name server answers: the octets of a
 * question in, those of the answer out.
 *
 * Pure: no sockets, no clock. What the zone holds is asked for through two
 * calls. One zone, without delegations, wildcards and DNSSEC. Nothing is
 * allocated on the way of a question.
 */
#ifndef DNSWIRE_H
#define DNSWIRE_H

#include "base/base.h"
#include "netaddr/netaddr.h"

enum {
	DNSWIRE_NAME_MAX = 255, /* octets, RFC 1035 section 2.3.4 */
	DNSWIRE_LABELS_MAX = 127,
	DNSWIRE_UDP_MAX = 1232, /* octets of a datagram that is not cut */
	DNSWIRE_TCP_MAX = 65535,
	DNSWIRE_MAC = 32,        /* octets of HMAC-SHA256 */
	DNSWIRE_FUDGE = 300,     /* seconds, RFC 8945 section 10 */
	DNSWIRE_SECRET_MAX = 64, /* octets */
	DNSWIRE_COOKIE = 24,     /* octets of a client's and ours */
	DNSWIRE_COOKIE_SECRET = 16
};

enum dnswire_type {
	DNSWIRE_A = 1,
	DNSWIRE_NS = 2,
	DNSWIRE_CNAME = 5,
	DNSWIRE_SOA = 6,
	DNSWIRE_HINFO = 13,
	DNSWIRE_MX = 15,
	DNSWIRE_TXT = 16,
	DNSWIRE_AAAA = 28,
	DNSWIRE_OPT = 41,
	DNSWIRE_TSIG = 250,
	DNSWIRE_IXFR = 251,
	DNSWIRE_AXFR = 252,
	DNSWIRE_ANY = 255,
	DNSWIRE_CAA = 257
};

enum dnswire_rcode {
	DNSWIRE_NOERROR = 0,
	DNSWIRE_FORMERR = 1,
	DNSWIRE_SERVFAIL = 2,
	DNSWIRE_NXDOMAIN = 3,
	DNSWIRE_NOTIMP = 4,
	DNSWIRE_REFUSED = 5,
	DNSWIRE_NOTAUTH = 9,
	DNSWIRE_BADVERS = 16
};

/* ---- the zone ---- */

/* As on the wire, in lower case, with the empty label at its end. */
struct dnswire_name {
	uint8_t b[DNSWIRE_NAME_MAX];
	uint8_t n; /* octets; 0: no name */
};
/* Of "host.example", a dot at the end or not; false when it is no name. */
bool dnswire_name_of(struct str text, struct dnswire_name *out) MUST_CHECK;
struct str dnswire_name_str(const struct dnswire_name *name);

struct dnswire_record {
	uint16_t type;
	uint16_t preference; /* of an MX */
	/* A, AAAA: the address. NS, CNAME, MX: a name, as in dnswire_name.
	 * TXT: the text, cut into strings of 255 octets here. CAA: the value
	 * of "issue". Others: the RDATA. */
	struct str data;
};

/* What stands at a name. Records of one type stand together. */
struct dnswire_node {
	const struct dnswire_record *at;
	size_t n;                      /* 0: nothing but names below it */
	struct dnswire_record room[2]; /* `at` may point here */
};

struct dnswire_zone {
	struct dnswire_name apex; /* none: every question is refused */
	struct dnswire_name mname, rname;
	uint32_t serial, ttl, minimum;
	/* `labels`, in lower case, stand to the left of the apex; n 0 is the
	 * apex itself, whose SOA is not among the records. False: there is
	 * no such name, nor any below it. What is told lives until the next
	 * call. */
	bool (*find)(void *ctx, const struct str *labels, size_t n,
		     struct dnswire_node *out);
	/* Every name with records but the apex, for transfers; false when
	 * `visit` stopped it. */
	bool (*each)(void *ctx,
		     bool (*visit)(void *to, const struct str *labels, size_t n,
				   const struct dnswire_node *node),
		     void *to);
	void *ctx;
};

/* ---- keys (RFC 8945, HMAC-SHA256) ---- */

struct dnswire_key {
	struct dnswire_name name;
	uint8_t secret[DNSWIRE_SECRET_MAX];
	size_t n;
};
/* "NAME SECRET-IN-BASE64", also "hmac-sha256:NAME:SECRET", blanks and a line
 * end round it. */
bool dnswire_key_parse(struct str text, struct dnswire_key *out) MUST_CHECK;

/* What the last message of an exchange was signed with. */
struct dnswire_chain {
	const struct dnswire_key *key; /* NULL: nobody signed */
	uint8_t mac[DNSWIRE_MAC];
};

/* ---- answers ---- */

struct dnswire_ask {
	struct str query;
	bool tcp;
	int64_t now; /* UTC seconds */
	const struct dnswire_key *keys;
	size_t key_n;
	/* For cookies: who asks, and octets nobody else has, NULL: none. */
	const struct netaddr *from;
	const uint8_t *secret;
};

enum dnswire_do {
	DNSWIRE_SILENCE, /* no answer is due */
	DNSWIRE_SEND,
	DNSWIRE_STREAM /* dnswire_transfer has the answer; TCP only */
};

struct dnswire_reply {
	uint8_t *p;  /* the caller's */
	size_t room; /* UDP: DNSWIRE_UDP_MAX; TCP: DNSWIRE_TCP_MAX */
	size_t n;
	enum dnswire_rcode rcode;
	uint16_t type; /* asked for; 0 when it was not understood */
	bool cut;
	size_t question; /* octets of header and question */
	size_t opt;      /* octets of OPT, which is then the last record */
	/* The question had a cookie of ours: it is from where it says. */
	bool known;
	/* Answers with the same content have the same, for limits. */
	uint64_t account;
	struct dnswire_chain chain; /* of the question */
};

/* `p` and `room` of `out` are set. RFC 1034, 1035, 2308, 4343,
 * 6891, 7873, 8020, 8482, 8945, 9018, 9619. */
enum dnswire_do dnswire_answer(const struct dnswire_zone *zone,
			       const struct dnswire_ask *ask,
			       struct dnswire_reply *out);
/* Makes it say "ask again by TCP", hardly longer than its question. */
void dnswire_cut(struct dnswire_reply *reply);

/* The whole zone (RFC 5936) as messages of some 16 KiB, each signed. `query`
 * and `chain` are those of the question; `clock` gives UTC seconds. False when
 * `send` did not take one. */
struct dnswire_transfer {
	struct str query;
	struct dnswire_chain chain;
	int64_t (*clock)(void);
	bool (*send)(void *ctx, struct str message);
	void *ctx;
};
bool dnswire_transfer(const struct dnswire_zone *zone,
		      struct dnswire_transfer *t);

/* ---- NOTIFY (RFC 1996) ---- */

enum { DNSWIRE_NOTIFY_MAX = 1024 };
/* `key` may be NULL. Octets written. */
size_t dnswire_notify(const struct dnswire_zone *zone, uint16_t id,
		      const struct dnswire_key *key, int64_t now,
		      uint8_t out[DNSWIRE_NOTIFY_MAX]);
/* Whether `message` answers the NOTIFY of that id without an error. */
bool dnswire_notify_taken(struct str message, uint16_t id);

/* ---- limits of answers (response rate limiting) ---- */

/* Counts answers of one account to one network (IPv4 /24, IPv6 /56). A table
 * of a fixed size: what was not seen for long is forgotten first. */
struct dnswire_limit;
enum dnswire_pass { DNSWIRE_PASS, DNSWIRE_SLIP, DNSWIRE_DROP };

/* `rate` answers a second, 0: no limit. Beyond it every second one is let
 * slip, cut. `seed`: random, so that nobody knows who shares a place. */
struct dnswire_limit *dnswire_limit_new(size_t places, uint32_t rate,
					uint64_t seed) MUST_CHECK;
void dnswire_limit_free(struct dnswire_limit *limit); /* NULL is fine */
/* `ms`: any clock that only grows. */
enum dnswire_pass dnswire_limit_ask(struct dnswire_limit *limit,
				    const struct netaddr *from,
				    uint64_t account, int64_t ms);

#endif
