/* query.h - the one query type and its answers. Come in through store.h. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/store.h"

/* Filters and groups of contracts section 5. */
enum store_field {
	STORE_F_DOMAIN,
	STORE_F_DAY,
	STORE_F_RESULT,      /* "pass", "fail": DMARC */
	STORE_F_SPF,         /* aligned */
	STORE_F_DKIM,        /* aligned */
	STORE_F_SPF_RESULT,  /* raw */
	STORE_F_DKIM_RESULT, /* raw */
	STORE_F_DISPOSITION,
	STORE_F_POLICY,
	STORE_F_OVERRIDE,
	STORE_F_CLASS,
	STORE_F_SOURCE, /* slug */
	STORE_F_IP,     /* address or CIDR */
	STORE_F_HOST,   /* PTR; nothing known until there is a resolver */
	STORE_F_ASN,    /* "64496" or "AS64496" */
	STORE_F_COUNTRY,
	STORE_F_REPORTER,
	STORE_F_REPORTER_FAMILY,
	STORE_F_FROM_DOMAIN,
	STORE_F_ENVELOPE_FROM,
	STORE_F_TO_DOMAIN,
	STORE_F_SELECTOR,
	STORE_F_TRUST, /* "any": also unverified */
	STORE_F_TEXT,
	STORE_F_REPORT, /* id: the rows of one report, whatever its trust and
			 * also when it was superseded; needs no domain */
	STORE_FIELDS
};

/* The name in URLs and options ("from_domain"); parse also takes "-" for "_".
 * Whether a field may be grouped by, filtered by, or answered from roll-ups
 * (otherwise it asks for exactly one domain). */
const char *store_field_name(enum store_field field);
bool store_field_parse(struct str name, enum store_field *out);
bool store_field_groups(enum store_field field);
bool store_field_is_detail(enum store_field field);

/* Values of one field are alternatives, fields are conditions together. */
struct store_filter {
	enum store_field field;
	struct str value;
	bool not_it; /* exclude instead */
};

enum { STORE_FILTERS_MAX = 64, STORE_LIMIT_MAX = 10000 };

enum store_measure {
	STORE_M_MESSAGES,
	STORE_M_PASSED,
	STORE_M_OWN,
	STORE_M_OWN_PASSED,
	STORE_M_FORWARDED,
	STORE_M_UNRECOGNISED,
	STORE_M_BLOCKED,
	STORE_M_SPF_ALIGNED,
	STORE_M_DKIM_ALIGNED,
	STORE_M_ROWS,
	STORE_M_REPORTS, /* unknown when a filter or group is of rows */
	STORE_M_SOURCES,
	STORE_M_FIRST_SEEN, /* UTC second of the first day */
	STORE_M_LAST_SEEN,
	STORE_MEASURES
};
const char *store_measure_name(enum store_measure measure);
bool store_measure_parse(struct str name, enum store_measure *out);

struct store_query {
	int64_t owner;
	int64_t first_day, last_day; /* inclusive; INT64_MIN/MAX: no bound */
	size_t filter_count;
	struct store_filter filter[STORE_FILTERS_MAX];
	bool grouped;
	enum store_field group;
	enum store_measure sort;
	bool sort_by_key; /* instead of a measure; natural for days */
	bool ascending;
	bool sort_given;   /* insight's: said by the person, not our choice */
	bool brief;        /* groups do not know reports and sources */
	uint64_t limit;    /* 0: STORE_LIMIT_MAX */
	struct str cursor; /* from an earlier answer, or empty */
};

struct store_answer_row {
	struct str key;   /* value of the group, usable as a filter; empty:
			   * not known, the filter is then "unknown" */
	struct str label; /* for people: "Amazon SES", "Norway" is the code */
	int64_t m[STORE_MEASURES];
	bool known[STORE_MEASURES];
	/* Groups by address and by name: there is a name, and it led back to
	 * the address (of a name: to one of its addresses). */
	bool named, confirmed;
	/* Messages under each policy, by enum dmarc_policy. */
	int64_t policy[DMARC_POLICY_REJECT + 1];
};

/* Rows in order through `row` (a return other than ERR_NONE stops and comes
 * back; none when not grouped), then the totals over everything that matched,
 * on every page. `next` gets the cursor of the next page, empty at the end. A
 * row with several selectors is in the group of each, in the totals once.
 * Days that wait for store_fold may be behind (stats: days_to_fold).
 * ERR_SYNTAX "query.bad_value", "query.needs_domain" (a detail field over more
 * than one domain: refused with a hint), "query.bad_cursor"; ERR_LIMIT
 * "query.too_many_groups". */
enum err store_ask(struct store *s, const struct store_query *query,
		   enum err (*row)(void *ctx, const struct store_answer_row *),
		   void *ctx, struct store_answer_row *totals, struct buf *next,
		   struct diag *why) MUST_CHECK;

/* Several questions, at most STORE_TOGETHER_MAX: as if each were asked alone,
 * of one state of the store, and in one pass where they can be. */
enum { STORE_TOGETHER_MAX = 4 };
struct store_asked {
	const struct store_query *q;
	enum err (*row)(void *ctx, const struct store_answer_row *);
	void *ctx;
	struct store_answer_row *totals; /* NULL: not wanted */
	struct buf *next;
};
enum err store_ask_together(struct store *s, const struct store_asked *each,
			    size_t count, struct diag *why) MUST_CHECK;

/* Every row of the reports that match, for the detailed view and exports. */
struct store_detail {
	int64_t report, n;
	int64_t day_seconds;
	struct str reporter, domain, header_from, envelope_from, envelope_to;
	struct str ip, host, country, as_name, source, source_label;
	uint32_t asn;
	struct str auth_json; /* {"dkim":[...],"spf":[...]} */
	struct str disposition, policy, class_name, overrides, comment;
	bool spf_aligned, dkim_aligned;
	bool host_confirmed; /* `host` led back to `ip` */
	uint64_t count;
};
enum err store_rows(struct store *s, const struct store_query *query,
		    enum err (*row)(void *ctx, const struct store_detail *),
		    void *ctx, struct buf *next, struct diag *why) MUST_CHECK;

/* The SQL that would answer, for tests of the query plan and for `--explain`;
 * "EXPLAIN QUERY PLAN" lines are appended to `plan`. */
enum err store_explain(struct store *s, const struct store_query *query,
		       struct buf *plan, struct diag *why) MUST_CHECK;

#include "store/list.h"

#endif
