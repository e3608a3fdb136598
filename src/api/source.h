/* source.h - sources: who sends in a domain's name. */
#ifndef API_SOURCE_H
#define API_SOURCE_H

#include "api/list.h"

/* A finding with the values of its places, for lists of what to look at and
 * of why mail fails. `url` NULL: no page of its own. */
struct api_value {
	const char *name;
	struct str text; /* when `p` is NULL, the number */
	int64_t number;
};
struct api_notice {
	const char *code;
	enum finding_severity severity;
	struct api_value value[6];
	size_t value_count;
	struct str url;
};
void api_notice_text(struct api_notice *n, const char *name, struct str text);
void api_notice_number(struct api_notice *n, const char *name, int64_t number);
/* "key": null when `n` has no code. */
void api_put_notice(struct json_out *j, const char *key,
		    const struct api_notice *n);

/* A source without braces. */
void api_put_source(struct api_list *l, const struct store_source *source);
/* Why the mail of the source that `asked` names does not pass for `domain`:
 * appends notices to the open array. Looks at some hundred rows. */
enum err api_source_findings(struct api_call *c, const struct store_query *q,
			     struct str domain, struct diag *why) MUST_CHECK;

#endif
