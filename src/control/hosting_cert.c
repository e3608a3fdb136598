/* hosting_cert.c - certificates and accounts at authorities. */
#include "control/hosting_inside.h"

#define COLUMNS                                                                \
	"t.name, t.hosted, t.chain, t.key, t.not_before, t.not_after,"         \
	" t.issued_at, t.ca, t.next_try, t.tries, t.fault, t.fault_detail,"    \
	" t.fault_at FROM cert t "

static struct control_cert
read_cert(struct db_statement *st)
{
	return (struct control_cert){
		.name = db_text(st, 0),
		.hosted = db_i64(st, 1),
		.chain = db_blob(st, 2),
		.key = db_blob(st, 3),
		.not_before = db_i64(st, 4),
		.not_after = db_i64(st, 5),
		.issued_at = db_i64(st, 6),
		.ca = db_text(st, 7),
		.next_try = db_i64(st, 8),
		.tries = db_u64(st, 9),
		.fault = db_text(st, 10),
		.fault_detail = db_text(st, 11),
		.fault_at = db_i64(st, 12),
	};
}

static enum err
note_of(struct control *c, int64_t hosted, int64_t at, struct str detail,
	struct diag *why)
{
	const struct control_note note = {
		.hosted = hosted, .at = at, .what = "cert", .detail = detail
	};

	return control_note(c, &note, why);
}

static enum err
put(struct control *c, const struct control_cert *cert, struct diag *why)
{
	enum err e = control_do(
		c,
		"INSERT INTO cert (name, hosted, chain, key, not_before,"
		" not_after, issued_at, ca, next_try)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT DO UPDATE SET hosted = excluded.hosted,"
		" chain = excluded.chain, key = excluded.key,"
		" not_before = excluded.not_before,"
		" not_after = excluded.not_after,"
		" issued_at = excluded.issued_at, ca = excluded.ca,"
		" next_try = excluded.next_try, tries = 0, fault = '',"
		" fault_detail = '', fault_at = 0",
		ARGS(TEXT(cert->name), INT(cert->hosted), BLOB(cert->chain),
		     BLOB(cert->key), INT(cert->not_before),
		     INT(cert->not_after), INT(cert->issued_at), TEXT(cert->ca),
		     INT(cert->next_try)),
		why);

	return e == ERR_NONE ? note_of(c, cert->hosted, cert->issued_at,
				       S("issued"), why)
			     : e;
}

enum err
control_cert_put(struct control *c, const struct control_cert *cert,
		 struct diag *why)
{
	enum err e = db_begin(c->db, why);

	return e == ERR_NONE ? control_end(c, put(c, cert, why), why) : e;
}

static enum err
failed(struct control *c, const struct control_cert *t, struct diag *why)
{
	enum err e = control_do(
		c,
		"INSERT INTO cert (name, hosted, chain, key, not_before,"
		" not_after, issued_at, ca, next_try, tries, fault,"
		" fault_detail, fault_at)"
		" VALUES (?1, ?2, x'', x'', 0, 0, 0, '', ?3, 1, ?4, ?5, ?6)"
		" ON CONFLICT DO UPDATE SET hosted = excluded.hosted,"
		" next_try = excluded.next_try, tries = tries + 1,"
		" fault = excluded.fault,"
		" fault_detail = excluded.fault_detail,"
		" fault_at = excluded.fault_at",
		ARGS(TEXT(t->name), INT(t->hosted), INT(t->next_try),
		     TEXT(t->fault), TEXT(t->fault_detail), INT(t->fault_at)),
		why);

	return e == ERR_NONE ? note_of(c, t->hosted, t->fault_at, t->fault, why)
			     : e;
}

enum err
control_cert_failed(struct control *c, const struct control_cert *cert,
		    struct diag *why)
{
	enum err e = db_begin(c->db, why);

	return e == ERR_NONE ? control_end(c, failed(c, cert, why), why) : e;
}

enum err
control_cert_find(struct control *c, struct str name, struct arena *mem,
		  struct control_cert *out, bool *found, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c, "SELECT " COLUMNS "WHERE t.name = ?1",
				 ARGS(TEXT(name)), &st, why);

	*found = false;
	if (e == ERR_NONE)
		e = db_step(st, found, why);
	if (e != ERR_NONE || !*found)
		return e;
	*out = read_cert(st);
	return control_keep_all(
		mem,
		(struct str *const[]){ &out->name, &out->chain, &out->key,
				       &out->ca, &out->fault,
				       &out->fault_detail, NULL },
		why);
}

enum err
control_certs(struct control *c, int64_t owner,
	      enum err (*each)(void *ctx, const struct control_cert *),
	      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c,
		"SELECT " COLUMNS "LEFT JOIN hosted h ON h.id = t.hosted"
		" WHERE ?1 = 0 OR h.owner = ?1 OR (t.hosted = 0 AND ?1 = ?2)"
		" ORDER BY t.not_after, t.name",
		ARGS(INT(owner), INT(CONTROL_OWNER_SELF)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_cert t = read_cert(st);

			e = each(ctx, &t);
		}
	}
	return e;
}

enum err
control_cert_hurry(struct control *c, int64_t owner, struct str name,
		   int64_t now, struct diag *why)
{
	enum err e = control_do(
		c,
		"UPDATE cert SET next_try = ?3 WHERE name = ?2 AND (hosted IN"
		" (SELECT id FROM hosted WHERE owner = ?1)"
		" OR (hosted = 0 AND ?1 = ?4))",
		ARGS(INT(owner), TEXT(name), INT(now), INT(CONTROL_OWNER_SELF)),
		why);

	return e == ERR_NONE ? control_changed(c, "hosting.no_cert", name, why)
			     : e;
}

enum err
control_cert_remove(struct control *c, struct str name, struct diag *why)
{
	return control_do(c, "DELETE FROM cert WHERE name = ?1",
			  ARGS(TEXT(name)), why);
}

/* Most urgent first: what expires before what is new. */
enum err
control_cert_due(struct control *c, int64_t now, unsigned most,
		 enum err (*each)(void *ctx, const struct control_hosted *),
		 void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(
		c,
		CONTROL_HOSTED_SELECT "WHERE h.over_at = 0 AND h.proven_at > 0"
				      " AND h.mode IN (2, 3, 4, 5)"
				      " AND h.order_at <= ?1"
				      " AND (h.lost_at = 0 OR h.lost_at > ?2)"
				      " ORDER BY h.order_at = 0, h.mode DESC,"
				      " h.order_at, h.id LIMIT ?3",
		ARGS(INT(now), INT(now - CONTROL_PROOF_LOST), INT(most)), &st,
		why);

	return e == ERR_NONE ? control_hosted_rows(st, each, ctx, why) : e;
}

/* ---- accounts ---- */

enum err
control_acme_get(struct control *c, struct str ca, struct arena *mem,
		 struct control_acme *out, bool *found, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c,
				 "SELECT ca, key, kid, made_at"
				 " FROM acme_account WHERE ca = ?1",
				 ARGS(TEXT(ca)), &st, why);

	*found = false;
	if (e == ERR_NONE)
		e = db_step(st, found, why);
	if (e != ERR_NONE || !*found)
		return e;
	*out = (struct control_acme){ .ca = db_text(st, 0),
				      .key = db_blob(st, 1),
				      .kid = db_text(st, 2),
				      .made_at = db_i64(st, 3) };
	return control_keep_all(
		mem,
		(struct str *const[]){ &out->ca, &out->key, &out->kid, NULL },
		why);
}

enum err
control_acme_put(struct control *c, const struct control_acme *a,
		 struct diag *why)
{
	return control_do(
		c,
		"INSERT INTO acme_account VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET key = excluded.key,"
		" kid = excluded.kid, made_at = excluded.made_at",
		ARGS(TEXT(a->ca), BLOB(a->key), TEXT(a->kid), INT(a->made_at)),
		why);
}

static enum err
forget(struct control *c, struct diag *why)
{
	enum err e = control_do(c, "DELETE FROM acme_account", NO_ARGS, why);

	if (e == ERR_NONE)
		e = control_do(c, "DELETE FROM cert", NO_ARGS, why);
	return e;
}

enum err
control_certs_forget(struct control *c, struct diag *why)
{
	enum err e = db_begin(c->db, why);

	return e == ERR_NONE ? control_end(c, forget(c, why), why) : e;
}

/* ---- how often ---- */

enum err
control_pace_get(struct control *c, struct buf *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c, "SELECT value FROM hosting_state WHERE name = 'pace'",
		NO_ARGS, &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row && !buf_add(out, db_blob(st, 0)))
		e = diag_set(why, ERR_LIMIT, "control.too_large", 0, "pace");
	return e;
}

enum err
control_pace_put(struct control *c, struct str bytes, struct diag *why)
{
	return control_do(c,
			  "INSERT INTO hosting_state VALUES ('pace', ?1)"
			  " ON CONFLICT DO UPDATE SET value = excluded.value",
			  ARGS(BLOB(bytes)), why);
}
