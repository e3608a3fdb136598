/* hosting.h - what the commands about hosted domains share. */
#ifndef CLI_HOSTING_H
#define CLI_HOSTING_H

#include "cli/people.h"

/* The table of these commands (commands_hosting.c). */
extern const struct cli_command cli_hosting_commands[];
extern const size_t cli_hosting_count;

/* The hosted domain that the first operand names; complains and sets `code`
 * when there is none. Texts live as long as the command. */
bool cli_hosted(struct cli *c, struct control *control,
		struct control_hosted *out, int *code) MUST_CHECK;
/* Members of a hosted domain into an open object: domain, token, proof, mode,
 * fault and the records that lead here. */
void cli_put_hosted(struct cli *c, struct json_out *j,
		    const struct control_hosted *h);
/* The records that delegate it and the one that proves it, as lines of a zone
 * file. */
void cli_print_delegation(struct cli *c, const struct control_hosted *h);

/* A pattern of mail servers (RFC 8461 section 4.1), folded. */
bool cli_fold_pattern(struct cli *c, const char *text,
		      struct str *out) MUST_CHECK;

/* Gives the domains of the operands the settings of that template. */
int cli_template_apply(struct cli *c, struct control *control,
		       const char *name);

/* As the others of command.h. */
int cli_domain_template(struct cli *c);
int cli_domain_host(struct cli *c);
int cli_domain_prove(struct cli *c);
int cli_mta_sts_show(struct cli *c);
int cli_mta_sts_mode(struct cli *c);
int cli_mta_sts_add_mx(struct cli *c);
int cli_mta_sts_retire(struct cli *c);
int cli_policy_show(struct cli *c);
int cli_policy_history(struct cli *c);
int cli_cert_list(struct cli *c);
int cli_cert_renew(struct cli *c);

#endif
