/* imap.h - a mailbox somewhere else, read message by message (libcurl
 * inside).
 *
 * Blocking, with time limits: for the worker, never for a serving loop. What
 * the server says is hostile: bounded, never shown as it is.
 */
#ifndef IMAP_H
#define IMAP_H

#include "base/base.h"

enum imap_security {
	IMAP_TLS,      /* from the first byte; port 993 */
	IMAP_STARTTLS, /* port 143, TLS or nothing */
	IMAP_PLAIN     /* loopback and closed networks only */
};

struct imap_account {
	const char *host;
	uint16_t port; /* 0: as the security says */
	enum imap_security security;
	const char *user;
	/* Exactly one: files are read at each connection, so that a changed
	 * secret needs no restart. Trailing line ends are cut. */
	const char *password_file, *token_file; /* token: OAuth 2.0 */
	const char *folder;                     /* "INBOX" */
	const char *ca_file;                    /* NULL: the system's */
};

struct imap;

/* Connects at the first use. ERR_IO "imap.secret" when the file cannot be
 * read (its name in the detail, never its content). */
enum err imap_open(const struct imap_account *account, struct imap **out,
		   struct diag *why) MUST_CHECK;
void imap_close(struct imap *i); /* NULL is fine */

/* The UIDs of what is in the folder and not marked deleted; `unseen`: only
 * what nobody has read. At most IMAP_LIST_MAX, the oldest first. */
enum { IMAP_LIST_MAX = 10000 };
enum err imap_list(struct imap *i, bool unseen, uint64_t *uids, size_t *count,
		   struct diag *why) MUST_CHECK;
/* The whole message through `bytes`, which stops by false (ERR_STOP). It is
 * then marked as read on the server. */
enum err imap_fetch(struct imap *i, uint64_t uid,
		    bool (*bytes)(void *ctx, struct str piece), void *ctx,
		    struct diag *why) MUST_CHECK;
/* Into another folder, or away for good. ERR_IO as "imap.refused" with the
 * server's words. */
enum err imap_move(struct imap *i, uint64_t uid, const char *folder,
		   struct diag *why) MUST_CHECK;
enum err imap_delete(struct imap *i, uint64_t uid, struct diag *why) MUST_CHECK;

#endif
