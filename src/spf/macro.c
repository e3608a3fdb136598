/* macro.c - macros of a record (RFC 7208 section 7): checked, expanded. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "netaddr/netaddr.h"
#include "spf/private.h"

#include <string.h>

enum { VALUE_MAX = 1024, NUMBER_MAX = 1000, NAME_ROOM = 16 << 10 };

const char spf_letters_all[] = "slodiphvcrt";
static const char letters_domain[] = "slodiphv";
static const char delimiters[] = ".-+,/_=";

/* One "%{...}". */
struct macro {
	char letter;   /* lower case */
	bool escape;   /* it was upper case */
	unsigned keep; /* 0: all */
	bool reverse;
	struct str split; /* delimiters, empty: "." */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

/* Reads a macro from `s`, which begins with "%{"; its length, 0 when it is
 * wrong. */
static size_t
read_macro(struct str s, struct macro *out)
{
	size_t i = 2, from;

	if (s.n < 4 || !is_alpha(s.p[2]))
		return 0;
	*out = (struct macro){ .letter = lower(s.p[2]),
			       .escape = lower(s.p[2]) != s.p[2] };
	for (i = from = 3; i < s.n && is_digit(s.p[i]); i++)
		if (out->keep < NUMBER_MAX)
			out->keep = 10 * out->keep + (unsigned)(s.p[i] - '0');
	if (i > from && out->keep == 0)
		return 0;
	if (i < s.n && lower(s.p[i]) == 'r') {
		out->reverse = true;
		i++;
	}
	for (from = i; i < s.n && is_one_of(s.p[i], delimiters);)
		i++;
	out->split = str_sub(s, from, i - from);
	return i < s.n && s.p[i] == '}' ? i + 1 : 0;
}

/* The next piece: a macro (`found`), "%%", "%_", "%-", or one character. 0
 * when it is wrong. */
static size_t
next_piece(struct str s, struct macro *macro, bool *found)
{
	*found = false;
	if (s.p[0] != '%')
		return 1;
	if (s.n < 2)
		return 0;
	if (s.p[1] == '{') {
		*found = true;
		return read_macro(s, macro);
	}
	return is_one_of(s.p[1], "%_-") ? 2 : 0;
}

bool
spf_macro_valid(struct str spec, const char *letters)
{
	while (spec.n > 0) {
		struct macro m;
		bool found;
		size_t n = next_piece(spec, &m, &found);

		if (n == 0 || (found && !is_one_of(m.letter, letters)))
			return false;
		spec = str_sub(spec, n, SIZE_MAX);
	}
	return true;
}

bool
spf_macro_uses(struct str spec, char letter)
{
	while (spec.n > 0) {
		struct macro m;
		bool found;
		size_t n = next_piece(spec, &m, &found);

		if (n == 0 || (found && m.letter == letter))
			return n > 0;
		spec = str_sub(spec, n, SIZE_MAX);
	}
	return false;
}

/* <toplabel>: letters, digits and inner hyphens, not all of it digits. */
static bool
is_top_label(struct str label)
{
	bool digits_only = true;

	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!is_alpha(c) && !is_digit(c) &&
		    (c != '-' || i == 0 || i == label.n - 1))
			return false;
		digits_only = digits_only && is_digit(c);
	}
	return label.n > 0 && !digits_only;
}

/* Whether the last piece of a valid macro-string is a macro-expand. */
static bool
ends_in_macro(struct str spec)
{
	bool expands = false;

	while (spec.n > 0) {
		struct macro m;
		bool found;
		size_t n = next_piece(spec, &m, &found);

		expands = spec.p[0] == '%';
		spec = str_sub(spec, n, SIZE_MAX);
	}
	return expands;
}

enum spf_fault
spf_domain_fault(struct str spec)
{
	size_t dot;

	if (spec.n == 0)
		return SPF_BAD_ARGUMENT;
	if (!spf_macro_valid(spec, letters_domain))
		return SPF_BAD_MACRO;
	if (ends_in_macro(spec))
		return SPF_FINE;
	if (str_ends(spec, S(".")))
		spec.n--;
	dot = spec.n;
	while (dot > 0 && spec.p[dot - 1] != '.')
		dot--;
	if (dot == 0 || !is_top_label(str_sub(spec, dot, SIZE_MAX)))
		return SPF_BAD_DOMAIN;
	return SPF_FINE;
}

static void
put_ip(const struct spf_values *v, struct buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	char text[NETADDR_PRINT_MAX];

	if (netaddr_is_v4(&v->ip)) {
		buf_addz(out, netaddr_print(&v->ip, text));
		return;
	}
	for (size_t i = 0; i < NETADDR_BYTES; i++)
		buf_addf(out, "%s%c.%c", i > 0 ? "." : "", hex[v->ip.b[i] >> 4],
			 hex[v->ip.b[i] & 15]);
}

static void
put_value(char letter, const struct spf_values *v, struct buf *out)
{
	char text[NETADDR_PRINT_MAX];

	switch (letter) {
	case 's':
		buf_add(out, v->sender);
		break;
	case 'l':
		buf_add(out, v->local);
		break;
	case 'o':
		buf_add(out, v->origin);
		break;
	case 'd':
		buf_add(out, v->domain);
		break;
	case 'i':
		put_ip(v, out);
		break;
	case 'p':
		buf_add(out, v->validated);
		break;
	case 'h':
		buf_add(out, v->helo);
		break;
	case 'v':
		buf_addz(out, netaddr_is_v4(&v->ip) ? "in-addr" : "ip6");
		break;
	case 'c':
		buf_addz(out, netaddr_print(&v->ip, text));
		break;
	case 'r':
		buf_add(out, v->receiver);
		break;
	case 't':
		buf_addf(out, "%lld", (long long)v->now);
		break;
	default:
		break;
	}
}

static bool
is_split(char c, struct str at)
{
	return at.n > 0 ? str_index(at, c) != SIZE_MAX : c == '.';
}

/* Parts of a value between delimiters. */
static size_t
split_value(struct str value, struct str at, struct str parts[VALUE_MAX + 1])
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= value.n; i++) {
		if (i < value.n && !is_split(value.p[i], at))
			continue;
		parts[n++] = str_sub(value, from, i - from);
		from = i + 1;
	}
	return n;
}

static bool
put_macro(const struct macro *m, const struct spf_values *v, struct buf *out)
{
	SCOPED_BUF value = BUF(VALUE_MAX);
	struct str parts[VALUE_MAX + 1];
	size_t n, first;

	put_value(m->letter, v, &value);
	if (value.full)
		return false;
	n = split_value(buf_str(&value), m->split, parts);
	first = m->keep > 0 && m->keep < n ? n - m->keep : 0;
	/* Section 7.3: reversed first, then the right-hand parts are taken. */
	for (size_t i = first; i < n; i++) {
		struct str part = parts[m->reverse ? n - 1 - i : i];

		if (i > first)
			buf_addc(out, '.');
		if (m->escape)
			buf_add_url(out, part);
		else
			buf_add(out, part);
	}
	return true;
}

/* Whether the value of the macro is known. */
static bool
is_known(const struct macro *m, const struct spf_values *v)
{
	return !v->anybody || m->letter == 'd' || m->letter == 'o';
}

bool
spf_macro_expand(struct str spec, const struct spf_values *v, struct buf *out)
{
	while (spec.n > 0) {
		struct macro m;
		bool found;
		size_t n = next_piece(spec, &m, &found);

		if (n == 0 || out->full ||
		    (found && (!is_known(&m, v) || !put_macro(&m, v, out))))
			return false;
		if (!found && n == 1)
			buf_addc(out, spec.p[0]);
		else if (!found)
			buf_addz(out, spec.p[1] == '%'   ? "%"
				      : spec.p[1] == '_' ? " "
							 : "%20");
		spec = str_sub(spec, n, SIZE_MAX);
	}
	return !out->full;
}

bool
spf_macro_domain(struct str spec, const struct spf_values *v, struct arena *mem,
		 struct str *out)
{
	SCOPED_BUF text = BUF(NAME_ROOM);
	struct str name;

	if (!spf_macro_expand(spec, v, &text))
		return false;
	name = buf_str(&text);
	if (str_ends(name, S(".")))
		name.n--;
	while (name.n > DNSNAME_MAX) {
		size_t dot = str_index(name, '.');

		if (dot == SIZE_MAX)
			break; /* no name at all; answered as such */
		name = str_sub(name, dot + 1, SIZE_MAX);
	}
	return arena_dup(mem, name, out);
}
