/* lab.h - a small zone, questions as octets, answers as text.
 *
 * Answers are read by ldns, not by our own code. */
#ifndef LAB_H
#define LAB_H

#include "dnswire/dnswire.h"

#include <ldns/ldns.h>

#define LAB_KEY_NAME "xfr.keys.test"
#define LAB_SECRET "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IDEyMzQ="

enum { LAB_LONG = 3000 };

/* host.example: see lab.c. */
const struct dnswire_zone *lab_zone(void);
const struct dnswire_key *lab_key(void);

struct lab_query {
	const char *name; /* "" or ".": the root; case is kept */
	unsigned type;
	unsigned class; /* 0: IN */
	unsigned flags; /* of the header */
	unsigned edns;  /* size; 0: no OPT */
	unsigned version;
	bool dnssec;
};
/* Octets written. */
size_t lab_write(const struct lab_query *q, uint8_t out[512]);

struct lab_answer {
	enum dnswire_do what;
	uint8_t octets[DNSWIRE_TCP_MAX];
	struct dnswire_reply reply;
	ldns_pkt *packet; /* NULL: ldns cannot read it */
};
/* lab_done afterwards. */
void lab_ask(struct str query, bool tcp, struct lab_answer *out);
void lab_ask_for(const struct lab_query *q, bool tcp, struct lab_answer *out);
void lab_done(struct lab_answer *a);
/* "tok.p.host.example. 300 IN A 192.0.2.80; ..." in `out`. */
const char *lab_text(const ldns_rr_list *records, struct buf *out);

#endif
