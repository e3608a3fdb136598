/* author.c - who wrote a message: the domain in its From field (RFC 5322
 * section 3.4, RFC 9989 section 5.3.1). */
#include "dkimsig/private.h"

#include "dnsname/dnsname.h"

enum { ADDRESS_MAX = 1024, COMMENTS_MAX = 32 };

struct author {
	struct arena *mem;
	char address[ADDRESS_MAX]; /* of the current mailbox */
	size_t n, ats, after;      /* characters, "@", place behind the "@" */
	bool angle, closed;        /* within "<", behind ">" */
	bool bad;
	struct str domain;
};

static void
clear(struct author *a)
{
	a->n = a->ats = a->after = 0;
}

static void
put(struct author *a, char c)
{
	if (a->closed && !a->angle)
		return; /* a remark behind the address */
	if (a->n == sizeof a->address) {
		a->bad = true;
		return;
	}
	a->address[a->n++] = c;
	if (c == '@') {
		a->ats++;
		a->after = a->n;
	}
}

/* A mailbox ends. None at all is fine: lists may have empty members. */
static void
finish(struct author *a)
{
	struct str name = { a->address + a->after, a->n - a->after }, kept;

	if (a->angle)
		a->bad = true;
	if (!a->bad && (a->n > 0 || a->closed)) {
		a->bad = a->ats != 1 || a->after == 1 ||
			 !arena_dup(a->mem, name, &kept) ||
			 !dnsname_fold(kept, a->mem, &kept) ||
			 (a->domain.n > 0 && !str_eq(a->domain, kept));
		if (!a->bad)
			a->domain = kept;
	}
	clear(a);
	a->closed = false;
}

/* Behind a quoted string; SIZE_MAX when it does not end. */
static size_t
skip_quoted(struct str s, size_t i)
{
	for (i++; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return SIZE_MAX;
}

static size_t
skip_comment(struct str s, size_t i)
{
	unsigned depth = 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(' && ++depth > COMMENTS_MAX)
			return SIZE_MAX;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return SIZE_MAX;
}

static void
open_angle(struct author *a)
{
	a->bad |= a->angle || a->closed;
	a->angle = true;
	clear(a);
}

static void
take(struct author *a, char c)
{
	switch (c) {
	case '<':
		open_angle(a);
		break;
	case '>':
		a->bad |= !a->angle;
		a->angle = false;
		a->closed = true;
		break;
	case ':': /* the name of a group, or a route: only the first is fine */
		a->bad |= a->angle || a->closed;
		clear(a);
		break;
	case ',':
	case ';':
		finish(a);
		break;
	default:
		if (!dkimsig_is_blank(c))
			put(a, c);
	}
}

bool
dkimsig_author(struct str value, struct arena *mem, struct str *out)
{
	struct author a = { .mem = mem };
	size_t i = 0;

	while (i < value.n && !a.bad) {
		char c = value.p[i];

		if (c == '"') {
			i = skip_quoted(value, i);
			put(&a, 'q');
		} else if (c == '(') {
			i = skip_comment(value, i);
		} else {
			take(&a, c);
			i++;
		}
	}
	finish(&a);
	*out = a.bad || i == SIZE_MAX ? S("") : a.domain;
	return true;
}
