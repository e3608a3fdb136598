/* The writing half's statements: their text, and keeping them prepared. */
#include "store/writer.h"

static const char *const TEXT[SQL_COUNT] = {
	[SQL_NAME_GET] = "SELECT id FROM name WHERE text = ?1",
	[SQL_NAME_ADD] = "INSERT INTO name (text) VALUES (?1)",
	[SQL_AUTH_GET] = "SELECT id FROM auth WHERE json = ?1",
	[SQL_AUTH_ADD] = "INSERT INTO auth (json, dkim, spf, selectors)"
			 " VALUES (?1, ?2, ?3, ?4)",
	[SQL_ENDPOINT_GET] =
		"SELECT e.id, e.evidence, p.text, f.text FROM endpoint AS e"
		" JOIN name AS p ON p.id = e.profile"
		" JOIN name AS f ON f.id = e.proof"
		" WHERE e.owner = ?1 AND e.ip = ?2",
	[SQL_ENDPOINT_ADD] = "INSERT INTO endpoint (owner, ip) VALUES (?1, ?2)",
	/* Another name for the address: to be enriched again. */
	[SQL_ENDPOINT_BETTER] =
		"UPDATE endpoint SET evidence = ?2, profile = ?3, proof = ?4,"
		" stamp = iif(profile = ?3 AND evidence = ?2, stamp, 0)"
		" WHERE id = ?1",
	[SQL_SPAN_WIDEN] =
		"INSERT INTO endpoint_span VALUES (?1, ?2, ?3, ?3)"
		" ON CONFLICT DO UPDATE SET first_day = min(first_day, ?3),"
		" last_day = max(last_day, ?3)"
		" WHERE first_day > ?3 OR last_day < ?3",
	[SQL_ROW_ADD] =
		"INSERT INTO row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10)",
	[SQL_ROLLUP_ADD] =
		"INSERT INTO rollup VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11) ON CONFLICT DO UPDATE SET"
		" messages = messages + excluded.messages,"
		" rows = rows + excluded.rows",
	[SQL_ROLLUP_COUNT] =
		"INSERT INTO rollup SELECT r.owner, r.domain, r.day,"
		" w.endpoint, r.reporter, w.envelope_to, w.verdict,"
		" w.overrides, r.trust, ?4 * sum(w.count), ?4 * count(*)"
		" FROM report AS r JOIN row AS w"
		" WHERE r.id = ?1 AND w.id >= ?2 AND w.id < ?3"
		" GROUP BY w.endpoint, w.envelope_to, w.verdict, w.overrides"
		" ON CONFLICT DO UPDATE SET"
		" messages = messages + excluded.messages,"
		" rows = rows + excluded.rows",
	[SQL_ROLLUP_SWEEP] = "DELETE FROM rollup WHERE owner = ?1"
			     " AND domain = ?2 AND day = ?3 AND rows <= 0",
	[SQL_STALE_ADD] = "INSERT OR IGNORE INTO stale_day VALUES (?1, ?2, ?3)",
	[SQL_REPORT_ADD] =
		"INSERT INTO report (id, owner, kind, state, identity, hash,"
		" domain, org, reporter, report_id, begin, \"end\", day,"
		" records, messages, passed, trust, complete, received_at,"
		" repairs, head) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
	[SQL_REPORT_GET] =
		"SELECT owner, kind, state, domain, day, trust, received_at,"
		" rows_kept, identity FROM report WHERE id = ?1",
	[SQL_REPORT_BY_HASH] = "SELECT id FROM report"
			       " WHERE owner = ?1 AND hash = ?2",
	/* What lost its rows can neither be counted again nor taken back: if
	 * it counts, it goes on counting. */
	[SQL_REPORT_BEST] =
		"SELECT id FROM report WHERE owner = ?1 AND identity = ?2"
		" AND (rows_kept OR state = ?3)"
		" ORDER BY state = ?3 AND NOT rows_kept DESC, trust DESC,"
		" complete DESC, records DESC, hash LIMIT 1",
	[SQL_REPORT_WINNER] =
		"SELECT id FROM report WHERE owner = ?1 AND identity = ?2"
		" AND state = ?3",
	[SQL_REPORT_STATE] = "UPDATE report SET state = ?2 WHERE id = ?1",
	[SQL_REPORT_TRUST] = "UPDATE report SET trust = ?2 WHERE id = ?1",
	[SQL_RAW_ADD] = "INSERT INTO raw VALUES (?1, ?2, ?3, ?4, ?5)"
			" ON CONFLICT DO NOTHING",
	[SQL_INTAKE_ADD] =
		"INSERT INTO intake (owner, received_at, path, member,"
		" outcome, kind, report, code, line, detail, carrier) VALUES"
		" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[SQL_INTAKE_AGAIN] =
		"UPDATE intake SET outcome = ?2, kind = ?3, report = ?4,"
		" code = ?5, line = ?6, detail = ?7 WHERE id = ?1",
	[SQL_INTAKE_OF] = "SELECT id FROM intake WHERE report = ?1"
			  " AND outcome <> ?2 ORDER BY id LIMIT 1",
	[SQL_INTAKE_STATE] = "UPDATE intake SET outcome = ?2"
			     " WHERE report = ?1 AND outcome <> ?3",
	[SQL_INTAKE_RAW_ADD] =
		"INSERT OR REPLACE INTO intake_raw VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_INTAKE_RAW_GET] =
		"SELECT r.repacked, i.received_at FROM intake AS i"
		" LEFT JOIN intake_raw AS r ON r.intake = i.id WHERE i.id = ?1",
	[SQL_INTAKE_RAW_DROP] = "DELETE FROM intake_raw WHERE intake = ?1",
	[SQL_TLS_POLICY_ADD] = "INSERT INTO tls_policy VALUES (?1, ?2, ?3, ?4,"
			       " ?5, ?6, ?7, ?8)",
	[SQL_TLS_FAILURE_ADD] = "INSERT INTO tls_failure VALUES (?1, ?2, ?3,"
				" ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_TLS_COUNT] =
		"INSERT INTO tls_rollup SELECT r.owner, p.domain, r.day,"
		" r.reporter, p.type, p.counts, 0, 0, r.trust,"
		" ?2 * sum(p.successful), ?2 * sum(p.failed), ?2"
		" FROM report AS r JOIN tls_policy AS p ON p.report = r.id"
		" WHERE r.id = ?1 GROUP BY p.domain, p.type, p.counts"
		" ON CONFLICT DO UPDATE SET"
		" successful = successful + excluded.successful,"
		" failed = failed + excluded.failed,"
		" reports = reports + excluded.reports",
	[SQL_TLS_COUNT_FAILURES] =
		"INSERT INTO tls_rollup SELECT r.owner, p.domain, r.day,"
		" r.reporter, p.type, p.counts, f.result_type, f.mx, r.trust,"
		" 0, ?2 * sum(f.sessions), ?2"
		" FROM report AS r JOIN tls_policy AS p ON p.report = r.id"
		" JOIN tls_failure AS f ON f.report = r.id AND f.n = p.n"
		" WHERE r.id = ?1"
		" GROUP BY p.domain, p.type, p.counts, f.result_type, f.mx"
		" ON CONFLICT DO UPDATE SET"
		" failed = failed + excluded.failed,"
		" reports = reports + excluded.reports",
	[SQL_TLS_SWEEP] = "DELETE FROM tls_rollup WHERE owner = ?1 AND day = ?3"
			  " AND domain IN (SELECT domain FROM tls_policy"
			  " WHERE report = ?2) AND reports <= 0",
	[SQL_DROP_ROWS] = "DELETE FROM row WHERE id >= ?1 AND id < ?2",
	[SQL_DROP_TLS_POLICIES] = "DELETE FROM tls_policy WHERE report = ?1",
	[SQL_DROP_TLS_FAILURES] = "DELETE FROM tls_failure WHERE report = ?1",
	[SQL_DROP_FAILURE] = "DELETE FROM failure WHERE report = ?1",
	[SQL_DROP_RAW] = "DELETE FROM raw WHERE report = ?1",
	[SQL_DROP_REPORT] = "DELETE FROM report WHERE id = ?1",
	[SQL_FAILURE_ADD] = "INSERT INTO failure VALUES (?1, ?2, ?3, ?4, ?5)",
};

enum err
store_kept(struct store *s, enum store_sql which, struct db_statement **out,
	   struct diag *why)
{
	struct db_statement **kept = &s->writer->kept[which];
	enum err e = ERR_NONE;

	if (*kept == NULL)
		e = db_prepare_kept(s->db, str_of(TEXT[which]), kept, why);
	else
		db_reset(*kept);
	*out = *kept;
	return e;
}

void
store_bind(struct db_statement *st, int first, const int64_t *values, int count)
{
	for (int i = 0; i < count; i++)
		db_bind_i64(st, first + i, values[i]);
}

enum err
store_do(struct store *s, enum store_sql which, const int64_t *values,
	 int count, struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, which, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, count);
	return db_do(st, why);
}
