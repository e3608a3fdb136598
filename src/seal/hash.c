/* hash.c - SHA-256 by OpenSSL, which uses what the processor has for it. */
#include "seal/seal.h"

#include <assert.h>
#include <openssl/evp.h>

struct seal_hash {
	EVP_MD_CTX *context;
};

/* Looked up once: a look-up takes longer than a small hash. */
static const EVP_MD *
sha256(void)
{
	static EVP_MD *found;

	if (!found)
		found = EVP_MD_fetch(NULL, "SHA256", NULL);
	assert(found);
	return found;
}

static void
must(int done)
{
	assert(done == 1);
}

struct seal_hash *
seal_hash_new(void)
{
	struct seal_hash *h = heap_new(sizeof *h);

	h->context = EVP_MD_CTX_new();
	assert(h->context);
	must(EVP_DigestInit_ex(h->context, sha256(), NULL));
	return h;
}

void
seal_hash_add(struct seal_hash *h, struct str bytes)
{
	if (bytes.n > 0)
		must(EVP_DigestUpdate(h->context, bytes.p, bytes.n));
}

void
seal_hash_end(struct seal_hash *h, uint8_t out[SEAL_HASH_BYTES])
{
	must(EVP_DigestFinal_ex(h->context, out, NULL));
	EVP_MD_CTX_free(h->context);
	heap_free(h);
}

void
seal_hash_of(struct str bytes, uint8_t out[SEAL_HASH_BYTES])
{
	must(EVP_Digest(bytes.n ? bytes.p : "", bytes.n, out, NULL, sha256(),
			NULL));
}
