/* config.h - the configuration file, one table of keys. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/base.h"

enum cli_key_type {
	CLI_KEY_TEXT,
	CLI_KEY_PATH,
	CLI_KEY_SPAN, /* "730d", "12w", "forever"; seconds */
	CLI_KEY_LANGS /* list of languages */
};

enum cli_key {
	CLI_KEY_STORE_PATH,
	CLI_KEY_RETENTION_RAW,
	CLI_KEY_RETENTION_ROWS,
	CLI_KEY_RETENTION_FAILURE,
	CLI_KEY_GEO_COUNTRY,
	CLI_KEY_GEO_ASN,
	CLI_KEY_LANGUAGES,
	CLI_KEYS
};

struct cli_key_rule {
	const char *name; /* "store.path" */
	enum cli_key_type type;
	const char *fallback; /* as it would be written; "" none */
	int64_t least, most;  /* days, for spans */
	const char *help;     /* catalogue key */
};
const struct cli_key_rule *cli_key_rule(enum cli_key key);

struct cli_setting {
	struct str value;  /* lists joined by "," */
	struct str origin; /* "default", "FILE:LINE", "env NAME" */
};

struct cli_config {
	struct cli_setting at[CLI_KEYS];
	struct str file; /* what was read first; empty: none */
};

#define CLI_CONFIG_FILE "/etc/waxseal/waxseal.conf"

/* Reads `file` (NULL: the default one, if it exists), the conf.d beside a
 * file named waxseal.conf, then WAXSEAL_* of `env`. ERR_SYNTAX:
 * "config.syntax", "config.unknown_key", "config.bad_value"; the detail begins
 * "FILE:LINE: ". Text lives in `mem`. */
enum err cli_config_load(struct arena *mem, const char *file, char **env,
			 struct cli_config *out, struct diag *why) MUST_CHECK;
/* Sets everything to its default. */
void cli_config_init(struct cli_config *out);
/* Checks one value; false: `why` says what is accepted. */
bool cli_config_accepts(enum cli_key key, struct str value,
			struct str *accepted);
/* Seconds of a span, 0 for ever. */
int64_t cli_config_span(const struct cli_config *config, enum cli_key key);
/* "WAXSEAL_STORE_PATH" of a key, NUL-terminated. */
enum { CLI_ENV_NAME_MAX = 64 };
const char *cli_config_env_name(enum cli_key key, char out[CLI_ENV_NAME_MAX]);
#endif
