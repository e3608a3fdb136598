/* placing.h - who is behind an address, and where it is. */
#ifndef STORE_PLACING_H
#define STORE_PLACING_H

#include "store/inside.h"

/* How addresses are named and placed, see store_place_with. */
struct store_placing {
	void (*look)(void *ctx, const struct store_endpoint *e,
		     struct store_place *place); /* NULL: later */
	void *ctx;
	struct buf stamp_text;
	int64_t stamp;       /* its name, 0 until it has one */
	struct map *sources; /* "owner slug" to source.id; "#64496": named */
};

struct store_placed {
	int64_t source, asn, place, stamp;
	char country[3];
	double latitude, longitude; /* NaN unknown */
};

/* The writer's own; fini frees what init made, forget drops what a batch
 * that was taken back had numbered. */
void store_placing_init(struct store_placing *p);
void store_placing_fini(struct store_placing *p);
void store_placing_forget(struct store_placing *p);
/* The name of the stamp, given on first use. */
enum err store_placing_stamp(struct store *s, int64_t *stamp,
			     struct diag *why) MUST_CHECK;
/* Looks, chooses the source, and makes its row when it is new. */
enum err store_place(struct store *s, int64_t owner,
		     const struct store_endpoint *e, struct store_placed *out,
		     struct diag *why) MUST_CHECK;
/* Binds seven places from `first` on, in the order of SQL_ENDPOINT_PLACE. */
void store_bind_placed(struct db_statement *st, int first,
		       const struct store_placed *p);

#endif
