/* health.c - what the watching of a registered domain saw: how it is, and
 * what changed. */
#include "api/domains.h"
#include "api/handlers.h"

enum { TEXT_MAX = 64 << 10, CURSOR_MAX = 80, PAGE = 50, PAGE_MOST = 500 };

/* ---- a finding in the reader's language ---- */

struct places {
	struct arena *mem;
	struct finding_found found;
	size_t n;
};

static bool
take_place(void *ctx, struct str key, const struct json *value)
{
	struct places *p = ctx;
	struct str name;

	if (p->n == FINDING_ARGS_MAX || !arena_dup(p->mem, key, &name))
		return false;
	p->found.args[p->n].name = name.p;
	return arena_dup(p->mem, json_str(value), &p->found.args[p->n++].value);
}

/* Its title, meaning and fix in the reader's language. */
static void
put_words(struct api_call *c, const struct finding *said,
	  const struct control_finding *f)
{
	const struct json_limits limits = { TEXT_MAX, 4 };
	struct places p = {
		.mem = c->mem,
		.found = { .finding = said,
			   .evidence = f->evidence,
			   .record = { f->record_name, f->record_type,
				       f->record_value } },
	};
	SCOPED_JSON places = NULL;
	bool repaired;

	if (json_parse(f->places, limits, &places, &repaired, NULL) == ERR_NONE)
		json_each(places, take_place, &p);
	finding_put(&c->json, &p.found, c->person.lang);
}

/* A code that the catalogue lost stands for itself. */
static void
put_bare(struct json_out *j, const struct control_finding *f)
{
	static const char *const none[] = { "meaning", "fix", "action",
					    "reference", "record" };

	json_put_str(j, "code", f->code);
	json_put_str(j, "severity", f->severity);
	json_put_str(j, "title", f->code);
	json_put_known(j, "evidence", f->evidence);
	for (size_t i = 0; i < COUNT_OF(none); i++)
		json_put_null(j, none[i]);
}

static void
put_finding(struct api_call *c, const char *key,
	    const struct control_finding *f)
{
	const struct finding *said = finding_find(f->code);
	struct json_out *j = &c->json;

	json_open_object(j, key);
	json_put_str(j, "part", f->part);
	if (said)
		put_words(c, said, f);
	else
		put_bare(j, f);
	json_put_i64(j, "since", f->first_seen);
	json_put_i64(j, "last_seen", f->last_seen);
	api_put_i64(j, "cleared_at", f->cleared_at, f->cleared_at > 0);
	json_close_object(j);
}

static enum err
each_finding(void *ctx, const struct control_finding *f)
{
	put_finding(ctx, NULL, f);
	return ERR_NONE;
}

/* ---- how it is ---- */

static bool
put_part(void *ctx, struct str key, const struct json *value)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	json_put_str(j, "check", key);
	json_put_str(j, "status", json_str(value));
	json_close_object(j);
	return true;
}

static void
put_parts(struct api_call *c, struct str text)
{
	const struct json_limits limits = { TEXT_MAX, 4 };
	SCOPED_JSON parts = NULL;
	bool repaired;

	json_open_array(&c->json, "checks");
	if (text.n > 0 &&
	    json_parse(text, limits, &parts, &repaired, NULL) == ERR_NONE)
		json_each(parts, put_part, &c->json);
	json_close_array(&c->json);
}

static enum err
each_value(void *ctx, const struct control_value *v)
{
	struct json_out *j = ctx;

	json_open_object(j, NULL);
	json_put_str(j, "name", v->name);
	json_put_str(j, "type", v->type);
	json_put_known(j, "value", v->value);
	json_put_i64(j, "since", v->seen_at);
	json_close_object(j);
	return ERR_NONE;
}

enum err
api_domain_health(struct api_call *c, struct diag *why)
{
	struct control *store = c->api->control;
	struct control_watched w;
	struct control_domain d;
	enum err e = api_domain_find(c, &d, why);

	if (e == ERR_NONE)
		e = control_watch_state(store, c->person.owner, d.id, c->mem,
					&w, why);
	if (e != ERR_NONE)
		return e;

	struct json_out *j = api_begin(c, "waxseal.health/1");

	json_put_str(j, "domain", d.name);
	api_put_i64(j, "checked_at", w.checked_at, w.checked_at > 0);
	json_put_i64(j, "due_at", w.due_at);
	put_parts(c, w.parts);
	json_open_array(j, "findings");
	e = control_watch_findings(store, d.id, each_finding, c, why);
	json_close_array(j);
	json_open_array(j, "records");
	if (e == ERR_NONE)
		e = control_watch_values(store, d.id, each_value, j, why);
	json_close_array(j);
	api_end(c);
	return e;
}

/* ---- what changed ---- */

struct page {
	struct api_call *c;
	unsigned n, most;
	struct control_change last;
	bool more;
};

static void
put_value(struct json_out *j, const struct control_value *v)
{
	json_open_object(j, "record");
	json_put_str(j, "name", v->name);
	json_put_str(j, "type", v->type);
	json_put_known(j, "old", v->old);
	json_put_known(j, "value", v->value);
	json_put_bool(j, "first", v->first);
	json_close_object(j);
}

static enum err
each_change(void *ctx, const struct control_change *change)
{
	struct page *p = ctx;
	struct json_out *j = &p->c->json;

	if (p->n == p->most) {
		p->more = true;
		return ERR_NONE;
	}
	p->n++;
	p->last = *change;
	json_open_object(j, NULL);
	json_put_i64(j, "at", change->at);
	json_put_str(j, "kind", str_of(control_change_name(change->kind)));
	if (change->kind == CONTROL_RECORD) {
		json_put_null(j, "finding");
		put_value(j, change->value);
	} else {
		put_finding(p->c, "finding", change->finding);
		json_put_null(j, "record");
	}
	json_close_object(j);
	return ERR_NONE;
}

/* "AT.KIND.ID" of the last row of the page before. */
static enum err
read_cursor(struct str text, struct control_change *out, struct diag *why)
{
	struct str rest = text, piece[3];
	int64_t n[3];

	for (size_t i = 0; i < 3; i++)
		if (!str_split(&rest, '.', &piece[i]) ||
		    !str_i64(piece[i], &n[i]))
			return diag_set(why, ERR_SYNTAX, "query.bad_cursor", 0,
					"%.*s",
					STR_ARG(str_sub(text, 0, CURSOR_MAX)));
	out->at = n[0];
	out->kind = n[1] >= 0 && n[1] <= CONTROL_RECORD
			    ? (enum control_change_kind)n[1]
			    : CONTROL_APPEARED;
	out->id = n[2];
	return ERR_NONE;
}

static enum err
read_page(struct api_call *c, struct page *p, struct control_change *before,
	  bool *further, struct diag *why)
{
	struct str cursor = api_arg(c, "cursor"), limit = api_arg(c, "limit");
	int64_t most;

	*p = (struct page){ .c = c, .most = PAGE };
	if (str_i64(limit, &most) && most > 0)
		p->most = most < PAGE_MOST ? (unsigned)most : PAGE_MOST;
	*further = cursor.n > 0;
	return *further ? read_cursor(cursor, before, why) : ERR_NONE;
}

static void
put_next(const struct page *p)
{
	SCOPED_BUF next = BUF(CURSOR_MAX);

	if (p->more)
		buf_addf(&next, "%lld.%d.%lld", (long long)p->last.at,
			 (int)p->last.kind, (long long)p->last.id);
	json_put_known(&p->c->json, "next", buf_str(&next));
}

enum err
api_domain_history(struct api_call *c, struct diag *why)
{
	struct control_change before = { 0 };
	struct control_domain d;
	struct page p;
	bool further = false;
	enum err e = api_domain_find(c, &d, why);

	if (e == ERR_NONE)
		e = read_page(c, &p, &before, &further, why);
	if (e != ERR_NONE)
		return e;

	struct json_out *j = api_begin(c, "waxseal.history/1");

	json_put_str(j, "domain", d.name);
	json_open_array(j, "changes");
	e = control_watch_history(c->api->control, d.id,
				  further ? &before : NULL, p.most + 1,
				  each_change, &p, why);
	json_close_array(j);
	put_next(&p);
	api_end(c);
	return e;
}

/* Looked at again at once; the health then has a new `checked_at`. */
enum err
api_domain_check(struct api_call *c, struct diag *why)
{
	struct control_domain d;
	enum err e = api_domain_find(c, &d, why);

	if (e == ERR_NONE)
		e = control_watch_hurry(c->api->control, c->person.owner, d.id,
					c->now, why);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.check", d.name, why);
	return e == ERR_NONE ? api_domain_health(c, why) : e;
}
