#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "generate/generate.h"

#include <string.h>

enum { MEMORY = 8 << 20, NOON = 1763812800 };

static const char rsa[] =
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzIXH4SI4yK+aheAe/gs2"
	"jnixnaDEWa94AgGNAmt+JGeSUveNENNJ3UfLQ9x/SxDzxys4iAdK+0kRZ+unwq9n"
	"FC9wmy062/79BEzXuDZRa6/yeXS2MCdxtVQ6b0Xt3gIz2UNfxu8KWwVyQ/N0Jjr+"
	"iHdS2IUKlT+qFXVHeMzBufFCwSAbHjpeYnzath4mtx8A7AEdmcE2eVtBiBbM1MUU"
	"S2BRySzlTAR82uqlBCqo1Ess8cQOR7Zc48E5iAmZrUNCQSyUFQEw6vrSa+iFvVgJ"
	"oWgPkMHIFWlcHOqMWQ7E6ncPnk52voWZjYf+DQ0+o9WbS13QBy0c2cunXUkxSFYU"
	"twIDAQAB";

static void
expect_made(const char *kind, const char *json, const char *name,
	    const char *value)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_JSON root = NULL;
	struct generate_wish w;
	struct generate_result r;
	enum generate_kind k;
	bool repaired;

	assert_true(generate_kind_find(str_of(kind), &k));
	assert_int_equal(json_parse(str_of(json),
				    (struct json_limits){ 1 << 16, 8 }, &root,
				    &repaired, NULL),
			 ERR_NONE);
	generate_wish_init(&w, k, mem);
	finding_list_init(&r.found, mem);
	generate_read_wish(&w, root, &r.found);
	assert_int_equal(r.found.n, 0);
	generate_make(&w, NOON, mem, &r);
	if (!value) {
		if (r.made || r.records.n > 0)
			fail_msg("%s was made", json);
		for (size_t i = 0; i < r.found.n; i++)
			if (strcmp(r.found.at[i].finding->code, name) == 0)
				return;
		fail_msg("%s: no %s but %s", json, name,
			 r.found.n ? r.found.at[0].finding->code : "nothing");
	}
	if (!r.made)
		fail_msg("%s: %s", json, r.found.at[0].finding->code);
	for (size_t i = 0; i < r.records.n; i++)
		if (str_eq(r.records.at[i].name, str_of(name)) &&
		    str_eq(r.records.at[i].value, str_of(value)))
			return;
	fail_msg("%s: %.*s", json, STR_ARG(r.records.at[0].value));
}

/* A NULL value: refused, with the code in place of the name. */
static const struct {
	const char *kind, *wish, *name, *value;
} wishes[] = {
	{ "dmarc", "{\"domain\":\"Example.COM.\",\"rua\":[\"d@example.com\"]}",
	  "_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:d@example.com" },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"policy\":\"quarantine\","
	  "\"testing\":true,\"dkim_alignment\":\"strict\"}",
	  "_dmarc.example.com",
	  "v=DMARC1; p=quarantine; np=reject; adkim=s; t=y" },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"policy\":\"reject\",\"fo\":"
	  "[\"1\",\"d\"],\"ruf\":\"mailto:f@example.com\"}",
	  "_dmarc.example.com",
	  "v=DMARC1; p=reject; fo=1:d; ruf=mailto:f@example.com" },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"rua\":[\"a,b!c;d@b\\u00fccher."
	  "example\"]}",
	  "_dmarc.example.com",
	  "v=DMARC1; p=none; rua=mailto:"
	  "a%2Cb%21c%3Bd@xn--bcher-kva.example" },
	{ "dmarc", "{\"domain\":\"example.com\"}", "dmarc.none_without_rua",
	  NULL },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"policy\":\"reject\","
	  "\"subdomains\":\"none\"}",
	  "dmarc.sp_weaker", NULL },
	{ "dmarc", "{\"domain\":\"example.com\",\"policy\":\"reject; x=y\"}",
	  "generate.bad_value", NULL },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"rua\":[\"https://a.example/"
	  "\"]}",
	  "generate.not_a_mailbox", NULL },
	{ "dmarc", "{\"domain\":\"com\"}", "generate.no_domain", NULL },
	{ "dmarc", "{\"domain\":\"example.com\",\"zone\":\"example.net\"}",
	  "generate.bad_zone", NULL },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"policy\":\"reject\",\"ttl\":5"
	  "}",
	  "generate.bad_ttl", NULL },
	{ "dmarc",
	  "{\"domain\":\"example.com\",\"policy\":\"reject\",\"psd\":"
	  "\"y\"}",
	  "dmarc.psd_not_suffix", NULL },
	{ "spf",
	  "{\"domain\":\"example.com\",\"send_mx\":true,\"ip\":[\"192."
	  "0.2.7\",\"2001:db8::/32\"],\"include\":[\"_SPF.example.net."
	  "\",\"include:_spf.example.net\"],\"all\":\"fail\"}",
	  "example.com",
	  "v=spf1 mx ip4:192.0.2.7 ip6:2001:db8::/32 "
	  "include:_spf.example.net -all" },
	{ "spf", "{\"domain\":\"example.com\",\"all\":\"fail\"}", "example.com",
	  "v=spf1 -all" },
	{ "spf",
	  "{\"domain\":\"example.com\",\"terms\":[\"redirect=a.example"
	  "\"]}",
	  "example.com", "v=spf1 redirect=a.example" },
	{ "spf", "{\"domain\":\"example.com\",\"terms\":[\"ptr\"]}",
	  "generate.spf_refused", NULL },
	{ "spf", "{\"domain\":\"example.com\",\"terms\":[\"a b\"]}",
	  "generate.spf_refused", NULL },
	{ "spf", "{\"domain\":\"example.com\",\"ip\":[\"0.0.0.0/0\"]}",
	  "generate.spf_refused", NULL },
	{ "spf", "{\"domain\":\"example.com\",\"ip\":[\"x\"]}",
	  "generate.bad_address", NULL },
	{ "mta-sts", "{\"domain\":\"example.com\",\"mx\":[\"MX.example.com\"]}",
	  "_mta-sts.example.com", "v=STSv1; id=20251122120000Z;" },
	{ "mta-sts",
	  "{\"domain\":\"example.com\",\"mx\":[\"mx.example.com\"],"
	  "\"alias\":\"web.example.net\",\"id\":\"a1\"}",
	  "mta-sts.example.com", "web.example.net" },
	{ "mta-sts",
	  "{\"domain\":\"example.com\",\"mx\":[\"mx.example.com\"],"
	  "\"addresses\":[\"2001:DB8::1\"]}",
	  "mta-sts.example.com", "2001:db8::1" },
	{ "mta-sts", "{\"domain\":\"example.com\",\"mode\":\"none\"}",
	  "_mta-sts.example.com", "v=STSv1; id=20251122120000Z;" },
	{ "mta-sts", "{\"domain\":\"example.com\"}", "generate.sts_no_mx",
	  NULL },
	{ "mta-sts",
	  "{\"domain\":\"example.com\",\"mode\":\"enforce\",\"mx\":[\""
	  "mx.example.com\"],\"max_age\":86400}",
	  "mtasts.maxage_short", NULL },
	{ "mta-sts",
	  "{\"domain\":\"example.com\",\"mx\":[\"mx.example.com\"],"
	  "\"max_age\":31557601}",
	  "generate.sts_age_long", NULL },
	{ "mta-sts", "{\"domain\":\"example.com\",\"mx\":[\"192.0.2.1\"]}",
	  "generate.sts_bad_policy", NULL },
	{ "mta-sts",
	  "{\"domain\":\"example.com\",\"mx\":[\"mx.example.com\"],"
	  "\"id\":\"a; b\"}",
	  "generate.sts_bad_id", NULL },
	{ "tls-rpt",
	  "{\"domain\":\"example.com\",\"rua\":[\"t@example.com\","
	  "\"https://r.example/a,b\"]}",
	  "_smtp._tls.example.com",
	  "v=TLSRPTv1; "
	  "rua=mailto:t@example.com,https://r.example/a%2Cb" },
	{ "tls-rpt", "{\"domain\":\"example.com\"}", "generate.no_rua", NULL },
	{ "tls-rpt",
	  "{\"domain\":\"example.com\",\"rua\":\"http://a.example/\"}",
	  "generate.bad_uri", NULL },
	{ "bimi",
	  "{\"domain\":\"example.com\",\"logo\":\"https://a.example/"
	  "l.svg\"}",
	  "default._bimi.example.com", "v=BIMI1; l=https://a.example/l.svg;" },
	{ "bimi", "{\"domain\":\"example.com\",\"decline\":true}",
	  "default._bimi.example.com", "v=BIMI1; l=; a=;" },
	{ "bimi", "{\"domain\":\"example.com\"}", "generate.no_logo", NULL },
	{ "bimi", "{\"domain\":\"example.com\",\"logo\":\"http://a/l.svg\"}",
	  "generate.refused", NULL },
	{ "dkim", "{\"domain\":\"example.com\",\"selector\":\"a b\"}",
	  "generate.bad_selector", NULL },
	{ "dkim",
	  "{\"domain\":\"example.com\",\"selector\":\"s1\","
	  "\"public_key\":\"AAAA\"}",
	  "generate.bad_key", NULL },
	{ "dkim",
	  "{\"domain\":\"example.com\",\"selector\":\"s1\","
	  "\"key_type\":\"ed25519\",\"public_key\":\"-----BEGIN PUBLIC "
	  "KEY-----\\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMl"
	  "rwIaaPcHURo=\\n-----END PUBLIC KEY-----\\n\"}",
	  "s1._domainkey.example.com",
	  "v=DKIM1; k=ed25519; "
	  "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" },
};

static void
wishes_become_records_or_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wishes); i++)
		expect_made(wishes[i].kind, wishes[i].wish, wishes[i].name,
			    wishes[i].value);
}

/* Text in, the record that its form makes out. */
static struct str
again(enum generate_kind kind, struct str text, struct arena *mem,
      struct finding_list *found)
{
	struct generate_wish w;
	struct generate_result r;

	generate_wish_init(&w, kind, mem);
	generate_set(&w, GENERATE_DOMAIN, S("example.com"));
	if (kind == GENERATE_DKIM)
		generate_set(&w, GENERATE_SELECTOR, S("s1"));
	if (!generate_parse(&w, text, found))
		return S("(not read)");
	generate_make(&w, NOON, mem, &r);
	if (!r.made)
		return str_of(r.found.at[0].finding->code);
	return kind == GENERATE_MTA_STS ? r.file[0].body
					: r.records.at[0].value;
}

static void
a_host_without_a_domain_is_warned_of(void **state)
{
	static const struct {
		const char *rua;
		bool warned;
	} table[] = {
		{ "d@mailhost", true },
		{ "mailto:d@localhost", true },
		{ "d@mail.example.com", false },
		{ "https://collector/x", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		struct generate_result r;
		struct generate_wish w;

		generate_wish_init(&w, GENERATE_TLS_RPT, mem);
		generate_set(&w, GENERATE_DOMAIN, S("example.com"));
		generate_add(&w, GENERATE_RUA, str_of(table[i].rua));
		generate_make(&w, 0, mem, &r);
		assert_true(r.made);
		assert_int_equal(
			!!finding_list_find(&r.found, "generate.single_label"),
			table[i].warned);
	}
}

static void
old_records_come_back_as_they_should_be(void **state)
{
	static const struct {
		enum generate_kind kind;
		const char *old, *new;
	} table[] = {
		{ GENERATE_DMARC,
		  "v=DMARC1; p=reject; pct=50; ri=3600; rua=a@example.com",
		  "v=DMARC1; p=reject; t=y; rua=mailto:a@example.com" },
		{ GENERATE_DMARC, "v=DMARC1; p=reject", "v=DMARC1; p=reject" },
		{ GENERATE_DMARC, "v=spf1 -all", "(not read)" },
		{ GENERATE_SPF, "v=spf1 a +mx ip4:192.0.2.0/24 ?all",
		  "v=spf1 mx a ip4:192.0.2.0/24 ~all" },
		{ GENERATE_SPF, "v=spf1 mx/24 exists:%{i}.a.example -all",
		  "v=spf1 mx/24 exists:%{i}.a.example -all" },
		{ GENERATE_SPF, "v=spf1 include:a.example -all ip4:192.0.2.1",
		  "v=spf1 include:a.example -all" },
		{ GENERATE_SPF, "v=spf1 ipv4:192.0.2.1 -all",
		  "generate.spf_refused" },
		{ GENERATE_TLS_RPT, "v=TLSRPTv1; rua=tls@example.com",
		  "v=TLSRPTv1; rua=mailto:tls@example.com" },
		{ GENERATE_BIMI, "v=BIMI1; l=https://a.example/l.svg",
		  "v=BIMI1; l=https://a.example/l.svg;" },
		{ GENERATE_MTA_STS,
		  "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: "
		  "mx.example.com\n",
		  "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\n"
		  "max_age: 604800\r\n" },
	};
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct finding_list found;

	(void)state;
	finding_list_init(&found, mem);
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct str got =
			again(table[i].kind, str_of(table[i].old), mem, &found);

		if (!str_eq(got, str_of(table[i].new)))
			fail_msg("%s: %.*s", table[i].old, STR_ARG(got));
	}
	assert_non_null(finding_list_find(&found, "dmarc.pct_partial"));
	assert_non_null(finding_list_find(&found, "generate.spf_term"));
	assert_non_null(finding_list_find(&found, "tlsrpt.rua_no_scheme"));
}

static void
several_spf_records_become_one(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	struct finding_list found;
	struct generate_wish w;
	struct generate_result r;
	SCOPED_BUF script = BUF(1 << 16);

	(void)state;
	finding_list_init(&found, mem);
	generate_wish_init(&w, GENERATE_SPF, mem);
	generate_set(&w, GENERATE_DOMAIN, S("example.com"));
	assert_true(
		generate_parse(&w, S("v=spf1 include:a.example -all"), &found));
	assert_true(generate_parse(&w, S("v=spf1 mx include:a.example ~all"),
				   &found));
	generate_add(&w, GENERATE_CURRENT, S("v=spf1 include:a.example -all"));
	generate_add(&w, GENERATE_CURRENT,
		     S("v=spf1 mx include:a.example ~all"));
	generate_make(&w, NOON, mem, &r);
	assert_true(r.made);
	assert_true(str_eq(r.records.at[0].value,
			   S("v=spf1 mx include:a.example ~all")));
	assert_non_null(finding_list_find(&r.found, "generate.spf_merged"));
	assert_true(records_print(&r.records, RECORDS_NSUPDATE, &script));
	assert_null(strstr(buf_c(&script), "prereq"));
	assert_non_null(strstr(buf_c(&script),
			       "update delete example.com. TXT "
			       "\"v=spf1 include:a.example -all\"\n"));
}

static void
a_policy_comes_with_its_file_servers_and_order(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_BUF step = BUF(4096);
	struct generate_wish w;
	struct generate_result r;
	size_t file = 0, txt = 0;

	(void)state;
	generate_wish_init(&w, GENERATE_MTA_STS, mem);
	generate_set(&w, GENERATE_DOMAIN, S("example.com"));
	generate_set(&w, GENERATE_MODE, S("enforce"));
	generate_add(&w, GENERATE_MX, S("*.mail.example.com"));
	generate_add(&w, GENERATE_MX, S("a.mail.example.com"));
	generate_add(&w, GENERATE_MX, S("mx.example.net"));
	generate_make(&w, NOON, mem, &r);
	assert_true(r.made);
	assert_true(str_eq(r.file[0].body,
			   S("version: STSv1\r\nmode: enforce\r\n"
			     "mx: *.mail.example.com\r\nmx: mx.example.net\r\n"
			     "max_age: 604800\r\n")));
	assert_true(str_eq(
		r.file[0].url,
		S("https://mta-sts.example.com/.well-known/mta-sts.txt")));
	assert_int_equal(r.files, 4);
	for (size_t i = 0; i < r.steps; i++) {
		file = strcmp(r.step[i], "generate.step.sts_file") ? file : i;
		txt = strcmp(r.step[i], "generate.step.sts_txt") ? txt : i;
	}
	assert_true(file < txt);
	generate_fill_step(&r, 0, FINDING_EN, &step);
	assert_non_null(strstr(buf_c(&step), "mta-sts.example.com"));
	assert_non_null(finding_list_find(&r.found, "generate.sts_next_month"));
	assert_non_null(finding_list_find(&r.found, "generate.sts_one_policy"));
}

static void
reports_elsewhere_need_consent(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	const struct finding_found *found;
	struct generate_wish w;
	struct generate_result r;

	(void)state;
	generate_wish_init(&w, GENERATE_DMARC, mem);
	generate_set(&w, GENERATE_DOMAIN, S("a.example.com"));
	generate_add(&w, GENERATE_RUA, S("d@example.com"));
	generate_add(&w, GENERATE_RUA, S("d@reports.example.net"));
	generate_make(&w, NOON, mem, &r);
	assert_true(r.made);
	assert_true(str_eq(r.records.zone, S("example.com")));
	found = finding_list_find(&r.found, "generate.consent");
	assert_non_null(found);
	assert_true(
		str_eq(found->record.name,
		       S("a.example.com._report._dmarc.reports.example.net")));
}

static void
a_wish_says_the_same_in_both_directions(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_BUF text = BUF(1 << 16);
	SCOPED_BUF second = BUF(1 << 16);
	SCOPED_JSON root = NULL;
	struct finding_list found;
	struct generate_wish w, back;
	bool repaired;
	struct json_out j = JSON_OUT(&text), k = JSON_OUT(&second);

	(void)state;
	finding_list_init(&found, mem);
	for (int kind = 0; kind < GENERATE_KINDS; kind++) {
		generate_wish_init(&w, (enum generate_kind)kind, mem);
		for (int f = 0; f < GENERATE_FIELDS; f++) {
			const struct generate_field_info *info =
				generate_field_info((enum generate_field)f);

			if ((info->kinds & 1u << kind) == 0)
				continue;
			generate_add(&w, (enum generate_field)f,
				     info->shape == GENERATE_YES ? S("yes")
				     : info->shape == GENERATE_NUMBER
					     ? S("77")
					     : S("x\"\\\n y"));
		}
		buf_clear(&text);
		buf_clear(&second);
		j = (struct json_out)JSON_OUT(&text);
		k = (struct json_out)JSON_OUT(&second);
		json_open_object(&j, NULL);
		generate_put_wish(&j, &w);
		json_close_object(&j);
		assert_int_equal(json_parse(buf_str(&text),
					    (struct json_limits){ 1 << 16, 8 },
					    &root, &repaired, NULL),
				 ERR_NONE);
		generate_wish_init(&back, (enum generate_kind)kind, mem);
		generate_read_wish(&back, json_get(root, "wish"), &found);
		json_open_object(&k, NULL);
		generate_put_wish(&k, &back);
		json_close_object(&k);
		assert_string_equal(buf_c(&text), buf_c(&second));
		json_free(root);
		root = NULL;
	}
	assert_int_equal(found.n, 0);
}

static void
a_strong_key_becomes_its_record_and_back(void **state)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_BUF text = BUF(4096);
	struct finding_list found;

	(void)state;
	finding_list_init(&found, mem);
	buf_addf(&text, "v=DKIM1; k=rsa; p=%s", rsa);
	assert_true(str_eq(again(GENERATE_DKIM, buf_str(&text), mem, &found),
			   buf_str(&text)));
	assert_int_equal(found.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_become_records_or_are_refused),
		cmocka_unit_test(a_host_without_a_domain_is_warned_of),
		cmocka_unit_test(old_records_come_back_as_they_should_be),
		cmocka_unit_test(several_spf_records_become_one),
		cmocka_unit_test(
			a_policy_comes_with_its_file_servers_and_order),
		cmocka_unit_test(reports_elsewhere_need_consent),
		cmocka_unit_test(a_wish_says_the_same_in_both_directions),
		cmocka_unit_test(a_strong_key_becomes_its_record_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
