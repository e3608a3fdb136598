/* probes.c - mail servers by address: what the looks found, in a row. */
#include "control/inside.h"

/* A look that saw nothing ends a row of green ones as a red one does. */
static enum err
put_one(struct control *c, int64_t domain, const struct control_probe *p,
	int64_t at, struct diag *why)
{
	return control_do(
		c,
		"INSERT INTO watch_probe (domain, host, address, sight,"
		" not_after, green, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (domain, host, address) DO UPDATE SET"
		" sight = ?4, not_after = ?5, at = ?7,"
		" green = CASE WHEN ?6 = 0 THEN 0 ELSE green + 1 END",
		ARGS(INT(domain), TEXT(p->host), TEXT(p->address),
		     INT(p->sight), INT(p->not_after),
		     INT(p->sight == CONTROL_GREEN), INT(at)),
		why);
}

enum err
control_probes_write(struct control *c, int64_t domain,
		     const struct control_probe *probe, size_t n, int64_t at,
		     struct diag *why)
{
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < n && i < CONTROL_PROBES_MAX;
	     i++)
		e = put_one(c, domain, &probe[i], at, why);
	if (e != ERR_NONE)
		return e;
	return control_do(
		c, "DELETE FROM watch_probe WHERE domain = ?1 AND at <> ?2",
		ARGS(INT(domain), INT(at)), why);
}

enum err
control_probes(struct control *c, int64_t domain,
	       enum err (*each)(void *ctx, const struct control_probe *),
	       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT host, address, sight, not_after,"
				 " green, at FROM watch_probe WHERE domain = ?1"
				 " ORDER BY host, address",
				 ARGS(INT(domain)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_probe p = {
				.host = db_text(st, 0),
				.address = db_text(st, 1),
				.sight = (enum control_sight)db_i64(st, 2),
				.not_after = db_i64(st, 3),
				.green = db_i64(st, 4),
				.at = db_i64(st, 5),
			};

			e = each(ctx, &p);
		}
	}
	return e;
}
