/* Failure reports, sealed where they quote somebody's mail, and what was
 * refused. */
#include "store/item.h"

#include "json/json.h"

enum { DAY_MAX = 1 << 29, BOX_MAX = 4 << 20 };
static const uint64_t INCIDENTS_MAX = 1000000000000;

static void
put_known(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
}

static void
print_open(const struct failrpt_report *r, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	put_known(&j, "feedback_type", r->feedback_type);
	put_known(&j, "auth_failure", r->auth_failure);
	put_known(&j, "source_ip", r->source_ip);
	put_known(&j, "delivery_result", r->delivery_result);
	put_known(&j, "identity_alignment", r->identity_alignment);
	put_known(&j, "dkim_domain", r->dkim_domain);
	put_known(&j, "dkim_selector", r->dkim_selector);
	put_known(&j, "spf_dns", r->spf_dns);
	put_known(&j, "user_agent", r->user_agent);
	put_known(&j, "reporting_mta", r->reporting_mta);
	json_put_bool(&j, "text_only", r->text_only);
	json_close_object(&j);
}

/* Authentication results name the envelope sender: personal too. */
static void
print_personal(const struct failrpt_report *r, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	put_known(&j, "mail_from", r->mail_from);
	put_known(&j, "rcpt_to", r->rcpt_to);
	put_known(&j, "header_from", r->header_from);
	put_known(&j, "subject", r->subject);
	put_known(&j, "message_id", r->message_id);
	put_known(&j, "auth_results", r->auth_results);
	put_known(&j, "headers", r->headers);
	json_close_object(&j);
}

static enum err
write_details(struct store *s, const struct failrpt_report *report, int64_t id,
	      struct diag *why)
{
	SCOPED_BUF open = BUF(BOX_MAX);
	SCOPED_BUF personal = BUF(BOX_MAX);
	SCOPED_BUF box = BUF(BOX_MAX + 4096);
	struct db_statement *st;
	enum err e = store_kept(s, SQL_FAILURE_ADD, &st, why);
	bool closed;

	print_open(report, &open);
	print_personal(report, &personal);
	closed = seal_close(s->key, buf_str(&personal), &box);
	if (personal.n > 0)
		seal_wipe(personal.p, personal.n);
	if (e == ERR_NONE && (!closed || open.full || personal.full))
		e = diag_set(why, ERR_LIMIT, "store.failed", 0,
			     "failure report too large");
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, id);
	db_bind_text(st, 2, buf_str(&open));
	db_bind_i64(st, 3, report->arrival);
	db_bind_u64(st, 4,
		    report->incidents < INCIDENTS_MAX ? report->incidents
						      : INCIDENTS_MAX);
	db_bind_blob(st, 5, buf_str(&box));
	return db_do(st, why);
}

/* A report without a date of its own is of the day it was received. */
static int64_t
when_of(const struct store_origin *origin, const struct failrpt_report *report)
{
	const int64_t end = (int64_t)DAY_MAX * CIVIL_DAY;

	if (report->arrival <= 0 || report->arrival >= end)
		return origin->received_at;
	return report->arrival;
}

/* A failure report on its way in. */
struct arrived {
	const struct store_origin *origin;
	const struct failrpt_report *report;
	const struct decode_end *end;
};

static enum err
write_record(struct store *s, const struct arrived *a, int64_t id,
	     struct store_key *key, struct diag *why)
{
	const struct store_origin *origin = a->origin;
	const struct failrpt_report *report = a->report;
	const struct decode_end *end = a->end;
	SCOPED_BUF repairs = BUF(64 << 10);
	uint8_t identity[SEAL_HASH_BYTES];
	const uint64_t incidents = report->incidents < INCIDENTS_MAX
					   ? report->incidents
					   : INCIDENTS_MAX;
	struct store_record r = {
		.id = id,
		.owner = origin->owner,
		.kind = DECODE_FAILURE,
		.state = STORE_SUPERSEDED,
		.identity = { (const char *)identity, STORE_IDENTITY_BYTES },
		.hash = { (const char *)end->hash, sizeof(end->hash) },
		.report_id = report->report_id,
		.begin = when_of(origin, report),
		.end = when_of(origin, report),
		.day = civil_day(when_of(origin, report)),
		.records = 1,
		.messages = (int64_t)incidents,
		.trust = origin->trust,
		.complete = end->complete,
		.received_at = origin->received_at,
		.head = STR("{}"),
	};
	enum err e = store_name(s, report->reported_domain, &r.domain, why);

	if (e == ERR_NONE)
		e = store_name(s, report->org, &r.org, why);
	if (e == ERR_NONE)
		e = store_name(s, key->org, &r.reporter, why);
	if (e != ERR_NONE)
		return e;
	store_identity(key, identity);
	store_print_repairs(end, &repairs);
	r.repairs = buf_str(&repairs);
	e = store_record_add(s, &r, why);
	if (e == ERR_NONE)
		e = store_elect(s, origin->owner, r.identity, why);
	return e;
}

static enum err
write_report(struct store *s, struct store_origin *origin,
	     const struct failrpt_report *report, const struct decode_end *end,
	     int64_t *id, struct diag *why)
{
	SCOPED_BUF folded = BUF(8192);
	struct store_key key = { .owner = origin->owner,
				 .kind = DECODE_FAILURE,
				 .domain = report->reported_domain,
				 .report_id = report->report_id };
	enum err e = store_take_id(s, origin, id, why);

	store_fold_org(report->org, &folded);
	key.org = buf_str(&folded);
	key.begin = key.end = report->arrival;
	if (e == ERR_NONE)
		e = write_record(s, &(struct arrived){ origin, report, end },
				 *id, &key, why);
	if (e == ERR_NONE)
		e = write_details(s, report, *id, why);
	if (e == ERR_NONE)
		e = store_keep_raw(s, end, *id, why);
	return e;
}

static enum err
take_in(struct store *s, struct store_origin *origin,
	const struct failrpt_report *report, const struct decode_end *end,
	struct store_item *out, struct diag *why)
{
	enum store_outcome outcome = STORE_DUPLICATE;
	struct store_known known;
	int64_t id = 0;
	enum err e = store_settle_double(s, origin, end->hash, &id, why);

	if (e == ERR_NONE && id == 0) {
		e = write_report(s, origin, report, end, &id, why);
		if (e == ERR_NONE)
			e = store_known(s, id, &known, why);
		if (e == ERR_NONE)
			outcome = (enum store_outcome)known.state;
	}
	*out = (struct store_item){ .outcome = outcome, .report = id };
	if (e == ERR_NONE)
		e = store_log(s, origin, end, out, why);
	return e;
}

enum err
store_failure(struct store *s, const struct store_origin *origin,
	      const struct failrpt_report *report, const struct decode_end *end,
	      struct store_item *out, struct diag *why)
{
	struct store_origin own_origin = *origin;
	struct diag own = { 0 };
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	e = take_in(s, &own_origin, report, end, out, &own);
	if (store_guard(s, e, &own) != ERR_NONE)
		return store_ready(s, why);
	return ERR_NONE;
}

enum err
store_refused(struct store *s, const struct store_origin *origin,
	      const struct decode_end *end, struct store_item *out,
	      struct diag *why)
{
	const enum store_outcome outcome =
		end->status == DECODE_IGNORED ? STORE_IGNORED : STORE_REJECTED;
	struct diag own = { 0 };
	enum err e = store_ready(s, why);

	if (e != ERR_NONE)
		return e;
	/* What was once read is not given up because it cannot be read any
	 * more: the report stays as it is. */
	*out = (struct store_item){ .outcome = outcome };
	if (s->writer->replaces_report != 0) {
		store_replaces(s, 0, 0);
		return ERR_NONE;
	}
	e = store_log(s, origin, end, out, &own);
	if (store_guard(s, e, &own) != ERR_NONE)
		return store_ready(s, why);
	return ERR_NONE;
}
