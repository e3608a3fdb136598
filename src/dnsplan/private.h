/* private.h - what the files of this room share. */
#ifndef DNSPLAN_PRIVATE_H
#define DNSPLAN_PRIVATE_H

#include "dnsplan/dnsplan.h"

/* ---- live.c: who serves the zone, and what they have ---- */

struct dnsplan_host {
	struct str name;
	const struct netaddr *address;
	bool answers; /* with authority for the zone */
};

struct dnsplan_place {
	struct str zone; /* empty: not found */
	struct dnsplan_host host[DNSPLAN_SERVERS_MAX];
	size_t n;
	const struct netaddr *ask; /* whose word counts; NULL: the resolver's */
};
/* False: facts are missing. */
bool dnsplan_find(struct facts *f, struct str domain,
		  struct dnsplan_place *out) MUST_CHECK;

/* Values as they are at one name, sorted; a CNAME there means that there is
 * nothing else. */
struct dnsplan_set {
	struct str value[DNSPLAN_VALUES_MAX];
	size_t n;
	uint32_t ttl;
	bool unknown;   /* it did not answer, or not usably */
	bool elsewhere; /* the name is of another zone */
	/* What the CNAME at the name leads to, where the same server knows
	 * it. */
	const struct facts_dns *beyond;
};
/* At the server, or the resolver for NULL. False: facts are missing. */
bool dnsplan_ask(struct facts *f, const struct netaddr *at, struct str name,
		 enum facts_type type, struct dnsplan_set *out) MUST_CHECK;
enum facts_type dnsplan_type(enum records_type type);
bool dnsplan_same(const struct str *a, size_t a_n, const struct str *b,
		  size_t b_n);

/* ---- set.c: values ---- */

/* "TXT", also "txt". */
bool dnsplan_type_find(struct str name, enum records_type *out) MUST_CHECK;
void dnsplan_sort(struct str *value, size_t n);
/* "v=dmarc1" of "v=DMARC1; p=none": what tells TXT records of one name apart;
 * empty when there is nothing like it. A piece of `value`. */
struct str dnsplan_kind(struct str value);
/* Copies into `mem`; false when it is full. */
bool dnsplan_copy(const struct str *value, size_t n, struct arena *mem,
		  const struct str **out) MUST_CHECK;
/* The value as it is compared: names folded, addresses in their shortest
 * form. False when it is none of the type. */
bool dnsplan_value(enum records_type type, struct str value, struct arena *mem,
		   struct str *out) MUST_CHECK;
/* Hash of the values now (`after`: afterwards) of all changes. */
void dnsplan_hash(const struct dnsplan *p, bool after,
		  char out[DNSPLAN_HASH_SIZE]);
/* The change of this name and type; NULL: there is none. */
struct dnsplan_change *dnsplan_change_of(struct dnsplan *p, struct str name,
					 enum records_type type);
/* Sets `what`, and keeps the TTL where nothing else changes. */
void dnsplan_settle(struct dnsplan_change *c);

/* ---- merge.c ---- */

/* `old` with the rua addresses of `ours` that it lacks, otherwise letter for
 * letter; `old` itself when it lacks none. False when it is no record of that
 * kind, or memory is full. */
bool dnsplan_merge(struct str old, struct str ours, struct arena *mem,
		   struct str *out) MUST_CHECK;

/* ---- conflict.c ---- */

struct dnsplan_making {
	struct facts *f;
	const struct dnsplan_wish *wish;
	struct dnsplan_place place;
	struct dnsplan *p;
	bool missing; /* facts */
};
void dnsplan_block(struct dnsplan_making *m, const char *code,
		   struct str evidence, const char *detail);
void dnsplan_note(struct dnsplan_making *m, const char *code, struct str name,
		  struct str detail);
/* What would stand beside what; adds changes where the wish clears it. */
void dnsplan_conflicts(struct dnsplan_making *m);
/* Report addresses without the consent of their host. */
void dnsplan_consents(struct dnsplan_making *m);
/* A change that is empty on both sides; NULL and blocked: too many. */
struct dnsplan_change *dnsplan_add(struct dnsplan_making *m, struct str name,
				   enum records_type type);

#endif
