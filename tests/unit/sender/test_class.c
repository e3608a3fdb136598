#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/base.h"
#include "sender/sender.h"

#include <stdio.h>

/* One line of the truth table: "-" anything, else the value it holds. */
struct line {
	char triage; /* n ew, o urs, f orwarder, N ot ours, i gnored, u = n/i */
	char dkim, spf;   /* y, n */
	char disposition; /* none, quarantine, reject; s = q or r */
	char override;    /* y: says forwarded, l: another, n: none */
	char vouched;
	enum sender_class class;
	enum sender_rule rule;
};

/* contracts section 4, first match wins. */
static const struct line table[] = {
	{ 'o', '-', '-', '-', '-', '-', SENDER_OWN, SENDER_RULE_TRIAGE },
	{ 'f', '-', '-', '-', '-', '-', SENDER_FORWARDED, SENDER_RULE_TRIAGE },
	{ '-', 'n', 'n', 's', '-', '-', SENDER_BLOCKED, SENDER_RULE_BLOCKED },
	{ '-', '-', '-', '-', 'y', '-', SENDER_FORWARDED,
	  SENDER_RULE_FORWARDED },
	{ '-', 'y', 'n', '-', '-', 'n', SENDER_FORWARDED,
	  SENDER_RULE_FORWARDED },
	{ 'u', 'y', 'n', '-', '-', 'y', SENDER_OWN, SENDER_RULE_PASS },
	{ 'u', '-', 'y', '-', '-', '-', SENDER_OWN, SENDER_RULE_PASS },
	{ 'N', 'y', 'n', '-', '-', 'y', SENDER_UNRECOGNISED, SENDER_RULE_REST },
	{ 'N', '-', 'y', '-', '-', '-', SENDER_UNRECOGNISED, SENDER_RULE_REST },
	{ '-', 'n', 'n', 'n', '-', '-', SENDER_UNRECOGNISED, SENDER_RULE_REST },
};

static bool
holds_flag(char wanted, bool value)
{
	return wanted == '-' || (wanted == 'y') == value;
}

static bool
holds_triage(char wanted, enum sender_triage t)
{
	static const char letters[] = { [SENDER_NOT_TRIAGED] = 'n',
					[SENDER_OURS] = 'o',
					[SENDER_FORWARDER] = 'f',
					[SENDER_NOT_OURS] = 'N',
					[SENDER_IGNORED] = 'i' };

	if (wanted == 'u')
		return letters[t] == 'n' || letters[t] == 'i';
	return wanted == '-' || letters[t] == wanted;
}

static bool
holds_override(char wanted, unsigned overrides)
{
	unsigned says = DMARC_OVERRIDE_FORWARDED | DMARC_OVERRIDE_MAILING_LIST |
			DMARC_OVERRIDE_TRUSTED_FORWARDER;

	return wanted == '-' || (wanted == 'y') == ((overrides & says) != 0);
}

static bool
holds(const struct line *line, const struct sender_facts *f)
{
	bool stopped = f->disposition != DMARC_DELIVERED_NONE;

	return holds_triage(line->triage, f->triage) &&
	       holds_flag(line->dkim, f->dkim_aligned) &&
	       holds_flag(line->spf, f->spf_aligned) &&
	       (line->disposition == '-' ||
		(line->disposition == 's') == stopped) &&
	       holds_override(line->override, f->overrides) &&
	       holds_flag(line->vouched, f->spf_vouched || f->spf_inside);
}

static void
check(const struct sender_facts *f)
{
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		enum sender_rule rule;

		if (!holds(&table[i], f))
			continue;
		assert_int_equal(sender_classify(f, &rule), table[i].class);
		assert_int_equal(rule, table[i].rule);
		assert_int_equal(sender_classify(f, NULL), table[i].class);
		return;
	}
	fail_msg("no line of the table holds");
}

/* All 5 * 2 * 2 * 3 * 128 * 2 * 2 combinations. */
static void
every_combination_has_the_class_of_its_first_rule(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned n = 0; n < 5 * 2 * 2 * 3 * 128 * 2 * 2; n++) {
		const struct sender_facts f = {
			.triage = (enum sender_triage)(n % 5),
			.dkim_aligned = n / 5 % 2,
			.spf_aligned = n / 10 % 2,
			.disposition = (enum dmarc_disposition)(n / 20 % 3),
			.overrides = n / 60 % 128,
			.spf_vouched = n / 60 / 128 % 2,
			.spf_inside = n / 60 / 256 % 2,
		};

		check(&f);
		seen++;
	}
	assert_int_equal(seen, 30720);
}

static void
what_the_table_says_in_words(void **state)
{
	struct sender_facts f = { .triage = SENDER_OURS,
				  .disposition = DMARC_REJECTED };
	enum sender_rule rule;

	(void)state;
	/* A source triaged ours stays own, failing. */
	assert_int_equal(sender_classify(&f, &rule), SENDER_OWN);
	/* A pass of a source that is not ours is nobody's. */
	f = (struct sender_facts){ .triage = SENDER_NOT_OURS,
				   .spf_aligned = true };
	assert_int_equal(sender_classify(&f, &rule), SENDER_UNRECOGNISED);
	/* A service that signs for its customer is own... */
	f = (struct sender_facts){ .dkim_aligned = true, .spf_vouched = true };
	assert_int_equal(sender_classify(&f, &rule), SENDER_OWN);
	/* ... a forwarder is not, and SPF aligned is no forwarding. */
	f.spf_vouched = false;
	assert_int_equal(sender_classify(&f, &rule), SENDER_FORWARDED);
	f.spf_aligned = true;
	assert_int_equal(sender_classify(&f, &rule), SENDER_OWN);
	/* Ignored is as if nobody had said anything. */
	f.triage = SENDER_IGNORED;
	assert_int_equal(sender_classify(&f, &rule), SENDER_OWN);
	assert_int_equal(rule, SENDER_RULE_PASS);
}

static void
names_and_their_parsers_agree(void **state)
{
	enum sender_class class;
	enum sender_triage triage;

	(void)state;
	for (int i = 0; i < SENDER_CLASSES; i++) {
		struct str name =
			str_of(sender_class_name((enum sender_class)i));

		assert_true(sender_class_parse(name, &class));
		assert_int_equal(class, i);
	}
	for (int i = SENDER_NOT_TRIAGED; i <= SENDER_IGNORED; i++) {
		struct str name =
			str_of(sender_triage_name((enum sender_triage)i));

		assert_true(sender_triage_parse(name, &triage));
		assert_int_equal(triage, i);
	}
	assert_true(sender_triage_parse(S("Not-Ours"), &triage));
	assert_int_equal(triage, SENDER_NOT_OURS);
	assert_true(sender_triage_parse(S("not ours"), &triage));
	assert_false(sender_triage_parse(S(""), &triage));
	assert_false(sender_triage_parse(S("our"), &triage));
	assert_false(sender_class_parse(S("everything there is in the "
					  "whole wide world"),
					&class));
	assert_string_equal(sender_evidence_name(SENDER_BY_DKIM), "dkim");
	assert_string_equal(sender_evidence_name(SENDER_BY_NETWORK), "network");
}

static void
reporters_are_put_into_families(void **state)
{
	static const struct {
		const char *org, *family;
	} cases[] = {
		{ "Outlook.com", "microsoft" },
		{ "Enterprise Outlook", "microsoft" },
		{ "Microsoft Corporation", "microsoft" },
		{ " microsoft  corporation ", "microsoft" },
		{ "google.com", "google" },
		{ "Google, Inc.", "google" },
		{ "Google Inc.", "google" },
		{ "Yahoo", "yahoo" },
		{ "Yahoo! Inc.", "yahoo" },
		{ "AOL", "yahoo" },
		{ "Yahoo! JAPAN", "yahoo! japan" },
		{ "yahoo.co.jp", "yahoo.co.jp" },
		{ "Mail.Ru", "mail.ru" },
		{ "Google Fan Club", "google fan club" },
		{ "AMAZON-SES", "amazon-ses" },
		{ "Tecnocratica\t DMARC\nReport", "tecnocratica dmarc report" },
		{ "", "" },
		{ "\xE6\xA0\xAA\xE5\xBC\x8F", "\xE6\xA0\xAA\xE5\xBC\x8F" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF out = BUF(2000);

		sender_reporter_family(str_of(cases[i].org), &out);
		assert_string_equal(buf_c(&out), cases[i].family);
	}
}

static void
mail_vouches_for_reports_of_its_own_author(void **state)
{
	static const struct {
		const char *author, *org;
		bool may;
	} cases[] = {
		{ "google.com", "google.com", true },
		{ "google.com", "Google Inc.", true },
		{ "gmail.com", "google.com", true },
		{ "evil.example", "google.com", false },
		{ "evil.example", "Google Inc.", false },
		{ "evil.example", "Outlook.com", false },
		{ "microsoft.com", "Enterprise Outlook", true },
		{ "dmarc.yahoo.com", "Yahoo! Inc.", true },
		{ "corp.mail.example", "Mail.Example", true },
		{ "mail.example", "other.example", false },
		{ "mail.example", "Some Mail Ltd", true },
		{ "google.com", "yahoo.com", false },
		{ "", "google.com", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (sender_may_report(str_of(cases[i].author),
				      str_of(cases[i].org)) != cases[i].may)
			fail_msg("%s for %s", cases[i].author, cases[i].org);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_combination_has_the_class_of_its_first_rule),
		cmocka_unit_test(what_the_table_says_in_words),
		cmocka_unit_test(names_and_their_parsers_agree),
		cmocka_unit_test(reporters_are_put_into_families),
		cmocka_unit_test(mail_vouches_for_reports_of_its_own_author),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
