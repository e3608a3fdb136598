/* spf_driver.c - plays the scenarios of check_spf.py: knows a zone, answers
 * what the evaluator asks, round by round, and prints its results. */
#include "base/base.h"
#include "facts/facts.h"
#include "netaddr/netaddr.h"
#include "spf/spf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 6, ENTRIES_MAX = 4096, HOPS_MAX = 8, ROUNDS_MAX = 64 };

struct entry {
	struct str name, kind, value; /* kind empty: the name is there */
	uint64_t preference;
	bool timeout;
};

struct zone {
	struct arena *mem;
	struct entry at[ENTRIES_MAX];
	size_t n;
};

static const struct {
	struct str word;
	enum facts_type type;
} kinds[] = {
	{ STR("TXT"), FACTS_TXT },     { STR("SPF"), FACTS_SPF },
	{ STR("A"), FACTS_A },         { STR("AAAA"), FACTS_AAAA },
	{ STR("MX"), FACTS_MX },       { STR("PTR"), FACTS_PTR },
	{ STR("CNAME"), FACTS_CNAME },
};

static bool
is_kind(struct str word, unsigned type)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(word, kinds[i].word))
			return (unsigned)kinds[i].type == type;
	return false;
}

static struct str
lower_name(struct str name, struct arena *mem)
{
	char *copy = arena_alloc(mem, name.n + 1);

	assert(copy);
	for (size_t i = 0; i < name.n; i++)
		copy[i] = name.p[i] >= 'A' && name.p[i] <= 'Z'
				  ? (char)(name.p[i] + 'a' - 'A')
				  : name.p[i];
	if (name.n > 0 && copy[name.n - 1] == '.')
		name.n--;
	return (struct str){ copy, name.n };
}

static bool
fill(struct zone *z, const struct entry *e, struct facts_rr *rr)
{
	*rr = (struct facts_rr){ .data = e->value, .strings = 1 };
	if (is_kind(e->kind, FACTS_A) || is_kind(e->kind, FACTS_AAAA))
		return netaddr_parse(e->value, &rr->address);
	rr->preference = (uint16_t)e->preference;
	if (!is_kind(e->kind, FACTS_TXT) && !is_kind(e->kind, FACTS_SPF))
		rr->data = lower_name(e->value, z->mem);
	return true;
}

/* What is at exactly this name; sets `alias` when it is a CNAME. */
static void
look(struct zone *z, struct str name, struct facts_dns *d, struct facts_rr *rr,
     struct str *alias)
{
	bool timeout = false;

	d->status = FACTS_NXDOMAIN;
	for (size_t i = 0; i < z->n; i++) {
		const struct entry *e = &z->at[i];

		if (!str_eq(e->name, name))
			continue;
		if (d->status == FACTS_NXDOMAIN)
			d->status = FACTS_NODATA;
		timeout = timeout || e->timeout;
		if (is_kind(e->kind, FACTS_CNAME))
			*alias = lower_name(e->value, z->mem);
		else if (is_kind(e->kind, d->type) && fill(z, e, &rr[d->n]))
			d->n++;
	}
	if (d->n > 0)
		d->status = FACTS_FOUND;
	else if (timeout)
		d->status = FACTS_TIMEOUT;
}

static void
answer(struct zone *z, struct facts *f, const struct facts_question *q)
{
	struct facts_rr *rr = calloc(ENTRIES_MAX, sizeof(*rr));
	struct facts_dns d = { .name = q->name, .type = q->type, .rr = rr };
	struct str name = q->name;

	assert(rr);
	for (int hop = 0; hop <= HOPS_MAX; hop++) {
		struct str alias = { NULL, 0 };

		look(z, name, &d, rr, &alias);
		if (alias.n == 0)
			break;
		d.status = FACTS_LOOP;
		name = alias;
	}
	if (!facts_put_dns(f, &d))
		abort();
	free(rr);
}

static void
print_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		printf("%02x", (unsigned char)s.p[i]);
}

static void
play(struct zone *z, const struct str w[WORDS_MAX])
{
	struct facts *f = facts_new(16 << 20, 1790000000);
	struct spf_who who = { .helo = w[3],
			       .mail_from = w[4],
			       .receiver = S("receiver.example"),
			       .explain = true };
	struct spf_verdict v;
	int rounds = 0;

	if (!netaddr_parse(w[2], &who.ip))
		abort();
	while (!spf_evaluate(f, &who, &v)) {
		struct facts_question q;
		size_t i = 0;

		while (facts_open(f, i, &q) && ++i)
			answer(z, f, &q);
		facts_settle(f);
		if (i == 0 || ++rounds > ROUNDS_MAX)
			abort(); /* waits for something it never asked for */
	}
	printf("%.*s\t%s\t", STR_ARG(w[1]), spf_result_name(v.result));
	print_hex(v.explanation);
	printf("\n");
	facts_free(f);
}

static struct str
from_hex(struct str hex, struct arena *mem)
{
	char *out = arena_alloc(mem, hex.n / 2 + 1);
	size_t n = 0;

	assert(out);
	for (size_t i = 0; i + 1 < hex.n; i += 2) {
		char pair[3] = { hex.p[i], hex.p[i + 1], '\0' };

		out[n++] = (char)strtoul(pair, NULL, 16);
	}
	return (struct str){ out, n };
}

static void
take(struct zone *z, const struct str w[WORDS_MAX])
{
	struct entry e = { .name = lower_name(w[1], z->mem) };

	if (str_eq(w[0], S("scenario"))) {
		arena_reset(z->mem);
		z->n = 0;
		return;
	}
	if (str_eq(w[0], S("test"))) {
		play(z, w);
		return;
	}
	e.timeout = str_eq(w[0], S("timeout"));
	if (str_eq(w[0], S("rr"))) {
		e.kind = w[2];
		e.value = w[3];
		if (w[4].n > 0 && !str_u64(w[4], &e.preference))
			abort();
	}
	assert(z->n < ENTRIES_MAX);
	z->at[z->n++] = e;
}

int
main(void)
{
	struct zone *z = calloc(1, sizeof(*z));
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	assert(z);
	z->mem = arena_new(64 << 20);
	while ((n = getline(&line, &room, stdin)) > 0) {
		struct str rest = { line, (size_t)n - 1 }, piece;
		struct str w[WORDS_MAX] = { 0 };

		for (size_t i = 0; i < WORDS_MAX; i++)
			if (str_split(&rest, ' ', &piece))
				w[i] = from_hex(str_sub(piece, 1, SIZE_MAX),
						z->mem);
		take(z, w);
	}
	free(line);
	arena_free(z->mem);
	free(z);
	return 0;
}
