/* civil.h - UTC seconds and calendar days; no clock is read here. */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include "base/base.h"

enum { CIVIL_DAY = 86400 /* seconds */ };

struct civil {
	int year;  /* 1970 and later in practice; any Gregorian year works */
	int month; /* 1-12 */
	int day;   /* 1-31 */
	int hour, minute, second;
};

/* Day number since 1970-01-01 of a UTC second; floors for negative ones. */
int64_t civil_day(int64_t seconds);
struct civil civil_from(int64_t seconds);
int64_t civil_seconds(struct civil c);
/* "YYYY-MM-DD" as the first second of that day. */
bool civil_parse_date(struct str s, int64_t *out);
/* RFC 3339 date-time; no zone counts as UTC (seen from Microsoft), a fraction
 * is dropped, "t", "z" and a blank instead of "T" are taken. */
bool civil_parse_rfc3339(struct str s, int64_t *out);
/* RFC 5322 date-time, also without day name or seconds and with the
 * obsolete zone names; a comment at the end is skipped. */
bool civil_parse_rfc5322(struct str s, int64_t *out);

enum { CIVIL_DATE_SIZE = 16, CIVIL_STAMP_SIZE = 32 };
/* "YYYY-MM-DD" and "YYYY-MM-DDTHH:MM:SSZ", NUL-terminated; return `out`. */
const char *civil_print_date(int64_t seconds, char out[CIVIL_DATE_SIZE]);
const char *civil_print_stamp(int64_t seconds, char out[CIVIL_STAMP_SIZE]);

#endif
