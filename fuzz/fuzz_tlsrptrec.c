/* fuzz_tlsrptrec.c - any bytes as a TLS-RPT record; the best reading prints
 * as a record that is taken. */
#include "tlsrptrec/tlsrptrec.h"

#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF out = BUF(1 << 17);
	struct tlsrptrec_faults faults = { .n = 0 };
	struct tlsrptrec record;
	struct str text = { (const char *)data, size };
	bool good = tlsrptrec_parse(text, mem, &record, &faults);

	assert(good == (faults.n == 0));
	if (!tlsrptrec_print(&out, &record))
		return 0;
	faults.n = 0;
	assert(tlsrptrec_parse(buf_str(&out), mem, &record, &faults));
	return 0;
}
