/* query_inside.h - what the files that answer questions share. */
#ifndef STORE_QUERY_INSIDE_H
#define STORE_QUERY_INSIDE_H

#include "store/inside.h"

/* Where the answer is read from: the coarsest table that still has every
 * field of the question. */
enum store_table {
	STORE_T_SLIM,    /* cube_slim */
	STORE_T_DAYS,    /* cube_day: no domain is named */
	STORE_T_CUBE,    /* cube */
	STORE_T_ROLLUP,  /* rollup and endpoint: addresses of one domain */
	STORE_T_ROWS,    /* report, row, auth, endpoint */
	STORE_T_REPORTS, /* report alone: how many */
	STORE_T_TLS,     /* tls_rollup */
	STORE_T_TLS_ROWS /* report, tls_policy y, tls_failure f */
};

/* What the columns of the answer are. */
enum store_shape {
	STORE_S_TALLY,      /* enum store_tally_column */
	STORE_S_REPORTS,    /* key, how many */
	STORE_S_REPORTS_OF, /* how many, of domain ?4 */
	STORE_S_IDS,        /* of reports, from ?4 on, in order */
	STORE_S_USED,       /* endpoint, auth and five names of rows */
	STORE_S_DETAIL      /* enum store_detail_column */
};

enum store_tally_column {
	STORE_C_KEY,
	STORE_C_CLASS, /* of rollup and rows the overrides, see query_class.c */
	STORE_C_VERDICT,
	STORE_C_DAY,
	STORE_C_SOURCE,
	STORE_C_MESSAGES,
	STORE_C_ROWS
};

enum store_detail_column {
	STORE_D_ID, /* of the row */
	STORE_D_REPORT,
	STORE_D_BEGIN,
	STORE_D_REPORTER, /* names, as numbers */
	STORE_D_DOMAIN,
	STORE_D_FROM,
	STORE_D_ENVELOPE_FROM,
	STORE_D_ENVELOPE_TO,
	STORE_D_COMMENT,
	STORE_D_HOST,
	STORE_D_IP,
	STORE_D_COUNTRY,
	STORE_D_ASN,
	STORE_D_AS_NAME,
	STORE_D_SLUG,
	STORE_D_LABEL,
	STORE_D_AUTH,
	STORE_D_CLASS,
	STORE_D_VERDICT,
	STORE_D_OVERRIDES,
	STORE_D_COUNT,
	STORE_D_HOST_STATE
};

enum { STORE_GROUPS_MAX = 1000000 /* lines of an answer, all pages */ };

struct store_bound {
	enum { STORE_B_NUMBER, STORE_B_TEXT, STORE_B_BLOB } kind;
	int64_t number;
	struct str text;
};

/* Where a search for text looked, and the numbers that have it: arrays in
 * JSON, one for each place. */
enum store_searched {
	STORE_IN_NAMES,
	STORE_IN_AUTHS,
	STORE_IN_ENDPOINTS,
	STORE_IN_COUNT
};
struct store_found {
	struct str wanted;
	bool not_it;
	struct buf ids[STORE_IN_COUNT];
};

/* SQL with the values for its places. Places 1 to 3 are the owner, the first
 * and the last day; 4 and 5 are for the reader of rows (store_rows). */
enum {
	STORE_P_OWNER = 1,
	STORE_P_FIRST,
	STORE_P_LAST,
	STORE_P_REPORT,
	STORE_P_AFTER,
	STORE_BOUND_MAX = STORE_P_AFTER + 3 * STORE_FILTERS_MAX,
	STORE_TEXTS_MAX = 8
};
struct store_select {
	enum store_table table;
	enum store_shape shape;
	struct buf text;
	struct arena *mem; /* of folded values */
	size_t bound_count;
	struct store_bound bound[STORE_BOUND_MAX];
	struct str reporters; /* JSON array of ids: reporter_family */
	struct str others;    /* the same, excluded */
	size_t text_count;
	struct store_found found[STORE_TEXTS_MAX];
};
#define STORE_SELECT_INIT(of_table, of_shape)                                  \
	{                                                                      \
		.table = (of_table), .shape = (of_shape),                      \
		.text = BUF(256 << 10), .mem = arena_new(16 << 20),            \
	}
void store_select_fini(struct store_select *sql);
#define SCOPED_SELECT                                                          \
	__attribute__((cleanup(store_select_fini))) struct store_select

/* Chooses the table; ERR_SYNTAX "query.needs_domain", "query.bad_value". */
enum err store_query_table(const struct store_query *q, enum store_table *out,
			   struct diag *why) MUST_CHECK;
/* Whether the measure "reports" can be told exactly. */
bool store_query_counts_reports(const struct store_query *q);
/* The only place where questions become SQL. `sql` has table and shape, and
 * the reporters of families. Everything given by the user is a place. What
 * store_select_prepare binds lives in `sql`. */
enum err store_compile(const struct store_query *q, struct store_select *sql,
		       struct diag *why) MUST_CHECK;

/* ---- query_where.c: its conditions ---- */

/* What the columns of the answer are called in each table: `t` is the table,
 * `p` the report, `e` the address, `a` what SPF and DKIM said, `d` the domain,
 * `j` and `k` the user's judgement for the domain and for all. */
struct store_columns {
	const char *domain, *day, *reporter, *trust, *class_name, *source;
	const char *verdict; /* of single addresses, for their class */
	const char *country, *asn, *to_domain, *messages, *rows;
};
extern const struct store_columns store_columns_of[];
/* The column or expression that a field is. */
const char *store_expression(enum store_table table, enum store_field field);
bool store_has_values(const struct store_query *q, enum store_field field,
		      bool not_it);
/* Whether it is about certain reports: then their trust and whether they
 * count do not matter, unless it says so. */
static inline bool
store_names_reports(const struct store_query *q)
{
	return store_has_values(q, STORE_F_REPORT, false);
}
/* "?5,?6": the domains to include. */
enum err store_domain_texts(const struct store_query *q,
			    struct store_select *sql,
			    struct diag *why) MUST_CHECK;
/* " AND ..." when the field has values to include or to exclude. */
enum err store_condition(const struct store_query *q, enum store_field field,
			 bool not_it, struct store_select *sql,
			 struct diag *why) MUST_CHECK;
/* "SELECT ...": the numbers that the values of a field stand for; of fields
 * whose values are looked up (names, sources, families). */
enum err store_put_set(const struct store_query *q, enum store_field field,
		       bool not_it, struct store_select *sql,
		       struct diag *why) MUST_CHECK;
/* Places 1 to 5, before all others. */
void store_bind_head(struct store_select *sql, const struct store_query *q);

/* Looks up what is not in the question itself, before it is compiled: the
 * reporters of families, the numbers of texts. */
enum err store_select_resolve(struct store *s, const struct store_query *q,
			      struct store_select *sql,
			      struct diag *why) MUST_CHECK;
/* query_search.c: fills `found`. */
enum err store_find_texts(struct store *s, const struct store_query *q,
			  struct store_select *sql,
			  struct diag *why) MUST_CHECK;
enum err store_select_prepare(struct store *s, const struct store_select *sql,
			      struct db_statement **out,
			      struct diag *why) MUST_CHECK;

/* One unchanging view of the store while a question is answered, also within
 * a batch of our own. */
struct store_view {
	struct db *db; /* NULL: nothing to end */
};
enum err store_view_open(struct store *s, struct store_view *v,
			 struct diag *why) MUST_CHECK;
void store_view_close(struct store_view *v);
#define SCOPED_VIEW __attribute__((cleanup(store_view_close))) struct store_view

#include "store/query_value.h"

#endif
