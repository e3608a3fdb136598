/* notify.c - `notify test`: whether notices reach people. */
#include "cli/notify.h"
#include "cli/inspect.h"
#include "os/os.h"

enum { NETS_MAX = 32 };

void
cli_notify_options(const struct cli_config *config, struct notify_options *out)
{
	const struct cli_setting *at = config->at;
	struct str langs = at[CLI_KEY_LANGUAGES].value, first;

	*out = (struct notify_options){
		.mail_to = at[CLI_KEY_NOTIFY_MAIL_TO].value.p,
		.mail_from = at[CLI_KEY_NOTIFY_MAIL_FROM].value.p,
		.smtp_server = at[CLI_KEY_NOTIFY_SMTP_SERVER].value.p,
		.smtp_user = at[CLI_KEY_NOTIFY_SMTP_USER].value.p,
		.smtp_password_file =
			at[CLI_KEY_NOTIFY_SMTP_PASSWORD_FILE].value.p,
		.webhook = at[CLI_KEY_NOTIFY_WEBHOOK].value.p,
		.webhook_secret_file =
			at[CLI_KEY_NOTIFY_WEBHOOK_SECRET_FILE].value.p,
	};
	if (str_split(&langs, ',', &first))
		(void)finding_lang_parse(str_trim(first), &out->lang);
}

static void
take_guard(struct cli *c, struct probe_options *guard)
{
	struct str list = c->config->at[CLI_KEY_INSPECT_ALLOW].value, one;
	struct netaddr_net *nets = arena_array(c->mem, NETS_MAX, sizeof *nets);

	guard->ca_file = c->config->at[CLI_KEY_INSPECT_CA].value.p;
	guard->allow = nets;
	while (nets && guard->allow_n < NETS_MAX && str_split(&list, ',', &one))
		if (netaddr_parse_net(str_trim(one), &nets[guard->allow_n]))
			guard->allow_n++;
}

static void
put_result(struct json_out *j, const struct notify_result *r)
{
	json_open_object(j, NULL);
	json_put_str(j, "channel", str_of(notify_channel_name(r->channel)));
	json_put_bool(j, "sent", r->err == ERR_NONE);
	json_put_known(j, "code", str_of(r->why.code));
	json_put_known(j, "detail", str_of(r->why.detail));
	json_close_object(j);
}

int
cli_notify_test(struct cli *c)
{
	struct notify_options options;
	struct notify_result result[NOTIFY_RESULTS];
	struct json_out *j;
	int code = CLI_FINE;
	size_t n;

	cli_notify_options(c->config, &options);
	options.hostname = c->config->at[CLI_KEY_HOSTNAME].value.p;
	options.base_url = c->config->at[CLI_KEY_WEB_BASE_URL].value.p;
	options.clock = os_now;
	take_guard(c, &options.guard);
	if (!notify_channels(&options)) {
		cli_complain(c, "cli.notify.none", CLI_NO_ARGS);
		return CLI_BAD_CONFIG;
	}
	n = notify_test(&options, result);
	for (size_t i = 0; i < n; i++) {
		struct str name =
			str_of(notify_channel_name(result[i].channel));

		if (result[i].err != ERR_NONE)
			code = cli_fail(c, result[i].err, &result[i].why);
		else if (!cli_is_json(c))
			cli_print(c, "cli.notify.sent",
				  CLI_ARGS({ "channel", name }));
	}
	if (!cli_is_json(c))
		return code;
	j = cli_json_only(c, "waxseal.notify.test/1");
	json_open_array(j, "channels");
	for (size_t i = 0; i < n; i++)
		put_result(j, &result[i]);
	json_close_array(j);
	cli_json_only_end(c);
	return code;
}
