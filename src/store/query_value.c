/* Values of filters: words to the numbers and the folded text of the tables,
 * and back. */
#include "store/query_inside.h"

#include "dnsname/dnsname.h"
#include "store/item.h"

enum { VALUE_MAX = 1024 };

const char *
store_value_word(enum store_field field, int64_t number)
{
	switch (field) {
	case STORE_F_RESULT:
	case STORE_F_SPF:
	case STORE_F_DKIM:
		return number != 0 ? "pass" : "fail";
	case STORE_F_SPF_RESULT:
	case STORE_F_DKIM_RESULT:
		if (number > DMARC_RESULT_PERMERROR)
			return "";
		return dmarc_result_name((enum dmarc_result)number);
	case STORE_F_DISPOSITION:
		if (number > DMARC_REJECTED)
			return "";
		return dmarc_disposition_name((enum dmarc_disposition)number);
	case STORE_F_POLICY:
		if (number > DMARC_POLICY_REJECT)
			return "";
		return dmarc_policy_name((enum dmarc_policy)number);
	case STORE_F_CLASS:
		if (number >= SENDER_CLASSES)
			return "";
		return sender_class_name((enum sender_class)number);
	case STORE_F_TRUST:
		return store_trust_name((enum store_trust)number);
	default:
		return "";
	}
}

int64_t
store_verdict_part(enum store_field field, int64_t verdict)
{
	switch (field) {
	case STORE_F_RESULT:
		return (verdict & (STORE_V_DKIM | STORE_V_SPF)) != 0;
	case STORE_F_SPF:
		return (verdict & STORE_V_SPF) != 0;
	case STORE_F_DKIM:
		return (verdict & STORE_V_DKIM) != 0;
	case STORE_F_DISPOSITION:
		return verdict >> STORE_V_DISPOSITION & 3;
	case STORE_F_POLICY:
		return verdict >> STORE_V_POLICY & 3;
	default:
		return 0;
	}
}

/* How many numbers a field has that stand for words. */
static int
word_count(enum store_field field)
{
	switch (field) {
	case STORE_F_RESULT:
	case STORE_F_SPF:
	case STORE_F_DKIM:
		return 2;
	case STORE_F_SPF_RESULT:
	case STORE_F_DKIM_RESULT:
		return DMARC_RESULT_PERMERROR + 1;
	case STORE_F_DISPOSITION:
		return DMARC_REJECTED + 1;
	case STORE_F_POLICY:
		return DMARC_POLICY_REJECT + 1;
	case STORE_F_CLASS:
		return SENDER_CLASSES;
	case STORE_F_TRUST:
		return STORE_VERIFIED + 1;
	default:
		return 0;
	}
}

static enum err
refused(const struct store_filter *f, const char *accepted, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "query.bad_value", 0, "%s: %s",
			store_field_name(f->field), accepted);
}

static enum err
number_of_word(const struct store_filter *f, int64_t *out, struct diag *why)
{
	SCOPED_BUF accepted = BUF(256);

	for (int i = 0; i < word_count(f->field); i++) {
		const char *word = store_value_word(f->field, i);

		if (str_eq_fold(f->value, str_of(word))) {
			*out = i;
			return ERR_NONE;
		}
		if (*word != '\0')
			buf_addf(&accepted, "%s%s", accepted.n ? ", " : "",
				 word);
	}
	if (f->field == STORE_F_TRUST)
		buf_addz(&accepted, ", any");
	return refused(f, buf_c(&accepted), why);
}

static enum err
number_of_override(const struct store_filter *f, int64_t *out, struct diag *why)
{
	static const struct {
		const char *word;
		enum dmarc_override bit;
	} words[] = {
		{ "forwarded", DMARC_OVERRIDE_FORWARDED },
		{ "sampled_out", DMARC_OVERRIDE_SAMPLED_OUT },
		{ "trusted_forwarder", DMARC_OVERRIDE_TRUSTED_FORWARDER },
		{ "mailing_list", DMARC_OVERRIDE_MAILING_LIST },
		{ "local_policy", DMARC_OVERRIDE_LOCAL_POLICY },
		{ "policy_test_mode", DMARC_OVERRIDE_POLICY_TEST_MODE },
		{ "other", DMARC_OVERRIDE_OTHER },
		{ "none", (enum dmarc_override)0 },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!str_eq_fold(f->value, str_of(words[i].word)))
			continue;
		*out = words[i].bit;
		return ERR_NONE;
	}
	return refused(f,
		       "forwarded, sampled_out, trusted_forwarder, "
		       "mailing_list, local_policy, policy_test_mode, other, "
		       "none",
		       why);
}

static enum err
number_of_asn(const struct store_filter *f, int64_t *out, struct diag *why)
{
	struct str digits = f->value;
	uint64_t n;

	if (str_starts_fold(digits, S("AS")))
		digits = str_sub(digits, 2, digits.n);
	if (str_eq(f->value, S("unknown")))
		n = 0;
	else if (!str_u64(digits, &n) || n > UINT32_MAX)
		return refused(f, "AS64496, 64496, unknown", why);
	*out = (int64_t)n;
	return ERR_NONE;
}

static enum err
number_of_day(const struct store_filter *f, int64_t *out, struct diag *why)
{
	int64_t at;

	if (!civil_parse_date(f->value, &at))
		return refused(f, "YYYY-MM-DD", why);
	*out = civil_day(at);
	return ERR_NONE;
}

static enum err
number_of_report(const struct store_filter *f, int64_t *out, struct diag *why)
{
	if (str_i64(f->value, out) && *out > 0)
		return ERR_NONE;
	return refused(f, "1, 2, ...", why);
}

enum err
store_value_number(const struct store_filter *f, int64_t *out, struct diag *why)
{
	switch (f->field) {
	case STORE_F_OVERRIDE:
		return number_of_override(f, out, why);
	case STORE_F_ASN:
		return number_of_asn(f, out, why);
	case STORE_F_DAY:
		return number_of_day(f, out, why);
	case STORE_F_REPORT:
		return number_of_report(f, out, why);
	case STORE_F_DISPOSITION:
		if (str_eq_fold(f->value, S("pass"))) { /* RFC 9990 */
			*out = DMARC_DELIVERED_NONE;
			return ERR_NONE;
		}
		return number_of_word(f, out, why);
	case STORE_F_POLICY:
		if (str_eq_fold(f->value, S("unknown"))) {
			*out = DMARC_POLICY_UNKNOWN;
			return ERR_NONE;
		}
		return number_of_word(f, out, why);
	default:
		return number_of_word(f, out, why);
	}
}

static bool
lowered(struct str s, struct arena *mem, struct str *out)
{
	char *to = arena_alloc(mem, s.n + 1);

	if (to == NULL)
		return false;
	for (size_t i = 0; i < s.n; i++)
		to[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32
							      : s.p[i]);
	*out = (struct str){ to, s.n };
	return true;
}

static enum err
text_of_country(const struct store_filter *f, struct arena *mem,
		struct str *out, struct diag *why)
{
	char code[3] = "";

	if (str_eq(f->value, S("unknown"))) {
		*out = (struct str){ "", 0 };
		return ERR_NONE;
	}
	for (size_t i = 0; i < f->value.n && f->value.n == 2; i++) {
		char c = f->value.p[i];

		code[i] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
	if (code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z')
		return refused(f, "NO, JP, unknown", why);
	if (!arena_dup(mem, str_of(code), out))
		return ERR_LIMIT;
	return ERR_NONE;
}

static enum err
text_of_reporter(const struct store_filter *f, struct arena *mem,
		 struct str *out, struct diag *why)
{
	SCOPED_BUF folded = BUF(4 * VALUE_MAX);

	store_fold_org(f->value, &folded);
	if (folded.full || !arena_dup(mem, buf_str(&folded), out))
		return refused(f, "...", why);
	return ERR_NONE;
}

/* Fields where the empty text means that nothing is known or was sent. */
static bool
may_be_unknown(enum store_field field)
{
	return field == STORE_F_TO_DOMAIN || field == STORE_F_HOST ||
	       field == STORE_F_ENVELOPE_FROM || field == STORE_F_SOURCE ||
	       field == STORE_F_SELECTOR;
}

enum err
store_value_text(const struct store_filter *f, struct arena *mem,
		 struct str *out, struct diag *why)
{
	bool fits = true;

	if (f->value.n == 0 || f->value.n > VALUE_MAX)
		return refused(f, "1-1024", why);
	if (f->field == STORE_F_COUNTRY)
		return text_of_country(f, mem, out, why);
	if (f->field == STORE_F_REPORTER || f->field == STORE_F_REPORTER_FAMILY)
		return text_of_reporter(f, mem, out, why);
	if (may_be_unknown(f->field) && str_eq(f->value, S("unknown")))
		*out = (struct str){ "", 0 };
	else if (f->field == STORE_F_SELECTOR || f->field == STORE_F_SOURCE ||
		 f->field == STORE_F_TEXT || !dnsname_fold(f->value, mem, out))
		/* What is no name is kept as it was sent, in lower case. */
		fits = lowered(f->value, mem, out);
	return fits ? ERR_NONE : refused(f, "1-1024", why);
}

enum err
store_value_net(const struct store_filter *f, struct netaddr_net *out,
		struct diag *why)
{
	if (netaddr_parse_net(f->value, out))
		return ERR_NONE;
	return refused(f, "192.0.2.1, 192.0.2.0/24, 2001:db8::/32", why);
}

/* Whether `number` of the field is wanted. */
static enum err
judge(const struct store_query *q, enum store_field field, int64_t number,
      bool *wanted, struct diag *why)
{
	bool asked = false;
	bool hit = false;

	for (size_t i = 0; i < q->filter_count; i++) {
		const struct store_filter *f = &q->filter[i];
		bool all = field == STORE_F_TRUST && str_eq(f->value, S("any"));
		int64_t value = 0;
		bool is;
		enum err e = ERR_NONE;

		if (f->field != field)
			continue;
		if (!all)
			e = store_value_number(f, &value, why);
		if (e != ERR_NONE)
			return e;
		is = all || value == number;
		if (field == STORE_F_OVERRIDE && value != 0)
			is = (number & value) != 0;
		*wanted = *wanted && !(f->not_it && is);
		asked |= !f->not_it;
		hit |= !f->not_it && is;
	}
	*wanted = *wanted && (hit || !asked);
	return ERR_NONE;
}

enum err
store_value_table(const struct store_query *q, enum store_field field,
		  int count, bool *table, struct diag *why)
{
	enum err e = ERR_NONE;

	for (int i = 0; i < count && e == ERR_NONE; i++) {
		table[i] = true;
		e = judge(q, field, i, &table[i], why);
	}
	return e;
}
