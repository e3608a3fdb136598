/* password.c - where a password comes from: never from the command line,
 * which everybody on the machine can read. */
#include "cli/people.h"

#include "os/os.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ROOM = 2 * CONTROL_PASSWORD_MAX };

/* Up to the end of the line, which is not part of it. */
static void
take_line(struct buf *out, struct str text)
{
	size_t end = str_index(text, '\n');

	text = str_sub(text, 0, end);
	if (str_ends(text, S("\r")))
		text = str_sub(text, 0, text.n - 1);
	buf_clear(out);
	buf_add(out, text);
}

static bool
from_file(struct cli *c, const char *path, struct buf *out, int *code)
{
	SCOPED_BUF all = BUF(ROOM);
	struct diag why = { 0 };
	enum err err = os_read_file(path, &all, &why);

	if (err != ERR_NONE) {
		*code = cli_fail(c, err, &why);
		return false;
	}
	take_line(out, buf_str(&all));
	seal_wipe(all.p, all.n);
	return true;
}

static bool
from_input(struct buf *out)
{
	char bytes[ROOM];
	size_t n = os_read_all(STDIN_FILENO, bytes, sizeof(bytes));

	if (n == SIZE_MAX)
		return false;
	take_line(out, (struct str){ bytes, n });
	seal_wipe(bytes, sizeof(bytes));
	return true;
}

/* Reads a line while the terminal shows nothing of it. */
static bool
ask(struct cli *c, const char *key, struct buf *out)
{
	struct termios before, silent;
	char bytes[ROOM];
	bool ok;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return false;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) < 0)
		return false;
	fprintf(stderr, "%s ", cli_word(c, key));
	fflush(stderr);
	ok = fgets(bytes, sizeof(bytes), stdin) != NULL;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	if (ok)
		take_line(out, str_of(bytes));
	seal_wipe(bytes, sizeof(bytes));
	return ok;
}

static bool
ask_twice(struct cli *c, struct buf *out, int *code)
{
	SCOPED_BUF again = BUF(ROOM);
	bool same;

	if (!ask(c, "cli.password.ask", out) ||
	    !ask(c, "cli.password.again", &again)) {
		*code = CLI_INTERRUPTED;
		return false;
	}
	same = str_eq(buf_str(out), buf_str(&again));
	if (again.p)
		seal_wipe(again.p, again.n);
	if (!same) {
		cli_complain(c, "cli.password.differ", CLI_NO_ARGS);
		*code = CLI_MISUSE;
	}
	return same;
}

bool
cli_password(struct cli *c, struct buf *out, int *code)
{
	const char *path = cli_value(c, "password-file");

	if (path && strcmp(path, "-") != 0)
		return from_file(c, path, out, code);
	if (!path && c->tty_in && c->tty_err)
		return ask_twice(c, out, code);
	if (from_input(out))
		return true;
	cli_complain(c, "cli.password.none", CLI_NO_ARGS);
	*code = CLI_MISUSE;
	return false;
}
