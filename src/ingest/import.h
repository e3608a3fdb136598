/* import.h - what is under way from the parser to the store. */
#ifndef INGEST_IMPORT_H
#define INGEST_IMPORT_H

#include "ingest/engine.h"

enum {
	IMPORT_BATCH = 1000, /* items */
	IMPORT_PLACES = 16,  /* segments of the spool in one batch */
	IMPORT_SEGMENT = 64
};

/* Of what was read from the spool. */
struct import_place {
	char segment[IMPORT_SEGMENT];
	uint64_t offset;
};

struct import {
	struct store *store;
	const struct ingest_options *options;
	const struct engine_options *engine;
	struct ingest_totals *totals;

	/* The report under way. */
	struct arena *row_mem, *head_mem;
	struct buf raw, held; /* held: a TLS or failure frame */
	struct ingest_item item;
	bool dmarc_open;
	bool nobodys;  /* goes to the bin */
	bool any_kept; /* of this document, other than what is ignored */

	/* Done, not yet durable. */
	struct arena *pending_mem;
	struct ingest_item pending[IMPORT_BATCH];
	void *ticket[IMPORT_BATCH];
	size_t pending_count;
	struct import_place place[IMPORT_PLACES];
	size_t place_count;
	bool in_batch;
	int64_t batch_began; /* os_ticks */
};

/* ---- batch.c ---- */

enum err import_begin(struct import *i, struct diag *why) MUST_CHECK;
/* The report under way is done with. */
void import_forget(struct import *i);
/* Text that outlives its frame; left out when there is too much of it. */
struct str import_keep(struct arena *mem, struct str s);
/* Moves the finished item to those that wait for the commit, which comes when
 * they are too many. */
enum err import_add(struct import *i, const struct document *d,
		    const struct decode_end *end,
		    const struct store_item *stored,
		    struct diag *why) MUST_CHECK;

#endif
