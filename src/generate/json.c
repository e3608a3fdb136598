/* json.c - wishes and results as JSON. */
#include "base/base.h"
#include "generate/private.h"

#include <inttypes.h>
#include <stdio.h>

struct reading {
	struct generate_wish *w;
	struct finding_list *found;
};

static void
wrong_type(struct reading *r, struct str key)
{
	(void)finding_add(r->found, "generate.bad_value", key, "detail", &key,
			  NULL);
}

/* Text of a string, a whole number or a bool; false of anything else. */
static bool
as_text(const struct json *v, char number[24], struct str *out)
{
	int64_t n;
	bool yes;

	switch (json_type(v)) {
	case JSON_STRING:
		*out = json_str(v);
		return true;
	case JSON_NUMBER:
		if (!json_i64(v, &n))
			return false;
		(void)snprintf(number, 24, "%" PRId64, n);
		*out = str_of(number);
		return true;
	case JSON_BOOL:
		*out = json_bool(v, &yes) && yes ? S("yes") : S("no");
		return true;
	case JSON_NULL:
		*out = (struct str){ 0 };
		return true;
	default:
		return false;
	}
}

static void
read_list(struct reading *r, enum generate_field field, struct str key,
	  const struct json *v)
{
	char number[24];
	struct str text;

	r->w->v[field].n = 0;
	for (size_t i = 0; i < json_count(v); i++)
		if (as_text(json_at(v, i), number, &text))
			generate_add(r->w, field, text);
		else
			wrong_type(r, key);
}

static bool
read_member(void *ctx, struct str key, const struct json *v)
{
	struct reading *r = ctx;
	char number[24];
	struct str text;

	for (int i = 0; i < GENERATE_FIELDS; i++) {
		const enum generate_field field = (enum generate_field)i;
		const struct generate_field_info *info =
			generate_field_info(field);

		if ((info->kinds & 1u << r->w->kind) == 0 ||
		    !str_eq(key, str_of(info->name)))
			continue;
		if (info->shape == GENERATE_LIST && json_type(v) == JSON_ARRAY)
			read_list(r, field, key, v);
		else if (as_text(v, number, &text))
			generate_set(r->w, field, text);
		else
			wrong_type(r, key);
	}
	return true;
}

void
generate_read_wish(struct generate_wish *w, const struct json *object,
		   struct finding_list *found)
{
	struct reading r = { w, found };

	json_each(object, read_member, &r);
}

static void
put_field(struct json_out *j, const struct generate_wish *w,
	  enum generate_field field)
{
	const struct generate_field_info *info = generate_field_info(field);
	const struct generate_values *v = &w->v[field];
	int64_t number;

	if (info->shape == GENERATE_LIST) {
		json_open_array(j, info->name);
		for (size_t i = 0; i < v->n; i++)
			json_put_str(j, NULL, v->at[i]);
		json_close_array(j);
	} else if (info->shape == GENERATE_YES) {
		json_put_bool(j, info->name, generate_yes(w, field));
	} else if (info->shape == GENERATE_NUMBER &&
		   str_i64(generate_get(w, field), &number)) {
		json_put_i64(j, info->name, number);
	} else {
		json_put_known(j, info->name, generate_get(w, field));
	}
}

void
generate_put_wish(struct json_out *j, const struct generate_wish *w)
{
	json_open_object(j, "wish");
	for (int i = 0; i < GENERATE_FIELDS; i++)
		if ((generate_field_info((enum generate_field)i)->kinds &
		     1u << w->kind) != 0)
			put_field(j, w, (enum generate_field)i);
	json_close_object(j);
}

static void
put_records(struct json_out *j, const struct records *set)
{
	json_open_array(j, "records");
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->at[i];

		json_open_object(j, NULL);
		json_put_str(j, "name", r->name);
		json_put_str(j, "host", records_host(set, r));
		json_put_str(j, "type", str_of(records_type_name(r->type)));
		json_put_u64(j, "ttl", r->ttl);
		json_put_str(j, "value", r->value);
		json_put_bool(j, "shared", r->shared);
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_text(struct json_out *j, const struct records *set)
{
	json_open_object(j, "text");
	for (int i = 0; i < RECORDS_FORMS; i++) {
		const enum records_form form = (enum records_form)i;
		SCOPED_BUF text = BUF(RECORDS_TEXT_MAX);

		if (set->n > 0 && records_print(set, form, &text))
			json_put_str(j, records_form_name(form),
				     buf_str(&text));
		else
			json_put_null(j, records_form_name(form));
	}
	json_close_object(j);
}

void
generate_put_result(struct json_out *j, const struct generate_result *r,
		    enum finding_lang lang)
{
	json_put_bool(j, "made", r->made);
	json_put_known(j, "zone", r->records.zone);
	put_records(j, &r->records);
	json_open_array(j, "files");
	for (size_t i = 0; i < r->files; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "name", r->file[i].name);
		json_put_known(j, "url", r->file[i].url);
		json_put_str(j, "type", str_of(r->file[i].type));
		json_put_str(j, "body", r->file[i].body);
		json_close_object(j);
	}
	json_close_array(j);
	put_text(j, &r->records);
	json_open_array(j, "steps");
	for (size_t i = 0; i < r->steps; i++) {
		SCOPED_BUF text = BUF(16 << 10);

		generate_fill_step(r, i, lang, &text);
		json_open_object(j, NULL);
		json_put_str(j, "step", str_of(r->step[i]));
		json_put_str(j, "text", buf_str(&text));
		json_close_object(j);
	}
	json_close_array(j);
}
