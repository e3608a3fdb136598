/* command.h - what the command line offers, as data.
 *
 * One table says everything: parsing, help, completions, manual pages and
 * suggestions for typing errors are all read from it.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/base.h"

struct cli;

/* Exit codes of every command (product section 4.1). */
enum cli_exit {
	CLI_FINE = 0,
	CLI_PROBLEMS = 1,
	CLI_MISUSE = 2,
	CLI_WARNINGS = 3, /* only with --strict */
	CLI_NOT_FOUND = 4,
	CLI_PERMISSION = 5,
	CLI_TEMPORARY = 6,
	CLI_CONFLICT = 7,
	CLI_BAD_CONFIG = 8,
	CLI_INTERNAL = 70,
	CLI_INTERRUPTED = 130
};

/* What a value is; tells completions what to offer. */
enum cli_type {
	CLI_FLAG, /* no value */
	CLI_TEXT,
	CLI_NUMBER,
	CLI_FILE,
	CLI_DIR,
	CLI_CHOICE /* one of `choices` */
};

struct cli_option {
	const char *name; /* without "--" */
	char letter;      /* 0: none */
	enum cli_type type;
	const char *value;   /* "DOMAIN" in help; NULL for flags */
	const char *choices; /* words with single blanks between, or NULL */
	const char *help;    /* catalogue key */
	bool many;           /* may be repeated, every value counts */
};

/* Sets of options that several commands share. */
enum cli_group {
	CLI_GLOBAL = 1, /* every command has it */
	CLI_FILTERS = 2,
	CLI_TIME = 4,
	CLI_PAGE = 8,
	CLI_CONFIRM = 16, /* --yes */
	CLI_DRY = 32,     /* --dry-run */
	CLI_NETWORK = 64  /* how the world is asked */
};

/* Forms of output a command has, as a set. Table and plain always. */
enum cli_forms {
	CLI_AS_TEXT = 1,
	CLI_AS_JSON = 2,
	CLI_AS_JSONL = 4,
	CLI_AS_CSV = 8,
	CLI_AS_ALL = 15
};

struct cli_example {
	const char *line; /* without the "$ " */
	const char *says; /* catalogue key */
};

enum { CLI_EXAMPLES_MAX = 4 };

struct cli_command {
	const char *noun;
	const char *verb;     /* NULL: the noun is the whole command */
	const char *operands; /* "PATH...", NULL: takes none */
	enum cli_type operand;
	const char *words; /* choices of the last operand, or NULL */
	unsigned least, most;
	unsigned groups; /* enum cli_group; CLI_GLOBAL is understood */
	unsigned forms;  /* enum cli_forms */
	bool hidden;
	const char *summary; /* catalogue key: one line */
	const char *about;   /* catalogue key: a paragraph */
	const struct cli_option *options;
	size_t option_count;
	struct cli_example examples[CLI_EXAMPLES_MAX];
	int (*run)(struct cli *c);
};

/* A noun with verbs, for its own help and manual page. */
struct cli_noun {
	const char *name;
	const char *summary; /* catalogue key */
};

size_t cli_command_count(void);
const struct cli_command *cli_command_at(size_t i);
/* `verb` NULL or empty: the command that is the noun alone. NULL: none. */
const struct cli_command *cli_command_find(struct str noun, struct str verb);
size_t cli_noun_count(void);
const struct cli_noun *cli_noun_at(size_t i);
const struct cli_noun *cli_noun_find(struct str name);
/* Whether the noun has verbs. */
bool cli_noun_has_verbs(struct str noun);

/* The options of one group. */
const struct cli_option *cli_group_options(enum cli_group group, size_t *n);
/* Option `i` of a command: its own first, then its groups', the global ones
 * at the end. NULL behind the last. `command` may be NULL: global only. */
const struct cli_option *cli_option_at(const struct cli_command *command,
				       size_t i);
/* "_" is taken for "-". NULL when the command has none of that name. */
const struct cli_option *cli_option_find(const struct cli_command *command,
					 struct str name);
const struct cli_option *cli_option_letter(const struct cli_command *command,
					   char letter);
/* Of any command whatever: to find where the noun stands. */
const struct cli_option *cli_option_anywhere(struct str name, char letter);
/* Whether `word` is one of the blank-separated `choices`. */
bool cli_choice_has(const char *choices, struct str word);

/* ---- what the commands do, each in its own file ---- */

/* Each runs one command on the context it is given and returns the exit code;
 * what went wrong has been told on standard error by then. */
int cli_serve(struct cli *c);
int cli_report_import(struct cli *c);
int cli_report_list(struct cli *c);
int cli_report_show(struct cli *c);
int cli_report_query(struct cli *c);
int cli_report_export(struct cli *c);
int cli_report_reparse(struct cli *c);
int cli_report_delete(struct cli *c);
int cli_tls_list(struct cli *c);
int cli_tls_query(struct cli *c);
int cli_failure_list(struct cli *c);
int cli_failure_show(struct cli *c);
int cli_source_list(struct cli *c);
int cli_source_set(struct cli *c);
int cli_source_show(struct cli *c);
int cli_store_stats(struct cli *c);
int cli_store_backup(struct cli *c);
int cli_store_restore(struct cli *c);
int cli_store_prune(struct cli *c);
int cli_store_check(struct cli *c);
int cli_sample_generate(struct cli *c);
int cli_sample_load(struct cli *c);
/* The options --domains and --days; complains when they are out of bounds. */
bool cli_sample_size(const struct cli *c, unsigned *domains, unsigned *days);
int cli_sample_remove(struct cli *c);
int cli_config_check(struct cli *c);
int cli_config_show(struct cli *c);
int cli_version(struct cli *c);
int cli_completion(struct cli *c);
int cli_help(struct cli *c);
int cli_man(struct cli *c);

#endif
