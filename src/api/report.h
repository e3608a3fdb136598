/* report.h - reports as pages get them. */
#ifndef API_REPORT_H
#define API_REPORT_H

#include "api/list.h"

/* The cells of a report. */
void api_put_report(struct api_list *l, const struct store_report *r);
/* The store's list of what was asked: kind, domain, reporter, days, page. */
enum err api_report_list(struct api_call *c, const struct api_question *asked,
			 struct store_list *out, struct diag *why) MUST_CHECK;
/* The members `door` and `envelope` of a report, null where it is not known
 * how it came. */
enum err api_put_carrier(struct api_call *c, int64_t id,
			 struct diag *why) MUST_CHECK;
/* An envelope (JSON) as an object, null when it has nothing. */
void api_put_envelope(struct json_out *j, const char *key, struct str text);
/* Splits "code=2,code" into code and count. */
bool api_next_repair(struct str *rest, struct str *code, uint64_t *count);

#endif
