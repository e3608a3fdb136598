/* private.h - a session from the inside. */
#ifndef SMTP_PRIVATE_H
#define SMTP_PRIVATE_H

#include "smtp/smtp.h"

/* Where in a message's octets we are, for dots (section 4.5.2): only CRLF
 * begins a line. */
enum smtp_place { AT_BEGIN, AT_DOT, AT_DOT_CR, AT_CR, AT_MIDDLE };

/* What a trusted peer told about the client it speaks for. */
struct smtp_client {
	bool has_addr;
	struct netaddr addr;
	size_t helo_n;
	char helo[SMTP_HELO_MAX];
};

struct smtp {
	struct smtp_options options;
	const struct smtp_owner *owner;
	void *ctx;

	enum smtp_state state; /* never SMTP_HELD: that is `held` */
	bool held, closing, secured;
	unsigned bad, commands;

	/* The command line under way. */
	bool skipping;  /* too long: until CRLF */
	bool ended;     /* the last piece ended with CRLF, not a bare LF */
	char last;      /* byte before the piece that comes */
	size_t skipped; /* bytes */
	size_t line_n;
	char line[SMTP_LINE_MAX];

	/* The session. */
	bool esmtp;
	size_t helo_n;
	char helo[SMTP_HELO_MAX];
	struct smtp_client session; /* XCLIENT */

	/* The transaction. */
	struct smtp_client forwarded; /* XFORWARD */
	bool mail, smtputf8;
	size_t recipients;
	size_t from_n;
	char from[SMTP_PATH_MAX];

	/* The message. */
	enum smtp_place place;
	enum smtp_answer verdict; /* SMTP_OK while it is wanted */
	uint64_t size;            /* octets */
	bool in_header, line_empty;
	unsigned received;
	unsigned field_at; /* how far the line looks like "Received:" */
};

/* ---- reply.c ---- */

/* One line; CRLF is added. */
void smtp_say(struct buf *out, const char *line);
/* The same for a command that made no sense: too many end the session. */
void smtp_bad(struct smtp *s, const char *line, struct buf *out);
void smtp_say_one(enum smtp_answer answer, struct buf *out);
/* Of a whole message: LMTP wants it once for each recipient. */
void smtp_say_answer(const struct smtp *s, enum smtp_answer answer,
		     struct str id, struct buf *out);
void smtp_say_ehlo(const struct smtp *s, struct buf *out);
/* "421 ..." and the session is over. */
void smtp_give_up(struct smtp *s, const char *line, struct buf *out);

/* ---- smtp.c ---- */

/* The message has its answer: says it and begins anew. */
void smtp_conclude(struct smtp *s, enum smtp_answer answer, struct str id,
		   struct buf *out);
/* Forgets the transaction, telling the owner when there is one. */
void smtp_reset(struct smtp *s);
/* Forgets also how the client introduced itself. */
void smtp_restart(struct smtp *s);

/* ---- command.c ---- */

/* Without its line end; no NUL, CR or LF inside. */
void smtp_command(struct smtp *s, struct str line, struct buf *out);

/* ---- path.c ---- */

/* Cuts "<address>" (or a bare address) off the front of `rest`; source routes
 * are stripped. False when it is none. */
bool smtp_path(struct str *rest, struct str *out) MUST_CHECK;
/* Cuts the next "KEY" or "KEY=VALUE" off; false at the end. */
bool smtp_parameter(struct str *rest, struct str *key, struct str *value);
/* Cuts the word before the first blank off, and the blanks behind it. */
struct str smtp_word(struct str *rest);

/* ---- data.c ---- */

/* After 354: what comes is a message. */
void smtp_data_begin(struct smtp *s);
/* As smtp_feed, for its octets. */
size_t smtp_data(struct smtp *s, struct str bytes, struct buf *out);

/* ---- forward.c ---- */

/* XCLIENT and XFORWARD (Postfix's XCLIENT_README and XFORWARD_README). False
 * when the attributes make no sense. */
bool smtp_client_parse(struct str attributes, struct smtp_client *out);

#endif
