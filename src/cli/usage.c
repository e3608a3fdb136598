/* usage.c - telling somebody what was mistyped, and what was probably meant. */
#include "cli/context.h"
#include "insight/insight.h"

#include <string.h>

enum { WORDS_MAX = 96, TEXT_MAX = 4096 };

struct choice {
	const char *words[WORDS_MAX];
	size_t count;
};

static void
add(struct choice *all, const char *word)
{
	if (all->count < WORDS_MAX)
		all->words[all->count++] = word;
}

static void
add_options(struct choice *all, const struct cli_command *command)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option_at(command, i)); i++)
		add(all, o->name);
}

static void
add_commands(struct choice *all, struct str noun)
{
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (command->hidden)
			continue;
		if (noun.n == 0 && !command->verb)
			add(all, command->noun);
		else if (command->verb && str_eq(str_of(command->noun), noun))
			add(all, command->verb);
	}
	for (size_t i = 0; noun.n == 0 && i < cli_noun_count(); i++)
		add(all, cli_noun_at(i)->name);
}

/* `choices` are cut apart into `text`. */
static void
add_choices(struct choice *all, const char *choices, char text[TEXT_MAX])
{
	struct str rest = str_of(choices), word;
	size_t at = 0;

	while (str_split(&rest, ' ', &word) && at + word.n + 1 < TEXT_MAX) {
		memcpy(text + at, word.p, word.n);
		text[at + word.n] = '\0';
		add(all, text + at);
		at += word.n + 1;
	}
}

static void
suggest(const struct cli *c, struct str word, const struct choice *all,
	const char *before)
{
	const char *near = insight_nearest(word, all->words, all->count);
	SCOPED_BUF text = BUF(256);

	if (!near || c->quiet)
		return;
	buf_addf(&text, "%s%s", before, near);
	cli_note(c, "cli.did_you_mean", CLI_ARGS({ "word", buf_str(&text) }));
}

static void
say_fault(const struct cli *c, const struct cli_misuse *why)
{
	static const char *const keys[] = {
		[CLI_NO_FAULT] = "cli.unexplained",
		[CLI_UNKNOWN_COMMAND] = "cli.misuse.command",
		[CLI_UNKNOWN_VERB] = "cli.misuse.verb",
		[CLI_NO_VERB] = "cli.misuse.no_verb",
		[CLI_UNKNOWN_OPTION] = "cli.misuse.option",
		[CLI_NEEDS_VALUE] = "cli.misuse.needs_value",
		[CLI_TAKES_NO_VALUE] = "cli.misuse.no_value",
		[CLI_BAD_CHOICE] = "cli.misuse.choice",
		[CLI_BAD_NUMBER] = "cli.misuse.number",
		[CLI_TOO_FEW] = "cli.misuse.too_few",
		[CLI_TOO_MANY] = "cli.misuse.too_many",
		[CLI_TOO_LONG] = "cli.misuse.too_long",
	};
	const char *option = why->option ? why->option->name : "";
	const char *choices =
		why->option && why->option->choices ? why->option->choices : "";

	cli_complain(c, keys[why->fault],
		     CLI_ARGS({ "word", why->word },
			      { "option", str_of(option) },
			      { "choices", str_of(choices) },
			      { "noun", c->args.noun }));
}

int
cli_misused(const struct cli *c, const struct cli_misuse *why)
{
	struct choice all = { 0 };
	char text[TEXT_MAX];
	const char *before = "";
	SCOPED_BUF help = BUF(256);

	say_fault(c, why);
	if (why->fault == CLI_UNKNOWN_OPTION && why->word.n > 1) {
		add_options(&all, why->command);
		before = "--";
	} else if (why->fault == CLI_UNKNOWN_COMMAND) {
		add_commands(&all, (struct str){ 0 });
	} else if (why->fault == CLI_UNKNOWN_VERB) {
		add_commands(&all, c->args.noun);
	} else if (why->fault == CLI_BAD_CHOICE) {
		add_choices(&all, why->option->choices, text);
	}
	suggest(c, why->word, &all, before);
	buf_addz(&help, "waxseal");
	if (why->command)
		buf_addf(&help, " %s", why->command->noun);
	else if (cli_noun_has_verbs(c->args.noun))
		buf_addf(&help, " %.*s", STR_ARG(c->args.noun));
	if (why->command && why->command->verb)
		buf_addf(&help, " %s", why->command->verb);
	buf_addz(&help, " --help");
	cli_note(c, "cli.see_help", CLI_ARGS({ "command", buf_str(&help) }));
	return CLI_MISUSE;
}
