/* context.h - what a running command knows: language, form of output, where
 * the store is. Messages go to standard error, answers to standard output. */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include "cli/args.h"
#include "cli/config.h"
#include "finding/finding.h"
#include "geo/geo.h"
#include "json/json.h"
#include "store/store.h"

enum cli_format {
	CLI_FORMAT_TABLE, /* for people */
	CLI_FORMAT_PLAIN, /* tab-separated, names first */
	CLI_FORMAT_CSV,
	CLI_FORMAT_JSON,
	CLI_FORMAT_JSONL
};

enum {
	CLI_MEMORY_MAX = 64 << 20, /* bytes of the command's arena */
	CLI_OUT_MAX = 1 << 30,
	CLI_OUT_FLUSH = 64 << 10, /* bytes held back at most */
	CLI_PATIENCE = 60000      /* ms that a writer waits for another */
};

struct cli {
	struct arena *mem;
	struct cli_args args;
	struct cli_config *config;
	enum finding_lang lang;
	enum cli_format format;
	bool quiet, colour, utf8;
	bool tty_in, tty_out, tty_err;
	unsigned width; /* columns of the terminal, 0: as wide as need be */
	int64_t now;    /* UTC seconds */
	const char *data;
	struct buf out; /* not yet written to standard output */
	struct json_out json;
};

/* ---- words ---- */

#define CLI_ARGS(...)                                                          \
	(const struct finding_arg[]){ __VA_ARGS__ },                           \
		sizeof((const struct finding_arg[]){ __VA_ARGS__ }) /          \
			sizeof(struct finding_arg)
#define CLI_NO_ARGS NULL, 0

/* The sentence of `key` in the user's language. */
const char *cli_word(const struct cli *c, const char *key);
/* A line on standard error; not with --quiet. */
void cli_note(const struct cli *c, const char *key,
	      const struct finding_arg *args, size_t count);
/* The same, said also with --quiet: "waxseal: ..." */
void cli_complain(const struct cli *c, const char *key,
		  const struct finding_arg *args, size_t count);
/* "Next: ..." for a person at a table; silent otherwise. */
void cli_next(const struct cli *c, const char *line);
/* A sentence on standard output, with a line end. */
void cli_print(struct cli *c, const char *key, const struct finding_arg *args,
	       size_t count);

enum { CLI_NUMBER_MAX = 48 };
/* 41,260 or 41 260, as the language writes it, for people. */
struct str cli_count(const struct cli *c, uint64_t n, char out[CLI_NUMBER_MAX]);
/* "12.3 MB". */
struct str cli_bytes(const struct cli *c, uint64_t n, char out[CLI_NUMBER_MAX]);

/* Tells why something failed and what helps, and gives the exit code. */
int cli_fail(const struct cli *c, enum err err, const struct diag *why);
/* The one place where errors become exit codes. */
int cli_exit_of(enum err err, const struct diag *why);
/* Tells a misuse of the command line with a suggestion; CLI_MISUSE. */
int cli_misused(const struct cli *c, const struct cli_misuse *why);
/* `code` unless output could not be written. */
int cli_finish(struct cli *c, int code);

/* ---- arguments of the running command ---- */

static inline const char *
cli_value(const struct cli *c, const char *name)
{
	return cli_args_value(&c->args, name);
}

static inline bool
cli_given(const struct cli *c, const char *name)
{
	return cli_args_has(&c->args, name);
}

uint64_t cli_number(const struct cli *c, const char *name, uint64_t fallback);
/* Operand `i` as a positive number; complains when it is none. */
bool cli_id(const struct cli *c, size_t i, int64_t *out) MUST_CHECK;

/* Asks on the terminal unless --yes was given; false: leave it be, `code`
 * says how to end. */
bool cli_confirm(const struct cli *c, const char *key,
		 const struct finding_arg *args, size_t count,
		 int *code) MUST_CHECK;

/* ---- standard output ---- */

void cli_flush(struct cli *c);
/* Writes when enough has gathered. */
void cli_flush_some(struct cli *c);
static inline bool
cli_is_json(const struct cli *c)
{
	return c->format == CLI_FORMAT_JSON || c->format == CLI_FORMAT_JSONL;
}
/* One JSON object with `schema` first; nothing for JSON lines. */
void cli_json_begin(struct cli *c, const char *schema);
void cli_json_end(struct cli *c);
void cli_json_list(struct cli *c, const char *key);
void cli_json_list_end(struct cli *c);
/* An object of the list, or a line by itself. */
struct json_out *cli_json_row(struct cli *c);
void cli_json_row_end(struct cli *c);
/* A whole object as the only answer: both JSON forms. */
struct json_out *cli_json_only(struct cli *c, const char *schema);
void cli_json_only_end(struct cli *c);
/* `number` or null. */
void cli_json_i64(struct json_out *j, const char *key, int64_t number,
		  bool known);
/* A value read before, written again. */
void cli_json_copy(struct json_out *j, const char *key,
		   const struct json *value);
/* ["code", ...] of "code=2,code"; with `counted`, objects with a count. */
void cli_json_repairs(struct json_out *j, const char *key, struct str repairs);
/* "code: line 12: detail", null for no code. */
void cli_json_reason(struct json_out *j, const char *key,
		     const struct diag *why);

/* ---- what a command works on ---- */

/* The name that others know this server by; a NUL is behind it. */
struct str cli_hostname(struct cli *c);
/* Opens the store of --data; complains and sets `code` on failure. */
struct store *cli_store(struct cli *c, enum store_mode mode,
			int *code) MUST_CHECK;
/* For answers: opened for reading, and what an interrupted import left
 * uncounted is counted first if that is possible. */
struct store *cli_store_settled(struct cli *c, int *code) MUST_CHECK;
/* The geo files; the caller closes it. */
struct geo *cli_geo(const struct cli *c);
/* Where such a file is; `name` when the configuration names none. */
void cli_geo_path(const struct cli_config *config, enum cli_key key,
		  const char *name, struct buf *out);
/* The question that the options ask; `range` and `group` when they do not say
 * (NULL: none). Complains and gives the exit code when it is malformed. */
int cli_query(const struct cli *c, const char *range, const char *group,
	      struct store_query *q) MUST_CHECK;
/* `query` of contracts section 6: what was asked, filters by their names.
 * `group` where it is not one of the query's own, else NULL. */
void cli_json_query(struct json_out *j, const struct store_query *q,
		    const char *group);
void cli_json_measures(struct json_out *j, const int64_t *m, const bool *known);
/* The options of a list (domain, reporter, time, page) as the store's. */
void cli_list_init(const struct cli *c, struct store_list *list,
		   const struct store_query *q);

#endif
