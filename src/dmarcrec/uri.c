/* uri.c - the addresses of rua and ruf: as written, and as meant. */
#include "dmarcrec/private.h"

struct str
dmarcrec_join(struct arena *mem, struct str a, struct str b)
{
	char *p = arena_alloc(mem, a.n + b.n);
	struct str out = { p, a.n + b.n };

	if (p == NULL)
		return S("");
	for (size_t i = 0; i < a.n; i++)
		p[i] = a.p[i];
	for (size_t i = 0; i < b.n; i++)
		p[a.n + i] = b.p[i];
	return out;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* Bytes a URI may hold, without the list's own comma (RFC 3986). */
static bool
is_uri_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) &&
		    str_index(S("-._~:/?#[]@$&'()*+;=%"), s.p[i]) == SIZE_MAX)
			return false;
	return s.n > 0;
}

/* Length of "scheme" before its colon, 0 when there is none. */
static size_t
scheme_length(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':')
			return i;
		if (!is_alnum(s.p[i]) &&
		    str_index(S("+-."), s.p[i]) == SIZE_MAX)
			return 0;
	}
	return 0;
}

/* Bytes of "10m" behind the exclamation mark (RFC 7489 section 6.2). */
static bool
read_size(struct str s, uint64_t *out)
{
	static const char units[] = "kmgt";
	unsigned shift = 0;
	uint64_t n;

	for (unsigned i = 0; s.n > 0 && i < 4; i++)
		if (str_ends_fold(s, (struct str){ units + i, 1 }))
			shift = 10 * (i + 1);
	if (shift > 0)
		s = str_sub(s, 0, s.n - 1);
	if (!str_u64(s, &n) || n > UINT64_MAX >> shift)
		return false;
	*out = n << shift;
	return true;
}

static struct str
encode_marks(struct arena *mem, struct str s)
{
	SCOPED_BUF b = BUF(3 * DMARCREC_TEXT_MAX);
	struct str out = STR("");

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '!')
			(void)buf_add(&b, S("%21"));
		else
			(void)buf_addc(&b, s.p[i]);
	}
	if (b.full || !arena_dup(mem, buf_str(&b), &out))
		return S("");
	return out;
}

/* Takes the size off, and makes other exclamation marks what they should be;
 * false when there was one of those. */
static bool
take_size(struct reader *r, struct str tag, struct dmarcrec_uri *u)
{
	size_t mark = SIZE_MAX;

	for (size_t i = 0; i < u->uri.n; i++)
		if (u->uri.p[i] == '!')
			mark = i;
	if (mark == SIZE_MAX)
		return true;
	if (read_size(str_sub(u->uri, mark + 1, u->uri.n), &u->max)) {
		reader_fault(r, "dmarc.uri_size", tag, u->text);
		u->uri = str_sub(u->uri, 0, mark);
	}
	if (str_index(u->uri, '!') == SIZE_MAX)
		return true;
	reader_fault(r, "dmarc.uri_unencoded", tag, u->text);
	u->uri = encode_marks(r->mem, u->uri);
	return false;
}

/* The host of "a@b?subject=c"; empty when that is no address. */
static struct str
address_host(struct reader *r, struct str address)
{
	const struct str bare = str_sub(address, 0, str_index(address, '?'));
	const size_t at = str_index(bare, '@');
	struct str host;

	if (at == SIZE_MAX || at == 0 || bare.p[0] == '/' ||
	    !is_uri_text(address) ||
	    !dnsname_fold(str_sub(bare, at + 1, bare.n), r->mem, &host))
		return S("");
	return host;
}

static bool
read_mailto(struct reader *r, struct dmarcrec_uri *u)
{
	u->host = address_host(r, str_sub(u->uri, 7, u->uri.n));
	u->mailto = u->host.n > 0;
	return u->mailto;
}

/* One address without blanks. `before` is the piece left of the comma. */
static void
read_uri(struct reader *r, struct str tag, const struct dmarcrec_uri *before,
	 struct dmarcrec_uri *u)
{
	const char *code = "dmarc.uri_invalid";
	const bool encoded = take_size(r, tag, u);
	size_t scheme = scheme_length(u->uri);

	/* user:x@host is no scheme either, but nobody writes that. */
	if (str_starts_fold(u->uri, S("mailto:"))) {
		if (read_mailto(r, u)) {
			u->valid = encoded;
			return;
		}
	} else if (scheme > 0) {
		code = str_eq_fold(str_sub(u->uri, 0, scheme), S("https")) ||
				       str_eq_fold(str_sub(u->uri, 0, scheme),
						   S("http"))
			       ? "dmarc.rua_https"
			       : "dmarc.uri_scheme";
	} else if (before != NULL && !before->mailto &&
		   str_starts_fold(before->uri, S("mailto:")) &&
		   str_index(before->uri, '@') == SIZE_MAX) {
		u->uri = dmarcrec_join(
			r->mem, dmarcrec_join(r->mem, before->uri, S("%2C")),
			u->uri);
		if (read_mailto(r, u))
			code = "dmarc.uri_comma";
	} else if (address_host(r, u->uri).n > 0) {
		u->uri = dmarcrec_join(r->mem, S("mailto:"), u->uri);
		if (read_mailto(r, u))
			code = "dmarc.rua_no_mailto";
	}
	reader_fault(r, code, tag, u->text);
}

static struct dmarcrec_uri *
next_uri(struct reader *r, struct dmarcrec_uri *list, size_t *count,
	 struct str text)
{
	struct dmarcrec_uri *u = &list[*count];

	if (*count == DMARCREC_URIS_MAX) {
		r->full = true;
		return NULL;
	}
	++*count;
	*u = (struct dmarcrec_uri){ .text = text, .uri = text };
	return u;
}

/* Blanks inside an address: a list whose commas were forgotten. Receivers see
 * one address that is none. */
static void
read_blank_list(struct reader *r, struct str tag, struct str text,
		struct dmarcrec_uri *list, size_t *count)
{
	struct str piece;

	reader_fault(r, "dmarc.uri_spaces", tag, text);
	while (str_split(&text, ' ', &piece)) {
		struct dmarcrec_uri *u;

		piece = str_trim(piece);
		if (piece.n == 0)
			continue;
		u = next_uri(r, list, count, piece);
		if (u == NULL)
			return;
		read_uri(r, tag, NULL, u);
		u->valid = false;
	}
}

void
reader_uris(struct reader *r, struct str tag, struct str value,
	    struct dmarcrec_uri **out, size_t *count)
{
	struct dmarcrec_uri list[DMARCREC_URIS_MAX];
	struct str rest = value, piece;
	size_t n = 0;

	while (!r->full && str_split(&rest, ',', &piece)) {
		struct dmarcrec_uri *u;

		piece = str_trim(piece);
		if (str_index(piece, ' ') != SIZE_MAX) {
			read_blank_list(r, tag, piece, list, &n);
			continue;
		}
		u = next_uri(r, list, &n, piece);
		if (u != NULL)
			read_uri(r, tag, n > 1 ? u - 1 : NULL, u);
	}
	if (str_ends(value, S(",")))
		reader_fault(r, "dmarc.uri_invalid", tag, value);
	*out = arena_array(r->mem, n, sizeof **out);
	if (*out == NULL) {
		r->full = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		(*out)[i] = list[i];
	*count = n;
}
