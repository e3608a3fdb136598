/* Hosted domains in the hands of several people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

static enum err
count(void *ctx, const struct control_cert *t)
{
	(void)t;
	++*(unsigned *)ctx;
	return ERR_NONE;
}

/* Nothing of the one before is the next one's: token, proof, certificate. */
static void
a_domain_that_went_to_another_owner_begins_anew(void **state)
{
	struct place *p = *state;
	struct control_hosted old = host(p, "example.com", NOW), out;
	struct control_domain d = { .name = NAME, .added_at = NOW + 2 };
	struct control_hosted h = d_of("example.com", NOW + 2);
	const struct control_cert cert = { .hosted = old.id,
					   .name = S("mta-sts.example.com"),
					   .chain = STR("c"),
					   .key = STR("k"),
					   .not_after = NOW + 90 * DAY };
	struct diag why = { 0 };
	unsigned seen = 0;

	see(p, old.id, CONTROL_BY_TXT, NOW);
	go(p, STSMODE_TESTING, NOW + 1);
	must(control_cert_put(p->c, &cert, &why), &why);
	expect(control_domain_add(p->c, 2, &d, p->mem, &why), &why, ERR_GONE,
	       "control.exists");
	why = (struct diag){ 0 };
	must(control_domain_remove(p->c, SELF, NAME, &why), &why);
	must(control_domain_add(p->c, 2, &d, p->mem, &why), &why);
	must(control_hosted_add(p->c, 2, &h, p->mem, &why), &why);
	assert_int_not_equal(h.id, old.id);
	assert_false(str_eq(h.token, old.token));
	assert_false(str_eq(h.challenge, old.challenge));
	assert_int_equal(h.proven_at, 0);
	assert_int_equal(h.mode, STSMODE_OFF);
	expect(control_hosted_mode(p->c, 2, NAME, &testing, &why), &why,
	       ERR_GONE, "hosting.unproven");
	why = (struct diag){ 0 };
	must(control_certs(p->c, 2, count, &seen, &why), &why);
	assert_int_equal(seen, 0);
	expect(control_cert_hurry(p->c, 2, cert.name, NOW, &why), &why,
	       ERR_GONE, "hosting.no_cert");
	why = (struct diag){ 0 };
	expect(control_hosted_find(p->c, SELF, NAME, p->mem, &out, &why), &why,
	       ERR_GONE, "control.not_hosted");
	/* Of the one before only its end is served. */
	assert_int_equal(get(p, old.id).mode, STSMODE_NONE);
}

static void
of_two_who_saw_the_same_mode_one_changes_it(void **state)
{
	struct place *p = *state;
	struct control_hosted seen = host(p, "example.com", NOW);
	struct control_mode_change anna = { STSMODE_TLSRPT, STR("anna"), NOW,
					    &seen };
	struct control_mode_change ben = { STSMODE_TESTING, STR("ben"), NOW,
					   &seen };
	struct diag why = { 0 };

	see(p, seen.id, CONTROL_BY_TXT, NOW);
	seen = get(p, seen.id);
	must(control_hosted_mode(p->c, SELF, NAME, &anna, &why), &why);
	expect(control_hosted_mode(p->c, SELF, NAME, &ben, &why), &why,
	       ERR_BUSY, "hosting.mode_changed");
	assert_int_equal(get(p, seen.id).mode, STSMODE_TLSRPT);
	/* The same mode once more, a second later, is another one, too. */
	seen = get(p, seen.id);
	anna.at = NOW + 1;
	must(control_hosted_mode(p->c, SELF, NAME, &anna, &why), &why);
	why = (struct diag){ 0 };
	expect(control_hosted_mode(p->c, SELF, NAME, &ben, &why), &why,
	       ERR_BUSY, "hosting.mode_changed");
	seen = get(p, seen.id);
	must(control_hosted_mode(p->c, SELF, NAME, &ben, &why), &why);
	assert_int_equal(get(p, seen.id).mode, STSMODE_TESTING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_domain_that_went_to_another_owner_begins_anew),
		TEST(of_two_who_saw_the_same_mode_one_changes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
