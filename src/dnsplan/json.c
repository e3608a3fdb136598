/* json.c - plans as JSON: for people, and to be read again. */
#include "dnsplan/private.h"

#include <string.h>

enum { TEXT_MAX = 64 << 10 };

/* ---- values ---- */

static void
put_hex(struct json_out *j, struct str bytes)
{
	static const char hex[] = "0123456789abcdef";
	SCOPED_BUF text = BUF(TEXT_MAX * 2);

	for (size_t i = 0; i < bytes.n; i++) {
		buf_addc(&text, hex[(unsigned char)bytes.p[i] >> 4]);
		buf_addc(&text, hex[(unsigned char)bytes.p[i] & 15]);
	}
	json_put_str(j, NULL, buf_str(&text));
}

/* A value that is not UTF-8 would not come back as it was. */
static void
put_values(struct json_out *j, const char *key, const char *hex_key,
	   const struct str *value, size_t n)
{
	bool text = true;

	json_open_array(j, key);
	for (size_t i = 0; i < n; i++) {
		json_put_str(j, NULL, value[i]);
		text = text && str_is_utf8(value[i]) &&
		       !memchr(value[i].p, 0, value[i].n);
	}
	json_close_array(j);
	if (text)
		return;
	json_open_array(j, hex_key);
	for (size_t i = 0; i < n; i++)
		put_hex(j, value[i]);
	json_close_array(j);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_hex(struct str text, struct arena *mem, struct str *out)
{
	char *to = arena_alloc(mem, text.n / 2 + 1);

	if (!to || text.n % 2 != 0)
		return false;
	for (size_t i = 0; i < text.n / 2; i++) {
		int high = digit(text.p[2 * i]);
		int low = digit(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (char)(high * 16 + low);
	}
	*out = (struct str){ to, text.n / 2 };
	return true;
}

struct values {
	const struct str *at;
	size_t n;
};

static bool
read_values(const struct json *list, const struct json *hex, struct arena *mem,
	    struct values *out)
{
	size_t n = json_count(list);
	struct str *to = arena_array(mem, n, sizeof(*to));

	if (!to || n > DNSPLAN_VALUES_MAX || (hex && json_count(hex) != n))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct json *v = json_at(hex ? hex : list, i);

		if (json_type(v) != JSON_STRING ||
		    !(hex ? read_hex(json_str(v), mem, &to[i])
			  : arena_dup(mem, json_str(v), &to[i])))
			return false;
	}
	*out = (struct values){ to, n };
	return true;
}

/* ---- changes ---- */

static void
put_change(struct json_out *j, const struct dnsplan *p,
	   const struct dnsplan_change *c)
{
	const struct records set = { .zone = p->zone };
	const struct record r = { .name = c->name };

	json_open_object(j, NULL);
	json_put_str(j, "what", str_of(dnsplan_what_name(c->what)));
	json_put_str(j, "name", c->name);
	json_put_str(j, "host", records_host(&set, &r));
	json_put_str(j, "type", str_of(records_type_name(c->type)));
	put_values(j, "now", "now_hex", c->now, c->now_n);
	json_put_i64(j, "now_ttl", c->now_ttl);
	put_values(j, "after", "after_hex", c->after, c->after_n);
	json_put_i64(j, "ttl", c->after_ttl);
	json_close_object(j);
}

static bool
read_ttl(const struct json *v, uint32_t *out)
{
	int64_t n = 0;

	if (!json_i64(v, &n) || n < 0 || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool
read_change(const struct json *v, struct arena *mem, struct dnsplan_change *c)
{
	struct values now, after;

	*c = (struct dnsplan_change){ 0 };
	if (!arena_dup(mem, json_str(json_get(v, "name")), &c->name) ||
	    c->name.n == 0 ||
	    !dnsplan_type_find(json_str(json_get(v, "type")), &c->type) ||
	    !read_values(json_get(v, "now"), json_get(v, "now_hex"), mem,
			 &now) ||
	    !read_values(json_get(v, "after"), json_get(v, "after_hex"), mem,
			 &after) ||
	    !read_ttl(json_get(v, "now_ttl"), &c->now_ttl) ||
	    !read_ttl(json_get(v, "ttl"), &c->after_ttl))
		return false;
	c->now = now.at;
	c->now_n = now.n;
	c->after = after.at;
	c->after_n = after.n;
	dnsplan_settle(c);
	return true;
}

/* ---- findings, in the shape of every other answer, and their places ---- */

static void
put_filled(struct json_out *j, const char *key, const char *text,
	   const struct finding_found *found)
{
	SCOPED_BUF filled = BUF(TEXT_MAX);

	finding_found_fill(&filled, text, found);
	json_put_known(j, key, buf_str(&filled));
}

static void
put_finding(struct json_out *j, const struct finding_found *found,
	    enum finding_lang lang)
{
	const struct finding *f = found->finding;
	const struct finding_record *r = &found->record;

	json_open_object(j, NULL);
	json_put_str(j, "code", str_of(f->code));
	json_put_str(j, "severity", str_of(finding_severity_name(f->severity)));
	put_filled(j, "title", f->title[lang], found);
	put_filled(j, "meaning", f->meaning[lang], found);
	put_filled(j, "fix", f->fix[lang], found);
	json_put_known(j, "action", str_of(f->action));
	json_put_known(j, "reference", str_of(f->reference));
	json_put_known(j, "evidence", found->evidence);
	json_open_object(j, "places");
	for (size_t i = 0; i < FINDING_ARGS_MAX && found->args[i].name; i++)
		json_put_str(j, found->args[i].name, found->args[i].value);
	json_close_object(j);
	if (r->name.n > 0) {
		json_open_object(j, "record");
		json_put_str(j, "name", r->name);
		json_put_str(j, "type", r->type);
		json_put_str(j, "value", r->value);
		json_close_object(j);
	} else {
		json_put_null(j, "record");
	}
	json_close_object(j);
}

struct places {
	struct arena *mem;
	const char *name[FINDING_ARGS_MAX + 1];
	struct str value[FINDING_ARGS_MAX + 1];
	size_t n;
};

static bool
read_place(void *ctx, struct str key, const struct json *v)
{
	struct places *p = ctx;
	struct str name;

	if (p->n == FINDING_ARGS_MAX || !arena_dup(p->mem, key, &name) ||
	    !arena_dup(p->mem, json_str(v), &p->value[p->n]))
		return false;
	p->name[p->n++] = name.p;
	return true;
}

static bool
read_record(const struct json *v, struct arena *mem, struct finding_record *out)
{
	return json_type(v) != JSON_OBJECT ||
	       (arena_dup(mem, json_str(json_get(v, "name")), &out->name) &&
		arena_dup(mem, json_str(json_get(v, "type")), &out->type) &&
		arena_dup(mem, json_str(json_get(v, "value")), &out->value));
}

/* A code that a later catalogue no longer has is left out. */
static bool
read_finding(const struct json *v, struct dnsplan *p)
{
	struct places at = { .mem = p->mem };
	const struct finding *f = finding_find(json_str(json_get(v, "code")));
	struct finding_found *found;

	if (!f)
		return true;
	json_each(json_get(v, "places"), read_place, &at);
	found = finding_add(&p->found, f->code,
			    json_str(json_get(v, "evidence")), at.name[0],
			    &at.value[0], at.name[1], &at.value[1], at.name[2],
			    &at.value[2], at.name[3], &at.value[3], NULL);
	return found &&
	       read_record(json_get(v, "record"), p->mem, &found->record);
}

/* ---- the whole ---- */

void
dnsplan_put(struct json_out *j, const struct dnsplan *p, enum finding_lang lang)
{
	json_put_str(j, "domain", p->domain);
	json_put_known(j, "zone", p->zone);
	json_put_bool(j, "needed", dnsplan_is_needed(p));
	json_put_bool(j, "blocked", p->blocked);
	json_put_str(j, "hash", str_of(p->hash));
	json_open_array(j, "changes");
	for (size_t i = 0; i < p->n; i++)
		put_change(j, p, &p->at[i]);
	json_close_array(j);
	json_open_array(j, "findings");
	for (size_t i = 0; i < p->found.n; i++)
		put_finding(j, &p->found.at[i], lang);
	json_close_array(j);
}

bool
dnsplan_read(const struct json *object, struct arena *mem, struct dnsplan *out)
{
	const struct json *changes = json_get(object, "changes");
	const struct json *findings = json_get(object, "findings");
	struct str hash = json_str(json_get(object, "hash"));

	*out = (struct dnsplan){ .mem = mem, .n = json_count(changes) };
	finding_list_init(&out->found, mem);
	if (json_type(changes) != JSON_ARRAY || out->n > COUNT_OF(out->at) ||
	    !arena_dup(mem, json_str(json_get(object, "domain")),
		       &out->domain) ||
	    !arena_dup(mem, json_str(json_get(object, "zone")), &out->zone) ||
	    !json_bool(json_get(object, "blocked"), &out->blocked) ||
	    hash.n >= sizeof(out->hash))
		return false;
	memcpy(out->hash, hash.p ? hash.p : "", hash.n);
	for (size_t i = 0; i < out->n; i++)
		if (!read_change(json_at(changes, i), mem, &out->at[i]))
			return false;
	for (size_t i = 0; i < json_count(findings); i++)
		if (!read_finding(json_at(findings, i), out))
			return false;
	return true;
}
