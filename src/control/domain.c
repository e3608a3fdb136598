/* domain.c - whose reports are taken in, and by what address. */
#include "control/inside.h"

#include "dnsname/dnsname.h"

#define COLUMNS "id, name, mail_token, post_token, purpose, added_at, owner"

enum { OWNER_COLUMN = 6 };

static const char *const PURPOSES[] = {
	[CONTROL_PEOPLE] = "people",
	[CONTROL_SYSTEMS] = "systems",
	[CONTROL_PARKED] = "parked",
};

const char *
control_purpose_name(enum control_purpose purpose)
{
	return (size_t)purpose < COUNT_OF(PURPOSES) ? PURPOSES[purpose] : "";
}

bool
control_purpose_parse(struct str name, enum control_purpose *out)
{
	for (size_t i = 0; i < COUNT_OF(PURPOSES); i++)
		if (str_eq(name, str_of(PURPOSES[i]))) {
			*out = (enum control_purpose)i;
			return true;
		}
	return false;
}

/* ---- changes ---- */

enum err
control_domain_changed(struct control *c, struct str name, struct diag *why)
{
	enum err e = control_changed(c, "control.no_domain", name, why);

	if (e == ERR_NONE)
		e = control_do(c, "UPDATE stamp SET domains = domains + 1",
			       NO_ARGS, why);
	return e;
}

enum err
control_domain_keep(struct control_domain *d, struct arena *mem,
		    struct diag *why)
{
	if (arena_dup(mem, d->name, &d->name) &&
	    arena_dup(mem, d->mail_token, &d->mail_token) &&
	    arena_dup(mem, d->post_token, &d->post_token))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%zu",
			arena_used(mem));
}

enum err
control_domain_set(struct control *c, int64_t owner, struct str name,
		   enum control_purpose purpose, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(DNSNAME_MAX * 8);
	struct str folded;

	if (!dnsname_fold(name, mem, &folded))
		folded = S("");

	enum err e =
		control_do(c,
			   "UPDATE domain SET purpose = ?3"
			   " WHERE owner = ?1 AND name = ?2",
			   ARGS(INT(owner), TEXT(folded), INT(purpose)), why);

	return e == ERR_NONE
		       ? control_changed(c, "control.no_domain", name, why)
		       : e;
}

enum err
control_domain_remove(struct control *c, int64_t owner, struct str name,
		      struct diag *why)
{
	SCOPED_ARENA mem = arena_new(DNSNAME_MAX * 8);
	struct str folded;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	if (!dnsname_fold(name, mem, &folded))
		folded = S("");
	e = control_do(c, "DELETE FROM domain WHERE owner = ?1 AND name = ?2",
		       ARGS(INT(owner), TEXT(folded)), why);
	if (e == ERR_NONE)
		e = control_domain_changed(c, name, why);
	return control_end(c, e, why);
}

/* ---- looking ---- */

static struct control_domain
read_domain(struct db_statement *st)
{
	int64_t purpose = db_i64(st, 4);

	return (struct control_domain){
		.id = db_i64(st, 0),
		.name = db_text(st, 1),
		.mail_token = db_text(st, 2),
		.post_token = db_text(st, 3),
		.purpose = purpose >= 0 && purpose < (int)COUNT_OF(PURPOSES)
				   ? (enum control_purpose)purpose
				   : CONTROL_PEOPLE,
		.added_at = db_i64(st, 5),
	};
}

enum err
control_domains(struct control *c, int64_t owner,
		enum err (*each)(void *ctx, const struct control_domain *),
		void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS " FROM domain"
				 " WHERE owner = ?1 ORDER BY name",
				 ARGS(INT(owner)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_domain d = read_domain(st);

			e = each(ctx, &d);
		}
	}
	return e;
}

static enum err
take_one(struct db_statement *st, struct arena *mem, int64_t *owner,
	 struct control_domain *out, struct diag *why)
{
	bool row = false;
	enum err e = db_step(st, &row, why);

	if (e != ERR_NONE)
		return e;
	if (!row)
		return diag_set(why, ERR_GONE, "control.no_domain", 0, "%s",
				"");

	struct control_domain d = read_domain(st);

	if (owner)
		*owner = db_i64(st, OWNER_COLUMN);
	e = control_domain_keep(&d, mem, why);
	if (e == ERR_NONE)
		*out = d;
	return e;
}

#define FIND "SELECT " COLUMNS " FROM domain WHERE "

enum err
control_domain_find(struct control *c, const struct control_domain *by,
		    struct arena *mem, int64_t *owner,
		    struct control_domain *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	struct control_hash hash;
	struct str name;
	enum err e;

	if (by->name.n > 0) {
		if (!dnsname_fold(by->name, mem, &name))
			name = S("");
		e = control_ask(c, FIND "name = ?1", ARGS(TEXT(name)), &st,
				why);
	} else if (by->mail_token.n > 0) {
		hash = control_hash_of(by->mail_token);
		e = control_ask(c, FIND "mail_hash = ?1",
				ARGS(BLOB(control_hash_str(&hash))), &st, why);
	} else {
		hash = control_hash_of(by->post_token);
		e = control_ask(c, FIND "post_hash = ?1",
				ARGS(BLOB(control_hash_str(&hash))), &st, why);
	}
	return e == ERR_NONE ? take_one(st, mem, owner, out, why) : e;
}

uint64_t
control_domains_stamp(struct control *c)
{
	int64_t stamp = 0;

	if (db_number(c->db, "SELECT domains FROM stamp", &stamp, NULL) !=
	    ERR_NONE)
		return 0;
	return (uint64_t)stamp;
}
