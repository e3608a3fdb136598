/* lab.h - what the tests of this room share. */
#ifndef LAB_H
#define LAB_H

#include "dnsplan/dnsplan.h"

struct lab {
	struct arena *mem;
	struct facts *f;
	struct dnsplan_wish wish;
	struct dnsplan plan;
};

/* example.com with two name servers, and the lines of `world`. */
void lab_begin(struct lab *l, const char *world, int64_t now);
void lab_end(struct lab *l);
struct dnsplan_wanted lab_want(const char *name, enum records_type type,
			       const char *value);
void lab_add(struct lab *l, struct dnsplan_wanted w);
void lab_make(struct lab *l);
/* Change `i` reads "replace _dmarc.example.com TXT [now] -> [after]". */
void lab_is(const struct lab *l, size_t i, const char *line);
bool lab_found(const struct lab *l, const char *code);

#endif
