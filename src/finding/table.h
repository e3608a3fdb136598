/* table.h - what compile.py makes of the catalogue; private to finding. */
#ifndef FINDING_TABLE_H
#define FINDING_TABLE_H

#include "finding/finding.h"

struct finding_sentence {
	const char *key;
	const char *text[FINDING_LANGS];
};

/* Both sorted by their first member, bytewise; one empty element behind the
 * last, as C has no empty arrays. */
extern const struct finding finding_table[];
extern const size_t finding_table_count;
extern const struct finding_sentence finding_sentences[];
extern const size_t finding_sentence_count;

#endif
