/* Hosted domains, versions of policies, certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "hosts.h"

static struct control_hosted
host(struct place *p, const char *name, int64_t now)
{
	struct control_domain d = { .name = str_of(name), .added_at = now };
	struct control_hosted h = d_of(name, now);
	struct diag why = { 0 };
	enum err e = control_domain_add(p->c, SELF, &d, p->mem, &why);

	if (e != ERR_GONE) /* there already */
		must(e, &why);
	why = (struct diag){ 0 };
	must(control_hosted_add(p->c, SELF, &h, p->mem, &why), &why);
	return h;
}

static void
no_more_is_hosted_than_the_quota(void **state)
{
	const struct control_quota one = { .hosted = 1 };
	struct place *p = *state;
	struct control_domain d = { .name = STR("b.example"), .added_at = NOW };
	struct control_hosted h = d_of("b.example", NOW);
	struct diag why = { 0 };

	control_set_quota(p->c, &one);
	(void)host(p, "a.example", NOW);
	(void)host(p, "a.example", NOW); /* it is already */
	must(control_domain_add(p->c, SELF, &d, p->mem, &why), &why);
	expect(control_hosted_add(p->c, SELF, &h, p->mem, &why), &why,
	       ERR_LIMIT, "control.quota_hosted");
	assert_int_equal(number(p, "SELECT count(*) FROM hosted"), 1);
	why = (struct diag){ 0 };
	must(control_hosted_remove(p->c, SELF, S("a.example"), NOW, &why),
	     &why);
	must(control_hosted_add(p->c, SELF, &h, p->mem, &why), &why);
}

static struct control_version
make(struct place *p, int64_t hosted, const char *mode, int64_t age, int64_t at)
{
	struct control_version v = { .mode = str_of(mode),
				     .max_age = age,
				     .mx = STR("mx.example.com"),
				     .body = STR("version: STSv1\r\n"),
				     .author = STR("anna"),
				     .made_at = at };
	struct diag why = { 0 };

	must(control_version_make(p->c, hosted, &v, p->mem, &why), &why);
	return v;
}

static enum err
set(struct place *p, int64_t version, enum control_version_event event,
    int64_t at, struct diag *why)
{
	*why = (struct diag){ 0 };
	return control_version_set(p->c, version, event, at, why);
}

static void
through(struct place *p, int64_t version, int64_t at)
{
	struct diag why;

	must(set(p, version, CONTROL_PLACED, at, &why), &why);
	must(set(p, version, CONTROL_SERVED, at, &why), &why);
	must(set(p, version, CONTROL_ANNOUNCED, at, &why), &why);
}

/* ---- domains ---- */

static void
a_token_is_unguessable_and_never_given_twice(void **state)
{
	struct place *p = *state;
	struct control_hosted first = host(p, "example.com", NOW), second;
	struct diag why = { 0 };

	assert_int_equal(first.token.n, CONTROL_TOKEN_LETTERS);
	assert_int_equal(first.challenge.n, CONTROL_PROOF_LETTERS);
	assert_int_equal(first.mode, STSMODE_OFF);
	second = host(p, "example.com", NOW + 1);
	assert_int_equal(second.id, first.id);
	must(control_hosted_remove(p->c, SELF, NAME, NOW + 2, &why), &why);
	second = host(p, "example.com", NOW + 3);
	assert_int_not_equal(second.id, first.id);
	assert_false(str_eq(second.token, first.token));
	/* The old one is kept. */
	assert_true(str_eq(get(p, first.id).token, first.token));
	assert_int_equal(number(p, "SELECT count(*) FROM hosted"), 2);
}

static void
another_owner_sees_and_changes_nothing(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW), out;
	struct control_hosted foreign = d_of("example.com", NOW);
	const struct str dmarc = STR("v=DMARC1; p=none");
	const struct control_hosted_texts texts = { .dmarc = &dmarc };
	struct diag why = { 0 };

	see(p, h.id, CONTROL_BY_TXT, NOW);
	expect(control_hosted_find(p->c, 2, NAME, p->mem, &out, &why), &why,
	       ERR_GONE, "control.not_hosted");
	why = (struct diag){ 0 };
	expect(control_hosted_add(p->c, 2, &foreign, p->mem, &why), &why,
	       ERR_GONE, "control.no_domain");
	why = (struct diag){ 0 };
	expect(control_hosted_mode(p->c, 2, NAME, &testing, &why), &why,
	       ERR_GONE, "control.not_hosted");
	why = (struct diag){ 0 };
	expect(control_hosted_texts(p->c, 2, NAME, &texts, &why), &why,
	       ERR_GONE, "control.not_hosted");
	why = (struct diag){ 0 };
	expect(control_hosted_remove(p->c, 2, NAME, NOW, &why), &why, ERR_GONE,
	       "control.not_hosted");
	why = (struct diag){ 0 };
	expect(control_cert_hurry(p->c, 2, S("mta-sts.example.com"), NOW, &why),
	       &why, ERR_GONE, "hosting.no_cert");
	assert_int_equal(get(p, h.id).mode, STSMODE_OFF);
}

static void
only_a_proven_domain_gets_a_mode(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct diag why = { 0 };

	expect(control_hosted_mode(p->c, SELF, NAME, &testing, &why), &why,
	       ERR_GONE, "hosting.unproven");
	see(p, h.id, CONTROL_UNPROVEN, NOW);
	assert_int_equal(get(p, h.id).lost_at, 0);
	see(p, h.id, CONTROL_BY_DELEGATION, NOW + 1);
	go(p, STSMODE_TESTING, NOW + 2);
	h = get(p, h.id);
	assert_int_equal(h.mode, STSMODE_TESTING);
	assert_int_equal(h.mode_since, NOW + 2);
	assert_true(str_eq(h.mode_author, S("anna")));
}

static void
a_proof_that_is_lost_holds_for_seven_days(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);

	see(p, h.id, CONTROL_BY_TXT, NOW);
	see(p, h.id, CONTROL_UNPROVEN, NOW + DAY);
	see(p, h.id, CONTROL_UNPROVEN, NOW + 2 * DAY);
	h = get(p, h.id);
	assert_int_equal(h.proven_at, NOW);
	assert_int_equal(h.lost_at, NOW + DAY);
	assert_true(control_hosted_good(&h, NOW + 8 * DAY - 1));
	assert_false(control_hosted_good(&h, NOW + 8 * DAY));
	see(p, h.id, CONTROL_BY_DELEGATION, NOW + 9 * DAY);
	h = get(p, h.id);
	assert_true(control_hosted_good(&h, NOW + 9 * DAY));
	assert_int_equal(h.proof, CONTROL_BY_DELEGATION);
}

static void
looks_are_given_out_once_and_change_nothing(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW), due;
	uint64_t stamp;
	struct diag why = { 0 };
	bool found = false;

	must(control_hosted_due(p->c, NOW, p->mem, &due, &found, &why), &why);
	assert_true(found);
	assert_int_equal(due.id, h.id);
	must(control_hosted_due(p->c, NOW, p->mem, &due, &found, &why), &why);
	assert_false(found);
	see(p, h.id, CONTROL_BY_TXT, NOW);
	stamp = control_hosting_stamp(p->c);
	see(p, h.id, CONTROL_BY_TXT, NOW + DAY);
	assert_int_equal(control_hosting_stamp(p->c), stamp);
	must(control_hosted_hurry(p->c, SELF, NAME, NOW, &why), &why);
	must(control_hosted_due(p->c, NOW, p->mem, &due, &found, &why), &why);
	assert_true(found);
}

static void
a_domain_that_leaves_the_account_is_retired(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct control_hosted other = host(p, "example.net", NOW);
	struct diag why = { 0 };

	see(p, h.id, CONTROL_BY_TXT, NOW);
	go(p, STSMODE_ENFORCE_MONTH, NOW);
	must(control_domain_remove(p->c, SELF, NAME, &why), &why);
	must(control_domain_remove(p->c, SELF, S("example.net"), &why), &why);
	must(control_hosted_orphans(p->c, NOW + 5, &why), &why);
	h = get(p, h.id);
	assert_int_equal(h.mode, STSMODE_NONE);
	assert_int_equal(h.removed_at, NOW + 5);
	other = get(p, other.id);
	assert_int_equal(other.mode, STSMODE_REMOVED);
	/* Of that one nothing was ever served. */
	assert_int_equal(number(p, "SELECT count(*) FROM hosted"
				   " WHERE over_at = 0"),
			 1);
}

/* ---- versions ---- */

static void
ids_strictly_increase_to_the_second(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct control_version a = make(p, h.id, "testing", DAY, NOW);
	struct control_version b = make(p, h.id, "testing", DAY, NOW);
	struct control_version c = make(p, h.id, "testing", DAY, NOW - 100);
	struct diag why = { 0 };

	assert_true(str_eq(a.sts_id, S("20251124160000Z")));
	assert_true(str_eq(b.sts_id, S("20251124160001Z")));
	assert_true(str_eq(c.sts_id, S("20251124160002Z")));
	assert_int_equal(c.number, 3);
	/* Also when it is hosted once more. */
	must(control_hosted_remove(p->c, SELF, NAME, NOW, &why), &why);
	h = host(p, "example.com", NOW);
	a = make(p, h.id, "testing", DAY, NOW);
	assert_true(str_eq(a.sts_id, S("20251124160003Z")));
	assert_int_equal(a.number, 1);
}

static void
a_version_is_placed_then_served_then_announced(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct control_version a = make(p, h.id, "testing", DAY, NOW), now,
			       told;
	struct diag why;

	expect(set(p, a.id, CONTROL_SERVED, NOW, &why), &why, ERR_GONE,
	       "hosting.order");
	expect(set(p, a.id, CONTROL_ANNOUNCED, NOW, &why), &why, ERR_GONE,
	       "hosting.order");
	must(set(p, a.id, CONTROL_PLACED, NOW + 1, &why), &why);
	expect(set(p, a.id, CONTROL_PLACED, NOW + 2, &why), &why, ERR_GONE,
	       "hosting.order");
	expect(set(p, a.id, CONTROL_ANNOUNCED, NOW, &why), &why, ERR_GONE,
	       "hosting.order");
	must(set(p, a.id, CONTROL_SERVED, NOW + 2, &why), &why);
	must(set(p, a.id, CONTROL_ANNOUNCED, NOW + 3, &why), &why);
	must(control_versions_now(p->c, h.id, p->mem, &now, &told, &why), &why);
	assert_int_equal(now.id, a.id);
	assert_int_equal(told.id, a.id);
	assert_int_equal(now.placed_at, NOW + 1);
	assert_int_equal(now.served_at, NOW + 2);
	assert_int_equal(now.announced_at, NOW + 3);
}

static void
a_version_that_was_overtaken_is_never_announced(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct control_version a = make(p, h.id, "testing", DAY, NOW), b, now,
			       told;
	struct diag why;

	must(set(p, a.id, CONTROL_PLACED, NOW, &why), &why);
	must(set(p, a.id, CONTROL_SERVED, NOW, &why), &why);
	b = make(p, h.id, "enforce", 7 * DAY, NOW + 1);
	expect(set(p, a.id, CONTROL_ANNOUNCED, NOW + 1, &why), &why, ERR_GONE,
	       "hosting.order");
	through(p, b.id, NOW + 9);
	why = (struct diag){ 0 };
	must(control_versions_now(p->c, h.id, p->mem, &now, &told, &why), &why);
	assert_int_equal(told.id, b.id);
	assert_int_equal(number(p, "SELECT superseded_at FROM policy_version"
				   " WHERE number = 1"),
			 NOW + 9);
}

static void
what_a_version_says_never_changes(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct diag why = { 0 };
	SCOPED_DB db = NULL;

	(void)make(p, h.id, "testing", DAY, NOW);
	must(db_open(p->path, DB_WRITE, 1000, &db, &why), &why);
	assert_int_not_equal(
		db_run(db, "UPDATE policy_version SET body = 'x'", &why),
		ERR_NONE);
	assert_non_null(strstr(why.detail, "does not change"));
}

static void
caches_are_over_when_the_longest_of_all_versions_is(void **state)
{
	static const struct {
		const char *mode;
		int64_t age, at;
	} versions[] = { { "testing", DAY, NOW },
			 { "enforce", 30 * DAY, NOW + DAY },
			 { "testing", DAY, NOW + 2 * DAY },
			 { "none", DAY, NOW + 3 * DAY } };
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct diag why = { 0 };
	int64_t at = -1;

	must(control_versions_over(p->c, NAME, NOW, &at, &why), &why);
	assert_int_equal(at, 0);
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		struct control_version v =
			make(p, h.id, versions[i].mode, versions[i].age,
			     versions[i].at);

		through(p, v.id, versions[i].at + 10);
	}
	reopen(p);
	must(control_versions_over(p->c, NAME, NOW + 40 * DAY, &at, &why),
	     &why);
	assert_int_equal(at, NOW + 2 * DAY + 10 + 30 * DAY);
}

static void
what_is_still_served_is_not_over(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	struct control_version v = make(p, h.id, "enforce", 7 * DAY, NOW);
	struct diag why = { 0 };
	int64_t at = 0;

	through(p, v.id, NOW);
	must(control_versions_over(p->c, NAME, NOW + 99 * DAY, &at, &why),
	     &why);
	assert_int_equal(at, NOW + 106 * DAY);
}

static void
fetches_add_up_by_sender_and_day(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	const struct control_fetches f = { .day = 20416,
					   .sender = STR("google"),
					   .n = 2,
					   .first = NOW,
					   .last = NOW + 5,
					   .sts_id = STR("1") };
	struct diag why = { 0 };

	(void)h;
	must(control_fetches_add(p->c, NAME, &f, &why), &why);
	must(control_fetches_add(p->c, NAME, &f, &why), &why);
	must(control_fetches_add(p->c, S("foreign.example"), &f, &why), &why);
	assert_int_equal(number(p, "SELECT sum(n) FROM policy_fetch"), 4);
	assert_int_equal(number(p, "SELECT count(*) FROM policy_fetch"), 1);
}

/* ---- certificates ---- */

static enum err
count_one(void *ctx, const struct control_hosted *h)
{
	unsigned *n = ctx;

	(void)h;
	++*n;
	return ERR_NONE;
}

static unsigned
due(struct place *p, int64_t now)
{
	struct diag why = { 0 };
	unsigned n = 0;

	must(control_cert_due(p->c, now, 10, count_one, &n, &why), &why);
	return n;
}

static void
only_proven_domains_with_a_policy_are_ordered_for(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	const struct str name = STR("mta-sts.example.com");
	const struct control_cert cert = { .hosted = h.id,
					   .name = name,
					   .chain = STR("c"),
					   .key = STR("k"),
					   .not_after = NOW + 90 * DAY,
					   .issued_at = NOW,
					   .next_try = NOW + 60 * DAY };
	const struct control_cert failed = { .hosted = h.id,
					     .name = STR("mta-sts.example.com"),
					     .fault = STR("acme.refused"),
					     .fault_at = NOW,
					     .next_try = NOW + 3600 };
	struct control_cert out;
	struct diag why = { 0 };
	bool found;

	assert_int_equal(due(p, NOW), 0);
	see(p, h.id, CONTROL_BY_TXT, NOW);
	assert_int_equal(due(p, NOW), 0);
	go(p, STSMODE_TESTING, NOW);
	assert_int_equal(due(p, NOW), 1);
	must(control_cert_failed(p->c, &failed, &why), &why);
	assert_int_equal(due(p, NOW), 0);
	assert_int_equal(due(p, NOW + 3600), 1);
	must(control_cert_put(p->c, &cert, &why), &why);
	must(control_cert_find(p->c, name, p->mem, &out, &found, &why), &why);
	assert_true(found);
	assert_int_equal(out.tries, 0);
	assert_int_equal(out.fault.n, 0);
	assert_int_equal(due(p, NOW + 60 * DAY - 1), 0);
	assert_int_equal(due(p, NOW + 60 * DAY), 1);
	must(control_cert_hurry(p->c, SELF, name, NOW, &why), &why);
	assert_int_equal(due(p, NOW), 1);
	/* Lost for a week: nothing is renewed. */
	see(p, h.id, CONTROL_UNPROVEN, NOW);
	assert_int_equal(due(p, NOW + 7 * DAY - 1), 1);
	assert_int_equal(due(p, NOW + 7 * DAY), 0);
}

static void
a_failed_renewal_leaves_the_certificate(void **state)
{
	struct place *p = *state;
	struct control_hosted h = host(p, "example.com", NOW);
	const struct control_cert cert = { .hosted = h.id,
					   .name = STR("mta-sts.example.com"),
					   .chain = STR("chain"),
					   .key = STR("key") };
	const struct control_cert failed = { .hosted = h.id,
					     .name = STR("mta-sts.example.com"),
					     .fault = STR("acme.refused"),
					     .fault_at = NOW,
					     .next_try = NOW + 3600 };
	struct control_cert out;
	struct diag why = { 0 };
	bool found;

	must(control_cert_put(p->c, &cert, &why), &why);
	must(control_cert_failed(p->c, &failed, &why), &why);
	must(control_cert_find(p->c, cert.name, p->mem, &out, &found, &why),
	     &why);
	assert_true(str_eq(out.chain, S("chain")));
	assert_int_equal(out.tries, 1);
}

static void
the_master_key_is_made_once_and_only_for_its_user(void **state)
{
	struct place *p = *state;
	uint8_t a[SEAL_KEY_BYTES], b[SEAL_KEY_BYTES];
	struct diag why = { 0 };
	char path[PLACE_ROOM + 32];
	struct stat st;
	FILE *f;

	snprintf(path, sizeof path, "%s/key", p->dir);
	expect(control_master_key(path, false, a, &why), &why, ERR_GONE,
	       "io.open");
	why = (struct diag){ 0 };
	must(control_master_key(path, true, a, &why), &why);
	must(control_master_key(path, true, b, &why), &why);
	assert_memory_equal(a, b, sizeof a);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	f = fopen(path, "wb");
	assert_non_null(f);
	fputs("short", f);
	fclose(f);
	expect(control_master_key(path, true, a, &why), &why, ERR_SYNTAX,
	       "hosting.bad_master_key");
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(no_more_is_hosted_than_the_quota),
		TEST(a_token_is_unguessable_and_never_given_twice),
		TEST(another_owner_sees_and_changes_nothing),
		TEST(only_a_proven_domain_gets_a_mode),
		TEST(a_proof_that_is_lost_holds_for_seven_days),
		TEST(looks_are_given_out_once_and_change_nothing),
		TEST(a_domain_that_leaves_the_account_is_retired),
		TEST(ids_strictly_increase_to_the_second),
		TEST(a_version_is_placed_then_served_then_announced),
		TEST(a_version_that_was_overtaken_is_never_announced),
		TEST(what_a_version_says_never_changes),
		TEST(caches_are_over_when_the_longest_of_all_versions_is),
		TEST(what_is_still_served_is_not_over),
		TEST(fetches_add_up_by_sender_and_day),
		TEST(only_proven_domains_with_a_policy_are_ordered_for),
		TEST(a_failed_renewal_leaves_the_certificate),
		TEST(the_master_key_is_made_once_and_only_for_its_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
