/* row.c - what one row of a report says of its sender, without look-ups. */
#include "sender/sender.h"
#include "dnsname/dnsname.h"
#include "sender/table.h"

/* The domain of a pass that is not the From domain's own, else empty: what a
 * domain says of itself names no service. */
static struct str
foreign_pass(const struct dmarc_auth *auth, struct str own)
{
	if (auth->result != DMARC_RESULT_PASS || auth->domain.n == 0 ||
	    str_eq_fold(dnsname_org(auth->domain), own))
		return str_sub(auth->domain, 0, 0);
	return auth->domain;
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
	struct str own; /* organisational domain of From */
};

static bool
best_of(const struct dmarc_auth *auth, size_t count,
	const struct search *search, struct sender_name *out)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		struct str domain = foreign_pass(&auth[i], search->own);
		const struct sender_suffix *s =
			sender_suffix_find(search->table, domain);
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
	struct str own = dnsname_org(row->header_from);
	const struct search dkim = { &sender_dkim_table, SENDER_BY_DKIM, own };
	const struct search spf = { &sender_spf_table, SENDER_BY_SPF, own };

	return best_of(row->dkim, row->dkim_count, &dkim, out) ||
	       best_of(row->spf, row->spf_count, &spf, out);
}

/* A HELO name tells only of the machine: it vouches when nothing was checked
 * but it, as for bounces, which have no envelope sender. */
static bool
vouches(const struct dmarc_auth *spf, struct str own, bool alone)
{
	const struct sender_suffix *s;

	if (spf->result != DMARC_RESULT_PASS || spf->domain.n == 0)
		return false;
	if (str_eq_fold(dnsname_org(spf->domain), own))
		return true;
	if (!alone && str_eq_fold(spf->scope, S("helo")))
		return false;
	s = sender_suffix_find(&sender_spf_table, spf->domain);
	return s && !s->people && !sender_profiles[s->profile].forwards;
}

bool
sender_spf_vouched(const struct dmarc_row *row, struct str domain)
{
	struct str own = dnsname_org(domain);

	for (size_t i = 0; i < row->spf_count; i++)
		if (vouches(&row->spf[i], own, row->spf_count == 1))
			return true;
	return false;
}
