/* private.h - what the files of tlsrptrec share. */
#ifndef TLSRPTREC_PRIVATE_H
#define TLSRPTREC_PRIVATE_H

#include "base/base.h"
#include "tlsrptrec/tlsrptrec.h"

/* Begins "v=TLSRPTv1;": a sender keeps it (RFC 8460 section 3). */
bool tlsrptrec_is_record(struct str text);
/* Meant as one, whatever is wrong with it. */
bool tlsrptrec_is_nearly(struct str text);
/* A URI that can stand in a record as it is. */
bool tlsrptrec_uri_valid(struct str uri);

#endif
