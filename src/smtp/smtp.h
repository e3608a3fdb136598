/* smtp.h - the receiving half of SMTP (RFC 5321) and LMTP (RFC 2033).
 *
 * Pure: bytes in, replies out, and calls to the owner for what only it can
 * know. No sockets, no clock. A session's memory is fixed: what it keeps of
 * commands is bounded, and a message's octets are only passed on.
 *
 * Every transaction that `mail` began ends with exactly one `end` or `drop`,
 * unless the session is freed.
 */
#ifndef SMTP_H
#define SMTP_H

#include "base/base.h"
#include "netaddr/netaddr.h"

enum {
	SMTP_LINE_MAX = 4096,       /* of a command, with CRLF */
	SMTP_PATH_MAX = 512,        /* of an address */
	SMTP_HELO_MAX = 255,        /* of the name a client gives itself */
	SMTP_RECIPIENTS_MAX = 100,  /* of one message (section 4.5.3.1.8) */
	SMTP_RECEIVED_MAX = 100,    /* Received fields: more is a loop */
	SMTP_BAD_MAX = 20,          /* senseless commands of a session */
	SMTP_COMMANDS_MAX = 1000,   /* without a message accepted */
	SMTP_REPLIES_ROOM = 1024,   /* free bytes that smtp_feed needs in out */
	SMTP_ANSWER_ROOM = 16 << 10 /* what smtp_answer may add to out */
};

enum smtp_answer {
	SMTP_OK,        /* 250 */
	SMTP_LATER,     /* of `end` alone: smtp_answer will tell */
	SMTP_UNKNOWN,   /* 550 5.1.1: no such recipient */
	SMTP_NO_RELAY,  /* 550 5.7.1: not our host */
	SMTP_TROUBLE,   /* 451 4.3.0: our own, for a while */
	SMTP_FULL,      /* 452 4.3.1: no room */
	SMTP_TOO_LARGE, /* 552 5.3.4 */
	SMTP_LOOP,      /* 554 5.4.6 */
	SMTP_CLOSING    /* 421 4.3.2, and the session is over */
};

/* What the owner does. Only `rcpt`, `body`, `end` and `drop` must be there.
 * None of them may call smtp_feed, smtp_answer or smtp_free. */
struct smtp_owner {
	/* A transaction begins: sender without < >, "" is the null one. */
	enum smtp_answer (*mail)(void *ctx, struct str from);
	/* Recipient without < > and source route; may have no domain. */
	enum smtp_answer (*rcpt)(void *ctx, struct str to);
	/* DATA, at least one recipient was taken. */
	enum smtp_answer (*begin)(void *ctx);
	/* Octets of the message, dots unstuffed, else unchanged. After
	 * anything but SMTP_OK the rest is swallowed and `drop` follows. */
	enum smtp_answer (*body)(void *ctx, struct str octets);
	/* The message is whole. SMTP_LATER: nothing more is taken until
	 * smtp_answer. */
	enum smtp_answer (*end)(void *ctx);
	/* No message: forget the recipients and the octets. `why` is what the
	 * client is told at the message's end, or SMTP_OK when it was the
	 * client that gave up. */
	void (*drop)(void *ctx, enum smtp_answer why);
};

struct smtp_options {
	struct str host;   /* in greeting and replies; must live on */
	uint64_t size_max; /* octets of a message */
	bool lmtp;
	bool starttls; /* offered */
	bool trusted;  /* the peer may say XCLIENT and XFORWARD */
};

/* What a session knows; text lives until the next call. */
struct smtp_facts {
	struct str helo; /* "" before it was said */
	struct str mail_from;
	/* The client behind a trusted peer, when it told. */
	bool has_client;
	struct netaddr client;
	size_t recipients; /* taken so far */
	bool esmtp, lmtp, smtputf8, secured;
};

enum smtp_state {
	SMTP_READY,   /* takes commands */
	SMTP_BODY,    /* takes a message's octets */
	SMTP_WAITING, /* for smtp_answer */
	SMTP_HELD,    /* for smtp_release */
	SMTP_TLS,     /* 220 was said: begin TLS, then smtp_secured */
	SMTP_OVER     /* send what was said and close */
};

struct smtp;

struct smtp *smtp_new(const struct smtp_options *options,
		      const struct smtp_owner *owner, void *ctx);
void smtp_free(struct smtp *s); /* NULL is fine */

/* "220 host ESMTP": the first thing said. */
void smtp_greet(struct smtp *s, struct buf *out);
/* Takes what it can of `bytes`, appends replies to `out`, and returns how
 * many bytes it took. It stops early in every state but READY and BODY, and
 * while `out` has less than SMTP_REPLIES_ROOM left. Bytes behind STARTTLS end
 * the session (RFC 3207 section 4.2, CVE-2011-0411). */
size_t smtp_feed(struct smtp *s, struct str bytes, struct buf *out) MUST_CHECK;
enum smtp_state smtp_state(const struct smtp *s);
/* After `end` said SMTP_LATER: what became of the message. `id` (printable)
 * is told with SMTP_OK. LMTP gets one reply for each recipient. */
void smtp_answer(struct smtp *s, enum smtp_answer answer, struct str id,
		 struct buf *out);
/* TLS is up: everything learned before is forgotten. */
void smtp_secured(struct smtp *s);
/* Takes no command until smtp_release: makes a guessing client slow. May be
 * called by the owner's functions. */
void smtp_hold(struct smtp *s);
void smtp_release(struct smtp *s);

enum smtp_stop {
	SMTP_STOP_CLOSING, /* 421 4.3.2: the server goes down */
	SMTP_STOP_TIMEOUT  /* 421 4.4.2: nothing came for too long */
};
/* Ends the session: now, or, for CLOSING, after the message under way has its
 * answer. */
void smtp_stop(struct smtp *s, enum smtp_stop why, struct buf *out);
/* For a connection that gets no session: "421 4.3.2 host ...". */
void smtp_refuse(struct str host, struct buf *out);

/* What is known now. */
struct smtp_facts smtp_facts(const struct smtp *s);

#endif
