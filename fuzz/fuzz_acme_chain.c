/* fuzz_acme_chain.c - any bytes as a chain in PEM and as the kept form. */
#include "acme/private.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_BUF chain = BUF(ACME_CHAIN_MAX);
	SCOPED_BUF pem = BUF(1 << 20);
	SCOPED_BUF again = BUF(ACME_CHAIN_MAX);
	struct str text = { (const char *)data, size };
	char id[ACME_ID_SIZE];
	int64_t from, to;

	(void)(acme_chain_dates(text, &from, &to) + acme_chain_id(text, id));
	if (!acme_print_chain(text, &pem) || pem.n > 0)
		buf_clear(&pem);
	if (acme_parse_chain(text, &chain, NULL) != ERR_NONE)
		return 0;
	assert(acme_print_chain(buf_str(&chain), &pem));
	assert(acme_parse_chain(buf_str(&pem), &again, NULL) == ERR_NONE);
	assert(str_eq(buf_str(&chain), buf_str(&again)));
	return 0;
}
