/* profile.c - look-ups in the compiled profiles of known services. */
#include "sender/sender.h"
#include "dnsname/dnsname.h"
#include "sender/table.h"

#include <assert.h>

size_t
sender_count(void)
{
	return sender_profile_count;
}

const struct sender_profile *
sender_at(size_t i)
{
	assert(i < sender_profile_count);
	return &sender_profiles[i];
}

const struct sender_profile *
sender_by_slug(struct str slug)
{
	size_t low = 0, high = sender_profile_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct sender_profile *p = &sender_profiles[middle];
		int order = str_cmp(slug, str_of(p->slug));

		if (order == 0)
			return p;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static const struct sender_suffix *
find_exactly(const struct sender_suffixes *table, struct str domain)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct sender_suffix *s = &table->list[middle];
		int order = str_cmp(domain, str_of(s->domain));

		if (order == 0)
			return s;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct sender_suffix *
sender_suffix_find(const struct sender_suffixes *table, struct str domain)
{
	/* A longer text is no name; this also bounds the work. */
	if (domain.n > DNSNAME_MAX)
		return NULL;
	while (domain.n > 0) {
		const struct sender_suffix *s = find_exactly(table, domain);
		size_t dot = str_index(domain, '.');

		if (s || dot == SIZE_MAX)
			return s;
		domain = str_sub(domain, dot + 1, SIZE_MAX);
	}
	return NULL;
}

static const struct sender_profile *
profile_of(const struct sender_suffix *s)
{
	return s ? &sender_profiles[s->profile] : NULL;
}

const struct sender_profile *
sender_by_dkim(struct str domain)
{
	return profile_of(sender_suffix_find(&sender_dkim_table, domain));
}

const struct sender_profile *
sender_by_spf(struct str domain)
{
	return profile_of(sender_suffix_find(&sender_spf_table, domain));
}

const struct sender_profile *
sender_by_ptr(struct str host)
{
	return profile_of(sender_suffix_find(&sender_ptr_table, host));
}

const struct sender_profile *
sender_by_asn(uint32_t asn)
{
	size_t low = 0, high = sender_network_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct sender_network *net = &sender_networks[middle];

		if (asn == net->asn)
			return &sender_profiles[net->profile];
		if (asn < net->asn)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
