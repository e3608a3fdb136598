/* engine.h - documents to the parser, its answers to the store.
 *
 * The parser always has a few documents in hand, so that reading and writing
 * go on at the same time; answers come in the order of the questions. One
 * that kills the parser twice is refused with its bytes.
 */
#ifndef INGEST_ENGINE_H
#define INGEST_ENGINE_H

#include "ingest/private.h"

struct engine_options {
	const struct ingest_options *ingest;
	const char *die_on; /* see serve.h */
	/* Everything of a segment before `offset` is durable now. */
	void (*spooled)(void *ctx, struct str segment, uint64_t offset);
	/* Each item after its commit, with the ticket of its document. */
	void (*told)(void *ctx, void *ticket, const struct ingest_item *item);
	void *ctx;
	struct quota *quota; /* or NULL */
};

struct engine;

/* `totals` is added to. The store may be NULL for a dry run. */
enum err engine_new(struct store *s, const struct engine_options *options,
		    struct ingest_totals *totals, struct engine **out,
		    struct diag *why) MUST_CHECK;
void engine_free(struct engine *e); /* NULL is fine */
/* Takes the document's descriptor over, also when it fails. A failure is of
 * the store: what was not committed is lost, see engine_reset. */
enum err engine_add(struct engine *e, const struct document *d,
		    struct diag *why) MUST_CHECK;
/* One that is not to be parsed: behind all that were added. */
enum err engine_refuse(struct engine *e, const struct document *d,
		       const struct diag *reason, struct diag *why) MUST_CHECK;
/* One that the store keeps, see store_each_raw: read and committed. `own`: as
 * in struct document; a stored report stays its owner's anyway. */
enum err engine_again(struct engine *e, const struct store_report *report,
		      struct str raw, bool own, void *ticket,
		      struct diag *why) MUST_CHECK;
/* The parser's answer, dkimsig_print's, for a message; nothing may be in hand.
 * ERR_SYNTAX: it died of it, or said something else. */
enum err engine_signatures(struct engine *e, struct str message,
			   struct buf *out) MUST_CHECK;
/* Until nothing is in hand and all is committed. */
enum err engine_finish(struct engine *e, struct diag *why) MUST_CHECK;
bool engine_idle(const struct engine *e);
/* Forgets everything that is not committed, with a fresh parser at the next
 * document. */
void engine_reset(struct engine *e);
/* How often that happened: a document's sender may ask whether its own was
 * among them. */
uint64_t engine_resets(const struct engine *e);
/* The spool position of the oldest document in hand; empty when none. */
struct str engine_oldest(const struct engine *e, uint64_t *offset);

#endif
