/* add.c - the order in which a mail server is added: never in DNS before
 * senders hold a policy that names it. */
#include "stsmode/stsmode.h"

const char *
stsmode_add_name(enum stsmode_add step)
{
	static const char *const names[] = { "policy", "serve", "id",
					     "wait",   "mx",    "done" };

	return (size_t)step < COUNT_OF(names) ? names[step] : "";
}

/* Who looked just before the id changed looks again after its TTL. */
static bool
caches_over(const struct stsmode_adding *a)
{
	int64_t over;

	return a->id_since > 0 && a->ttl >= 0 &&
	       !__builtin_add_overflow(a->id_since, a->ttl, &over) &&
	       a->now >= over;
}

enum stsmode_add
stsmode_adding(const struct stsmode_adding *a)
{
	if (a->covered != STSMODE_YES)
		return STSMODE_ADD_POLICY;
	if (a->served != STSMODE_YES)
		return STSMODE_ADD_SERVE;
	if (a->id_live != STSMODE_YES)
		return STSMODE_ADD_ID;
	if (a->in_mx == STSMODE_YES)
		return STSMODE_ADD_DONE;
	return caches_over(a) ? STSMODE_ADD_MX : STSMODE_ADD_WAIT;
}
