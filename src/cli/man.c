/* man.c - manual pages from the table of commands, so that they cannot differ
 * from what the program does. */
#include "cli/help.h"
#include "cli/man.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAN_DATE "November 22, 2026"

enum { TITLE_MAX = 64, LINE_WIDTH = 78 };

static void
add_char(struct buf *out, char ch)
{
	if (ch == '\\')
		buf_addz(out, "\\e");
	else
		buf_addc(out, ch);
}

/* A full stop ends the line, as mdoc wants it; so does a blank when the line
 * has become long. A point or quote at the start would be a request. */
static void
add_text(struct buf *out, const char *text)
{
	size_t column = 0;

	for (const char *p = text; *p; p++) {
		size_t word = strcspn(p, " ");
		bool ended = p > text && strchr(".!?", p[-1]);

		if (*p == ' ' &&
		    (ended || column + strcspn(p + 1, " ") >= LINE_WIDTH)) {
			buf_addc(out, '\n');
			column = 0;
			continue;
		}
		if (column == 0 && word > 0 && (*p == '.' || *p == '\''))
			buf_addz(out, "\\&");
		add_char(out, *p);
		column++;
	}
	buf_addc(out, '\n');
}

void
cli_man_inline(struct buf *out, const char *text)
{
	struct str rest = str_of(text), word;
	bool first = true;

	while (str_split(&rest, ' ', &word)) {
		if (!first)
			buf_addc(out, ' ');
		first = false;
		if (word.n <= 3 && word.n > 0 &&
		    (isupper((unsigned char)word.p[0]) ||
		     ispunct((unsigned char)word.p[0])))
			buf_addz(out, "\\&");
		for (size_t i = 0; i < word.n; i++) {
			if (word.p[i] == '"')
				buf_addz(out, "\\(dq");
			else
				add_char(out, word.p[i]);
		}
	}
}

void
cli_man_text(struct cli *c, const char *key)
{
	add_text(&c->out, cli_word(c, key));
}

void
cli_man_head(struct cli *c, const char *title, unsigned section,
	     const char *name, const char *summary)
{
	buf_addf(&c->out, ".Dd %s\n.Dt %s %u\n.Os\n.Sh NAME\n.Nm %s\n.Nd ",
		 MAN_DATE, title, section, name);

	struct str text = str_of(cli_word(c, summary));

	/* The line after a name has no full stop. */
	if (str_ends(text, S(".")))
		text.n--;
	SCOPED_BUF line = BUF(4096);

	buf_add(&line, text);
	cli_man_inline(&c->out, buf_c(&line));
	buf_addc(&c->out, '\n');
}

static void
synopsis(struct cli *c, const struct cli_command *command)
{
	buf_addf(&c->out, ".Nm waxseal\n.Cm %s", command->noun);
	if (command->verb)
		buf_addf(&c->out, " %s", command->verb);
	buf_addz(&c->out, "\n.Op Ar options\n");
	if (command->operands)
		buf_addf(&c->out, ".Ar %s\n", command->operands);
}

static void
option(struct cli *c, const struct cli_option *o)
{
	buf_addz(&c->out, ".It ");
	if (o->letter)
		buf_addf(&c->out, "Fl %c , ", o->letter);
	buf_addf(&c->out, "Fl -%s", o->name);
	if (o->type != CLI_FLAG)
		buf_addf(&c->out, " Ar %s", o->value);
	buf_addc(&c->out, '\n');
	cli_man_text(c, o->help);
	if (o->choices) {
		SCOPED_BUF choices = BUF(4096);

		buf_addf(&choices, "(%s)", o->choices);
		add_text(&c->out, buf_c(&choices));
	}
}

static bool
has_own_options(const struct cli_command *command)
{
	size_t n;

	return cli_option_at(command, 0) != cli_group_options(CLI_GLOBAL, &n);
}

static void
own_options(struct cli *c, const struct cli_command *command)
{
	size_t n;
	const struct cli_option *global = cli_group_options(CLI_GLOBAL, &n);
	const struct cli_option *o;

	if (!has_own_options(command))
		return;
	buf_addz(&c->out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; (o = cli_option_at(command, i)) && o != global; i++)
		option(c, o);
	buf_addz(&c->out, ".El\n");
}

static void
global_options(struct cli *c)
{
	size_t n;
	const struct cli_option *global = cli_group_options(CLI_GLOBAL, &n);

	buf_addz(&c->out, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < n; i++)
		option(c, &global[i]);
	buf_addz(&c->out, ".El\n");
}

static void
describe(struct cli *c, const struct cli_command *command)
{
	SCOPED_BUF line = BUF(4096);

	cli_usage_line(&line, command);
	buf_addz(&c->out, ".Ss ");
	cli_man_inline(&c->out, buf_c(&line));
	buf_addz(&c->out, "\\&\n"); /* "..." is no end of a sentence */
	cli_man_text(c, command->about);
	own_options(c, command);
}

static void
examples(struct cli *c, const struct cli_command *command, bool *first)
{
	for (size_t i = 0; i < CLI_EXAMPLES_MAX && command->examples[i].line;
	     i++) {
		if (!*first)
			buf_addz(&c->out, ".Pp\n");
		*first = false;
		cli_man_text(c, command->examples[i].says);
		buf_addz(&c->out, ".Dl $ ");
		cli_man_inline(&c->out, command->examples[i].line);
		buf_addc(&c->out, '\n');
	}
}

static void
exit_status(struct cli *c)
{
	static const struct {
		enum cli_exit code;
		const char *says;
	} codes[] = {
		{ CLI_FINE, "cli.exit.fine" },
		{ CLI_PROBLEMS, "cli.exit.problems" },
		{ CLI_MISUSE, "cli.exit.misuse" },
		{ CLI_NOT_FOUND, "cli.exit.not_found" },
		{ CLI_PERMISSION, "cli.exit.permission" },
		{ CLI_TEMPORARY, "cli.exit.temporary" },
		{ CLI_CONFLICT, "cli.exit.conflict" },
		{ CLI_BAD_CONFIG, "cli.exit.bad_config" },
		{ CLI_INTERNAL, "cli.exit.internal" },
		{ CLI_INTERRUPTED, "cli.exit.interrupted" },
	};

	buf_addz(&c->out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		buf_addf(&c->out, ".It %d\n", (int)codes[i].code);
		cli_man_text(c, codes[i].says);
	}
	buf_addz(&c->out, ".El\n");
}

/* The noun that follows `name` in the alphabet, NULL behind the last. */
static const char *
noun_after(const char *name)
{
	const char *next = NULL;

	for (size_t i = 0; i < cli_noun_count(); i++) {
		const char *one = cli_noun_at(i)->name;

		if (strcmp(one, name) > 0 && (!next || strcmp(one, next) < 0))
			next = one;
	}
	return next;
}

static void
see_also(struct cli *c, const char *own)
{
	bool top = strcmp(own, "waxseal") == 0;

	buf_addz(&c->out, ".Sh SEE ALSO\n");
	if (!top)
		buf_addz(&c->out, ".Xr waxseal 1 ,\n");
	for (const char *noun = noun_after(""); noun; noun = noun_after(noun))
		if (top || strcmp(own + strlen("waxseal-"), noun) != 0)
			buf_addf(&c->out, ".Xr waxseal-%s 1 ,\n", noun);
	buf_addz(&c->out, ".Xr waxseal.conf 5\n");
}

static void
page_of_noun(struct cli *c, const struct cli_noun *noun)
{
	char title[TITLE_MAX], name[TITLE_MAX];
	bool first = true;

	(void)snprintf(name, sizeof name, "waxseal-%s", noun->name);
	(void)snprintf(title, sizeof title, "%s", name);
	for (char *p = title; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	cli_man_head(c, title, 1, name, noun->summary);
	buf_addz(&c->out, ".Sh SYNOPSIS\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		if (strcmp(cli_command_at(i)->noun, noun->name) == 0)
			synopsis(c, cli_command_at(i));
	buf_addz(&c->out, ".Sh DESCRIPTION\n");
	cli_man_text(c, noun->summary);
	for (size_t i = 0; i < cli_command_count(); i++)
		if (strcmp(cli_command_at(i)->noun, noun->name) == 0)
			describe(c, cli_command_at(i));
	global_options(c);
	exit_status(c);
	buf_addz(&c->out, ".Sh EXAMPLES\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		if (strcmp(cli_command_at(i)->noun, noun->name) == 0)
			examples(c, cli_command_at(i), &first);
	see_also(c, name);
}

static void
list_commands(struct cli *c)
{
	buf_addz(&c->out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (command->hidden)
			continue;
		buf_addf(&c->out, ".It Cm %s%s%s\n", command->noun,
			 command->verb ? " " : "",
			 command->verb ? command->verb : "");
		cli_man_text(c, command->summary);
	}
	buf_addz(&c->out, ".El\n");
}

static void
environment(struct cli *c)
{
	buf_addz(&c->out, ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n"
			  ".It Ev LC_ALL , LC_MESSAGES , LANG\n");
	cli_man_text(c, "cli.man.locale");
	buf_addz(&c->out, ".It Ev NO_COLOR\n");
	cli_man_text(c, "cli.opt.no_color");
	buf_addz(&c->out, ".It Ev WAXSEAL_STORE_PATH\n");
	cli_man_text(c, "cli.man.env");
	buf_addz(&c->out, ".El\n.Sh FILES\n.Bl -tag -width Ds\n"
			  ".It Pa " CLI_CONFIG_FILE "\n");
	cli_man_text(c, "cli.opt.config");
	buf_addz(&c->out, ".It Pa ./data\n");
	cli_man_text(c, "cli.opt.data");
	buf_addz(&c->out, ".El\n");
}

static void
page_of_program(struct cli *c)
{
	bool first = true;

	cli_man_head(c, "WAXSEAL", 1, "waxseal", "cli.noun.program");
	buf_addz(&c->out, ".Sh SYNOPSIS\n.Nm\n.Ar noun\n.Op Ar verb\n"
			  ".Op Ar options\n.Op Ar operands\n"
			  ".Sh DESCRIPTION\n");
	cli_man_text(c, "cli.about.program");
	list_commands(c);
	global_options(c);
	environment(c);
	exit_status(c);
	buf_addz(&c->out, ".Sh EXAMPLES\n");
	examples(c, cli_command_find(S("report"), S("import")), &first);
	examples(c, cli_command_find(S("report"), S("query")), &first);
	see_also(c, "waxseal");
}

static void
list_pages(struct cli *c)
{
	buf_addz(&c->out, "waxseal.1\n");
	for (size_t i = 0; i < cli_noun_count(); i++)
		buf_addf(&c->out, "waxseal-%s.1\n", cli_noun_at(i)->name);
	buf_addz(&c->out, "waxseal.conf.5\n");
}

int
cli_man(struct cli *c)
{
	struct str name = str_of(c->args.operand[0]);
	const struct cli_noun *noun;

	if (str_ends(name, S(".1")) || str_ends(name, S(".5")))
		name.n -= 2;
	noun = str_starts(name, S("waxseal-"))
		       ? cli_noun_find(str_sub(name, 8, SIZE_MAX))
		       : NULL;
	if (noun)
		page_of_noun(c, noun);
	else if (str_eq(name, S("waxseal")))
		page_of_program(c);
	else if (str_eq(name, S("waxseal.conf")))
		cli_man_conf(c);
	else if (str_eq(name, S("pages")))
		list_pages(c);
	else {
		cli_complain(c, "cli.man.no_page", CLI_ARGS({ "word", name }));
		return CLI_NOT_FOUND;
	}
	return CLI_FINE;
}
