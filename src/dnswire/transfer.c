/* transfer.c - the whole zone for its secondaries (RFC 5936), and telling them
 * that there is a new one (RFC 1996). */
#include "dnswire/private.h"

#include <string.h>

enum {
	/* Octets of a message: pointers reach its first 16 KiB only, and a
	 * record may be some KiB. */
	MESSAGE_FULL = 16 << 10,
	MESSAGE_ROOM = DNSWIRE_TCP_MAX,
	SECTION_ANSWER = 6
};

struct stream {
	const struct dnswire_zone *zone;
	struct dnswire_transfer *t;
	struct question q;
	struct writer w;
	unsigned records; /* in this message */
	bool first, lost;
};

static void
begin_message(struct stream *s)
{
	s->w.n = 0;
	s->w.full = false;
	dnswire_put_head(&s->w, s->t->query, &s->q, FLAG_AA);
	s->records = 0;
}

static void
end_message(struct stream *s)
{
	const struct signing how = { .chain = &s->t->chain,
				     .now = s->t->clock(),
				     .first = s->first,
				     .id = s->q.id };

	dnswire_set16(&s->w, SECTION_ANSWER, s->records);
	s->w.room += dnswire_sign_room(&how.chain->key->name);
	dnswire_sign(&s->w, &how);
	s->w.room -= dnswire_sign_room(&how.chain->key->name);
	s->first = false;
	if (!s->t->send(s->t->ctx,
			(struct str){ (const char *)s->w.p, s->w.n }))
		s->lost = true;
	begin_message(s);
}

/* The apex stands in the question, which every message has. */
static void
put_owner(struct stream *s, const struct str *labels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		dnswire_put8(&s->w, (unsigned)labels[i].n);
		dnswire_put(&s->w, labels[i].p, labels[i].n);
	}
	dnswire_put16(&s->w, POINTER << 8 | HEADER);
}

static void
wrote_record(struct stream *s)
{
	s->records++;
	if (s->w.n >= MESSAGE_FULL)
		end_message(s);
}

static bool
put_node(void *to, const struct str *labels, size_t n,
	 const struct dnswire_node *node)
{
	struct stream *s = to;

	for (size_t i = 0; i < node->n && !s->lost; i++) {
		put_owner(s, labels, n);
		dnswire_put_record(&s->w, &node->at[i], s->zone->ttl);
		/* Longer than any message: nobody could be told it. */
		s->lost = s->lost || s->w.full;
		wrote_record(s);
	}
	return !s->lost;
}

static void
put_soa(struct stream *s)
{
	put_owner(s, NULL, 0);
	dnswire_put_soa(&s->w, s->zone, s->zone->ttl);
	wrote_record(s);
}

bool
dnswire_transfer(const struct dnswire_zone *zone, struct dnswire_transfer *t)
{
	struct stream s = { .zone = zone, .t = t, .first = true };
	struct dnswire_node apex = { .n = 0 };
	bool whole;

	if (dnswire_read(t->query, &s.q) != SENSE_GOOD || !t->chain.key)
		return false;
	s.w = (struct writer){ .p = heap_new(MESSAGE_ROOM),
			       .room = MESSAGE_ROOM -
				       dnswire_sign_room(&t->chain.key->name),
			       .apex = &zone->apex,
			       .apex_at = HEADER };
	begin_message(&s);
	put_soa(&s);
	whole = zone->find(zone->ctx, NULL, 0, &apex) &&
		put_node(&s, NULL, 0, &apex) &&
		zone->each(zone->ctx, put_node, &s);
	if (whole) {
		put_soa(&s);
		if (s.records > 0)
			end_message(&s);
	}
	heap_free(s.w.p);
	return whole && !s.lost;
}

/* ---- NOTIFY ---- */

size_t
dnswire_notify(const struct dnswire_zone *zone, uint16_t id,
	       const struct dnswire_key *key, int64_t now,
	       uint8_t out[DNSWIRE_NOTIFY_MAX])
{
	struct writer w = { .p = out, .room = DNSWIRE_NOTIFY_MAX };
	struct dnswire_chain chain = { .key = key };

	dnswire_put16(&w, id);
	dnswire_put16(&w, OPCODE_NOTIFY << 11 | FLAG_AA);
	dnswire_put16(&w, 1);
	dnswire_put16(&w, 1);
	dnswire_put32(&w, 0);
	dnswire_put_name(&w, dnswire_name_str(&zone->apex), false);
	dnswire_put16(&w, DNSWIRE_SOA);
	dnswire_put16(&w, CLASS_IN);
	w.apex = &zone->apex;
	w.apex_at = HEADER;
	dnswire_put16(&w, POINTER << 8 | HEADER);
	dnswire_put_soa(&w, zone, zone->ttl);
	if (key) {
		const struct signing how = { .chain = &chain,
					     .now = now,
					     .first = true,
					     .alone = true,
					     .id = id };

		dnswire_sign(&w, &how);
	}
	return w.full ? 0 : w.n;
}

bool
dnswire_notify_taken(struct str message, uint16_t id)
{
	struct reader r = { .p = (const uint8_t *)message.p, .n = message.n };
	uint16_t got = dnswire_get16(&r), flags = dnswire_get16(&r);

	return !r.bad && got == id && flags & FLAG_QR &&
	       (flags & FLAG_OPCODE) >> 11 == OPCODE_NOTIFY &&
	       (flags & FLAG_RCODE) == DNSWIRE_NOERROR;
}
