/* private.h - what the two kinds of places share. */
#ifndef MAILBOX_PRIVATE_H
#define MAILBOX_PRIVATE_H

#include "mailbox/mailbox.h"
#include "spool/spool.h"

struct mailbox {
	const struct mailbox_options *options;
	struct spool_writer *spool;
	volatile int *stop;
};

/* One message on its way into the spool. */
struct delivery {
	struct spool_message *message;
	enum err err;
	struct diag why;
	uint64_t bytes;
	bool durable;
};

/* Begins one; ERR_IO while the spool is full. `name` says where it lay. */
enum err delivery_begin(struct mailbox *m, enum spool_door door,
			struct str name, struct delivery *out,
			struct diag *why) MUST_CHECK;
/* A piece of its octets; false when it cannot be taken. */
bool delivery_bytes(void *ctx, struct str piece);
/* Makes it durable and wakes the writer, or drops it. */
enum err delivery_end(struct mailbox *m, struct delivery *d, enum err fetched,
		      struct diag *why) MUST_CHECK;

/* One turn over an account or a directory; how many were taken. What goes
 * wrong is logged and tried again at the next turn. */
size_t poll_account(struct mailbox *m, const struct mailbox_account *account);
size_t poll_directory(struct mailbox *m, const char *path);

#endif
