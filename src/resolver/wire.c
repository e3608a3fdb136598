/* wire.c - names between text and ldns, questions as packets, and which packet
 * answers which question. */
#include "resolver/private.h"

#include <string.h>

enum {
	HEADER = 12,
	UDP_SIZE = 1232, /* what passes every link unbroken (DNS flag day) */
	QUESTION_TAIL = 4,
	RCODE_AT = 3,
	RCODE_MASK = 15
};

static void
lower(char *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i] >= 'A' && c[i] <= 'Z')
			c[i] = (char)(c[i] - 'A' + 'a');
}

struct str
resolver_name_copy(struct str name, char *room)
{
	struct str copy = { room, name.n };

	if (name.n > 0)
		memcpy(room, name.p, name.n);
	lower(room, name.n);
	if (str_ends(copy, S(".")) && !str_ends(copy, S("\\.")))
		copy.n--;
	return copy;
}

bool
resolver_name_read(struct str text, ldns_rdf **out)
{
	char c[RESOLVER_NAME_ROOM];

	if (text.n >= sizeof c || memchr(text.p ? text.p : "", 0, text.n))
		return false;
	if (text.n == 0)
		text = S(".");
	memcpy(c, text.p, text.n);
	c[text.n] = '\0';
	*out = ldns_dname_new_frm_str(c);
	return *out != NULL;
}

bool
resolver_name_print(const ldns_rdf *name, struct arena *mem, struct str *out)
{
	ldns_buffer *b = ldns_buffer_new(RESOLVER_NAME_ROOM);
	struct str text = { 0 };
	bool ok;

	ok = b && ldns_rdf2buffer_str_dname(b, name) == LDNS_STATUS_OK;
	if (ok) {
		text.p = (const char *)ldns_buffer_begin(b);
		text.n = ldns_buffer_position(b);
		lower((char *)ldns_buffer_begin(b), text.n);
		if (text.n > 0)
			text.n--; /* the dot of the root */
		ok = arena_dup(mem, text, out);
	}
	ldns_buffer_free(b);
	return ok;
}

/* ---- questions ---- */

static ldns_pkt *
make_query(const ldns_rdf *name, uint16_t type, bool edns)
{
	ldns_rdf *copy = ldns_rdf_clone(name);
	ldns_pkt *pkt = copy ? ldns_pkt_query_new(copy, (ldns_rr_type)type,
						  LDNS_RR_CLASS_IN, 0)
			     : NULL;

	if (!pkt)
		ldns_rdf_deep_free(copy);
	else if (edns)
		ldns_pkt_set_edns_udp_size(pkt, UDP_SIZE);
	return pkt;
}

bool
resolver_query_write(struct resolver_query *q, const ldns_rdf *name,
		     uint16_t type, bool edns)
{
	ldns_pkt *pkt = make_query(name, type, edns);
	ldns_buffer *b = ldns_buffer_new(RESOLVER_QUERY_ROOM);
	bool ok = pkt && b && ldns_pkt2buffer_wire(b, pkt) == LDNS_STATUS_OK &&
		  ldns_buffer_position(b) <= sizeof q->at;

	if (ok) {
		q->n = ldns_buffer_position(b);
		memcpy(q->at, ldns_buffer_begin(b), q->n);
		q->question_n = ldns_rdf_size(name) + QUESTION_TAIL;
	}
	ldns_buffer_free(b);
	ldns_pkt_free(pkt);
	return ok;
}

void
resolver_query_number(struct resolver_query *q, uint16_t id)
{
	q->at[0] = (uint8_t)(id >> 8);
	q->at[1] = (uint8_t)id;
}

static bool
same_question(const struct resolver_query *q, const uint8_t *p)
{
	const uint8_t *mine = q->at + HEADER;
	size_t name_n = q->question_n - QUESTION_TAIL;
	/* Bytes that count labels are below every letter. */
	struct str a = { (const char *)mine, name_n };
	struct str b = { (const char *)p, name_n };

	return str_eq_fold(a, b) &&
	       memcmp(mine + name_n, p + name_n, QUESTION_TAIL) == 0;
}

static unsigned
rcode(const uint8_t *p)
{
	return p[RCODE_AT] & RCODE_MASK;
}

bool
resolver_query_fits(const struct resolver_query *q, struct str packet)
{
	const uint8_t *p = (const uint8_t *)packet.p;
	unsigned questions;

	if (packet.n < HEADER || memcmp(p, q->at, 2) != 0 || !LDNS_QR_WIRE(p) ||
	    LDNS_OPCODE_WIRE(p) != LDNS_PACKET_QUERY)
		return false;
	questions = LDNS_QDCOUNT(p);
	if (questions == 0)
		return rcode(p) != LDNS_RCODE_NOERROR &&
		       rcode(p) != LDNS_RCODE_NXDOMAIN;
	return questions == 1 && packet.n >= HEADER + q->question_n &&
	       same_question(q, p + HEADER);
}

bool
resolver_is_truncated(struct str packet)
{
	return packet.n >= HEADER && LDNS_TC_WIRE((const uint8_t *)packet.p);
}

bool
resolver_is_puzzled(struct str packet)
{
	unsigned code;

	if (packet.n < HEADER)
		return false;
	code = rcode((const uint8_t *)packet.p);
	return code == LDNS_RCODE_FORMERR || code == LDNS_RCODE_NOTIMPL;
}
