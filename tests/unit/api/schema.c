/* A small validator: types, constants, enumerations, members, items, either. */
#include "schema.h"

#include <stdio.h>
#include <string.h>

struct check {
	const struct json *root;
	struct buf *fault;
};

static bool holds(struct check *c, const struct json *schema,
		  const struct json *value, const char *place);

static bool
wrong(struct check *c, const char *place, const char *reason, struct str what)
{
	if (c->fault)
		buf_addf(c->fault, "%s: %s %.*s\n", place, reason,
			 STR_ARG(what));
	return false;
}

static const struct json *
resolve(struct check *c, const struct json *schema)
{
	struct str ref = json_str(json_get(schema, "$ref"));
	const struct json *at = c->root;
	struct str step;

	if (ref.n == 0)
		return schema;
	ref = str_sub(ref, 2, SIZE_MAX);
	while (str_split(&ref, '/', &step)) {
		char key[128];

		snprintf(key, sizeof(key), "%.*s", STR_ARG(step));
		at = json_get(at, key);
	}
	return at;
}

static bool
is_type(const struct json *value, struct str type)
{
	int64_t n;

	switch (json_type(value)) {
	case JSON_NULL:
		return str_eq(type, S("null"));
	case JSON_BOOL:
		return str_eq(type, S("boolean"));
	case JSON_NUMBER:
		return str_eq(type, S("integer")) && json_i64(value, &n);
	case JSON_STRING:
		return str_eq(type, S("string"));
	case JSON_ARRAY:
		return str_eq(type, S("array"));
	case JSON_OBJECT:
		return str_eq(type, S("object"));
	case JSON_ABSENT:
		break;
	}
	return false;
}

static bool
has_type(const struct json *types, const struct json *value)
{
	if (json_type(types) == JSON_STRING)
		return is_type(value, json_str(types));
	for (size_t i = 0; i < json_count(types); i++)
		if (is_type(value, json_str(json_at(types, i))))
			return true;
	return json_type(types) == JSON_ABSENT;
}

static bool
in_enum(const struct json *words, const struct json *value)
{
	if (json_type(words) != JSON_ARRAY)
		return true;
	for (size_t i = 0; i < json_count(words); i++) {
		const struct json *word = json_at(words, i);

		if (json_type(word) == json_type(value) &&
		    str_eq(json_str(word), json_str(value)))
			return true;
	}
	return false;
}

struct members {
	struct check *c;
	const struct json *schema;
	const char *place;
	bool fine;
};

static bool
check_member(void *ctx, struct str key, const struct json *value)
{
	struct members *m = ctx;
	const struct json *more = json_get(m->schema, "additionalProperties");
	const struct json *known;
	char name[128], place[512];
	bool allowed = false;

	snprintf(name, sizeof(name), "%.*s", STR_ARG(key));
	snprintf(place, sizeof(place), "%.300s.%s", m->place, name);
	known = json_get(json_get(m->schema, "properties"), name);
	if (known)
		m->fine = holds(m->c, known, value, place) && m->fine;
	else if (json_type(more) == JSON_OBJECT)
		m->fine = holds(m->c, more, value, place) && m->fine;
	else if (!json_bool(more, &allowed) || !allowed)
		m->fine = wrong(m->c, place, "is not described", S(""));
	return true;
}

static bool
check_object(struct check *c, const struct json *schema,
	     const struct json *value, const char *place)
{
	const struct json *required = json_get(schema, "required");
	struct members m = { c, schema, place, true };

	/* "Any object": nothing is said of its members. */
	if (!json_get(schema, "properties") &&
	    !json_get(schema, "additionalProperties"))
		return true;
	json_each(value, check_member, &m);
	for (size_t i = 0; i < json_count(required); i++) {
		char name[128];

		snprintf(name, sizeof(name), "%.*s",
			 STR_ARG(json_str(json_at(required, i))));
		if (!json_get(value, name))
			m.fine = wrong(c, place, "lacks", str_of(name));
	}
	return m.fine;
}

static bool
check_either(struct check *c, const struct json *either,
	     const struct json *value, const char *place)
{
	struct check quiet = { c->root, NULL };

	if (!either)
		return true;
	for (size_t i = 0; i < json_count(either); i++)
		if (holds(&quiet, json_at(either, i), value, place))
			return true;
	return wrong(c, place, "is none of the alternatives", S(""));
}

static bool
holds(struct check *c, const struct json *schema, const struct json *value,
      const char *place)
{
	const struct json *constant;
	const struct json *items;
	bool fine = true;

	schema = resolve(c, schema);
	if (json_type(schema) != JSON_OBJECT)
		return wrong(c, place, "has no schema", S(""));
	constant = json_get(schema, "const");
	if (constant && !str_eq(json_str(constant), json_str(value)))
		return wrong(c, place, "should be", json_str(constant));
	if (!has_type(json_get(schema, "type"), value))
		return wrong(c, place, "has another type", json_str(value));
	if (!in_enum(json_get(schema, "enum"), value))
		return wrong(c, place, "has an unknown word", json_str(value));
	if (!check_either(c, json_get(schema, "anyOf"), value, place))
		return false;
	if (json_type(value) == JSON_OBJECT)
		fine = check_object(c, schema, value, place);
	items = json_get(schema, "items");
	for (size_t i = 0; items && i < json_count(value); i++) {
		char element[512];

		snprintf(element, sizeof(element), "%.300s.%zu", place, i);
		fine = holds(c, items, json_at(value, i), element) && fine;
	}
	return fine;
}

bool
schema_holds(const struct json *root, const struct json *schema,
	     const struct json *value, struct buf *fault)
{
	struct check c = { root, fault };

	return holds(&c, schema, value, "answer");
}

const struct json *
schema_of_answer(const struct json *root, const char *path, const char *method)
{
	static const char *const good[] = { "200", "201", "202" };
	const struct json *answers = json_get(
		json_get(json_get(json_get(root, "paths"), path), method),
		"responses");

	for (size_t i = 0; i < COUNT_OF(good); i++) {
		const struct json *content =
			json_get(json_get(answers, good[i]), "content");
		const struct json *json = json_get(content, "application/json");

		if (json)
			return json_get(json, "schema");
	}
	return NULL;
}
