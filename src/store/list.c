/* Lists of reports and of what was refused, newest receipt first. */
#include "store/query_tally.h"

#include "inflate/inflate.h"

#include <stdio.h>

/* Columns of both statements, in the order of struct store_report. */
enum column {
	C_ID,
	C_KIND,
	C_OUTCOME,
	C_ORG,
	C_REPORTER,
	C_REPORT_ID,
	C_DOMAIN,
	C_EMAIL,
	C_POLICY,
	C_BEGIN,
	C_END,
	C_RECEIVED,
	C_RECORDS,
	C_MESSAGES,
	C_PASSED,
	C_TRUST,
	C_REPAIRS,
	C_PATH,
	C_MEMBER,
	C_RAW,
	C_CODE,
	C_LINE,
	C_DETAIL
};

#define REPORT                                                                 \
	"SELECT p.id,p.kind,p.state,o.text,r.text,p.report_id,d.text,"         \
	"json_extract(p.head,'$.email'),json_extract(p.head,'$.policy'),"      \
	"p.begin,p.\"end\",p.received_at,p.records,p.messages,p.passed,"       \
	"p.trust,p.repairs,i.path,i.member,"                                   \
	"EXISTS(SELECT 1 FROM raw WHERE report=p.id),'',0,''"                  \
	" FROM report p JOIN name o ON o.id=p.org"                             \
	" JOIN name r ON r.id=p.reporter JOIN name d ON d.id=p.domain"         \
	" LEFT JOIN intake i ON i.id="                                         \
	"(SELECT min(id) FROM intake WHERE report=p.id)"                       \
	" WHERE +p.owner=?1"
#define REFUSED                                                                \
	"SELECT p.id,p.kind,p.outcome,'','','','','','',0,0,p.received_at,"    \
	"0,0,0,0,'',p.path,p.member,"                                          \
	"EXISTS(SELECT 1 FROM intake_raw WHERE intake=p.id),"                  \
	"p.code,p.line,p.detail FROM intake p WHERE p.owner=?1 AND "           \
	"p.outcome=?9"                                                         \
	" AND p.id<?3 AND p.received_at BETWEEN ?4 AND ?5"

static void
read_report(struct db_statement *st, struct store_report *r)
{
	char code[DIAG_CODE_MAX];

	*r = (struct store_report){
		.id = db_i64(st, C_ID),
		.kind = (enum decode_kind)db_i64(st, C_KIND),
		.outcome = (enum store_outcome)db_i64(st, C_OUTCOME),
		.org = db_text(st, C_ORG),
		.reporter = db_text(st, C_REPORTER),
		.report_id = db_text(st, C_REPORT_ID),
		.domain = db_text(st, C_DOMAIN),
		.email = db_text(st, C_EMAIL),
		.policy_json = db_text(st, C_POLICY),
		.begin = db_i64(st, C_BEGIN),
		.end = db_i64(st, C_END),
		.received_at = db_i64(st, C_RECEIVED),
		.records = db_u64(st, C_RECORDS),
		.messages = db_u64(st, C_MESSAGES),
		.passed = db_u64(st, C_PASSED),
		.trust = (enum store_trust)db_i64(st, C_TRUST),
		.repairs = db_text(st, C_REPAIRS),
		.path = db_text(st, C_PATH),
		.member = db_text(st, C_MEMBER),
		.raw_kept = db_i64(st, C_RAW) != 0,
	};
	snprintf(code, sizeof(code), "%.*s", STR_ARG(db_text(st, C_CODE)));
	(void)diag_set(&r->why, ERR_NONE, code, db_u64(st, C_LINE), "%.*s",
		       STR_ARG(db_text(st, C_DETAIL)));
}

enum place {
	P_OWNER = 1,
	P_KIND,
	P_BEFORE,
	P_FIRST,
	P_LAST,
	P_DOMAIN,
	P_REPORTER,
	P_LIMIT,
	P_OUTCOME
};

/* The ids are found first, so that names are looked up for one page only: by
 * domain or by days, otherwise from the newest down. */
static void
put_reports(const struct store_list *l, struct buf *sql)
{
	bool by_index = l->domain.n > 0 || l->first_day != INT64_MIN ||
			l->last_day != INT64_MAX;

	buf_addz(sql, REPORT " AND p.id IN (SELECT q.id FROM report q WHERE ");
	buf_addz(sql, by_index ? "q.owner=?1 AND +q.id<?3"
				 " AND q.day BETWEEN ?4 AND ?5"
			       : "+q.owner=?1 AND q.id<?3");
	if (l->kind != DECODE_NONE)
		buf_addz(sql, " AND q.kind=?2");
	if (l->domain.n > 0)
		buf_addz(sql, " AND q.domain="
			      "(SELECT id FROM name WHERE text=?6)");
	if (l->reporter.n > 0)
		buf_addz(sql, " AND +q.reporter="
			      "(SELECT id FROM name WHERE text=?7)");
	buf_addz(sql, " ORDER BY q.id DESC LIMIT ?8) ORDER BY p.id DESC");
}

static int64_t
second_of(int64_t day)
{
	const int64_t most = INT64_MAX / CIVIL_DAY - 1;

	if (day > most || day < -most)
		return day > 0 ? INT64_MAX : INT64_MIN;
	return day * CIVIL_DAY;
}

static void
bind_days(const struct store_list *l, struct db_statement *st)
{
	if (!l->rejected) {
		db_bind_i64(st, P_FIRST, l->first_day);
		db_bind_i64(st, P_LAST, l->last_day);
		return;
	}
	db_bind_i64(st, P_FIRST, second_of(l->first_day));
	db_bind_i64(st, P_LAST,
		    l->last_day == INT64_MAX ? INT64_MAX
					     : second_of(l->last_day + 1) - 1);
}

/* Values are folded as the store's are. */
static enum err
bind_names(const struct store_list *l, struct arena *mem,
	   struct db_statement *st, struct diag *why)
{
	const struct store_filter domain = { .field = STORE_F_DOMAIN,
					     .value = l->domain };
	const struct store_filter reporter = { .field = STORE_F_REPORTER,
					       .value = l->reporter };
	struct str text;
	enum err e = ERR_NONE;

	if (l->domain.n > 0 && !l->rejected) {
		e = store_value_text(&domain, mem, &text, why);
		if (e == ERR_NONE)
			db_bind_text(st, P_DOMAIN, text);
	}
	if (e == ERR_NONE && l->reporter.n > 0 && !l->rejected) {
		e = store_value_text(&reporter, mem, &text, why);
		if (e == ERR_NONE)
			db_bind_text(st, P_REPORTER, text);
	}
	return e;
}

/* What shapes a list, as a question: so a cursor of another is refused. */
static uint64_t
question_of(const struct store_list *l)
{
	struct store_query q = { .owner = l->owner,
				 .first_day = l->first_day,
				 .last_day = l->last_day,
				 .sort = (enum store_measure)l->kind,
				 .ascending = l->rejected };

	q.filter[q.filter_count++].value = l->domain;
	q.filter[q.filter_count++].value = l->reporter;
	return store_cursor_question(&q) + 2;
}

static enum err
prepare(struct store *s, const struct store_list *l, struct arena *mem,
	struct db_statement **out, struct diag *why)
{
	SCOPED_BUF sql = BUF(8192);
	struct store_cursor before = { .value = INT64_MAX };
	enum err e = ERR_NONE;

	if (l->cursor.n > 0)
		e = store_cursor_parse(l->cursor, question_of(l), mem, &before,
				       why);
	if (l->rejected)
		buf_addz(&sql, REFUSED " ORDER BY p.id DESC LIMIT ?8");
	else
		put_reports(l, &sql);
	if (e == ERR_NONE)
		e = db_prepare(s->db, buf_str(&sql), out, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(*out, P_OWNER, l->owner);
	db_bind_i64(*out, P_KIND, l->kind);
	db_bind_i64(*out, P_BEFORE, before.value);
	db_bind_i64(*out, P_LIMIT, (int64_t)store_page_limit(l->limit) + 1);
	if (l->rejected)
		db_bind_i64(*out, P_OUTCOME, STORE_REJECTED);
	bind_days(l, *out);
	return bind_names(l, mem, *out, why);
}

enum err
store_reports(struct store *s, const struct store_list *list,
	      enum err (*row)(void *ctx, const struct store_report *),
	      void *ctx, struct buf *next, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_VIEW view = { 0 };
	SCOPED_STATEMENT st = NULL;
	struct store_cursor last = { 0 };
	uint64_t left = store_page_limit(list->limit);
	bool more = false;
	enum err e = store_view_open(s, &view, why);

	if (e == ERR_NONE)
		e = prepare(s, list, mem, &st, why);
	while (e == ERR_NONE) {
		struct store_report r;

		e = db_step(st, &more, why);
		if (e != ERR_NONE || !more || left-- == 0)
			break;
		read_report(st, &r);
		last.value = r.id;
		e = row(ctx, &r);
	}
	if (e != ERR_NONE || !more)
		return e;
	return store_cursor_print(question_of(list), &last, next) ? ERR_NONE
								  : ERR_LIMIT;
}

static enum err
no_report(int64_t id, struct diag *why)
{
	return diag_set(why, ERR_GONE, "store.no_report", 0, "%lld",
			(long long)id);
}

enum err
store_report_get(struct store *s, int64_t owner, int64_t id,
		 enum err (*row)(void *ctx, const struct store_report *),
		 void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct store_report r;
	bool found = false;
	enum err e = db_prepare(s->db, S(REPORT " AND p.id=?3"), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, P_OWNER, owner);
	db_bind_i64(st, P_BEFORE, id);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && !found)
		return no_report(id, why);
	if (e != ERR_NONE)
		return e;
	read_report(st, &r);
	return row(ctx, &r);
}

/* ---- raw ---- */

static enum err
take_piece(void *ctx, struct str piece)
{
	return buf_add(ctx, piece) ? ERR_NONE : ERR_LIMIT;
}

/* What was packed for keeping is given back as it came. */
static enum err
unpack(struct str packed, int64_t kind, struct buf *out,
       enum decode_media *media, struct diag *why)
{
	const struct inflate_limits limits = INFLATE_LIMITS;
	struct inflate_notes notes;

	if (kind == DECODE_TLSRPT)
		*media = DECODE_AS_JSON;
	else
		*media = kind == DECODE_DMARC ? DECODE_AS_XML : DECODE_AS_MAIL;
	return inflate_stream(packed, INFLATE_GZIP, &limits, take_piece, out,
			      &notes, why);
}

enum err
store_give_raw(struct store *s, struct db_statement *st, struct buf *out,
	       enum decode_media *media, struct diag *why)
{
	SCOPED_BUF plain = BUF(out->max);
	struct str bytes = db_blob(st, 4);
	enum err e = ERR_NONE;

	if (db_i64(st, 3) != 0) {
		if (!seal_open(s->key, bytes, &plain))
			return diag_set(why, ERR_IO, "store.corrupt", 0, "raw");
		bytes = buf_str(&plain);
	}
	*media = (enum decode_media)db_i64(st, 1);
	if (db_i64(st, 2) != 0)
		e = unpack(bytes, db_i64(st, 0), out, media, why);
	else if (!buf_add(out, bytes))
		e = ERR_LIMIT;
	if (plain.n > 0)
		seal_wipe(plain.p, plain.n);
	if (e == ERR_LIMIT)
		e = diag_set(why, ERR_LIMIT, "io.too_large", 0, "raw");
	return e;
}

enum err
store_raw(struct store *s, int64_t owner, int64_t id, struct buf *out,
	  enum decode_media *media, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool found = false;
	enum err e =
		db_prepare(s->db,
			   S("SELECT p.kind,w.media,w.repacked,w.sealed,w.bytes"
			     " FROM report p LEFT JOIN raw w ON w.report=p.id"
			     " WHERE p.owner=?1 AND p.id=?2"),
			   &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, id);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && !found)
		return no_report(id, why);
	if (e == ERR_NONE && db_is_null(st, 1))
		return diag_set(why, ERR_GONE, "store.raw_gone", 0, "%lld",
				(long long)id);
	return e == ERR_NONE ? store_give_raw(s, st, out, media, why) : e;
}
