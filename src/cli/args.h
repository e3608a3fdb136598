/* args.h - words of the command line into a command with its options. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/command.h"

enum { CLI_GIVEN_MAX = 256 };

struct cli_given {
	const struct cli_option *option;
	const char *value; /* NULL for flags; piece of argv */
};

struct cli_args {
	const struct cli_command *command; /* NULL: none was named */
	struct str noun;                   /* what was written */
	bool help, version, quiet;
	size_t given_count;
	struct cli_given given[CLI_GIVEN_MAX];
	size_t operand_count;
	const char **operand; /* in the arena */
};

enum cli_fault {
	CLI_NO_FAULT,
	CLI_UNKNOWN_COMMAND, /* word: the noun */
	CLI_UNKNOWN_VERB,    /* word: the verb */
	CLI_NO_VERB,         /* word: the noun */
	CLI_UNKNOWN_OPTION,
	CLI_NEEDS_VALUE,
	CLI_TAKES_NO_VALUE,
	CLI_BAD_CHOICE, /* word: the value */
	CLI_BAD_NUMBER,
	CLI_TOO_FEW,
	CLI_TOO_MANY, /* word: the first too many */
	CLI_TOO_LONG  /* more options than anybody needs */
};

struct cli_misuse {
	enum cli_fault fault;
	struct str word;
	const struct cli_option *option;
	const struct cli_command *command;
};

/* `argv` must outlive `out`. Options may stand anywhere; "--" ends them.
 * `--help` and `--version` win over every fault. False: `why` says it. */
bool cli_args_parse(struct arena *mem, int argc, char **argv,
		    struct cli_args *out, struct cli_misuse *why) MUST_CHECK;
/* The last value given, NULL when none was. */
const char *cli_args_value(const struct cli_args *args, const char *name);
bool cli_args_has(const struct cli_args *args, const char *name);
/* Looks only for `--lang`, so that even a fault can be told in it. NULL when
 * it is not there. */
const char *cli_args_lang(int argc, char **argv);

#endif
