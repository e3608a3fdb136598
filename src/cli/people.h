/* people.h - what the commands about users, tokens and domains share. */
#ifndef CLI_PEOPLE_H
#define CLI_PEOPLE_H

#include "cli/context.h"
#include "cli/table.h"
#include "control/control.h"

/* The table of these commands (commands_people.c). */
extern const struct cli_command cli_people_commands[];
extern const size_t cli_people_count;

/* Opens the control store of --data, which is made when absent; complains and
 * sets `code` on failure. */
struct control *cli_control(struct cli *c, int *code) MUST_CHECK;
/* A command whose first operand says what to do: "add", "list". */
struct cli_way {
	const char *word;
	unsigned operands; /* with the word */
	int (*run)(struct cli *c, struct control *control);
};
/* Runs it with the store open, or complains with `usage`, a catalogue key. The
 * exit code. */
int cli_go(struct cli *c, const struct cli_way *ways, size_t n,
	   const char *usage);
/* Writes down what was done from here. */
enum err cli_audit(struct cli *c, struct control *control, const char *action,
		   struct str object, struct diag *why) MUST_CHECK;
/* The password of --password-file, of a prompt on the terminal (twice, without
 * echo), or the first line of standard input. False: told, `code` is set. */
bool cli_password(struct cli *c, struct buf *out, int *code) MUST_CHECK;

/* Where reports come to. */
struct control_instance cli_instance(struct cli *c);
/* What `d` has to publish so that its reports come here. */
enum err cli_domain_records(struct cli *c, const struct control_domain *d,
			    struct control_records *out,
			    struct diag *why) MUST_CHECK;

/* The same, told: the records, or an object of the list. */
enum err cli_domain_tell(struct cli *c, const struct control_domain *d,
			 struct diag *why) MUST_CHECK;

/* A list without pages, in whichever form was asked for. */
struct cli_whole_list {
	const char *schema, *key; /* JSON: "waxseal.user.list/1", "users" */
	const struct cli_column *columns;
	size_t column_count;
	const char *none; /* catalogue key: said to a person when it is empty */
};
/* The rows come between the two, as JSON objects or as cells of `t`. */
void cli_whole_list_begin(struct cli *c, const struct cli_whole_list *list,
			  struct cli_table *t);
/* `count` rows were told, then `err`; gives the exit code. */
int cli_whole_list_end(struct cli *c, const struct cli_whole_list *list,
		       struct cli_table *t, size_t count, enum err err,
		       const struct diag *why);

/* As the others of command.h. */
int cli_user_add(struct cli *c);
int cli_user_passwd(struct cli *c);
int cli_user_list(struct cli *c);
int cli_user_remove(struct cli *c);
int cli_token_add(struct cli *c);
int cli_token_list(struct cli *c);
int cli_token_remove(struct cli *c);
int cli_domain_add(struct cli *c);
int cli_domain_list(struct cli *c);
int cli_domain_show(struct cli *c);
int cli_domain_remove(struct cli *c);
int cli_setup_token(struct cli *c);

#endif
