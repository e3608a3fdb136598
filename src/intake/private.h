/* private.h - the role and its sessions from the inside. */
#ifndef INTAKE_PRIVATE_H
#define INTAKE_PRIVATE_H

#include "intake/intake.h"
#include "intake/recipients.h"
#include "loop/loop.h"
#include "smtp/smtp.h"

#include <sys/queue.h>

struct session;
LIST_HEAD(session_list, session);

/* The role. */
struct intake {
	struct intake_options options; /* defaults filled in */
	struct loop *loop;
	struct loop_timer *every_second;
	struct spool_writer *spool;
	struct recipients *recipients;
	struct session_list sessions;
	unsigned session_count;
	unsigned message_count; /* coming in */
	uint64_t serial;        /* of queue ids */
	struct buf out;         /* replies on their way to a connection */
	struct {
		struct loop_timer *timer; /* NULL until the first message */
		bool waiting;
		int64_t cost; /* of a sync in ms, summed over the last ones */
	} commit;
	bool stopping;
	int64_t stop_at; /* ticks: no more patience */
};

/* A message whose octets are all there, until it is durable. It outlives its
 * session when the client goes away. */
struct delivery;

/* One connection. */
struct session {
	LIST_ENTRY(session) all;
	struct intake *role;
	struct loop_conn *conn;
	struct smtp *smtp; /* NULL while the PROXY header is awaited */
	struct netaddr_port peer;
	bool lmtp, trusted;
	struct buf tls; /* version and cipher */
	/* Ticks: of the last byte, of the last message or the beginning; when
	 * a client that guesses may go on. */
	int64_t heard, useful, held_until;
	unsigned unknown; /* recipients */

	/* The transaction. */
	struct buf recipients; /* blank-separated */
	struct buf domain;     /* that the first token stands for */
	struct spool_message *message;
	char id[48];
	uint64_t size;         /* octets so far */
	int64_t begun;         /* ticks */
	struct delivery *wait; /* for durability */
};

/* ---- intake.c ---- */

/* Whether the peer's neighbourhood has more sessions than it may; the peer's
 * own is among them. */
bool intake_is_crowded(const struct intake *role,
		       const struct netaddr_port *peer);
/* "421 ...", and the connection is closed. */
void intake_turn_away(struct intake *role, struct loop_conn *conn,
		      const struct netaddr_port *peer);

/* ---- session.c ---- */

void session_new(struct intake *role, int fd, const struct netaddr_port *peer,
		 const struct intake_listener *listener);
/* Its message has an answer. */
void session_answer(struct session *s, enum smtp_answer answer, struct str id);
/* Once a second: patience, and the end of a delay. */
void session_tick(struct session *s, int64_t ticks);
/* The server stops: now if it is idle, else after its message. */
void session_stop(struct session *s);
/* Closes it; a message under way is dropped. */
void session_end(struct session *s);
/* The client as an address: what a trusted peer told, else the peer's; "" on
 * a Unix socket. */
struct str session_client(const struct session *s,
			  char text[NETADDR_PRINT_MAX]);

/* ---- commit.c ---- */

/* A message was finished: soon everything finished is synced, and each
 * message's `durable` called. */
void commit_soon(struct intake *role);

/* ---- message.c ---- */

/* What the engine asks its owner; `ctx` is the session. */
extern const struct smtp_owner message_owner;
/* Forgets the transaction of a session that ends. */
void message_forget(struct session *s);

#endif
