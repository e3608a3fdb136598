/* private.h - what the files of this room share. */
#ifndef BIMI_PRIVATE_H
#define BIMI_PRIVATE_H

#include "bimi/bimi.h"

/* "https://HOST/PATH" in parts; false when it is no such address. The host is
 * as written; the path begins with a slash. */
bool bimi_split_url(struct str url, struct str *host, struct str *path);
/* The name of the next tag and its value; false at the end. A piece that is
 * no tag has an empty name. */
bool bimi_next_tag(struct str *rest, struct str *name, struct str *value);
/* Fetches logo and certificate and judges them; false: not yet. */
bool bimi_check_files(struct facts *f, const struct bimi *rec,
		      struct finding_list *out);

#endif
