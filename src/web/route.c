/* route.c - what a request is for: health, pages, the API. */
#include "metrics/metrics.h"
#include "os/os.h"
#include "web/asset.h"
#include "web/private.h"

#include <stdio.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, TEXT_ROOM = 64 << 10 };

static bool
is_api(struct str path)
{
	return str_starts(path, S("/api/")) || str_eq(path, S("/api"));
}

struct str
web_route_name(struct str path)
{
	/* The rest is a secret of the domain's owner. */
	if (str_starts(path, S("/api/v1/tlsrpt/")))
		return S("/api/v1/tlsrpt/");
	return path;
}

/* ---- who asks ---- */

static void
see_client(struct web_conn *c)
{
	const struct web_options *o = &c->web->o;

	c->client = (struct web_client){ .ip = c->peer.ip,
					 .local = c->peer.local,
					 .tls = c->listener->identity != NULL };
	if (web_client_trusted(&c->peer, o->trusted, o->trusted_count))
		web_client_forwarded(httpd_request(c->http), o->trusted,
				     o->trusted_count, &c->client);
}

/* ---- short answers of our own ---- */

static void
plain(struct web_conn *c, int status, struct str body)
{
	const struct web_answer a = { .status = status,
				      .type = "text/plain; charset=utf-8" };

	web_answer(c, &a, body);
}

static bool
has_file(const struct web *w, const char *name)
{
	char path[PATH_ROOM];
	int n = snprintf(path, sizeof path, "%s/%s", w->o.api->data, name);

	return n > 0 && n < (int)sizeof path && access(path, R_OK) == 0;
}

/* One word for each thing that is missing. */
static void
answer_ready(struct web_conn *c)
{
	struct web *w = c->web;
	SCOPED_BUF text = BUF(1024);

	if (!has_file(w, "reports.db") || !has_file(w, "control.db"))
		(void)buf_addz(&text, "stores\n");
	if (!w->spool || spool_room(w->spool, NULL) != ERR_NONE)
		(void)buf_addz(&text, "spool\n");
	if (metrics_get(METRICS_SPOOL_MESSAGES) > w->o.backlog_max)
		(void)buf_addz(&text, "backlog\n");
	if (w->stop_at)
		(void)buf_addz(&text, "stopping\n");
	if (text.n == 0)
		plain(c, 200, S("ready\n"));
	else
		plain(c, 503, buf_str(&text));
}

static void
answer_metrics(struct web_conn *c)
{
	SCOPED_BUF text = BUF(TEXT_ROOM);
	const struct web_answer a = {
		.status = 200,
		.type = "text/plain; version=0.0.4; charset=utf-8"
	};

	metrics_print(&text);
	web_answer(c, &a, buf_str(&text));
}

/* ---- pages ---- */

static void
answer_asset(struct web_conn *c, const struct web_asset *asset)
{
	const struct httpd_request *r = httpd_request(c->http);
	bool packed =
		asset->packed > 0 &&
		httpd_accepts(httpd_field(r, S("Accept-Encoding")), S("gzip"));
	struct web_answer a = {
		.status = 200,
		.type = asset->type,
		.etag = asset->etag,
		.cache = web_asset_immutable(asset)
				 ? S("public, max-age=31536000, immutable")
				 : S("no-cache"),
		.packed = packed,
		.varies = asset->packed > 0,
	};

	if (httpd_etag_in(httpd_field(r, S("If-None-Match")), asset->etag)) {
		a.status = 304;
		a.packed = false;
		web_answer(c, &a, S(""));
		return;
	}
	web_answer(c, &a, web_asset_body(asset, packed));
}

static void
answer_page(struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);
	const struct web_asset *asset = web_asset_find(r->path);

	if (!asset)
		web_problem(c, 404, "http.no_page");
	else
		answer_asset(c, asset);
}

/* ---- the API ---- */

static bool
api_method_of(enum httpd_method method, enum api_method *out)
{
	switch (method) {
	case HTTPD_GET:
	case HTTPD_HEAD:
		*out = API_GET;
		return true;
	case HTTPD_POST:
		*out = API_POST;
		return true;
	case HTTPD_PUT:
		*out = API_PUT;
		return true;
	case HTTPD_PATCH:
		*out = API_PATCH;
		return true;
	case HTTPD_DELETE:
		*out = API_DELETE;
		return true;
	default:
		return false;
	}
}

static void
desk_head(void *ctx, const struct web_head *head, struct str payload)
{
	struct web_conn *c = ctx;
	const struct api_head *h = &head->api;
	bool tagged = h->etag.n > 0;

	if (h->to_spool) {
		web_upload_agree(c, payload);
		return;
	}
	const struct web_answer a = {
		.status = h->status,
		.type = h->content_type && h->content_type[0] ? h->content_type
							      : NULL,
		.etag = h->etag,
		.cache = tagged ? S("private, no-cache") : S("no-store"),
		.set_cookie = h->set_cookie,
		.disposition = h->disposition,
		.location = h->location,
		.retry_after = h->retry_after,
		.packed = head->packed,
		.varies = head->compressed,
		.sized = head->sized,
		.length = head->length,
	};
	web_answer_head(c, &a);
}

static void
desk_piece(void *ctx, struct str bytes)
{
	struct web_conn *c = ctx;

	if (c->upload) {
		web_upload_answer(c, bytes);
		return;
	}
	web_answer_piece(c, bytes);
	if (c->held || loop_conn_unsent(c->io) <= WEB_UNSENT_MAX)
		return;
	c->held = true;
	c->since = os_ticks();
	c->moved = loop_conn_unsent(c->io);
	crew_hold(&c->call);
}

static void
desk_end(void *ctx, bool whole)
{
	struct web_conn *c = ctx;

	if (whole && c->upload)
		web_upload_begin(c);
	else if (whole && c->status)
		web_answer_end(c);
	else if (c->status)
		web_conn_end(c, false); /* cut short, and seen to be */
	else
		web_problem(c, 503, "http.desk_died");
}

static const struct crew_listener listener = { desk_head, desk_piece,
					       desk_end };

/* Gives the request to a desk, with the body collected so far. */
static void
ask_desk(struct web_conn *c, enum api_method method)
{
	const struct httpd_request *r = httpd_request(c->http);
	char address[NETADDR_PRINT_MAX];
	struct web_ask ask = {
		.request = {
			.method = method,
			.path = r->path,
			.query = r->query,
			.body = buf_str(&c->body),
			.content_type = httpd_field(r, S("Content-Type")),
			.cookie = httpd_field(r, S("Cookie")),
			.authorization = httpd_field(r, S("Authorization")),
			.csrf = httpd_field(r, S("X-Waxseal-CSRF")),
			.if_none_match = httpd_field(r, S("If-None-Match")),
			.idempotency_key =
				httpd_field(r, S("Idempotency-Key")),
			.accept_language =
				httpd_field(r, S("Accept-Language")),
			.file_name = httpd_field(r, S("X-File-Name")),
			.client = str_of(netaddr_print(&c->client.ip,
						       address)),
			.tls = c->client.tls,
		},
		.gzip = httpd_accepts(httpd_field(r, S("Accept-Encoding")),
				      S("gzip")),
		.bodiless = r->method == HTTPD_HEAD,
	};

	if (c->client.local)
		ask.request.client = S("local");
	c->call =
		(struct crew_call){ .listener = &listener,
				    .ctx = c,
				    .frame = BUF(WEB_FRAME_HEAD + WEB_ASK_MAX),
				    .slow = api_is_slow(method, r->path,
							r->query) };
	web_wire_ask(&c->call.frame, &ask);
	buf_free(&c->body);
	web_conn_enter(c, CONN_ASKED);
	if (!crew_ask(c->web->crew, &c->call)) {
		buf_free(&c->call.frame);
		web_problem(c, 503, "http.busy");
	}
}

static void
say_continue(struct web_conn *c)
{
	if (httpd_request(c->http)->expects)
		loop_conn_write(c->io, S("HTTP/1.1 100 Continue\r\n\r\n"));
}

static bool
may_ask(struct web_conn *c, bool large)
{
	const struct netaddr *who = &c->client.ip;

	return c->client.local ||
	       (web_limit_take(&c->web->limit, who, os_ticks()) &&
		(!large || web_limit_take(&c->web->rarely, who, os_ticks())));
}

static void
api_head(struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);
	enum api_method method;
	uint64_t most;
	bool large;

	if (!api_method_of(r->method, &method)) {
		web_problem(c, 405, "http.bad_method");
		return;
	}
	large = api_is_large(method, r->path);
	most = large ? API_LARGE_MAX : API_BODY_MAX;
	if (!may_ask(c, large)) {
		web_problem(c, 429, "api.too_many_requests");
		return;
	}
	if (api_takes_report(method, r->path)) {
		ask_desk(c, method);
		return;
	}
	if (r->body == HTTPD_LENGTH && r->length > most) {
		web_problem(c, 413, "http.too_large");
		return;
	}
	c->body = (struct buf)BUF(most);
	web_conn_enter(c, CONN_BODY);
	say_continue(c);
}

/* ---- all of them ---- */

static bool
has_body(const struct httpd_request *r)
{
	return r->body == HTTPD_CHUNKED || r->length > 0;
}

void
web_route_head(struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);

	/* Refused at once, or the whole request is awaited, which here needs
	 * no further byte; so that the connection can be kept. */
	c->whole = !has_body(r);
	see_client(c);
	if (c->listener != &c->web->metrics && is_api(r->path))
		api_head(c);
	else if (has_body(r))
		web_problem(c, r->method == HTTPD_POST ? 405 : 400,
			    "http.bad_method");
	else
		web_conn_enter(c, CONN_BODY);
}

void
web_route_whole(struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);
	enum api_method method;
	bool metrics = c->listener == &c->web->metrics;

	if (!metrics && is_api(r->path)) {
		if (api_method_of(r->method, &method))
			ask_desk(c, method);
	} else if (r->method != HTTPD_GET && r->method != HTTPD_HEAD) {
		web_problem(c, 405, "http.bad_method");
	} else if (metrics) {
		if (str_eq(r->path, S("/metrics")))
			answer_metrics(c);
		else
			web_problem(c, 404, "http.no_page");
	} else if (str_eq(r->path, S("/healthz"))) {
		plain(c, 200, S("ok\n"));
	} else if (str_eq(r->path, S("/readyz"))) {
		answer_ready(c);
	} else {
		answer_page(c);
	}
}
