/* Names of fields and measures, and what each field can be used for. */
#include "store/store.h"

struct field {
	const char *name;
	bool groups, detail;
};

static const struct field fields[STORE_FIELDS] = {
	[STORE_F_DOMAIN] = { "domain", true, false },
	[STORE_F_DAY] = { "day", true, false },
	[STORE_F_RESULT] = { "result", true, false },
	[STORE_F_SPF] = { "spf", true, false },
	[STORE_F_DKIM] = { "dkim", true, false },
	[STORE_F_SPF_RESULT] = { "spf_result", true, true },
	[STORE_F_DKIM_RESULT] = { "dkim_result", true, true },
	[STORE_F_DISPOSITION] = { "disposition", true, false },
	[STORE_F_POLICY] = { "policy", true, false },
	[STORE_F_OVERRIDE] = { "override", false, false },
	[STORE_F_CLASS] = { "class", true, false },
	[STORE_F_SOURCE] = { "source", true, false },
	[STORE_F_IP] = { "ip", true, true },
	[STORE_F_HOST] = { "host", true, true },
	[STORE_F_ASN] = { "asn", true, false },
	[STORE_F_COUNTRY] = { "country", true, false },
	[STORE_F_REPORTER] = { "reporter", true, false },
	[STORE_F_REPORTER_FAMILY] = { "reporter_family", false, false },
	[STORE_F_FROM_DOMAIN] = { "from_domain", true, true },
	[STORE_F_ENVELOPE_FROM] = { "envelope_from", true, true },
	[STORE_F_TO_DOMAIN] = { "to_domain", true, false },
	[STORE_F_SELECTOR] = { "selector", true, true },
	[STORE_F_TRUST] = { "trust", true, false },
	[STORE_F_TEXT] = { "text", false, true },
	[STORE_F_REPORT] = { "report", false, true },
};

static const char *const measures[STORE_MEASURES] = {
	[STORE_M_MESSAGES] = "messages",
	[STORE_M_PASSED] = "passed",
	[STORE_M_OWN] = "own",
	[STORE_M_OWN_PASSED] = "own_passed",
	[STORE_M_FORWARDED] = "forwarded",
	[STORE_M_UNRECOGNISED] = "unrecognised",
	[STORE_M_BLOCKED] = "blocked",
	[STORE_M_SPF_ALIGNED] = "spf_aligned",
	[STORE_M_DKIM_ALIGNED] = "dkim_aligned",
	[STORE_M_ROWS] = "rows",
	[STORE_M_REPORTS] = "reports",
	[STORE_M_SOURCES] = "sources",
	[STORE_M_FIRST_SEEN] = "first_seen",
	[STORE_M_LAST_SEEN] = "last_seen",
};

/* "from-domain" is "from_domain". */
static bool
is_name(struct str word, const char *name)
{
	size_t i = 0;

	for (; i < word.n && name[i] != '\0'; i++)
		if (word.p[i] != name[i] &&
		    !(word.p[i] == '-' && name[i] == '_'))
			return false;
	return i == word.n && name[i] == '\0';
}

const char *
store_field_name(enum store_field field)
{
	return field < STORE_FIELDS ? fields[field].name : "";
}

bool
store_field_parse(struct str name, enum store_field *out)
{
	for (size_t i = 0; i < STORE_FIELDS; i++) {
		if (!is_name(name, fields[i].name))
			continue;
		*out = (enum store_field)i;
		return true;
	}
	return false;
}

bool
store_field_groups(enum store_field field)
{
	return field < STORE_FIELDS && fields[field].groups;
}

bool
store_field_is_detail(enum store_field field)
{
	return field < STORE_FIELDS && fields[field].detail;
}

const char *
store_measure_name(enum store_measure measure)
{
	return measure < STORE_MEASURES ? measures[measure] : "";
}

bool
store_measure_parse(struct str name, enum store_measure *out)
{
	for (size_t i = 0; i < STORE_MEASURES; i++) {
		if (!is_name(name, measures[i]))
			continue;
		*out = (enum store_measure)i;
		return true;
	}
	return false;
}
