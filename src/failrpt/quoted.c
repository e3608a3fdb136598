/* quoted.c - the header of the message that a report is about. */
#include "failrpt/private.h"

/* Up to the empty line, without empty ones in front. */
static struct str
header_of(struct str message)
{
	struct str rest = message, line;
	const char *start = message.p;

	while (failrpt_take_line(&rest, &line)) {
		if (str_trim(line).n > 0)
			continue;
		if (line.p > start)
			return (struct str){ start, (size_t)(line.p - start) };
		start = rest.p;
	}
	return (struct str){ start, (size_t)(message.p + message.n - start) };
}

static struct str
header(struct reader *r, struct mime *m, const char *name)
{
	return failrpt_keep(r, mime_header(m, 0, name));
}

void
failrpt_read_quoted(struct reader *r, struct str message,
		    struct failrpt_report *out)
{
	struct str head = header_of(message);
	SCOPED_MIME m = NULL;

	if (head.n > HEADERS_MAX) {
		head.n = HEADERS_MAX;
		failrpt_repaired(r, REPAIR_HEADERS_CUT);
	}
	if (head.n == 0 || mime_parse(head, &MIME_LIMITS, &m, NULL))
		return;
	if (!arena_dup(r->mem, head, &out->headers)) {
		r->full = true;
		return;
	}
	out->header_from = header(r, m, "From");
	out->subject = header(r, m, "Subject");
	out->message_id =
		failrpt_keep_address(r, mime_header(m, 0, "Message-ID"));
}
