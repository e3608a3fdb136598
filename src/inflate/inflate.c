/* inflate.c - gzip (RFC 1952) and zlib (RFC 1950) streams. */
#include "inflate/meter.h"

#include <zlib.h>

enum { FEED_MAX = 1 << 30 /* zlib counts its input in 32 bits */ };

struct run {
	z_stream z;
	struct str rest; /* not yet shown to zlib */
	uint64_t in;     /* bytes shown to zlib so far */
	uint64_t out;
	const struct inflate_limits *limits;
	inflate_fn take;
	void *ctx;
	struct diag *why;
	unsigned char *piece;
};

/* zlib reads through a pointer it declares writable, but never writes. */
static unsigned char *
input_of(struct str s)
{
	return (unsigned char *)(uintptr_t)s.p;
}

static void
feed(struct run *r)
{
	struct str next;

	if (r->z.avail_in > 0 || r->rest.n == 0)
		return;
	next = str_sub(r->rest, 0, FEED_MAX);
	r->z.next_in = input_of(next);
	r->z.avail_in = (uInt)next.n;
	r->in += next.n;
	r->rest = str_sub(r->rest, next.n, SIZE_MAX);
}

static enum err
hand_over(struct run *r)
{
	size_t n = INFLATE_PIECE - r->z.avail_out;
	enum err err;

	if (n == 0)
		return ERR_NONE;
	r->out += n;
	err = inflate_meter(r->limits, r->out, r->out, r->in - r->z.avail_in,
			    r->why);
	if (err)
		return err;
	return r->take(r->ctx, (struct str){ (char *)r->piece, n });
}

/* Until the end of one member, its check sums included. */
static enum err
unpack_member(struct run *r)
{
	for (;;) {
		feed(r);
		r->z.next_out = r->piece;
		r->z.avail_out = INFLATE_PIECE;

		int state = inflate(&r->z, Z_NO_FLUSH);
		enum err err = hand_over(r);

		if (err || state == Z_STREAM_END)
			return err;
		if (state == Z_BUF_ERROR && r->z.avail_in == 0 &&
		    r->rest.n == 0)
			return diag_set(r->why, ERR_SYNTAX, "inflate.cut", 0,
					"%llu B", (unsigned long long)r->in);
		if (state != Z_OK && state != Z_BUF_ERROR)
			return diag_set(r->why, ERR_SYNTAX, "inflate.corrupt",
					0, "%s", r->z.msg ? r->z.msg : "zlib");
	}
}

/* What follows a whole member. Half of another one's magic number at the very
 * end is a cut, not rubbish. */
static bool
another_member(const struct run *r, enum inflate_kind kind)
{
	static const struct str MAGIC = STR("\x1f\x8b\x08");
	struct str left = { (const char *)r->z.next_in, r->z.avail_in };

	if (kind != INFLATE_GZIP || left.n == 0)
		return false;
	return str_starts(left, str_sub(MAGIC, 0, left.n));
}

static enum err
unpack(struct run *r, enum inflate_kind kind, struct inflate_notes *notes)
{
	unsigned members = 1;
	enum err err = unpack_member(r);

	while (!err) {
		feed(r);
		if (!another_member(r, kind))
			break;
		notes->several_members = true;
		if (++members > r->limits->members)
			return inflate_too_many(r->limits, r->why);
		if (inflateReset(&r->z) != Z_OK)
			return diag_set(r->why, ERR_SYNTAX, "inflate.corrupt",
					0, "zlib");
		err = unpack_member(r);
	}
	notes->trailing_bytes = !err && r->z.avail_in > 0;
	return err;
}

enum err
inflate_stream(struct str packed, enum inflate_kind kind,
	       const struct inflate_limits *limits, inflate_fn take, void *ctx,
	       struct inflate_notes *notes, struct diag *why)
{
	struct run r = { .rest = packed,
			 .limits = limits,
			 .take = take,
			 .ctx = ctx,
			 .why = why };
	struct inflate_notes ignored;
	enum err err;

	if (!notes)
		notes = &ignored;
	*notes = (struct inflate_notes){ 0 };
	if (kind != INFLATE_GZIP && kind != INFLATE_ZLIB)
		return diag_set(why, ERR_SYNTAX, "inflate.corrupt", 0, "-");
	if (inflateInit2(&r.z, kind == INFLATE_GZIP ? 16 + MAX_WBITS
						    : MAX_WBITS) != Z_OK)
		return diag_set(why, ERR_IO, "inflate.corrupt", 0, "zlib");
	r.piece = heap_grow(NULL, INFLATE_PIECE, 1);
	err = unpack(&r, kind, notes);
	heap_free(r.piece);
	(void)inflateEnd(&r.z);
	return err;
}
