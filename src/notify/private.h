/* private.h - what the files of notify share. */
#ifndef NOTIFY_PRIVATE_H
#define NOTIFY_PRIVATE_H

#include "control/control.h"
#include "notify/notify.h"

enum {
	/* Of all that goes out together; NOTIFY_TOGETHER notices of the
	 * longest words and places fit. */
	NOTIFY_TEXT_MAX = 8 << 20,
	NOTIFY_WORDS_MAX = 8 << 10,   /* of one title, meaning or fix */
	NOTIFY_PLACES_MAX = 64 << 10, /* JSON of one notice */
	NOTIFY_SECRET_MAX = 4096,
	NOTIFY_LINE_MAX = 2048,
	NOTIFY_SIGN_HEX = 65
};

/* Notices that go out together; texts in `mem`. */
struct notify_batch {
	struct arena *mem;
	struct control_notice at[NOTIFY_TOGETHER];
	size_t n;
	int64_t now;
};

/* False: no room. Copies. */
bool notify_batch_add(struct notify_batch *b, const struct control_notice *n);

/* ---- text.c ---- */

/* A whole message (RFC 5322), lines with CRLF, for those of `b` that have the
 * channel left over. */
void notify_write_mail(struct buf *out, const struct notify_options *o,
		       const struct notify_batch *b);
/* The body of a webhook, "waxseal.notice/1". */
void notify_write_json(struct buf *out, const struct notify_options *o,
		       const struct notify_batch *b);
/* "t=SECONDS,v1=HEX": HMAC-SHA-256 (RFC 2104) over "SECONDS.BODY". */
void notify_sign(struct buf *out, struct str secret, int64_t now,
		 struct str body);
/* Addresses that can stand in a header: no control characters, an "@". */
bool notify_is_address(struct str text);
/* Whether a mail server, as it is configured, is this machine itself: by an
 * address of loopback or by the name localhost. */
bool notify_is_local(struct str server);

/* ---- send.c ---- */

struct notify_sending;

/* `ready` is a handle of libcurl that sends `b` by `channel`, and owns what
 * it needs; NULL with `why`. */
struct notify_sending *notify_sending_new(const struct notify_options *o,
					  enum notify_channel channel,
					  const struct notify_batch *b,
					  struct diag *why);
void notify_sending_free(struct notify_sending *s);    /* NULL is fine */
void *notify_sending_handle(struct notify_sending *s); /* CURL */
/* What came of it, after libcurl said `code`. */
enum err notify_sending_end(struct notify_sending *s, int code,
			    struct diag *why) MUST_CHECK;

#endif
