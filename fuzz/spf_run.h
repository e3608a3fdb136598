/* spf_run.h - what fuzz_spf.c does with a text: it is merged with nothing, and
 * checked and evaluated as the record of a domain. */
#ifndef FUZZ_SPF_RUN_H
#define FUZZ_SPF_RUN_H

#include "spf/spf.h"
#include <assert.h>

static inline void
merge_back(struct str text, struct arena *mem)
{
	SCOPED_BUF one = BUF(SPF_RECORD_MAX), two = BUF(SPF_RECORD_MAX);
	struct spf_record r;

	if (spf_merge(&text, 1, NULL, 0, &one, NULL) != ERR_NONE)
		return;
	assert(spf_parse(buf_str(&one), mem, &r, NULL) == ERR_NONE);
	text = buf_str(&one);
	assert(spf_print(&r, &two) && str_eq(buf_str(&two), text));
}

static inline void
look(struct facts *f, struct str text, struct arena *mem)
{
	const struct facts_subject s = { .domain = S("d.test") };
	struct facts_rr rr = { .data = text, .strings = 1 };
	const struct facts_dns d = { S("d.test"), .type = FACTS_TXT, .rr = &rr,
				     .n = 1 };
	struct spf_who who = { { { 1 } }, S("h"), S("a@d.test"), .explain = 1 };
	struct spf_verdict v;
	struct finding_list list;

	finding_list_init(&list, mem);
	if (facts_put_world(f, S("x.test A 192.0.2.1\n"), NULL) == ERR_NONE &&
	    facts_put_dns(f, &d)) {
		assert(spf_check(f, &s, &list) || facts_full(f));
		assert(spf_evaluate(f, &who, &v) || facts_full(f));
	}
}

#endif
