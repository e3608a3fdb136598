#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <sys/stat.h>
#include <sys/wait.h>

#define GOOD "correct horse"

static void
a_new_store_is_for_its_owner_only_and_empty(void **state)
{
	struct place *p = *state;
	struct diag why = { 0 };
	struct stat st;
	bool is_new = false;

	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	must(control_is_new(p->c, &is_new, &why), &why);
	assert_true(is_new);
	add_person(p, "anna", CONTROL_ADMIN, GOOD);
	must(control_is_new(p->c, &is_new, &why), &why);
	assert_false(is_new);
}

static void
a_user_comes_back_as_it_was_given(void **state)
{
	struct place *p = *state;
	struct control_user user = person("Åse Ødegård", CONTROL_VIEWER);
	struct control_user found;
	struct diag why = { 0 };
	int64_t id;

	user.settings = S("{\"theme\":\"dark\"}");
	must(control_user_add(p->c, &user, S(GOOD), &id, &why), &why);
	reopen(p);
	must(control_user_find(p->c, user.name, p->mem, &found, &why), &why);
	assert_int_equal(found.id, id);
	assert_int_equal(found.owner, CONTROL_OWNER_SELF);
	assert_int_equal(found.role, CONTROL_VIEWER);
	assert_int_equal(found.created_at, NOW);
	assert_int_equal(found.last_login, 0);
	assert_true(str_eq(found.name, user.name));
	assert_true(str_eq(found.language, S("nb")));
	assert_true(str_eq(found.time_zone, S("Europe/Oslo")));
	assert_true(str_eq(found.settings, user.settings));
	must(control_user_by_id(p->c, id, p->mem, &found, &why), &why);
	assert_true(str_eq(found.name, user.name));
}

static void
what_is_no_name_password_or_value_is_refused(void **state)
{
	static char long_name[CONTROL_NAME_MAX + 2];
	static char long_password[CONTROL_PASSWORD_MAX + 2];
	static char big[17 << 10];
	memset(long_name, 'a', sizeof(long_name) - 1);
	memset(long_password, 'p', sizeof(long_password) - 1);
	snprintf(big, sizeof(big), "{\"a\":\"%.*s\"}", 1000, long_password);
	memset(big + 6, 'x', sizeof(big) - 9);
	memcpy(big + sizeof(big) - 3, "\"}", 3);
	const struct {
		const char *name, *password, *language, *zone, *settings;
		const char *code, *detail;
	} cases[] = {
		{ "", GOOD, "", "", "", "control.bad_name", "" },
		{ " anna", GOOD, "", "", "", "control.bad_name", " anna" },
		{ "an\nna", GOOD, "", "", "", "control.bad_name", "an\nna" },
		{ "token:x", GOOD, "", "", "", "control.bad_name", "token:x" },
		{ "\xff", GOOD, "", "", "", "control.bad_name", NULL },
		{ long_name, GOOD, "", "", "", "control.bad_name", NULL },
		{ "anna", "ninechars", "", "", "", "control.weak_password",
		  "10" },
		/* Nine characters of three bytes each. */
		{ "anna", "日本語日本語日本語", "", "", "",
		  "control.weak_password", "10" },
		{ "anna", long_password, "", "", "", "control.weak_password",
		  "10" },
		{ "anna", "correct hors\xff", "", "", "",
		  "control.weak_password", "10" },
		{ "anna", GOOD, "de", "", "", "control.bad_value", "language" },
		{ "anna", GOOD, "", "a b", "", "control.bad_value",
		  "time_zone" },
		{ "anna", GOOD, "", "", "[]", "control.bad_value", "settings" },
		{ "anna", GOOD, "", "", "{", "control.bad_value", "settings" },
		{ "anna", GOOD, "", "", big, "control.bad_value", "settings" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_user user = person(cases[i].name, 0);
		struct diag why = { 0 };

		user.language = str_of(cases[i].language);
		user.time_zone = str_of(cases[i].zone);
		user.settings = str_of(cases[i].settings);
		expect(control_user_add(p->c, &user, str_of(cases[i].password),
					NULL, &why),
		       &why, ERR_SYNTAX, cases[i].code);
		if (cases[i].detail)
			assert_string_equal(why.detail, cases[i].detail);
	}
	assert_int_equal(number(p, "SELECT count(*) FROM user"), 0);
}

static void
a_name_is_there_once_in_any_case(void **state)
{
	struct place *p = *state;
	const struct control_user again = person("ANNA", CONTROL_VIEWER);
	struct control_user found;
	struct diag why = { 0 };

	add_person(p, "anna", CONTROL_ADMIN, GOOD);
	expect(control_user_add(p->c, &again, S(GOOD), NULL, &why), &why,
	       ERR_GONE, "control.user_exists");
	why = (struct diag){ 0 };
	must(control_user_find(p->c, S("Anna"), p->mem, &found, &why), &why);
	assert_true(str_eq(found.name, S("anna")));
	expect(control_user_find(p->c, S("bob"), p->mem, &found, &why), &why,
	       ERR_GONE, "control.no_user");
}

static void
one_admin_stays(void **state)
{
	struct place *p = *state;
	int64_t anna = add_person(p, "anna", CONTROL_ADMIN, GOOD);
	int64_t bob = add_person(p, "bob", CONTROL_VIEWER, GOOD);
	struct control_user user = person("", CONTROL_VIEWER);
	struct diag why = { 0 };

	expect(control_user_remove(p->c, anna, &why), &why, ERR_GONE,
	       "control.last_admin");
	user.id = anna;
	why = (struct diag){ 0 };
	expect(control_user_set(p->c, &user, &why), &why, ERR_GONE,
	       "control.last_admin");
	user.id = bob;
	user.role = CONTROL_ADMIN;
	why = (struct diag){ 0 };
	must(control_user_set(p->c, &user, &why), &why);
	must(control_user_remove(p->c, anna, &why), &why);
	expect(control_user_remove(p->c, bob, &why), &why, ERR_GONE,
	       "control.last_admin");
	why = (struct diag){ 0 };
	expect(control_user_remove(p->c, anna, &why), &why, ERR_GONE,
	       "control.no_user");
	assert_int_equal(number(p, "SELECT count(*) FROM user"), 1);
}

static void
another_password_ends_the_sessions(void **state)
{
	struct place *p = *state;
	int64_t id = add_person(p, "anna", CONTROL_ADMIN, GOOD);
	const struct control_login old = { S("anna"), S(GOOD), S("192.0.2.1"),
					   NOW };
	const struct control_login new = { S("anna"), S("battery staple"),
					   S("192.0.2.1"), NOW };
	char secret[CONTROL_SECRET_SIZE];
	struct control_session s;
	struct diag why = { 0 };

	must(come_in(p, &old, secret, &why), &why);
	must(control_session(p->c, str_of(secret), NOW, p->mem, &s, &why),
	     &why);
	must(control_user_passwd(p->c, id, new.password, &why), &why);
	expect(control_session(p->c, str_of(secret), NOW, p->mem, &s, &why),
	       &why, ERR_GONE, "control.no_session");
	expect(come_in(p, &old, secret, &why), &why, ERR_GONE,
	       "control.refused");
	must(come_in(p, &new, secret, &why), &why);
	why = (struct diag){ 0 };
	expect(control_user_passwd(p->c, 99, new.password, &why), &why,
	       ERR_GONE, "control.no_user");
	why = (struct diag){ 0 };
	expect(control_user_passwd(p->c, id, S("short"), &why), &why,
	       ERR_SYNTAX, "control.weak_password");
}

static void
equal_passwords_have_different_hashes_and_are_nowhere(void **state)
{
	struct place *p = *state;

	add_person(p, "anna", CONTROL_ADMIN, GOOD);
	add_person(p, "bob", CONTROL_ADMIN, GOOD);
	assert_int_equal(number(p, "SELECT count(DISTINCT password) FROM user"
				   " WHERE password LIKE '$argon2id$v=19$"
				   "m=65536,t=2,p=1$%'"),
			 2);
	assert_true(is_on_disk(p, "anna"));
	assert_false(is_on_disk(p, GOOD));
}

/* ---- first run ---- */

static void
a_setup_token_makes_one_admin_once(void **state)
{
	struct place *p = *state;
	const struct control_user admin = person("anna", CONTROL_VIEWER);
	const struct control_user other = person("bob", CONTROL_ADMIN);
	char first[CONTROL_SECRET_SIZE], second[CONTROL_SECRET_SIZE];
	struct control_user found;
	struct diag why = { 0 };

	must(control_setup_token(p->c, NOW, first, &why), &why);
	must(control_setup_token(p->c, NOW, second, &why), &why);
	assert_string_not_equal(first, second);
	assert_int_equal(strlen(second), CONTROL_SECRET_SIZE - 1);
	assert_false(is_on_disk(p, second));
	/* The later token ends the earlier; a day ends both. */
	expect(control_setup(p->c, str_of(first), &admin, S(GOOD), NOW, &why),
	       &why, ERR_GONE, "control.bad_setup_token");
	why = (struct diag){ 0 };
	expect(control_setup(p->c, str_of(second), &admin, S(GOOD),
			     NOW + DAY + 1, &why),
	       &why, ERR_GONE, "control.bad_setup_token");
	why = (struct diag){ 0 };
	expect(control_setup(p->c, S(""), &admin, S(GOOD), NOW, &why), &why,
	       ERR_GONE, "control.bad_setup_token");
	/* What is refused does not use it up. */
	why = (struct diag){ 0 };
	expect(control_setup(p->c, str_of(second), &admin, S("short"), NOW,
			     &why),
	       &why, ERR_SYNTAX, "control.weak_password");
	why = (struct diag){ 0 };
	must(control_setup(p->c, str_of(second), &admin, S(GOOD), NOW, &why),
	     &why);
	must(control_user_find(p->c, S("anna"), p->mem, &found, &why), &why);
	assert_int_equal(found.role, CONTROL_ADMIN);
	expect(control_setup(p->c, str_of(second), &other, S(GOOD), NOW, &why),
	       &why, ERR_GONE, "control.set_up");
	assert_int_equal(number(p, "SELECT count(*) FROM setup"), 0);
}

/* Ends with 0 when it became admin, 1 when it was too late. */
static void
race_for_setup(const char *dir, const char *token, int who)
{
	const struct control_user user =
		person(who == 0 ? "anna" : "bob", CONTROL_ADMIN);
	struct control *c = NULL;
	struct diag why = { 0 };
	enum err e = control_open(dir, &c, &why);

	if (e == ERR_NONE)
		e = control_setup(c, str_of(token), &user, S(GOOD), NOW, &why);
	control_close(c);
	if (e == ERR_NONE)
		_exit(0);
	_exit(str_eq(str_of(why.code), S("control.set_up")) ||
			      str_eq(str_of(why.code),
				     S("control.bad_setup_token"))
		      ? 1
		      : 2);
}

static void
of_two_processes_with_the_setup_token_one_wins(void **state)
{
	struct place *p = *state;
	char token[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };
	int ends[3] = { 0 };
	pid_t child[2];

	must(control_setup_token(p->c, NOW, token, &why), &why);
	control_close(p->c);
	p->c = NULL;
	for (int i = 0; i < 2; i++) {
		child[i] = fork();
		if (child[i] == 0)
			race_for_setup(p->dir, token, i);
		assert_true(child[i] > 0);
	}
	for (int i = 0; i < 2; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		ends[WEXITSTATUS(status)]++;
	}
	assert_int_equal(ends[0], 1);
	assert_int_equal(ends[1], 1);
	reopen(p);
	assert_int_equal(number(p, "SELECT count(*) FROM user"), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_new_store_is_for_its_owner_only_and_empty),
		TEST(a_user_comes_back_as_it_was_given),
		TEST(what_is_no_name_password_or_value_is_refused),
		TEST(a_name_is_there_once_in_any_case),
		TEST(one_admin_stays),
		TEST(another_password_ends_the_sessions),
		TEST(equal_passwords_have_different_hashes_and_are_nowhere),
		TEST(a_setup_token_makes_one_admin_once),
		TEST(of_two_processes_with_the_setup_token_one_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
