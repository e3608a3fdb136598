/* sandbox.c - rights that are given up: users, groups, descriptors. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { RECORD_BYTES = 64 << 10 /* of a user, with all its texts */ };

void
sandbox_role(void)
{
	/* One byte, not none: with none a core still goes to a program that
	 * collects them, core(5). */
	const struct rlimit none = { 1, 1 };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CORE, &none);
}

static enum err
become(const struct passwd *user, struct diag *why)
{
	if (initgroups(user->pw_name, user->pw_gid) < 0 ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return diag_errno(why, "start", user->pw_name);
	return ERR_NONE;
}

enum err
sandbox_become(const char *user, struct diag *why)
{
	SCOPED_BUF texts = BUF(RECORD_BYTES);
	struct passwd room, *found = NULL;
	char *to = buf_reserve(&texts, RECORD_BYTES);
	int failed;

	if (geteuid() != 0)
		return ERR_NONE;
	failed = getpwnam_r(user, &room, to, RECORD_BYTES, &found);
	if (found)
		return become(found, why);
	errno = failed;
	if (failed != 0 && failed != ENOENT && failed != ESRCH)
		return diag_errno(why, "start", user);
	return diag_set(why, ERR_GONE, "serve.no_user", 0, "%s", user);
}

/* The least descriptor in `keep` that is not below `from`. */
static unsigned
next_kept(const int *keep, size_t count, unsigned from)
{
	unsigned least = UINT_MAX;

	for (size_t i = 0; i < count; i++)
		if (keep[i] >= 0 && (unsigned)keep[i] >= from &&
		    (unsigned)keep[i] < least)
			least = (unsigned)keep[i];
	return least;
}

void
sandbox_close_all_but(const int *keep, size_t count)
{
	unsigned from = STDERR_FILENO + 1;

	for (;;) {
		unsigned kept = next_kept(keep, count, from);

		if (kept > from)
			(void)close_range(from, kept - 1, 0);
		if (kept == UINT_MAX)
			return;
		from = kept + 1;
	}
}
