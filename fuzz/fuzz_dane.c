/* fuzz_dane.c - TLSA records against a chain of bytes from outside: what is
 * left of the input serves as certificate and key. */
#include "dane/dane.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct facts_der sent[2] = { { str_sub(text, 35, SIZE_MAX), text },
				     { str_sub(text, 3, SIZE_MAX), text } };
	struct facts_cert cert = { .there = true, .sent = sent, .sent_n = 2 };
	struct dane_target target = { S("mx.example"), S("example"), 1 };
	SCOPED_BUF out = BUF(1 << 16);
	struct dane_tlsa r;

	if (!dane_parse(text, &r))
		return 0;
	assert(r.data.n == size - 3 && dane_print(&r, &out) == !out.full);
	if (dane_use_of(&r) == DANE_USABLE)
		dane_match(&r, &cert, &target);
	return 0;
}
