/* mail.c - documents wrapped as their reporters wrap them. */
#include "sample/private.h"

#include "inflate/inflate.h"

enum { LINE_BASE64 = 76, PACKED_MAX = 1 << 20 };

/* `line` characters to a line; 0 for all in one, as Microsoft does. */
static void
add_base64(struct buf *out, struct str bytes, size_t line)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t column = 0;

	for (size_t i = 0; i < bytes.n; i += 3) {
		unsigned v = 0;
		size_t left = bytes.n - i < 3 ? bytes.n - i : 3;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 |
			    (k < left ? (unsigned char)bytes.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			buf_addc(out, k <= left ? digits[v >> (18 - 6 * k) & 63]
						: '=');
		column += 4;
		if (line && column >= line) {
			buf_addc(out, '\n');
			column = 0;
		}
	}
	buf_addc(out, '\n');
}

static void
add_names(const struct day_report *r, bool tls, const char *type,
	  struct buf *out)
{
	buf_addf(out,
		 "Content-Type: %s;\n\tname=\"%s!%s!%lld!%lld.%s\"\n"
		 "Content-Disposition: attachment;\n"
		 "\tfilename=\"%s!%s!%lld!%lld.%s\"\n"
		 "Content-Transfer-Encoding: base64\n\n",
		 type, r->reporter->domain, r->domain, (long long)r->begin,
		 (long long)r->begin + CIVIL_DAY - 1,
		 tls ? "json.gz" : "xml.gz", r->reporter->domain, r->domain,
		 (long long)r->begin, (long long)r->begin + CIVIL_DAY - 1,
		 tls ? "json.gz" : "xml.gz");
}

void
mail_with(const struct day_report *r, struct str document, bool tls,
	  struct buf *out)
{
	SCOPED_BUF packed = BUF(PACKED_MAX);
	struct inflate_packer *p = inflate_pack_new(&packed);
	bool one_line = r->reporter->style == 'm';
	const char *type = tls ? "application/tlsrpt+gzip" : "application/gzip";
	bool fits = inflate_pack_add(p, document);

	if (!inflate_pack_end(p) || !fits)
		return;
	buf_addf(out,
		 "From: %s\nTo: reports@%s\nSubject: Report Domain: %s "
		 "Submitter: %s Report-ID: <%llu>\nMessage-ID: <%llu@%s>\n"
		 "MIME-Version: 1.0\n",
		 r->reporter->email, r->domain, r->domain, r->reporter->domain,
		 (unsigned long long)r->serial, (unsigned long long)r->serial,
		 r->reporter->domain);
	if (r->reporter->style == 'g' && !tls) {
		add_names(r, tls, type, out);
		add_base64(out, buf_str(&packed), LINE_BASE64);
		return;
	}
	buf_addf(out,
		 "Content-Type: %s;\n\tboundary=\"=_sample\"\n\n--=_sample\n"
		 "Content-Type: text/plain; charset=utf-8\n\n"
		 "This is a report about %s.\n\n--=_sample\n",
		 tls ? "multipart/report; report-type=\"tlsrpt\""
		     : "multipart/mixed",
		 r->domain);
	add_names(r, tls, type, out);
	add_base64(out, buf_str(&packed), one_line ? 0 : LINE_BASE64);
	buf_addz(out, "--=_sample--\n");
}
