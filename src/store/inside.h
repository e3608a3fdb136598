/* inside.h - what the files of the store share. */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include "db/db.h"
#include "seal/seal.h"
#include "store/store.h"

struct store_writer;

struct store {
	struct db *db;
	char *dir;
	int lock; /* shared while it is open, see store_restore; or -1 */
	enum store_mode mode;
	uint8_t key[SEAL_KEY_BYTES]; /* of boxes; wiped on closing */
	struct store_writer *writer; /* NULL when opened for reading */
};

enum { STORE_PATH_MAX = 4096 };
/* "<dir>/<file>" into `out`. ERR_LIMIT "io.name_too_long". */
enum err store_path(const char *dir, const char *file, char out[STORE_PATH_MAX],
		    struct diag *why) MUST_CHECK;
/* Opens "<dir>/store.lock" and locks it: shared by everybody who has the
 * store open, alone by whoever replaces it. ERR_BUSY "store.in_use". */
enum err store_lock(const char *dir, bool alone, int *fd,
		    struct diag *why) MUST_CHECK;
/* Reads "<dir>/seal.key", making it first when `make`. */
enum err store_key(const char *dir, bool make, uint8_t key[SEAL_KEY_BYTES],
		   struct diag *why) MUST_CHECK;
extern const struct db_migration store_schema[];
extern const size_t store_schema_count;

/* What writing needs beside the database; freeing NULL is fine. */
struct store_writer *store_writer_new(void);
void store_writer_free(struct store_writer *w);

/* Bits of `verdict` in row, rollup and the cubes. */
enum {
	STORE_V_DKIM = 1,        /* aligned pass */
	STORE_V_SPF = 2,         /* aligned pass */
	STORE_V_VOUCHED = 4,     /* sender_spf_vouched */
	STORE_V_DISPOSITION = 3, /* shift: enum dmarc_disposition, 2 bits */
	STORE_V_POLICY = 5,      /* shift: enum dmarc_policy, 2 bits */
	STORE_V_END = 128,       /* what is kept is below this */
	/* For store_class_of: the address is in the domain's own SPF. That
	 * may change, so it is not kept in any verdict. */
	STORE_V_INSIDE = 128
};

/* The rows of a report have the ids from store_row_first(report) on, below
 * store_row_first(report + 1). */
enum { STORE_ROW_BITS = 21 };
static inline int64_t
store_row_first(int64_t report)
{
	return report << STORE_ROW_BITS;
}

/* The enum sender_class of rows with these facts. */
int64_t store_class_of(int64_t verdict, int64_t overrides,
		       enum sender_triage triage);
/* In SQL, on every connection of the store:
 *   mail_class(verdict, overrides, triage)  the enum sender_class. */

#endif
