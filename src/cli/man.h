/* man.h - pieces of manual pages (mdoc). */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "cli/context.h"

/* Head of a page: date, title, section, NAME. `name` in capitals in `title`. */
void cli_man_head(struct cli *c, const char *title, unsigned section,
		  const char *name, const char *summary);
/* A paragraph of the catalogue, one sentence a line. */
void cli_man_text(struct cli *c, const char *key);
/* Text on the line of a macro, where short words could be macros. */
void cli_man_inline(struct buf *out, const char *text);
/* waxseal.conf(5). */
void cli_man_conf(struct cli *c);

#endif
