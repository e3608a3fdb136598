/* Questions as people write them: lines of name=value. */
#include "insight/insight.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	struct store_query q;
	struct str line, name;

	insight_init(&q, STORE_OWNER_SELF);
	while (str_split(&rest, '\n', &line)) {
		struct diag why = { 0 };

		if (!str_split(&line, '=', &name))
			continue;
		if (insight_set(&q, name, line, 1795356180, &why) == ERR_NONE)
			continue;
		if (why.code[0] == '\0')
			__builtin_trap();
	}
	return 0;
}
