/* version.c - `version`. */
#include "cli/context.h"

int
cli_version(struct cli *c)
{
	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, "waxseal.version/1");

		json_put_str(j, "version", S(CLI_VERSION));
		cli_json_only_end(c);
		return CLI_FINE;
	}
	buf_addz(&c->out, "waxseal " CLI_VERSION "\n");
	return CLI_FINE;
}
