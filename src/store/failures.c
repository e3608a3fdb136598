/* Failure reports read back; what is personal is opened for the caller. */
#include "store/query_tally.h"

#include "json/json.h"

enum { BOX_MAX = 4 << 20, QUESTION = 3 /* tells its cursors from others' */ };

#define FAILURES                                                               \
	"SELECT f.report, o.text, d.text, f.json, f.arrival, f.incidents,"     \
	" f.sealed, r.received_at FROM report AS r"                            \
	" JOIN failure AS f ON f.report = r.id"                                \
	" JOIN name AS o ON o.id = r.org JOIN name AS d ON d.id = r.domain"    \
	" WHERE r.owner = ?1 AND r.kind = ?2 AND r.state = ?3"                 \
	" AND r.id < ?4 AND r.day BETWEEN ?5 AND ?6"                           \
	" AND (?7 = 0 OR r.id = ?7) AND (?8 = '' OR d.text = ?8)"              \
	" ORDER BY r.id DESC LIMIT ?9"

static struct str
text_of(const struct json *object, const char *key)
{
	return json_str(json_get(object, key));
}

static enum err
parse(struct str text, struct json **out, struct diag *why)
{
	const struct json_limits limits = { .bytes = BOX_MAX, .depth = 4 };
	bool repaired;

	return json_parse(text, limits, out, &repaired, why);
}

static void
take_open(const struct json *open, struct store_failure_row *row)
{
	row->feedback_type = text_of(open, "feedback_type");
	row->auth_failure = text_of(open, "auth_failure");
	row->source_ip = text_of(open, "source_ip");
	row->delivery_result = text_of(open, "delivery_result");
	row->user_agent = text_of(open, "user_agent");
}

static void
take_personal(const struct json *personal, struct store_failure_row *row)
{
	row->auth_results = text_of(personal, "auth_results");
	row->mail_from = text_of(personal, "mail_from");
	row->rcpt_to = text_of(personal, "rcpt_to");
	row->header_from = text_of(personal, "header_from");
	row->subject = text_of(personal, "subject");
	row->message_id = text_of(personal, "message_id");
	row->headers = text_of(personal, "headers");
}

typedef enum err (*row_fn)(void *ctx, const struct store_failure_row *row);

static enum err
give_row(struct store *s, struct db_statement *st, row_fn row, void *ctx,
	 struct diag *why)
{
	struct store_failure_row r = { .id = db_i64(st, 0),
				       .org = db_text(st, 1),
				       .domain = db_text(st, 2),
				       .arrival = db_i64(st, 4),
				       .incidents = db_u64(st, 5),
				       .received_at = db_i64(st, 7) };
	SCOPED_BUF plain = BUF(BOX_MAX);
	SCOPED_JSON open = NULL;
	SCOPED_JSON personal = NULL;
	enum err e = parse(db_text(st, 3), &open, why);

	if (e == ERR_NONE && !seal_open(s->key, db_blob(st, 6), &plain))
		e = diag_set(why, ERR_IO, "store.corrupt", 0, "failure");
	if (e == ERR_NONE)
		e = parse(buf_str(&plain), &personal, why);
	if (e == ERR_NONE) {
		take_open(open, &r);
		take_personal(personal, &r);
		e = row(ctx, &r);
	}
	if (plain.n > 0)
		seal_wipe(plain.p, plain.n);
	return e;
}

static enum err
bind_list(const struct store_list *l, int64_t only_id, int64_t before,
	  struct arena *mem, struct db_statement *st, struct diag *why)
{
	const struct store_filter domain = { .field = STORE_F_DOMAIN,
					     .value = l->domain };
	struct str folded = S("");
	enum err e = ERR_NONE;

	db_bind_i64(st, 1, l->owner);
	db_bind_i64(st, 2, DECODE_FAILURE);
	db_bind_i64(st, 3, STORE_IMPORTED);
	db_bind_i64(st, 4, before);
	db_bind_i64(st, 5, l->first_day);
	db_bind_i64(st, 6, l->last_day);
	db_bind_i64(st, 7, only_id);
	if (l->domain.n > 0)
		e = store_value_text(&domain, mem, &folded, why);
	db_bind_text(st, 8, folded);
	return e;
}

enum err
store_failures(struct store *s, const struct store_list *list, int64_t only_id,
	       row_fn row, void *ctx, struct buf *next, struct diag *why)
{
	uint64_t left = store_page_limit(list->limit);
	struct store_cursor last = { .value = INT64_MAX };
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_STATEMENT st = NULL;
	bool more = false, any = false;
	enum err e = db_prepare(s->db, S(FAILURES), &st, why);

	if (e == ERR_NONE && list->cursor.n > 0)
		e = store_cursor_parse(list->cursor, QUESTION, mem, &last, why);
	if (e == ERR_NONE)
		e = bind_list(list, only_id, last.value, mem, st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_u64(st, 9, left + 1);
	while (e == ERR_NONE) {
		e = db_step(st, &more, why);
		if (e != ERR_NONE || !more || left-- == 0)
			break;
		any = true;
		last.value = db_i64(st, 0);
		e = give_row(s, st, row, ctx, why);
	}
	if (e == ERR_NONE && only_id != 0 && !any)
		return diag_set(why, ERR_GONE, "store.no_report", 0, "%lld",
				(long long)only_id);
	if (e != ERR_NONE || !more)
		return e;
	return store_cursor_print(QUESTION, &last, next) ? ERR_NONE : ERR_LIMIT;
}
