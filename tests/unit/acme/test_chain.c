/* test_chain.c - chains from PEM, as they are kept, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "acme/private.h"
#include "certs.h"

#include <openssl/evp.h>

enum { NOW = 1800000000 };

static const struct str name = STR("mta-sts.a.example");

struct world {
	struct buf key;
	struct certs_wish wish;
};

static int
begin(void **state)
{
	static struct world w;

	w = (struct world){ .key = BUF(ACME_KEY_MAX) };
	certs_key(&w.key);
	w.wish = (struct certs_wish){ .name = name.p,
				      .key = buf_str(&w.key),
				      .from = NOW - CIVIL_DAY,
				      .to = NOW + 89 * CIVIL_DAY };
	*state = &w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	buf_free(&w->key);
	return 0;
}

/* The code's detail for what is wrong; "" when nothing is. */
static void
check(const struct world *w, const struct certs_wish *wish, const char *detail)
{
	EVP_PKEY *key = acme_key_load(buf_str(&w->key));
	SCOPED_BUF pem = BUF(1 << 16);
	SCOPED_BUF chain = BUF(1 << 16);
	struct diag why = { 0 };
	enum err err;

	certs_chain(wish, &pem);
	err = acme_parse_chain(buf_str(&pem), &chain, &why);
	if (err == ERR_NONE)
		err = acme_chain_check(buf_str(&chain), key, name, NOW, &why);
	assert_string_equal(why.detail, detail);
	assert_int_equal(err, detail[0] ? ERR_SYNTAX : ERR_NONE);
	EVP_PKEY_free(key);
}

static void
a_chain_is_kept_leaf_first_and_printed_as_it_came(void **state)
{
	const struct world *w = *state;
	SCOPED_BUF pem = BUF(1 << 16);
	SCOPED_BUF chain = BUF(1 << 16);
	SCOPED_BUF again = BUF(1 << 16);
	int64_t from, to;

	certs_chain(&w->wish, &pem);
	assert_int_equal(acme_parse_chain(buf_str(&pem), &chain, NULL),
			 ERR_NONE);
	assert_true(acme_chain_dates(buf_str(&chain), &from, &to));
	assert_int_equal(from, NOW - CIVIL_DAY);
	assert_int_equal(to, NOW + 89 * CIVIL_DAY);
	assert_true(acme_print_chain(buf_str(&chain), &again));
	assert_string_equal(buf_c(&again), buf_c(&pem));
	for (size_t n = 0; n < chain.n; n += 7) {
		SCOPED_BUF part = BUF(1 << 16);

		assert_false(acme_print_chain(str_sub(buf_str(&chain), 0, n),
					      &part) &&
			     part.n == pem.n);
	}
	check(w, &w->wish, "");
}

static void
a_chain_that_was_not_ordered_is_refused(void **state)
{
	struct world *w = *state;
	struct certs_wish wish = w->wish;
	SCOPED_BUF other = BUF(ACME_KEY_MAX);

	certs_key(&other);
	wish.key = buf_str(&other);
	check(w, &wish, "for another key");
	wish = w->wish;
	wish.name = "mta-sts.b.example";
	check(w, &wish, "for another name");
	wish = w->wish;
	wish.common_name_only = true;
	check(w, &wish, "for another name");
	wish = w->wish;
	wish.to = NOW - 1;
	check(w, &wish, "dates");
	wish = w->wish;
	wish.by_stranger = true;
	check(w, &wish, "not signed by the next");
	wish.without_issuer = true;
	check(w, &wish, "");
}

static void
pem_that_is_no_chain_is_refused(void **state)
{
	const struct world *w = *state;
	SCOPED_BUF pem = BUF(1 << 18);
	SCOPED_BUF many = BUF(1 << 18);
	SCOPED_BUF key = BUF(4096);
	SCOPED_BUF out = BUF(1 << 18);
	struct certs_wish wish = w->wish;
	struct str all[5];

	certs_chain(&wish, &pem);
	assert_true(acme_print_key(buf_str(&w->key), &key));
	all[0] = S("");
	all[1] = S("no PEM at all");
	all[2] = buf_str(&key);
	all[3] = str_sub(buf_str(&pem), 0, pem.n / 3);
	all[4] = S("-----BEGIN CERTIFICATE-----\nAAAA\n"
		   "-----END CERTIFICATE-----\n");
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct diag why = { 0 };

		assert_int_equal(acme_parse_chain(all[i], &out, &why),
				 ERR_SYNTAX);
		assert_string_equal(why.code, "acme.bad_chain");
	}
	/* Self-signed ones sign each other's next: as long as one likes. */
	buf_clear(&pem);
	wish.without_issuer = true;
	certs_chain(&w->wish, &pem);
	size_t half = str_find(buf_str(&pem), S("-----END"));
	struct str root = str_sub(buf_str(&pem), half + 26, SIZE_MAX);

	for (size_t i = 0; i < ACME_CHAIN_CERTS + 1; i++)
		buf_add(&many, root);
	assert_int_equal(acme_parse_chain(buf_str(&many), &out, NULL),
			 ERR_SYNTAX);
}

/* The numbers are those of RFC 9773 section 4.1. */
static void
a_certificate_is_named_for_renewal_as_in_rfc_9773(void **state)
{
	const struct world *w = *state;
	struct certs_wish wish = w->wish;
	SCOPED_BUF pem = BUF(1 << 16);
	SCOPED_BUF chain = BUF(1 << 16);
	SCOPED_BUF bare = BUF(1 << 16);
	char id[ACME_ID_SIZE];

	wish.serial = "87654321";
	wish.authority = "69:88:5B:6B:87:46:40:41:E1:B3:7B:84:7B:A0:AE:2C:DE:"
			 "01:C8:D4";
	certs_chain(&wish, &pem);
	assert_int_equal(acme_parse_chain(buf_str(&pem), &chain, NULL),
			 ERR_NONE);
	assert_true(acme_chain_id(buf_str(&chain), id));
	assert_string_equal(id, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
	buf_clear(&pem);
	certs_chain(&w->wish, &pem);
	assert_int_equal(acme_parse_chain(buf_str(&pem), &bare, NULL),
			 ERR_NONE);
	assert_false(acme_chain_id(buf_str(&bare), id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_chain_is_kept_leaf_first_and_printed_as_it_came,
			begin, end),
		cmocka_unit_test_setup_teardown(
			a_chain_that_was_not_ordered_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(pem_that_is_no_chain_is_refused,
						begin, end),
		cmocka_unit_test_setup_teardown(
			a_certificate_is_named_for_renewal_as_in_rfc_9773,
			begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
