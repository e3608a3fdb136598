/* seen.h - what reports say of the mail of a domain. Part of facts.h. */
#ifndef FACTS_SEEN_H
#define FACTS_SEEN_H

#include "base/base.h"

/* Messages that relaxed alignment takes and strict alignment does not. */
struct facts_strict {
	uint64_t messages;
	struct str name; /* that vouched for one of them, folded */
};

struct facts_seen {
	int64_t days; /* that it is of; 0: nothing is known */
	/* Messages of the domain's own senders that passed DMARC, and those of
	 * them that passed by DKIM. */
	uint64_t passed, by_dkim;
	struct facts_strict dkim, spf;
};

#endif
