/* names.h - what elements mean. */
#ifndef DMARC_NAMES_H
#define DMARC_NAMES_H

#include "dmarc/dmarc.h"

/* Meaning of an open element: a parent, or a field with a value. */
enum node {
	N_SKIP,    /* and all below it */
	N_OUTSIDE, /* not in a report yet */
	N_FEEDBACK,
	N_METADATA,
	N_DATES,
	N_POLICY,
	N_RECORD,
	N_ROW,
	N_EVALUATED,
	N_REASON,
	N_IDENTIFIERS,
	N_AUTH,
	N_DKIM,
	N_SPF,
	N_PARENTS, /* the values of the head begin here */
	F_VERSION = N_PARENTS,
	F_ORG,
	F_EMAIL,
	F_EXTRA,
	F_ID,
	F_ERROR,
	F_GENERATOR,
	F_BEGIN,
	F_END,
	F_DOMAIN,
	F_P,
	F_SP,
	F_NP,
	F_ADKIM,
	F_ASPF,
	F_PCT,
	F_FO,
	F_TESTING,
	F_DISCOVERY,
	F_OF_ROW, /* those of a record begin here */
	F_IP = F_OF_ROW,
	F_COUNT,
	F_DISPOSITION,
	F_DKIM,
	F_SPF,
	F_REASON_TYPE,
	F_REASON_COMMENT,
	F_HEADER_FROM,
	F_ENVELOPE_FROM,
	F_ENVELOPE_TO,
	F_AUTH_DOMAIN,
	F_AUTH_SELECTOR,
	F_AUTH_RESULT,
	F_AUTH_SCOPE,
	F_AUTH_HUMAN,
	NODES
};
_Static_assert(NODES <= 64, "a set of nodes fits in 64 bits");

enum oddity {
	NOT_ODD,
	OLD_NAME, /* "identities" of the drafts */
	MISPLACED /* one of our names where it means nothing */
};
/* What `name` means right below `parent`; N_SKIP when nothing. */
enum node names_enter(enum node parent, struct str name, enum oddity *odd);

#endif
