/* Answers worked out the slow way. */
#include "query_brute.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct data *facts_of;

void
brute_use(const struct data *d)
{
	facts_of = d;
}

struct brute_fact
brute_fact(const struct data_row *row)
{
	struct brute_fact f = { .row = row,
				.report = &facts_of->reports[row->report] };
	const int *triage;
	struct sender_facts facts = {
		.dkim_aligned = row->verdict & 1,
		.spf_aligned = row->verdict >> 1 & 1,
		.spf_vouched = row->verdict >> 2 & 1,
		.disposition = (enum dmarc_disposition)(row->verdict >> 3 & 3),
		.overrides = (unsigned)row->overrides,
	};
	enum sender_rule rule;

	if (row->endpoint >= 0)
		f.source = facts_of->endpoints[row->endpoint].source;
	triage = facts_of->triage[f.source];
	f.triage =
		triage[f.report->domain] ? triage[f.report->domain] : triage[4];
	facts.triage = (enum sender_triage)f.triage;
	f.class_number = sender_classify(&facts, &rule);
	return f;
}

static const char *
host_of(const struct brute_fact *f)
{
	if (f->row->endpoint < 0)
		return "";
	return data_hosts[facts_of->endpoints[f->row->endpoint].host];
}

/* The key of a fact in a group, by words; selectors apart. */
void
brute_key(const struct brute_fact *f, enum store_field field, char out[128])
{
	const struct data_endpoint *e =
		f->row->endpoint < 0 ? NULL
				     : &facts_of->endpoints[f->row->endpoint];
	const char *text = "";
	char ip[NETADDR_PRINT_MAX];
	int64_t v = f->row->verdict;

	switch (field) {
	case STORE_F_DOMAIN:
		text = data_domains[f->report->domain];
		break;
	case STORE_F_DAY:
		text = civil_print_date(f->report->day * 86400, ip);
		break;
	case STORE_F_RESULT:
		text = v & 3 ? "pass" : "fail";
		break;
	case STORE_F_SPF:
		text = v & 2 ? "pass" : "fail";
		break;
	case STORE_F_DKIM:
		text = v & 1 ? "pass" : "fail";
		break;
	case STORE_F_SPF_RESULT:
		text = dmarc_result_name(data_auths[f->row->auth].spf);
		break;
	case STORE_F_DKIM_RESULT:
		text = dmarc_result_name(data_auths[f->row->auth].dkim);
		break;
	case STORE_F_DISPOSITION:
		text = dmarc_disposition_name(
			(enum dmarc_disposition)(v >> 3 & 3));
		break;
	case STORE_F_POLICY:
		text = dmarc_policy_name((enum dmarc_policy)(v >> 5 & 3));
		break;
	case STORE_F_CLASS:
		text = sender_class_name(f->class_number);
		break;
	case STORE_F_SOURCE:
		text = data_sources[f->source].slug;
		break;
	case STORE_F_IP:
		text = e ? netaddr_print(&e->ip, ip) : "";
		break;
	case STORE_F_HOST:
		text = host_of(f);
		break;
	case STORE_F_ASN:
		if (e && e->asn)
			snprintf(ip, sizeof(ip), "AS%lld", (long long)e->asn);
		text = e && e->asn ? ip : "";
		break;
	case STORE_F_COUNTRY:
		text = e ? e->country : "";
		break;
	case STORE_F_REPORTER:
		text = data_reporters[f->report->reporter];
		break;
	case STORE_F_FROM_DOMAIN:
		text = data_froms[f->row->from];
		break;
	case STORE_F_ENVELOPE_FROM:
		text = data_envelopes[f->row->envelope_from];
		break;
	case STORE_F_TO_DOMAIN:
		text = data_tos[f->row->to];
		break;
	case STORE_F_TRUST:
		text = store_trust_name((enum store_trust)f->report->trust);
		break;
	default:
		break;
	}
	snprintf(out, 128, "%s", text);
}

static bool
has_text(const char *where, struct str what)
{
	return str_find_fold(str_of(where), what) != SIZE_MAX;
}

static bool
in_net(const struct brute_fact *f, struct str text)
{
	struct netaddr_net net;

	return f->row->endpoint >= 0 && netaddr_parse_net(text, &net) &&
	       netaddr_in(&facts_of->endpoints[f->row->endpoint].ip, &net);
}

static bool
has_selector(const struct brute_fact *f, struct str wanted)
{
	struct str rest = str_of(data_auths[f->row->auth].selectors);
	struct str one;

	if (str_eq(wanted, S("unknown")))
		return str_trim(rest).n == 0;
	while (str_split(&rest, ' ', &one))
		if (one.n > 0 && str_eq_fold(one, wanted))
			return true;
	return false;
}

static bool
has_override(const struct brute_fact *f, struct str word)
{
	static const char *const words[] = {
		"forwarded",    "sampled_out",  "trusted_forwarder",
		"mailing_list", "local_policy", "policy_test_mode",
		"other",
	};

	if (str_eq(word, S("none")))
		return f->row->overrides == 0;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_eq(word, str_of(words[i])))
			return f->row->overrides >> i & 1;
	return false;
}

static bool
is_found(const struct brute_fact *f, struct str what)
{
	char ip[BRUTE_KEY];

	brute_key(f, STORE_F_IP, ip);
	return has_text(data_froms[f->row->from], what) ||
	       has_text(data_envelopes[f->row->envelope_from], what) ||
	       has_text(data_tos[f->row->to], what) ||
	       has_text(data_comments[f->row->comment], what) ||
	       has_text(data_reporters[f->report->reporter], what) ||
	       has_text(host_of(f), what) ||
	       has_text(data_auths[f->row->auth].json, what) ||
	       has_text(data_sources[f->source].label, what) ||
	       in_net(f, what) || has_text(ip, what);
}

static bool
in_family(const struct brute_fact *f, struct str wanted)
{
	SCOPED_BUF family = BUF(256);

	sender_reporter_family(str_of(data_reporters[f->report->reporter]),
			       &family);
	return str_eq(buf_str(&family), wanted);
}

static bool
is_value(const struct brute_fact *f, const struct store_filter *filter)
{
	struct str value = filter->value;
	char key[128];

	switch (filter->field) {
	case STORE_F_SELECTOR:
		return has_selector(f, value);
	case STORE_F_OVERRIDE:
		return has_override(f, value);
	case STORE_F_TEXT:
		return is_found(f, value);
	case STORE_F_IP:
		return in_net(f, value);
	case STORE_F_REPORTER_FAMILY:
		return in_family(f, value);
	case STORE_F_TRUST:
		if (str_eq(value, S("any")))
			return true;
		break;
	case STORE_F_ASN:
		brute_key(f, STORE_F_ASN, key);
		if (str_starts_fold(value, S("as")))
			return key[0] && str_eq_fold(str_of(key), value);
		if (!str_eq(value, S("unknown")))
			return key[0] && str_eq(str_of(key + 2), value);
		break;
	default:
		break;
	}
	brute_key(f, filter->field, key);
	if (str_eq(value, S("unknown")) && filter->field != STORE_F_POLICY)
		return key[0] == '\0';
	return str_eq(str_of(key), value);
}

bool
brute_matches(const struct store_query *q, const struct brute_fact *f)
{
	bool trust_asked = false;

	if (!f->report->counts || f->report->day < q->first_day ||
	    f->report->day > q->last_day)
		return false;
	for (int field = 0; field < STORE_FIELDS; field++) {
		bool wanted = false, hit = false;

		for (size_t i = 0; i < q->filter_count; i++) {
			const struct store_filter *v = &q->filter[i];

			if ((int)v->field != field)
				continue;
			trust_asked |= field == STORE_F_TRUST;
			if (v->not_it && is_value(f, v))
				return false;
			wanted |= !v->not_it;
			hit |= !v->not_it && is_value(f, v);
		}
		if (wanted && !hit)
			return false;
	}
	return trust_asked || f->report->trust != STORE_UNVERIFIED;
}

static void
widen(struct brute_line *l, int64_t day)
{
	if (l->m[STORE_M_FIRST_SEEN] == 0 || day < l->m[STORE_M_FIRST_SEEN])
		l->m[STORE_M_FIRST_SEEN] = day;
	if (day > l->m[STORE_M_LAST_SEEN])
		l->m[STORE_M_LAST_SEEN] = day;
}

static void
count(struct brute_line *l, const struct brute_fact *f)
{
	int64_t n = f->row->count;
	bool pass = (f->row->verdict & 3) != 0;

	l->m[STORE_M_MESSAGES] += n;
	l->m[STORE_M_PASSED] += pass ? n : 0;
	l->m[STORE_M_OWN] += f->class_number == SENDER_OWN ? n : 0;
	l->m[STORE_M_OWN_PASSED] +=
		f->class_number == SENDER_OWN && pass ? n : 0;
	l->m[STORE_M_FORWARDED] += f->class_number == SENDER_FORWARDED ? n : 0;
	l->m[STORE_M_UNRECOGNISED] +=
		f->class_number == SENDER_UNRECOGNISED ? n : 0;
	l->m[STORE_M_BLOCKED] += f->class_number == SENDER_BLOCKED ? n : 0;
	l->m[STORE_M_SPF_ALIGNED] += f->row->verdict & 2 ? n : 0;
	l->m[STORE_M_DKIM_ALIGNED] += f->row->verdict & 1 ? n : 0;
	l->m[STORE_M_ROWS]++;
	if (f->source != 0 && !l->seen[f->source])
		l->m[STORE_M_SOURCES]++;
	l->seen[f->source] = true;
	widen(l, f->report->day);
}

static struct brute_line *
line_of(struct brute_answer *a, const char *key)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->lines[i].key, key) == 0)
			return &a->lines[i];
	assert(a->count < COUNT_OF(a->lines));
	snprintf(a->lines[a->count].key, 128, "%s", key);
	return &a->lines[a->count++];
}

static void
count_selectors(struct brute_answer *a, const struct brute_fact *f)
{
	static const char *const all[] = { "s1", "s2" };
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (!has_selector(f, str_of(all[i])))
			continue;
		count(line_of(a, all[i]), f);
		any = true;
	}
	if (!any)
		count(line_of(a, ""), f);
}

bool
brute_counts_reports(const struct store_query *q)
{
	unsigned fields = 0;
	const unsigned known = 1u << STORE_F_DOMAIN | 1u << STORE_F_DAY |
			       1u << STORE_F_REPORTER | 1u << STORE_F_TRUST |
			       1u << STORE_F_REPORTER_FAMILY;

	for (size_t i = 0; i < q->filter_count; i++)
		fields |= 1u << q->filter[i].field;
	if (q->grouped)
		fields |= 1u << q->group;
	return (fields & ~known) == 0;
}

void
brute_answer(const struct store_query *q, struct brute_answer *a)
{
	char key[128];

	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < facts_of->row_count; i++) {
		struct brute_fact f = brute_fact(&facts_of->rows[i]);

		if (!brute_matches(q, &f))
			continue;
		count(&a->totals, &f);
		if (q->grouped && q->group == STORE_F_SELECTOR) {
			count_selectors(a, &f);
		} else if (q->grouped) {
			brute_key(&f, q->group, key);
			count(line_of(a, key), &f);
		}
	}
	for (int i = 0; i < DATA_REPORTS && brute_counts_reports(q); i++) {
		const struct data_row row = { .report = i, .endpoint = -1 };
		struct brute_fact f = { &row, &facts_of->reports[i], 0, 0,
					SENDER_OWN };

		if (!brute_matches(q, &f))
			continue;
		a->totals.m[STORE_M_REPORTS]++;
		if (!q->grouped)
			continue;
		/* Only where there are rows. */
		brute_key(&f, q->group, key);
		for (size_t k = 0; k < a->count; k++)
			if (strcmp(a->lines[k].key, key) == 0)
				a->lines[k].m[STORE_M_REPORTS]++;
	}
}
