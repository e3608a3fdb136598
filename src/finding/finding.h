/* finding.h - the catalogue: every judgement the program makes and every
 * sentence it says, in every language.
 *
 * Compiled from src/finding/catalogue/ (TOML files) at build time. A finding
 * has title, meaning and fix; a sentence has only its text. Places in curly
 * braces are filled by finding_fill.
 */
#ifndef FINDING_H
#define FINDING_H

#include "base/base.h"
#include "json/json.h"

enum finding_lang { FINDING_EN, FINDING_JA, FINDING_NB, FINDING_LANGS };

enum finding_severity {
	FINDING_OK,
	FINDING_INFO,
	FINDING_WARN,
	FINDING_FAIL,
	FINDING_CRITICAL
};

struct finding {
	const char *code; /* "<area>.<name>" */
	enum finding_severity severity;
	const char *reference; /* "RFC 9990 section 3.1", or "" */
	const char *title[FINDING_LANGS];
	const char *meaning[FINDING_LANGS];
	const char *fix[FINDING_LANGS]; /* "" when there is nothing to do */
	/* What a button beside it does: "publish", "copy", "probe", "explain",
	 * or "". */
	const char *action;
};

/* NULL when the catalogue has no such finding. */
const struct finding *finding_find(struct str code);
size_t finding_count(void);
const struct finding *finding_at(size_t i); /* sorted by code */
const char *finding_severity_name(enum finding_severity severity);

/* A sentence by its key. A key nobody wrote comes back as itself, so that
 * the fault is seen; a test looks for such keys in the sources. */
const char *finding_say(enum finding_lang lang, const char *key);

struct finding_arg {
	const char *name;
	struct str value;
};

/* Appends `text` with its {places} filled. Values are escaped for a terminal
 * (buf_add_escaped). A place without a value stays as it is. */
void finding_fill(struct buf *out, const char *text,
		  const struct finding_arg *args, size_t count);
/* ---- findings of one look at something ---- */

enum { FINDING_ARGS_MAX = 4 };

/* A record that would put it right, ready to publish. */
struct finding_record {
	struct str name; /* without a dot at its end */
	struct str type; /* "TXT", "CNAME", ...; "FILE": no record but a file */
	struct str value; /* empty: there is none */
};

static inline bool
finding_has_record(const struct finding_record *r)
{
	return r->value.n > 0;
}

struct finding_found {
	const struct finding *finding;
	struct finding_arg args[FINDING_ARGS_MAX]; /* name NULL: no more */
	struct str evidence; /* bytes that were seen; hostile, may be empty */
	struct finding_record record;
};

/* Findings in the order they were made. Texts live in `mem`. `full` once
 * memory or room ran out: the rest was not kept. */
struct finding_list {
	struct arena *mem;
	struct finding_found *at;
	size_t n, room;
	bool full;
};

void finding_list_init(struct finding_list *list, struct arena *mem);
/* Adds `code` (which the catalogue must have) with up to four places, a list
 * of name, value pairs that ends with NULL: finding_add(&l, "mx.null",
 * evidence, "domain", name, NULL), values being `const struct str *`. Copies
 * everything. NULL when full; else the place to set `record`. The same code
 * with the same places is added once. */
struct finding_found *finding_add(struct finding_list *list, const char *code,
				  struct str evidence, ...);
/* The first with `code`, NULL when there is none. */
const struct finding_found *finding_list_find(const struct finding_list *list,
					      const char *code);
/* `text` (a title, meaning or fix) with the places of `found`; those that
 * were not given are a dash. */
void finding_found_fill(struct buf *out, const char *text,
			const struct finding_found *found);
/* The gravest severity; FINDING_OK of an empty list. */
enum finding_severity finding_list_worst(const struct finding_list *list);

/* Into an open object: "code", "severity", "title", "meaning", "fix",
 * "action", "reference", "evidence", "record"; null where there is none. */
void finding_put(struct json_out *j, const struct finding_found *found,
		 enum finding_lang lang);
/* All of them, as an array. */
void finding_put_list(struct json_out *j, const char *key,
		      const struct finding_list *list, enum finding_lang lang);

/* Sentence or finding title for a diag, with {line} and {detail}. */
void finding_explain(struct buf *out, enum finding_lang lang,
		     const struct diag *why);

/* "en", "ja", "nb"; also "no", "nn", "ja_JP.UTF-8", "nb-NO". False when the
 * language is not ours. */
bool finding_lang_parse(struct str tag, enum finding_lang *out);
const char *finding_lang_tag(enum finding_lang lang);

#endif
