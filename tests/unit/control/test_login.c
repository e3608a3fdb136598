#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <sys/wait.h>

#define GOOD "correct horse"
#define HOME "192.0.2.1"

static struct control_login
attempt(const char *name, const char *password, const char *address, int64_t at)
{
	return (struct control_login){ str_of(name), str_of(password),
				       str_of(address), at };
}

static void
try(struct place *p, struct control_login login, const char *code)
{
	char secret[CONTROL_SECRET_SIZE];
	struct diag why;

	(void)!come_in(p, &login, secret, &why);
	assert_string_equal(why.code, code);
}

static int
with_anna(void **state)
{
	int e = setup(state);

	if (e == 0)
		add_person(*state, "anna", CONTROL_ADMIN, GOOD);
	return e;
}

static void
a_session_begins_and_ends(void **state)
{
	struct place *p = *state;
	const struct control_login login = attempt("anna", GOOD, HOME, NOW);
	char secret[CONTROL_SECRET_SIZE], other[CONTROL_SECRET_SIZE];
	struct control_session s, t;
	struct diag why = { 0 };

	must(come_in(p, &login, secret, &why), &why);
	must(come_in(p, &login, other, &why), &why);
	assert_int_equal(strlen(secret), CONTROL_SECRET_SIZE - 1);
	assert_string_not_equal(secret, other);
	must(control_session(p->c, str_of(secret), NOW, p->mem, &s, &why),
	     &why);
	must(control_session(p->c, str_of(other), NOW, p->mem, &t, &why), &why);
	assert_true(str_eq(s.user.name, S("anna")));
	assert_int_equal(s.user.role, CONTROL_ADMIN);
	assert_int_equal(s.user.last_login, NOW);
	assert_int_equal(strlen(s.csrf), CONTROL_SECRET_SIZE - 1);
	assert_string_not_equal(s.csrf, t.csrf);
	assert_string_not_equal(s.csrf, secret);
	assert_false(is_on_disk(p, secret));
	assert_false(is_on_disk(p, s.csrf));
	/* The same one for as long as the session lasts. */
	must(control_session(p->c, str_of(secret), NOW, p->mem, &t, &why),
	     &why);
	assert_string_equal(s.csrf, t.csrf);
	must(control_logout(p->c, str_of(secret), &why), &why);
	expect(control_session(p->c, str_of(secret), NOW, p->mem, &s, &why),
	       &why, ERR_GONE, "control.no_session");
	why = (struct diag){ 0 };
	must(control_session(p->c, str_of(other), NOW, p->mem, &t, &why), &why);
	expect(control_session(p->c, S(""), NOW, p->mem, &s, &why), &why,
	       ERR_GONE, "control.no_session");
}

static void
a_session_lasts_a_week_unused_and_a_month_used(void **state)
{
	struct place *p = *state;
	const struct control_login login = attempt("anna", GOOD, HOME, NOW);
	char used[CONTROL_SECRET_SIZE], unused[CONTROL_SECRET_SIZE];
	struct control_session s;
	struct diag why = { 0 };

	must(come_in(p, &login, used, &why), &why);
	must(come_in(p, &login, unused, &why), &why);
	for (int64_t at = NOW; at <= NOW + 30 * DAY; at += 6 * DAY)
		must(control_session(p->c, str_of(used), at, p->mem, &s, &why),
		     &why);
	expect(control_session(p->c, str_of(used), NOW + 30 * DAY + 1, p->mem,
			       &s, &why),
	       &why, ERR_GONE, "control.no_session");
	why = (struct diag){ 0 };
	expect(control_session(p->c, str_of(unused), NOW + 7 * DAY + 1, p->mem,
			       &s, &why),
	       &why, ERR_GONE, "control.no_session");
}

static void
a_removed_user_has_no_session(void **state)
{
	struct place *p = *state;
	int64_t bob = add_person(p, "bob", CONTROL_ADMIN, GOOD);
	const struct control_login login = attempt("BOB", GOOD, HOME, NOW);
	char secret[CONTROL_SECRET_SIZE];
	struct control_session s;
	struct diag why = { 0 };

	must(come_in(p, &login, secret, &why), &why);
	must(control_user_remove(p->c, bob, &why), &why);
	expect(control_session(p->c, str_of(secret), NOW, p->mem, &s, &why),
	       &why, ERR_GONE, "control.no_session");
	try(p, login, "control.refused");
}

/* ---- throttle ---- */

static void
wrong_name_and_wrong_password_look_the_same(void **state)
{
	struct place *p = *state;
	static char long_one[3000];
	memset(long_one, 'a', sizeof(long_one) - 1);
	const struct {
		const char *name, *password;
	} cases[] = {
		{ "anna", "wrong horse" },
		{ "nobody", GOOD },
		{ "", "" },
		{ "anna", "" },
		{ "anna", long_one },
		{ long_one, GOOD },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_login login =
			attempt(cases[i].name, cases[i].password, HOME,
				NOW + (int64_t)i * 7200);
		char secret[CONTROL_SECRET_SIZE];
		struct diag why;

		assert_int_equal(come_in(p, &login, secret, &why), ERR_GONE);
		assert_string_equal(why.code, "control.refused");
		assert_string_equal(why.detail, "");
	}
	/* People type passwords where the name belongs. */
	assert_false(is_on_disk(p, "nobody"));
}

/* Seconds that the fifth failure and those after it cost. */
static void
failures_cost_twice_as_much_each_time(void **state)
{
	static const int64_t PAUSES[] = { 1,  2,   4,   8,   16,  32,
					  64, 128, 256, 512, 900, 900 };
	struct place *p = *state;
	int64_t now = NOW;

	for (int i = 0; i < 4; i++)
		try(p, attempt("anna", "wrong", HOME, now), "control.refused");
	for (size_t i = 0; i < COUNT_OF(PAUSES); i++) {
		struct control_login early =
			attempt("anna", GOOD, "198.51.100.7", now);
		char secret[CONTROL_SECRET_SIZE], wait[24];
		struct diag why;

		try(p, attempt("anna", "wrong", HOME, now), "control.refused");
		/* The name is held up from everywhere, even when right. */
		assert_int_equal(come_in(p, &early, secret, &why), ERR_BUSY);
		assert_string_equal(why.code, "control.throttled");
		snprintf(wait, sizeof(wait), "%d", (int)PAUSES[i]);
		assert_string_equal(why.detail, wait);
		/* And the address for every name. */
		try(p, attempt("bob", GOOD, HOME, now + PAUSES[i] - 1),
		    "control.throttled");
		now += PAUSES[i];
	}
	try(p, attempt("anna", GOOD, HOME, now), "");
	/* Coming in makes the name new again: five more are free. */
	for (int i = 0; i < 5; i++)
		try(p, attempt("anna", "wrong", "203.0.113.9", now),
		    "control.refused");
	try(p, attempt("anna", GOOD, "198.51.100.7", now), "control.throttled");
	/* An hour without failures makes everything new. */
	try(p, attempt("anna", GOOD, HOME, now + 3601), "");
	assert_int_equal(number(p, "SELECT count(*) FROM attempt"
				   " WHERE failures > 0"),
			 0);
}

static void
guessing_names_from_one_address_is_held_up(void **state)
{
	static const char *const ADDRESSES[][2] = {
		{ "192.0.2.5", "::ffff:192.0.2.5" },
		/* A client has a /64. */
		{ "2001:db8::1", "2001:db8::ffff:2" },
		{ "unix", "unix" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
		for (int n = 0; n < 5; n++) {
			char name[16];

			snprintf(name, sizeof(name), "n%zu-%d", i, n);
			try(p, attempt(name, GOOD, ADDRESSES[i][n % 2], NOW),
			    "control.refused");
		}
		try(p, attempt("anna", GOOD, ADDRESSES[i][0], NOW),
		    "control.throttled");
		try(p, attempt("anna", GOOD, ADDRESSES[i][1], NOW),
		    "control.throttled");
	}
	try(p, attempt("anna", GOOD, "2001:db8:0:1::1", NOW), "");
}

static void
an_own_account_does_not_free_an_address(void **state)
{
	struct place *p = *state;

	add_person(p, "bob", CONTROL_VIEWER, "battery staple");
	for (int i = 0; i < 4; i++) {
		try(p, attempt("anna", "wrong", HOME, NOW), "control.refused");
		try(p, attempt("bob", "battery staple", HOME, NOW), "");
	}
	try(p, attempt("anna", "wrong", HOME, NOW), "control.refused");
	try(p, attempt("bob", "battery staple", HOME, NOW),
	    "control.throttled");
}

/* Two processes guess at the same time: no more than five are looked at. */
static void
guessing_in_parallel_gains_nothing(void **state)
{
	enum { CHILDREN = 2, GUESSES = 10 };
	struct place *p = *state;
	int looked = 0;
	pid_t child[CHILDREN];

	control_close(p->c);
	p->c = NULL;
	for (int i = 0; i < CHILDREN; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] > 0)
			continue;
		reopen(p);
		for (int n = 0; n < GUESSES; n++) {
			struct control_login guess =
				attempt("anna", "wrong", HOME, NOW);
			char secret[CONTROL_SECRET_SIZE];
			struct diag why;

			looked += come_in(p, &guess, secret, &why) == ERR_GONE;
		}
		control_close(p->c);
		_exit(looked);
	}
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status));
		looked += WEXITSTATUS(status);
	}
	assert_int_equal(looked, 5);
	reopen(p);
}

/* ---- tokens ---- */

static enum err
count_token(void *ctx, const struct control_token *t)
{
	assert_true(str_eq(t->name, S("backup")));
	assert_int_equal(t->scopes, CONTROL_SCOPE_READ | CONTROL_SCOPE_UPLOAD);
	(*(int *)ctx)++;
	return ERR_NONE;
}

static void
a_token_is_found_by_its_secret_until_it_ends(void **state)
{
	struct place *p = *state;
	const struct control_token token = {
		.owner = CONTROL_OWNER_SELF,
		.name = STR("backup"),
		.scopes = CONTROL_SCOPE_READ | CONTROL_SCOPE_UPLOAD,
		.created_at = NOW,
		.expires_at = NOW + 90 * DAY,
	};
	char secret[CONTROL_SECRET_SIZE];
	struct control_token found;
	struct diag why = { 0 };
	int64_t id = 0;
	int count = 0;

	must(control_token_add(p->c, &token, secret, &id, &why), &why);
	assert_true(str_starts(str_of(secret), S("ws_")));
	assert_int_equal(strlen(secret), CONTROL_SECRET_SIZE - 1);
	assert_false(is_on_disk(p, secret));
	assert_false(is_on_disk(p, secret + 3));
	must(control_token_find(p->c, str_of(secret), NOW + DAY, p->mem, &found,
				&why),
	     &why);
	assert_int_equal(found.id, id);
	assert_true(str_eq(found.name, S("backup")));
	assert_int_equal(number(p, "SELECT last_used FROM token"), NOW + DAY);
	must(control_tokens(p->c, CONTROL_OWNER_SELF, count_token, &count,
			    &why),
	     &why);
	must(control_tokens(p->c, 7, count_token, &count, &why), &why);
	assert_int_equal(count, 1);
	expect(control_token_find(p->c, str_of(secret), token.expires_at,
				  p->mem, &found, &why),
	       &why, ERR_GONE, "control.no_token");
	why = (struct diag){ 0 };
	expect(control_token_remove(p->c, 7, id, &why), &why, ERR_GONE,
	       "control.no_token");
	why = (struct diag){ 0 };
	must(control_token_remove(p->c, CONTROL_OWNER_SELF, id, &why), &why);
	expect(control_token_find(p->c, str_of(secret), NOW, p->mem, &found,
				  &why),
	       &why, ERR_GONE, "control.no_token");
}

static void
a_token_needs_a_name_a_scope_and_an_end(void **state)
{
	const struct {
		struct control_token token;
		const char *code;
	} cases[] = {
		{ { .name = STR(""), .scopes = 1, .expires_at = 2 },
		  "control.bad_name" },
		{ { .name = STR("a"), .scopes = 0, .expires_at = 2 },
		  "control.bad_value" },
		{ { .name = STR("a"), .scopes = 8, .expires_at = 2 },
		  "control.bad_value" },
		{ { .name = STR("a"), .scopes = 1, .expires_at = 0 },
		  "control.bad_value" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char secret[CONTROL_SECRET_SIZE];
		struct diag why = { 0 };

		expect(control_token_add(p->c, &cases[i].token, secret, NULL,
					 &why),
		       &why, ERR_SYNTAX, cases[i].code);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_anna, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_session_begins_and_ends),
		TEST(a_session_lasts_a_week_unused_and_a_month_used),
		TEST(a_removed_user_has_no_session),
		TEST(wrong_name_and_wrong_password_look_the_same),
		TEST(failures_cost_twice_as_much_each_time),
		TEST(guessing_names_from_one_address_is_held_up),
		TEST(an_own_account_does_not_free_an_address),
		TEST(guessing_in_parallel_gains_nothing),
		TEST(a_token_is_found_by_its_secret_until_it_ends),
		TEST(a_token_needs_a_name_a_scope_and_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
