/* read.c - a JSON document as a tree, liberal where nothing is lost. */
#include "json/json.h"

#include "json/tree.h"

enum { ATTEMPTS = 4 /* as sent, duplicates, numbers, mended */ };

/* One pass that knows strings and brackets only: depth and size of the tree
 * are bounded before jansson, which recurses, sees the text. */
static enum err
check_size(struct str text, struct json_limits limits, struct diag *why)
{
	bool inside = false;
	size_t depth = 0, values = 0;
	uint64_t line = 1;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\n')
			line++;
		if (c == '"')
			inside = !inside;
		else if (inside && c == '\\')
			i++;
		if (inside)
			continue;
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && depth > 0)
			depth--;
		if (c == '{' || c == '[' || c == ',' || c == ':')
			values++;
		if (depth > limits.depth)
			return diag_set(why, ERR_LIMIT, "json.too_deep", line,
					"%u", limits.depth);
		if (values > JSON_VALUES_MAX)
			return diag_set(why, ERR_LIMIT, "json.too_large", line,
					"%d", JSON_VALUES_MAX);
	}
	return ERR_NONE;
}

static struct str
without_wrapping(struct str text, bool *repaired)
{
	if (str_starts(text, S("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	text = str_trim(text);
	while (text.n > 0 && text.p[text.n - 1] == '\0') {
		*repaired = true;
		text = str_trim(str_sub(text, 0, text.n - 1));
	}
	return text;
}

/* Tries once more for each kind of fault that can be put right. */
static enum err
load(struct str text, struct buf *mended, struct json **out, bool *repaired,
     struct diag *why)
{
	struct tree_options options = { false, false };
	enum tree_fault fault;
	bool tried_mending = false;

	for (int i = 0; i < ATTEMPTS; i++) {
		struct diag reason = { 0 };

		*out = json_tree_load(text, options, &fault, &reason);
		if (*out)
			return ERR_NONE;
		*repaired = true;
		if (fault == TREE_DUPLICATE) {
			options.duplicates_ok = true;
		} else if (fault == TREE_NUMBER && !options.all_real) {
			options.all_real = true;
		} else if (fault == TREE_SYNTAX && !tried_mending) {
			tried_mending = true;
			json_mend(text, mended);
			text = buf_str(mended);
		} else {
			return diag_set(why, ERR_SYNTAX, reason.code,
					reason.line, "%s", reason.detail);
		}
	}
	return diag_set(why, ERR_SYNTAX, "json.syntax", 0, "%s", "");
}

enum err
json_parse(struct str text, struct json_limits limits, struct json **out,
	   bool *repaired, struct diag *why)
{
	SCOPED_BUF mended = BUF(2 * limits.bytes);
	enum err err;

	*out = NULL;
	*repaired = false;
	if (text.n > limits.bytes)
		return diag_set(why, ERR_LIMIT, "json.too_large", 0, "%zu",
				limits.bytes);
	text = without_wrapping(text, repaired);
	err = check_size(text, limits, why);
	return err ? err : load(text, &mended, out, repaired, why);
}

void
json_free(struct json *root)
{
	if (root)
		json_tree_free(root);
}

void
json_cleanup(struct json **root)
{
	json_free(*root);
}

enum json_type
json_type(const struct json *node)
{
	if (!node)
		return JSON_ABSENT;
	switch (json_tree_kind(node)) {
	case TREE_BOOL:
		return JSON_BOOL;
	case TREE_INTEGER:
	case TREE_REAL:
		return JSON_NUMBER;
	case TREE_STRING:
		return JSON_STRING;
	case TREE_ARRAY:
		return JSON_ARRAY;
	case TREE_OBJECT:
		return JSON_OBJECT;
	case TREE_NULL:
		break;
	}
	return JSON_NULL;
}

const struct json *
json_get(const struct json *object, const char *key)
{
	return json_type(object) == JSON_OBJECT ? json_tree_get(object, key)
						: NULL;
}

size_t
json_count(const struct json *array)
{
	return json_type(array) == JSON_ARRAY ? json_tree_count(array) : 0;
}

const struct json *
json_at(const struct json *array, size_t i)
{
	return i < json_count(array) ? json_tree_at(array, i) : NULL;
}

struct str
json_str(const struct json *node)
{
	return json_type(node) == JSON_STRING ? json_tree_string(node) : S("");
}

/* Both bounds are powers of two, so exact as doubles. */
static bool
whole(double value, int64_t *out)
{
	if (!(value >= -0x1p63 && value < 0x1p63) ||
	    value != (double)(int64_t)value)
		return false;
	*out = (int64_t)value;
	return true;
}

/* "42", "42.0", " 42 ". */
static bool
whole_text(struct str text, int64_t *out)
{
	size_t dot;

	text = str_trim(text);
	dot = str_index(text, '.');
	for (size_t i = dot; i < text.n; i++)
		if (i > dot && text.p[i] != '0')
			return false;
	return str_i64(str_sub(text, 0, dot), out);
}

bool
json_i64(const struct json *node, int64_t *out)
{
	if (!node)
		return false;
	switch (json_tree_kind(node)) {
	case TREE_INTEGER:
		*out = json_tree_integer(node);
		return true;
	case TREE_REAL:
		return whole(json_tree_real(node), out);
	case TREE_STRING:
		return whole_text(json_tree_string(node), out);
	default:
		return false;
	}
}

bool
json_bool(const struct json *node, bool *out)
{
	if (json_type(node) != JSON_BOOL)
		return false;
	*out = json_tree_bool(node);
	return true;
}

void
json_each(const struct json *object,
	  bool (*visit)(void *ctx, struct str key, const struct json *v),
	  void *ctx)
{
	if (json_type(object) == JSON_OBJECT)
		json_tree_each(object, visit, ctx);
}
