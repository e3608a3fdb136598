#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "query_data.h"

#include <string.h>

static struct data *store;

static struct store_query
everything(void)
{
	return (struct store_query){ .owner = 1,
				     .first_day = INT64_MIN,
				     .last_day = INT64_MAX };
}

static void
filter(struct store_query *q, enum store_field field, const char *value)
{
	q->filter[q->filter_count++] = (struct store_filter){
		.field = field,
		.value = str_of(value),
	};
}

static enum err
count_row(void *ctx, const struct store_answer_row *row)
{
	size_t *count = ctx;

	(void)row;
	(*count)++;
	return ERR_NONE;
}

static enum err
ask(const struct store_query *q, struct store_answer_row *totals,
    struct buf *next, size_t *count, struct diag *why)
{
	diag_clear(why);
	*count = 0;
	return store_ask(store->s, q, count_row, count, totals, next, why);
}

static void
values_that_are_none_are_refused_with_what_is_accepted(void **state)
{
	static const struct {
		enum store_field field;
		const char *value, *detail;
	} table[] = {
		{ STORE_F_RESULT, "ok", "result: fail, pass" },
		{ STORE_F_SPF, "softfail", "spf: fail, pass" },
		{ STORE_F_DISPOSITION, "block",
		  "disposition: none, quarantine, reject" },
		{ STORE_F_POLICY, "hard",
		  "policy: unknown, none, quarantine, reject" },
		{ STORE_F_CLASS, "spam",
		  "class: own, forwarded, unrecognised, blocked" },
		{ STORE_F_TRUST, "all",
		  "trust: unverified, operator, verified, any" },
		{ STORE_F_ASN, "AS", "asn: AS64496, 64496, unknown" },
		{ STORE_F_ASN, "AS4294967296", "asn: AS64496, 64496, unknown" },
		{ STORE_F_COUNTRY, "NOR", "country: NO, JP, unknown" },
		{ STORE_F_COUNTRY, "1", "country: NO, JP, unknown" },
		{ STORE_F_DAY, "20.9.2026", "day: YYYY-MM-DD" },
		{ STORE_F_IP, "203.0.113.256",
		  "ip: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32" },
		{ STORE_F_OVERRIDE, "forward",
		  "override: forwarded, sampled_out, trusted_forwarder, "
		  "mailing_list, local_policy, policy_test_mode, other, "
		  "none" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (int named = 0; named < 2; named++) {
			struct store_query q = everything();
			struct store_answer_row totals;
			SCOPED_BUF next = BUF(4096);
			struct diag why;
			size_t count;

			if (named || table[i].field == STORE_F_IP)
				filter(&q, STORE_F_DOMAIN, "a.example");
			filter(&q, table[i].field, table[i].value);
			assert_int_equal(ask(&q, &totals, &next, &count, &why),
					 ERR_SYNTAX);
			assert_string_equal(why.code, "query.bad_value");
			assert_string_equal(why.detail, table[i].detail);
		}
}

static void
a_cursor_continues_only_the_question_that_gave_it(void **state)
{
	struct store_query q = everything();
	struct store_answer_row totals;
	SCOPED_BUF first = BUF(4096);
	SCOPED_BUF next = BUF(4096);
	struct diag why;
	size_t count;

	(void)state;
	q.grouped = true;
	q.group = STORE_F_REPORTER;
	q.limit = 3;
	assert_int_equal(ask(&q, &totals, &first, &count, &why), ERR_NONE);
	assert_int_equal(count, 3);
	q.cursor = buf_str(&first);
	assert_int_equal(ask(&q, &totals, &next, &count, &why), ERR_NONE);
	assert_int_equal(count, 3);
	q.ascending = true;
	assert_int_equal(ask(&q, &totals, &next, &count, &why), ERR_SYNTAX);
	assert_string_equal(why.code, "query.bad_cursor");
	q.ascending = false;
	filter(&q, STORE_F_RESULT, "pass");
	assert_int_equal(ask(&q, &totals, &next, &count, &why), ERR_SYNTAX);
	q.filter[0].field = STORE_F_SPF;
	assert_int_equal(ask(&q, &totals, &next, &count, &why), ERR_SYNTAX);
}

static void
a_cursor_with_any_byte_changed_is_refused(void **state)
{
	struct store_query q = everything();
	struct store_answer_row totals;
	SCOPED_BUF cursor = BUF(4096);
	SCOPED_BUF next = BUF(4096);
	struct diag why;
	size_t count;

	(void)state;
	q.grouped = true;
	q.group = STORE_F_REPORTER;
	q.limit = 1;
	assert_int_equal(ask(&q, &totals, &cursor, &count, &why), ERR_NONE);
	q.cursor = buf_str(&cursor);
	for (size_t i = 0; i < cursor.n; i++) {
		static const char others[] = { 'A', 'z', '_', '=', '\0', ' ' };
		char was = cursor.p[i];

		for (size_t k = 0; k < sizeof(others); k++) {
			cursor.p[i] = others[k];
			if (others[k] == was)
				continue;
			assert_int_equal(ask(&q, &totals, &next, &count, &why),
					 ERR_SYNTAX);
			assert_string_equal(why.code, "query.bad_cursor");
		}
		cursor.p[i] = was;
	}
	for (size_t n = 1; n < cursor.n; n++) {
		q.cursor.n = n;
		assert_int_equal(ask(&q, &totals, &next, &count, &why),
				 ERR_SYNTAX);
	}
}

static void
measures_are_known_where_the_table_has_them(void **state)
{
	static const struct {
		enum store_field filter, group;
		enum store_measure sort;
		bool reports, sources;
	} table[] = {
		{ STORE_F_DOMAIN, STORE_F_DAY, STORE_M_MESSAGES, true, false },
		{ STORE_F_DOMAIN, STORE_F_DAY, STORE_M_SOURCES, true, true },
		{ STORE_F_DOMAIN, STORE_F_RESULT, STORE_M_MESSAGES, false,
		  false },
		{ STORE_F_DOMAIN, STORE_F_SOURCE, STORE_M_MESSAGES, false,
		  true },
		{ STORE_F_DOMAIN, STORE_F_IP, STORE_M_MESSAGES, false, true },
		{ STORE_F_REPORTER, STORE_F_REPORTER, STORE_M_MESSAGES, true,
		  true },
		{ STORE_F_CLASS, STORE_F_DOMAIN, STORE_M_MESSAGES, false,
		  true },
	};
	static const char *const values[STORE_FIELDS] = {
		[STORE_F_DOMAIN] = "a.example",
		[STORE_F_REPORTER] = "Google.com",
		[STORE_F_CLASS] = "own",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct store_query q = everything();
		struct store_answer_row totals;
		SCOPED_BUF next = BUF(4096);
		struct diag why;
		size_t count;

		filter(&q, table[i].filter, values[table[i].filter]);
		q.grouped = true;
		q.group = table[i].group;
		q.sort = table[i].sort;
		assert_int_equal(ask(&q, &totals, &next, &count, &why),
				 ERR_NONE);
		assert_true(totals.m[STORE_M_MESSAGES] > 0);
		assert_int_equal(totals.known[STORE_M_REPORTS],
				 table[i].reports);
		assert_int_equal(totals.known[STORE_M_SOURCES],
				 table[i].sources);
	}
}

static void
nothing_that_matches_is_no_rows_and_zero_messages(void **state)
{
	struct store_query q = everything();
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(4096);
	struct diag why;
	size_t count;

	(void)state;
	q.grouped = true;
	q.group = STORE_F_SOURCE;
	for (int i = 0; i < 2; i++) {
		if (i == 1)
			filter(&q, STORE_F_DOMAIN, "nobody.example");
		q.owner = i == 0 ? 2 : 1;
		assert_int_equal(ask(&q, &totals, &next, &count, &why),
				 ERR_NONE);
		assert_int_equal(count, 0);
		assert_int_equal(next.n, 0);
		assert_true(totals.known[STORE_M_MESSAGES]);
		assert_int_equal(totals.m[STORE_M_MESSAGES], 0);
		assert_false(totals.known[STORE_M_LAST_SEEN]);
	}
}

static enum err
check_label(void *ctx, const struct store_answer_row *row)
{
	int *found = ctx;

	*found += str_eq(row->key, S("amazon-ses")) &&
		  str_eq(row->label, S("Amazon SES"));
	*found += str_eq(row->key, S("AS64496")) &&
		  str_eq(row->label, S("Example Networks"));
	*found += str_eq(row->key, S("")) && row->label.n == 0;
	return ERR_NONE;
}

static void
labels_are_for_people_and_unknown_keys_are_empty(void **state)
{
	static const enum store_field groups[] = { STORE_F_SOURCE,
						   STORE_F_ASN };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(groups); i++) {
		struct store_query q = everything();
		struct store_answer_row totals;
		SCOPED_BUF next = BUF(4096);
		struct diag why = { 0 };
		int found = 0;

		q.grouped = true;
		q.group = groups[i];
		assert_int_equal(store_ask(store->s, &q, check_label, &found,
					   &totals, &next, &why),
				 ERR_NONE);
		assert_int_equal(found, 2);
	}
}

static enum err
stop(void *ctx, const struct store_answer_row *row)
{
	int *calls = ctx;

	(void)row;
	(*calls)++;
	return ERR_STOP;
}

static void
a_callback_that_stops_is_obeyed(void **state)
{
	struct store_query q = everything();
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(4096);
	struct diag why = { 0 };
	int calls = 0;

	(void)state;
	q.grouped = true;
	q.group = STORE_F_DOMAIN;
	assert_int_equal(
		store_ask(store->s, &q, stop, &calls, &totals, &next, &why),
		ERR_STOP);
	assert_int_equal(calls, 1);
}

/* Everything of a row, as text. */
static enum err
print_row(void *ctx, const struct store_answer_row *row)
{
	struct buf *out = ctx;

	buf_addf(out, "\n%.*s|%.*s", STR_ARG(row->key), STR_ARG(row->label));
	for (int i = 0; i < STORE_MEASURES; i++)
		buf_addf(out, " %d:%lld", row->known[i], (long long)row->m[i]);
	for (size_t i = 0; i < COUNT_OF(row->policy); i++)
		buf_addf(out, " %lld", (long long)row->policy[i]);
	return ERR_NONE;
}

static void
questions_asked_together_are_answered_as_alone(void **state)
{
	enum { COUNT = 3, ROUNDS = 3 };
	struct store_query q[COUNT];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		SCOPED_BUF together = BUF(1 << 20);
		SCOPED_BUF alone = BUF(1 << 20);
		SCOPED_BUF next = BUF(64 << 10);
		struct store_answer_row totals[COUNT], one;
		struct store_asked each[COUNT];
		struct diag why = { 0 };

		for (int i = 0; i < COUNT; i++) {
			q[i] = everything();
			each[i] = (struct store_asked){ &q[i], print_row,
							&together, &totals[i],
							&next };
		}
		q[0].grouped = q[1].grouped = true;
		q[0].group = STORE_F_DOMAIN;
		q[0].brief = true;
		q[1].group = STORE_F_SOURCE;
		filter(&q[2], STORE_F_TRUST, "any");
		/* Then of other days, then of another table. */
		if (round > 0)
			q[1].first_day = DATA_FIRST + DATA_DAYS / 2;
		if (round > 1)
			filter(&q[0], STORE_F_DOMAIN, data_domains[0]);
		assert_int_equal(
			store_ask_together(store->s, each, COUNT, &why),
			ERR_NONE);
		for (int i = 0; i < COUNT; i++)
			assert_int_equal(store_ask(store->s, &q[i], print_row,
						   &alone, &one, &next, &why),
					 ERR_NONE);
		for (int i = 0; i < COUNT; i++) {
			(void)!print_row(&together, &totals[i]);
			(void)!store_ask(store->s, &q[i], count_row,
					 &(size_t){ 0 }, &one, &next, &why);
			(void)!print_row(&alone, &one);
		}
		assert_true(alone.n > 500);
		assert_true(str_eq(buf_str(&together), buf_str(&alone)));
	}
}

static enum err
check_policies(void *ctx, const struct store_answer_row *row)
{
	int64_t *sum = ctx;

	assert_false(row->known[STORE_M_REPORTS]);
	assert_false(row->known[STORE_M_SOURCES]);
	for (int p = 0; p <= DMARC_POLICY_REJECT; p++) {
		struct store_query q = everything();
		struct store_answer_row totals;
		SCOPED_BUF next = BUF(4096);
		struct diag why = { 0 };

		q.filter[q.filter_count++] = (struct store_filter){
			.field = STORE_F_DOMAIN,
			.value = row->key,
		};
		filter(&q, STORE_F_POLICY,
		       dmarc_policy_name((enum dmarc_policy)p));
		assert_int_equal(store_ask(store->s, &q, NULL, NULL, &totals,
					   &next, &why),
				 ERR_NONE);
		assert_int_equal(row->policy[p], totals.m[STORE_M_MESSAGES]);
		*sum += row->policy[p];
	}
	return ERR_NONE;
}

static void
a_group_tells_its_messages_under_each_policy(void **state)
{
	struct store_query q = everything();
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(4096);
	struct diag why = { 0 };
	int64_t sum = 0;

	(void)state;
	q.grouped = true;
	q.group = STORE_F_DOMAIN;
	q.brief = true;
	assert_int_equal(store_ask(store->s, &q, check_policies, &sum, &totals,
				   &next, &why),
			 ERR_NONE);
	assert_true(sum > 0);
	assert_int_equal(sum, totals.m[STORE_M_MESSAGES]);
	assert_true(totals.known[STORE_M_REPORTS]);
}

static int
make_store(void **state)
{
	(void)state;
	store = data_new(23);
	return 0;
}

static int
drop_store(void **state)
{
	(void)state;
	data_free(store);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			values_that_are_none_are_refused_with_what_is_accepted),
		cmocka_unit_test(
			a_cursor_continues_only_the_question_that_gave_it),
		cmocka_unit_test(a_cursor_with_any_byte_changed_is_refused),
		cmocka_unit_test(measures_are_known_where_the_table_has_them),
		cmocka_unit_test(
			nothing_that_matches_is_no_rows_and_zero_messages),
		cmocka_unit_test(
			labels_are_for_people_and_unknown_keys_are_empty),
		cmocka_unit_test(a_callback_that_stops_is_obeyed),
		cmocka_unit_test(
			questions_asked_together_are_answered_as_alone),
		cmocka_unit_test(a_group_tells_its_messages_under_each_policy),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}
