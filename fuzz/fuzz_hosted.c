/* fuzz_hosted.c - an index that is anything at all, with the checksums it has
 * or with fitting ones. */
#include "../tests/unit/hosted/mend.h"

#include <string.h>

static bool
visit(void *ctx, const struct hosted_domain *d)
{
	struct hosted_domain again;

	(void)hosted_image_find(ctx, HOSTED_BY_NAME, d->name, &again);
	return hosted_image_find(ctx, HOSTED_BY_TOKEN, d->token, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *file = heap_new(size + 1);
	struct hosted_image image;

	if (size > 0)
		memcpy(file, data, size);
	for (unsigned i = 0; i < 2; i++, mend(file, size))
		if (hosted_image_look((struct str){ file, size }, &image))
			(void)hosted_image_each(&image, visit, &image);
	heap_free(file);
	return 0;
}
