/* fuzz_dmarcrec.c - what is converted prints and reads back without fault. */
#include "dmarcrec/dmarcrec.h"
#include <assert.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	SCOPED_ARENA mem = arena_new(4 << 20);
	SCOPED_BUF first = BUF(1 << 17), second = BUF(1 << 17);
	struct dmarcrec rec, back;
	struct finding_list list = { .mem = mem };

	if (dmarcrec_parse(text, mem, &rec, NULL) != ERR_NONE)
		return 0;
	dmarcrec_lint(&rec, S("example.com"), &list);
	assert(dmarcrec_convert(&rec, mem, &back));
	dmarcrec_print(&back, &first);
	if (dmarcrec_parse(buf_str(&first), mem, &back, NULL) != ERR_NONE)
		return 0;
	assert(back.valid && back.fault_n == 0 && back.rua_n <= rec.rua_n);
	dmarcrec_print(&back, &second);
	assert(str_eq(buf_str(&first), buf_str(&second)));
	return 0;
}
