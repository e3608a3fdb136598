/* private.h - what the files of this room share. */
#ifndef DMARCREC_PRIVATE_H
#define DMARCREC_PRIVATE_H

#include "dmarcrec/dmarcrec.h"

/* A record being read. */
struct reader {
	struct arena *mem;
	struct dmarcrec *out;
	struct dmarcrec_fault fault[DMARCREC_FAULTS_MAX];
	bool full; /* a bound or the memory was reached */
};

/* Later faults than the bound are dropped. `detail` is a piece of the text. */
void reader_fault(struct reader *r, const char *code, struct str tag,
		  struct str detail);
/* The comma list of rua or ruf. */
void reader_uris(struct reader *r, struct str tag, struct str value,
		 struct dmarcrec_uri **out, size_t *count);

bool dmarcrec_has_address(const struct dmarcrec *rec); /* a valid rua */
/* Joins two texts in `mem`; empty when it is full. */
struct str dmarcrec_join(struct arena *mem, struct str a, struct str b);
/* The record of `rec` put right, ready for _dmarc.`domain`. */
void dmarcrec_offer(struct finding_found *found, const struct dmarcrec *rec,
		    struct str domain, struct arena *mem);

/* The record against `s->seen`. */
void dmarcrec_check_seen(const struct dmarcrec *rec,
			 const struct facts_subject *s,
			 struct finding_list *out);

/* Where the record's addresses lead; false: not yet. */
bool dmarcrec_check_hosts(struct facts *f, const struct dmarcrec_place *place,
			  struct finding_list *out);

#endif
