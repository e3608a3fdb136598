/* One name=value after the other becomes a store query. */
#include "insight/insight.h"

#include <string.h>

enum { MONTHS_MAX = 1200, DAYS_MAX = 36500 };

void
insight_init(struct store_query *q, int64_t owner)
{
	*q = (struct store_query){
		.owner = owner,
		.first_day = INT64_MIN,
		.last_day = INT64_MAX,
		.sort = STORE_M_MESSAGES,
	};
}

static enum err
bad_value(struct str name, const char *accepted, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "query.bad_value", 0, "%.*s: %s",
			(int)(name.n < 40 ? name.n : 40), name.p, accepted);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* The same day of the month, `months` earlier; the last one of a shorter
 * month. */
static int64_t
months_before(int64_t day, int months)
{
	struct civil c = civil_from(day * CIVIL_DAY);
	int all = c.year * 12 + c.month - 1 - months;

	c.year = all / 12;
	c.month = all % 12 + 1;
	if (c.day > days_in(c.year, c.month))
		c.day = days_in(c.year, c.month);
	return civil_day(civil_seconds(c));
}

/* "30d" is today and the 29 days before (contracts section 2); "1m" begins on
 * the day after the same day of last month. */
static bool
span(struct str s, int64_t today, int64_t *first)
{
	uint64_t n;

	if (s.n < 2 || !str_u64(str_sub(s, 0, s.n - 1), &n) || n == 0 ||
	    n > DAYS_MAX)
		return false;
	switch (s.p[s.n - 1]) {
	case 'd':
		*first = today - (int64_t)n + 1;
		return true;
	case 'w':
		*first = today - (int64_t)n * 7 + 1;
		return n <= DAYS_MAX / 7;
	case 'm':
	case 'y':
		n *= s.p[s.n - 1] == 'y' ? 12 : 1;
		if (n > MONTHS_MAX)
			return false;
		*first = months_before(today, (int)n) + 1;
		return true;
	default:
		return false;
	}
}

static enum err
set_range(struct store_query *q, struct str name, struct str value, int64_t now,
	  struct diag *why)
{
	int64_t today = civil_day(now);
	int64_t first = today;
	int64_t last = today;

	if (str_eq(value, S("all"))) {
		first = INT64_MIN;
		last = INT64_MAX;
	} else if (str_eq(value, S("yesterday"))) {
		first = last = today - 1;
	} else if (!str_eq(value, S("today")) && !span(value, today, &first)) {
		return bad_value(
			name, "30d, 12w, 6m, 1y, today, yesterday, all", why);
	}
	q->first_day = first;
	q->last_day = last;
	return ERR_NONE;
}

static enum err
set_day(struct store_query *q, struct str name, struct str value, int64_t now,
	struct diag *why)
{
	bool from = str_eq(name, S("from"));
	int64_t at;

	if (str_eq(value, S("today")))
		at = now;
	else if (str_eq(value, S("yesterday")))
		at = now - CIVIL_DAY;
	else if (!civil_parse_date(value, &at))
		return bad_value(name, "YYYY-MM-DD", why);
	*(from ? &q->first_day : &q->last_day) = civil_day(at);
	if (q->first_day > q->last_day)
		return bad_value(name, "from <= to", why);
	return ERR_NONE;
}

/* Days are read as a calendar, everything else from the largest down. */
static void
natural_order(struct store_query *q)
{
	if (q->sort_given)
		return;
	q->sort_by_key = q->ascending = q->grouped && q->group == STORE_F_DAY;
}

static enum err
set_group(struct store_query *q, struct str name, struct str value,
	  struct diag *why)
{
	const char *known[STORE_FIELDS];
	size_t count = 0;
	const char *near;

	q->grouped = value.n > 0 && !str_eq(value, S("none"));
	natural_order(q);
	if (!q->grouped)
		return ERR_NONE;
	if (store_field_parse(value, &q->group) &&
	    store_field_groups(q->group)) {
		natural_order(q);
		return ERR_NONE;
	}
	for (int i = 0; i < STORE_FIELDS; i++)
		if (store_field_groups((enum store_field)i))
			known[count++] = store_field_name((enum store_field)i);
	near = insight_nearest(value, known, count);
	return bad_value(name,
			 near ? near
			      : "domain, day, source, reporter, result, class, "
				"country, asn, ip, host, ...",
			 why);
}

static enum err
set_sort(struct store_query *q, struct str name, struct str value,
	 struct diag *why)
{
	const char *known[STORE_MEASURES + 1];
	const char *near;
	struct str word = value;
	bool down = str_starts(word, S("-"));

	if (down || str_starts(word, S("+")))
		word = str_sub(word, 1, word.n - 1);
	q->sort_by_key = str_eq(word, S("key"));
	if (q->sort_by_key || store_measure_parse(word, &q->sort)) {
		q->ascending = !down;
		q->sort_given = true;
		return ERR_NONE;
	}
	for (int i = 0; i < STORE_MEASURES; i++)
		known[i] = store_measure_name((enum store_measure)i);
	known[STORE_MEASURES] = "key";
	near = insight_nearest(word, known, COUNT_OF(known));
	return bad_value(name,
			 near ? near
			      : "-messages, -passed, -sources, -last_seen, "
				"key, ...",
			 why);
}

static enum err
set_limit(struct store_query *q, struct str name, struct str value,
	  struct diag *why)
{
	uint64_t n;

	if (!str_u64(value, &n) || n == 0 || n > STORE_LIMIT_MAX)
		return bad_value(name, "1-10000", why);
	q->limit = n;
	return ERR_NONE;
}

static enum err
add_filter(struct store_query *q, enum store_field field, struct str value,
	   struct diag *why)
{
	bool not_it = str_starts(value, S("!"));

	if (not_it)
		value = str_sub(value, 1, value.n - 1);
	value = str_trim(value);
	if (value.n == 0)
		return bad_value(str_of(store_field_name(field)), "\"\"", why);
	if (q->filter_count == STORE_FILTERS_MAX)
		return diag_set(why, ERR_LIMIT, "query.too_many_filters", 0,
				"%d", STORE_FILTERS_MAX);
	q->filter[q->filter_count++] = (struct store_filter){
		.field = field,
		.value = value,
		.not_it = not_it,
	};
	return ERR_NONE;
}

static enum err
set_failures(struct store_query *q, struct str name, struct str value,
	     struct diag *why)
{
	static const char *const no[] = { "0", "false", "no" };
	static const char *const yes[] = { "", "1", "true", "yes" };

	for (size_t i = 0; i < COUNT_OF(no); i++)
		if (str_eq(value, str_of(no[i])))
			return ERR_NONE;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		if (str_eq(value, str_of(yes[i])))
			return add_filter(q, STORE_F_RESULT, S("fail"), why);
	return bad_value(name, "true, false", why);
}

static enum err
unknown_name(struct str name, struct diag *why)
{
	static const char *const others[] = {
		"range", "from",  "to",     "group",
		"sort",  "limit", "cursor", "failures",
	};
	const char *known[STORE_FIELDS + COUNT_OF(others)];
	const char *near;
	int shown = (int)(name.n < 60 ? name.n : 60);

	for (int i = 0; i < STORE_FIELDS; i++)
		known[i] = store_field_name((enum store_field)i);
	memcpy(&known[STORE_FIELDS], others, sizeof(others));
	near = insight_nearest(name, known, COUNT_OF(known));
	if (near == NULL)
		return diag_set(why, ERR_SYNTAX, "query.unknown_name", 0,
				"%.*s", shown, name.p);
	return diag_set(why, ERR_SYNTAX, "query.unknown_name", 0, "%.*s (%s?)",
			shown, name.p, near);
}

enum err
insight_set(struct store_query *q, struct str name, struct str value,
	    int64_t now, struct diag *why)
{
	enum store_field field;

	if (store_field_parse(name, &field))
		return add_filter(q, field, value, why);
	if (str_eq(name, S("range")))
		return set_range(q, name, value, now, why);
	if (str_eq(name, S("from")) || str_eq(name, S("to")))
		return set_day(q, name, value, now, why);
	if (str_eq(name, S("group")))
		return set_group(q, name, value, why);
	if (str_eq(name, S("sort")))
		return set_sort(q, name, value, why);
	if (str_eq(name, S("limit")))
		return set_limit(q, name, value, why);
	if (str_eq(name, S("failures")))
		return set_failures(q, name, value, why);
	if (!str_eq(name, S("cursor")))
		return unknown_name(name, why);
	q->cursor = value;
	return ERR_NONE;
}
