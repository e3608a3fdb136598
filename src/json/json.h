/* json.h - reading (jansson inside) and writing JSON. */
#ifndef JSON_H
#define JSON_H

#include "base/base.h"

/* ---- reading: a tree, only for documents with a known bound ---- */

struct json;

struct json_limits {
	size_t bytes; /* of the text */
	unsigned depth;
};

/* Values in one document: an array of nothing but small numbers would make a
 * tree many times the size of its text. */
enum { JSON_VALUES_MAX = 500000 };

/* Parses `text` (UTF-8 with or without BOM). What a strict reader refuses and
 * only one meaning can have is put right, and *repaired set: bytes that are
 * not UTF-8 are taken as windows-1252, of duplicate keys the last wins, raw
 * control characters and unknown escapes in strings stay as text, half a
 * surrogate pair becomes U+FFFD, a comma before a closing bracket and NULs at
 * the end are dropped. On success *out is freed by json_free. Errors:
 * "json.syntax" with the line, "json.too_large", "json.too_deep". */
enum err json_parse(struct str text, struct json_limits limits,
		    struct json **out, bool *repaired,
		    struct diag *why) MUST_CHECK;
void json_free(struct json *root);
void json_cleanup(struct json **root);
#define SCOPED_JSON __attribute__((cleanup(json_cleanup))) struct json *

enum json_type {
	JSON_ABSENT, /* no such key, or the node is NULL */
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* Nodes are borrowed from the root. All take NULL and wrong types calmly. */
enum json_type json_type(const struct json *node);
const struct json *json_get(const struct json *object, const char *key);
size_t json_count(const struct json *array);
const struct json *json_at(const struct json *array, size_t i);
/* Text of a string; empty for anything else. */
struct str json_str(const struct json *node);
/* A whole number, also when sent as a string or as 3.0. */
bool json_i64(const struct json *node, int64_t *out);
bool json_bool(const struct json *node, bool *out);
/* Visits the members of an object; stops when `visit` returns false. */
void json_each(const struct json *object,
	       bool (*visit)(void *ctx, struct str key, const struct json *v),
	       void *ctx);

/* ---- writing: straight into a buffer, commas and escapes are ours ---- */

struct json_out {
	struct buf *to;
	unsigned depth;
	bool first; /* no comma before the next value */
};

#define JSON_OUT(buffer)                                                       \
	{                                                                      \
		.to = (buffer), .first = true                                  \
	}

/* A `key` of NULL writes an array element (or the root). Strings must be
 * UTF-8; other bytes become U+FFFD. */
void json_open_object(struct json_out *j, const char *key);
void json_close_object(struct json_out *j);
void json_open_array(struct json_out *j, const char *key);
void json_close_array(struct json_out *j);
void json_put_str(struct json_out *j, const char *key, struct str value);
void json_put_i64(struct json_out *j, const char *key, int64_t value);
void json_put_u64(struct json_out *j, const char *key, uint64_t value);
void json_put_bool(struct json_out *j, const char *key, bool value);
void json_put_null(struct json_out *j, const char *key);
/* NULL, not "", when `value` is empty: unknown is null (contracts 6). */
void json_put_known(struct json_out *j, const char *key, struct str value);
/* A piece of a tree once more, 16 levels at most; null where there is none,
 * and for numbers that are not whole. */
void json_put_copy(struct json_out *j, const char *key,
		   const struct json *value);

#endif
