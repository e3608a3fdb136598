/* dmarcrec.h - the DMARC policy record: reading, writing, finding, judging.
 *
 * Pure. RFC 9989 (tree walk) and RFC 7489 (public suffix list) side by side,
 * because receivers follow either.
 */
#ifndef DMARCREC_H
#define DMARCREC_H

#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum {
	DMARCREC_TEXT_MAX = 16 * 1024, /* longer texts are not read */
	DMARCREC_TAGS_MAX = 64,
	DMARCREC_URIS_MAX = 32,
	DMARCREC_FAULTS_MAX = 64,
	DMARCREC_QUERIES_MAX = 8 /* RFC 9989 section 4.10 */
};

/* In order of strength from NONE on. */
enum dmarcrec_policy {
	DMARCREC_UNSET,
	DMARCREC_INVALID, /* the tag is there, its value is no policy */
	DMARCREC_NONE,
	DMARCREC_QUARANTINE,
	DMARCREC_REJECT
};

enum dmarcrec_psd { DMARCREC_PSD_U, DMARCREC_PSD_Y, DMARCREC_PSD_N };

enum {                      /* bits of fo; 0: the tag is not there */
       DMARCREC_FO_ALL = 1, /* "0" */
       DMARCREC_FO_ANY = 2, /* "1" */
       DMARCREC_FO_DKIM = 4,
       DMARCREC_FO_SPF = 8
};

struct dmarcrec_tag {
	struct str name, value; /* as written, trimmed */
	size_t at;              /* offset of the name in the text */
	bool repeated;          /* an earlier one counts */
};

struct dmarcrec_uri {
	struct str text; /* as written, trimmed */
	struct str uri;  /* without an obsolete "!10m" */
	struct str host; /* folded; of the address or the authority */
	uint64_t max;    /* bytes of "!10m", 0 when there is none */
	bool mailto;
	bool valid; /* a mailto URI that reports can be sent to */
};

/* Something wrong in the text: a finding's code and what it is about. */
struct dmarcrec_fault {
	const char *code;
	struct str tag;    /* may be empty */
	struct str detail; /* a piece of the text */
	size_t at;         /* its offset */
};

struct dmarcrec {
	struct str text;
	bool valid; /* begins with v=DMARC1 as the grammar wants it */
	enum dmarcrec_policy p, sp, np;
	bool dkim_strict, spf_strict;
	bool test; /* t=y */
	enum dmarcrec_psd psd;
	unsigned fo;
	bool has_rua, has_ruf;
	struct dmarcrec_uri *rua, *ruf;
	size_t rua_n, ruf_n;
	/* RFC 7489 only. */
	bool has_pct, has_ri, has_rf;
	unsigned pct; /* 0-100; 100 without the tag */
	struct dmarcrec_tag *tag;
	size_t tag_n;
	struct dmarcrec_fault *fault;
	size_t fault_n;
};

/* The text begins with a valid version: receivers take it for a record. */
bool dmarcrec_is(struct str text);
/* It was meant to be one ("V=dmarc1", "p=none; v=DMARC1", with quotes ...). */
bool dmarcrec_resembles(struct str text);
/* Reads any text, however broken; what is wrong is in `out->fault`. `out`
 * points into `text` and `mem`. ERR_LIMIT "dmarc.record_too_long" when it is
 * longer or has more parts than we read, or `mem` is full. */
enum err dmarcrec_parse(struct str text, struct arena *mem,
			struct dmarcrec *out, struct diag *why) MUST_CHECK;
/* Writes the fields in the form of RFC 9989: never pct, rf, ri or sizes, only
 * what differs from the default. Reads back as the same. */
void dmarcrec_print(const struct dmarcrec *rec, struct buf *out);
/* An old or damaged record as RFC 9989 has it, never stronger than it was:
 * pct below 100 becomes t=y, bare addresses get "mailto:", every address
 * stays. False when `mem` is full. */
bool dmarcrec_convert(const struct dmarcrec *old, struct arena *mem,
		      struct dmarcrec *out) MUST_CHECK;
/* What is wrong with the text of a record, whatever DNS says. `domain` is
 * where it stands: a finding that a better record cures carries that record;
 * an empty one gives none. */
void dmarcrec_lint(const struct dmarcrec *rec, struct str domain,
		   struct finding_list *out);
/* The generator: the fields of `wish` as a record without any fault or
 * warning, in `mem`. False when it would have one (in `why`). */
bool dmarcrec_make(const struct dmarcrec *wish, struct arena *mem,
		   struct finding_list *why, struct str *out) MUST_CHECK;
const char *dmarcrec_policy_name(enum dmarcrec_policy policy); /* "none" */

/* ---- discovery ---- */

enum dmarcrec_state {
	DMARCREC_HERE,     /* one record */
	DMARCREC_ABSENT,   /* none */
	DMARCREC_MULTIPLE, /* several: receivers discard them all */
	DMARCREC_UNKNOWN   /* DNS did not tell */
};

/* What is at _dmarc.`domain`. */
struct dmarcrec_place {
	struct str domain;
	enum dmarcrec_state state;
	size_t count;           /* records that begin with v=DMARC1 */
	struct dmarcrec record; /* HERE */
	const struct facts_dns *answer;
};

enum dmarcrec_source { /* which tag gave the policy */
		       DMARCREC_FROM_NOTHING,
		       DMARCREC_FROM_P,
		       DMARCREC_FROM_SP,
		       DMARCREC_FROM_NP,
		       DMARCREC_FROM_FAULT /* unusable p, sp or np: as none */
};

enum dmarcrec_outcome {
	DMARCREC_APPLIES,
	DMARCREC_NO_RECORD,
	DMARCREC_UNUSABLE, /* there is one, but no policy and no rua in it */
	DMARCREC_UNCERTAIN /* an answer that matters is not known */
};

/* What a receiver of one school finds for mail from the domain. */
struct dmarcrec_way {
	enum dmarcrec_outcome outcome;
	const struct dmarcrec_place *place; /* of the record, or NULL */
	bool inherited;                     /* it is of a name above */
	enum dmarcrec_policy asked;         /* as the record says */
	enum dmarcrec_policy policy; /* as applied: t=y is one level less */
	enum dmarcrec_source source;
	unsigned pct;   /* 100 in RFC 9989 */
	struct str org; /* organisational domain */
	bool org_known;
};

struct dmarcrec_found {
	struct str domain;
	struct dmarcrec_place place[DMARCREC_QUERIES_MAX + 1];
	size_t n;
	bool exists, exists_known; /* RFC 9989: anything but NXDOMAIN */
	struct dmarcrec_way walk;  /* RFC 9989 */
	struct dmarcrec_way psl;   /* RFC 7489 */
};

/* False: not yet. Texts live in `facts_mem`. */
bool dmarcrec_discover(struct facts *f, struct str domain,
		       struct dmarcrec_found *out) MUST_CHECK;
/* The organisational domain by tree walk alone; `known` false when an answer
 * is missing for good. */
bool dmarcrec_org(struct facts *f, struct str domain, struct str *org,
		  bool *known) MUST_CHECK;
/* RFC 9989 section 4.4: `from` and an authenticated name, both folded, with
 * the organisational domain of each. */
bool dmarcrec_aligned(struct str from, struct str name, bool strict,
		      struct str from_org, struct str name_org);

/* ---- reports to other organisations, RFC 9990 section 4 ---- */

enum dmarcrec_consent {
	DMARCREC_OWN_HOST, /* same organisation: none is needed */
	DMARCREC_GIVEN,
	DMARCREC_NOT_GIVEN,
	DMARCREC_NAME_TOO_LONG, /* cannot be given */
	DMARCREC_REDIRECTED,    /* to another address at the same host */
	DMARCREC_ELSEWHERE,     /* to another host: nobody gets the report */
	DMARCREC_CONSENT_UNKNOWN
};

/* `at` is the domain the record was found at. `name` gets the name that must
 * hold "v=DMARC1" (folded, in facts_mem; empty for an own host). */
bool dmarcrec_consent(struct facts *f, struct str at, struct str host,
		      enum dmarcrec_consent *out, struct str *name) MUST_CHECK;

/* Everything above as findings; false: not yet. */
bool dmarcrec_check(struct facts *f, const struct facts_subject *s,
		    struct finding_list *out) MUST_CHECK;

#endif
