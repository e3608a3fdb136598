/* The distribution behind the benchmark's store, and why it is so:
 *
 * - Rows of domains follow Zipf's law with exponent 1: the usual shape of mail
 *   volumes of the customers of one operator. With 1,000 domains the largest
 *   has 13 % of all rows and the median one 0.03 %.
 * - Fifteen reporters, the largest with 30 %: as in collections of real
 *   reports. Only one (Enterprise Outlook) tells the recipients' domains, of
 *   which there are 3,000, again by Zipf: the dimension that folds worst.
 * - There are 600 networks in 60 countries; how many domains and spoofers sit
 *   in each follows Zipf's law, as hosting does: few large ones, a long tail.
 * - A domain has 2 to 8 servers of its own in one network, one of 4 mailbox
 *   suites (hundreds of addresses, two of them with nine tenths of the
 *   customers), up to 6 of 40 mailing services (20 to 150 addresses each) and
 *   up to 12 of 56 forwarding hosts.
 * - Spoofers come from 40,000 addresses, by rank to the power of 0.8: few come
 *   back daily, most are seen once.
 * - Nine tenths of the wanted mail passes; mailing services pass by DKIM, with
 *   SPF of their own bounce domain; forwarded mail keeps DKIM in six cases of
 *   ten. Policies are spread over none, quarantine and reject, and a third of
 *   the domains moves on to a stricter one within the year.
 */
#include "query_shape.h"

#include <math.h>
#include <string.h>

const char *const shape_reporters[SHAPE_REPORTERS] = {
	"google.com",
	"Outlook.com",
	"Enterprise Outlook",
	"Yahoo",
	"1&1 Mail & Media GmbH",
	"comcast.net",
	"AOL",
	"mail.ru",
	"FastMail Pty Ltd",
	"AMAZON-SES",
	"zoho.com",
	"seznam.cz",
	"docomo.ne.jp",
	"telenor.no",
	"university.example",
};
/* Percent. */
static const unsigned shares[SHAPE_REPORTERS] = { 30, 14, 12, 9, 7, 6, 4, 4,
						  3,  3,  2,  2, 2, 1, 1 };
enum { ENTERPRISE = 2, COUNTRIES = 60 };

/* xorshift64*: the same numbers for the same seed on every machine. */
uint64_t
shape_random(struct shape *s, uint64_t below)
{
	s->seed ^= s->seed >> 12;
	s->seed ^= s->seed << 25;
	s->seed ^= s->seed >> 27;
	return (s->seed * 0x2545F4914F6CDD1Du >> 33) % below;
}

static double
unit(struct shape *s)
{
	return (double)shape_random(s, 1u << 30) / (double)(1u << 30);
}

/* A rank below `n` with weight (rank + 1)^-power, by inverting the integral
 * of the weights: near enough, and needs no table. */
static uint32_t
ranked(struct shape *s, uint32_t n, double power)
{
	double u = unit(s);
	double x;

	if (power == 1.0)
		x = pow((double)n + 1, u) - 1;
	else
		x = pow(u * (pow((double)n + 1, 1 - power) - 1) + 1,
			1 / (1 - power)) -
		    1;
	return x >= (double)n ? n - 1 : (uint32_t)x;
}

static void
make_places(struct shape *s)
{
	for (uint32_t i = 0; i < SHAPE_NETWORKS; i++) {
		uint32_t country = ranked(s, COUNTRIES, 1.0);

		s->network[i].asn = 64512 + i;
		s->network[i].country[0] = (char)('A' + country / 8);
		s->network[i].country[1] = (char)('A' + country % 8);
	}
	for (uint32_t i = 0; i < SHAPE_SERVICES; i++) {
		struct shape_service *v = &s->service[i];

		v->network = (uint32_t)shape_random(s, SHAPE_NETWORKS);
		v->base = (10u << 24) + (i << 12);
		if (i < SHAPE_SUITES)
			v->addresses = 150 + 100 * (SHAPE_SUITES - i);
		else if (i < SHAPE_SUITES + SHAPE_ESPS)
			v->addresses = 20 + (uint32_t)shape_random(s, 130);
		else
			v->addresses = 1 + (uint32_t)shape_random(s, 8);
	}
}

static uint32_t
between(struct shape *s, uint32_t least, uint32_t most)
{
	return least + (uint32_t)shape_random(s, most - least + 1);
}

static void
make_domain(struct shape *s, struct shape_domain *d)
{
	uint64_t suite = shape_random(s, 100);

	d->own_count = between(s, 2, SHAPE_OWN_MAX);
	d->esp_count = between(s, 0, SHAPE_USED_MAX);
	d->forwarder_count = between(s, 1, SHAPE_FORWARDERS_MAX);
	d->subdomain_count = between(s, 1, SHAPE_SUBDOMAINS_MAX);
	d->suite = suite < 45 ? 0 : suite < 90 ? 1 : suite < 95 ? 2 : 3;
	d->network = ranked(s, SHAPE_NETWORKS, 1.0);
	for (uint32_t i = 0; i < d->esp_count; i++)
		d->esp[i] = SHAPE_SUITES + ranked(s, SHAPE_ESPS, 0.7);
	for (uint32_t i = 0; i < d->forwarder_count; i++)
		d->forwarder[i] = between(s, SHAPE_SUITES + SHAPE_ESPS,
					  SHAPE_SERVICES - 1);
	d->policy = (enum dmarc_policy)between(s, DMARC_POLICY_NONE,
					       DMARC_POLICY_REJECT);
	d->later = d->policy;
	d->change = (int64_t)shape_random(s, 365);
	if (shape_random(s, 3) == 0 && d->policy < DMARC_POLICY_REJECT)
		d->later = d->policy + 1;
}

void
shape_make(struct shape *s, size_t domains, uint64_t seed)
{
	double sum = 0;

	*s = (struct shape){ .seed = seed, .domain_count = domains };
	s->domain = heap_new(domains * sizeof(*s->domain));
	make_places(s);
	for (size_t i = 0; i < domains; i++) {
		make_domain(s, &s->domain[i]);
		s->domain[i].weight = 1 / ((double)i + 1);
		sum += s->domain[i].weight;
	}
	for (size_t i = 0; i < domains; i++)
		s->domain[i].weight /= sum;
}

void
shape_free(struct shape *s)
{
	heap_free(s->domain);
}

size_t
shape_rows(struct shape *s, size_t d, double per_day)
{
	double mean = per_day * s->domain[d].weight;

	/* A fifth more or less, the broken part by lot. */
	mean *= 0.8 + 0.4 * unit(s);
	return (size_t)(mean + unit(s));
}

static uint32_t
pick_reporter(struct shape *s)
{
	unsigned at = (unsigned)shape_random(s, 100);
	uint32_t i = 0;

	while (at >= shares[i])
		at -= shares[i++];
	return i;
}

/* Shares of the kinds in rows, in percent: own 12, suite 35, mailing
 * services 30 (own servers when there is none), forwarders 11, spoofers 12. */
static enum shape_kind
pick_kind(struct shape *s, const struct shape_domain *d)
{
	unsigned at = (unsigned)shape_random(s, 100);

	if (at < 12)
		return SHAPE_OWN;
	if (at < 47)
		return SHAPE_SUITE;
	if (at < 77)
		return d->esp_count > 0 ? SHAPE_ESP : SHAPE_OWN;
	return at < 88 ? SHAPE_FORWARDER : SHAPE_SPOOFER;
}

/* The same network for the same address; networks by Zipf as well. */
static uint32_t
network_of_spoofer(uint32_t lot)
{
	double u = (double)(lot * 2654435761u >> 8) / (double)(1u << 24);

	return (uint32_t)(pow((double)SHAPE_NETWORKS, u) - 1);
}

static void
pick_address(struct shape *s, size_t number, struct shape_row *r)
{
	const struct shape_domain *d = &s->domain[number];
	uint32_t lot;

	switch (r->kind) {
	case SHAPE_OWN:
		r->service = d->network;
		r->address = (172u << 24) + ((uint32_t)number << 8) +
			     (uint32_t)shape_random(s, d->own_count);
		return;
	case SHAPE_SUITE:
		r->service = d->suite;
		break;
	case SHAPE_ESP:
		r->service = d->esp[shape_random(s, d->esp_count)];
		break;
	case SHAPE_FORWARDER:
		r->service = d->forwarder[shape_random(s, d->forwarder_count)];
		break;
	default:
		lot = ranked(s, SHAPE_SPOOFERS, 0.8);
		r->service = network_of_spoofer(lot);
		r->address = (192u << 24) + lot;
		return;
	}
	r->address = s->service[r->service].base +
		     ranked(s, s->service[r->service].addresses, 0.5);
}

/* Outcomes: 0 both aligned, 1 DKIM aligned and SPF of the service, 2 DKIM
 * aligned alone, 3 SPF aligned alone, 4 none. */
static uint32_t
pick_outcome(struct shape *s, enum shape_kind kind)
{
	static const unsigned percent[SHAPE_KINDS][5] = {
		[SHAPE_OWN] = { 88, 0, 2, 6, 4 },
		[SHAPE_SUITE] = { 91, 0, 5, 1, 3 },
		[SHAPE_ESP] = { 15, 73, 2, 0, 10 },
		[SHAPE_FORWARDER] = { 0, 0, 60, 0, 40 },
		[SHAPE_SPOOFER] = { 0, 0, 0, 0, 100 },
	};
	unsigned at = (unsigned)shape_random(s, 100);
	uint32_t i = 0;

	while (at >= percent[kind][i])
		at -= percent[kind][i++];
	return i;
}

static void
judge(struct shape *s, enum dmarc_policy policy, struct shape_row *r)
{
	static const int64_t bits[] = {
		STORE_V_DKIM | STORE_V_SPF | STORE_V_VOUCHED,
		STORE_V_DKIM | STORE_V_VOUCHED,
		STORE_V_DKIM,
		STORE_V_SPF | STORE_V_VOUCHED,
		0,
	};
	enum dmarc_disposition done = DMARC_DELIVERED_NONE;

	if (r->outcome == 4 && policy == DMARC_POLICY_QUARANTINE)
		done = DMARC_QUARANTINED;
	if (r->outcome == 4 && policy == DMARC_POLICY_REJECT)
		done = DMARC_REJECTED;
	if (r->kind == SHAPE_FORWARDER && shape_random(s, 3) == 0) {
		r->overrides = shape_random(s, 2) ? DMARC_OVERRIDE_FORWARDED
						  : DMARC_OVERRIDE_MAILING_LIST;
		done = DMARC_DELIVERED_NONE;
	} else if (done != DMARC_DELIVERED_NONE && shape_random(s, 10) == 0) {
		r->overrides = DMARC_OVERRIDE_LOCAL_POLICY;
		done = DMARC_DELIVERED_NONE;
	}
	r->verdict = bits[r->outcome] | (int64_t)done << STORE_V_DISPOSITION |
		     (int64_t)policy << STORE_V_POLICY;
}

void
shape_row(struct shape *s, size_t d, int64_t day, struct shape_row *r)
{
	const struct shape_domain *domain = &s->domain[d];

	memset(r, 0, sizeof(*r));
	r->reporter = pick_reporter(s);
	r->kind = pick_kind(s, domain);
	pick_address(s, d, r);
	if (shape_random(s, 100) < 15)
		r->subdomain = between(s, 1, domain->subdomain_count);
	if (r->reporter == ENTERPRISE)
		r->tenant = 1 + ranked(s, SHAPE_TENANTS, 1.0);
	r->outcome = pick_outcome(s, r->kind);
	judge(s, day < domain->change ? domain->policy : domain->later, r);
	/* Mostly single messages, now and then a mailing of thousands. */
	r->count = 1 + (int64_t)(pow(1 / (1 - unit(s)), 0.9) - 1);
}
