/* test_check.c - findings and their records, and the tree beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "spf/spf.h"

/* Everybody may include these. */
#define COMMON                                                                 \
	"good.test TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"                     \
	"open.test TXT \"v=spf1 ip4:192.0.2.1 +all\"\n"                        \
	"empty.test TXT \"nothing\"\n"                                         \
	"double.test TXT \"v=spf1 -all\"\n"                                    \
	"double.test TXT \"v=spf1 ~all\"\n"                                    \
	"wrong.test TXT \"v=spf1 frob -all\"\n"                                \
	"dead.test SERVFAIL TXT\n"                                             \
	"back.test TXT \"v=spf1 include:d.example -all\"\n"                    \
	"host.test A 192.0.2.1\n"                                              \
	"five.test TXT \"v=spf1 a:host.test a:host.test a:host.test "          \
	"a:host.test a:host.test -all\"\n"

static const struct {
	const char *world, *codes, *record;
} looks[] = {
	{ "d.example TXT \"v=spf1 include:good.test ~all\"\n", "", NULL },
	{ "d.example MX 10 m.example\n", "spf.none", "v=spf1 mx ~all" },
	{ "d.example MX 0 .\n", "spf.none", "v=spf1 -all" },
	{ "d.example A 192.0.2.1\n", "spf.none", "v=spf1 -all" },
	{ "d.example SERVFAIL MX\n", "spf.none", "" },
	{ "d.example SERVFAIL TXT\n", "spf.dns_trouble", "" },
	{ "d.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
	  "d.example TXT \"V=SPF1 include:good.test IP4:192.0.2.1 ~all\"\n",
	  "spf.multiple", "v=spf1 ip4:192.0.2.1 include:good.test ~all" },
	{ "d.example TXT \"v=spf1 ptr -all\"\n"
	  "d.example TXT \"v=spf1 -all\"\n",
	  "spf.multiple", "" },
	{ "_spf.d.example TXT \"v=spf1 mx -all\"\n", "spf.wrong_name",
	  "v=spf1 mx -all" },
	{ "d.example TXT \"v=spf1; mx -all\"\n", "spf.bad_version", "" },
	{ "d.example TXT \"\\\"v=spf1 mx -all\\\"\"\n", "spf.bad_version", "" },
	{ "d.example TXT \"spf2.0/pra\"\n", "spf.none", "v=spf1 -all" },
	{ "d.example TXT \"v=spf1 ipv4:192.0.2.1 ~all\"\n", "spf.ip_mistake",
	  "v=spf1 ip4:192.0.2.1 ~all" },
	{ "d.example TXT \"v=spf1 ip4=192.0.2.1 ~all\"\n", "spf.ip_mistake",
	  "v=spf1 ip4:192.0.2.1 ~all" },
	{ "d.example TXT \"v=spf1 a/99 ~all\"\n", "spf.syntax", "" },
	{ "d.example TXT \"v=spf1 frob ~all\"\n", "spf.unknown_term", "" },
	{ "d.example TXT \"v=spf1 redirect=good.test redirect=x.test\"\n",
	  "spf.twice", "v=spf1 redirect=good.test" },
	{ "d.example TXT \"v=spf1 ip4:192.0.2.1\xc2\xa0-all\"\n",
	  "spf.bad_char", "" },
	{ "d.example TXT \"v=spf1 include:good.test all\"\n", "spf.plus_all",
	  "v=spf1 include:good.test ~all" },
	{ "d.example TXT \"v=spf1 ip4:0.0.0.0/0 ~all\"\n", "spf.plus_all", "" },
	{ "d.example TXT \"v=spf1 ip6:::/0 ~all\"\n", "spf.plus_all", "" },
	{ "d.example TXT \"v=spf1 a:host.test/0 ~all\"\n", "spf.plus_all", "" },
	{ "d.example TXT \"v=spf1 -ip4:0.0.0.0/0 ~all\"\n", "", NULL },
	{ "d.example TXT \"v=spf1 ip4:10.0.0.0/15 ~all\"\n", "spf.wide_range",
	  "" },
	{ "d.example TXT \"v=spf1 ip4:10.0.0.0/16 ip6:2001:db8::/32 ~all\"\n",
	  "", NULL },
	{ "d.example TXT \"v=spf1 include:open.test ~all\"\n",
	  "spf.include_plus_all", "" },
	{ "d.example TXT \"v=spf1 ~include:open.test ~all\"\n", "", NULL },
	{ "d.example TXT \"v=spf1 ptr:d.example ~all\"\n", "spf.ptr", "" },
	{ "d.example TXT \"v=spf1 include:good.test ?all\"\n",
	  "spf.neutral_all", "v=spf1 include:good.test ~all" },
	{ "d.example TXT \"v=spf1 include:good.test\"\n", "spf.no_all",
	  "v=spf1 include:good.test ~all" },
	{ "d.example TXT \"v=spf1 ~all ip4:192.0.2.1\"\n", "spf.after_all",
	  "v=spf1 ~all" },
	{ "d.example TXT \"v=spf1 ip4:192.0.2.1 v=spf1 ~all\"\n",
	  "spf.version_inside", "v=spf1 ip4:192.0.2.1 ~all" },
	{ "d.example TXT \"v=spf1 redirect=good.test ~all\"\n",
	  "spf.redirect_ignored", "v=spf1 ~all" },
	{ "d.example TXT \"v=spf1 include:good.test -all\"\n", "spf.hard_fail",
	  "" },
	{ "d.example TXT \"v=spf1 -all\"\n", "", NULL },
	{ "d.example TXT \"v=spf1 include:back.test ~all\"\n",
	  "spf.include_loop", "" },
	{ "d.example TXT \"v=spf1 include:d.example ~all\"\n",
	  "spf.include_loop", "" },
	{ "d.example TXT \"v=spf1 include:empty.test ~all\"\n",
	  "spf.include_missing", "" },
	{ "d.example TXT \"v=spf1 redirect=gone.test\"\n",
	  "spf.include_missing", "" },
	{ "d.example TXT \"v=spf1 include:double.test ~all\"\n",
	  "spf.include_broken", "" },
	{ "d.example TXT \"v=spf1 include:wrong.test ~all\"\n",
	  "spf.include_broken", "" },
	{ "d.example TXT \"v=spf1 include:dead.test ~all\"\n",
	  "spf.dns_trouble", "" },
	{ "d.example TXT \"v=spf1 mx ~all\"\n", "spf.no_mx_or_a", "" },
	{ "d.example TXT \"v=spf1 a:v1.test a:v2.test a:v3.test ~all\"\n",
	  "spf.voids spf.no_mx_or_a spf.no_mx_or_a spf.no_mx_or_a", "" },
	{ "d.example TXT \"v=spf1 exists:%{i}.x.test ~all\"\n", "", NULL },
	{ "d.example TXT \"v=spf1 include:five.test a:host.test ~all\"\n", "",
	  NULL },
	{ "d.example TXT \"v=spf1 include:five.test a:host.test a:host.test "
	  "~all\"\n",
	  "spf.lookups_near_limit", "" },
	{ "d.example TXT \"v=spf1 include:five.test include:five.test "
	  "~all\"\n",
	  "spf.lookups_over_limit", "" },
	{ "d.example TXT \"v=spf1 ~all\"\nd.example SPF \"v=spf1 ~all\"\n",
	  "spf.type99", "" },
};

struct look {
	struct facts *f;
	struct arena *mem;
	struct finding_list found;
	struct buf codes;
};

static void
look_at(struct look *l, const char *world)
{
	SCOPED_BUF text = BUF(1 << 16);
	const struct facts_subject s = { .domain = S("d.example") };
	struct diag why = { 0 };

	*l = (struct look){ .f = facts_new(4 << 20, 1700000000),
			    .mem = arena_new(1 << 20),
			    .codes = BUF(4096) };
	buf_addz(&text, COMMON);
	buf_addz(&text, world);
	if (facts_put_world(l->f, buf_str(&text), &why) != ERR_NONE)
		fail_msg("%s: %s %s", world, why.code, why.detail);
	finding_list_init(&l->found, l->mem);
	assert_true(spf_check(l->f, &s, &l->found));
	for (size_t i = 0; i < l->found.n; i++)
		buf_addf(&l->codes, "%s%s", i > 0 ? " " : "",
			 l->found.at[i].finding->code);
}

static void
look_end(struct look *l)
{
	buf_free(&l->codes);
	arena_free(l->mem);
	facts_free(l->f);
}

static void
each_fault_has_its_finding_and_its_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(looks); i++) {
		const struct finding_record *r;
		struct look l;

		look_at(&l, looks[i].world);
		if (!str_eq(buf_str(&l.codes), str_of(looks[i].codes)))
			fail_msg("%s: %s", looks[i].world, buf_c(&l.codes));
		if (l.found.n > 0) {
			r = &l.found.at[0].record;
			if (!str_eq(r->value, str_of(looks[i].record)))
				fail_msg("%s: \"%.*s\"", looks[i].world,
					 STR_ARG(r->value));
			assert_true(r->value.n == 0 ||
				    (str_eq(r->name, S("d.example")) &&
				     str_eq(r->type, S("TXT"))));
		}
		look_end(&l);
	}
}

/* What is offered for publishing must not be flagged for the same again. */
static void
an_offered_record_does_not_cause_its_finding_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(looks); i++) {
		struct finding_list again;
		struct look l;

		look_at(&l, looks[i].world);
		for (size_t k = 0; k < l.found.n; k++) {
			const struct finding_found *found = &l.found.at[k];

			if (found->record.value.n == 0)
				continue;
			finding_list_init(&again, l.mem);
			assert_true(spf_check_record(l.f, S("d.example"),
						     found->record.value,
						     &again));
			assert_null(finding_list_find(&again,
						      found->finding->code));
			assert_true(finding_list_worst(&again) < FINDING_FAIL);
		}
		look_end(&l);
	}
}

static void
large_answers_and_crowded_mx_are_counted(void **state)
{
	SCOPED_BUF world = BUF(1 << 14);
	struct look l;

	(void)state;
	buf_addz(&world, "d.example TXT \"v=spf1 mx ~all\"\n");
	for (int i = 0; i < 11; i++)
		buf_addf(&world,
			 "d.example MX 10 m%d.test\n"
			 "d.example TXT \"verification=%040d\"\n",
			 i, i);
	look_at(&l, buf_c(&world));
	assert_string_equal(buf_c(&l.codes),
			    "spf.large_answer spf.too_many_hosts");
	assert_true(str_eq(l.found.at[1].args[0].value, S("11")));
	look_end(&l);
}

static void
the_tree_shows_what_each_term_costs(void **state)
{
	struct look l;
	struct spf_tree tree;
	const struct spf_node *n;

	(void)state;
	look_at(&l, "d.example TXT \"v=spf1 include:five.test mx:gone.test "
		    "exists:%{l}.x.test ip4:192.0.2.1 ~all a exp=e.test\"\n");
	assert_true(spf_tree(l.f, S("d.example"), &tree));
	assert_int_equal(tree.lookups, 8);
	assert_int_equal(tree.voids, 1);
	assert_false(tree.trouble || tree.cut);
	n = tree.root->first;
	assert_true(str_eq(n->term, S("include:five.test")));
	assert_true(str_eq(n->domain, S("five.test")));
	assert_int_equal(n->lookups, 6);
	assert_int_equal(n->depth, 1);
	assert_int_equal(n->first->depth, 2);
	assert_true(str_eq(n->first->domain, S("host.test")));
	n = n->next;
	assert_int_equal(n->state, SPF_STATE_VOID);
	assert_int_equal(n->voids, 1);
	n = n->next;
	assert_int_equal(n->state, SPF_STATE_OPEN);
	assert_int_equal(n->lookups, 1);
	n = n->next;
	assert_int_equal(n->kind, SPF_IP4);
	assert_int_equal(n->lookups, 0);
	n = n->next->next;
	assert_string_equal(spf_state_name(n->state), "ignored");
	assert_int_equal(n->lookups, 0);
	assert_int_equal(n->next->kind, SPF_EXP);
	assert_null(n->next->next);
	look_end(&l);
}

/* For a sender that nothing matches, both count the same. */
static void
the_tree_counts_as_a_receiver_does(void **state)
{
	static const char *const worlds[] = {
		"d.example TXT \"v=spf1 a:host.test mx:gone.test ~all a\"\n",
		"d.example TXT \"v=spf1 include:five.test "
		"redirect=good.test\"\n",
		"d.example TXT \"v=spf1 ptr exists:none.test "
		"include:good.test ?all redirect=five.test\"\n",
		"d.example TXT \"v=spf1 include:x.test include:x.test\"\n"
		"x.test TXT \"v=spf1 a:%{d} include:%{o}.y.test\"\n"
		"x.test A 192.0.2.9\n"
		"d.example.y.test TXT \"v=spf1 mx\"\n"
		"d.example.y.test MX 0 .\n",
	};
	struct spf_who who = { .mail_from = S("a@d.example") };

	(void)state;
	assert_true(netaddr_parse(S("203.0.113.77"), &who.ip));
	for (size_t i = 0; i < COUNT_OF(worlds); i++) {
		struct look l;
		struct spf_tree tree;
		struct spf_verdict v;

		look_at(&l, worlds[i]);
		/* The tree does not know the sender's name. */
		assert_int_equal(
			facts_put_world(l.f,
					S("77.113.0.203.in-addr.arpa PTR "
					  "host.test\n"),
					NULL),
			ERR_NONE);
		assert_true(spf_tree(l.f, S("d.example"), &tree));
		assert_true(spf_evaluate(l.f, &who, &v));
		assert_int_not_equal(v.result, SPF_PERMERROR);
		assert_int_equal(tree.lookups, v.lookups);
		assert_int_equal(tree.voids, v.voids);
		look_end(&l);
	}
}

/* Each of these includes the next twenty times; nobody can walk that. */
static void
an_exploding_tree_is_cut(void **state)
{
	SCOPED_BUF world = BUF(1 << 16);
	struct look l;
	struct spf_tree tree;

	(void)state;
	for (int i = 0; i < 12; i++) {
		buf_addf(&world, "%sd.example TXT \"v=spf1",
			 i == 0 ? ""
				: (const char *[]){ "a.", "b.", "c.", "e.",
						    "f.", "g.", "h.", "i.",
						    "j.", "k.", "l." }[i - 1]);
		for (int k = 0; k < 20; k++)
			buf_addf(&world, " include:%c.d.example",
				 "abcefghijklm"[i]);
		buf_addz(&world, " ~all\"\n");
	}
	look_at(&l, buf_c(&world));
	assert_true(spf_tree(l.f, S("d.example"), &tree));
	assert_true(tree.cut);
	assert_true(tree.lookups > SPF_LOOKUPS_MAX);
	assert_true(tree.lookups < 1000);
	assert_non_null(finding_list_find(&l.found, "spf.lookups_over_limit"));
	look_end(&l);
}

/* An empty list each time, more facts each time. */
static void
a_check_waits_for_what_it_does_not_know(void **state)
{
	struct facts *f = facts_new(1 << 20, 0);
	SCOPED_ARENA mem = arena_new(1 << 20);
	const struct facts_subject s = { .domain = S("d.example") };
	struct facts_question q;
	struct finding_list found;

	(void)state;
	finding_list_init(&found, mem);
	assert_false(spf_check(f, &s, &found));
	assert_true(facts_open(f, 2, &q));
	assert_false(facts_open(f, 3, &q));
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_has_its_finding_and_its_record),
		cmocka_unit_test(
			an_offered_record_does_not_cause_its_finding_again),
		cmocka_unit_test(large_answers_and_crowded_mx_are_counted),
		cmocka_unit_test(the_tree_shows_what_each_term_costs),
		cmocka_unit_test(the_tree_counts_as_a_receiver_does),
		cmocka_unit_test(an_exploding_tree_is_cut),
		cmocka_unit_test(a_check_waits_for_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
