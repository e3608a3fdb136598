/* test_live.c - plans after they were made: kept, turned round, held against
 * live, verified. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab.h"

enum { NOW = 1800000000 };

#define OLD "_dmarc.example.com 600 TXT \"v=DMARC1; p=none\"\n"
#define NEW "_dmarc.example.com 3600 TXT \"v=DMARC1; p=reject\"\n"

/* A plan from p=none to p=reject. */
static void
begin(struct lab *l, const char *world)
{
	lab_begin(l, world, NOW);
	lab_add(l, lab_want("_dmarc", RECORDS_TXT, "v=DMARC1; p=reject"));
	lab_make(l);
}

/* The plan of `l`, in another world. */
static void
move(struct lab *l, const char *world, int64_t now)
{
	struct lab other;

	lab_begin(&other, world, now);
	facts_free(l->f);
	l->f = other.f;
	arena_free(other.mem);
}

static enum dnsplan_live
live_of(struct lab *l)
{
	enum dnsplan_live live;

	assert_true(dnsplan_is_live(l->f, &l->plan, &live));
	return live;
}

/* Written as JSON and read again, so that nothing points into old facts. */
static void
keep(struct lab *l)
{
	const struct json_limits limits = { 1 << 20, 16 };
	SCOPED_BUF text = BUF(1 << 20);
	struct json_out j = JSON_OUT(&text);
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	bool repaired;

	json_open_object(&j, NULL);
	dnsplan_put(&j, &l->plan, FINDING_EN);
	json_close_object(&j);
	assert_int_equal(
		json_parse(buf_str(&text), limits, &root, &repaired, &why),
		ERR_NONE);
	assert_true(dnsplan_read(root, l->mem, &l->plan));
}

static void
a_plan_comes_back_from_json_as_it_was(void **state)
{
	static const char bytes[] = { 'a', '\xff', '\0', 'b' };
	const struct str odd = { bytes, sizeof(bytes) };
	const struct str first = STR("a"), second = STR("b");
	char hash[DNSPLAN_HASH_SIZE];
	struct lab l;

	(void)state;
	begin(&l, OLD);
	l.plan.at[0].now = &odd;
	assert_non_null(finding_add(&l.plan.found, "publish.no_zone", S(""),
				    "domain", &first, "name", &second, NULL));
	memcpy(hash, l.plan.hash, sizeof(hash));
	keep(&l);
	assert_string_equal(l.plan.hash, hash);
	assert_int_equal(l.plan.n, 1);
	assert_true(str_eq(l.plan.at[0].now[0], odd));
	assert_int_equal(l.plan.at[0].now_ttl, 600);
	assert_int_equal(l.plan.at[0].what, DNSPLAN_REPLACE);
	assert_int_equal(l.plan.found.n, 1);
	assert_true(str_eq(l.plan.found.at[0].args[1].value, S("b")));
	lab_end(&l);
}

static void
live_is_as_seen_changed_done_or_unknown(void **state)
{
	static const struct {
		const char *world;
		enum dnsplan_live want;
	} cases[] = {
		{ OLD, DNSPLAN_AS_SEEN },
		{ NEW, DNSPLAN_DONE },
		{ "", DNSPLAN_CHANGED },
		{ "_dmarc.example.com TXT \"v=DMARC1; p=quarantine\"\n",
		  DNSPLAN_CHANGED },
		{ OLD "_dmarc.example.com TXT other\n", DNSPLAN_CHANGED },
		{ "_dmarc.example.com CNAME x.example.net\n", DNSPLAN_CHANGED },
		{ "_dmarc.example.com SERVFAIL TXT\n", DNSPLAN_LIVE_UNKNOWN },
	};
	struct lab l;

	(void)state;
	begin(&l, OLD);
	keep(&l);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		move(&l, cases[i].world, NOW);
		assert_int_equal(live_of(&l), cases[i].want);
	}
	lab_end(&l);
}

static void
turned_round_it_restores_values_and_ttl(void **state)
{
	struct dnsplan back;
	struct lab l;

	(void)state;
	begin(&l, OLD);
	keep(&l);
	dnsplan_turn(&l.plan, l.mem, &back);
	l.plan = back;
	lab_is(&l, 0,
	       "replace _dmarc.example.com TXT [v=DMARC1; p=reject] ->"
	       " [v=DMARC1; p=none]");
	assert_int_equal(l.plan.at[0].after_ttl, 600);
	move(&l, NEW, NOW);
	assert_int_equal(live_of(&l), DNSPLAN_AS_SEEN);
	move(&l, OLD, NOW);
	assert_int_equal(live_of(&l), DNSPLAN_DONE);
	lab_end(&l);
}

/* ---- verification ---- */

static void
check(struct lab *l, int64_t applied_at, struct dnsplan_check *out)
{
	assert_true(dnsplan_verify(l->f, &l->plan, applied_at, l->mem, out));
}

/* One server says something of its own. */
static void
put_at(struct lab *l, const char *server, const char *value)
{
	const struct facts_rr rr = { .data = str_of(value) };
	struct facts_dns d = { .name = S("_dmarc.example.com"),
			       .type = FACTS_TXT,
			       .status = value ? FACTS_FOUND : FACTS_NODATA,
			       .rr = &rr,
			       .n = value ? 1 : 0,
			       .direct = true,
			       .authoritative = true };

	assert_true(netaddr_parse(str_of(server), &d.server));
	assert_true(facts_put_dns(l->f, &d));
}

static void
verification_tells_how_far_it_has_come(void **state)
{
	static const struct {
		const char *world, *first, *second; /* NULL: as the world */
		int64_t after;                      /* seconds */
		enum dnsplan_state want;
		unsigned have;
	} cases[] = {
		{ "", NULL, NULL, 5, DNSPLAN_MISSING, 0 },
		{ OLD, NULL, NULL, 5, DNSPLAN_DIFFERENT, 0 },
		{ OLD, "v=DMARC1; p=reject", NULL, 5, DNSPLAN_PARTLY, 1 },
		{ NEW, NULL, "v=DMARC1; p=nonsense", 5, DNSPLAN_PARTLY, 1 },
		{ NEW, NULL, NULL, 5, DNSPLAN_CACHED, 2 },
		{ NEW, NULL, NULL, 600, DNSPLAN_VERIFIED, 2 },
		/* All servers have it, the public view does not. */
		{ OLD, "v=DMARC1; p=reject", "v=DMARC1; p=reject", 600,
		  DNSPLAN_DIFFERENT, 2 },
	};
	struct dnsplan_check got;
	struct lab l;

	(void)state;
	begin(&l, OLD);
	keep(&l);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		move(&l, cases[i].world, NOW + cases[i].after);
		if (cases[i].first)
			put_at(&l, "192.0.2.1", cases[i].first);
		if (cases[i].second)
			put_at(&l, "192.0.2.2", cases[i].second);
		check(&l, NOW, &got);
		assert_int_equal(got.state, cases[i].want);
		assert_int_equal(got.at[0].servers, 2);
		assert_int_equal(got.at[0].have, cases[i].have);
		if (got.state == DNSPLAN_CACHED)
			assert_int_equal(got.until, NOW + 600);
	}
	lab_end(&l);
}

static void
what_is_there_instead_is_shown(void **state)
{
	struct dnsplan_check got;
	struct lab l;

	(void)state;
	begin(&l, OLD);
	keep(&l);
	move(&l, OLD, NOW);
	check(&l, NOW, &got);
	assert_int_equal(got.at[0].n, 2);
	assert_int_equal(got.at[0].server[1].seen_n, 1);
	assert_true(str_eq(got.at[0].server[1].seen[0], S("v=DMARC1; p=none")));
	assert_true(str_eq(got.at[0].server[1].host, S("ns2.example.net")));
	lab_end(&l);
}

static void
the_records_are_printed_with_what_they_replace(void **state)
{
	SCOPED_BUF text = BUF(16 << 10);
	struct records set;
	struct lab l;

	(void)state;
	begin(&l, OLD);
	assert_true(dnsplan_records(&l.plan, l.mem, &set));
	assert_int_equal(set.n, 1);
	assert_true(records_print(&set, RECORDS_ZONE, &text));
	assert_true(str_find(buf_str(&text), S("p=reject")) != SIZE_MAX);
	assert_true(str_eq(set.at[0].old[0], S("v=DMARC1; p=none")));
	lab_end(&l);
}

static void
the_script_also_says_what_goes(void **state)
{
	SCOPED_BUF text = BUF(16 << 10);
	struct lab l;

	(void)state;
	lab_begin(&l, OLD, NOW);
	lab_add(&l, lab_want("_dmarc", RECORDS_CNAME, "t.d.host.example"));
	l.wish.clear = true;
	lab_make(&l);
	dnsplan_nsupdate(&l.plan, &text);
	assert_string_equal(
		buf_c(&text),
		"zone example.com.\n"
		"prereq nxrrset _dmarc.example.com. CNAME\n"
		"prereq yxrrset _dmarc.example.com. TXT \"v=DMARC1; p=none\"\n"
		"update delete _dmarc.example.com. TXT \"v=DMARC1; p=none\"\n"
		"update add _dmarc.example.com. 3600 CNAME"
		" t.d.host.example.\n"
		"send\n");
	lab_end(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_comes_back_from_json_as_it_was),
		cmocka_unit_test(live_is_as_seen_changed_done_or_unknown),
		cmocka_unit_test(turned_round_it_restores_values_and_ttl),
		cmocka_unit_test(verification_tells_how_far_it_has_come),
		cmocka_unit_test(what_is_there_instead_is_shown),
		cmocka_unit_test(
			the_records_are_printed_with_what_they_replace),
		cmocka_unit_test(the_script_also_says_what_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
