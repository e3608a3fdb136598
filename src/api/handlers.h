/* handlers.h - what the table of routes calls. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/private.h"

enum err api_version(struct api_call *c, struct diag *why);

#endif
