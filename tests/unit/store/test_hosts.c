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

/* Everything is in AS64496. */
static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	(void)ctx;
	(void)e;
	place->asn = 64496;
	place->as_name = S("Example Net");
}

static void
settle(struct store *s)
{
	struct diag why = { 0 };

	must(store_enrich(s, STORE_OWNER_SELF, S("v1"), look, NULL, &why),
	     &why);
	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

/* Three addresses; the second sends most. */
static struct store *
three(const struct place *p)
{
	struct made m = {
		.org = "Google Inc.",
		.id = "r1",
		.domain = "example.com",
		.begin = NOW - 20 * DAY,
		.trust = STORE_OPERATOR,
		.rows = 3,
		.row = { { .ip = "192.0.2.1", .count = 5 },
			 { .ip = "198.51.100.9", .count = 30 },
			 { .ip = "203.0.113.5", .count = 2 } },
	};
	struct store *s = place_open(p, STORE_CREATE);

	for (size_t i = 0; i < m.rows; i++)
		m.row[i].header_from = m.domain;
	import(s, &m);
	settle(s);
	return s;
}

static void
add_ip(void *ctx, const struct netaddr *ip)
{
	char text[NETADDR_PRINT_MAX];

	buf_addf(ctx, "%s ", netaddr_print(ip, text));
}

/* Who is due, as text. */
static void
assert_due(struct store *s, int64_t now, size_t limit, const char *expected)
{
	SCOPED_BUF due = BUF(1000);
	struct diag why = { 0 };

	must(store_hosts_due(
		     s, &(struct store_due){ STORE_OWNER_SELF, now, limit },
		     add_ip, &due, &why),
	     &why);
	assert_string_equal(buf_c(&due), expected);
}

/* Whether it has something to be settled. */
static bool
found(struct store *s, const char *ip, enum store_host_state state,
      const char *name, int64_t now)
{
	struct store_host h = { .state = state, .name = str_of(name) };
	struct diag why = { 0 };
	bool renamed = false;

	assert_true(netaddr_parse(str_of(ip), &h.ip));
	must(store_hosts_put(
		     s, &(struct store_hosts){ STORE_OWNER_SELF, now, &h, 1 },
		     &renamed, &why),
	     &why);
	return renamed;
}

/* ---- when ---- */

static void
everybody_is_due_once_and_who_sends_most_first(void **state)
{
	SCOPED_STORE s = three(*state);

	assert_due(s, NOW, 1, "198.51.100.9 ");
	assert_due(s, NOW, 2, "198.51.100.9 192.0.2.1 ");
	assert_due(s, NOW, 10, "192.0.2.1 198.51.100.9 203.0.113.5 ");
	found(s, "198.51.100.9", STORE_HOST_NONE, "", NOW);
	found(s, "192.0.2.1", STORE_HOST_CONFIRMED, "a.example", NOW);
	found(s, "203.0.113.5", STORE_HOST_UNCONFIRMED, "b.example", NOW);
	assert_due(s, NOW, 10, "");
	assert_due(s, NOW + STORE_HOST_AGAIN - 1, 10, "");
	assert_due(s, NOW + STORE_HOST_AGAIN, 10,
		   "192.0.2.1 198.51.100.9 203.0.113.5 ");
}

static void
a_failure_is_tried_again_soon_then_later_and_later(void **state)
{
	SCOPED_STORE s = three(*state);
	int64_t now = NOW, rest = STORE_HOST_RETRY;

	found(s, "192.0.2.1", STORE_HOST_NONE, "", now);
	found(s, "203.0.113.5", STORE_HOST_NONE, "", now);
	for (int i = 0; i < 12; i++) {
		found(s, "198.51.100.9", STORE_HOST_FAILED, "", now);
		assert_due(s, now + rest - 1, 10, "");
		assert_due(s, now + rest, 10, "198.51.100.9 ");
		now += rest;
		rest = rest * 2 < STORE_HOST_RETRY_MAX ? rest * 2
						       : STORE_HOST_RETRY_MAX;
		/* The others' thirty days are not over. */
		if (now + rest >= NOW + STORE_HOST_AGAIN)
			break;
	}
	assert_true(rest == STORE_HOST_RETRY_MAX);
	found(s, "198.51.100.9", STORE_HOST_NONE, "", now);
	assert_int_equal(ask(*state, "SELECT max(host_failed) FROM endpoint"),
			 0);
}

static void
a_failure_takes_nothing_away(void **state)
{
	SCOPED_STORE s = three(*state);

	assert_true(found(s, "192.0.2.1", STORE_HOST_CONFIRMED,
			  "mx.example.org", NOW));
	settle(s);
	assert_false(found(s, "192.0.2.1", STORE_HOST_FAILED, "", NOW + 1));
	assert_int_equal(ask(*state, "SELECT count(*) FROM endpoint AS e"
				     " JOIN name AS n ON n.id = e.ptr"
				     " WHERE text = 'mx.example.org'"
				     " AND host = 3"),
			 1);
}

/* ---- what it is good for ---- */

static int64_t
messages_of(const struct place *p, const char *slug)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		 "SELECT ifnull(sum(c.messages), 0) FROM cube AS c"
		 " JOIN source AS s ON s.id = c.source WHERE slug = '%s'",
		 slug);
	return ask(p, sql);
}

static void
only_a_name_that_leads_back_names_a_source(void **state)
{
	static const struct {
		enum store_host_state state;
		const char *host, *slug;
	} cases[] = {
		{ STORE_HOST_CONFIRMED, "mx1.mail.example.org", "example.org" },
		{ STORE_HOST_UNCONFIRMED, "mx1.mail.example.org", "as64496" },
		{ STORE_HOST_CONFIRMED, "a1-2.smtp-out.amazonses.com",
		  "amazon-ses" },
		{ STORE_HOST_NONE, "", "as64496" },
		{ STORE_HOST_CONFIRMED, "Mx.Example.NET.", "example.net" },
		{ STORE_HOST_CONFIRMED, "not a name", "as64496" },
		{ STORE_HOST_CONFIRMED, "198-51-100-9.cloud.metacentrum.cz",
		  "cloud.metacentrum.cz" },
	};
	SCOPED_STORE s = three(*state);

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		found(s, "198.51.100.9", cases[i].state, cases[i].host,
		      NOW + (int64_t)i);
		settle(s);
		if (messages_of(*state, cases[i].slug) <= 0)
			fail_msg("%s: not %s", cases[i].host, cases[i].slug);
		assert_int_equal(messages_of(*state, cases[i].slug),
				 strcmp(cases[i].slug, "as64496") == 0 ? 37
								       : 30);
		assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"),
				 0);
	}
}

/* "?" behind a name that did not lead back, "!" behind one that did. */
static enum err
add_row(void *ctx, const struct store_answer_row *row)
{
	buf_addf(ctx, "%.*s%s=%lld ", STR_ARG(row->key),
		 row->confirmed ? "!"
		 : row->named   ? "?"
				: "",
		 (long long)row->m[STORE_M_MESSAGES]);
	return ERR_NONE;
}

static enum err
add_detail(void *ctx, const struct store_detail *d)
{
	buf_addf(ctx, "%.*s%s ", STR_ARG(d->host),
		 d->host_confirmed ? "!" : "");
	return ERR_NONE;
}

static void
not_looked_up_is_not_the_same_as_without_a_name(void **state)
{
	SCOPED_STORE s = three(*state);
	SCOPED_BUF rows = BUF(1000);
	SCOPED_BUF next = BUF(1000);
	struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.grouped = true,
		.group = STORE_F_HOST,
		.filter_count = 1,
		.filter = { { .field = STORE_F_DOMAIN,
			      .value = S("example.com") } },
	};
	struct store_answer_row totals;
	struct diag why = { 0 };

	found(s, "192.0.2.1", STORE_HOST_NONE, "", NOW);
	found(s, "203.0.113.5", STORE_HOST_UNCONFIRMED, "b.example", NOW);
	must(store_ask(s, &q, add_row, &rows, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&rows), "=30 none=5 b.example?=2 ");
	q.filter[q.filter_count++] =
		(struct store_filter){ .field = STORE_F_HOST,
				       .value = S("none") };
	buf_clear(&rows);
	must(store_ask(s, &q, add_row, &rows, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&rows), "none=5 ");
}

static void
a_name_that_does_not_lead_back_is_marked(void **state)
{
	SCOPED_STORE s = three(*state);
	SCOPED_BUF next = BUF(1000);
	struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.grouped = true,
		.filter_count = 1,
		.filter = { { .field = STORE_F_DOMAIN,
			      .value = S("example.com") } },
	};
	struct store_answer_row totals;
	SCOPED_BUF hosts = BUF(1000);
	SCOPED_BUF ips = BUF(1000);
	SCOPED_BUF rows = BUF(1000);
	struct diag why = { 0 };

	found(s, "192.0.2.1", STORE_HOST_UNCONFIRMED, "mx.google.com", NOW);
	found(s, "198.51.100.9", STORE_HOST_CONFIRMED, "a.example", NOW);
	q.group = STORE_F_HOST;
	must(store_ask(s, &q, add_row, &hosts, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&hosts),
			    "a.example!=30 mx.google.com?=5 =2 ");
	q.group = STORE_F_IP;
	must(store_ask(s, &q, add_row, &ips, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&ips),
			    "198.51.100.9!=30 192.0.2.1?=5 203.0.113.5=2 ");
	must(store_rows(s, &q, add_detail, &rows, &next, &why), &why);
	assert_non_null(strstr(buf_c(&rows), "a.example! "));
	assert_non_null(strstr(buf_c(&rows), "mx.google.com "));
	/* One address that it leads back to is enough for a name. */
	found(s, "203.0.113.5", STORE_HOST_CONFIRMED, "mx.google.com", NOW);
	q.group = STORE_F_HOST;
	buf_clear(&hosts);
	must(store_ask(s, &q, add_row, &hosts, &totals, &next, &why), &why);
	assert_string_equal(buf_c(&hosts), "a.example!=30 mx.google.com!=7 ");
}

static enum err
add_evidence(void *ctx, const struct store_source *source)
{
	buf_addf(ctx, "%.*s %.*s %.*s;", STR_ARG(source->slug),
		 STR_ARG(source->kind), STR_ARG(source->evidence));
	return ERR_NONE;
}

static void
the_evidence_is_the_name(void **state)
{
	SCOPED_STORE s = three(*state);
	SCOPED_BUF all = BUF(1000);
	const struct store_query q = {
		.owner = STORE_OWNER_SELF,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
	};
	struct diag why = { 0 };

	found(s, "198.51.100.9", STORE_HOST_CONFIRMED, "mx.example.org", NOW);
	found(s, "192.0.2.1", STORE_HOST_UNCONFIRMED, "b.example", NOW);
	settle(s);
	must(store_sources(s, &q, add_evidence, &all, &why), &why);
	assert_string_equal(buf_c(&all),
			    "example.org service ptr:mx.example.org;"
			    "as64496 as as_name;");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(everybody_is_due_once_and_who_sends_most_first),
		CASE(a_failure_is_tried_again_soon_then_later_and_later),
		CASE(a_failure_takes_nothing_away),
		CASE(only_a_name_that_leads_back_names_a_source),
		CASE(not_looked_up_is_not_the_same_as_without_a_name),
		CASE(a_name_that_does_not_lead_back_is_marked),
		CASE(the_evidence_is_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
