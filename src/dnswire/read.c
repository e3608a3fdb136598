/* read.c - the form of a message: header, question, where its records are. */
#include "dnswire/private.h"

#include <string.h>

uint8_t
dnswire_get8(struct reader *r)
{
	const uint8_t *p = dnswire_take(r, 1);

	return p ? p[0] : 0;
}

uint16_t
dnswire_get16(struct reader *r)
{
	const uint8_t *p = dnswire_take(r, 2);

	return (uint16_t)(p ? p[0] << 8 | p[1] : 0);
}

uint32_t
dnswire_get32(struct reader *r)
{
	uint32_t high = dnswire_get16(r);

	return high << 16 | dnswire_get16(r);
}

uint64_t
dnswire_get48(struct reader *r)
{
	uint64_t high = dnswire_get16(r);

	return high << 32 | dnswire_get32(r);
}

const uint8_t *
dnswire_take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p + r->at;

	if (r->bad || n > r->n - r->at) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Goes on where a pointer shows to; `least` is where the name began so far,
 * so that none can be followed for ever. */
static void
follow(struct reader *r, uint8_t high, size_t *least)
{
	size_t to = (size_t)(high & ~POINTER & 0xFF) << 8 | dnswire_get8(r);

	if (r->bad || to < HEADER || to >= *least) {
		r->bad = true;
		return;
	}
	*least = r->at = to;
}

void
dnswire_get_name(struct reader *r, bool pointers, struct dnswire_name *out)
{
	size_t least = r->at, behind = 0, n = 0;
	uint8_t length;

	out->n = 0;
	do {
		const uint8_t *label;

		length = dnswire_get8(r);
		if (pointers && (length & POINTER) == POINTER) {
			size_t here = r->at + 1;

			follow(r, length, &least);
			behind = behind ? behind : here;
			continue;
		}
		label = dnswire_take(r, length);
		if (!label || length > LABEL_MAX ||
		    n + length + 1 > DNSWIRE_NAME_MAX) {
			r->bad = true;
			return;
		}
		out->b[n++] = length;
		for (size_t i = 0; i < length; i++)
			out->b[n++] = lower(label[i]);
	} while (length != 0 && !r->bad);
	if (behind)
		r->at = behind;
	out->n = r->bad ? 0 : (uint8_t)n;
}

/* Over an owner's name; pointers are not looked at. */
static void
skip_name(struct reader *r)
{
	for (;;) {
		uint8_t length = dnswire_get8(r);

		if (length == 0)
			return;
		if ((length & POINTER) == POINTER) {
			(void)dnswire_get8(r);
			return;
		}
		if (length > LABEL_MAX || !dnswire_take(r, length)) {
			r->bad = true;
			return;
		}
	}
}

static struct place
read_record(struct reader *r, uint16_t *type)
{
	struct place place = { .at = r->at };

	skip_name(r);
	place.head = r->at;
	*type = dnswire_get16(r);
	(void)dnswire_take(r, 6); /* class and TTL */
	place.n = dnswire_get16(r);
	place.data = r->at;
	(void)dnswire_take(r, place.n);
	return place;
}

/* One OPT, of the root (RFC 6891 section 6.1.1); TSIG last of all (RFC 8945
 * section 5.1). */
static void
read_additional(struct reader *r, struct question *q)
{
	for (unsigned i = 0; i < q->additional && !r->bad; i++) {
		uint16_t type;
		struct place place = read_record(r, &type);

		if (type == DNSWIRE_OPT) {
			r->bad = r->bad || q->opt.data ||
				 place.head - place.at != 1;
			q->opt = place;
		} else if (type == DNSWIRE_TSIG) {
			r->bad = r->bad || i + 1U != q->additional;
			q->tsig = place;
		}
	}
}

static void
read_records(struct reader *r, struct question *q, unsigned answers,
	     unsigned authority)
{
	bool update = (q->flags & FLAG_OPCODE) != 0;

	/* RFC 1995 section 3: a question for changes says what it has. */
	if (!update &&
	    (answers > 0 ||
	     (authority > 0 && (q->type != DNSWIRE_IXFR || authority > 1)))) {
		r->bad = true;
		return;
	}
	for (unsigned i = 0; i < answers + authority && !r->bad; i++) {
		uint16_t type;
		struct place place = read_record(r, &type);

		if (type == DNSWIRE_SOA)
			q->soa = place;
	}
	read_additional(r, q);
	r->bad = r->bad || r->at != r->n;
}

enum sense
dnswire_read(struct str message, struct question *q)
{
	struct reader r = { .p = (const uint8_t *)message.p, .n = message.n };
	unsigned questions, answers, authority;

	*q = (struct question){ .end = HEADER };
	q->id = dnswire_get16(&r);
	q->flags = dnswire_get16(&r);
	questions = dnswire_get16(&r);
	answers = dnswire_get16(&r);
	authority = dnswire_get16(&r);
	q->additional = dnswire_get16(&r);
	if (r.bad || q->flags & FLAG_QR)
		return SENSE_NONE;
	if (questions != 1) /* RFC 9619 */
		return SENSE_BAD;
	dnswire_get_name(&r, false, &q->name);
	q->type = dnswire_get16(&r);
	q->class = dnswire_get16(&r);
	if (r.bad)
		return SENSE_BAD;
	q->asked = true;
	q->end = r.at;
	read_records(&r, q, answers, authority);
	return r.bad ? SENSE_BAD : SENSE_GOOD;
}
