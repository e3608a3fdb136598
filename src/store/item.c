/* What all kinds of reports share on their way in: identity, duplicates, raw
 * bytes, the log of what arrived. */
#include "store/item.h"

#include "json/json.h"

#include <string.h>

void
store_fold_org(struct str org, struct buf *out)
{
	bool blank = false;

	org = str_trim(org);
	for (size_t i = 0; i < org.n; i++) {
		char c = org.p[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			blank = true;
			continue;
		}
		if (blank)
			buf_addc(out, ' ');
		blank = false;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		buf_addc(out, c);
	}
}

/* Lengths go before the texts: no text can pass for two. */
void
store_identity(const struct store_key *key, uint8_t out[SEAL_HASH_BYTES])
{
	const struct str texts[] = { key->domain, key->org, key->report_id };
	const int64_t numbers[] = { key->owner, key->kind, key->begin,
				    key->end };
	struct seal_hash *h = seal_hash_new();

	seal_hash_add(h,
		      (struct str){ (const char *)numbers, sizeof(numbers) });
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		uint64_t n = texts[i].n;

		seal_hash_add(h, (struct str){ (const char *)&n, sizeof(n) });
		seal_hash_add(h, texts[i]);
	}
	seal_hash_end(h, out);
}

enum err
store_record_add(struct store *s, const struct store_record *r,
		 struct diag *why)
{
	const int64_t first[4] = { r->id, r->owner, r->kind, r->state };
	const int64_t names[3] = { r->domain, r->org, r->reporter };
	const int64_t rest[9] = { r->begin,   r->end,      r->day,
				  r->records, r->messages, r->passed,
				  r->trust,   r->complete, r->received_at };
	struct db_statement *st;
	enum err e = store_kept(s, SQL_REPORT_ADD, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, first, 4);
	db_bind_blob(st, 5, r->identity);
	db_bind_blob(st, 6, r->hash);
	store_bind(st, 7, names, 3);
	db_bind_text(st, 10, r->report_id);
	store_bind(st, 11, rest, 9);
	db_bind_text(st, 20, r->repairs);
	db_bind_text(st, 21, r->head);
	return db_do(st, why);
}

/* ---- duplicates ---- */

enum err
store_by_hash(struct store *s, int64_t owner, const uint8_t *hash, int64_t *id,
	      struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_REPORT_BY_HASH, &st, why);

	*id = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_blob(st, 2,
		     (struct str){ (const char *)hash, SEAL_HASH_BYTES });
	e = db_step(st, &found, why);
	if (e != ERR_NONE || !found)
		return e;
	*id = db_i64(st, 0);
	db_reset(st);
	if (*id == s->writer->replaces_report)
		*id = 0;
	return ERR_NONE;
}

enum err
store_lift_trust(struct store *s, int64_t id, enum store_trust trust,
		 struct diag *why)
{
	const int64_t values[2] = { id, trust };
	struct store_known r;
	enum err e = store_known(s, id, &r, why);
	bool counts = e == ERR_NONE && r.found && r.state == STORE_IMPORTED;

	/* Without rows its share cannot be moved any more. */
	if (e != ERR_NONE || !r.found || !r.rows_kept ||
	    (int64_t)trust <= r.trust)
		return e;
	if (counts)
		e = store_count_report(s, id, false, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_REPORT_TRUST, values, 2, why);
	if (e == ERR_NONE && counts)
		e = store_count_report(s, id, true, why);
	if (e == ERR_NONE)
		e = store_elect(s, r.owner,
				(struct str){ r.identity, sizeof(r.identity) },
				why);
	return e;
}

enum err
store_has_rivals(struct store *s, int64_t owner, struct str identity, bool *out,
		 struct diag *why)
{
	struct db_statement *st;
	enum err e = store_kept(s, SQL_REPORT_BEST, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_blob(st, 2, identity);
	db_bind_i64(st, 3, STORE_IMPORTED);
	e = db_step(st, out, why);
	db_reset(st);
	return e;
}

/* ---- replacements ---- */

static enum err
clear_replaced(struct store *s, struct store_origin *origin, int64_t id,
	       bool *gone, struct diag *why)
{
	struct store_known r;
	enum err e = store_known(s, id, &r, why);

	*gone = !r.found || r.owner != origin->owner;
	if (e != ERR_NONE || *gone)
		return e;
	origin->trust = (enum store_trust)r.trust;
	origin->received_at = r.received_at;
	e = store_remove(s, id, true, why);
	if (e == ERR_NONE)
		e = store_elect(s, origin->owner,
				(struct str){ r.identity, sizeof(r.identity) },
				why);
	return e;
}

static enum err
received_of_intake(struct store *s, struct store_origin *origin,
		   struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_INTAKE_RAW_GET, &st, why);

	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, s->writer->replaces_intake);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && found)
		origin->received_at = db_i64(st, 1);
	db_reset(st);
	return e;
}

enum err
store_take_id(struct store *s, struct store_origin *origin, int64_t *id,
	      struct diag *why)
{
	struct store_writer *w = s->writer;
	bool gone = true;
	enum err e = ERR_NONE;

	if (w->replaces_report != 0)
		e = clear_replaced(s, origin, w->replaces_report, &gone, why);
	else if (w->replaces_intake != 0)
		e = received_of_intake(s, origin, why);
	*id = gone ? w->next_report++ : w->replaces_report;
	return e;
}

enum err
store_settle_double(struct store *s, struct store_origin *origin,
		    const uint8_t *hash, int64_t *id, struct diag *why)
{
	int64_t own;
	enum err e = store_by_hash(s, origin->owner, hash, id, why);

	if (e != ERR_NONE || *id == 0)
		return e;
	e = store_lift_trust(s, *id, origin->trust, why);
	if (e == ERR_NONE && s->writer->replaces_report != 0)
		e = store_take_id(s, origin, &own, why);
	return e;
}

/* ---- raw bytes ---- */

/* Seals `bytes` into `box` when asked; `out` is what to store. */
static enum err
maybe_seal(struct store *s, bool sealed, struct str bytes, struct buf *box,
	   struct str *out, struct diag *why)
{
	*out = bytes;
	if (!sealed)
		return ERR_NONE;
	if (!seal_close(s->key, bytes, box))
		return diag_set(why, ERR_LIMIT, "store.raw_too_large", 0, " ");
	*out = buf_str(box);
	return ERR_NONE;
}

static enum err
add_raw(struct store *s, enum store_sql which, int64_t id, bool sealed,
	const struct decode_end *end, struct diag *why)
{
	const int64_t values[4] = { id, end->media, end->repacked, sealed };
	SCOPED_BUF box = BUF(end->raw.n + 4096);
	struct db_statement *st;
	struct str bytes;
	enum err e = maybe_seal(s, sealed, end->raw, &box, &bytes, why);

	if (e == ERR_NONE)
		e = store_kept(s, which, &st, why);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 4);
	db_bind_blob(st, 5, bytes);
	return db_do(st, why);
}

/* The raw bytes of a report that is parsed again are there already, and stay
 * as they came. */
enum err
store_keep_raw(struct store *s, const struct decode_end *end, int64_t report,
	       struct diag *why)
{
	if (end->raw.n == 0)
		return ERR_NONE;
	return add_raw(s, SQL_RAW_ADD, report, end->kind == DECODE_FAILURE, end,
		       why);
}

/* ---- the log ---- */

void
store_print_repairs(const struct decode_end *end, struct buf *out)
{
	for (size_t i = 0; i < end->repair_count; i++) {
		if (i > 0)
			buf_addc(out, ',');
		buf_addz(out, end->repairs[i].code);
		if (end->repairs[i].count > 1)
			buf_addf(out, "=%llu",
				 (unsigned long long)end->repairs[i].count);
	}
}

/* The subject of a mail about somebody's mail quotes it: not kept. */
static void
print_carrier(const struct decode_end *end, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	if (end->carrier_from.n > 0)
		json_put_str(&j, "from", end->carrier_from);
	if (end->carrier_subject.n > 0 && end->kind != DECODE_FAILURE)
		json_put_str(&j, "subject", end->carrier_subject);
	if (end->carrier_id.n > 0)
		json_put_str(&j, "id", end->carrier_id);
	if (end->carrier_date != 0)
		json_put_i64(&j, "date", end->carrier_date);
	if (end->longest_line > 0)
		json_put_u64(&j, "longest_line", end->longest_line);
	json_close_object(&j);
}

static enum err
add_to_log(struct store *s, const struct store_origin *origin,
	   const struct decode_end *end, enum store_outcome outcome,
	   int64_t report, struct diag *why)
{
	const int64_t values[3] = { outcome, end->kind, report };
	struct buf *carrier = &s->writer->json;
	struct db_statement *st;
	enum err e = store_kept(s, SQL_INTAKE_ADD, &st, why);

	if (e != ERR_NONE)
		return e;
	buf_clear(carrier);
	print_carrier(end, carrier);
	db_bind_i64(st, 1, origin->owner);
	db_bind_i64(st, 2, origin->received_at);
	db_bind_text(st, 3, origin->path);
	db_bind_text(st, 4, end->member);
	store_bind(st, 5, values, 3);
	db_bind_text(st, 8, str_of(end->why.code));
	db_bind_u64(st, 9, end->why.line);
	db_bind_text(st, 10, str_of(end->why.detail));
	db_bind_text(st, 11, buf_str(carrier));
	db_bind_i64(st, 12, origin->trust);
	db_bind_text(st, 13, origin->door);
	db_bind_text(st, 14, origin->upload);
	db_bind_text(st, 15, origin->envelope.n ? origin->envelope : S("{}"));
	return db_do(st, why);
}

/* Of what could not be counted the bytes stay, for a later try. */
static bool
keeps_bytes(enum store_outcome outcome)
{
	return outcome == STORE_REJECTED || outcome == STORE_UNCLAIMED;
}

/* The entry of a thing that is read again is changed, not repeated. */
static enum err
log_again(struct store *s, int64_t intake, const struct store_origin *origin,
	  const struct decode_end *end, const struct store_item *item,
	  struct diag *why)
{
	const int64_t values[5] = { intake, item->outcome, end->kind,
				    item->report, origin->owner };
	struct db_statement *st;
	enum err e = store_kept(s, SQL_INTAKE_AGAIN, &st, why);

	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 5);
	db_bind_text(st, 6, str_of(end->why.code));
	db_bind_u64(st, 7, end->why.line);
	db_bind_text(st, 8, str_of(end->why.detail));
	e = db_do(st, why);
	if (e != ERR_NONE || keeps_bytes(item->outcome))
		return e;
	e = store_do(s, SQL_INTAKE_RAW_DROP, values, 1, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_MAIL_MOVE,
			     (const int64_t[]){ intake, origin->owner }, 2,
			     why);
	return e;
}

/* The entry that brought a report in: the first that is no duplicate. */
static enum err
entry_of(struct store *s, int64_t report, int64_t *intake, struct diag *why)
{
	struct db_statement *st;
	bool found = false;
	enum err e = store_kept(s, SQL_INTAKE_OF, &st, why);

	*intake = 0;
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, report);
	db_bind_i64(st, 2, STORE_DUPLICATE);
	e = db_step(st, &found, why);
	if (e == ERR_NONE && found)
		*intake = db_i64(st, 0);
	db_reset(st);
	return e;
}

enum err
store_log(struct store *s, const struct store_origin *origin,
	  const struct decode_end *end, struct store_item *item,
	  struct diag *why)
{
	const enum store_outcome outcome = item->outcome;
	const int64_t report = item->report;
	struct store_writer *w = s->writer;
	int64_t intake = w->replaces_intake;
	enum err e = ERR_NONE;

	if (intake == 0 && w->replaces_report != 0)
		e = entry_of(s, w->replaces_report, &intake, why);
	if (e != ERR_NONE)
		return e;
	if (intake != 0) {
		e = log_again(s, intake, origin, end, item, why);
	} else {
		e = add_to_log(s, origin, end, outcome, report, why);
		intake = db_last_id(s->db);
	}
	if (e == ERR_NONE && keeps_bytes(outcome) && end->raw.n > 0)
		e = add_raw(s, SQL_INTAKE_RAW_ADD, intake, true, end, why);
	w->replaces_intake = 0;
	w->replaces_report = 0;
	item->intake = intake;
	return e;
}
