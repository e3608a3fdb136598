/* repairs.c - the list of what was put right. */
#include "decode/private.h"

#include <string.h>

void
repairs_add(struct repairs *r, const char *code, uint64_t count)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->list[i].code, code) == 0) {
			r->list[i].count += count;
			return;
		}
	if (r->count < COUNT_OF(r->list))
		r->list[r->count++] = (struct dmarc_repair){ code, count };
}
