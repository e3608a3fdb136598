/* pack.c - writes gzip (RFC 1952) that depends on its content alone. */
#include "inflate/inflate.h"

#include <zlib.h>

enum {
	LEVEL = 6,
	MEMORY = 8,
	ROOM = 16 << 10, /* output bytes asked for at once */
	FEED_MAX = 1 << 30,
	OS_UNKNOWN = 255 /* RFC 1952 section 2.3.1 */
};

struct inflate_packer {
	z_stream z;
	gz_header header;
	struct buf *out;
};

struct inflate_packer *
inflate_pack_new(struct buf *out)
{
	struct inflate_packer *p = heap_new(sizeof *p);

	p->out = out;
	p->header.os = OS_UNKNOWN;
	if (deflateInit2(&p->z, LEVEL, Z_DEFLATED, 16 + MAX_WBITS, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflateSetHeader(&p->z, &p->header) != Z_OK)
		out->full = true;
	return p;
}

/* One call of deflate. A full buffer may still have a little room: less than
 * ROOM is asked for before giving up. */
static int
deflate_some(struct inflate_packer *p, int flush)
{
	size_t left = p->out->max - p->out->n;
	size_t room = left < ROOM ? left : ROOM;
	char *to = room ? buf_reserve(p->out, room) : NULL;
	int state;

	if (!to) {
		p->out->full = true;
		return Z_MEM_ERROR;
	}
	p->z.next_out = (unsigned char *)to;
	p->z.avail_out = (uInt)room;
	state = deflate(&p->z, flush);
	buf_commit(p->out, room - p->z.avail_out);
	return state;
}

bool
inflate_pack_add(struct inflate_packer *p, struct str bytes)
{
	while (bytes.n > 0 && !p->out->full) {
		struct str next = str_sub(bytes, 0, FEED_MAX);

		p->z.next_in = (unsigned char *)(uintptr_t)next.p;
		p->z.avail_in = (uInt)next.n;
		while (p->z.avail_in > 0 && deflate_some(p, Z_NO_FLUSH) == Z_OK)
			;
		bytes = str_sub(bytes, next.n, SIZE_MAX);
	}
	return !p->out->full;
}

bool
inflate_pack_end(struct inflate_packer *p)
{
	int state = p->out->full ? Z_MEM_ERROR : Z_OK;

	while (state == Z_OK)
		state = deflate_some(p, Z_FINISH);
	(void)deflateEnd(&p->z);
	heap_free(p);
	return state == Z_STREAM_END;
}
