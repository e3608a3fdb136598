/* inside.h - what the files of this room share. */
#ifndef CONTROL_INSIDE_H
#define CONTROL_INSIDE_H

#include "control/control.h"
#include "db/db.h"
#include "seal/seal.h"

enum {
	CONTROL_PATH_MAX = 4096,
	CONTROL_PATIENCE = 10000, /* ms that writers wait for each other */
	CONTROL_TEXT_MAX = 4096   /* of a view's URL, a value's name */
};

struct control {
	struct db *db;
	struct control_quota quota;
};

extern const struct db_migration control_schema[];
extern const size_t control_schema_count;

/* ---- statements ---- */

struct control_arg {
	enum { CONTROL_ARG_I64, CONTROL_ARG_TEXT, CONTROL_ARG_BLOB } kind;
	int64_t i;
	struct str s;
};
#define INT(value)                                                             \
	{                                                                      \
		.kind = CONTROL_ARG_I64, .i = (value)                          \
	}
#define TEXT(value)                                                            \
	{                                                                      \
		.kind = CONTROL_ARG_TEXT, .s = (value)                         \
	}
#define BLOB(value)                                                            \
	{                                                                      \
		.kind = CONTROL_ARG_BLOB, .s = (value)                         \
	}
#define ARGS(...)                                                              \
	(const struct control_arg[]){ __VA_ARGS__ },                           \
		COUNT_OF(((const struct control_arg[]){ __VA_ARGS__ }))
#define NO_ARGS NULL, 0

/* A statement with its places filled; the texts must outlive it. */
enum err control_ask(struct control *c, const char *sql,
		     const struct control_arg *args, size_t count,
		     struct db_statement **out, struct diag *why) MUST_CHECK;
/* Runs one that answers nothing. */
enum err control_do(struct control *c, const char *sql,
		    const struct control_arg *args, size_t count,
		    struct diag *why) MUST_CHECK;
/* Commits, or takes everything back when `e` is a failure; returns it. */
enum err control_end(struct control *c, enum err e, struct diag *why);
/* Goes on when a statement changed something, else ERR_GONE `code`. */
enum err control_changed(struct control *c, const char *code, struct str detail,
			 struct diag *why) MUST_CHECK;
/* Copies a text column into `mem`. */
enum err control_keep(struct db_statement *st, int column, struct arena *mem,
		      struct str *out, struct diag *why) MUST_CHECK;

/* ---- secrets ---- */

struct control_hash {
	uint8_t b[SEAL_HASH_BYTES];
};
/* What is kept of a secret. */
struct control_hash control_hash_of(struct str secret);
static inline struct str
control_hash_str(const struct control_hash *h)
{
	return (struct str){ (const char *)h->b, sizeof(h->b) };
}

/* `n` random characters and a NUL: of 64 that need no escape in a URL or a
 * cookie (6 bits each), or of 32 lower-case letters and digits (5 bits). */
void control_secret(char *out, size_t n);
void control_token_text(char *out, size_t n);

/* ---- values ---- */

/* 1 to `most` characters of UTF-8 without control characters and without
 * white space at the ends. */
bool control_is_label(struct str text, size_t most);
/* ERR_SYNTAX with the code that says what is wrong, before anything slow. */
enum err control_user_check(const struct control_user *user,
			    struct diag *why) MUST_CHECK;
enum err control_password_check(struct str password,
				struct diag *why) MUST_CHECK;
/* Writes a user whose password is hashed already, inside a transaction. */
enum err control_user_insert(struct control *c, const struct control_user *user,
			     const char *password, int64_t *id,
			     struct diag *why) MUST_CHECK;

/* ---- domains ---- */

/* Texts into `mem`. */
enum err control_domain_keep(struct control_domain *d, struct arena *mem,
			     struct diag *why) MUST_CHECK;
/* The comparable form of a domain that may be registered: ERR_SYNTAX
 * "control.bad_domain", "control.public_suffix". */
enum err control_domain_fold(struct str name, struct arena *mem,
			     struct str *out, struct diag *why) MUST_CHECK;
/* Moves the stamp on when the last statement changed something, else ERR_GONE
 * "control.no_domain". */
enum err control_domain_changed(struct control *c, struct str name,
				struct diag *why) MUST_CHECK;

/* ---- watching ---- */

#define CONTROL_FINDING_COLUMNS                                                \
	"id, part, code, severity, host, places, evidence, record_name,"       \
	" record_type, record_value, first_seen, last_seen, cleared_at"
/* A row of those columns; texts live until its next step. */
void control_finding_read(struct db_statement *st, struct control_finding *out);

/* Takes the place of what was there; an address that is not in it is
 * forgotten. */
enum err control_probes_write(struct control *c, int64_t domain,
			      const struct control_probe *probe, size_t n,
			      int64_t at, struct diag *why) MUST_CHECK;

/* ---- throttle ---- */

/* Who tries: hashes of a name and of an address. */
struct control_try {
	struct control_hash who[2];
	int64_t now;
};
void control_try_init(struct control_try *t, struct str name,
		      struct str address, int64_t now);
/* Counts a try as failed before the password is looked at, so that many at
 * the same time do not slip through. ERR_BUSY "control.throttled". */
enum err control_try_begin(struct control *c, const struct control_try *t,
			   struct diag *why) MUST_CHECK;
/* It was right: the name starts anew, the address gets its try back. */
enum err control_try_right(struct control *c, const struct control_try *t,
			   struct diag *why) MUST_CHECK;

#endif
