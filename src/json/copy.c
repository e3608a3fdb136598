/* copy.c - a tree that was read, written again. */
#include "json/json.h"

enum { COPY_DEPTH = 16 };

struct copy {
	struct json_out *to;
	unsigned depth;
};

static void copy_value(struct copy *copy, const char *key,
		       const struct json *value);

static bool
copy_member(void *ctx, struct str key, const struct json *value)
{
	SCOPED_BUF name = BUF(4096);

	buf_add(&name, key);
	copy_value(ctx, buf_c(&name), value);
	return true;
}

static void
copy_array(struct copy *copy, const struct json *value)
{
	for (size_t i = 0; i < json_count(value); i++)
		copy_value(copy, NULL, json_at(value, i));
}

static void
copy_number(struct json_out *j, const char *key, const struct json *value)
{
	int64_t n;

	if (json_i64(value, &n))
		json_put_i64(j, key, n);
	else
		json_put_null(j, key);
}

static void
copy_nested(struct copy *copy, const char *key, const struct json *value)
{
	if (copy->depth == COPY_DEPTH) {
		json_put_null(copy->to, key);
		return;
	}
	copy->depth++;
	if (json_type(value) == JSON_ARRAY) {
		json_open_array(copy->to, key);
		copy_array(copy, value);
		json_close_array(copy->to);
	} else {
		json_open_object(copy->to, key);
		json_each(value, copy_member, copy);
		json_close_object(copy->to);
	}
	copy->depth--;
}

static void
copy_value(struct copy *copy, const char *key, const struct json *value)
{
	bool yes = false;

	switch (json_type(value)) {
	case JSON_STRING:
		json_put_str(copy->to, key, json_str(value));
		break;
	case JSON_NUMBER:
		copy_number(copy->to, key, value);
		break;
	case JSON_BOOL:
		(void)json_bool(value, &yes);
		json_put_bool(copy->to, key, yes);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		copy_nested(copy, key, value);
		break;
	case JSON_ABSENT:
	case JSON_NULL:
		json_put_null(copy->to, key);
		break;
	}
}

void
json_put_copy(struct json_out *j, const char *key, const struct json *value)
{
	struct copy copy = { .to = j };

	copy_value(&copy, key, value);
}
