#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policyhost/private.h"

#include <stdio.h>

static const char body[] = "version: STSv1\r\nmode: testing\r\n";

static struct hosted_domain
domain(unsigned flags)
{
	return (struct hosted_domain){ .name = S("a.example"),
				       .token = S("tok"),
				       .flags = flags,
				       .policy = str_of(body),
				       .http_token = S("to-ken_1"),
				       .http_answer = S("to-ken_1.THUMB") };
}

/* The request whose head is `text`; it lives as long as `h`. */
static const struct httpd_request *
ask(struct httpd *h, const char *text)
{
	struct str in = str_of(text), piece;

	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_ASKED);
	return httpd_request(h);
}

static int
status_of(const char *text, const struct hosted_domain *d)
{
	struct httpd *h = httpd_new();
	struct policyhost_reply reply =
		policyhost_reply(ask(h, text), S("mta-sts.a.example"), d);

	httpd_free(h);
	if (reply.status == 200)
		assert_true(str_eq(reply.body, str_of(body)));
	else
		assert_int_equal(reply.body.n, 0);
	return reply.status;
}

#define GET "GET /.well-known/mta-sts.txt HTTP/1.1\r\n"

static void
one_path_is_served_under_its_own_name(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{ GET "Host: mta-sts.a.example\r\n\r\n", 200 },
		{ GET "Host: MTA-STS.A.Example\r\n\r\n", 200 },
		{ GET "Host: mta-sts.a.example:8443\r\n\r\n", 200 },
		{ "GET https://mta-sts.a.example/.well-known/mta-sts.txt "
		  "HTTP/1.1\r\nHost: mta-sts.a.example\r\n\r\n",
		  200 },
		{ "HEAD /.well-known/mta-sts.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  200 },
		{ GET "Host: mta-sts.b.example\r\n\r\n", 404 },
		{ GET "Host: a.example\r\n\r\n", 404 },
		{ GET "Host: mta-sts.a.example.\r\n\r\n", 404 },
		{ "GET /.well-known/mta-sts.txt HTTP/1.0\r\n\r\n", 404 },
		{ "GET / HTTP/1.1\r\nHost: mta-sts.a.example\r\n\r\n", 404 },
		{ "GET /.well-known/mta-sts.txt/ HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  404 },
		{ "GET /.well-known/MTA-STS.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  404 },
		{ "GET /.well-known/mta%2Dsts.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  404 },
		{ "GET /x/../.well-known/mta-sts.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  404 },
		{ "GET /.well-known/mta-sts.txt?a=b HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  404 },
		{ "POST /.well-known/mta-sts.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\nContent-Length: 0\r\n\r\n",
		  405 },
		{ "OPTIONS /.well-known/mta-sts.txt HTTP/1.1\r\n"
		  "Host: mta-sts.a.example\r\n\r\n",
		  405 },
		{ "DELETE / HTTP/1.1\r\nHost: mta-sts.a.example\r\n\r\n", 404 },
	};
	const struct hosted_domain d = domain(HOSTED_PROVEN);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (status_of(cases[i].text, &d) != cases[i].status)
			fail_msg("not %d:\n%s", cases[i].status, cases[i].text);
}

static void
what_is_not_proven_is_not_served(void **state)
{
	static const char text[] = GET "Host: mta-sts.a.example\r\n\r\n";
	struct hosted_domain d = domain(0);

	(void)state;
	assert_int_equal(status_of(text, &d), 404);
	assert_int_equal(status_of(text, NULL), 404);
	d = domain(HOSTED_OWN);
	assert_int_equal(status_of(text, &d), 404);
	d = domain(HOSTED_RETIRING);
	assert_int_equal(status_of(text, &d), 200);
	d.policy = S("");
	assert_int_equal(status_of(text, &d), 404);
}

static void
the_answer_is_not_to_be_kept_and_ends_the_connection(void **state)
{
	const struct policyhost_reply good = { .status = 200,
					       .type = "text/plain",
					       .body = str_of(body),
					       .stored = true };
	const struct policyhost_reply bad = { .status = 405, .allow = true };
	SCOPED_BUF out = BUF(4096);

	(void)state;
	policyhost_print(&good, false, 0, &out);
	assert_string_equal(buf_c(&out),
			    "HTTP/1.1 200 OK\r\n"
			    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
			    "Content-Type: text/plain\r\n"
			    "X-Content-Type-Options: nosniff\r\n"
			    "Cache-Control: no-store\r\n"
			    "Content-Length: 31\r\nConnection: close\r\n\r\n"
			    "version: STSv1\r\nmode: testing\r\n");
	buf_clear(&out);
	policyhost_print(&good, true, 0, &out);
	assert_true(str_ends(buf_str(&out), S("close\r\n\r\n")));
	assert_true(str_find(buf_str(&out), S("Content-Length: 31")) !=
		    SIZE_MAX);
	buf_clear(&out);
	policyhost_print(&bad, false, 0, &out);
	assert_true(str_find(buf_str(&out), S("\r\nAllow: GET, HEAD\r\n")) !=
		    SIZE_MAX);
	assert_true(str_find(buf_str(&out), S("Content-Length: 0\r\n")) !=
		    SIZE_MAX);
}

/* ---- challenges ---- */

static int
challenge(const char *path, const char *host, const struct hosted_domain *d)
{
	struct httpd *h = httpd_new();
	const struct httpd_request *r;
	struct policyhost_reply reply = { .status = 404 };
	char room[POLICYHOST_NAME_ROOM], text[512];
	struct str of, name;

	(void)snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
		       path, host);
	r = ask(h, text);
	if (policyhost_challenged(r, room, &of)) {
		if (!policyhost_domain(of, &name))
			name = of;
		reply = policyhost_challenge_reply(
			r, str_eq(name, d->name) ? d : NULL);
	}
	httpd_free(h);
	if (reply.status == 200)
		assert_true(str_eq(reply.body, d->http_answer));
	else
		assert_int_equal(reply.body.n, 0);
	return reply.status;
}

#define PATH "/.well-known/acme-challenge/"

static void
a_challenge_is_answered_for_its_token_and_domain_only(void **state)
{
	struct hosted_domain d = domain(HOSTED_PROVEN);

	(void)state;
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.a.example", &d),
			 200);
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.A.example:80", &d),
			 200);
	assert_int_equal(challenge(PATH "to-ken_1", "a.example", &d), 404);
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.b.example", &d),
			 404);
	assert_int_equal(challenge(PATH "to-ken_2", "mta-sts.a.example", &d),
			 404);
	assert_int_equal(challenge(PATH "to-ken_", "mta-sts.a.example", &d),
			 404);
	assert_int_equal(challenge(PATH "", "mta-sts.a.example", &d), 404);
	assert_int_equal(challenge("/", "mta-sts.a.example", &d), 404);
	assert_int_equal(
		challenge("/.well-known/mta-sts.txt", "mta-sts.a.example", &d),
		404);
	assert_int_equal(challenge(PATH "to-ken_1?x", "mta-sts.a.example", &d),
			 404);
	d = domain(HOSTED_RETIRING);
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.a.example", &d),
			 200);
	d = domain(0);
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.a.example", &d),
			 404);
	d = domain(HOSTED_PROVEN);
	d.http_token = S("");
	assert_int_equal(challenge(PATH "", "mta-sts.a.example", &d), 404);
}

static void
a_name_of_ours_is_answered_as_itself(void **state)
{
	const struct hosted_domain d = domain(HOSTED_OWN);

	(void)state;
	assert_int_equal(challenge(PATH "to-ken_1", "a.example", &d), 200);
	assert_int_equal(challenge(PATH "to-ken_1", "mta-sts.a.example", &d),
			 404);
}

/* ---- the dashboard without TLS ---- */

static void
the_dashboards_name_alone_is_led_to_https(void **state)
{
	static const struct {
		const char *text, *location; /* NULL: 404 */
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: panel.example\r\n\r\n",
		  "https://panel.example/" },
		{ "HEAD /d/a?x=1 HTTP/1.1\r\nHost: Panel.Example:80\r\n\r\n",
		  "https://panel.example/d/a?x=1" },
		{ "GET //evil.example/ HTTP/1.1\r\nHost: panel.example\r\n\r\n",
		  "https://panel.example//evil.example/" },
		{ "GET http://evil.example/a HTTP/1.1\r\n"
		  "Host: panel.example\r\n\r\n",
		  NULL },
		{ "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", NULL },
		{ "GET / HTTP/1.1\r\nHost: panel.example.\r\n\r\n", NULL },
		{ "POST / HTTP/1.1\r\nHost: panel.example\r\n"
		  "Content-Length: 0\r\n\r\n",
		  NULL },
		{ "GET / HTTP/1.0\r\n\r\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct httpd *h = httpd_new();
		SCOPED_BUF out = BUF(4096);
		SCOPED_BUF want = BUF(512);
		struct policyhost_reply reply = policyhost_redirect(
			ask(h, cases[i].text), S("panel.example"),
			S("https://panel.example"));

		policyhost_print(&reply, false, 0, &out);
		buf_addf(&want, "\r\nLocation: %s\r\n",
			 cases[i].location ? cases[i].location : "");
		assert_int_equal(reply.status, cases[i].location ? 308 : 404);
		assert_int_equal(str_find(buf_str(&out), buf_str(&want)) !=
					 SIZE_MAX,
				 cases[i].location != NULL);
		httpd_free(h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_path_is_served_under_its_own_name),
		cmocka_unit_test(what_is_not_proven_is_not_served),
		cmocka_unit_test(
			the_answer_is_not_to_be_kept_and_ends_the_connection),
		cmocka_unit_test(
			a_challenge_is_answered_for_its_token_and_domain_only),
		cmocka_unit_test(a_name_of_ours_is_answered_as_itself),
		cmocka_unit_test(the_dashboards_name_alone_is_led_to_https),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
