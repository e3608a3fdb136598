/* Whether the numbers agree: rows with totals, roll-ups with rows, coarse
 * roll-ups with fine ones. Every question answers with what disagrees. */
#include "store/inside.h"

enum { FAULTS_MAX = 100 /* told of one question */ };

struct question {
	const char *code;
	const char *sql; /* ?1 owner; text of the fault */
};

#define OF_REPORT "w.id >= r.id << 21 AND w.id < (r.id + 1) << 21"
/* Where no counted report has lost its rows. */
#define WHOLE_DAYS                                                             \
	" NOT EXISTS (SELECT 1 FROM report AS q WHERE q.owner = x.owner"       \
	" AND q.domain = x.domain AND q.day = x.day AND q.kind = 1"            \
	" AND q.state = 0 AND NOT q.rows_kept)"
#define PLACE                                                                  \
	"(SELECT text FROM name WHERE id = x.domain) || ' ' ||"                \
	" date(x.day * 86400, 'unixepoch')"
#define FOLDED                                                                 \
	" NOT EXISTS (SELECT 1 FROM stale_day AS t WHERE t.owner = x.owner"    \
	" AND t.domain = x.domain AND t.day = x.day)"
#define KEYS                                                                   \
	"owner, domain, day, endpoint, reporter, to_domain, verdict,"          \
	" overrides, trust, messages, rows"

_Static_assert(STORE_ROW_BITS == 21, "number in SQL");

#define COUNTED                                                                \
	"SELECT r.owner, r.domain, r.day, w.endpoint, r.reporter,"             \
	" w.envelope_to, w.verdict, w.overrides, r.trust, sum(w.count),"       \
	" count(*) FROM report AS r JOIN row AS w ON " OF_REPORT               \
	" WHERE r.owner = ?1 AND r.kind = 1 AND r.state = 0"                   \
	" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"
#define SUMS_OF(table)                                                         \
	"SELECT owner, domain, day, sum(messages), sum(rows) FROM " table      \
	" WHERE owner = ?1 GROUP BY domain, day"
#define DIFFERENT(one, other)                                                  \
	"SELECT DISTINCT " PLACE " FROM (SELECT * FROM (" one                  \
	") EXCEPT SELECT * FROM (" other ")) AS x"

static const struct question QUESTIONS[] = {
	{ "store.check_report",
	  "SELECT r.report_id FROM report AS r LEFT JOIN row AS w ON " OF_REPORT
	  " WHERE r.owner = ?1 AND r.kind = 1 AND r.rows_kept"
	  " GROUP BY r.id HAVING count(w.id) <> r.records"
	  " OR ifnull(sum(w.count), 0) <> r.messages"
	  " OR ifnull(sum(iif(w.verdict & 3, w.count, 0)), 0) <> r.passed" },
	{ "store.check_rollup",
	  DIFFERENT(COUNTED,
		    "SELECT " KEYS
		    " FROM rollup WHERE owner = ?1") " WHERE" WHOLE_DAYS },
	{ "store.check_rollup",
	  DIFFERENT("SELECT " KEYS " FROM rollup WHERE owner = ?1",
		    COUNTED) " WHERE" WHOLE_DAYS },
	{ "store.check_identity",
	  "SELECT min(report_id) FROM report WHERE owner = ?1"
	  " GROUP BY identity HAVING sum(state = 0) <> 1"
	  " AND (sum(state = 0) > 1 OR max(rows_kept))" },
	{ "store.check_cube",
	  DIFFERENT(SUMS_OF("cube"), SUMS_OF("rollup")) " WHERE" FOLDED },
	{ "store.check_cube",
	  DIFFERENT(SUMS_OF("rollup"), SUMS_OF("cube")) " WHERE" FOLDED },
	{ "store.check_cube",
	  DIFFERENT(SUMS_OF("cube"), SUMS_OF("cube_slim")) },
	{ "store.check_cube",
	  DIFFERENT(SUMS_OF("cube_slim"), SUMS_OF("cube")) },
	{ "store.check_cube",
	  "SELECT date(day * 86400, 'unixepoch') FROM"
	  " (SELECT day, messages, rows FROM cube WHERE owner = ?1"
	  " UNION ALL SELECT day, - messages, - rows FROM cube_all"
	  " WHERE owner = ?1) GROUP BY day"
	  " HAVING sum(messages) <> 0 OR sum(rows) <> 0" },
	{ "store.check_tls",
	  "SELECT (SELECT text FROM name WHERE id = domain) FROM"
	  " (SELECT p.domain, p.successful AS ok, p.failed AS bad"
	  " FROM report AS r JOIN tls_policy AS p ON p.report = r.id"
	  " WHERE r.owner = ?1 AND r.state = 0 AND r.kind = 2"
	  " UNION ALL SELECT domain, - successful, - failed FROM tls_rollup"
	  " WHERE owner = ?1 AND result_type = 0) GROUP BY domain"
	  " HAVING (sum(ok) <> 0 OR sum(bad) <> 0) AND NOT EXISTS"
	  " (SELECT 1 FROM report WHERE owner = ?1 AND kind = 2"
	  " AND NOT rows_kept)" },
};

struct checking {
	void (*fault)(void *ctx, const struct diag *what);
	void *ctx;
};

static void
tell_file(void *ctx, struct str words)
{
	const struct checking *c = ctx;
	struct diag what = { 0 };

	(void)diag_set(&what, ERR_IO, "store.check_file", 0, "%.*s",
		       STR_ARG(words));
	c->fault(c->ctx, &what);
}

static enum err
ask_one(struct store *s, const struct question *q, int64_t owner,
	const struct checking *c, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = db_prepare(s->db, str_of(q->sql), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	for (int told = 0; e == ERR_NONE && row && told < FAULTS_MAX; told++) {
		struct diag what = { 0 };

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		(void)diag_set(&what, ERR_IO, q->code, 0, "%.*s",
			       STR_ARG(db_text(st, 0)));
		c->fault(c->ctx, &what);
	}
	return e;
}

enum err
store_check(struct store *s, int64_t owner,
	    void (*fault)(void *ctx, const struct diag *what), void *ctx,
	    struct diag *why)
{
	struct checking c = { fault, ctx };
	enum err e = db_begin_reading(s->db, why);

	if (e != ERR_NONE)
		return e;
	e = db_check(s->db, tell_file, &c, why);
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(QUESTIONS); i++)
		e = ask_one(s, &QUESTIONS[i], owner, &c, why);
	db_rollback(s->db);
	return e;
}
