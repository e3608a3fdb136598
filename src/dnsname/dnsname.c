/* dnsname.c - folding of domain names (libidn2) and organisational domains
 * (libpsl). Plain lower-case names, nearly all of them, are never copied. */
#include "dnsname/dnsname.h"

#include <idn2.h>
#include <libpsl.h>
#include <string.h>

enum {
	/* Of a name before IDN mapping: four octets a character, and some
	 * characters vanish. Bounds the work given to libidn2. */
	UNICODE_MAX = 4 * DNSNAME_MAX,
	LOOKUP = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL,
	KNOWN = 1024, /* 64 KiB for each thread */
	KNOWN_BYTES = 62
};

static const psl_ctx_t *suffixes;

/* The list takes some ten microseconds, and reports name the same domains row
 * after row: the answers for the latest short names are remembered. */
struct known {
	uint8_t length, offset;
	char name[KNOWN_BYTES];
};

static _Thread_local struct known known[KNOWN];

void
dnsname_init(void)
{
	if (!suffixes)
		suffixes = psl_latest(NULL);
	memset(known, 0, sizeof known);
}

static const psl_ctx_t *
list(void)
{
	return suffixes ? suffixes : psl_builtin();
}

enum shape { NO_NAME, PLAIN, MIXED_CASE, UNICODE };

enum kind { BAD, LOWER, UPPER, DOT, HIGH };

/* What separates names from each other or from the rest of a header field
 * cannot be part of one; anything else that prints can (RFC 2181 section 11:
 * underscores, "*", "/" of RFC 2317). */
static enum kind
kind_of(unsigned char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
		return LOWER;
	if (c == '.')
		return DOT;
	if (c >= 'A' && c <= 'Z')
		return UPPER;
	if (c >= 0x80)
		return HIGH;
	return c > ' ' && c < 0x7F && !strchr("\"<>()[],;:@\\`", c) ? LOWER
								    : BAD;
}

static enum shape
shape_of(struct str name)
{
	enum shape shape = PLAIN;
	size_t label = 0, longest = 0;

	for (size_t i = 0; i < name.n; i++) {
		enum kind kind = kind_of((unsigned char)name.p[i]);

		if (kind == BAD || (kind == DOT && label == 0))
			return NO_NAME;
		label = kind == DOT ? 0 : label + 1;
		longest = label > longest ? label : longest;
		if (kind == HIGH)
			shape = UNICODE;
		else if (kind == UPPER && shape == PLAIN)
			shape = MIXED_CASE;
	}
	if (label == 0)
		return NO_NAME;
	if (shape != UNICODE &&
	    (name.n > DNSNAME_MAX || longest > DNSNAME_LABEL_MAX))
		return NO_NAME;
	return shape;
}

static bool
lower(struct str name, struct arena *mem, struct str *out)
{
	char *copy = arena_alloc(mem, name.n);

	if (!copy)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	*out = (struct str){ copy, name.n };
	return true;
}

static struct str
without_last_dot(struct str name)
{
	return str_ends(name, S(".")) ? str_sub(name, 0, name.n - 1) : name;
}

static bool
to_ascii(struct str name, struct arena *mem, struct str *out)
{
	char text[UNICODE_MAX + 1];
	uint8_t *ascii = NULL;

	if (name.n > UNICODE_MAX)
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	if (idn2_lookup_u8((const uint8_t *)text, &ascii, LOOKUP) != IDN2_OK)
		return false;

	struct str found = without_last_dot(str_of((const char *)ascii));
	bool ok = shape_of(found) == PLAIN && arena_dup(mem, found, out);

	idn2_free(ascii);
	return ok;
}

bool
dnsname_fold(struct str name, struct arena *mem, struct str *out)
{
	name = without_last_dot(str_trim(name));
	switch (shape_of(name)) {
	case PLAIN:
		*out = name;
		return true;
	case MIXED_CASE:
		return lower(name, mem, out);
	case UNICODE:
		return to_ascii(name, mem, out);
	case NO_NAME:
		break;
	}
	return false;
}

/* The U-label of `label` when turning it back gives the same `label`. */
static bool
to_unicode(struct str label, struct arena *mem, struct str *out)
{
	char text[DNSNAME_LABEL_MAX + 1];
	char *wide = NULL;
	struct str shown, back;
	bool ok = false;

	if (label.n > DNSNAME_LABEL_MAX || !str_starts(label, S("xn--")))
		return false;
	memcpy(text, label.p, label.n);
	text[label.n] = '\0';
	if (idn2_to_unicode_8z8z(text, &wide, 0) != IDN2_OK)
		return false;
	shown = str_of(wide);
	if (shown.n > 0 && str_is_utf8(shown) &&
	    dnsname_fold(shown, mem, &back) && str_eq(back, label))
		ok = arena_dup(mem, shown, out);
	idn2_free(wide);
	return ok;
}

struct str
dnsname_show(struct str name, struct arena *mem)
{
	struct buf text = BUF(UNICODE_MAX);
	struct str rest = name, label, shown = name;

	if (name.n > DNSNAME_MAX || str_find(name, S("xn--")) == SIZE_MAX)
		return name;
	while (str_split(&rest, '.', &label)) {
		if (!to_unicode(label, mem, &shown))
			shown = label;
		if (text.n > 0)
			buf_addc(&text, '.');
		buf_add(&text, shown);
	}
	if (text.full || !arena_dup(mem, buf_str(&text), &shown))
		shown = name;
	buf_free(&text);
	return shown;
}

/* An address has no organisation; the list would answer with its last two
 * numbers. No top-level domain ends in a number. */
static bool
ends_in_number(struct str name)
{
	size_t i = name.n;

	while (i > 0 && name.p[i - 1] >= '0' && name.p[i - 1] <= '9')
		i--;
	return i < name.n && (i == 0 || name.p[i - 1] == '.');
}

static bool
copy_name(struct str name, char out[DNSNAME_MAX + 1])
{
	if (name.n == 0 || name.n > DNSNAME_MAX)
		return false;
	memcpy(out, name.p, name.n);
	out[name.n] = '\0';
	return true;
}

static struct str
ask_org(struct str name)
{
	char text[DNSNAME_MAX + 1];

	if (ends_in_number(name) || !copy_name(name, text))
		return name;

	const char *org = psl_registrable_domain(list(), text);

	return org ? str_sub(name, (size_t)(org - text), SIZE_MAX) : name;
}

struct str
dnsname_org(struct str name)
{
	struct known *k;
	struct str org;

	if (name.n == 0 || name.n > KNOWN_BYTES)
		return ask_org(name);
	k = &known[str_hash(name) % KNOWN];
	if (k->length == name.n && memcmp(k->name, name.p, name.n) == 0)
		return str_sub(name, k->offset, SIZE_MAX);
	org = ask_org(name);
	k->length = (uint8_t)name.n;
	k->offset = (uint8_t)(org.p - name.p);
	memcpy(k->name, name.p, name.n);
	return org;
}

bool
dnsname_is_suffix(struct str name)
{
	char text[DNSNAME_MAX + 1];

	return copy_name(name, text) && psl_is_public_suffix(list(), text);
}

bool
dnsname_within(struct str name, struct str parent)
{
	if (parent.n == 0 || !str_ends(name, parent))
		return false;
	return name.n == parent.n || name.p[name.n - parent.n - 1] == '.';
}

static size_t
last_index(struct str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return i - 1;
	return SIZE_MAX;
}

struct str
dnsname_of_address(struct str address)
{
	size_t open = last_index(address, '<');

	if (open != SIZE_MAX) {
		address = str_sub(address, open + 1, SIZE_MAX);
		address = str_sub(address, 0, str_index(address, '>'));
	}
	address = str_trim(address);

	size_t at = last_index(address, '@');
	struct str domain = { address.p, 0 };

	if (at == SIZE_MAX)
		return domain;
	domain = str_trim(str_sub(address, at + 1, SIZE_MAX));
	for (size_t i = 0; i < domain.n; i++)
		if (strchr(" \t\r\n(>,;", domain.p[i]))
			return str_sub(domain, 0, i);
	return domain;
}
