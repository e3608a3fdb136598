/* reply.h - an SMTP server's replies, read piece by piece (RFC 5321 section
 * 4.2). */
#ifndef PROBE_REPLY_H
#define PROBE_REPLY_H

#include "base/base.h"

enum {
	REPLY_LINE_MAX = 2048, /* RFC 5321 section 4.5.3.1.5 says 512 */
	REPLY_MAX = 32 << 10   /* all lines of one */
};

struct reply {
	int code; /* 0: none yet */
	bool whole, broken;
	struct buf text; /* lines without code and line end, LF between */
	struct buf line;
	size_t lines;
};

void reply_init(struct reply *r);
void reply_fini(struct reply *r);
/* For the next one. */
void reply_clear(struct reply *r);
/* How many of `bytes` belong to this reply; look at `whole` and `broken`
 * then. What is no reply is broken, with its line as the text. */
size_t reply_feed(struct reply *r, struct str bytes);
struct str reply_first(const struct reply *r);
/* Whether a line behind the first is this keyword, alone or with values
 * (RFC 5321 section 4.1.1.1). */
bool reply_offers(const struct reply *r, struct str keyword);

#endif
