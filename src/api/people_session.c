/* people_session.c - coming in, going out, the first run, one's own account. */
#include "api/handlers.h"
#include "api/people.h"

enum { SETTINGS_MAX = 16 << 10 };

enum err
api_bad_value(const char *member, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s", member);
}

enum err
api_json_body(struct api_call *c, struct json **out, struct diag *why)
{
	if (!str_starts_fold(c->request->content_type, S("application/json")))
		return diag_set(
			why, ERR_SYNTAX, "api.bad_body", 0, "%.*s",
			STR_ARG(str_sub(c->request->content_type, 0, 60)));
	return api_body(c, out, why);
}

enum err
api_nothing(struct api_call *c)
{
	c->head.status = 204;
	buf_clear(c->body);
	return ERR_NONE;
}

enum err
api_only_users(const struct api_call *c, struct diag *why)
{
	if (c->person.user != 0)
		return ERR_NONE;
	return diag_set(why, ERR_GONE, "api.not_allowed", 0, "%.*s",
			STR_ARG(c->person.name));
}

/* ---- what is answered ---- */

static void
put_settings(struct json_out *j, struct str text)
{
	const struct json_limits limits = { SETTINGS_MAX, 16 };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (text.n > 0 &&
	    json_parse(text, limits, &root, &repaired, NULL) == ERR_NONE) {
		json_put_copy(j, "settings", root);
		return;
	}
	json_open_object(j, "settings");
	json_close_object(j);
}

void
api_put_user(struct json_out *j, const struct control_user *user)
{
	json_put_i64(j, "id", user->id);
	json_put_str(j, "name", user->name);
	json_put_str(j, "role", str_of(control_role_name(user->role)));
	json_put_known(j, "language", user->language);
	json_put_known(j, "time_zone", user->time_zone);
	put_settings(j, user->settings);
	api_put_i64(j, "last_login", user->last_login, user->last_login != 0);
}

static enum err
put_session(struct api_call *c, struct diag *why)
{
	bool is_new = false;
	enum err e = control_is_new(c->api->control, &is_new, why);
	struct json_out *j;

	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.session/1");
	json_put_bool(j, "setup_needed", is_new);
	if (c->person.user != 0) {
		json_open_object(j, "user");
		api_put_user(j, &c->person.account);
		json_close_object(j);
	} else {
		json_put_null(j, "user");
	}
	json_put_known(j, "csrf", str_of(c->person.csrf));
	json_put_bool(j, "public", c->api->o.public_checks);
	json_put_str(j, "version", str_of(API_VERSION));
	api_end(c);
	return ERR_NONE;
}

enum err
api_session(struct api_call *c, struct diag *why)
{
	return put_session(c, why);
}

/* ---- coming in ---- */

static enum err
let_in(struct api_call *c, struct str name, struct str password,
       struct diag *why)
{
	const struct control_login login = { name, password, c->request->client,
					     c->now };
	char secret[CONTROL_SECRET_SIZE];
	struct control_session s;
	enum err e = control_login(c->api->control, &login, secret, why);

	if (e == ERR_NONE)
		e = control_session(c->api->control, str_of(secret), c->now,
				    c->mem, &s, why);
	if (e == ERR_NONE)
		e = api_set_cookie(c, secret, why);
	if (e == ERR_NONE)
		api_person_is(c, &s, &c->person);
	return e;
}

/* How long to wait stands in the detail; HTTP has a header for it. */
static enum err
tell_wait(struct api_call *c, enum err e, const struct diag *why)
{
	if (e == ERR_BUSY && str_eq(str_of(why->code), S("control.throttled")))
		(void)!str_i64(str_of(why->detail), &c->head.retry_after);
	return e;
}

enum err
api_sign_in(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = let_in(c, json_str(json_get(body, "name")),
			   json_str(json_get(body, "password")), why);
	return e == ERR_NONE ? put_session(c, why) : tell_wait(c, e, why);
}

enum err
api_sign_out(struct api_call *c, struct diag *why)
{
	enum err e = control_logout(c->api->control, api_cookie(c), why);

	if (e == ERR_NONE)
		e = api_set_cookie(c, "", why);
	c->person = (struct api_person){ 0 };
	return e == ERR_NONE ? put_session(c, why) : e;
}

enum err
api_setup(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum err e = api_json_body(c, &body, why);
	const struct control_user admin = {
		.owner = CONTROL_OWNER_SELF,
		.name = json_str(json_get(body, "name")),
		.role = CONTROL_ADMIN,
		.language = json_str(json_get(body, "language")),
		.time_zone = json_str(json_get(body, "time_zone")),
	};
	struct str password = json_str(json_get(body, "password"));

	if (e == ERR_NONE)
		e = control_setup(c->api->control,
				  json_str(json_get(body, "token")), &admin,
				  password, c->now, why);
	if (e == ERR_NONE)
		e = let_in(c, admin.name, password, why);
	if (e == ERR_NONE)
		e = api_audit(c, "setup", admin.name, why);
	return e == ERR_NONE ? put_session(c, why) : e;
}

/* ---- one's own account ---- */

/* What is not in the body stays; null is "as the browser says". */
static void
take_text(const struct json *body, const char *key, struct str *out)
{
	const struct json *value = json_get(body, key);

	if (value != NULL)
		*out = json_str(value);
}

enum err
api_me_change(struct api_call *c, struct diag *why)
{
	SCOPED_BUF settings = BUF(2 * SETTINGS_MAX);
	SCOPED_JSON body = NULL;
	struct control_user *me = &c->person.account;
	struct json_out j = JSON_OUT(&settings);
	enum err e = api_only_users(c, why);

	if (e == ERR_NONE)
		e = api_json_body(c, &body, why);
	if (e != ERR_NONE)
		return e;
	take_text(body, "language", &me->language);
	take_text(body, "time_zone", &me->time_zone);
	if (json_get(body, "settings") != NULL) {
		json_put_copy(&j, NULL, json_get(body, "settings"));
		me->settings = buf_str(&settings);
	}
	e = control_user_set(c->api->control, me, why);
	return e == ERR_NONE ? put_session(c, why) : e;
}

/* Checked as at the door, and throttled as there. */
static enum err
prove(struct api_call *c, struct str password, struct diag *why)
{
	const struct control_login login = { c->person.name, password,
					     c->request->client, c->now };
	char secret[CONTROL_SECRET_SIZE];
	enum err e = control_login(c->api->control, &login, secret, why);

	return e == ERR_NONE
		       ? control_logout(c->api->control, str_of(secret), why)
		       : e;
}

/* All sessions end with the old password, and a new one begins. */
enum err
api_me_password(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct str old, new;
	enum err e = api_only_users(c, why);

	if (e == ERR_NONE)
		e = api_json_body(c, &body, why);
	old = json_str(json_get(body, "old"));
	new = json_str(json_get(body, "new"));
	if (e == ERR_NONE)
		e = prove(c, old, why);
	if (e == ERR_NONE)
		e = control_user_passwd(c->api->control, c->person.user, new,
					why);
	if (e == ERR_NONE)
		e = let_in(c, c->person.name, new, why);
	if (e == ERR_NONE)
		e = api_audit(c, "user.passwd", c->person.name, why);
	return e == ERR_NONE ? put_session(c, why) : tell_wait(c, e, why);
}
