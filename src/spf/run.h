/* run.h - one evaluation, shared by evaluate.c and match.c. */
#ifndef SPF_RUN_H
#define SPF_RUN_H

#include "spf/private.h"

struct spf_run {
	struct facts *f;
	const struct spf_who *who;
	struct arena *mem;
	struct spf_values v;
	enum facts_type family; /* A or AAAA, as the sender's address */
	bool eight_bit;         /* the local part is not ASCII (RFC 8616) */
	unsigned lookups, voids;
	const char *code;
	struct str where, term;
	/* The record that gave "fail", for its explanation. */
	const struct spf_term *exp;
	struct str exp_domain;
};

enum spf_match {
	SPF_MATCHES,
	SPF_MATCHES_NOT,
	SPF_MATCH_LATER, /* not yet */
	SPF_MATCH_TEMP,
	SPF_MATCH_PERM
};

/* Any mechanism but include. */
enum spf_match spf_match_term(struct spf_run *r, const struct spf_term *t);
/* The expanded domain of a term; SPF_MATCHES_NOT when it can match nothing. */
enum spf_match spf_match_target(struct spf_run *r, struct str spec,
				struct str *out);
/* Counts a term that asks; SPF_MATCH_PERM over the limit. */
enum spf_match spf_match_count(struct spf_run *r);
/* Asks at once for what the terms from `from` on will need. */
void spf_match_ahead(struct spf_run *r, const struct spf_record *record,
		     size_t from);

#endif
