/* uri.c - where reports go, as a record wants it written. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"

enum { URI_MAX = 4096 };

/* RFC 3986 without "," and "!" and ";", which mean something in records. */
static bool
is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') ||
	       str_index(S("-._~:/?#[]@$&'()*+=%"), c) != SIZE_MAX;
}

static void
encode(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_plain(s.p[i]))
			buf_addc(out, s.p[i]);
		else
			buf_addf(out, "%%%02X",
				 (unsigned)(unsigned char)s.p[i]);
}

static size_t
last_at(struct str s)
{
	size_t at = SIZE_MAX;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '@')
			at = i;
	return at;
}

static bool
add_mailbox(struct arena *mem, struct str given, struct buf *out)
{
	const size_t mark = str_index(given, '?');
	const struct str bare = str_sub(given, 0, mark);
	const size_t at = last_at(bare);
	struct str host;

	if (at == SIZE_MAX || at == 0 ||
	    !dnsname_fold(str_sub(bare, at + 1, SIZE_MAX), mem, &host))
		return false;
	buf_addz(out, "mailto:");
	encode(out, str_sub(bare, 0, at));
	buf_addc(out, '@');
	encode(out, host);
	encode(out, mark == SIZE_MAX ? S("") : str_sub(given, mark, SIZE_MAX));
	return true;
}

struct str
generate_uri(struct arena *mem, struct str given)
{
	SCOPED_BUF b = BUF(URI_MAX);
	struct str out = { 0 };

	given = str_trim(given);
	if (str_starts_fold(given, S("mailto:"))) {
		if (!add_mailbox(mem, str_sub(given, 7, SIZE_MAX), &b))
			return out;
	} else if (str_starts_fold(given, S("https://"))) {
		encode(&b, given);
	} else if (!add_mailbox(mem, given, &b)) {
		return out;
	}
	if (b.full || !arena_dup(mem, buf_str(&b), &out))
		return (struct str){ 0 };
	return out;
}

struct str
generate_uri_host(struct arena *mem, struct str uri)
{
	struct str host = { 0 }, bare;

	if (!str_starts_fold(uri, S("mailto:")))
		return host;
	bare = str_sub(uri, 7, SIZE_MAX);
	bare = str_sub(bare, 0, str_index(bare, '?'));
	if (!dnsname_fold(dnsname_of_address(bare), mem, &host))
		return (struct str){ 0 };
	return host;
}
