/* config.h - the configuration file, one table of keys. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/base.h"

enum cli_key_type {
	CLI_KEY_TEXT,
	CLI_KEY_PATH,
	CLI_KEY_SPAN, /* "730d", "12w", "forever"; seconds */
	CLI_KEY_WAIT, /* "30s", "5m", "1h"; seconds */
	CLI_KEY_SIZE, /* "512M", "1G", "0" for no limit; bytes */
	CLI_KEY_PORT,
	CLI_KEY_COUNT, /* "0" for no limit */
	CLI_KEY_BOOL,
	CLI_KEY_WORD,  /* one of the rule's words */
	CLI_KEY_HOST,  /* name of a host */
	CLI_KEY_URL,   /* http: or https:, or nothing */
	CLI_KEY_PLACE, /* where to listen, or nothing */
	/* Lists. */
	CLI_KEY_PLACES,
	CLI_KEY_NETS, /* blocks of addresses */
	CLI_KEY_PATHS,
	CLI_KEY_TEXTS,
	CLI_KEY_SERVERS, /* "192.0.2.2:53", with a name behind it or not */
	CLI_KEY_LANGS
};

enum cli_key {
	CLI_KEY_HOSTNAME,
	CLI_KEY_STORE_PATH,
	CLI_KEY_RETENTION_RAW,
	CLI_KEY_RETENTION_ROWS,
	CLI_KEY_RETENTION_FAILURE,
	CLI_KEY_GEO_COUNTRY,
	CLI_KEY_GEO_ASN,
	CLI_KEY_LANGUAGES,
	CLI_KEY_WEB_LISTEN,
	CLI_KEY_WEB_BASE_URL,
	CLI_KEY_WEB_TRUSTED,
	CLI_KEY_WEB_PROXY,
	CLI_KEY_WEB_CERTIFICATE,
	CLI_KEY_WEB_KEY,
	CLI_KEY_SMTP_LISTEN,
	CLI_KEY_SMTP_LMTP,
	CLI_KEY_SMTP_TRUSTED,
	CLI_KEY_SMTP_PROXY,
	CLI_KEY_SMTP_CERTIFICATE,
	CLI_KEY_SMTP_KEY,
	CLI_KEY_SMTP_MESSAGE_MAX,
	CLI_KEY_WATCH_PATH,
	CLI_KEY_SPOOL_RESERVE,
	CLI_KEY_SPOOL_LIMIT,
	CLI_KEY_QUOTA_UNCLAIMED,
	CLI_KEY_QUOTA_SIDELINED,
	CLI_KEY_QUOTA_DOMAINS,
	CLI_KEY_QUOTA_HOSTED,
	CLI_KEY_INSPECT_RESOLVER,
	CLI_KEY_INSPECT_ANCHOR,
	CLI_KEY_INSPECT_CA,
	CLI_KEY_INSPECT_ALLOW,
	CLI_KEY_INSPECT_DNS_PORT,
	CLI_KEY_INSPECT_HTTPS_PORT,
	CLI_KEY_INSPECT_SMTP_PORT,
	CLI_KEY_INSPECT_PUBLIC,
	CLI_KEY_HOSTING_POLICY_LISTEN,
	CLI_KEY_HOSTING_CHALLENGE_LISTEN,
	CLI_KEY_HOSTING_MASTER_KEY,
	CLI_KEY_HOSTING_ZONE,
	CLI_KEY_HOSTING_NAMESERVERS,
	CLI_KEY_HOSTING_ADDRESSES,
	CLI_KEY_HOSTING_OWN,
	CLI_KEY_HOSTING_CA,
	CLI_KEY_HOSTING_CAA,
	CLI_KEY_HOSTING_CA_FILE,
	CLI_KEY_HOSTING_CONTACT,
	CLI_KEY_HOSTING_PROFILE,
	CLI_KEY_HOSTING_TERMS,
	CLI_KEY_HOSTING_EAB_KID,
	CLI_KEY_HOSTING_EAB_FILE,
	CLI_KEY_HOSTING_DNS_LISTEN,
	CLI_KEY_HOSTING_DNS_KEYS,
	CLI_KEY_HOSTING_DNS_SECONDARIES,
	CLI_KEY_HOSTING_DNS_RATE,
	CLI_KEY_NOTIFY_MAIL_TO,
	CLI_KEY_NOTIFY_MAIL_FROM,
	CLI_KEY_NOTIFY_SMTP_SERVER,
	CLI_KEY_NOTIFY_SMTP_USER,
	CLI_KEY_NOTIFY_SMTP_PASSWORD_FILE,
	CLI_KEY_NOTIFY_WEBHOOK,
	CLI_KEY_NOTIFY_WEBHOOK_SECRET_FILE,
	CLI_KEY_METRICS_LISTEN,
	CLI_KEY_LOG_FORM,
	CLI_KEY_LOG_LEVEL,
	CLI_KEY_SERVE_USER,
	CLI_KEY_TEST_CLOCK,
	CLI_KEY_TEST_CRASH,
	CLI_KEYS
};

/* Of each section `imap "name" { }`. */
enum cli_imap_key {
	CLI_IMAP_HOST,
	CLI_IMAP_PORT,
	CLI_IMAP_TLS,
	CLI_IMAP_USER,
	CLI_IMAP_PASSWORD_FILE,
	CLI_IMAP_TOKEN_FILE,
	CLI_IMAP_CA_FILE,
	CLI_IMAP_MAILBOX,
	CLI_IMAP_MOVE_TO,
	CLI_IMAP_DELETE,
	CLI_IMAP_POLL,
	CLI_IMAP_KEYS
};

struct cli_key_rule {
	const char *name; /* "store.path" */
	enum cli_key_type type;
	const char *fallback; /* as it would be written; "" none */
	int64_t least, most;  /* days, seconds or bytes */
	const char *help;     /* catalogue key */
	const char *words;    /* for CLI_KEY_WORD, blank-separated */
};
const struct cli_key_rule *cli_key_rule(enum cli_key key);
const struct cli_key_rule *cli_imap_rule(enum cli_imap_key key);
bool cli_key_is_list(const struct cli_key_rule *rule);
/* The known key or section most like `word`, NULL when none is near. */
const char *cli_key_near(struct str word);

struct cli_setting {
	struct str value;  /* lists joined by "," */
	struct str origin; /* "default", "FILE:LINE", "env NAME" */
};

struct cli_imap {
	struct str name;
	struct cli_setting at[CLI_IMAP_KEYS];
	struct cli_imap *next; /* in the order of the files; NULL: the last */
};

struct cli_config {
	struct cli_setting at[CLI_KEYS];
	struct str file;       /* what was read first; empty: none */
	struct cli_imap *imap; /* NULL: none */
};

#define CLI_CONFIG_FILE "/etc/waxseal/waxseal.conf"

/* Reads `file` (NULL: the default one, if it exists), the conf.d beside a
 * file named waxseal.conf, then WAXSEAL_* of `env`. ERR_SYNTAX:
 * "config.syntax", "config.unknown_key", "config.bad_value"; the detail begins
 * "FILE:LINE: ". Text lives in `mem` and has a NUL behind it. */
enum err cli_config_load(struct arena *mem, const char *file, char **env,
			 struct cli_config *out, struct diag *why) MUST_CHECK;
/* Sets everything to its default. */
void cli_config_init(struct cli_config *out);
/* Checks one value; false: `accepted` says what would be. */
bool cli_key_accepts(const struct cli_key_rule *rule, struct str value,
		     struct str *accepted);
/* Seconds of a CLI_KEY_SPAN, 0 for ever. */
int64_t cli_config_span(const struct cli_config *config, enum cli_key key);
/* Bytes of a CLI_KEY_SIZE. */
uint64_t cli_config_size(const struct cli_config *config, enum cli_key key);
/* Of a CLI_KEY_COUNT, 0 for no bound. */
int64_t cli_config_count(const struct cli_config *config, enum cli_key key);
/* Of a CLI_KEY_BOOL. */
bool cli_is_on(struct str value);
bool cli_config_is_on(const struct cli_config *config, enum cli_key key);
/* Seconds of a CLI_KEY_WAIT; -1 when it is none. */
int64_t cli_key_wait(struct str value);
/* Does what the section `test` says of this process. */
void cli_config_test(const struct cli_config *config);
/* "WAXSEAL_STORE_PATH" of a key, NUL-terminated. */
enum { CLI_ENV_NAME_MAX = 64 };
const char *cli_config_env_name(enum cli_key key, char out[CLI_ENV_NAME_MAX]);
#endif
