/* people_users.c - who else may come in: users and tokens. */
#include "api/handlers.h"
#include "api/people.h"

enum { DAYS_DEFAULT = 365, DAYS_MAX = 3650 };

/* ---- users ---- */

struct user_list {
	struct json_out *j;
	int64_t owner;
};

static enum err
take_user(void *ctx, const struct control_user *user)
{
	struct user_list *list = ctx;

	if (user->owner != list->owner)
		return ERR_NONE;
	json_open_object(list->j, NULL);
	api_put_user(list->j, user);
	json_close_object(list->j);
	return ERR_NONE;
}

enum err
api_users(struct api_call *c, struct diag *why)
{
	struct user_list list = { api_begin(c, "waxseal.users/1"),
				  c->person.owner };
	enum err e;

	json_open_array(list.j, "users");
	e = control_users(c->api->control, take_user, &list, why);
	json_close_array(list.j);
	api_end(c);
	return e;
}

/* The user a path names; somebody else's is not there. */
static enum err
user_of(struct api_call *c, struct control_user *out, struct diag *why)
{
	int64_t id;
	enum err e = api_param_id(c, 0, &id, why);

	if (e == ERR_NONE)
		e = control_user_by_id(c->api->control, id, c->mem, out, why);
	if (e == ERR_NONE && out->owner != c->person.owner)
		e = diag_set(why, ERR_GONE, "control.no_user", 0, "%lld",
			     (long long)id);
	return e;
}

static enum err
answer_user(struct api_call *c, int64_t id, struct diag *why)
{
	struct control_user user;
	enum err e =
		control_user_by_id(c->api->control, id, c->mem, &user, why);

	if (e != ERR_NONE)
		return e;
	api_put_user(api_begin(c, "waxseal.user/1"), &user);
	api_end(c);
	return ERR_NONE;
}

enum err
api_user_add(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_user user = { .owner = c->person.owner,
				     .created_at = c->now };
	int64_t id = 0;
	enum err e = api_json_body(c, &body, why);

	if (e != ERR_NONE)
		return e;
	user.name = json_str(json_get(body, "name"));
	if (!control_role_parse(json_str(json_get(body, "role")), &user.role))
		return api_bad_value("role", why);
	e = control_user_add(c->api->control, &user,
			     json_str(json_get(body, "password")), &id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "user.add", user.name, why);
	c->head.status = 201;
	return e == ERR_NONE ? answer_user(c, id, why) : e;
}

enum err
api_user_change(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_user user;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = user_of(c, &user, why);
	if (e != ERR_NONE)
		return e;
	if (!control_role_parse(json_str(json_get(body, "role")), &user.role))
		return api_bad_value("role", why);
	e = control_user_set(c->api->control, &user, why);
	if (e == ERR_NONE)
		e = api_audit(c, "user.change", user.name, why);
	return e == ERR_NONE ? answer_user(c, user.id, why) : e;
}

enum err
api_user_remove(struct api_call *c, struct diag *why)
{
	struct control_user user;
	enum err e = user_of(c, &user, why);

	if (e == ERR_NONE)
		e = control_user_remove(c->api->control, user.id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "user.remove", user.name, why);
	return e == ERR_NONE ? api_nothing(c) : e;
}

/* ---- tokens ---- */

static const struct {
	const char *name;
	unsigned bit;
} scopes[] = {
	{ "read", CONTROL_SCOPE_READ },
	{ "upload", CONTROL_SCOPE_UPLOAD },
	{ "admin", CONTROL_SCOPE_ADMIN },
};

static void
put_token(struct json_out *j, const struct control_token *t)
{
	json_put_i64(j, "id", t->id);
	json_put_str(j, "name", t->name);
	json_open_array(j, "scopes");
	for (size_t i = 0; i < COUNT_OF(scopes); i++)
		if (t->scopes & scopes[i].bit)
			json_put_str(j, NULL, str_of(scopes[i].name));
	json_close_array(j);
	json_put_i64(j, "created_at", t->created_at);
	json_put_i64(j, "expires_at", t->expires_at);
	api_put_i64(j, "last_used", t->last_used, t->last_used != 0);
}

static enum err
take_token(void *ctx, const struct control_token *t)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	put_token(j, t);
	json_close_object(j);
	return ERR_NONE;
}

enum err
api_tokens(struct api_call *c, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.tokens/1");
	enum err e;

	json_open_array(j, "tokens");
	e = control_tokens(c->api->control, c->person.owner, take_token, j,
			   why);
	json_close_array(j);
	api_end(c);
	return e;
}

static bool
read_scopes(const struct json *list, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < json_count(list); i++) {
		struct str name = json_str(json_at(list, i));
		size_t k = 0;

		while (k < COUNT_OF(scopes) &&
		       !str_eq(name, str_of(scopes[k].name)))
			k++;
		if (k == COUNT_OF(scopes))
			return false;
		*out |= scopes[k].bit;
	}
	return *out != 0;
}

static enum err
read_token(struct api_call *c, const struct json *body,
	   struct control_token *out, struct diag *why)
{
	const struct json *given = json_get(body, "days");
	int64_t days = DAYS_DEFAULT;

	*out = (struct control_token){ .owner = c->person.owner,
				       .name = json_str(json_get(body, "name")),
				       .created_at = c->now };
	if (!read_scopes(json_get(body, "scopes"), &out->scopes))
		return api_bad_value("scopes", why);
	if (given && (!json_i64(given, &days) || days < 1 || days > DAYS_MAX))
		return api_bad_value("days", why);
	out->expires_at = c->now + days * CIVIL_DAY;
	return ERR_NONE;
}

enum err
api_token_add(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	char secret[CONTROL_SECRET_SIZE];
	struct control_token token;
	struct json_out *j;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = read_token(c, body, &token, why);
	if (e == ERR_NONE)
		e = control_token_add(c->api->control, &token, secret,
				      &token.id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "token.add", token.name, why);
	if (e != ERR_NONE)
		return e;
	c->head.status = 201;
	j = api_begin(c, "waxseal.token/1");
	put_token(j, &token);
	json_put_str(j, "secret", str_of(secret));
	api_end(c);
	return ERR_NONE;
}

enum err
api_token_remove(struct api_call *c, struct diag *why)
{
	int64_t id;
	enum err e = api_param_id(c, 0, &id, why);

	if (e == ERR_NONE)
		e = control_token_remove(c->api->control, c->person.owner, id,
					 why);
	if (e == ERR_NONE)
		e = api_audit(c, "token.remove", c->param[0], why);
	return e == ERR_NONE ? api_nothing(c) : e;
}
