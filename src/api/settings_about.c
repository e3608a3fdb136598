/* settings_about.c - whose work this stands on: docs/attribution.md. */
#include "api/handlers.h"

/* Made from the page when the program is built. */
extern const struct str api_attribution_text;

enum err
api_attribution(struct api_call *c, struct diag *why)
{
	struct json_out *j = api_begin(c, "waxseal.attribution/1");

	(void)why;
	json_put_str(j, "markdown", api_attribution_text);
	api_end(c);
	return ERR_NONE;
}
