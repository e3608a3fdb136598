/* keys.c - the table of keys, and what each of them may hold. */
#include "cli/command.h"
#include "cli/config.h"
#include "finding/finding.h"
#include "insight/insight.h"
#include "loop/loop.h"
#include "netaddr/netaddr.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_MAX = 36500, WAIT_MAX = 7 * CIVIL_DAY, HOST_MAX = 253 };

#define PATH(name, help)                                                       \
	{                                                                      \
		name, CLI_KEY_PATH, "", 0, 0, help, NULL                       \
	}
#define DAYS(name, days, help)                                                 \
	{                                                                      \
		name, CLI_KEY_SPAN, days, 1, DAYS_MAX, help, NULL              \
	}
#define SIZE(name, size, least, help)                                          \
	{                                                                      \
		name, CLI_KEY_SIZE, size, least, INT64_MAX, help, NULL         \
	}
#define OF(name, type, fallback, help)                                         \
	{                                                                      \
		name, type, fallback, 0, 0, help, NULL                         \
	}

/* Keys of one section stand together; those without one come first. */
static const struct cli_key_rule rules[CLI_KEYS] = {
	[CLI_KEY_HOSTNAME] =
		OF("hostname", CLI_KEY_HOST, "", "cli.key.hostname"),
	[CLI_KEY_STORE_PATH] =
		OF("store.path", CLI_KEY_PATH, "./data", "cli.key.store_path"),
	[CLI_KEY_RETENTION_RAW] =
		DAYS("store.retention_raw", "90d", "cli.key.retention_raw"),
	[CLI_KEY_RETENTION_ROWS] =
		DAYS("store.retention_rows", "730d", "cli.key.retention_rows"),
	[CLI_KEY_RETENTION_FAILURE] = DAYS("store.retention_failure", "30d",
					   "cli.key.retention_failure"),
	[CLI_KEY_GEO_COUNTRY] = PATH("geo.country_file", "cli.key.geo_country"),
	[CLI_KEY_GEO_ASN] = PATH("geo.asn_file", "cli.key.geo_asn"),
	[CLI_KEY_LANGUAGES] = OF("ui.languages", CLI_KEY_LANGS, "en,ja,nb",
				 "cli.key.languages"),
	[CLI_KEY_WEB_LISTEN] = OF("web.listen", CLI_KEY_PLACES,
				  "127.0.0.1:8080", "cli.key.web_listen"),
	[CLI_KEY_WEB_BASE_URL] =
		OF("web.base_url", CLI_KEY_URL, "", "cli.key.web_base_url"),
	[CLI_KEY_WEB_TRUSTED] = OF("web.trusted_proxies", CLI_KEY_NETS, "",
				   "cli.key.web_trusted"),
	[CLI_KEY_WEB_PROXY] = OF("web.proxy_protocol", CLI_KEY_BOOL, "false",
				 "cli.key.proxy"),
	[CLI_KEY_WEB_CERTIFICATE] =
		PATH("web.certificate", "cli.key.certificate"),
	[CLI_KEY_WEB_KEY] = PATH("web.key", "cli.key.key"),
	[CLI_KEY_SMTP_LISTEN] = OF("smtp.listen", CLI_KEY_PLACES,
				   "127.0.0.1:2525", "cli.key.smtp_listen"),
	[CLI_KEY_SMTP_LMTP] =
		OF("smtp.lmtp_listen", CLI_KEY_PLACES, "", "cli.key.smtp_lmtp"),
	[CLI_KEY_SMTP_TRUSTED] =
		OF("smtp.trusted", CLI_KEY_NETS, "", "cli.key.smtp_trusted"),
	[CLI_KEY_SMTP_PROXY] = OF("smtp.proxy_protocol", CLI_KEY_BOOL, "false",
				  "cli.key.proxy"),
	[CLI_KEY_SMTP_CERTIFICATE] =
		PATH("smtp.certificate", "cli.key.certificate"),
	[CLI_KEY_SMTP_KEY] = PATH("smtp.key", "cli.key.key"),
	[CLI_KEY_SMTP_MESSAGE_MAX] = { "smtp.message_max", CLI_KEY_SIZE, "50M",
				       64 << 10, 64 << 20,
				       "cli.key.smtp_message_max", NULL },
	[CLI_KEY_WATCH_PATH] =
		OF("watch.path", CLI_KEY_PATHS, "", "cli.key.watch_path"),
	[CLI_KEY_SPOOL_RESERVE] =
		SIZE("spool.reserve", "100M", 0, "cli.key.spool_reserve"),
	[CLI_KEY_SPOOL_LIMIT] =
		SIZE("spool.limit", "10G", 0, "cli.key.spool_limit"),
	[CLI_KEY_QUOTA_UNCLAIMED] =
		SIZE("quota.unclaimed", "1G", 0, "cli.key.quota_unclaimed"),
	[CLI_KEY_QUOTA_SIDELINED] =
		SIZE("quota.sidelined", "256M", 0, "cli.key.quota_sidelined"),
	[CLI_KEY_QUOTA_DOMAINS] = { "quota.domains", CLI_KEY_COUNT, "0", 0,
				    1000000, "cli.key.quota_domains", NULL },
	[CLI_KEY_QUOTA_HOSTED] = { "quota.hosted", CLI_KEY_COUNT, "0", 0,
				   1000000, "cli.key.quota_hosted", NULL },
	[CLI_KEY_INSPECT_RESOLVER] = OF("inspect.resolver", CLI_KEY_TEXT, "",
					"cli.key.inspect_resolver"),
	[CLI_KEY_INSPECT_ANCHOR] = OF("inspect.trust_anchor", CLI_KEY_TEXT, "",
				      "cli.key.inspect_trust_anchor"),
	[CLI_KEY_INSPECT_CA] =
		PATH("inspect.ca_file", "cli.key.inspect_ca_file"),
	[CLI_KEY_INSPECT_ALLOW] = OF("inspect.allow_private", CLI_KEY_NETS, "",
				     "cli.key.inspect_allow_private"),
	[CLI_KEY_INSPECT_DNS_PORT] = OF("inspect.dns_port", CLI_KEY_PORT, "53",
					"cli.key.inspect_port"),
	[CLI_KEY_INSPECT_HTTPS_PORT] = OF("inspect.https_port", CLI_KEY_PORT,
					  "443", "cli.key.inspect_port"),
	[CLI_KEY_INSPECT_SMTP_PORT] = OF("inspect.smtp_port", CLI_KEY_PORT,
					 "25", "cli.key.inspect_port"),
	[CLI_KEY_INSPECT_PUBLIC] = OF("inspect.public", CLI_KEY_BOOL, "false",
				      "cli.key.inspect_public"),
	[CLI_KEY_HOSTING_POLICY_LISTEN] =
		OF("hosting.policy_listen", CLI_KEY_PLACES, "",
		   "cli.key.policy_listen"),
	[CLI_KEY_HOSTING_CHALLENGE_LISTEN] =
		OF("hosting.challenge_listen", CLI_KEY_PLACES, "",
		   "cli.key.challenge_listen"),
	[CLI_KEY_HOSTING_MASTER_KEY] =
		PATH("hosting.master_key", "cli.key.master_key"),
	[CLI_KEY_HOSTING_ZONE] =
		OF("hosting.zone", CLI_KEY_HOST, "", "cli.key.hosting_zone"),
	[CLI_KEY_HOSTING_NAMESERVERS] = OF("hosting.nameservers", CLI_KEY_TEXTS,
					   "", "cli.key.hosting_nameservers"),
	[CLI_KEY_HOSTING_ADDRESSES] = OF("hosting.addresses", CLI_KEY_TEXTS, "",
					 "cli.key.hosting_addresses"),
	[CLI_KEY_HOSTING_OWN] = OF("hosting.own_names", CLI_KEY_TEXTS, "",
				   "cli.key.hosting_own_names"),
	[CLI_KEY_HOSTING_CA] =
		OF("hosting.ca", CLI_KEY_TEXTS,
		   "https://acme-v02.api.letsencrypt.org/directory",
		   "cli.key.hosting_ca"),
	[CLI_KEY_HOSTING_CAA] = OF("hosting.caa", CLI_KEY_TEXTS,
				   "letsencrypt.org", "cli.key.hosting_caa"),
	[CLI_KEY_HOSTING_CA_FILE] =
		PATH("hosting.ca_file", "cli.key.hosting_ca_file"),
	[CLI_KEY_HOSTING_CONTACT] = OF("hosting.contact", CLI_KEY_TEXT, "",
				       "cli.key.hosting_contact"),
	[CLI_KEY_HOSTING_PROFILE] = OF("hosting.profile", CLI_KEY_TEXT, "",
				       "cli.key.hosting_profile"),
	[CLI_KEY_HOSTING_TERMS] = OF("hosting.terms_agreed", CLI_KEY_BOOL,
				     "false", "cli.key.hosting_terms"),
	[CLI_KEY_HOSTING_EAB_KID] = OF("hosting.eab_kid", CLI_KEY_TEXT, "",
				       "cli.key.hosting_eab_kid"),
	[CLI_KEY_HOSTING_EAB_FILE] =
		PATH("hosting.eab_hmac_file", "cli.key.hosting_eab_file"),
	[CLI_KEY_HOSTING_DNS_LISTEN] = OF("hosting.dns_listen", CLI_KEY_PLACES,
					  "", "cli.key.dns_listen"),
	[CLI_KEY_HOSTING_DNS_KEYS] = OF("hosting.dns_key_files", CLI_KEY_PATHS,
					"", "cli.key.dns_key_files"),
	[CLI_KEY_HOSTING_DNS_SECONDARIES] =
		OF("hosting.dns_secondaries", CLI_KEY_SERVERS, "",
		   "cli.key.dns_secondaries"),
	[CLI_KEY_HOSTING_DNS_RATE] = { "hosting.dns_rate", CLI_KEY_COUNT, "20",
				       0, 1000000, "cli.key.dns_rate", NULL },
	[CLI_KEY_NOTIFY_MAIL_TO] = OF("notify.mail_to", CLI_KEY_TEXT, "",
				      "cli.key.notify_mail_to"),
	[CLI_KEY_NOTIFY_MAIL_FROM] = OF("notify.mail_from", CLI_KEY_TEXT, "",
					"cli.key.notify_mail_from"),
	[CLI_KEY_NOTIFY_SMTP_SERVER] = OF("notify.smtp_server", CLI_KEY_TEXT,
					  "", "cli.key.notify_smtp_server"),
	[CLI_KEY_NOTIFY_SMTP_USER] = OF("notify.smtp_user", CLI_KEY_TEXT, "",
					"cli.key.notify_smtp_user"),
	[CLI_KEY_NOTIFY_SMTP_PASSWORD_FILE] =
		PATH("notify.smtp_password_file",
		     "cli.key.notify_smtp_password_file"),
	[CLI_KEY_NOTIFY_WEBHOOK] =
		OF("notify.webhook", CLI_KEY_URL, "", "cli.key.notify_webhook"),
	[CLI_KEY_NOTIFY_WEBHOOK_SECRET_FILE] =
		PATH("notify.webhook_secret_file",
		     "cli.key.notify_webhook_secret_file"),
	[CLI_KEY_METRICS_LISTEN] =
		OF("metrics.listen", CLI_KEY_PLACE, "127.0.0.1:9464",
		   "cli.key.metrics_listen"),
	[CLI_KEY_LOG_FORM] = { "log.form", CLI_KEY_WORD, "text", 0, 0,
			       "cli.key.log_form", "text json" },
	[CLI_KEY_LOG_LEVEL] = { "log.level", CLI_KEY_WORD, "info", 0, 0,
				"cli.key.log_level", "debug info warn error" },
	[CLI_KEY_SERVE_USER] =
		OF("serve.user", CLI_KEY_TEXT, "waxseal", "cli.key.serve_user"),
	[CLI_KEY_TEST_CLOCK] = OF("test.clock_offset", CLI_KEY_TEXT, "0",
				  "cli.key.test_clock_offset"),
	[CLI_KEY_TEST_CRASH] = PATH("test.crash_dir", "cli.key.test_crash_dir"),
};

static const struct cli_key_rule imap_rules[CLI_IMAP_KEYS] = {
	[CLI_IMAP_HOST] =
		OF("imap.host", CLI_KEY_HOST, "", "cli.key.imap_host"),
	[CLI_IMAP_PORT] =
		OF("imap.port", CLI_KEY_PORT, "", "cli.key.imap_port"),
	[CLI_IMAP_TLS] = { "imap.tls", CLI_KEY_WORD, "tls", 0, 0,
			   "cli.key.imap_tls", "tls starttls none" },
	[CLI_IMAP_USER] =
		OF("imap.user", CLI_KEY_TEXT, "", "cli.key.imap_user"),
	[CLI_IMAP_PASSWORD_FILE] =
		PATH("imap.password_file", "cli.key.imap_password_file"),
	[CLI_IMAP_TOKEN_FILE] =
		PATH("imap.token_file", "cli.key.imap_token_file"),
	[CLI_IMAP_CA_FILE] = PATH("imap.ca_file", "cli.key.imap_ca_file"),
	[CLI_IMAP_MAILBOX] = OF("imap.mailbox", CLI_KEY_TEXT, "INBOX",
				"cli.key.imap_mailbox"),
	[CLI_IMAP_MOVE_TO] =
		OF("imap.move_to", CLI_KEY_TEXT, "", "cli.key.imap_move_to"),
	[CLI_IMAP_DELETE] =
		OF("imap.delete", CLI_KEY_BOOL, "false", "cli.key.imap_delete"),
	[CLI_IMAP_POLL] = { "imap.poll", CLI_KEY_WAIT, "5m", 1, WAIT_MAX,
			    "cli.key.imap_poll", NULL },
};

const struct cli_key_rule *
cli_key_rule(enum cli_key key)
{
	return &rules[key];
}

const struct cli_key_rule *
cli_imap_rule(enum cli_imap_key key)
{
	return &imap_rules[key];
}

bool
cli_key_is_list(const struct cli_key_rule *rule)
{
	return rule->type >= CLI_KEY_PLACES;
}

const char *
cli_key_near(struct str word)
{
	static const char *const sections[] = {
		"store",   "geo",    "ui",      "web", "smtp",    "imap",
		"watch",   "spool",  "quota",   "log", "metrics", "serve",
		"inspect", "notify", "hosting", "test"
	};
	const char *names[CLI_KEYS + CLI_IMAP_KEYS + COUNT_OF(sections)];
	size_t n = 0;

	for (size_t i = 0; i < CLI_KEYS; i++)
		names[n++] = rules[i].name;
	for (size_t i = 0; i < CLI_IMAP_KEYS; i++)
		names[n++] = imap_rules[i].name;
	for (size_t i = 0; i < COUNT_OF(sections); i++)
		names[n++] = sections[i];
	return insight_nearest(word, names, n);
}

/* ---- numbers with units ---- */

struct unit {
	char letter;
	int64_t factor;
};

/* Digits and perhaps a unit; digits alone have the first unit's factor. */
static bool
parse_units(struct str s, const struct unit *units, size_t count, int64_t *out)
{
	int64_t factor = units[0].factor, n;

	for (size_t i = 0; s.n > 1 && i < count; i++)
		if (s.p[s.n - 1] == units[i].letter) {
			factor = units[i].factor;
			s = str_sub(s, 0, s.n - 1);
			break;
		}
	if (!str_i64(s, &n) || n < 0 || n > INT64_MAX / factor)
		return false;
	*out = n * factor;
	return true;
}

/* "730d", "12w", "2y", "730" (days), "forever" (0). */
static bool
parse_days(struct str s, int64_t *days)
{
	static const struct unit units[] = { { 'd', 1 },
					     { 'w', 7 },
					     { 'y', 365 } };

	*days = 0;
	return str_eq(s, S("forever")) ||
	       (parse_units(s, units, COUNT_OF(units), days) && *days > 0);
}

/* "1G", "512M", "64K", bytes. */
static bool
parse_size(struct str s, int64_t *bytes)
{
	static const struct unit units[] = { { 'B', 1 },
					     { 'K', 1 << 10 },
					     { 'M', 1 << 20 },
					     { 'G', 1 << 30 },
					     { 'T', INT64_C(1) << 40 } };

	return parse_units(s, units, COUNT_OF(units), bytes);
}

int64_t
cli_key_wait(struct str value)
{
	static const struct unit units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', CIVIL_DAY }
	};
	int64_t seconds;

	return parse_units(value, units, COUNT_OF(units), &seconds) ? seconds
								    : -1;
}

/* ---- what a value may be ---- */

static bool
is_bool(struct str s)
{
	return str_eq(s, S("true")) || str_eq(s, S("false")) ||
	       str_eq(s, S("yes")) || str_eq(s, S("no")) ||
	       str_eq(s, S("on")) || str_eq(s, S("off"));
}

/* Letters, digits, "-" and "." only: it is put into replies and records. */
static bool
is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && c != '-' && c != '.')
			return false;
	}
	return s.n > 0 && s.n <= HOST_MAX && s.p[0] != '.' && s.p[0] != '-';
}

static bool
is_lang(struct str s)
{
	enum finding_lang lang;

	return finding_lang_parse(s, &lang);
}

static bool
is_net(struct str s)
{
	struct netaddr_net net;

	return netaddr_parse_net(s, &net);
}

static bool
is_path(struct str s)
{
	return s.n > 0;
}

static bool
is_place(struct str s)
{
	return loop_is_address(s);
}

/* An address with its port, and perhaps a name behind it. */
static bool
is_server(struct str s)
{
	struct str place = { 0 };

	return str_split(&s, ' ', &place) && is_place(place) &&
	       place.p[0] != '/' && place.p[0] != ':' &&
	       (s.n == 0 || is_host(str_trim(s)));
}

static bool
is_url(struct str s)
{
	return str_starts(s, S("http://")) || str_starts(s, S("https://"));
}

/* Every item of a list, blanks round them left out of account. */
static bool
all(struct str list, bool (*is)(struct str s))
{
	struct str one;

	while (str_split(&list, ',', &one))
		if (!is(str_trim(one)))
			return false;
	return true;
}

static bool
accepts_number(const struct cli_key_rule *rule, struct str value,
	       struct str *accepted)
{
	int64_t n = 0;

	switch (rule->type) {
	case CLI_KEY_SPAN:
		*accepted = S("1d ... 36500d, 12w, 2y, forever");
		return parse_days(value, &n) &&
		       (n == 0 || (n >= rule->least && n <= rule->most));
	case CLI_KEY_WAIT:
		*accepted = S("1s ... 7d, 5m, 1h");
		n = cli_key_wait(value);
		return n >= rule->least && n <= rule->most;
	case CLI_KEY_PORT:
		*accepted = S("1 ... 65535");
		return str_i64(value, &n) && n > 0 && n <= UINT16_MAX;
	case CLI_KEY_COUNT:
		*accepted = S("0 ... 1000000");
		return str_i64(value, &n) && n >= rule->least &&
		       n <= rule->most;
	default:
		*accepted = rule->most == INT64_MAX ? S("512M, 1G, 0")
						    : S("64K ... 64M");
		return parse_size(value, &n) && n >= rule->least &&
		       n <= rule->most;
	}
}

static bool
accepts_text(const struct cli_key_rule *rule, struct str value,
	     struct str *accepted)
{
	switch (rule->type) {
	case CLI_KEY_PATH:
		*accepted = S("/path");
		return value.n > 0;
	case CLI_KEY_BOOL:
		*accepted = S("true, false");
		return is_bool(value);
	case CLI_KEY_WORD:
		*accepted = str_of(rule->words);
		return cli_choice_has(rule->words, value);
	case CLI_KEY_HOST:
		*accepted = S("mail.example.net");
		return is_host(value);
	case CLI_KEY_URL:
		*accepted = S("https://host/path");
		return value.n == 0 || is_url(value);
	default:
		*accepted = S("");
		return true;
	}
}

bool
cli_key_accepts(const struct cli_key_rule *rule, struct str value,
		struct str *accepted)
{
	static const char places[] = "127.0.0.1:25, [::1]:25, :25, /run/a.sock";

	switch (rule->type) {
	case CLI_KEY_SPAN:
	case CLI_KEY_WAIT:
	case CLI_KEY_SIZE:
	case CLI_KEY_PORT:
	case CLI_KEY_COUNT:
		return accepts_number(rule, value, accepted);
	case CLI_KEY_PLACE:
		*accepted = str_of(places);
		return value.n == 0 || is_place(value);
	case CLI_KEY_PLACES:
		*accepted = str_of(places);
		return all(value, is_place);
	case CLI_KEY_NETS:
		*accepted = S("192.0.2.1, 192.0.2.0/24, 2001:db8::/32");
		return all(value, is_net);
	case CLI_KEY_PATHS:
		*accepted = S("/path");
		return all(value, is_path);
	case CLI_KEY_TEXTS:
		*accepted = S("a, b");
		return all(value, is_path);
	case CLI_KEY_SERVERS:
		*accepted = S("192.0.2.2:53, [2001:db8::2]:53, "
			      "192.0.2.2:53 key.example");
		return all(value, is_server);
	case CLI_KEY_LANGS:
		*accepted = S("en, ja, nb");
		return value.n > 0 && all(value, is_lang);
	default:
		return accepts_text(rule, value, accepted);
	}
}

/* ---- values ---- */

int64_t
cli_config_span(const struct cli_config *config, enum cli_key key)
{
	int64_t days = 0;

	if (!parse_days(config->at[key].value, &days))
		(void)parse_days(str_of(rules[key].fallback), &days);
	return days * CIVIL_DAY;
}

uint64_t
cli_config_size(const struct cli_config *config, enum cli_key key)
{
	int64_t bytes = 0;

	if (!parse_size(config->at[key].value, &bytes))
		(void)parse_size(str_of(rules[key].fallback), &bytes);
	return (uint64_t)bytes;
}

int64_t
cli_config_count(const struct cli_config *config, enum cli_key key)
{
	int64_t n = 0;

	return str_i64(config->at[key].value, &n) ? n : 0;
}

bool
cli_is_on(struct str value)
{
	return str_eq(value, S("true")) || str_eq(value, S("yes")) ||
	       str_eq(value, S("on"));
}

bool
cli_config_is_on(const struct cli_config *config, enum cli_key key)
{
	return cli_is_on(config->at[key].value);
}

void
cli_config_test(const struct cli_config *config)
{
	int64_t seconds = 0;

	(void)str_i64(config->at[CLI_KEY_TEST_CLOCK].value, &seconds);
	os_clock_shift(seconds);
	os_steps(config->at[CLI_KEY_TEST_CRASH].value.p);
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
