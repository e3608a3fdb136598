/* template_apply.c - a domain gets the settings of a template. */
#include "control/hosting_inside.h"

_Static_assert(STSMODE_OFF == 0 && STSMODE_TLSRPT == 1 && STSMODE_TESTING == 2,
	       "the numbers in the statement");

enum err
control_hosted_goal(struct control *c, int64_t id, int64_t now,
		    struct diag *why)
{
	enum err e = control_do(
		c,
		"UPDATE hosted SET mode = goal, mode_since = ?2,"
		" mode_author = 'template:' || template, fault = '',"
		" fault_detail = '' WHERE id = ?1 AND mode = 0"
		" AND goal IN (1, 2) AND proven_at > 0 AND removed_at = 0",
		ARGS(INT(id), INT(now)), why);

	if (e != ERR_NONE || db_changes(c->db) == 0)
		return e;
	e = control_do(c,
		       "INSERT INTO hosted_event"
		       " (hosted, at, author, what, detail)"
		       " SELECT id, ?2, mode_author, 'mode',"
		       " CASE mode WHEN 1 THEN 'tls_rpt' ELSE 'testing' END"
		       " FROM hosted WHERE id = ?1",
		       ARGS(INT(id), INT(now)), why);
	/* Once: who turns it off later means it. */
	return e == ERR_NONE
		       ? control_do(c,
				    "UPDATE hosted SET goal = 0 WHERE id = ?1",
				    ARGS(INT(id)), why)
		       : e;
}

/* The record of one domain: its address where the template has a place. */
static void
fill(struct str text, struct str address, struct buf *out)
{
	static const struct str place = STR(CONTROL_TEMPLATE_ADDRESS);
	size_t at;

	while ((at = str_find(text, place)) != SIZE_MAX) {
		buf_add(out, str_sub(text, 0, at));
		buf_add(out, address);
		text = str_sub(text, at + place.n, SIZE_MAX);
	}
	buf_add(out, text);
}

static enum err
write_all(struct control *c, int64_t id, const struct control_templating *how,
	  struct str dmarc, struct diag *why)
{
	const struct control_template *t = how->template;
	const struct control_hosted_texts texts = { .mx_more = &t->mx_more,
						    .tls_rpt = &t->tls_rpt,
						    .dmarc = &dmarc };
	const struct control_note note = { .hosted = id,
					   .at = how->now,
					   .what = "template",
					   .author = how->actor,
					   .detail = t->name };
	enum err e = control_hosted_write(c, id, &texts, why);

	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE hosted SET goal = ?2, template = ?3"
			       " WHERE id = ?1",
			       ARGS(INT(id), INT(t->mode), TEXT(t->name)), why);
	if (e == ERR_NONE)
		e = control_note(c, &note, why);
	return e == ERR_NONE ? control_hosted_goal(c, id, how->now, why) : e;
}

static enum err
apply(struct control *c, int64_t owner, const struct control_domain *d,
      const struct control_templating *how, struct str dmarc, struct diag *why)
{
	const struct control_deed deed = { .actor = how->actor,
					   .action = "template.apply",
					   .object = d->name,
					   .at = how->now };
	int64_t id = 0;
	enum err e =
		control_do(c,
			   "UPDATE domain SET purpose = ?2"
			   " WHERE id = ?1",
			   ARGS(INT(d->id), INT(how->template->purpose)), why);

	if (e == ERR_NONE)
		e = control_hosted_insert(c, d, owner, how->now, why);
	if (e == ERR_NONE)
		e = control_hosted_id(c, owner, d->name, &id, why);
	if (e == ERR_NONE)
		e = write_all(c, id, how, dmarc, why);
	return e == ERR_NONE ? control_audit(c, owner, &deed, why) : e;
}

enum err
control_template_apply(struct control *c, int64_t owner, struct str name,
		       const struct control_templating *how,
		       struct control_hosted *out, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(64 << 10);
	SCOPED_BUF dmarc = BUF(CONTROL_HOSTED_TEXT);
	struct control_records records;
	struct control_domain d;
	enum err e = control_hosted_may(c, owner, name, mem, &d, why);

	if (e == ERR_NONE)
		e = control_records(&d, &how->at, mem, &records, why);
	if (e == ERR_NONE)
		e = control_hosted_orphans(c, how->now, why);
	if (e != ERR_NONE)
		return e;
	fill(how->template->dmarc, records.address, &dmarc);
	if (dmarc.full)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"dmarc");
	e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	e = control_end(c, apply(c, owner, &d, how, buf_str(&dmarc), why), why);
	return e == ERR_NONE ? control_hosted_find(c, owner, d.name, how->mem,
						   out, why)
			     : e;
}
