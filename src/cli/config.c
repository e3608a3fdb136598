/* config.c - the configuration: defaults, files, environment, in this order.
 *
 * libconfuse reads the syntax; what a key may hold is said by the table. */
#include "cli/config.h"
#include "os/os.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, NAME_MAX_BYTES = 64, SECTION_KEYS_MAX = 32 };

void
cli_config_init(struct cli_config *out)
{
	*out = (struct cli_config){ 0 };
	for (size_t i = 0; i < CLI_KEYS; i++)
		out->at[i] = (struct cli_setting){
			.value =
				str_of(cli_key_rule((enum cli_key)i)->fallback),
			.origin = S("default"),
		};
}

/* One file being read. libconfuse gives its callbacks no context, so the
 * reader of this thread is found here. */
struct reader {
	struct arena *mem;
	const char *file;
	struct cli_config *out;
	struct diag *why;
	enum err err;
};
static _Thread_local struct reader *reading;

static enum err
fault(struct reader *r, int line, const char *code, const char *text)
{
	r->err = diag_set(r->why, ERR_SYNTAX, code, (uint64_t)line, "%s:%d: %s",
			  r->file, line, text);
	return r->err;
}

static void
unknown_key(struct reader *r, cfg_t *cfg, struct str word)
{
	char full[NAME_MAX_BYTES * 2], text[NAME_MAX_BYTES * 4];
	const char *section = cfg_name(cfg);
	bool top = strcmp(section, "root") == 0;

	(void)snprintf(full, sizeof full, "%s%s%.*s", top ? "" : section,
		       top ? "" : ".", STR_ARG(word));

	const char *near = cli_key_near(str_of(full));

	(void)snprintf(text, sizeof text, near ? "%s -> %s?" : "%s", full,
		       near);
	(void)fault(r, cfg->line, "config.unknown_key", text);
}

PRINTF_LIKE(2, 0)
static void
told_by_library(cfg_t *cfg, const char *fmt, va_list args)
{
	struct reader *r = reading;
	char text[NAME_MAX_BYTES * 2];
	struct str quoted;

	if (!r || r->err != ERR_NONE)
		return;
	(void)vsnprintf(text, sizeof text, fmt, args);
	if (!str_starts(str_of(text), S("no such option"))) {
		(void)fault(r, cfg->line, "config.syntax", text);
		return;
	}
	quoted = str_sub(str_of(text), str_index(str_of(text), '\'') + 1,
			 SIZE_MAX);
	unknown_key(r, cfg, str_sub(quoted, 0, str_index(quoted, '\'')));
}

static enum cli_key
key_of(const char *section, const char *name)
{
	char full[NAME_MAX_BYTES];
	bool top = strcmp(section, "root") == 0;

	(void)snprintf(full, sizeof full, "%s%s%s", top ? "" : section,
		       top ? "" : ".", name);
	for (size_t i = 0; i < CLI_KEYS; i++)
		if (strcmp(full, cli_key_rule((enum cli_key)i)->name) == 0)
			return (enum cli_key)i;
	return CLI_KEYS;
}

/* Joins the values of an option by commas. */
static bool
join_values(cfg_opt_t *opt, struct buf *out)
{
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		if (i > 0)
			buf_addc(out, ',');
		buf_addz(out, cfg_opt_getnstr(opt, i));
	}
	return !out->full;
}

/* Checks `value` and keeps it with its origin. */
static bool
set_value(struct arena *mem, const struct cli_key_rule *rule,
	  struct cli_setting *at, struct cli_setting what, struct str *accepted)
{
	return cli_key_accepts(rule, what.value, accepted) &&
	       arena_dup(mem, what.value, &at->value) &&
	       arena_dup(mem, what.origin, &at->origin);
}

/* Reads one option into `at`, or tells why not. */
static int
take_option(struct reader *r, cfg_t *cfg, cfg_opt_t *opt,
	    const struct cli_key_rule *rule, struct cli_setting *at)
{
	SCOPED_BUF value = BUF(4096);
	SCOPED_BUF origin = BUF(4096);
	struct str accepted = S("");
	char text[NAME_MAX_BYTES * 4];

	if (!join_values(opt, &value))
		return -1;
	buf_addf(&origin, "%s:%d", r->file, cfg->line);
	if (set_value(r->mem, rule, at,
		      (struct cli_setting){ str_trim(buf_str(&value)),
					    buf_str(&origin) },
		      &accepted))
		return 0;
	(void)snprintf(text, sizeof text, "%s = \"%s\" (%.*s)", rule->name,
		       buf_c(&value), STR_ARG(accepted));
	(void)fault(r, cfg->line, "config.bad_value", text);
	return -1;
}

/* ---- mailboxes: sections with a name ---- */

/* The mailbox of that name, a new one behind the others if need be. */
static struct cli_imap *
imap_named(struct reader *r, struct str name)
{
	struct cli_imap **at = &r->out->imap;

	while (*at && !str_eq((*at)->name, name))
		at = &(*at)->next;
	if (*at)
		return *at;
	*at = arena_alloc(r->mem, sizeof **at);
	if (!*at || !arena_dup(r->mem, name, &(*at)->name))
		return NULL;
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++)
		(*at)->at[i] = (struct cli_setting){
			.value = str_of(
				cli_imap_rule((enum cli_imap_key)i)->fallback),
			.origin = S("default"),
		};
	return *at;
}

static const struct cli_key_rule *
imap_key_of(const char *name, size_t *key)
{
	for (*key = 0; *key < CLI_IMAP_KEYS; ++*key) {
		const struct cli_key_rule *rule =
			cli_imap_rule((enum cli_imap_key) * key);

		if (strcmp(strchr(rule->name, '.') + 1, name) == 0)
			return rule;
	}
	return NULL;
}

/* Called when an option has its value. */
static int
took_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *r = reading;
	const char *section = cfg_name(cfg), *name = cfg_opt_name(opt);
	enum cli_key key = key_of(section, name);
	const struct cli_key_rule *rule;
	struct cli_imap *imap;
	size_t i;

	if (!r)
		return -1;
	if (key != CLI_KEYS)
		return take_option(r, cfg, opt, cli_key_rule(key),
				   &r->out->at[key]);
	rule = imap_key_of(name, &i);
	imap = imap_named(r, str_of(cfg_title(cfg)));
	return rule && imap ? take_option(r, cfg, opt, rule, &imap->at[i]) : -1;
}

/* Called when the whole section was read. */
static int
took_mailbox(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *r = reading;
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	struct cli_imap *imap =
		r && section ? imap_named(r, str_of(cfg_title(section))) : NULL;

	if (!imap)
		return -1;
	if (imap->at[CLI_IMAP_HOST].value.n > 0)
		return 0;
	(void)fault(r, cfg->line, "config.bad_value",
		    "imap.host = \"\" (mail.example.net)");
	return -1;
}

/* ---- the library's own tables, made from ours ---- */

static cfg_opt_t
option_of(const struct cli_key_rule *rule)
{
	const char *dot = strchr(rule->name, '.');
	const char *name = dot ? dot + 1 : rule->name;
	const cfg_opt_t text = CFG_STR(name, NULL, CFGF_NODEFAULT);
	const cfg_opt_t list = CFG_STR_LIST(name, NULL, CFGF_NODEFAULT);

	return cli_key_is_list(rule) ? list : text;
}

/* The keys of the section that begins with rule `from`; returns how many. */
static size_t
section_of(size_t from, char name[NAME_MAX_BYTES],
	   cfg_opt_t keys[SECTION_KEYS_MAX + 1])
{
	const cfg_opt_t end = CFG_END();
	const char *first = cli_key_rule((enum cli_key)from)->name;
	size_t n = 0, length = strcspn(first, ".") + 1;

	(void)snprintf(name, NAME_MAX_BYTES, "%.*s", (int)length - 1, first);
	while (from + n < CLI_KEYS && n < SECTION_KEYS_MAX) {
		const struct cli_key_rule *rule =
			cli_key_rule((enum cli_key)(from + n));

		if (strncmp(rule->name, first, length) != 0)
			break;
		keys[n++] = option_of(rule);
	}
	keys[n] = end;
	return n;
}

/* The library copies the tables. */
static cfg_t *
make_parser(void)
{
	cfg_opt_t root[CLI_KEYS + 2];
	cfg_opt_t keys[CLI_KEYS][SECTION_KEYS_MAX + 1];
	cfg_opt_t imap_keys[CLI_IMAP_KEYS + 1];
	char names[CLI_KEYS][NAME_MAX_BYTES];
	const cfg_opt_t end = CFG_END();
	const cfg_opt_t imap =
		CFG_SEC("imap", imap_keys, CFGF_MULTI | CFGF_TITLE);
	size_t n = 0;

	for (size_t i = 0; i < CLI_KEYS;) {
		const struct cli_key_rule *rule = cli_key_rule((enum cli_key)i);

		if (strchr(rule->name, '.')) {
			i += section_of(i, names[n], keys[n]);

			const cfg_opt_t one =
				CFG_SEC(names[n], keys[n], CFGF_NONE);

			root[n++] = one;
		} else {
			root[n++] = option_of(rule);
			i++;
		}
	}
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++)
		imap_keys[i] = option_of(cli_imap_rule((enum cli_imap_key)i));
	imap_keys[CLI_IMAP_KEYS] = end;
	root[n++] = imap;
	root[n] = end;
	return cfg_init(root, CFGF_NONE);
}

static void
watch_values(cfg_t *cfg)
{
	char path[NAME_MAX_BYTES];

	for (size_t i = 0; i < CLI_KEYS; i++) {
		(void)snprintf(path, sizeof path, "%s",
			       cli_key_rule((enum cli_key)i)->name);
		if (strchr(path, '.'))
			*strchr(path, '.') = '|';
		(void)cfg_set_validate_func(cfg, path, took_value);
	}
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++) {
		(void)snprintf(path, sizeof path, "%s",
			       cli_imap_rule((enum cli_imap_key)i)->name);
		*strchr(path, '.') = '|';
		(void)cfg_set_validate_func(cfg, path, took_value);
	}
	(void)cfg_set_validate_func(cfg, "imap", took_mailbox);
}

/* Where the comment that begins at `from` ends; `from` when none does. */
static size_t
skip_comment(struct str text, size_t from)
{
	struct str rest = str_sub(text, from, SIZE_MAX);
	size_t n;

	if (str_starts(rest, S("#")) || str_starts(rest, S("//"))) {
		n = str_index(rest, '\n');
		return n == SIZE_MAX ? text.n : from + n;
	}
	if (!str_starts(rest, S("/*")))
		return from;
	n = str_find(str_sub(rest, 2, SIZE_MAX), S("*/"));
	return n == SIZE_MAX ? text.n : from + n + 4;
}

/* Where the quoted text that begins at `from` ends; `from` when none does. */
static size_t
skip_quoted(struct str text, size_t from)
{
	char quote = text.p[from];
	size_t at = from + 1;

	if (quote != '"' && quote != '\'')
		return from;
	while (at < text.n && text.p[at] != quote)
		at += text.p[at] == '\\' ? 2 : 1;
	return at < text.n ? at + 1 : text.n;
}

/* Blanks comments out: the library counts their lines twice, and a fault
 * shall be told with the right one. */
static void
blank_comments(struct buf *b)
{
	struct str text = buf_str(b);

	for (size_t at = 0; at < text.n;) {
		size_t end = skip_comment(text, at);

		for (size_t i = at; i < end; i++)
			if (b->p[i] != '\n')
				b->p[i] = ' ';
		if (end == at)
			end = skip_quoted(text, at);
		at = end > at ? end : at + 1;
	}
}

static size_t
skip_blanks(struct str text, size_t from)
{
	while (from < text.n && strchr(" \t\r\n", text.p[from]))
		from++;
	return from;
}

static void
name_if_empty(struct buf *b, size_t from)
{
	struct str text = buf_str(b);
	size_t open = skip_blanks(text, from);
	size_t close = skip_blanks(text, open + 1);

	if (close < text.n && text.p[open] == '{' && text.p[close] == '}')
		b->p[open] = b->p[close] = '"';
}

/* "= { }" becomes "= "" ": of a list without items the library says
 * nothing, and the default would stay. */
static void
name_empty_lists(struct buf *b)
{
	struct str text = buf_str(b);

	for (size_t at = 0; at < text.n;) {
		size_t end = skip_quoted(text, at);

		if (end == at && text.p[at] == '=')
			name_if_empty(b, at + 1);
		at = end > at ? end : at + 1;
	}
}

static enum err
read_text(struct reader *r, const char *text)
{
	cfg_t *cfg = make_parser();

	if (!cfg)
		return diag_set(r->why, ERR_IO, "config.syntax", 0, "%s",
				r->file);
	watch_values(cfg);
	(void)cfg_set_error_function(cfg, told_by_library);
	reading = r;
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS && r->err == ERR_NONE)
		(void)fault(r, cfg->line, "config.syntax", "");
	reading = NULL;
	(void)cfg_free(cfg);
	return r->err;
}

static enum err
read_file(struct arena *mem, const char *file, struct cli_config *out,
	  struct diag *why)
{
	SCOPED_BUF text = BUF(FILE_MAX);
	struct reader r = { .mem = mem, .file = file, .out = out, .why = why };
	enum err err = os_read_file(file, &text, why);

	if (err != ERR_NONE)
		return err;
	if (text.n > 0 && memchr(text.p, '\0', text.n))
		return fault(&r, 1, "config.syntax", "NUL");
	blank_comments(&text);
	name_empty_lists(&text);
	return read_text(&r, buf_c(&text));
}

/* The files of conf.d, in the order of their names. */
struct parts {
	struct arena *mem;
	struct cli_config *out;
	struct diag *why;
	const char *directory;
	bool unreadable;
};

static enum err
read_part(void *ctx, const char *path)
{
	struct parts *p = ctx;

	return str_ends(str_of(path), S(".conf"))
		       ? read_file(p->mem, path, p->out, p->why)
		       : ERR_NONE;
}

/* No such directory is no fault. */
static void
bad_part(void *ctx, const char *path, const struct diag *why)
{
	struct parts *p = ctx;

	if (p->unreadable ||
	    (strcmp(path, p->directory) == 0 && access(path, F_OK) < 0))
		return;
	*p->why = *why;
	p->unreadable = true;
}

static bool
skip_below(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

static enum err
read_parts(struct arena *mem, const char *file, struct cli_config *out,
	   struct diag *why)
{
	struct str main_file = STR("waxseal.conf");
	SCOPED_BUF directory = BUF(4096);
	enum err err;

	if (!str_ends(str_of(file), main_file))
		return ERR_NONE;
	buf_add(&directory,
		str_sub(str_of(file), 0, strlen(file) - main_file.n));
	buf_addz(&directory, "conf.d");

	struct parts p = { .mem = mem,
			   .out = out,
			   .why = why,
			   .directory = buf_c(&directory) };
	const struct os_walk walk = { &p, read_part, bad_part, skip_below };

	err = os_walk(p.directory, &walk, why);
	return err == ERR_NONE && p.unreadable ? ERR_IO : err;
}

static const char *
env_value(char **env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

static enum err
read_env(struct arena *mem, char **env, struct cli_config *out,
	 struct diag *why)
{
	for (size_t i = 0; i < CLI_KEYS; i++) {
		char name[CLI_ENV_NAME_MAX];
		const char *value = env_value(
			env, cli_config_env_name((enum cli_key)i, name));
		SCOPED_BUF origin = BUF(256);
		struct str accepted = S("");

		if (!value)
			continue;
		buf_addf(&origin, "env %s", name);
		if (!set_value(mem, cli_key_rule((enum cli_key)i), &out->at[i],
			       (struct cli_setting){ str_of(value),
						     buf_str(&origin) },
			       &accepted))
			return diag_set(why, ERR_SYNTAX, "config.bad_value", 0,
					"%s = \"%s\" (%.*s)", name, value,
					STR_ARG(accepted));
	}
	return ERR_NONE;
}

enum err
cli_config_load(struct arena *mem, const char *file, char **env,
		struct cli_config *out, struct diag *why)
{
	const char *path = file ? file : CLI_CONFIG_FILE;
	struct diag reason = { 0 };
	enum err err;

	cli_config_init(out);
	err = read_file(mem, path, out, &reason);
	if (err == ERR_NONE) {
		out->file = str_of(path);
		err = read_parts(mem, path, out, &reason);
	} else if (err == ERR_GONE && !file) {
		err = ERR_NONE;
		diag_clear(&reason);
	}
	if (err != ERR_NONE) {
		*why = reason;
		return err;
	}
	return read_env(mem, env, out, why);
}
