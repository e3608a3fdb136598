/* private.h - what the files of evidence share. */
#ifndef EVIDENCE_PRIVATE_H
#define EVIDENCE_PRIVATE_H

#include "evidence/evidence.h"

/* own_watch.c: looks at the SPF records of the registered domains that are
 * due, and so on. */
struct own_watch;
struct own_watch *own_watch_start(struct loop *l, struct inspect *in,
				  const struct evidence_options *options);
/* After the loop has ended, and the inspect is gone. NULL is fine. */
void own_watch_stop(struct own_watch *w);

#endif
