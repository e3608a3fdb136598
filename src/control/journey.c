/* journey.c - how far the DMARC policy of a domain has come. */
#include "control/inside.h"

#define COLUMNS                                                                \
	"j.domain, j.subdomains, j.advanced_at, j.advanced_from,"              \
	" j.advanced_to, j.author, j.reason, j.step_back, j.step_limit,"       \
	" j.alarm_at"
enum { C_FROM = 3, C_TO, C_AUTHOR, C_REASON };

static struct control_journey
read_journey(struct db_statement *st)
{
	return (struct control_journey){
		.domain = db_i64(st, 0),
		.subdomains = db_i64(st, 1) != 0,
		.advanced_at = db_i64(st, 2),
		.from = db_text(st, C_FROM),
		.to = db_text(st, C_TO),
		.author = db_text(st, C_AUTHOR),
		.reason = db_text(st, C_REASON),
		.step_back = db_i64(st, 7) != 0,
		.step_limit = db_i64(st, 8),
		.alarm_at = db_i64(st, 9),
	};
}

enum err
control_journey_get(struct control *c, int64_t domain, struct arena *mem,
		    struct control_journey *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT " COLUMNS " FROM journey j WHERE j.domain = ?1",
		ARGS(INT(domain)), &st, why);

	*out = (struct control_journey){ .domain = domain };
	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	*out = read_journey(st);
	e = control_keep(st, C_FROM, mem, &out->from, why);
	if (e == ERR_NONE)
		e = control_keep(st, C_TO, mem, &out->to, why);
	if (e == ERR_NONE)
		e = control_keep(st, C_AUTHOR, mem, &out->author, why);
	return e == ERR_NONE
		       ? control_keep(st, C_REASON, mem, &out->reason, why)
		       : e;
}

enum err
control_journey_put(struct control *c, const struct control_journey *j,
		    struct diag *why)
{
	if (j->reason.n > 0 && !control_is_label(j->reason, CONTROL_REASON_MAX))
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"reason");
	return control_do(
		c,
		"INSERT OR REPLACE INTO journey (domain, subdomains,"
		" advanced_at, advanced_from, advanced_to, author, reason,"
		" step_back, step_limit, alarm_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		ARGS(INT(j->domain), INT(j->subdomains), INT(j->advanced_at),
		     TEXT(j->from), TEXT(j->to), TEXT(j->author),
		     TEXT(j->reason), INT(j->step_back), INT(j->step_limit),
		     INT(j->alarm_at)),
		why);
}

enum err
control_journeys_since(struct control *c, int64_t since,
		       enum err (*each)(void *ctx, int64_t owner,
					struct str name,
					const struct control_journey *),
		       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS ", d.owner, d.name"
				 " FROM journey j JOIN domain d"
				 " ON d.id = j.domain WHERE j.advanced_at >= ?1"
				 " ORDER BY j.domain",
				 ARGS(INT(since)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_journey j = read_journey(st);

			e = each(ctx, db_i64(st, 10), db_text(st, 11), &j);
		}
	}
	return e;
}
