/* help.h - help, manual pages and completions, all from the table. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/context.h"

/* Of a command, of a noun, or of the whole program. */
int cli_help_for(struct cli *c, struct str noun,
		 const struct cli_command *command);
/* "waxseal report show [options] ID" without the options. */
void cli_usage_line(struct buf *out, const struct cli_command *command);
/* "--domain DOMAIN, -d". */
void cli_option_line(struct buf *out, const struct cli_option *option);

#endif
