/* version.c - which program answers; needs no session. */
#include "api/handlers.h"

enum err
api_version(struct api_call *c, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.version/1");

	(void)why;
	json_put_str(j, "version", str_of(API_VERSION));
	api_end(c);
	return ERR_NONE;
}
