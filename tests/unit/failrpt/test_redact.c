#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "failrpt/failrpt.h"

#include <string.h>

static void
redaction_keeps_domains_and_first_letters(void **state)
{
	static const char *const table[][2] = {
		{ "alice@example.com", "a***@example.com" },
		{ "<alice@example.com>", "<a***@example.com>" },
		{ "Alice Smith <alice@example.com>",
		  "A*** S*** <a***@example.com>" },
		{ "\"Alice Smith\" <alice@example.com>",
		  "\"*** S*** <a***@example.com>" },
		{ "a@b.example, c@d.example", "a***@b.example c***@d.example" },
		{ "a@b.example,secret@d.example", "a***@d.example" },
		{ "x <secret@example.com>secret", "x*** <s***@example.com>" },
		{ "x@example.com(secret)", "x***@example.com" },
		{ "Payment  from\nyour account", "P*** f*** y*** a***" },
		{ "\xC3\x98yvind", "\xC3\x98***" },
		{ "\xFFsecret", "***" },
		{ "@example.com", "***@example.com" },
		{ "user@[192.0.2.1]", "u***@[192.0.2.1]" },
		{ "a", "a***" },
		{ " ", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_BUF out = BUF(1000);

		failrpt_redact(str_of(table[i][0]), &out);
		assert_string_equal(buf_c(&out), table[i][1]);
		assert_null(strstr(buf_c(&out), "ecret"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(redaction_keeps_domains_and_first_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
