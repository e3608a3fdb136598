/* publish.h - what the commands of `dns` share. */
#ifndef CLI_PUBLISH_H
#define CLI_PUBLISH_H

#include "cli/inspect.h"
#include "cli/people.h"
#include "publish/publish.h"

/* The table of these commands (publish_commands.c). */
extern const struct cli_command cli_publish_commands[];
extern const size_t cli_publish_count;

enum { CLI_PUBLISH_FACTS = 8 << 20 /* bytes of one look */ };

/* A plan while a command works on it. */
struct cli_plan {
	struct cli *c;
	struct control *control;
	struct control_plan row;
	struct dnsplan plan;
	struct dnsplan_check check;
	bool checked;
};

/* Opens the store and reads the plan of that operand. False: told, `code` is
 * set. The store is closed by whoever calls, also then. */
bool cli_plan_open(struct cli *c, size_t operand, struct cli_plan *out,
		   int *code) MUST_CHECK;
/* Looks once whether it has arrived. The exit code. */
int cli_plan_look(struct cli_plan *p);
/* Looks until it has, or --wait is over, and tells. */
int cli_plan_verify(struct cli_plan *p);
/* Why it may not be applied: a conflict, no provider, another state. */
enum err cli_plan_may(const struct cli_plan *p, struct diag *why) MUST_CHECK;
/* `dns apply` of several plans: skips those that are not clear. */
int cli_dns_apply_many(struct cli *c);
/* Holds it against live, applies it, verifies. */
int cli_plan_apply(struct cli_plan *p);
/* Writes the row down when its state is still `from`. */
enum err cli_plan_put(struct cli_plan *p, enum control_plan_state from,
		      const char *deed, struct diag *why) MUST_CHECK;
/* The provider that --provider names; 0 in `id` when none is named. */
int cli_plan_provider(struct cli *c, struct control *control, int64_t *id);

/* ---- publish_tell.c ---- */

/* The changes and findings for a person, or the members of an open object. */
void cli_tell_plan(struct cli_plan *p);
void cli_put_plan(struct json_out *j, const struct cli_plan *p);
/* How far it has come. */
void cli_tell_check(struct cli_plan *p);
/* The answer of a command that worked on a plan, in every form. */
void cli_tell_outcome(struct cli_plan *p, const char *schema);

/* As the others of command.h. */
int cli_dns_plan(struct cli *c);
int cli_dns_apply(struct cli *c);
int cli_dns_verify(struct cli *c);
int cli_dns_undo(struct cli *c);
int cli_dns_list(struct cli *c);
int cli_dns_provider(struct cli *c);
int cli_dns_connect(struct cli *c);

#endif
