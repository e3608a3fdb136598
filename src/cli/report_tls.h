/* report_tls.h - what `report show` says of a TLS report. */
#ifndef CLI_REPORT_TLS_H
#define CLI_REPORT_TLS_H

#include "cli/context.h"

/* Policies and failures of the document `raw`, as it was received. No store
 * should be open meanwhile: strangers wrote it. */
enum err cli_report_tls(struct cli *c, struct str raw) MUST_CHECK;

/* A report file instead of one of the store. Gives the exit code. */
int cli_report_view(struct cli *c, const char *path);

#endif
