/* look.c - our own look at a policy, as a sender fetches it: at every address
 * of the policy hosts, before anybody is told of a new id. */
#include "hosting/private.h"

/* What a sender would say of this answer; NULL: it takes the policy. */
static const char *
fault_of(const struct hosting_look *look, const struct facts_web *web)
{
	if (web->stage != FACTS_DONE)
		return "hosting.not_reached";
	if (!facts_cert_holds(&web->tls.cert, look->host,
			      facts_now(look->facts)))
		return "hosting.bad_certificate";
	if (web->status != 200 || web->cut || web->over)
		return "hosting.not_served";
	return str_eq(web->body, look->body) ? NULL : "hosting.other_policy";
}

bool
hosting_look_judge(void *ctx)
{
	struct hosting_look *look = ctx;
	bool complete = true;

	look->served = true;
	for (size_t i = 0; i < look->zone->address_n; i++) {
		const struct netaddr *at = &look->zone->address[i];
		const struct facts_web *web =
			facts_fetch(look->facts, look->host,
				    S("/.well-known/mta-sts.txt"), at);
		char text[NETADDR_PRINT_MAX];
		const char *fault = web ? fault_of(look, web) : NULL;

		complete = complete && web;
		if (!fault)
			continue;
		look->served = false;
		(void)diag_set(&look->why, ERR_IO, fault, 0, "%s",
			       netaddr_print(at, text));
	}
	return complete;
}
