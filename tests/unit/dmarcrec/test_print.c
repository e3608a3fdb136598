#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dmarcrec/dmarcrec.h"

#include <stdio.h>

static struct str
printed(const struct dmarcrec *rec, struct arena *mem)
{
	SCOPED_BUF b = BUF(1 << 16);
	struct str out;

	dmarcrec_print(rec, &b);
	assert_false(b.full);
	assert_true(arena_dup(mem, buf_str(&b), &out));
	return out;
}

static void
old_records_become_new_and_never_stronger(void **state)
{
	static const char *const table[][2] = {
		{ "v=DMARC1; p=reject; pct=0; rua=mailto:a@b.example",
		  "v=DMARC1; p=reject; t=y; rua=mailto:a@b.example" },
		{ "v=DMARC1; p=quarantine; pct=50; ri=3600; rf=afrf",
		  "v=DMARC1; p=quarantine; t=y" },
		{ "v=DMARC1; p=none; pct=50", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=none; sp=reject; pct=50",
		  "v=DMARC1; p=none; sp=reject; t=y" },
		{ "v=DMARC1; p=reject; pct=100", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example!10m,"
		  "mailto:c@d.example",
		  "v=DMARC1; p=none; rua=mailto:a@b.example,"
		  "mailto:c@d.example" },
		{ "v=DMARC1; p=none; rua=a@b.example,c@d.example",
		  "v=DMARC1; p=none; rua=mailto:a@b.example,"
		  "mailto:c@d.example" },
		{ "v=DMARC1; p=none; rua=mailto:a@b.example  c@d.example",
		  "v=DMARC1; p=none; rua=mailto:a@b.example,"
		  "mailto:c@d.example" },
		{ "v=DMARC1; p=none; rua=mailto:a,b@c.example",
		  "v=DMARC1; p=none; rua=mailto:a%2Cb@c.example" },
		{ "v=DMARC1; p=none; rua=mailto:a!b@c.example",
		  "v=DMARC1; p=none; rua=mailto:a%21b@c.example" },
		{ "v=DMARC1; p=none; rua=https://a.example/,mailto:b@a.example",
		  "v=DMARC1; p=none; rua=mailto:b@a.example" },
		{ "v=dmarc1; p=reject", "v=DMARC1; p=reject" },
		{ "p=reject; v=DMARC1", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=block; sp=reject", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=reject; sp=block", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=reject; fo=1", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=reject; fo=0:1; ruf=mailto:a@b.example",
		  "v=DMARC1; p=reject; fo=1; ruf=mailto:a@b.example" },
		{ "v=DMARC1", "v=DMARC1; p=none" },
	};
	SCOPED_ARENA mem = arena_new(1 << 22);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct dmarcrec old, new;
		struct str got;

		assert_int_equal(
			dmarcrec_parse(str_of(table[i][0]), mem, &old, NULL),
			ERR_NONE);
		assert_true(dmarcrec_convert(&old, mem, &new));
		got = printed(&new, mem);
		if (!str_eq(got, str_of(table[i][1])))
			fail_msg("%s: %.*s", table[i][0], STR_ARG(got));
	}
}

/* A wish out of a number, so that a loop meets every combination. */
static struct dmarcrec
wish_of(unsigned n, struct dmarcrec_uri *uris)
{
	static const unsigned fos[] = { 0, DMARCREC_FO_ANY,
					DMARCREC_FO_DKIM | DMARCREC_FO_SPF,
					DMARCREC_FO_ALL | DMARCREC_FO_ANY };
	static const enum dmarcrec_policy policies[] = { DMARCREC_UNSET,
							 DMARCREC_NONE,
							 DMARCREC_QUARANTINE,
							 DMARCREC_REJECT };
	struct dmarcrec rec = { .valid = true, .pct = 100 };

	rec.p = policies[n % 4];
	rec.sp = policies[n / 4 % 4];
	rec.np = policies[n / 16 % 4];
	rec.dkim_strict = n / 64 % 2 == 1;
	rec.spf_strict = n / 128 % 2 == 1;
	rec.test = n / 256 % 2 == 1;
	rec.psd = (enum dmarcrec_psd)(n / 512 % 3);
	rec.fo = fos[n / 1536 % 4];
	rec.rua = uris;
	rec.rua_n = n / 6144 % 4;
	rec.has_rua = rec.rua_n > 0;
	rec.ruf = uris;
	rec.ruf_n = n / 24576 % 2;
	rec.has_ruf = rec.ruf_n > 0;
	return rec;
}

static bool
same_fields(const struct dmarcrec *a, const struct dmarcrec *b)
{
	return a->p == b->p && a->sp == b->sp && a->np == b->np &&
	       a->dkim_strict == b->dkim_strict &&
	       a->spf_strict == b->spf_strict && a->test == b->test &&
	       a->psd == b->psd && a->has_rua == b->has_rua &&
	       a->has_ruf == b->has_ruf && a->rua_n == b->rua_n &&
	       a->ruf_n == b->ruf_n &&
	       (a->fo == b->fo || b->fo == (DMARCREC_FO_ALL | DMARCREC_FO_ANY));
}

static void
printed_reads_back_and_made_has_no_fault(void **state)
{
	struct dmarcrec_uri uris[3];
	unsigned made = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(uris); i++)
		uris[i] = (struct dmarcrec_uri){
			.uri = S("mailto:reports@host.example"),
			.host = S("host.example"),
			.mailto = true,
			.valid = true
		};
	for (unsigned n = 0; n < 49152; n++) {
		SCOPED_ARENA mem = arena_new(1 << 16);
		const struct dmarcrec wish = wish_of(n, uris);
		struct finding_list why, again;
		struct dmarcrec back;
		struct str text = printed(&wish, mem);

		assert_int_equal(dmarcrec_parse(text, mem, &back, NULL),
				 ERR_NONE);
		assert_int_equal(back.fault_n, 0);
		assert_true(back.valid && same_fields(&back, &wish));
		assert_false(back.has_pct || back.has_rf || back.has_ri);
		finding_list_init(&why, mem);
		if (!dmarcrec_make(&wish, mem, &why, &text)) {
			assert_true(finding_list_worst(&why) >= FINDING_WARN);
			continue;
		}
		made++;
		finding_list_init(&again, mem);
		assert_int_equal(dmarcrec_parse(text, mem, &back, NULL),
				 ERR_NONE);
		dmarcrec_lint(&back, S(""), &again);
		assert_true(finding_list_worst(&again) < FINDING_WARN);
	}
	/* The usual wishes are among them. */
	assert_true(made > 2000);
}

static void
every_step_of_the_journey_can_be_made(void **state)
{
	static const struct {
		struct dmarcrec wish;
		const char *text;
	} table[] = {
		{ { .p = DMARCREC_NONE },
		  "v=DMARC1; p=none; rua=mailto:r@h.example" },
		{ { .p = DMARCREC_QUARANTINE,
		    .np = DMARCREC_REJECT,
		    .test = true },
		  "v=DMARC1; p=quarantine; np=reject; t=y; "
		  "rua=mailto:r@h.example" },
		{ { .p = DMARCREC_QUARANTINE, .np = DMARCREC_REJECT },
		  "v=DMARC1; p=quarantine; np=reject; "
		  "rua=mailto:r@h.example" },
		{ { .p = DMARCREC_REJECT, .test = true },
		  "v=DMARC1; p=reject; t=y; rua=mailto:r@h.example" },
		{ { .p = DMARCREC_REJECT },
		  "v=DMARC1; p=reject; rua=mailto:r@h.example" },
	};
	SCOPED_ARENA mem = arena_new(1 << 20);
	struct dmarcrec_uri uri = { .uri = S("mailto:r@h.example"),
				    .host = S("h.example"),
				    .mailto = true,
				    .valid = true };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		struct dmarcrec wish = table[i].wish;
		struct finding_list why;
		struct str text;

		wish.rua = &uri;
		wish.rua_n = 1;
		finding_list_init(&why, mem);
		assert_true(dmarcrec_make(&wish, mem, &why, &text));
		assert_true(str_eq(text, str_of(table[i].text)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_records_become_new_and_never_stronger),
		cmocka_unit_test(printed_reads_back_and_made_has_no_fault),
		cmocka_unit_test(every_step_of_the_journey_can_be_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
