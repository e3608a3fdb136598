/* claims.c - end records of zip archives, looked at before libzip does.
 *
 * libzip tries every end record it finds and reads the whole directory that
 * each one claims. Three megabytes of such records keep it busy for minutes,
 * and the 64-bit extension can ask for gigabytes of memory.
 */
#include "inflate/claims.h"

#include "inflate/meter.h"

#include <string.h>

/* Layout: APPNOTE 4.3.14 to 4.3.16; all numbers are little-endian. */
enum {
	END_SIZE = 22,
	END_COUNT = 10,
	END_DIRECTORY = 12,
	LOCATOR_SIZE = 20,
	LOCATOR_OFFSET = 8,
	END64_SIZE = 56,
	END64_COUNT = 32,
	END64_DIRECTORY = 40,
	TAIL = END_SIZE + UINT16_MAX, /* an end record has a comment */
	ENTRY_MEAN = 1 << 10 /* octets of directory granted to a member */
};

static uint64_t
number(struct str s, size_t at, size_t octets)
{
	uint64_t n = 0;

	for (size_t i = octets; i-- > 0;)
		n = n << 8 | (unsigned char)s.p[at + i];
	return n;
}

struct claims {
	uint64_t members;
	uint64_t octets; /* of directory */
	uint64_t members_max;
	uint64_t octets_max;
};

/* Answers false when it is too much; sums stay far from overflow, because
 * every summand is held against its maximum first. */
static bool
claim(struct claims *c, uint64_t members, uint64_t octets)
{
	if (members > c->members_max || octets > c->octets_max)
		return false;
	c->members += members;
	c->octets += octets;
	return c->members <= c->members_max && c->octets <= c->octets_max;
}

/* The 64-bit record, when a locator before the end record leads to one. */
static bool
claim_64(struct claims *c, struct str packed, size_t end)
{
	struct str record;
	uint64_t at;

	if (end < LOCATOR_SIZE ||
	    !str_starts(str_sub(packed, end - LOCATOR_SIZE, SIZE_MAX),
			S("PK\6\7")))
		return true;
	at = number(packed, end - LOCATOR_SIZE + LOCATOR_OFFSET, 8);
	record = str_sub(packed, at, END64_SIZE);
	if (record.n < END64_SIZE)
		return true;
	return claim(c, number(record, END64_COUNT, 8),
		     number(record, END64_DIRECTORY, 8));
}

/* All bits set says that the number is in the 64-bit record. */
static bool
claim_end(struct claims *c, struct str packed, size_t end)
{
	uint64_t members = number(packed, end + END_COUNT, 2);
	uint64_t octets = number(packed, end + END_DIRECTORY, 4);

	return claim(c, members == UINT16_MAX ? 0 : members,
		     octets == UINT32_MAX ? 0 : octets) &&
	       claim_64(c, packed, end);
}

enum err
inflate_zip_claims(struct str packed, const struct inflate_limits *limits,
		   struct diag *why)
{
	/* Room for the end records of archives stored inside this one. */
	struct claims c = {
		.members_max = 4ull * limits->members,
		.octets_max = (uint64_t)ENTRY_MEAN * limits->members,
	};
	size_t at = packed.n > TAIL ? packed.n - TAIL : 0;
	bool found = false;

	while (packed.n - at >= END_SIZE) {
		const char *end =
			memmem(packed.p + at, packed.n - at, "PK\5\6", 4);

		if (!end || packed.n - (size_t)(end - packed.p) < END_SIZE)
			break;
		at = (size_t)(end - packed.p);
		if (!claim_end(&c, packed, at))
			return inflate_too_many(limits, why);
		found = true;
		at++;
	}
	if (!found)
		return diag_set(why, ERR_SYNTAX, "inflate.cut", 0, "%zu B",
				packed.n);
	return ERR_NONE;
}
