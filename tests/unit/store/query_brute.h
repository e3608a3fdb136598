/* query_brute.h - answers worked out the slow way: every row against every
 * filter, as contracts sections 4 and 5 say it, with nothing of the store but
 * the rows. */
#ifndef QUERY_BRUTE_H
#define QUERY_BRUTE_H

#include "query_data.h"

struct brute_fact {
	const struct data_row *row;
	const struct data_report *report;
	int source, triage;
	enum sender_class class_number;
};

struct brute_line {
	char key[128];
	int64_t m[STORE_MEASURES];
	bool seen[COUNT_OF(data_sources)];
};
struct brute_answer {
	size_t count;
	struct brute_line lines[256], totals;
};

/* The data of all other calls. */
void brute_use(const struct data *d);
struct brute_fact brute_fact(const struct data_row *row);
/* The key of a fact in a group, in words; selectors apart. */
enum { BRUTE_KEY = 128 };
void brute_key(const struct brute_fact *f, enum store_field field,
	       char out[BRUTE_KEY]);
bool brute_matches(const struct store_query *q, const struct brute_fact *f);
bool brute_counts_reports(const struct store_query *q);
void brute_answer(const struct store_query *q, struct brute_answer *a);

#endif
