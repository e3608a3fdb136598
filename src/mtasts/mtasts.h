/* mtasts.h - MTA-STS (RFC 8461): its TXT record, its policy file, and what a
 * sender meets on the way to them.
 *
 * Pure: everything that is looked at comes from facts.h.
 */
#ifndef MTASTS_H
#define MTASTS_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum {
	MTASTS_ID_MAX = 32,
	MTASTS_AGE_MAX = 31557600, /* seconds, RFC 8461 section 3.2 */
	MTASTS_FAULTS_MAX = 48,
	MTASTS_MX_MAX = 256
};

/* A rule that a text breaks, named by its code of the catalogue. */
struct mtasts_fault {
	const char *code;
	bool fatal;      /* the whole text is void for a sender */
	uint32_t line;   /* of a policy, from 1; 0 the text as a whole */
	struct str text; /* the piece concerned, of the text given; hostile */
};

/* In the order a sender meets them; what does not fit is left out. */
struct mtasts_faults {
	struct mtasts_fault at[MTASTS_FAULTS_MAX];
	size_t n;
};

/* The first fatal one; NULL when a sender takes the text. */
const struct mtasts_fault *mtasts_fatal(const struct mtasts_faults *faults);

/* ---- TXT record at _mta-sts.DOMAIN ---- */

/* What a TXT value is to a sender that looks for a record. */
enum mtasts_kind {
	MTASTS_FOREIGN, /* something else: legal beside the record */
	MTASTS_NEARLY,  /* meant as one, but does not begin "v=STSv1" */
	MTASTS_LOOSE,   /* "v=STSv1" without ";" right behind it */
	MTASTS_STRICT   /* begins "v=STSv1;" */
};

enum mtasts_kind mtasts_kind(struct str text);
/* Judges one value that is meant as a record. True when a sender takes it;
 * `id` is a piece of `text`, empty when there is none. Adds to `faults`. */
bool mtasts_parse_txt(struct str text, struct str *id,
		      struct mtasts_faults *faults);
bool mtasts_id_valid(struct str id);
/* "v=STSv1; id=ID;". False when the id is not valid; nothing is added. */
bool mtasts_print_txt(struct buf *out, struct str id);
/* A fresh id out of a time: "20261122141500Z". */
enum { MTASTS_ID_SIZE = 24 };
const char *mtasts_make_id(int64_t now, char out[MTASTS_ID_SIZE]);

/* ---- policy file ---- */

enum mtasts_mode { MTASTS_NO_MODE, MTASTS_OFF, MTASTS_TESTING, MTASTS_ENFORCE };

struct mtasts_policy {
	enum mtasts_mode mode; /* MTASTS_OFF is "none" */
	bool has_age;
	uint32_t max_age;     /* seconds */
	const struct str *mx; /* patterns: lower case, A-labels */
	size_t mx_n;
};

/* Reads a policy file and names every fault with its line. True when a sender
 * takes it. `out` is the best reading in any case: what was translated,
 * full-width, or a list in one line is read as it was meant, patterns that
 * cannot be mended are left out, and what is missing stays missing (no mode,
 * no age, no mx). Patterns live in `mem`. */
bool mtasts_parse_policy(struct str text, struct arena *mem,
			 struct mtasts_policy *out,
			 struct mtasts_faults *faults);
/* The minimal form: version, mode, mx..., max_age; CRLF, ASCII. False when
 * no sender would take the policy; nothing is added then. */
bool mtasts_print_policy(struct buf *out, const struct mtasts_policy *policy);
/* The printed form of the best reading of `text`. Without a mode it becomes
 * testing, without an age a day (testing) or a week, without patterns those
 * of `live` (may be NULL: `live_n` 0). False when that is not enough. */
bool mtasts_repair_policy(struct str text, const struct str *live,
			  size_t live_n, struct buf *out);
const char *mtasts_mode_name(enum mtasts_mode mode); /* "enforce"; "" */

/* One pattern against a folded name: "*" stands for exactly one label (RFC
 * 8461 section 4.1). */
bool mtasts_matches(struct str pattern, struct str mx);
bool mtasts_allows(const struct mtasts_policy *policy, struct str mx);

/* What a mail server at one address is to a sender that enforces; not seen is
 * neither. `mx` is the name in the MX record. */
enum mtasts_sight { MTASTS_UNSEEN, MTASTS_BAD, MTASTS_GOOD };
enum mtasts_sight mtasts_sight_of(const struct facts_mail *mail, struct str mx,
				  int64_t now);

/* ---- the way of a sender ---- */

enum mtasts_result {
	MTASTS_NONE, /* ended at the TXT record; no file was asked for */
	MTASTS_VALID,
	MTASTS_FETCH_ERROR,
	MTASTS_NOT_CHANGED /* id is the known one; nothing about the file */
};

/* "NONE", "VALID", "FETCH_ERROR", "NOT_CHANGED". */
const char *mtasts_result_name(enum mtasts_result result);

/* What is remembered of former looks; 0 or empty means not known. */
struct mtasts_history {
	/* The look before this one. */
	struct str former_id;
	uint64_t former_body; /* mtasts_body_hash */
	/* UTC seconds when the present id and body were first seen. */
	int64_t id_seen, body_seen;
	/* In mode testing since then, and no failure was reported since. */
	int64_t testing_since;
	bool testing_clean;
	/* Where the CNAME of _mta-sts must lead when we host it: the very
	 * target, or the suffix of all our targets. */
	struct str own_target;
	/* The same look from another place, about now. */
	struct str other_id;
	uint64_t other_body;
};

struct mtasts_asked {
	struct str given; /* as somebody typed it; empty: the subject */
	struct str known_id;
	const struct mtasts_history *history; /* NULL: none */
	/* Where TLS reports should go, for a record to publish; empty:
	 * mailto:tls-reports@ the domain. */
	struct str rua;
};

struct mtasts_lookup {
	enum mtasts_result result;
	/* The first rule broken on the way; of a VALID one the gravest
	 * finding, NULL when there is none; NULL of NOT_CHANGED. */
	const char *branch;
	struct str id;
	bool has_policy; /* a file was fetched and a sender takes it */
	struct mtasts_policy policy; /* best reading of the file */
	struct str body;             /* of the file, as fetched */
	uint64_t body_hash;
	/* The minimal form put right, when the file has faults; for showing
	 * and for the Copy button. Empty: nothing to mend, or cannot be. */
	struct str repaired;
};

/* Tells one body from another; not proof against forgery. */
uint64_t mtasts_body_hash(struct str body);

/* False: not yet, facts are missing, and `out` and `findings` mean nothing.
 * Texts live in the memory of `findings`. A repaired policy stands in the
 * finding's record with type "FILE", its name being the URL; a TXT record
 * with type "TXT". Places of every finding: domain, host (policy host, MX, or
 * name concerned), detail (what was seen; "LINE: text" of a file), count. */
bool mtasts_lookup(struct facts *f, const struct facts_subject *s,
		   struct str known_id, struct mtasts_lookup *out,
		   struct finding_list *findings) MUST_CHECK;
bool mtasts_lookup_asked(struct facts *f, const struct facts_subject *s,
			 const struct mtasts_asked *asked,
			 struct mtasts_lookup *out,
			 struct finding_list *findings) MUST_CHECK;
/* Findings only, form of facts.h. */
bool mtasts_check(struct facts *f, const struct facts_subject *s,
		  struct finding_list *out) MUST_CHECK;

#endif
