/* source.h - what `source list` and `source show` print alike. */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include "cli/context.h"

/* A source as JSON, without braces. */
void cli_put_source(struct json_out *j, const struct store_source *source);

#endif
