/* talk.h - plays a client's side into a session and notes what happens. */
#ifndef TALK_H
#define TALK_H

#include "smtp/smtp.h"

/* One way to play: `client` is what it sends, in pieces between which the
 * server has the word (before TLS, after an answer). */
struct talk {
	struct smtp_options options;
	struct str client[6];
	const char *replies; /* expected, all of them */
	const char *events;  /* expected calls to the owner */
	/* What the owner says; the zero value is SMTP_OK. */
	enum smtp_answer mail, begin, body, end, late;
	bool hold;            /* after each recipient that is not known */
	enum smtp_state last; /* expected, at the end */
};

/* Whole, byte by byte and in threes: the same replies and calls. */
void talk_check(const struct talk *t);
/* Only once, with pieces of `most` bytes; "" when all is as expected. */
void talk_play(const struct talk *t, size_t most, struct buf *replies,
	       struct buf *events, enum smtp_state *last);

#define TALK_HOST STR("mx.example.net")

#endif
