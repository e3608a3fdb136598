/* serve.c - `serve`: what the configuration and the options say, handed to
 * the supervisor. */
#include "serve/serve.h"
#include "cli/context.h"
#include "cli/notify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MAX_BYTES = 4096, LIST_MAX = 1024, MEMORY_MAX = 16 << 20 };

/* The options being made; all of it lives in `mem`. */
struct maker {
	struct cli *c;
	struct cli_config config;
	struct arena *mem;
	struct serve_options *out;
	bool full; /* `mem` was not enough */
};

static const char *
copy(struct maker *m, struct str s)
{
	struct str own = S("");

	if (!arena_dup(m->mem, s, &own))
		m->full = true;
	return own.p;
}

static const char *
text(struct maker *m, enum cli_key key)
{
	return copy(m, m->config.at[key].value);
}

static size_t
count_items(struct str list)
{
	struct str one;
	size_t n = 0;

	while (str_split(&list, ',', &one))
		n += str_trim(one).n > 0;
	return n;
}

static struct serve_list
list_of(struct maker *m, struct str values)
{
	size_t n = count_items(values), i = 0;
	const char **at = arena_array(m->mem, n + 1, sizeof *at);
	struct str one;

	if (!at) {
		m->full = true;
		return (struct serve_list){ 0 };
	}
	while (i < n && str_split(&values, ',', &one))
		if (str_trim(one).n > 0)
			at[i++] = copy(m, str_trim(one));
	return (struct serve_list){ at, n };
}

/* What a repeated option says, else what the configuration does. */
static struct serve_list
places(struct maker *m, const char *option, enum cli_key key)
{
	SCOPED_BUF given = BUF(PATH_MAX_BYTES);

	if (!cli_given(m->c, option))
		return list_of(m, m->config.at[key].value);
	for (size_t i = 0; i < m->c->args.given_count; i++) {
		const struct cli_given *g = &m->c->args.given[i];

		if (strcmp(g->option->name, option) == 0)
			buf_addf(&given, "%s,", g->value);
	}
	return list_of(m, buf_str(&given));
}

static struct serve_nets
nets(struct maker *m, enum cli_key key)
{
	struct str list = m->config.at[key].value, one;
	size_t n = count_items(list), i = 0;
	struct netaddr_net *at = arena_array(m->mem, n + 1, sizeof *at);

	if (!at) {
		m->full = true;
		return (struct serve_nets){ 0 };
	}
	while (i < n && str_split(&list, ',', &one))
		if (netaddr_parse_net(str_trim(one), &at[i]))
			i++;
	return (struct serve_nets){ at, i };
}

static enum imap_security
security(struct str word)
{
	if (str_eq(word, S("starttls")))
		return IMAP_STARTTLS;
	return str_eq(word, S("none")) ? IMAP_PLAIN : IMAP_TLS;
}

/* NULL for nothing, as mailbox.h wants it. */
static const char *
or_null(struct maker *m, struct str s)
{
	return s.n ? copy(m, s) : NULL;
}

static void
take_account(struct maker *m, const struct cli_imap *imap,
	     struct mailbox_account *out)
{
	const struct cli_setting *at = imap->at;
	uint64_t port = 0;

	(void)str_u64(at[CLI_IMAP_PORT].value, &port);
	*out = (struct mailbox_account){
		.name = copy(m, imap->name),
		.imap = { .host = copy(m, at[CLI_IMAP_HOST].value),
			  .port = (uint16_t)port,
			  .security = security(at[CLI_IMAP_TLS].value),
			  .user = copy(m, at[CLI_IMAP_USER].value),
			  .password_file =
				  or_null(m, at[CLI_IMAP_PASSWORD_FILE].value),
			  .token_file =
				  or_null(m, at[CLI_IMAP_TOKEN_FILE].value),
			  .folder = copy(m, at[CLI_IMAP_MAILBOX].value),
			  .ca_file = or_null(m, at[CLI_IMAP_CA_FILE].value) },
		.move_to = or_null(m, at[CLI_IMAP_MOVE_TO].value),
		.delete_taken = cli_is_on(at[CLI_IMAP_DELETE].value),
		.poll = cli_key_wait(at[CLI_IMAP_POLL].value),
	};
}

static void
take_accounts(struct maker *m)
{
	struct mailbox_account *at;
	size_t n = 0;

	for (const struct cli_imap *i = m->config.imap; i; i = i->next)
		n++;
	at = arena_array(m->mem, n + 1, sizeof *at);
	m->full = m->full || !at;
	if (!at)
		return;
	m->out->accounts = at;
	for (const struct cli_imap *i = m->config.imap; i; i = i->next)
		take_account(m, i, &at[m->out->account_count++]);
}

static void
take_doors(struct maker *m)
{
	const struct cli_config *config = &m->config;

	m->out->web = (struct serve_door){
		.listen = places(m, "listen", CLI_KEY_WEB_LISTEN),
		.trusted = nets(m, CLI_KEY_WEB_TRUSTED),
		.proxy = cli_config_is_on(config, CLI_KEY_WEB_PROXY),
		.certificate = text(m, CLI_KEY_WEB_CERTIFICATE),
		.key = text(m, CLI_KEY_WEB_KEY),
	};
	m->out->smtp = (struct serve_door){
		.listen = places(m, "smtp-listen", CLI_KEY_SMTP_LISTEN),
		.trusted = nets(m, CLI_KEY_SMTP_TRUSTED),
		.proxy = cli_config_is_on(config, CLI_KEY_SMTP_PROXY),
		.certificate = text(m, CLI_KEY_SMTP_CERTIFICATE),
		.key = text(m, CLI_KEY_SMTP_KEY),
	};
	m->out->lmtp = list_of(m, config->at[CLI_KEY_SMTP_LMTP].value);
}

static uint16_t
port(struct maker *m, enum cli_key key)
{
	uint64_t n = 0;

	(void)str_u64(m->config.at[key].value, &n);
	return (uint16_t)n;
}

static void
take_inspect(struct maker *m)
{
	m->out->inspect = (struct serve_inspect){
		.resolver = text(m, CLI_KEY_INSPECT_RESOLVER),
		.trust_anchor = text(m, CLI_KEY_INSPECT_ANCHOR),
		.ca_file = text(m, CLI_KEY_INSPECT_CA),
		.allow_private = nets(m, CLI_KEY_INSPECT_ALLOW),
		.dns_port = port(m, CLI_KEY_INSPECT_DNS_PORT),
		.https_port = port(m, CLI_KEY_INSPECT_HTTPS_PORT),
		.smtp_port = port(m, CLI_KEY_INSPECT_SMTP_PORT),
		.public = cli_config_is_on(&m->config, CLI_KEY_INSPECT_PUBLIC),
	};
}

static void
take_hosting(struct maker *m)
{
	const struct cli_setting *at = m->config.at;

	m->out->hosting = (struct serve_hosting){
		.policy_listen =
			list_of(m, at[CLI_KEY_HOSTING_POLICY_LISTEN].value),
		.challenge_listen =
			list_of(m, at[CLI_KEY_HOSTING_CHALLENGE_LISTEN].value),
		.master_key = text(m, CLI_KEY_HOSTING_MASTER_KEY),
		.zone = text(m, CLI_KEY_HOSTING_ZONE),
		.nameservers =
			list_of(m, at[CLI_KEY_HOSTING_NAMESERVERS].value),
		.addresses = list_of(m, at[CLI_KEY_HOSTING_ADDRESSES].value),
		.own_names = list_of(m, at[CLI_KEY_HOSTING_OWN].value),
		.cas = list_of(m, at[CLI_KEY_HOSTING_CA].value),
		.caa = list_of(m, at[CLI_KEY_HOSTING_CAA].value),
		.ca_file = text(m, CLI_KEY_HOSTING_CA_FILE),
		.contact = text(m, CLI_KEY_HOSTING_CONTACT),
		.profile = text(m, CLI_KEY_HOSTING_PROFILE),
		.eab_kid = text(m, CLI_KEY_HOSTING_EAB_KID),
		.eab_hmac_file = text(m, CLI_KEY_HOSTING_EAB_FILE),
		.terms_agreed =
			cli_config_is_on(&m->config, CLI_KEY_HOSTING_TERMS),
	};
}

/* Port 53 by itself once there is a zone; a list that is given and empty is
 * for a zone that others serve. */
static struct serve_list
dns_places(struct maker *m)
{
	const struct cli_setting *at = m->config.at;
	bool given =
		!str_eq(at[CLI_KEY_HOSTING_DNS_LISTEN].origin, S("default"));

	if (!given && at[CLI_KEY_HOSTING_ZONE].value.n > 0)
		return list_of(m, S(":53"));
	return list_of(m, at[CLI_KEY_HOSTING_DNS_LISTEN].value);
}

static void
take_dns(struct maker *m)
{
	const struct cli_setting *at = m->config.at;
	uint64_t rate = 0;

	(void)str_u64(at[CLI_KEY_HOSTING_DNS_RATE].value, &rate);
	m->out->dns = (struct serve_dns){
		.listen = dns_places(m),
		.keys = list_of(m, at[CLI_KEY_HOSTING_DNS_KEYS].value),
		.secondaries =
			list_of(m, at[CLI_KEY_HOSTING_DNS_SECONDARIES].value),
		.rate = (uint32_t)rate,
	};
}

static const char *
geo_file(struct maker *m, enum cli_key key, const char *name)
{
	SCOPED_BUF path = BUF(2 * PATH_MAX_BYTES);

	cli_geo_path(&m->config, key, name, &path);
	return copy(m, buf_str(&path));
}

static void
take_rest(struct maker *m)
{
	const struct cli_config *config = &m->config;
	struct serve_options *o = m->out;

	o->hostname = text(m, CLI_KEY_HOSTNAME);
	o->base_url = text(m, CLI_KEY_WEB_BASE_URL);
	o->user = text(m, CLI_KEY_SERVE_USER);
	o->user_named =
		!str_eq(config->at[CLI_KEY_SERVE_USER].origin, S("default"));
	o->metrics = text(m, CLI_KEY_METRICS_LISTEN);
	o->message_max = cli_config_size(config, CLI_KEY_SMTP_MESSAGE_MAX);
	o->watched = list_of(m, config->at[CLI_KEY_WATCH_PATH].value);
	o->reserve = cli_config_size(config, CLI_KEY_SPOOL_RESERVE);
	o->limit = cli_config_size(config, CLI_KEY_SPOOL_LIMIT);
	o->unclaimed = cli_config_size(config, CLI_KEY_QUOTA_UNCLAIMED);
	o->sidelined = cli_config_size(config, CLI_KEY_QUOTA_SIDELINED);
	o->quota_domains = cli_config_count(config, CLI_KEY_QUOTA_DOMAINS);
	o->quota_hosted = cli_config_count(config, CLI_KEY_QUOTA_HOSTED);
	o->keep_raw = cli_config_span(config, CLI_KEY_RETENTION_RAW);
	o->keep_rows = cli_config_span(config, CLI_KEY_RETENTION_ROWS);
	o->keep_failures = cli_config_span(config, CLI_KEY_RETENTION_FAILURE);
	o->geo_country = geo_file(m, CLI_KEY_GEO_COUNTRY, "country.mmdb");
	o->geo_asn = geo_file(m, CLI_KEY_GEO_ASN, "asn.mmdb");
	o->log_form = str_eq(config->at[CLI_KEY_LOG_FORM].value, S("json"))
			      ? LOG_JSON
			      : LOG_TEXT;
	(void)log_level_parse(config->at[CLI_KEY_LOG_LEVEL].value,
			      &o->log_level);
}

/* "intake,web" as bits; false: told. */
static bool
take_roles(struct cli *c, unsigned *roles)
{
	struct str list = str_of(cli_value(c, "role")), one;
	enum serve_role role;

	*roles = 0;
	while (str_split(&list, ',', &one)) {
		if (!serve_role_parse(str_trim(one), &role)) {
			cli_complain(c, "cli.serve.no_role",
				     CLI_ARGS({ "word", one }));
			return false;
		}
		*roles |= 1U << role;
	}
	return true;
}

/* Also after SIGHUP: the file may say something else by then. */
static enum err
make_options(void *ctx, struct serve_options *out, struct diag *why)
{
	struct maker m = { .c = ctx, .mem = arena_new(MEMORY_MAX), .out = out };
	enum err err = cli_config_load(m.mem, cli_value(m.c, "config"), environ,
				       &m.config, why);

	*out = (struct serve_options){ .mem = m.mem,
				       .lang = m.c->lang,
				       .log_level = LOG_INFO,
				       .reload = make_options,
				       .ctx = ctx };
	if (err == ERR_NONE) {
		cli_config_test(&m.config);
		(void)take_roles(m.c, &out->roles);
		out->data = cli_value(m.c, "data")
				    ? copy(&m, str_of(m.c->data))
				    : text(&m, CLI_KEY_STORE_PATH);
		take_doors(&m);
		take_accounts(&m);
		take_inspect(&m);
		take_hosting(&m);
		take_dns(&m);
		cli_notify_options(&m.config, &out->notify);
		take_rest(&m);
	}
	if (err == ERR_NONE && m.full)
		err = diag_set(why, ERR_LIMIT, "io.too_large", 0, "%s",
			       "waxseal.conf");
	if (err != ERR_NONE) {
		arena_free(m.mem);
		out->mem = NULL;
	}
	return err;
}

int
cli_serve(struct cli *c)
{
	struct serve_options options;
	struct diag why = { 0 };
	unsigned roles;
	enum err err;

	if (!take_roles(c, &roles))
		return CLI_MISUSE;
	err = make_options(c, &options, &why);
	if (err == ERR_NONE)
		err = serve_run(&options, &why);
	return err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
}
