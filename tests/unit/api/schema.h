/* schema.h - the part of JSON Schema that openapi.json is written in. */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "json/json.h"

/* Whether `value` is what `schema` says; `root` is the whole document, for
 * its references. Members that are not described are faults, unless
 * additionalProperties allows them: the server must not say more than its
 * document. `fault` gets the place and the reason. */
bool schema_holds(const struct json *root, const struct json *schema,
		  const struct json *value, struct buf *fault);
/* The schema of a successful JSON answer; NULL when there is none. */
const struct json *schema_of_answer(const struct json *root, const char *path,
				    const char *method);

#endif
