/* dnswire_run.h - questions to a zone of a few names, and what holds for every
 * answer. */
#ifndef FUZZ_DNSWIRE_RUN_H
#define FUZZ_DNSWIRE_RUN_H

#include "dnswire/dnswire.h"

#include <assert.h>
#include <string.h>

/* "h.": TXT at a.s.h, nothing of its own at s.h, an alias at c.h. */
static bool
find(void *ctx, const struct str *labels, size_t n, struct dnswire_node *out)
{
	static const struct dnswire_record text = {
		.type = DNSWIRE_TXT, .data = STR("v=STSv1; id=1;")
	};
	static const struct dnswire_record alias = {
		.type = DNSWIRE_CNAME, .data = STR("\1a\1s\1h\0")
	};

	(void)ctx;
	out->at = n == 1 ? &alias : &text;
	out->n = n == 1 && str_eq(labels[0], S("s")) ? 0 : 1;
	return n < 3;
}

static bool
each(void *ctx,
     bool (*visit)(void *to, const struct str *labels, size_t n,
		   const struct dnswire_node *node),
     void *to)
{
	(void)ctx;
	(void)visit;
	(void)to;
	return true;
}

static int64_t
now(void)
{
	return 1700000000;
}

static bool
take(void *ctx, struct str message)
{
	(void)ctx;
	return message.n > 0;
}

/* One question with both rooms that there are. */
static void
dnswire_run(struct str query, bool tcp)
{
	static uint8_t answer[DNSWIRE_TCP_MAX];
	struct dnswire_zone zone = { .ttl = 300, .find = find, .each = each };
	struct dnswire_key key;
	struct dnswire_reply reply = { .p = answer };
	static const uint8_t secret[DNSWIRE_COOKIE_SECRET] = { 1 };
	const struct netaddr from = { { 0 } };
	const struct dnswire_ask ask = { query, tcp,   now(), &key,
					 1,     &from, secret };

	reply.room = tcp ? DNSWIRE_TCP_MAX : DNSWIRE_UDP_MAX;
	assert(dnswire_name_of(S("h"), &zone.apex));
	zone.mname = zone.rname = zone.apex;
	assert(dnswire_key_parse(S("k QUJD"), &key));
	switch (dnswire_answer(&zone, &ask, &reply)) {
	case DNSWIRE_SILENCE:
		return;
	case DNSWIRE_SEND:
		assert(reply.n >= 12 && reply.n <= reply.room);
		assert(answer[2] & 0x80 && memcmp(answer, query.p, 2) == 0);
		dnswire_cut(&reply);
		assert(reply.n >= 12);
		return;
	case DNSWIRE_STREAM:
		break;
	}
	assert(tcp && reply.chain.key);
	(void)dnswire_transfer(&zone,
			       &(struct dnswire_transfer){ query, reply.chain,
							   now, take, NULL });
}

#endif
