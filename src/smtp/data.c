/* data.c - the octets of a message: where it ends, which dots are stuffed,
 * how often it was relayed. Only CRLF . CRLF ends it; a bare CR or LF is an
 * octet like any other, so that nobody can smuggle a second message. */
#include "smtp/private.h"

#include <string.h>

void
smtp_data_begin(struct smtp *s)
{
	s->state = SMTP_BODY;
	s->place = AT_BEGIN;
	s->verdict = SMTP_OK;
	s->size = 0;
	s->in_header = true;
	s->line_empty = true;
	s->received = 0;
	s->field_at = 0;
}

/* Counts Received fields. Here a bare LF ends a line as well: a loop must be
 * seen whatever a relay did to the line ends. */
static void
watch_header(struct smtp *s, struct str octets)
{
	static const char field[] = "received:";
	const unsigned colon = sizeof(field) - 2;
	const unsigned never = sizeof(field);

	for (size_t i = 0; i < octets.n && s->in_header; i++) {
		char c = octets.p[i];
		char lower = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;

		if (c == '\n') {
			s->in_header = !s->line_empty;
			s->line_empty = true;
			s->field_at = 0;
			continue;
		}
		if (c == '\r')
			continue;
		s->line_empty = false;
		if (s->field_at == colon && (c == ' ' || c == '\t'))
			continue;
		if (s->field_at >= never || lower != field[s->field_at]) {
			s->field_at = never;
			continue;
		}
		if (s->field_at == colon)
			s->received++;
		s->field_at++;
	}
}

/* The message is not wanted any more; its rest is swallowed. */
static void
refuse(struct smtp *s, enum smtp_answer verdict)
{
	s->verdict = verdict;
	s->owner->drop(s->ctx, verdict);
}

static void
pass_on(struct smtp *s, struct str octets)
{
	enum smtp_answer told;

	if (octets.n == 0)
		return;
	s->size += octets.n;
	if (s->verdict != SMTP_OK)
		return;
	if (s->size > s->options.size_max) {
		refuse(s, SMTP_TOO_LARGE);
		return;
	}
	if (s->in_header)
		watch_header(s, octets);
	if (s->received > SMTP_RECEIVED_MAX) {
		refuse(s, SMTP_LOOP);
		return;
	}
	told = s->owner->body(s->ctx, octets);
	if (told != SMTP_OK)
		refuse(s, told);
}

static void
ended(struct smtp *s, struct buf *out)
{
	enum smtp_answer told = s->verdict;

	s->mail = false; /* from here on `drop` would be one too many */
	if (told == SMTP_OK)
		told = s->owner->end(s->ctx);
	if (told == SMTP_LATER)
		s->state = SMTP_WAITING;
	else
		smtp_conclude(s, told, (struct str){ 0 }, out);
}

/* The octet at `*i`, with the run from `*run` on not yet passed on. True when
 * it was the last of the message. */
static bool
look(struct smtp *s, struct str in, size_t *i, size_t *run)
{
	char c = in.p[*i];
	const char *cr;

	switch (s->place) {
	case AT_BEGIN:
		if (c == '.') {
			pass_on(s, str_sub(in, *run, *i - *run));
			*run = *i + 1;
			s->place = AT_DOT;
			return false;
		}
		break;
	case AT_DOT:
		if (c == '\r') {
			*run = *i + 1;
			s->place = AT_DOT_CR;
			return false;
		}
		break;
	case AT_DOT_CR:
		*run = *i;
		if (c == '\n') {
			*run = *i + 1;
			return true;
		}
		pass_on(s, S("\r"));
		break;
	case AT_CR:
		if (c == '\n') {
			s->place = AT_BEGIN;
			return false;
		}
		break;
	case AT_MIDDLE:
		cr = memchr(in.p + *i, '\r', in.n - *i);
		*i = cr != NULL ? (size_t)(cr - in.p) : in.n - 1;
		c = in.p[*i];
		break;
	}
	s->place = c == '\r' ? AT_CR : AT_MIDDLE;
	return false;
}

size_t
smtp_data(struct smtp *s, struct str bytes, struct buf *out)
{
	bool last = false;
	size_t run = 0;
	size_t i = 0;

	for (; i < bytes.n && !last; i++)
		last = look(s, bytes, &i, &run);
	if (!last)
		pass_on(s, str_sub(bytes, run, i - run));
	if (last)
		ended(s, out);
	else if (s->size / 2 > s->options.size_max)
		smtp_give_up(s, "421 4.3.2 Far too large, closing", out);
	return i;
}
