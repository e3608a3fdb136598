/* The detailed view: every row of the reports that match, with everything
 * that is known about it. */
#include "store/query_tally.h"

#include <string.h>

struct reading {
	struct store *s;
	const struct store_query *q;
	struct db_statement *reports, *rows, *name;
	enum err (*row)(void *ctx, const struct store_detail *);
	void *ctx;
	uint64_t left; /* of the limit */
	int64_t last;  /* id of the last row given, 0 none */
	bool more;
	struct arena *mem; /* of one row */
};

enum { ROW_BYTES_MAX = 4 << 20 };

static enum err
prepare(struct reading *r, struct store_select *sql, struct db_statement **st,
	struct diag *why)
{
	enum err e = store_select_resolve(r->s, r->q, sql, why);

	if (e == ERR_NONE)
		e = store_compile(r->q, sql, why);
	if (e == ERR_NONE)
		e = store_select_prepare(r->s, sql, st, why);
	return e;
}

static enum err
too_large(struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "store.row_too_large", 0, " ");
}

/* Text by its number; what a statement gives lives only until its next row,
 * so everything is copied. */
static enum err
name_of(struct reading *r, int column, struct str *out, struct diag *why)
{
	bool row = false;
	enum err e;

	*out = (struct str){ "", 0 };
	db_reset(r->name);
	db_bind_i64(r->name, 1, db_i64(r->rows, column));
	e = db_step(r->name, &row, why);
	if (e == ERR_NONE && row &&
	    !arena_dup(r->mem, db_text(r->name, 0), out))
		e = too_large(why);
	return e;
}

static enum err
take_names(struct reading *r, struct store_detail *d, struct diag *why)
{
	const struct {
		int column;
		struct str *to;
	} names[] = {
		{ STORE_D_REPORTER, &d->reporter },
		{ STORE_D_DOMAIN, &d->domain },
		{ STORE_D_FROM, &d->header_from },
		{ STORE_D_ENVELOPE_FROM, &d->envelope_from },
		{ STORE_D_ENVELOPE_TO, &d->envelope_to },
		{ STORE_D_COMMENT, &d->comment },
		{ STORE_D_HOST, &d->host },
	};
	enum err e = ERR_NONE;

	for (size_t i = 0; i < COUNT_OF(names) && e == ERR_NONE; i++)
		e = name_of(r, names[i].column, names[i].to, why);
	return e;
}

static void
print_overrides(int64_t overrides, struct buf *out)
{
	static const char *const words[] = {
		"forwarded",    "sampled_out",  "trusted_forwarder",
		"mailing_list", "local_policy", "policy_test_mode",
		"other",
	};

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (overrides >> i & 1)
			buf_addf(out, "%s%s", out->n ? "," : "", words[i]);
}

static void
take_numbers(struct reading *r, struct store_detail *d)
{
	int64_t verdict = db_i64(r->rows, STORE_D_VERDICT);
	int64_t id = db_i64(r->rows, STORE_D_ID);

	d->report = db_i64(r->rows, STORE_D_REPORT);
	d->n = id - store_row_first(d->report);
	d->day_seconds = civil_day(db_i64(r->rows, STORE_D_BEGIN)) * CIVIL_DAY;
	d->asn = (uint32_t)db_i64(r->rows, STORE_D_ASN);
	d->count = db_u64(r->rows, STORE_D_COUNT);
	d->dkim_aligned = (verdict & STORE_V_DKIM) != 0;
	d->spf_aligned = (verdict & STORE_V_SPF) != 0;
	d->host_confirmed =
		db_i64(r->rows, STORE_D_HOST_STATE) == STORE_HOST_CONFIRMED;
	d->disposition = str_of(store_value_word(
		STORE_F_DISPOSITION, verdict >> STORE_V_DISPOSITION & 3));
	d->policy = str_of(store_value_word(STORE_F_POLICY,
					    verdict >> STORE_V_POLICY & 3));
	d->class_name = str_of(store_value_word(
		STORE_F_CLASS, db_i64(r->rows, STORE_D_CLASS)));
}

static enum err
give_row(struct reading *r, struct diag *why)
{
	struct store_detail d = { 0 };
	char ip_text[NETADDR_PRINT_MAX];
	SCOPED_BUF overrides = BUF(256);
	struct str ip_bytes = db_blob(r->rows, STORE_D_IP);
	enum err e;

	arena_reset(r->mem);
	take_numbers(r, &d);
	e = take_names(r, &d, why);
	if (e != ERR_NONE)
		return e;
	if (ip_bytes.n == NETADDR_BYTES) {
		struct netaddr ip;

		memcpy(ip.b, ip_bytes.p, NETADDR_BYTES);
		d.ip = str_of(netaddr_print(&ip, ip_text));
	}
	d.country = db_text(r->rows, STORE_D_COUNTRY);
	d.as_name = db_text(r->rows, STORE_D_AS_NAME);
	d.source = db_text(r->rows, STORE_D_SLUG);
	d.source_label = db_text(r->rows, STORE_D_LABEL);
	d.auth_json = db_text(r->rows, STORE_D_AUTH);
	print_overrides(db_i64(r->rows, STORE_D_OVERRIDES), &overrides);
	d.overrides = buf_str(&overrides);
	r->last = db_i64(r->rows, STORE_D_ID);
	r->left--;
	return r->row(r->ctx, &d);
}

/* The rows of one report that come after `after`. */
static enum err
give_report(struct reading *r, int64_t report, int64_t after, struct diag *why)
{
	bool row = false;
	enum err e = ERR_NONE;

	db_reset(r->rows);
	db_bind_i64(r->rows, STORE_P_REPORT, report);
	db_bind_i64(r->rows, STORE_P_AFTER, after);
	while ((e = db_step(r->rows, &row, why)) == ERR_NONE && row) {
		if (r->left == 0) {
			r->more = true;
			break;
		}
		e = give_row(r, why);
		if (e != ERR_NONE)
			break;
	}
	return e;
}

static enum err
give_reports(struct reading *r, int64_t after, struct diag *why)
{
	bool row = false;
	enum err e = ERR_NONE;

	db_bind_i64(r->reports, STORE_P_REPORT, after >> STORE_ROW_BITS);
	while (e == ERR_NONE && !r->more) {
		e = db_step(r->reports, &row, why);
		if (e != ERR_NONE || !row)
			break;
		e = give_report(r, db_i64(r->reports, 0), after, why);
	}
	return e;
}

static enum err
read_all(struct reading *r, struct buf *next, struct diag *why)
{
	struct store_cursor after = { 0 };
	uint64_t question = store_cursor_question(r->q) + 1;
	enum err e = ERR_NONE;

	if (r->q->cursor.n > 0)
		e = store_cursor_parse(r->q->cursor, question, r->mem, &after,
				       why);
	if (e == ERR_NONE)
		e = db_prepare(r->s->db, S("SELECT text FROM name WHERE id=?1"),
			       &r->name, why);
	if (e == ERR_NONE)
		e = give_reports(r, after.value, why);
	if (e != ERR_NONE || !r->more)
		return e;
	after = (struct store_cursor){ .value = r->last };
	return store_cursor_print(question, &after, next) ? ERR_NONE
							  : ERR_LIMIT;
}

enum err
store_rows(struct store *s, const struct store_query *query,
	   enum err (*row)(void *ctx, const struct store_detail *), void *ctx,
	   struct buf *next, struct diag *why)
{
	SCOPED_SELECT ids = STORE_SELECT_INIT(STORE_T_REPORTS, STORE_S_IDS);
	SCOPED_SELECT all = STORE_SELECT_INIT(STORE_T_ROWS, STORE_S_DETAIL);
	SCOPED_VIEW view = { 0 };
	SCOPED_STATEMENT reports = NULL;
	SCOPED_STATEMENT rows = NULL;
	SCOPED_ARENA mem = arena_new(ROW_BYTES_MAX);
	struct store_query plain = *query;
	struct reading r = { .s = s,
			     .q = &plain,
			     .row = row,
			     .ctx = ctx,
			     .mem = mem,
			     .left = query->limit ? query->limit
						  : STORE_LIMIT_MAX };
	enum store_table table;
	enum err e;

	plain.grouped = false;
	e = store_query_table(&plain, &table, why);
	if (e == ERR_NONE)
		e = store_view_open(s, &view, why);
	if (e == ERR_NONE)
		e = prepare(&r, &ids, &reports, why);
	if (e == ERR_NONE)
		e = prepare(&r, &all, &rows, why);
	if (e != ERR_NONE)
		return e;
	r.reports = reports;
	r.rows = rows;
	e = read_all(&r, next, why);
	db_finish(r.name);
	return e;
}
