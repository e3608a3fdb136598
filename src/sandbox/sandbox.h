/* sandbox.h - what a process gives up before it works.
 *
 * Each call is for good.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "base/base.h"

/* For the process that reads what strangers wrote: from here on it can open
 * no file, make no socket and start no program (seccomp; such calls fail with
 * EPERM, so that a library that tries goes on without). Reading, writing and
 * taking descriptors on what it holds stays possible. Everything that is
 * loaded late (character sets) must have been loaded. */
enum err sandbox_parser(struct diag *why) MUST_CHECK;
/* For roles: nobody gains rights, no core files, gone with the supervisor. */
void sandbox_role(void);
/* Becomes `user` when this is root; nothing otherwise. Groups are set, too.
 * "serve.no_user" when there is no such user. */
enum err sandbox_become(const char *user, struct diag *why) MUST_CHECK;
/* Leaves only descriptors 0 to 2 and those in `keep`. */
void sandbox_close_all_but(const int *keep, size_t count);

#endif
