/* cli.h - the command line: `waxseal <noun> <verb>`. */
#ifndef CLI_H
#define CLI_H

/* Runs one command and returns its exit code (product section 4.1). */
int cli_main(int argc, char **argv);

#endif
