#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "cli/config.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 128 };

struct place {
	char directory[PATH_ROOM];
	char file[2 * PATH_ROOM];
};

static void
make_place(struct place *p)
{
	(void)snprintf(p->directory, sizeof p->directory,
		       "/tmp/waxseal-config-XXXXXX");
	assert_non_null(mkdtemp(p->directory));
	(void)snprintf(p->file, sizeof p->file, "%s/waxseal.conf",
		       p->directory);
}

static void
put(const char *path, const char *text)
{
	struct diag why = { 0 };

	assert_int_equal(os_replace_file(path, str_of(text), 0600, &why),
			 ERR_NONE);
}

static void
remove_place(const struct place *p)
{
	(void)unlink(p->file);
	(void)rmdir(p->directory);
}

static void
a_file_sets_values_and_says_where(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct place p;
	struct cli_config config;
	struct diag why = { 0 };
	char *no_env[] = { NULL };
	char want[3 * PATH_ROOM];

	(void)state;
	make_place(&p);
	put(p.file, "# one # two \" quote\n"
		    "/* a\n comment */\n"
		    "store {\n\tpath = \"/a # b\" // end\n"
		    "\tretention_rows = \"2w\"\n}\n"
		    "ui { languages = {\"nb\", \"en\"} }\n");
	assert_int_equal(cli_config_load(mem, p.file, no_env, &config, &why),
			 ERR_NONE);
	assert_true(str_eq(config.at[CLI_KEY_STORE_PATH].value, S("/a # b")));
	(void)snprintf(want, sizeof want, "%s:5", p.file);
	assert_true(str_eq(config.at[CLI_KEY_STORE_PATH].origin, str_of(want)));
	assert_true(str_eq(config.at[CLI_KEY_LANGUAGES].value, S("nb,en")));
	assert_int_equal(cli_config_span(&config, CLI_KEY_RETENTION_ROWS),
			 14 * CIVIL_DAY);
	assert_int_equal(cli_config_span(&config, CLI_KEY_RETENTION_RAW),
			 90 * CIVIL_DAY);
	assert_true(
		str_eq(config.at[CLI_KEY_RETENTION_RAW].origin, S("default")));
	remove_place(&p);
}

static void
lists_switches_sizes_and_mailboxes_are_read(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct place p;
	struct cli_config config;
	struct diag why = { 0 };
	char *no_env[] = { NULL };
	const struct cli_imap *imap;

	(void)state;
	make_place(&p);
	put(p.file, "hostname = mail.example.org\n"
		    "web { listen = {\":443\", \"[::1]:80\"}\n"
		    "proxy_protocol = yes }\n"
		    "smtp { listen = { } message_max = 20M }\n"
		    "metrics { listen = \"\" }\n"
		    "imap \"a = {}\" { host = a.example poll = 30s }\n"
		    "imap b { host = b.example\ndelete = true }\n");
	assert_int_equal(cli_config_load(mem, p.file, no_env, &config, &why),
			 ERR_NONE);
	assert_true(str_eq(config.at[CLI_KEY_HOSTNAME].value,
			   S("mail.example.org")));
	assert_true(str_eq(config.at[CLI_KEY_WEB_LISTEN].value,
			   S(":443,[::1]:80")));
	assert_true(cli_config_is_on(&config, CLI_KEY_WEB_PROXY));
	assert_false(cli_config_is_on(&config, CLI_KEY_SMTP_PROXY));
	assert_int_equal(config.at[CLI_KEY_SMTP_LISTEN].value.n, 0);
	assert_int_equal(config.at[CLI_KEY_METRICS_LISTEN].value.n, 0);
	assert_int_equal(cli_config_size(&config, CLI_KEY_SMTP_MESSAGE_MAX),
			 20 << 20);
	imap = config.imap;
	assert_true(str_eq(imap->name, S("a = {}")));
	assert_int_equal(cli_key_wait(imap->at[CLI_IMAP_POLL].value), 30);
	assert_true(str_eq(imap->at[CLI_IMAP_MAILBOX].value, S("INBOX")));
	imap = imap->next;
	assert_true(str_eq(imap->at[CLI_IMAP_HOST].value, S("b.example")));
	assert_true(str_eq(imap->at[CLI_IMAP_DELETE].value, S("true")));
	assert_null(imap->next);
	remove_place(&p);
}

static void
places_of_other_servers_and_counts_are_checked(void **state)
{
	static const struct {
		enum cli_key key;
		const char *value;
		bool good;
	} cases[] = {
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, "192.0.2.2:53", true },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES,
		  "192.0.2.2:53 xfr.example, [2001:db8::2]:53", true },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, "", true },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, ":53", false },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, "192.0.2.2", false },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, "ns2.example:53", false },
		{ CLI_KEY_HOSTING_DNS_SECONDARIES, "192.0.2.2:53 a b", false },
		{ CLI_KEY_HOSTING_DNS_RATE, "0", true },
		{ CLI_KEY_HOSTING_DNS_RATE, "1000000", true },
		{ CLI_KEY_HOSTING_DNS_RATE, "1000001", false },
		{ CLI_KEY_HOSTING_DNS_RATE, "-1", false },
		{ CLI_KEY_HOSTING_DNS_RATE, "20K", false },
		{ CLI_KEY_HOSTING_DNS_RATE, "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct str accepted = S("");

		if (cli_key_accepts(cli_key_rule(cases[i].key),
				    str_of(cases[i].value),
				    &accepted) != cases[i].good)
			fail_msg("%s", cases[i].value);
		assert_true(accepted.n > 0);
	}
}

static void
faults_are_told_with_file_line_and_what_was_meant(void **state)
{
	static const struct {
		const char *text, *code;
		int line;
		const char *part;
	} cases[] = {
		{ "store {\n pth = \"x\"\n}\n", "config.unknown_key", 2,
		  "store.pth -> store.path?" },
		{ "# c\n# d\nstor {\n}\n", "config.unknown_key", 3,
		  "stor -> store?" },
		{ "store {\n retention_raw = \"3x\"\n}\n", "config.bad_value",
		  2, "36500d" },
		{ "store {\n retention_raw = \"99999d\"\n}\n",
		  "config.bad_value", 2, "36500d" },
		{ "store {\n path = \"\"\n}\n", "config.bad_value", 2,
		  "store.path" },
		{ "ui {\n languages = {\"en\", \"xx\"}\n}\n",
		  "config.bad_value", 2, "en, ja, nb" },
		{ "hostname = \"a b\"\n", "config.bad_value", 1, "hostname" },
		{ "smtp {\n listen = {\"localhost:25\"}\n}\n",
		  "config.bad_value", 2, "127.0.0.1:25" },
		{ "smtp {\n message_max = 1G\n}\n", "config.bad_value", 2,
		  "64M" },
		{ "imap a {\n host = b\n poll = soon\n}\n", "config.bad_value",
		  3, "imap.poll" },
		{ "imap a {\n hots = b\n}\n", "config.unknown_key", 2,
		  "imap.hots -> imap.host?" },
		{ "imap a {\n user = b\n}\n", "config.bad_value", 3,
		  "imap.host" },
		{ "store {\n path \"x\"\n}\n", "config.syntax", 2, "" },
		{ "store {\n path = \"x\n", "config.syntax", 3, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(1 << 20);
		struct place p;
		struct cli_config config;
		struct diag why = { 0 };
		char *no_env[] = { NULL };
		char want[3 * PATH_ROOM];

		make_place(&p);
		put(p.file, cases[i].text);
		assert_int_equal(
			cli_config_load(mem, p.file, no_env, &config, &why),
			ERR_SYNTAX);
		assert_string_equal(why.code, cases[i].code);
		(void)snprintf(want, sizeof want, "%s:%d: ", p.file,
			       cases[i].line);
		assert_true(str_starts(str_of(why.detail), str_of(want)));
		assert_non_null(strstr(why.detail, cases[i].part));
		remove_place(&p);
	}
}

static void
the_environment_wins_over_the_file(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct place p;
	struct cli_config config;
	struct diag why = { 0 };
	static char path[] = "WAXSEAL_STORE_PATH=/from/env";
	static char bad[] = "WAXSEAL_STORE_RETENTION_RAW=soon";
	char *env[] = { path, NULL };
	char *bad_env[] = { bad, NULL };

	(void)state;
	make_place(&p);
	put(p.file, "store { path = \"/from/file\" }\n");
	assert_int_equal(cli_config_load(mem, p.file, env, &config, &why),
			 ERR_NONE);
	assert_true(
		str_eq(config.at[CLI_KEY_STORE_PATH].value, S("/from/env")));
	assert_true(str_eq(config.at[CLI_KEY_STORE_PATH].origin,
			   S("env WAXSEAL_STORE_PATH")));
	assert_int_equal(cli_config_load(mem, p.file, bad_env, &config, &why),
			 ERR_SYNTAX);
	assert_string_equal(why.code, "config.bad_value");
	remove_place(&p);
}

static void
parts_are_read_after_the_file_in_order(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct place p;
	struct cli_config config;
	struct diag why = { 0 };
	char *no_env[] = { NULL };
	char part[2][3 * PATH_ROOM], directory[2 * PATH_ROOM];

	(void)state;
	make_place(&p);
	(void)snprintf(directory, sizeof directory, "%s/conf.d", p.directory);
	assert_int_equal(mkdir(directory, 0700), 0);
	(void)snprintf(part[0], sizeof part[0], "%s/10.conf", directory);
	(void)snprintf(part[1], sizeof part[1], "%s/20.conf.off", directory);
	put(p.file, "store { path = \"/a\" retention_raw = \"5d\" }\n");
	put(part[0], "store { path = \"/b\" }\n");
	put(part[1], "nonsense\n");
	assert_int_equal(cli_config_load(mem, p.file, no_env, &config, &why),
			 ERR_NONE);
	assert_true(str_eq(config.at[CLI_KEY_STORE_PATH].value, S("/b")));
	assert_int_equal(cli_config_span(&config, CLI_KEY_RETENTION_RAW),
			 5 * CIVIL_DAY);
	put(part[0], "store { oops = \"/b\" }\n");
	assert_int_equal(cli_config_load(mem, p.file, no_env, &config, &why),
			 ERR_SYNTAX);
	(void)unlink(part[0]);
	(void)unlink(part[1]);
	(void)rmdir(directory);
	remove_place(&p);
}

static void
a_file_that_was_named_must_be_there(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct cli_config config;
	struct diag why = { 0 };
	char *no_env[] = { NULL };

	(void)state;
	assert_int_equal(cli_config_load(mem, "/nonexistent/x.conf", no_env,
					 &config, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "io.open");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_sets_values_and_says_where),
		cmocka_unit_test(lists_switches_sizes_and_mailboxes_are_read),
		cmocka_unit_test(
			places_of_other_servers_and_counts_are_checked),
		cmocka_unit_test(
			faults_are_told_with_file_line_and_what_was_meant),
		cmocka_unit_test(the_environment_wins_over_the_file),
		cmocka_unit_test(parts_are_read_after_the_file_in_order),
		cmocka_unit_test(a_file_that_was_named_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
