#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lab.h"
#include "seal/seal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHA256 "hmac-sha256."
#define OTHER_SECRET "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgMTI="

enum { NOTAUTH = 9, BADSIG = 16, BADKEY = 17, BADTIME = 18, BADTRUNC = 22 };

struct signed_query {
	uint8_t *octets;
	size_t n;
	ldns_rdf *mac;
};

/* As ldns signs it. */
static struct signed_query
sign(const struct lab_query *q, const char *key, const char *secret,
     const char *algorithm)
{
	struct signed_query s = { 0 };
	uint8_t query[512];
	ldns_pkt *packet = NULL;

	assert_int_equal(ldns_wire2pkt(&packet, query, lab_write(q, query)),
			 LDNS_STATUS_OK);
	assert_int_equal(
		ldns_pkt_tsig_sign(packet, key, secret, 300, algorithm, NULL),
		LDNS_STATUS_OK);
	s.mac = ldns_rdf_clone(ldns_rr_rdf(ldns_pkt_tsig(packet), 3));
	assert_int_equal(ldns_pkt2wire(&s.octets, packet, &s.n),
			 LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	return s;
}

static void
forget(struct signed_query *s)
{
	LDNS_FREE(s->octets);
	ldns_rdf_deep_free(s->mac);
}

static void
ask(const struct signed_query *s, bool tcp, struct lab_answer *a)
{
	lab_ask((struct str){ (const char *)s->octets, s->n }, tcp, a);
}

static unsigned
error_of(const ldns_pkt *packet)
{
	const ldns_rr *tsig = ldns_pkt_tsig(packet);

	assert_non_null(tsig);
	return ldns_rdf2native_int16(ldns_rr_rdf(tsig, 5));
}

static size_t
mac_size(const ldns_pkt *packet)
{
	return ldns_rdf_size(ldns_rr_rdf(ldns_pkt_tsig(packet), 3)) - 2;
}

static const struct lab_query soa = { .name = "host.example",
				      .type = DNSWIRE_SOA,
				      .edns = 1232 };

static void
a_signed_question_gets_a_signed_answer(void **state)
{
	static struct lab_answer a;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct lab_query q = soa;
		struct signed_query s;

		q.edns = i & 1 ? 1232 : 0;
		q.name = i & 2 ? "nothing.host.example" : "Host.Example";
		s = sign(&q, LAB_KEY_NAME, LAB_SECRET, SHA256);
		ask(&s, i & 1, &a);
		assert_int_equal(ldns_pkt_get_rcode(a.packet), i & 2 ? 3 : 0);
		assert_int_equal(ldns_pkt_edns(a.packet), i & 1);
		assert_true(ldns_pkt_tsig_verify(a.packet, a.octets, a.reply.n,
						 LAB_KEY_NAME, LAB_SECRET,
						 s.mac));
		lab_done(&a);
		forget(&s);
	}
}

static void
wrong_keys_are_told_apart_and_never_served(void **state)
{
	static const struct {
		const char *key, *secret, *algorithm;
		unsigned error;
	} table[] = {
		{ LAB_KEY_NAME, OTHER_SECRET, SHA256, BADSIG },
		{ "other.keys.test", LAB_SECRET, SHA256, BADKEY },
		{ LAB_KEY_NAME, LAB_SECRET, "hmac-sha1.", BADKEY },
	};
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (int axfr = 0; axfr < 2; axfr++) {
			struct lab_query q = soa;
			struct signed_query s;

			q.type = axfr ? DNSWIRE_AXFR : DNSWIRE_SOA;
			s = sign(&q, table[i].key, table[i].secret,
				 table[i].algorithm);
			ask(&s, true, &a);
			assert_int_equal(a.what, DNSWIRE_SEND);
			assert_int_equal(ldns_pkt_get_rcode(a.packet), NOTAUTH);
			assert_int_equal(error_of(a.packet), table[i].error);
			assert_int_equal(mac_size(a.packet), 0);
			assert_int_equal(ldns_pkt_ancount(a.packet), 0);
			lab_done(&a);
			forget(&s);
		}
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Every octet is covered, but for the case of the names of key and
 * algorithm. */
static void
a_changed_octet_breaks_the_signature(void **state)
{
	enum { TSIG_AT = 12 + 18 + 11 }; /* header, question, OPT */
	struct signed_query s = sign(&soa, LAB_KEY_NAME, LAB_SECRET, SHA256);
	static struct lab_answer a;
	unsigned letters = 0;

	(void)state;
	for (size_t i = 2; i < s.n; i++) {
		s.octets[i] ^= 0x20;
		ask(&s, true, &a);
		if (a.reply.chain.key) {
			assert_true(i >= TSIG_AT && is_letter(s.octets[i]));
			letters++;
		}
		lab_done(&a);
		s.octets[i] ^= 0x20;
	}
	/* "xfrkeystest", "hmacsha". */
	assert_int_equal(letters, 11 + 7);
	forget(&s);
}

static void
ask_at(const struct signed_query *s, int64_t now, struct lab_answer *a)
{
	const struct dnswire_ask ask = { .query = { (const char *)s->octets,
						    s->n },
					 .tcp = true,
					 .now = now,
					 .keys = lab_key(),
					 .key_n = 1 };

	a->reply = (struct dnswire_reply){ .p = a->octets,
					   .room = DNSWIRE_TCP_MAX };
	a->what = dnswire_answer(lab_zone(), &ask, &a->reply);
	a->packet = NULL;
	assert_int_equal(ldns_wire2pkt(&a->packet, a->octets, a->reply.n),
			 LDNS_STATUS_OK);
}

static void
a_signature_counts_for_300_seconds(void **state)
{
	struct signed_query s = sign(&soa, LAB_KEY_NAME, LAB_SECRET, SHA256);
	int64_t now = time(NULL);
	static struct lab_answer a;

	(void)state;
	for (int side = -1; side <= 1; side += 2) {
		ask_at(&s, now + side * 290, &a);
		assert_int_equal(a.reply.rcode, 0);
		lab_done(&a);
		ask_at(&s, now + side * 310, &a);
		assert_int_equal(a.reply.rcode, DNSWIRE_NOTAUTH);
		assert_int_equal(error_of(a.packet), BADTIME);
		assert_int_equal(ldns_pkt_ancount(a.packet), 0);
		/* Signed, and with the time here: RFC 8945 section 5.2.3. */
		assert_int_equal(mac_size(a.packet), DNSWIRE_MAC);
		assert_true(ldns_pkt_tsig_verify(a.packet, a.octets, a.reply.n,
						 LAB_KEY_NAME, LAB_SECRET,
						 s.mac));
		lab_done(&a);
	}
	forget(&s);
}

/* Cuts the MAC to `keep` octets. */
static void
shorten(struct signed_query *s, size_t keep)
{
	/* Behind the MAC: identifier, error, length of other data. */
	uint8_t *mac = s->octets + s->n - 6 - DNSWIRE_MAC;
	size_t less = DNSWIRE_MAC - keep;
	/* Algorithm, time, fudge, MAC, and what is behind it. */
	size_t length = 13 + 8 + 2 + keep + 6;

	memmove(mac + keep, mac + DNSWIRE_MAC, 6);
	mac[-1] = (uint8_t)keep;
	mac[-2 - 8 - 13 - 1] = (uint8_t)length;
	s->n -= less;
}

static void
a_shortened_signature_is_none(void **state)
{
	static const struct {
		size_t keep;
		enum dnswire_rcode rcode;
	} table[] = { { 31, DNSWIRE_NOTAUTH },
		      { 16, DNSWIRE_NOTAUTH },
		      { 15, DNSWIRE_FORMERR },
		      { 0, DNSWIRE_FORMERR } };
	static struct lab_answer a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct signed_query s =
			sign(&soa, LAB_KEY_NAME, LAB_SECRET, SHA256);

		shorten(&s, table[i].keep);
		ask(&s, true, &a);
		assert_int_equal(a.reply.rcode, table[i].rcode);
		if (table[i].rcode == DNSWIRE_NOTAUTH)
			assert_int_equal(error_of(a.packet), BADTRUNC);
		lab_done(&a);
		forget(&s);
	}
}

static void
keys_are_read_as_tools_write_them(void **state)
{
	static const struct {
		const char *text;
		size_t n; /* 0: not a key */
	} table[] = {
		{ "xfr.test " LAB_SECRET, 32 },
		{ "  xfr.test.   " LAB_SECRET "\n", 32 },
		{ "hmac-sha256:xfr.test:" LAB_SECRET "\n", 32 },
		{ "HMAC-SHA256:xfr.test:QUJD", 3 },
		{ "xfr.test QUI=", 2 },
		{ "xfr.test QQ==", 1 },
		{ "", 0 },
		{ "xfr.test", 0 },
		{ "xfr.test ", 0 },
		{ "xfr.test Q", 0 },
		{ "xfr.test QU*D", 0 },
		{ "xfr..test QUJD", 0 },
		{ "hmac-sha1:xfr.test:QUJD", 0 },
		{ "hmac-sha256:xfr.test QUJD", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct dnswire_key key;
		bool good = dnswire_key_parse(str_of(table[i].text), &key);

		if (good != (table[i].n > 0))
			fail_msg("%s", table[i].text);
		if (good)
			assert_int_equal(key.n, table[i].n);
	}
}

static void
a_secret_of_64_octets_is_the_longest(void **state)
{
	struct dnswire_key key;

	(void)state;
	for (size_t n = 84; n <= 88; n += 4) {
		SCOPED_BUF text = BUF(200);

		buf_addz(&text, "xfr.test ");
		for (size_t i = 0; i < n; i++)
			buf_addc(&text, 'A');
		assert_int_equal(dnswire_key_parse(buf_str(&text), &key),
				 n == 84);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signed_question_gets_a_signed_answer),
		cmocka_unit_test(wrong_keys_are_told_apart_and_never_served),
		cmocka_unit_test(a_changed_octet_breaks_the_signature),
		cmocka_unit_test(a_signature_counts_for_300_seconds),
		cmocka_unit_test(a_shortened_signature_is_none),
		cmocka_unit_test(keys_are_read_as_tools_write_them),
		cmocka_unit_test(a_secret_of_64_octets_is_the_longest),
	};

	if (!seal_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
