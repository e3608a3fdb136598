/* notify.h - how people are told of things, as the configuration says. */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include "cli/config.h"
#include "notify/notify.h"

/* Texts are those of `config`; the language is the first of ui.languages. */
void cli_notify_options(const struct cli_config *config,
			struct notify_options *out);

#endif
