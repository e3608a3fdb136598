/* insight.h - questions as people write them, turned into store queries.
 *
 * The same names serve the command line, URLs and the API.
 */
#ifndef INSIGHT_H
#define INSIGHT_H

#include "base/base.h"
#include "store/store.h"

/* An empty question: all time, every domain, trust verified and operator,
 * sorted by messages. */
void insight_init(struct store_query *q, int64_t owner);
/* One `name=value` of an option or URL: filters by field name, "range"
 * ("30d", "12w", "all"), "from", "to" (UTC dates), "group", "sort"
 * ("-messages" is descending), "limit", "cursor", "failures". Values of a
 * repeated filter are alternatives; "!value" excludes. `now` in UTC seconds.
 * `value` must outlive `q`. ERR_SYNTAX: "query.unknown_name" (detail: the
 * nearest name), "query.bad_value" (detail: what is accepted). */
enum err insight_set(struct store_query *q, struct str name, struct str value,
		     int64_t now, struct diag *why) MUST_CHECK;
/* Nearest known word to `word` among `words` by edit distance, NULL when none
 * is close: for "did you mean". */
const char *insight_nearest(struct str word, const char *const *words,
			    size_t count);

#endif
