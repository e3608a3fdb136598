#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dnsname/dnsname.h"
#include "inquiry/inquiry.h"
#include "inspect/server.h"

#include <stdio.h>
#include <string.h>

enum { RUNS_MAX = 400, BEGIN = 1000000 };

/* Looks that the server has begun, and its time. */
static struct {
	struct facts *facts;
	bool (*judge)(void *look);
	void (*done)(void *look, bool complete);
	void *look;
} runs[RUNS_MAX];
static size_t runs_n;
static int64_t ticks;

struct box {
	struct inspect_server *server;
	struct buf answer;
	struct json *json;
	int who; /* counted up: nobody asks twice unless told */
};

static int64_t
tell_ticks(void)
{
	return ticks;
}

static int64_t
tell_clock(void)
{
	return 1764000000 + ticks / 1000;
}

static void
run(void *ctx, struct facts *f, bool (*judge)(void *look),
    void (*done)(void *look, bool complete), void *look)
{
	(void)ctx;
	assert_true(runs_n < RUNS_MAX);
	runs[runs_n].facts = f;
	runs[runs_n].judge = judge;
	runs[runs_n].done = done;
	runs[runs_n++].look = look;
}

static unsigned forgotten;

static void
forget(void *ctx)
{
	(void)ctx;
	forgotten++;
}

static int
begin(void **state)
{
	const struct inspect_server_options options = { .clock = tell_clock,
							.ticks = tell_ticks,
							.run = run,
							.forget = forget };
	struct box *b = heap_new(sizeof(*b));

	dnsname_init();
	runs_n = 0;
	forgotten = 0;
	ticks = BEGIN;
	b->server = inspect_server_new(&options);
	b->answer = (struct buf)BUF(INQUIRY_ANSWER_MAX);
	*state = b;
	return 0;
}

static int
end(void **state)
{
	struct box *b = *state;

	inspect_server_free(b->server);
	json_free(b->json);
	buf_free(&b->answer);
	heap_free(b);
	return 0;
}

/* The answer's first byte; its JSON is in b->json. */
static char
ask(struct box *b, const char *request)
{
	const struct json_limits limits = { INQUIRY_ANSWER_MAX, 30 };
	bool repaired;

	json_free(b->json);
	b->json = NULL;
	buf_clear(&b->answer);
	inspect_server_answer(b->server, str_of(request), &b->answer);
	assert_true(b->answer.n > 1);
	assert_int_equal(json_parse(str_sub(buf_str(&b->answer), 1, SIZE_MAX),
				    limits, &b->json, &repaired, NULL),
			 ERR_NONE);
	assert_false(repaired);
	return b->answer.p[0];
}

/* A check of `domain` with more members of the request. */
static char
check(struct box *b, const char *domain, const char *more)
{
	char request[1000];

	snprintf(request, sizeof(request),
		 "{\"op\":\"check\",\"domain\":\"%s\",\"who\":\"%d\"%s}",
		 domain, ++b->who, more);
	return ask(b, request);
}

static bool
is(struct box *b, const char *key, const char *value)
{
	return str_eq(json_str(json_get(b->json, key)), str_of(value));
}

static bool
is_done(struct box *b)
{
	bool done = false;

	assert_true(json_bool(json_get(b->json, "done"), &done));
	return done;
}

/* Status of a part of the check in b->json. */
static struct str
status(struct box *b, const char *part)
{
	const struct json *all = json_get(b->json, "checks");

	for (size_t i = 0; i < json_count(all); i++)
		if (str_eq(json_str(json_get(json_at(all, i), "check")),
			   str_of(part)))
			return json_str(json_get(json_at(all, i), "status"));
	fail_msg("no part %s", part);
	return S("");
}

/* The world for the look that was begun last. */
static bool
learn(const char *world)
{
	assert_int_equal(
		facts_put_world(runs[runs_n - 1].facts, str_of(world), NULL),
		ERR_NONE);
	return runs[runs_n - 1].judge(runs[runs_n - 1].look);
}

static void
finish(size_t i, bool complete)
{
	runs[i].done(runs[i].look, complete);
}

/* ---- cases ---- */

static const char nothing[] = "example A 192.0.2.1\n";
/* A policy that still has to be fetched. */
static const char half[] = "a.example TXT \"v=spf1 -all\"\n"
			   "_dmarc.a.example TXT \"v=DMARC1; p=reject\"\n"
			   "a.example MX 0 .\n"
			   "_mta-sts.a.example TXT \"v=STSv1; id=1\"\n"
			   "mta-sts.a.example A 192.0.2.2\n";

static void
what_is_known_is_told_part_by_part(void **state)
{
	struct box *b = *state;

	assert_int_equal(check(b, "a.example", ""), INQUIRY_FINE);
	assert_true(is(b, "schema", "waxseal.check/1"));
	assert_true(is(b, "domain", "a.example"));
	assert_false(is_done(b));
	assert_true(str_eq(status(b, "spf"), S("waiting")));
	assert_int_equal(json_count(json_get(b->json, "findings")), 0);

	assert_false(learn(half));
	(void)check(b, "a.example", "");
	assert_false(is_done(b));
	assert_false(str_eq(status(b, "spf"), S("waiting")));
	assert_true(str_eq(status(b, "mta-sts"), S("waiting")));
	assert_int_equal(runs_n, 1);

	finish(0, false);
	(void)check(b, "a.example", "");
	assert_true(is_done(b));
	assert_true(str_eq(status(b, "mta-sts"), S("unknown")));
	assert_int_equal(runs_n, 1);
	assert_int_equal(inspect_server_busy(b->server), 0);
}

static void
findings_say_which_part_they_are_of(void **state)
{
	struct box *b = *state;
	const struct json *all;

	(void)check(b, "a.example", "");
	(void)learn(half);
	(void)check(b, "a.example", "");
	all = json_get(b->json, "findings");
	assert_true(json_count(all) > 0);
	for (size_t i = 0; i < json_count(all); i++) {
		struct str part = json_str(json_get(json_at(all, i), "check"));

		assert_true(part.n > 0);
		assert_false(str_eq(status(b, part.p), S("waiting")));
	}
	finish(0, false);
}

static void
the_same_question_joins_and_another_does_not(void **state)
{
	struct box *b = *state;

	(void)check(b, "a.example", "");
	(void)check(b, "https://A.Example/path", ",\"fresh\":true");
	assert_int_equal(runs_n, 1);
	(void)check(b, "a.example", ",\"selectors\":[\"s1\"]");
	(void)check(b, "a.example", ",\"selectors\":[\"s1\",\"s2\"]");
	(void)check(b, "b.example", "");
	assert_int_equal(runs_n, 4);
	(void)ask(b, "{\"op\":\"lookup\",\"kind\":\"dkim\",\"who\":\"x\","
		     "\"subject\":\"a.example\",\"extra\":\"s1\"}");
	(void)ask(b, "{\"op\":\"lookup\",\"kind\":\"dkim\",\"who\":\"x\","
		     "\"subject\":\"a.example\",\"extra\":\" s1 \"}");
	assert_int_equal(runs_n, 5);
	(void)ask(b, "{\"op\":\"lookup\",\"kind\":\"ptr\",\"who\":\"x\","
		     "\"subject\":\"2001:db8::1\"}");
	(void)ask(b, "{\"op\":\"lookup\",\"kind\":\"ptr\",\"who\":\"x\","
		     "\"subject\":\"2001:DB8:0::1\"}");
	assert_int_equal(runs_n, 6);
}

static void
what_is_kept_is_told_in_every_language(void **state)
{
	struct box *b = *state;
	char english[400];

	(void)check(b, "a.example", "");
	(void)learn(half);
	finish(0, true);
	(void)check(b, "a.example", ",\"lang\":\"en\"");
	snprintf(english, sizeof(english), "%.*s",
		 STR_ARG(json_str(json_get(
			 json_at(json_get(b->json, "findings"), 0), "title"))));
	assert_true(strlen(english) > 0);
	(void)check(b, "a.example", ",\"lang\":\"ja\"");
	assert_string_not_equal(
		json_str(json_get(json_at(json_get(b->json, "findings"), 0),
				  "title"))
			.p,
		english);
	assert_int_equal(runs_n, 1);
}

static void
a_fresh_look_is_begun_when_the_last_is_ten_seconds_old(void **state)
{
	struct box *b = *state;

	(void)check(b, "a.example", "");
	finish(0, true);
	ticks += INSPECT_FRESH_MS;
	(void)check(b, "a.example", ",\"fresh\":true");
	assert_int_equal(runs_n, 1);
	assert_true(is_done(b));
	ticks++;
	(void)check(b, "a.example", ",\"fresh\":false");
	assert_int_equal(runs_n, 1);
	assert_int_equal(forgotten, 0);
	(void)check(b, "a.example", ",\"fresh\":true");
	assert_int_equal(runs_n, 2);
	assert_false(is_done(b));
	/* What DNS said before is not asked of a cache. */
	assert_int_equal(forgotten, 1);
	/* The old answer is gone: all see the new look. */
	(void)check(b, "a.example", "");
	assert_false(is_done(b));
	finish(1, true);
	ticks += INSPECT_KEPT_MS;
	(void)check(b, "a.example", "");
	assert_int_equal(runs_n, 2);
	ticks++;
	(void)check(b, "a.example", "");
	assert_int_equal(runs_n, 3);
	(void)check(b, "b.example", ",\"fresh\":true,\"public\":true");
	assert_int_equal(runs_n, 4);
	assert_int_equal(forgotten, 1);
}

static void
only_so_many_are_under_way(void **state)
{
	struct box *b = *state;
	char domain[40];

	for (int i = 0; i < INSPECT_PUBLIC_UNDER_WAY; i++) {
		snprintf(domain, sizeof(domain), "p%d.example", i);
		assert_int_equal(check(b, domain, ",\"public\":true"),
				 INQUIRY_FINE);
	}
	assert_int_equal(check(b, "more.example", ",\"public\":true"),
			 INQUIRY_FAILURE);
	assert_true(is(b, "code", "inspect.busy"));
	for (int i = INSPECT_PUBLIC_UNDER_WAY; i < INSPECT_UNDER_WAY; i++) {
		snprintf(domain, sizeof(domain), "p%d.example", i);
		assert_int_equal(check(b, domain, ""), INQUIRY_FINE);
	}
	assert_int_equal(check(b, "more.example", ""), INQUIRY_FAILURE);
	assert_true(is(b, "code", "inspect.busy"));
	/* Those that are under way can be asked for. */
	assert_int_equal(check(b, "p3.example", ""), INQUIRY_FINE);
	finish(3, true);
	assert_int_equal(check(b, "more.example", ",\"public\":true"),
			 INQUIRY_FINE);
	assert_int_equal(runs_n, INSPECT_UNDER_WAY + 1);
}

/* One look of `who` after another, until it is refused. */
static int
spend(struct box *b, const char *who, bool public)
{
	char request[300];

	for (int i = 0; i < 100; i++) {
		snprintf(request, sizeof(request),
			 "{\"op\":\"check\",\"domain\":\"%s%d-%zu.example\","
			 "\"who\":\"%s\",\"public\":%s}",
			 who, i, runs_n, who, public ? "true" : "false");
		if (ask(b, request) == INQUIRY_FAILURE)
			return i;
		finish(runs_n - 1, true);
	}
	return -1;
}

static void
everybody_has_so_many_new_looks_a_minute(void **state)
{
	struct box *b = *state;
	int64_t again = 0;

	assert_int_equal(spend(b, "anna", false), INSPECT_A_MINUTE);
	assert_true(is(b, "code", "inspect.too_many"));
	assert_true(json_i64(json_get(b->json, "again"), &again));
	assert_int_equal(again, 60 / INSPECT_A_MINUTE);
	assert_int_equal(spend(b, "visitor", true), INSPECT_PUBLIC_A_MINUTE);
	assert_true(json_i64(json_get(b->json, "again"), &again));
	assert_int_equal(again, 60 / INSPECT_PUBLIC_A_MINUTE);
	ticks += again * 1000;
	assert_int_equal(spend(b, "visitor", true), 1);
	assert_int_equal(spend(b, "anna", false), 5);
	/* What is there costs nothing. */
	assert_int_equal(ask(b, "{\"op\":\"check\",\"who\":\"anna\","
				"\"domain\":\"anna0-0.example\"}"),
			 INQUIRY_FINE);
}

static void
what_was_not_asked_for_longest_is_forgotten_first(void **state)
{
	struct box *b = *state;
	char domain[40];
	size_t n;

	for (int i = 0; i < INSPECT_KEPT; i++) {
		snprintf(domain, sizeof(domain), "d%d.example", i);
		(void)check(b, domain, "");
		finish(runs_n - 1, true);
	}
	n = runs_n;
	(void)check(b, "d0.example", "");
	assert_int_equal(runs_n, n);
	(void)check(b, "one-more.example", "");
	finish(runs_n - 1, true);
	(void)check(b, "d0.example", "");
	assert_int_equal(runs_n, n + 1);
	(void)check(b, "d1.example", "");
	assert_int_equal(runs_n, n + 2);
}

static void
a_lookup_tells_nothing_until_it_is_complete(void **state)
{
	static const char request[] =
		"{\"op\":\"lookup\",\"kind\":\"mta-sts\",\"who\":\"x\","
		"\"subject\":\"example: STSFetchResult.NONE a.example\"}";
	struct box *b = *state;
	bool complete = true;

	assert_int_equal(ask(b, request), INQUIRY_FINE);
	assert_true(is(b, "schema", "waxseal.lookup.mta_sts/1"));
	assert_true(is(b, "domain", "a.example"));
	assert_false(is_done(b));
	assert_true(json_bool(json_get(b->json, "complete"), &complete));
	assert_false(complete);
	assert_int_equal(json_count(json_get(b->json, "findings")), 0);
	assert_true(learn(nothing));
	finish(0, true);
	(void)ask(b, request);
	assert_true(is_done(b));
	assert_true(json_bool(json_get(b->json, "complete"), &complete));
	assert_true(complete);
	assert_true(is(b, "result", "NONE"));
	assert_true(is(b, "branch", "mtasts.txt_nxdomain"));
	assert_int_equal(json_type(json_get(b->json, "explained")),
			 JSON_ABSENT);
}

static void
a_lookup_that_ran_out_of_time_says_so(void **state)
{
	static const char request[] =
		"{\"op\":\"lookup\",\"kind\":\"mta-sts\",\"who\":\"x\","
		"\"subject\":\"a.example\"}";
	struct box *b = *state;
	bool complete = true;

	(void)ask(b, request);
	assert_false(learn(half));
	finish(0, false);
	(void)ask(b, request);
	assert_true(is_done(b));
	assert_true(json_bool(json_get(b->json, "complete"), &complete));
	assert_false(complete);
	assert_int_equal(json_type(json_get(b->json, "result")), JSON_ABSENT);
}

static void
a_message_without_a_domain_is_explained(void **state)
{
	static const struct {
		const char *request, *result, *schema;
	} table[] = {
		{ "{\"op\":\"check\",\"domain\":"
		  "\"MTA-STS policy is missing: STSFetchResult.NONE\"}",
		  "NONE", "waxseal.check/1" },
		{ "{\"op\":\"lookup\",\"kind\":\"mta-sts\",\"subject\":"
		  "\"STSFetchResult.FETCH_ERROR\"}",
		  "FETCH_ERROR", "waxseal.lookup.mta_sts/1" },
		{ "{\"op\":\"lookup\",\"kind\":\"spf\",\"lang\":\"nb\","
		  "\"subject\":\"NOT_CHANGED\"}",
		  "NOT_CHANGED", "waxseal.lookup.spf/1" },
	};
	struct box *b = *state;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(ask(b, table[i].request), INQUIRY_FINE);
		assert_true(is_done(b));
		assert_true(is(b, "schema", table[i].schema));
		assert_true(is(b, "result", table[i].result));
		assert_true(str_starts(json_str(json_get(b->json, "explained")),
				       S("STSFetchResult.")));
	}
	assert_int_equal(runs_n, 0);
}

static void
what_cannot_be_asked_is_refused(void **state)
{
	static const struct {
		const char *request, *code;
		enum err err;
	} table[] = {
		{ "", "inspect.bad_request", ERR_SYNTAX },
		{ "{\"op\":", "inspect.bad_request", ERR_SYNTAX },
		{ "[]", "inspect.bad_request", ERR_GONE },
		{ "{\"op\":\"history\"}", "inspect.bad_request", ERR_GONE },
		{ "{\"op\":\"lookup\",\"kind\":\"headers\"}",
		  "inspect.bad_request", ERR_GONE },
		{ "{\"op\":\"check\"}", "inspect.no_domain", ERR_SYNTAX },
		{ "{\"op\":\"check\",\"domain\":\"localhost\"}",
		  "inspect.no_domain", ERR_SYNTAX },
		{ "{\"op\":\"check\",\"domain\":[\"a.example\"]}",
		  "inspect.no_domain", ERR_SYNTAX },
		{ "{\"op\":\"lookup\",\"kind\":\"ptr\",\"subject\":"
		  "\"a.example\"}",
		  "inspect.no_address", ERR_SYNTAX },
	};
	struct box *b = *state;
	int64_t err;

	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(ask(b, table[i].request), INQUIRY_FAILURE);
		if (!is(b, "code", table[i].code))
			fail_msg("%s: %s", table[i].request, b->answer.p);
		assert_true(json_i64(json_get(b->json, "error"), &err));
		assert_int_equal(err, table[i].err);
	}
	assert_int_equal(runs_n, 0);
}

static char
ask_ptr(struct box *b, const char *address, bool public)
{
	char request[300];

	snprintf(request, sizeof(request),
		 "{\"op\":\"lookup\",\"kind\":\"ptr\",\"subject\":\"%s\","
		 "\"who\":\"%d\",\"public\":%s}",
		 address, ++b->who, public ? "true" : "false");
	return ask(b, request);
}

static void
strangers_learn_no_names_of_private_networks(void **state)
{
	static const char *const private[] = { "10.1.2.3", "127.0.0.1",
					       "169.254.169.254", "fd00::1",
					       "::ffff:192.168.1.1" };
	struct box *b = *state;

	for (size_t i = 0; i < COUNT_OF(private); i++) {
		assert_int_not_equal(ask_ptr(b, private[i], true),
				     INQUIRY_FINE);
		assert_true(is(b, "code", "inspect.not_public"));
	}
	assert_int_equal(runs_n, 0);
	assert_int_equal(ask_ptr(b, private[0], false), INQUIRY_FINE);
	assert_int_equal(ask_ptr(b, "8.8.8.8", true), INQUIRY_FINE);
	assert_int_equal(runs_n, 2);
}

static void
a_name_that_does_not_lead_back_is_a_finding(void **state)
{
	static const struct {
		const char *world, *code;
	} cases[] = {
		{ "8.8.8.8.in-addr.arpa PTR a.example\na.example A 8.8.8.8\n",
		  "" },
		{ "8.8.8.8.in-addr.arpa PTR a.example\na.example A 8.8.4.4\n",
		  "ptr.unconfirmed" },
		{ "8.8.8.8.in-addr.arpa PTR a.example\n", "ptr.unconfirmed" },
		{ "8.8.8.8.in-addr.arpa PTR a.example\n"
		  "a.example SERVFAIL A\n",
		  "dns.servfail" },
	};
	struct box *b = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct json *list;

		ticks += INSPECT_KEPT_MS + 1;
		assert_int_equal(ask_ptr(b, "8.8.8.8", true), INQUIRY_FINE);
		assert_true(learn(cases[i].world));
		runs[runs_n - 1].done(runs[runs_n - 1].look, true);
		assert_int_equal(ask_ptr(b, "8.8.8.8", true), INQUIRY_FINE);
		list = json_get(b->json, "findings");
		assert_int_equal(json_count(list), cases[i].code[0] != 0);
		assert_true(str_eq(json_str(json_get(json_at(list, 0), "code")),
				   str_of(cases[i].code)));
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_known_is_told_part_by_part),
		CASE(findings_say_which_part_they_are_of),
		CASE(the_same_question_joins_and_another_does_not),
		CASE(what_is_kept_is_told_in_every_language),
		CASE(a_fresh_look_is_begun_when_the_last_is_ten_seconds_old),
		CASE(only_so_many_are_under_way),
		CASE(everybody_has_so_many_new_looks_a_minute),
		CASE(what_was_not_asked_for_longest_is_forgotten_first),
		CASE(a_lookup_tells_nothing_until_it_is_complete),
		CASE(a_lookup_that_ran_out_of_time_says_so),
		CASE(a_message_without_a_domain_is_explained),
		CASE(what_cannot_be_asked_is_refused),
		CASE(strangers_learn_no_names_of_private_networks),
		CASE(a_name_that_does_not_lead_back_is_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
