#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "dane/dane.h"
#include "facts/facts.h"
#include "finding/finding.h"

#include "../mx/look.h"
#include "chain.h"

#include <openssl/evp.h>

/* What every server of a test sends, and at which stage it ends. */
static struct chain *chain, *second_chain;
static enum facts_stage stage;

static const char start[] = "example.com secure MX 10 mx.example.net\n"
			    "mx.example.net secure A 192.0.2.1\n";

static bool
answer(const struct facts_question *q, struct facts_mail *m)
{
	bool second = second_chain && !netaddr_is_v4(&q->address);

	m->stage = stage;
	m->tls.version = 0x0304;
	m->tls.cert = second ? second_chain->cert : chain->cert;
	return true;
}

static void
add_hex(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		buf_addf(out, "%02x", (unsigned char)bytes.p[i]);
}

/* The data of "usage selector match" for a certificate. */
static void
add_data(struct buf *out, const char *parameters, const struct facts_der *der)
{
	struct str bytes = parameters[1] == '0' ? der->cert : der->spki;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (parameters[2] != '0') {
		assert_true(EVP_Digest(bytes.p, bytes.n, digest, &n,
				       parameters[2] == '2' ? EVP_sha512()
							    : EVP_sha256(),
				       NULL));
		bytes = (struct str){ (const char *)digest, n };
	}
	add_hex(out, bytes);
}

/* Words such as "311": a record about the chain; "x311" about another key,
 * "y311" about the second chain, "c311" cut short. */
static void
add_records(struct buf *out, const char *words, bool secure)
{
	struct str rest = str_of(words), word;

	while (str_split(&rest, ' ', &word)) {
		const struct chain *of =
			word.p[0] == 'y' ? second_chain : chain;
		bool other = word.p[0] == 'x', cut = word.p[0] == 'c';
		const char *at = word.p + (word.p[0] > '9');

		buf_addf(out, "_25._tcp.mx.example.net %s TLSA %02d%02d%02d",
			 secure ? "secure" : "", at[0] - '0', at[1] - '0',
			 at[2] - '0');
		if (cut)
			buf_addz(out, "abcd");
		else if (other)
			for (int i = 0; i < 32; i++)
				buf_addz(out, "5a");
		else
			add_data(out, at,
				 at[0] == '2' || at[0] == '0' ? &of->issuer
							      : &of->sent[0]);
		buf_addc(out, '\n');
	}
}

static void
run(struct look *l, const char *world, const char *codes, bool failing)
{
	const struct facts_subject s = { .domain = STR("example.com") };
	const char *found;
	bool fails = !failing;

	look_begin(l, world);
	found = look_run(l, dane_check, &s, answer);
	if (strcmp(found, codes) != 0)
		fail_msg("%s\nexpected %s\nfound %s", world, codes, found);
	assert_true(dane_failing(l->f, s.domain, &fails));
	assert_int_equal(fails, failing);
}

static const struct chain_wish good = { .name = "mx.example.net",
					.from = LOOK_NOW - 1000,
					.to = LOOK_NOW + 1000 };

struct records_case {
	const char *records, *codes;
	bool failing;
};

static void
run_records(const struct records_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		SCOPED_BUF world = BUF(1 << 16);
		struct look l;

		buf_addz(&world, start);
		add_records(&world, c[i].records, true);
		run(&l, buf_c(&world), c[i].codes, c[i].failing);
		look_end(&l);
	}
}

static void
set_up(struct chain *made, const struct chain_wish *wish, struct arena *mem)
{
	chain_make(made, wish, mem);
	chain = made;
	second_chain = NULL;
	stage = FACTS_DONE;
}

static void
records_are_held_against_the_chain_that_was_sent(void **state)
{
	static const struct records_case cases[] = {
		{ "311 x311", "dane.ok", false },
		{ "311", "dane.ok dane.no_rollover", false },
		{ "311 211", "dane.ok", false },
		{ "211", "dane.ok", false },
		{ "312", "dane.ok dane.no_rollover", false },
		{ "301 x311", "dane.cert_selector dane.ok", false },
		{ "310 x311", "dane.full_data dane.ok", false },
		{ "200", "dane.full_data dane.ok", false },
		{ "x311", "dane.no_match", true },
		{ "x311 x211", "dane.no_match", true },
		{ "111", "dane.pkix_usage dane.unusable", false },
		{ "001 311 x311", "dane.pkix_usage dane.ok", false },
		{ "311 x311 c311", "dane.malformed dane.ok", false },
		{ "c311", "dane.malformed dane.unusable", false },
		{ "311 x311 x319", "dane.unknown_parameters dane.ok", false },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct chain made;

	(void)state;
	set_up(&made, &good, mem);
	run_records(cases, COUNT_OF(cases));
}

static void
only_usage_2_asks_for_names_and_dates(void **state)
{
	static const struct {
		struct chain_wish wish;
		struct records_case c;
	} cases[] = {
		{ { .name = "other.example", .to = LOOK_NOW - 1 },
		  { "311 x311", "dane.ok", false } },
		{ { .name = "other.example", .to = LOOK_NOW + 1 },
		  { "211", "dane.ta_name", true } },
		{ { .name = "example.com", .to = LOOK_NOW + 1 },
		  { "211", "dane.ok", false } },
		{ { .name = "*.example.net", .to = LOOK_NOW + 1 },
		  { "211", "dane.ok", false } },
		{ { .name = "mx.example.net", .to = LOOK_NOW - 1 },
		  { "211", "dane.ta_dates", true } },
		{ { .name = "mx.example.net",
		    .from = LOOK_NOW + 9,
		    .to = LOOK_NOW + 99 },
		  { "211", "dane.ta_dates", true } },
		{ { .name = "mx.example.net",
		    .to = LOOK_NOW + 1,
		    .forged = true },
		  { "211", "dane.ta_chain", true } },
		{ { .name = "mx.example.net",
		    .to = LOOK_NOW + 1,
		    .without_issuer = true },
		  { "211", "dane.no_match", true } },
		/* The whole issuer is in the record: nobody must send it. */
		{ { .name = "mx.example.net",
		    .to = LOOK_NOW + 1,
		    .without_issuer = true },
		  { "200", "dane.full_data dane.ok", false } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_ARENA mem = arena_new(1 << 20);
		struct chain made;

		set_up(&made, &cases[i].wish, mem);
		run_records(&cases[i].c, 1);
	}
}

static void
two_keys_in_use_are_no_rollover(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF world = BUF(1 << 16);
	struct chain first, second;
	struct look l;

	(void)state;
	set_up(&first, &good, mem);
	chain_make(&second, &good, mem);
	second_chain = &second;
	buf_addz(&world, start);
	buf_addz(&world, "mx.example.net secure AAAA 2001:db8::1\n");
	add_records(&world, "311 y311", true);
	run(&l, buf_c(&world), "dane.ok dane.no_rollover", false);
	look_end(&l);
	buf_clear(&world);
	buf_addz(&world, start);
	buf_addz(&world, "mx.example.net secure AAAA 2001:db8::1\n");
	add_records(&world, "311 x311", true);
	run(&l, buf_c(&world), "dane.no_match", true);
	assert_true(str_eq(look_place(&l, "dane.no_match", "detail"),
			   S("2001:db8::1")));
	look_end(&l);
}

static void
a_server_that_cannot_be_probed_is_neither_good_nor_bad(void **state)
{
	static const struct records_case c = { "311 x311", "dane.unprobed",
					       false };
	static const struct records_case none = { "311 x311", "dane.no_tls",
						  true };
	static const enum facts_stage silent[] = {
		FACTS_NOT_ALLOWED,  FACTS_UNREACHABLE, FACTS_CONN_REFUSED,
		FACTS_CONN_TIMEOUT, FACTS_PROTOCOL,
	};
	static const enum facts_stage plain[] = {
		FACTS_NO_STARTTLS,
		FACTS_TLS_FAILED,
		FACTS_TLS_TIMEOUT,
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct chain made;

	(void)state;
	set_up(&made, &good, mem);
	for (size_t i = 0; i < COUNT_OF(silent); i++) {
		stage = silent[i];
		run_records(&c, 1);
	}
	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		stage = plain[i];
		run_records(&none, 1);
	}
}

static void
the_state_of_dns_decides_whether_dane_counts(void **state)
{
	static const struct {
		const char *world, *records;
		bool secure;
		const char *codes;
		bool failing;
	} cases[] = {
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n",
		  "", true, "dane.none", false },
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n",
		  "311", false, "dane.unsigned", false },
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n",
		  "311", true, "dane.unsigned", false },
		{ "example.com MX 10 mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n",
		  "311 x311", true, "dane.ok dane.mx_insecure", false },
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n"
		  "_25._tcp.mx.example.net BOGUS TLSA\n",
		  "", true, "dane.bogus", true },
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n"
		  "_25._tcp.mx.example.net SERVFAIL TLSA\n",
		  "", true, "dane.no_answer", true },
		/* Nobody asks for TLSA where addresses are not signed. */
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net A 192.0.2.1\n"
		  "_25._tcp.mx.example.net SERVFAIL TLSA\n",
		  "", true, "dane.none", false },
		{ "example.com secure MX 10 mx.example.net\n"
		  "example.com secure MX 20 mx2.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n"
		  "mx2.example.net secure A 192.0.2.2\n",
		  "311 x311", true, "dane.ok dane.partial", false },
		{ "example.com secure MX 10 alias.example.net\n"
		  "alias.example.net secure CNAME mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n",
		  "311 x311", true, "dane.ok", false },
		{ "example.com SERVFAIL MX\n", "", true, "", false },
		{ "example.com MX 0 .\n", "", true, "", false },
		{ "example.com secure MX 10 gone.example.net\n", "", true, "",
		  false },
		{ "example.com secure MX 10 mx.example.net\n"
		  "mx.example.net secure A 192.0.2.1\n"
		  "_25._tcp.mx.example.net 86400 secure TLSA 030101"
		  "00000000000000000000000000000000"
		  "00000000000000000000000000000000\n",
		  "311", true, "dane.ok dane.ttl_high", false },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct chain made;

	(void)state;
	set_up(&made, &good, mem);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF world = BUF(1 << 16);
		struct look l;

		buf_addz(&world, cases[i].world);
		add_records(&world, cases[i].records, cases[i].secure);
		run(&l, buf_c(&world), cases[i].codes, cases[i].failing);
		look_end(&l);
	}
}

static void
without_a_trust_anchor_nothing_is_judged(void **state)
{
	static const struct facts_rr rr = {
		.data = STR("\3\1\1"
			    "0123456789abcdef0123456789abcdef")
	};
	const struct facts_dns unproven = {
		.name = STR("_25._tcp.mx.example.net"),
		.type = FACTS_TLSA,
		.unproven = true,
		.rr = &rr,
		.n = 1,
	};
	const struct facts_subject s = { .domain = STR("example.com") };
	struct look l;
	bool failing = true;

	(void)state;
	look_begin(&l, start);
	assert_true(facts_put_dns(l.f, &unproven));
	assert_string_equal(look_run(&l, dane_check, &s, answer),
			    "dane.unknown");
	assert_true(dane_failing(l.f, s.domain, &failing));
	assert_false(failing);
	look_end(&l);
}

static void
a_record_is_printed_as_a_zone_file_has_it(void **state)
{
	SCOPED_BUF out = BUF(256);
	struct dane_tlsa r;

	(void)state;
	assert_false(dane_parse(S("\3\1"), &r));
	assert_true(dane_parse(S("\3\1\1\xab\x0c"), &r));
	assert_int_equal(dane_use_of(&r), DANE_MALFORMED);
	assert_true(dane_print(&r, &out));
	assert_string_equal(buf_c(&out), "3 1 1 ab0c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			records_are_held_against_the_chain_that_was_sent),
		cmocka_unit_test(only_usage_2_asks_for_names_and_dates),
		cmocka_unit_test(two_keys_in_use_are_no_rollover),
		cmocka_unit_test(
			a_server_that_cannot_be_probed_is_neither_good_nor_bad),
		cmocka_unit_test(the_state_of_dns_decides_whether_dane_counts),
		cmocka_unit_test(without_a_trust_anchor_nothing_is_judged),
		cmocka_unit_test(a_record_is_printed_as_a_zone_file_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
