/* notify.h - tells people what happened, by mail and by webhook (libcurl
 * inside).
 *
 * Notices stand in the control store (control.h) until every channel has
 * them; those that are due at the same time go out together. A webhook gets
 * them as JSON, signed; it is never sent to an address that probe_allowed
 * refuses. Secrets are read from their files each time and appear in no log.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "base/base.h"
#include "finding/finding.h"
#include "loop/loop.h"
#include "probe/probe.h"

enum notify_channel { NOTIFY_MAIL = 1, NOTIFY_WEBHOOK = 2 };
enum {
	NOTIFY_POLL_MS = 2000,
	NOTIFY_TOGETHER = 50, /* notices in one mail */
	NOTIFY_RESULTS = 2
};

/* Empty texts and NULL: not configured. */
struct notify_options {
	const char *dir;     /* data directory */
	const char *mail_to; /* addresses, "," between them */
	const char *mail_from;
	const char *smtp_server; /* "HOST:PORT", "smtp://...", "smtps://..." */
	const char *smtp_user, *smtp_password_file;
	const char *webhook; /* https: */
	const char *webhook_secret_file;
	const char *hostname; /* ours */
	const char *base_url; /* of our pages; "" : links have no beginning */
	enum finding_lang lang;
	struct probe_options guard; /* of the webhook: allow, ca_file */
	int64_t (*clock)(void);     /* UTC seconds */
	int64_t poll_ms;            /* 0: NOTIFY_POLL_MS */
};

/* The channels that are configured, bits of enum notify_channel. */
unsigned notify_channels(const struct notify_options *options);
const char *notify_channel_name(enum notify_channel channel);

struct notify;

/* Copies `options`; its texts must outlive it. */
enum err notify_start(struct loop *l, const struct notify_options *options,
		      struct notify **out, struct diag *why) MUST_CHECK;
/* What is under way is given up and tried again by whoever starts next. NULL
 * is fine. */
void notify_stop(struct notify *n);

/* Sends a trial notice now and waits; `out` has room for NOTIFY_RESULTS. The
 * number of channels that were tried. */
struct notify_result {
	enum notify_channel channel;
	enum err err;
	struct diag why;
};
size_t notify_test(const struct notify_options *options,
		   struct notify_result *out);

#endif
