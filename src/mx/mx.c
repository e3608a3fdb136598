/* mx.c - whether mail for a domain finds a server: the MX records and the
 * addresses of the names in them. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "mx/mx.h"
#include "mx/private.h"
#include "netaddr/netaddr.h"

#include <stdio.h>

enum { EVIDENCE_MAX = 1024 };

void
mx_tell_trouble(struct finding_list *out, struct str domain,
		const struct facts_dns *d)
{
	const char *code = facts_trouble(d->status);

	finding_add(out, code, d->why, "domain", &domain, "host", &d->name,
		    "detail", &d->why, NULL);
}

/* "10 mx1.example.net" in lines. */
static void
print_records(const struct mx_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->n; i++)
		buf_addf(out, "%s%u %.*s", i > 0 ? "\n" : "",
			 list->host[i].preference, STR_ARG(list->host[i].name));
}

static void
check_cname(const struct mx_host *h, struct finding_list *out)
{
	if (h->cname)
		finding_add(out, "mx.cname", h->target, "host", &h->name,
			    "detail", &h->target, NULL);
}

static void
check_addresses(struct facts *f, struct str domain, const struct mx_host *h,
		struct finding_list *out)
{
	bool v4 = false, v6 = false;

	for (size_t i = 0; i < h->address_n; i++) {
		struct str shown =
			mx_print_address(&h->address[i], facts_mem(f));

		if (mx_is_private(&h->address[i]))
			finding_add(out, "mx.private_address", shown, "host",
				    &h->name, "detail", &shown, NULL);
		v4 = v4 || netaddr_is_v4(&h->address[i]);
		v6 = v6 || !netaddr_is_v4(&h->address[i]);
	}
	if (facts_trouble(h->a->status))
		mx_tell_trouble(out, domain, h->a);
	else if (!v4 && v6)
		finding_add(out, "mx.no_ipv4", S(""), "host", &h->name, NULL);
	if (facts_trouble(h->aaaa->status))
		mx_tell_trouble(out, domain, h->aaaa);
	if (!v4 && !v6 && !facts_trouble(h->a->status) &&
	    !facts_trouble(h->aaaa->status))
		finding_add(out, "mx.no_address", S(""), "host", &h->name,
			    NULL);
}

/* A server that mail may reach: no trouble counts as "there is none". */
static bool
may_take_mail(const struct mx_host *h)
{
	return !h->literal &&
	       (h->address_n > 0 || facts_trouble(h->a->status) ||
		facts_trouble(h->aaaa->status));
}

static void
check_hosts(struct facts *f, struct str domain, const struct mx_list *list,
	    struct finding_list *out)
{
	bool any = false;

	for (size_t i = 0; i < list->n; i++) {
		const struct mx_host *h = &list->host[i];

		any = any || may_take_mail(h);
		if (h->literal) {
			finding_add(out, "mx.address_literal", h->name,
				    "domain", &domain, "detail", &h->name,
				    NULL);
			continue;
		}
		/* A domain without MX may well be a CNAME. */
		if (list->kind == MX_LISTED)
			check_cname(h, out);
		check_addresses(f, domain, h, out);
	}
	if (!any)
		finding_add(out, "mx.unreachable", S(""), "domain", &domain,
			    NULL);
}

static void
check_service(struct str domain, const struct mx_list *list,
	      struct finding_list *out)
{
	struct str first = list->n > 0 ? list->host[0].name : S("");

	switch (mx_service_of(list)) {
	case MX_SERVICE_MICROSOFT:
		finding_add(out, "mx.microsoft365", first, "domain", &domain,
			    NULL);
		break;
	case MX_SERVICE_GOOGLE:
		finding_add(out, "mx.google_workspace", first, "domain",
			    &domain, NULL);
		break;
	case MX_SERVICE_OTHER:
		break;
	}
}

static void
check_list(struct facts *f, struct str domain, const struct mx_list *list,
	   struct finding_list *out)
{
	size_t before = out->n;
	SCOPED_BUF records = BUF(EVIDENCE_MAX);
	char number[24];
	struct str count;

	print_records(list, &records);
	snprintf(number, sizeof(number), "%zu", list->n);
	count = str_of(number);
	if (list->null_mixed)
		finding_add(out, "mx.null_mixed", buf_str(&records), "domain",
			    &domain, NULL);
	if (list->cut)
		finding_add(out, "mx.too_many", buf_str(&records), "domain",
			    &domain, "count", &count, NULL);
	check_hosts(f, domain, list, out);
	if (out->n == before)
		finding_add(out, "mx.ok", buf_str(&records), "domain", &domain,
			    "count", &count, NULL);
	check_service(domain, list, out);
}

static void
offer_record(struct finding_found *found, struct str domain, struct str value)
{
	if (found)
		found->record =
			(struct finding_record){ domain, S("MX"), value };
}

/* The domain's name lives with the facts for the record. */
static void
check_implicit(struct facts *f, struct str domain, const struct mx_list *list,
	       struct finding_list *out)
{
	SCOPED_BUF value = BUF(DIAG_DETAIL_MAX + 64);
	struct finding_found *found;
	struct str kept;

	buf_addf(&value, "10 %.*s.", STR_ARG(domain));
	found = finding_add(out, "mx.implicit", S(""), "domain", &domain, NULL);
	if (arena_dup(facts_mem(f), buf_str(&value), &kept))
		offer_record(found, domain, kept);
	check_hosts(f, domain, list, out);
}

bool
mx_check(struct facts *f, const struct facts_subject *s,
	 struct finding_list *out)
{
	struct mx_list list;
	struct str domain = s->domain;

	if (!mx_list(f, domain, &list))
		return false;
	switch (list.kind) {
	case MX_UNKNOWN:
		mx_tell_trouble(out, domain, list.answer);
		break;
	case MX_NO_DOMAIN:
		finding_add(out, "mx.no_domain", S(""), "domain", &domain,
			    NULL);
		break;
	case MX_NOWHERE:
		offer_record(finding_add(out, "mx.none", S(""), "domain",
					 &domain, NULL),
			     domain, S("0 ."));
		break;
	case MX_IMPLICIT:
		check_implicit(f, domain, &list, out);
		break;
	case MX_NULL:
		finding_add(out, "mx.null", S("0 ."), "domain", &domain, NULL);
		break;
	case MX_LISTED:
		check_list(f, domain, &list, out);
		break;
	}
	return true;
}
