/* sniff.c - tells packed bytes by what they are. */
#include "inflate/inflate.h"

#include <string.h>
#include <zlib.h>

/* An empty document packed by zlib has 8 bytes. */
enum { ZLIB_LEAST = 8, TEXT_PROBE = 64, TRIAL_IN = 512, TRIAL_OUT = 4096 };

static bool
is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x7F ||
		    (c < 0x20 && c != '\t' && c != '\r' && c != '\n'))
			return false;
	}
	return true;
}

/* RFC 1950 section 2.2: method 8, window at most 32 KiB, the check bits, and
 * no preset dictionary. */
static bool
has_zlib_header(struct str s)
{
	if (s.n < ZLIB_LEAST)
		return false;

	unsigned cmf = (unsigned char)s.p[0];
	unsigned flags = (unsigned char)s.p[1];

	return (cmf & 0x0F) == 8 && cmf >> 4 <= 7 && !(flags & 0x20) &&
	       (cmf << 8 | flags) % 31 == 0;
}

/* One text in about five hundred has a fitting header by chance. */
static bool
begins_to_unpack(struct str s)
{
	z_stream z = { 0 };
	unsigned char out[TRIAL_OUT];
	unsigned char in[TRIAL_IN];

	s = str_sub(s, 0, sizeof in);
	memcpy(in, s.p, s.n);
	if (inflateInit2(&z, 15) != Z_OK)
		return false;
	z.next_in = in;
	z.avail_in = (uInt)s.n;
	z.next_out = out;
	z.avail_out = sizeof out;

	int end = inflate(&z, Z_NO_FLUSH);

	(void)inflateEnd(&z);
	return end == Z_OK || end == Z_STREAM_END || end == Z_BUF_ERROR;
}

enum inflate_kind
inflate_sniff(struct str bytes)
{
	if (str_starts(bytes, S("\x1f\x8b")) &&
	    (bytes.n == 2 || bytes.p[2] == Z_DEFLATED))
		return INFLATE_GZIP;
	if (str_starts(bytes, S("PK\3\4")) || str_starts(bytes, S("PK\5\6")) ||
	    str_starts(bytes, S("PK\7\10")))
		return INFLATE_ZIP;
	if (has_zlib_header(bytes) && !is_text(str_sub(bytes, 0, TEXT_PROBE)) &&
	    begins_to_unpack(bytes))
		return INFLATE_ZLIB;
	return INFLATE_NONE;
}
