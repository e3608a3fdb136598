#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"

/* The cookie of the last answer and its csrf, as a browser would send them. */
static void
take_session(struct place *p, struct asker *who)
{
	size_t end = str_index(str_of(p->got.cookie), ';');

	assert_true(end < sizeof(who->cookie));
	*who = (struct asker){ 0 };
	memcpy(who->cookie, p->got.cookie, end);
	snprintf(who->csrf, sizeof(who->csrf), "%s", asking_text(p, "csrf"));
}

/* ---- sessions ---- */

static void
nobody_learns_only_whether_there_is_somebody(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, NULL, API_GET, "/api/v1/session", NULL),
			 200);
	assert_string_equal(asking_text(p, "schema"), "waxseal.session/1");
	assert_int_equal(json_type(asking_member(p, "user")), JSON_NULL);
	assert_int_equal(json_type(asking_member(p, "csrf")), JSON_NULL);
	assert_int_equal(p->got.head.etag.n, 0);
	assert_true(str_starts(str_of(asking_text(p, "version")), S("0.")));
}

static void
the_first_run_makes_an_admin_who_is_signed_in(void **state)
{
	struct place *p = *state;
	char token[CONTROL_SECRET_SIZE], body[300];
	struct asker anna;
	struct diag why = { 0 };
	bool needed = false;

	asking(p, NULL, API_GET, "/api/v1/session", NULL);
	assert_true(json_bool(asking_member(p, "setup_needed"), &needed) &&
		    needed);
	must(control_setup_token(p->c, NOW, token, &why), &why);
	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/setup",
				"{\"token\":\"wrong\",\"name\":\"anna\","
				"\"password\":\"" GOOD "\"}"),
			 403);
	assert_string_equal(code(p), "control.bad_setup_token");
	snprintf(body, sizeof(body),
		 "{\"token\":\"%s\",\"name\":\"anna\",\"password\":\"" GOOD
		 "\",\"language\":\"ja\",\"time_zone\":\"Asia/Tokyo\"}",
		 token);
	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/setup", body), 200);
	assert_string_equal(asking_text(p, "user.name"), "anna");
	assert_string_equal(asking_text(p, "user.role"), "admin");
	assert_string_equal(asking_text(p, "user.language"), "ja");
	assert_string_equal(asking_text(p, "user.time_zone"), "Asia/Tokyo");
	assert_true(json_bool(asking_member(p, "setup_needed"), &needed) &&
		    !needed);
	take_session(p, &anna);
	assert_int_equal(asking(p, &anna, API_GET, "/api/v1/users", NULL), 200);
	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/setup", body), 409);
	assert_string_equal(code(p), "control.set_up");
}

static void
a_session_comes_in_a_cookie_no_script_can_read(void **state)
{
	struct place *p = *state;
	struct asker over_tls = { .tls = true }, anna;
	const char *body = "{\"name\":\"anna\",\"password\":\"" GOOD "\"}";

	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/session", body),
			 200);
	assert_non_null(strstr(p->got.cookie, "; HttpOnly"));
	assert_non_null(strstr(p->got.cookie, "; SameSite=Lax"));
	assert_non_null(strstr(p->got.cookie, "; Path=/;"));
	assert_null(strstr(p->got.cookie, "Secure"));
	take_session(p, &anna);
	assert_int_equal(
		asking(p, &over_tls, API_POST, "/api/v1/session", body), 200);
	assert_non_null(strstr(p->got.cookie, "; Secure"));
	/* Out again: the cookie ends, and what it stood for. */
	assert_int_equal(asking(p, &anna, API_DELETE, "/api/v1/session", NULL),
			 200);
	assert_true(str_starts(str_of(p->got.cookie), S("waxseal=; ")));
	assert_non_null(strstr(p->got.cookie, "Max-Age=0"));
	assert_int_equal(asking(p, &anna, API_GET, "/api/v1/users", NULL), 401);
	assert_string_equal(code(p), "api.sign_in");
}

static void
a_wrong_password_is_refused_and_held_up(void **state)
{
	struct place *p = *state;
	const char *wrong = "{\"name\":\"anna\",\"password\":\"wrong\"}";

	for (int i = 0; i < 5; i++) {
		assert_int_equal(
			asking(p, NULL, API_POST, "/api/v1/session", wrong),
			401);
		assert_string_equal(code(p), "control.refused");
		assert_string_equal(p->got.cookie, "");
	}
	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/session", wrong),
			 429);
	assert_string_equal(code(p), "control.throttled");
	assert_int_equal(p->got.head.retry_after, 1);
}

static void
a_form_of_another_site_signs_nobody_in(void **state)
{
	struct place *p = *state;
	const struct asker form = { .type = "text/plain" };

	assert_int_equal(asking(p, &form, API_POST, "/api/v1/session",
				"{\"name\":\"anna\",\"password\":\"" GOOD
				"\"}"),
			 400);
	assert_string_equal(code(p), "api.bad_body");
}

static void
writing_with_a_cookie_needs_the_csrf_header(void **state)
{
	struct place *p = *state;
	struct asker forged = p->admin;
	const char *body = "{\"language\":\"nb\"}";

	assert_int_equal(asking(p, &p->admin, API_PATCH, "/api/v1/me", body),
			 200);
	forged.csrf[0] = '\0';
	assert_int_equal(asking(p, &forged, API_PATCH, "/api/v1/me", body),
			 403);
	assert_string_equal(code(p), "api.bad_csrf");
	memcpy(forged.csrf, p->viewer.csrf, sizeof(forged.csrf));
	assert_int_equal(asking(p, &forged, API_PATCH, "/api/v1/me", body),
			 403);
	/* Reading does not, nor does coming in anew. */
	assert_int_equal(asking(p, &forged, API_GET, "/api/v1/users", NULL),
			 200);
	assert_int_equal(asking(p, &forged, API_POST, "/api/v1/session",
				"{\"name\":\"anna\",\"password\":\"" GOOD
				"\"}"),
			 200);
}

/* ---- one's own account ---- */

static void
an_account_remembers_what_the_pages_tell_it(void **state)
{
	struct place *p = *state;

	assert_int_equal(
		asking(p, &p->viewer, API_PATCH, "/api/v1/me",
		       "{\"language\":\"nb\",\"time_zone\":\"Europe/Oslo\","
		       "\"settings\":{\"theme\":\"dark\",\"columns\":"
		       "{\"rows\":[\"ip\"]}}}"),
		200);
	assert_int_equal(asking(p, &p->viewer, API_PATCH, "/api/v1/me",
				"{\"language\":null}"),
			 200);
	assert_int_equal(
		asking(p, &p->viewer, API_GET, "/api/v1/session", NULL), 200);
	assert_int_equal(json_type(asking_member(p, "user.language")),
			 JSON_NULL);
	assert_string_equal(asking_text(p, "user.time_zone"), "Europe/Oslo");
	assert_string_equal(asking_text(p, "user.settings.theme"), "dark");
	assert_string_equal(asking_text(p, "user.settings.columns.rows.0"),
			    "ip");
	assert_int_equal(asking(p, &p->viewer, API_PATCH, "/api/v1/me",
				"{\"language\":\"de\"}"),
			 400);
	assert_string_equal(code(p), "control.bad_value");
	/* Nobody makes himself admin. */
	assert_int_equal(asking(p, &p->viewer, API_PATCH, "/api/v1/me",
				"{\"role\":\"admin\"}"),
			 200);
	assert_string_equal(asking_text(p, "user.role"), "viewer");
}

static void
a_new_password_needs_the_old_one_and_ends_other_sessions(void **state)
{
	struct place *p = *state;
	struct asker here;

	assert_int_equal(
		asking(p, &p->viewer, API_POST, "/api/v1/me/password",
		       "{\"old\":\"wrong\",\"new\":\"battery staple\"}"),
		401);
	assert_string_equal(code(p), "control.refused");
	assert_int_equal(asking(p, &p->viewer, API_POST, "/api/v1/me/password",
				"{\"old\":\"" GOOD "\",\"new\":\"short\"}"),
			 400);
	assert_string_equal(code(p), "control.weak_password");
	assert_string_equal(p->got.cookie, "");
	assert_int_equal(asking(p, &p->viewer, API_POST, "/api/v1/me/password",
				"{\"old\":\"" GOOD
				"\",\"new\":\"battery staple\"}"),
			 200);
	take_session(p, &here);
	assert_int_equal(asking(p, &here, API_GET, "/api/v1/views", NULL), 200);
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/views", NULL),
			 401);
	assert_int_equal(asking(p, NULL, API_POST, "/api/v1/session",
				"{\"name\":\"vera\",\"password\":\"battery "
				"staple\"}"),
			 200);
}

/* ---- roles ---- */

static const struct {
	enum api_method method;
	const char *path, *body;
} writes[] = {
	{ API_POST, "/api/v1/users",
	  "{\"name\":\"x\",\"password\":\"" GOOD "\",\"role\":\"admin\"}" },
	{ API_PATCH, "/api/v1/users/1", "{\"role\":\"viewer\"}" },
	{ API_DELETE, "/api/v1/users/1", NULL },
	{ API_POST, "/api/v1/tokens",
	  "{\"name\":\"x\",\"scopes\":[\"admin\"]}" },
	{ API_DELETE, "/api/v1/tokens/1", NULL },
	{ API_POST, "/api/v1/views", "{\"name\":\"x\",\"url\":\"/\"}" },
	{ API_PATCH, "/api/v1/views/1", "{\"name\":\"x\"}" },
	{ API_DELETE, "/api/v1/views/1", NULL },
};

static void
a_viewer_changes_nothing(void **state)
{
	struct place *p = *state;
	struct asker reader, uploader;

	asking_token(p, &reader, CONTROL_SCOPE_READ);
	asking_token(p, &uploader, CONTROL_SCOPE_UPLOAD);
	const struct asker *const small[] = { &p->viewer, &reader, &uploader };

	for (size_t i = 0; i < COUNT_OF(writes); i++) {
		for (size_t k = 0; k < COUNT_OF(small); k++) {
			assert_int_equal(asking(p, small[k], writes[i].method,
						writes[i].path, writes[i].body),
					 403);
			assert_string_equal(code(p), "api.not_allowed");
		}
		assert_int_equal(asking(p, NULL, writes[i].method,
					writes[i].path, writes[i].body),
				 401);
		assert_string_equal(code(p), "api.sign_in");
	}
	/* A token that may only hand in reports may not even look. */
	assert_int_equal(asking(p, &uploader, API_GET, "/api/v1/views", NULL),
			 403);
	assert_int_equal(asking(p, &reader, API_GET, "/api/v1/views", NULL),
			 200);
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/users", NULL),
			 403);
}

static void
an_unknown_token_is_nobody_even_with_a_good_cookie(void **state)
{
	struct place *p = *state;
	struct asker both = p->admin;

	snprintf(both.authorization, sizeof(both.authorization),
		 "Bearer ws_unknown");
	assert_int_equal(asking(p, &both, API_GET, "/api/v1/views", NULL), 401);
}

/* ---- users ---- */

static void
an_admin_adds_changes_and_removes_users(void **state)
{
	struct place *p = *state;
	char path[64];
	int64_t id;

	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/users",
				"{\"name\":\"bob\",\"password\":\"" GOOD
				"\",\"role\":\"viewer\"}"),
			 201);
	id = asking_number(p, "id");
	assert_int_equal(json_type(asking_member(p, "last_login")), JSON_NULL);
	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/users",
				"{\"name\":\"Bob\",\"password\":\"" GOOD
				"\",\"role\":\"viewer\"}"),
			 409);
	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/users",
				"{\"name\":\"c\",\"password\":\"" GOOD
				"\",\"role\":\"owner\"}"),
			 400);
	snprintf(path, sizeof(path), "/api/v1/users/%lld", (long long)id);
	assert_int_equal(
		asking(p, &p->admin, API_PATCH, path, "{\"role\":\"admin\"}"),
		200);
	assert_string_equal(asking_text(p, "role"), "admin");
	assert_int_equal(asking(p, &p->admin, API_GET, "/api/v1/users", NULL),
			 200);
	assert_int_equal(json_count(asking_member(p, "users")), 3);
	assert_string_equal(asking_text(p, "users.1.name"), "bob");
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 204);
	assert_int_equal(p->got.body.n, 0);
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 404);
	assert_string_equal(code(p), "control.no_user");
	assert_int_equal(
		asking(p, &p->admin, API_DELETE, "/api/v1/users/1", NULL), 409);
	assert_string_equal(code(p), "control.last_admin");
	assert_int_equal(
		asking(p, &p->admin, API_DELETE, "/api/v1/users/x", NULL), 404);
}

/* ---- tokens ---- */

static void
the_secret_of_a_token_is_shown_once(void **state)
{
	struct place *p = *state;
	struct asker program = { 0 };
	char secret[CONTROL_SECRET_SIZE], path[64];

	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/tokens",
				"{\"name\":\"backup\",\"scopes\":[\"read\","
				"\"admin\"],\"days\":30}"),
			 201);
	snprintf(secret, sizeof(secret), "%s", asking_text(p, "secret"));
	assert_int_equal(asking_number(p, "expires_at"), NOW + 30 * DAY);
	snprintf(path, sizeof(path), "/api/v1/tokens/%lld",
		 (long long)asking_number(p, "id"));
	assert_int_equal(asking(p, &p->admin, API_GET, "/api/v1/tokens", NULL),
			 200);
	assert_string_equal(asking_text(p, "tokens.0.name"), "backup");
	assert_string_equal(asking_text(p, "tokens.0.scopes.1"), "admin");
	assert_null(strstr(buf_c(&p->got.body), secret));
	/* A program needs no csrf. */
	snprintf(program.authorization, sizeof(program.authorization),
		 "bearer %s", secret);
	assert_int_equal(asking(p, &program, API_POST, "/api/v1/views",
				"{\"name\":\"x\",\"url\":\"/\"}"),
			 201);
	/* What is about a person is not for it. */
	assert_int_equal(asking(p, &program, API_PATCH, "/api/v1/me", "{}"),
			 403);
	asking_set_clock(NOW + 30 * DAY);
	assert_int_equal(asking(p, &program, API_GET, "/api/v1/views", NULL),
			 401);
	asking_set_clock(NOW);
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 204);
	assert_int_equal(asking(p, &program, API_GET, "/api/v1/views", NULL),
			 401);
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 404);
}

static void
a_token_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *body, *detail;
	} cases[] = {
		{ "{\"name\":\"x\",\"scopes\":[]}", "scopes" },
		{ "{\"name\":\"x\"}", "scopes" },
		{ "{\"name\":\"x\",\"scopes\":[\"write\"]}", "scopes" },
		{ "{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":0}", "days" },
		{ "{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":99999}",
		  "days" },
		{ "{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":\"soon\"}",
		  "days" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(asking(p, &p->admin, API_POST,
					"/api/v1/tokens", cases[i].body),
				 400);
		assert_string_equal(code(p), "control.bad_value");
		assert_string_equal(asking_text(p, "detail"), cases[i].detail);
	}
}

/* ---- views ---- */

static void
views_are_kept_shared_and_taken_away(void **state)
{
	struct place *p = *state;
	bool yes = false;
	char path[64];

	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/views",
				"{\"name\":\"failing\",\"url\":\"/reports/dmarc"
				"?result=fail\",\"shared\":false}"),
			 201);
	snprintf(path, sizeof(path), "/api/v1/views/%lld",
		 (long long)asking_number(p, "id"));
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/views", NULL),
			 200);
	assert_int_equal(json_count(asking_member(p, "views")), 0);
	assert_int_equal(asking(p, &p->admin, API_PATCH, path,
				"{\"shared\":true,\"pinned\":true}"),
			 200);
	assert_string_equal(asking_text(p, "name"), "failing");
	assert_int_equal(asking(p, &p->viewer, API_GET, "/api/v1/views", NULL),
			 200);
	assert_string_equal(asking_text(p, "views.0.url"),
			    "/reports/dmarc?result=fail");
	assert_true(json_bool(asking_member(p, "views.0.pinned"), &yes) && yes);
	assert_true(json_bool(asking_member(p, "views.0.mine"), &yes) && !yes);
	assert_int_equal(asking(p, &p->admin, API_POST, "/api/v1/views",
				"{\"name\":\"x\",\"url\":\"//evil.example\"}"),
			 400);
	assert_int_equal(asking(p, &p->admin, API_DELETE, path, NULL), 204);
	assert_int_equal(asking(p, &p->admin, API_PATCH, path, "{}"), 404);
	assert_string_equal(code(p), "control.no_view");
}

/* ---- audit ---- */

static enum err
tell(void *ctx, const struct control_deed *d)
{
	buf_addf(ctx, "%.*s %s %.*s; ", STR_ARG(d->actor), d->action,
		 STR_ARG(d->object));
	return ERR_NONE;
}

static void
what_was_done_is_written_down_once(void **state)
{
	struct place *p = *state;
	SCOPED_BUF log = BUF(4096);
	struct asker program;
	struct diag why = { 0 };

	asking_token(p, &program, CONTROL_SCOPE_ADMIN);
	asking(p, &p->admin, API_POST, "/api/v1/views",
	       "{\"name\":\"x\",\"url\":\"/\"}");
	asking(p, &p->admin, API_DELETE, "/api/v1/views/1", NULL);
	asking(p, &p->admin, API_DELETE, "/api/v1/views/1", NULL);
	asking(p, &p->viewer, API_DELETE, "/api/v1/users/1", NULL);
	asking(p, &program, API_DELETE, "/api/v1/users/2", NULL);
	must(control_deeds(p->c, CONTROL_OWNER_SELF, 10, tell, &log, &why),
	     &why);
	assert_string_equal(buf_c(&log), "token:backup user.remove vera; "
					 "anna view.remove 1; "
					 "anna view.add x; ");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)
	const struct CMUnitTest tests[] = {
		TEST(nobody_learns_only_whether_there_is_somebody),
		cmocka_unit_test_setup_teardown(
			the_first_run_makes_an_admin_who_is_signed_in,
			asking_begin_empty, asking_end),
		TEST(a_session_comes_in_a_cookie_no_script_can_read),
		TEST(a_wrong_password_is_refused_and_held_up),
		TEST(a_form_of_another_site_signs_nobody_in),
		TEST(writing_with_a_cookie_needs_the_csrf_header),
		TEST(an_account_remembers_what_the_pages_tell_it),
		TEST(a_new_password_needs_the_old_one_and_ends_other_sessions),
		TEST(a_viewer_changes_nothing),
		TEST(an_unknown_token_is_nobody_even_with_a_good_cookie),
		TEST(an_admin_adds_changes_and_removes_users),
		TEST(the_secret_of_a_token_is_shown_once),
		TEST(a_token_that_makes_no_sense_is_refused),
		TEST(views_are_kept_shared_and_taken_away),
		TEST(what_was_done_is_written_down_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
