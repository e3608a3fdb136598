/* mailbox.h - the worker: fetches reports from mailboxes and directories.
 *
 * Polls each account and each directory at its own pace and puts what it
 * finds into the spool. A message leaves its mailbox, a file its directory,
 * only after it is durable in the spool.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "base/base.h"
#include "imap/imap.h"

struct mailbox_account {
	const char *name; /* of the section in the configuration, for logs */
	struct imap_account imap;
	const char *move_to; /* folder for what was taken; NULL: none */
	bool delete_taken;   /* neither: it is only marked as read */
	int64_t poll;        /* seconds between turns */
};

struct mailbox_options {
	const char *spool;       /* directory of the spool */
	uint64_t reserve, limit; /* as spool_options has them */
	int bell; /* one byte after each sync wakes the writer; -1 none */
	const struct mailbox_account *accounts;
	size_t account_count;
	/* Directories: whole files (no dot in front, unchanged for two
	 * seconds) are taken and moved to their "taken" directory; of a
	 * Maildir what is in "new", moved to "cur". */
	const char *const *watched;
	size_t watched_count;
	int64_t watch_every;    /* seconds; 0: two */
	int64_t (*clock)(void); /* UTC seconds */
};

/* Until SIGTERM; the exit status. */
int mailbox_run(const struct mailbox_options *options);

#endif
