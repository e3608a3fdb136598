/* fuzz_spool.c - a segment that is anything at all. */
#include "os/os.h"
#include "spool/private.h"

#include <sys/mman.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct spool_name name = { "fuzz", 1, 0 };
	struct spool_segment s = { .name = name, .tail = SPOOL_CLOSED };
	struct str bytes = { (const char *)data, size };
	SCOPED_FD fd = memfd_create("segment", MFD_CLOEXEC);
	struct spool_envelope e;
	struct spool_record r;
	uint64_t at = SPOOL_START;

	if (os_write_all(fd, bytes))
		s.fd = fd;
	(void)spool_envelope_read(bytes, &e);
	spool_segment_look(&s);
	while (spool_segment_walk(&s, &at, s.limit, &r))
		continue;
	return 0;
}
