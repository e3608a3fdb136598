/* loop.h - one event loop of a process: connections, timers, signals
 * (libevent inside).
 *
 * Everything runs in one thread. Callbacks may use every call here, also
 * close the connection they were called for.
 */
#ifndef LOOP_H
#define LOOP_H

#include "base/base.h"
#include "netaddr/netaddr.h"
#include "tls/tls.h"

struct loop;
struct event_base;

/* Writing to a closed connection is no signal (SIGPIPE) from here on. */
struct loop *loop_new(void);
/* Closes what connections are left. Timers, watches and listeners must have
 * been freed. */
void loop_free(struct loop *l);
/* Until loop_stop, or until there is nothing left that could happen. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* For libraries that bring their own events (libunbound): the loop's base of
 * libevent. Its events run between ours; nobody else runs it, frees it or
 * breaks its loop. Lives as long as the loop. */
struct event_base *loop_base(struct loop *l);

/* Runs once, after every event that is ready now has been handled: where one
 * sync serves all messages that came in together. The same `run` and `ctx`
 * asked for again before then are one. What was written to connections leaves
 * after that. */
void loop_defer(struct loop *l, void (*run)(void *ctx), void *ctx);
/* Nothing that was put off will run with `ctx`: before it is freed. */
void loop_forget(struct loop *l, const void *ctx);

struct loop_timer;
/* `run` after `ms`, again and again when `repeat`. A timer that does not
 * repeat stays valid until freed and can be set again. `ms` below 0 stops
 * it. */
struct loop_timer *loop_timer_new(struct loop *l, void (*run)(void *ctx),
				  void *ctx);
void loop_timer_set(struct loop_timer *t, int64_t ms, bool repeat);
void loop_timer_free(struct loop_timer *t); /* NULL is fine */

/* Calls `run` in the loop, not in the signal handler. For the loop's life. */
void loop_on_signal(struct loop *l, int signal,
		    void (*run)(void *ctx, int signal), void *ctx);

struct loop_watch;
/* `ready` whenever `fd` can be read. The descriptor stays the caller's. */
struct loop_watch *loop_watch_new(struct loop *l, int fd,
				  void (*ready)(void *ctx), void *ctx);
void loop_watch_free(struct loop_watch *w);

/* ---- connections ---- */

struct loop_conn;

enum loop_end {
	LOOP_CLOSED, /* by the other side */
	LOOP_TIMEOUT,
	LOOP_FAILED, /* network or TLS */
};

/* What the owner of a connection does. `ctx` is loop_conn_new's. */
struct loop_handler {
	/* `bytes` not yet taken; returns how many it takes. What it leaves is
	 * shown again with more behind it, or after loop_conn_resume. */
	size_t (*read)(void *ctx, struct str bytes);
	/* Everything written so far has left. May be NULL. */
	void (*drained)(void *ctx);
	/* TLS is up, after loop_conn_new with an identity or _start_tls. May
	 * be NULL. */
	void (*secured)(void *ctx);
	/* The end; for the owner the connection is gone when this returns
	 * (after LOOP_CLOSED what was written still leaves, if it can). Not
	 * called for loop_conn_close. */
	void (*ended)(void *ctx, enum loop_end how);
};

/* Takes over `fd` (closed with the connection). `identity` NULL: plain. */
struct loop_conn *loop_conn_new(struct loop *l, int fd,
				struct tls_identity *identity,
				const struct loop_handler *handler, void *ctx);
/* The same with a server side that was made already (tls_hosts_accept); takes
 * it over. */
struct loop_conn *loop_conn_new_tls(struct loop *l, int fd, struct ssl_st *ssl,
				    const struct loop_handler *handler,
				    void *ctx);
void loop_conn_write(struct loop_conn *c, struct str bytes);
/* Bytes written that have not left yet. */
size_t loop_conn_unsent(const struct loop_conn *c);
/* Reads nothing until resume: back-pressure on the sender. */
void loop_conn_pause(struct loop_conn *c);
void loop_conn_resume(struct loop_conn *c);
/* Ends with LOOP_TIMEOUT when that long nothing is read, or nothing can be
 * written. 0: no limit. Milliseconds. */
void loop_conn_timeout(struct loop_conn *c, int64_t read, int64_t write);
/* At most this many unread bytes are held (256 KiB unless said); must cover
 * the longest line: a handler that takes nothing of so many and does not pause
 * ends the connection with LOOP_FAILED. */
void loop_conn_read_max(struct loop_conn *c, size_t max);
/* From now on TLS, as its server. Everything that was read before is thrown
 * away (RFC 3207 section 4.2); what was written goes out first. */
void loop_conn_start_tls(struct loop_conn *c, struct tls_identity *identity);
/* The same as its client; takes over `ssl` of tls_connect. */
void loop_conn_start_tls_client(struct loop_conn *c, struct ssl_st *ssl);
/* The TLS side, NULL while plain; for tls_describe. */
struct ssl_st *loop_conn_tls(struct loop_conn *c);
/* Frees it; with `polite` after what was written has left (a few seconds at
 * most). The handler is not called any more. */
void loop_conn_close(struct loop_conn *c, bool polite);

/* ---- connecting ---- */

struct loop_dial;
/* A TCP connection to `to`. `done` is called once, later: with a descriptor,
 * not blocking, TCP_NODELAY set, and its owner; or with -1 and errno. It may
 * free the dial. */
struct loop_dial *loop_dial(struct loop *l, const struct netaddr_port *to,
			    int64_t ms,
			    void (*done)(void *ctx, int fd, int cause),
			    void *ctx);
/* Gives up where it is not done. NULL is fine. */
void loop_dial_free(struct loop_dial *d);

/* ---- listening ---- */

struct loop_listener;
/* `accept` gets each connection's descriptor, not blocking, TCP_NODELAY set,
 * and its owner. Accepting pauses by itself while descriptors are short.
 * `fd` is listening already and stays the caller's. */
struct loop_listener *
loop_listen(struct loop *l, int fd,
	    void (*accept)(void *ctx, int fd, const struct netaddr_port *peer),
	    void *ctx);
void loop_listener_free(struct loop_listener *listener); /* NULL is fine */
/* Opens a listening socket for "127.0.0.1:2525", "[::1]:25", ":25" (every
 * address, IPv6 and IPv4) or "/path/of/a.sock". "serve.listen" names the
 * address and the reason. */
enum err loop_listen_open(struct str address, int *fd,
			  struct diag *why) MUST_CHECK;
/* A datagram socket of such an address, not of a path. It tells which of its
 * addresses a datagram came to when it is bound to all (IPV6_PKTINFO, or
 * IP_PKTINFO where there is no IPv6). */
enum err loop_datagram_open(struct str address, int *fd,
			    struct diag *why) MUST_CHECK;
/* Whether `address` is written as it must be. */
bool loop_is_address(struct str address);

#endif
