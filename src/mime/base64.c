/* base64.c - base64 as it arrives: one line of megabytes, rubbish between the
 * characters, no padding, several encoded pieces in a row. */
#include "mime/parts.h"

enum { BAD = 0x80, SPACE = 0x81, PAD = 0x82, GROUP = 4, CHUNK = 12 << 10 };

/* Value of each character; computed once per call site is cheaper to read
 * than a table of 256 numbers, and as fast. */
static void
fill_values(uint8_t values[256])
{
	static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	for (unsigned i = 0; i < 256; i++)
		values[i] = BAD;
	for (unsigned i = 0; i < sizeof ALPHABET - 1; i++)
		values[(unsigned char)ALPHABET[i]] = (uint8_t)i;
	values[' '] = values['\t'] = values['\r'] = values['\n'] = SPACE;
	values['='] = PAD;
}

struct decoder {
	uint8_t values[256];
	uint8_t out[CHUNK]; /* decoded, not yet handed over */
	size_t n;
	uint32_t bits; /* of a group not yet complete */
	unsigned have; /* characters in it, 0-3 */
	unsigned pads; /* that followed them */
	bool repaired;
};

static void
put(struct decoder *d, uint32_t bits, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		d->out[d->n++] = (uint8_t)(bits >> (16 - 8 * i));
}

/* What a group that stays incomplete still holds: 12 bits are one byte, 18
 * are two, 6 are none. */
static void
end_group(struct decoder *d)
{
	if (d->have == 1 || (d->have > 0 && d->pads != GROUP - d->have))
		d->repaired = true;
	if (d->have > 1)
		put(d, d->bits << 6 * (GROUP - d->have), d->have - 1);
	d->have = 0;
	d->pads = 0;
	d->bits = 0;
}

static void
take_one(struct decoder *d, uint8_t value)
{
	if (value == SPACE)
		return;
	if (value == PAD) {
		if (d->have == 0 || ++d->pads > GROUP - d->have)
			d->repaired = true;
		return;
	}
	if (value == BAD) {
		d->repaired = true;
		return;
	}
	if (d->pads > 0) { /* another encoded piece begins */
		end_group(d);
		d->repaired = true;
	}
	d->bits = d->bits << 6 | value;
	if (++d->have == GROUP) {
		put(d, d->bits, GROUP - 1);
		d->have = 0;
		d->bits = 0;
	}
}

/* Whole groups without anything between them: nearly all of any text. */
static const uint8_t *
take_groups(struct decoder *d, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *v = d->values;
	uint8_t *out = d->out + d->n;

	while (end - p >= GROUP) {
		uint8_t a = v[p[0]], b = v[p[1]], c = v[p[2]], e = v[p[3]];

		if ((a | b | c | e) & BAD)
			break;
		out[0] = (uint8_t)(a << 2 | b >> 4);
		out[1] = (uint8_t)(b << 4 | c >> 2);
		out[2] = (uint8_t)(c << 6 | e);
		out += 3;
		p += GROUP;
	}
	d->n = (size_t)(out - d->out);
	return p;
}

/* A piece of input short enough to fit into `out` when decoded. */
static void
take_piece(struct decoder *d, struct str piece)
{
	const uint8_t *p = (const uint8_t *)piece.p;
	const uint8_t *end = p + piece.n;

	while (p < end) {
		if (d->have == 0 && d->pads == 0)
			p = take_groups(d, p, end);
		if (p < end)
			take_one(d, d->values[*p++]);
	}
}

bool
mime_base64(struct buf *out, struct str text, bool *repaired)
{
	struct decoder d = { .n = 0 };
	bool ok = true;

	fill_values(d.values);
	while (ok && text.n > 0) {
		struct str piece = str_sub(text, 0, CHUNK);

		take_piece(&d, piece);
		text = str_sub(text, piece.n, SIZE_MAX);
		ok = buf_add(out, (struct str){ (char *)d.out, d.n });
		d.n = 0;
	}
	end_group(&d);
	if (d.repaired)
		*repaired = true;
	return ok && buf_add(out, (struct str){ (char *)d.out, d.n });
}
