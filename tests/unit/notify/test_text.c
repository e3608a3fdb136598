#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/json.h"
#include "notify/private.h"

#include <string.h>

enum { NOW = 1764000000 };

static struct notify_options
options(void)
{
	return (struct notify_options){
		.mail_to = "ops@example.com, b@example.net",
		.mail_from = "waxseal@example.com",
		.smtp_server = "127.0.0.1:25",
		.base_url = "https://waxseal.example.com/",
		.hostname = "mx.example.com",
	};
}

static void
fill(struct notify_batch *b, size_t count)
{
	const struct control_notice n = {
		.code = STR("change.record_gone"),
		.severity = STR("fail"),
		.domain = STR("example.com"),
		.places = STR("{\"host\":\"_dmarc.example.com\","
			      "\"type\":\"TXT\",\"old\":\"v=DMARC1\"}"),
		.path = STR("/d/example.com/dns"),
		.since = NOW,
		.left_over = NOTIFY_MAIL | NOTIFY_WEBHOOK,
	};

	*b = (struct notify_batch){ .mem = arena_new(1 << 20), .now = NOW };
	for (size_t i = 0; i < count; i++)
		assert_true(notify_batch_add(b, &n));
}

static void
a_signature_is_what_others_compute(void **state)
{
	SCOPED_BUF out = BUF(256);

	(void)state;
	/* printf 1764000000.body | openssl dgst -sha256 -hmac secret */
	notify_sign(&out, S("secret"), NOW, S("body"));
	assert_string_equal(buf_c(&out), "t=1764000000,v1="
					 "951b0e45092f41506666a4a4eb53e23fcccde"
					 "efc023eea1028aa440f29003b00");
}

static void
mail_is_plain_lines_that_any_server_takes(void **state)
{
	SCOPED_BUF out = BUF(1 << 20);
	struct notify_options o = options();
	struct notify_batch b;
	struct str rest, line;

	(void)state;
	fill(&b, 3);
	o.lang = FINDING_JA;
	notify_write_mail(&out, &o, &b);
	rest = buf_str(&out);
	while (str_split(&rest, '\n', &line)) {
		assert_in_range(line.n, rest.n ? 1 : 0, 100);
		if (line.n > 0)
			assert_int_equal(line.p[line.n - 1], '\r');
		for (size_t i = 0; i < line.n; i++)
			assert_in_range((unsigned char)line.p[i], '\r', '~');
	}
	assert_non_null(strstr(
		buf_c(&out), "\r\nDate: Mon, 24 Nov 2025 16:00:00 +0000\r\n"));
	assert_non_null(strstr(buf_c(&out), "\r\nSubject: =?UTF-8?B?"));
	arena_free(b.mem);
}

static void
json_has_the_words_and_the_page(void **state)
{
	const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_BUF out = BUF(1 << 20);
	SCOPED_JSON root = NULL;
	struct notify_options o = options();
	struct notify_batch b;
	const struct json *n;
	bool repaired;

	(void)state;
	fill(&b, 2);
	b.at[1].left_over = NOTIFY_MAIL;
	notify_write_json(&out, &o, &b);
	assert_int_equal(
		json_parse(buf_str(&out), limits, &root, &repaired, NULL),
		ERR_NONE);
	assert_int_equal(json_count(json_get(root, "notices")), 1);
	n = json_at(json_get(root, "notices"), 0);
	assert_true(str_eq(json_str(json_get(n, "title")),
			   S("The TXT record at _dmarc.example.com is gone")));
	assert_true(str_eq(json_str(json_get(n, "url")),
			   S("https://waxseal.example.com/d/example.com/dns")));
	assert_true(str_eq(json_str(json_get(json_get(n, "values"), "old")),
			   S("v=DMARC1")));
	arena_free(b.mem);
}

static void
addresses_cannot_smuggle_headers(void **state)
{
	static const struct {
		const char *text;
		bool fine;
	} cases[] = {
		{ "a@example.com", true },
		{ "a+b@example.com", true },
		{ "a", false },
		{ "", false },
		{ "a@b\r\nBcc: c@d", false },
		{ "<a@example.com>", false },
		{ "a b@example.com", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(notify_is_address(str_of(cases[i].text)),
				 cases[i].fine);
}

static void
a_server_is_local_only_by_loopback(void **state)
{
	static const struct {
		const char *server;
		bool local;
	} cases[] = {
		{ "localhost:25", true },
		{ "LocalHost", true },
		{ "127.0.0.1:2525", true },
		{ "127.9.9.9", true },
		{ "smtp://127.0.0.1:25", true },
		{ "[::1]:25", true },
		{ "smtps://[::1]", true },
		{ "mail.example.com:25", false },
		{ "10.0.0.1:25", false },
		{ "127.0.0.1.example.com:25", false },
		{ "localhost.example.com", false },
		{ "smtp://mail.example.com/127.0.0.1", false },
		{ "[2001:db8::1]:25", false },
		{ "", false },
		{ "[", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (notify_is_local(str_of(cases[i].server)) != cases[i].local)
			fail_msg("%s", cases[i].server);
}

/* As many as go together, each with more than anybody writes. */
static void
the_longest_notices_fit_whole(void **state)
{
	const struct json_limits limits = { NOTIFY_TEXT_MAX, 8 };
	SCOPED_BUF mail = BUF(NOTIFY_TEXT_MAX);
	SCOPED_BUF hook = BUF(NOTIFY_TEXT_MAX);
	SCOPED_BUF places = BUF(1 << 20);
	SCOPED_JSON root = NULL;
	struct notify_options o = options();
	struct notify_batch b;
	bool repaired;

	(void)state;
	fill(&b, NOTIFY_TOGETHER);
	buf_addz(&places, "{\"host\":\"");
	for (int i = 0; i < 5000; i++)
		buf_addz(&places, "\xe6\xa0\xaa");
	buf_addz(&places, "\",\"type\":\"TXT\"}");
	for (size_t i = 0; i < b.n; i++)
		b.at[i].places = buf_str(&places);
	notify_write_mail(&mail, &o, &b);
	notify_write_json(&hook, &o, &b);
	assert_false(mail.full || hook.full);
	assert_int_equal(
		json_parse(buf_str(&hook), limits, &root, &repaired, NULL),
		ERR_NONE);
	assert_false(repaired);
	assert_int_equal(json_count(json_get(root, "notices")),
			 NOTIFY_TOGETHER);
	arena_free(b.mem);
}

/* What does not fit is no mail and no JSON: it is seen. */
static void
a_text_that_is_too_long_is_seen(void **state)
{
	SCOPED_BUF mail = BUF(1000);
	SCOPED_BUF hook = BUF(200);
	struct notify_options o = options();
	struct notify_batch b;

	(void)state;
	fill(&b, 2);
	notify_write_mail(&mail, &o, &b);
	notify_write_json(&hook, &o, &b);
	assert_true(mail.full && hook.full);
	arena_free(b.mem);
}

static void
channels_are_those_that_are_whole(void **state)
{
	struct notify_options o = options();

	(void)state;
	assert_int_equal(notify_channels(&o), NOTIFY_MAIL);
	o.webhook = "https://hook.example/x";
	assert_int_equal(notify_channels(&o), NOTIFY_MAIL | NOTIFY_WEBHOOK);
	o.mail_from = "";
	assert_int_equal(notify_channels(&o), NOTIFY_WEBHOOK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_what_others_compute),
		cmocka_unit_test(mail_is_plain_lines_that_any_server_takes),
		cmocka_unit_test(json_has_the_words_and_the_page),
		cmocka_unit_test(addresses_cannot_smuggle_headers),
		cmocka_unit_test(a_server_is_local_only_by_loopback),
		cmocka_unit_test(the_longest_notices_fit_whole),
		cmocka_unit_test(a_text_that_is_too_long_is_seen),
		cmocka_unit_test(channels_are_those_that_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
