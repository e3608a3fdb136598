/* view.c - saved views of the pages. */
#include "control/inside.h"

enum {
	NAME_MAX_LETTERS = 100,
	URL_MAX = 4096,
	VIEWS_MAX = 500 /* of one author */
};

/* A path of our own: "//host" would lead elsewhere. */
static bool
is_own_url(struct str url)
{
	for (size_t i = 0; i < url.n; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c <= ' ' || c == 0x7f || c == '\\')
			return false;
	}
	return url.n <= URL_MAX && str_is_utf8(url) &&
	       str_starts(url, S("/")) && !str_starts(url, S("//"));
}

static enum err
check(const struct control_view *view, struct diag *why)
{
	const char *bad = NULL;

	if (!control_is_label(view->name, NAME_MAX_LETTERS))
		bad = "name";
	else if (!is_own_url(view->url))
		bad = "url";
	return bad ? diag_set(why, ERR_SYNTAX, "control.bad_value", 0, "%s",
			      bad)
		   : ERR_NONE;
}

enum err
control_views(struct control *c, int64_t owner, int64_t user,
	      enum err (*each)(void *ctx, const struct control_view *),
	      void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = true;
	enum err e = control_ask(
		c,
		"SELECT id, name, url, author, shared, pinned FROM view"
		" WHERE owner = ?1 AND (author = ?2 OR shared)"
		" ORDER BY pinned DESC, name COLLATE NOCASE, id",
		ARGS(INT(owner), INT(user)), &st, why);

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_view view = {
				.id = db_i64(st, 0),
				.name = db_text(st, 1),
				.url = db_text(st, 2),
				.author = db_i64(st, 3),
				.shared = db_i64(st, 4) != 0,
				.pinned = db_i64(st, 5) != 0,
			};

			e = each(ctx, &view);
		}
	}
	return e;
}

static enum err
add(struct control *c, int64_t owner, struct control_view *view,
    struct diag *why)
{
	enum err e = control_do(
		c,
		"INSERT INTO view (owner, author, name, url, shared, pinned)"
		" SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*)"
		" FROM view WHERE owner = ?1 AND author = ?2) < ?7",
		ARGS(INT(owner), INT(view->author), TEXT(view->name),
		     TEXT(view->url), INT(view->shared), INT(view->pinned),
		     INT(VIEWS_MAX)),
		why);

	if (e == ERR_NONE && db_changes(c->db) == 0)
		e = diag_set(why, ERR_LIMIT, "control.too_many", 0, "%d",
			     VIEWS_MAX);
	if (e == ERR_NONE)
		view->id = db_last_id(c->db);
	return e;
}

enum err
control_view_put(struct control *c, int64_t owner, struct control_view *view,
		 struct diag *why)
{
	enum err e = check(view, why);

	if (e == ERR_NONE && view->id == 0)
		return add(c, owner, view, why);
	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE view SET name = ?4, url = ?5,"
			       " shared = ?6, pinned = ?7 WHERE owner = ?1"
			       " AND author = ?2 AND id = ?3",
			       ARGS(INT(owner), INT(view->author),
				    INT(view->id), TEXT(view->name),
				    TEXT(view->url), INT(view->shared),
				    INT(view->pinned)),
			       why);
	if (e == ERR_NONE)
		e = control_changed(c, "control.no_view", view->name, why);
	return e;
}

enum err
control_view_remove(struct control *c, int64_t owner, int64_t user, int64_t id,
		    struct diag *why)
{
	enum err e = control_do(c,
				"DELETE FROM view WHERE owner = ?1"
				" AND author = ?2 AND id = ?3",
				ARGS(INT(owner), INT(user), INT(id)), why);

	if (e == ERR_NONE && db_changes(c->db) == 0)
		e = diag_set(why, ERR_GONE, "control.no_view", 0, "%lld",
			     (long long)id);
	return e;
}
