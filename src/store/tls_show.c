/* The policies of one TLS report with their failures, read back as the report
 * told them. */
#include "store/query_tally.h"

#include "json/json.h"

enum { REPORT_BYTES_MAX = 64 << 20 };

static struct str
text_of(const struct json *object, const char *key)
{
	return json_str(json_get(object, key));
}

static enum err
too_large(struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "tlsrpt.too_large", 0, " ");
}

static bool
take_list(const struct json *list, struct arena *mem, const struct str **out,
	  size_t *count)
{
	size_t n = json_count(list);
	struct str *texts = arena_array(mem, n, sizeof(*texts));

	for (size_t i = 0; texts != NULL && i < n; i++)
		if (!arena_dup(mem, json_str(json_at(list, i)), &texts[i]))
			return false;
	*out = texts;
	*count = n;
	return texts != NULL;
}

static enum err
parse(struct str text, struct json **out, struct diag *why)
{
	const struct json_limits limits = { .bytes = TLSRPT_BYTES_MAX,
					    .depth = 4 };
	bool repaired;

	return json_parse(text, limits, out, &repaired, why);
}

static enum err
read_failure(struct db_statement *st, struct arena *mem,
	     struct tlsrpt_failure *out, struct diag *why)
{
	SCOPED_JSON more = NULL;
	enum err e = parse(db_text(st, 4), &more, why);
	const struct {
		struct str from;
		struct str *to;
	} texts[] = {
		{ db_text(st, 0), &out->result_type },
		{ db_text(st, 1), &out->sending_ip },
		{ db_text(st, 2), &out->receiving_ip },
		{ db_text(st, 3), &out->mx },
		{ text_of(more, "helo"), &out->helo },
		{ text_of(more, "reason"), &out->reason },
		{ text_of(more, "information"), &out->information },
	};

	if (e != ERR_NONE)
		return e;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (!arena_dup(mem, texts[i].from, texts[i].to))
			return too_large(why);
	out->sessions = db_u64(st, 5);
	return ERR_NONE;
}

/* Those of policy `n`. */
static enum err
read_failures(struct db_statement *st, int64_t n, struct arena *mem,
	      struct tlsrpt_policy *out, struct diag *why)
{
	struct tlsrpt_failure *all = NULL;
	size_t room = 0, count = 0;
	bool row = false;
	enum err e;

	db_reset(st);
	db_bind_i64(st, 2, n);
	while ((e = db_step(st, &row, why)) == ERR_NONE && row) {
		if (count == room) {
			struct tlsrpt_failure *more;

			room = room ? room * 2 : 16;
			more = arena_array(mem, room, sizeof(*more));
			if (more == NULL)
				return too_large(why);
			for (size_t i = 0; i < count; i++)
				more[i] = all[i];
			all = more;
		}
		e = read_failure(st, mem, &all[count++], why);
		if (e != ERR_NONE)
			break;
	}
	out->failures = all;
	out->failure_count = count;
	return e;
}

static enum err
read_policy(struct db_statement *st, struct arena *mem,
	    struct tlsrpt_policy *out, struct diag *why)
{
	SCOPED_JSON more = NULL;
	enum err e = parse(db_text(st, 3), &more, why);

	if (e != ERR_NONE)
		return e;
	*out = (struct tlsrpt_policy){
		.type = (enum tlsrpt_type)db_i64(st, 1),
		.successful = db_u64(st, 4),
		.failed = db_u64(st, 5),
		.counts = db_i64(st, 6) != 0,
	};
	if (!arena_dup(mem, db_text(st, 2), &out->domain) ||
	    !arena_dup(mem, text_of(more, "type_text"), &out->type_text) ||
	    !take_list(json_get(more, "strings"), mem, &out->strings,
		       &out->string_count) ||
	    !take_list(json_get(more, "mx"), mem, &out->mx, &out->mx_count))
		return too_large(why);
	return ERR_NONE;
}

enum err
store_tls_policies(struct store *s, int64_t owner, int64_t report,
		   enum err (*row)(void *ctx, const struct tlsrpt_policy *),
		   void *ctx, struct diag *why)
{
	static const char policies_sql[] =
		"SELECT y.n,y.type,d.text,y.json,y.successful,y.failed,y.counts"
		" FROM report p JOIN tls_policy y ON y.report=p.id"
		" JOIN name d ON d.id=y.domain"
		" WHERE p.owner=?1 AND p.id=?2 ORDER BY y.n";
	static const char failures_sql[] =
		"SELECT t.text,a.text,b.text,m.text,f.json,f.sessions"
		" FROM tls_failure f JOIN name t ON t.id=f.result_type"
		" JOIN name a ON a.id=f.sending_ip"
		" JOIN name b ON b.id=f.receiving_ip JOIN name m ON m.id=f.mx"
		" WHERE f.report=?1 AND f.n=?2 ORDER BY f.m";
	SCOPED_ARENA mem = arena_new(REPORT_BYTES_MAX);
	SCOPED_VIEW view = { 0 };
	SCOPED_STATEMENT policies = NULL;
	SCOPED_STATEMENT failures = NULL;
	bool more = false;
	enum err e = store_view_open(s, &view, why);

	if (e == ERR_NONE)
		e = db_prepare(s->db, S(policies_sql), &policies, why);
	if (e == ERR_NONE)
		e = db_prepare(s->db, S(failures_sql), &failures, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(policies, 1, owner);
	db_bind_i64(policies, 2, report);
	db_bind_i64(failures, 1, report);
	while ((e = db_step(policies, &more, why)) == ERR_NONE && more) {
		struct tlsrpt_policy p;

		arena_reset(mem);
		e = read_policy(policies, mem, &p, why);
		if (e == ERR_NONE)
			e = read_failures(failures, db_i64(policies, 0), mem,
					  &p, why);
		if (e == ERR_NONE)
			e = row(ctx, &p);
		if (e != ERR_NONE)
			break;
	}
	return e;
}
