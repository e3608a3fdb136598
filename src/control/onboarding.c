/* onboarding.c - domains that somebody is still setting up. */
#include "control/inside.h"

enum err
control_onboarding_put(struct control *c, const struct control_onboarding *o,
		       struct diag *why)
{
	return control_do(
		c,
		"INSERT INTO onboarding (domain, step, delegated, plan, at)"
		" VALUES (?1, ?2, ?3, ?4, ?5)"
		" ON CONFLICT (domain) DO UPDATE SET step = ?2,"
		" delegated = ?3, plan = ?4, at = ?5",
		ARGS(INT(o->domain), TEXT(o->step), TEXT(o->delegated),
		     INT(o->plan), INT(o->at)),
		why);
}

enum err
control_onboarding_end(struct control *c, int64_t domain, struct diag *why)
{
	return control_do(c, "DELETE FROM onboarding WHERE domain = ?1",
			  ARGS(INT(domain)), why);
}

enum err
control_onboardings(struct control *c, int64_t owner,
		    enum err (*each)(void *ctx,
				     const struct control_onboarding *),
		    void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c,
		"SELECT o.domain, d.name, o.step, o.delegated, o.plan, o.at"
		" FROM onboarding o JOIN domain d ON d.id = o.domain"
		" WHERE d.owner = ?1 ORDER BY d.name",
		ARGS(INT(owner)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_onboarding o = {
				.domain = db_i64(st, 0),
				.name = db_text(st, 1),
				.step = db_text(st, 2),
				.delegated = db_text(st, 3),
				.plan = db_i64(st, 4),
				.at = db_i64(st, 5),
			};

			e = each(ctx, &o);
		}
	}
	return e;
}
