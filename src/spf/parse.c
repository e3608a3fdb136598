/* parse.c - an SPF record, term by term (RFC 7208 sections 4.5, 5, 6, 12).
 * Every term is looked at, also behind one that is wrong: a fault anywhere
 * spoils the whole record. */
#include "base/base.h"
#include "netaddr/netaddr.h"
#include "spf/private.h"

#include <string.h>

static const struct str version = STR("v=spf1");

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
static bool
is_name(struct str s)
{
	if (s.n == 0 || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];

		if (!is_alpha(c) && !(c >= '0' && c <= '9') && c != '-' &&
		    c != '_' && c != '.')
			return false;
	}
	return true;
}

static bool
is_visible(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

static bool
kind_of(struct str name, bool modifier, enum spf_kind *out)
{
	for (int k = SPF_ALL; k < SPF_UNKNOWN; k++) {
		if (spf_kind_is_modifier((enum spf_kind)k) != modifier ||
		    !str_eq_fold(name, str_of(spf_kind_name((enum spf_kind)k))))
			continue;
		*out = (enum spf_kind)k;
		return true;
	}
	return false;
}

static void
read_modifier(struct spf_term *t, size_t equals)
{
	struct str name = str_sub(t->text, 0, equals);

	t->kind = SPF_UNKNOWN;
	t->domain = str_sub(t->text, equals + 1, SIZE_MAX);
	if (!is_name(name))
		t->fault = SPF_BAD_WORD;
	else if (kind_of(name, true, &t->kind))
		t->fault = spf_domain_fault(t->domain);
	else if (!spf_macro_valid(t->domain, spf_letters_all))
		t->fault = SPF_BAD_MACRO;
}

/* ":domain" of a mechanism, from which the lengths were cut. */
static enum spf_fault
read_domain(struct spf_term *t, struct str rest, bool needed)
{
	if (rest.n == 0)
		return needed ? SPF_BAD_ARGUMENT : SPF_FINE;
	if (rest.p[0] != ':')
		return SPF_BAD_LENGTH;
	t->domain = str_sub(rest, 1, SIZE_MAX);
	return spf_domain_fault(t->domain);
}

static enum spf_fault
read_argument(struct spf_term *t, struct str rest)
{
	switch (t->kind) {
	case SPF_ALL:
		return rest.n > 0 ? SPF_BAD_ARGUMENT : SPF_FINE;
	case SPF_A:
	case SPF_MX:
		if (!spf_cut_lengths(&rest, &t->bits4, &t->bits6))
			return SPF_BAD_LENGTH;
		return read_domain(t, rest, false);
	case SPF_PTR:
		return read_domain(t, rest, false);
	case SPF_IP4:
	case SPF_IP6:
		if (rest.n == 0 || rest.p[0] != ':')
			return SPF_BAD_ARGUMENT;
		return spf_read_net(str_sub(rest, 1, SIZE_MAX),
				    t->kind == SPF_IP6, &t->net);
	default:
		return read_domain(t, rest, true);
	}
}

static void
read_mechanism(struct spf_term *t)
{
	struct str rest = t->text;
	size_t n = 0;

	t->qualifier = SPF_PASS;
	if (rest.n > 0 && memchr("+-?~", rest.p[0], 4)) {
		t->qualifier = rest.p[0] == '-'   ? SPF_FAIL
			       : rest.p[0] == '~' ? SPF_SOFTFAIL
			       : rest.p[0] == '?' ? SPF_NEUTRAL
						  : SPF_PASS;
		rest = str_sub(rest, 1, SIZE_MAX);
	}
	while (n < rest.n && rest.p[n] != ':' && rest.p[n] != '/')
		n++;
	t->kind = SPF_UNKNOWN;
	if (!kind_of(str_sub(rest, 0, n), false, &t->kind))
		t->fault = SPF_BAD_WORD;
	else
		t->fault = read_argument(t, str_sub(rest, n, SIZE_MAX));
}

static void
read_term(struct spf_term *t)
{
	size_t n = 0;

	t->bits4 = 32;
	t->bits6 = 128;
	t->kind = SPF_UNKNOWN;
	if (!is_visible(t->text)) {
		t->fault = SPF_BAD_CHAR;
		return;
	}
	while (n < t->text.n && !memchr(":/=", t->text.p[n], 3))
		n++;
	if (n < t->text.n && t->text.p[n] == '=')
		read_modifier(t, n);
	else
		read_mechanism(t);
}

static void
note_modifier(struct spf_record *r, struct spf_term *t)
{
	const struct spf_term **place =
		t->kind == SPF_REDIRECT ? &r->redirect : &r->exp;

	if (t->kind != SPF_REDIRECT && t->kind != SPF_EXP)
		return;
	if (*place && !t->fault)
		t->fault = SPF_TWICE;
	else if (!*place)
		*place = t;
}

static size_t
count_terms(struct str rest)
{
	struct str piece;
	size_t n = 0;

	while (str_split(&rest, ' ', &piece))
		n += piece.n > 0;
	return n;
}

static bool
read_terms(struct spf_record *r, struct spf_term *terms, size_t max,
	   struct arena *mem)
{
	struct str rest = str_sub(r->text, version.n, SIZE_MAX), piece;

	while (r->n < max && str_split(&rest, ' ', &piece)) {
		struct spf_term *t = &terms[r->n];

		if (piece.n == 0)
			continue;
		*t = (struct spf_term){ .text = piece };
		t->at = (size_t)(piece.p - r->text.p);
		read_term(t);
		note_modifier(r, t);
		if (!spf_guess(t, mem))
			return false;
		if (t->fault && !r->bad)
			r->bad = t;
		r->n++;
	}
	return true;
}

enum err
spf_parse(struct str text, struct arena *mem, struct spf_record *out,
	  struct diag *why)
{
	size_t n = count_terms(str_sub(text, version.n, SIZE_MAX));
	size_t kept = n > SPF_TERMS_MAX ? SPF_TERMS_MAX : n;
	struct spf_term *terms = arena_array(mem, kept, sizeof(*terms));

	*out = (struct spf_record){ .text = text, .terms = terms };
	if (!terms)
		return diag_set(why, ERR_LIMIT, "spf.syntax", 0, "memory");
	if (!spf_is_record(text) || text.n > SPF_RECORD_MAX)
		return diag_set(why, ERR_SYNTAX, "spf.syntax", 0, "v=spf1");
	if (!read_terms(out, terms, kept, mem))
		return diag_set(why, ERR_LIMIT, "spf.syntax", 0, "memory");
	if (n > kept && !out->bad) {
		terms[kept - 1].fault = SPF_TOO_MANY;
		out->bad = &terms[kept - 1];
	}
	if (!out->bad)
		return ERR_NONE;
	return diag_set(why, ERR_SYNTAX, "spf.syntax", 0, "%.*s",
			STR_ARG(out->bad->text));
}
