#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "web/asset.h"
#include "web/client.h"
#include "web/limit.h"
#include "web/wire.h"

#include <string.h>

static struct netaddr
address(const char *text)
{
	struct netaddr ip;

	assert_true(netaddr_parse(str_of(text), &ip));
	return ip;
}

static void
a_bucket_refills_with_time(void **state)
{
	const struct netaddr a = address("192.0.2.1"), b = address("192.0.2.2");
	struct web_limit l;

	(void)state;
	web_limit_init(&l, 10, 3);
	for (int i = 0; i < 3; i++)
		assert_true(web_limit_take(&l, &a, 1000));
	assert_false(web_limit_take(&l, &a, 1000));
	assert_true(web_limit_take(&l, &b, 1000));
	assert_false(web_limit_take(&l, &a, 1099));
	assert_true(web_limit_take(&l, &a, 1100));
	assert_false(web_limit_take(&l, &a, 1100));
	for (int i = 0; i < 3; i++)
		assert_true(web_limit_take(&l, &a, 9000));
	assert_false(web_limit_take(&l, &a, 9000));
	web_limit_fini(&l);
}

static void
all_addresses_of_a_network_of_64_bits_share_one_bucket(void **state)
{
	const struct netaddr a = address("2001:db8::1");
	const struct netaddr b = address("2001:db8::ffff:1");
	const struct netaddr c = address("2001:db8:0:1::1");
	struct web_limit l;

	(void)state;
	web_limit_init(&l, 1, 1);
	assert_true(web_limit_take(&l, &a, 5));
	assert_false(web_limit_take(&l, &b, 5));
	assert_true(web_limit_take(&l, &c, 5));
	web_limit_fini(&l);
}

/* Who a request with `fields` is from, behind 10.0.0.0/8. */
static void
client_of(const char *fields, const char *want, bool tls)
{
	struct netaddr_net trusted;
	SCOPED_BUF wire = BUF(4096);
	struct httpd *h = httpd_new();
	struct web_client c = { .ip = address("10.0.0.1") };
	char text[NETADDR_PRINT_MAX];
	struct str in, piece;

	assert_true(netaddr_parse_net(S("10.0.0.0/8"), &trusted));
	(void)buf_addf(&wire, "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);
	in = buf_str(&wire);
	assert_int_equal(httpd_feed(h, &in, &piece), HTTPD_ASKED);
	web_client_forwarded(httpd_request(h), &trusted, 1, &c);
	assert_string_equal(netaddr_print(&c.ip, text), want);
	assert_int_equal(c.tls, tls);
	httpd_free(h);
}

static void
the_rightmost_address_nobody_trusts_is_the_client(void **state)
{
	static const struct {
		const char *fields, *client;
		bool tls;
	} table[] = {
		{ "", "10.0.0.1", false },
		{ "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7", false },
		{ "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.9.9.9\r\n",
		  "192.0.2.7", false },
		{ "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.7\r\n",
		  "192.0.2.7", false },
		{ "X-Forwarded-For: 10.2.2.2, 10.3.3.3\r\n", "10.2.2.2",
		  false },
		{ "X-Forwarded-For: 6.6.6.6, unknown, 10.3.3.3\r\n", "10.3.3.3",
		  false },
		{ "X-Forwarded-For: 6.6.6.6, evil\r\n", "10.0.0.1", false },
		{ "X-Forwarded-For: 192.0.2.7:4711\r\n"
		  "X-Forwarded-Proto: https\r\n",
		  "192.0.2.7", true },
		{ "X-Forwarded-For: 2001:db8::7\r\n"
		  "X-Forwarded-Proto: https, http\r\n",
		  "2001:db8::7", false },
		{ "Forwarded: for=6.6.6.6, "
		  "for=\"[2001:db8::7]:80\";proto=https;by=10.0.0.1\r\n",
		  "2001:db8::7", true },
		{ "Forwarded: For = 192.0.2.7 ; Proto = http\r\n", "192.0.2.7",
		  false },
		{ "Forwarded: for=_hidden\r\n", "10.0.0.1", false },
		{ "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 192.0.2.7\r\n",
		  "192.0.2.7", false },
		{ "X-Forwarded-For: [2001:db8::7\r\n", "10.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		client_of(table[i].fields, table[i].client, table[i].tls);
}

static void
questions_survive_the_socket(void **state)
{
	SCOPED_BUF wire = BUF(4096);
	const struct web_ask ask = {
		.request = { .method = API_PATCH,
			     .path = STR("/api/v1/x"),
			     .query = STR("a=b"),
			     .body = STR("{\"a\":\"\0b\"}"),
			     .client = STR("192.0.2.1"),
			     .file_name = STR("f.xml"),
			     .tls = true },
		.gzip = true,
	};
	struct web_ask back = { 0 };
	uint32_t kind, length;

	(void)state;
	web_wire_ask(&wire, &ask);
	assert_true(web_wire_frame(buf_str(&wire), &kind, &length));
	assert_int_equal(kind, WEB_ASK);
	assert_int_equal(length, wire.n - WEB_FRAME_HEAD);
	struct str payload = str_sub(buf_str(&wire), WEB_FRAME_HEAD, SIZE_MAX);
	assert_true(web_wire_read_ask(payload, &back));
	assert_int_equal(back.request.method, API_PATCH);
	assert_true(str_eq(back.request.path, ask.request.path));
	assert_true(str_eq(back.request.query, ask.request.query));
	assert_true(str_eq(back.request.body, ask.request.body));
	assert_true(str_eq(back.request.client, ask.request.client));
	assert_true(str_eq(back.request.file_name, ask.request.file_name));
	assert_int_equal(back.request.cookie.n, 0);
	assert_true(back.request.tls && back.gzip && !back.bodiless);
	for (size_t n = 0; n < payload.n; n++)
		assert_false(web_wire_read_ask(str_sub(payload, 0, n), &back));
	assert_false(web_wire_frame(S("1234567"), &kind, &length));
}

static void
answers_survive_the_socket(void **state)
{
	SCOPED_BUF wire = BUF(4096);
	const struct web_head head = {
		.api = { .status = 201,
			 .content_type = "text/plain",
			 .etag = STR("\"e\""),
			 .location = STR("/x"),
			 .retry_after = 7,
			 .to_spool = true,
			 .body_max = 1ull << 40,
			 .envelope = { .door = SPOOL_POST,
				       .owner = 2,
				       .received_at = -1,
				       .id = STR("i"),
				       .domain = STR("a.example") } },
		.sized = true,
		.length = 5,
	};
	struct web_head back = { 0 };

	(void)state;
	web_wire_head(&wire, &head);
	struct str payload = str_sub(buf_str(&wire), WEB_FRAME_HEAD, SIZE_MAX);
	assert_true(web_wire_read_head(payload, &back));
	assert_int_equal(back.api.status, 201);
	assert_string_equal(back.api.content_type, "text/plain");
	assert_true(str_eq(back.api.etag, head.api.etag));
	assert_true(str_eq(back.api.location, head.api.location));
	assert_int_equal(back.api.retry_after, 7);
	assert_true(back.api.to_spool && back.sized && !back.packed);
	assert_true(back.api.body_max == 1ull << 40);
	assert_int_equal(back.length, 5);
	assert_int_equal(back.api.envelope.door, SPOOL_POST);
	assert_int_equal(back.api.envelope.owner, 2);
	assert_int_equal(back.api.envelope.received_at, -1);
	assert_true(str_eq(back.api.envelope.domain, S("a.example")));
	for (size_t n = 0; n < payload.n; n++)
		assert_false(web_wire_read_head(str_sub(payload, 0, n), &back));
}

static void
every_page_is_the_dashboard_and_nothing_else_is(void **state)
{
	static const char *const pages[] = {
		"/",           "/setup",  "/d/a.example",
		"/index.html", "/apiary", "/sources/x"
	};
	static const char *const others[] = { "/api",
					      "/api/v1/x",
					      "/assets/none.js",
					      "/assets",
					      "/.well-known/mta-sts.txt",
					      "/metrics" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		const struct web_asset *a = web_asset_find(str_of(pages[i]));

		assert_non_null(a);
		assert_true(str_eq(a->path, S("/index.html")));
		assert_true(str_starts_fold(web_asset_body(a, false),
					    S("<!doctype html>")));
		assert_false(web_asset_immutable(a));
	}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_null(web_asset_find(str_of(others[i])));
}

static void
assets_are_sorted_and_packed_beside_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; i < web_asset_count; i++) {
		const struct web_asset *a = &web_assets[i];

		assert_ptr_equal(web_asset_find(a->path), a);
		if (a->packed > 0)
			assert_memory_equal(web_asset_body(a, true).p,
					    "\x1f\x8b", 2);
		assert_int_equal(web_asset_immutable(a),
				 str_starts(a->path, S("/assets/")));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_refills_with_time),
		cmocka_unit_test(
			all_addresses_of_a_network_of_64_bits_share_one_bucket),
		cmocka_unit_test(
			the_rightmost_address_nobody_trusts_is_the_client),
		cmocka_unit_test(questions_survive_the_socket),
		cmocka_unit_test(answers_survive_the_socket),
		cmocka_unit_test(
			every_page_is_the_dashboard_and_nothing_else_is),
		cmocka_unit_test(
			assets_are_sorted_and_packed_beside_themselves),
	};

	return cmocka_run_group_tests_name("web, pure", tests, NULL, NULL);
}
