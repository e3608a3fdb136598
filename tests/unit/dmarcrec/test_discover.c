#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

#include <stdio.h>
#include <string.h>

struct look {
	const char *world, *domain;
	/* "-" there is no record, "?" not known, "!" unusable. */
	const char *walk_at, *walk_policy, *walk_org;
	const char *psl_policy, *psl_org;
};

static const char *
word_of(const struct dmarcrec_way *way)
{
	switch (way->outcome) {
	case DMARCREC_NO_RECORD:
		return "-";
	case DMARCREC_UNUSABLE:
		return "!";
	case DMARCREC_UNCERTAIN:
		return "?";
	case DMARCREC_APPLIES:
		break;
	}
	return dmarcrec_policy_name(way->policy);
}

static void
judge(const struct look *t, const struct dmarcrec_found *found)
{
	const struct dmarcrec_way *walk = &found->walk, *psl = &found->psl;
	struct str at = walk->place != NULL ? walk->place->domain : S("-");
	struct str org = walk->org_known ? walk->org : S("?");

	if (!str_eq(at, str_of(t->walk_at)))
		fail_msg("%s in\n%s: found at %.*s", t->domain, t->world,
			 STR_ARG(at));
	if (strcmp(word_of(walk), t->walk_policy) != 0)
		fail_msg("%s in\n%s: walk: %s", t->domain, t->world,
			 word_of(walk));
	if (!str_eq(org, str_of(t->walk_org)))
		fail_msg("%s in\n%s: org %.*s", t->domain, t->world,
			 STR_ARG(org));
	if (strcmp(word_of(psl), t->psl_policy) != 0)
		fail_msg("%s in\n%s: psl: %s", t->domain, t->world,
			 word_of(psl));
	if (!str_eq(psl->org, str_of(t->psl_org)))
		fail_msg("%s in\n%s: psl org %.*s", t->domain, t->world,
			 STR_ARG(psl->org));
}

static void
judge_all(const struct look *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		SCOPED_FACTS f = world_of(table[i].world);
		struct dmarcrec_found found;

		assert_true(
			dmarcrec_discover(f, str_of(table[i].domain), &found));
		judge(&table[i], &found);
	}
}

static void
policies_come_from_name_organisation_or_suffix(void **state)
{
	static const struct look table[] = {
		{ "example.com A 192.0.2.1", "example.com", "-", "-",
		  "example.com", "-", "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject\"",
		  "example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
		/* An existing subdomain, with and without sp. */
		{ "a.example.com A 192.0.2.1\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=reject\"",
		  "a.example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
		{ "a.example.com A 192.0.2.1\n_dmarc.example.com TXT "
		  "\"v=DMARC1; p=reject; sp=none; np=quarantine\"",
		  "a.example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		/* One that does not exist: np, then sp, then p. */
		{ "_dmarc.example.com TXT "
		  "\"v=DMARC1; p=reject; sp=none; np=quarantine\"",
		  "a.example.com", "example.com", "quarantine", "example.com",
		  "none", "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject; sp=none\"",
		  "a.example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=quarantine\"",
		  "a.example.com", "example.com", "quarantine", "example.com",
		  "quarantine", "example.com" },
		/* An empty non-terminal exists. */
		{ "b.a.example.com A 192.0.2.1\n_dmarc.example.com TXT "
		  "\"v=DMARC1; p=none; np=reject\"",
		  "a.example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		/* The fewest labels win; PSL readers skip the one between. */
		{ "x.a.example.com A 192.0.2.1\n"
		  "_dmarc.a.example.com TXT \"v=DMARC1; p=reject\"\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=none\"",
		  "x.a.example.com", "example.com", "none", "example.com",
		  "none", "example.com" },
		/* psd=n makes a subdomain an organisation of its own. */
		{ "x.a.example.com A 192.0.2.1\n_dmarc.a.example.com TXT "
		  "\"v=DMARC1; p=none; sp=reject; psd=n\"\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=quarantine\"",
		  "x.a.example.com", "a.example.com", "reject", "a.example.com",
		  "quarantine", "example.com" },
		/* psd=y: one label below is the organisation. */
		{ "x.example.com A 192.0.2.1\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n"
		  "_dmarc.com TXT \"v=DMARC1; p=none; psd=y\"",
		  "x.example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
		/* No record there: the suffix speaks, by sp or np. */
		{ "example.com A 192.0.2.1\n_dmarc.com TXT "
		  "\"v=DMARC1; p=none; sp=quarantine; np=reject; psd=y\"",
		  "example.com", "com", "quarantine", "example.com", "-",
		  "example.com" },
		{ "_dmarc.com TXT "
		  "\"v=DMARC1; p=none; sp=quarantine; np=reject; psd=y\"",
		  "gone.com", "com", "reject", "gone.com", "-", "gone.com" },
		/* The suffix itself sends mail. */
		{ "_dmarc.com TXT \"v=DMARC1; p=reject; psd=y; sp=none\"",
		  "com", "com", "reject", "com", "reject", "com" },
		/* psd=y under the organisation of the list. */
		{ "a.b.example.com A 192.0.2.1\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=reject; psd=y\"",
		  "a.b.example.com", "example.com", "reject", "b.example.com",
		  "reject", "example.com" },
	};

	(void)state;
	judge_all(table, COUNT_OF(table));
}

/* The shapes of RFC 9989 appendix B.4, with names of our own. */
static void
the_examples_of_the_appendix_come_out_as_printed(void **state)
{
	static const char world[] =
		"a.mail.example.com A 192.0.2.1\n"
		"_dmarc.example.com TXT \"v=DMARC1; p=none\"\n"
		"_dmarc.mega.com TXT \"v=DMARC1; p=reject; psd=n\"\n"
		"x.bank.example A 192.0.2.1\n"
		"_dmarc.bank.example TXT \"v=DMARC1; p=reject; psd=y\"\n"
		"_dmarc.giant.bank.example TXT \"v=DMARC1; p=quarantine\"\n"
		"mail.giant.bank.example A 192.0.2.1\n"
		"mail.mega.bank.example A 192.0.2.1\n";
	static const struct look table[] = {
		{ world, "a.mail.example.com", "example.com", "none",
		  "example.com", "none", "example.com" },
		{ world, "mail.giant.bank.example", "giant.bank.example",
		  "quarantine", "giant.bank.example", "reject",
		  "bank.example" },
		/* Below a suffix, no record of its own. */
		{ world, "mail.mega.bank.example", "bank.example", "reject",
		  "mega.bank.example", "reject", "bank.example" },
		{ world, "bank.example", "bank.example", "reject",
		  "bank.example", "reject", "bank.example" },
	};
	static const struct {
		const char *from, *name;
		bool strict, aligned;
	} pairs[] = {
		{ "example.com", "a.mail.example.com", false, true },
		{ "example.com", "a.mail.example.com", true, false },
		{ "example.com", "example.com", true, true },
		{ "giant.bank.example", "mail.giant.bank.example", false,
		  true },
		{ "giant.bank.example", "mega.bank.example", false, false },
		{ "giant.bank.example", "bank.example", false, false },
	};
	SCOPED_FACTS f = world_of(world);

	(void)state;
	judge_all(table, COUNT_OF(table));
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct str from = str_of(pairs[i].from);
		const struct str name = str_of(pairs[i].name);
		struct str a, b;
		bool known;

		assert_true(dmarcrec_org(f, from, &a, &known) && known);
		assert_true(dmarcrec_org(f, name, &b, &known) && known);
		if (dmarcrec_aligned(from, name, pairs[i].strict, a, b) !=
		    pairs[i].aligned)
			fail_msg("%s %s", pairs[i].from, pairs[i].name);
	}
}

static void
test_mode_lowers_the_policy_for_new_readers_only(void **state)
{
	static const struct look table[] = {
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject; t=y\"",
		  "example.com", "example.com", "quarantine", "example.com",
		  "reject", "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=quarantine; t=y\"",
		  "example.com", "example.com", "none", "example.com",
		  "quarantine", "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=none; t=y\"",
		  "example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject; t=n\"",
		  "example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
		/* It lowers np as well. */
		{ "_dmarc.example.com TXT \"v=DMARC1; p=none; np=reject; t=y\"",
		  "gone.example.com", "example.com", "quarantine",
		  "example.com", "none", "example.com" },
	};

	(void)state;
	judge_all(table, COUNT_OF(table));
}

static void
a_damaged_record_counts_as_none_or_not_at_all(void **state)
{
	static const struct look table[] = {
		{ "_dmarc.example.com TXT "
		  "\"v=DMARC1; p=block; rua=mailto:a@example.com\"",
		  "example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=block\"", "example.com",
		  "example.com", "!", "example.com", "!", "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=block; rua=a@b\"",
		  "example.com", "example.com", "!", "example.com", "!",
		  "example.com" },
		{ "_dmarc.example.com TXT "
		  "\"v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com\"",
		  "example.com", "example.com", "none", "example.com", "none",
		  "example.com" },
		/* Old readers do not know np. */
		{ "_dmarc.example.com TXT "
		  "\"v=DMARC1; p=reject; np=x; rua=mailto:a@example.com\"",
		  "example.com", "example.com", "none", "example.com", "reject",
		  "example.com" },
		{ "_dmarc.example.com TXT \"v=DMARC1\"", "example.com",
		  "example.com", "!", "example.com", "!", "example.com" },
		/* Several are discarded; old readers stop there. */
		{ "_dmarc.a.example.com TXT \"v=DMARC1; p=reject\"\n"
		  "_dmarc.a.example.com TXT \"v=DMARC1; p=none\"\n"
		  "_dmarc.example.com TXT \"v=DMARC1; p=quarantine\"",
		  "a.example.com", "example.com", "quarantine", "example.com",
		  "-", "example.com" },
		/* Other texts beside it do no harm. */
		{ "_dmarc.example.com TXT \"hello\"\n"
		  "_dmarc.example.com TXT \"v=DMARC1;\" \" p=reject\"",
		  "example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
	};

	(void)state;
	judge_all(table, COUNT_OF(table));
}

static void
what_dns_did_not_tell_is_not_known(void **state)
{
	static const struct look table[] = {
		{ "_dmarc.example.com SERVFAIL", "example.com", "-", "?", "?",
		  "?", "example.com" },
		{ "a.example.com A 192.0.2.1\n_dmarc.example.com TIMEOUT",
		  "a.example.com", "-", "?", "?", "?", "example.com" },
		/* The policy is known, the organisation is not. */
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n"
		  "_dmarc.com BOGUS",
		  "example.com", "example.com", "reject", "?", "reject",
		  "example.com" },
		/* Behind psd=n nothing matters any more. */
		{ "_dmarc.example.com TXT \"v=DMARC1; p=reject; psd=n\"\n"
		  "_dmarc.com SERVFAIL",
		  "example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
		/* Does the name exist? It matters only when np says so. */
		{ "a.example.com SERVFAIL A\n_dmarc.example.com TXT "
		  "\"v=DMARC1; p=none; np=reject\"",
		  "a.example.com", "example.com", "?", "example.com", "none",
		  "example.com" },
		{ "a.example.com SERVFAIL A\n_dmarc.example.com TXT "
		  "\"v=DMARC1; p=reject\"",
		  "a.example.com", "example.com", "reject", "example.com",
		  "reject", "example.com" },
	};

	(void)state;
	judge_all(table, COUNT_OF(table));
}

/* The names asked for below _dmarc, in order. */
static void
expect_walk(const char *domain, const char *const *names, size_t n)
{
	struct facts *f = facts_new(1 << 20, 0);
	struct dmarcrec_found found;
	struct facts_question q;
	size_t seen = 0;

	assert_false(dmarcrec_discover(f, str_of(domain), &found));
	for (size_t i = 0; facts_open(f, i, &q); i++) {
		if (q.type != FACTS_TXT)
			continue;
		assert_true(seen < n);
		if (!str_eq(str_sub(q.name, 7, q.name.n), str_of(names[seen])))
			fail_msg("%s: %.*s", domain, STR_ARG(q.name));
		seen++;
	}
	assert_int_equal(seen, n);
	facts_free(f);
}

static void
a_walk_asks_eight_names_at_most(void **state)
{
	static const char *const deep[] = {
		"a.b.c.d.e.f.g.h.i.j.mail.example.com",
		"g.h.i.j.mail.example.com",
		"h.i.j.mail.example.com",
		"i.j.mail.example.com",
		"j.mail.example.com",
		"mail.example.com",
		"example.com",
		"com"
	};
	static const char *const eight[] = { "a.b.c.d.e.f.example.com",
					     "b.c.d.e.f.example.com",
					     "c.d.e.f.example.com",
					     "d.e.f.example.com",
					     "e.f.example.com",
					     "f.example.com",
					     "example.com",
					     "com" };
	static const char *const two[] = { "example.com", "com" };
	static const char *const one[] = { "com" };

	(void)state;
	expect_walk(deep[0], deep, COUNT_OF(deep));
	expect_walk(eight[0], eight, COUNT_OF(eight));
	expect_walk("Example.COM.", two, COUNT_OF(two));
	expect_walk("com", one, COUNT_OF(one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			policies_come_from_name_organisation_or_suffix),
		cmocka_unit_test(
			the_examples_of_the_appendix_come_out_as_printed),
		cmocka_unit_test(
			test_mode_lowers_the_policy_for_new_readers_only),
		cmocka_unit_test(a_damaged_record_counts_as_none_or_not_at_all),
		cmocka_unit_test(what_dns_did_not_tell_is_not_known),
		cmocka_unit_test(a_walk_asks_eight_names_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
