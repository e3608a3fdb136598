/* reply.c - what the server says. Nothing a client sent is ever repeated, so
 * no client can write into our replies. */
#include "smtp/private.h"

void
smtp_say(struct buf *out, const char *line)
{
	(void)buf_addz(out, line);
	(void)buf_addz(out, "\r\n");
}

void
smtp_give_up(struct smtp *s, const char *line, struct buf *out)
{
	smtp_say(out, line);
	smtp_reset(s);
	s->state = SMTP_OVER;
}

void
smtp_bad(struct smtp *s, const char *line, struct buf *out)
{
	s->bad++;
	if (s->bad > SMTP_BAD_MAX)
		smtp_give_up(s, "421 4.7.0 Too many errors, closing", out);
	else
		smtp_say(out, line);
}

static const char *
answer_text(enum smtp_answer answer)
{
	switch (answer) {
	case SMTP_OK:
		return "250 2.0.0 Ok";
	case SMTP_UNKNOWN:
		return "550 5.1.1 No such recipient here";
	case SMTP_NO_RELAY:
		return "550 5.7.1 This server does not relay mail";
	case SMTP_FULL:
		return "452 4.3.1 No room just now, please try again later";
	case SMTP_TOO_LARGE:
		return "552 5.3.4 Message too large";
	case SMTP_LOOP:
		return "554 5.4.6 Too many hops, this is a mail loop";
	case SMTP_CLOSING:
		return "421 4.3.2 Closing, please try again later";
	case SMTP_LATER:
	case SMTP_TROUBLE:
		break;
	}
	return "451 4.3.0 Trouble on our side, please try again later";
}

void
smtp_say_one(enum smtp_answer answer, struct buf *out)
{
	smtp_say(out, answer_text(answer));
}

void
smtp_say_answer(const struct smtp *s, enum smtp_answer answer, struct str id,
		struct buf *out)
{
	size_t times = s->options.lmtp ? s->recipients : 1;

	/* One for each recipient that was taken: RFC 2033 section 4.2. */
	for (size_t i = 0; i < times; i++) {
		if (answer == SMTP_OK && id.n > 0)
			(void)buf_addf(out, "250 2.0.0 Ok: queued as %.*s\r\n",
				       STR_ARG(str_sub(id, 0, 64)));
		else
			smtp_say_one(answer, out);
	}
}

void
smtp_say_ehlo(const struct smtp *s, struct buf *out)
{
	(void)buf_addf(out, "250-%.*s\r\n", STR_ARG(s->options.host));
	smtp_say(out, "250-PIPELINING");
	(void)buf_addf(out, "250-SIZE %llu\r\n",
		       (unsigned long long)s->options.size_max);
	smtp_say(out, "250-8BITMIME");
	if (s->options.starttls && !s->secured)
		smtp_say(out, "250-STARTTLS");
	if (s->options.trusted) {
		smtp_say(out, "250-XCLIENT NAME ADDR PORT PROTO HELO");
		smtp_say(out, "250-XFORWARD NAME ADDR PORT PROTO HELO "
			      "IDENT SOURCE");
	}
	smtp_say(out, "250-ENHANCEDSTATUSCODES");
	smtp_say(out, "250 SMTPUTF8");
}

void
smtp_refuse(struct str host, struct buf *out)
{
	(void)buf_addf(out,
		       "421 4.3.2 %.*s Too busy, please try again later\r\n",
		       STR_ARG(host));
}
