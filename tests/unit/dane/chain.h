/* chain.h - certificates made on the spot: an issuer and what it signed. */
#ifndef TESTS_CHAIN_H
#define TESTS_CHAIN_H

#include "base/base.h"
#include "facts/facts.h"

struct chain_wish {
	const char *name;    /* SAN */
	int64_t from, to;    /* UTC seconds */
	bool forged;         /* signed by another issuer of the same name */
	bool without_issuer; /* only the leaf is sent */
};

struct chain {
	struct facts_cert cert;
	struct facts_der sent[2];
	struct facts_der issuer;
	struct str name;
};

/* Keys with EC P-256. Lives in `mem`. */
void chain_make(struct chain *out, const struct chain_wish *wish,
		struct arena *mem);

#endif
