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
	enum store_mode mode;
	uint8_t key[SEAL_KEY_BYTES]; /* of boxes; wiped on closing */
	struct store_writer *writer; /* NULL when opened for reading */
};

/* Bits of `verdict` in row, rollup and the cubes. */
enum {
	STORE_V_DKIM = 1,	 /* aligned pass */
	STORE_V_SPF = 2,	 /* aligned pass */
	STORE_V_VOUCHED = 4,	 /* sender_spf_vouched */
	STORE_V_DISPOSITION = 3, /* shift: enum dmarc_disposition, 2 bits */
	STORE_V_POLICY = 5,	 /* shift: enum dmarc_policy, 2 bits */
	STORE_V_END = 128
};

/* The rows of a report have the ids from store_row_first(report) on, below
 * store_row_first(report + 1). */
enum { STORE_ROW_BITS = 21 };
static inline int64_t
store_row_first(int64_t report)
{
	return report << STORE_ROW_BITS;
}

/* In SQL, on every connection of the store:
 *   mail_class(verdict, overrides, triage)  the enum sender_class. */

#endif
