/* insight.h - questions as people write them, turned into store queries.
 *
 * The same names serve the command line, URLs and the API.
 */
#ifndef INSIGHT_H
#define INSIGHT_H

#include "base/base.h"
#include "facts/facts.h"
#include "store/store.h"

/* An empty question: all time, every domain, trust verified and operator,
 * sorted by messages. */
void insight_init(struct store_query *q, int64_t owner);
/* One `name=value` of an option or URL: filters by field name, "range"
 * ("30d", "12w", "6m", "1y", "today", "yesterday", "all"), "from", "to" (UTC
 * dates), "group", "sort" ("-messages" is descending, "key"), "limit",
 * "cursor", "failures" (result=fail). Values of a repeated filter are
 * alternatives; "!value" excludes. `now` in UTC seconds. `value` must outlive
 * `q`. The values of filters are judged by the store. ERR_SYNTAX:
 * "query.unknown_name" (detail: "sorce (source?)"), "query.bad_value" (detail:
 * "range: 30d, ...", the name and what is accepted); ERR_LIMIT
 * "query.too_many_filters". */
enum err insight_set(struct store_query *q, struct str name, struct str value,
		     int64_t now, struct diag *why) MUST_CHECK;
/* Nearest known word to `word` among `words` by edit distance, NULL when none
 * is close: for "did you mean". */
const char *insight_nearest(struct str word, const char *const *words,
			    size_t count);

struct insight_mail {
	int64_t owner, now;
	struct str domain; /* folded */
};
/* What the reports of the last week say of a domain's mail, for the checks of
 * its records; nothing is known of it (`days` 0) on failure. Texts in `mem`.
 * Reads some thousand rows at most. */
enum err insight_seen(struct store *store, const struct insight_mail *of,
		      struct arena *mem, struct facts_seen *out,
		      struct diag *why) MUST_CHECK;

#include "insight/ready.h"

#endif
