/* args.c - parsing the command line against the table of commands.
 *
 * Twice over the words: first to find noun and verb among the options, then
 * with the command's own options known.
 */
#include "cli/args.h"

#include <string.h>

static bool
fail(struct cli_misuse *why, enum cli_fault fault, struct str word,
     const struct cli_option *option)
{
	why->fault = fault;
	why->word = word;
	why->option = option;
	return false;
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

/* Splits "--name=value"; `value` is NULL when there is no "=". */
static struct str
long_name(const char *word, const char **value)
{
	const char *equals = strchr(word, '=');

	*value = equals ? equals + 1 : NULL;
	return equals ? (struct str){ word + 2, (size_t)(equals - word) - 2 }
		      : str_of(word + 2);
}

/* Whether the word after this option is its value, as far as can be told
 * without knowing the command. */
static bool
eats_next(const char *word)
{
	const struct cli_option *o;
	const char *value;

	if (word[1] == '-') {
		o = cli_option_anywhere(long_name(word, &value), 0);
		return o && !value && o->type != CLI_FLAG;
	}
	for (const char *p = word + 1; *p; p++) {
		o = cli_option_anywhere((struct str){ 0 }, *p);
		if (o && o->type != CLI_FLAG)
			return p[1] == '\0';
	}
	return false;
}

/* The first two words that are no options. */
static size_t
find_words(int argc, char **argv, struct str word[2])
{
	size_t found = 0;

	for (int i = 1; i < argc && found < 2; i++) {
		if (strcmp(argv[i], "--") == 0)
			break;
		if (!is_option(argv[i]))
			word[found++] = str_of(argv[i]);
		else if (eats_next(argv[i]))
			i++;
	}
	return found;
}

/* How many words name the command; 0 and a fault when none does. */
static unsigned
find_command(const struct str word[2], size_t words, struct cli_args *out,
	     struct cli_misuse *why)
{
	if (words == 0)
		return 0;
	out->noun = word[0];
	if (cli_noun_has_verbs(word[0])) {
		if (words < 2) {
			fail(why, CLI_NO_VERB, word[0], NULL);
			return 1;
		}
		out->command = cli_command_find(word[0], word[1]);
		if (!out->command)
			fail(why, CLI_UNKNOWN_VERB, word[1], NULL);
		return 2;
	}
	out->command = cli_command_find(word[0], (struct str){ 0 });
	if (!out->command)
		fail(why, CLI_UNKNOWN_COMMAND, word[0], NULL);
	return 1;
}

static bool
check_value(const struct cli_option *o, const char *value,
	    struct cli_misuse *why)
{
	uint64_t n;

	if (o->type == CLI_CHOICE && !cli_choice_has(o->choices, str_of(value)))
		return fail(why, CLI_BAD_CHOICE, str_of(value), o);
	if (o->type == CLI_NUMBER && !str_u64(str_of(value), &n))
		return fail(why, CLI_BAD_NUMBER, str_of(value), o);
	return true;
}

static bool
keep(struct cli_args *out, const struct cli_option *o, const char *value,
     struct cli_misuse *why)
{
	if (value && !check_value(o, value, why))
		return false;
	if (out->given_count == CLI_GIVEN_MAX)
		return fail(why, CLI_TOO_LONG, str_of(o->name), o);
	out->given[out->given_count++] =
		(struct cli_given){ .option = o, .value = value };
	return true;
}

/* Words still to be read. */
struct words {
	int argc, next;
	char **argv;
};

static bool
take_long(struct words *w, const char *word, struct cli_args *out,
	  struct cli_misuse *why)
{
	const char *value;
	struct str name = long_name(word, &value);
	const struct cli_option *o = cli_option_find(out->command, name);

	if (!o)
		return fail(why, CLI_UNKNOWN_OPTION, name, NULL);
	if (o->type == CLI_FLAG)
		return value ? fail(why, CLI_TAKES_NO_VALUE, name, o)
			     : keep(out, o, NULL, why);
	if (!value && w->next < w->argc)
		value = w->argv[w->next++];
	if (!value)
		return fail(why, CLI_NEEDS_VALUE, name, o);
	return keep(out, o, value, why);
}

/* "-q", "-dexample.com", "-d example.com", "-qy". */
static bool
take_short(struct words *w, const char *word, struct cli_args *out,
	   struct cli_misuse *why)
{
	for (const char *p = word + 1; *p; p++) {
		const struct cli_option *o =
			cli_option_letter(out->command, *p);
		struct str letter = { p, 1 };

		if (!o)
			return fail(why, CLI_UNKNOWN_OPTION, letter, NULL);
		if (o->type == CLI_FLAG) {
			if (!keep(out, o, NULL, why))
				return false;
			continue;
		}
		if (p[1] != '\0')
			return keep(out, o, p[1] == '=' ? p + 2 : p + 1, why);
		if (w->next == w->argc)
			return fail(why, CLI_NEEDS_VALUE, letter, o);
		return keep(out, o, w->argv[w->next++], why);
	}
	return true;
}

/* `skip` words belong to the command's name. */
static bool
take_all(struct words *w, unsigned skip, struct cli_args *out,
	 struct cli_misuse *why)
{
	bool ended = false;

	while (w->next < w->argc) {
		const char *word = w->argv[w->next++];

		if (!ended && strcmp(word, "--") == 0) {
			ended = true;
		} else if (ended || !is_option(word)) {
			if (skip > 0)
				skip--;
			else
				out->operand[out->operand_count++] = word;
		} else if (word[1] == '-' ? !take_long(w, word, out, why)
					  : !take_short(w, word, out, why)) {
			return false;
		}
	}
	return true;
}

static bool
count_operands(const struct cli_args *out, struct cli_misuse *why)
{
	const struct cli_command *command = out->command;

	if (out->operand_count < command->least)
		return fail(why, CLI_TOO_FEW, str_of(command->operands), NULL);
	if (out->operand_count > command->most)
		return fail(why, CLI_TOO_MANY,
			    str_of(out->operand[command->most]), NULL);
	return true;
}

/* Words up to "--" that are exactly `long_form` or `short_form`. */
static bool
asks_for(int argc, char **argv, const char *long_form, const char *short_form)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], long_form) == 0 ||
		    strcmp(argv[i], short_form) == 0)
			return true;
		if (is_option(argv[i]) && eats_next(argv[i]))
			i++;
	}
	return false;
}

bool
cli_args_parse(struct arena *mem, int argc, char **argv, struct cli_args *out,
	       struct cli_misuse *why)
{
	struct words w = { .argc = argc, .next = 1, .argv = argv };
	struct str word[2];

	*out = (struct cli_args){ 0 };
	*why = (struct cli_misuse){ 0 };
	out->operand = arena_array(mem, (size_t)argc + 1, sizeof *out->operand);
	if (!out->operand)
		return fail(why, CLI_TOO_LONG, str_of(argv[0]), NULL);
	out->help = asks_for(argc, argv, "--help", "-h");
	out->version = asks_for(argc, argv, "--version", "-V");
	/* Known even when the rest cannot be read. */
	out->quiet = asks_for(argc, argv, "--quiet", "-q");

	unsigned skip =
		find_command(word, find_words(argc, argv, word), out, why);

	why->command = out->command;
	if (out->help || out->version)
		return true;
	if (why->fault != CLI_NO_FAULT)
		return false;
	if (!take_all(&w, skip, out, why))
		return false;
	return !out->command || count_operands(out, why);
}

const char *
cli_args_value(const struct cli_args *args, const char *name)
{
	for (size_t i = args->given_count; i > 0; i--)
		if (strcmp(args->given[i - 1].option->name, name) == 0)
			return args->given[i - 1].value;
	return NULL;
}

bool
cli_args_has(const struct cli_args *args, const char *name)
{
	for (size_t i = 0; i < args->given_count; i++)
		if (strcmp(args->given[i].option->name, name) == 0)
			return true;
	return false;
}

const char *
cli_args_lang(int argc, char **argv)
{
	const char *found = NULL;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--lang=", 7) == 0)
			found = argv[i] + 7;
		else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
			found = argv[i + 1];
	}
	return found;
}
