/* err.c - diagnoses. */
#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A cut in the middle of a character would make the detail ill-formed. */
static void
cut_at_character(char *text)
{
	struct str left = str_of(text);

	while (left.n > 0) {
		size_t n = str_utf8_len(left);
		unsigned char lead = (unsigned char)left.p[0];

		if (n == 0 && lead >= 0xC2 && left.n < 4) {
			text[left.p - text] = '\0';
			return;
		}
		left = str_sub(left, n ? n : 1, SIZE_MAX);
	}
}

enum err
diag_set(struct diag *why, enum err err, const char *code, uint64_t line,
	 const char *fmt, ...)
{
	va_list args;

	if (!why || why->code[0])
		return err;
	(void)snprintf(why->code, sizeof why->code, "%s", code);
	why->line = line;
	va_start(args, fmt);
	int n = vsnprintf(why->detail, sizeof why->detail, fmt, args);
	va_end(args);
	if (n >= (int)sizeof why->detail)
		cut_at_character(why->detail);
	return err;
}

enum err
diag_errno(struct diag *why, const char *action, const char *object)
{
	int cause = errno;
	enum err err = cause == ENOENT ? ERR_GONE : ERR_IO;
	char code[DIAG_CODE_MAX];

	(void)snprintf(code, sizeof code, "io.%s", action);
	return diag_set(why, err, code, 0, "%s: %s", object, strerror(cause));
}

void
diag_clear(struct diag *why)
{
	*why = (struct diag){ 0 };
}
