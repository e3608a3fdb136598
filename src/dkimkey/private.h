/* private.h - what the files of this room share. */
#ifndef DKIMKEY_PRIVATE_H
#define DKIMKEY_PRIVATE_H

#include "dkimkey/dkimkey.h"

/* Reads out->p as a key of out->kind; fills bits, bare, fault, where. */
void dkimkey_read_key(struct dkimkey *out);

#endif
