/* meter.h - how much came out so far, held against the limits. */
#ifndef INFLATE_METER_H
#define INFLATE_METER_H

#include "inflate/inflate.h"

enum { INFLATE_PIECE = 64 << 10 /* bytes handed over at once, at most */ };

/* `out` bytes of all members together, the last `piece_out` of them made of
 * `piece_in` packed bytes. Answers "inflate.too_large", "inflate.ratio". */
enum err inflate_meter(const struct inflate_limits *limits, uint64_t out,
		       uint64_t piece_out, uint64_t piece_in,
		       struct diag *why) MUST_CHECK;
enum err inflate_too_many(const struct inflate_limits *limits,
			  struct diag *why) MUST_CHECK;

#endif
