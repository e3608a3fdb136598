/* row.c - what one row of a report says of its sender, without look-ups. */
#include "sender/sender.h"
#include "dnsname/dnsname.h"
#include "sender/table.h"

/* The organisational domain needs the public suffix list, the dearest thing
 * here, so it is asked for last. */
static bool
is_same_org(struct str a, struct str b)
{
	return str_eq_fold(a, b) || str_eq_fold(dnsname_org(a), dnsname_org(b));
}

/* The service that a pass shows, NULL when it shows none: what a domain says
 * of itself names no service. */
static const struct sender_suffix *
shown_by(const struct dmarc_auth *auth, const struct sender_suffixes *table,
	 struct str from)
{
	const struct sender_suffix *s;

	if (auth->result != DMARC_RESULT_PASS)
		return NULL;
	s = sender_suffix_find(table, auth->domain);
	return s && !is_same_org(auth->domain, from) ? s : NULL;
}

/* Several services may have signed: the sender's own, and a list or gateway
 * behind it that put its signature on top. The address is that of the last
 * one, so those win; the slug settles the rest, whatever the order. */
static bool
is_better(const struct sender_profile *a, const struct sender_profile *b)
{
	bool late_a = a->forwards || a->security;
	bool late_b = b->forwards || b->security;

	if (late_a != late_b)
		return late_a;
	return str_cmp(str_of(a->slug), str_of(b->slug)) < 0;
}

struct search {
	const struct sender_suffixes *table;
	enum sender_evidence evidence;
	struct str from;
};

static bool
best_of(const struct dmarc_auth *auth, size_t count,
	const struct search *search, struct sender_name *out)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		struct str domain = auth[i].domain;
		const struct sender_suffix *s =
			shown_by(&auth[i], search->table, search->from);
		const struct sender_profile *p;

		if (!s)
			continue;
		p = &sender_profiles[s->profile];
		/* Of one service's several domains the smallest is the proof,
		 * again for the sake of order. */
		if (found &&
		    (p == out->profile ? str_cmp(domain, out->proof) >= 0
				       : !is_better(p, out->profile)))
			continue;
		*out = (struct sender_name){ search->evidence, p, domain };
		found = true;
	}
	return found;
}

bool
sender_of_row(const struct dmarc_row *row, struct sender_name *out)
{
	const struct search dkim = { &sender_dkim_table, SENDER_BY_DKIM,
				     row->header_from };
	const struct search spf = { &sender_spf_table, SENDER_BY_SPF,
				    row->header_from };

	return best_of(row->dkim, row->dkim_count, &dkim, out) ||
	       best_of(row->spf, row->spf_count, &spf, out);
}

/* A HELO name tells only of the machine: it vouches when nothing was checked
 * but it, as for bounces, which have no envelope sender. */
static bool
vouches(const struct dmarc_auth *spf, struct str domain, bool alone)
{
	const struct sender_suffix *s;

	if (spf->result != DMARC_RESULT_PASS || spf->domain.n == 0)
		return false;
	if (str_eq_fold(spf->domain, domain))
		return true;
	s = sender_suffix_find(&sender_spf_table, spf->domain);
	if (s && !s->people && !sender_profiles[s->profile].forwards &&
	    (alone || !str_eq_fold(spf->scope, S("helo"))))
		return true;
	return is_same_org(spf->domain, domain);
}

bool
sender_spf_vouched(const struct dmarc_row *row, struct str domain)
{
	for (size_t i = 0; i < row->spf_count; i++)
		if (vouches(&row->spf[i], domain, row->spf_count == 1))
			return true;
	return false;
}
