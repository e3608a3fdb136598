/* claims.h - how much a zip says its directory holds. */
#ifndef INFLATE_CLAIMS_H
#define INFLATE_CLAIMS_H

#include "inflate/inflate.h"

/* Refuses what libzip should not be shown: no end record at all
 * ("inflate.cut"), or end records that make it read more directory than
 * `limits` allow members ("inflate.too_many_members"). */
enum err inflate_zip_claims(struct str packed,
			    const struct inflate_limits *limits,
			    struct diag *why) MUST_CHECK;

#endif
