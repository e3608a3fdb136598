/* say.c - words for people: notes, complaints, hints, and which exit code an
 * error becomes. */
#include "cli/context.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 << 10, ANSWER_MAX = 64 };

const char *
cli_word(const struct cli *c, const char *key)
{
	return finding_say(c->lang, key);
}

static void
to_stderr(struct buf *line)
{
	buf_addc(line, '\n');
	(void)os_write_all(STDERR_FILENO, buf_str(line));
}

void
cli_note(const struct cli *c, const char *key, const struct finding_arg *args,
	 size_t count)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);

	if (c->quiet)
		return;
	finding_fill(&line, cli_word(c, key), args, count);
	to_stderr(&line);
}

void
cli_complain(const struct cli *c, const char *key,
	     const struct finding_arg *args, size_t count)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);

	buf_addz(&line, "waxseal: ");
	finding_fill(&line, cli_word(c, key), args, count);
	to_stderr(&line);
}

void
cli_next(const struct cli *c, const char *command)
{
	if (c->format == CLI_FORMAT_TABLE)
		cli_note(c, "cli.next",
			 CLI_ARGS({ "command", str_of(command) }));
}

void
cli_print(struct cli *c, const char *key, const struct finding_arg *args,
	  size_t count)
{
	finding_fill(&c->out, cli_word(c, key), args, count);
	buf_addc(&c->out, '\n');
	cli_flush_some(c);
}

struct str
cli_count(const struct cli *c, uint64_t n, char out[CLI_NUMBER_MAX])
{
	char digits[24];
	/* A no-break space in Norwegian, a plain one where it has no glyph. */
	const char *gap = c->lang != FINDING_NB ? ","
			  : c->utf8             ? "\xC2\xA0"
						: " ";
	size_t gap_n = strlen(gap), at = 0;
	int count =
		snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0) {
			memcpy(out + at, gap, gap_n);
			at += gap_n;
		}
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return (struct str){ out, at };
}

struct str
cli_bytes(const struct cli *c, uint64_t n, char out[CLI_NUMBER_MAX])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	char point = c->lang == FINDING_NB ? ',' : '.';
	size_t unit = 1;
	int written;

	if (n < 1000) {
		written = snprintf(out, CLI_NUMBER_MAX, "%u B", (unsigned)n);
		return (struct str){ out, (size_t)written };
	}
	for (; n >= 1000000 && unit + 1 < COUNT_OF(units); unit++)
		n /= 1000;
	n = n / 100 + (n % 100 >= 50); /* tenths */
	written = snprintf(out, CLI_NUMBER_MAX, "%llu%c%llu %s",
			   (unsigned long long)(n / 10), point,
			   (unsigned long long)(n % 10), units[unit]);
	return (struct str){ out, (size_t)written };
}

/* The cause of an "io." code is only in its detail. */
static bool
is_permission(const struct diag *why)
{
	static const int causes[] = { EACCES, EPERM, EROFS };

	for (size_t i = 0; i < COUNT_OF(causes); i++)
		if (str_ends(str_of(why->detail), str_of(strerror(causes[i]))))
			return true;
	return false;
}

int
cli_exit_of(enum err err, const struct diag *why)
{
	static const struct {
		const char *prefix;
		enum cli_exit code;
	} by_code[] = {
		{ "query.", CLI_MISUSE },
		{ "config.", CLI_BAD_CONFIG },
		{ "control.exists", CLI_CONFLICT },
		{ "control.last_admin", CLI_CONFLICT },
		{ "control.plan_state", CLI_CONFLICT },
		{ "control.provider_exists", CLI_CONFLICT },
		{ "publish.blocked", CLI_CONFLICT },
		{ "publish.changed", CLI_CONFLICT },
		{ "publish.refused", CLI_PERMISSION },
		{ "control.set_up", CLI_CONFLICT },
		{ "control.user_exists", CLI_CONFLICT },
		{ "hosting.mode_changed", CLI_CONFLICT },
		{ "store.in_use", CLI_CONFLICT },
		{ "serve.running", CLI_CONFLICT },
		{ "serve.no_user", CLI_BAD_CONFIG },
		{ "tls.bad_file", CLI_BAD_CONFIG },
		{ "store.backup_exists", CLI_CONFLICT },
		{ "store.newer", CLI_BAD_CONFIG },
		{ "store.busy", CLI_TEMPORARY },
		{ "store.full", CLI_TEMPORARY },
	};

	for (size_t i = 0; i < COUNT_OF(by_code); i++)
		if (str_starts(str_of(why->code), str_of(by_code[i].prefix)))
			return (int)by_code[i].code;
	switch (err) {
	case ERR_NONE:
		return CLI_FINE;
	case ERR_SYNTAX:
	case ERR_LIMIT:
		return CLI_PROBLEMS;
	case ERR_BUSY:
		return CLI_TEMPORARY;
	case ERR_GONE:
		return CLI_NOT_FOUND;
	case ERR_STOP:
		return CLI_INTERRUPTED;
	case ERR_IO:
		return is_permission(why) ? CLI_PERMISSION : CLI_TEMPORARY;
	}
	return CLI_INTERNAL;
}

static void
tell_fix(const struct cli *c, const struct diag *why)
{
	const struct finding *f = finding_find(str_of(why->code));
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);

	if (!f || c->quiet || f->fix[c->lang][0] == '\0')
		return;
	buf_addz(&line, "  ");
	finding_fill(&line, f->fix[c->lang],
		     CLI_ARGS({ "detail", str_of(why->detail) }));
	to_stderr(&line);
}

int
cli_fail(const struct cli *c, enum err err, const struct diag *why)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);

	if (err == ERR_STOP)
		return CLI_INTERRUPTED;
	buf_addz(&line, "waxseal: ");
	if (why->code[0])
		finding_explain(&line, c->lang, why);
	else
		buf_addz(&line, cli_word(c, "cli.unexplained"));
	to_stderr(&line);
	tell_fix(c, why);
	return cli_exit_of(err, why);
}

bool
cli_id(const struct cli *c, size_t i, int64_t *out)
{
	struct str text = str_of(c->args.operand[i]);

	if (str_i64(text, out) && *out > 0)
		return true;
	cli_complain(c, "cli.bad_id", CLI_ARGS({ "word", text }));
	return false;
}

uint64_t
cli_number(const struct cli *c, const char *name, uint64_t fallback)
{
	const char *text = cli_value(c, name);
	uint64_t n = fallback;

	if (text)
		(void)str_u64(str_of(text), &n);
	return n;
}

/* The first letter of the yes of any of our languages. */
static bool
is_yes(struct str answer)
{
	return str_eq_fold(answer, S("y")) || str_eq_fold(answer, S("yes")) ||
	       str_eq_fold(answer, S("j")) || str_eq_fold(answer, S("ja")) ||
	       str_eq(answer, S("\xE3\x81\xAF\xE3\x81\x84"));
}

bool
cli_confirm(const struct cli *c, const char *key,
	    const struct finding_arg *args, size_t count, int *code)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	char answer[ANSWER_MAX];

	if (cli_given(c, "yes"))
		return true;
	if (!c->tty_in) {
		cli_complain(c, "cli.needs_yes", CLI_NO_ARGS);
		*code = CLI_MISUSE;
		return false;
	}
	finding_fill(&line, cli_word(c, key), args, count);
	buf_addz(&line, " [y/N] ");
	(void)os_write_all(STDERR_FILENO, buf_str(&line));

	ssize_t n = read(STDIN_FILENO, answer, sizeof answer);

	if (n > 0 && is_yes(str_trim((struct str){ answer, (size_t)n })))
		return true;
	cli_note(c, "cli.left_alone", CLI_NO_ARGS);
	*code = CLI_FINE;
	return false;
}
