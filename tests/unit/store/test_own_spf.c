#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	(void)ctx;
	(void)e;
	(void)place;
}

static void
settle(struct store *s)
{
	struct diag why = { 0 };

	must(store_enrich(s, STORE_OWNER_SELF, S("v1"), look, NULL, &why),
	     &why);
	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

/* Signed by the domain, and SPF passed for nobody: 5 from .1, 30 from .9. The
 * second domain has the same. */
static struct store *
signed_mail(const struct place *p)
{
	static const char *const domains[] = { "example.com", "example.net" };
	struct store *s = place_open(p, STORE_CREATE);

	for (size_t i = 0; i < COUNT_OF(domains); i++) {
		struct made m = {
			.org = "Google Inc.",
			.id = domains[i],
			.domain = domains[i],
			.begin = NOW - 20 * DAY,
			.trust = STORE_OPERATOR,
			.rows = 2,
			.row = { { .ip = "192.0.2.1",
				   .count = 5,
				   .dkim = true },
				 { .ip = "192.0.2.9",
				   .count = 30,
				   .dkim = true } },
		};

		m.row[0].header_from = m.row[1].header_from = domains[i];
		m.row[0].dkim_domain = m.row[1].dkim_domain = domains[i];
		import(s, &m);
	}
	settle(s);
	return s;
}

/* Whether there is something to fold. "" in `last`: no range. */
static bool
learn(struct store *s, enum store_own_state state, const char *first,
      const char *last, int64_t now)
{
	struct sender_range r;
	struct store_own own = { .domain = S("example.com"),
				 .state = state,
				 .now = now,
				 .range = &r,
				 .n = last[0] != '\0' };
	struct diag why = { 0 };
	bool changed = false;

	if (own.n > 0) {
		assert_true(netaddr_parse(str_of(first), &r.first));
		assert_true(netaddr_parse(str_of(last), &r.last));
	}
	must(store_own_put(s, STORE_OWNER_SELF, &own, &changed, &why), &why);
	return changed;
}

static enum err
add_row(void *ctx, const struct store_answer_row *row)
{
	buf_addf(ctx, "%.*s=%lld ", STR_ARG(row->key),
		 (long long)row->m[STORE_M_MESSAGES]);
	return ERR_NONE;
}

static enum err
add_detail(void *ctx, const struct store_detail *d)
{
	buf_addf(ctx, "%.*s ", STR_ARG(d->class_name));
	return ERR_NONE;
}

/* Classes of example.com by the sums, by addresses and by rows. */
static void
assert_classes(struct store *s, const char *expected, const char *rows)
{
	struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.grouped = true,
		.group = STORE_F_CLASS,
		.filter_count = 1,
		.filter = { { .field = STORE_F_DOMAIN,
			      .value = S("example.com") } },
	};
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(1000);
	SCOPED_BUF sums = BUF(1000);
	SCOPED_BUF addresses = BUF(1000);
	SCOPED_BUF details = BUF(1000);
	struct diag why = { 0 };

	must(store_ask(s, &q, add_row, &sums, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&sums), expected);
	q.filter[q.filter_count++] =
		(struct store_filter){ .field = STORE_F_IP,
				       .value = S("192.0.2.0/24") };
	must(store_ask(s, &q, add_row, &addresses, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&addresses), expected);
	must(store_rows(s, &q, add_detail, &details, &next, &why), &why);
	assert_string_equal(buf_c(&details), rows);
	assert_int_equal(totals.m[STORE_M_MESSAGES], 35);
}

static void
what_is_in_the_domains_own_spf_is_not_forwarded(void **state)
{
	SCOPED_STORE s = signed_mail(*state);

	assert_classes(s, "forwarded=35 ", "forwarded forwarded ");
	assert_true(learn(s, STORE_OWN_FOUND, "192.0.2.8", "192.0.2.255", NOW));
	settle(s);
	assert_classes(s, "own=30 forwarded=5 ", "forwarded own ");
	/* Of this domain alone. */
	assert_int_equal(ask(*state,
			     "SELECT sum(messages) FROM cube JOIN name AS n"
			     " ON n.id = domain WHERE class = 1"
			     " AND text = 'example.net'"),
			 35);
	/* It moves on, and goes. */
	assert_true(
		learn(s, STORE_OWN_FOUND, "192.0.2.0", "192.0.2.7", NOW + 1));
	settle(s);
	assert_classes(s, "forwarded=30 own=5 ", "own forwarded ");
	assert_true(learn(s, STORE_OWN_NONE, "", "", NOW + 2));
	settle(s);
	assert_classes(s, "forwarded=35 ", "forwarded forwarded ");
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_address"), 0);
}

static void
addresses_that_come_later_are_classed_as_they_come(void **state)
{
	SCOPED_STORE s = signed_mail(*state);
	struct made m = {
		.org = "Yahoo",
		.id = "later",
		.domain = "example.com",
		.begin = NOW - 2 * DAY,
		.trust = STORE_OPERATOR,
		.rows = 1,
		.row = { { .ip = "192.0.2.200",
			   .count = 7,
			   .dkim = true,
			   .header_from = "example.com",
			   .dkim_domain = "example.com" } },
	};

	assert_false(
		learn(s, STORE_OWN_FOUND, "192.0.2.200", "192.0.2.200", NOW));
	import(s, &m);
	settle(s);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM cube"
				     " WHERE class = 0"),
			 7);
}

static void
a_failure_takes_nothing_away_and_is_tried_again_soon(void **state)
{
	SCOPED_STORE s = signed_mail(*state);
	int64_t now = NOW, rest = STORE_OWN_RETRY;

	assert_true(learn(s, STORE_OWN_FOUND, "192.0.2.9", "192.0.2.9", now));
	settle(s);
	for (int i = 0; i < 10; i++) {
		assert_false(learn(s, STORE_OWN_FAILED, "", "", now));
		assert_int_equal(ask(*state, "SELECT next FROM own_spf"),
				 now + rest);
		now += rest;
		rest = rest * 2 < STORE_OWN_RETRY_MAX ? rest * 2
						      : STORE_OWN_RETRY_MAX;
	}
	settle(s);
	assert_classes(s, "own=30 forwarded=5 ", "forwarded own ");
}

static void
a_record_is_read_daily_a_gone_domain_later(void **state)
{
	static const struct {
		enum store_own_state state;
		int64_t least, most;
	} cases[] = {
		{ STORE_OWN_FOUND, STORE_OWN_AGAIN - STORE_OWN_JITTER,
		  STORE_OWN_AGAIN },
		{ STORE_OWN_NONE, STORE_OWN_AGAIN - STORE_OWN_JITTER,
		  STORE_OWN_AGAIN },
		{ STORE_OWN_GONE, STORE_OWN_GONE_AGAIN - STORE_OWN_JITTER,
		  STORE_OWN_GONE_AGAIN },
	};
	SCOPED_STORE s = signed_mail(*state);
	int64_t before = 0;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (int64_t now = NOW; now < NOW + 3; now++) {
			int64_t wait;

			learn(s, cases[i].state, "", "", now);
			wait = ask(*state, "SELECT next FROM own_spf") - now;
			assert_in_range(wait, cases[i].least, cases[i].most);
			assert_int_not_equal(wait, before);
			before = wait;
		}
}

static enum err
add_evidence(void *ctx, const struct store_source *source)
{
	buf_addf(ctx, "%.*s;", STR_ARG(source->evidence));
	return ERR_NONE;
}

/* The evidence of all sources; "" in `domain`: of every domain. */
static void
assert_evidence(struct store *s, const char *domain, const char *expected)
{
	SCOPED_BUF all = BUF(1000);
	const struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.filter_count = domain[0] != '\0',
		.filter = { { .field = STORE_F_DOMAIN,
			      .value = str_of(domain) } },
	};
	struct diag why = { 0 };

	must(store_sources(s, &q, add_evidence, &all, &why), &why);
	assert_string_equal(buf_c(&all), expected);
}

static void
it_is_evidence_of_the_source_where_it_is_asked_for(void **state)
{
	SCOPED_STORE s = signed_mail(*state);

	learn(s, STORE_OWN_FOUND, "192.0.2.9", "192.0.2.9", NOW);
	settle(s);
	assert_evidence(s, "", "spf_range:example.com;");
	assert_evidence(s, "example.com", "spf_range:example.com;");
	/* What another domain says of its own senders says nothing here. */
	assert_evidence(s, "example.net", "network;");
}

static void
a_customers_record_does_not_name_the_service_it_includes(void **state)
{
	SCOPED_STORE s = signed_mail(*state);
	struct store_host host = { .state = STORE_HOST_CONFIRMED,
				   .name = S("mail-a1.google.com") };
	struct diag why = { 0 };

	assert_true(netaddr_parse(S("192.0.2.9"), &host.ip));
	must(store_hosts_put(
		     s,
		     &(struct store_hosts){ STORE_OWNER_SELF, NOW, &host, 1 },
		     NULL, &why),
	     &why);
	learn(s, STORE_OWN_FOUND, "192.0.2.0", "192.0.2.255", NOW);
	settle(s);
	assert_evidence(s, "example.com",
			"ptr:mail-a1.google.com;spf_range:example.com;");
	/* Whose mail it is, the record does tell. */
	assert_classes(s, "own=35 ", "own own ");
}

static void
a_deleted_domain_leaves_nothing(void **state)
{
	SCOPED_STORE s = signed_mail(*state);
	struct diag why = { 0 };
	uint64_t deleted = 0;

	learn(s, STORE_OWN_FOUND, "192.0.2.9", "192.0.2.9", NOW);
	settle(s);
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_address"), 1);
	must(store_delete_domain(s, STORE_OWNER_SELF, S("example.com"),
				 &deleted, &why),
	     &why);
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_address"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_spf"), 0);
}

static void
a_domain_that_is_looked_at_no_more_has_no_record(void **state)
{
	SCOPED_STORE s = signed_mail(*state);
	struct diag why = { 0 };
	bool changed = false;

	learn(s, STORE_OWN_FOUND, "192.0.2.9", "192.0.2.9", NOW);
	settle(s);
	assert_classes(s, "own=30 forwarded=5 ", "forwarded own ");
	must(store_own_drop(s, STORE_OWNER_SELF, S("example.net"), &changed,
			    &why),
	     &why);
	assert_false(changed);
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_spf"), 1);
	must(store_own_drop(s, STORE_OWNER_SELF, S("example.com"), &changed,
			    &why),
	     &why);
	assert_true(changed);
	settle(s);
	/* Its reports stay. */
	assert_classes(s, "forwarded=35 ", "forwarded forwarded ");
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_address"), 0);
	assert_int_equal(ask(*state, "SELECT count(*) FROM own_spf"), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_in_the_domains_own_spf_is_not_forwarded),
		CASE(addresses_that_come_later_are_classed_as_they_come),
		CASE(a_failure_takes_nothing_away_and_is_tried_again_soon),
		CASE(a_record_is_read_daily_a_gone_domain_later),
		CASE(it_is_evidence_of_the_source_where_it_is_asked_for),
		CASE(a_customers_record_does_not_name_the_service_it_includes),
		CASE(a_deleted_domain_leaves_nothing),
		CASE(a_domain_that_is_looked_at_no_more_has_no_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
