/* desk.h - a process that answers one question after another. */
#ifndef WEB_DESK_H
#define WEB_DESK_H

#include "api/api.h"

/* Reads questions from `fd` until the front is gone. Returns an exit
 * status. */
int web_desk_run(int fd, const struct api_options *options);

#endif
