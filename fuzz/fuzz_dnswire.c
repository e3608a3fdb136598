/* fuzz_dnswire.c - a question of any form, by datagram and connection. */
#include "dnswire_run.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str query = { (const char *)data, size };

	if (size > DNSWIRE_TCP_MAX)
		return 0;
	dnswire_run(query, false);
	dnswire_run(query, true);
	(void)dnswire_notify_taken(query, 1);
	return 0;
}
