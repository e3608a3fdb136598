/* token.c - what programs come in with. */
#include "control/inside.h"

#include <string.h>

#define PREFIX "ws_"
#define COLUMNS "id, owner, name, scopes, created_at, expires_at, last_used"

enum {
	PREFIX_SIZE = sizeof(PREFIX) - 1,
	LETTERS = CONTROL_SECRET_SIZE - 1 - PREFIX_SIZE, /* 240 bits */
	SCOPES_ALL =
		CONTROL_SCOPE_READ | CONTROL_SCOPE_UPLOAD | CONTROL_SCOPE_ADMIN,
	SLACK = 60 /* seconds between two notes of use */
};

static enum err
check(const struct control_token *token, struct diag *why)
{
	if (!control_is_label(token->name, CONTROL_NAME_MAX))
		return diag_set(why, ERR_SYNTAX, "control.bad_name", 0, "%.*s",
				STR_ARG(token->name));
	if (token->scopes == 0 || (token->scopes & ~(unsigned)SCOPES_ALL) != 0)
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"scopes");
	if (token->expires_at <= token->created_at)
		return diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
				"days");
	return ERR_NONE;
}

enum err
control_token_add(struct control *c, const struct control_token *token,
		  char secret[CONTROL_SECRET_SIZE], int64_t *id,
		  struct diag *why)
{
	struct control_hash hash;
	enum err e = check(token, why);

	if (e != ERR_NONE)
		return e;
	memcpy(secret, PREFIX, PREFIX_SIZE);
	control_secret(secret + PREFIX_SIZE, LETTERS);
	hash = control_hash_of(str_of(secret));
	e = control_do(c,
		       "INSERT INTO token (owner, name, hash, scopes,"
		       " created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5,"
		       " ?6)",
		       ARGS(INT(token->owner), TEXT(token->name),
			    BLOB(control_hash_str(&hash)), INT(token->scopes),
			    INT(token->created_at), INT(token->expires_at)),
		       why);
	if (e == ERR_NONE && id)
		*id = db_last_id(c->db);
	return e;
}

static struct control_token
read_token(struct db_statement *st)
{
	return (struct control_token){
		.id = db_i64(st, 0),
		.owner = db_i64(st, 1),
		.name = db_text(st, 2),
		.scopes = (unsigned)(db_i64(st, 3) & SCOPES_ALL),
		.created_at = db_i64(st, 4),
		.expires_at = db_i64(st, 5),
		.last_used = db_i64(st, 6),
	};
}

enum err
control_tokens(struct control *c, int64_t owner,
	       enum err (*each)(void *ctx, const struct control_token *),
	       void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(c,
				 "SELECT " COLUMNS " FROM token"
				 " WHERE owner = ?1 ORDER BY id",
				 ARGS(INT(owner)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_token token = read_token(st);

			e = each(ctx, &token);
		}
	}
	return e;
}

enum err
control_token_remove(struct control *c, int64_t owner, int64_t id,
		     struct diag *why)
{
	enum err e =
		control_do(c, "DELETE FROM token WHERE owner = ?1 AND id = ?2",
			   ARGS(INT(owner), INT(id)), why);

	if (e == ERR_NONE && db_changes(c->db) == 0)
		e = diag_set(why, ERR_GONE, "control.no_token", 0, "%lld",
			     (long long)id);
	return e;
}

static enum err
find(struct control *c, const struct control_hash *hash, struct arena *mem,
     struct control_token *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e =
		control_ask(c, "SELECT " COLUMNS " FROM token WHERE hash = ?1",
			    ARGS(BLOB(control_hash_str(hash))), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		e = diag_set(why, ERR_GONE, "control.no_token", 0, "%s", "");
	if (e != ERR_NONE)
		return e;
	*out = read_token(st);
	return control_keep(st, 2, mem, &out->name, why);
}

enum err
control_token_find(struct control *c, struct str secret, int64_t now,
		   struct arena *mem, struct control_token *out,
		   struct diag *why)
{
	struct control_hash hash = control_hash_of(secret);
	struct control_token token;
	enum err e = find(c, &hash, mem, &token, why);

	if (e == ERR_NONE && token.expires_at <= now)
		e = diag_set(why, ERR_GONE, "control.no_token", 0, "%.*s",
			     STR_ARG(token.name));
	if (e != ERR_NONE)
		return e;
	/* A busy writer is no reason to turn somebody away. */
	if (now - token.last_used > SLACK)
		(void)!control_do(c,
				  "UPDATE token SET last_used = ?2"
				  " WHERE id = ?1 AND last_used < ?2",
				  ARGS(INT(token.id), INT(now)), NULL);
	*out = token;
	return ERR_NONE;
}
