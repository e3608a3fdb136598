/* find.c - which parts of a message make a failure report. */
#include "failrpt/private.h"

static bool
is_text(const struct mime_part *part)
{
	return !part->multipart && str_eq(part->type, S("text/plain"));
}

static bool
is_quoted(const struct mime_part *part)
{
	static const struct str types[] = {
		STR("message/rfc822"),      STR("message/global"),
		STR("text/rfc822-headers"), STR("message/rfc822-headers"),
		STR("text/rfc822-header"),  STR("message/global-headers"),
		STR("text/rfc822"),
	};

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(part->type, types[i]))
			return true;
	return false;
}

/* A bounce or a receipt quotes what it is about, which may be a failure
 * report, but is none; and a message inside this one is read by itself. */
static bool
is_foreign(const struct mime_part *parts, int i)
{
	for (int p = i; p >= 0; p = parts[p].parent) {
		if (str_eq(parts[p].report_type, S("delivery-status")) ||
		    str_eq(parts[p].report_type, S("disposition-notification")))
			return true;
		if (p != i && parts[p].message)
			return true;
	}
	return false;
}

/* The fields of RFC 5965 that no report lacks together. */
static bool
has_feedback_fields(struct mime *m, size_t i)
{
	SCOPED_ARENA mem = arena_new((size_t)16 * TEXT_BYTES_MAX);
	SCOPED_BUF text = BUF(TEXT_BYTES_MAX);
	struct reader r = { .mem = mem };
	struct block block;

	if (mime_content(m, i, &text, NULL))
		return false;
	block = failrpt_read_block(&r, buf_str(&text), BLOCK_FOLDED);
	return failrpt_block_has(&block, "Feedback-Type") &&
	       (failrpt_block_has(&block, "Version") ||
		failrpt_block_has(&block, "User-Agent"));
}

/* Inside the multipart/report, a part with the fields under another label. */
static void
find_mislabelled(struct mime *m, const struct mime_part *parts, size_t count,
		 struct found *found)
{
	for (size_t i = 0; i < count; i++) {
		if (parts[i].parent != found->report || parts[i].multipart ||
		    is_quoted(&parts[i]) || !has_feedback_fields(m, i))
			continue;
		found->fields = (int)i;
		found->odd_type = true;
		return;
	}
}

/* The message that is reported: beside the fields, or else behind them. */
static int
find_quoted(const struct mime_part *parts, size_t count, int from)
{
	int behind = -1;

	for (size_t i = (size_t)from; i < count; i++) {
		if (!is_quoted(&parts[i]) || is_foreign(parts, (int)i))
			continue;
		if (parts[i].parent == parts[from].parent)
			return (int)i;
		if (behind < 0 && (int)i != from)
			behind = (int)i;
	}
	return behind;
}

struct found
failrpt_find_parts(struct mime *m)
{
	struct found found = { -1, -1, -1, -1, false };
	size_t count;
	const struct mime_part *parts = mime_parts(m, &count);

	for (size_t i = 0; i < count; i++) {
		if (is_foreign(parts, (int)i))
			continue;
		if (found.fields < 0 &&
		    str_eq(parts[i].type, S("message/feedback-report")))
			found.fields = (int)i;
		if (found.report < 0 &&
		    str_eq(parts[i].report_type, S("feedback-report")))
			found.report = (int)i;
		if (found.text < 0 && is_text(&parts[i]))
			found.text = (int)i;
	}
	if (found.fields < 0 && found.report >= 0)
		find_mislabelled(m, parts, count, &found);
	if (found.fields >= 0)
		found.quoted = find_quoted(parts, count, found.fields);
	else if (found.report >= 0)
		found.quoted = find_quoted(parts, count, found.report);
	else if (found.text >= 0)
		found.quoted = find_quoted(parts, count, found.text);
	return found;
}
