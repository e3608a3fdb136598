/* test_proxy.c - both versions, whole, cut and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "proxy/proxy.h"

#include <stdio.h>
#include <string.h>

#define SIG "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\0\2\1\xc6\x33\x64\2\x12\x34\0\x19"
#define V6                                                                     \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	"\1\xff\xff\0\x19"

/* "address port used", "none used", "more" or "bad". */
static const char *
read_it(struct str s, char *text, size_t room)
{
	char address[NETADDR_PRINT_MAX];
	struct proxy_header h = { 0 };

	switch (proxy_parse(s, &h)) {
	case PROXY_DONE:
		if (h.has_source)
			(void)snprintf(text, room, "%s %u %zu",
				       netaddr_print(&h.source.ip, address),
				       h.source.port, h.used);
		else
			(void)snprintf(text, room, "none %zu", h.used);
		return text;
	case PROXY_MORE:
		return "more";
	case PROXY_BAD:
		break;
	}
	return "bad";
}

static void
every_header_is_read_as_the_protocol_says(void **state)
{
	static const struct {
		struct str bytes;
		const char *expected;
	} rows[] = {
		{ STR("PROXY TCP4 192.0.2.1 198.51.100.2 4660 25\r\nEHLO"),
		  "192.0.2.1 4660 43" },
		{ STR("PROXY TCP6 2001:db8::7 ::1 65535 25\r\n"),
		  "2001:db8::7 65535 37" },
		{ STR("PROXY UNKNOWN\r\nx"), "none 15" },
		{ STR("PROXY UNKNOWN ffff::1 junk\r\n"), "none 28" },
		{ STR(SIG "\x21\x11\0\x0c" V4 "EHLO"), "192.0.2.1 4660 28" },
		{ STR(SIG "\x21\x11\0\x0f" V4 "\4\0\0"), "192.0.2.1 4660 31" },
		{ STR(SIG "\x21\x21\0\x24" V6), "2001:db8::7 65535 52" },
		{ STR(SIG "\x20\x11\0\x0c" V4), "none 28" },
		{ STR(SIG "\x20\0\0\0"), "none 16" },
		{ STR(SIG "\x21\0\0\0"), "none 16" },
	};
	char text[80];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(read_it(rows[i].bytes, text, sizeof(text)),
				    rows[i].expected);
}

static void
a_header_cut_anywhere_asks_for_more(void **state)
{
	static const struct str whole[] = {
		STR("PROXY TCP4 192.0.2.1 198.51.100.2 4660 25\r\n"),
		STR("PROXY UNKNOWN\r\n"),
		STR(SIG "\x21\x11\0\x0c" V4),
		STR(SIG "\x21\x21\0\x28" V6 "\4\0\1x"),
	};
	struct proxy_header h;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		for (size_t n = 0; n < whole[i].n; n++)
			assert_int_equal(
				proxy_parse(str_sub(whole[i], 0, n), &h),
				PROXY_MORE);
		assert_int_equal(proxy_parse(whole[i], &h), PROXY_DONE);
		assert_int_equal(h.used, whole[i].n);
	}
}

static void
what_is_no_header_is_refused(void **state)
{
	static const struct str rows[] = {
		STR("EHLO c\r\n"),
		STR("PROXYTCP4"),
		STR("PROXY \r\n"),
		STR("PROXY TCP4\r\n"),
		STR("PROXY UNKNOWNS\r\n"),
		STR("PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n"),
		STR("PROXY TCP4 2001:db8::7 ::1 1 2\r\n"),
		STR("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n"),
		STR("PROXY TCP6 [2001:db8::7] ::1 1 2\r\n"),
		STR("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n"),
		STR("PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n"),
		STR("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n"),
		STR("PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n"),
		STR("PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n"),
		STR("PROXY TCP4 192.0.2.1 192.0.2.2 000001 2\r\n"),
		/* Version, command, family, length against family. */
		STR(SIG "\x11\x11\0\x0c" V4),
		STR(SIG "\x22\x11\0\x0c" V4),
		STR(SIG "\x21\x41\0\x0c" V4),
		STR(SIG "\x21\x11\0\x0b" V4),
		STR(SIG "\x21\x11\0\0" V4),
		STR(SIG "\x21\x21\0\x23" V6),
		STR(SIG "\x21\x11\xff\xff" V4),
		STR(SIG "\x21\x11\x10\0" V4),
	};
	struct proxy_header h;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(proxy_parse(rows[i], &h), PROXY_BAD);
}

static void
a_first_line_without_end_is_refused_at_its_limit(void **state)
{
	char line[PROXY_V1_MAX + 1];
	struct proxy_header h;

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	assert_int_equal(
		proxy_parse((struct str){ line, PROXY_V1_MAX - 1 }, &h),
		PROXY_MORE);
	assert_int_equal(proxy_parse((struct str){ line, PROXY_V1_MAX }, &h),
			 PROXY_BAD);
	memcpy(line + PROXY_V1_MAX - 2, "\r\n", 2);
	assert_int_equal(proxy_parse((struct str){ line, PROXY_V1_MAX }, &h),
			 PROXY_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_header_is_read_as_the_protocol_says),
		cmocka_unit_test(a_header_cut_anywhere_asks_for_more),
		cmocka_unit_test(what_is_no_header_is_refused),
		cmocka_unit_test(
			a_first_line_without_end_is_refused_at_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
