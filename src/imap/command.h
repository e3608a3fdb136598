/* command.h - the words of IMAP, made and read; no network. */
#ifndef IMAP_COMMAND_H
#define IMAP_COMMAND_H

#include "base/base.h"

/* Appends `s` as a quoted string (RFC 3501 section 4.3); line ends and NUL,
 * which it cannot hold, are left out. */
void command_quote(struct buf *out, struct str s);
/* The numbers of every "* SEARCH" line in `answer`, ascending, each once; at
 * most `room` of the smallest come back. Returns how many. */
size_t command_uids(struct str answer, uint64_t *uids, size_t room);

#endif
