#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spf/spf.h"

#include <stdio.h>
#include <string.h>

enum { NOW = 1764000000, ROOM = 2 << 20, MEM = 256 << 10 };

struct read {
	struct facts *f;
	struct arena *mem;
	struct spf_ranges r;
	struct buf text;
};

/* The ranges of d.example in a world, as text. */
static void
read_world(const char *world, struct read *out)
{
	struct diag why = { 0 };

	*out = (struct read){ .f = facts_new(ROOM, NOW),
			      .mem = arena_new(MEM),
			      .text = BUF(64 << 10) };
	if (facts_put_world(out->f, str_of(world), &why) != ERR_NONE)
		fail_msg("%s: %s", why.code, why.detail);
	assert_true(spf_ranges(out->f, S("d.example"), out->mem, &out->r));
	for (size_t i = 0; i < out->r.n; i++) {
		if (i > 0)
			buf_addc(&out->text, ' ');
		netaddr_print_net(&out->r.net[i], &out->text);
	}
}

static void
done(struct read *r)
{
	facts_free(r->f);
	arena_free(r->mem);
	buf_free(&r->text);
}

#define D "d.example TXT "

static void
every_term_that_passes_gives_its_addresses(void **state)
{
	static const struct {
		const char *world, *ranges;
	} cases[] = {
		{ D "\"v=spf1 ip4:192.0.2.77/24 ip6:2001:db8::7/32 -all\"\n",
		  "192.0.2.0/24 2001:db8::/32" },
		/* Only what passes. */
		{ D "\"v=spf1 -ip4:192.0.2.1 ~ip4:192.0.2.2 ?ip4:192.0.2.3"
		    " +ip4:192.0.2.4 ~all\"\n",
		  "192.0.2.4/32" },
		{ D "\"v=spf1 a a:b.example/28 mx//64 -all\"\n"
		    "d.example A 192.0.2.9\nd.example MX 10 m.example\n"
		    "b.example A 198.51.100.200\nm.example A 203.0.113.5\n"
		    "m.example AAAA 2001:db8::25\n",
		  "192.0.2.9/32 198.51.100.192/28 203.0.113.5/32"
		  " 2001:db8::/64" },
		/* What an include passes, under its own qualifier. */
		{ D "\"v=spf1 include:a.example ?include:b.example -all\"\n"
		    "a.example TXT \"v=spf1 ip4:192.0.2.1 ~all\"\n"
		    "b.example TXT \"v=spf1 ip4:192.0.2.2 ~all\"\n",
		  "192.0.2.1/32" },
		{ D "\"v=spf1 ip4:192.0.2.1 redirect=r.example\"\n"
		    "r.example TXT \"v=spf1 ip4:192.0.2.2 -all\"\n",
		  "192.0.2.1/32 192.0.2.2/32" },
		/* No redirect beside "all", nothing behind it. */
		{ D "\"v=spf1 redirect=r.example -all ip4:192.0.2.3\"\n"
		    "r.example TXT \"v=spf1 ip4:192.0.2.2 -all\"\n",
		  "" },
		/* "all" is everybody and says nothing. */
		{ D "\"v=spf1 +all\"\n", "" },
		/* A loop ends. */
		{ D "\"v=spf1 include:d.example ip4:192.0.2.1 -all\"\n",
		  "192.0.2.1/32" },
		/* A fault beside it. */
		{ D "\"v=spf1 ip4:192.0.2.1 ip4:bad mx.example -all\"\n",
		  "192.0.2.1/32" },
		{ D "\"v=spf1 include:%{d}.x.example -all\"\n"
		    "d.example.x.example TXT \"v=spf1 ip4:192.0.2.6 -all\"\n",
		  "192.0.2.6/32" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct read r;

		read_world(cases[i].world, &r);
		if (strcmp(buf_c(&r.text), cases[i].ranges) != 0)
			fail_msg("%zu: %s", i, buf_c(&r.text));
		assert_true(r.r.found);
		assert_false(r.r.trouble || r.r.cut || r.r.open);
		done(&r);
	}
}

static void
what_cannot_be_told_is_said(void **state)
{
	static const struct {
		const char *world;
		bool found, open, trouble;
	} cases[] = {
		{ "d.example NXDOMAIN\n", false, false, false },
		{ D "\"hello\"\n", false, false, false },
		{ D "\"v=spf1 -all\"\n" D "\"v=spf1 ~all\"\n", false, false,
		  false },
		{ "d.example SERVFAIL TXT\n", false, false, true },
		{ D "\"v=spf1 include:i.example -all\"\n"
		    "i.example TIMEOUT TXT\n",
		  true, false, true },
		{ D "\"v=spf1 mx -all\"\nd.example MX 10 m.example\n"
		    "m.example SERVFAIL AAAA\n",
		  true, false, true },
		{ D "\"v=spf1 exists:%{i}.x.example -all\"\n", true, true,
		  false },
		{ D "\"v=spf1 ptr -all\"\n", true, true, false },
		{ D "\"v=spf1 include:%{l}.x.example -all\"\n", true, true,
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct read r;

		read_world(cases[i].world, &r);
		if (r.r.found != cases[i].found || r.r.open != cases[i].open ||
		    r.r.trouble != cases[i].trouble)
			fail_msg("%zu: %d %d %d", i, r.r.found, r.r.open,
				 r.r.trouble);
		done(&r);
	}
}

/* Each name includes the next two: doubling ends at the bound. */
static void
a_record_that_never_ends_is_cut(void **state)
{
	SCOPED_BUF world = BUF(64 << 10);
	struct read r;

	(void)state;
	buf_addz(&world, D "\"v=spf1 include:n0.example -all\"\n");
	for (int i = 0; i < 60; i++)
		buf_addf(&world,
			 "n%d.example TXT \"v=spf1 include:n%d.example"
			 " include:n%d.example -all\"\n",
			 i, i + 1, i + 2);
	read_world(buf_c(&world), &r);
	assert_true(r.r.cut);
	done(&r);
}

static void
nothing_is_said_while_facts_are_missing(void **state)
{
	struct facts *f = facts_new(ROOM, NOW);
	struct arena *mem = arena_new(MEM);
	struct spf_ranges r;

	(void)state;
	assert_false(spf_ranges(f, S("d.example"), mem, &r));
	facts_free(f);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_term_that_passes_gives_its_addresses),
		cmocka_unit_test(what_cannot_be_told_is_said),
		cmocka_unit_test(a_record_that_never_ends_is_cut),
		cmocka_unit_test(nothing_is_said_while_facts_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
