/* owners.c - whose a domain is: the registered ones, read when they change. */
#include "ingest/server.h"

#include "dnsname/dnsname.h"
#include "log/log.h"

enum { DOMAINS_MAX = 1 << 20 };

static enum err
add_domain(void *ctx, const struct control_domain *d)
{
	struct server *s = ctx;

	map_put(s->domains, d->name, 1);
	return ERR_NONE;
}

void
owners_refresh(struct server *s)
{
	uint64_t stamp = control_domains_stamp(s->control);
	struct diag why = { 0 };

	if (s->domains && stamp == s->domains_stamp)
		return;
	if (!s->domains)
		s->domains = map_new(DOMAINS_MAX);
	map_clear(s->domains);
	s->domains_stamp = stamp;
	if (control_domains(s->control, CONTROL_OWNER_SELF, add_domain, s,
			    &why) != ERR_NONE)
		log_warn("domains unreadable", &why);
}

/* While no domain is registered, unknown ones make themselves (contracts
 * section 3); afterwards a name belongs to whom it, or one above it, is
 * registered for. */
int64_t
owners_of(void *server, struct str domain)
{
	struct server *s = server;
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct str name;

	if (map_count(s->domains) == 0)
		return STORE_OWNER_SELF;
	if (!dnsname_fold(domain, mem, &name))
		name = domain;
	while (name.n > 0) {
		size_t dot = str_index(name, '.');

		if (map_get(s->domains, name, NULL))
			return STORE_OWNER_SELF;
		name = dot == SIZE_MAX ? S("")
				       : str_sub(name, dot + 1, SIZE_MAX);
	}
	return STORE_OWNER_UNCLAIMED;
}
