/* meter.c - the bounds that every kind of unpacking shares. */
#include "inflate/meter.h"

/* Small documents of one repeated row pack very well; only what is large as
 * well is an attack. */
static const uint64_t RATIO_FREE = 1 << 20;

static enum err
too_large(uint64_t limit, struct diag *why)
{
	static const uint64_t MIB = 1 << 20;

	if (limit < MIB)
		return diag_set(why, ERR_LIMIT, "inflate.too_large", 0,
				"%llu B", (unsigned long long)limit);
	return diag_set(why, ERR_LIMIT, "inflate.too_large", 0, "%llu MiB",
			(unsigned long long)(limit / MIB));
}

enum err
inflate_meter(const struct inflate_limits *limits, uint64_t out,
	      uint64_t piece_out, uint64_t piece_in, struct diag *why)
{
	if (out > limits->bytes)
		return too_large(limits->bytes, why);
	if (piece_out > RATIO_FREE && piece_out / limits->ratio > piece_in)
		return diag_set(why, ERR_LIMIT, "inflate.ratio", 0, "%u : 1",
				limits->ratio);
	return ERR_NONE;
}

enum err
inflate_too_many(const struct inflate_limits *limits, struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "inflate.too_many_members", 0, "%u",
			limits->members);
}
