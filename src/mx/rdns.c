/* rdns.c - the reverse name of each mail server's address, and whether that
 * name leads back (RFC 1912 section 2.1). */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "mx/mx.h"
#include "mx/private.h"

enum { PTR_MAX = 4, CHECKED_MAX = 24 };

struct place {
	const struct mx_host *host;
	const struct netaddr *address;
};

/* 1 leads back, 0 does not, -1 nobody can say; `known` is cleared while facts
 * are missing. */
static int
leads_back(struct facts *f, const struct facts_dns *ptr,
	   const struct netaddr *address, bool *known)
{
	enum facts_type type = netaddr_is_v4(address) ? FACTS_A : FACTS_AAAA;
	int result = 0;

	for (size_t i = 0; i < ptr->n && i < PTR_MAX; i++) {
		const struct facts_dns *d = facts_ask(f, ptr->rr[i].data, type);

		if (!d) {
			*known = false;
			continue;
		}
		if (facts_trouble(d->status) && result == 0)
			result = -1;
		for (size_t k = 0; k < d->n; k++)
			if (netaddr_cmp(&d->rr[k].address, address) == 0)
				result = 1;
	}
	return result;
}

static bool
check_address(struct facts *f, const struct place *at, struct finding_list *out)
{
	struct str name, shown = mx_print_address(at->address, facts_mem(f));
	const struct facts_dns *ptr;
	bool known = true;
	int back;

	if (!mx_reverse_name(at->address, facts_mem(f), &name))
		return false;
	ptr = facts_ask(f, name, FACTS_PTR);
	if (!ptr)
		return false;
	if (facts_trouble(ptr->status)) {
		finding_add(out, "rdns.unknown", ptr->why, "host",
			    &at->host->name, "detail", &shown, NULL);
		return true;
	}
	if (ptr->n == 0) {
		finding_add(out, "rdns.missing", name, "host", &at->host->name,
			    "detail", &shown, NULL);
		return true;
	}
	back = leads_back(f, ptr, at->address, &known);
	if (!known)
		return false;
	if (back != 1)
		finding_add(out,
			    back == 0 ? "rdns.unconfirmed" : "rdns.unknown",
			    ptr->rr[0].data, "host", &at->host->name, "detail",
			    &shown, NULL);
	else
		finding_add(out, "rdns.ok", ptr->rr[0].data, "host",
			    &at->host->name, "detail", &shown, NULL);
	return true;
}

bool
mx_rdns_check(struct facts *f, const struct facts_subject *s,
	      struct finding_list *out)
{
	struct mx_list list;
	bool known = true;
	size_t checked = 0;

	if (!mx_list(f, s->domain, &list))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		const struct mx_host *h = &list.host[i];

		for (size_t k = 0; k < h->address_n; k++) {
			const struct place at = { h, &h->address[k] };

			/* No reverse name of a private address is public. */
			if (mx_is_private(at.address) || checked == CHECKED_MAX)
				continue;
			checked++;
			known = check_address(f, &at, out) && known;
		}
	}
	return known;
}
