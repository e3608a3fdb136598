/* talk.c - an owner that writes down what it is told. Recipients at "here"
 * whose name begins with "u" are unknown, other hosts are not ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "talk.h"

struct player {
	const struct talk *t;
	struct smtp *s;
	struct buf *events;
	bool in_body;
};

static void
note(struct player *p, const char *what, struct str text)
{
	(void)buf_addf(p->events, "%s<", what);
	(void)buf_add(p->events, text);
	(void)buf_addz(p->events, "> ");
}

static enum smtp_answer
on_mail(void *ctx, struct str from)
{
	struct player *p = ctx;

	note(p, "mail", from);
	return p->t->mail;
}

static enum smtp_answer
on_rcpt(void *ctx, struct str to)
{
	struct player *p = ctx;

	note(p, "rcpt", to);
	if (str_index(to, '@') != SIZE_MAX && !str_ends(to, S("@here")))
		return SMTP_NO_RELAY;
	if (!str_starts(to, S("u")))
		return SMTP_OK;
	if (p->t->hold)
		smtp_hold(p->s);
	return SMTP_UNKNOWN;
}

static enum smtp_answer
on_begin(void *ctx)
{
	struct player *p = ctx;

	note(p, "begin", (struct str){ 0 });
	return p->t->begin;
}

static enum smtp_answer
on_body(void *ctx, struct str octets)
{
	struct player *p = ctx;

	assert_true(octets.n > 0);
	if (!p->in_body)
		(void)buf_addz(p->events, "body:");
	p->in_body = true;
	(void)buf_add(p->events, octets);
	return p->t->body;
}

static enum smtp_answer
on_end(void *ctx)
{
	struct player *p = ctx;

	p->in_body = false;
	note(p, " end", (struct str){ 0 });
	return p->t->end;
}

static void
on_drop(void *ctx, enum smtp_answer why)
{
	struct player *p = ctx;

	p->in_body = false;
	note(p, "drop",
	     why == SMTP_FULL        ? S("full")
	     : why == SMTP_TOO_LARGE ? S("large")
	     : why == SMTP_LOOP      ? S("loop")
				     : (struct str){ 0 });
}

static const struct smtp_owner owner = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.begin = on_begin,
	.body = on_body,
	.end = on_end,
	.drop = on_drop,
};

/* What the server does between two pieces of input. */
static void
between(struct player *p, struct buf *out)
{
	if (smtp_state(p->s) == SMTP_WAITING)
		smtp_answer(p->s, p->t->late, S("q1"), out);
	if (smtp_state(p->s) == SMTP_HELD)
		smtp_release(p->s);
}

static void
send_piece(struct player *p, struct str piece, size_t most, struct buf *out)
{
	while (piece.n > 0) {
		struct str part = str_sub(piece, 0, most);
		size_t n = smtp_feed(p->s, part, out);

		piece = str_sub(piece, n, SIZE_MAX);
		between(p, out);
		if (n < part.n && smtp_state(p->s) != SMTP_READY &&
		    smtp_state(p->s) != SMTP_BODY)
			break;
	}
}

void
talk_play(const struct talk *t, size_t most, struct buf *replies,
	  struct buf *events, enum smtp_state *last)
{
	struct player p = { .t = t, .events = events };
	struct smtp_options options = t->options;

	if (options.host.n == 0)
		options.host = S("mx.example.net");
	if (options.size_max == 0)
		options.size_max = 10000;
	p.s = smtp_new(&options, &owner, &p);
	for (size_t i = 0; i < COUNT_OF(t->client); i++) {
		send_piece(&p, t->client[i], most, replies);
		if (smtp_state(p.s) == SMTP_TLS &&
		    i + 1 < COUNT_OF(t->client) && t->client[i + 1].n > 0)
			smtp_secured(p.s);
	}
	*last = smtp_state(p.s);
	smtp_free(p.s);
}

void
talk_check(const struct talk *t)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 3, 7 };

	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		SCOPED_BUF replies = BUF(1 << 20);
		SCOPED_BUF events = BUF(1 << 20);
		enum smtp_state last;

		talk_play(t, pieces[i], &replies, &events, &last);
		if (t->replies != NULL)
			assert_string_equal(buf_c(&replies), t->replies);
		if (t->events != NULL)
			assert_string_equal(buf_c(&events), t->events);
		assert_int_equal(last, t->last);
	}
}
