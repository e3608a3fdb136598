/* judge.c - DMARC of a message, from its SPF and its signatures. */
#include "carrier/private.h"

#include "dmarcrec/dmarcrec.h"
#include "dnsname/dnsname.h"

/* What the alignment of a name is measured by. */
struct author {
	struct str domain, org;
	bool walks; /* RFC 9989; else the public suffix list of RFC 7489 */
	bool dkim_strict, spf_strict;
};

/* ---- SPF ---- */

static bool
judge_spf(struct facts *f, const struct carrier_mail *mail,
	  struct carrier_verdict *out)
{
	struct spf_who who = { .helo = mail->helo,
			       .mail_from = mail->mail_from };
	struct spf_verdict found;

	out->spf = SPF_NONE;
	if (!netaddr_parse(mail->client, &who.ip))
		return true;
	if (!spf_evaluate(f, &who, &found))
		return false;
	out->spf = found.result;
	out->spf_domain = found.domain;
	return true;
}

/* ---- alignment ---- */

/* What receivers of one school or the other would go by; the newer first. */
static const struct dmarcrec_way *
choose_way(const struct dmarcrec_found *found)
{
	if (found->walk.outcome == DMARCREC_APPLIES)
		return &found->walk;
	return found->psl.outcome == DMARCREC_APPLIES ? &found->psl : NULL;
}

/* The organisation that the walk found for a name. A registry whose record
 * forgot psd=y (RFC 9989 section 4.7) would make one of all names below it:
 * there the public suffix list knows better. */
static struct str
org_of(struct str walked, struct str name)
{
	return walked.n > 0 && dnsname_is_suffix(walked) ? dnsname_org(name)
							 : walked;
}

/* False: not yet. `known` false: DNS did not tell. */
static bool
is_aligned(struct facts *f, const struct author *a, struct str name,
	   bool strict, bool *aligned, bool *known)
{
	struct str folded, org = S("");

	*known = true;
	*aligned = false;
	if (!dnsname_fold(name, facts_mem(f), &folded))
		return true;
	*aligned = str_eq(a->domain, folded);
	if (*aligned || strict)
		return true;
	if (!a->walks)
		org = dnsname_org(folded);
	else if (!dmarcrec_org(f, folded, &org, known))
		return false;
	*aligned = *known && dmarcrec_aligned(a->domain, folded, strict, a->org,
					      org_of(org, folded));
	return true;
}

/* What decides: some good and aligned identifier, or that one might be. */
struct sum {
	bool by_spf, by_dkim, trouble, other, broken, partly;
};

static bool
weigh_spf(struct facts *f, const struct author *a, struct carrier_verdict *v,
	  struct sum *sum)
{
	bool known = true;

	sum->trouble |= v->spf == SPF_TEMPERROR;
	if (v->spf != SPF_PASS)
		return true;
	if (!is_aligned(f, a, v->spf_domain, a->spf_strict, &v->spf_aligned,
			&known))
		return false;
	sum->by_spf = v->spf_aligned;
	sum->other |= !v->spf_aligned;
	sum->trouble |= !known;
	return true;
}

static bool
weigh_one(struct facts *f, const struct author *a, struct carrier_signature *s,
	  struct sum *sum)
{
	bool known = true;

	sum->trouble |= s->result == CARRIER_TEMPERROR;
	sum->broken |= s->result == CARRIER_FAIL;
	if (s->result != CARRIER_PASS)
		return true;
	if (!is_aligned(f, a, s->domain, a->dkim_strict, &s->aligned, &known))
		return false;
	sum->trouble |= !known;
	sum->other |= !s->aligned;
	/* Anybody may have added what a signature leaves out: a report. */
	if (s->aligned && s->partly) {
		sum->partly = true;
		s->code = "carrier.partly_signed";
	} else if (s->aligned) {
		sum->by_dkim = true;
	}
	return true;
}

static const char *
reason_of(const struct sum *sum)
{
	if (sum->trouble)
		return "carrier.dns";
	if (sum->partly)
		return "carrier.partly_signed";
	if (sum->other)
		return "carrier.other_domain";
	return sum->broken ? "carrier.signature_broken" : "carrier.unsigned";
}

static bool
weigh(struct facts *f, const struct author *a, struct carrier_verdict *v)
{
	struct sum sum = { 0 };
	bool complete = weigh_spf(f, a, v, &sum);

	for (size_t i = 0; i < v->n; i++)
		complete &= weigh_one(f, a, &v->sig[i], &sum);
	if (!complete)
		return false;
	if (sum.by_dkim || sum.by_spf) {
		v->dmarc = CARRIER_PASS;
		v->code = sum.by_dkim ? "carrier.by_dkim" : "carrier.by_spf";
		return true;
	}
	v->dmarc = sum.trouble ? CARRIER_TEMPERROR : CARRIER_FAIL;
	v->code = reason_of(&sum);
	return true;
}

static bool
judge_dmarc(struct facts *f, const struct dmarcrec_found *found,
	    struct carrier_verdict *v)
{
	const struct dmarcrec_way *way = choose_way(found);
	const struct dmarcrec *record;
	struct author a = { .domain = v->author };

	if (!way) {
		bool unknown = found->walk.outcome == DMARCREC_UNCERTAIN ||
			       found->psl.outcome == DMARCREC_UNCERTAIN;

		v->dmarc = unknown ? CARRIER_TEMPERROR : CARRIER_NONE;
		v->code = unknown ? "carrier.dns" : "carrier.no_policy";
		return true;
	}
	record = &way->place->record;
	a.walks = way == &found->walk;
	a.org = org_of(way->org_known ? way->org : S(""), a.domain);
	a.dkim_strict = record->dkim_strict;
	a.spf_strict = record->spf_strict;
	return weigh(f, &a, v);
}

/* ---- all of it ---- */

static bool
judge_signatures(struct facts *f, const struct carrier_mail *mail,
		 struct carrier_verdict *out)
{
	bool complete = true, trouble = false, good = false;

	out->n = mail->read.n;
	for (size_t i = 0; i < out->n; i++) {
		complete &= carrier_signature(f, mail, &mail->read.sig[i],
					      &out->sig[i]);
		trouble |= out->sig[i].result == CARRIER_TEMPERROR;
		good |= out->sig[i].for_tls;
	}
	out->tls = good      ? CARRIER_PASS
		   : trouble ? CARRIER_TEMPERROR
		   : out->n  ? CARRIER_FAIL
			     : CARRIER_NONE;
	return complete;
}

bool
carrier_judge(struct facts *f, const struct carrier_mail *mail,
	      struct carrier_verdict *out)
{
	struct dmarcrec_found found;
	bool complete;

	*out = (struct carrier_verdict){ .author = mail->read.author };
	/* Each asks for what it lacks before anybody gives up. */
	complete = judge_spf(f, mail, out);
	complete &= judge_signatures(f, mail, out);
	if (out->author.n == 0) {
		out->code = "carrier.no_author";
		return complete;
	}
	complete &= dmarcrec_discover(f, out->author, &found);
	return complete && judge_dmarc(f, &found, out);
}

bool
carrier_again(const struct carrier_verdict *verdict)
{
	return verdict->dmarc == CARRIER_TEMPERROR ||
	       verdict->tls == CARRIER_TEMPERROR;
}

void
carrier_unreadable(struct carrier_verdict *out)
{
	*out = (struct carrier_verdict){ .code = "carrier.unreadable" };
}

void
carrier_give_up(struct carrier_verdict *out)
{
	if (out->dmarc == CARRIER_TEMPERROR)
		out->code = "carrier.gave_up";
}
