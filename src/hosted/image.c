/* image.c - one file of the index, mapped and held against its checksums. */
#include "hosted/private.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { BITS = 8 };

bool
hosted_path(const char *dir, const char *name, char out[HOSTED_PATH_ROOM])
{
	int n = snprintf(out, HOSTED_PATH_ROOM, "%s/%s", dir, name);

	return n > 0 && n < HOSTED_PATH_ROOM;
}

/* ---- looking at it ---- */

static struct str
table_of(const struct hosted_image *image, enum hosted_table table)
{
	const struct hosted_head *h = &image->head;

	return str_sub(image->bytes,
		       table == HOSTED_BY_NAME ? h->names_at : h->tokens_at,
		       h->slots * HOSTED_SLOT);
}

/* The records from `at` on. */
static struct str
records_from(const struct hosted_image *image, uint64_t at)
{
	if (at < HOSTED_HEAD || at >= image->head.zone_at)
		return (struct str){ 0 };
	return str_sub(image->bytes, at, image->head.zone_at - at);
}

static bool
all_sound(const struct hosted_image *image)
{
	uint64_t at = HOSTED_HEAD, n = 0;

	while (at < image->head.zone_at) {
		struct str rest = records_from(image, at);
		struct hosted_domain d;
		size_t length = hosted_record_parse(rest, &d);

		if (length == 0 ||
		    !hosted_record_sound(str_sub(rest, 0, length),
					 image->head.generation, at))
			return false;
		at += length;
		n++;
	}
	return n == image->head.count;
}

static void
check_later(struct hosted_image *image)
{
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		image->checked[i] = heap_new(image->head.slots / BITS);
}

bool
hosted_image_look(struct str bytes, struct hosted_image *out)
{
	struct hosted_image image = { .bytes = bytes };
	const struct hosted_head *h = &image.head;
	struct str zone;

	if (!hosted_head_parse(bytes, &image.head))
		return false;
	zone = str_sub(bytes, h->zone_at, h->names_at - h->zone_at);
	if (hosted_sum(zone, h->generation) != h->zone_sum ||
	    hosted_sum(table_of(&image, HOSTED_BY_NAME), h->generation) !=
		    h->names_sum ||
	    hosted_sum(table_of(&image, HOSTED_BY_TOKEN), h->generation) !=
		    h->tokens_sum ||
	    !hosted_zone_parse(str_sub(zone, 0, h->zone_n), &image.zone))
		return false;
	if (bytes.n > HOSTED_CHECKED)
		check_later(&image);
	else if (!all_sound(&image))
		return false;
	*out = image;
	return true;
}

/* ---- the file ---- */

static enum err
map(int fd, const char *path, struct str *out, struct diag *why)
{
	struct stat info;
	void *p;

	if (fstat(fd, &info) < 0)
		return diag_errno(why, "read", path);
	*out = (struct str){ "", 0 };
	if (info.st_size == 0)
		return ERR_NONE; /* and damaged */
	p = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return diag_errno(why, "read", path);
	*out = (struct str){ p, (size_t)info.st_size };
	return ERR_NONE;
}

static void
unmap(struct str bytes)
{
	if (bytes.n > 0)
		(void)munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

enum err
hosted_image_open(const char *path, struct hosted_image *out, struct diag *why)
{
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct str bytes;
	enum err err;

	*out = (struct hosted_image){ 0 };
	if (fd < 0)
		return errno == ENOENT ? ERR_NONE
				       : diag_errno(why, "open", path);
	err = map(fd, path, &bytes, why);
	if (err != ERR_NONE || hosted_image_look(bytes, out))
		return err;
	unmap(bytes);
	return diag_set(why, ERR_SYNTAX, "hosted.damaged", 0, "%s", path);
}

void
hosted_image_close(struct hosted_image *image)
{
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		heap_free(image->checked[i]);
	unmap(image->bytes);
	*image = (struct hosted_image){ 0 };
}

/* ---- asking it ---- */

static bool
was_checked(const struct hosted_image *image, enum hosted_table table,
	    uint64_t slot)
{
	const unsigned char *bits = image->checked[table];

	return !bits || bits[slot / BITS] >> slot % BITS & 1;
}

static bool
read_record(const struct hosted_image *image, enum hosted_table table,
	    uint64_t slot, uint64_t at, struct hosted_domain *out)
{
	struct str rest = records_from(image, at);
	size_t length = hosted_record_parse(rest, out);

	if (length == 0)
		return false;
	if (was_checked(image, table, slot))
		return true;
	if (!hosted_record_sound(str_sub(rest, 0, length),
				 image->head.generation, at))
		return false;
	image->checked[table][slot / BITS] |=
		(unsigned char)(1U << slot % BITS);
	return true;
}

bool
hosted_image_find(const struct hosted_image *image, enum hosted_table table,
		  struct str key, struct hosted_domain *out)
{
	const struct hosted_head *h = &image->head;
	uint64_t hash, slot;
	struct str slots;

	if (!image->bytes.p || key.n == 0)
		return false;
	slots = table_of(image, table);
	hash = hosted_sum(key, h->seed);
	slot = hash & (h->slots - 1);
	for (uint64_t n = 0; n < h->slots; n++) {
		const char *p = slots.p + slot * HOSTED_SLOT;
		uint64_t at = hosted_get8(p);
		struct hosted_domain d;

		if (at == 0)
			return false;
		if (hosted_get8(p + 8) == hash &&
		    read_record(image, table, slot, at, &d) &&
		    str_eq(table == HOSTED_BY_NAME ? d.name : d.token, key)) {
			*out = d;
			return true;
		}
		slot = (slot + 1) & (h->slots - 1);
	}
	return false;
}

bool
hosted_image_each(const struct hosted_image *image,
		  bool (*each)(void *ctx, const struct hosted_domain *d),
		  void *ctx)
{
	uint64_t at = HOSTED_HEAD;

	while (image->bytes.p && at < image->head.zone_at) {
		struct str rest = records_from(image, at);
		struct hosted_domain d;
		size_t length = hosted_record_parse(rest, &d);

		if (length == 0)
			break; /* where it ends is not known any more */
		if ((!image->checked[0] ||
		     hosted_record_sound(str_sub(rest, 0, length),
					 image->head.generation, at)) &&
		    !each(ctx, &d))
			return false;
		at += length;
	}
	return true;
}
