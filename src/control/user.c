/* user.c - who may come in, and as what. */
#include "control/inside.h"

#include "json/json.h"

#define COLUMNS                                                                \
	"id, owner, name, role, language, time_zone, settings, created_at,"    \
	" last_login"

enum { SETTINGS_MAX = 16 << 10, SETTINGS_DEPTH = 8, ZONE_MAX = 64 };

static const char *const ROLES[] = {
	[CONTROL_VIEWER] = "viewer",
	[CONTROL_ADMIN] = "admin",
};

const char *
control_role_name(enum control_role role)
{
	return (size_t)role < COUNT_OF(ROLES) ? ROLES[role] : "";
}

bool
control_role_parse(struct str name, enum control_role *out)
{
	for (size_t i = 0; i < COUNT_OF(ROLES); i++)
		if (str_eq(name, str_of(ROLES[i]))) {
			*out = (enum control_role)i;
			return true;
		}
	return false;
}

/* ---- what may be stored ---- */

static bool
count_characters(struct str text, size_t *out)
{
	size_t n = 0;

	while (text.n > 0) {
		size_t length = str_utf8_len(text);

		if (length == 0)
			return false;
		text = str_sub(text, length, SIZE_MAX);
		n++;
	}
	*out = n;
	return true;
}

bool
control_is_label(struct str text, size_t most)
{
	size_t n;

	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return text.n > 0 && str_trim(text).n == text.n &&
	       count_characters(text, &n) && n <= most;
}

enum err
control_password_check(struct str password, struct diag *why)
{
	size_t n = 0;

	if (password.n <= CONTROL_PASSWORD_MAX &&
	    count_characters(password, &n) && n >= CONTROL_PASSWORD_MIN)
		return ERR_NONE;
	return diag_set(why, ERR_SYNTAX, "control.weak_password", 0, "%d",
			CONTROL_PASSWORD_MIN);
}

static bool
is_zone(struct str zone)
{
	static const char OTHERS[] = "/_+-";

	for (size_t i = 0; i < zone.n; i++) {
		char c = zone.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') ||
		      str_index(str_of(OTHERS), c) != SIZE_MAX))
			return false;
	}
	return zone.n <= ZONE_MAX;
}

static bool
is_language(struct str tag)
{
	return tag.n == 0 || str_eq(tag, S("en")) || str_eq(tag, S("ja")) ||
	       str_eq(tag, S("nb"));
}

static bool
is_settings(struct str text)
{
	const struct json_limits limits = { SETTINGS_MAX, SETTINGS_DEPTH };
	SCOPED_JSON root = NULL;
	bool repaired = false;

	if (text.n == 0)
		return true;
	return json_parse(text, limits, &root, &repaired, NULL) == ERR_NONE &&
	       !repaired && json_type(root) == JSON_OBJECT;
}

static enum err
check_values(const struct control_user *user, struct diag *why)
{
	const char *bad = NULL;

	if ((size_t)user->role >= COUNT_OF(ROLES))
		bad = "role";
	else if (!is_language(user->language))
		bad = "language";
	else if (!is_zone(user->time_zone))
		bad = "time_zone";
	else if (!is_settings(user->settings))
		bad = "settings";
	return bad ? diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
			      bad)
		   : ERR_NONE;
}

/* A colon would let a name look like a token's in the audit log. */
enum err
control_user_check(const struct control_user *user, struct diag *why)
{
	if (!control_is_label(user->name, CONTROL_NAME_MAX) ||
	    str_index(user->name, ':') != SIZE_MAX)
		return diag_set(why, ERR_SYNTAX, "control.bad_name", 0, "%.*s",
				STR_ARG(user->name));
	return check_values(user, why);
}

/* ---- changes ---- */

static enum err
hash(struct str password, char out[SEAL_PASSWORD_SIZE], struct diag *why)
{
	if (seal_password_hash(password, out))
		return ERR_NONE;
	return diag_set(why, ERR_IO, "control.no_memory", 0, "argon2id");
}

static enum err
find_name(struct control *c, struct str name, bool *found, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c, "SELECT 1 FROM user WHERE name = ?1",
				 ARGS(TEXT(name)), &st, why);

	return e == ERR_NONE ? db_step(st, found, why) : e;
}

enum err
control_user_insert(struct control *c, const struct control_user *user,
		    const char *password, int64_t *id, struct diag *why)
{
	bool there = false;
	enum err e = find_name(c, user->name, &there, why);

	if (e == ERR_NONE && there)
		e = diag_set(why, ERR_GONE, "control.user_exists", 0, "%.*s",
			     STR_ARG(user->name));
	if (e == ERR_NONE)
		e = control_do(c,
			       "INSERT INTO user (owner, name, role, language,"
			       " time_zone, settings, password, created_at)"
			       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			       ARGS(INT(user->owner), TEXT(user->name),
				    INT(user->role), TEXT(user->language),
				    TEXT(user->time_zone), TEXT(user->settings),
				    TEXT(str_of(password)),
				    INT(user->created_at)),
			       why);
	if (e == ERR_NONE && id)
		*id = db_last_id(c->db);
	return e;
}

enum err
control_user_add(struct control *c, const struct control_user *user,
		 struct str password, int64_t *id, struct diag *why)
{
	char hashed[SEAL_PASSWORD_SIZE];
	bool there = false;
	enum err e = control_user_check(user, why);

	if (e == ERR_NONE)
		e = control_password_check(password, why);
	if (e == ERR_NONE)
		e = find_name(c, user->name, &there, why);
	/* Told before the slow part; looked at again inside. */
	if (e == ERR_NONE && !there)
		e = hash(password, hashed, why);
	if (e == ERR_NONE)
		e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	return control_end(c, control_user_insert(c, user, hashed, id, why),
			   why);
}

static enum err
end_sessions(struct control *c, int64_t id, struct diag *why)
{
	return control_do(c, "DELETE FROM session WHERE user = ?1",
			  ARGS(INT(id)), why);
}

static enum err
no_user(struct control *c, int64_t id, struct diag *why)
{
	char text[24];
	struct buf detail = BUF(sizeof(text));
	enum err e;

	buf_addf(&detail, "%lld", (long long)id);
	e = control_changed(c, "control.no_user", buf_str(&detail), why);
	buf_free(&detail);
	return e;
}

enum err
control_user_passwd(struct control *c, int64_t id, struct str password,
		    struct diag *why)
{
	char hashed[SEAL_PASSWORD_SIZE];
	enum err e = control_password_check(password, why);

	if (e == ERR_NONE)
		e = hash(password, hashed, why);
	if (e == ERR_NONE)
		e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	e = control_do(c, "UPDATE user SET password = ?2 WHERE id = ?1",
		       ARGS(INT(id), TEXT(str_of(hashed))), why);
	if (e == ERR_NONE)
		e = no_user(c, id, why);
	if (e == ERR_NONE)
		e = end_sessions(c, id, why);
	return control_end(c, e, why);
}

/* Whether somebody else of the same owner is admin, or `id` never was. */
static enum err
keep_an_admin(struct control *c, int64_t id, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool last = false;
	enum err e = control_ask(
		c,
		"SELECT 1 FROM user AS u WHERE u.id = ?1 AND u.role = ?2"
		" AND NOT EXISTS (SELECT 1 FROM user AS o"
		" WHERE o.owner = u.owner AND o.role = ?2 AND o.id <> ?1)",
		ARGS(INT(id), INT(CONTROL_ADMIN)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &last, why);
	if (e == ERR_NONE && last)
		e = diag_set(why, ERR_GONE, "control.last_admin", 0, "%lld",
			     (long long)id);
	return e;
}

enum err
control_user_set(struct control *c, const struct control_user *user,
		 struct diag *why)
{
	enum err e = check_values(user, why);

	if (e == ERR_NONE)
		e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	if (user->role != CONTROL_ADMIN)
		e = keep_an_admin(c, user->id, why);
	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE user SET role = ?2, language = ?3,"
			       " time_zone = ?4, settings = ?5 WHERE id = ?1",
			       ARGS(INT(user->id), INT(user->role),
				    TEXT(user->language), TEXT(user->time_zone),
				    TEXT(user->settings)),
			       why);
	if (e == ERR_NONE)
		e = no_user(c, user->id, why);
	return control_end(c, e, why);
}

enum err
control_user_remove(struct control *c, int64_t id, struct diag *why)
{
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = keep_an_admin(c, id, why);
	if (e == ERR_NONE)
		e = control_do(c, "DELETE FROM user WHERE id = ?1",
			       ARGS(INT(id)), why);
	if (e == ERR_NONE)
		e = no_user(c, id, why);
	if (e == ERR_NONE)
		e = end_sessions(c, id, why);
	/* What was shared stays, with nobody who may change it. */
	if (e == ERR_NONE)
		e = control_do(c,
			       "DELETE FROM view WHERE author = ?1"
			       " AND NOT shared",
			       ARGS(INT(id)), why);
	return control_end(c, e, why);
}

/* ---- looking ---- */

static struct control_user
read_user(struct db_statement *st)
{
	return (struct control_user){
		.id = db_i64(st, 0),
		.owner = db_i64(st, 1),
		.name = db_text(st, 2),
		.role = db_i64(st, 3) == CONTROL_ADMIN ? CONTROL_ADMIN
						       : CONTROL_VIEWER,
		.language = db_text(st, 4),
		.time_zone = db_text(st, 5),
		.settings = db_text(st, 6),
		.created_at = db_i64(st, 7),
		.last_login = db_i64(st, 8),
	};
}

enum err
control_users(struct control *c,
	      enum err (*each)(void *ctx, const struct control_user *),
	      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e =
		control_ask(c, "SELECT " COLUMNS " FROM user ORDER BY name, id",
			    NO_ARGS, &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_user user = read_user(st);

			e = each(ctx, &user);
		}
	}
	return e;
}

static enum err
keep_user(struct db_statement *st, struct arena *mem, struct control_user *out,
	  struct diag *why)
{
	struct control_user user = read_user(st);
	enum err e = control_keep(st, 2, mem, &user.name, why);

	if (e == ERR_NONE)
		e = control_keep(st, 4, mem, &user.language, why);
	if (e == ERR_NONE)
		e = control_keep(st, 5, mem, &user.time_zone, why);
	if (e == ERR_NONE)
		e = control_keep(st, 6, mem, &user.settings, why);
	if (e == ERR_NONE)
		*out = user;
	return e;
}

static enum err
find(struct control *c, const char *sql, struct control_arg by,
     struct arena *mem, struct control_user *out, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c, sql, &by, 1, &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		e = diag_set(why, ERR_GONE, "control.no_user", 0, "%.*s",
			     STR_ARG(by.s));
	return e == ERR_NONE ? keep_user(st, mem, out, why) : e;
}

enum err
control_user_find(struct control *c, struct str name, struct arena *mem,
		  struct control_user *out, struct diag *why)
{
	return find(c, "SELECT " COLUMNS " FROM user WHERE name = ?1",
		    (struct control_arg)TEXT(name), mem, out, why);
}

enum err
control_user_by_id(struct control *c, int64_t id, struct arena *mem,
		   struct control_user *out, struct diag *why)
{
	return find(c, "SELECT " COLUMNS " FROM user WHERE id = ?1",
		    (struct control_arg)INT(id), mem, out, why);
}
