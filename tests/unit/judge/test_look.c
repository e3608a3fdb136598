#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judge/private.h"

enum { NOW = 1700000000 };

static void
what_dns_does_not_tell_is_tried_for_some_days(void **state)
{
	int64_t at = NOW, last = 0;
	uint64_t tries = 0;

	(void)state;
	assert_int_equal(judge_again(0, NOW), NOW + 60);
	assert_int_equal(judge_again(1, NOW), NOW + 120);
	assert_int_equal(judge_again(20, NOW), NOW + JUDGE_AGAIN_MOST);
	for (; (at = judge_again(tries, at)) != 0; tries++)
		last = at;
	assert_true(tries < JUDGE_TRIES);
	assert_true(last - NOW > 3 * 86400 && last - NOW < 5 * 86400);
	assert_int_equal(judge_again(UINT64_MAX - 1, NOW), 0);
}

#define READ(author)                                                           \
	"{\"author\":\"" author "\",\"more\":false,\"signatures\":[]}"
#define MAIL(tries, read)                                                      \
	"{\"id\":7,\"tries\":" tries ",\"received_at\":1699999999,"            \
	"\"client\":\"192.0.2.1\",\"helo\":\"mta\",\"mail_from\":"             \
	"\"r@reporter.example\",\"read\":" read "}"

static bool
read_look(const char *text, struct judge_look *out)
{
	const struct json_limits limits = { 4096, 8 };
	SCOPED_JSON json = NULL;
	bool repaired;

	assert_int_equal(
		json_parse(str_of(text), limits, &json, &repaired, NULL),
		ERR_NONE);
	return judge_look_read(json, NOW, out);
}

static void
verdict_of(const char *tries_and_mail, const char *world, bool complete,
	   const char *expected)
{
	SCOPED_BUF out = BUF(8192);
	struct judge_look look;

	assert_true(read_look(tries_and_mail, &look));
	if (world)
		assert_int_equal(
			facts_put_world(look.facts, str_of(world), NULL),
			ERR_NONE);
	assert_int_equal(judge_look_judge(&look), world != NULL);
	judge_look_over(&look, complete);
	judge_look_put(&out, &look, NOW);
	if (str_find(buf_str(&out), str_of(expected)) == SIZE_MAX)
		fail_msg("%s\nnot in %s", expected, buf_c(&out));
	judge_look_free(&look);
}

static void
a_verdict_goes_back_with_what_follows_from_it(void **state)
{
	static const char good[] =
		"_dmarc.reporter.example TXT \"v=DMARC1; p=none\"\n"
		"reporter.example TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
	static const char silent[] =
		"_dmarc.reporter.example TXT \"v=DMARC1; p=none\"\n"
		"reporter.example TIMEOUT TXT\n";

	(void)state;
	verdict_of(MAIL("0", READ("reporter.example")), good, true,
		   "\"id\":7,\"dmarc\":true,\"tls\":false,\"again\":0,");
	verdict_of(MAIL("0", READ("")), good, true,
		   "\"dmarc\":false,\"tls\":false,\"again\":0,");
	verdict_of(MAIL("0", READ("reporter.example")), silent, true,
		   "\"dmarc\":false,\"tls\":false,\"again\":1700000060,");
	verdict_of(MAIL("23", READ("reporter.example")), silent, true,
		   "\"again\":0,\"verdict\":{\"author\":\"reporter.example\","
		   "\"dmarc\":\"temperror\",\"tls\":\"none\","
		   "\"code\":\"carrier.gave_up\"");
	/* The time ran out before DNS answered. */
	verdict_of(MAIL("0", READ("reporter.example")), NULL, false,
		   "\"dmarc\":false,\"tls\":false,\"again\":1700000060,");
}

static void
what_is_no_message_is_passed_over(void **state)
{
	static const char *const t[] = {
		"{}",
		"[]",
		MAIL("0", "{}"),
		MAIL("\"x\"", READ("")),
		MAIL("0", READ("a b")),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct judge_look look;

		assert_false(read_look(t[i], &look));
		judge_look_free(&look);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_dns_does_not_tell_is_tried_for_some_days),
		cmocka_unit_test(a_verdict_goes_back_with_what_follows_from_it),
		cmocka_unit_test(what_is_no_message_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
