#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "query_brute.h"

#include <stdio.h>
#include <string.h>

enum { QUESTIONS = 3000, SEEDS = 4, VALUES_MAX = 64 };

static struct data *store;

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
	static const char *const texts[] = {
		"EXAMPLE", "esp",  "forward", "Amazon", "203.0.110.0/24",
		"%",       "out.", "s1",      "3.0.11", "2001:DB8:2::"
	};
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
			(enum store_field)data_random(store, STORE_F_REPORT);
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
same(const struct store_answer_row *got, const struct brute_line *wanted)
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
	assert_int_equal(got->known[STORE_M_REPORTS],
			 brute_counts_reports(now));
}

struct collected {
	const struct brute_answer *wanted;
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
ask_all_pages(struct store_query *q, const struct brute_answer *wanted)
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
	static struct brute_answer wanted;
	size_t with_rows = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		store = data_new(seed * 7919);
		brute_use(store);
		for (int i = 0; i < QUESTIONS / SEEDS; i++) {
			struct store_query q;

			make_question(&q);
			brute_answer(&q, &wanted);
			ask_all_pages(&q, &wanted);
			with_rows += wanted.totals.m[STORE_M_ROWS] > 0;
		}
		data_free(store);
	}
	/* The questions are not beside the point. */
	assert_true(with_rows > QUESTIONS / 3);
}

struct row_check {
	const struct store_query *q;
	size_t count;
	int64_t last;
};

static const struct data_row *
row_with(int64_t id)
{
	for (size_t i = 0; i < store->row_count; i++)
		if (store->rows[i].id == id)
			return &store->rows[i];
	fail_msg("no row %lld", (long long)id);
	return NULL;
}

static void
is_key(const struct brute_fact *f, enum store_field field, struct str got)
{
	char key[128];

	brute_key(f, field, key);
	assert_true(str_eq(got, str_of(key)));
}

static enum err
check_row(void *ctx, const struct store_detail *d)
{
	struct row_check *c = ctx;
	int64_t id = store_row_first(d->report) + d->n;
	const struct data_row *row = row_with(id);
	struct brute_fact f = brute_fact(row);

	assert_true(id > c->last);
	assert_true(brute_matches(c->q, &f));
	assert_int_equal(d->count, row->count);
	assert_int_equal(d->day_seconds, f.report->day * 86400);
	assert_int_equal(d->dkim_aligned, row->verdict & 1);
	assert_int_equal(d->spf_aligned, row->verdict >> 1 & 1);
	is_key(&f, STORE_F_IP, d->ip);
	is_key(&f, STORE_F_HOST, d->host);
	is_key(&f, STORE_F_COUNTRY, d->country);
	is_key(&f, STORE_F_SOURCE, d->source);
	is_key(&f, STORE_F_CLASS, d->class_name);
	is_key(&f, STORE_F_DOMAIN, d->domain);
	is_key(&f, STORE_F_REPORTER, d->reporter);
	is_key(&f, STORE_F_FROM_DOMAIN, d->header_from);
	is_key(&f, STORE_F_ENVELOPE_FROM, d->envelope_from);
	is_key(&f, STORE_F_TO_DOMAIN, d->envelope_to);
	is_key(&f, STORE_F_POLICY, d->policy);
	is_key(&f, STORE_F_DISPOSITION, d->disposition);
	assert_true(str_eq(d->auth_json, str_of(data_auths[row->auth].json)));
	assert_true(str_eq(d->comment, str_of(data_comments[row->comment])));
	c->last = id;
	c->count++;
	return ERR_NONE;
}

static void
check_rows(struct store_query *q)
{
	struct row_check c = { .q = q };
	SCOPED_BUF next = BUF(4096);
	SCOPED_BUF cursor = BUF(4096);
	size_t wanted = 0;

	now = q;
	for (size_t i = 0; i < store->row_count; i++) {
		struct brute_fact f = brute_fact(&store->rows[i]);

		wanted += brute_matches(q, &f);
	}
	do {
		struct diag why = { 0 };
		size_t before = c.count;

		buf_clear(&cursor);
		buf_add(&cursor, buf_str(&next));
		buf_clear(&next);
		q->cursor = buf_str(&cursor);
		assert_int_equal(
			store_rows(store->s, q, check_row, &c, &next, &why),
			ERR_NONE);
		if (next.n)
			assert_int_equal(c.count - before, q->limit);
	} while (next.n);
	if (c.count != wanted)
		show_question();
	assert_int_equal(c.count, wanted);
}

static void
rows_are_all_that_match_once_and_in_order(void **state)
{
	(void)state;
	store = data_new(77);
	brute_use(store);
	for (int i = 0; i < 400; i++) {
		struct store_query q;

		make_question(&q);
		check_rows(&q);
	}
	data_free(store);
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
	brute_use(store);
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
		cmocka_unit_test(rows_are_all_that_match_once_and_in_order),
		cmocka_unit_test(classes_add_up_to_all_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
