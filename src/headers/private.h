/* private.h - what the files of this room share. */
#ifndef HEADERS_PRIVATE_H
#define HEADERS_PRIVATE_H

#include "headers/headers.h"

/* One field, unfolded. */
struct headers_field {
	struct str name, value;
};

struct headers_fields {
	struct headers_field at[HEADERS_FIELDS_MAX];
	size_t n;
};

static inline bool
headers_is(const struct headers_field *f, struct str name)
{
	return str_eq_fold(f->name, name);
}

/* Without comments, white space as single blanks. False: `mem` is full. */
bool headers_bare(struct str value, struct arena *mem,
		  struct str *out) MUST_CHECK;
bool headers_lower(struct str value, struct arena *mem,
		   struct str *out) MUST_CHECK;
/* The value of a tag in "a=1; b=2"; empty: there is none. Blanks inside stay.
 */
struct str headers_tag(struct str value, struct str name);

/* way.c. False: `mem` is full. */
bool headers_read_way(const struct headers_fields *all, struct arena *mem,
		      struct headers_mail *out) MUST_CHECK;
bool headers_read_results(const struct headers_fields *all, struct arena *mem,
			  struct headers_mail *out) MUST_CHECK;

#endif
