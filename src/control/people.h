/* people.h - users, sessions, tokens. Comes in with control.h. */
#ifndef CONTROL_PEOPLE_H
#define CONTROL_PEOPLE_H

#include "control/control.h"

/* What a user may do: look, or also change. Names are "viewer" and "admin";
 * false for anything else. */
enum control_role { CONTROL_VIEWER, CONTROL_ADMIN };
const char *control_role_name(enum control_role role);
bool control_role_parse(struct str name, enum control_role *out);

struct control_user {
	int64_t id, owner;
	struct str name;
	enum control_role role;
	struct str language;  /* "en", "ja", "nb", "" as the browser says */
	struct str time_zone; /* IANA name, "" as the browser says */
	struct str settings;  /* JSON object of the pages, at most 16 KiB */
	int64_t created_at, last_login; /* 0 never */
};

enum {
	CONTROL_PASSWORD_MIN = 10, /* characters; no other rule */
	CONTROL_PASSWORD_MAX = 1024,
	CONTROL_NAME_MAX = 64,
	CONTROL_SECRET_SIZE = 44 /* printable session or token, with NUL */
};

/* ERR_SYNTAX "control.bad_name", "control.weak_password"; ERR_GONE
 * "control.user_exists". Takes a good part of a second (argon2id): never in a
 * serving loop. */
enum err control_user_add(struct control *c, const struct control_user *user,
			  struct str password, int64_t *id,
			  struct diag *why) MUST_CHECK;
enum err control_user_passwd(struct control *c, int64_t id, struct str password,
			     struct diag *why) MUST_CHECK; /* ends sessions */
/* Role, language, time zone, settings. "control.last_admin". */
enum err control_user_set(struct control *c, const struct control_user *user,
			  struct diag *why) MUST_CHECK;
/* "control.last_admin": one must stay. */
enum err control_user_remove(struct control *c, int64_t id,
			     struct diag *why) MUST_CHECK;
enum err control_users(struct control *c,
		       enum err (*each)(void *ctx, const struct control_user *),
		       void *ctx, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_user". */
enum err control_user_find(struct control *c, struct str name,
			   struct arena *mem, struct control_user *out,
			   struct diag *why) MUST_CHECK;

/* The same by id. */
enum err control_user_by_id(struct control *c, int64_t id, struct arena *mem,
			    struct control_user *out,
			    struct diag *why) MUST_CHECK;

/* ---- coming in ---- */

struct control_login {
	struct str name, password;
	struct str address; /* of the client */
	int64_t now;
};
/* Checks name and password and begins a session. ERR_GONE "control.refused"
 * for a wrong name as for a wrong password, in the same time; ERR_BUSY
 * "control.throttled" after too many failures of the name or of the address
 * (`detail` seconds to wait). `secret` goes into the cookie; its hash is
 * kept. As slow as control_user_add. */
enum err control_login(struct control *c, const struct control_login *login,
		       char secret[CONTROL_SECRET_SIZE],
		       struct diag *why) MUST_CHECK;
struct control_session {
	struct control_user user;
	char csrf[CONTROL_SECRET_SIZE]; /* writing requests repeat it */
};
/* Whose a session is; ERR_GONE "control.no_session" when it is none or over
 * (30 days, 7 unused). */
enum err control_session(struct control *c, struct str secret, int64_t now,
			 struct arena *mem, struct control_session *out,
			 struct diag *why) MUST_CHECK;
enum err control_logout(struct control *c, struct str secret,
			struct diag *why) MUST_CHECK;

/* ---- first run ---- */

/* Whether nobody exists yet. */
enum err control_is_new(struct control *c, bool *out,
			struct diag *why) MUST_CHECK;
/* A fresh one-time token for /setup (earlier ones end); valid for a day. */
enum err control_setup_token(struct control *c, int64_t now,
			     char secret[CONTROL_SECRET_SIZE],
			     struct diag *why) MUST_CHECK;
/* Uses it up and makes the first admin. ERR_GONE "control.bad_setup_token",
 * "control.set_up" when there is somebody already. */
enum err control_setup(struct control *c, struct str token,
		       const struct control_user *user, struct str password,
		       int64_t now, struct diag *why) MUST_CHECK;

/* ---- tokens of programs ---- */

enum control_scope { /* bits */
		     CONTROL_SCOPE_READ = 1,
		     CONTROL_SCOPE_UPLOAD = 2, /* POST /api/v1/reports only */
		     CONTROL_SCOPE_ADMIN = 4
};
struct control_token {
	int64_t id, owner;
	struct str name;
	unsigned scopes;
	int64_t created_at, expires_at, last_used; /* 0 never */
};
/* `secret` is shown once; its hash is kept. */
enum err control_token_add(struct control *c, const struct control_token *token,
			   char secret[CONTROL_SECRET_SIZE], int64_t *id,
			   struct diag *why) MUST_CHECK;
enum err control_tokens(struct control *c, int64_t owner,
			enum err (*each)(void *ctx,
					 const struct control_token *),
			void *ctx, struct diag *why) MUST_CHECK;
enum err control_token_remove(struct control *c, int64_t owner, int64_t id,
			      struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_token": unknown or over. */
enum err control_token_find(struct control *c, struct str secret, int64_t now,
			    struct arena *mem, struct control_token *out,
			    struct diag *why) MUST_CHECK;

#endif
