#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dkimsig/dkimsig.h"

#include <string.h>

static void
the_author_is_one_domain_or_none(void **state)
{
	static const struct {
		const char *from, *domain;
	} t[] = {
		{ "a@b.example", "b.example" },
		{ "<a@B.Example.>", "b.example" },
		{ "Name <a@b.example>", "b.example" },
		{ "\"x@evil.example\" <a@b.example>", "b.example" },
		{ "x@evil.example <a@b.example>", "b.example" },
		{ "(x@evil.example) a@b.example (c)", "b.example" },
		{ "a@b.example,\r\n c@B.example", "b.example" },
		{ "a@b.example, c@d.example", "" },
		{ "<a@b.example> <c@d.example>", "" },
		{ "a@b.example c@d.example", "" },
		{ "group: a@b.example;", "b.example" },
		{ "undisclosed:;", "" },
		{ "<@evil.example:a@b.example>", "" },
		{ "\"a@b.example", "" },
		{ "(a@b.example", "" },
		{ "<a@b.example", "" },
		{ "@b.example", "" },
		{ "a@", "" },
		{ "a", "" },
		{ "", "" },
		{ "\"a@c\"@b.example", "b.example" },
		{ "a@b\303\270.example", "xn--b-5ga.example" },
		{ "a@[IPv6:2001:db8::1]", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		SCOPED_BUF text = BUF(4096);
		struct dkimsig_mail mail;

		(void)buf_addf(&text, "From: %s\r\n\r\nx", t[i].from);
		assert_true(dkimsig_read(buf_str(&text), mem, &mail));
		if (!str_eq(mail.author, str_of(t[i].domain)))
			fail_msg("%s: %.*s", t[i].from, STR_ARG(mail.author));
	}
}

static void
two_from_fields_are_no_author(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 16);
	struct dkimsig_mail mail;

	(void)state;
	assert_true(dkimsig_read(S("From: a@b.example\r\nFROM : a@b.example\r\n"
				   "\r\n"),
				 mem, &mail));
	assert_int_equal(mail.author.n, 0);
}

#define SIG "v=1; a=rsa-sha256; d=b.example; s=s; h=from:to; b=AAAA; "
#define EMPTY "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; "

static void
a_field_that_is_no_signature_says_so(void **state)
{
	static const struct {
		const char *field;
		enum dkimsig_fault fault;
	} t[] = {
		{ SIG EMPTY "c=relaxed/relaxed", DKIMSIG_SOUND },
		{ SIG EMPTY "c=simple/relaxed; q=dns/txt; l=0", DKIMSIG_SOUND },
		{ SIG EMPTY "c=simple/relaxed; i=x@Sub.b.example; x=12",
		  DKIMSIG_SOUND },
		{ SIG EMPTY "c=relaxed/relaxed;;x=1", DKIMSIG_SYNTAX },
		{ SIG EMPTY "c=relaxed", DKIMSIG_BODY },
		{ SIG EMPTY, DKIMSIG_BODY },
		{ SIG EMPTY "c=strict", DKIMSIG_ALGORITHM },
		{ SIG EMPTY "q=ftp", DKIMSIG_ALGORITHM },
		{ SIG EMPTY "c=relaxed/relaxed; l=1", DKIMSIG_LENGTH },
		{ SIG EMPTY "l=x", DKIMSIG_SYNTAX },
		{ SIG EMPTY "l=", DKIMSIG_SYNTAX },
		{ SIG EMPTY "x=", DKIMSIG_SYNTAX },
		{ SIG EMPTY "i=x@other.example", DKIMSIG_SYNTAX },
		{ SIG EMPTY "i=none", DKIMSIG_SYNTAX },
		{ SIG EMPTY "v=1", DKIMSIG_SYNTAX },
		{ SIG EMPTY "nothing", DKIMSIG_SYNTAX },
		{ SIG, DKIMSIG_SYNTAX },
		{ SIG "bh=AAAA", DKIMSIG_SYNTAX },
		{ "v=1; a=rsa-sha1; d=b.example; s=s; h=from; b=A; " EMPTY,
		  DKIMSIG_SHA1 },
		{ "v=2; a=rsa-sha256; d=b.example; s=s; h=from; b=A; " EMPTY,
		  DKIMSIG_SYNTAX },
		{ "v=1; a=rsa-sha256; d=b.example; s=s; h=to; b=A; " EMPTY,
		  DKIMSIG_SYNTAX },
		{ "v=1; a=rsa-sha256; d=; s=s; h=from; b=A; " EMPTY,
		  DKIMSIG_SYNTAX },
		{ "", DKIMSIG_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		SCOPED_BUF text = BUF(4096);
		struct dkimsig_mail mail;

		(void)buf_addf(&text, "Dkim-signature: %s\r\n", t[i].field);
		(void)buf_addz(&text, "From: a@b.example\r\n\r\n");
		assert_true(dkimsig_read(buf_str(&text), mem, &mail));
		assert_int_equal(mail.n, 1);
		if (mail.sig[0].fault != t[i].fault)
			fail_msg("%s: %d", t[i].field, mail.sig[0].fault);
	}
}

static void
what_strangers_send_is_bounded(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(8 << 20);
	struct dkimsig_mail mail;

	(void)state;
	for (int i = 0; i < 40; i++)
		(void)buf_addf(&text,
			       "DKIM-Signature: " SIG "c=relaxed/simple; l=%d;"
			       " bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/"
			       "XKdLCPjaYaY=\r\n",
			       i);
	(void)buf_addz(&text, "From: a@b.example\r\n\r\n\r\n");
	assert_true(dkimsig_read(buf_str(&text), mem, &mail));
	assert_int_equal(mail.n, DKIMSIG_MAX);
	assert_true(mail.more);
	assert_int_equal(mail.sig[0].fault, DKIMSIG_BODY);
	assert_int_equal(mail.sig[4].fault, DKIMSIG_TOO_MUCH);
	buf_clear(&text);
	for (int i = 0; i < 200000; i++)
		(void)buf_addz(&text, "From: a@b.example\r\n");
	assert_true(dkimsig_read(buf_str(&text), mem, &mail));
	assert_int_equal(mail.author.n, 0);
	assert_int_equal(mail.n, 0);
}

static void
nothing_else_is_taken_for_what_was_read(void **state)
{
	static const char *const t[] = {
		"{}",
		"[]",
		"{\"author\":\"a b\",\"more\":false,\"signatures\":[]}",
		"{\"author\":\"\",\"more\":1,\"signatures\":[]}",
		"{\"author\":\"\",\"more\":false,\"signatures\":[{}]}",
		"{\"author\":\"\",\"more\":false,\"signatures\":[{\"fault\":99}"
		"]}",
		"{\"author\":\"\",\"more\":false,\"signatures\":[{\"fault\":0,"
		"\"d\":\"\",\"s\":\"\",\"i\":\"\",\"ed25519\":false,\"length\""
		":false,\"partly\":false,\"expires\":0,\"b\":\"\",\"digest\":"
		"\"00\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		const struct json_limits limits = { 4096, 8 };
		SCOPED_ARENA mem = arena_new(1 << 16);
		SCOPED_JSON root = NULL;
		struct dkimsig_mail mail;
		bool repaired;

		assert_int_equal(json_parse(str_of(t[i]), limits, &root,
					    &repaired, NULL),
				 ERR_NONE);
		assert_false(dkimsig_parse(root, mem, &mail));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_author_is_one_domain_or_none),
		cmocka_unit_test(two_from_fields_are_no_author),
		cmocka_unit_test(a_field_that_is_no_signature_says_so),
		cmocka_unit_test(what_strangers_send_is_bounded),
		cmocka_unit_test(nothing_else_is_taken_for_what_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
