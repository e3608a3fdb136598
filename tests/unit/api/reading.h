/* reading.h - an api on stores in a directory of its own, filled with made-up
 * reports that really went through the parser. */
#ifndef READING_H
#define READING_H

#include "api/api.h"
#include "json/json.h"
#include "store/store.h"

enum { DAY = 86400 };
/* 2026-11-22 14:03:00 UTC */
#define NOW (20779 * (int64_t)DAY + 50580)

struct reading {
	char dir[256];
	struct api *api;
	char reader[64], admin[64], uploader[64]; /* "Bearer ..." */
};

/* What came out of the last request. */
struct heard {
	struct api_head head;
	struct buf body;
	unsigned heads, pieces;
	char etag[64], disposition[256], type[64];
	struct json *json; /* of a JSON body */
};

/* Makes the stores once for a whole program; group set-up of cmocka. */
int reading_begin(void **state);
int reading_end(void **state);

/* Asks as the reader, GET, and parses what comes. `out` is emptied before;
 * heard_free at the end. `path` may have a query behind "?". */
void get(struct reading *f, const char *path, struct heard *out);
void get_as(struct reading *f, enum api_method method, const char *path,
	    const char *who, struct heard *out);
void get_whole(struct reading *f, const struct api_request *request,
	       struct heard *out);
void heard_free(struct heard *h);

/* The member at "rows.0.messages" of an answer. */
const struct json *node(const struct heard *h, const char *way);
int64_t node_number(const struct heard *h, const char *way);
struct str node_text(const struct heard *h, const char *way);

#endif
