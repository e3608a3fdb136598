/* private.h - what the files of this room share. */
#ifndef RECORDS_PRIVATE_H
#define RECORDS_PRIVATE_H

#include "records/records.h"

/* "example.com." with what a zone file takes for its own escaped. */
void records_print_name(struct str name, struct buf *out);
/* The value as in a zone file. */
void records_print_value(enum records_type type, struct str value,
			 struct buf *out);
/* Whether record `i` is the first of its name, and of its type there unless
 * `any_type`. */
bool records_is_first(const struct records *set, size_t i, bool any_type);
bool records_is_beside(const struct record *a, const struct record *b);

/* One for each form; false: a value cannot be said in it. */
void records_print_zone(const struct records *set, struct buf *out);
void records_print_nsupdate(const struct records *set, struct buf *out);
bool records_print_terraform(const struct records *set, struct buf *out);
bool records_print_octodns(const struct records *set, struct buf *out);

#endif
