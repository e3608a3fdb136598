/* upload.c - reports on their way into the spool. */
#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"
#include "web/private.h"

#include <errno.h>
#include <unistd.h>

enum { ANSWER_MAX = 256 << 10 };

struct web_upload {
	struct web *web;
	struct web_conn *conn; /* NULL: it went away during the sync */
	struct buf head;       /* the desk's WEB_HEAD, for the end */
	struct buf answer;     /* its body */
	struct spool_message *message;
	uint64_t got, max;
};

static void
free_upload(struct web_upload *u)
{
	spool_drop(u->message);
	buf_free(&u->head);
	buf_free(&u->answer);
	heap_free(u);
}

void
web_upload_agree(struct web_conn *c, struct str payload)
{
	struct web_upload *u = heap_new(sizeof *u);

	u->web = c->web;
	u->conn = c;
	u->head = (struct buf)BUF(WEB_HEAD_MAX);
	u->answer = (struct buf)BUF(ANSWER_MAX);
	(void)buf_add(&u->head, payload);
	c->upload = u;
}

void
web_upload_answer(struct web_conn *c, struct str bytes)
{
	(void)buf_add(&c->upload->answer, bytes);
}

/* Away from its connection; what is being synced belongs to the spool. */
void
web_upload_leave(struct web_conn *c)
{
	struct web_upload *u = c->upload;

	if (!u)
		return;
	c->upload = NULL;
	if (c->state == CONN_SYNC)
		u->conn = NULL;
	else
		free_upload(u);
}

static void
refuse(struct web_conn *c, int status, const char *code)
{
	free_upload(c->upload);
	c->upload = NULL;
	web_problem(c, status, code);
}

/* What the spool could not take. */
static void
refuse_by(struct web_conn *c, enum err err, const struct diag *why)
{
	log_warn("upload_refused", why);
	if (err == ERR_LIMIT)
		refuse(c, 413, "http.too_large");
	else
		refuse(c, 503, "http.spool");
}

void
web_upload_begin(struct web_conn *c)
{
	const struct httpd_request *r = httpd_request(c->http);
	struct web_upload *u = c->upload;
	struct web_head head = { 0 };
	struct diag why = { 0 };
	enum err err;

	if (!c->web->spool || !web_wire_read_head(buf_str(&u->head), &head)) {
		refuse(c, 503, "http.spool");
		return;
	}
	u->max = head.api.body_max;
	if (r->body == HTTPD_LENGTH && r->length > u->max) {
		refuse(c, 413, "http.too_large");
		return;
	}
	err = spool_room(c->web->spool, &why);
	if (err != ERR_NONE) {
		refuse_by(c, err, &why);
		return;
	}
	u->message = spool_begin(c->web->spool, &head.api.envelope);
	web_conn_enter(c, CONN_SPOOL);
	if (r->expects)
		loop_conn_write(c->io, S("HTTP/1.1 100 Continue\r\n\r\n"));
	web_conn_read_on(c);
}

void
web_upload_piece(struct web_conn *c, struct str bytes)
{
	struct web_upload *u = c->upload;
	struct diag why = { 0 };
	enum err err;

	u->got += bytes.n;
	if (u->got > u->max) {
		refuse(c, 413, "http.too_large");
		return;
	}
	err = spool_add(u->message, bytes, &why);
	if (err != ERR_NONE)
		refuse_by(c, err, &why);
}

/* ---- durable ---- */

static void
answer(struct web_conn *c)
{
	struct web_upload *u = c->upload;
	struct web_head head = { 0 };

	c->upload = NULL;
	if (!web_wire_read_head(buf_str(&u->head), &head))
		head.api.status = 201;
	const struct web_answer a = {
		.status = head.api.status,
		.type = u->answer.n > 0 ? head.api.content_type : NULL,
		.set_cookie = head.api.set_cookie,
		.location = head.api.location,
	};
	web_answer(c, &a, buf_str(&u->answer));
	free_upload(u);
}

static void
durable(void *ctx, enum err err, const struct diag *why)
{
	struct web_upload *u = ctx;

	u->message = NULL;
	if (err == ERR_NONE)
		metrics_add(METRICS_HTTP_POSTED, 1);
	if (!u->conn) {
		free_upload(u);
		return;
	}
	/* From here on it ends like any other. */
	web_conn_enter(u->conn, CONN_ASKED);
	if (err == ERR_NONE)
		answer(u->conn);
	else
		refuse_by(u->conn, err, why);
}

static void
sync_spool(void *ctx)
{
	struct web *w = ctx;
	const char one = 1;

	if (spool_sync(w->spool) == 0 || w->o.bell < 0)
		return;
	/* A full pipe wakes the writer just as well. */
	while (write(w->o.bell, &one, 1) < 0 && errno == EINTR)
		;
}

void
web_upload_whole(struct web_conn *c)
{
	struct web_upload *u = c->upload;
	struct spool_message *message = u->message;

	if (u->got == 0) {
		refuse(c, 400, "http.empty_body");
		return;
	}
	u->message = NULL;
	web_conn_enter(c, CONN_SYNC);
	spool_finish(message, durable, u);
	loop_defer(c->web->loop, sync_spool, c->web);
}
