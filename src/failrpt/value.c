/* value.c - single values of a failure report. */
#include "failrpt/private.h"

#include "dnsname/dnsname.h"
#include "netaddr/netaddr.h"

#include <string.h>

static const char *const codes[REPAIRS] = {
	[REPAIR_TEXT_ONLY] = "failrpt.text_only",
	[REPAIR_PART_TYPE] = "failrpt.part_type",
	[REPAIR_ENCODED_PART] = "failrpt.encoded_part",
	[REPAIR_NO_REPORTER] = "failrpt.no_reporter",
	[REPAIR_NO_MESSAGE_ID] = "failrpt.no_message_id",
	[REPAIR_NO_FEEDBACK_TYPE] = "failrpt.no_feedback_type",
	[REPAIR_NO_AUTH_FAILURE] = "failrpt.no_auth_failure",
	[REPAIR_NO_ARRIVAL] = "failrpt.no_arrival",
	[REPAIR_NO_REPORTED_DOMAIN] = "failrpt.no_reported_domain",
	[REPAIR_NO_SOURCE_IP] = "failrpt.no_source_ip",
	[REPAIR_SOURCE_IP_CLEANED] = "failrpt.source_ip_cleaned",
	[REPAIR_BAD_SOURCE_IP] = "failrpt.bad_source_ip",
	[REPAIR_BAD_INCIDENTS] = "failrpt.bad_incidents",
	[REPAIR_NO_HEADERS] = "failrpt.no_headers",
	[REPAIR_HEADERS_CUT] = "failrpt.headers_cut",
	[REPAIR_TEXT_CUT] = "failrpt.text_cut",
};

_Static_assert(REPAIRS <= 32, "one bit each");

void
failrpt_repaired(struct reader *r, enum repair repair)
{
	r->repairs |= UINT32_C(1) << repair;
}

void
failrpt_list_repairs(struct reader *r, struct failrpt_report *out)
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

static bool
is_blank(struct str text, size_t n)
{
	return n == 1 && ((unsigned char)text.p[0] <= ' ' || text.p[0] == 0x7F);
}

/* One blank for a run of blanks and control characters (so of a folded line),
 * U+FFFD for what is no UTF-8, and nothing behind the maximum. */
static void
add_clean(struct reader *r, struct buf *out, struct str text)
{
	bool blank = false;

	while (text.n > 0) {
		size_t n = str_utf8_len(text);
		struct str piece = str_sub(text, 0, n);

		text = str_sub(text, n ? n : 1, SIZE_MAX);
		if (is_blank(piece, n)) {
			blank = true;
			continue;
		}
		if (out->n + 5 > VALUE_MAX) {
			failrpt_repaired(r, REPAIR_TEXT_CUT);
			return;
		}
		if (blank)
			buf_addc(out, ' ');
		blank = false;
		buf_add(out, n ? piece : S("\xEF\xBF\xBD"));
	}
}

struct str
failrpt_keep(struct reader *r, struct str text)
{
	SCOPED_BUF clean = BUF(VALUE_MAX);
	struct str out = STR("");

	text = str_trim(text);
	if (text.n == 0)
		return out;
	add_clean(r, &clean, text);
	if (!arena_dup(r->mem, buf_str(&clean), &out))
		r->full = true;
	return out;
}

struct str
failrpt_keep_lower(struct reader *r, struct str text)
{
	struct str kept = failrpt_keep(r, text);
	char *copy = arena_alloc(r->mem, kept.n);

	if (!copy) {
		r->full = true;
		return S("");
	}
	for (size_t i = 0; i < kept.n; i++) {
		char c = kept.p[i];

		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (struct str){ copy, kept.n };
}

struct str
failrpt_without_angles(struct str text)
{
	text = str_trim(text);
	return str_starts(text, S("<")) && str_ends(text, S(">"))
		       ? str_sub(text, 1, text.n - 2)
		       : text;
}

struct str
failrpt_keep_address(struct reader *r, struct str text)
{
	return failrpt_keep(r, failrpt_without_angles(text));
}

struct str
failrpt_fold_domain(struct reader *r, struct str text)
{
	struct str folded = STR("");
	struct str kept = failrpt_keep(r, text);

	return dnsname_fold(kept, r->mem, &folded) ? folded : S("");
}

bool
failrpt_read_date(struct str text, int64_t *out)
{
	int64_t when;

	text = str_trim(text);
	if (!civil_parse_rfc5322(text, &when) &&
	    !civil_parse_rfc3339(text, &when))
		return false;
	if (when <= 0)
		return false;
	*out = when;
	return true;
}

/* What an address is made of; everything else ends it. */
static bool
is_address_char(char c)
{
	return c != '\0' && strchr("0123456789abcdefABCDEF.:", c);
}

bool
failrpt_find_ip(struct str text, struct str *ip, bool *clean)
{
	struct netaddr a;
	struct str s = str_trim(text);
	size_t n = 0;

	if (str_starts(s, S("[")))
		s = str_trim(str_sub(s, 1, SIZE_MAX));
	if (str_starts_fold(s, S("IPv6:")))
		s = str_sub(s, 5, SIZE_MAX);
	while (n < s.n && is_address_char(s.p[n]))
		n++;
	while (n > 0 && s.p[n - 1] == '.')
		n--;
	*ip = str_sub(s, 0, n);
	*clean = ip->n == str_trim(text).n;
	return netaddr_parse(*ip, &a);
}
