/* apply.c - one plan, through the kind of provider it is for. */
#include "os/os.h"
#include "publish/private.h"

enum { MEMORY = 32 << 20 };

int64_t
publish_left(const struct publish_task *t)
{
	int64_t left = t->ends - os_ticks();

	if (left < 0)
		return 0;
	return left < PUBLISH_STEP_MS ? left : PUBLISH_STEP_MS;
}

enum err
publish_is_changed(const struct dnsplan_change *c, const char *how,
		   struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "publish.changed", 0, "%.*s %s%s%s",
			STR_ARG(c->name), records_type_name(c->type),
			how[0] ? ": " : "", how);
}

enum err
publish_apply(const struct provider *p, const struct dnsplan *plan, int64_t now,
	      struct diag *why)
{
	static enum err (*const ways[])(
		struct publish_task *,
		struct diag *) = { [PROVIDER_RFC2136] = publish_rfc2136,
				   [PROVIDER_POWERDNS] = publish_powerdns,
				   [PROVIDER_CLOUDFLARE] = publish_cloudflare,
				   [PROVIDER_ROUTE53] = publish_route53,
				   [PROVIDER_DESEC] = publish_desec,
				   [PROVIDER_HETZNER] = publish_hetzner,
				   [PROVIDER_DOMENESHOP] = publish_domeneshop };
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct publish_task t = { .provider = p,
				  .plan = plan,
				  .now = now,
				  .ends = os_ticks() + PUBLISH_APPLY_MS,
				  .mem = mem };

	if (plan->blocked)
		return diag_set(why, ERR_SYNTAX, "publish.blocked", 0, "%.*s",
				STR_ARG(plan->domain));
	if (!dnsplan_is_needed(plan))
		return ERR_NONE;
	return ways[p->kind](&t, why);
}
