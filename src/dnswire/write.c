/* write.c - names and records as octets. */
#include "dnswire/private.h"

#include <string.h>

enum { STRING_MAX = 255, POINTER_BITS = 0xC000, POINTER_MAX = 0x3FFF };

void
dnswire_put(struct writer *w, const void *bytes, size_t n)
{
	if (w->full || n > w->room - w->n) {
		w->full = true;
		return;
	}
	if (n > 0)
		memcpy(w->p + w->n, bytes, n);
	w->n += n;
}

void
dnswire_put8(struct writer *w, unsigned value)
{
	const uint8_t b = (uint8_t)value;

	dnswire_put(w, &b, 1);
}

void
dnswire_put16(struct writer *w, unsigned value)
{
	const uint8_t b[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	dnswire_put(w, b, sizeof b);
}

void
dnswire_put32(struct writer *w, uint32_t value)
{
	dnswire_put16(w, value >> 16);
	dnswire_put16(w, value & 0xFFFF);
}

void
dnswire_put48(struct writer *w, uint64_t value)
{
	dnswire_put16(w, (unsigned)(value >> 32 & 0xFFFF));
	dnswire_put32(w, (uint32_t)value);
}

void
dnswire_set16(struct writer *w, size_t at, unsigned value)
{
	w->p[at] = (uint8_t)(value >> 8);
	w->p[at + 1] = (uint8_t)value;
}

/* Octets of `name` that stand before the apex; all of them when it is not at
 * the end, or not to be pointed to. */
static size_t
before_apex(const struct writer *w, struct str name)
{
	size_t at = 0;

	if (w->apex_at == 0 || w->apex_at > POINTER_MAX || w->apex->n <= 1)
		return name.n;
	while (at < name.n && name.n - at > w->apex->n)
		at += 1U + (uint8_t)name.p[at];
	if (at < name.n && name.n - at == w->apex->n &&
	    memcmp(name.p + at, w->apex->b, w->apex->n) == 0)
		return at;
	return name.n;
}

void
dnswire_put_name(struct writer *w, struct str name, bool compress)
{
	size_t n = compress ? before_apex(w, name) : name.n;

	dnswire_put(w, name.p, n);
	if (n < name.n)
		dnswire_put16(w, POINTER_BITS | (unsigned)w->apex_at);
}

void
dnswire_put_head(struct writer *w, struct str query, const struct question *q,
		 unsigned flags)
{
	dnswire_put16(w, q->id);
	dnswire_put16(w,
		      FLAG_QR | (q->flags & (FLAG_OPCODE | FLAG_RD)) | flags);
	dnswire_put16(w, q->asked ? 1 : 0);
	dnswire_put16(w, 0);
	dnswire_put32(w, 0);
	/* Octet for octet, also the case of its letters. */
	if (q->asked)
		dnswire_put(w, query.p + HEADER, q->end - HEADER);
}

static void
put_text(struct writer *w, struct str text)
{
	do {
		struct str part = str_sub(text, 0, STRING_MAX);

		dnswire_put8(w, (unsigned)part.n);
		dnswire_put(w, part.p, part.n);
		text = str_sub(text, part.n, SIZE_MAX);
	} while (text.n > 0);
}

static void
put_data(struct writer *w, const struct dnswire_record *r)
{
	static const uint8_t issue[] = { 0, 5, 'i', 's', 's', 'u', 'e' };

	switch (r->type) {
	case DNSWIRE_MX:
		dnswire_put16(w, r->preference);
		dnswire_put_name(w, r->data, true);
		break;
	case DNSWIRE_NS:
	case DNSWIRE_CNAME:
		dnswire_put_name(w, r->data, true);
		break;
	case DNSWIRE_TXT:
		put_text(w, r->data);
		break;
	case DNSWIRE_CAA:
		dnswire_put(w, issue, sizeof issue);
		dnswire_put(w, r->data.p, r->data.n);
		break;
	default:
		dnswire_put(w, r->data.p, r->data.n);
	}
}

static size_t
begin_record(struct writer *w, unsigned type, uint32_t ttl)
{
	dnswire_put16(w, type);
	dnswire_put16(w, CLASS_IN);
	dnswire_put32(w, ttl);
	dnswire_put16(w, 0);
	return w->n;
}

static void
end_record(struct writer *w, size_t data)
{
	if (w->full)
		return;
	if (w->n - data > UINT16_MAX)
		w->full = true;
	else
		dnswire_set16(w, data - 2, (unsigned)(w->n - data));
}

void
dnswire_put_record(struct writer *w, const struct dnswire_record *r,
		   uint32_t ttl)
{
	size_t data = begin_record(w, r->type, ttl);

	put_data(w, r);
	end_record(w, data);
}

void
dnswire_put_soa(struct writer *w, const struct dnswire_zone *zone, uint32_t ttl)
{
	/* Secondaries ask again after an hour, then every ten minutes, and
	 * serve what they have for two weeks. */
	enum { REFRESH = 3600, RETRY = 600, EXPIRE = 14 * CIVIL_DAY };
	size_t data = begin_record(w, DNSWIRE_SOA, ttl);

	dnswire_put_name(w, dnswire_name_str(&zone->mname), true);
	dnswire_put_name(w, dnswire_name_str(&zone->rname), true);
	dnswire_put32(w, zone->serial);
	dnswire_put32(w, REFRESH);
	dnswire_put32(w, RETRY);
	dnswire_put32(w, EXPIRE);
	dnswire_put32(w, zone->minimum);
	end_record(w, data);
}
