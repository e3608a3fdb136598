/* query_value.h - what people write in filters, as the tables have it. */
#ifndef STORE_QUERY_VALUE_H
#define STORE_QUERY_VALUE_H

#include "store/inside.h"

/* Fields kept as numbers: result ... asn, day. */
enum err store_value_number(const struct store_filter *f, int64_t *out,
			    struct diag *why) MUST_CHECK;
/* The rest, folded; "unknown" is the empty text where that means unknown. */
enum err store_value_text(const struct store_filter *f, struct arena *mem,
			  struct str *out, struct diag *why) MUST_CHECK;
enum err store_value_net(const struct store_filter *f, struct netaddr_net *out,
			 struct diag *why) MUST_CHECK;
/* The part of a verdict that a field is: result, spf, dkim, disposition,
 * policy. */
int64_t store_verdict_part(enum store_field field, int64_t verdict);
/* Of a field with `count` numbers: which are wanted, by all its filters. An
 * override is wanted when one of its bits is. */
enum err store_value_table(const struct store_query *q, enum store_field field,
			   int count, bool *table, struct diag *why) MUST_CHECK;
/* The other way: the word of a number, "" for none. */
const char *store_value_word(enum store_field field, int64_t number);

#endif
