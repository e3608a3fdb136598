/* mend.h - makes the checksums of a file fit what stands in it, so that what
 * lies behind them is tried, too. */
#ifndef HOSTED_TEST_MEND_H
#define HOSTED_TEST_MEND_H

#include "hosted/private.h"

/* Where its places are possible. */
static inline void
mend(char *file, size_t n)
{
	enum { SEED = 8, SUMS = 88 };
	struct str all = { file, n };
	struct hosted_head h;
	uint64_t at = HOSTED_HEAD, generation;

	if (n < HOSTED_HEAD)
		return;
	hosted_put(file + HOSTED_HEAD - 8, 8,
		   hosted_sum(str_sub(all, 0, HOSTED_HEAD - 8), 0));
	if (!hosted_head_parse(all, &h))
		return;
	generation = h.generation;
	while (at < h.zone_at) {
		struct hosted_domain d;
		struct str rest = str_sub(all, at, h.zone_at - at);
		size_t length = hosted_record_parse(rest, &d);

		if (length == 0)
			break;
		hosted_put(file + at, 8,
			   hosted_sum(str_sub(rest, 8, length - 8),
				      generation + at * 0x9E3779B97F4A7C15u));
		at += length;
	}
	hosted_put(file + SUMS, 8,
		   hosted_sum(str_sub(all, h.zone_at, h.names_at - h.zone_at),
			      generation));
	hosted_put(file + SUMS + 8, 8,
		   hosted_sum(str_sub(all, h.names_at, h.slots * HOSTED_SLOT),
			      generation));
	hosted_put(file + SUMS + 16, 8,
		   hosted_sum(str_sub(all, h.tokens_at, h.slots * HOSTED_SLOT),
			      generation));
	hosted_put(file + HOSTED_HEAD - 8, 8,
		   hosted_sum(str_sub(all, 0, HOSTED_HEAD - 8), 0));
}

#endif
