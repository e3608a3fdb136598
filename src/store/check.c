/* Whether the numbers agree: rows with totals, roll-ups with rows, coarse
 * roll-ups with fine ones. Every question answers with what disagrees. */
#include "store/query_inside.h"
#include "store/segment.h"

#include <stdio.h>

enum { FAULTS_MAX = 100 /* told of one question */ };

struct question {
	const char *code;
	const char *sql; /* ?1 owner; text of the fault */
};

_Static_assert(STORE_ROW_BITS == 21, "number in SQL");
_Static_assert(DECODE_DMARC == 1 && DECODE_TLSRPT == 2, "numbers in SQL");
_Static_assert(STORE_IMPORTED == 0, "number in SQL");

#define OF_REPORT "w.id >= r.id << 21 AND w.id < (r.id + 1) << 21"
#define TEXT_OF_X                                                              \
	"(SELECT text FROM name WHERE id = x.domain) || ' ' ||"                \
	" date(x.day * 86400, 'unixepoch')"
/* A counted report of that day whose rows were pruned: only the sum over all
 * reports of the day is known then. */
#define PRUNED                                                                 \
	"EXISTS (SELECT 1 FROM report AS q WHERE q.owner = ?1"                 \
	" AND q.domain = x.domain AND q.day = x.day AND q.kind = 1"            \
	" AND q.state = 0 AND NOT q.rows_kept)"
/* A TLS report may be about several domains. */
#define TLS_PRUNED                                                             \
	"EXISTS (SELECT 1 FROM report AS q WHERE q.owner = ?1"                 \
	" AND q.day = x.day AND q.kind = 2 AND q.state = 0"                    \
	" AND NOT q.rows_kept)"
#define STALE                                                                  \
	"EXISTS (SELECT 1 FROM stale_day AS t WHERE t.owner = ?1"              \
	" AND t.domain = x.domain AND t.day = x.day)"
/* Days on which the sums of `plus` are not those of `minus`, per key. */
#define DIFFER(keys, plus, minus)                                              \
	"SELECT DISTINCT " TEXT_OF_X " FROM (SELECT domain, day FROM (" plus   \
	" UNION ALL " minus ") GROUP BY " keys                                 \
	" HAVING sum(m) <> 0 OR sum(n) <> 0) AS x"
#define PLUS(keys, table)                                                      \
	"SELECT " keys ", messages AS m, rows AS n FROM " table                \
	" WHERE owner = ?1"
#define MINUS(keys, table)                                                     \
	"SELECT " keys ", - messages, - rows FROM " table " WHERE owner = ?1"

#define ROLLUP_KEYS                                                            \
	"domain, day, endpoint, reporter, to_domain, verdict, overrides, "     \
	"trust"
#define ROW_KEYS                                                               \
	"r.domain, r.day, w.endpoint, r.reporter, w.envelope_to, w.verdict,"   \
	" w.overrides, r.trust"
#define FINE_KEYS "domain, day, reporter, to_domain, verdict, overrides, trust"
#define SLIM_KEYS "domain, day, reporter, verdict, overrides, class, trust"
#define TLS_KEYS "domain, day, reporter, type, counts, result_type, mx, trust"
#define TLS_POLICIES " FROM report AS r JOIN tls_policy AS p ON p.report = r.id"
#define TLS_COUNTED " WHERE r.owner = ?1 AND r.kind = 2 AND r.state = 0"
/* As sums of strangers' numbers are bounded when they are written. */
#define SESSIONS(sum) "min(ifnull(" sum ", 0), 1000000000000)"

static const struct question QUESTIONS[] = {
	{ "store.check_report",
	  "SELECT r.id FROM report AS r LEFT JOIN row AS w ON " OF_REPORT
	  " WHERE r.owner = ?1 AND r.kind = 1 AND r.rows_kept"
	  " GROUP BY r.id HAVING count(w.id) <> r.records"
	  " OR ifnull(sum(w.count), 0) <> r.messages"
	  " OR ifnull(sum(iif(w.verdict & 3, w.count, 0)), 0) <> r.passed" },
	{ "store.check_report",
	  "SELECT r.id FROM report AS r"
	  " LEFT JOIN tls_policy AS p ON p.report = r.id"
	  " WHERE r.owner = ?1 AND r.kind = 2 AND "
	  "r.rows_kept"
	  " GROUP BY r.id HAVING count(p.n) <> r.records"
	  " OR " SESSIONS("sum(p.counts * (p.successful + "
			  "p.failed))") " <> min(r.messages, "
					"1000000000000) "
					"OR " SESSIONS("sum(p."
						       "counts * "
						       "p."
						       "successfu"
						       "l)") " <>"
							     " mi"
							     "n("
							     "r."
							     "pas"
							     "sed"
							     ", "
							     "100"
							     "000"
							     "000"
							     "000"
							     "0"
							     ")" },
	{ "store.check_identity",
	  "SELECT min(id) FROM report WHERE owner = ?1"
	  " GROUP BY identity HAVING sum(state = 0) > 1"
	  " OR (sum(state = 0) = 0 AND max(rows_kept))" },
	{ "store.check_rollup",
	  DIFFER(ROLLUP_KEYS, PLUS(ROLLUP_KEYS, "rollup"),
		 "SELECT " ROW_KEYS ", - w.count, -1"
		 " FROM report AS r JOIN row AS w "
		 "ON " OF_REPORT " WHERE r.owner = ?1 AND r.kind = 1 AND "
		 "r.state = 0") " WHERE NOT " PRUNED },
	{ "store.check_rollup",
	  DIFFER("domain, day, reporter, trust",
		 PLUS("domain, day, reporter, trust", "rollup"),
		 "SELECT domain, day, reporter, trust, - "
		 "messages, - records"
		 " FROM report WHERE owner = ?1 AND kind "
		 "= 1 AND state = 0") " WHERE " PRUNED },
	{ "store.check_rollup",
	  "SELECT DISTINCT date(day * 86400, 'unixepoch') FROM (SELECT day, "
	  "kind,"
	  " state, trust, 1 AS n FROM report WHERE owner = ?1 UNION ALL"
	  " SELECT day, kind, state, trust, - reports FROM report_count"
	  " WHERE owner = ?1) GROUP BY day, kind, state, trust"
	  " HAVING sum(n) <> 0" },
	{ "store.check_cube",
	  DIFFER(FINE_KEYS, PLUS(FINE_KEYS, "cube"),
		 MINUS(FINE_KEYS, "rollup")) " WHERE NOT " STALE },
	{ "store.check_cube", DIFFER(SLIM_KEYS, PLUS(SLIM_KEYS, "cube"),
				     MINUS(SLIM_KEYS, "cube_slim")) },
	{ "store.check_tls",
	  DIFFER(TLS_KEYS,
		 "SELECT p.domain, r.day, r.reporter, p.type, p.counts,"
		 " 0 AS result_type, 0 AS mx, r.trust, p.successful AS m,"
		 " p.failed AS n" TLS_POLICIES TLS_COUNTED " UNION ALL"
		 " SELECT p.domain, r.day, r.reporter, p.type, p.counts,"
		 " f.result_type, f.mx, r.trust, 0, f.sessions" TLS_POLICIES
		 " JOIN tls_failure AS f ON f.report = r.id AND f.n = "
		 "p.n" TLS_COUNTED,
		 "SELECT " TLS_KEYS ", - successful, - failed"
		 " FROM tls_rollup WHERE owner = ?1") " WHERE "
						      "NOT " TLS_PRUNED },
};

struct checking {
	void (*fault)(void *ctx, const struct diag *what);
	void *ctx;
	struct map *told; /* code and detail: two questions find one fault */
};

static void
tell(const struct checking *c, const char *code, struct str detail)
{
	struct diag what = { 0 };
	char key[sizeof(what.code) + sizeof(what.detail)];
	struct str name = { key, 0 };

	(void)diag_set(&what, ERR_IO, code, 0, "%.*s", STR_ARG(detail));
	name.n = (size_t)snprintf(key, sizeof(key), "%s %s", what.code,
				  what.detail);
	if (map_get(c->told, name, NULL))
		return;
	map_put(c->told, name, 1);
	c->fault(c->ctx, &what);
}

static void
tell_day(void *ctx, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	tell(ctx, "store.check_cube",
	     str_of(civil_print_date(day * CIVIL_DAY, text)));
}

static void
tell_file(void *ctx, struct str words)
{
	tell(ctx, "store.check_file", words);
}

static enum err
ask(struct store *s, const struct question *q, int64_t owner,
    const struct checking *c, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = db_prepare(s->db, str_of(q->sql), &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	for (int told = 0; e == ERR_NONE && row && told < FAULTS_MAX; told++) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row)
			tell(c, q->code, db_text(st, 0));
	}
	return e;
}

enum err
store_check(struct store *s, int64_t owner,
	    void (*fault)(void *ctx, const struct diag *what), void *ctx,
	    struct diag *why)
{
	SCOPED_VIEW view = { 0 };
	struct checking c = { fault, ctx, NULL };
	bool sound;
	enum err e = store_view_open(s, &view, why);

	if (e != ERR_NONE)
		return e;
	c.told = map_new((COUNT_OF(QUESTIONS) + 1) * FAULTS_MAX);
	e = db_check(s->db, tell_file, &c, why);
	/* Sums of a damaged file say nothing. */
	sound = map_count(c.told) == 0;
	for (size_t i = 0; e == ERR_NONE && sound && i < COUNT_OF(QUESTIONS);
	     i++)
		e = ask(s, &QUESTIONS[i], owner, &c, why);
	if (e == ERR_NONE && sound)
		e = store_segments_check(s, owner, tell_day, &c, why);
	map_free(c.told);
	return e;
}
