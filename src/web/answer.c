/* answer.c - heads, bodies and problems on their way to a client. */
#include "metrics/metrics.h"
#include "os/os.h"
#include "web/private.h"

/* What every answer says. The pages need nothing from elsewhere, nothing
 * inline, and no frame. */
static const struct httpd_field always[] = {
	{ STR("Content-Security-Policy"),
	  STR("default-src 'none'; script-src 'self'; style-src 'self'; "
	      "img-src 'self' data:; connect-src 'self'; font-src 'self'; "
	      "form-action 'self'; frame-ancestors 'none'; base-uri 'none'") },
	{ STR("X-Content-Type-Options"), STR("nosniff") },
	{ STR("X-Frame-Options"), STR("DENY") },
	{ STR("Referrer-Policy"), STR("no-referrer") },
	{ STR("Cross-Origin-Opener-Policy"), STR("same-origin") },
	{ STR("Cross-Origin-Resource-Policy"), STR("same-origin") },
	{ STR("Cross-Origin-Embedder-Policy"), STR("require-corp") },
	{ STR("Permissions-Policy"),
	  STR("camera=(), geolocation=(), microphone=()") },
};

static void
put(struct buf *out, const char *name, struct str value)
{
	if (value.n > 0)
		(void)httpd_answer_field(out, str_of(name), value);
}

static void
put_number(struct buf *out, const char *name, int64_t n)
{
	SCOPED_BUF text = BUF(32);

	(void)buf_addf(&text, "%lld", (long long)n);
	put(out, name, buf_str(&text));
}

static void
put_fields(struct web_conn *c, const struct web_answer *a, struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(always); i++)
		(void)httpd_answer_field(out, always[i].name, always[i].value);
	if (c->client.tls)
		put(out, "Strict-Transport-Security", S("max-age=31536000"));
	put(out, "Content-Type", str_of(a->type));
	put(out, "Cache-Control", a->cache.n ? a->cache : S("no-store"));
	put(out, "ETag", a->etag);
	put(out, "Set-Cookie", a->set_cookie);
	put(out, "Content-Disposition", a->disposition);
	put(out, "Location", a->location);
	put(out, "Allow", a->allow);
	if (a->retry_after > 0)
		put_number(out, "Retry-After", a->retry_after);
	if (a->packed)
		put(out, "Content-Encoding", S("gzip"));
	if (a->varies)
		put(out, "Vary", S("Accept-Encoding"));
}

static enum httpd_framing
framing_of(struct web_conn *c, const struct web_answer *a)
{
	if (a->status == 204 || a->status == 304)
		return HTTPD_BODILESS;
	if (a->sized)
		return HTTPD_SIZED;
	return httpd_request(c->http)->minor > 0 ? HTTPD_IN_CHUNKS
						 : HTTPD_TO_THE_END;
}

void
web_answer_head(struct web_conn *c, const struct web_answer *a)
{
	const struct httpd_request *r = httpd_request(c->http);
	SCOPED_BUF out = BUF(WEB_HEADER_MAX);

	c->status = a->status;
	c->framing = framing_of(c, a);
	c->bodiless = r->method == HTTPD_HEAD || c->framing == HTTPD_BODILESS;
	/* Who speaks 1.0 is not told how long a connection is kept. */
	c->keep = r->keep_alive && r->minor > 0 && c->whole &&
		  !c->web->stop_at && c->framing != HTTPD_TO_THE_END;
	httpd_answer(&out, a->status, os_now());
	put_fields(c, a, &out);
	httpd_answer_end(&out, c->framing, a->length, c->keep);
	loop_conn_write(c->io, buf_str(&out));
}

void
web_answer_piece(struct web_conn *c, struct str bytes)
{
	if (c->bodiless || bytes.n == 0)
		return;
	c->moved += bytes.n;
	if (c->framing == HTTPD_IN_CHUNKS) {
		SCOPED_BUF out = BUF(bytes.n + 64);

		httpd_chunk(&out, bytes);
		loop_conn_write(c->io, buf_str(&out));
	} else {
		loop_conn_write(c->io, bytes);
	}
}

void
web_answer_end(struct web_conn *c)
{
	if (c->framing == HTTPD_IN_CHUNKS && !c->bodiless) {
		SCOPED_BUF out = BUF(16);

		httpd_chunk_end(&out);
		loop_conn_write(c->io, buf_str(&out));
	}
	web_conn_answered(c);
}

void
web_answer(struct web_conn *c, const struct web_answer *a, struct str body)
{
	struct web_answer sized = *a;

	sized.sized = true;
	sized.length = body.n;
	web_answer_head(c, &sized);
	web_answer_piece(c, body);
	web_answer_end(c);
}

void
web_problem(struct web_conn *c, int status, const char *code)
{
	SCOPED_BUF body = BUF(512);
	struct web_answer a = { .status = status,
				.type = "application/problem+json" };

	if (status == 503)
		a.retry_after = 5;
	else if (status == 429)
		a.retry_after = 1;
	else if (status == 405)
		a.allow = S("GET, HEAD");
	(void)buf_addf(&body,
		       "{\"schema\":\"waxseal.problem/1\",\"code\":\"%s\","
		       "\"detail\":null}\n",
		       code);
	web_answer(c, &a, buf_str(&body));
}
