/* pattern.c - mx patterns of a policy: what is wrong with one, what it was
 * meant to be, and which names it covers. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "mtasts/mtasts.h"
#include "mtasts/policy.h"
#include "mtasts/private.h"
#include "netaddr/netaddr.h"

#include <string.h>

enum { FIRST_ROOM = 16, COMPARED_MAX = 256 };

bool
mtasts_matches(struct str pattern, struct str mx)
{
	size_t dot;

	if (!str_starts(pattern, S("*.")))
		return mx.n > 0 && str_eq_fold(pattern, mx);
	dot = str_index(mx, '.');
	if (dot == SIZE_MAX || dot == 0)
		return false;
	return str_eq_fold(str_sub(pattern, 2, pattern.n),
			   str_sub(mx, dot + 1, mx.n)) &&
	       pattern.n > 2;
}

bool
mtasts_allows(const struct mtasts_policy *policy, struct str mx)
{
	for (size_t i = 0; i < policy->mx_n; i++)
		if (mtasts_matches(policy->mx[i], mx))
			return true;
	return false;
}

static void
fault(struct mtasts_reader *in, const char *code)
{
	mtasts_fault_add(in->faults, code, in->line, in->raw);
}

/* Letters, digits and inner hyphens, labels of 1 to 63 (RFC 5321 section
 * 4.1.2 Domain). */
static bool
is_host(struct str name)
{
	struct str rest = name, label = STR("");

	if (name.n == 0 || name.n > DNSNAME_MAX || name.p[name.n - 1] == '.')
		return false;
	while (str_split(&rest, '.', &label)) {
		if (label.n == 0 || label.n > DNSNAME_LABEL_MAX ||
		    label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!mtasts_alnum(label.p[i]) && label.p[i] != '-')
				return false;
	}
	return true;
}

static bool
push(struct mtasts_reader *in, struct str pattern)
{
	size_t room = in->mx_room ? 2 * in->mx_room : FIRST_ROOM;
	struct str *mx = in->mx;

	if (in->mx_n == in->mx_room) {
		mx = arena_array(in->mem, room, sizeof(*mx));
		if (!mx)
			return false;
		if (in->mx_n > 0)
			memcpy(mx, in->mx, in->mx_n * sizeof(*mx));
		in->mx = mx;
		in->mx_room = room;
	}
	mx[in->mx_n++] = pattern;
	return true;
}

/* Keeps "*." + name, in lower case and A-labels. */
static void
keep(struct mtasts_reader *in, struct str name, bool wild)
{
	struct str folded = STR(""), whole = STR("");
	char *p;

	if (!dnsname_fold(name, in->mem, &folded) || !is_host(folded)) {
		fault(in, "mtasts.pol_mx_syntax");
		return;
	}
	p = arena_array(in->mem, folded.n + 2, 1);
	if (!p) {
		in->full = true;
		return;
	}
	memcpy(p, "*.", 2);
	memcpy(p + 2, folded.p, folded.n);
	whole = wild ? (struct str){ p, folded.n + 2 }
		     : (struct str){ p + 2, folded.n };
	in->full = !push(in, whole) || in->full;
}

/* A scheme before, a port or path behind. */
static struct str
cut_scheme(struct mtasts_reader *in, struct str s)
{
	size_t scheme = str_find(s, S("://"));
	size_t end = 0;

	if (scheme != SIZE_MAX)
		s = str_sub(s, scheme + 3, s.n);
	while (end < s.n && s.p[end] != ':' && s.p[end] != '/')
		end++;
	if (scheme != SIZE_MAX || end < s.n)
		fault(in, "mtasts.pol_mx_scheme");
	return str_sub(s, 0, end);
}

/* The name behind "*.". False when the pattern cannot be mended. */
static bool
cut_wildcard(struct mtasts_reader *in, struct str *s, bool *wild)
{
	bool good = str_starts(*s, S("*."));

	*wild = good || (s->n > 0 && s->p[0] == '.');
	if (good)
		*s = str_sub(*s, 2, s->n);
	else if (*wild)
		*s = str_sub(*s, 1, s->n);
	if ((*wild && !good) || str_index(*s, '*') != SIZE_MAX || s->n == 0) {
		fault(in, "mtasts.pol_mx_bad_wildcard");
		return s->n > 0 && str_index(*s, '*') == SIZE_MAX;
	}
	return true;
}

static void
read_one(struct mtasts_reader *in, struct str s)
{
	struct netaddr address;
	bool wild = false;

	if (netaddr_parse(s, &address)) {
		fault(in, "mtasts.pol_mx_ip");
		return;
	}
	s = cut_scheme(in, s);
	if (netaddr_parse(s, &address)) {
		fault(in, "mtasts.pol_mx_ip");
		return;
	}
	if (s.n > 1 && s.p[s.n - 1] == '.') {
		fault(in, "mtasts.pol_mx_trailing_dot");
		s.n--;
	}
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80) {
			fault(in, "mtasts.pol_mx_ulabel");
			break;
		}
	if (cut_wildcard(in, &s, &wild))
		keep(in, s, wild);
}

static bool
is_separator(char c)
{
	return c == ',' || c == ' ' || c == ';' || c == '\t';
}

void
mtasts_read_mx(struct mtasts_reader *in, struct str value)
{
	size_t from = 0;
	bool list = false;

	if (value.n == 0) {
		fault(in, "mtasts.pol_mx_syntax");
		return;
	}
	for (size_t i = 0; i < value.n; i++)
		list = list || is_separator(value.p[i]);
	if (list)
		fault(in, "mtasts.pol_mx_list");
	for (size_t i = 0; i <= value.n; i++) {
		if (i < value.n && !is_separator(value.p[i]))
			continue;
		if (i > from)
			read_one(in, str_sub(value, from, i - from));
		from = i + 1;
	}
}

/* Whether another pattern, or the same one before it, covers pattern `i`. */
static bool
is_redundant(const struct mtasts_reader *in, size_t i)
{
	for (size_t k = 0; k < in->mx_n && k < COMPARED_MAX; k++) {
		if (k == i)
			continue;
		if (str_eq(in->mx[k], in->mx[i])) {
			if (k < i)
				return true;
		} else if (mtasts_matches(in->mx[k], in->mx[i])) {
			return true;
		}
	}
	return false;
}

void
mtasts_close_mx(struct mtasts_reader *in)
{
	for (size_t i = 0; i < in->mx_n && i < COMPARED_MAX; i++)
		if (is_redundant(in, i))
			mtasts_fault_add(in->faults, "mtasts.pol_mx_redundant",
					 0, in->mx[i]);
	in->out->mx = in->mx;
	in->out->mx_n = in->mx_n;
}
