/* tree.c - the only file that sees jansson. */
#include "json/tree.h"

#include <jansson.h>

static const json_t *
inner(const struct json *node)
{
	return (const json_t *)(const void *)node;
}

static struct json *
outer(json_t *node)
{
	return (struct json *)(void *)node;
}

static enum tree_fault
fault_of(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return TREE_DUPLICATE;
	case json_error_numeric_overflow:
		return TREE_NUMBER;
	default:
		return TREE_SYNTAX;
	}
}

struct json *
json_tree_load(struct str text, struct tree_options options,
	       enum tree_fault *fault, struct diag *why)
{
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_error_t error;

	if (!options.duplicates_ok)
		flags |= JSON_REJECT_DUPLICATES;
	if (options.all_real)
		flags |= JSON_DECODE_INT_AS_REAL;

	json_t *root = json_loadb(text.p ? text.p : "", text.n, flags, &error);

	*fault = root ? TREE_FINE : fault_of(&error);
	if (!root)
		(void)diag_set(why, ERR_SYNTAX, "json.syntax",
			       error.line > 0 ? (uint64_t)error.line : 0, "%s",
			       error.text);
	return outer(root);
}

void
json_tree_free(struct json *root)
{
	json_decref((json_t *)(void *)root);
}

enum tree_kind
json_tree_kind(const struct json *node)
{
	switch (json_typeof(inner(node))) {
	case JSON_OBJECT:
		return TREE_OBJECT;
	case JSON_ARRAY:
		return TREE_ARRAY;
	case JSON_STRING:
		return TREE_STRING;
	case JSON_INTEGER:
		return TREE_INTEGER;
	case JSON_REAL:
		return TREE_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return TREE_BOOL;
	case JSON_NULL:
		break;
	}
	return TREE_NULL;
}

bool
json_tree_bool(const struct json *node)
{
	return json_is_true(inner(node));
}

int64_t
json_tree_integer(const struct json *node)
{
	return (int64_t)json_integer_value(inner(node));
}

double
json_tree_real(const struct json *node)
{
	return json_real_value(inner(node));
}

struct str
json_tree_string(const struct json *node)
{
	return (struct str){ json_string_value(inner(node)),
			     json_string_length(inner(node)) };
}

size_t
json_tree_count(const struct json *array)
{
	return json_array_size(inner(array));
}

const struct json *
json_tree_at(const struct json *array, size_t i)
{
	return outer(json_array_get(inner(array), i));
}

const struct json *
json_tree_get(const struct json *object, const char *key)
{
	return outer(json_object_get(inner(object), key));
}

/* json_object_iter wants a pointer to non-const, and changes nothing. */
static json_t *
writable(const struct json *node)
{
	union {
		const struct json *from;
		json_t *to;
	} u = { .from = node };

	return u.to;
}

void
json_tree_each(const struct json *object,
	       bool (*visit)(void *ctx, struct str key, const struct json *v),
	       void *ctx)
{
	json_t *members = writable(object);
	void *at = json_object_iter(members);

	while (at && visit(ctx, str_of(json_object_iter_key(at)),
			   outer(json_object_iter_value(at))))
		at = json_object_iter_next(members, at);
}
