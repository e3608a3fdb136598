/* tlsa.c - the TLSA record (RFC 6698 section 2.1), and what of it mail uses
 * (RFC 7672 section 3.1). */
#include "base/base.h"
#include "dane/dane.h"

enum { HEAD = 3, SHA256_BYTES = 32, SHA512_BYTES = 64, DER_LEAST = 4 };

bool
dane_parse(struct str rdata, struct dane_tlsa *out)
{
	if (rdata.n < HEAD)
		return false;
	*out = (struct dane_tlsa){ .usage = (uint8_t)rdata.p[0],
				   .selector = (uint8_t)rdata.p[1],
				   .match = (uint8_t)rdata.p[2],
				   .data = str_sub(rdata, HEAD, SIZE_MAX) };
	return true;
}

enum dane_use
dane_use_of(const struct dane_tlsa *r)
{
	if (r->usage > 3 || r->selector > 1 || r->match > 2)
		return DANE_UNKNOWN;
	if ((r->match == 0 &&
	     (r->data.n < DER_LEAST || r->data.p[0] != 0x30)) ||
	    (r->match == 1 && r->data.n != SHA256_BYTES) ||
	    (r->match == 2 && r->data.n != SHA512_BYTES))
		return DANE_MALFORMED;
	return r->usage < 2 ? DANE_PKIX : DANE_USABLE;
}

bool
dane_print(const struct dane_tlsa *r, struct buf *out)
{
	buf_addf(out, "%u %u %u ", r->usage, r->selector, r->match);
	for (size_t i = 0; i < r->data.n; i++)
		buf_addf(out, "%02x", (unsigned char)r->data.p[i]);
	return !out->full;
}
