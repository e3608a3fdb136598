/* id.c - ids of policies that never go back and never repeat. */
#include "stsmode/stsmode.h"

#include <string.h>

enum { ID_LENGTH = 15 /* YYYYMMDDhhmmssZ */ };

/* 9999-12-31T23:59:59Z: the last that has four digits of a year. */
static const int64_t last_second = 253402300799;

static int
number(struct str id, size_t at, size_t digits)
{
	int n = 0;

	for (size_t i = at; i < at + digits; i++)
		n = n * 10 + (id.p[i] - '0');
	return n;
}

static void
print(int64_t at, char out[STSMODE_ID_SIZE])
{
	char id[MTASTS_ID_SIZE];

	(void)mtasts_make_id(at, id);
	memcpy(out, id, ID_LENGTH);
	out[ID_LENGTH] = '\0';
}

/* The second that an id of our own form names. */
static bool
read_second(struct str id, int64_t *out)
{
	char again[STSMODE_ID_SIZE];
	struct civil c;

	if (id.n != ID_LENGTH || id.p[ID_LENGTH - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < ID_LENGTH; i++)
		if (id.p[i] < '0' || id.p[i] > '9')
			return false;
	c = (struct civil){ .year = number(id, 0, 4),
			    .month = number(id, 4, 2),
			    .day = number(id, 6, 2),
			    .hour = number(id, 8, 2),
			    .minute = number(id, 10, 2),
			    .second = number(id, 12, 2) };
	if (c.year < 1970 || c.month < 1 || c.month > 12)
		return false;
	*out = civil_seconds(c);
	/* 30 February, 25 o'clock: of our length, not of our making. */
	print(*out, again);
	return str_eq(id, str_of(again));
}

bool
stsmode_next_id(struct str last, int64_t now, char out[STSMODE_ID_SIZE])
{
	int64_t former;
	int64_t at = now;

	if (now < 0)
		return false;
	if (read_second(last, &former) && at <= former)
		at = former + 1;
	if (at > last_second)
		return false;
	print(at, out);
	return true;
}
