/* cli.c - from argv to an exit code: language, form of output, configuration,
 * then the command. */
#include "cli/cli.h"
#include "cli/context.h"
#include "cli/help.h"
#include "os/os.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_LEAST = 40 };

static bool
is_set(const char *value)
{
	return value && value[0] != '\0';
}

/* LC_ALL, LC_<category>, LANG, as POSIX orders them; NULL when none is set. */
static const char *
locale_of(const char *category)
{
	const char *const names[] = { "LC_ALL", category, "LANG" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (is_set(getenv(names[i])))
			return getenv(names[i]);
	return NULL;
}

static bool
is_utf8_locale(void)
{
	struct str name = str_of(locale_of("LC_CTYPE"));

	return str_find_fold(name, S("utf-8")) != SIZE_MAX ||
	       str_find_fold(name, S("utf8")) != SIZE_MAX;
}

/* The language of the environment; English for any that is not ours. */
static void
choose_language(struct cli *c)
{
	const char *name = locale_of("LC_MESSAGES");

	c->lang = FINDING_EN;
	if (name)
		(void)finding_lang_parse(str_of(name), &c->lang);
}

/* Without a locale at all, the first of ui.languages. */
static void
fall_back_language(struct cli *c)
{
	struct str list = c->config->at[CLI_KEY_LANGUAGES].value, first;

	if (cli_value(c, "lang") || locale_of("LC_MESSAGES"))
		return;
	if (str_eq(c->config->at[CLI_KEY_LANGUAGES].origin, S("default")))
		return;
	if (str_split(&list, ',', &first))
		(void)finding_lang_parse(str_trim(first), &c->lang);
}

static void
look_at_terminal(struct cli *c)
{
	bool dumb = getenv("TERM") && strcmp(getenv("TERM"), "dumb") == 0;
	struct winsize size = { 0 };
	uint64_t columns = 0;

	c->tty_in = isatty(STDIN_FILENO);
	c->tty_out = isatty(STDOUT_FILENO);
	c->tty_err = isatty(STDERR_FILENO) && !dumb;
	c->utf8 = is_utf8_locale();
	c->colour = c->tty_out && !dumb && !is_set(getenv("NO_COLOR"));
	if (!c->tty_out && !c->tty_err)
		return;
	if (ioctl(c->tty_out ? STDOUT_FILENO : STDERR_FILENO, TIOCGWINSZ,
		  &size) == 0)
		columns = size.ws_col;
	if (is_set(getenv("COLUMNS")))
		(void)str_u64(str_of(getenv("COLUMNS")), &columns);
	if (columns >= WIDTH_LEAST && columns < UINT16_MAX)
		c->width = (unsigned)columns;
}

static const struct {
	const char *name;
	enum cli_format format;
	unsigned forms; /* which the command must have */
} formats[] = {
	{ "table", CLI_FORMAT_TABLE, CLI_AS_TEXT },
	{ "plain", CLI_FORMAT_PLAIN, CLI_AS_TEXT },
	{ "csv", CLI_FORMAT_CSV, CLI_AS_CSV },
	{ "json", CLI_FORMAT_JSON, CLI_AS_JSON },
	{ "jsonl", CLI_FORMAT_JSONL, CLI_AS_JSONL },
};

static bool
choose_format(struct cli *c)
{
	const char *name = cli_value(c, "format");
	unsigned forms = c->args.command->forms;

	c->format = c->tty_out ? CLI_FORMAT_TABLE : CLI_FORMAT_PLAIN;
	if (!name && cli_given(c, "json"))
		name = "json";
	if (!name)
		return true;
	for (size_t i = 0; i < COUNT_OF(formats); i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		c->format = formats[i].format;
		if (forms & formats[i].forms)
			return true;
	}
	cli_complain(c, "cli.misuse.format",
		     CLI_ARGS({ "word", str_of(name) }));
	return false;
}

static bool
take_globals(struct cli *c)
{
	const char *lang = cli_value(c, "lang");

	c->quiet = c->args.quiet || cli_given(c, "quiet");
	if (cli_given(c, "no-color"))
		c->colour = false;
	if (lang && !finding_lang_parse(str_of(lang), &c->lang)) {
		cli_complain(c, "cli.misuse.lang",
			     CLI_ARGS({ "word", str_of(lang) }));
		return false;
	}
	return true;
}

/* The commands that must work however broken the configuration is. */
static bool
needs_config(const struct cli_command *command)
{
	return strcmp(command->noun, "config") != 0 &&
	       strcmp(command->noun, "help") != 0 &&
	       strcmp(command->noun, "man") != 0 &&
	       strcmp(command->noun, "version") != 0 &&
	       strcmp(command->noun, "completion") != 0;
}

static int
load_config(struct cli *c)
{
	struct diag why = { 0 };
	enum err err;

	cli_config_init(c->config);
	if (needs_config(c->args.command)) {
		err = cli_config_load(c->mem, cli_value(c, "config"), environ,
				      c->config, &why);
		if (err != ERR_NONE) {
			(void)cli_fail(c, err, &why);
			return CLI_BAD_CONFIG;
		}
		fall_back_language(c);
		cli_config_test(c->config);
		c->now = os_now();
	}
	c->data = cli_value(c, "data");
	if (!c->data) {
		struct str copy = S("");

		if (!arena_dup(c->mem, c->config->at[CLI_KEY_STORE_PATH].value,
			       &copy))
			return CLI_INTERNAL;
		c->data = copy.p;
	}
	return CLI_FINE;
}

static int
run(struct cli *c)
{
	const struct cli_command *command = c->args.command;
	int code;

	if (!take_globals(c))
		return CLI_MISUSE;
	if (c->args.version)
		return cli_version(c);
	if (c->args.help || !command)
		return cli_help_for(c, c->args.noun, command);
	if (!choose_format(c))
		return CLI_MISUSE;
	code = load_config(c);
	return code == CLI_FINE ? command->run(c) : code;
}

int
cli_main(int argc, char **argv)
{
	SCOPED_ARENA mem = arena_new(CLI_MEMORY_MAX);
	struct cli *c = arena_alloc(mem, sizeof *c);
	struct cli_misuse why;
	const char *lang = cli_args_lang(argc, argv);
	int code;

	if (!c)
		return CLI_INTERNAL;
	/* A broken pipe is seen where it is written to. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* A limit on the size of files is a full disk, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	c->mem = mem;
	c->now = os_now();
	c->out = (struct buf)BUF(CLI_OUT_MAX);
	c->config = arena_alloc(mem, sizeof *c->config);
	if (!c->config)
		return CLI_INTERNAL;
	choose_language(c);
	if (lang)
		(void)finding_lang_parse(str_of(lang), &c->lang);
	look_at_terminal(c);
	bool understood = cli_args_parse(mem, argc, argv, &c->args, &why);

	c->quiet = c->args.quiet;
	code = understood ? run(c) : cli_misused(c, &why);
	code = cli_finish(c, code);
	buf_free(&c->out);
	return code;
}
