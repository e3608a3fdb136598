/* inspect.h - what the commands that look at domains share: check, lookup and
 * generate. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/context.h"
#include "cli/table.h"
#include "inspect/inspect.h"

/* The table of these commands (commands_inspect.c). */
extern const struct cli_command cli_inspect_commands[];
extern const size_t cli_inspect_count;

/* How the world is asked: the options of CLI_NETWORK. False: told, `code` is
 * set. Texts live in c->mem. */
bool cli_network(struct cli *c, struct inspect_options *out,
		 int *code) MUST_CHECK;
/* One judgement of facts that are looked for until it is made; the progress
 * of the wait is shown to a person. Gives the exit code: CLI_FINE when
 * complete, CLI_TEMPORARY, told, when not. */
int cli_judge(struct cli *c, struct facts *f, bool (*judge)(void *ctx),
	      void *ctx);
/* The domain in operand `i`, as inspect_domain_in; complains when there is
 * none. */
bool cli_domain(struct cli *c, size_t i, struct str *out) MUST_CHECK;

/* All that a look-up learned, for a person. */
void cli_tell_lookup(struct cli *c, struct inspect_lookup *l);
/* For people: title, code, meaning, fix and record of each finding that is
 * `least` or graver. */
void cli_tell_findings(struct cli *c, const struct finding_list *found,
		       enum finding_severity least);
/* The exit code that the findings ask for. */
int cli_findings_exit(const struct cli *c, const struct finding_list *found);
enum cli_style cli_severity_style(enum finding_severity severity);

/* As the others of command.h. */
int cli_check(struct cli *c);
int cli_notify_test(struct cli *c);
int cli_lookup(struct cli *c);
int cli_lookup_headers(struct cli *c);
int cli_source_resolve(struct cli *c);

#endif
