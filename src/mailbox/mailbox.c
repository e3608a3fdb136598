/* mailbox.c - whose turn it is, and the way into the spool. */
#include "mailbox/private.h"

#include "log/log.h"
#include "os/os.h"
#include "seal/seal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { WATCH_SECONDS = 2, ID_BYTES = 12, WAIT_MS = 500 };

static volatile int stopping;

static void
on_stop(int number)
{
	(void)number;
	stopping = 1;
}

/* ---- into the spool ---- */

static void
make_id(char out[2 * ID_BYTES + 1])
{
	uint8_t raw[ID_BYTES];

	seal_random(raw, sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", raw[i]);
}

enum err
delivery_begin(struct mailbox *m, enum spool_door door, struct str name,
	       struct delivery *out, struct diag *why)
{
	char id[2 * ID_BYTES + 1];
	enum err err = spool_room(m->spool, why);
	struct spool_envelope envelope = {
		.door = door,
		.owner = 1, /* the operator's own, until there are tenants */
		.received_at = m->options->clock(),
		.name = name,
	};

	*out = (struct delivery){ 0 };
	if (err != ERR_NONE)
		return err;
	make_id(id);
	envelope.id = str_of(id);
	out->message = spool_begin(m->spool, &envelope);
	return ERR_NONE;
}

bool
delivery_bytes(void *ctx, struct str piece)
{
	struct delivery *d = ctx;

	d->bytes += piece.n;
	d->err = spool_add(d->message, piece, &d->why);
	return d->err == ERR_NONE;
}

static void
tell_durable(void *ctx, enum err err, const struct diag *why)
{
	struct delivery *d = ctx;

	d->err = err;
	if (why)
		d->why = *why;
	d->durable = err == ERR_NONE;
}

enum err
delivery_end(struct mailbox *m, struct delivery *d, enum err fetched,
	     struct diag *why)
{
	if (fetched != ERR_NONE) {
		spool_drop(d->message);
		if (d->err == ERR_NONE)
			return fetched;
		*why = d->why;
		return d->err;
	}
	spool_finish(d->message, tell_durable, d);
	(void)spool_sync(m->spool);
	if (!d->durable) {
		*why = d->why;
		return d->err;
	}
	if (m->options->bell >= 0)
		(void)!write(m->options->bell, "m", 1);
	return ERR_NONE;
}

/* ---- turns ---- */

struct turn {
	int64_t due; /* UTC seconds */
};

static void
run_turns(struct mailbox *m, struct turn *turns)
{
	const struct mailbox_options *o = m->options;
	int64_t now = o->clock();

	for (size_t i = 0; i < o->account_count && !stopping; i++)
		if (turns[i].due <= now) {
			(void)poll_account(m, &o->accounts[i]);
			turns[i].due = o->clock() + o->accounts[i].poll;
		}
	for (size_t i = 0; i < o->watched_count && !stopping; i++) {
		struct turn *turn = &turns[o->account_count + i];

		if (turn->due > now)
			continue;
		(void)poll_directory(m, o->watched[i]);
		turn->due = o->clock() +
			    (o->watch_every ? o->watch_every : WATCH_SECONDS);
	}
}

int
mailbox_run(const struct mailbox_options *options)
{
	const struct spool_options spool = { .dir = options->spool,
					     .name = "worker",
					     .reserve = options->reserve,
					     .limit = options->limit };
	struct mailbox m = { .options = options, .stop = &stopping };
	size_t count = options->account_count + options->watched_count;
	struct turn *turns = heap_new((count + 1) * sizeof *turns);
	struct diag why = { 0 };

	(void)signal(SIGTERM, on_stop);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	if (spool_writer_open(&spool, &m.spool, &why) != ERR_NONE) {
		log_error("spool.failed", &why);
		heap_free(turns);
		return 1;
	}
	while (!stopping) {
		run_turns(&m, turns);
		if (!stopping)
			(void)poll(NULL, 0, WAIT_MS);
	}
	spool_writer_close(m.spool);
	heap_free(turns);
	return 0;
}
