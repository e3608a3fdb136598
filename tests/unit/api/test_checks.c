#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"
#include "inquiry/inquiry.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

/* Answers every request with itself, or those of "busy.example" with a
 * failure. */
__attribute__((noreturn)) static void
echo(int listener)
{
	static char request[INQUIRY_REQUEST_MAX];

	for (;;) {
		int fd = accept(listener, NULL, NULL);
		size_t n = 0;
		const char *answer =
			"-{\"error\":4,\"code\":\"inspect.busy\",\"again\":7}";

		while (n == 0 || request[n - 1] != '\n') {
			ssize_t more =
				recv(fd, request + n, sizeof(request) - n, 0);

			if (more <= 0)
				_exit(1);
			n += (size_t)more;
		}
		request[n - 1] = '\0';
		if (!strstr(request, "busy.example")) {
			(void)!send(fd, "+", 1, 0);
			answer = request;
		}
		(void)!send(fd, answer, strlen(answer), 0);
		(void)close(fd);
	}
}

/* Beside the place; its process. */
static pid_t
start_inspector(struct place *p)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	pid_t pid;

	snprintf(at.sun_path, sizeof(at.sun_path), "%.80s/" INQUIRY_SOCKET,
		 p->dir);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	pid = fork();
	if (pid == 0)
		echo(fd);
	(void)close(fd);
	return pid;
}

static void
stop_inspector(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void
without_an_inspector_it_says_so(void **state)
{
	struct place *p = *state;

	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/check?domain=a.example", NULL),
			 503);
	assert_string_equal(code(p), "inspect.not_running");
	assert_true(p->got.head.retry_after > 0);
	stop_inspector(start_inspector(p));
	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/lookup/spf?q=a.example", NULL),
			 503);
	assert_string_equal(code(p), "inspect.not_running");
}

static void
who_may_read_may_ask(void **state)
{
	static const char *const paths[] = { "/api/v1/check?domain=a.example",
					     "/api/v1/lookup/mx?q=a.example" };
	struct place *p = *state;
	struct asker program;
	pid_t pid = start_inspector(p);

	asking_token(p, &program, CONTROL_SCOPE_UPLOAD);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		assert_int_equal(asking(p, NULL, API_GET, paths[i], NULL), 401);
		assert_string_equal(code(p), "api.sign_in");
		assert_int_equal(asking(p, &program, API_GET, paths[i], NULL),
				 403);
		assert_int_equal(asking(p, &p->viewer, API_GET, paths[i], NULL),
				 200);
		assert_int_equal(p->got.head.etag.n, 0);
	}
	stop_inspector(pid);
}

static void
the_question_is_passed_on(void **state)
{
	struct place *p = *state;
	pid_t pid = start_inspector(p);
	bool yes = false;

	assert_int_equal(
		asking(p, &p->viewer, API_GET,
		       "/api/v1/check?domain=STS%20of%20a.example&selector=s1&"
		       "selector=&selector=s2&fresh=true",
		       NULL),
		200);
	assert_string_equal(asking_text(p, "op"), "check");
	assert_string_equal(asking_text(p, "domain"), "STS of a.example");
	assert_string_equal(asking_text(p, "selectors.0"), "s1");
	assert_string_equal(asking_text(p, "selectors.1"), "s2");
	assert_int_equal(json_count(asking_member(p, "selectors")), 2);
	assert_true(json_bool(asking_member(p, "fresh"), &yes) && yes);
	assert_true(json_bool(asking_member(p, "public"), &yes) && !yes);
	assert_true(str_starts(str_of(asking_text(p, "who")), S("user:")));
	assert_int_equal(
		asking(p, &p->admin, API_GET,
		       "/api/v1/lookup/mta-sts?q=%22a%22&extra=20260101", NULL),
		200);
	assert_string_equal(asking_text(p, "kind"), "mta-sts");
	assert_string_equal(asking_text(p, "subject"), "\"a\"");
	assert_string_equal(asking_text(p, "extra"), "20260101");
	stop_inspector(pid);
}

static void
a_refusal_is_a_problem_with_its_time(void **state)
{
	struct place *p = *state;
	pid_t pid = start_inspector(p);

	assert_int_equal(asking(p, &p->viewer, API_GET,
				"/api/v1/check?domain=busy.example", NULL),
			 503);
	assert_string_equal(code(p), "inspect.busy");
	assert_int_equal(p->got.head.retry_after, 7);
	stop_inspector(pid);
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, asking_begin, asking_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_an_inspector_it_says_so),
		CASE(who_may_read_may_ask),
		CASE(the_question_is_passed_on),
		CASE(a_refusal_is_a_problem_with_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
