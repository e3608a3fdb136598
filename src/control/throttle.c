/* throttle.c - how often somebody may try to come in.
 *
 * Failures are counted for each name and each address in the database, where
 * all processes see them. FREE failures cost nothing; each further one doubles
 * the seconds to wait. Who has not failed for an hour starts anew. */
#include "control/inside.h"
#include "netaddr/netaddr.h"

#include <string.h>

enum {
	FREE = 5,
	WAIT_MAX = 900,     /* seconds */
	FORGET_AFTER = 3600 /* seconds */
};

enum { NAME, ADDRESS };

/* A client has a whole IPv6 /64 to itself. */
static struct control_hash
hash_address(struct str address)
{
	struct netaddr ip;

	if (!netaddr_parse(address, &ip))
		return control_hash_of(address);
	if (!netaddr_is_v4(&ip))
		memset(ip.b + 8, 0, 8);
	return control_hash_of(
		(struct str){ (const char *)ip.b, sizeof(ip.b) });
}

/* Names are the same in any case. */
static struct control_hash
hash_name(struct str name)
{
	char folded[4 * CONTROL_NAME_MAX];

	if (name.n > sizeof(folded))
		name.n = sizeof(folded);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return control_hash_of((struct str){ folded, name.n });
}

void
control_try_init(struct control_try *t, struct str name, struct str address,
		 int64_t now)
{
	t->now = now;
	t->who[NAME] = hash_name(name);
	t->who[ADDRESS] = hash_address(address);
}

static int64_t
pause_after(int64_t failures)
{
	int64_t pause = 1;

	if (failures < FREE)
		return 0;
	for (int64_t n = FREE; n < failures && pause < WAIT_MAX; n++)
		pause *= 2;
	return pause < WAIT_MAX ? pause : WAIT_MAX;
}

/* Seconds that are left to wait. */
static enum err
look(struct control *c, const struct control_try *t, int kind, int64_t *left,
     struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(
		c,
		"SELECT failures, last_at FROM attempt"
		" WHERE kind = ?1 AND who = ?2",
		ARGS(INT(kind), BLOB(control_hash_str(&t->who[kind]))), &st,
		why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;

	int64_t until = db_i64(st, 1) + pause_after(db_i64(st, 0));

	if (until - t->now > *left)
		*left = until - t->now;
	return ERR_NONE;
}

static enum err
count(struct control *c, const struct control_try *t, int kind,
      struct diag *why)
{
	return control_do(c,
			  "INSERT INTO attempt VALUES (?1, ?2, 1, ?3)"
			  " ON CONFLICT DO UPDATE SET failures = failures + 1,"
			  " last_at = excluded.last_at",
			  ARGS(INT(kind), BLOB(control_hash_str(&t->who[kind])),
			       INT(t->now)),
			  why);
}

static enum err
begin(struct control *c, const struct control_try *t, struct diag *why)
{
	int64_t left = 0;
	enum err e = control_do(c, "DELETE FROM attempt WHERE last_at < ?1",
				ARGS(INT(t->now - FORGET_AFTER)), why);

	for (int kind = NAME; e == ERR_NONE && kind <= ADDRESS; kind++)
		e = look(c, t, kind, &left, why);
	if (e == ERR_NONE && left > 0)
		e = diag_set(why, ERR_BUSY, "control.throttled", 0, "%lld",
			     (long long)left);
	for (int kind = NAME; e == ERR_NONE && kind <= ADDRESS; kind++)
		e = count(c, t, kind, why);
	return e;
}

enum err
control_try_begin(struct control *c, const struct control_try *t,
		  struct diag *why)
{
	enum err e = db_begin(c->db, why);

	return e == ERR_NONE ? control_end(c, begin(c, t, why), why) : e;
}

/* An account of one's own must not make the address of a guesser new. */
enum err
control_try_right(struct control *c, const struct control_try *t,
		  struct diag *why)
{
	enum err e = control_do(
		c, "DELETE FROM attempt WHERE kind = ?1 AND who = ?2",
		ARGS(INT(NAME), BLOB(control_hash_str(&t->who[NAME]))), why);

	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE attempt SET failures = failures - 1"
			       " WHERE kind = ?1 AND who = ?2 AND failures > 0",
			       ARGS(INT(ADDRESS),
				    BLOB(control_hash_str(&t->who[ADDRESS]))),
			       why);
	return e;
}
