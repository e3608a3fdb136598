/* private.h - what the files of mtasts share. */
#ifndef MTASTS_PRIVATE_H
#define MTASTS_PRIVATE_H

#include "base/base.h"
#include "mtasts/mtasts.h"

/* ---- faults ---- */

/* Codes say themselves whether they are fatal. A fatal one is kept even when
 * there is no room for more. */
void mtasts_fault_add(struct mtasts_faults *faults, const char *code,
		      uint32_t line, struct str text);
/* True of codes that do not make a text void. */
bool mtasts_harmless(const char *code);

/* ---- words of translated policies ---- */

enum mtasts_key {
	MTASTS_KEY_VERSION,
	MTASTS_KEY_MODE,
	MTASTS_KEY_AGE,
	MTASTS_KEY_MX,
	MTASTS_KEYS /* none of them */
};

enum mtasts_key mtasts_key_exact(struct str word);
/* A key in another language. */
enum mtasts_key mtasts_key_translated(struct str word);
/* The key meant by a slip of case or spelling ("Mode", "max-age"). */
enum mtasts_key mtasts_key_near(struct str word);
enum mtasts_mode mtasts_mode_exact(struct str word);
enum mtasts_mode mtasts_mode_translated(struct str word);
/* "Enforce", and "report" of old drafts. */
enum mtasts_mode mtasts_mode_near(struct str word);
/* A full-width letter, digit, sign or blank (U+FF01 to U+FF5E, U+3000). */
bool mtasts_has_wide(struct str s);
/* `s` with those replaced by their ASCII twins, in `mem`. */
bool mtasts_narrow(struct str s, struct arena *mem, struct str *out) MUST_CHECK;
/* A path or URL with a translated "/.well-known/". */
bool mtasts_path_translated(struct str s);

/* Blanks and tabs only (WSP of the grammars). */
struct str mtasts_trim(struct str s);
bool mtasts_alnum(char c);
/* Name of an extension field. */
bool mtasts_field_name(struct str s);

#endif
