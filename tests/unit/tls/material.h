/* material.h - certificates with their keys, as the index has them. */
#ifndef TLS_TEST_MATERIAL_H
#define TLS_TEST_MATERIAL_H

#include "tls/tls.h"

enum { DER_MAX = 16 << 10 };

struct material {
	struct buf chain, key;
};

/* For `name`, with an issuer behind it; `kind` is "RSA" or a curve. */
struct material make_material(const char *name, const char *kind);
void free_material(struct material *m);

#endif
