/* config.c - the configuration: defaults, files, environment, in this order.
 *
 * libconfuse reads the syntax; what a key may hold is said by the table. */
#include "cli/config.h"
#include "finding/finding.h"
#include "insight/insight.h"
#include "os/os.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, NAME_MAX_BYTES = 64, SECTION_KEYS_MAX = 16 };
enum { DAYS_MAX = 36500 };

/* Keys of one section stand together. */
static const struct cli_key_rule rules[CLI_KEYS] = {
	[CLI_KEY_STORE_PATH] = { "store.path", CLI_KEY_PATH, "./data", 0, 0,
				 "cli.key.store_path" },
	[CLI_KEY_RETENTION_RAW] = { "store.retention_raw", CLI_KEY_SPAN, "90d",
				    1, DAYS_MAX, "cli.key.retention_raw" },
	[CLI_KEY_RETENTION_ROWS] = { "store.retention_rows", CLI_KEY_SPAN,
				     "730d", 1, DAYS_MAX,
				     "cli.key.retention_rows" },
	[CLI_KEY_RETENTION_FAILURE] = { "store.retention_failure", CLI_KEY_SPAN,
					"30d", 1, DAYS_MAX,
					"cli.key.retention_failure" },
	[CLI_KEY_GEO_COUNTRY] = { "geo.country_file", CLI_KEY_PATH, "", 0, 0,
				  "cli.key.geo_country" },
	[CLI_KEY_GEO_ASN] = { "geo.asn_file", CLI_KEY_PATH, "", 0, 0,
			      "cli.key.geo_asn" },
	[CLI_KEY_LANGUAGES] = { "ui.languages", CLI_KEY_LANGS, "en,ja,nb", 0, 0,
				"cli.key.languages" },
};

const struct cli_key_rule *
cli_key_rule(enum cli_key key)
{
	return &rules[key];
}

/* For suggestions: keys, then sections. */
static const char *const names[] = {
	"store.path",
	"store.retention_raw",
	"store.retention_rows",
	"store.retention_failure",
	"geo.country_file",
	"geo.asn_file",
	"ui.languages",
	"store",
	"geo",
	"ui",
};

void
cli_config_init(struct cli_config *out)
{
	*out = (struct cli_config){ 0 };
	for (size_t i = 0; i < CLI_KEYS; i++)
		out->at[i] = (struct cli_setting){
			.value = str_of(rules[i].fallback),
			.origin = S("default"),
		};
}

/* "730d", "12w", "2y", "730" (days), "forever" (0). */
static bool
parse_days(struct str s, int64_t *days)
{
	static const struct {
		char unit;
		int64_t days;
	} units[] = { { 'd', 1 }, { 'w', 7 }, { 'y', 365 } };
	int64_t each = 1, n;

	if (str_eq(s, S("forever"))) {
		*days = 0;
		return true;
	}
	for (size_t i = 0; s.n > 1 && i < COUNT_OF(units); i++)
		if (s.p[s.n - 1] == units[i].unit) {
			each = units[i].days;
			s = str_sub(s, 0, s.n - 1);
			break;
		}
	if (!str_i64(s, &n) || n < 1 || n > DAYS_MAX)
		return false;
	*days = n * each;
	return true;
}

static bool
all_languages(struct str list)
{
	struct str one;
	enum finding_lang lang;

	if (list.n == 0)
		return false;
	while (str_split(&list, ',', &one))
		if (!finding_lang_parse(str_trim(one), &lang))
			return false;
	return true;
}

bool
cli_config_accepts(enum cli_key key, struct str value, struct str *accepted)
{
	const struct cli_key_rule *rule = &rules[key];
	int64_t days;

	switch (rule->type) {
	case CLI_KEY_SPAN:
		*accepted = S("1d ... 36500d, 12w, 2y, forever");
		return parse_days(value, &days) &&
		       (days == 0 ||
			(days >= rule->least && days <= rule->most));
	case CLI_KEY_LANGS:
		*accepted = S("en, ja, nb");
		return all_languages(value);
	case CLI_KEY_PATH:
		*accepted = S("/path");
		return value.n > 0;
	case CLI_KEY_TEXT:
		break;
	}
	*accepted = S("");
	return true;
}

int64_t
cli_config_span(const struct cli_config *config, enum cli_key key)
{
	int64_t days = 0;

	if (!parse_days(config->at[key].value, &days))
		(void)parse_days(str_of(rules[key].fallback), &days);
	return days * CIVIL_DAY;
}

const char *
cli_config_env_name(enum cli_key key, char out[CLI_ENV_NAME_MAX])
{
	size_t n = (size_t)snprintf(out, CLI_ENV_NAME_MAX, "WAXSEAL_%s",
				    rules[key].name);

	for (size_t i = 0; i < n && i < CLI_ENV_NAME_MAX - 1; i++) {
		if (out[i] == '.')
			out[i] = '_';
		else if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 'a' + 'A');
	}
	return out;
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

	const char *near =
		insight_nearest(str_of(full), names, COUNT_OF(names));

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

	(void)snprintf(full, sizeof full, "%s.%s", section, name);
	for (size_t i = 0; i < CLI_KEYS; i++)
		if (strcmp(full, rules[i].name) == 0)
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
set_value(struct arena *mem, struct cli_config *out, enum cli_key key,
	  struct str value, struct str origin, struct str *accepted)
{
	struct cli_setting *at = &out->at[key];

	return cli_config_accepts(key, value, accepted) &&
	       arena_dup(mem, value, &at->value) &&
	       arena_dup(mem, origin, &at->origin);
}

/* Called when an option has its value. */
static int
took_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reader *r = reading;
	enum cli_key key = key_of(cfg_name(cfg), cfg_opt_name(opt));
	SCOPED_BUF value = BUF(4096);
	SCOPED_BUF origin = BUF(4096);
	struct str accepted = S("");
	char text[NAME_MAX_BYTES * 3];

	if (!r || key == CLI_KEYS || !join_values(opt, &value))
		return -1;
	buf_addf(&origin, "%s:%d", r->file, cfg->line);
	if (set_value(r->mem, r->out, key, buf_str(&value), buf_str(&origin),
		      &accepted))
		return 0;
	(void)snprintf(text, sizeof text, "%s = \"%s\" (%.*s)", rules[key].name,
		       buf_c(&value), STR_ARG(accepted));
	(void)fault(r, cfg->line, "config.bad_value", text);
	return -1;
}

/* Name of the section of a key, and what stands behind its dot. */
static const char *
section_of(size_t key, char section[NAME_MAX_BYTES])
{
	struct str name = str_of(rules[key].name);
	size_t dot = str_index(name, '.');

	(void)snprintf(section, NAME_MAX_BYTES, "%.*s", (int)dot, name.p);
	return rules[key].name + dot + 1;
}

/* The library's own tables, made from ours; it copies them. */
static cfg_t *
make_parser(void)
{
	cfg_opt_t root[CLI_KEYS + 1];
	cfg_opt_t keys[CLI_KEYS][SECTION_KEYS_MAX + 1];
	char section[CLI_KEYS][NAME_MAX_BYTES];
	const cfg_opt_t end = CFG_END();
	size_t sections = 0, n = 0;

	for (size_t i = 0; i < CLI_KEYS; i++) {
		const char *name = section_of(i, section[sections]);
		const cfg_opt_t text = CFG_STR(name, NULL, CFGF_NODEFAULT);
		const cfg_opt_t list = CFG_STR_LIST(name, NULL, CFGF_NODEFAULT);
		bool fresh = n == 0 || strcmp(section[sections],
					      section[sections - 1]) != 0;

		if (fresh) {
			sections++;
			n = 0;
		}
		keys[sections - 1][n++] =
			rules[i].type == CLI_KEY_LANGS ? list : text;
		keys[sections - 1][n] = end;
	}
	for (size_t i = 0; i < sections; i++) {
		const cfg_opt_t one = CFG_SEC(section[i], keys[i], CFGF_NONE);

		root[i] = one;
	}
	root[sections] = end;
	return cfg_init(root, CFGF_NONE);
}

static void
watch_values(cfg_t *cfg)
{
	char path[NAME_MAX_BYTES];

	for (size_t i = 0; i < CLI_KEYS; i++) {
		(void)snprintf(path, sizeof path, "%s", rules[i].name);
		*strchr(path, '.') = '|';
		(void)cfg_set_validate_func(cfg, path, took_value);
	}
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
		if (!set_value(mem, out, (enum cli_key)i, str_of(value),
			       buf_str(&origin), &accepted))
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
