/* smtp.c - a session: command lines cut from what arrives, and its states. */
#include "smtp/private.h"

#include <string.h>

/* Bytes of one over-long command line before patience ends. */
enum { SKIP_MAX = 64 << 10 };

struct smtp *
smtp_new(const struct smtp_options *options, const struct smtp_owner *owner,
	 void *ctx)
{
	struct smtp *s = heap_new(sizeof(*s));

	s->options = *options;
	s->options.host = str_sub(options->host, 0, SMTP_HELO_MAX);
	s->owner = owner;
	s->ctx = ctx;
	return s;
}

void
smtp_free(struct smtp *s)
{
	heap_free(s);
}

void
smtp_greet(struct smtp *s, struct buf *out)
{
	(void)buf_addf(out, "220 %.*s %s\r\n", STR_ARG(s->options.host),
		       s->options.lmtp ? "LMTP" : "ESMTP");
}

enum smtp_state
smtp_state(const struct smtp *s)
{
	return s->state == SMTP_READY && s->held ? SMTP_HELD : s->state;
}

struct smtp_facts
smtp_facts(const struct smtp *s)
{
	const struct smtp_client *told =
		s->forwarded.has_addr ? &s->forwarded : &s->session;
	struct smtp_facts f = {
		.helo = { s->helo, s->helo_n },
		.mail_from = { s->from, s->from_n },
		.has_client = told->has_addr,
		.client = told->addr,
		.recipients = s->recipients,
		.esmtp = s->esmtp,
		.lmtp = s->options.lmtp,
		.smtputf8 = s->smtputf8,
		.secured = s->secured,
	};

	if (s->forwarded.helo_n > 0)
		f.helo = (struct str){ s->forwarded.helo, s->forwarded.helo_n };
	else if (s->session.helo_n > 0)
		f.helo = (struct str){ s->session.helo, s->session.helo_n };
	return f;
}

static void
forget(struct smtp *s)
{
	s->mail = false;
	s->smtputf8 = false;
	s->recipients = 0;
	s->from_n = 0;
	s->forwarded.has_addr = false;
	s->forwarded.helo_n = 0;
}

void
smtp_reset(struct smtp *s)
{
	/* A verdict other than OK on a body under way was told already. */
	if (s->mail && (s->state != SMTP_BODY || s->verdict == SMTP_OK))
		s->owner->drop(s->ctx, SMTP_OK);
	forget(s);
}

void
smtp_restart(struct smtp *s)
{
	smtp_reset(s);
	s->helo_n = 0;
	s->esmtp = false;
}

void
smtp_conclude(struct smtp *s, enum smtp_answer answer, struct str id,
	      struct buf *out)
{
	smtp_say_answer(s, answer, id, out);
	forget(s);
	s->state = answer == SMTP_CLOSING ? SMTP_OVER : SMTP_READY;
	if (answer == SMTP_OK)
		s->commands = 0;
	if (s->closing && s->state == SMTP_READY)
		smtp_give_up(s, "421 4.3.2 Closing, please try again later",
			     out);
}

void
smtp_answer(struct smtp *s, enum smtp_answer answer, struct str id,
	    struct buf *out)
{
	if (s->state == SMTP_WAITING)
		smtp_conclude(s, answer, id, out);
}

void
smtp_secured(struct smtp *s)
{
	smtp_restart(s);
	s->session.has_addr = false;
	s->session.helo_n = 0;
	s->secured = true;
	s->state = SMTP_READY;
}

void
smtp_hold(struct smtp *s)
{
	s->held = true;
}

void
smtp_release(struct smtp *s)
{
	s->held = false;
}

void
smtp_stop(struct smtp *s, enum smtp_stop why, struct buf *out)
{
	bool busy = s->state == SMTP_BODY || s->state == SMTP_WAITING;

	s->closing = true;
	if (s->state == SMTP_OVER || (busy && why == SMTP_STOP_CLOSING))
		return;
	smtp_give_up(s,
		     why == SMTP_STOP_TIMEOUT
			     ? "421 4.4.2 Nothing came for too long, closing"
			     : "421 4.3.2 Closing, please try again later",
		     out);
}

/* Keeps the next piece of the line; with its end when `lf`. */
static void
keep(struct smtp *s, struct str piece, bool lf)
{
	char before = piece.n > 1 ? piece.p[piece.n - 2] : s->last;

	s->ended = lf && before == '\r';
	s->last = piece.p[piece.n - 1];
	if (!s->skipping && s->line_n + piece.n > sizeof(s->line))
		s->skipping = true;
	if (s->skipping) {
		s->skipped += piece.n;
		return;
	}
	memcpy(s->line + s->line_n, piece.p, piece.n);
	s->line_n += piece.n;
}

static void
clear_line(struct smtp *s)
{
	s->line_n = 0;
	s->skipped = 0;
	s->skipping = false;
	s->last = 0;
}

/* A bare LF ends a line too, so that its sender gets an answer, but what
 * stands in such a line is never done. */
static void
whole_line(struct smtp *s, struct buf *out)
{
	struct str line = { s->line, s->line_n - 1 };

	if (!s->ended) {
		smtp_bad(s, "500 5.5.2 Lines must end with CR LF", out);
		return;
	}
	line.n--;
	if (str_index(line, '\0') != SIZE_MAX ||
	    str_index(line, '\r') != SIZE_MAX) {
		smtp_bad(s, "500 5.5.2 Control characters in a command", out);
		return;
	}
	s->commands++;
	if (s->commands > SMTP_COMMANDS_MAX)
		smtp_give_up(s, "421 4.7.0 Too many commands, closing", out);
	else
		smtp_command(s, line, out);
}

static size_t
take_line(struct smtp *s, struct str bytes, struct buf *out)
{
	const char *lf = memchr(bytes.p, '\n', bytes.n);
	size_t n = lf != NULL ? (size_t)(lf - bytes.p) + 1 : bytes.n;

	keep(s, str_sub(bytes, 0, n), lf != NULL);
	if (s->skipping) {
		if (s->ended) {
			clear_line(s);
			smtp_bad(s, "500 5.5.2 Line too long", out);
		} else if (s->skipped > SKIP_MAX) {
			smtp_give_up(s, "421 4.7.0 Line too long, closing",
				     out);
		}
	} else if (lf != NULL) {
		whole_line(s, out);
		clear_line(s);
	}
	return n;
}

/* One line or one piece of a message; 0 when nothing can be taken. */
static size_t
step(struct smtp *s, struct str bytes, struct buf *out)
{
	if (out->max - out->n < SMTP_REPLIES_ROOM)
		return 0;
	switch (smtp_state(s)) {
	case SMTP_READY:
		return take_line(s, bytes, out);
	case SMTP_BODY:
		return smtp_data(s, bytes, out);
	default:
		return 0;
	}
}

size_t
smtp_feed(struct smtp *s, struct str bytes, struct buf *out)
{
	size_t said = out->n;
	size_t taken = 0;

	while (taken < bytes.n) {
		size_t before = out->n;
		size_t n;

		if (s->state == SMTP_TLS) {
			/* Somebody put commands between STARTTLS and TLS. The
			 * 220 is taken back when it has not left yet. */
			out->n = said;
			smtp_reset(s);
			s->state = SMTP_OVER;
			break;
		}
		n = step(s, str_sub(bytes, taken, SIZE_MAX), out);
		if (n == 0)
			break;
		taken += n;
		said = before;
	}
	return taken;
}
