#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "query_data.h"

/* Worked out the slow way: every row against every filter, as contracts
 * sections 4 and 5 say it, with nothing of the store but the rows. */

enum { QUESTIONS = 3000, SEEDS = 4, VALUES_MAX = 64 };

static struct data *store;

struct fact {
	const struct data_row *row;
	const struct data_report *report;
	int source, triage;
	enum sender_class class_number;
};

static struct fact
fact_of(const struct data_row *row)
{
	struct fact f = { .row = row, .report = &store->reports[row->report] };
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
		f.source = store->endpoints[row->endpoint].source;
	triage = store->triage[f.source];
	f.triage =
		triage[f.report->domain] ? triage[f.report->domain] : triage[4];
	facts.triage = (enum sender_triage)f.triage;
	f.class_number = sender_classify(&facts, &rule);
	return f;
}

static const char *
host_of(const struct fact *f)
{
	if (f->row->endpoint < 0)
		return "";
	return data_hosts[store->endpoints[f->row->endpoint].host];
}

/* The key of a fact in a group, by words; selectors apart. */
static void
key_of(const struct fact *f, enum store_field field, char out[128])
{
	const struct data_endpoint *e =
		f->row->endpoint < 0 ? NULL
				     : &store->endpoints[f->row->endpoint];
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
in_net(const struct fact *f, struct str text)
{
	struct netaddr_net net;

	return f->row->endpoint >= 0 && netaddr_parse_net(text, &net) &&
	       netaddr_in(&store->endpoints[f->row->endpoint].ip, &net);
}

static bool
has_selector(const struct fact *f, struct str wanted)
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
has_override(const struct fact *f, struct str word)
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
is_found(const struct fact *f, struct str what)
{
	return has_text(data_froms[f->row->from], what) ||
	       has_text(data_envelopes[f->row->envelope_from], what) ||
	       has_text(data_tos[f->row->to], what) ||
	       has_text(data_comments[f->row->comment], what) ||
	       has_text(data_reporters[f->report->reporter], what) ||
	       has_text(host_of(f), what) ||
	       has_text(data_auths[f->row->auth].json, what) ||
	       has_text(data_sources[f->source].label, what) || in_net(f, what);
}

static bool
in_family(const struct fact *f, struct str wanted)
{
	SCOPED_BUF family = BUF(256);

	sender_reporter_family(str_of(data_reporters[f->report->reporter]),
			       &family);
	return str_eq(buf_str(&family), wanted);
}

static bool
is_value(const struct fact *f, const struct store_filter *filter)
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
		key_of(f, STORE_F_ASN, key);
		if (str_starts_fold(value, S("as")))
			return key[0] && str_eq_fold(str_of(key), value);
		if (!str_eq(value, S("unknown")))
			return key[0] && str_eq(str_of(key + 2), value);
		break;
	default:
		break;
	}
	key_of(f, filter->field, key);
	if (str_eq(value, S("unknown")) && filter->field != STORE_F_POLICY)
		return key[0] == '\0';
	return str_eq(str_of(key), value);
}

static bool
matches(const struct store_query *q, const struct fact *f)
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

struct line {
	char key[128];
	int64_t m[STORE_MEASURES];
	bool seen[COUNT_OF(data_sources)];
};
struct answer {
	size_t count;
	struct line lines[256], totals;
};

static void
widen(struct line *l, int64_t day)
{
	if (l->m[STORE_M_FIRST_SEEN] == 0 || day < l->m[STORE_M_FIRST_SEEN])
		l->m[STORE_M_FIRST_SEEN] = day;
	if (day > l->m[STORE_M_LAST_SEEN])
		l->m[STORE_M_LAST_SEEN] = day;
}

static void
count(struct line *l, const struct fact *f)
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

static struct line *
line_of(struct answer *a, const char *key)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->lines[i].key, key) == 0)
			return &a->lines[i];
	assert_true(a->count < COUNT_OF(a->lines));
	snprintf(a->lines[a->count].key, 128, "%s", key);
	return &a->lines[a->count++];
}

static void
count_selectors(struct answer *a, const struct fact *f)
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

static bool
of_reports_only(const struct store_query *q)
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

static void
work_out(const struct store_query *q, struct answer *a)
{
	char key[128];

	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < store->row_count; i++) {
		struct fact f = fact_of(&store->rows[i]);

		if (!matches(q, &f))
			continue;
		count(&a->totals, &f);
		if (q->grouped && q->group == STORE_F_SELECTOR) {
			count_selectors(a, &f);
		} else if (q->grouped) {
			key_of(&f, q->group, key);
			count(line_of(a, key), &f);
		}
	}
	for (int i = 0; i < DATA_REPORTS && of_reports_only(q); i++) {
		const struct data_row row = { .report = i, .endpoint = -1 };
		struct fact f = { &row, &store->reports[i], 0, 0, SENDER_OWN };

		if (!matches(q, &f))
			continue;
		a->totals.m[STORE_M_REPORTS]++;
		widen(&a->totals, f.report->day);
		if (!q->grouped)
			continue;
		key_of(&f, q->group, key);
		line_of(a, key)->m[STORE_M_REPORTS]++;
		widen(line_of(a, key), f.report->day);
	}
}

/* ---- questions at random ---- */

static const char *
random_value(enum store_field field, char room[128])
{
	static const char *const results[] = { "pass", "fail" };
	static const char *const raw[] = { "pass", "fail", "none", "softfail",
					   "temperror" };
	static const char *const dispositions[] = { "none", "quarantine",
						    "reject" };
	static const char *const policies[] = { "none", "quarantine", "reject",
						"unknown" };
	static const char *const overrides[] = { "forwarded", "mailing_list",
						 "local_policy", "other",
						 "none" };
	static const char *const classes[] = { "own", "forwarded",
					       "unrecognised", "blocked" };
	static const char *const nets[] = { "203.0.110.0/24",  "203.0.113.13",
					    "2001:db8:2::/48", "0.0.0.0/0",
					    "2001:db8::/32",   "198.51.100.1" };
	static const char *const asns[] = { "AS64496", "64496", "as128992",
					    "unknown", "7" };
	static const char *const countries[] = { "NO", "US", "unknown", "DE" };
	static const char *const families[] = { "microsoft", "google", "yahoo",
						"web.de" };
	static const char *const selectors[] = { "s1", "s2", "unknown", "s" };
	static const char *const trusts[] = { "any", "verified", "operator",
					      "unverified" };
	static const char *const texts[] = { "EXAMPLE",        "esp",
					     "forward",        "Amazon",
					     "203.0.110.0/24", "%",
					     "out.",           "s1" };
#define ONE(table) return table[PICK(store, table)]
	switch (field) {
	case STORE_F_DOMAIN:
		ONE(data_domains);
	case STORE_F_DAY:
		return civil_print_date(
			(DATA_FIRST + (int64_t)data_random(store, DATA_DAYS)) *
				86400,
			room);
	case STORE_F_RESULT:
	case STORE_F_SPF:
	case STORE_F_DKIM:
		ONE(results);
	case STORE_F_SPF_RESULT:
	case STORE_F_DKIM_RESULT:
		ONE(raw);
	case STORE_F_DISPOSITION:
		ONE(dispositions);
	case STORE_F_POLICY:
		ONE(policies);
	case STORE_F_OVERRIDE:
		ONE(overrides);
	case STORE_F_CLASS:
		ONE(classes);
	case STORE_F_SOURCE:
		snprintf(room, 128, "%s",
			 data_sources[PICK(store, data_sources)].slug);
		return room[0] ? room : "unknown";
	case STORE_F_IP:
		ONE(nets);
	case STORE_F_HOST:
		return PICK(store, data_hosts) ? data_hosts[1] : "unknown";
	case STORE_F_ASN:
		ONE(asns);
	case STORE_F_COUNTRY:
		ONE(countries);
	case STORE_F_REPORTER:
		ONE(data_reporters);
	case STORE_F_REPORTER_FAMILY:
		ONE(families);
	case STORE_F_FROM_DOMAIN:
		ONE(data_froms);
	case STORE_F_ENVELOPE_FROM:
		return PICK(store, data_tos) ? data_envelopes[1] : "unknown";
	case STORE_F_TO_DOMAIN:
		return PICK(store, data_tos) ? data_tos[1] : "unknown";
	case STORE_F_SELECTOR:
		ONE(selectors);
	case STORE_F_TRUST:
		ONE(trusts);
	default:
		ONE(texts);
	}
}

static char values[VALUES_MAX][128];

static void
add_filter(struct store_query *q, enum store_field field, bool not_it)
{
	char *room = values[q->filter_count];
	char own[128];

	snprintf(room, 128, "%s", random_value(field, own));
	q->filter[q->filter_count++] = (struct store_filter){
		.field = field,
		.value = str_of(room),
		.not_it = not_it,
	};
}

static void
make_question(struct store_query *q)
{
	bool needs_domain = false;
	int filters = (int)data_random(store, 4);

	*q = (struct store_query){ .owner = 1,
				   .first_day = INT64_MIN,
				   .last_day = INT64_MAX };
	if (data_random(store, 2)) {
		q->first_day =
			DATA_FIRST + (int64_t)data_random(store, DATA_DAYS);
		q->last_day = q->first_day + (int64_t)data_random(store, 30);
	}
	q->grouped = data_random(store, 8) != 0;
	do
		q->group = (enum store_field)data_random(store, STORE_FIELDS);
	while (!store_field_groups(q->group));
	needs_domain = q->grouped && store_field_is_detail(q->group);
	for (int i = 0; i < filters; i++) {
		enum store_field f =
			(enum store_field)data_random(store, STORE_FIELDS);
		int alternatives = (int)data_random(store, 3) + 1;
		bool not_it = data_random(store, 3) == 0;

		needs_domain |= store_field_is_detail(f);
		for (int k = 0; k < alternatives; k++)
			add_filter(q, f, not_it);
	}
	for (size_t i = 0; i < q->filter_count && needs_domain; i++)
		if (q->filter[i].field == STORE_F_DOMAIN)
			q->filter[i].not_it = true;
	if (needs_domain)
		add_filter(q, STORE_F_DOMAIN, false);
	q->sort = (enum store_measure)data_random(store, STORE_MEASURES);
	q->sort_by_key = data_random(store, 4) == 0;
	q->ascending = data_random(store, 2);
	q->limit = data_random(store, 3) ? 0 : data_random(store, 6) + 1;
}

/* ---- the comparison ---- */

static const struct store_query *now;

static void
show_question(void)
{
	for (size_t i = 0; i < now->filter_count; i++)
		print_error("%s%s=%.*s\n", now->filter[i].not_it ? "!" : "",
			    store_field_name(now->filter[i].field),
			    STR_ARG(now->filter[i].value));
	print_error("group %s, days %lld-%lld\n",
		    now->grouped ? store_field_name(now->group) : "none",
		    (long long)now->first_day, (long long)now->last_day);
}

static void
same(const struct store_answer_row *got, const struct line *wanted)
{
	for (int i = 0; i < STORE_MEASURES; i++) {
		int64_t w = wanted->m[i];

		if (i == STORE_M_FIRST_SEEN || i == STORE_M_LAST_SEEN)
			w *= 86400;
		if (got->known[i] ? got->m[i] == w
				  : i == STORE_M_SOURCES ||
					    i == STORE_M_REPORTS || w == 0)
			continue;
		show_question();
		print_error("%s of '%s' is %lld, not %lld\n",
			    store_measure_name((enum store_measure)i),
			    wanted->key, (long long)got->m[i], (long long)w);
		fail();
	}
	assert_int_equal(got->known[STORE_M_REPORTS], of_reports_only(now));
}

struct collected {
	const struct answer *wanted;
	size_t count;
	struct store_answer_row last;
	char last_key[128];
	bool found[256];
};

static int
in_order(const struct store_answer_row *a, const char *key_a,
	 const struct store_answer_row *b, struct str key_b)
{
	int64_t x = a->m[now->sort], y = b->m[now->sort];

	if (!now->sort_by_key && x != y)
		return now->ascending ? x < y : x > y;
	if (now->sort_by_key && !now->ascending)
		return str_cmp(str_of(key_a), key_b) > 0;
	return str_cmp(str_of(key_a), key_b) < 0;
}

static enum err
collect(void *ctx, const struct store_answer_row *row)
{
	struct collected *c = ctx;
	size_t i = 0;

	while (i < c->wanted->count &&
	       !str_eq(row->key, str_of(c->wanted->lines[i].key)))
		i++;
	if (i == c->wanted->count || c->found[i]) {
		show_question();
		print_error("'%.*s' is not expected\n", STR_ARG(row->key));
		fail();
	}
	c->found[i] = true;
	same(row, &c->wanted->lines[i]);
	if (c->count++ > 0 && !in_order(&c->last, c->last_key, row, row->key)) {
		show_question();
		fail_msg("not in order");
	}
	c->last = *row;
	snprintf(c->last_key, 128, "%.*s", STR_ARG(row->key));
	return ERR_NONE;
}

static void
ask_all_pages(struct store_query *q, const struct answer *wanted)
{
	struct collected c = { .wanted = wanted };
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	size_t pages = 0;

	now = q;
	do {
		struct store_answer_row totals;
		struct diag why = { 0 };
		size_t before = c.count;
		enum err e;

		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		buf_clear(&next);
		q->cursor = buf_str(&cursor);
		e = store_ask(store->s, q, collect, &c, &totals, &next, &why);
		if (e != ERR_NONE) {
			show_question();
			fail_msg("%d %s %s", e, why.code, why.detail);
		}
		same(&totals, &wanted->totals);
		if (q->limit)
			assert_true(c.count - before <= q->limit);
		if (next.n)
			assert_int_equal(c.count - before, q->limit);
		assert_true(pages++ < 300);
	} while (next.n);
	assert_int_equal(c.count, wanted->count);
}

static void
answers_are_those_of_every_row_against_every_filter(void **state)
{
	static struct answer wanted;
	size_t with_rows = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		store = data_new(seed * 7919);
		for (int i = 0; i < QUESTIONS / SEEDS; i++) {
			struct store_query q;

			make_question(&q);
			work_out(&q, &wanted);
			ask_all_pages(&q, &wanted);
			with_rows += wanted.totals.m[STORE_M_ROWS] > 0;
		}
		data_free(store);
	}
	/* The questions are not beside the point. */
	assert_true(with_rows > QUESTIONS / 3);
}

static void
classes_add_up_to_all_messages(void **state)
{
	struct store_query q = { .owner = 1,
				 .first_day = INT64_MIN,
				 .last_day = INT64_MAX };
	struct store_answer_row t;
	SCOPED_BUF next = BUF(64);
	struct diag why = { 0 };

	(void)state;
	store = data_new(5);
	assert_int_equal(store_ask(store->s, &q, NULL, NULL, &t, &next, &why),
			 ERR_NONE);
	assert_true(t.m[STORE_M_MESSAGES] > 1000);
	assert_int_equal(t.m[STORE_M_OWN] + t.m[STORE_M_FORWARDED] +
				 t.m[STORE_M_UNRECOGNISED] +
				 t.m[STORE_M_BLOCKED],
			 t.m[STORE_M_MESSAGES]);
	data_free(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			answers_are_those_of_every_row_against_every_filter),
		cmocka_unit_test(classes_add_up_to_all_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
