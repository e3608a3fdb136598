/* private.h - what the files of the event loop share. */
#ifndef LOOP_PRIVATE_H
#define LOOP_PRIVATE_H

#include "loop/loop.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

enum { LOOP_SCRATCH = 64 << 10 /* bytes read at once */ };

struct loop_task {
	void (*run)(void *ctx);
	void *ctx;
};

struct loop_tasks {
	struct loop_task *at;
	size_t n, room;
};

struct loop_signal;
LIST_HEAD(loop_conns, loop_conn);
TAILQ_HEAD(loop_touched, loop_conn);

struct loop {
	struct event_base *base;
	bool stop;
	struct loop_tasks tasks;   /* deferred */
	struct loop_tasks running; /* of the round that is on */
	struct loop_conns conns;
	struct loop_touched touched; /* to be looked at after this round */
	uint64_t round;
	struct loop_signal *signals;
	char scratch[LOOP_SCRATCH]; /* what is read, while it is shown */
};

/* Asks for conn_settle of `c` at the end of this round. */
void loop_touch(struct loop_conn *c);
/* Sends what was written, shows what was left, asks for events. */
void loop_conn_settle(struct loop_conn *c);
/* The end without a word to the owner. */
void loop_conn_destroy(struct loop_conn *c);
/* Ends with a word to the owner, at most once. */
void loop_conn_finish(struct loop_conn *c, enum loop_end how);

/* What differs between plain and TLS. Ends the connection where it fails. */

/* Up to `room` bytes, 0 when there are none now. True: more are there that
 * no event will tell of. */
bool loop_conn_receive(struct loop_conn *c, char *to, size_t room, size_t *n);
/* True: everything has left. */
bool loop_conn_send(struct loop_conn *c);
/* True: done. */
bool loop_conn_handshake(struct loop_conn *c);
/* Says that nothing more will come. */
void loop_conn_half_close(struct loop_conn *c);

/* NULL for 0: no limit. */
const struct timeval *loop_time(int64_t ms, struct timeval *out);

struct loop_conn {
	LIST_ENTRY(loop_conn) all;
	TAILQ_ENTRY(loop_conn) touch;
	struct loop *loop;
	const struct loop_handler *handler; /* NULL: nobody to tell */
	void *ctx;
	struct event in, out;
	int fd;
	int depth;      /* calls of ours that still use it */
	uint64_t round; /* in which it was touched */
	struct ssl_st *ssl, *next_ssl;
	struct evbuffer *unsent; /* NULL: nothing */
	char *held;              /* shown and not taken */
	size_t held_n, held_room, read_max;
	int64_t read_ms, write_ms;
	int64_t deadline; /* ticks, of handshake or closing */
	bool in_on, out_on, touched;
	bool paused, again, discard, full;
	bool handshaking, wants_out, broken;
	bool closing, half_closed, over, dead;
};

#endif
