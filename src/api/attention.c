/* attention.c - what needs somebody: at most seven notices, gravest first,
 * each with the page to go to. */
#include "api/overview.h"

#include <stdlib.h>

enum {
	SHOWN = 7,
	NOTICES_MAX = 64,
	OF_A_KIND = 3, /* sources or domains told by themselves */
	SILENT_DAYS = 3,
	NEW_DAYS = 7,
	FEW = 10, /* messages that are not worth a word */
	DOMAINS_TOLD = 20
};

struct attention {
	struct api_overview *o;
	struct api_notice notice[NOTICES_MAX];
	int64_t weight[NOTICES_MAX];
	size_t count;
	size_t failing, fresh; /* sources told */
};

static struct api_notice *
add(struct attention *a, const char *code, enum finding_severity severity,
    int64_t weight)
{
	struct api_notice *n;

	if (a->count == NOTICES_MAX)
		return NULL;
	n = &a->notice[a->count];
	*n = (struct api_notice){ .code = code, .severity = severity };
	a->weight[a->count++] = weight;
	return n;
}

/* ---- addresses of pages ---- */

/* `path`, a value of it, what follows, and the domain that is looked at. */
static void
set_url(struct attention *a, struct api_notice *n, const char *path,
	struct str value, const char *behind)
{
	SCOPED_BUF url = BUF(4096);
	struct str domain = api_only_domain(&a->o->q);

	buf_addz(&url, path);
	buf_add_url(&url, value);
	buf_addz(&url, behind);
	if (domain.n) {
		buf_addz(&url,
			 str_index(buf_str(&url), '?') == SIZE_MAX ? "?" : "&");
		buf_addz(&url, "domain=");
		buf_add_url(&url, domain);
	}
	if (!arena_dup(a->o->c->mem, buf_str(&url), &n->url))
		n->url = S("");
}

static struct str
label_of(struct attention *a, const struct store_answer_row *row)
{
	struct str out;

	return arena_dup(a->o->c->mem, row->label.n ? row->label : row->key,
			 &out)
		       ? out
		       : S("");
}

/* ---- mail ---- */

static void
tell_source(struct attention *a, struct api_notice *n,
	    const struct store_answer_row *row, int64_t messages)
{
	if (!n)
		return;
	api_notice_text(n, "source", label_of(a, row));
	api_notice_number(n, "messages", messages);
	api_notice_number(n, "of", row->m[STORE_M_MESSAGES]);
	set_url(a, n, "/sources/", row->key, "");
}

/* Mail that was said to be ours and fails. */
static bool
look_at_own(struct attention *a, const struct store_answer_row *row)
{
	int64_t failing = row->m[STORE_M_OWN] - row->m[STORE_M_OWN_PASSED];

	if (failing < FEW || a->failing == OF_A_KIND)
		return false;
	a->failing++;
	tell_source(a,
		    add(a, "attention.own_failing",
			failing * 20 > a->o->totals.m[STORE_M_OWN]
				? FINDING_FAIL
				: FINDING_WARN,
			failing),
		    row, failing);
	return true;
}

/* A service that also sends mail that passes: probably ours, too. */
static bool
look_at_service(struct attention *a, const struct store_answer_row *row)
{
	const struct sender_profile *p = sender_by_slug(row->key);
	int64_t failing =
		row->m[STORE_M_UNRECOGNISED] + row->m[STORE_M_BLOCKED];

	if (!p || p->forwards || row->m[STORE_M_OWN_PASSED] < failing ||
	    failing < FEW || failing * 100 < row->m[STORE_M_MESSAGES] ||
	    a->failing == OF_A_KIND)
		return false;
	a->failing++;
	tell_source(a,
		    add(a, "attention.service_failing", FINDING_WARN, failing),
		    row, failing);
	return true;
}

/* A source nobody knows, first seen within the last days of a longer time. */
static void
look_at_new(struct attention *a, const struct store_answer_row *row)
{
	int64_t since = civil_day(a->o->c->now) - NEW_DAYS;
	int64_t messages = row->m[STORE_M_UNRECOGNISED];

	if (a->o->q.first_day >= since || a->fresh == OF_A_KIND ||
	    messages < FEW ||
	    messages * 1000 < a->o->totals.m[STORE_M_MESSAGES] ||
	    civil_day(row->m[STORE_M_FIRST_SEEN]) < since)
		return;
	a->fresh++;
	tell_source(a, add(a, "attention.new_source", FINDING_WARN, messages),
		    row, messages);
}

static void
look_at_sources(struct attention *a)
{
	for (const struct api_source_row *s = a->o->sources; s; s = s->next)
		if (s->row.key.n > 0 && !look_at_own(a, &s->row) &&
		    !look_at_service(a, &s->row))
			look_at_new(a, &s->row);
}

static void
look_at_spoofing(struct attention *a)
{
	int64_t blocked = a->o->totals.m[STORE_M_BLOCKED];
	int64_t strange = a->o->totals.m[STORE_M_UNRECOGNISED];
	struct api_notice *n;

	if (blocked + strange < FEW)
		return;
	/* What was stopped needs nobody; what was delivered does. */
	n = add(a, "attention.spoofing",
		strange * 100 > a->o->totals.m[STORE_M_MESSAGES] ? FINDING_WARN
								 : FINDING_INFO,
		blocked + strange);
	if (!n)
		return;
	api_notice_number(n, "blocked", blocked);
	api_notice_number(n, "delivered", strange);
	set_url(a, n, "/spoofing", S(""), "");
}

/* ---- reports ---- */

static void
look_at_unverified(struct attention *a)
{
	int64_t reports = a->o->unverified.m[STORE_M_REPORTS];
	struct api_notice *n;

	if (reports <= 0)
		return;
	n = add(a, "intake.unverified", FINDING_INFO, reports);
	if (!n)
		return;
	api_notice_number(n, "reports", reports);
	api_notice_number(n, "messages", a->o->unverified.m[STORE_M_MESSAGES]);
	set_url(a, n, "/reports/dmarc", S(""), "?trust=unverified");
}

static void
look_at_silence(struct attention *a)
{
	int64_t days = (a->o->c->now - a->o->last_report) / CIVIL_DAY;
	struct api_notice *n;

	if (a->o->last_report == 0 || days < SILENT_DAYS)
		return;
	n = add(a, "intake.silent", FINDING_FAIL, days);
	if (!n)
		return;
	api_notice_number(n, "days", days);
	set_url(a, n, "/reports/inbox", S(""), "");
}

static void
tell_domain(struct attention *a, const char *code, struct str domain,
	    int64_t days)
{
	struct api_notice *n = add(a, code, FINDING_WARN, days);

	if (!n)
		return;
	api_notice_text(n, "domain", domain);
	api_notice_number(n, "days", days);
	set_url(a, n, "/d/", domain, "");
}

/* Domains that never had a report, or that had them regularly and fell
 * silent while others go on. */
static void
look_at_domains(struct attention *a)
{
	const struct api_overview *o = a->o;
	bool all_silent = o->c->now - o->last_report >= SILENT_DAYS * CIVIL_DAY;
	int64_t today = civil_day(o->c->now);
	size_t told = 0;

	for (size_t i = 0; i < o->domain_count && told < DOMAINS_TOLD; i++) {
		const struct api_domain_facts *d = &o->domain[i];
		int64_t waited = (o->c->now - d->added_at) / CIVIL_DAY;
		int64_t silent = today - civil_day(d->last_seen);
		int64_t active =
			civil_day(d->last_seen) - civil_day(d->first_seen);

		if (d->messages == 0 && d->registered &&
		    waited >= SILENT_DAYS) {
			tell_domain(a, "intake.no_reports", d->name, waited);
			told++;
		} else if (d->messages > 0 && !all_silent &&
			   o->q.last_day >= today && silent > SILENT_DAYS + 1 &&
			   active >= NEW_DAYS && d->messages >= FEW * 10) {
			tell_domain(a, "intake.domain_silent", d->name, silent);
			told++;
		}
	}
}

static enum err
ignore_tls_row(void *ctx, const struct store_tls_row *row)
{
	(void)ctx;
	(void)row;
	return ERR_NONE;
}

static enum err
look_at_tls(struct attention *a, struct diag *why)
{
	struct store_query q = a->o->q;
	struct store_tls_row totals = { 0 };
	struct api_notice *n;
	enum err err = store_tls_ask(a->o->c->api->store, &q, S("result"),
				     ignore_tls_row, NULL, &totals, why);

	if (err != ERR_NONE || totals.failed < FEW ||
	    totals.failed * 100 < totals.sessions)
		return err;
	n = add(a, "attention.tls_failing",
		totals.failed * 20 > totals.sessions ? FINDING_FAIL
						     : FINDING_WARN,
		(int64_t)totals.failed);
	if (!n)
		return ERR_NONE;
	api_notice_number(n, "failed", (int64_t)totals.failed);
	api_notice_number(n, "sessions", (int64_t)totals.sessions);
	set_url(a, n, "/reports/tls", S(""), "");
	return ERR_NONE;
}

/* Only filters that TLS reports know, else they are left out. */
static bool
fits_tls(const struct store_query *q)
{
	for (size_t i = 0; i < q->filter_count; i++)
		switch (q->filter[i].field) {
		case STORE_F_DOMAIN:
		case STORE_F_REPORTER:
		case STORE_F_TRUST:
			break;
		default:
			return false;
		}
	return true;
}

/* ---- order ---- */

static int
compare(const void *left, const void *right, void *ctx)
{
	const struct attention *a = ctx;
	size_t x = *(const size_t *)left, y = *(const size_t *)right;

	if (a->notice[x].severity != a->notice[y].severity)
		return a->notice[x].severity < a->notice[y].severity ? 1 : -1;
	if (a->weight[x] != a->weight[y])
		return a->weight[x] < a->weight[y] ? 1 : -1;
	return (x > y) - (x < y);
}

static void
put(struct attention *a)
{
	size_t order[NOTICES_MAX];

	for (size_t i = 0; i < a->count; i++)
		order[i] = i;
	qsort_r(order, a->count, sizeof *order, compare, a);
	for (size_t i = 0; i < a->count && i < SHOWN; i++)
		api_put_notice(&a->o->c->json, NULL, &a->notice[order[i]]);
}

enum err
api_put_attention(struct api_overview *o, struct diag *why)
{
	struct attention *a = arena_alloc(o->c->mem, sizeof *a);
	enum err err = ERR_NONE;

	if (!a)
		return diag_set(why, ERR_LIMIT, "api.answer_too_large", 0,
				"attention");
	a->o = o;
	look_at_silence(a);
	look_at_domains(a);
	look_at_unverified(a);
	look_at_spoofing(a);
	look_at_sources(a);
	if (fits_tls(&o->q))
		err = look_at_tls(a, why);
	if (err == ERR_NONE)
		put(a);
	return err;
}
