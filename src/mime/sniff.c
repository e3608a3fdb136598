/* sniff.c - is it a message at all? */
#include "mime/line.h"

enum { LINES_MAX = 200, OCTETS_MAX = 64 << 10 };

/* One of these is in every message; names of the kind "Note:" are in every
 * text. */
static bool
is_mail_field(struct str name)
{
	static const struct str NAMES[] = {
		STR("return-path"),
		STR("received"),
		STR("delivered-to"),
		STR("from"),
		STR("to"),
		STR("subject"),
		STR("date"),
		STR("message-id"),
		STR("mime-version"),
		STR("content-type"),
		STR("contenttype"),
		STR("content-transfer-encoding"),
		STR("sender"),
		STR("reply-to"),
		STR("dkim-signature"),
	};

	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		if (str_eq_fold(name, NAMES[i]))
			return true;
	return str_starts_fold(name, S("x-")) ||
	       str_starts_fold(name, S("arc-")) ||
	       str_starts_fold(name, S("resent-"));
}

/* Senders use letters, digits and hyphens; "<a:b" and "{"x":" are formally
 * field names, too. */
static bool
is_plain_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if ((c < 'A' || c > 'Z') && (c < 'a' || c > 'z') &&
		    (c < '0' || c > '9' || i == 0) && c != '-' && c != '_' &&
		    c != '.')
			return false;
	}
	return name.n > 0;
}

bool
mime_sniff(struct str bytes)
{
	struct str rest =
		mime_line_preface(str_sub(bytes, 0, OCTETS_MAX), NULL);
	struct str line;

	for (unsigned i = 0; i < LINES_MAX; i++) {
		struct str name;

		if (!mime_line(&rest, true, &line) || line.n == 0)
			return false;
		name = str_sub(line, 0, mime_line_field(line));
		if (i == 0 && !is_plain_name(name))
			return false;
		if (line.p[0] != ' ' && line.p[0] != '\t' &&
		    is_mail_field(name))
			return true;
	}
	return false;
}
