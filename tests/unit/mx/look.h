/* look.h - a check, a world in text, and the codes of what was found. The
 * including file has cmocka and base. */
#ifndef TESTS_LOOK_H
#define TESTS_LOOK_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

#include <string.h>

enum { LOOK_NOW = 1800000000, LOOK_MAX = 1 << 22, LOOK_ROUNDS = 12 };

typedef bool look_check(struct facts *f, const struct facts_subject *s,
			struct finding_list *out);
/* Answers one question for mail; false leaves it open. */
typedef bool look_mail(const struct facts_question *question,
		       struct facts_mail *answer);

struct look {
	struct facts *f;
	struct arena *mem;
	struct finding_list found;
	struct buf codes;
};

static inline void
look_begin(struct look *l, const char *world)
{
	struct diag why = { 0 };

	*l = (struct look){ .f = facts_new(LOOK_MAX, LOOK_NOW),
			    .mem = arena_new(LOOK_MAX),
			    .codes = BUF(4096) };
	if (facts_put_world(l->f, str_of(world), &why) != ERR_NONE)
		fail_msg("%s: %s", why.code, why.detail);
}

static inline void
look_answer(struct look *l, look_mail *mail)
{
	struct facts_question q;

	for (size_t i = 0; facts_open(l->f, i, &q); i++) {
		struct facts_mail m = { .tls.alert = -1 };

		if (q.kind == FACTS_MAIL && mail && mail(&q, &m))
			assert_true(facts_put_mail(l->f, &q, &m));
	}
	facts_settle(l->f);
}

/* Codes in the order they were found, with a blank between; "?" when the
 * check never got to its end. */
static inline const char *
look_run(struct look *l, look_check *check, const struct facts_subject *s,
	 look_mail *mail)
{
	bool done = false;

	for (int round = 0; round < LOOK_ROUNDS && !done; round++) {
		finding_list_init(&l->found, l->mem);
		done = check(l->f, s, &l->found);
		if (!done)
			look_answer(l, mail);
	}
	buf_clear(&l->codes);
	if (!done)
		return "?";
	for (size_t i = 0; i < l->found.n; i++)
		buf_addf(&l->codes, "%s%s", i > 0 ? " " : "",
			 l->found.at[i].finding->code);
	return buf_c(&l->codes);
}

static inline void
look_end(struct look *l)
{
	buf_free(&l->codes);
	arena_free(l->mem);
	facts_free(l->f);
}

/* The value of a place of the first finding with `code`. */
static inline struct str
look_place(const struct look *l, const char *code, const char *name)
{
	const struct finding_found *found = finding_list_find(&l->found, code);

	for (size_t i = 0; found && i < FINDING_ARGS_MAX; i++)
		if (found->args[i].name &&
		    strcmp(found->args[i].name, name) == 0)
			return found->args[i].value;
	return S("");
}

/* A world, and the codes that it must give for example.com. */
struct look_case {
	const char *world, *codes;
};

static inline void
look_all(const struct look_case *c, size_t n, look_check *check)
{
	const struct facts_subject s = { .domain = STR("example.com") };

	for (size_t i = 0; i < n; i++) {
		struct look l;
		const char *codes;

		look_begin(&l, c[i].world);
		codes = look_run(&l, check, &s, NULL);
		if (strcmp(codes, c[i].codes) != 0)
			fail_msg("%s\nexpected %s\nfound %s", c[i].world,
				 c[i].codes, codes);
		look_end(&l);
	}
}

#endif
