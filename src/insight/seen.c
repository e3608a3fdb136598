/* seen.c - what reports of the last days say of a domain's own mail, for those
 * who judge its records. */
#include "insight/insight.h"

#include "dnsname/dnsname.h"
#include "json/json.h"

enum {
	DAYS = 7,
	ROWS = 2000, /* that are read: more would tell the same */
	NAME_MAX_BYTES = 1024,
	AUTH_BYTES = 1 << 20,
	AUTH_DEPTH = 8
};

struct strict {
	const char *kind; /* "dkim", "spf" */
	struct arena *mem;
	struct facts_strict *out;
};

/* Of the same organisation, and not the same name. */
static bool
is_only_relaxed(struct str from, struct str name)
{
	return name.n > 0 && !str_eq(from, name) &&
	       str_eq(dnsname_org(from), dnsname_org(name));
}

/* The name that only relaxed alignment takes; empty when none passed, or one
 * that strict alignment takes, too. */
static struct str
only_relaxed(const struct json *list, struct str from)
{
	struct str found = { 0 };

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		struct str name = json_str(json_get(one, "domain"));

		if (!str_eq(json_str(json_get(one, "result")), S("pass")) ||
		    str_eq(json_str(json_get(one, "scope")), S("helo")))
			continue;
		if (str_eq(name, from))
			return S("");
		if (found.n == 0 && is_only_relaxed(from, name))
			found = name;
	}
	return found;
}

static enum err
take_row(void *ctx, const struct store_detail *d)
{
	const struct json_limits limits = { AUTH_BYTES, AUTH_DEPTH };
	struct strict *s = ctx;
	SCOPED_JSON auth = NULL;
	struct str name;
	bool repaired;

	if (json_parse(d->auth_json, limits, &auth, &repaired, NULL) !=
	    ERR_NONE)
		return ERR_NONE;
	name = only_relaxed(json_get(auth, s->kind), d->header_from);
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return ERR_NONE;
	if (s->out->name.n == 0 && !arena_dup(s->mem, name, &s->out->name))
		return ERR_NONE;
	s->out->messages += d->count;
	return ERR_NONE;
}

static void
add(struct store_query *q, enum store_field field, const char *value)
{
	q->filter[q->filter_count++] =
		(struct store_filter){ .field = field, .value = str_of(value) };
}

static enum err
ask_strict(struct store *store, const struct store_query *about,
	   struct strict *s, enum store_field raw, struct diag *why)
{
	struct store_query q = *about;
	SCOPED_BUF next = BUF(8192);

	add(&q, raw, "pass");
	q.limit = ROWS;
	return store_rows(store, &q, take_row, s, &next, why);
}

enum err
insight_seen(struct store *store, const struct insight_mail *of,
	     struct arena *mem, struct facts_seen *out, struct diag *why)
{
	struct strict dkim = { "dkim", mem, &out->dkim };
	struct strict spf = { "spf", mem, &out->spf };
	struct store_answer_row totals = { 0 };
	SCOPED_BUF next = BUF(8192);
	struct store_query about, own;
	enum err e;

	*out = (struct facts_seen){ 0 };
	insight_init(&about, of->owner);
	about.first_day = civil_day(of->now) - DAYS;
	about.last_day = civil_day(of->now);
	about.filter[about.filter_count++] =
		(struct store_filter){ .field = STORE_F_DOMAIN,
				       .value = of->domain };
	own = about;
	add(&own, STORE_F_CLASS, "own");
	add(&own, STORE_F_RESULT, "pass");
	e = store_ask(store, &own, NULL, NULL, &totals, &next, why);
	if (e != ERR_NONE)
		return e;
	out->passed = (uint64_t)totals.m[STORE_M_MESSAGES];
	out->by_dkim = (uint64_t)totals.m[STORE_M_DKIM_ALIGNED];
	e = ask_strict(store, &about, &dkim, STORE_F_DKIM_RESULT, why);
	if (e == ERR_NONE)
		e = ask_strict(store, &about, &spf, STORE_F_SPF_RESULT, why);
	if (e == ERR_NONE)
		out->days = DAYS;
	return e;
}
