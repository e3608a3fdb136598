#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"

#include <string.h>

#define SOA                                                                    \
	" IN SOA ns1.host.example. hostmaster.host.example. 7 3600 600 "       \
	"1209600 60"
#define NEGATIVE "host.example. 60" SOA

enum { DS = 43, DNSKEY = 48, HTTPS = 65, TLSA = 52, SPF = 99, MAILB = 253 };

static const struct {
	const char *name;
	unsigned type;
	enum dnswire_rcode rcode;
	const char *answer, *authority;
} table[] = {
	/* What is there. */
	{ "host.example", DNSWIRE_SOA, 0, "host.example. 300" SOA, "" },
	{ "host.example", DNSWIRE_NS, 0,
	  "host.example. 300 IN NS ns1.host.example.; "
	  "host.example. 300 IN NS ns.other.test.",
	  "" },
	{ "ns1.host.example", DNSWIRE_A, 0,
	  "ns1.host.example. 300 IN A 192.0.2.53", "" },
	{ "ns1.host.example", DNSWIRE_AAAA, 0,
	  "ns1.host.example. 300 IN AAAA 2001:db8::35", "" },
	{ "tok.p.host.example", DNSWIRE_A, 0,
	  "tok.p.host.example. 300 IN A 192.0.2.80; "
	  "tok.p.host.example. 300 IN A 192.0.2.81",
	  "" },
	{ "tok.p.host.example", DNSWIRE_CAA, 0,
	  "tok.p.host.example. 300 IN CAA 0 issue \"ca.test; accounturi=x\"",
	  "" },
	{ "tok.s.host.example", DNSWIRE_TXT, 0,
	  "tok.s.host.example. 300 IN TXT \"v=STSv1; id=1;\"", "" },
	{ "empty.s.host.example", DNSWIRE_TXT, 0,
	  "empty.s.host.example. 300 IN TXT \"\"", "" },
	{ "mx.host.example", DNSWIRE_MX, 0,
	  "mx.host.example. 300 IN MX 10 ns1.host.example.", "" },
	/* The name is there, the type is not: RFC 2308. */
	{ "tok.s.host.example", DNSWIRE_A, 0, "", NEGATIVE },
	{ "tok.p.host.example", DNSWIRE_TXT, 0, "", NEGATIVE },
	{ "host.example", DS, 0, "", NEGATIVE },
	{ "host.example", DNSKEY, 0, "", NEGATIVE },
	{ "tok.p.host.example", TLSA, 0, "", NEGATIVE },
	{ "tok.p.host.example", HTTPS, 0, "", NEGATIVE },
	{ "tok.s.host.example", SPF, 0, "", NEGATIVE },
	{ "tok.s.host.example", MAILB, 0, "", NEGATIVE },
	{ "tok.s.host.example", 65400, 0, "", NEGATIVE },
	{ "tok.s.host.example", 0, 0, "", NEGATIVE },
	{ "tok.s.host.example", DNSWIRE_SOA, 0, "", NEGATIVE },
	/* Nothing of its own, but something below: RFC 8020, 4592. */
	{ "p.host.example", DNSWIRE_A, 0, "", NEGATIVE },
	{ "s.host.example", DNSWIRE_TXT, 0, "", NEGATIVE },
	{ "d.host.example", DNSWIRE_TXT, 0, "", NEGATIVE },
	{ "b.c.d.host.example", DNSWIRE_TXT, 0, "", NEGATIVE },
	{ "p.host.example", DNSWIRE_ANY, 0, "", NEGATIVE },
	/* Nothing there, nothing below. */
	{ "nothing.host.example", DNSWIRE_A, 3, "", NEGATIVE },
	{ "x.tok.s.host.example", DNSWIRE_TXT, 3, "", NEGATIVE },
	{ "tok.host.example", DNSWIRE_A, 3, "", NEGATIVE },
	{ "nothing.host.example", DNSWIRE_ANY, 3, "", NEGATIVE },
	/* Somebody else's. */
	{ "example", DNSWIRE_SOA, 5, "", "" },
	{ ".", DNSWIRE_NS, 5, "", "" },
	{ "other.test", DNSWIRE_A, 5, "", "" },
	{ "xhost.example", DNSWIRE_A, 5, "", "" },
	{ "host.example.com", DNSWIRE_A, 5, "", "" },
	/* RFC 8482. */
	{ "tok.p.host.example", DNSWIRE_ANY, 0,
	  "tok.p.host.example. 300 IN HINFO \"RFC8482\" \"\"", "" },
	{ "host.example", DNSWIRE_ANY, 0,
	  "host.example. 300 IN HINFO \"RFC8482\" \"\"", "" },
	/* Aliases are followed inside of the zone. */
	{ "alias.host.example", DNSWIRE_CAA, 0,
	  "alias.host.example. 300 IN CNAME tok.p.host.example.; "
	  "tok.p.host.example. 300 IN CAA 0 issue \"ca.test; accounturi=x\"",
	  "" },
	{ "twice.host.example", DNSWIRE_TXT, 0,
	  "twice.host.example. 300 IN CNAME alias.host.example.; "
	  "alias.host.example. 300 IN CNAME tok.p.host.example.",
	  NEGATIVE },
	{ "alias.host.example", DNSWIRE_CNAME, 0,
	  "alias.host.example. 300 IN CNAME tok.p.host.example.", "" },
	{ "leaves.host.example", DNSWIRE_A, 0,
	  "leaves.host.example. 300 IN CNAME there.other.test.", "" },
	{ "dangling.host.example", DNSWIRE_A, 3,
	  "dangling.host.example. 300 IN CNAME nothing.host.example.",
	  NEGATIVE },
	/* Transfers without a key. */
	{ "host.example", DNSWIRE_AXFR, 5, "", "" },
	{ "host.example", DNSWIRE_IXFR, 5, "", "" },
};

static void
every_name_and_type_has_its_answer(void **state)
{
	static struct lab_answer a;
	SCOPED_BUF text = BUF(8192);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (int tcp = 0; tcp < 2; tcp++) {
			const struct lab_query q = { .name = table[i].name,
						     .type = table[i].type };

			lab_ask_for(&q, tcp, &a);
			assert_int_equal(a.what, DNSWIRE_SEND);
			assert_int_equal(ldns_pkt_get_rcode(a.packet),
					 table[i].rcode);
			assert_string_equal(
				lab_text(ldns_pkt_answer(a.packet), &text),
				table[i].answer);
			assert_string_equal(
				lab_text(ldns_pkt_authority(a.packet), &text),
				table[i].authority);
			/* Nothing that was not asked for. */
			assert_int_equal(ldns_pkt_arcount(a.packet), 0);
			assert_int_equal(ldns_pkt_aa(a.packet),
					 table[i].rcode != DNSWIRE_REFUSED);
			assert_false(ldns_pkt_ra(a.packet));
			assert_false(ldns_pkt_edns(a.packet));
			lab_done(&a);
		}
}

static void
the_case_of_a_question_comes_back(void **state)
{
	const struct lab_query q = { .name = "ToK.S.hOsT.eXaMpLe",
				     .type = DNSWIRE_TXT,
				     .flags = 0x0100 };
	static struct lab_answer a;
	uint8_t query[512];
	size_t n = lab_write(&q, query);

	(void)state;
	lab_ask((struct str){ (const char *)query, n }, false, &a);
	assert_int_equal(ldns_pkt_ancount(a.packet), 1);
	assert_memory_equal(a.octets, query, 2);
	assert_memory_equal(a.octets + 12, query + 12, n - 12);
	/* The wish for recursion comes back, recursion is not offered. */
	assert_true(ldns_pkt_rd(a.packet));
	assert_false(ldns_pkt_ra(a.packet));
	lab_done(&a);
}

static void
other_classes_are_refused(void **state)
{
	static const unsigned classes[] = { 3, 4, 254, 255, 2 };
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		const struct lab_query q = { .name = i == 0 ? "version.bind"
							    : "host.example",
					     .type = DNSWIRE_TXT,
					     .class = classes[i] };

		lab_ask_for(&q, false, &a);
		assert_int_equal(ldns_pkt_get_rcode(a.packet), DNSWIRE_REFUSED);
		assert_false(ldns_pkt_aa(a.packet));
		lab_done(&a);
	}
}

static void
other_operations_are_not_done(void **state)
{
	static struct lab_answer a;

	(void)state;
	for (unsigned opcode = 1; opcode < 16; opcode++) {
		const struct lab_query q = { .name = "host.example",
					     .type = DNSWIRE_SOA,
					     .flags = opcode << 11 };

		lab_ask_for(&q, true, &a);
		assert_int_equal(ldns_pkt_get_opcode(a.packet), opcode);
		assert_int_equal(ldns_pkt_get_rcode(a.packet),
				 opcode == 5 ? DNSWIRE_REFUSED
					     : DNSWIRE_NOTIMP);
		lab_done(&a);
	}
}

static void
edns_is_answered_when_it_is_spoken(void **state)
{
	const struct lab_query q = { .name = "tok.s.host.example",
				     .type = DNSWIRE_TXT,
				     .edns = 4096,
				     .dnssec = true };
	static struct lab_answer a;

	(void)state;
	lab_ask_for(&q, false, &a);
	assert_true(ldns_pkt_edns(a.packet));
	assert_int_equal(ldns_pkt_edns_udp_size(a.packet), DNSWIRE_UDP_MAX);
	assert_int_equal(ldns_pkt_edns_version(a.packet), 0);
	assert_int_equal(ldns_pkt_edns_extended_rcode(a.packet), 0);
	assert_true(ldns_pkt_edns_do(a.packet));
	assert_int_equal(ldns_pkt_ancount(a.packet), 1);
	lab_done(&a);
}

static void
another_version_of_edns_is_told_ours(void **state)
{
	const struct lab_query q = { .name = "tok.s.host.example",
				     .type = DNSWIRE_TXT,
				     .edns = 1232,
				     .version = 1 };
	static struct lab_answer a;

	(void)state;
	lab_ask_for(&q, false, &a);
	assert_true(ldns_pkt_edns(a.packet));
	assert_int_equal(ldns_pkt_get_rcode(a.packet), 0);
	assert_int_equal(ldns_pkt_edns_extended_rcode(a.packet), 1);
	assert_int_equal(ldns_pkt_edns_version(a.packet), 0);
	assert_int_equal(ldns_pkt_ancount(a.packet), 0);
	assert_int_equal(a.reply.rcode, DNSWIRE_BADVERS);
	lab_done(&a);
}

static void
what_does_not_fit_is_asked_for_by_tcp(void **state)
{
	static const struct {
		const char *name;
		unsigned edns;
		bool cut;
	} sizes[] = {
		{ "long.s.host.example", 0, true },
		{ "long.s.host.example", 65535, true },
		{ "split.s.host.example", 0, false },
		{ "split.s.host.example", 100, false }, /* counts as 512 */
		{ "tok.p.host.example", 512, false },
	};
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		struct lab_query q = { .name = sizes[i].name,
				       .type = DNSWIRE_TXT,
				       .edns = sizes[i].edns };

		lab_ask_for(&q, false, &a);
		assert_int_equal(ldns_pkt_tc(a.packet), sizes[i].cut);
		assert_int_equal(a.reply.cut, sizes[i].cut);
		assert_int_equal(ldns_pkt_edns(a.packet), sizes[i].edns != 0);
		if (sizes[i].cut) {
			assert_int_equal(ldns_pkt_ancount(a.packet), 0);
			assert_int_equal(ldns_pkt_nscount(a.packet), 0);
		}
		lab_done(&a);
		lab_ask_for(&q, true, &a);
		assert_false(ldns_pkt_tc(a.packet));
		lab_done(&a);
	}
}

static void
texts_are_split_at_255_octets(void **state)
{
	static const struct {
		const char *name;
		size_t total, strings;
	} texts[] = { { "exact.s.host.example", 255, 1 },
		      { "split.s.host.example", 300, 2 },
		      { "long.s.host.example", LAB_LONG, 12 } };
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct lab_query q = { .name = texts[i].name,
					     .type = DNSWIRE_TXT };
		const ldns_rr *rr;
		size_t total = 0;

		lab_ask_for(&q, true, &a);
		rr = ldns_rr_list_rr(ldns_pkt_answer(a.packet), 0);
		assert_int_equal(ldns_rr_rd_count(rr), texts[i].strings);
		for (size_t k = 0; k < ldns_rr_rd_count(rr); k++)
			total += ldns_rdf_size(ldns_rr_rdf(rr, k)) - 1;
		assert_int_equal(total, texts[i].total);
		lab_done(&a);
	}
}

static void
a_circle_of_aliases_ends(void **state)
{
	const struct lab_query q = { .name = "circle.host.example",
				     .type = DNSWIRE_A };
	static struct lab_answer a;

	(void)state;
	lab_ask_for(&q, false, &a);
	assert_in_range(ldns_pkt_ancount(a.packet), 1, 8);
	lab_done(&a);
}

static void
answers_can_be_cut_afterwards(void **state)
{
	const struct lab_query plain = { .name = "tok.s.host.example",
					 .type = DNSWIRE_TXT };
	static struct lab_answer a;

	(void)state;
	for (unsigned edns = 0; edns <= 1232; edns += 1232) {
		struct lab_query q = plain;
		ldns_pkt *cut = NULL;

		q.edns = edns;
		lab_ask_for(&q, false, &a);
		dnswire_cut(&a.reply);
		assert_int_equal(ldns_wire2pkt(&cut, a.octets, a.reply.n),
				 LDNS_STATUS_OK);
		assert_true(ldns_pkt_tc(cut));
		assert_int_equal(ldns_pkt_ancount(cut), 0);
		assert_int_equal(ldns_pkt_edns(cut), edns != 0);
		ldns_pkt_free(cut);
		lab_done(&a);
	}
}

static uint64_t
account_of(const char *name, unsigned type)
{
	const struct lab_query q = { .name = name, .type = type };
	static struct lab_answer a;

	lab_ask_for(&q, false, &a);
	lab_done(&a);
	return a.reply.account;
}

static void
limits_count_what_is_the_same_answer(void **state)
{
	(void)state;
	assert_int_equal(account_of("a.host.example", DNSWIRE_A),
			 account_of("b.x.host.example", DNSWIRE_TXT));
	assert_int_equal(account_of("p.host.example", DNSWIRE_A),
			 account_of("p.host.example", DNSWIRE_TXT));
	assert_int_equal(account_of("TOK.p.host.example", DNSWIRE_A),
			 account_of("tok.p.host.example", DNSWIRE_A));
	assert_int_not_equal(account_of("tok.p.host.example", DNSWIRE_A),
			     account_of("tok.p.host.example", DNSWIRE_CAA));
	assert_int_not_equal(account_of("tok.p.host.example", DNSWIRE_A),
			     account_of("tok.s.host.example", DNSWIRE_TXT));
	assert_int_equal(account_of("one.test", DNSWIRE_A),
			 account_of("two.test", DNSWIRE_A));
}

static void
without_a_zone_everything_is_refused(void **state)
{
	const struct dnswire_zone none = { .serial = 1 };
	const struct lab_query q = { .name = "host.example",
				     .type = DNSWIRE_SOA };
	uint8_t query[512], answer[DNSWIRE_UDP_MAX];
	struct dnswire_reply reply = { .p = answer, .room = sizeof answer };
	const struct dnswire_ask ask = { .query = { (const char *)query,
						    lab_write(&q, query) } };

	(void)state;
	assert_int_equal(dnswire_answer(&none, &ask, &reply), DNSWIRE_SEND);
	assert_int_equal(reply.rcode, DNSWIRE_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_and_type_has_its_answer),
		cmocka_unit_test(the_case_of_a_question_comes_back),
		cmocka_unit_test(other_classes_are_refused),
		cmocka_unit_test(other_operations_are_not_done),
		cmocka_unit_test(edns_is_answered_when_it_is_spoken),
		cmocka_unit_test(another_version_of_edns_is_told_ours),
		cmocka_unit_test(what_does_not_fit_is_asked_for_by_tcp),
		cmocka_unit_test(texts_are_split_at_255_octets),
		cmocka_unit_test(a_circle_of_aliases_ends),
		cmocka_unit_test(answers_can_be_cut_afterwards),
		cmocka_unit_test(limits_count_what_is_the_same_answer),
		cmocka_unit_test(without_a_zone_everything_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
