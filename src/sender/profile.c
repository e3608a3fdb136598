/* profile.c - look-ups in the compiled profiles of known services. */
#include "sender/sender.h"
#include "dnsname/dnsname.h"
#include "sender/table.h"

#include <assert.h>
#include <string.h>

size_t
sender_count(void)
{
	return sender_profile_count;
}

const char *
sender_stamp(void)
{
	return sender_table_stamp;
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
find_hashed(const struct sender_suffixes *table, struct str domain,
	    uint32_t hash)
{
	for (uint32_t at = hash & table->mask; table->slots[at];
	     at = (at + 1) & table->mask) {
		const struct sender_suffix *s =
			&table->list[table->slots[at] - 1];

		if (s->length == domain.n &&
		    memcmp(s->domain, domain.p, domain.n) == 0)
			return s;
	}
	return NULL;
}

/* One pass from the right; the hash at each dot is that of the labels behind
 * it (FNV-1a, as compile.py has it). */
const struct sender_suffix *
sender_suffix_find(const struct sender_suffixes *table, struct str domain)
{
	const struct sender_suffix *best = NULL;
	uint32_t hash = UINT32_C(2166136261);

	/* A longer text is no name; this also bounds the work. */
	if (domain.n > DNSNAME_MAX)
		return NULL;
	for (size_t i = domain.n; i > 0; i--) {
		if (domain.p[i - 1] == '.') {
			const struct sender_suffix *s = find_hashed(
				table, str_sub(domain, i, SIZE_MAX), hash);

			best = s ? s : best;
		}
		hash = (hash ^ (unsigned char)domain.p[i - 1]) *
		       UINT32_C(16777619);
	}
	if (domain.n > 0) {
		const struct sender_suffix *s =
			find_hashed(table, domain, hash);

		best = s ? s : best;
	}
	return best;
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
