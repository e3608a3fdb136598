#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dnsname/dnsname.h"

#include <stdio.h>
#include <string.h>

/* "1 example.com" by name, "2 ?given" for what is none, "+" for one more,
 * "@" for a zone without a name. */
static void
print(struct buf *out, const struct dnsname_names *names)
{
	buf_addf(out, "%s", dnsname_form_name(names->form));
	for (size_t i = 0; i < names->n; i++) {
		const struct dnsname_entry *e = &names->at[i];
		struct str shown = e->name.n > 0 ? e->name : e->given;

		buf_addf(out, " | %d %s%.*s", (int)e->line,
			 e->repeated      ? "+"
			 : e->nameless    ? "@"
			 : e->name.n == 0 ? "?"
					  : "",
			 STR_ARG(shown));
	}
	if (names->left_out > 0)
		buf_addf(out, " | %d more", (int)names->left_out);
}

static void
read_and_compare(struct str text, size_t most, const char *want)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF got = BUF(1 << 16);
	SCOPED_NAMES names = { 0 };

	dnsname_names_read(text, most, mem, &names);
	print(&got, &names);
	assert_string_equal(buf_c(&got), want);
}

struct text_case {
	const char *text, *want;
};

static void
run(const struct text_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		read_and_compare(str_of(cases[i].text), 100, cases[i].want);
}

static void
a_list_is_read_however_it_is_separated(void **state)
{
	static const struct text_case cases[] = {
		{ "", "list" },
		{ "\n \n# nothing\n", "list" },
		{ "Example.com", "list | 1 example.com" },
		{ "a.com, b.com;c.com\td.com\r\n\n e.com\n",
		  "list | 1 a.com | 1 b.com | 1 c.com | 1 d.com | 3 e.com" },
		{ "a.com # the first, b.com\nc.com\n",
		  "list | 1 a.com | 2 c.com" },
		{ "blåbær.no、日本語.jp　例え.jp",
		  "list | 1 xn--blbr-roah.no | 1 xn--wgv71a119e.jp"
		  " | 1 xn--r8jz45g.jp" },
		{ "\xEF\xBB\xBF"
		  "a.com\n",
		  "list | 1 a.com" },
		{ "https://www.example.com/page?x example.org:443",
		  "list | 1 www.example.com | 1 example.org" },
	};

	(void)state;
	run(cases, COUNT_OF(cases));
}

static void
one_bad_line_takes_no_other_with_it(void **state)
{
	static const struct text_case cases[] = {
		{ "a.com\nb..com\nc.com\nuser@d.com\n",
		  "list | 1 a.com | 2 ?b..com | 3 c.com | 4 ?user@d.com" },
		{ "a.com, b com, c.com\nd.com, e.com, f.com\n",
		  "list | 1 a.com | 1 b | 1 com | 1 c.com | 2 d.com"
		  " | 2 e.com | 2 f.com" },
		{ "a.com \xFF\xFE b.com", "list | 1 a.com | 1 ?\xFF\xFE"
					  " | 1 b.com" },
		{ "domain\n\"a.com\nb.com\n\"c.com\"\n",
		  "csv | 2 ?\"a.com | 3 b.com | 4 c.com" },
		{ "a.com\nA.COM.\n", "list | 1 a.com | 2 +a.com" },
	};

	(void)state;
	run(cases, COUNT_OF(cases));
}

static void
a_table_gives_the_column_of_names(void **state)
{
	static const struct text_case cases[] = {
		{ "domain\na.com\nb.com\n", "csv | 2 a.com | 3 b.com" },
		{ "Name,Domain,Until\nmine,a.com,2027-01-01\n",
		  "csv | 2 a.com" },
		{ "id;name\r\n1;a.com\r\n2;b.com\r\n",
		  "csv | 2 a.com | 3 b.com" },
		{ "\"Registrar\"\t\"Domain name\"\n"
		  "\"A \"\"B\"\"\"\t\"a.com\"\n",
		  "csv | 2 a.com" },
		{ "ドメイン,期限\n例え.jp,2027\n", "csv | 2 xn--r8jz45g.jp" },
		/* A row without a name is told. */
		{ "x,domain\n1,a.com\n2,\n,\n3,c.com\n",
		  "csv | 2 a.com | 3 ?2, | 5 c.com" },
		/* Without titles the first, when nothing else is a name. */
		{ "a.com,active,2027-01-01\nb.com,parked,2028-01-01\n",
		  "csv | 1 a.com | 2 b.com" },
		/* Else nothing may be lost. */
		{ "a.com,b.com\nc.com,d.com\n",
		  "list | 1 a.com | 1 b.com | 2 c.com | 2 d.com" },
	};

	(void)state;
	run(cases, COUNT_OF(cases));
}

static void
a_zone_file_gives_the_names_that_zones_begin_with(void **state)
{
	static const struct text_case cases[] = {
		{ "$ORIGIN example.com.\n$TTL 1h\n"
		  "@ IN SOA ns1 hostmaster (\n 1 2\n 3 4 5 )\n"
		  " IN NS ns1\nwww IN A 192.0.2.1\n"
		  "$ORIGIN _tcp.example.com.\nx SRV 0 0 1 y\n",
		  "zone | 3 example.com" },
		/* As `dig axfr` prints it: twice. */
		{ "; <<>> dig\nexample.org.\t300\tIN\tSOA\ta. b. 1 2 3 4 5\n"
		  "mail.example.org. 300 IN A 192.0.2.1\n"
		  "example.org. 300 IN SOA a. b. 1 2 3 4 5\n",
		  "zone | 2 example.org" },
		{ "a.com. SOA x. y. 1 2 3 4 5\nb.com. IN 1w2d SOA x. y. 1\n",
		  "zone | 1 a.com | 2 b.com" },
		{ "$ORIGIN com.\nexample 60 IN SOA x. y. 1\n",
		  "zone | 2 example.com" },
		/* The name stands in the server's configuration only. */
		{ "$TTL 60\n@ SOA ns1.example.com. x. 1\n", "zone | 2 @@" },
		{ "example.com SOA x. y. 1\n", "zone | 1 example.com" },
		/* Without a SOA: the highest. */
		{ "$ORIGIN _tcp.example.com.\na A 192.0.2.1\n"
		  "$ORIGIN example.com.\n",
		  "zone | 3 example.com" },
		/* A text that speaks of a SOA, a parenthesis left open. */
		{ "$ORIGIN a.com.\n@ TXT \"x SOA y z\" ( \"t;\"\n b SOA\n"
		  "$ORIGIN b.com.\n@ SOA x y 1\n",
		  "zone | 5 b.com" },
		{ "$ORIGIN bl\xC3\xA5"
		  "b\xC3\xA6r.no.\n@ SOA x. y. 1\n",
		  "zone | 2 xn--blbr-roah.no" },
	};

	(void)state;
	run(cases, COUNT_OF(cases));
}

static void
more_than_is_asked_for_is_counted(void **state)
{
	(void)state;
	read_and_compare(S("a.com b.com c.com d.com"), 2,
			 "list | 1 a.com | 1 b.com | 2 more");
}

static void
many_names_are_kept(void **state)
{
	enum { MANY = 5000 };
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(1 << 20);
	SCOPED_NAMES names = { 0 };

	(void)state;
	for (int i = 0; i < MANY; i++)
		buf_addf(&text, "n%d.example\n", i);
	dnsname_names_read(buf_str(&text), MANY, mem, &names);
	assert_int_equal(names.n, MANY);
	assert_true(str_eq(names.at[MANY - 1].name, S("n4999.example")));
	assert_int_equal(names.at[MANY - 1].line, MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_however_it_is_separated),
		cmocka_unit_test(one_bad_line_takes_no_other_with_it),
		cmocka_unit_test(a_table_gives_the_column_of_names),
		cmocka_unit_test(
			a_zone_file_gives_the_names_that_zones_begin_with),
		cmocka_unit_test(more_than_is_asked_for_is_counted),
		cmocka_unit_test(many_names_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
