/* fake_api.c - stands in for the API: answers that try what the front can do,
 * without a store. */
#include "api/api.h"
#include "os/os.h"

#include <signal.h>
#include <string.h>
#include <time.h>

struct api {
	const struct api_options *options;
};

enum { PIECE = 10000 };

enum err
api_open(const struct api_options *options, struct api **out, struct diag *why)
{
	(void)why;
	*out = heap_new(sizeof **out);
	(*out)->options = options;
	return ERR_NONE;
}

void
api_close(struct api *a)
{
	heap_free(a);
}

bool
api_is_slow(enum api_method method, struct str path, struct str query)
{
	(void)method;
	(void)query;
	return str_eq(path, S("/api/v1/slow")) ||
	       str_eq(path, S("/api/v1/big"));
}

bool
api_is_large(enum api_method method, struct str path)
{
	(void)method;
	(void)path;
	return false;
}

bool
api_takes_report(enum api_method method, struct str path)
{
	return method == API_POST && str_starts(path, S("/api/v1/reports"));
}

static uint64_t
number(struct str query)
{
	uint64_t n = 0;

	(void)str_u64(str_sub(query, str_index(query, '=') + 1, SIZE_MAX), &n);
	return n;
}

static void
echo(const struct api_request *r, const struct api_sink *sink)
{
	SCOPED_BUF body = BUF(2 << 20);
	SCOPED_BUF etag = BUF(64); /* gone before the next question */

	(void)buf_addz(&etag, "W/\"e\"");
	const struct api_head head = { .status = 200,
				       .content_type = "application/json",
				       .etag = buf_str(&etag),
				       .set_cookie = STR("a=b; HttpOnly") };

	(void)buf_addf(&body, "%d|%.*s|%.*s|%.*s|%d|%.*s|%.*s", r->method,
		       STR_ARG(r->path), STR_ARG(r->query), STR_ARG(r->client),
		       r->tls, STR_ARG(r->cookie), STR_ARG(r->body));
	sink->head(sink->ctx, &head);
	(void)sink->piece(sink->ctx, buf_str(&body));
}

/* "n=COUNT" bytes of text, a line of ten for each ten. */
static void
big(uint64_t n, const struct api_sink *sink)
{
	static char piece[PIECE];
	const struct api_head head = { .status = 200,
				       .content_type = "text/csv" };

	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = i % 10 == 9 ? '\n' : (char)('0' + i % 10);
	sink->head(sink->ctx, &head);
	while (n > 0) {
		size_t now = n < sizeof piece ? (size_t)n : sizeof piece;

		if (!sink->piece(sink->ctx, (struct str){ piece, now }))
			return;
		n -= now;
	}
}

static void
report(const struct api_request *r, const struct api_sink *sink)
{
	struct api_head head = { .status = 401,
				 .content_type = "application/problem+json" };

	if (!str_eq(r->authorization, S("Bearer good"))) {
		sink->head(sink->ctx, &head);
		(void)sink->piece(sink->ctx, S("{\"code\":\"no\"}\n"));
		return;
	}
	head = (struct api_head){
		.status = 201,
		.content_type = "application/json",
		.to_spool = true,
		.body_max = r->query.n ? number(r->query) : 64u << 20,
		.envelope = { .door = SPOOL_UPLOAD,
			      .owner = 1,
			      .received_at = 1795348987,
			      .id = STR("upload-1"),
			      .name = r->file_name,
			      .client = r->client },
	};
	sink->head(sink->ctx, &head);
	(void)sink->piece(sink->ctx, S("{\"id\":\"upload-1\"}\n"));
}

static void
wait_ms(uint64_t ms)
{
	const struct timespec wait = { (time_t)(ms / 1000),
				       (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&wait, NULL);
}

void
api_answer(struct api *a, const struct api_request *r,
	   const struct api_sink *sink)
{
	(void)a;
	if (api_takes_report(r->method, r->path)) {
		report(r, sink);
	} else if (str_eq(r->path, S("/api/v1/big"))) {
		big(number(r->query), sink);
	} else if (str_eq(r->path, S("/api/v1/die"))) {
		(void)raise(SIGKILL);
	} else {
		if (str_eq(r->path, S("/api/v1/slow")) ||
		    str_eq(r->path, S("/api/v1/wait")))
			wait_ms(number(r->query));
		echo(r, sink);
	}
}
