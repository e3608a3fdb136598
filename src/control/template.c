/* template.c - the settings that many domains share, by name. */
#include "control/inside.h"

#include "json/json.h"

enum { NAME_MOST = 64, TEXT_MOST = CONTROL_HOSTED_TEXT - 256 };

#define COLUMNS "name, purpose, mode, dmarc, tls_rpt, mx_more"

/* No mail at all: nobody may send in its name, and there is no server whose
 * policy could be published. */
static const struct control_template parked = {
	.name = STR("parked"),
	.purpose = CONTROL_PARKED,
	.mode = STSMODE_OFF,
	.dmarc =
		STR("v=DMARC1; p=reject; rua=mailto:" CONTROL_TEMPLATE_ADDRESS),
	.built_in = true,
};

static struct control_template
read_template(struct db_statement *st)
{
	int64_t purpose = db_i64(st, 1), mode = db_i64(st, 2);

	return (struct control_template){
		.name = db_text(st, 0),
		.purpose = purpose >= 0 && purpose <= CONTROL_PARKED
				   ? (enum control_purpose)purpose
				   : CONTROL_PEOPLE,
		.mode = mode >= 0 && mode <= STSMODE_TESTING
				? (enum stsmode_state)mode
				: STSMODE_OFF,
		.dmarc = db_text(st, 3),
		.tls_rpt = db_text(st, 4),
		.mx_more = db_text(st, 5),
	};
}

static enum err
bad(const char *member, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s", member);
}

static enum err
check(const struct control_template *t, struct diag *why)
{
	if (!control_is_label(t->name, NAME_MOST))
		return bad("name", why);
	if (t->mode > STSMODE_TESTING)
		return bad("mode", why);
	if (t->dmarc.n > TEXT_MOST)
		return bad("dmarc", why);
	if (t->tls_rpt.n > TEXT_MOST)
		return bad("tls_rpt", why);
	return t->mx_more.n > TEXT_MOST ? bad("mx", why) : ERR_NONE;
}

/* Room for one more, or it is there already. */
static enum err
insert(struct control *c, int64_t owner, const struct control_template *t,
       int64_t now, struct diag *why)
{
	enum err e = control_do(
		c,
		"INSERT INTO template (owner, " COLUMNS ", changed_at)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE ?9 >"
		" (SELECT count(*) FROM template WHERE owner = ?1"
		" AND name <> ?2)"
		" ON CONFLICT (owner, name) DO UPDATE SET"
		" purpose = excluded.purpose, mode = excluded.mode,"
		" dmarc = excluded.dmarc, tls_rpt = excluded.tls_rpt,"
		" mx_more = excluded.mx_more, changed_at = excluded.changed_at",
		ARGS(INT(owner), TEXT(t->name), INT(t->purpose), INT(t->mode),
		     TEXT(t->dmarc), TEXT(t->tls_rpt), TEXT(t->mx_more),
		     INT(now), INT(CONTROL_TEMPLATES_MAX)),
		why);

	if (e == ERR_NONE && db_changes(c->db) == 0)
		e = diag_set(why, ERR_LIMIT, "control.too_many", 0, "%d",
			     CONTROL_TEMPLATES_MAX);
	return e;
}

enum err
control_template_put(struct control *c, int64_t owner,
		     const struct control_template *t, int64_t now,
		     struct diag *why)
{
	enum err e = check(t, why);

	return e == ERR_NONE ? insert(c, owner, t, now, why) : e;
}

enum err
control_templates(struct control *c, int64_t owner,
		  enum err (*each)(void *ctx, const struct control_template *),
		  void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true, own = false;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS " FROM template"
				 " WHERE owner = ?1 ORDER BY name",
				 ARGS(INT(owner)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_template t = read_template(st);

			own = own || str_eq_fold(t.name, parked.name);
			e = each(ctx, &t);
		}
	}
	return e == ERR_NONE && !own ? each(ctx, &parked) : e;
}

enum err
control_template_find(struct control *c, int64_t owner, struct str name,
		      struct arena *mem, struct control_template *out,
		      struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS " FROM template"
				 " WHERE owner = ?1 AND name = ?2",
				 ARGS(INT(owner), TEXT(name)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (!row && str_eq_fold(name, parked.name)) {
		*out = parked;
		return ERR_NONE;
	}
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_template", 0, "%.*s",
				STR_ARG(str_sub(name, 0, NAME_MOST)));
	*out = read_template(st);
	if (arena_dup(mem, out->name, &out->name) &&
	    arena_dup(mem, out->dmarc, &out->dmarc) &&
	    arena_dup(mem, out->tls_rpt, &out->tls_rpt) &&
	    arena_dup(mem, out->mx_more, &out->mx_more))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%zu",
			arena_used(mem));
}

enum err
control_template_remove(struct control *c, int64_t owner, struct str name,
			struct diag *why)
{
	enum err e = control_do(c,
				"DELETE FROM template WHERE owner = ?1"
				" AND name = ?2",
				ARGS(INT(owner), TEXT(name)), why);

	return e == ERR_NONE
		       ? control_changed(c, "control.no_template", name, why)
		       : e;
}

void
control_template_put_json(const struct control_template *t, struct json_out *j)
{
	struct str rest = t->mx_more, one;

	json_put_str(j, "name", t->name);
	json_put_str(j, "purpose", str_of(control_purpose_name(t->purpose)));
	json_put_str(j, "mode", str_of(stsmode_name(t->mode)));
	json_put_known(j, "dmarc", t->dmarc);
	json_put_known(j, "tls_rpt", t->tls_rpt);
	json_open_array(j, "mx");
	while (str_split(&rest, '\n', &one))
		if (one.n > 0)
			json_put_str(j, NULL, one);
	json_close_array(j);
	json_put_bool(j, "built_in", t->built_in);
}
