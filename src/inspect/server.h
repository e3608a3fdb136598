/* server.h - looks at domains for other processes: what the role `inspector`
 * does. Part of inspect.h. The asking end and the form of requests:
 * inquiry.h.
 */
#ifndef INSPECT_SERVER_H
#define INSPECT_SERVER_H

#include "inspect/inspect.h"

enum {
	INSPECT_UNDER_WAY = 32, /* looks */
	/* Of them, at most so many for people whom nobody knows. */
	INSPECT_PUBLIC_UNDER_WAY = 16,
	INSPECT_KEPT = 200,            /* finished looks */
	INSPECT_KEPT_BYTES = 64 << 20, /* of their answers */
	INSPECT_KEPT_MS = 600000,      /* each, at most */
	INSPECT_FRESH_MS = 10000,      /* younger ones are fresh */
	INSPECT_A_MINUTE = 30,         /* new looks, each `who` */
	INSPECT_PUBLIC_A_MINUTE = 6
};

/* ---- answering, without any socket ---- */

struct inspect_server;

struct inspect_server_options {
	int64_t (*clock)(void); /* UTC seconds */
	int64_t (*ticks)(void); /* monotonic ms */
	/* As inspect_run, with `ctx` for the engine. */
	void (*run)(void *ctx, struct facts *f, bool (*judge)(void *look),
		    void (*done)(void *look, bool complete), void *look);
	/* As inspect_forget, before a look that must be fresh; may be NULL. */
	void (*forget)(void *ctx);
	void *ctx;
};

struct inspect_server *
inspect_server_new(const struct inspect_server_options *options);
/* Whoever runs looks has forgotten them. NULL is fine. */
void inspect_server_free(struct inspect_server *s);
/* Answers a request with what is known now: joins the look that is under way,
 * gives the one that is kept, or begins one. `answer` as it goes over the
 * socket, INQUIRY_ANSWER_MAX at most. */
void inspect_server_answer(struct inspect_server *s, struct str request,
			   struct buf *answer);
/* Looks that are not finished. */
size_t inspect_server_busy(const struct inspect_server *s);

/* ---- the role ---- */

struct inspect_serve_options {
	const char *data; /* where the socket is made */
	struct inspect_options engine;
	int64_t (*clock)(void);
	int64_t (*ticks)(void);
	/* In the loop, once it serves and then every second. May be NULL. */
	void (*alive)(void *ctx);
	/* For others in the same loop, with the same engine: when both are
	 * there, and when the engine is gone and the loop is not. May be
	 * NULL. */
	void (*begun)(void *ctx, struct loop *l, struct inspect *in);
	void (*ended)(void *ctx);
	void *ctx;
};

/* Serves until SIGTERM or SIGINT; an exit status. An engine that cannot begin
 * is told in the log and to everybody who asks; the role stays. */
int inspect_serve(const struct inspect_serve_options *options);

#endif
