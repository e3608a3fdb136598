#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"
#include "seal/seal.h"

#include <string.h>
#include <time.h>

enum { MANY = 20000 };

/* ---- a zone of many names ---- */

static bool
each_of_many(void *ctx,
	     bool (*visit)(void *to, const struct str *labels, size_t n,
			   const struct dnswire_node *node),
	     void *to)
{
	static const struct dnswire_record text = {
		.type = DNSWIRE_TXT, .data = STR("v=STSv1; id=1;")
	};
	const struct dnswire_node node = { .at = &text, .n = 1 };

	(void)ctx;
	for (unsigned i = 0; i < MANY; i++) {
		SCOPED_BUF token = BUF(32);
		struct str labels[2] = { { 0 }, STR("s") };

		buf_addf(&token, "t%u", i);
		labels[0] = buf_str(&token);
		if (!visit(to, labels, 2, &node))
			return false;
	}
	return true;
}

/* ---- what is received ---- */

struct taker {
	size_t messages, records, soas, longest;
	size_t stop_at;  /* messages; 0: never */
	struct buf text; /* of all records; kept when it has a maximum */
	bool broken;
	ldns_rdf *mac;
};

static bool
take(void *ctx, struct str message)
{
	struct taker *t = ctx;
	const uint8_t *octets = (const uint8_t *)message.p;
	ldns_pkt *packet = NULL;
	const ldns_rr_list *answer;

	if (ldns_wire2pkt(&packet, octets, message.n) != LDNS_STATUS_OK) {
		t->broken = true;
		return false;
	}
	t->broken = t->broken ||
		    !ldns_pkt_tsig_verify_next(packet, octets, message.n,
					       LAB_KEY_NAME, LAB_SECRET, t->mac,
					       t->messages > 0);
	ldns_rdf_deep_free(t->mac);
	t->mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(packet), 3));
	answer = ldns_pkt_answer(packet);
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++)
		t->soas += ldns_rr_get_type(ldns_rr_list_rr(answer, i)) ==
			   LDNS_RR_TYPE_SOA;
	t->records += ldns_rr_list_rr_count(answer);
	if (t->text.max > 0) {
		SCOPED_BUF text = BUF(32 << 10);

		buf_addz(&t->text, lab_text(answer, &text));
	}
	t->messages++;
	t->longest = message.n > t->longest ? message.n : t->longest;
	ldns_pkt_free(packet);
	return t->messages != t->stop_at;
}

static int64_t
now(void)
{
	return time(NULL);
}

static bool
transfer(const struct dnswire_zone *zone, const struct lab_query *q,
	 struct taker *t)
{
	static struct lab_answer a;
	struct dnswire_transfer how = { .clock = now, .send = take, .ctx = t };
	uint8_t query[512], *octets = NULL;
	ldns_pkt *packet = NULL;
	size_t n;
	bool whole;

	assert_int_equal(ldns_wire2pkt(&packet, query, lab_write(q, query)),
			 LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt_tsig_sign(packet, LAB_KEY_NAME, LAB_SECRET,
					    300, "hmac-sha256.", NULL),
			 LDNS_STATUS_OK);
	t->mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(packet), 3));
	assert_int_equal(ldns_pkt2wire(&octets, packet, &n), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	lab_ask((struct str){ (const char *)octets, n }, true, &a);
	assert_int_equal(a.what, DNSWIRE_STREAM);
	how.query = (struct str){ (const char *)octets, n };
	how.chain = a.reply.chain;
	whole = dnswire_transfer(zone, &how);
	LDNS_FREE(octets);
	ldns_rdf_deep_free(t->mac);
	return whole;
}

static const struct lab_query axfr = { .name = "host.example",
				       .type = DNSWIRE_AXFR };

static void
a_small_zone_comes_in_one_message(void **state)
{
	static const char *const records[] = {
		"host.example. 300 IN SOA ns1.host.example. "
		"hostmaster.host.example. 7 3600 600 1209600 60",
		"host.example. 300 IN NS ns.other.test.",
		"host.example. 300 IN A 192.0.2.1",
		"ns1.host.example. 300 IN AAAA 2001:db8::35",
		"tok.p.host.example. 300 IN CAA 0 issue "
		"\"ca.test; accounturi=x\"",
		"tok.s.host.example. 300 IN TXT \"v=STSv1; id=1;\"",
		"mx.host.example. 300 IN MX 10 ns1.host.example.",
		"twice.host.example. 300 IN CNAME alias.host.example.",
		"a.b.c.d.host.example. 300 IN TXT \"v=STSv1; id=1;\"",
	};
	struct taker t = { .text = BUF(64 << 10) };

	(void)state;
	assert_true(transfer(lab_zone(), &axfr, &t));
	assert_false(t.broken);
	assert_int_equal(t.messages, 1);
	assert_int_equal(t.soas, 2);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		if (str_find(buf_str(&t.text), str_of(records[i])) == SIZE_MAX)
			fail_msg("%s", records[i]);
	buf_free(&t.text);
}

static void
a_large_zone_comes_in_many_each_signed(void **state)
{
	struct dnswire_zone zone = *lab_zone();
	struct taker t = { 0 };

	(void)state;
	zone.each = each_of_many;
	assert_true(transfer(&zone, &axfr, &t));
	assert_false(t.broken);
	assert_in_range(t.messages, 10, 100);
	assert_in_range(t.longest, 8 << 10, 20 << 10);
	/* SOA twice, and what the apex has. */
	assert_int_equal(t.records, MANY + 2 + 3);
	assert_int_equal(t.soas, 2);
}

static void
who_goes_away_ends_a_transfer(void **state)
{
	struct dnswire_zone zone = *lab_zone();
	struct taker t = { .stop_at = 3 };

	(void)state;
	zone.each = each_of_many;
	assert_false(transfer(&zone, &axfr, &t));
	assert_int_equal(t.messages, 3);
}

/* ---- changes ---- */

/* "host.example" with the SOA of `serial` in authority, signed. */
static enum dnswire_do
ask_for_changes(uint32_t serial, bool tcp, struct lab_answer *a)
{
	ldns_rr *rr = NULL;
	ldns_pkt *packet;
	uint8_t *octets = NULL;
	size_t n;
	SCOPED_BUF text = BUF(200);

	packet = ldns_pkt_query_new(ldns_dname_new_frm_str("host.example"),
				    LDNS_RR_TYPE_IXFR, LDNS_RR_CLASS_IN, 0);
	buf_addf(&text, "host.example. 300 IN SOA a. b. %u 1 1 1 1", serial);
	assert_int_equal(ldns_rr_new_frm_str(&rr, buf_c(&text), 0, NULL, NULL),
			 LDNS_STATUS_OK);
	(void)ldns_pkt_push_rr(packet, LDNS_SECTION_AUTHORITY, rr);
	assert_int_equal(ldns_pkt_tsig_sign(packet, LAB_KEY_NAME, LAB_SECRET,
					    300, "hmac-sha256.", NULL),
			 LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt2wire(&octets, packet, &n), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	lab_ask((struct str){ (const char *)octets, n }, tcp, a);
	LDNS_FREE(octets);
	return a->what;
}

static void
changes_are_the_whole_zone_or_nothing_new(void **state)
{
	static const struct {
		uint32_t serial;
		bool tcp;
		enum dnswire_do what;
	} table[] = {
		{ 6, true, DNSWIRE_STREAM },
		{ 7, true, DNSWIRE_SEND },
		{ 8, true, DNSWIRE_SEND },
		/* Serials go round: RFC 1982. */
		{ 4294967295U, true, DNSWIRE_STREAM },
		{ 7 + (1U << 31), true, DNSWIRE_STREAM },
		{ 6, false, DNSWIRE_SEND },
	};
	static struct lab_answer a;
	SCOPED_BUF text = BUF(4096);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		assert_int_equal(
			ask_for_changes(table[i].serial, table[i].tcp, &a),
			table[i].what);
		if (a.what == DNSWIRE_SEND)
			assert_string_equal(
				lab_text(ldns_pkt_answer(a.packet), &text),
				"host.example. 300 IN SOA ns1.host.example. "
				"hostmaster.host.example. 7 3600 600 1209600 "
				"60");
		lab_done(&a);
	}
}

static void
only_the_zone_itself_is_transferred(void **state)
{
	static const struct {
		const char *name;
		bool tcp;
		enum dnswire_rcode rcode;
	} table[] = { { "s.host.example", true, DNSWIRE_NOTAUTH },
		      { "other.test", true, DNSWIRE_REFUSED },
		      { "host.example", false, DNSWIRE_REFUSED } };
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct lab_query q = { .name = table[i].name,
					     .type = DNSWIRE_AXFR };
		uint8_t query[512], *octets = NULL;
		ldns_pkt *packet = NULL;
		size_t n = lab_write(&q, query);

		assert_int_equal(ldns_wire2pkt(&packet, query, n),
				 LDNS_STATUS_OK);
		assert_int_equal(ldns_pkt_tsig_sign(packet, LAB_KEY_NAME,
						    LAB_SECRET, 300,
						    "hmac-sha256.", NULL),
				 LDNS_STATUS_OK);
		assert_int_equal(ldns_pkt2wire(&octets, packet, &n),
				 LDNS_STATUS_OK);
		lab_ask((struct str){ (const char *)octets, n }, table[i].tcp,
			&a);
		assert_int_equal(a.what, DNSWIRE_SEND);
		assert_int_equal(a.reply.rcode, table[i].rcode);
		lab_done(&a);
		ldns_pkt_free(packet);
		LDNS_FREE(octets);
	}
}

/* ---- NOTIFY ---- */

static void
secondaries_are_told_the_serial(void **state)
{
	uint8_t octets[DNSWIRE_NOTIFY_MAX];
	SCOPED_BUF text = BUF(4096);

	(void)state;
	for (int with = 0; with < 2; with++) {
		size_t n =
			dnswire_notify(lab_zone(), 77, with ? lab_key() : NULL,
				       time(NULL), octets);
		ldns_pkt *packet = NULL;

		assert_int_equal(ldns_wire2pkt(&packet, octets, n),
				 LDNS_STATUS_OK);
		assert_int_equal(ldns_pkt_get_opcode(packet),
				 LDNS_PACKET_NOTIFY);
		assert_int_equal(ldns_pkt_id(packet), 77);
		assert_true(ldns_pkt_aa(packet));
		assert_false(ldns_pkt_qr(packet));
		assert_string_equal(lab_text(ldns_pkt_question(packet), &text),
				    "host.example. IN SOA");
		assert_string_equal(
			lab_text(ldns_pkt_answer(packet), &text),
			"host.example. 300 IN SOA ns1.host.example. "
			"hostmaster.host.example. 7 3600 600 1209600 60");
		if (with)
			assert_true(ldns_pkt_tsig_verify(packet, octets, n,
							 LAB_KEY_NAME,
							 LAB_SECRET, NULL));
		ldns_pkt_free(packet);
	}
}

static void
a_secondary_has_heard_when_it_says_so(void **state)
{
	static const struct {
		struct str octets;
		bool taken;
	} table[] = {
		{ STR("\0\115\244\0\0\0\0\0\0\0\0\0"), true },
		{ STR("\0\115\240\0"), true },
		{ STR("\0\116\244\0\0\0\0\0\0\0\0\0"), false }, /* other id */
		{ STR("\0\115\44\0\0\0\0\0\0\0\0\0"), false },  /* no answer */
		{ STR("\0\115\204\0\0\0\0\0\0\0\0\0"), false }, /* QUERY */
		{ STR("\0\115\244\5\0\0\0\0\0\0\0\0"), false }, /* REFUSED */
		{ STR("\0\115\244"), false },
		{ STR(""), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_int_equal(dnswire_notify_taken(table[i].octets, 77),
				 table[i].taken);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_zone_comes_in_one_message),
		cmocka_unit_test(a_large_zone_comes_in_many_each_signed),
		cmocka_unit_test(who_goes_away_ends_a_transfer),
		cmocka_unit_test(changes_are_the_whole_zone_or_nothing_new),
		cmocka_unit_test(only_the_zone_itself_is_transferred),
		cmocka_unit_test(secondaries_are_told_the_serial),
		cmocka_unit_test(a_secondary_has_heard_when_it_says_so),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
