/* policy.h - a policy file while it is read. */
#ifndef MTASTS_POLICY_H
#define MTASTS_POLICY_H

#include "base/base.h"
#include "mtasts/private.h"

/* A field whose key is misspelled. */
struct mtasts_slip {
	enum mtasts_key key;
	struct str value;
	uint32_t line;
	struct str raw;
};

struct mtasts_reader {
	struct arena *mem;
	struct mtasts_policy *out;
	struct mtasts_faults *faults;
	uint32_t line;  /* the present one, from 1 */
	struct str raw; /* the present line as it stands */
	uint32_t bare_cr;
	size_t keys_seen;
	bool blank; /* a blank line was told of */
	bool seen[MTASTS_KEYS];
	struct str near[MTASTS_KEYS]; /* the line that may have been meant */
	uint32_t near_line[MTASTS_KEYS];
	struct mtasts_slip slips[16];
	size_t slips_n;
	struct str *mx;
	size_t mx_n, mx_room;
	bool full; /* memory ran out */
};

/* The value of an mx line: judged, mended, and kept. */
void mtasts_read_mx(struct mtasts_reader *in, struct str value);
/* Patterns that others cover are told of; `out` gets the list. */
void mtasts_close_mx(struct mtasts_reader *in);

#endif
