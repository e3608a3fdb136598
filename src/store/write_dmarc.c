/* A DMARC report on its way in: the head, rows that wait until there are too
 * many of them, and the end that decides what becomes of it. */
#include "store/item.h"

#include "dnsname/dnsname.h"
#include "json/json.h"

#include <assert.h>

enum {
	DAY_MAX = 1 << 29 /* days round 1970 that fit everywhere */
};

/* Sums of sums must stay below 2^63 whatever strangers write: a hundred
 * thousand such reports do. */
static const int64_t ROW_MESSAGES_MAX = 1000000000000;
static const int64_t REPORT_MESSAGES_MAX = 10000000000000;

/* ---- copies that live until the end of the report ---- */

static bool
dup_all(struct arena *mem, struct str *texts[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!arena_dup(mem, *texts[i], texts[i]))
			return false;
	return true;
}

static bool
dup_auths(struct arena *mem, const struct dmarc_auth **auths, size_t count)
{
	struct dmarc_auth *copy = arena_array(mem, count, sizeof(*copy));

	if (copy == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct str *texts[] = { &copy[i].domain, &copy[i].selector,
					&copy[i].scope, &copy[i].human };

		copy[i] = (*auths)[i];
		if (!dup_all(mem, texts, COUNT_OF(texts)))
			return false;
	}
	*auths = copy;
	return true;
}

/* NULL when there is no room for one more. */
static struct dmarc_row *
dup_row(struct arena *mem, const struct dmarc_row *row)
{
	struct dmarc_row *copy = arena_alloc(mem, sizeof(*copy));
	struct str *texts[] = { NULL, NULL, NULL, NULL };

	if (copy == NULL)
		return NULL;
	*copy = *row;
	texts[0] = &copy->override_comment;
	texts[1] = &copy->header_from;
	texts[2] = &copy->envelope_from;
	texts[3] = &copy->envelope_to;
	if (!dup_all(mem, texts, COUNT_OF(texts)) ||
	    !dup_auths(mem, &copy->dkim, copy->dkim_count) ||
	    !dup_auths(mem, &copy->spf, copy->spf_count))
		return NULL;
	return copy;
}

static bool
dup_origin(struct arena *mem, struct store_origin *origin)
{
	struct str *texts[] = { &origin->path, &origin->door, &origin->upload,
				&origin->envelope };

	return dup_all(mem, texts, COUNT_OF(texts));
}

static bool
dup_head(struct arena *mem, struct dmarc_head *head)
{
	struct str *texts[] = {
		&head->org_name,        &head->email,  &head->extra_contact,
		&head->report_id,       &head->error,  &head->generator,
		&head->version,         &head->domain, &head->fo,
		&head->discovery_method
	};

	return dup_all(mem, texts, COUNT_OF(texts));
}

/* ---- rows ---- */

static int64_t
messages_of(const struct store_dmarc *now, const struct dmarc_row *row)
{
	int64_t left = REPORT_MESSAGES_MAX - now->messages;
	int64_t most = left < ROW_MESSAGES_MAX ? left : ROW_MESSAGES_MAX;

	return row->count > (uint64_t)most ? most : (int64_t)row->count;
}

static int64_t
verdict_of(const struct store_dmarc *now, const struct dmarc_row *row,
	   bool vouched)
{
	int64_t policy = dmarc_policy_for(&now->head, row->header_from);

	return (row->dkim_aligned ? STORE_V_DKIM : 0) |
	       (row->spf_aligned ? STORE_V_SPF : 0) |
	       (vouched ? STORE_V_VOUCHED : 0) |
	       (int64_t)row->disposition << STORE_V_DISPOSITION |
	       policy << STORE_V_POLICY;
}

enum { ROW_COLUMNS = 10 };

static enum err
intern_row(struct store *s, const struct dmarc_row *row,
	   int64_t column[ROW_COLUMNS], struct diag *why)
{
	const struct store_dmarc *now = &s->writer->now;
	struct store_judgement judged = { 0 };
	enum err e = store_judge(s, row, now->head.domain, &judged, why);

	column[3] = verdict_of(now, row, judged.vouched);
	column[8] = judged.auth;
	if (e == ERR_NONE)
		e = store_endpoint_of(s, now->origin.owner, row, &judged,
				      &column[1], why);

	if (e == ERR_NONE)
		e = store_name(s, row->header_from, &column[5], why);
	if (e == ERR_NONE)
		e = store_name(s, row->envelope_from, &column[6], why);
	if (e == ERR_NONE)
		e = store_name(s, row->envelope_to, &column[7], why);
	if (e == ERR_NONE)
		e = store_name(s, row->override_comment, &column[9], why);
	if (e == ERR_NONE)
		e = store_span(s, column[1], now->domain, now->day, why);
	return e;
}

static enum err
write_row(struct store *s, const struct dmarc_row *row, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	int64_t column[ROW_COLUMNS] = { store_row_first(now->id) + now->rows, 0,
					messages_of(now, row), 0,
					(int64_t)row->overrides };
	enum err e = intern_row(s, row, column, why);
	int64_t key[STORE_DELTA_COUNT];

	if (e == ERR_NONE)
		e = store_do(s, SQL_ROW_ADD, column, ROW_COLUMNS, why);
	if (e != ERR_NONE)
		return e;
	now->rows++;
	now->messages += column[2];
	if (row->dkim_aligned || row->spf_aligned)
		now->passed += column[2];
	if (now->rivals)
		return ERR_NONE;
	key[STORE_DELTA_ENDPOINT] = column[1];
	key[STORE_DELTA_TO_DOMAIN] = column[7];
	key[STORE_DELTA_VERDICT] = column[3];
	key[STORE_DELTA_OVERRIDES] = column[4];
	if (store_cells_add(&s->writer->deltas, key, column[2], 1))
		return ERR_NONE;
	e = store_deltas_flush(s, why);
	(void)store_cells_add(&s->writer->deltas, key, column[2], 1);
	return e;
}

/* From here on the report is in the tables. Rivals are other reports with
 * its identity: then an election counts the best when it is whole. */
static enum err
start_writing(struct store *s, bool marked, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	const struct str identity = { (const char *)now->identity,
				      STORE_IDENTITY_BYTES };
	SCOPED_BUF folded = BUF(DMARC_TEXT_MAX * 2);
	enum err e = ERR_NONE;

	store_fold_org(now->head.org_name, &folded);
	if (marked)
		e = db_mark(s->db, why);
	if (e != ERR_NONE)
		return e;
	now->writing = true;
	now->marked = marked;
	e = store_take_id(s, &now->origin, &now->id, why);
	if (e == ERR_NONE)
		e = store_name(s, now->head.domain, &now->domain, why);
	if (e == ERR_NONE)
		e = store_name(s, now->head.org_name, &now->org, why);
	if (e == ERR_NONE)
		e = store_name(s, buf_str(&folded), &now->reporter, why);
	if (e == ERR_NONE)
		e = store_has_rivals(s, now->origin.owner, identity,
				     &now->rivals, why);
	return e;
}

static enum err
write_waiting(struct store *s, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	enum err e = ERR_NONE;

	for (size_t i = 0; e == ERR_NONE && i < now->waiting; i++)
		e = write_row(s, now->wait[i], why);
	now->waiting = 0;
	return e;
}

/* ---- the calls ---- */

static void
close_report(struct store *s)
{
	struct store_dmarc *now = &s->writer->now;

	store_cells_clear(&s->writer->deltas);
	arena_reset(now->mem);
	now->waiting = 0;
	now->open = now->writing = now->marked = now->rivals = false;
	now->id = now->rows = now->messages = now->passed = 0;
}

enum err
store_dmarc_head(struct store *s, const struct store_origin *origin,
		 const struct dmarc_head *head, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	SCOPED_BUF org = BUF(DMARC_TEXT_MAX * 2);
	struct store_key key;
	enum err e = store_ready(s, why);

	assert(!now->open);
	if (e != ERR_NONE)
		return e;
	now->origin = *origin;
	now->head = *head;
	if (!dup_origin(now->mem, &now->origin) ||
	    !dup_head(now->mem, &now->head)) {
		arena_reset(now->mem);
		return diag_set(why, ERR_LIMIT, "store.head_too_large", 0,
				"%.100s", "");
	}
	now->open = true;
	store_fold_org(head->org_name, &org);
	key = (struct store_key){ .owner = origin->owner,
				  .kind = DECODE_DMARC,
				  .domain = head->domain,
				  .org = buf_str(&org),
				  .report_id = head->report_id,
				  .begin = head->begin,
				  .end = head->end };
	store_identity(&key, now->identity);
	now->day = civil_day(head->begin);
	if (now->day > DAY_MAX)
		now->day = DAY_MAX;
	if (now->day < -DAY_MAX)
		now->day = -DAY_MAX;
	return ERR_NONE;
}

enum err
store_dmarc_row(struct store *s, const struct dmarc_row *row, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	struct diag own = { 0 };
	struct dmarc_row *copy;
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	assert(now->open);
	if (!now->writing && now->waiting < STORE_WAITING_MAX) {
		copy = dup_row(now->mem, row);
		if (copy != NULL) {
			now->wait[now->waiting++] = copy;
			return ERR_NONE;
		}
	}
	if (!now->writing) {
		e = start_writing(s, true, &own);
		if (e == ERR_NONE)
			e = write_waiting(s, &own);
	}
	if (e == ERR_NONE)
		e = write_row(s, row, &own);
	if (store_guard(s, e, &own) != ERR_NONE)
		return store_ready(s, why);
	return ERR_NONE;
}

/* Back to the moment of the head. What was numbered since then is gone, so
 * nothing may remember it. */
static enum err
take_back(struct store *s, struct diag *why)
{
	enum err e = ERR_NONE;

	if (s->writer->now.marked) {
		e = db_rewind(s->db, why);
		store_caches_drop(s);
	}
	s->writer->now.marked = false;
	return e;
}

void
store_forget(struct store *s)
{
	struct diag own = { 0 };
	enum err e;

	if (s->writer == NULL || !s->writer->now.open)
		return;
	e = s->writer->broken == ERR_NONE ? take_back(s, &own) : ERR_NONE;
	close_report(s);
	store_guard(s, e, &own);
}

static void
put_known(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
}

static void
put_policy(struct json_out *j, const struct dmarc_head *h)
{
	json_open_object(j, "policy");
	put_known(j, "domain", h->domain);
	if (h->p != DMARC_POLICY_UNKNOWN)
		json_put_str(j, "p", str_of(dmarc_policy_name(h->p)));
	if (h->sp != DMARC_POLICY_UNKNOWN)
		json_put_str(j, "sp", str_of(dmarc_policy_name(h->sp)));
	if (h->np != DMARC_POLICY_UNKNOWN)
		json_put_str(j, "np", str_of(dmarc_policy_name(h->np)));
	if (h->adkim != 0)
		json_put_str(j, "adkim", (struct str){ &h->adkim, 1 });
	if (h->aspf != 0)
		json_put_str(j, "aspf", (struct str){ &h->aspf, 1 });
	if (h->pct >= 0)
		json_put_i64(j, "pct", h->pct);
	put_known(j, "fo", h->fo);
	if (h->testing != 0)
		json_put_str(j, "testing", (struct str){ &h->testing, 1 });
	put_known(j, "discovery_method", h->discovery_method);
	json_close_object(j);
}

static struct str
print_head(struct store *s)
{
	const struct dmarc_head *h = &s->writer->now.head;
	struct buf *out = &s->writer->json;
	struct json_out j = JSON_OUT(out);

	buf_clear(out);
	json_open_object(&j, NULL);
	put_known(&j, "email", h->email);
	put_known(&j, "extra_contact", h->extra_contact);
	put_known(&j, "version", h->version);
	put_known(&j, "generator", h->generator);
	put_known(&j, "error", h->error);
	json_put_bool(&j, "rfc9990", h->rfc9990);
	put_policy(&j, h);
	json_close_object(&j);
	return buf_str(out);
}

static enum err
write_record(struct store *s, const struct decode_end *end, struct diag *why)
{
	const struct store_dmarc *now = &s->writer->now;
	SCOPED_BUF repairs = BUF(64 << 10);
	struct store_record r = {
		.id = now->id,
		.owner = now->origin.owner,
		.kind = DECODE_DMARC,
		.state = now->rivals ? STORE_SUPERSEDED : STORE_IMPORTED,
		.identity = { (const char *)now->identity,
			      STORE_IDENTITY_BYTES },
		.hash = { (const char *)end->hash, sizeof(end->hash) },
		.domain = now->domain,
		.org = now->org,
		.reporter = now->reporter,
		.report_id = now->head.report_id,
		.begin = now->head.begin,
		.end = now->head.end,
		.day = now->day,
		.records = now->rows,
		.messages = now->messages,
		.passed = now->passed,
		.trust = now->origin.trust,
		.complete = end->complete,
		.received_at = now->origin.received_at,
	};

	store_print_repairs(end, &repairs);
	r.repairs = buf_str(&repairs);
	r.head = print_head(s);
	return store_record_add(s, &r, why);
}

/* Writes what is not yet written and lets the report count, or the best of
 * its rivals. */
static enum err
finish(struct store *s, const struct decode_end *end,
       enum store_outcome *outcome, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	const struct str identity = { (const char *)now->identity,
				      STORE_IDENTITY_BYTES };
	struct store_known known;
	enum err e = ERR_NONE;

	if (!now->writing)
		e = start_writing(s, false, why);
	if (e == ERR_NONE)
		e = write_waiting(s, why);
	if (e == ERR_NONE)
		e = write_record(s, end, why);
	if (e == ERR_NONE)
		e = store_keep_raw(s, end, now->id, why);
	if (e == ERR_NONE)
		e = store_deltas_flush(s, why);
	if (e == ERR_NONE && now->rivals)
		e = store_elect(s, now->origin.owner, identity, why);
	else if (e == ERR_NONE)
		e = store_stale(s, now->origin.owner, now->domain, now->day,
				why);
	if (e == ERR_NONE && now->marked)
		e = db_keep(s->db, why);
	if (e == ERR_NONE)
		e = store_known(s, now->id, &known, why);
	if (e == ERR_NONE)
		*outcome = (enum store_outcome)known.state;
	return e;
}

/* Another report has this hash. */
static enum err
drop_double(struct store *s, const uint8_t *hash, struct diag *why)
{
	struct store_origin origin = s->writer->now.origin;
	int64_t id;
	enum err e = take_back(s, why);

	if (e == ERR_NONE)
		e = store_settle_double(s, &origin, hash, &id, why);
	return e;
}

static enum err
end_report(struct store *s, const struct decode_end *end,
	   struct store_item *out, struct diag *why)
{
	struct store_dmarc *now = &s->writer->now;
	enum store_outcome outcome = STORE_DUPLICATE;
	int64_t id = 0;
	enum err e = store_by_hash(s, now->origin.owner, end->hash, &id, why);

	if (e == ERR_NONE && id != 0)
		e = drop_double(s, end->hash, why);
	if (e == ERR_NONE && id == 0) {
		e = finish(s, end, &outcome, why);
		id = now->id;
	}
	*out = (struct store_item){ .outcome = outcome, .report = id };
	if (e == ERR_NONE)
		e = store_log(s, &now->origin, end, out, why);
	return e;
}

enum err
store_dmarc_end(struct store *s, const struct decode_end *end,
		struct store_item *out, struct diag *why)
{
	struct diag own = { 0 };
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	assert(s->writer->now.open);
	e = end_report(s, end, out, &own);
	if (store_guard(s, e, &own) != ERR_NONE)
		e = store_ready(s, why);
	close_report(s);
	return e;
}

void
store_replaces(struct store *s, int64_t report, int64_t intake)
{
	s->writer->replaces_report = report;
	s->writer->replaces_intake = intake;
}
