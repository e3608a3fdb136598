/* tree.h - jansson's tree behind names of our own: its header and json.h
 * both declare JSON_STRING and its brothers, so no file can see both. */
#ifndef JSON_TREE_H
#define JSON_TREE_H

#include "base/base.h"

struct json;

enum tree_fault {
	TREE_FINE,
	TREE_SYNTAX,
	TREE_DUPLICATE, /* a key twice, when that was forbidden */
	TREE_NUMBER     /* a number too large */
};

struct tree_options {
	bool duplicates_ok; /* the last one wins */
	bool all_real;      /* whole numbers as floating point */
};

/* NULL on a fault, with the line of it in `why`. jansson recurses: the depth
 * of `text` must be known. */
struct json *json_tree_load(struct str text, struct tree_options options,
			    enum tree_fault *fault, struct diag *why);
void json_tree_free(struct json *root);

enum tree_kind {
	TREE_NULL,
	TREE_BOOL,
	TREE_INTEGER,
	TREE_REAL,
	TREE_STRING,
	TREE_ARRAY,
	TREE_OBJECT
};

/* The node must not be NULL, and of the kind asked for. */
enum tree_kind json_tree_kind(const struct json *node);
bool json_tree_bool(const struct json *node);
int64_t json_tree_integer(const struct json *node);
double json_tree_real(const struct json *node);
struct str json_tree_string(const struct json *node);
size_t json_tree_count(const struct json *array);
const struct json *json_tree_at(const struct json *array, size_t i);
const struct json *json_tree_get(const struct json *object, const char *key);
void json_tree_each(const struct json *object,
		    bool (*visit)(void *ctx, struct str key,
				  const struct json *v),
		    void *ctx);

/* mend.c: appends `text` with what a strict reader stumbles over put right:
 * bytes that are not UTF-8, raw control characters and unknown escapes in
 * strings, halves of surrogate pairs, commas before a closing bracket. The
 * strings stay where they are, so the nesting does too. */
void json_mend(struct str text, struct buf *out);

#endif
