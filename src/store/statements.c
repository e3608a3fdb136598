/* The writing half's statements: their text, and keeping them prepared. */
#include "store/writer.h"

#define ENRICH_COLUMNS                                                         \
	"e.id, e.ip, e.evidence, p.text, e.source, e.country, e.asn,"          \
	" iif(e.host = 3, h.text, '') FROM endpoint AS e"                      \
	" JOIN name AS p ON p.id = e.profile JOIN name AS h ON h.id = e.ptr"
#define OF_DAYS " WHERE owner = ?1 AND domain = ?2 AND day BETWEEN ?3 AND ?4"
#define ADD_UP                                                                 \
	" ON CONFLICT DO UPDATE SET"                                           \
	" messages = messages + excluded.messages,"                            \
	" rows = rows + excluded.rows"

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
	[SQL_ENDPOINT_ADD] =
		"INSERT INTO endpoint (owner, ip, evidence, profile, proof,"
		" source, asn, place, stamp, country, latitude, longitude)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
		" ON CONFLICT DO NOTHING",
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
		" outcome, kind, report, code, line, detail, carrier, trust,"
		" door, upload, envelope) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		" ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[SQL_INTAKE_AGAIN] =
		"UPDATE intake SET outcome = ?2, kind = ?3, report = ?4,"
		" owner = ?5, code = ?6, line = ?7, detail = ?8,"
		" domain = '', org = '' WHERE id = ?1",
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
	[SQL_INTAKE_BIN] =
		"UPDATE intake SET domain = ?2, org = ?3 WHERE id = ?1",
	[SQL_SPOOL_DONE] = "INSERT INTO spool_position VALUES (?1, ?2)"
			   " ON CONFLICT DO UPDATE SET offset = ?2",
	[SQL_SPOOL_GET] =
		"SELECT offset FROM spool_position WHERE segment = ?1",
	/* NULL when there was nothing but what is ignored. */
	[SQL_MAIL_BIN] =
		"SELECT min(CASE outcome WHEN 3 THEN 2 WHEN 5 THEN 1 ELSE 0"
		" END) FROM intake WHERE upload = ?1 AND upload <> ''"
		" AND outcome <> 4",
	[SQL_MAIL_ADD] =
		"INSERT OR IGNORE INTO mail (upload, owner, received_at, bin,"
		" bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_MAIL_MOVE] =
		"UPDATE mail SET owner = ?2, bin = 0 WHERE upload ="
		" (SELECT upload FROM intake WHERE id = ?1 AND upload <> '')",
	[SQL_DROP_MAIL] =
		"DELETE FROM mail WHERE upload IN (SELECT upload FROM intake"
		" WHERE report = ?1 AND upload <> '')",
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
	[SQL_ENRICHED_GET] =
		"SELECT stamp, early FROM enriched WHERE owner = ?1",
	[SQL_ENRICHED_SET] = "INSERT OR REPLACE INTO enriched"
			     " VALUES (?1, ?2, 0)",
	/* The new ones by their index, or all with another stamp. */
	[SQL_ENRICH_NEW] = "SELECT " ENRICH_COLUMNS
			   " WHERE e.owner = ?1 AND e.stamp = 0 LIMIT ?2",
	[SQL_ENRICH_ALL] =
		"SELECT " ENRICH_COLUMNS " WHERE e.owner = ?1 AND e.id > ?3"
		" AND e.stamp <> ?4 ORDER BY e.id LIMIT ?2",
	[SQL_ENDPOINT_PLACE] =
		"UPDATE endpoint SET source = ?2, asn = ?3, place = ?4,"
		" stamp = ?5, country = ?6, latitude = ?7, longitude = ?8"
		" WHERE id = ?1",
	[SQL_HOST_GET] = "SELECT id, host, ptr, host_failed FROM endpoint"
			 " WHERE owner = ?1 AND ip = ?2",
	/* Named anew, when its name became evidence or is none any more. */
	[SQL_HOST_PUT] =
		"UPDATE endpoint SET host = ?2, ptr = ?3, host_at = ?4,"
		" host_next = ?5, host_failed = ?6,"
		" stamp = iif(?7, 0, stamp) WHERE id = ?1",
	[SQL_OWN_GET] = "SELECT failed, ranges FROM own_spf"
			" WHERE owner = ?1 AND domain = ?2",
	[SQL_OWN_PUT] = "INSERT OR REPLACE INTO own_spf"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_OWN_ADDRESS_ADD] = "INSERT OR IGNORE INTO own_address"
				" VALUES (?1, ?2)",
	[SQL_OWN_ADDRESS_DROP] = "DELETE FROM own_address"
				 " WHERE domain = ?1 AND endpoint = ?2",
	[SQL_SPANS_OF] = "SELECT domain, first_day, last_day"
			 " FROM endpoint_span WHERE endpoint = ?1",
	[SQL_SPANS_OF_SOURCE] =
		"SELECT s.domain, min(s.first_day), max(s.last_day)"
		" FROM endpoint AS e JOIN endpoint_span AS s"
		" ON s.endpoint = e.id WHERE e.owner = ?1 AND e.source = ?2"
		" AND (?3 = 0 OR s.domain = ?3) GROUP BY s.domain",
	/* From one day that is there to the next: a seek for each. */
	[SQL_STALE_RANGE] =
		"WITH RECURSIVE d (day) AS (SELECT min(day) FROM rollup"
		" WHERE owner = ?1 AND domain = ?2 AND day >= ?3"
		" AND day <= ?4 UNION ALL SELECT (SELECT min(day) FROM rollup"
		" WHERE owner = ?1 AND domain = ?2 AND day > d.day"
		" AND day <= ?4) FROM d WHERE d.day IS NOT NULL)"
		" INSERT OR IGNORE INTO stale_day"
		" SELECT ?1, ?2, day FROM d WHERE day IS NOT NULL",
	[SQL_SOURCE_ADD] =
		"INSERT INTO source (owner, kind, slug, label)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
		" kind = max(kind, excluded.kind), label = excluded.label"
		" RETURNING id",
	[SQL_SOURCE_GET] = "SELECT id FROM source WHERE owner = ?1"
			   " AND slug = ?2",
	[SQL_ASN_ADD] = "INSERT INTO asn VALUES (?1, ?2) ON CONFLICT"
			" DO UPDATE SET label = excluded.label",
	[SQL_TRIAGE_SET] =
		"INSERT OR REPLACE INTO triage (owner, source, domain, triage,"
		" set_at, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_FOLD_NEXT] = "SELECT domain, day FROM stale_day WHERE owner = ?1"
			  " ORDER BY domain, day LIMIT ?2",
	[SQL_FOLD_EARLY] =
		"INSERT INTO enriched SELECT ?1, 0, 1 WHERE EXISTS"
		" (SELECT 1 FROM endpoint WHERE owner = ?1 AND stamp = 0)"
		" ON CONFLICT DO UPDATE SET early = 1",
	[SQL_FOLD_DONE] = "DELETE FROM stale_day" OF_DAYS,
	[SQL_FOLD_TRIAGE] = "SELECT source, domain, triage FROM triage"
			    " WHERE owner = ?1 AND triage > 0",
	/* Columns of both in the order of the cube's key, then the sums. */
	[SQL_FOLD_OLD] =
		"SELECT domain, day, reporter, source, asn, country,"
		" to_domain, verdict, overrides, class, trust, messages, rows"
		" FROM cube" OF_DAYS,
	[SQL_FOLD_NEW] =
		"SELECT r.domain, r.day, r.reporter, ifnull(e.source, 0),"
		" ifnull(e.asn, 0), e.country, r.to_domain, r.verdict,"
		" r.overrides, 0, r.trust, r.messages, r.rows, r.endpoint,"
		" e.ip FROM rollup AS r LEFT JOIN endpoint AS e"
		" ON e.id = r.endpoint WHERE r.owner = ?1 AND r.domain = ?2"
		" AND r.day BETWEEN ?3 AND ?4",
	[SQL_CUBE_ADD] = "INSERT INTO cube VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
			 " ?8, ?9, ?10, ?11, ?12, ?13, ?14)" ADD_UP,
	[SQL_CUBE_SWEEP] =
		"DELETE FROM cube WHERE owner = ?1 AND domain = ?2"
		" AND day = ?3 AND reporter = ?4 AND source = ?5 AND asn = ?6"
		" AND country = ?7 AND to_domain = ?8 AND verdict = ?9"
		" AND overrides = ?10 AND class = ?11 AND trust = ?12"
		" AND rows <= 0",
	[SQL_SLIM_ADD] = "INSERT INTO cube_slim VALUES (?1, ?2, ?3, ?4, ?5,"
			 " ?6, ?7, ?8, ?9, ?10)" ADD_UP,
	[SQL_SLIM_SWEEP] =
		"DELETE FROM cube_slim WHERE owner = ?1 AND domain = ?2"
		" AND day = ?3 AND reporter = ?4 AND verdict = ?5"
		" AND overrides = ?6 AND class = ?7 AND trust = ?8"
		" AND rows <= 0",
	[SQL_SEGMENT_GET] = "SELECT cells FROM cube_day"
			    " WHERE owner = ?1 AND day = ?2 AND part = ?3",
	[SQL_SEGMENT_PUT] = "INSERT INTO cube_day VALUES (?1, ?2, ?3, ?4)"
			    " ON CONFLICT DO UPDATE SET cells = excluded.cells",
	[SQL_SEGMENT_DROP] = "DELETE FROM cube_day"
			     " WHERE owner = ?1 AND day = ?2 AND part = ?3",
	[SQL_REPORT_ROWLESS] = "UPDATE report SET rows_kept = 0 WHERE id = ?1",
	[SQL_INTAKE_SCRUB] = "UPDATE intake SET path = '', member = '',"
			     " detail = '', carrier = '{}',"
			     " envelope = '{}' WHERE report = ?1",
	[SQL_DOMAIN_REPORTS] = "SELECT id FROM report WHERE owner = ?1"
			       " AND domain = ?2 LIMIT ?3",
	/* TLS reports about the domain and about others. */
	[SQL_DOMAIN_SHARED] =
		"SELECT DISTINCT r.id FROM report AS r"
		" JOIN tls_policy AS p ON p.report = r.id"
		" JOIN tls_policy AS q ON q.report = r.id"
		" WHERE r.owner = ?1 AND r.kind = 2 AND p.domain = ?2"
		" AND q.domain <> ?2 LIMIT ?3",
	[SQL_DOMAIN_STALE] =
		"INSERT OR IGNORE INTO stale_day SELECT DISTINCT owner,"
		" domain, day FROM cube WHERE owner = ?1 AND domain = ?2",
	[SQL_DOMAIN_ROLLUP] = "DELETE FROM rollup WHERE owner = ?1"
			      " AND domain = ?2",
	[SQL_DOMAIN_TLS] = "DELETE FROM tls_rollup WHERE owner = ?1"
			   " AND domain = ?2",
	[SQL_DOMAIN_TRIAGE] = "DELETE FROM triage WHERE owner = ?1"
			      " AND domain = ?2",
	[SQL_DOMAIN_OWN] = "DELETE FROM own_spf WHERE owner = ?1"
			   " AND domain = ?2",
	[SQL_DOMAIN_OWN_ADDRESSES] =
		"DELETE FROM own_address WHERE domain = ?2 AND endpoint IN"
		" (SELECT id FROM endpoint WHERE owner = ?1)",
	/* Before the spans, which tell who they are. */
	[SQL_DOMAIN_ORPHANS] =
		"DELETE FROM endpoint WHERE owner = ?1 AND id IN"
		" (SELECT endpoint FROM endpoint_span GROUP BY endpoint"
		" HAVING min(domain) = ?2 AND max(domain) = ?2)",
	[SQL_DOMAIN_SPANS] =
		"DELETE FROM endpoint_span WHERE domain = ?2"
		" AND (endpoint IN (SELECT id FROM endpoint WHERE owner = ?1)"
		" OR endpoint NOT IN (SELECT id FROM endpoint))",
	[SQL_TLS_POLICIES_OF] = "DELETE FROM tls_policy WHERE report = ?1"
				" AND domain = ?2",
	[SQL_TLS_FAILURES_OF] =
		"DELETE FROM tls_failure WHERE report = ?1 AND n IN"
		" (SELECT n FROM tls_policy WHERE report = ?1"
		" AND domain = ?2)",
	[SQL_TLS_TOTALS] =
		"UPDATE report SET (records, messages, passed, domain) ="
		" (SELECT count(*), ifnull(sum(counts * (successful + failed)),"
		" 0), ifnull(sum(counts * successful), 0), min(domain)"
		" FROM tls_policy WHERE report = ?1) WHERE id = ?1",
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
