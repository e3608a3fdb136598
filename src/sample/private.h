/* private.h - the made-up world and how its reports are written. */
#ifndef SAMPLE_PRIVATE_H
#define SAMPLE_PRIVATE_H

#include "sample/sample.h"

/* A small generator (SplitMix64): the same seed gives the same world. */
struct dice {
	uint64_t state;
};

uint64_t dice_roll(struct dice *d);
unsigned dice_below(struct dice *d, unsigned n);
/* True in `percent` of a hundred cases. */
bool dice_chance(struct dice *d, unsigned percent);

struct world_domain {
	const char *name, *policy;
	const char *own_v4, *own_v6; /* its own mail server */
	const char *scanner;         /* sends unsigned, SPF forgot it */
	const char *services;        /* letters of world_sender.letter */
};

struct world_sender {
	char letter;
	const char *net; /* first half of its addresses */
	const char *dkim_domain, *selector;
	const char *bounce_domain;
	bool signs_for_customer; /* also d= the customer's */
};

struct world_reporter {
	const char *org, *domain, *email;
	unsigned share; /* of a hundred reports */
	char style;     /* 'g'oogle, 'm'icrosoft, 'y'ahoo, 's'mall */
};

/* The world's parts live for ever. `count`: how many domains it has, of which
 * `i` picks one, round and round. NULL for a letter that nobody has. */
const struct world_domain *world_domain(unsigned i, unsigned *count);
const struct world_sender *world_sender(char letter);
const struct world_reporter *world_reporter(struct dice *d);

/* One report of one day. */
struct day_report {
	const char *domain; /* of the world, or numbered */
	const struct world_domain *home;
	const struct world_reporter *reporter;
	int64_t begin; /* UTC second of the day's start */
	uint64_t serial;
	unsigned age; /* days before the last one: policies tighten */
};

/* Appends to `out`; a full one is noticed by who gives the mail away. */
void dmarc_document(const struct day_report *r, struct dice *d,
		    struct buf *out);
void tls_document(const struct day_report *r, struct dice *d, struct buf *out);
void failure_mail(const struct day_report *r, struct dice *d, struct buf *out);
/* Wraps a document the way its reporter does. */
void mail_with(const struct day_report *r, struct str document, bool tls,
	       struct buf *out);

#endif
