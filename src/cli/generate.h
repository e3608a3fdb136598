/* generate.h - what the files of `generate ...` share. */
#ifndef CLI_GENERATE_H
#define CLI_GENERATE_H

#include "cli/inspect.h"
#include "dkimkey/dkimkey.h"
#include "generate/generate.h"

/* The table of these commands (commands_generate.c). */
extern const struct cli_command cli_generate_commands[];
extern const size_t cli_generate_count;

/* As the others of command.h. */
int cli_generate(struct cli *c);

/* One run. */
struct cli_generating {
	struct cli *c;
	struct generate_wish wish;
	struct finding_list given; /* about the texts it began with */
	struct generate_result result;
	struct dkimkey_pair pair; /* a new key; wiped at the end */
	const char *key_file;     /* where it was written, or NULL */
};

/* Starts from what is published, and asks for mail servers that were not
 * given; tells what it cannot know. Gives the exit code. */
int cli_generate_live(struct cli_generating *g);
/* A new key pair, unless a public one was given: into the wish. */
int cli_generate_key(struct cli_generating *g);
/* Writes the private key to a file that must be new, for its owner alone. */
int cli_generate_keep_key(struct cli_generating *g);
/* Prints the result in the form that was asked for. */
void cli_generate_tell(struct cli_generating *g);

#endif
