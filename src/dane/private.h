/* private.h - what the files of this room share. */
#ifndef DANE_PRIVATE_H
#define DANE_PRIVATE_H

#include "dane/dane.h"

enum {
	DANE_SERVERS_MAX = 16,
	DANE_RECORDS_MAX = 16,
	DANE_ADDRESSES_MAX = 8,
	DANE_LOOKS_MAX = 24 /* of one domain */
};

enum dane_state {
	DANE_STATE_UNKNOWN, /* addresses not known, or no trust anchor */
	DANE_STATE_NONE,    /* no TLSA records: DANE is not asked for */
	DANE_STATE_UNSIGNED,
	DANE_STATE_BOGUS,     /* senders keep the mail back */
	DANE_STATE_NO_ANSWER, /* the same */
	DANE_STATE_UNUSABLE,
	DANE_STATE_USABLE
};

enum dane_verdict {
	DANE_UNPROBED,
	DANE_GOOD,
	DANE_NO_TLS,
	DANE_NO_MATCH,
	DANE_BAD_NAME,
	DANE_BAD_DATES,
	DANE_BAD_CHAIN
};

struct dane_look {
	const struct netaddr *address;
	enum dane_verdict verdict;
};

struct dane_server {
	struct str host, base; /* TLSA base domain */
	enum dane_state state;
	const struct facts_dns *tlsa;
	struct dane_tlsa r[DANE_RECORDS_MAX];
	enum dane_use use[DANE_RECORDS_MAX];
	bool matched[DANE_RECORDS_MAX]; /* by a chain seen anywhere */
	size_t n;
	struct dane_look look[DANE_ADDRESSES_MAX];
	size_t looks;
};

struct dane_survey {
	struct str domain;
	const struct facts_dns *mx;
	struct dane_server server[DANE_SERVERS_MAX];
	size_t n;
	size_t looks;
};

/* False while facts are missing. Without an answer about MX there are no
 * servers. */
bool dane_survey(struct facts *f, struct str domain, struct dane_survey *out);

#endif
