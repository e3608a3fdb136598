/* question.c - the parameters of a URL as a question to the store. */
#include "api/private.h"

#include "insight/insight.h"

/* Parameters of pages that do not change an answer. */
static const char *const of_pages[] = {
	"bom",  "chart", "cols", "format",    "lang",
	"mode", "tz",    "view", "separator",
};

/* Where people say something else than the store. */
static const struct {
	const char *said, *meant;
} aliases[] = {
	{ "q", "text" },
	{ "org", "reporter" },
};

static bool
is_of_pages(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(of_pages); i++)
		if (str_eq(name, str_of(of_pages[i])))
			return true;
	return false;
}

static struct str
meant_by(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (str_eq(name, str_of(aliases[i].said)))
			return str_of(aliases[i].meant);
	return name;
}

static bool
has_span(const struct api_call *c)
{
	static const char *const names[] = { "range", "from", "to" };

	for (size_t i = 0; i < c->arg_count; i++)
		for (size_t k = 0; k < COUNT_OF(names); k++)
			if (c->arg[i].value.n &&
			    str_eq(c->arg[i].name, str_of(names[k])))
				return true;
	return false;
}

static enum err
take(struct api_call *c, const struct api_pair *arg, struct api_question *out,
     struct diag *why)
{
	struct diag inner = { 0 };
	struct str name = meant_by(arg->name);
	enum err err;

	if (is_of_pages(name) ||
	    (arg->value.n == 0 && !str_eq(name, S("failures"))))
		return ERR_NONE;
	err = insight_set(&out->q, name, arg->value, c->now, &inner);
	if (err == ERR_SYNTAX &&
	    str_eq(str_of(inner.code), S("query.unknown_name"))) {
		if (out->ignored_count < API_IGNORED_MAX)
			out->ignored[out->ignored_count++] = arg->name;
		return ERR_NONE;
	}
	if (err != ERR_NONE) {
		*why = inner;
		return err;
	}
	if (str_eq(name, S("limit")))
		out->limited = true;
	return ERR_NONE;
}

enum err
api_question(struct api_call *c, const char *range, const char *group,
	     struct api_question *out, struct diag *why)
{
	struct str preset = api_arg(c, "preset");
	enum err err = ERR_NONE;

	*out = (struct api_question){ 0 };
	insight_init(&out->q, c->person.owner);
	if (range && !has_span(c))
		err = insight_set(&out->q, S("range"), str_of(range), c->now,
				  why);
	if (err == ERR_NONE && group)
		err = insight_set(&out->q, S("group"), str_of(group), c->now,
				  why);
	for (size_t i = 0; err == ERR_NONE && i < c->arg_count; i++)
		if (!c->arg[i].used)
			err = take(c, &c->arg[i], out, why);
	return err == ERR_NONE ? api_preset(c, preset, out, why) : err;
}

void
api_add_filter(struct store_query *q, enum store_field field, struct str value)
{
	if (q->filter_count < STORE_FILTERS_MAX)
		q->filter[q->filter_count++] =
			(struct store_filter){ .field = field, .value = value };
}

struct str
api_only_domain(const struct store_query *q)
{
	const struct store_filter *only = NULL;

	for (size_t i = 0; i < q->filter_count; i++) {
		if (q->filter[i].field != STORE_F_DOMAIN || q->filter[i].not_it)
			continue;
		if (only)
			return S("");
		only = &q->filter[i];
	}
	return only ? only->value : S("");
}

static void
put_filters(struct json_out *j, const struct store_query *q,
	    enum store_field field)
{
	bool open = false;

	for (size_t i = 0; i < q->filter_count; i++) {
		const struct store_filter *f = &q->filter[i];
		SCOPED_BUF text = BUF(8192);

		if (f->field != field)
			continue;
		if (!open)
			json_open_array(j, store_field_name(field));
		open = true;
		if (f->not_it)
			buf_addc(&text, '!');
		buf_add(&text, f->value);
		json_put_str(j, NULL, buf_str(&text));
	}
	if (open)
		json_close_array(j);
}

static void
put_bound(struct json_out *j, const char *key, int64_t day)
{
	if (day == INT64_MIN || day == INT64_MAX)
		json_put_null(j, key);
	else
		api_put_day(j, key, day);
}

void
api_put_query(struct json_out *j, const struct api_question *asked,
	      const char *group)
{
	const struct store_query *q = &asked->q;
	SCOPED_BUF sort = BUF(64);

	if (!group && q->grouped)
		group = store_field_name(q->group);
	buf_addf(&sort, "%s%s", q->ascending ? "" : "-",
		 q->sort_by_key ? "key" : store_measure_name(q->sort));
	json_open_object(j, "query");
	put_bound(j, "from", q->first_day);
	put_bound(j, "to", q->last_day);
	json_put_known(j, "group", str_of(group));
	json_put_str(j, "sort", buf_str(&sort));
	for (int i = 0; i < STORE_FIELDS; i++)
		put_filters(j, q, (enum store_field)i);
	if (asked->preset_by)
		json_put_str(j, "preset_by", str_of(asked->preset_by));
	json_close_object(j);
}

void
api_put_ignored(struct json_out *j, const struct api_question *asked)
{
	json_open_array(j, "ignored");
	for (size_t i = 0; i < asked->ignored_count; i++)
		json_put_str(j, NULL, asked->ignored[i]);
	json_close_array(j);
}
