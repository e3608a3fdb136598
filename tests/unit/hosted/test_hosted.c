#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "room.h"

#include "hosted/private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
has(const struct hosted *h, unsigned n)
{
	const struct hosted_domain d = room_domain(n);
	struct hosted_domain by_name, by_token;
	bool named = hosted_by_name(h, d.name, &by_name);

	assert_int_equal(named, hosted_by_token(h, d.token, &by_token));
	if (named) {
		assert_true(room_same(&by_name, &d));
		assert_true(room_same(&by_token, &d));
	}
	return named;
}

static void
nothing_hosted_yet_is_no_error(void **state)
{
	struct hosted *h = room_open(*state);
	struct hosted_domain d;

	assert_int_equal(hosted_count(h), 0);
	assert_int_equal(hosted_zone_of(h)->name.n, 0);
	assert_false(hosted_by_name(h, S("a.example"), &d));
	assert_false(hosted_refresh(h));
	hosted_close(h);
}

static void
every_field_comes_back(void **state)
{
	enum { MANY = 3000 };
	struct hosted *h;

	room_write(*state, true, 0, MANY);
	h = room_open(*state);
	assert_int_equal(hosted_count(h), MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_true(has(h, i));
	assert_false(has(h, MANY));
	hosted_close(h);
}

static void
the_zone_comes_back(void **state)
{
	const struct hosted_zone want = room_zone();
	const struct hosted_zone *z;
	struct hosted *h;

	room_write(*state, true, 0, 1);
	h = room_open(*state);
	z = hosted_zone_of(h);
	assert_true(str_eq(z->name, want.name));
	assert_true(str_eq(z->rname, want.rname));
	assert_true(str_eq(z->reports, want.reports));
	assert_true(str_eq(z->reports_mx, want.reports_mx));
	assert_int_equal(z->serial, want.serial);
	assert_int_equal(z->ttl, want.ttl);
	assert_int_equal(z->ns_n, want.ns_n);
	for (size_t i = 0; i < want.ns_n; i++) {
		assert_true(str_eq(z->ns[i].name, want.ns[i].name));
		assert_int_equal(z->ns[i].addresses, want.ns[i].addresses);
		assert_memory_equal(z->ns[i].address, want.ns[i].address,
				    sizeof want.ns[i].address);
	}
	assert_int_equal(z->address_n, want.address_n);
	assert_memory_equal(z->address, want.address, sizeof want.address);
	assert_int_equal(z->caa_n, want.caa_n);
	assert_true(str_eq(z->caa[0], want.caa[0]));
	assert_int_equal(z->own_n, want.own_n);
	for (size_t i = 0; i < want.own_n; i++)
		assert_true(str_eq(z->own[i], want.own[i]));
	hosted_close(h);
}

static void
a_zone_of_before_there_were_own_names_is_read(void **state)
{
	struct hosted_zone z = room_zone(), out;
	SCOPED_BUF text = BUF(HOSTED_ZONE_ROOM);

	(void)state;
	z.own_n = 0;
	assert_true(hosted_zone_print(&z, &text));
	text.n -= 4;
	assert_true(hosted_zone_parse(buf_str(&text), &out));
	assert_int_equal(out.own_n, 0);
	assert_int_equal(out.caa_n, z.caa_n);
}

static void
a_name_of_ours_is_beside_a_domain_of_that_name(void **state)
{
	const struct room *r = *state;
	const struct hosted_zone zone = room_zone();
	struct hosted_domain d = room_domain(1), own = { 0 }, out;
	struct hosted_writer *w;
	struct hosted *h;

	assert_int_equal(hosted_begin(r->dir, true, &zone, &w, NULL), ERR_NONE);
	d.name = S("panel.example");
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	own.name = S(HOSTED_OWN_LABEL "panel.example");
	own.flags = HOSTED_OWN;
	own.http_token = S("ours");
	assert_int_equal(hosted_add(w, &own, NULL), ERR_NONE);
	own.name = S(HOSTED_OWN_LABEL "other.example");
	own.flags = 0;
	own.token = S("t0ken");
	assert_int_equal(hosted_add(w, &own, NULL), ERR_NONE);
	assert_int_equal(hosted_commit(w, NULL), ERR_NONE);
	h = room_open(r);
	assert_true(hosted_own(h, S("panel.example"), &out));
	assert_true(str_eq(out.name, S("panel.example")));
	assert_true(str_eq(out.http_token, S("ours")));
	assert_true(hosted_by_name(h, S("panel.example"), &out));
	assert_true(str_eq(out.http_token, d.http_token));
	assert_false(hosted_own(h, S("other.example"), &out));
	assert_false(hosted_own(h, S("nobody.example"), &out));
	hosted_close(h);
}

/* 0 to 9 stand; 3 goes, 4 gets another token and policy, 10 comes. */
static void
write_change(const struct room *r)
{
	const struct hosted_zone zone = room_zone();
	struct hosted_domain d;
	struct hosted_writer *w;

	assert_int_equal(hosted_begin(r->dir, false, &zone, &w, NULL),
			 ERR_NONE);
	d = room_domain(3);
	d.flags = HOSTED_GONE;
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	d = room_domain(4);
	d.token = S("another");
	d.policy = S("new");
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	d = room_domain(10);
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	assert_int_equal(hosted_commit(w, NULL), ERR_NONE);
}

static bool
mark(void *ctx, const struct hosted_domain *d)
{
	unsigned *seen = ctx;
	uint64_t n = 0;

	assert_true(str_u64(str_sub(d->name, 15, SIZE_MAX), &n));
	assert_true(n < 11);
	assert_int_equal(seen[n]++, 0);
	assert_true(n != 4 || str_eq(d->policy, S("new")));
	return true;
}

static bool
stop_at_once(void *ctx, const struct hosted_domain *d)
{
	unsigned *n = ctx;

	(void)d;
	++*n;
	return false;
}

static void
what_changed_goes_over_what_stood(void **state)
{
	unsigned seen[11] = { 0 }, n = 0;
	struct hosted_domain d;
	struct hosted *h;

	room_write(*state, true, 0, 10);
	write_change(*state);
	h = room_open(*state);
	assert_int_equal(hosted_count(h), 10);
	assert_false(has(h, 3));
	assert_true(has(h, 10));
	assert_false(hosted_by_token(h, S("t0ken4"), &d));
	assert_true(hosted_by_token(h, S("another"), &d));
	assert_true(str_eq(d.policy, S("new")));
	assert_true(hosted_by_name(h, S("xn--d.example.n4"), &d));
	assert_true(str_eq(d.policy, S("new")));
	hosted_each(h, mark, seen);
	for (unsigned i = 0; i < 11; i++)
		assert_int_equal(seen[i], i != 3);
	hosted_each(h, stop_at_once, &n);
	assert_int_equal(n, 1);
	hosted_close(h);
}

static void
a_whole_one_takes_the_changes_away(void **state)
{
	struct room *r = *state;
	struct hosted *h;

	room_write(r, true, 0, 10);
	write_change(r);
	h = room_open(r);
	room_write(r, true, 0, 5);
	assert_true(access(r->fresh, F_OK) < 0);
	assert_true(hosted_refresh(h));
	assert_int_equal(hosted_count(h), 5);
	assert_true(has(h, 3));
	assert_true(has(h, 4));
	assert_false(hosted_refresh(h));
	hosted_close(h);
}

static void
changes_to_another_file_are_passed_over(void **state)
{
	struct room *r = *state;
	struct buf changes;
	struct hosted *h;

	room_write(r, true, 0, 10);
	write_change(r);
	changes = room_read(r->fresh);
	room_write(r, true, 0, 10);
	room_put(r->fresh, buf_str(&changes)); /* as if never removed */
	h = room_open(r);
	assert_int_equal(hosted_count(h), 10);
	assert_true(has(h, 3));
	assert_false(has(h, 10));
	hosted_close(h);
	buf_free(&changes);
}

static void
changes_may_come_before_anything_stands(void **state)
{
	struct hosted *h = room_open(*state);

	write_change(*state);
	assert_true(hosted_refresh(h));
	assert_int_equal(hosted_count(h), 2);
	assert_true(has(h, 10));
	hosted_close(h);
}

static void
an_abandoned_file_leaves_nothing(void **state)
{
	const struct hosted_zone zone = room_zone();
	const struct hosted_domain d = room_domain(1);
	struct room *r = *state;
	struct hosted_writer *w;

	assert_int_equal(hosted_begin(r->dir, true, &zone, &w, NULL), ERR_NONE);
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	hosted_abandon(w);
	assert_true(access(r->whole, F_OK) < 0); /* the rest: room_remove */
}

/* ---- what is refused ---- */

static void
what_cannot_be_kept_is_refused(void **state)
{
	static char octets[HOSTED_POLICY_MAX + 1];
	const struct str long_text = { octets, HOSTED_TXT_MAX + 1 };
	const struct str label = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
				   64 };
	struct hosted_domain d[22];
	const struct hosted_zone zone = room_zone();
	const struct room *r = *state;
	struct hosted_writer *w;
	struct diag why;
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(d); i++)
		d[i] = room_domain(1);
	d[n++].name = S("");
	d[n++].name = S("Upper.example");
	d[n++].name = S("dot.example.");
	d[n++].name = S("two..dots");
	d[n++].name = S("a b.example");
	d[n++].name = label;
	d[n++].token = S("");
	d[n++].token = S("has-dash");
	d[n++].token = label;
	d[n++].flags = HOSTED_GONE; /* not in a whole one */
	d[n++].flags = 1 << 9;
	d[n++].policy = (struct str){ octets, sizeof octets };
	d[n++].sts = long_text;
	d[n++].tls_rpt = long_text;
	d[n++].dmarc = long_text;
	d[n++].chain = S("\0\0");
	d[n++].chain = S("\0\0\0");
	d[n++].chain = S("\0\0\4abc");
	d[n++].key = (struct str){ octets, HOSTED_KEY_MAX + 1 };
	d[n++].http_token = S("a/b");
	d[n++].http_answer = S("a\r\nb");
	d[n++].alpn_digest = S("short");
	assert_int_equal(n, COUNT_OF(d));
	assert_int_equal(hosted_begin(r->dir, true, &zone, &w, NULL), ERR_NONE);
	for (size_t i = 0; i < n; i++) {
		diag_clear(&why);
		if (hosted_add(w, &d[i], &why) != ERR_SYNTAX)
			fail_msg("bad domain %zu was taken", i);
		assert_string_equal(why.code, "hosted.bad_domain");
	}
	hosted_abandon(w);
}

static void
a_name_and_a_token_stand_once(void **state)
{
	const struct hosted_zone zone = room_zone();
	const struct room *r = *state;
	struct hosted_domain d = room_domain(1);
	struct hosted_writer *w;
	struct hosted *h;

	assert_int_equal(hosted_begin(r->dir, true, &zone, &w, NULL), ERR_NONE);
	assert_int_equal(hosted_add(w, &d, NULL), ERR_NONE);
	d.token = S("other");
	assert_int_equal(hosted_add(w, &d, NULL), ERR_SYNTAX);
	d = room_domain(1);
	d.name = S("other.example");
	assert_int_equal(hosted_add(w, &d, NULL), ERR_SYNTAX);
	assert_int_equal(hosted_commit(w, NULL), ERR_NONE);
	h = room_open(r);
	assert_int_equal(hosted_count(h), 1);
	hosted_close(h);
}

static void
a_directory_that_is_not_there_is_told(void **state)
{
	const struct hosted_zone zone = room_zone();
	struct hosted_writer *w;
	struct diag why = { 0 };

	(void)state;
	assert_int_equal(hosted_begin("/nowhere/at/all", true, &zone, &w, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "io.open");
}

#define IN_ROOM(test)                                                          \
	cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(nothing_hosted_yet_is_no_error),
		IN_ROOM(every_field_comes_back),
		IN_ROOM(the_zone_comes_back),
		cmocka_unit_test(a_zone_of_before_there_were_own_names_is_read),
		IN_ROOM(a_name_of_ours_is_beside_a_domain_of_that_name),
		IN_ROOM(what_changed_goes_over_what_stood),
		IN_ROOM(a_whole_one_takes_the_changes_away),
		IN_ROOM(changes_to_another_file_are_passed_over),
		IN_ROOM(changes_may_come_before_anything_stands),
		IN_ROOM(an_abandoned_file_leaves_nothing),
		IN_ROOM(what_cannot_be_kept_is_refused),
		IN_ROOM(a_name_and_a_token_stand_once),
		IN_ROOM(a_directory_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
