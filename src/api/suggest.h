/* suggest.h - what the search bar offers while somebody types. */
#ifndef API_SUGGEST_H
#define API_SUGGEST_H

#include "api/private.h"

struct api_country {
	char code[3];
	const char *name[FINDING_LANGS];
};
/* Ended by an empty code. */
extern const struct api_country api_countries[];

/* Appends `text` as it is compared: full-width forms as ASCII, ideographic
 * blanks as blanks, ASCII and Latin-1 letters small. */
void api_fold_text(struct str text, struct buf *out);

#endif
