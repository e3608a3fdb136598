/* private.h - what the files of this room share. */
#ifndef CARRIER_PRIVATE_H
#define CARRIER_PRIVATE_H

#include "carrier/carrier.h"

/* Holds one signature against its key; false: not yet. */
bool carrier_signature(struct facts *f, const struct carrier_mail *mail,
		       const struct dkimsig *sig,
		       struct carrier_signature *out) MUST_CHECK;

#endif
