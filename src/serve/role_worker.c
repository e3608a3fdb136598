/* role_worker.c - the role that fetches reports from elsewhere. */
#include "mailbox/mailbox.h"
#include "os/os.h"
#include "serve/private.h"

int
serve_worker(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
	char spool[SERVE_PATH_ROOM];
	const struct mailbox_options options = {
		.spool = spool,
		.reserve = o->reserve,
		.limit = o->limit,
		.bell = s->bell[1],
		.accounts = o->accounts,
		.account_count = o->account_count,
		.watched = o->watched.at,
		.watched_count = o->watched.n,
		.clock = os_now,
	};

	(void)me;
	serve_path(s, "spool", spool);
	return mailbox_run(&options);
}
