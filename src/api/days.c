/* days.c - what a chart shows: six kinds of messages for each day of a range,
 * and when the published policy changed. */
#include "api/handlers.h"

enum { DAYS_MAX = 3660 };

struct day {
	int64_t messages, own, own_passed, forwarded, unrecognised, blocked;
	int64_t rejected;
	unsigned policies[4]; /* reports that saw it, by enum dmarc_policy */
};

struct days {
	int64_t first, last; /* of the range; not yet known: first > last */
	bool open_first, open_last;
	struct day *day; /* DAYS_MAX of them */
	int64_t base;    /* day number of day[0] */
};

/* NULL outside what is kept. */
static struct day *
day_at(struct days *d, int64_t number)
{
	return number >= d->base && number - d->base < DAYS_MAX
		       ? &d->day[number - d->base]
		       : NULL;
}

static bool
day_of(const struct store_answer_row *row, int64_t *out)
{
	int64_t at;

	if (!civil_parse_date(row->key, &at))
		return false;
	*out = civil_day(at);
	return true;
}

static enum err
take_day(void *ctx, const struct store_answer_row *row)
{
	struct days *d = ctx;
	struct day *day;
	int64_t number;

	if (!day_of(row, &number))
		return ERR_NONE;
	day = day_at(d, number);
	if (!day)
		return ERR_NONE;
	day->messages = row->m[STORE_M_MESSAGES];
	day->own = row->m[STORE_M_OWN];
	day->own_passed = row->m[STORE_M_OWN_PASSED];
	day->forwarded = row->m[STORE_M_FORWARDED];
	day->unrecognised = row->m[STORE_M_UNRECOGNISED];
	day->blocked = row->m[STORE_M_BLOCKED];
	if (d->open_first && (d->first > d->last || number < d->first))
		d->first = number;
	if (d->open_last && number > d->last)
		d->last = number;
	return ERR_NONE;
}

static enum err
take_rejected(void *ctx, const struct store_answer_row *row)
{
	struct day *day = NULL;
	int64_t number;

	if (day_of(row, &number))
		day = day_at(ctx, number);
	if (day)
		day->rejected = row->m[STORE_M_BLOCKED];
	return ERR_NONE;
}

/* The last DAYS_MAX days at most, so that the answer has an end. */
static void
set_bounds(struct days *d, struct store_query *q, int64_t now)
{
	int64_t today = civil_day(now);

	d->open_first = q->first_day == INT64_MIN;
	d->open_last = q->last_day == INT64_MAX;
	d->last = d->open_last ? INT64_MIN : q->last_day;
	d->first = d->open_first ? INT64_MAX : q->first_day;
	d->base = (d->open_last ? today + 1 : q->last_day) - DAYS_MAX + 1;
	if (!d->open_first && (d->open_last || q->first_day > d->base))
		d->base = q->first_day;
	if (q->first_day < d->base)
		q->first_day = d->base;
	if (!d->open_first && d->first < d->base)
		d->first = d->base;
}

/* The same question about rejected messages; false when it leaves them out. */
static bool
only_rejected(struct store_query *q)
{
	size_t kept = 0;
	bool asked = false, any = true;

	for (size_t i = 0; i < q->filter_count; i++) {
		const struct store_filter *f = &q->filter[i];
		bool reject = str_eq(f->value, S("reject"));

		if (f->field != STORE_F_DISPOSITION) {
			q->filter[kept++] = *f;
			continue;
		}
		if (f->not_it && reject)
			return false;
		any = any && f->not_it;
		asked = asked || (reject && !f->not_it);
	}
	q->filter_count = kept;
	api_add_filter(q, STORE_F_DISPOSITION, S("reject"));
	return asked || any;
}

static enum err
ask_days(struct api_call *c, struct days *d, struct store_query *q,
	 struct diag *why)
{
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);
	enum err err;

	q->grouped = true;
	q->group = STORE_F_DAY;
	q->sort_by_key = q->ascending = true;
	q->limit = DAYS_MAX;
	q->cursor = (struct str){ 0 };
	err = store_ask(c->api->store, q, take_day, d, &totals, &next, why);
	if (err != ERR_NONE)
		return err;
	/* Of the blocked; the rest is in quarantine. */
	struct store_query rejected = *q;

	if (!only_rejected(&rejected))
		return ERR_NONE;
	buf_clear(&next);
	return store_ask(c->api->store, &rejected, take_rejected, d, &totals,
			 &next, why);
}

static void
put_day(struct json_out *j, int64_t number, const struct day *day)
{
	json_open_object(j, NULL);
	api_put_day(j, "day", number);
	json_put_i64(j, "messages", day->messages);
	json_put_i64(j, "own_passed", day->own_passed);
	json_put_i64(j, "own_failed", day->own - day->own_passed);
	json_put_i64(j, "forwarded", day->forwarded);
	json_put_i64(j, "unrecognised", day->unrecognised);
	json_put_i64(j, "quarantined", day->blocked - day->rejected);
	json_put_i64(j, "rejected", day->rejected);
	json_close_object(j);
}

/* ---- policy changes ---- */

static enum dmarc_policy
policy_of(struct str json)
{
	static const struct json_limits limits = { 1 << 16, 8 };
	static const enum dmarc_policy known[] = { DMARC_POLICY_NONE,
						   DMARC_POLICY_QUARANTINE,
						   DMARC_POLICY_REJECT };
	SCOPED_JSON root = NULL;
	bool repaired;
	struct str p;

	if (json_parse(json, limits, &root, &repaired, NULL) != ERR_NONE)
		return DMARC_POLICY_UNKNOWN;
	p = json_str(json_get(root, "p"));
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(p, str_of(dmarc_policy_name(known[i]))))
			return known[i];
	return DMARC_POLICY_UNKNOWN;
}

static enum err
take_report(void *ctx, const struct store_report *r)
{
	struct day *day = day_at(ctx, civil_day(r->begin));

	if (day && r->policy_json.n)
		day->policies[policy_of(r->policy_json)]++;
	return ERR_NONE;
}

/* What most reports of the day saw; reporters may hold on to an old one. */
static enum dmarc_policy
seen_on(const struct day *day)
{
	enum dmarc_policy best = DMARC_POLICY_UNKNOWN;
	unsigned most = 0;

	for (int i = DMARC_POLICY_NONE; i <= DMARC_POLICY_REJECT; i++)
		if (day->policies[i] > most) {
			most = day->policies[i];
			best = (enum dmarc_policy)i;
		}
	return best;
}

static void
put_changes(struct json_out *j, struct days *d, struct str domain)
{
	enum dmarc_policy last = DMARC_POLICY_UNKNOWN;

	for (int64_t n = d->first; n <= d->last; n++) {
		const struct day *day = day_at(d, n);
		enum dmarc_policy now =
			day ? seen_on(day) : DMARC_POLICY_UNKNOWN;

		if (now == DMARC_POLICY_UNKNOWN || now == last)
			continue;
		if (last != DMARC_POLICY_UNKNOWN) {
			json_open_object(j, NULL);
			api_put_day(j, "day", n);
			json_put_str(j, "domain", domain);
			json_put_str(j, "policy",
				     str_of(dmarc_policy_name(now)));
			json_close_object(j);
		}
		last = now;
	}
}

static enum err
ask_changes(struct api_call *c, struct days *d, const struct store_query *q,
	    struct diag *why)
{
	struct store_list list = { .owner = q->owner,
				   .kind = DECODE_DMARC,
				   .domain = api_only_domain(q),
				   .first_day = q->first_day,
				   .last_day = q->last_day };
	SCOPED_BUF next = BUF(8192);

	/* One domain's only: the reports of all would take too long. */
	if (list.domain.n == 0)
		return ERR_NONE;
	return store_reports(c->api->store, &list, take_report, d, &next, why);
}

static void
answer(struct api_call *c, struct days *d, const struct store_query *q)
{
	static const struct day empty;
	struct json_out *j = api_begin(c, "waxseal.days/1");

	json_open_array(j, "days");
	for (int64_t n = d->first; n <= d->last; n++) {
		const struct day *day = day_at(d, n);

		put_day(j, n, day ? day : &empty);
	}
	json_close_array(j);
	json_open_array(j, "changes");
	if (d->first <= d->last)
		put_changes(j, d, api_only_domain(q));
	json_close_array(j);
	api_end(c);
}

enum err
api_days(struct api_call *c, struct diag *why)
{
	struct api_question asked;
	struct days d = { 0 };
	enum err err = api_question(c, "30d", NULL, &asked, why);

	if (err != ERR_NONE)
		return err;
	d.day = arena_array(c->mem, DAYS_MAX, sizeof *d.day);
	if (!d.day)
		return diag_set(why, ERR_LIMIT, "api.answer_too_large", 0, "%d",
				DAYS_MAX);
	set_bounds(&d, &asked.q, c->now);
	err = ask_days(c, &d, &asked.q, why);
	if (err == ERR_NONE)
		err = ask_changes(c, &d, &asked.q, why);
	if (err == ERR_NONE)
		answer(c, &d, &asked.q);
	return err;
}
