#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"

#include <string.h>
#include <time.h>

#define APEX "\4host\7example"

static char long_text[LAB_LONG + 1];

#define TEXT(literal) STR(literal)
#define NAME(literal)                                                          \
	{                                                                      \
		literal, sizeof(literal)                                       \
	}

static const struct dnswire_record apex[] = {
	{ DNSWIRE_NS, 0, NAME("\3ns1" APEX) },
	{ DNSWIRE_NS, 0, NAME("\2ns\5other\4test") },
	{ DNSWIRE_A, 0, TEXT("\300\0\2\1") },
};
static const struct dnswire_record ns1[] = {
	{ DNSWIRE_A, 0, TEXT("\300\0\2\65") },
	{ DNSWIRE_AAAA, 0, TEXT("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\65") },
};
static const struct dnswire_record policy[] = {
	{ DNSWIRE_A, 0, TEXT("\300\0\2\120") },
	{ DNSWIRE_A, 0, TEXT("\300\0\2\121") },
	{ DNSWIRE_CAA, 0, TEXT("ca.test; accounturi=x") },
};
static const struct dnswire_record sts[] = {
	{ DNSWIRE_TXT, 0, TEXT("v=STSv1; id=1;") },
};
static struct dnswire_record too_long[] = {
	{ DNSWIRE_TXT, 0, { long_text, LAB_LONG } },
};
static struct dnswire_record split[] = {
	{ DNSWIRE_TXT, 0, { long_text, 300 } },
};
static struct dnswire_record exact[] = {
	{ DNSWIRE_TXT, 0, { long_text, 255 } },
};
static const struct dnswire_record empty_text[] = {
	{ DNSWIRE_TXT, 0, TEXT("") },
};
static const struct dnswire_record alias[] = {
	{ DNSWIRE_CNAME, 0, NAME("\3tok\1p" APEX) },
};
static const struct dnswire_record twice[] = {
	{ DNSWIRE_CNAME, 0, NAME("\5alias" APEX) },
};
static const struct dnswire_record leaves[] = {
	{ DNSWIRE_CNAME, 0, NAME("\5there\5other\4test") },
};
static const struct dnswire_record dangling[] = {
	{ DNSWIRE_CNAME, 0, NAME("\7nothing" APEX) },
};
static const struct dnswire_record circle[] = {
	{ DNSWIRE_CNAME, 0, NAME("\6circle" APEX) },
};
static const struct dnswire_record mail[] = {
	{ DNSWIRE_MX, 10, NAME("\3ns1" APEX) },
};

#define AT(name, records)                                                      \
	{                                                                      \
		name, records, COUNT_OF(records)                               \
	}
static const struct {
	const char *name;
	const struct dnswire_record *at;
	size_t n;
} nodes[] = {
	AT("", apex),           AT("ns1", ns1),
	AT("tok.p", policy),    AT("tok.s", sts),
	AT("long.s", too_long), AT("split.s", split),
	AT("exact.s", exact),   AT("empty.s", empty_text),
	AT("alias", alias),     AT("twice", twice),
	AT("leaves", leaves),   AT("dangling", dangling),
	AT("circle", circle),   AT("mx", mail),
	AT("a.b.c.d", sts),
};

static bool
find(void *ctx, const struct str *labels, size_t n, struct dnswire_node *out)
{
	SCOPED_BUF name = BUF(2 * DNSWIRE_NAME_MAX);
	SCOPED_BUF below = BUF(2 * DNSWIRE_NAME_MAX);
	bool found = false;

	(void)ctx;
	for (size_t i = 0; i < n; i++) {
		buf_addz(&name, i ? "." : "");
		buf_add(&name, labels[i]);
	}
	buf_addf(&below, ".%s", buf_c(&name));
	for (size_t i = 0; i < COUNT_OF(nodes); i++) {
		struct str here = str_of(nodes[i].name);

		if (str_eq(here, buf_str(&name))) {
			out->at = nodes[i].at;
			out->n = nodes[i].n;
			return true;
		}
		found = found || str_ends(here, buf_str(&below));
	}
	return found;
}

static bool
each(void *ctx,
     bool (*visit)(void *to, const struct str *labels, size_t n,
		   const struct dnswire_node *node),
     void *to)
{
	(void)ctx;
	for (size_t i = 1; i < COUNT_OF(nodes); i++) {
		struct str rest = str_of(nodes[i].name), labels[8];
		const struct dnswire_node node = { .at = nodes[i].at,
						   .n = nodes[i].n };
		size_t n = 0;

		while (str_split(&rest, '.', &labels[n]))
			n++;
		if (!visit(to, labels, n, &node))
			return false;
	}
	return true;
}

const struct dnswire_zone *
lab_zone(void)
{
	static struct dnswire_zone zone = { .serial = 7,
					    .ttl = 300,
					    .minimum = 60,
					    .find = find,
					    .each = each };

	memset(long_text, 'x', LAB_LONG);
	assert_true(dnswire_name_of(S("Host.Example."), &zone.apex));
	assert_true(dnswire_name_of(S("ns1.host.example"), &zone.mname));
	assert_true(dnswire_name_of(S("hostmaster.host.example"), &zone.rname));
	return &zone;
}

const struct dnswire_key *
lab_key(void)
{
	static struct dnswire_key key;

	assert_true(
		dnswire_key_parse(S(LAB_KEY_NAME " " LAB_SECRET "\n"), &key));
	return &key;
}

static size_t
put16(uint8_t *out, size_t n, unsigned value)
{
	out[n] = (uint8_t)(value >> 8);
	out[n + 1] = (uint8_t)value;
	return n + 2;
}

size_t
lab_write(const struct lab_query *q, uint8_t out[512])
{
	struct str rest = str_of(q->name), label;
	size_t n = put16(out, 0, 0x1234);

	n = put16(out, n, q->flags);
	n = put16(out, n, 1);
	n = put16(out, n, 0);
	n = put16(out, n, 0);
	n = put16(out, n, q->edns ? 1 : 0);
	while (str_split(&rest, '.', &label) && label.n > 0) {
		out[n++] = (uint8_t)label.n;
		memcpy(out + n, label.p, label.n);
		n += label.n;
	}
	out[n++] = 0;
	n = put16(out, n, q->type);
	n = put16(out, n, q->class ? q->class : 1);
	if (q->edns) {
		out[n++] = 0;
		n = put16(out, n, DNSWIRE_OPT);
		n = put16(out, n, q->edns);
		n = put16(out, n, q->version);
		n = put16(out, n, q->dnssec ? 0x8000 : 0);
		n = put16(out, n, 0);
	}
	return n;
}

void
lab_ask(struct str query, bool tcp, struct lab_answer *out)
{
	const struct dnswire_ask ask = { .query = query,
					 .tcp = tcp,
					 .now = time(NULL),
					 .keys = lab_key(),
					 .key_n = 1 };

	out->packet = NULL;
	out->reply = (struct dnswire_reply){ .p = out->octets,
					     .room = tcp ? DNSWIRE_TCP_MAX
							 : DNSWIRE_UDP_MAX };
	out->what = dnswire_answer(lab_zone(), &ask, &out->reply);
	if (out->what != DNSWIRE_SEND)
		return;
	assert_true(out->reply.n <= out->reply.room);
	if (ldns_wire2pkt(&out->packet, out->octets, out->reply.n) !=
	    LDNS_STATUS_OK)
		fail_msg("ldns cannot read the answer");
}

void
lab_ask_for(const struct lab_query *q, bool tcp, struct lab_answer *out)
{
	uint8_t query[512];
	size_t n = lab_write(q, query);

	lab_ask((struct str){ (const char *)query, n }, tcp, out);
}

void
lab_done(struct lab_answer *a)
{
	ldns_pkt_free(a->packet);
	a->packet = NULL;
}

const char *
lab_text(const ldns_rr_list *records, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++) {
		char *text = ldns_rr2str(ldns_rr_list_rr(records, i));

		for (char *c = text; *c; c++)
			*c = *c == '\t' || *c == '\n' ? ' ' : *c;
		buf_addz(out, i ? "; " : "");
		buf_add(out, str_trim(str_of(text)));
		LDNS_FREE(text);
	}
	return buf_c(out);
}
