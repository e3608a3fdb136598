/* tlsrptrec.h - the TLS-RPT record at _smtp._tls.DOMAIN (RFC 8460 section 3).
 *
 * Pure: everything that is looked at comes from facts.h.
 */
#ifndef TLSRPTREC_H
#define TLSRPTREC_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum { TLSRPTREC_RUA_MAX = 16, TLSRPTREC_FAULTS_MAX = 32 };

struct tlsrptrec {
	struct str rua[TLSRPTREC_RUA_MAX]; /* mailto: and https: URIs */
	size_t rua_n;
};

struct tlsrptrec_fault {
	const char *code;
	struct str text; /* the piece concerned, of the text given; hostile */
};

struct tlsrptrec_faults {
	struct tlsrptrec_fault at[TLSRPTREC_FAULTS_MAX];
	size_t n;
};

/* Judges one value meant as a record. True when senders take it as it is.
 * `out` is the best reading in any case: schemes added, sizes cut off, what
 * must be encoded encoded. URIs live in `mem` or in `text`. */
bool tlsrptrec_parse(struct str text, struct arena *mem, struct tlsrptrec *out,
		     struct tlsrptrec_faults *faults);
/* "v=TLSRPTv1; rua=a,b". False when senders would not take it (no URI, a
 * foreign scheme, a character that must be encoded); nothing is added. */
bool tlsrptrec_print(struct buf *out, const struct tlsrptrec *record);

/* What is remembered; 0 or empty means not known. */
struct tlsrptrec_history {
	int64_t live_since;  /* UTC seconds: the record leads to us since */
	int64_t last_report; /* when the last report came in */
	struct str rejected; /* a rua whose mailbox refused mail */
	struct str why;      /* what its server answered */
	/* Suffixes of former vendors' domains, where reports still go. */
	const struct str *old_vendors;
	size_t old_vendors_n;
};

struct tlsrptrec_asked {
	struct str rua;   /* where reports should go; for records to publish */
	bool fetch_https; /* also ask the https: addresses (GET) */
	const struct tlsrptrec_history *history; /* NULL: none */
};

/* Forms of facts.h. Places of every finding: domain, host (name or host
 * concerned), detail (what was seen), count. */
bool tlsrptrec_check(struct facts *f, const struct facts_subject *s,
		     struct finding_list *out) MUST_CHECK;
bool tlsrptrec_check_asked(struct facts *f, const struct facts_subject *s,
			   const struct tlsrptrec_asked *asked,
			   struct finding_list *out) MUST_CHECK;

#endif
