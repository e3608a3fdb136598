/* field.c - single values of a TLS report, in every dress they come in. */
#include "tlsrpt/private.h"

#include <inttypes.h>
#include <stdio.h>

/* Sessions of a day; more is a mistake or a lie that would drown the sums of
 * everybody else. */
#define COUNT_MAX INT64_C(1000000000000)

enum { PACKED_DEPTH = 2, MILLISECONDS_FROM = 100000000 /* thousands of s */ };

static const char *const codes[REPAIRS] = {
	[REPAIR_JSON] = "tlsrpt.json_repaired",
	[REPAIR_NO_ORGANIZATION] = "tlsrpt.no_organization",
	[REPAIR_NO_CONTACT] = "tlsrpt.no_contact",
	[REPAIR_NO_REPORT_ID] = "tlsrpt.no_report_id",
	[REPAIR_NO_ZONE] = "tlsrpt.no_zone",
	[REPAIR_EPOCH_DATE] = "tlsrpt.epoch_date",
	[REPAIR_DATE_ONLY] = "tlsrpt.date_only",
	[REPAIR_NO_BEGIN] = "tlsrpt.no_begin",
	[REPAIR_NO_END] = "tlsrpt.no_end",
	[REPAIR_DATES_SWAPPED] = "tlsrpt.dates_swapped",
	[REPAIR_SPAN_OVER_36H] = "tlsrpt.span_over_36h",
	[REPAIR_NOT_AN_ARRAY] = "tlsrpt.not_an_array",
	[REPAIR_BAD_POLICY] = "tlsrpt.bad_policy",
	[REPAIR_POLICY_NOT_NESTED] = "tlsrpt.policy_not_nested",
	[REPAIR_NO_POLICY_TYPE] = "tlsrpt.no_policy_type",
	[REPAIR_POLICY_TYPE_CASE] = "tlsrpt.policy_type_case",
	[REPAIR_UNKNOWN_POLICY_TYPE] = "tlsrpt.unknown_policy_type",
	[REPAIR_NO_POLICY_DOMAIN] = "tlsrpt.no_policy_domain",
	[REPAIR_BAD_POLICY_DOMAIN] = "tlsrpt.bad_policy_domain",
	[REPAIR_PACKED_STRINGS] = "tlsrpt.packed_strings",
	[REPAIR_MX_PREFIX] = "tlsrpt.mx_prefix",
	[REPAIR_NO_COUNT] = "tlsrpt.no_count",
	[REPAIR_COUNT_AS_TEXT] = "tlsrpt.count_as_text",
	[REPAIR_BAD_COUNT] = "tlsrpt.bad_count",
	[REPAIR_NO_RESULT_TYPE] = "tlsrpt.no_result_type",
	[REPAIR_SAME_SESSIONS] = "tlsrpt.same_sessions",
	[REPAIR_TEXT_CUT] = "tlsrpt.text_cut",
};

_Static_assert(REPAIRS <= 32, "one bit each");

void
tlsrpt_repaired(struct reader *r, enum tlsrpt_repair repair)
{
	r->repairs |= UINT32_C(1) << repair;
}

void
tlsrpt_list_repairs(struct reader *r, struct tlsrpt_report *out)
{
	const char **list = arena_array(r->mem, REPAIRS, sizeof *list);
	size_t n = 0;

	if (!list) {
		r->full = true;
		return;
	}
	for (size_t i = 0; i < REPAIRS; i++)
		if (r->repairs >> i & 1)
			list[n++] = codes[i];
	out->repairs = list;
	out->repair_count = n;
}

static struct str
keep(struct reader *r, struct str text)
{
	struct str out = STR("");

	if (text.n > TLSRPT_TEXT_MAX) {
		text.n = TLSRPT_TEXT_MAX;
		while (text.n > 0 &&
		       ((unsigned char)text.p[text.n] & 0xC0) == 0x80)
			text.n--;
		tlsrpt_repaired(r, REPAIR_TEXT_CUT);
	}
	if (text.n > 0 && !arena_dup(r->mem, text, &out))
		r->full = true;
	return out;
}

struct str
tlsrpt_take_text(struct reader *r, const struct json *node)
{
	char digits[32];
	int64_t number;

	if (json_type(node) == JSON_NUMBER && json_i64(node, &number)) {
		(void)snprintf(digits, sizeof digits, "%" PRId64, number);
		return keep(r, str_of(digits));
	}
	return keep(r, str_trim(json_str(node)));
}

struct str
tlsrpt_take_lower(struct reader *r, const struct json *node)
{
	struct str text = str_trim(json_str(node));
	char *copy;

	if (text.n > TLSRPT_TEXT_MAX)
		return keep(r, text);
	copy = arena_alloc(r->mem, text.n);
	if (!copy) {
		r->full = true;
		return S("");
	}
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (struct str){ copy, text.n };
}

/* The array that a string holds (seen from Microsoft for TLSA); NULL when it
 * is plain text. */
static struct json *
unpack(struct str text)
{
	const struct json_limits limits = { TLSRPT_BYTES_MAX, PACKED_DEPTH };
	struct json *packed = NULL;
	bool mended;

	text = str_trim(text);
	if (!str_starts(text, S("[")) || !str_ends(text, S("]")) ||
	    json_parse(text, limits, &packed, &mended, NULL))
		return NULL;
	return packed;
}

/* Puts the strings of `array` into `to`, which may be NULL to count them. */
static size_t
put_strings(struct reader *r, const struct json *array, struct str *to)
{
	size_t n = 0;

	for (size_t i = 0; i < json_count(array); i++) {
		const struct json *item = json_at(array, i);

		if (json_type(item) != JSON_STRING)
			continue;
		if (to)
			to[n] = tlsrpt_take_text(r, item);
		n++;
	}
	return n;
}

/* As put_strings for one element of a list, packed or not. */
static size_t
put_item(struct reader *r, const struct json *item, struct str *to)
{
	SCOPED_JSON packed = unpack(json_str(item));

	if (packed) {
		tlsrpt_repaired(r, REPAIR_PACKED_STRINGS);
		return put_strings(r, packed, to);
	}
	if (json_type(item) != JSON_STRING)
		return 0;
	if (to)
		*to = tlsrpt_take_text(r, item);
	return 1;
}

const struct str *
tlsrpt_take_list(struct reader *r, const struct json *node, size_t *count)
{
	bool single = json_type(node) == JSON_STRING;
	size_t items = single ? 1 : json_count(node);
	size_t n = 0;
	struct str *list;

	*count = 0;
	if (single && json_str(node).n == 0)
		return NULL;
	for (size_t i = 0; i < items; i++)
		n += put_item(r, single ? node : json_at(node, i), NULL);
	if (n == 0)
		return NULL;
	list = arena_array(r->mem, n, sizeof *list);
	if (!list) {
		r->full = true;
		return NULL;
	}
	if (single)
		tlsrpt_repaired(r, REPAIR_NOT_AN_ARRAY);
	n = 0;
	for (size_t i = 0; i < items; i++)
		n += put_item(r, single ? node : json_at(node, i), list + n);
	*count = n;
	return list;
}

bool
tlsrpt_take_count(struct reader *r, const struct json *node, uint64_t *out)
{
	enum json_type type = json_type(node);
	int64_t n;

	if (type == JSON_ABSENT || type == JSON_NULL)
		return false;
	if (!json_i64(node, &n) || n < 0 || n > COUNT_MAX) {
		tlsrpt_repaired(r, REPAIR_BAD_COUNT);
		return false;
	}
	if (type == JSON_STRING)
		tlsrpt_repaired(r, REPAIR_COUNT_AS_TEXT);
	*out = (uint64_t)n;
	return true;
}

/* "Z" or an offset stands at the end. */
static bool
has_zone(struct str text)
{
	struct str tail;

	if (str_ends_fold(text, S("z")))
		return true;
	tail = str_sub(text, str_find(text, S(":")), SIZE_MAX);
	return str_index(tail, '+') != SIZE_MAX ||
	       str_index(tail, '-') != SIZE_MAX;
}

static bool
date_of_text(struct reader *r, struct str text, bool last, int64_t *out)
{
	if (civil_parse_rfc3339(text, out)) {
		if (!has_zone(text))
			tlsrpt_repaired(r, REPAIR_NO_ZONE);
		return true;
	}
	if (!civil_parse_date(text, out))
		return false;
	if (last)
		*out += CIVIL_DAY - 1;
	tlsrpt_repaired(r, REPAIR_DATE_ONLY);
	return true;
}

bool
tlsrpt_take_date(struct reader *r, const struct json *node, bool last,
		 int64_t *out)
{
	struct civil end = { .year = 10000, .month = 1, .day = 1 };
	int64_t when;

	if (json_i64(node, &when)) {
		if (when / 1000 >= MILLISECONDS_FROM)
			when /= 1000;
		tlsrpt_repaired(r, REPAIR_EPOCH_DATE);
	} else if (!date_of_text(r, str_trim(json_str(node)), last, &when)) {
		return false;
	}
	if (when <= 0 || when >= civil_seconds(end))
		return false;
	*out = when;
	return true;
}

size_t
tlsrpt_object_count(struct reader *r, const struct json *node)
{
	if (json_type(node) != JSON_OBJECT)
		return json_count(node);
	tlsrpt_repaired(r, REPAIR_NOT_AN_ARRAY);
	return 1;
}

const struct json *
tlsrpt_object_at(const struct json *node, size_t i)
{
	return json_type(node) == JSON_OBJECT ? node : json_at(node, i);
}
