/* hosting.c - hosted domains as people see and change them. */
#include "control/hosting_inside.h"
#include "os/os.h"

#include "dnsname/dnsname.h"

static const char *const PROOFS[] = {
	[CONTROL_UNPROVEN] = "",
	[CONTROL_BY_TXT] = "txt",
	[CONTROL_BY_DELEGATION] = "delegation",
};

const char *
control_proof_name(enum control_proof proof)
{
	return (size_t)proof < COUNT_OF(PROOFS) ? PROOFS[proof] : "";
}

bool
control_hosted_good(const struct control_hosted *h, int64_t now)
{
	return h->proven_at != 0 &&
	       (h->lost_at == 0 || now - h->lost_at < CONTROL_PROOF_LOST);
}

/* ---- rows ---- */

static struct control_hosted
read_row(struct db_statement *st)
{
	int64_t purpose = db_i64(st, 6), proof = db_i64(st, 9);
	int64_t mode = db_i64(st, 14);

	/* What a later program wrote counts as nothing. */
	purpose = purpose >= 0 && purpose <= CONTROL_PARKED ? purpose : 0;
	proof = proof >= 0 && proof < (int)COUNT_OF(PROOFS) ? proof : 0;
	mode = mode >= 0 && mode < STSMODE_STATES ? mode : STSMODE_NONE;
	return (struct control_hosted){
		.id = db_i64(st, 0),
		.owner = db_i64(st, 1),
		.domain = db_i64(st, 2),
		.name = db_text(st, 3),
		.token = db_text(st, 4),
		.challenge = db_text(st, 5),
		.purpose = (enum control_purpose)purpose,
		.added_at = db_i64(st, 7),
		.removed_at = db_i64(st, 8),
		.proof = (enum control_proof)proof,
		.proven_at = db_i64(st, 10),
		.checked_at = db_i64(st, 11),
		.due_at = db_i64(st, 12),
		.lost_at = db_i64(st, 13),
		.mode = (enum stsmode_state)mode,
		.mode_since = db_i64(st, 15),
		.mode_author = db_text(st, 16),
		.mx_more = db_text(st, 17),
		.tls_rpt = db_text(st, 18),
		.dmarc = db_text(st, 19),
		.fault = db_text(st, 20),
		.fault_detail = db_text(st, 21),
		.fault_at = db_i64(st, 22),
	};
}

enum err
control_hosted_rows(struct db_statement *st,
		    enum err (*each)(void *ctx, const struct control_hosted *),
		    void *ctx, struct diag *why)
{
	bool row = true;
	enum err e = ERR_NONE;

	while (e == ERR_NONE && row) {
		e = db_step(st, &row, why);
		if (e == ERR_NONE && row) {
			const struct control_hosted h = read_row(st);

			e = each(ctx, &h);
		}
	}
	return e;
}

enum err
control_keep_all(struct arena *mem, struct str *const *texts, struct diag *why)
{
	for (; *texts; texts++)
		if (!arena_dup(mem, **texts, *texts))
			return diag_set(why, ERR_LIMIT, "control.too_large", 0,
					"%zu", arena_used(mem));
	return ERR_NONE;
}

enum err
control_hosted_one(struct db_statement *st, struct arena *mem,
		   struct control_hosted *out, bool *found, struct diag *why)
{
	enum err e = db_step(st, found, why);

	if (e != ERR_NONE || !*found)
		return e;
	*out = read_row(st);
	return control_keep_all(
		mem,
		(struct str *const[]){ &out->name, &out->token, &out->challenge,
				       &out->mode_author, &out->mx_more,
				       &out->tls_rpt, &out->dmarc, &out->fault,
				       &out->fault_detail, NULL },
		why);
}

enum err
control_note(struct control *c, const struct control_note *note,
	     struct diag *why)
{
	return control_do(c,
			  "INSERT INTO hosted_event"
			  " (hosted, at, author, what, detail)"
			  " VALUES (?1, ?2, ?3, ?4, ?5)",
			  ARGS(INT(note->hosted), INT(note->at),
			       TEXT(note->author), TEXT(str_of(note->what)),
			       TEXT(note->detail)),
			  why);
}

static enum err
not_hosted(struct str name, struct diag *why)
{
	return diag_set(why, ERR_GONE, "control.not_hosted", 0, "%.*s",
			STR_ARG(name));
}

/* The comparable form, or "" which is nobody's. */
static struct str
fold(struct str name, struct arena *mem)
{
	struct str folded;

	return dnsname_fold(name, mem, &folded) ? folded : S("");
}

enum err
control_hosted_find(struct control *c, int64_t owner, struct str name,
		    struct arena *mem, struct control_hosted *out,
		    struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool found = false;
	struct str folded = fold(name, mem);
	enum err e = control_ask(c,
				 CONTROL_HOSTED_SELECT
				 "WHERE h.owner = ?1 AND h.name = ?2"
				 " AND h.removed_at = 0",
				 ARGS(INT(owner), TEXT(folded)), &st, why);

	if (e == ERR_NONE)
		e = control_hosted_one(st, mem, out, &found, why);
	return e == ERR_NONE && !found ? not_hosted(name, why) : e;
}

enum err
control_hosted_id(struct control *c, int64_t owner, struct str name,
		  int64_t *out, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(16 << 10);
	SCOPED_STATEMENT st = NULL;
	struct str folded = fold(name, mem);
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT id FROM hosted WHERE owner = ?1"
				 " AND name = ?2 AND removed_at = 0",
				 ARGS(INT(owner), TEXT(folded)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && !row)
		e = not_hosted(name, why);
	if (e == ERR_NONE)
		*out = db_i64(st, 0);
	return e;
}

enum err
control_hosted_each(struct control *c, int64_t owner,
		    enum err (*each)(void *ctx, const struct control_hosted *),
		    void *ctx, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	enum err e = control_ask(c,
				 CONTROL_HOSTED_SELECT
				 "WHERE h.owner = ?1 AND h.over_at = 0"
				 " ORDER BY h.name, h.id",
				 ARGS(INT(owner)), &st, why);

	return e == ERR_NONE ? control_hosted_rows(st, each, ctx, why) : e;
}

/* ---- begin and end ---- */

/* Of one that was added: whether the owner may have so many. */
static enum err
hold_quota(struct control *c, int64_t owner, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	int64_t most = c->quota.hosted;
	bool row = false;
	enum err e;

	if (most == 0)
		return ERR_NONE;
	e = control_ask(c,
			"SELECT count(*) FROM hosted WHERE owner = ?1"
			" AND removed_at = 0",
			ARGS(INT(owner)), &st, why);
	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row && db_i64(st, 0) > most)
		e = diag_set(why, ERR_LIMIT, "control.quota_hosted", 0, "%lld",
			     (long long)most);
	return e;
}

enum err
control_hosted_insert(struct control *c, const struct control_domain *d,
		      int64_t owner, int64_t now, struct diag *why)
{
	char token[CONTROL_TOKEN_LETTERS + 1];
	char challenge[CONTROL_PROOF_LETTERS + 1];
	enum err e;

	control_token_text(token, CONTROL_TOKEN_LETTERS);
	control_token_text(challenge, CONTROL_PROOF_LETTERS);
	e = control_do(c,
		       "INSERT INTO hosted (owner, domain, name, token,"
		       " challenge, added_at, due_at, mode_since)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)"
		       " ON CONFLICT (name) WHERE removed_at = 0 DO NOTHING",
		       ARGS(INT(owner), INT(d->id), TEXT(d->name),
			    TEXT(str_of(token)), TEXT(str_of(challenge)),
			    INT(now)),
		       why);
	if (e != ERR_NONE || db_changes(c->db) == 0)
		return e;

	const struct control_note note = {
		.hosted = db_last_id(c->db),
		.at = now,
		.what = "hosted",
		.detail = str_of(token),
	};

	e = hold_quota(c, owner, why);
	return e == ERR_NONE ? control_note(c, &note, why) : e;
}

enum err
control_hosted_may(struct control *c, int64_t owner, struct str name,
		   struct arena *mem, struct control_domain *out,
		   struct diag *why)
{
	const struct control_domain by = { .name = name };
	int64_t of = 0;
	enum err e = control_domain_find(c, &by, mem, &of, out, why);

	if (e == ERR_GONE || (e == ERR_NONE && of != owner)) {
		if (why)
			diag_clear(why);
		return diag_set(why, ERR_GONE, "control.no_domain", 0, "%.*s",
				STR_ARG(name));
	}
	/* The list may have learned of it since it was added. */
	if (e == ERR_NONE && dnsname_is_suffix(out->name))
		e = diag_set(why, ERR_SYNTAX, "control.public_suffix", 0,
			     "%.*s", STR_ARG(name));
	return e;
}

enum err
control_hosted_add(struct control *c, int64_t owner, struct control_hosted *h,
		   struct arena *mem, struct diag *why)
{
	struct control_domain d;
	enum err e = control_hosted_may(c, owner, h->name, mem, &d, why);

	if (e == ERR_NONE)
		e = control_hosted_orphans(c, h->added_at, why);
	if (e == ERR_NONE)
		e = db_begin(c->db, why);
	if (e != ERR_NONE)
		return e;
	e = control_end(
		c, control_hosted_insert(c, &d, owner, h->added_at, why), why);
	return e == ERR_NONE
		       ? control_hosted_find(c, owner, d.name, mem, h, why)
		       : e;
}

/* A policy that senders may have is retired, everything else is over. */
#define REMOVE                                                                 \
	"UPDATE hosted SET removed_at = ?1, mode_since = ?1,"                  \
	" mode_author = '', due_at = ?1, domain = 0,"                          \
	" mode = CASE WHEN mode IN (2, 3, 4, 5) THEN 5 ELSE 6 END,"            \
	" over_at = CASE WHEN mode IN (2, 3, 4, 5) THEN 0 ELSE ?1 END"         \
	" WHERE removed_at = 0 AND "
_Static_assert(STSMODE_TESTING == 2 && STSMODE_ENFORCE_WEEK == 3 &&
		       STSMODE_ENFORCE_MONTH == 4 && STSMODE_NONE == 5 &&
		       STSMODE_REMOVED == 6,
	       "the numbers in the statement");

enum err
control_hosted_orphans(struct control *c, int64_t now, struct diag *why)
{
	int64_t any = 0;
	enum err e = db_number(c->db,
			       "SELECT 1 FROM hosted WHERE domain = 0"
			       " AND removed_at = 0 LIMIT 1",
			       &any, why);

	if (e != ERR_NONE || !any)
		return e;
	return control_do(c, REMOVE "domain = 0", ARGS(INT(now)), why);
}

enum err
control_hosted_remove(struct control *c, int64_t owner, struct str name,
		      int64_t now, struct diag *why)
{
	struct control_note note = { .at = now, .what = "removed" };
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_hosted_id(c, owner, name, &note.hosted, why);
	if (e == ERR_NONE)
		e = control_do(c, REMOVE "id = ?2",
			       ARGS(INT(now), INT(note.hosted)), why);
	if (e == ERR_NONE)
		e = control_note(c, &note, why);
	return control_end(c, e, why);
}

/* ---- changes ---- */

enum err
control_hosted_hurry(struct control *c, int64_t owner, struct str name,
		     int64_t now, struct diag *why)
{
	int64_t id = 0;
	enum err e = control_hosted_id(c, owner, name, &id, why);

	return e == ERR_NONE
		       ? control_do(c,
				    "UPDATE hosted SET due_at = min(due_at, ?2)"
				    " WHERE id = ?1",
				    ARGS(INT(id), INT(now)), why)
		       : e;
}

/* Two people who saw the same: the second is told. */
static enum err
check_seen(struct control *c, int64_t id, const struct control_hosted *seen,
	   struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = control_ask(c,
				 "SELECT mode, mode_since FROM hosted"
				 " WHERE id = ?1",
				 ARGS(INT(id)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row &&
	    (db_i64(st, 0) != seen->mode || db_i64(st, 1) != seen->mode_since))
		e = diag_set(why, ERR_BUSY, "hosting.mode_changed", 0, "%.*s",
			     STR_ARG(seen->name));
	return e;
}

static enum err
set_mode(struct control *c, const struct control_note *note,
	 const struct control_mode_change *change, struct diag *why)
{
	enum err e = change->seen
			     ? check_seen(c, note->hosted, change->seen, why)
			     : ERR_NONE;

	if (e == ERR_NONE)
		e = control_do(c,
			       "UPDATE hosted SET mode = ?2, mode_since = ?3,"
			       " mode_author = ?4, fault = '',"
			       " fault_detail = '' WHERE id = ?1"
			       " AND proven_at > 0",
			       ARGS(INT(note->hosted), INT(change->mode),
				    INT(note->at), TEXT(note->author)),
			       why);
	if (e == ERR_NONE && db_changes(c->db) == 0)
		e = diag_set(why, ERR_GONE, "hosting.unproven", 0, "%s", "");
	return e == ERR_NONE ? control_note(c, note, why) : e;
}

enum err
control_hosted_mode(struct control *c, int64_t owner, struct str name,
		    const struct control_mode_change *change, struct diag *why)
{
	struct control_note note = {
		.at = change->at,
		.what = "mode",
		.author = change->author,
		.detail = str_of(stsmode_name(change->mode)),
	};
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_hosted_id(c, owner, name, &note.hosted, why);
	if (e == ERR_NONE)
		e = set_mode(c, &note, change, why);
	os_step("mode.asked");
	e = control_end(c, e, why);
	os_step("mode.set");
	return e;
}

static enum err
set_text(struct control *c, int64_t id, const char *sql, const struct str *text,
	 struct diag *why)
{
	if (!text)
		return ERR_NONE;
	if (text->n > CONTROL_HOSTED_TEXT)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%zu",
				text->n);
	return control_do(c, sql, ARGS(INT(id), TEXT(*text)), why);
}

enum err
control_hosted_write(struct control *c, int64_t id,
		     const struct control_hosted_texts *texts, struct diag *why)
{
	enum err e =
		set_text(c, id, "UPDATE hosted SET mx_more = ?2 WHERE id = ?1",
			 texts->mx_more, why);

	if (e == ERR_NONE)
		e = set_text(c, id,
			     "UPDATE hosted SET tls_rpt = ?2 WHERE id = ?1",
			     texts->tls_rpt, why);
	if (e == ERR_NONE)
		e = set_text(c, id,
			     "UPDATE hosted SET dmarc = ?2 WHERE id = ?1",
			     texts->dmarc, why);
	return e;
}

enum err
control_hosted_texts(struct control *c, int64_t owner, struct str name,
		     const struct control_hosted_texts *texts, struct diag *why)
{
	int64_t id = 0;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = control_hosted_id(c, owner, name, &id, why);
	if (e == ERR_NONE)
		e = control_hosted_write(c, id, texts, why);
	return control_end(c, e, why);
}
