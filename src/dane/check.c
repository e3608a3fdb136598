/* check.c - what is wrong with the DANE of a domain, and what will be. */
#include "base/base.h"
#include "dane/dane.h"
#include "dane/private.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "netaddr/netaddr.h"

enum { TEXT_MAX = 2048, TTL_MOST = 3600, USAGE_EE = 3 };

struct place {
	const struct dane_survey *all;
	const struct dane_server *s;
	struct finding_list *out;
};

static void
tell(const struct place *at, const char *code, struct str evidence,
     struct str detail)
{
	finding_add(at->out, code, evidence, "domain", &at->all->domain, "host",
		    &at->s->host, "detail", &detail, NULL);
}

static void
tell_record(const struct place *at, const char *code, size_t i)
{
	SCOPED_BUF text = BUF(TEXT_MAX);
	const struct dane_tlsa *r = &at->s->r[i];
	struct dane_tlsa head = *r;

	/* A whole certificate is no evidence that anybody reads. */
	head.data = str_sub(r->data, 0, 64);
	dane_print(&head, &text);
	tell(at, code, buf_str(&text), str_sub(buf_str(&text), 0, 5));
}

static void
tell_records(const struct place *at)
{
	for (size_t i = 0; i < at->s->n; i++) {
		const struct dane_tlsa *r = &at->s->r[i];

		switch (at->s->use[i]) {
		case DANE_PKIX:
			tell_record(at, "dane.pkix_usage", i);
			break;
		case DANE_UNKNOWN:
			tell_record(at, "dane.unknown_parameters", i);
			break;
		case DANE_MALFORMED:
			tell_record(at, "dane.malformed", i);
			break;
		case DANE_USABLE:
			if (r->match == 0)
				tell_record(at, "dane.full_data", i);
			if (r->usage == USAGE_EE && r->selector == 0)
				tell_record(at, "dane.cert_selector", i);
			break;
		}
	}
}

/* Every usable record names a key that is in use now: two of them, RSA and
 * ECDSA, are no rollover. */
static bool
has_no_spare(const struct dane_server *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->use[i] == DANE_USABLE &&
		    (s->r[i].usage != USAGE_EE || !s->matched[i]))
			return false;
	return true;
}

static const char *
code_of(enum dane_verdict verdict)
{
	switch (verdict) {
	case DANE_NO_TLS:
		return "dane.no_tls";
	case DANE_NO_MATCH:
		return "dane.no_match";
	case DANE_BAD_NAME:
		return "dane.ta_name";
	case DANE_BAD_DATES:
		return "dane.ta_dates";
	case DANE_BAD_CHAIN:
		return "dane.ta_chain";
	case DANE_UNPROBED:
	case DANE_GOOD:
		break;
	}
	return NULL;
}

/* One finding for all addresses with the same verdict. */
static void
tell_verdict(const struct place *at, enum dane_verdict verdict)
{
	SCOPED_BUF where = BUF(TEXT_MAX);
	char text[NETADDR_PRINT_MAX];

	for (size_t i = 0; i < at->s->looks; i++)
		if (at->s->look[i].verdict == verdict)
			buf_addf(&where, "%s%s", where.n > 0 ? ", " : "",
				 netaddr_print(at->s->look[i].address, text));
	if (where.n > 0)
		tell(at, code_of(verdict), S(""), buf_str(&where));
}

static size_t
count_verdict(const struct dane_server *s, enum dane_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < s->looks; i++)
		n += s->look[i].verdict == verdict;
	return n;
}

static void
tell_looks(const struct place *at)
{
	const struct dane_server *s = at->s;
	size_t good = count_verdict(s, DANE_GOOD);
	size_t unprobed = count_verdict(s, DANE_UNPROBED);

	for (enum dane_verdict v = DANE_NO_TLS; v <= DANE_BAD_CHAIN; v++)
		tell_verdict(at, v);
	if (unprobed == s->looks)
		tell(at, "dane.unprobed", S(""), s->base);
	if (good == 0 || good + unprobed < s->looks)
		return;
	tell(at, "dane.ok", S(""), s->base);
	if (has_no_spare(s))
		tell(at, "dane.no_rollover", S(""), s->base);
	if (s->tlsa->ttl > TTL_MOST)
		tell(at, "dane.ttl_high", S(""), s->base);
}

static void
tell_server(const struct place *at)
{
	const struct facts_dns *d = at->s->tlsa;

	switch (at->s->state) {
	case DANE_STATE_UNKNOWN:
		if (d->n > 0)
			tell(at, "dane.unknown", d->name, d->why);
		break;
	case DANE_STATE_NONE:
		break;
	case DANE_STATE_UNSIGNED:
		tell(at, "dane.unsigned", d->name, d->name);
		break;
	case DANE_STATE_BOGUS:
		tell(at, "dane.bogus", d->why, d->why);
		break;
	case DANE_STATE_NO_ANSWER:
		tell(at, "dane.no_answer", d->why, d->name);
		break;
	case DANE_STATE_UNUSABLE:
		tell_records(at);
		tell(at, "dane.unusable", d->name, d->name);
		break;
	case DANE_STATE_USABLE:
		tell_records(at);
		tell_looks(at);
		break;
	}
}

static size_t
count_state(const struct dane_survey *all, enum dane_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		n += all->server[i].state == state;
	return n;
}

/* Some servers with DANE, some without: a sender that is kept from the first
 * goes to the others. */
static void
tell_whole(const struct dane_survey *all, struct finding_list *out)
{
	size_t usable = count_state(all, DANE_STATE_USABLE);

	if (all->n > 0 && count_state(all, DANE_STATE_NONE) == all->n)
		finding_add(out, "dane.none", S(""), "domain", &all->domain,
			    NULL);
	if (usable == 0)
		return;
	for (size_t i = 0; i < all->n; i++) {
		const struct place at = { all, &all->server[i], out };

		if (at.s->state == DANE_STATE_NONE ||
		    at.s->state == DANE_STATE_UNSIGNED)
			tell(&at, "dane.partial", S(""), at.s->base);
	}
	if (!all->mx->secure && !all->mx->unproven)
		finding_add(out, "dane.mx_insecure", S(""), "domain",
			    &all->domain, NULL);
}

bool
dane_check(struct facts *f, const struct facts_subject *s,
	   struct finding_list *out)
{
	struct dane_survey all;

	if (!dane_survey(f, s->domain, &all))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		const struct place at = { &all, &all.server[i], out };

		tell_server(&at);
	}
	tell_whole(&all, out);
	return true;
}

bool
dane_failing(struct facts *f, struct str domain, bool *failing)
{
	struct dane_survey all;

	*failing = false;
	if (!dane_survey(f, domain, &all))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		const struct dane_server *s = &all.server[i];

		if (s->state == DANE_STATE_BOGUS ||
		    s->state == DANE_STATE_NO_ANSWER)
			*failing = true;
		for (size_t k = 0; k < s->looks; k++)
			if (code_of(s->look[k].verdict))
				*failing = true;
	}
	return true;
}
