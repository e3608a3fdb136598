/* test_recipients.c - the index, and who may receive by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "intake/recipients.h"

#include "log/log.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/waxseal-recipients-XXXXXX";
static const struct str more_hosts[] = { STR("Reports.Example.ORG"),
					 STR("b\xc3\xa5t.example") };
static const struct intake_options options = {
	.dir = dir,
	.host = STR("mx.example.net"),
	.hosts = more_hosts,
	.host_count = COUNT_OF(more_hosts),
};

static int
make_dir(void **state)
{
	(void)state;
	log_start(STDERR_FILENO, LOG_TEXT, LOG_ERROR, "test", os_now);
	return mkdtemp(dir) == NULL;
}

static int
remove_dir(void **state)
{
	char path[200];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/recipients", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static void
write_index(const char *token, const char *domain)
{
	const struct intake_recipient list[] = {
		{ str_of(token), str_of(domain) },
		{ S("Two.2"), S("two.example") },
	};

	assert_int_equal(
		intake_recipients_write(dir, list, COUNT_OF(list), NULL),
		ERR_NONE);
}

static void
every_address_has_its_answer_and_its_domain(void **state)
{
	static const struct {
		const char *to;
		enum smtp_answer answer;
		const char *domain;
	} rows[] = {
		{ "postmaster", SMTP_OK, "" },
		{ "PostMaster", SMTP_OK, "" },
		{ "reports", SMTP_UNKNOWN, "" },
		{ "postmaster@mx.example.net", SMTP_OK, "" },
		{ "Abuse@MX.Example.NET.", SMTP_OK, "" },
		{ "reports@localhost", SMTP_OK, "" },
		{ "tlsrpt@reports.example.org", SMTP_OK, "" },
		{ "reports@xn--bt-yia.example", SMTP_OK, "" },
		{ "reports@b\xc3\xa5t.example", SMTP_OK, "" },
		{ "reports+anything@mx.example.net", SMTP_OK, "" },
		{ "\"reports\"@mx.example.net", SMTP_OK, "" },
		{ "tok1@mx.example.net", SMTP_OK, "one.example" },
		{ "TOK1@mx.example.net", SMTP_OK, "one.example" },
		{ "tok1+x@localhost", SMTP_OK, "one.example" },
		{ "reports+tok1@mx.example.net", SMTP_OK, "one.example" },
		{ "tlsrpt+TOK1@mx.example.net", SMTP_OK, "one.example" },
		{ "dmarc+two.2@mx.example.net", SMTP_OK, "two.example" },
		{ "dmarc+nobody@mx.example.net", SMTP_UNKNOWN, "" },
		{ "dmarc@mx.example.net", SMTP_UNKNOWN, "" },
		{ "tok@mx.example.net", SMTP_UNKNOWN, "" },
		{ "tok11@mx.example.net", SMTP_UNKNOWN, "" },
		{ "root@localhost", SMTP_UNKNOWN, "" },
		{ "a%b@mx.example.net", SMTP_UNKNOWN, "" },
		{ "\"tok1@x\"@mx.example.net", SMTP_UNKNOWN, "" },
		{ "\"\"@mx.example.net", SMTP_UNKNOWN, "" },
		{ "+tok1@mx.example.net", SMTP_UNKNOWN, "" },
		{ "reports@sub.mx.example.net", SMTP_NO_RELAY, "" },
		{ "postmaster@elsewhere.example", SMTP_NO_RELAY, "" },
		{ "postmaster@[127.0.0.1]", SMTP_NO_RELAY, "" },
		{ "tok1@one.example", SMTP_NO_RELAY, "" },
	};
	struct recipients *r;

	(void)state;
	write_index("tok1", "one.example");
	r = recipients_new(&options);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct str domain;

		assert_int_equal(
			recipients_judge(r, str_of(rows[i].to), &domain),
			rows[i].answer);
		assert_true(str_eq(domain, str_of(rows[i].domain)));
	}
	recipients_free(r);
}

static void
a_changed_index_is_seen_after_a_second(void **state)
{
	struct recipients *r;
	struct str domain;

	(void)state;
	write_index("old", "one.example");
	r = recipients_new(&options);
	recipients_refresh(r, 5000);
	write_index("new", "one.example");
	recipients_refresh(r, 5999);
	assert_int_equal(recipients_judge(r, S("new@localhost"), &domain),
			 SMTP_UNKNOWN);
	recipients_refresh(r, 6000);
	assert_int_equal(recipients_judge(r, S("new@localhost"), &domain),
			 SMTP_OK);
	assert_int_equal(recipients_judge(r, S("old@localhost"), &domain),
			 SMTP_UNKNOWN);
	write_index("newer", "one.example");
	recipients_refresh(r, 0);
	assert_int_equal(recipients_judge(r, S("newer@localhost"), &domain),
			 SMTP_OK);
	recipients_free(r);
}

static void
a_line_that_cannot_be_is_passed_over(void **state)
{
	static const char text[] = "# comment\n\nonly\ntwo words more.example\n"
				   "bad/token one.example\nok one.example\n"
				   "empty \ncut two.example";
	char path[200];
	struct recipients *r;
	struct str domain;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/recipients", dir);
	assert_int_equal(os_replace_file(path, S(text), 0600, NULL), ERR_NONE);
	r = recipients_new(&options);
	assert_int_equal(recipients_judge(r, S("ok@localhost"), &domain),
			 SMTP_OK);
	assert_int_equal(recipients_judge(r, S("cut@localhost"), &domain),
			 SMTP_OK);
	assert_int_equal(recipients_judge(r, S("two@localhost"), &domain),
			 SMTP_UNKNOWN);
	assert_int_equal(recipients_judge(r, S("empty@localhost"), &domain),
			 SMTP_UNKNOWN);
	recipients_free(r);
}

static void
what_cannot_stand_in_the_index_is_not_written(void **state)
{
	static const struct intake_recipient rows[] = {
		{ STR("a b"), STR("one.example") },
		{ STR(""), STR("one.example") },
		{ STR("a\n"), STR("one.example") },
		{ STR("a"), STR("one example") },
		{ STR("a"), STR("one\nb two") },
		{ STR("a"), STR("") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct diag why = { 0 };

		assert_int_equal(
			intake_recipients_write(dir, &rows[i], 1, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, "intake.recipient");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_has_its_answer_and_its_domain),
		cmocka_unit_test(a_changed_index_is_seen_after_a_second),
		cmocka_unit_test(a_line_that_cannot_be_is_passed_over),
		cmocka_unit_test(what_cannot_stand_in_the_index_is_not_written),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
