#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "facts/facts.h"
#include "finding/finding.h"

#include "../mx/look.h"
#include "keys.h"

/* `record` with "%s" filled by `key`. */
static void
print(struct buf *out, const char *record, const char *key)
{
	struct str rest = str_of(record);
	size_t at = str_find(rest, S("%s"));

	buf_clear(out);
	buf_add(out, str_sub(rest, 0, at));
	if (at != SIZE_MAX) {
		buf_addz(out, key);
		buf_add(out, str_sub(rest, at + 2, SIZE_MAX));
	}
}

static void
every_fault_of_a_record_is_named(void **state)
{
	static const struct {
		const char *record, *key;
		enum dkimkey_fault fault;
	} cases[] = {
		{ "v=DKIM1; k=rsa; p=%s", rsa_2048, DKIMKEY_SOUND },
		{ "v=DKIM1;p=%s;", rsa_2048, DKIMKEY_SOUND },
		{ " v = DKIM1 ; x=1 ; p=%s", rsa_2048, DKIMKEY_SOUND },
		{ "p=%s", rsa_2048, DKIMKEY_SOUND },
		{ "v=DKIM1; k=ed25519; p=%s", ed25519, DKIMKEY_SOUND },
		{ "v=DKIM1; h=sha1:sha256; s=email:x; p=%s", rsa_2048,
		  DKIMKEY_SOUND },
		{ "v=spf1 -all", "", DKIMKEY_NOT_DKIM },
		{ "v=DMARC1; p=none", "", DKIMKEY_NOT_DKIM },
		{ "hello world", "", DKIMKEY_NOT_DKIM },
		{ "", "", DKIMKEY_NOT_DKIM },
		{ "v=DKIM1\\; p=%s", rsa_2048, DKIMKEY_ESCAPED },
		{ "v=DKIM1; k; p=%s", rsa_2048, DKIMKEY_SYNTAX },
		{ "v=DKIM1;; p=%s", rsa_2048, DKIMKEY_SYNTAX },
		{ "v=DKIM1; 1k=rsa; p=%s", rsa_2048, DKIMKEY_SYNTAX },
		{ "v=DKIM1; p=%s; p=", rsa_2048, DKIMKEY_SYNTAX },
		{ "v=DKIM1; n=\xc3\xa9; p=%s", rsa_2048, DKIMKEY_SYNTAX },
		{ "v=DKIM2; p=%s", rsa_2048, DKIMKEY_NOT_DKIM },
		{ "v=dkim1; p=%s", rsa_2048, DKIMKEY_VERSION },
		{ "k=rsa; v=DKIM1; p=%s", rsa_2048, DKIMKEY_VERSION },
		{ "v=DKIM1; k=rsa", "", DKIMKEY_NO_P },
		{ "v=DKIM1; p=", "", DKIMKEY_REVOKED },
		{ "v=DKIM1; k=RSA; p=%s", rsa_2048, DKIMKEY_KIND },
		{ "v=DKIM1; h=sha1; p=%s", rsa_2048, DKIMKEY_HASH },
		{ "v=DKIM1; s=tlsrpt; p=%s", rsa_2048, DKIMKEY_SERVICE },
		{ "v=DKIM1; p=%s!", rsa_2048, DKIMKEY_BAD_KEY },
		{ "v=DKIM1; p=%s", ec_256, DKIMKEY_BAD_KEY },
		{ "v=DKIM1; k=ed25519; p=%s", rsa_1024, DKIMKEY_BAD_KEY },
		{ "v=DKIM1; p=%s", ed25519, DKIMKEY_BAD_KEY },
		{ "v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "",
		  DKIMKEY_CUT },
		{ "v=DKIM1; k=ed25519; p=AAEC", "", DKIMKEY_CUT },
		{ "v=DKIM1; p=%s", even_exponent, DKIMKEY_BAD_EXPONENT },
	};
	SCOPED_BUF text = BUF(DKIMKEY_TEXT_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct dkimkey key;

		print(&text, cases[i].record, cases[i].key);
		dkimkey_parse(buf_str(&text), &key);
		if (key.fault != cases[i].fault)
			fail_msg("%s: %d", buf_c(&text), key.fault);
		if (key.fault != DKIMKEY_SOUND)
			assert_non_null(finding_find(
				str_of(dkimkey_fault_code(key.fault))));
	}
}

static void
sizes_and_flags_are_read(void **state)
{
	struct dkimkey key;
	SCOPED_BUF text = BUF(DKIMKEY_TEXT_MAX);

	(void)state;
	print(&text, "v=DKIM1; t=y:s; p=%s", bare_1024);
	dkimkey_parse(buf_str(&text), &key);
	assert_int_equal(key.fault, DKIMKEY_SOUND);
	assert_int_equal(key.kind, DKIMKEY_RSA);
	assert_int_equal(key.bits, 1024);
	assert_true(key.bare && key.testing && key.no_subdomain);
	print(&text, "v=DKIM1; k=ed25519; p=%s", ed25519);
	dkimkey_parse(buf_str(&text), &key);
	assert_int_equal(key.kind, DKIMKEY_ED25519);
	assert_int_equal(key.bits, 256);
	assert_false(key.bare || key.testing || key.no_subdomain);
}

static void
a_selector_gets_the_finding_of_its_key(void **state)
{
	static const struct {
		const char *world, *key, *codes;
	} cases[] = {
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", rsa_2048,
		  "dkim.key_ok" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", rsa_1024,
		  "dkim.weak" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", rsa_512,
		  "dkim.too_short" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", rsa_4608,
		  "dkim.too_long dkim.key_ok" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; t=y; p=%s\"",
		  rsa_2048, "dkim.testing dkim.key_ok" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; t=s; p=%s\"",
		  rsa_2048, "dkim.no_subdomains dkim.key_ok" },
		{ "a._domainkey.example.com TXT \"g=; p=%s\"", rsa_2048,
		  "dkim.obsolete_g dkim.no_version dkim.key_ok" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", bare_1024,
		  "dkim.weak dkim.bare_key" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"\n"
		  "a._domainkey.example.com TXT \"old\"",
		  rsa_2048, "dkim.multiple dkim.key_ok" },
		{ "a._domainkey.example.com CNAME a.example.net\n"
		  "a.example.net TXT \"v=DKIM1; p=%s\"",
		  rsa_2048, "dkim.key_ok" },
		{ "a._domainkey.example.com CNAME a.example.net", "",
		  "dkim.dangling" },
		{ "example.com TXT x", "", "dkim.no_key" },
		{ "a._domainkey.example.com SERVFAIL TXT", "", "dns.servfail" },
		{ "a._domainkey.example.com TIMEOUT TXT", "", "dns.timeout" },
		{ "a._domainkey.example.com BOGUS TXT", "",
		  "dns.dnssec_bogus" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=\"", "",
		  "dkim.revoked" },
		{ "a._domainkey.example.com TXT \"v=spf1 -all\"", "",
		  "dkim.not_dkim" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; h=sha1; p=%s\"",
		  rsa_2048, "dkim.sha1_only" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; s=tlsrpt; p=%s\"",
		  rsa_2048, "dkim.not_for_mail" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; k; p=%s\"", rsa_2048,
		  "dkim.syntax" },
		{ "a._domainkey.example.com TXT \"v=dkim1; p=%s\"", rsa_2048,
		  "dkim.version" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; k=dsa; p=%s\"",
		  rsa_2048, "dkim.key_type" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"", ec_256,
		  "dkim.bad_key" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; k=ed25519; p=AAEC\"",
		  "", "dkim.key_cut" },
		{ "a._domainkey.example.com TXT \"v=DKIM1; p=%s\"",
		  even_exponent, "dkim.bad_exponent" },
	};
	static const struct str selectors[] = { STR("a") };
	SCOPED_BUF world = BUF(DKIMKEY_TEXT_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct facts_subject s = { .domain = STR("example.com"),
						 .selectors = selectors,
						 .selectors_n = 1 };
		struct look l;
		const char *codes;

		print(&world, cases[i].world, cases[i].key);
		look_begin(&l, buf_c(&world));
		codes = look_run(&l, dkimkey_check, &s, NULL);
		if (strcmp(codes, cases[i].codes) != 0)
			fail_msg("%s\nfound %s", buf_c(&world), codes);
		look_end(&l);
	}
}

static void
common_selectors_count_only_when_they_have_a_key(void **state)
{
	static const struct look_case cases[] = {
		{ "example.com TXT x\n", "dkim.no_selector" },
		{ "x._domainkey.example.com TXT \"v=DKIM1; p=\"\n",
		  "dkim.no_selector" },
		{ "google._domainkey.example.com TXT \"v=DKIM1; p=\"\n", "" },
		{ "google._domainkey.example.com TXT \"v=DKIM1\"\n",
		  "dkim.no_p" },
		{ "k1._domainkey.example.com TXT \"v=spf1 -all\"\n"
		  "s1._domainkey.example.com TXT \"v=spf1 -all\"\n",
		  "dkim.wildcard" },
		{ "s1._domainkey.example.com TIMEOUT TXT\n", "dns.timeout" },
		{ "s1._domainkey.example.com TXT \"v=DKIM1; k=ed25519; "
		  "p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"\n",
		  "dkim.key_ok dkim.ed25519_only" },
	};

	(void)state;
	look_all(cases, COUNT_OF(cases), dkimkey_check);
}

static void
a_record_with_backslashes_is_given_back_repaired(void **state)
{
	static const struct str selectors[] = { STR("a") };
	const struct facts_subject s = { .domain = STR("example.com"),
					 .selectors = selectors,
					 .selectors_n = 1 };
	const struct finding_found *found;
	SCOPED_BUF world = BUF(DKIMKEY_TEXT_MAX);
	SCOPED_BUF want = BUF(DKIMKEY_TEXT_MAX);
	struct look l;

	(void)state;
	print(&world, "a._domainkey.example.com TXT \"v=DKIM1\\\\; p=%s\"",
	      rsa_2048);
	print(&want, "v=DKIM1; p=%s", rsa_2048);
	look_begin(&l, buf_c(&world));
	assert_string_equal(look_run(&l, dkimkey_check, &s, NULL),
			    "dkim.escaped");
	found = finding_list_find(&l.found, "dkim.escaped");
	assert_true(str_eq(found->record.value, buf_str(&want)));
	assert_true(str_eq(found->record.name, S("a._domainkey.example.com")));
	look_end(&l);
}

static void
one_selector_can_be_asked_alone(void **state)
{
	struct look l;

	(void)state;
	look_begin(&l, "b._domainkey.example.com TXT \"v=DKIM1; p=\"");
	finding_list_init(&l.found, l.mem);
	assert_true(dkimkey_check_one(l.f, S("example.com"), S("b"), &l.found));
	assert_int_equal(l.found.n, 1);
	assert_non_null(finding_list_find(&l.found, "dkim.revoked"));
	look_end(&l);
}

/* Joins what a zone file has in quotes. */
static void
join(struct str zone, struct buf *out)
{
	bool inside = false;
	size_t length = 0;

	for (size_t i = 0; i < zone.n; i++) {
		if (zone.p[i] == '"') {
			inside = !inside;
			length = 0;
		} else if (inside) {
			assert_true(++length <= 255);
			buf_addc(out, zone.p[i]);
		}
	}
	assert_false(inside);
}

static void
new_keys_read_back_without_a_fault(void **state)
{
	static const struct {
		enum dkimkey_kind kind;
		unsigned bits;
	} cases[] = { { DKIMKEY_RSA, 2048 }, { DKIMKEY_ED25519, 256 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		SCOPED_BUF zone = BUF(4096), back = BUF(4096);
		struct dkimkey_pair pair;
		struct dkimkey key;
		struct str secret;

		assert_int_equal(
			dkimkey_generate(cases[i].kind, mem, &pair, NULL),
			ERR_NONE);
		dkimkey_parse(pair.record, &key);
		assert_int_equal(key.fault, DKIMKEY_SOUND);
		assert_int_equal(key.kind, cases[i].kind);
		assert_int_equal(key.bits, cases[i].bits);
		assert_false(key.bare);
		assert_true(str_starts(pair.private_pem,
				       S("-----BEGIN PRIVATE KEY-----\n")));
		assert_true(dkimkey_print_zone(pair.record, &zone));
		join(buf_str(&zone), &back);
		assert_true(str_eq(buf_str(&back), pair.record));
		secret = pair.private_pem;
		dkimkey_wipe(&pair);
		assert_null(pair.private_pem.p);
		for (size_t k = 0; k < secret.n; k++)
			assert_int_equal(secret.p[k], 0);
	}
}

static void
an_unknown_kind_of_key_is_not_made(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	struct dkimkey_pair pair;
	struct diag why = { 0 };

	(void)state;
	assert_int_equal(dkimkey_generate(DKIMKEY_OTHER, mem, &pair, &why),
			 ERR_IO);
	assert_string_equal(why.code, "dkim.generate_failed");
	assert_null(pair.private_pem.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_of_a_record_is_named),
		cmocka_unit_test(sizes_and_flags_are_read),
		cmocka_unit_test(a_selector_gets_the_finding_of_its_key),
		cmocka_unit_test(
			common_selectors_count_only_when_they_have_a_key),
		cmocka_unit_test(
			a_record_with_backslashes_is_given_back_repaired),
		cmocka_unit_test(one_selector_can_be_asked_alone),
		cmocka_unit_test(new_keys_read_back_without_a_fault),
		cmocka_unit_test(an_unknown_kind_of_key_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
