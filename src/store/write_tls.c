/* TLS reports on their way in. */
#include "store/item.h"

#include "json/json.h"

enum { DAY_MAX = 1 << 29 };

/* As for messages: sums stay below 2^63 whatever strangers write. */
static const int64_t SESSIONS_MAX = 1000000000000;

static int64_t
bounded(uint64_t sessions)
{
	return sessions > (uint64_t)SESSIONS_MAX ? SESSIONS_MAX
						 : (int64_t)sessions;
}

static void
put_known(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
}

static void
put_list(struct json_out *j, const char *key, const struct str *list,
	 size_t count)
{
	json_open_array(j, key);
	for (size_t i = 0; i < count; i++)
		json_put_str(j, NULL, list[i]);
	json_close_array(j);
}

static struct str
print_policy(struct store *s, const struct tlsrpt_policy *p)
{
	struct buf *out = &s->writer->json;
	struct json_out j = JSON_OUT(out);

	buf_clear(out);
	json_open_object(&j, NULL);
	put_known(&j, "type_text", p->type_text);
	put_list(&j, "strings", p->strings, p->string_count);
	put_list(&j, "mx", p->mx, p->mx_count);
	json_close_object(&j);
	return out->full ? S("{}") : buf_str(out);
}

static struct str
print_failure(struct store *s, const struct tlsrpt_failure *f)
{
	struct buf *out = &s->writer->json;
	struct json_out j = JSON_OUT(out);

	buf_clear(out);
	json_open_object(&j, NULL);
	put_known(&j, "helo", f->helo);
	put_known(&j, "reason", f->reason);
	put_known(&j, "information", f->information);
	json_close_object(&j);
	return out->full ? S("{}") : buf_str(out);
}

static enum err
write_failure(struct store *s, int64_t id, size_t n, size_t m,
	      const struct tlsrpt_failure *f, struct diag *why)
{
	/* A result without a word would pass for the summary. */
	const struct str type =
		f->result_type.n > 0 ? f->result_type : S("unknown");
	const struct str texts[4] = { type, f->sending_ip, f->receiving_ip,
				      f->mx };
	int64_t values[7] = { id, (int64_t)n, (int64_t)m };
	struct db_statement *st;
	enum err e = ERR_NONE;

	for (int i = 0; e == ERR_NONE && i < 4; i++)
		e = store_name(s, texts[i], &values[3 + i], why);
	if (e == ERR_NONE)
		e = store_kept(s, SQL_TLS_FAILURE_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 7);
	db_bind_text(st, 8, print_failure(s, f));
	db_bind_i64(st, 9, bounded(f->sessions));
	return db_do(st, why);
}

static enum err
write_policy(struct store *s, int64_t id, size_t n,
	     const struct tlsrpt_policy *p, struct diag *why)
{
	int64_t values[4] = { id, (int64_t)n, p->type, 0 };
	const int64_t rest[3] = { bounded(p->successful), bounded(p->failed),
				  p->counts };
	struct db_statement *st;
	enum err e = store_name(s, p->domain, &values[3], why);

	if (e == ERR_NONE)
		e = store_kept(s, SQL_TLS_POLICY_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	store_bind(st, 1, values, 4);
	db_bind_text(st, 5, print_policy(s, p));
	store_bind(st, 6, rest, 3);
	e = db_do(st, why);
	for (size_t m = 0; e == ERR_NONE && m < p->failure_count; m++)
		e = write_failure(s, id, n, m, &p->failures[m], why);
	return e;
}

static int64_t
day_of(int64_t begin)
{
	int64_t day = civil_day(begin);

	if (day > DAY_MAX)
		return DAY_MAX;
	return day < -DAY_MAX ? -DAY_MAX : day;
}

/* Everything of the report but its policies; superseded until an election
 * says otherwise. */
static enum err
write_record(struct store *s, const struct store_origin *origin,
	     const struct tlsrpt_report *report, const struct decode_end *end,
	     struct store_record *r, struct diag *why)
{
	SCOPED_BUF folded = BUF(TLSRPT_TEXT_MAX * 2);
	SCOPED_BUF repairs = BUF(64 << 10);
	struct buf *head = &s->writer->json;
	struct json_out j = JSON_OUT(head);
	enum err e = store_name(s, report->domain, &r->domain, why);

	store_fold_org(report->org_name, &folded);
	if (e == ERR_NONE)
		e = store_name(s, report->org_name, &r->org, why);
	if (e == ERR_NONE)
		e = store_name(s, buf_str(&folded), &r->reporter, why);
	if (e != ERR_NONE)
		return e;
	store_print_repairs(end, &repairs);
	buf_clear(head);
	json_open_object(&j, NULL);
	put_known(&j, "contact", report->contact);
	json_close_object(&j);
	r->owner = origin->owner;
	r->kind = DECODE_TLSRPT;
	r->state = STORE_SUPERSEDED;
	r->hash = (struct str){ (const char *)end->hash, sizeof(end->hash) };
	r->report_id = report->report_id;
	r->begin = report->begin;
	r->end = report->end;
	r->day = day_of(report->begin);
	r->records = (int64_t)report->policy_count;
	r->messages = bounded(report->sessions);
	r->passed = bounded(report->successful);
	r->trust = origin->trust;
	r->complete = end->complete;
	r->received_at = origin->received_at;
	r->repairs = buf_str(&repairs);
	r->head = buf_str(head);
	return store_record_add(s, r, why);
}

static enum err
write_report(struct store *s, struct store_origin *origin,
	     const struct tlsrpt_report *report, const struct decode_end *end,
	     int64_t *id, struct diag *why)
{
	SCOPED_BUF folded = BUF(TLSRPT_TEXT_MAX * 2);
	uint8_t identity[SEAL_HASH_BYTES];
	struct store_key key = { .owner = origin->owner,
				 .kind = DECODE_TLSRPT,
				 .domain = report->domains,
				 .report_id = report->report_id,
				 .begin = report->begin,
				 .end = report->end };
	struct store_record r = { .identity = { (const char *)identity,
						STORE_IDENTITY_BYTES } };
	enum err e = store_take_id(s, origin, id, why);

	store_fold_org(report->org_name, &folded);
	key.org = buf_str(&folded);
	store_identity(&key, identity);
	r.id = *id;
	if (e == ERR_NONE)
		e = write_record(s, origin, report, end, &r, why);
	for (size_t n = 0; e == ERR_NONE && n < report->policy_count; n++)
		e = write_policy(s, *id, n, &report->policies[n], why);
	if (e == ERR_NONE)
		e = store_keep_raw(s, end, *id, why);
	if (e == ERR_NONE)
		e = store_elect(s, origin->owner, r.identity, why);
	return e;
}

static enum err
take_in(struct store *s, struct store_origin *origin,
	const struct tlsrpt_report *report, const struct decode_end *end,
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
store_tls(struct store *s, const struct store_origin *origin,
	  const struct tlsrpt_report *report, const struct decode_end *end,
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
