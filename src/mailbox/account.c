/* account.c - one turn over a mailbox. */
#include "mailbox/private.h"

#include "log/log.h"
#include "metrics/metrics.h"

#include <stdio.h>

static bool
keeps(const struct mailbox_account *account)
{
	return !account->move_to && !account->delete_taken;
}

static enum err
put_away(struct imap *imap, const struct mailbox_account *account, uint64_t uid,
	 struct diag *why)
{
	if (account->move_to)
		return imap_move(imap, uid, account->move_to, why);
	if (account->delete_taken)
		return imap_delete(imap, uid, why);
	return ERR_NONE;
}

static enum err
take_one(struct mailbox *m, struct imap *imap,
	 const struct mailbox_account *account, uint64_t uid, struct diag *why)
{
	SCOPED_BUF name = BUF(1024);
	struct delivery d;
	enum err err;

	(void)buf_addf(&name, "%s/%s/%llu", account->name, account->imap.folder,
		       (unsigned long long)uid);
	err = delivery_begin(m, SPOOL_MAILBOX, buf_str(&name), &d, why);
	if (err != ERR_NONE)
		return err;
	err = delivery_end(m, &d,
			   imap_fetch(imap, uid, delivery_bytes, &d, why), why);
	if (err != ERR_NONE)
		return err;
	metrics_add(METRICS_MAILBOX_FETCHED, 1);
	log_info("mailbox.taken", log_text("account", str_of(account->name)),
		 log_number("uid", (int64_t)uid),
		 log_number("bytes", (int64_t)d.bytes));
	return put_away(imap, account, uid, why);
}

static void
complain(const struct mailbox_account *account, const struct diag *why)
{
	metrics_add(METRICS_MAILBOX_ERRORS, 1);
	log_warn("mailbox.failed", why,
		 log_text("account", str_of(account->name)));
}

/* What is too large for us stays where it is, marked as read by the attempt;
 * anything else that fails ends the turn. */
static size_t
take_all(struct mailbox *m, struct imap *imap,
	 const struct mailbox_account *account, const uint64_t *uids, size_t n)
{
	size_t taken = 0;

	for (size_t i = 0; i < n && !*m->stop; i++) {
		struct diag why = { 0 };
		enum err err = take_one(m, imap, account, uids[i], &why);

		taken += err == ERR_NONE;
		if (err != ERR_NONE)
			complain(account, &why);
		if (err != ERR_NONE && err != ERR_LIMIT && err != ERR_GONE)
			break;
	}
	return taken;
}

size_t
poll_account(struct mailbox *m, const struct mailbox_account *account)
{
	uint64_t *uids = heap_new(IMAP_LIST_MAX * sizeof *uids);
	struct imap *imap = NULL;
	struct diag why = { 0 };
	size_t n = 0, taken = 0;
	enum err err = imap_open(&account->imap, &imap, &why);

	if (err == ERR_NONE)
		err = imap_list(imap, keeps(account), uids, &n, &why);
	if (err == ERR_NONE)
		taken = take_all(m, imap, account, uids, n);
	else
		complain(account, &why);
	imap_close(imap);
	heap_free(uids);
	return taken;
}
