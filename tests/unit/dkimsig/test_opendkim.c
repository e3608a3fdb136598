#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dkimsig/dkimsig.h"

#include <opendkim/dkim.h>
#include <stdio.h>
#include <string.h>

/* Messages that another program's library signs are read here. */

enum { NOW = 1700000000 };

#define HEAD                                                                   \
	"From: \"Reports, daily\" <noreply@Reporter.example>\r\n"              \
	"To: reports@ours.example\r\n"                                         \
	"Subject:  Report   domain:\r\n\tours.example  \r\n"                   \
	"Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
#define BODY "  Two  words \t \r\n\r\n\r\nlast line\r\n\r\n\r\n"

struct keys {
	struct arena *mem;
	struct dkimkey_pair pair[2]; /* by enum dkimkey_kind */
	struct dkimkey key[2];
	DKIM_LIB *lib;
};

static int
setup(void **state)
{
	struct keys *k = heap_new(sizeof *k);

	k->mem = arena_new(1 << 20);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(dkimkey_generate((enum dkimkey_kind)i, k->mem,
						  &k->pair[i], NULL),
				 ERR_NONE);
		dkimkey_parse(k->pair[i].record, &k->key[i]);
	}
	k->lib = dkim_init(NULL, NULL);
	assert_non_null(k->lib);
	*state = k;
	return 0;
}

static int
teardown(void **state)
{
	struct keys *k = *state;

	dkim_close(k->lib);
	arena_free(k->mem);
	heap_free(k);
	return 0;
}

struct form {
	int head, body; /* dkim_canon_t */
	bool ed25519;
	long length; /* -1: all */
};

/* The signature's field, and then the message. */
static struct str
sign(struct keys *k, const struct form *form, struct buf *out)
{
	static const char message[] = HEAD "\r\n" BODY;
	const enum dkimkey_kind kind =
		form->ed25519 ? DKIMKEY_ED25519 : DKIMKEY_RSA;
	unsigned char copy[sizeof message], *field;
	size_t n;
	u_int flags =
		form->length < 0 ? DKIM_LIBFLAGS_NONE : DKIM_LIBFLAGS_SIGNLEN;
	DKIM_STAT stat = dkim_options(k->lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS,
				      &flags, sizeof flags);
	DKIM *d = dkim_sign(
		k->lib, (const unsigned char *)"id", NULL,
		(unsigned char *)(uintptr_t)k->pair[kind].private_pem.p,
		(const unsigned char *)"sel",
		(const unsigned char *)"reporter.example", form->head,
		form->body,
		form->ed25519 ? DKIM_SIGN_ED25519SHA256 : DKIM_SIGN_RSASHA256,
		form->length, &stat);

	assert_non_null(d);
	memcpy(copy, message, sizeof message);
	assert_int_equal(dkim_chunk(d, copy, sizeof message - 1), DKIM_STAT_OK);
	assert_int_equal(dkim_chunk(d, NULL, 0), DKIM_STAT_OK);
	assert_int_equal(dkim_eom(d, NULL), DKIM_STAT_OK);
	assert_int_equal(dkim_getsighdr_d(d, 16, &field, &n), DKIM_STAT_OK);
	(void)buf_addf(out, "DKIM-Signature: %.*s\r\n%s", (int)n,
		       (const char *)field, message);
	(void)dkim_free(d);
	return buf_str(out);
}

static enum dkimsig_result
verify(struct keys *k, struct str message, struct dkimsig_mail *mail)
{
	assert_true(dkimsig_read(message, k->mem, mail));
	assert_int_equal(mail->n, 1);
	return dkimsig_verify(&mail->sig[0], &k->key[mail->sig[0].ed25519], NOW,
			      false);
}

static void
expect(struct keys *k, struct str message, enum dkimsig_result result,
       enum dkimsig_fault fault)
{
	struct dkimsig_mail mail;
	enum dkimsig_result got = verify(k, message, &mail);

	if (got != result || mail.sig[0].fault != fault)
		fail_msg("%d, fault %d:\n%.*s", got, mail.sig[0].fault,
			 STR_ARG(message));
	assert_memory_equal(mail.author.p, "reporter.example", 16);
	assert_int_equal(mail.author.n, 16);
}

static const struct form forms[] = {
	{ DKIM_CANON_SIMPLE, DKIM_CANON_SIMPLE, false, -1 },
	{ DKIM_CANON_SIMPLE, DKIM_CANON_RELAXED, false, -1 },
	{ DKIM_CANON_RELAXED, DKIM_CANON_SIMPLE, false, -1 },
	{ DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, false, -1 },
	{ DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, true, -1 },
	{ DKIM_CANON_RELAXED, DKIM_CANON_SIMPLE, true, -1 },
};

/* The same text with one piece exchanged; the piece must be there. */
static struct str
change(struct str text, const char *from, const char *to, struct buf *out)
{
	size_t at = str_find(text, str_of(from));

	assert_int_not_equal(at, SIZE_MAX);
	(void)buf_add(out, str_sub(text, 0, at));
	(void)buf_addz(out, to);
	(void)buf_add(out, str_sub(text, at + strlen(from), SIZE_MAX));
	return buf_str(out);
}

static void
what_another_library_signs_is_found_good(void **state)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		SCOPED_BUF text = BUF(1 << 16);

		expect(*state, sign(*state, &forms[i], &text), DKIMSIG_PASS,
		       DKIMSIG_SOUND);
	}
}

static void
lines_that_end_in_lf_alone_are_the_same_mail(void **state)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		SCOPED_BUF text = BUF(1 << 16);
		SCOPED_BUF bare = BUF(1 << 16);
		struct str rest = sign(*state, &forms[i], &text);

		for (size_t c = 0; c < rest.n; c++)
			if (rest.p[c] != '\r')
				(void)buf_addc(&bare, rest.p[c]);
		expect(*state, buf_str(&bare), DKIMSIG_PASS, DKIMSIG_SOUND);
	}
}

static void
changes_are_noticed_or_forgiven_as_the_form_says(void **state)
{
	static const struct {
		const char *from, *to;
		bool body;
		bool simple, relaxed; /* still good */
	} t[] = {
		{ "last line", "lost line", true, false, false },
		{ "  Two  words", " Two words", true, false, true },
		{ "Two  words", "Twowords", true, false, false },
		{ "last line\r\n\r\n", "last line\r\n\r\n\r\n\r\n", true, true,
		  true },
		{ "last line\r\n\r\n\r\n", "last line", true, true, true },
		{ "words \t \r\n", "words\r\n", true, false, true },
		{ "Subject:  Report", "subject : Report", false, false, true },
		{ "domain:\r\n\tours", "domain: ours", false, false, true },
		{ "Report   domain", "Reports   domain", false, false, false },
		{ "Tue, 14", "Wed, 14", false, false, false },
	};

	for (size_t i = 0; i < COUNT_OF(t); i++)
		for (size_t n = 0; n < COUNT_OF(forms); n++) {
			SCOPED_BUF text = BUF(1 << 16);
			SCOPED_BUF other = BUF(1 << 16);
			int form = t[i].body ? forms[n].body : forms[n].head;
			bool good = form == DKIM_CANON_SIMPLE ? t[i].simple
							      : t[i].relaxed;
			struct str mail = sign(*state, &forms[n], &text);

			mail = change(mail, t[i].from, t[i].to, &other);
			if (good)
				expect(*state, mail, DKIMSIG_PASS,
				       DKIMSIG_SOUND);
			else if (t[i].body)
				expect(*state, mail, DKIMSIG_FAULTY,
				       DKIMSIG_BODY);
			else
				expect(*state, mail, DKIMSIG_MISMATCH,
				       DKIMSIG_SOUND);
		}
}

static void
a_length_is_seen_and_what_lies_behind_it_too(void **state)
{
	const struct form form = { DKIM_CANON_RELAXED, DKIM_CANON_SIMPLE, false,
				   14 };
	SCOPED_BUF text = BUF(1 << 16);
	SCOPED_BUF more = BUF(1 << 16);
	struct dkimsig_mail mail;
	struct str signed_mail = sign(*state, &form, &text);

	assert_int_equal(verify(*state, signed_mail, &mail), DKIMSIG_PASS);
	assert_true(mail.sig[0].length);
	assert_true(mail.sig[0].partly);
	signed_mail = change(signed_mail, "last line", "anything", &more);
	assert_int_equal(verify(*state, signed_mail, &mail), DKIMSIG_PASS);
	buf_clear(&more);
	signed_mail = change(buf_str(&text), BODY, "cut", &more);
	assert_int_equal(verify(*state, signed_mail, &mail), DKIMSIG_FAULTY);
	assert_int_equal(mail.sig[0].fault, DKIMSIG_LENGTH);
}

static void
another_key_does_not_fit(void **state)
{
	struct keys *k = *state;
	SCOPED_ARENA mem = arena_new(1 << 18);
	struct dkimkey_pair other;
	struct dkimkey key;

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		SCOPED_BUF text = BUF(1 << 16);
		struct dkimsig_mail mail;
		enum dkimkey_kind kind =
			forms[i].ed25519 ? DKIMKEY_ED25519 : DKIMKEY_RSA;

		assert_int_equal(verify(k, sign(k, &forms[i], &text), &mail),
				 DKIMSIG_PASS);
		assert_int_equal(dkimkey_generate(kind, mem, &other, NULL),
				 ERR_NONE);
		dkimkey_parse(other.record, &key);
		assert_int_equal(dkimsig_verify(&mail.sig[0], &key, NOW, false),
				 DKIMSIG_MISMATCH);
		assert_int_equal(dkimsig_verify(&mail.sig[0],
						&k->key[!forms[i].ed25519], NOW,
						false),
				 DKIMSIG_BAD_KEY);
	}
}

/* The key that fits, its record with other tags. */
static enum dkimsig_result
with_record(struct keys *k, const struct dkimsig *sig, const char *lead,
	    bool tlsrpt)
{
	SCOPED_BUF record = BUF(4096);
	struct dkimkey key;

	(void)buf_addf(&record, "%s p=%.*s", lead,
		       STR_ARG(k->key[DKIMKEY_RSA].p));
	dkimkey_parse(buf_str(&record), &key);
	return dkimsig_verify(sig, &key, NOW, tlsrpt);
}

static void
what_a_key_is_for_counts(void **state)
{
	SCOPED_BUF text = BUF(1 << 16);
	struct dkimsig_mail mail;
	struct dkimsig below;

	assert_int_equal(verify(*state, sign(*state, &forms[0], &text), &mail),
			 DKIMSIG_PASS);
	assert_int_equal(
		with_record(*state, mail.sig, "v=DKIM1; s=tlsrpt;", true),
		DKIMSIG_PASS);
	assert_int_equal(
		with_record(*state, mail.sig, "v=DKIM1; s=tlsrpt;", false),
		DKIMSIG_BAD_KEY);
	assert_int_equal(
		with_record(*state, mail.sig, "v=DKIM1; s=other;", true),
		DKIMSIG_BAD_KEY);
	assert_int_equal(with_record(*state, mail.sig,
				     "v=DKIM1; s=email:tlsrpt;", false),
			 DKIMSIG_PASS);
	below = mail.sig[0];
	below.identity = S("below.reporter.example");
	assert_int_equal(with_record(*state, &below, "v=DKIM1;", false),
			 DKIMSIG_PASS);
	assert_int_equal(with_record(*state, &below, "v=DKIM1; t=s;", false),
			 DKIMSIG_IDENTITY);
	below.expires = NOW - 1;
	assert_int_equal(with_record(*state, &below, "v=DKIM1;", false),
			 DKIMSIG_EXPIRED);
	below.expires = NOW;
	assert_int_equal(with_record(*state, &below, "v=DKIM1;", false),
			 DKIMSIG_PASS);
}

static void
what_is_read_survives_the_way_between_processes(void **state)
{
	const struct json_limits limits = { 1 << 16, 8 };
	struct keys *k = *state;
	SCOPED_BUF text = BUF(1 << 16);
	SCOPED_BUF json = BUF(1 << 16);
	SCOPED_JSON root = NULL;
	struct json_out j = JSON_OUT(&json);
	struct dkimsig_mail mail, back;
	bool repaired;

	assert_int_equal(verify(k, sign(k, &forms[4], &text), &mail),
			 DKIMSIG_PASS);
	dkimsig_print(&j, NULL, &mail);
	assert_int_equal(
		json_parse(buf_str(&json), limits, &root, &repaired, NULL),
		ERR_NONE);
	assert_true(dkimsig_parse(root, k->mem, &back));
	assert_true(str_eq(back.author, mail.author));
	assert_int_equal(dkimsig_verify(&back.sig[0], &k->key[DKIMKEY_ED25519],
					NOW, false),
			 DKIMSIG_PASS);
	back.sig[0].digest[5] ^= 1;
	assert_int_equal(dkimsig_verify(&back.sig[0], &k->key[DKIMKEY_ED25519],
					NOW, false),
			 DKIMSIG_MISMATCH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_library_signs_is_found_good),
		cmocka_unit_test(lines_that_end_in_lf_alone_are_the_same_mail),
		cmocka_unit_test(
			changes_are_noticed_or_forgiven_as_the_form_says),
		cmocka_unit_test(a_length_is_seen_and_what_lies_behind_it_too),
		cmocka_unit_test(another_key_does_not_fit),
		cmocka_unit_test(what_a_key_is_for_counts),
		cmocka_unit_test(
			what_is_read_survives_the_way_between_processes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
