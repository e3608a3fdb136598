/* wish.c - what somebody wants, checked when it comes in, and as JSON. */
#include "dnsname/dnsname.h"
#include "dnsplan/private.h"

enum { SHOWN = 80 /* bytes of what is wrong */ };

static enum err
bad(struct diag *why, const char *which, struct str what)
{
	return diag_set(why, ERR_SYNTAX, "publish.bad_record", 0, "%s: %.*s",
			which, STR_ARG(str_sub(what, 0, SHOWN)));
}

/* "_dmarc" and "@" are relative to the domain; what ends with it, or with a
 * dot, is whole. */
static bool
read_name(struct str text, struct str domain, struct arena *mem,
	  struct str *out)
{
	SCOPED_BUF whole = BUF(1024);
	struct str folded, name = str_trim(text);

	if (str_eq(name, S("@"))) {
		*out = domain;
		return true;
	}
	if (!dnsname_fold(name, mem, &folded))
		return false;
	if (!str_ends(name, S(".")) && !dnsname_within(folded, domain)) {
		buf_add(&whole, folded);
		buf_addc(&whole, '.');
		buf_add(&whole, domain);
		folded = buf_str(&whole);
	}
	return folded.n <= DNSNAME_MAX && dnsname_within(folded, domain) &&
	       arena_dup(mem, folded, out);
}

static enum err
copy_old(const struct record *given, struct arena *mem, struct record *out,
	 struct diag *why)
{
	if (given->old_n > DNSPLAN_VALUES_MAX ||
	    !dnsplan_copy(given->old, given->old_n, mem, &out->old))
		return bad(why, "old", given->name);
	out->old_n = given->old_n;
	return ERR_NONE;
}

enum err
dnsplan_wish_add(struct dnsplan_wish *wish, const struct dnsplan_wanted *wanted,
		 struct arena *mem, struct diag *why)
{
	const struct record *r = &wanted->record;
	struct dnsplan_wanted new = *wanted;
	struct str value;

	if (wish->n == COUNT_OF(wish->at))
		return bad(why, "records", S("> 16"));
	if (!read_name(r->name, wish->domain, mem, &new.record.name))
		return bad(why, "name", r->name);
	if (!wanted->remove || r->value.n > 0) {
		if (!dnsplan_value(r->type, r->value, mem, &value) ||
		    !arena_dup(mem, value, &new.record.value))
			return bad(why, "value", r->value);
	}
	if (r->ttl > DNSPLAN_TTL_MAX)
		return bad(why, "ttl", r->name);
	if (wanted->merge &&
	    (r->type != RECORDS_TXT || dnsplan_kind(new.record.value).n == 0))
		return bad(why, "merge", r->value);
	wish->at[wish->n++] = new;
	return copy_old(r, mem, &wish->at[wish->n - 1].record, why);
}

/* ---- JSON ---- */

void
dnsplan_put_wish(struct json_out *j, const struct dnsplan_wish *wish)
{
	json_put_str(j, "domain", wish->domain);
	json_put_bool(j, "clear", wish->clear);
	json_open_array(j, "records");
	for (size_t i = 0; i < wish->n; i++) {
		const struct dnsplan_wanted *w = &wish->at[i];
		const struct record *r = &w->record;

		json_open_object(j, NULL);
		json_put_str(j, "name", r->name);
		json_put_str(j, "type", str_of(records_type_name(r->type)));
		json_put_i64(j, "ttl", r->ttl);
		json_put_str(j, "value", r->value);
		json_put_bool(j, "merge", w->merge);
		json_put_bool(j, "remove", w->remove);
		json_put_bool(j, "shared", r->shared);
		json_open_array(j, "old");
		for (size_t k = 0; k < r->old_n; k++)
			json_put_str(j, NULL, r->old[k]);
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

static bool
is_true(const struct json *v)
{
	bool yes = false;

	return json_bool(v, &yes) && yes;
}

static enum err
read_wanted(const struct json *v, struct dnsplan_wish *wish, struct arena *mem,
	    struct diag *why)
{
	const struct json *old = json_get(v, "old");
	struct str values[DNSPLAN_VALUES_MAX], type;
	struct dnsplan_wanted w = {
		.merge = is_true(json_get(v, "merge")),
		.remove = is_true(json_get(v, "remove")),
		.record = { .name = json_str(json_get(v, "name")),
			    .value = json_str(json_get(v, "value")),
			    .shared = is_true(json_get(v, "shared")),
			    .old = values,
			    .old_n = json_count(old) },
	};
	int64_t ttl = 0;

	type = json_str(json_get(v, "type"));
	if (!dnsplan_type_find(type, &w.record.type))
		return bad(why, "type", type);
	if (json_type(json_get(v, "ttl")) != JSON_ABSENT &&
	    (!json_i64(json_get(v, "ttl"), &ttl) || ttl < 0 ||
	     ttl > DNSPLAN_TTL_MAX))
		return bad(why, "ttl", w.record.name);
	if (w.record.old_n > COUNT_OF(values))
		return bad(why, "old", w.record.name);
	w.record.ttl = (uint32_t)ttl;
	for (size_t i = 0; i < w.record.old_n; i++)
		values[i] = json_str(json_at(old, i));
	return dnsplan_wish_add(wish, &w, mem, why);
}

enum err
dnsplan_read_wish(const struct json *object, struct arena *mem,
		  struct dnsplan_wish *out, struct diag *why)
{
	const struct json *list = json_get(object, "records");
	struct str domain = json_str(json_get(object, "domain")), folded;
	enum err err = ERR_NONE;

	*out = (struct dnsplan_wish){ .clear = is_true(
					      json_get(object, "clear")) };
	if (!dnsname_fold(domain, mem, &folded) ||
	    !arena_dup(mem, folded, &out->domain))
		return bad(why, "domain", domain);
	if (json_count(list) == 0)
		return bad(why, "records", S(""));
	for (size_t i = 0; err == ERR_NONE && i < json_count(list); i++)
		err = read_wanted(json_at(list, i), out, mem, why);
	return err;
}
