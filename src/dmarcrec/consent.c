/* consent.c - may reports go to a host of another organisation? RFC 9990
 * section 4, RFC 7489 section 7.1 with erratum 6439. */
#include "dmarcrec/private.h"

/* By the public suffix list and by the tree walk: receivers use either, so
 * one that sees two organisations is enough. */
static bool
same_organisation(struct facts *f, struct str a, struct str b, bool *same)
{
	const bool by_list = str_eq(dnsname_org(a), dnsname_org(b));
	struct str org_a, org_b;
	bool known_a, known_b, ready;

	*same = by_list;
	if (str_eq(a, b) || !by_list)
		return true;
	ready = dmarcrec_org(f, a, &org_a, &known_a);
	ready = dmarcrec_org(f, b, &org_b, &known_b) && ready;
	if (ready && known_a && known_b)
		*same = str_eq(org_a, org_b);
	return ready;
}

/* Does an rua or ruf of the host's record lead to that host, or away? */
static enum dmarcrec_consent
follow(const struct dmarcrec_uri *uri, size_t n, struct str host,
       enum dmarcrec_consent so_far)
{
	for (size_t i = 0; i < n; i++) {
		if (!uri[i].valid)
			continue;
		if (!str_eq(uri[i].host, host))
			return DMARCREC_ELSEWHERE;
		if (so_far == DMARCREC_GIVEN)
			so_far = DMARCREC_REDIRECTED;
	}
	return so_far;
}

static enum dmarcrec_consent
read_consent(struct facts *f, const struct facts_dns *answer, struct str host)
{
	enum dmarcrec_consent consent = DMARCREC_NOT_GIVEN;

	if (answer->status != FACTS_FOUND && answer->status != FACTS_NODATA &&
	    answer->status != FACTS_NXDOMAIN)
		return DMARCREC_CONSENT_UNKNOWN;
	for (size_t i = 0; i < answer->n; i++) {
		struct dmarcrec rec;

		if (!dmarcrec_is(answer->rr[i].data))
			continue;
		if (dmarcrec_parse(answer->rr[i].data, facts_mem(f), &rec,
				   NULL) != ERR_NONE)
			return DMARCREC_CONSENT_UNKNOWN;
		if (consent == DMARCREC_NOT_GIVEN)
			consent = DMARCREC_GIVEN;
		consent = follow(rec.rua, rec.rua_n, host, consent);
		if (consent != DMARCREC_ELSEWHERE)
			consent = follow(rec.ruf, rec.ruf_n, host, consent);
		if (consent == DMARCREC_ELSEWHERE)
			break;
	}
	return consent;
}

bool
dmarcrec_consent(struct facts *f, struct str at, struct str host,
		 enum dmarcrec_consent *out, struct str *name)
{
	struct arena *mem = facts_mem(f);
	const struct facts_dns *answer;
	bool same;

	*name = S("");
	*out = DMARCREC_OWN_HOST;
	if (!same_organisation(f, at, host, &same))
		return false;
	if (same)
		return true;
	*name = dmarcrec_join(
		mem, dmarcrec_join(mem, at, S("._report._dmarc.")), host);
	if (name->n > DNSNAME_MAX) {
		*out = DMARCREC_NAME_TOO_LONG;
		return true;
	}
	answer = facts_ask(f, *name, FACTS_TXT);
	if (answer == NULL)
		return false;
	*out = read_consent(f, answer, host);
	return true;
}
