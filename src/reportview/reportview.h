/* reportview.h - what a report file says, as JSON for whoever looks at it.
 *
 * Pure: takes the events of decode.h, writes the array "documents" of
 * waxseal.report_view/1. What is too much to show is counted.
 */
#ifndef REPORTVIEW_H
#define REPORTVIEW_H

#include "base/base.h"
#include "decode/decode.h"
#include "finding/finding.h"
#include "json/json.h"

enum {
	REPORTVIEW_ROWS_MAX = 1000, /* of all documents together */
	REPORTVIEW_DOCUMENTS_MAX = 50,
	REPORTVIEW_AUTH_MAX = 10, /* signatures of a row */
	REPORTVIEW_FAILURES_MAX = 1000,
	REPORTVIEW_BYTES_MAX = 8 << 20 /* of JSON; a bound for the buffer */
};

struct reportview;

/* Opens the array "documents" in the open object of `j`. */
struct reportview *reportview_new(struct json_out *j, enum finding_lang lang);
struct decode_sink reportview_sink(struct reportview *v);
/* Closes the array, writes "documents_left", frees. */
void reportview_end(struct reportview *v);

#endif
