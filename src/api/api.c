/* api.c - opening the stores; from a request to the one who answers it. */
#include "api/private.h"

#include "dnsname/dnsname.h"

enum {
	CALL_MAX = 8 << 20,  /* memory of a request */
	BODY_MAX = 64 << 20, /* an answer that is not streamed */
	BODY_KEPT = 1 << 20, /* memory kept for the next answer */
	PATIENCE = 2000      /* milliseconds */
};

enum err
api_open(const struct api_options *options, struct api **out, struct diag *why)
{
	struct api *a = heap_new(sizeof *a);
	enum err err;

	a->o = *options;
	a->body = (struct buf)BUF(BODY_MAX);
	dnsname_init();
	err = store_open(options->data, STORE_READ, PATIENCE, &a->store, why);
	if (err == ERR_NONE)
		err = api_people_open(a, why);
	if (err != ERR_NONE) {
		api_close(a);
		return err;
	}
	a->geo = geo_open(options->geo_country, options->geo_asn);
	*out = a;
	return ERR_NONE;
}

void
api_close(struct api *a)
{
	if (!a)
		return;
	api_people_close(a);
	if (a->store)
		store_close(a->store);
	if (a->geo)
		geo_close(a->geo);
	buf_free(&a->body);
	heap_free(a);
}

static void
refuse(struct api_call *c, const char *code, struct str detail)
{
	struct diag why = { 0 };
	enum err err = diag_set(&why, ERR_GONE, code, 0, "%.*s",
				STR_ARG(str_sub(detail, 0, 100)));

	api_problem(c, api_status_of(err, &why), &why);
}

static bool
may(struct api_call *c, const struct api_route *route)
{
	if (route->needs == API_ANYBODY || (c->person.may & route->needs) ||
	    (c->api->o.public_checks && (route->traits & API_PUBLIC)))
		return true;
	refuse(c, c->person.known ? "api.not_allowed" : "api.sign_in",
	       c->request->path);
	return false;
}

static void
run(struct api_call *c, const struct api_route *route)
{
	struct diag why = { 0 };
	enum err err = api_person_of(c, &c->person, &why);

	if (err == ERR_NONE && !may(c, route))
		return;
	if (err == ERR_NONE) {
		for (size_t i = 0; i < API_PARAMS_MAX; i++)
			c->param[i] = api_decode(c->mem, c->param[i], false);
		api_args_read(c);
		err = route->answer(c, &why);
	}
	/* Once a part is out there is nothing to say but to end early. */
	if (err != ERR_NONE && !c->sent)
		api_problem(c, api_status_of(err, &why), &why);
}

void
api_answer(struct api *a, const struct api_request *request,
	   const struct api_sink *sink)
{
	SCOPED_ARENA mem = arena_new(CALL_MAX);
	struct api_call *c = heap_new(sizeof *c);
	bool allowed = false;
	const struct api_route *route;

	c->api = a;
	c->request = request;
	c->sink = sink;
	c->mem = mem;
	c->now = a->o.clock();
	c->head.status = 200;
	c->body = &a->body;
	buf_clear(c->body);
	route = api_route_find(request->method, request->path, c->param,
			       &allowed);
	if (route)
		run(c, route);
	else
		refuse(c, allowed ? "api.bad_method" : "api.no_page",
		       request->path);
	api_send(c, route && request->method == API_GET &&
			    !(route->traits & API_NO_ETAG));
	if (a->body.room > BODY_KEPT) {
		buf_free(&a->body);
		a->body = (struct buf)BUF(BODY_MAX);
	}
	heap_free(c);
}

static unsigned
traits_of(enum api_method method, struct str path)
{
	struct str param[API_PARAMS_MAX];
	const struct api_route *route =
		api_route_find(method, path, param, NULL);

	return route ? route->traits : 0;
}

bool
api_is_slow(enum api_method method, struct str path, struct str query)
{
	unsigned traits = traits_of(method, path);

	return traits & API_SLOW || (traits & API_EXPORTS &&
				     str_find(query, S("format=")) != SIZE_MAX);
}

bool
api_is_large(enum api_method method, struct str path)
{
	return traits_of(method, path) & API_LARGE;
}

bool
api_takes_report(enum api_method method, struct str path)
{
	return traits_of(method, path) & API_TAKES;
}
