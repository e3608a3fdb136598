/* frame.c - lengths, letters and fields on a pipe. */
#include "ingest/private.h"

#include "os/os.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH_BYTES = 4, FLUSH_AT = 64 << 10, READ_PIECE = 256 << 10 };

void
frame_begin(struct frame_out *f, enum frame_type type)
{
	const char lead[LENGTH_BYTES] = { 0 };

	f->start = f->bytes.n;
	(void)buf_add(&f->bytes, (struct str){ lead, LENGTH_BYTES });
	(void)buf_addc(&f->bytes, (char)type);
}

void
frame_put_u64(struct frame_out *f, uint64_t value)
{
	char room[10];
	size_t n = 0;

	while (value >= 0x80) {
		room[n++] = (char)(unsigned char)(value | 0x80);
		value >>= 7;
	}
	room[n++] = (char)value;
	(void)buf_add(&f->bytes, (struct str){ room, n });
}

/* Zigzag, so that small negative numbers stay small. */
void
frame_put_i64(struct frame_out *f, int64_t value)
{
	frame_put_u64(f, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void
frame_put_str(struct frame_out *f, struct str value)
{
	frame_put_u64(f, value.n);
	(void)buf_add(&f->bytes, value);
}

enum err
frame_end(struct frame_out *f)
{
	size_t length = f->bytes.n - f->start - LENGTH_BYTES;
	uint32_t stored = (uint32_t)length;

	if (f->bytes.full || length > FRAME_MAX) {
		f->failed = true;
		return ERR_LIMIT;
	}
	memcpy(f->bytes.p + f->start, &stored, LENGTH_BYTES);
	return f->bytes.n >= FLUSH_AT ? frame_flush(f) : ERR_NONE;
}

enum err
frame_flush(struct frame_out *f)
{
	if (f->failed || !os_write_all(f->fd, buf_str(&f->bytes)))
		f->failed = true;
	buf_clear(&f->bytes);
	return f->failed ? ERR_IO : ERR_NONE;
}

/* A parser that says nothing for so long has lost its way. */
enum { PATIENCE = 120000 /* milliseconds */ };

static bool
wait_for_more(struct frame_in *f)
{
	struct pollfd one = { .fd = f->fd, .events = POLLIN };
	int n;

	do
		n = poll(&one, 1, PATIENCE);
	while (n < 0 && errno == EINTR);
	f->late = n == 0;
	return n > 0;
}

/* Brings at least `need` unread bytes together. */
static bool
fill(struct frame_in *f, size_t need)
{
	if (f->bytes.n - f->at >= need)
		return true;
	if (f->at > 0) {
		f->bytes.n -= f->at;
		memmove(f->bytes.p, f->bytes.p + f->at, f->bytes.n);
		f->at = 0;
	}
	while (f->bytes.n < need) {
		char *to = buf_reserve(&f->bytes, READ_PIECE);
		ssize_t n = to && wait_for_more(f) ? read(f->fd, to, READ_PIECE)
						   : -1;

		if (n < 0 && to && !f->late && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		buf_commit(&f->bytes, (size_t)n);
	}
	return true;
}

int
frame_next(struct frame_in *f, struct str *fields)
{
	uint32_t length;
	const char *body;

	if (!fill(f, LENGTH_BYTES))
		return 0;
	memcpy(&length, f->bytes.p + f->at, LENGTH_BYTES);
	if (length == 0 || length > FRAME_MAX ||
	    !fill(f, LENGTH_BYTES + length))
		return 0;
	body = f->bytes.p + f->at + LENGTH_BYTES;
	f->at += LENGTH_BYTES + length;
	*fields = (struct str){ body + 1, length - 1 };
	return body[0];
}

bool
frame_get_u64(struct str *fields, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < fields->n && i < 10; i++) {
		unsigned char byte = (unsigned char)fields->p[i];

		value |= (uint64_t)(byte & 0x7F) << (7 * i);
		if (byte < 0x80) {
			*fields = str_sub(*fields, i + 1, SIZE_MAX);
			*out = value;
			return true;
		}
	}
	return false;
}

bool
frame_get_i64(struct str *fields, int64_t *out)
{
	uint64_t zigzag;

	if (!frame_get_u64(fields, &zigzag))
		return false;
	*out = (int64_t)(zigzag >> 1 ^ (zigzag & 1 ? UINT64_MAX : 0));
	return true;
}

bool
frame_get_str(struct str *fields, struct str *out)
{
	uint64_t n;

	if (!frame_get_u64(fields, &n) || n > fields->n)
		return false;
	*out = str_sub(*fields, 0, (size_t)n);
	*fields = str_sub(*fields, (size_t)n, SIZE_MAX);
	return true;
}
