/* private.h - the role and its connections, shared by the files of the
 * front. */
#ifndef WEB_PRIVATE_H
#define WEB_PRIVATE_H

#include "httpd/httpd.h"
#include "loop/loop.h"
#include "web/client.h"
#include "web/crew.h"
#include "web/limit.h"
#include "web/web.h"

#include <sys/queue.h>

enum {
	/* Written and not yet sent: above, nothing more is made for a client
	 * until it has read. */
	WEB_UNSENT_MAX = 256 << 10,
	WEB_HEADER_MAX = 64 << 10
};

LIST_HEAD(web_conns, web_conn);

struct web_door {
	struct web *web;
	const struct web_listener *options;
	struct loop_listener *listener;
};

struct web {
	struct web_options o; /* with the defaults filled in */
	struct loop *loop;
	struct crew_options crew_options;
	struct crew *crew;
	struct spool_writer *spool;
	struct web_limit limit;
	struct web_limit rarely; /* what costs much: api_is_large */
	struct web_conns conns, dead;
	unsigned count; /* connections */
	struct web_door *doors;
	size_t door_count;
	struct web_listener metrics;
	struct web_listener handed_listener;
	struct web_door handed_door;
	struct loop_watch *handed; /* NULL: none */
	struct loop_timer *tick;
	int64_t stop_at; /* ticks, 0: not stopping */
};

enum web_state {
	CONN_PROXY, /* its PROXY header comes */
	CONN_IDLE,  /* a request's head comes, or nothing */
	CONN_BODY,  /* JSON for a desk */
	CONN_ASKED, /* a desk answers, or will */
	CONN_SPOOL, /* a report for the spool */
	CONN_SYNC,  /* until it is durable */
	CONN_DRAIN, /* answered; the client has not read it yet */
	CONN_DEAD
};

struct web_upload; /* outlives its connection while it is synced */

struct web_conn {
	LIST_ENTRY(web_conn) all;
	struct web *web;
	const struct web_listener *listener;
	struct loop_conn *io;     /* NULL while CONN_PROXY */
	struct loop_watch *watch; /* only while CONN_PROXY */
	int fd;                   /* the same */
	enum web_state state;
	struct netaddr_port peer;
	struct web_client client; /* of this request */
	struct httpd *http;
	bool whole;     /* the request has been read to its end */
	bool reading;   /* inside the read callback */
	int64_t since;  /* ticks: of this state, for its time limit */
	int64_t began;  /* ticks: of the request, for the log */
	bool used;      /* not its first request */
	uint64_t moved; /* bytes of the body, or of the answer, since `since` */

	struct buf body; /* JSON */
	struct crew_call call;
	struct web_upload *upload;

	int status; /* of the answer, 0: none yet */
	enum httpd_framing framing;
	bool bodiless, keep;
	bool held; /* its desk waits until it has read */
};

/* ---- conn.c ---- */

void web_conn_new(struct web_door *door, int fd,
		  const struct netaddr_port *peer);
/* Frees it soon; nothing more happens to it. `polite`: what was written still
 * leaves. */
void web_conn_end(struct web_conn *c, bool polite);
/* Frees what web_conn_end put aside; `ctx` is the struct web. */
void web_conn_bury(void *ctx);
/* Time limits, once a second. */
void web_conn_look(struct web_conn *c, int64_t ticks);
/* Goes on with a request whose body may be read now. */
void web_conn_read_on(struct web_conn *c);
/* The answer is written: log it, and the next request or the end. */
void web_conn_answered(struct web_conn *c);
void web_conn_enter(struct web_conn *c, enum web_state state);

/* ---- answer.c ---- */

struct web_answer {
	int status;
	const char *type; /* NULL: none */
	struct str etag, cache, set_cookie, disposition, location, allow;
	int64_t retry_after;
	bool packed, varies;
	bool sized;
	uint64_t length;
};
/* Writes the head, with the fields that every answer has. */
void web_answer_head(struct web_conn *c, const struct web_answer *a);
void web_answer_piece(struct web_conn *c, struct str bytes);
/* Ends the body; the request is answered. */
void web_answer_end(struct web_conn *c);
/* A whole small answer. */
void web_answer(struct web_conn *c, const struct web_answer *a,
		struct str body);
/* A problem with a code of the catalogue. When the request has not been read
 * to its end the connection closes behind it. */
void web_problem(struct web_conn *c, int status, const char *code);

/* ---- route.c ---- */

/* A head is there: decides what happens with the body, or refuses. */
void web_route_head(struct web_conn *c);
/* The request is whole, and nobody else has it: answers or asks. */
void web_route_whole(struct web_conn *c);
/* Log text of a path: without what is secret in it. */
struct str web_route_name(struct str path);

/* ---- upload.c ---- */

/* A desk agrees to a report: `head` and its payload are kept, and the body of
 * the answer that follows, until the report is durable. */
void web_upload_agree(struct web_conn *c, struct str payload);
void web_upload_answer(struct web_conn *c, struct str bytes);
/* The desk has said everything: the report may come. */
void web_upload_begin(struct web_conn *c);
void web_upload_piece(struct web_conn *c, struct str bytes);
void web_upload_whole(struct web_conn *c);
/* The connection is gone. */
void web_upload_leave(struct web_conn *c);

#endif
