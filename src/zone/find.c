/* find.c - which zone holds a name, and trouble on the way there. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "zone/private.h"
#include "zone/zone.h"

void
zone_tell_trouble(struct finding_list *out, struct str domain,
		  const struct facts_dns *d)
{
	const char *code = facts_trouble(d->status);

	finding_add(out, code, d->why, "domain", &domain, "host", &d->name,
		    "detail", &d->why, NULL);
}

/* Never above the organisational domain: the zones there are not the
 * reader's. */
bool
zone_find(struct facts *f, struct str domain, struct zone_cut *out)
{
	struct str name = domain, last = dnsname_org(domain);

	*out = (struct zone_cut){ 0 };
	for (;;) {
		const struct facts_dns *d = facts_ask(f, name, FACTS_NS);

		if (!d)
			return false;
		out->ns = d;
		if (d->status == FACTS_FOUND && d->chain_n == 0)
			out->apex = name;
		if (out->apex.n > 0 || facts_trouble(d->status) ||
		    name.n <= last.n)
			return true;
		name = str_sub(name, str_index(name, '.') + 1, SIZE_MAX);
	}
}
