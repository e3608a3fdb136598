/* web.c - one GET through TLS. */
#include "probe/private.h"

enum { REQUEST_MAX = 4096 };

static void
connected(struct job *j)
{
	job_secure(j);
}

/* Not compressed: what is sent so all the same was not asked for (RFC 9110
 * section 12.5.3). */
static void
secured(struct job *j)
{
	SCOPED_BUF request = BUF(REQUEST_MAX);

	(void)buf_addf(&request,
		       "GET %.*s HTTP/1.1\r\nHost: %.*s\r\n"
		       "User-Agent: %.*s\r\nAccept: */*\r\n"
		       "Accept-Encoding: identity\r\n"
		       "Connection: close\r\n\r\n",
		       STR_ARG(j->path), STR_ARG(j->host),
		       STR_ARG(buf_str(&j->probe->agent)));
	loop_conn_write(j->conn, buf_str(&request));
}

static void
finish(struct job *j)
{
	const struct http *h = &j->web.http;

	job_finish(j, h->state == HTTP_END ? FACTS_DONE : FACTS_PROTOCOL,
		   str_of(h->why));
}

static size_t
came(struct job *j, struct str bytes)
{
	if (!http_feed(&j->web.http, bytes))
		finish(j);
	return bytes.n;
}

static void
closed(struct job *j, bool clean)
{
	http_end(&j->web.http, clean);
	finish(j);
}

static void
report(struct job *j)
{
	const struct http *h = &j->web.http;
	struct facts_web web = {
		.stage = j->stage,
		.why = j->why,
		.tls = j->tls,
		.status = h->status,
		.has_type = h->has_type,
		.type = buf_str(&h->type),
		.encoding = buf_str(&h->encoding),
		.location = buf_str(&h->location),
		.server = buf_str(&h->server),
		.body = buf_str(&h->body),
		.cut = h->cut,
		.over = h->over,
		.ms = j->ms,
	};

	j->web.done(j->ctx, &web);
}

static void
fini(struct job *j)
{
	http_fini(&j->web.http);
}

static const struct job_kind web = {
	.connected = connected,
	.secured = secured,
	.read = came,
	.closed = closed,
	.report = report,
	.fini = fini,
};

void
probe_web(struct probe *p, struct str host, struct str path,
	  const struct netaddr *address,
	  void (*done)(void *ctx, const struct facts_web *web), void *ctx)
{
	struct job *j = job_new(p, host, address, ctx);

	j->kind = &web;
	j->port = p->options.https_port;
	j->whole_ms = p->options.web_ms;
	j->web.done = done;
	http_init(&j->web.http);
	/* An empty path is not sayable. */
	if (!arena_dup(j->mem, path, &j->path) || !str_starts(path, S("/")))
		j->path = S("");
	job_queue(j);
}
