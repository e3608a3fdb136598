/* The log of everything that arrived, with what became of it. */
#include "store/query_tally.h"

#include "json/json.h"

#include <stdio.h>

/* Columns, in the order of the statement. */
enum column {
	C_ID,
	C_OWNER,
	C_OUTCOME,
	C_KIND,
	C_TRUST,
	C_RECEIVED,
	C_DOOR,
	C_UPLOAD,
	C_PATH,
	C_MEMBER,
	C_ENVELOPE,
	C_CARRIER,
	C_DOMAIN,
	C_ORG,
	C_REPORT_ID,
	C_REPAIRS,
	C_REPORT,
	C_BEGIN,
	C_END,
	C_RECORDS,
	C_MESSAGES,
	C_PASSED,
	C_CODE,
	C_LINE,
	C_DETAIL,
	C_RAW,
	C_MAIL,
	C_VERDICT
};

#define ITEM                                                                   \
	"SELECT i.id,i.owner,i.outcome,i.kind,i.trust,i.received_at,i.door,"   \
	"i.upload,i.path,i.member,i.envelope,i.carrier,"                       \
	"coalesce(d.text,i.domain),coalesce(o.text,i.org),"                    \
	"coalesce(p.report_id,''),coalesce(p.repairs,''),coalesce(p.id,0),"    \
	"p.begin,p.\"end\",p.records,p.messages,p.passed,"                     \
	"i.code,i.line,i.detail,"                                              \
	"EXISTS(SELECT 1 FROM intake_raw WHERE intake=i.id),"                  \
	"EXISTS(SELECT 1 FROM mail WHERE upload=i.upload),i.verdict"           \
	" FROM intake i LEFT JOIN report p ON p.id=i.report"                   \
	" LEFT JOIN name d ON d.id=p.domain LEFT JOIN name o ON o.id=p.org"

enum { CARRIER_MAX = 64 << 10, CARRIER_DEPTH = 4 };

static void
read_carrier(const struct json *carrier, struct store_intake_item *it)
{
	it->carrier_from = json_str(json_get(carrier, "from"));
	it->carrier_subject = json_str(json_get(carrier, "subject"));
	it->carrier_id = json_str(json_get(carrier, "id"));
	if (!json_i64(json_get(carrier, "date"), &it->carrier_date))
		it->carrier_date = 0;
}

static void
read_report(struct db_statement *st, struct store_intake_item *it)
{
	it->domain = db_text(st, C_DOMAIN);
	it->org = db_text(st, C_ORG);
	it->report_id = db_text(st, C_REPORT_ID);
	it->repairs = db_text(st, C_REPAIRS);
	it->report = db_i64(st, C_REPORT);
	it->begin = db_i64(st, C_BEGIN);
	it->end = db_i64(st, C_END);
	it->records = db_u64(st, C_RECORDS);
	it->messages = db_u64(st, C_MESSAGES);
	it->passed = db_u64(st, C_PASSED);
}

/* Texts live until the next step, what is of the carrier as long as `*tree`. */
static void
read_item(struct db_statement *st, struct json **tree,
	  struct store_intake_item *it)
{
	const struct json_limits limits = { CARRIER_MAX, CARRIER_DEPTH };
	char code[DIAG_CODE_MAX];
	bool repaired;

	*it = (struct store_intake_item){
		.id = db_i64(st, C_ID),
		.owner = db_i64(st, C_OWNER),
		.outcome = (enum store_outcome)db_i64(st, C_OUTCOME),
		.kind = (enum decode_kind)db_i64(st, C_KIND),
		.trust = (enum store_trust)db_i64(st, C_TRUST),
		.received_at = db_i64(st, C_RECEIVED),
		.door = db_text(st, C_DOOR),
		.upload = db_text(st, C_UPLOAD),
		.path = db_text(st, C_PATH),
		.member = db_text(st, C_MEMBER),
		.envelope = db_text(st, C_ENVELOPE),
		.raw_kept = db_i64(st, C_RAW) != 0,
		.mail_kept = db_i64(st, C_MAIL) != 0,
		.verdict = db_text(st, C_VERDICT),
	};
	read_report(st, it);
	if (json_parse(db_text(st, C_CARRIER), limits, tree, &repaired, NULL) ==
	    ERR_NONE)
		read_carrier(*tree, it);
	snprintf(code, sizeof(code), "%.*s", STR_ARG(db_text(st, C_CODE)));
	(void)diag_set(&it->why, ERR_NONE, code, db_u64(st, C_LINE), "%.*s",
		       STR_ARG(db_text(st, C_DETAIL)));
}

static enum err
give_item(struct db_statement *st,
	  enum err (*row)(void *ctx, const struct store_intake_item *),
	  void *ctx, int64_t *id)
{
	SCOPED_JSON tree = NULL;
	struct store_intake_item it;

	read_item(st, &tree, &it);
	*id = it.id;
	return row(ctx, &it);
}

/* ---- the list ---- */

enum place { P_OWNER = 1, P_BIN, P_BEFORE, P_OUTCOME, P_UPLOAD, P_ID, P_LIMIT };

/* The bin is the one owner's whose instance this is. */
static int64_t
bin_of(int64_t owner)
{
	return owner == STORE_OWNER_SELF ? STORE_OWNER_UNCLAIMED : owner;
}

/* From the newest down, or by the index that the question allows; the ids are
 * found first, so that names are looked up for one page only. */
static void
put_list(const struct store_intake_list *l, struct buf *sql)
{
	buf_addz(sql, ITEM " WHERE i.id IN (SELECT id FROM intake WHERE id<?3");
	if (l->upload.n > 0)
		buf_addz(sql, " AND upload=?5 AND upload<>''"
			      " AND +owner IN (?1,?2)");
	else if (l->filtered)
		buf_addz(sql, " AND owner=?1");
	else
		buf_addz(sql, " AND +owner IN (?1,?2)");
	if (l->filtered)
		buf_addz(sql, l->upload.n > 0 ? " AND +outcome=?4"
					      : " AND outcome=?4");
	if (l->only_id != 0)
		buf_addz(sql, " AND id=?6");
	buf_addz(sql, " ORDER BY id DESC LIMIT ?7) ORDER BY i.id DESC");
}

static uint64_t
question_of(const struct store_intake_list *l)
{
	struct store_query q = { .owner = l->owner,
				 .first_day = l->only_id,
				 .last_day = l->outcome,
				 .grouped = l->filtered };

	q.filter[q.filter_count++].value = l->upload;
	return store_cursor_question(&q) + 3;
}

static enum err
prepare(struct store *s, const struct store_intake_list *l, struct arena *mem,
	struct db_statement **out, struct diag *why)
{
	const bool binned = l->filtered && l->outcome == STORE_UNCLAIMED &&
			    l->upload.n == 0;
	SCOPED_BUF sql = BUF(8192);
	struct store_cursor before = { .value = INT64_MAX };
	enum err e = ERR_NONE;

	if (l->cursor.n > 0)
		e = store_cursor_parse(l->cursor, question_of(l), mem, &before,
				       why);
	put_list(l, &sql);
	if (e == ERR_NONE)
		e = db_prepare(s->db, buf_str(&sql), out, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(*out, P_OWNER, binned ? bin_of(l->owner) : l->owner);
	db_bind_i64(*out, P_BIN, bin_of(l->owner));
	db_bind_i64(*out, P_BEFORE, before.value);
	db_bind_i64(*out, P_OUTCOME, l->outcome);
	db_bind_text(*out, P_UPLOAD, l->upload);
	db_bind_i64(*out, P_ID, l->only_id);
	db_bind_i64(*out, P_LIMIT, (int64_t)store_page_limit(l->limit) + 1);
	return ERR_NONE;
}

enum err
store_intake(struct store *s, const struct store_intake_list *list,
	     enum err (*row)(void *ctx, const struct store_intake_item *),
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
		e = db_step(st, &more, why);
		if (e != ERR_NONE || !more || left-- == 0)
			break;
		e = give_item(st, row, ctx, &last.value);
	}
	if (e != ERR_NONE || !more)
		return e;
	return store_cursor_print(question_of(list), &last, next) ? ERR_NONE
								  : ERR_LIMIT;
}

enum err
store_intake_counts(struct store *s, int64_t owner,
		    uint64_t counts[STORE_OUTCOMES], struct diag *why)
{
	SCOPED_VIEW view = { 0 };
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = store_view_open(s, &view, why);

	for (int i = 0; i < STORE_OUTCOMES; i++)
		counts[i] = 0;
	if (e == ERR_NONE)
		e = db_prepare(s->db,
			       S("SELECT count(*) FROM intake WHERE owner=?1"
				 " AND outcome=?2"),
			       &st, why);
	for (int i = 0; e == ERR_NONE && i < STORE_OUTCOMES; i++) {
		db_reset(st);
		db_bind_i64(st, 1,
			    i == STORE_UNCLAIMED ? bin_of(owner) : owner);
		db_bind_i64(st, 2, i);
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			counts[i] = db_u64(st, 0);
	}
	return e;
}

enum err
store_report_envelope(struct store *s, int64_t owner, int64_t report,
		      enum err (*row)(void *ctx,
				      const struct store_intake_item *),
		      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	int64_t id;
	bool found = false;
	enum err e = db_prepare(s->db,
				S(ITEM " WHERE i.owner=?1 AND i.report=?2"
				       " AND i.outcome<>1 ORDER BY i.id"
				       " LIMIT 1"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, report);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && !found)
		return diag_set(why, ERR_GONE, "store.no_report", 0, "%lld",
				(long long)report);
	return e == ERR_NONE ? give_item(st, row, ctx, &id) : e;
}

enum err
store_intake_raw(struct store *s, int64_t owner, int64_t id, struct buf *out,
		 enum decode_media *media, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool found = false;
	enum err e =
		db_prepare(s->db,
			   S("SELECT i.kind,w.media,w.repacked,w.sealed,w.bytes"
			     " FROM intake i JOIN intake_raw w ON w.intake=i.id"
			     " WHERE i.owner IN (?1,?2) AND i.id=?3"),
			   &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, bin_of(owner));
	db_bind_i64(st, 3, id);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && !found)
		return diag_set(why, ERR_GONE, "store.raw_gone", 0, "%lld",
				(long long)id);
	return e == ERR_NONE ? store_give_raw(s, st, out, media, why) : e;
}

/* ---- the bin ---- */

enum err
store_bin_domains(struct store *s,
		  enum err (*row)(void *ctx, const struct store_bin_domain *),
		  void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool more = false;
	enum err e = db_prepare(s->db,
				S("SELECT domain,count(*),min(received_at),"
				  "max(received_at) FROM intake WHERE owner=?1"
				  " AND outcome=?2 GROUP BY domain"
				  " ORDER BY 2 DESC,1"),
				&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, STORE_OWNER_UNCLAIMED);
	db_bind_i64(st, 2, STORE_UNCLAIMED);
	while ((e = db_step(st, &more, why)) == ERR_NONE && more) {
		const struct store_bin_domain d = {
			.domain = db_text(st, 0),
			.reports = db_u64(st, 1),
			.first_received = db_i64(st, 2),
			.last_received = db_i64(st, 3),
		};

		e = row(ctx, &d);
		if (e != ERR_NONE)
			return e;
	}
	return e;
}
