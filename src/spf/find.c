/* find.c - the SPF record of a domain among its TXT records (sections 4.3 to
 * 4.5). */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "spf/private.h"

bool
spf_is_void(const struct facts_dns *d)
{
	return d->status == FACTS_NODATA || d->status == FACTS_NXDOMAIN ||
	       (d->status == FACTS_FOUND && d->n == 0);
}

bool
spf_is_trouble(const struct facts_dns *d)
{
	return d->status != FACTS_FOUND && !spf_is_void(d);
}

bool
spf_is_domain(struct str domain)
{
	struct str rest = domain, label;
	size_t labels = 0;

	if (str_ends(rest, S(".")))
		rest.n--;
	if (rest.n == 0 || rest.n > DNSNAME_MAX || rest.p[0] == '[' ||
	    str_ends(rest, S(".")))
		return false;
	while (str_split(&rest, '.', &label)) {
		if (label.n == 0 || label.n > DNSNAME_LABEL_MAX)
			return false;
		labels++;
	}
	return labels > 1;
}

bool
spf_is_record(struct str text)
{
	static const struct str version = STR("v=spf1");

	return str_starts_fold(text, version) &&
	       (text.n == version.n || text.p[version.n] == ' ');
}

enum spf_found
spf_find(struct facts *f, struct str domain, struct str *text)
{
	const struct facts_dns *d;
	enum spf_found found = SPF_FOUND_NONE;

	if (!spf_is_domain(domain))
		return SPF_FOUND_NONE;
	d = facts_ask(f, domain, FACTS_TXT);
	if (!d)
		return SPF_FOUND_LATER;
	if (spf_is_trouble(d))
		return SPF_FOUND_TROUBLE;
	for (size_t i = 0; d->status == FACTS_FOUND && i < d->n; i++) {
		if (!spf_is_record(d->rr[i].data))
			continue;
		if (found != SPF_FOUND_NONE)
			return SPF_FOUND_MANY;
		found = SPF_FOUND_ONE;
		*text = d->rr[i].data;
	}
	return found;
}

void
spf_reverse_name(const struct netaddr *ip, struct buf *out)
{
	static const char hex[] = "0123456789abcdef";
	bool v4 = netaddr_is_v4(ip);

	for (size_t i = NETADDR_BYTES; i > (v4 ? 12 : 0); i--) {
		unsigned b = ip->b[i - 1];

		if (v4)
			buf_addf(out, "%u.", b);
		else
			buf_addf(out, "%c.%c.", hex[b & 15], hex[b >> 4]);
	}
	buf_addz(out, v4 ? "in-addr.arpa" : "ip6.arpa");
}
