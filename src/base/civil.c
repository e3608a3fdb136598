/* civil.c - Gregorian calendar arithmetic in UTC.
 *
 * Days are counted in eras of 400 years beginning on 1 March, which puts the
 * leap day last and makes the month lengths a straight line.
 */
#include "base/base.h"

#include <stdio.h>

enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 /* 0000-03-01 to 1970-01-01 */ };

int64_t
civil_day(int64_t seconds)
{
	int64_t day = seconds / CIVIL_DAY;

	return seconds % CIVIL_DAY < 0 ? day - 1 : day;
}

static int64_t
days_from(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
			     year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - EPOCH_SHIFT;
}

struct civil
civil_from(int64_t seconds)
{
	int64_t day = civil_day(seconds);
	int64_t rest = seconds - day * CIVIL_DAY;
	int64_t z = day + EPOCH_SHIFT;
	int64_t era = (z >= 0 ? z : z - ERA_DAYS + 1) / ERA_DAYS;
	int64_t doe = z - era * ERA_DAYS;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct civil){
		.year = (int)(yoe + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.hour = (int)(rest / 3600),
		.minute = (int)(rest % 3600 / 60),
		.second = (int)(rest % 60),
	};
}

int64_t
civil_seconds(struct civil c)
{
	return days_from(c.year, c.month, c.day) * CIVIL_DAY + c.hour * 3600 +
	       c.minute * 60 + c.second;
}

/* Takes exactly `n` digits off the front of `s`. */
static bool
take_digits(struct str *s, size_t n, int *out)
{
	uint64_t value;

	if (s->n < n || !str_u64(str_sub(*s, 0, n), &value))
		return false;
	*out = (int)value;
	*s = str_sub(*s, n, SIZE_MAX);
	return true;
}

static bool
take(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, SIZE_MAX);
	return true;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool
is_date(const struct civil *c)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31 };

	if (c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	return c->day <=
	       length[c->month - 1] + (c->month == 2 && is_leap(c->year));
}

static bool
take_date(struct str *s, struct civil *c)
{
	return take_digits(s, 4, &c->year) && take(s, '-') &&
	       take_digits(s, 2, &c->month) && take(s, '-') &&
	       take_digits(s, 2, &c->day) && is_date(c);
}

/* A leap second (60) counts as the second after. */
static bool
take_clock(struct str *s, struct civil *c, bool seconds_needed)
{
	if (!take_digits(s, 2, &c->hour) || !take(s, ':') ||
	    !take_digits(s, 2, &c->minute))
		return false;
	if (take(s, ':')) {
		if (!take_digits(s, 2, &c->second))
			return false;
	} else if (seconds_needed) {
		return false;
	}
	return c->hour < 24 && c->minute < 60 && c->second <= 60;
}

bool
civil_parse_date(struct str s, int64_t *out)
{
	struct civil c = { 0 };

	if (!take_date(&s, &c) || s.n > 0)
		return false;
	*out = civil_seconds(c);
	return true;
}

static void
skip_fraction(struct str *s)
{
	if (!take(s, '.'))
		return;
	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9')
		*s = str_sub(*s, 1, SIZE_MAX);
}

/* "+hh:mm", "+hhmm", "Z" or nothing; seconds east of UTC. */
static bool
take_zone(struct str *s, int *east)
{
	int hours, minutes;
	int sign = take(s, '+') ? 1 : take(s, '-') ? -1 : 0;

	*east = 0;
	if (sign == 0) {
		(void)(take(s, 'Z') || take(s, 'z'));
		return true;
	}
	if (!take_digits(s, 2, &hours))
		return false;
	(void)take(s, ':');
	if (!take_digits(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
civil_parse_rfc3339(struct str s, int64_t *out)
{
	struct civil c = { 0 };
	int east;

	s = str_trim(s);
	if (!take_date(&s, &c) ||
	    (!take(&s, 'T') && !take(&s, 't') && !take(&s, ' ')) ||
	    !take_clock(&s, &c, true))
		return false;
	skip_fraction(&s);
	if (!take_zone(&s, &east) || s.n > 0)
		return false;
	*out = civil_seconds(c) - east;
	return true;
}

static void
skip_blank(struct str *s)
{
	*s = str_trim(*s);
}

static bool
take_month(struct str *s, int *month)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (s->n < 3)
		return false;
	for (int i = 0; i < 12; i++)
		if (str_eq_fold(str_sub(*s, 0, 3),
				(struct str){ names + 3 * i, 3 })) {
			*month = i + 1;
			*s = str_sub(*s, 3, SIZE_MAX);
			return true;
		}
	return false;
}

/* RFC 5322 section 4.3; an unknown name counts as UTC. */
static int
named_zone(struct str name)
{
	static const struct {
		struct str name;
		int hours;
	} zones[] = {
		{ STR("EDT"), -4 }, { STR("EST"), -5 }, { STR("CDT"), -5 },
		{ STR("CST"), -6 }, { STR("MDT"), -6 }, { STR("MST"), -7 },
		{ STR("PDT"), -7 }, { STR("PST"), -8 },
	};

	for (size_t i = 0; i < COUNT_OF(zones); i++)
		if (str_starts_fold(name, zones[i].name))
			return zones[i].hours * 3600;
	return 0;
}

static bool
take_year(struct str *s, int *year)
{
	if (take_digits(s, 4, year))
		return true;
	if (!take_digits(s, 2, year))
		return false;
	*year += *year < 50 ? 2000 : 1900; /* RFC 5322 section 4.3 */
	return true;
}

bool
civil_parse_rfc5322(struct str s, int64_t *out)
{
	struct civil c = { 0 };
	size_t comma = str_index(s, ',');
	int east = 0;

	if (comma != SIZE_MAX)
		s = str_sub(s, comma + 1, SIZE_MAX);
	skip_blank(&s);
	if (!take_digits(&s, 2, &c.day) && !take_digits(&s, 1, &c.day))
		return false;
	skip_blank(&s);
	if (!take_month(&s, &c.month))
		return false;
	skip_blank(&s);
	if (!take_year(&s, &c.year) || !is_date(&c))
		return false;
	skip_blank(&s);
	if (!take_clock(&s, &c, false))
		return false;
	skip_blank(&s);
	if (s.n > 0 && (s.p[0] == '+' || s.p[0] == '-')) {
		if (!take_zone(&s, &east))
			return false;
	} else {
		east = named_zone(s);
	}
	*out = civil_seconds(c) - east;
	return true;
}

const char *
civil_print_date(int64_t seconds, char out[CIVIL_DATE_SIZE])
{
	struct civil c = civil_from(seconds);

	(void)snprintf(out, CIVIL_DATE_SIZE, "%04d-%02d-%02d", c.year % 10000,
		       c.month, c.day);
	return out;
}

const char *
civil_print_stamp(int64_t seconds, char out[CIVIL_STAMP_SIZE])
{
	struct civil c = civil_from(seconds);

	(void)snprintf(out, CIVIL_STAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		       c.year % 10000, c.month, c.day, c.hour, c.minute,
		       c.second);
	return out;
}
