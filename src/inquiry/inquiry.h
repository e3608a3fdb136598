/* inquiry.h - asking the role that looks at domains, from other processes.
 *
 * One request and one answer a connection, to the socket INQUIRY_SOCKET of the
 * data directory. A request is a line of JSON:
 *   {"op":"check","domain":,"selectors":[],"fresh":,"lang":,"who":,"public":}
 *   {"op":"lookup","kind":,"subject":,"extra":,"fresh":,"lang":,"who":,...}
 *   {"op":"desired","domain":,"records":[],"clear":,"fresh":,"lang":,...}
 * The last is DNS against a wish, in the form of dnsplan_put_wish. `who` is
 * whom new looks are counted against. An answer is one byte and JSON: after
 * INQUIRY_FINE what the API gives, after INQUIRY_FAILURE
 *   {"error":,"code":,"detail":,"again":}.
 */
#ifndef INQUIRY_H
#define INQUIRY_H

#include "base/base.h"

#define INQUIRY_SOCKET "inspect.sock"

enum {
	INQUIRY_REQUEST_MAX = 64 << 10,
	INQUIRY_ANSWER_MAX = 2 << 20,
	INQUIRY_FINE = '+',
	INQUIRY_FAILURE = '-'
};

/* Blocks, `ms` at most. ERR_GONE "inspect.not_running"; ERR_BUSY
 * "inspect.no_answer" when the time is over; what the other side says, then
 * `again` (else 0) tells after how many seconds to ask again. `request` is
 * without its line end. */
enum err inquiry_ask(const char *dir, struct str request, int64_t ms,
		     struct buf *answer, int64_t *again,
		     struct diag *why) MUST_CHECK;
/* What an inspector says that cannot answer; with its first byte. */
void inquiry_refuse(struct buf *answer, enum err err, const struct diag *why,
		    int64_t again);

#endif
