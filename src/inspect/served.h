/* served.h - a look that others ask for, from the question to the text of its
 * answer. */
#ifndef INSPECT_SERVED_H
#define INSPECT_SERVED_H

#include "inspect/inspect.h"

enum { SERVED_SELECTORS = 64 };

/* What is asked, in its canonical form. */
struct served_question {
	const struct inspect_kind *kind; /* NULL: a check */
	struct str subject;              /* folded domain, or address */
	struct str extra;
	struct str selectors[SERVED_SELECTORS];
	size_t selectors_n;
	const char *explained; /* sentence about `result`: no look needed */
	struct str result;
	struct str wish; /* not empty: DNS against this (desired.h) */
};

/* Texts live in `mem` and in `request`. ERR_GONE "inspect.bad_request" for an
 * unknown op or kind; else as inspect_lookup_init. */
enum err served_read(const struct json *request, struct arena *mem,
		     struct served_question *out, struct diag *why) MUST_CHECK;
/* The same for the same question, different for all others. */
void served_key(const struct served_question *q, struct buf *out);
void served_put_explained(struct buf *out, const struct served_question *q,
			  enum finding_lang lang);

struct served;

/* Copies the question. NULL: it does not fit. */
struct served *served_new(const struct served_question *q, int64_t now);
void served_free(struct served *s); /* NULL is fine */
struct facts *served_facts(struct served *s);
/* A `judge` of inspect_run: `ctx` is the served. */
bool served_judge(void *ctx);
/* What it knows now, as JSON. `over`: it will not know more; then `complete`
 * is what the judge said last. */
void served_put(struct buf *out, struct served *s, bool over, bool complete,
		enum finding_lang lang);

#endif
