/* The TLS-RPT record: every code, the best reading, and what is offered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "tlsrptrec/tlsrptrec.h"

#include <string.h>

enum { ROOM = 1 << 20, NOW = 1790000000 };

#define T "_smtp._tls.example.com TXT "

static void
a_record_is_read_as_it_was_meant(void **state)
{
	static const struct {
		const char *text;
		const char *code; /* NULL: senders take it */
		const char *printed;
	} table[] = {
		{ "v=TLSRPTv1; rua=mailto:a@example.com", NULL,
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "v=TLSRPTv1;rua=mailto:a@example.com , "
		  "https://example.com/x;x=y;",
		  NULL,
		  "v=TLSRPTv1; "
		  "rua=mailto:a@example.com,https://example.com/x" },
		{ "v=TLSRPT1; rua=mailto:a@example.com", "tlsrpt.version",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "V=TLSRPTv1; rua=mailto:a@example.com", "tlsrpt.version",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "v=TLSRPTv1 rua=mailto:a@example.com", "tlsrpt.version",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "v=TLSRPTv1;", "tlsrpt.no_rua", NULL },
		{ "v=TLSRPTv1; rua=", "tlsrpt.no_rua", NULL },
		{ "v=TLSRPTv1; RUA=mailto:a@example.com", "tlsrpt.no_rua",
		  NULL },
		{ "v=TLSRPTv1; rua=a@example.com", "tlsrpt.rua_no_scheme",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "v=TLSRPTv1; rua=example.com/r", "tlsrpt.rua_no_scheme",
		  "v=TLSRPTv1; rua=https://example.com/r" },
		{ "v=TLSRPTv1; rua=http://example.com/r", "tlsrpt.rua_http",
		  "v=TLSRPTv1; rua=https://example.com/r" },
		{ "v=TLSRPTv1; rua=mailto:a@example.com!10m",
		  "tlsrpt.rua_unencoded",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
		{ "v=TLSRPTv1; rua=https://example.com/a!b",
		  "tlsrpt.rua_unencoded",
		  "v=TLSRPTv1; rua=https://example.com/a%21b" },
		{ "v=TLSRPTv1; rua=https://example.com/?a,b",
		  "tlsrpt.rua_unencoded",
		  "v=TLSRPTv1; rua=https://example.com/?a%2Cb" },
		{ "v=TLSRPTv1; rua=https://example.com/a;b",
		  "tlsrpt.rua_unencoded",
		  "v=TLSRPTv1; rua=https://example.com/a%3Bb" },
		{ "v=TLSRPTv1; rua=mailto:a,b@example.com",
		  "tlsrpt.rua_unencoded",
		  "v=TLSRPTv1; rua=mailto:a%2Cb@example.com" },
		{ "v=TLSRPTv1; rua=mailto:a", "tlsrpt.rua_syntax", NULL },
		{ "v=TLSRPTv1; rua=mailto:a@example.com; oops",
		  "tlsrpt.field_syntax",
		  "v=TLSRPTv1; rua=mailto:a@example.com" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		SCOPED_ARENA mem = arena_new(ROOM);
		SCOPED_BUF out = BUF(1024);
		struct tlsrptrec_faults faults = { .n = 0 };
		struct tlsrptrec record;
		bool good = tlsrptrec_parse(str_of(table[i].text), mem, &record,
					    &faults);

		if (good != !table[i].code ||
		    (!good && strcmp(faults.at[0].code, table[i].code) != 0))
			fail_msg("%s: %s", table[i].text,
				 faults.n > 0 ? faults.at[0].code : "-");
		assert_int_equal(tlsrptrec_print(&out, &record),
				 table[i].printed != NULL);
		assert_string_equal(buf_c(&out),
				    table[i].printed ? table[i].printed : "");
		faults.n = 0;
		if (table[i].printed)
			assert_true(tlsrptrec_parse(buf_str(&out), mem, &record,
						    &faults));
	}
}

/* ---- the check ---- */

struct look {
	struct facts *f;
	struct arena *mem;
	struct finding_list list;
};

static void
look_at(struct look *look, const char *world,
	const struct tlsrptrec_asked *asked, const struct facts_web *web)
{
	static const struct facts_subject subject = { .domain = STR("example."
								    "com") };
	struct diag why = { .code = "" };
	struct facts_question q;

	look->f = facts_new(ROOM, NOW);
	look->mem = arena_new(ROOM);
	assert_int_equal(facts_put_world(look->f, str_of(world), &why),
			 ERR_NONE);
	for (int round = 0; round < 5; round++) {
		arena_reset(look->mem);
		finding_list_init(&look->list, look->mem);
		if (tlsrptrec_check_asked(look->f, &subject, asked,
					  &look->list))
			return;
		assert_true(facts_open(look->f, 0, &q));
		assert_int_equal(q.kind, FACTS_WEB);
		assert_non_null(web);
		assert_true(facts_put_web(look->f, &q, web));
		facts_settle(look->f);
	}
	fail_msg("%s: never done", world);
}

static void
look_end(struct look *look)
{
	facts_free(look->f);
	arena_free(look->mem);
}

static void
each_code_is_found_and_a_record_offered(void **state)
{
	static const char ours[] = "v=TLSRPTv1; rua=mailto:us@example.net";
	static const char kept[] = "v=TLSRPTv1; rua=mailto:a@example.com";
	static const struct {
		const char *world, *code, *record;
	} table[] = {
		{ "example.com A 192.0.2.1", "tlsrpt.nxdomain", ours },
		{ T "\"v=spf1 -all\"", "tlsrpt.nxdomain", ours },
		{ T "\"v=TLSRPTv1; rua=mailto:a@a.example\"\n" T
		    "\"v=TLSRPTv1; rua=mailto:b@b.example\"",
		  "tlsrpt.multiple", ours },
		{ T "\"v=TLSRPT1; rua=mailto:a@example.com\"", "tlsrpt.version",
		  kept },
		{ T "\"v=TLSRPTv1;\"", "tlsrpt.no_rua", ours },
		{ T "\"v=TLSRPTv1; rua=a@example.com\"", "tlsrpt.rua_no_scheme",
		  kept },
		{ T "\"v=TLSRPTv1; rua=http://example.com/r\"",
		  "tlsrpt.rua_http", "v=TLSRPTv1; rua=https://example.com/r" },
		{ T "\"v=TLSRPTv1; rua=mailto:a@example.com!1m\"",
		  "tlsrpt.rua_unencoded", kept },
		{ "_tlsrpt.example.com TXT "
		  "\"v=TLSRPTv1; rua=mailto:a@example.com\"",
		  "tlsrpt.wrong_name", kept },
		{ "_tls._smtp.example.com TXT "
		  "\"v=TLSRPTv1; rua=mailto:a@example.com\"",
		  "tlsrpt.wrong_name", kept },
		{ "_smtp._tls.example.com SERVFAIL TXT", "dns.servfail", NULL },
		{ "_smtp._tls.example.com TIMEOUT TXT", "dns.timeout", NULL },
	};
	const struct tlsrptrec_asked asked = { .rua = S("mailto:us@example."
							"net") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct look look;

		look_at(&look, table[i].world, &asked, NULL);
		if (look.list.n != 1 ||
		    strcmp(look.list.at[0].finding->code, table[i].code) != 0)
			fail_msg("%s: %zu, %s", table[i].world, look.list.n,
				 look.list.n > 0 ? look.list.at[0].finding->code
						 : "-");
		if (!str_eq(look.list.at[0].record.value,
			    str_of(table[i].record)))
			fail_msg("%s: %.*s", table[i].code,
				 STR_ARG(look.list.at[0].record.value));
		look_end(&look);
	}
}

static void
foreign_texts_beside_the_record_are_no_fault(void **state)
{
	const struct tlsrptrec_asked asked = { .fetch_https = true };
	struct look look;

	(void)state;
	look_at(&look,
		T "\"v=spf1 -all\"\n" T
		  "\"v=TLSRPTv1; \" \"rua=mailto:a@example.com\"",
		&asked, NULL);
	assert_int_equal(look.list.n, 0);
	look_end(&look);
}

static void
a_web_address_is_tried_when_asked(void **state)
{
	static const struct {
		struct facts_web web;
		bool broken;
	} table[] = {
		{ { .stage = FACTS_DONE, .status = 405 }, false },
		{ { .stage = FACTS_DONE, .status = 404 }, true },
		{ { .stage = FACTS_DONE, .status = 502 }, true },
		{ { .stage = FACTS_CONN_REFUSED, .why = STR("refused") },
		  true },
		{ { .stage = FACTS_UNREACHABLE }, false },
	};
	const struct tlsrptrec_asked asked = { .fetch_https = true };
	struct look look;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		look_at(&look,
			T "\"v=TLSRPTv1; rua=https://r.example/x\"\n"
			  "r.example A 192.0.2.7",
			&asked, &table[i].web);
		assert_int_equal(look.list.n, table[i].broken ? 1 : 0);
		if (table[i].broken)
			assert_string_equal(look.list.at[0].finding->code,
					    "tlsrpt.https_error");
		look_end(&look);
	}
	look_at(&look, T "\"v=TLSRPTv1; rua=https://r.example/x\"", &asked,
		NULL);
	assert_non_null(finding_list_find(&look.list, "tlsrpt.https_error"));
	look_end(&look);
}

static void
history_tells_of_silence_vendors_and_mailboxes(void **state)
{
	static const struct str vendors[] = { STR("old.example") };
	const struct {
		const char *code;
		struct tlsrptrec_history history;
	} table[] = {
		{ "tlsrpt.silent", { .live_since = NOW - 8 * CIVIL_DAY } },
		{ NULL,
		  { .live_since = NOW - 8 * CIVIL_DAY,
		    .last_report = NOW - CIVIL_DAY } },
		{ "tlsrpt.old_vendor",
		  { .old_vendors = vendors, .old_vendors_n = 1 } },
		{ "tlsrpt.mailbox_rejects",
		  { .rejected = S("mailto:a@old.example"),
		    .why = S("550 no such user") } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct tlsrptrec_asked asked = {
			.history = &table[i].history
		};
		struct look look;

		look_at(&look, T "\"v=TLSRPTv1; rua=mailto:a@old.example\"",
			&asked, NULL);
		assert_int_equal(look.list.n, table[i].code ? 1 : 0);
		if (table[i].code)
			assert_string_equal(look.list.at[0].finding->code,
					    table[i].code);
		look_end(&look);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_read_as_it_was_meant),
		cmocka_unit_test(each_code_is_found_and_a_record_offered),
		cmocka_unit_test(foreign_texts_beside_the_record_are_no_fault),
		cmocka_unit_test(a_web_address_is_tried_when_asked),
		cmocka_unit_test(
			history_tells_of_silence_vendors_and_mailboxes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
