/* Which days of which domains have to be folded again. */
#include "store/writer.h"

enum err
store_stale(struct store *s, int64_t owner, int64_t domain, int64_t day,
	    struct diag *why)
{
	const int64_t values[3] = { owner, domain, day };

	return store_do(s, SQL_STALE_ADD, values, 3, why);
}

enum err
store_stale_range(struct store *s, int64_t owner, int64_t domain, int64_t first,
		  int64_t last, struct diag *why)
{
	const int64_t values[4] = { owner, domain, first, last };

	return store_do(s, SQL_STALE_RANGE, values, 4, why);
}
