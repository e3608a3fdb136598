/* work_import.c - files that a command hands over, descriptor by descriptor;
 * each item goes back when it is durable. */
#include "ingest/server.h"

#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
	WAITING_MAX = 64 << 20, /* bytes of lines nobody takes */
	LINE_MAX_BYTES = 60 << 10,
	NAP = 20 /* milliseconds between two looks */
};

struct import_job {
	struct server *s;
	struct job job;
	int64_t now;
	bool last; /* no more documents */
	struct diag *why;
};

/* ---- lines back ---- */

void
work_lines_to(struct job *job, int client)
{
	job->client = client;
	job->waiting = (struct buf)BUF(WAITING_MAX);
}

void
work_flush(struct job *job)
{
	size_t at = 0;

	while (at < job->waiting.n) {
		uint32_t n;
		ssize_t sent;

		memcpy(&n, job->waiting.p + at, sizeof n);
		sent = send(job->client, job->waiting.p + at + sizeof n, n,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno != EAGAIN)
			job->deserted = true;
		if (sent < 0)
			break;
		at += sizeof n + n;
	}
	if (at == 0)
		return;
	job->waiting.n -= at;
	memmove(job->waiting.p, job->waiting.p + at, job->waiting.n);
}

void
work_line(struct job *job, const struct ingest_item *item)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	uint32_t n;

	(void)buf_addc(&line, PACKET_ITEM);
	line_put_item(&line, item);
	if (line.full || job->deserted)
		return;
	n = (uint32_t)line.n;
	(void)buf_add(&job->waiting,
		      (struct str){ (const char *)&n, sizeof n });
	(void)buf_add(&job->waiting, buf_str(&line));
	job->deserted = job->waiting.full;
}

/* ---- documents in ---- */

static enum err
take_bad(struct import_job *m, struct document *d, struct str text)
{
	const struct json_limits limits = { INGEST_REQUEST_MAX, 4 };
	SCOPED_JSON json = NULL;
	SCOPED_BUF code = BUF(DIAG_CODE_MAX);
	struct diag reason = { 0 };
	bool repaired;

	if (json_parse(text, limits, &json, &repaired, NULL) != ERR_NONE)
		return ERR_NONE;
	(void)buf_add(&code, json_str(json_get(json, "code")));
	(void)diag_set(&reason, ERR_IO, buf_c(&code), 0, "%.*s",
		       STR_ARG(json_str(json_get(json, "detail"))));
	d->origin.path = json_str(json_get(json, "path"));
	return engine_refuse(m->s->engine, d, &reason, m->why);
}

static enum err
take_packet(struct import_job *m, int fd, struct str packet)
{
	struct document d = { .origin = { .owner = STORE_OWNER_SELF,
					  .trust = STORE_OPERATOR,
					  .received_at = m->now,
					  .path = str_sub(packet, 1,
							  SIZE_MAX) },
			      .fd = fd,
			      .ticket = &m->job };

	m->job.totals.files += packet.p[0] != PACKET_LAST;
	if (packet.p[0] == PACKET_DOCUMENT && fd >= 0)
		return engine_add(m->s->engine, &d, m->why);
	os_fd_cleanup(&fd);
	d.fd = -1;
	if (packet.p[0] == PACKET_BAD)
		return take_bad(m, &d, d.origin.path);
	m->last = true;
	m->job.deserted |= packet.p[0] != PACKET_LAST;
	return ERR_NONE;
}

static bool
has_packet(int client)
{
	struct pollfd one = { .fd = client, .events = POLLIN };

	return poll(&one, 1, NAP) == 1;
}

static enum err
take_next(struct import_job *m)
{
	char packet[PATH_ROOM + 1024];
	int fd = -1;
	ssize_t n;

	if (!has_packet(m->job.client)) {
		/* Nothing new: what is in hand need not wait for it. */
		m->job.since = UINT32_MAX - 1;
		return engine_finish(m->s->engine, m->why);
	}
	n = os_take_fd(m->job.client, &fd, packet, sizeof packet);
	if (n > 0)
		return take_packet(m, fd, (struct str){ packet, (size_t)n });
	m->job.deserted = true;
	m->last = true;
	return ERR_NONE;
}

void
work_drain(struct job *job)
{
	for (int i = 0; i < 500 && job->waiting.n > 0 && !job->deserted; i++) {
		struct pollfd one = { .fd = job->client, .events = POLLOUT };

		(void)poll(&one, 1, NAP);
		work_flush(job);
	}
	if (job->waiting.n > 0)
		job->deserted = true;
	buf_free(&job->waiting);
}

enum err
work_import(struct server *s, const struct request *r, struct buf *answer,
	    struct diag *why)
{
	struct import_job m = { .s = s, .now = os_now(), .why = why };
	enum err err = ERR_NONE;

	work_begin(s, &m.job);
	work_lines_to(&m.job, r->client);
	while (err == ERR_NONE && !m.last) {
		err = take_next(&m);
		work_flush(&m.job);
		if (err == ERR_NONE && !serve_turn(s, &m.job))
			break;
	}
	if (err == ERR_NONE)
		err = work_end(s, &m.job, why);
	work_drain(&m.job);
	line_put_totals(answer, &m.job.totals);
	return err;
}
