/* private.h - what the files of nameserver share. */
#ifndef NAMESERVER_PRIVATE_H
#define NAMESERVER_PRIVATE_H

#include "hosted/hosted.h"
#include "loop/loop.h"
#include "nameserver/nameserver.h"

#include <sys/queue.h>
#include <sys/types.h>

struct nameserver;

/* ---- zone.c: the index as a zone ---- */

struct nameserver_zone;
struct nameserver_zone *nameserver_zone_new(const struct hosted *index);
void nameserver_zone_free(struct nameserver_zone *z); /* NULL is fine */
/* Reads what is the same for all anew: after each refresh of the index. */
void nameserver_zone_load(struct nameserver_zone *z);
/* Without an apex when nothing is hosted. Lives as long as `z`. */
const struct dnswire_zone *
nameserver_zone_wire(const struct nameserver_zone *z);

/* ---- udp.c ---- */

struct nameserver_udp {
	struct nameserver *role;
	struct loop_watch *watch;
	int fd;
};
/* Answers what has come in. `ctx` is the nameserver_udp. */
void nameserver_udp_ready(void *ctx);

/* ---- tcp.c, stream.c ---- */

struct nameserver_tcp {
	struct loop_listener *listener;
};

struct nameserver_stream; /* a transfer under way */

struct nameserver_session {
	LIST_ENTRY(nameserver_session) all;
	struct nameserver *role;
	struct loop_conn *conn;
	struct netaddr_port peer;
	struct nameserver_stream *stream; /* NULL: none */
};
void nameserver_session_new(struct nameserver *role, int fd,
			    const struct netaddr_port *peer);
void nameserver_session_end(struct nameserver_session *s);

/* Sends the zone to who asked for it, now or when others have it. The session
 * reads nothing meanwhile. False: it cannot. */
bool nameserver_stream_start(struct nameserver_session *s, struct str query,
			     const struct dnswire_chain *chain);
/* What was written has left. */
void nameserver_stream_go_on(struct nameserver_session *s);
/* Ends it; the next one begins. */
void nameserver_stream_stop(struct nameserver_session *s);

/* ---- notify.c ---- */

struct nameserver_notify;
struct nameserver_notify *nameserver_notify_new(struct nameserver *role);
void nameserver_notify_free(struct nameserver_notify *n); /* NULL is fine */
/* Tells all secondaries, soon, and again until they say they have heard. */
void nameserver_notify_all(struct nameserver_notify *n);

/* ---- nameserver.c ---- */

struct nameserver {
	struct nameserver_options options;
	struct loop *loop;
	struct hosted *index;
	struct nameserver_zone *zone;
	struct dnswire_limit *limit;
	/* Of cookies; those of an earlier process are made anew. */
	uint8_t secret[DNSWIRE_COOKIE_SECRET];
	struct nameserver_udp *udp;
	struct nameserver_tcp *tcp;
	struct nameserver_notify *notify;
	struct loop_timer *refresh, *second;
	uint32_t serial; /* that secondaries were told of */
	bool troubled;   /* what is in place of the index cannot be read */
	LIST_HEAD(, nameserver_session) sessions;
	size_t session_count;
	size_t streams; /* that run */
	uint64_t asked; /* streams, since the beginning */
};

#endif
