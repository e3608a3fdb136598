#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "seal/seal.h"

#include <string.h>
#include <time.h>

/* FIPS 180-2 appendix B.1: SHA-256 of "abc". */
static const uint8_t abc[SEAL_HASH_BYTES] = {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};

static int
start(void **state)
{
	(void)state;
	return seal_init() ? 0 : -1;
}

static void
hashing_in_pieces_equals_hashing_at_once(void **state)
{
	struct seal_hash *h = seal_hash_new();
	uint8_t pieces[SEAL_HASH_BYTES], whole[SEAL_HASH_BYTES];

	(void)state;
	seal_hash_add(h, S("a"));
	seal_hash_add(h, (struct str){ NULL, 0 });
	seal_hash_add(h, S("bc"));
	seal_hash_end(h, pieces);
	seal_hash_of(S("abc"), whole);
	assert_memory_equal(whole, abc, sizeof abc);
	assert_memory_equal(pieces, abc, sizeof abc);
}

static void
a_box_opens_with_its_key_only(void **state)
{
	SCOPED_BUF box = BUF(1000);
	SCOPED_BUF plain = BUF(1000);
	uint8_t key[SEAL_KEY_BYTES], other[SEAL_KEY_BYTES];

	(void)state;
	seal_key_make(key);
	seal_key_make(other);
	assert_memory_not_equal(key, other, sizeof key);
	assert_true(seal_close(key, S("alice@example.com"), &box));
	assert_true(str_find(buf_str(&box), S("alice")) == SIZE_MAX);
	assert_false(seal_open(other, buf_str(&box), &plain));
	assert_int_equal(plain.n, 0);
	assert_true(seal_open(key, buf_str(&box), &plain));
	assert_true(str_eq(buf_str(&plain), S("alice@example.com")));
}

static void
a_changed_or_cut_box_stays_closed(void **state)
{
	SCOPED_BUF box = BUF(1000);
	SCOPED_BUF plain = BUF(1000);
	uint8_t key[SEAL_KEY_BYTES];

	(void)state;
	seal_key_make(key);
	assert_true(seal_close(key, S("secret"), &box));
	for (size_t i = 0; i < box.n; i++) {
		box.p[i] = (char)(box.p[i] ^ 1);
		assert_false(seal_open(key, buf_str(&box), &plain));
		box.p[i] = (char)(box.p[i] ^ 1);
		assert_false(
			seal_open(key, str_sub(buf_str(&box), 0, i), &plain));
	}
	assert_int_equal(plain.n, 0);
	assert_true(seal_open(key, buf_str(&box), &plain));
}

static void
equal_texts_give_different_boxes_of_equal_length(void **state)
{
	SCOPED_BUF one = BUF(1000);
	SCOPED_BUF two = BUF(1000);
	uint8_t key[SEAL_KEY_BYTES];

	(void)state;
	seal_key_make(key);
	assert_true(seal_close(key, S(""), &one));
	assert_true(seal_close(key, S(""), &two));
	assert_int_equal(one.n, two.n);
	assert_memory_not_equal(one.p, two.p, one.n);
	assert_true(seal_open(key, buf_str(&one), &two));
}

static void
a_full_buffer_is_told(void **state)
{
	SCOPED_BUF small = BUF(10);
	SCOPED_BUF box = BUF(1000);
	uint8_t key[SEAL_KEY_BYTES];

	(void)state;
	seal_key_make(key);
	assert_false(seal_close(key, S("eleven byte"), &small));
	assert_true(seal_close(key, S("eleven byte"), &box));
	assert_false(seal_open(key, buf_str(&box), &small));
}

static void
wiping_leaves_zeros(void **state)
{
	static const uint8_t zero[16];
	uint8_t bytes[16];

	(void)state;
	seal_random(bytes, sizeof bytes);
	assert_memory_not_equal(bytes, zero, sizeof bytes);
	seal_wipe(bytes, sizeof bytes);
	assert_memory_equal(bytes, zero, sizeof bytes);
}

static void
a_password_fits_its_own_hash_only(void **state)
{
	char one[SEAL_PASSWORD_SIZE], two[SEAL_PASSWORD_SIZE];

	(void)state;
	assert_true(seal_password_hash(S("correct horse"), one));
	assert_true(seal_password_hash(S("correct horse"), two));
	assert_string_not_equal(one, two);
	assert_true(str_starts(str_of(one), S("$argon2id$v=19$m=65536,")));
	assert_true(seal_password_verify(one, S("correct horse")));
	assert_false(seal_password_verify(one, S("correct hors")));
	assert_false(seal_password_verify(one, S("")));
	assert_false(seal_password_verify("no hash", S("correct horse")));
	assert_false(seal_password_verify(NULL, S("correct horse")));
}

static double
cost_of(const char *hash)
{
	clock_t begin = clock();

	assert_false(seal_password_verify(hash, S("wrong")));
	return (double)(clock() - begin);
}

static void
nobody_takes_as_long_as_somebody(void **state)
{
	char hash[SEAL_PASSWORD_SIZE];
	double nobody, somebody;

	(void)state;
	assert_true(seal_password_hash(S("correct horse"), hash));
	somebody = cost_of(hash) + cost_of(hash);
	nobody = cost_of(NULL) + cost_of(NULL);
	/* Refusing a malformed hash takes a ten-thousandth of it. */
	assert_true(nobody > somebody / 4);
}

static void
equal_is_equal_in_length_and_bytes(void **state)
{
	(void)state;
	assert_true(seal_equal(S("abc"), S("abc")));
	assert_true(seal_equal(S(""), (struct str){ NULL, 0 }));
	assert_false(seal_equal(S("abc"), S("abd")));
	assert_false(seal_equal(S("abc"), S("ab")));
	assert_false(seal_equal(S("abc"), S("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashing_in_pieces_equals_hashing_at_once),
		cmocka_unit_test(a_box_opens_with_its_key_only),
		cmocka_unit_test(a_changed_or_cut_box_stays_closed),
		cmocka_unit_test(
			equal_texts_give_different_boxes_of_equal_length),
		cmocka_unit_test(a_full_buffer_is_told),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(a_password_fits_its_own_hash_only),
		cmocka_unit_test(nobody_takes_as_long_as_somebody),
		cmocka_unit_test(equal_is_equal_in_length_and_bytes),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
