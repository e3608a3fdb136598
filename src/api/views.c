/* views.c - saved views of the pages. */
#include "api/handlers.h"
#include "api/people.h"

struct view_list {
	struct json_out *j;
	int64_t user;
};

static void
put_view(struct json_out *j, const struct control_view *v, int64_t user)
{
	json_put_i64(j, "id", v->id);
	json_put_str(j, "name", v->name);
	json_put_str(j, "url", v->url);
	json_put_bool(j, "shared", v->shared);
	json_put_bool(j, "pinned", v->pinned);
	json_put_bool(j, "mine", v->author == user);
}

static enum err
take_view(void *ctx, const struct control_view *v)
{
	struct view_list *list = ctx;

	json_open_object(list->j, NULL);
	put_view(list->j, v, list->user);
	json_close_object(list->j);
	return ERR_NONE;
}

enum err
api_views(struct api_call *c, struct diag *why)
{
	struct view_list list = { api_begin(c, "waxseal.views/1"),
				  c->person.user };
	enum err e;

	json_open_array(list.j, "views");
	e = control_views(c->api->control, c->person.owner, c->person.user,
			  take_view, &list, why);
	json_close_array(list.j);
	api_end(c);
	return e;
}

/* What is not in the body stays as it is. */
static void
read_view(const struct json *body, struct control_view *v)
{
	const struct json *name = json_get(body, "name");
	const struct json *url = json_get(body, "url");

	if (name)
		v->name = json_str(name);
	if (url)
		v->url = json_str(url);
	(void)!json_bool(json_get(body, "shared"), &v->shared);
	(void)!json_bool(json_get(body, "pinned"), &v->pinned);
}

static enum err
answer_view(struct api_call *c, const struct control_view *v)
{
	put_view(api_begin(c, "waxseal.view/1"), v, c->person.user);
	api_end(c);
	return ERR_NONE;
}

enum err
api_view_add(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_view view = { .author = c->person.user };
	enum err e = api_json_body(c, &body, why);

	if (e != ERR_NONE)
		return e;
	read_view(body, &view);
	e = control_view_put(c->api->control, c->person.owner, &view, why);
	if (e == ERR_NONE)
		e = api_audit(c, "view.add", view.name, why);
	c->head.status = 201;
	return e == ERR_NONE ? answer_view(c, &view) : e;
}

struct view_search {
	struct arena *mem;
	int64_t id;
	struct control_view *found;
};

static enum err
match_view(void *ctx, const struct control_view *v)
{
	struct view_search *search = ctx;
	struct control_view *out = search->found;

	if (v->id != search->id)
		return ERR_NONE;
	*out = *v;
	if (!arena_dup(search->mem, v->name, &out->name) ||
	    !arena_dup(search->mem, v->url, &out->url))
		return ERR_LIMIT;
	return ERR_STOP;
}

static enum err
view_of(struct api_call *c, struct control_view *out, struct diag *why)
{
	struct view_search search = { .mem = c->mem, .found = out };
	enum err e = api_param_id(c, 0, &search.id, why);

	if (e == ERR_NONE)
		e = control_views(c->api->control, c->person.owner,
				  c->person.user, match_view, &search, why);
	if (e == ERR_NONE)
		return diag_set(why, ERR_GONE, "control.no_view", 0, "%.*s",
				STR_ARG(c->param[0]));
	return e == ERR_STOP ? ERR_NONE : e;
}

enum err
api_view_change(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	struct control_view view = { 0 };
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = view_of(c, &view, why);
	if (e != ERR_NONE)
		return e;
	read_view(body, &view);
	view.author = c->person.user;
	e = control_view_put(c->api->control, c->person.owner, &view, why);
	if (e == ERR_NONE)
		e = api_audit(c, "view.change", view.name, why);
	return e == ERR_NONE ? answer_view(c, &view) : e;
}

enum err
api_view_remove(struct api_call *c, struct diag *why)
{
	int64_t id;
	enum err e = api_param_id(c, 0, &id, why);

	if (e == ERR_NONE)
		e = control_view_remove(c->api->control, c->person.owner,
					c->person.user, id, why);
	if (e == ERR_NONE)
		e = api_audit(c, "view.remove", c->param[0], why);
	return e == ERR_NONE ? api_nothing(c) : e;
}
