/* publish_provider.c - DNS providers; their secrets come in and never go
 * out. */
#include "api/handlers.h"
#include "api/people.h"
#include "api/publish.h"
#include "provider/provider.h"

static void
put_provider(struct json_out *j, const struct control_provider *p)
{
	const struct json_limits limits = { 64 << 10, 4 };
	SCOPED_JSON settings = NULL;
	bool repaired;

	(void)!json_parse(p->settings, limits, &settings, &repaired, NULL);
	json_put_i64(j, "id", p->id);
	json_put_str(j, "name", p->name);
	json_put_str(j, "kind", p->kind);
	json_put_copy(j, "settings", settings);
	json_put_i64(j, "added_at", p->added_at);
	api_put_i64(j, "used_at", p->used_at, p->used_at != 0);
}

static enum err
take_provider(void *ctx, const struct control_provider *p)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	put_provider(j, p);
	json_close_object(j);
	return ERR_NONE;
}

/* What each kind asks for, so that a form can be drawn. */
static void
put_kinds(struct json_out *j)
{
	json_open_array(j, "kinds");
	for (int k = 0; k < PROVIDER_KINDS; k++) {
		const enum provider_kind kind = (enum provider_kind)k;

		json_open_object(j, NULL);
		json_put_str(j, "kind", str_of(provider_kind_name(kind)));
		json_open_array(j, "fields");
		for (int f = 0; f < PROVIDER_CA_FILE; f++) {
			const enum provider_field field =
				(enum provider_field)f;
			bool needed;

			if (!provider_field_of(kind, field, &needed))
				continue;
			json_open_object(j, NULL);
			json_put_str(j, "name",
				     str_of(provider_field_name(field)));
			json_put_bool(j, "needed", needed);
			json_close_object(j);
		}
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

enum err
api_dns_providers(struct api_call *c, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.dns.providers/1");
	enum err err;

	json_open_array(j, "providers");
	err = control_providers(c->api->control, c->person.owner, take_provider,
				j, why);
	json_close_array(j);
	put_kinds(j);
	api_end(c);
	return err;
}

/* A file of this machine is named on its command line only. */
static enum err
read_provider(const struct json *body, struct provider *out, struct diag *why)
{
	*out = (struct provider){ 0 };
	if (!provider_kind_find(json_str(json_get(body, "kind")), &out->kind))
		return diag_set(why, ERR_SYNTAX, "publish.bad_provider", 0,
				"kind");
	for (int i = 0; i < PROVIDER_CA_FILE; i++)
		out->field[i] = json_str(json_get(
			body, provider_field_name((enum provider_field)i)));
	out->secret = json_str(json_get(body, "secret"));
	return ERR_NONE;
}

static enum err
keep(struct api_call *c, struct control_provider *row, struct str secret,
     struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_PATH);
	uint8_t key[SEAL_KEY_BYTES];
	enum err err;

	(void)control_key_path(c->api->o.data, c->api->o.master_key, &path);
	err = control_master_key(buf_c(&path), true, key, why);
	if (err == ERR_NONE)
		err = control_provider_add(c->api->control, c->person.owner,
					   row, secret, key, why);
	seal_wipe(key, sizeof(key));
	return err == ERR_NONE ? api_audit(c, "provider.add", row->name, why)
			       : err;
}

enum err
api_dns_provider_add(struct api_call *c, struct diag *why)
{
	SCOPED_BUF settings = BUF(16 << 10);
	SCOPED_JSON body = NULL;
	struct control_provider row = { .added_at = c->now };
	struct provider p;
	struct json_out *j;
	enum err err = api_json_body(c, &body, why);

	if (err == ERR_NONE)
		err = read_provider(body, &p, why);
	if (err == ERR_NONE)
		err = provider_write(&p, &settings, why);
	if (err != ERR_NONE)
		return err;
	row.name = json_str(json_get(body, "name"));
	row.kind = str_of(provider_kind_name(p.kind));
	row.settings = buf_str(&settings);
	err = keep(c, &row, p.secret, why);
	if (err != ERR_NONE)
		return err;
	c->head.status = 201;
	j = api_begin(c, "waxseal.dns.provider/1");
	put_provider(j, &row);
	api_end(c);
	return ERR_NONE;
}

enum err
api_dns_provider_remove(struct api_call *c, struct diag *why)
{
	int64_t id;
	enum err err = api_param_id(c, 0, &id, why);

	if (err == ERR_NONE)
		err = control_provider_remove(c->api->control, c->person.owner,
					      id, why);
	if (err == ERR_NONE)
		err = api_audit(c, "provider.remove", c->param[0], why);
	return err == ERR_NONE ? api_nothing(c) : err;
}
