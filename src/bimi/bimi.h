/* bimi.h - brand indicators: the record at <selector>._bimi.<domain>
 * (draft-brand-indicators-for-message-identification).
 *
 * Pure.
 */
#ifndef BIMI_H
#define BIMI_H

#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum { BIMI_TEXT_MAX = 8 * 1024, BIMI_TAGS_MAX = 32, BIMI_SVG_MAX = 32 * 1024 };

struct bimi {
	struct str text;
	bool valid;         /* begins with v=BIMI1 */
	bool has_l, has_a;  /* the tag is there, perhaps empty */
	struct str l, a;    /* logo, certificate: as written */
	struct str avp;     /* "brand" or "personal", empty: not there */
	bool declined;      /* l= and a= empty: this domain wants no logo */
	struct str unknown; /* name of the first tag we do not know */
	struct str broken;  /* first piece that is no tag, or is repeated */
};

/* Reads any text. ERR_LIMIT "bimi.record_too_long". `out` points into
 * `text`. */
enum err bimi_parse(struct str text, struct bimi *out,
		    struct diag *why) MUST_CHECK;
/* v, l, a and avp; reads back as the same. */
void bimi_print(const struct bimi *rec, struct buf *out);
/* What is wrong with the text alone. */
void bimi_lint(const struct bimi *rec, struct finding_list *out);
/* The generator: false when the record would have a fault (in `why`). */
bool bimi_make(const struct bimi *wish, struct arena *mem,
	       struct finding_list *why, struct str *out) MUST_CHECK;

enum bimi_policy {
	BIMI_POLICY_UNKNOWN,
	BIMI_POLICY_ABSENT,
	BIMI_POLICY_NONE,
	BIMI_POLICY_QUARANTINE,
	BIMI_POLICY_REJECT
};

/* What DMARC says, as whoever looked it up found. */
struct bimi_dmarc {
	enum bimi_policy domain; /* for mail from the domain itself */
	enum bimi_policy org;    /* p of its organisational domain */
	enum bimi_policy sub;    /* sp there, p when there is none */
	unsigned pct;            /* 100 without the tag */
	bool test;               /* t=y */
};

/* `default` at the domain, else at its organisational domain; the policy is
 * read from the DMARC records of both. */
bool bimi_check(struct facts *f, const struct facts_subject *s,
		struct finding_list *out) MUST_CHECK;
/* The same with a selector and a policy that is known already. */
bool bimi_check_with(struct facts *f, struct str domain, struct str selector,
		     const struct bimi_dmarc *dmarc,
		     struct finding_list *out) MUST_CHECK;

#endif
