/* head.c - who reports, about which domain and policy, for what time. */
#include "dmarc/private.h"

#include "dnsname/dnsname.h"

#include <stdio.h>

enum {
	DAY = CIVIL_DAY,
	SPAN_USUAL = 36 * 3600,
	SPAN_ABSURD = 366 * DAY,
	AHEAD_MAX = 2 * DAY,
};

static const int64_t YEAR_2005 = 1104537600;   /* no DMARC before 2012 */
static const int64_t YEAR_9999 = 253402300799; /* its last second */

/* Seconds, or what reporters take for them: with a fraction, in milli- or
 * microseconds, or a date as text. Told apart by size alone, so that each
 * reading is exact. */
static bool
parse_date(struct dmarc *d, struct str value, int64_t *out)
{
	size_t dot = str_index(value, '.');
	uint64_t n;

	if (dot != SIZE_MAX && str_u64(str_sub(value, 0, dot), &n)) {
		repairs_note(d, R_DATE_FRACTION);
	} else if (!str_u64(value, &n)) {
		if (!civil_parse_rfc3339(value, out) || *out < 0)
			return false;
		repairs_note(d, R_DATE_TEXT);
		return true;
	}
	if (n > (uint64_t)YEAR_9999 && n / 1000 <= (uint64_t)YEAR_9999 / 10) {
		repairs_note(d, R_DATE_MILLISECONDS);
		n /= 1000;
	} else if (n > (uint64_t)YEAR_9999 &&
		   n / 1000000 <= (uint64_t)YEAR_9999) {
		repairs_note(d, R_DATE_MICROSECONDS);
		n /= 1000000;
	}
	if (n > (uint64_t)YEAR_9999)
		return false;
	*out = (int64_t)n;
	return true;
}

static void
take_date(struct dmarc *d, enum node field, struct str value)
{
	struct head_state *h = &d->head;
	bool begin = field == F_BEGIN;
	int64_t *to = begin ? &h->head.begin : &h->head.end;

	if (parse_date(d, value, to))
		*(begin ? &h->has_begin : &h->has_end) = true;
}

static char
read_mode(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct str word = words_fold(d, value, room);

	if (str_eq(word, S("r")) || str_eq(word, S("relaxed")))
		return 'r';
	if (str_eq(word, S("s")) || str_eq(word, S("strict")))
		return 's';
	repairs_note(d, R_TAG_UNREADABLE);
	return 'r';
}

static int
read_pct(struct dmarc *d, struct str value)
{
	uint64_t n;

	if (str_u64(value, &n) && n <= 100)
		return (int)n;
	repairs_note(d, R_TAG_UNREADABLE);
	return -1;
}

static char
read_testing(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct str word = words_fold(d, value, room);

	if (str_eq(word, S("y")) || str_eq(word, S("n")))
		return word.p[0];
	repairs_note(d, R_TAG_UNREADABLE);
	return 0;
}

static enum dmarc_policy
read_policy(struct dmarc *d, struct str value, enum repair unknown)
{
	char room[WORD_MAX];
	enum dmarc_policy policy = DMARC_POLICY_UNKNOWN;

	if (!words_policy(words_fold(d, value, room), &policy))
		repairs_note(d, unknown);
	return policy;
}

static void
take_domain(struct dmarc *d, struct str value)
{
	struct str domain;

	if (copy_domain(d, d->head.mem, value, &domain))
		d->head.head.domain = domain;
}

/* Where a value goes that is kept as it was sent; NULL for the others. */
static struct str *
text_place(struct dmarc_head *head, enum node field)
{
	switch (field) {
	case F_VERSION:
		return &head->version;
	case F_ORG:
		return &head->org_name;
	case F_EMAIL:
		return &head->email;
	case F_EXTRA:
		return &head->extra_contact;
	case F_ID:
		return &head->report_id;
	case F_ERROR:
		return &head->error;
	case F_GENERATOR:
		return &head->generator;
	case F_FO:
		return &head->fo;
	case F_DISCOVERY:
		return &head->discovery_method;
	default:
		return NULL;
	}
}

static void
take_policy(struct dmarc *d, enum node field, struct str value)
{
	struct dmarc_head *head = &d->head.head;

	switch (field) {
	case F_DOMAIN:
		take_domain(d, value);
		break;
	case F_P:
		head->p = read_policy(d, value, R_POLICY_UNKNOWN);
		break;
	case F_SP:
		head->sp = read_policy(d, value, R_SUBPOLICY_UNKNOWN);
		break;
	case F_NP:
		head->np = read_policy(d, value, R_SUBPOLICY_UNKNOWN);
		break;
	case F_ADKIM:
		head->adkim = read_mode(d, value);
		break;
	case F_ASPF:
		head->aspf = read_mode(d, value);
		break;
	case F_PCT:
		head->pct = read_pct(d, value);
		break;
	case F_TESTING:
		head->testing = read_testing(d, value);
		break;
	default:
		take_date(d, field, value);
	}
}

/* Elements that RFC 7489 does not have. */
static const uint64_t of_rfc9990 = 1ull << F_GENERATOR | 1ull << F_NP |
				   1ull << F_TESTING | 1ull << F_DISCOVERY;

/* The first value holds. An <error> may come several times. */
void
head_field(struct dmarc *d, enum node field, struct str value)
{
	struct head_state *h = &d->head;
	struct str *text = text_place(&h->head, field);
	uint64_t bit = 1ull << field;

	if (h->seen & bit) {
		if (field != F_ERROR)
			repairs_note(d, R_REPEATED);
		return;
	}
	if (h->settled && field != F_VERSION)
		return;
	if (field != F_ERROR || value.n > 0)
		h->seen |= bit;
	if (bit & of_rfc9990)
		h->head.rfc9990 = true;
	if (text)
		*text = copy_text(h->mem, value, DMARC_TEXT_MAX);
	else
		take_policy(d, field, value);
}

bool
head_ready(const struct dmarc *d)
{
	const struct head_state *h = &d->head;

	return h->metadata_closed && h->policy_closed && h->head.domain.n > 0 &&
	       (h->has_begin || h->has_end) &&
	       (h->head.org_name.n > 0 ||
		dnsname_of_address(h->head.email).n > 0);
}

static enum err
settle_names(struct dmarc *d, struct diag *why)
{
	struct head_state *h = &d->head;
	struct dmarc_head *head = &h->head;

	if (head->domain.n == 0 && !h->several_from && h->only_from.n > 0) {
		head->domain = h->only_from;
		repairs_note(d, R_DOMAIN_FROM_ROWS);
	}
	if (head->domain.n == 0)
		return repairs_refuse(why, ERR_SYNTAX, "dmarc.no_domain",
				      h->policy_line ? h->policy_line
						     : d->line);
	if (head->org_name.n == 0) {
		head->org_name = dnsname_of_address(head->email);
		repairs_note(d, R_ORG_FROM_EMAIL);
	}
	if (head->org_name.n == 0)
		return repairs_refuse(why, ERR_SYNTAX, "dmarc.no_org",
				      h->metadata_line ? h->metadata_line
						       : d->line);
	return ERR_NONE;
}

static enum err
settle_dates(struct dmarc *d, struct diag *why)
{
	struct head_state *h = &d->head;
	struct dmarc_head *head = &h->head;

	if (!h->has_begin && !h->has_end)
		return repairs_refuse(why, ERR_SYNTAX, "dmarc.no_dates",
				      h->metadata_line ? h->metadata_line
						       : d->line);
	if (!h->has_begin) {
		head->begin = head->end - (DAY - 1);
		repairs_note(d, R_BEGIN_FROM_END);
	} else if (!h->has_end) {
		head->end = head->begin + (DAY - 1);
		repairs_note(d, R_END_FROM_BEGIN);
	}
	if (head->begin > head->end) {
		int64_t begin = head->end;

		head->end = head->begin;
		head->begin = begin;
		repairs_note(d, R_DATES_SWAPPED);
	}
	if (head->begin < YEAR_2005)
		repairs_note(d, R_DATE_TOO_EARLY);
	if (head->end > d->now + AHEAD_MAX)
		repairs_note(d, R_DATE_IN_FUTURE);
	if (head->end - head->begin > SPAN_ABSURD)
		repairs_note(d, R_SPAN_OVER_366D);
	else if (head->end - head->begin > SPAN_USUAL)
		repairs_note(d, R_SPAN_OVER_36H);
	return ERR_NONE;
}

/* An id that the same report would get again: of what it is about. */
static void
make_id(struct dmarc *d)
{
	struct dmarc_head *head = &d->head.head;
	char id[DMARC_NAME_MAX + 64];

	(void)snprintf(id, sizeof id, "%.*s!%lld!%lld", STR_ARG(head->domain),
		       (long long)head->begin, (long long)head->end);
	head->report_id = copy_text(d->head.mem, str_of(id), sizeof id);
	repairs_note(d, R_ID_MADE);
}

/* An absent sp is p, never "none" (RFC 7489 section 6.3), an absent np is
 * sp (RFC 9989). */
static void
settle_policy(struct dmarc *d)
{
	struct dmarc_head *head = &d->head.head;

	if (!(d->head.seen & 1ull << F_P))
		repairs_note(d, R_POLICY_UNKNOWN);
	if (head->sp == DMARC_POLICY_UNKNOWN)
		head->sp = head->p;
	if (head->np == DMARC_POLICY_UNKNOWN)
		head->np = head->sp;
	if (!head->adkim)
		head->adkim = 'r';
	if (!head->aspf)
		head->aspf = 'r';
}

enum err
head_settle(struct dmarc *d, struct diag *why)
{
	enum err err;

	if (d->head.settled)
		return ERR_NONE;
	err = settle_names(d, why);
	if (err == ERR_NONE)
		err = settle_dates(d, why);
	if (err != ERR_NONE)
		return err;
	settle_policy(d);
	if (d->head.head.report_id.n == 0)
		make_id(d);
	d->head.settled = true;
	return ERR_NONE;
}

enum dmarc_policy
dmarc_policy_for(const struct dmarc_head *head, struct str header_from)
{
	if (header_from.n == 0 || str_eq(header_from, head->domain) ||
	    !dnsname_within(header_from, head->domain))
		return head->p;
	return head->sp;
}
