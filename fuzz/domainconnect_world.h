/* domainconnect_world.h - a domain whose DNS provider says `body`. */
#ifndef FUZZ_DOMAINCONNECT_WORLD_H
#define FUZZ_DOMAINCONNECT_WORLD_H

#include "facts/facts.h"

/* NULL when memory ran out. */
static struct facts *
world_new(struct str body)
{
	struct facts *f = facts_new(1 << 22, 0);
	struct str host = S("dc.test");
	struct facts_cert cert = { .there = true,
				   .names = &host,
				   .names_n = 1,
				   .chain = FACTS_CHAIN_TRUSTED };
	struct facts_web web = { .stage = FACTS_DONE,
				 .status = 200,
				 .tls = { .cert = cert },
				 .body = body };
	struct facts_question q = { .kind = FACTS_WEB,
				    .name = host,
				    .path = S("/v2/a.test/settings") };
	struct str names = S("_domainconnect.a.test TXT dc.test\n"
			     "dc.test A 192.0.2.1\n");

	if (facts_put_world(f, names, NULL) == ERR_NONE &&
	    netaddr_parse(S("192.0.2.1"), &q.address) &&
	    facts_put_web(f, &q, &web))
		return f;
	facts_free(f);
	return NULL;
}

#endif
