#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serving.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Asks without waiting, and looks for the answer as a loop does. */
static enum err
tell(const struct serving *t, struct str request, struct diag *why)
{
	SCOPED_BUF answer = BUF(4096);
	bool over = false;
	int fd = -1;
	enum err err = ingest_ask_begin(t->dir, request, &fd, why);

	while (err == ERR_NONE && !over) {
		struct pollfd one = { .fd = fd, .events = POLLIN };

		assert_int_equal(poll(&one, 1, 20000), 1);
		err = ingest_ask_more(fd, &answer, &over, why);
	}
	if (fd >= 0)
		close(fd);
	if (err == ERR_NONE)
		assert_string_equal(buf_c(&answer), "{}");
	return err;
}

static void
a_name_goes_through_the_writer_into_the_sums(void **state)
{
	struct serving *t = *state;
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct store_host hosts[INGEST_HOSTS_MAX];
	struct diag why = { 0 };

	start_writer(t);
	put_report(t, SPOOL_UPLOAD, "example.com", 1);
	ring(t);
	wait_for(t, "SELECT sum(rows) FROM cube", 1);
	assert_int_equal(ask(t, "SELECT host FROM endpoint"), 0);
	/* As many as may be in one request, each as long as can be. */
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		hosts[i] = (struct store_host){
			.state = STORE_HOST_CONFIRMED,
			.name = S(
				"mx.a-name-that-is-rather-long-and-yet-not-too-"
				"long.a-name-that-is-rather-long-and-yet-not-"
				"too-long.a-name-that-is-rather-long-and-yet-"
				"not-too-long.a-name-that-is-rather-long-and-"
				"yet-not-too-long.sender.example"),
		};
		memset(hosts[i].ip.b, (int)i, sizeof(hosts[i].ip.b));
	}
	assert_true(netaddr_parse(S("192.0.2.2"), &hosts[3].ip));
	ingest_put_hosts(&request, hosts, COUNT_OF(hosts));
	must(tell(t, buf_str(&request), &why), &why);
	assert_int_equal(ask(t, "SELECT host FROM endpoint"),
			 STORE_HOST_CONFIRMED);
	wait_for(t,
		 "SELECT count(*) FROM cube AS c JOIN source AS s"
		 " ON s.id = c.source WHERE slug = 'sender.example'",
		 1);
	kill_writer(t, SIGTERM);
}

static void
a_domains_own_spf_goes_through_the_writer_into_the_sums(void **state)
{
	static struct sender_range range[STORE_OWN_RANGES_MAX];
	struct serving *t = *state;
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct store_own own = { .domain = S("example.com"),
				 .state = STORE_OWN_FOUND,
				 .range = range,
				 .n = COUNT_OF(range) };
	struct diag why = { 0 };

	start_writer(t);
	put_report(t, SPOOL_UPLOAD, "example.com", 1);
	ring(t);
	wait_for(t, "SELECT sum(rows) FROM cube", 1);
	/* As many as there may be, each as long as can be. */
	for (size_t i = 0; i < COUNT_OF(range); i++) {
		memset(&range[i], 0xee, sizeof(range[i]));
		range[i].first.b[2] = range[i].last.b[2] = (uint8_t)(i >> 8);
		range[i].first.b[3] = range[i].last.b[3] = (uint8_t)i;
		range[i].first.b[15] = 1;
	}
	ingest_put_own(&request, &own);
	assert_false(request.full);
	must(tell(t, buf_str(&request), &why), &why);
	assert_int_equal(ask(t, "SELECT length(ranges) FROM own_spf"),
			 (int64_t)sizeof(range));
	kill_writer(t, SIGTERM);
}

static void
remove_domain(const struct serving *t, const char *name)
{
	struct control *c = NULL;
	struct diag why = { 0 };

	must(control_open(t->dir, &c, &why), &why);
	must(control_domain_remove(c, CONTROL_OWNER_SELF, str_of(name), &why),
	     &why);
	control_close(c);
}

static void
learn(const struct serving *t, const char *domain)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	const struct store_own own = { .domain = str_of(domain),
				       .state = STORE_OWN_NONE };
	struct diag why = { 0 };

	ingest_put_own(&request, &own);
	must(tell(t, buf_str(&request), &why), &why);
}

static void
the_spf_of_a_domain_goes_when_it_leaves(void **state)
{
	struct serving *t = *state;

	add_domain(t, "stays.example");
	add_domain(t, "leaves.example");
	add_domain(t, "later.example");
	start_writer(t);
	learn(t, "stays.example");
	learn(t, "leaves.example");
	learn(t, "later.example");
	assert_int_equal(ask(t, "SELECT count(*) FROM own_spf"), 3);
	remove_domain(t, "leaves.example");
	wait_for(t, "SELECT count(*) FROM own_spf", 2);
	/* What was under way when it left comes too late. */
	learn(t, "leaves.example");
	assert_int_equal(ask(t, "SELECT count(*) FROM own_spf"), 2);
	kill_writer(t, SIGTERM);
	remove_domain(t, "later.example");
	start_writer(t);
	wait_for(t, "SELECT count(*) FROM own_spf", 1);
	assert_int_equal(ask(t, "SELECT count(*) FROM own_spf JOIN name"
				" ON name.id = domain"
				" WHERE text = 'stays.example'"),
			 1);
	kill_writer(t, SIGTERM);
}

static void
what_makes_no_sense_is_refused_whole(void **state)
{
	static const char *const bad[] = {
		"{\"op\":\"hosts\",\"hosts\":[{\"ip\":\"192.0.2.1\"}]}",
		"{\"op\":\"hosts\",\"hosts\":[{\"ip\":\"192.0.2.1\","
		"\"state\":\"unasked\"}]}",
		"{\"op\":\"hosts\",\"hosts\":[{\"ip\":\"192.0.2.1\","
		"\"state\":\"none\"},{\"ip\":\"here\",\"state\":\"none\"}]}",
		"{\"op\":\"own_spf\",\"domain\":\"\",\"state\":\"none\"}",
		"{\"op\":\"own_spf\",\"domain\":\"a.example\"}",
		"{\"op\":\"own_spf\",\"domain\":\"a.example\","
		"\"state\":\"found\",\"ranges\":[\"192.0.2.1\"]}",
		"{\"op\":\"own_spf\",\"domain\":\"a.example\","
		"\"state\":\"found\",\"ranges\":[\"192.0.2.2\","
		"\"192.0.2.1\"]}",
	};
	struct serving *t = *state;

	start_writer(t);
	put_report(t, SPOOL_UPLOAD, "example.com", 1);
	ring(t);
	wait_for(t, "SELECT count(*) FROM endpoint", 1);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct diag why = { 0 };

		assert_int_equal(tell(t, str_of(bad[i]), &why), ERR_SYNTAX);
		assert_string_equal(why.code, "ingest.bad_request");
	}
	assert_int_equal(ask(t, "SELECT host FROM endpoint"), 0);
	assert_int_equal(ask(t, "SELECT count(*) FROM own_spf"), 0);
	kill_writer(t, SIGTERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_goes_through_the_writer_into_the_sums),
		TEST(a_domains_own_spf_goes_through_the_writer_into_the_sums),
		TEST(the_spf_of_a_domain_goes_when_it_leaves),
		TEST(what_makes_no_sense_is_refused_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
