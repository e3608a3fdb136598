/* The steps of a policy, over a program that is stopped after each of them:
 * body before id, and `none` until every cached policy is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

/* Steps until nothing is to be done, forgetting everything between, and holds
 * what readers see against the order: an id is there only with its body. */
static void
through(struct place *p)
{
	struct hosted_domain before, after;

	for (unsigned i = 0; i < 20; i++) {
		bool was = served(p, "example.com", &before);
		enum hosting_step s;

		forget(p);
		/* Whoever begins writes first what is decided. */
		publish(p);
		s = step(p);
		forget(p);
		publish(p);
		if (!served(p, "example.com", &after))
			after = (struct hosted_domain){ 0 };
		if (was && !str_eq(before.sts, after.sts) && after.sts.n > 0)
			assert_true(str_eq(before.policy, after.policy));
		if (s == HOSTING_REST || s == HOSTING_WAIT_CERT ||
		    s == HOSTING_WAIT_OVER || s == HOSTING_OVER)
			return;
		p->now++;
	}
	fail_msg("no end");
}

static void
a_policy_is_announced_after_its_body_was_served(void **state)
{
	static const enum hosting_step order[] = { HOSTING_MAKE, HOSTING_PLACE,
						   HOSTING_LOOK,
						   HOSTING_ANNOUNCE,
						   HOSTING_REST };
	struct place *p = *state;
	struct hosted_domain d;

	prove(p, p->id);
	mode(p, STSMODE_TESTING);
	give_cert(p);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		assert_int_equal(step(p), order[i]);
		forget(p);
		publish(p);
		assert_true(served(p, "example.com", &d));
		/* The body from the second step on, the id from the fourth. */
		assert_int_equal(d.sts.n > 0, i >= 3);
		if (i >= 1)
			assert_true(
				str_eq(d.policy,
				       S("version: STSv1\r\nmode: testing\r\n"
					 "mx: mx.example.com\r\n"
					 "max_age: 86400\r\n")));
	}
	assert_true(str_eq(d.sts, S("v=STSv1; id=20251124160000Z;")));
}

static void
a_new_body_stands_with_the_old_id_until_it_was_seen(void **state)
{
	struct place *p = *state;
	const struct str more = STR("mx2.example.com");
	const struct control_hosted_texts texts = { .mx_more = &more };
	struct hosted_domain first, d;
	struct diag why = { 0 };

	prove(p, p->id);
	mode(p, STSMODE_TESTING);
	give_cert(p);
	through(p);
	assert_true(served(p, "example.com", &first));
	must(control_hosted_texts(p->c, ME, NAME, &texts, &why), &why);
	assert_int_equal(step(p), HOSTING_MAKE);
	assert_int_equal(step(p), HOSTING_PLACE);
	forget(p);
	publish(p);
	assert_true(served(p, "example.com", &d));
	assert_true(str_find(d.policy, S("mx2.example.com")) != SIZE_MAX);
	assert_true(str_eq(d.sts, first.sts));
	through(p);
	assert_true(served(p, "example.com", &d));
	assert_true(str_cmp(d.sts, first.sts) > 0);
}

static void
nothing_is_announced_without_a_certificate(void **state)
{
	struct place *p = *state;
	struct hosted_domain d;

	prove(p, p->id);
	mode(p, STSMODE_TESTING);
	through(p);
	assert_int_equal(step(p), HOSTING_WAIT_CERT);
	assert_true(served(p, "example.com", &d));
	assert_int_equal(d.sts.n, 0);
	give_cert(p);
	through(p);
	assert_true(served(p, "example.com", &d));
	assert_true(d.sts.n > 0);
}

static void
the_same_policy_is_not_made_twice(void **state)
{
	struct place *p = *state;
	struct hosting_row row;

	prove(p, p->id);
	mode(p, STSMODE_TESTING);
	give_cert(p);
	through(p);
	p->now += 100;
	mode(p, STSMODE_TESTING);
	/* It looks at the mail servers of now, and they are the same. */
	assert_int_equal(step(p), HOSTING_MAKE);
	(void)next(p, &row);
	assert_int_equal(row.newest.number, 1);
}

static void
an_unproven_domain_is_in_no_index(void **state)
{
	struct place *p = *state;
	struct hosting_challenge challenge = { .name = NAME,
					       .http_token = STR("t"),
					       .http_answer = STR("a") };
	struct hosted_domain d;
	struct diag why = { 0 };

	assert_int_equal(step(p), HOSTING_REST);
	publish(p);
	assert_false(served(p, "example.com", &d));
	/* Not even a challenge is answered for it. */
	p->x.challenges = &challenge;
	hosting_index_touch(&p->x, NAME);
	must(hosting_index_write(&p->x, p->now, true, &why), &why);
	assert_false(served(p, "example.com", &d));
	prove(p, p->id);
	must(hosting_index_write(&p->x, p->now, true, &why), &why);
	assert_true(served(p, "example.com", &d));
	assert_true(str_eq(d.http_token, S("t")));
	p->x.challenges = NULL;
}

static void
a_name_of_ours_has_its_certificate_in_the_index(void **state)
{
	struct place *p = *state;
	const struct control_cert cert = { .name = S("panel.example"),
					   .chain = STR("\0\0\1c"),
					   .key = STR("sealed"),
					   .not_after = NOW + 90 * DAY,
					   .next_try = NOW + 60 * DAY };
	struct hosting_challenge challenge = {
		.name = STR(HOSTED_OWN_LABEL "panel.example"),
		.http_token = STR("t"),
		.http_answer = STR("a"),
	};
	struct hosted_domain d;
	struct diag why = { 0 };

	p->x.zone.own[0] = S("panel.example");
	p->x.zone.own_n = 1;
	publish(p);
	assert_true(served(p, HOSTED_OWN_LABEL "panel.example", &d));
	assert_int_equal(d.flags, HOSTED_OWN);
	assert_int_equal(d.chain.n, 0);
	must(control_cert_put(p->c, &cert, &why), &why);
	publish(p);
	assert_true(served(p, HOSTED_OWN_LABEL "panel.example", &d));
	assert_true(str_eq(d.chain, cert.chain));
	assert_false(served(p, "panel.example", &d));
	/* A challenge does not touch a domain of that name. */
	p->x.challenges = &challenge;
	hosting_index_touch(&p->x, challenge.name);
	must(hosting_index_write(&p->x, p->now, true, &why), &why);
	assert_true(served(p, HOSTED_OWN_LABEL "panel.example", &d));
	assert_true(str_eq(d.http_token, S("t")));
	assert_true(str_eq(d.chain, cert.chain));
	p->x.challenges = NULL;
	/* One that is configured no more is gone with the next beginning. */
	forget(p);
	publish(p);
	assert_false(served(p, HOSTED_OWN_LABEL "panel.example", &d));
}

static void
only_none_is_served_of_a_domain_that_left(void **state)
{
	struct place *p = *state;
	struct hosted_domain d;
	struct diag why = { 0 };
	int64_t left;

	prove(p, p->id);
	mode(p, STSMODE_ENFORCE_WEEK);
	give_cert(p);
	through(p);
	must(control_domain_remove(p->c, ME, NAME, &why), &why);
	must(control_hosted_orphans(p->c, p->now, &why), &why);
	through(p);
	left = p->now;
	assert_true(served(p, "example.com", &d));
	assert_int_equal(d.flags, HOSTED_RETIRING);
	assert_true(str_eq(d.policy, S("version: STSv1\r\nmode: none\r\n"
				       "max_age: 86400\r\n")));
	assert_int_equal(d.tls_rpt.n + d.dmarc.n, 0);
	/* The week of the old policy counts, not the day of this one. */
	p->now = left + 7 * DAY - 60;
	through(p);
	assert_true(served(p, "example.com", &d));
	p->now = left + 7 * DAY + 1;
	through(p);
	assert_false(served(p, "example.com", &d));
}

static void
one_that_comes_back_is_served_under_its_new_token(void **state)
{
	struct place *p = *state;
	struct hosted_domain d, old;
	struct diag why = { 0 };
	int64_t before = p->id;

	prove(p, p->id);
	mode(p, STSMODE_ENFORCE_WEEK);
	give_cert(p);
	through(p);
	must(control_domain_remove(p->c, ME, NAME, &why), &why);
	must(control_hosted_orphans(p->c, p->now, &why), &why);
	through(p);
	assert_true(served(p, "example.com", &old));
	p->id = host(p, "example.com");
	assert_int_not_equal(p->id, before);
	publish(p);
	assert_true(served(p, "example.com", &d));
	assert_true(str_eq(d.token, old.token));
	prove(p, p->id);
	publish(p);
	assert_true(served(p, "example.com", &d));
	assert_int_equal(d.flags, HOSTED_PROVEN);
	assert_false(str_eq(d.token, old.token));
	/* What senders have cached is still ended in order. */
	assert_true(str_find(d.policy, S("mode: none")) != SIZE_MAX);
}

static void
records_follow_the_mode(void **state)
{
	static const struct {
		enum stsmode_state mode;
		bool tls_rpt, policy;
	} cases[] = { { STSMODE_TLSRPT, true, false },
		      { STSMODE_TESTING, true, true },
		      { STSMODE_NONE, true, true } };
	struct place *p = *state;
	const struct str dmarc = STR("v=DMARC1; p=none");
	const struct control_hosted_texts texts = { .dmarc = &dmarc };
	struct hosted_domain d;
	struct diag why = { 0 };

	prove(p, p->id);
	give_cert(p);
	must(control_hosted_texts(p->c, ME, NAME, &texts, &why), &why);
	publish(p);
	assert_true(served(p, "example.com", &d));
	assert_int_equal(d.tls_rpt.n + d.policy.n, 0);
	assert_true(str_eq(d.dmarc, dmarc));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		p->now += 10;
		mode(p, cases[i].mode);
		through(p);
		assert_true(served(p, "example.com", &d));
		assert_int_equal(str_starts(d.tls_rpt, S("v=TLSRPTv1;")),
				 cases[i].tls_rpt);
		assert_int_equal(d.policy.n > 0, cases[i].policy);
	}
}

static void
the_serial_grows_through_restarts(void **state)
{
	struct place *p = *state;
	uint32_t last = 0;

	for (unsigned i = 0; i < 3; i++) {
		struct hosted *h = NULL;
		struct diag why = { 0 };

		/* Also when the clock went back. */
		p->now -= 100;
		forget(p);
		publish(p);
		must(hosted_open(p->dir, &h, &why), &why);
		assert_true(hosted_zone_of(h)->serial > last);
		last = hosted_zone_of(h)->serial;
		hosted_close(h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_policy_is_announced_after_its_body_was_served),
		TEST(a_new_body_stands_with_the_old_id_until_it_was_seen),
		TEST(nothing_is_announced_without_a_certificate),
		TEST(the_same_policy_is_not_made_twice),
		TEST(an_unproven_domain_is_in_no_index),
		TEST(a_name_of_ours_has_its_certificate_in_the_index),
		TEST(only_none_is_served_of_a_domain_that_left),
		TEST(one_that_comes_back_is_served_under_its_new_token),
		TEST(records_follow_the_mode),
		TEST(the_serial_grows_through_restarts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
