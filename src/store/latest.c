/* What came last, for whoever watches. */
#include "store/inside.h"

_Static_assert(STORE_OPERATOR == 1 && STORE_IMPORTED == 0 &&
		       DECODE_DMARC == 1 && TLSRPT_STS == 1,
	       "the numbers below");

enum err
store_latest(struct store *s, int64_t owner, int64_t *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(s->db,
				S("SELECT received_at FROM report"
				  " WHERE +owner = ?1 AND +trust >= 1"
				  " ORDER BY received_at DESC LIMIT 1"),
				&st, why);

	*out = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		*out = db_i64(st, 0);
	return e;
}

enum err
store_latest_tls(struct store *s, int64_t owner, struct str domain,
		 int64_t since, struct store_latest_tls *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		s->db,
		S("SELECT max(day), sum(iif(day >= ?3 AND type = 1"
		  " AND counts = 1 AND result_type = 0, failed, 0))"
		  " FROM tls_rollup WHERE owner = ?1 AND trust >= 1"
		  " AND domain = (SELECT id FROM name WHERE text = ?2)"),
		&st, why);

	*out = (struct store_latest_tls){ .last_day = INT64_MIN };
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_text(st, 2, domain);
	db_bind_i64(st, 3, since);
	e = db_step(st, &row, why);
	if (e == ERR_NONE && row && !db_is_null(st, 0)) {
		out->last_day = db_i64(st, 0);
		out->failed = db_u64(st, 1);
	}
	return e;
}

enum err
store_latest_reporters(struct store *s, int64_t owner, int64_t first,
		       enum err (*each)(void *ctx,
					const struct store_latest_reporter *),
		       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		s->db,
		S("SELECT n.text, g.days, g.last FROM (SELECT reporter,"
		  " count(DISTINCT day) AS days, max(day) AS last FROM report"
		  " WHERE owner = ?1 AND day >= ?2 AND kind = 1 AND state = 0"
		  " AND trust >= 1 GROUP BY reporter) AS g"
		  " JOIN name AS n ON n.id = g.reporter"),
		&st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, first);
	while (e == ERR_NONE) {
		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		e = each(ctx, &(struct store_latest_reporter){ db_text(st, 0),
							       db_u64(st, 1),
							       db_i64(st, 2) });
	}
	return e;
}
