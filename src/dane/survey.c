/* survey.c - the mail servers of a domain as a sender with DANE meets them
 * (RFC 7672 section 2.2). */
#include "base/base.h"
#include "dane/dane.h"
#include "dane/private.h"
#include "facts/facts.h"

enum { NAME_BYTES_MAX = 512 };

static const struct facts_dns *
ask_tlsa(struct facts *f, struct str base)
{
	SCOPED_BUF name = BUF(NAME_BYTES_MAX);

	buf_addf(&name, "_25._tcp.%.*s", STR_ARG(base));
	return facts_ask(f, buf_str(&name), FACTS_TLSA);
}

struct addresses {
	const struct facts_dns *a, *aaaa;
};

static bool
any_found(const struct addresses *at)
{
	return at->a->status == FACTS_FOUND || at->aaaa->status == FACTS_FOUND;
}

/* Every address that there is comes from a signed zone. */
static bool
all_secure(const struct addresses *at)
{
	return (at->a->status != FACTS_FOUND || at->a->secure) &&
	       (at->aaaa->status != FACTS_FOUND || at->aaaa->secure);
}

/* Behind its CNAMEs, when those are signed; else the name itself. */
static struct str
expanded(const struct addresses *at, struct str host)
{
	const struct facts_dns *d =
		at->a->status == FACTS_FOUND ? at->a : at->aaaa;

	return d->chain_n > 0 && d->secure ? d->chain[d->chain_n - 1] : host;
}

static enum dane_state
state_of(const struct dane_server *s, const struct addresses *at)
{
	const struct facts_dns *d = s->tlsa;
	bool denied = d->n == 0 && !facts_trouble(d->status);

	if (d->status == FACTS_BOGUS)
		return DANE_STATE_BOGUS;
	if (!any_found(at))
		return DANE_STATE_UNKNOWN;
	if (at->a->unproven || at->aaaa->unproven || d->unproven)
		return denied ? DANE_STATE_NONE : DANE_STATE_UNKNOWN;
	/* Where addresses are not signed, senders do not ask for TLSA. */
	if (facts_trouble(d->status))
		return all_secure(at) ? DANE_STATE_NO_ANSWER : DANE_STATE_NONE;
	if (denied)
		return DANE_STATE_NONE;
	return d->secure && all_secure(at) ? DANE_STATE_UNUSABLE
					   : DANE_STATE_UNSIGNED;
}

static void
read_records(struct dane_server *s)
{
	for (size_t i = 0; i < s->tlsa->n && s->n < DANE_RECORDS_MAX; i++) {
		struct dane_tlsa *r = &s->r[s->n];

		s->use[s->n] = dane_parse(s->tlsa->rr[i].data, r)
				       ? dane_use_of(r)
				       : DANE_MALFORMED;
		if (s->use[s->n] == DANE_USABLE &&
		    s->state == DANE_STATE_UNUSABLE)
			s->state = DANE_STATE_USABLE;
		s->n++;
	}
}

/* The best that any record gives. */
static enum dane_verdict
hold(struct dane_server *s, const struct facts_cert *cert,
     const struct dane_target *target)
{
	enum dane_verdict best = DANE_NO_MATCH;

	for (size_t i = 0; i < s->n; i++) {
		if (s->use[i] != DANE_USABLE)
			continue;
		switch (dane_match(&s->r[i], cert, target)) {
		case DANE_MATCHES:
			s->matched[i] = true;
			best = DANE_GOOD;
			break;
		case DANE_NAME:
			best = best == DANE_GOOD ? best : DANE_BAD_NAME;
			break;
		case DANE_DATES:
			best = best == DANE_GOOD ? best : DANE_BAD_DATES;
			break;
		case DANE_CHAIN:
			best = best == DANE_GOOD ? best : DANE_BAD_CHAIN;
			break;
		case DANE_MATCHES_NOT:
			break;
		}
	}
	return best;
}

static enum dane_verdict
judge(struct dane_server *s, const struct facts_mail *m,
      const struct dane_target *target)
{
	switch (m->stage) {
	case FACTS_NO_STARTTLS:
	case FACTS_TLS_FAILED:
	case FACTS_TLS_TIMEOUT:
		return DANE_NO_TLS;
	case FACTS_DONE:
		if (m->tls.cert.there && m->tls.cert.sent_n > 0)
			return hold(s, &m->tls.cert, target);
		return DANE_UNPROBED;
	default:
		return DANE_UNPROBED;
	}
}

static bool
look_at(struct facts *f, struct dane_survey *all, struct dane_server *s,
	const struct facts_dns *d)
{
	const struct dane_target target = { s->base, all->domain,
					    facts_now(f) };
	bool known = true;

	for (size_t i = 0; i < d->n; i++) {
		const struct facts_mail *m;

		if (s->looks == DANE_ADDRESSES_MAX ||
		    all->looks == DANE_LOOKS_MAX)
			return known;
		m = facts_probe(f, s->base, &d->rr[i].address);
		if (!m) {
			known = false;
			continue;
		}
		all->looks++;
		s->look[s->looks++] =
			(struct dane_look){ &d->rr[i].address,
					    judge(s, m, &target) };
	}
	return known;
}

static bool
survey_server(struct facts *f, struct dane_survey *all, struct str host)
{
	struct dane_server *s = &all->server[all->n++];
	const struct addresses at = { facts_ask(f, host, FACTS_A),
				      facts_ask(f, host, FACTS_AAAA) };
	const struct facts_dns *own = ask_tlsa(f, host);
	bool known;

	*s = (struct dane_server){ .host = host, .base = host, .tlsa = own };
	if (!at.a || !at.aaaa || !own)
		return false;
	if (!str_eq(expanded(&at, host), host)) {
		const struct facts_dns *there =
			ask_tlsa(f, expanded(&at, host));

		if (!there)
			return false;
		if (there->n > 0 || facts_trouble(there->status)) {
			s->base = expanded(&at, host);
			s->tlsa = there;
		}
	}
	s->state = state_of(s, &at);
	read_records(s);
	if (s->state != DANE_STATE_USABLE)
		return true;
	known = look_at(f, all, s, at.a);
	return look_at(f, all, s, at.aaaa) && known;
}

bool
dane_survey(struct facts *f, struct str domain, struct dane_survey *out)
{
	const struct facts_dns *mx = facts_ask(f, domain, FACTS_MX);
	bool known = true;

	*out = (struct dane_survey){ .domain = domain, .mx = mx };
	if (!mx)
		return false;
	if (mx->status == FACTS_NODATA)
		return survey_server(f, out, domain);
	for (size_t i = 0; i < mx->n && out->n < DANE_SERVERS_MAX; i++)
		if (mx->rr[i].data.n > 0)
			known = survey_server(f, out, mx->rr[i].data) && known;
	return known;
}
