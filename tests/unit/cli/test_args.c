#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "cli/args.h"
#include "store/store.h"

#include <string.h>

enum { WORDS_MAX = 12 };

/* Splits a command line at blanks; good enough for tests. */
static bool
parse(struct arena *mem, const char *line, struct cli_args *out,
      struct cli_misuse *why)
{
	struct str rest = str_of(line), word, copy;
	static char *argv[WORDS_MAX + 1];
	int argc = 0;

	while (str_split(&rest, ' ', &word) && argc < WORDS_MAX) {
		assert_true(arena_dup(mem, word, &copy));
		argv[argc] = arena_alloc(mem, copy.n + 1);
		memcpy(argv[argc++], copy.p, copy.n + 1);
	}
	argv[argc] = NULL;
	return cli_args_parse(mem, argc, argv, out, why);
}

static void
options_are_found_wherever_they_stand(void **state)
{
	static const char *const lines[] = {
		"waxseal report query -d example.com --limit 5 --json",
		"waxseal --json -d example.com --limit=5 report query",
		"waxseal report -dexample.com --json query --limit 5",
		"waxseal report query --domain=example.com -n5 --json",
		"waxseal -d example.com report --limit 5 query --json",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		struct cli_args args;
		struct cli_misuse why;

		assert_true(parse(mem, lines[i], &args, &why));
		assert_string_equal(args.command->verb, "query");
		assert_string_equal(cli_args_value(&args, "domain"),
				    "example.com");
		assert_string_equal(cli_args_value(&args, "limit"), "5");
		assert_true(cli_args_has(&args, "json"));
		assert_int_equal(args.operand_count, 0);
	}
}

static void
two_dashes_end_the_options(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	struct cli_args args;
	struct cli_misuse why;

	(void)state;
	assert_true(parse(mem, "waxseal report import -q -- --help -x -", &args,
			  &why));
	assert_false(args.help);
	assert_true(cli_args_has(&args, "quiet"));
	assert_int_equal(args.operand_count, 3);
	assert_string_equal(args.operand[0], "--help");
	assert_string_equal(args.operand[1], "-x");
	assert_string_equal(args.operand[2], "-");
}

static void
every_misuse_is_told_by_its_own_name(void **state)
{
	static const struct {
		const char *line;
		enum cli_fault fault;
		const char *word;
	} cases[] = {
		{ "waxseal frob", CLI_UNKNOWN_COMMAND, "frob" },
		{ "waxseal report", CLI_NO_VERB, "report" },
		{ "waxseal report qery", CLI_UNKNOWN_VERB, "qery" },
		{ "waxseal report list --x", CLI_UNKNOWN_OPTION, "x" },
		{ "waxseal report list -Z", CLI_UNKNOWN_OPTION, "Z" },
		{ "waxseal report list --limit", CLI_NEEDS_VALUE, "limit" },
		{ "waxseal report list --json=1", CLI_TAKES_NO_VALUE, "json" },
		{ "waxseal report list --kind x", CLI_BAD_CHOICE, "x" },
		{ "waxseal report list --limit -3", CLI_BAD_NUMBER, "-3" },
		{ "waxseal report import", CLI_TOO_FEW, "PATH..." },
		{ "waxseal report show 1 2", CLI_TOO_MANY, "2" },
		/* An option of another command is not one of this. */
		{ "waxseal store stats --rejected", CLI_UNKNOWN_OPTION,
		  "rejected" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		struct cli_args args;
		struct cli_misuse why;

		assert_false(parse(mem, cases[i].line, &args, &why));
		assert_int_equal(why.fault, cases[i].fault);
		assert_true(str_eq(why.word, str_of(cases[i].word)));
	}
}

static void
help_wins_over_what_is_missing(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	struct cli_args args;
	struct cli_misuse why;

	(void)state;
	assert_true(parse(mem, "waxseal report import --help", &args, &why));
	assert_true(args.help);
	assert_string_equal(args.command->verb, "import");
	assert_true(parse(mem, "waxseal report --help", &args, &why));
	assert_true(args.help);
	assert_null(args.command);
	/* A value that looks like it is a value. */
	assert_true(parse(mem, "waxseal report query -d --help", &args, &why));
	assert_false(args.help);
	assert_string_equal(cli_args_value(&args, "domain"), "--help");
}

static void
a_repeated_filter_keeps_every_value(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	struct cli_args args;
	struct cli_misuse why;
	unsigned found = 0;

	(void)state;
	assert_true(parse(mem, "waxseal report query -d a.example -d b.example",
			  &args, &why));
	for (size_t i = 0; i < args.given_count; i++)
		found += strcmp(args.given[i].option->name, "domain") == 0;
	assert_int_equal(found, 2);
}

static void
a_thousand_options_are_refused_not_overrun(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	static char words[1002][3];
	static char *argv[1003];
	struct cli_args args;
	struct cli_misuse why;
	int argc = 0;

	(void)state;
	argv[argc++] = memcpy(words[0], "w", 2);
	for (int i = 1; i < 1001; i++)
		argv[argc++] = memcpy(words[i], "-q", 3);
	assert_false(cli_args_parse(mem, argc, argv, &args, &why));
	assert_int_equal(why.fault, CLI_TOO_LONG);
}

static void
every_filter_of_the_store_has_an_option(void **state)
{
	size_t n, options = 0;
	const struct cli_option *o = cli_group_options(CLI_FILTERS, &n);

	(void)state;
	for (int f = 0; f < STORE_FIELDS; f++) {
		const char *name = store_field_name((enum store_field)f);
		const struct cli_command *query =
			cli_command_find(S("report"), S("query"));

		if (f == STORE_F_DAY)
			continue; /* --from and --to say it */
		assert_non_null(cli_option_find(query, str_of(name)));
		options++;
	}
	assert_non_null(o);
	assert_int_equal(n, options + 1); /* and --failures */
}

static void
no_command_has_two_options_of_one_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		const struct cli_option *a, *b;

		for (size_t k = 0; (a = cli_option_at(c, k)); k++)
			for (size_t m = 0; m < k; m++) {
				b = cli_option_at(c, m);
				assert_string_not_equal(a->name, b->name);
				assert_true(!a->letter ||
					    a->letter != b->letter);
			}
	}
}

/* Until the command is known, a word behind an option is taken for its value
 * by the option's name alone; so that must not depend on the command. */
static void
an_option_takes_a_value_everywhere_or_nowhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *c = cli_command_at(i);
		const struct cli_option *a;

		for (size_t k = 0; (a = cli_option_at(c, k)); k++) {
			const struct cli_option *any =
				cli_option_anywhere(str_of(a->name), 0);

			assert_int_equal(a->type == CLI_FLAG,
					 any->type == CLI_FLAG);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_found_wherever_they_stand),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(every_misuse_is_told_by_its_own_name),
		cmocka_unit_test(help_wins_over_what_is_missing),
		cmocka_unit_test(a_repeated_filter_keeps_every_value),
		cmocka_unit_test(a_thousand_options_are_refused_not_overrun),
		cmocka_unit_test(every_filter_of_the_store_has_an_option),
		cmocka_unit_test(no_command_has_two_options_of_one_name),
		cmocka_unit_test(an_option_takes_a_value_everywhere_or_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
