/* openapi.c - the description of all this, for programs. */
#include "api/handlers.h"

/* Made from openapi.json when the program is built. */
extern const struct str api_openapi_text;

enum err
api_openapi(struct api_call *c, struct diag *why)
{
	if (!buf_add(c->body, api_openapi_text))
		return diag_set(why, ERR_LIMIT, "api.answer_too_large", 0,
				"openapi");
	return ERR_NONE;
}
