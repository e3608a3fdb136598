/* test_desired.c - what somebody wants, held against what is live. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inspect/desired.h"

#define NOW 1800000000
#define RECORD "v=DMARC1; p=none; rua=mailto:d@example.org"
#define WANTED                                                                 \
	"{\"domain\":\"Example.COM.\",\"records\":[{\"type\":\"TXT\","         \
	"\"name\":\"_dmarc\",\"value\":\"" RECORD "\"}]}"

#define SERVERS                                                                \
	"example.com NS ns.example.net\nns.example.net A 192.0.2.1\n"          \
	"example.com SOA ns.example.net\n"

/* The wish in its canonical form; empty when it was refused with `code`. */
static struct str
canonical(const char *request, struct arena *mem, const char *code)
{
	const struct json_limits limits = { 64 << 10, 8 };
	SCOPED_JSON json = NULL;
	struct str domain = { 0 }, wish = { 0 };
	struct diag why = { 0 };
	bool repaired;
	enum err err;

	assert_int_equal(
		json_parse(str_of(request), limits, &json, &repaired, &why),
		ERR_NONE);
	err = desired_read(json, mem, &domain, &wish, &why);
	if (code) {
		assert_int_equal(err, ERR_SYNTAX);
		assert_string_equal(why.code, code);
		return S("");
	}
	assert_int_equal(err, ERR_NONE);
	assert_true(str_eq(domain, S("example.com")));
	return wish;
}

static void
the_same_wish_has_one_form_however_it_is_written(void **state)
{
	static const char *const same[] = {
		"{\"records\":[{\"value\":\"" RECORD "\",\"merge\":false,"
		"\"name\":\"_DMARC.example.com.\",\"type\":\"TXT\"}],"
		"\"domain\":\"example.com\",\"clear\":false,\"more\":1}",
		"{\"domain\":\"EXAMPLE.com\",\"records\":[{\"type\":\"TXT\","
		"\"ttl\":0,\"name\":\"_dmarc.example.com\",\"old\":[],"
		"\"value\":\"" RECORD "\"}]}",
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct str first = canonical(WANTED, mem, NULL), other;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++)
		assert_true(str_eq(canonical(same[i], mem, NULL), first));
	/* And what comes of it is read as itself. */
	assert_true(arena_dup(mem, first, &other));
	assert_true(str_eq(canonical(other.p, mem, NULL), first));
	other = canonical("{\"domain\":\"example.com\",\"clear\":true,"
			  "\"records\":[{\"type\":\"TXT\",\"name\":\"_dmarc\","
			  "\"value\":\"" RECORD "\"}]}",
			  mem, NULL);
	assert_false(str_eq(other, first));
}

static void
what_is_no_wish_is_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"domain\":\"example.com\"}",
		"{\"domain\":\"example.com\",\"records\":[]}",
		"{\"domain\":\"-\\u0000\",\"records\":[{\"type\":\"TXT\","
		"\"name\":\"@\",\"value\":\"x\"}]}",
		"{\"domain\":\"example.com\",\"records\":[{\"type\":\"WKS\","
		"\"name\":\"@\",\"value\":\"x\"}]}",
		"{\"domain\":\"example.com\",\"records\":[{\"type\":\"TXT\","
		"\"name\":\"other.example.\",\"value\":\"x\"}]}",
	};
	SCOPED_ARENA mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		(void)canonical(bad[i], mem, "publish.bad_record");
	assert_null(desired_new(S("")));
	assert_null(desired_new(S("{\"domain\":\"example.com\"")));
	assert_null(desired_new(S("{\"domain\":\"example.com\"}")));
	desired_free(NULL);
}

/* "needed" and what is to be done with the first record set. */
static void
judged(const char *world, bool needed, const char *what)
{
	const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(1 << 20);
	SCOPED_JSON json = NULL;
	struct json_out j = JSON_OUT(&text);
	struct facts *f = facts_new(4 << 20, NOW);
	struct desired *d = desired_new(canonical(WANTED, mem, NULL));
	const struct json *change;
	struct diag why = { 0 };
	bool said, repaired;

	assert_non_null(d);
	assert_int_equal(facts_put_world(f, str_of(world), &why), ERR_NONE);
	/* Again and again, as facts come in. */
	assert_true(desired_judge(d, f));
	assert_true(desired_judge(d, f));
	json_open_object(&j, NULL);
	desired_put(&j, d, FINDING_EN);
	json_close_object(&j);
	assert_int_equal(
		json_parse(buf_str(&text), limits, &json, &repaired, &why),
		ERR_NONE);
	assert_true(json_bool(json_get(json, "needed"), &said));
	assert_int_equal(said, needed);
	assert_int_equal(json_count(json_get(json, "changes")), 1);
	change = json_at(json_get(json, "changes"), 0);
	assert_true(str_eq(json_str(json_get(change, "what")), str_of(what)));
	assert_true(str_eq(json_str(json_get(change, "name")),
			   S("_dmarc.example.com")));
	assert_true(str_eq(json_str(json_at(json_get(change, "after"), 0)),
			   S(RECORD)));
	desired_free(d);
	facts_free(f);
}

static void
live_records_are_held_against_it(void **state)
{
	(void)state;
	judged(SERVERS, true, "add");
	judged(SERVERS "_dmarc.example.com TXT \"" RECORD "\"\n", false,
	       "keep");
	judged(SERVERS "_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n", true,
	       "replace");
}

static void
without_facts_it_asks_and_says_nothing(void **state)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct facts *f = facts_new(1 << 20, NOW);
	struct desired *d = desired_new(canonical(WANTED, mem, NULL));
	struct facts_question q;

	(void)state;
	assert_false(desired_judge(d, f));
	assert_true(facts_open(f, 0, &q));
	desired_free(d);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_same_wish_has_one_form_however_it_is_written),
		cmocka_unit_test(what_is_no_wish_is_refused),
		cmocka_unit_test(live_records_are_held_against_it),
		cmocka_unit_test(without_facts_it_asks_and_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
