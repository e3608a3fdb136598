/* help.c - `--help` and `help`: examples first, then what there is. */
#include "cli/help.h"
#include "cli/table.h"

#include <string.h>

enum { LINE = 4096, INDENT = 2, OPTION_COLUMN = 28, WIDE = 78 };

void
cli_usage_line(struct buf *out, const struct cli_command *command)
{
	buf_addf(out, "waxseal %s", command->noun);
	if (command->verb)
		buf_addf(out, " %s", command->verb);
	if (command->operands)
		buf_addf(out, " %s", command->operands);
}

void
cli_option_line(struct buf *out, const struct cli_option *option)
{
	if (option->letter)
		buf_addf(out, "-%c, ", option->letter);
	buf_addf(out, "--%s", option->name);
	if (option->type != CLI_FLAG)
		buf_addf(out, " %s", option->value);
}

/* Punctuation that Japanese does not begin a line with. */
static bool
clings(struct str text)
{
	static const struct str marks[] = {
		STR("\xE3\x80\x81"), STR("\xE3\x80\x82"), STR("\xEF\xBC\x89"),
		STR("\xE3\x83\xBC"), STR("\xEF\xBC\x9A"), STR("\xE3\x83\x83"),
	};

	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (str_starts(text, marks[i]))
			return true;
	return false;
}

/* Where a line may be broken: behind a blank, or behind a wide character. */
static struct str
next_word(struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		struct str here = str_sub(text, at, SIZE_MAX);
		size_t n = str_utf8_len(here);

		n = n ? n : 1;
		at += n;
		if (here.p[0] == ' ' || (cli_width(str_sub(here, 0, n)) == 2 &&
					 !clings(str_sub(text, at, SIZE_MAX))))
			break;
	}
	return str_sub(text, 0, at);
}

static void
blanks(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addc(out, ' ');
}

/* Text broken into lines, each but the first indented by `indent`. A blank is
 * only written when something follows it on its line. */
static void
wrap(struct buf *out, struct str text, size_t indent, size_t column)
{
	size_t held = 0;

	while (text.n > 0) {
		struct str word = next_word(text);
		struct str bare = str_trim(word);

		if (column + held + cli_width(bare) > WIDE && column > indent) {
			buf_addc(out, '\n');
			blanks(out, indent);
			column = indent;
			held = 0;
		}
		blanks(out, held);
		buf_add(out, bare);
		column += held + cli_width(bare);
		held = word.n - bare.n;
		text = str_sub(text, word.n, SIZE_MAX);
	}
	buf_addc(out, '\n');
}

static void
heading(struct cli *c, const char *key)
{
	buf_addc(&c->out, '\n');
	if (c->colour)
		buf_addz(&c->out, "\x1b[1m");
	buf_addz(&c->out, cli_word(c, key));
	if (c->colour)
		buf_addz(&c->out, "\x1b[0m");
	buf_addc(&c->out, '\n');
}

/* "  left      right", the right side wrapped. */
static void
two_columns(struct cli *c, struct str left, size_t column, const char *right)
{
	size_t width = INDENT + cli_width(left);

	buf_addz(&c->out, "  ");
	buf_add(&c->out, left);
	if (width + 2 > column) {
		buf_addc(&c->out, '\n');
		width = 0;
	}
	if (width < column)
		blanks(&c->out, column - width);
	wrap(&c->out, str_of(right), column, column);
}

static void
examples(struct cli *c, const struct cli_command *command)
{
	heading(c, "cli.help.examples");
	for (size_t i = 0; i < CLI_EXAMPLES_MAX && command->examples[i].line;
	     i++) {
		buf_addf(&c->out, "  # %s\n",
			 cli_word(c, command->examples[i].says));
		buf_addf(&c->out, "  $ %s\n", command->examples[i].line);
	}
}

static void
option(struct cli *c, const struct cli_option *o)
{
	SCOPED_BUF left = BUF(LINE);
	SCOPED_BUF right = BUF(LINE);

	if (!o->letter)
		buf_addz(&left, "    ");
	cli_option_line(&left, o);
	buf_addz(&right, cli_word(c, o->help));
	if (o->choices)
		buf_addf(&right, " (%s)", o->choices);
	two_columns(c, buf_str(&left), OPTION_COLUMN, buf_c(&right));
}

static bool
is_global(const struct cli_option *o)
{
	size_t n;
	const struct cli_option *global = cli_group_options(CLI_GLOBAL, &n);

	return o >= global && o < global + n;
}

static void
options(struct cli *c, const struct cli_command *command, bool global)
{
	const struct cli_option *o;
	bool first = true;

	for (size_t i = 0; (o = cli_option_at(command, i)); i++) {
		if (is_global(o) != global)
			continue;
		if (first)
			heading(c, global ? "cli.help.global"
					  : "cli.help.options");
		first = false;
		option(c, o);
	}
}

static void
help_of_command(struct cli *c, const struct cli_command *command)
{
	wrap(&c->out, str_of(cli_word(c, command->summary)), 0, 0);
	examples(c, command);
	heading(c, "cli.help.usage");
	buf_addz(&c->out, "  ");
	cli_usage_line(&c->out, command);
	buf_addf(&c->out, " [%s]\n\n", cli_word(c, "cli.help.option"));
	wrap(&c->out, str_of(cli_word(c, command->about)), 0, 0);
	options(c, command, false);
	options(c, command, true);
}

/* The commands of one noun, or those that are a noun alone. */
static void
list_commands(struct cli *c, struct str noun)
{
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);
		SCOPED_BUF left = BUF(LINE);

		if (command->hidden || !command->verb != (noun.n == 0) ||
		    (noun.n && !str_eq(noun, str_of(command->noun))))
			continue;
		buf_addf(&left, "%s%s%s", command->noun,
			 command->verb ? " " : "",
			 command->verb ? command->verb : "");
		two_columns(c, buf_str(&left), OPTION_COLUMN,
			    cli_word(c, command->summary));
	}
}

static void
first_examples(struct cli *c, struct str noun)
{
	heading(c, "cli.help.examples");
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (!str_eq(noun, str_of(command->noun)))
			continue;
		buf_addf(&c->out, "  # %s\n",
			 cli_word(c, command->examples[0].says));
		buf_addf(&c->out, "  $ %s\n", command->examples[0].line);
	}
}

static void
help_of_noun(struct cli *c, const struct cli_noun *noun)
{
	wrap(&c->out, str_of(cli_word(c, noun->summary)), 0, 0);
	first_examples(c, str_of(noun->name));
	heading(c, "cli.help.commands");
	list_commands(c, str_of(noun->name));
	options(c, NULL, true);
}

static void
help_of_program(struct cli *c)
{
	static const struct cli_example shown[] = {
		{ "waxseal report import ~/Maildir/", "cli.ex.import_dir" },
		{ "waxseal report query -d example.com", "cli.ex.query" },
		{ "waxseal report query -d example.com --failures",
		  "cli.ex.query_failures" },
		{ "waxseal help report query", "cli.ex.help" },
	};

	wrap(&c->out, str_of(cli_word(c, "cli.about.program")), 0, 0);
	heading(c, "cli.help.examples");
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		buf_addf(&c->out, "  # %s\n  $ %s\n",
			 cli_word(c, shown[i].says), shown[i].line);
	heading(c, "cli.help.commands");
	for (size_t i = 0; i < cli_noun_count(); i++)
		list_commands(c, str_of(cli_noun_at(i)->name));
	list_commands(c, (struct str){ 0 });
	options(c, NULL, true);
}

int
cli_help_for(struct cli *c, struct str noun, const struct cli_command *command)
{
	const struct cli_noun *found = cli_noun_find(noun);

	if (command)
		help_of_command(c, command);
	else if (found)
		help_of_noun(c, found);
	else
		help_of_program(c);
	return CLI_FINE;
}

int
cli_help(struct cli *c)
{
	size_t n = c->args.operand_count;
	struct str noun = n > 0 ? str_of(c->args.operand[0]) : S("");
	struct str verb = n > 1 ? str_of(c->args.operand[1]) : S("");
	const struct cli_command *command = cli_command_find(noun, verb);
	struct cli_misuse why = { 0 };

	if (n == 0 || command || (n == 1 && cli_noun_find(noun)))
		return cli_help_for(c, noun, command);
	c->args.noun = noun;
	why.fault =
		cli_noun_find(noun) ? CLI_UNKNOWN_VERB : CLI_UNKNOWN_COMMAND;
	why.word = cli_noun_find(noun) ? verb : noun;
	return cli_misused(c, &why);
}
