/* main.c - the program `waxseal`. */
#include "cli/cli.h"
#include "serve/serve.h"

int
main(int argc, char **argv)
{
	serve_title_room(argc, argv);
	return cli_main(argc, argv);
}
