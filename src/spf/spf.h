/* spf.h - Sender Policy Framework (RFC 7208): evaluating it for a message,
 * the tree of its look-ups, and what is wrong with a domain's record.
 *
 * Pure: works on facts. False means "not yet": what is missing has been asked
 * for; run it again when the answers are in. All texts live as long as the
 * facts.
 */
#ifndef SPF_H
#define SPF_H

#include "facts/facts.h"
#include "finding/finding.h"
#include "spf/record.h"

enum {
	SPF_LOOKUPS_MAX = 10, /* terms that ask DNS; section 4.6.4 */
	SPF_LOOKUPS_NEAR = 8, /* from here on people are warned */
	SPF_VOIDS_MAX = 2,    /* answers without a record */
	SPF_HOSTS_MAX = 10    /* of one mx or ptr */
};

/* Who sends. */
struct spf_who {
	struct netaddr ip; /* ::ffff:192.0.2.1 is 192.0.2.1 */
	struct str helo;
	struct str mail_from; /* without <>; empty: postmaster@helo */
	struct str receiver;  /* for %{r}; empty: "unknown" */
	bool explain;         /* ask for the text of exp= on a fail */
};

struct spf_verdict {
	enum spf_result result;
	struct str domain; /* that was evaluated */
	struct str where;  /* the domain whose record decided; may be empty */
	struct str term;   /* the term that decided; may be empty */
	/* Of a temperror or permerror: a code of the catalogue, else "". */
	const char *code;
	struct str explanation; /* ASCII; empty: there is none */
	unsigned lookups, voids;
};

/* check_host(): what a receiver finds for this sender. */
bool spf_evaluate(struct facts *f, const struct spf_who *who,
		  struct spf_verdict *out) MUST_CHECK;

enum spf_state {
	SPF_STATE_FINE,
	SPF_STATE_VOID,     /* the name has no such record (a, mx, exists) */
	SPF_STATE_MISSING,  /* include, redirect: no SPF record there */
	SPF_STATE_MULTIPLE, /* more than one SPF record there */
	SPF_STATE_SYNTAX,   /* a term has a fault, or the record below has */
	SPF_STATE_TROUBLE,  /* DNS did not answer: unknown */
	SPF_STATE_LOOP,     /* leads back to a domain above */
	SPF_STATE_OPEN,     /* depends on the message (macros): not followed */
	SPF_STATE_CUT,      /* too deep or too much: not followed */
	SPF_STATE_IGNORED   /* behind "all", or a redirect beside it */
};

/* A term, or the record of the domain at the root. */
struct spf_node {
	struct str term; /* as written; empty at the root */
	enum spf_kind kind;
	struct str domain; /* that the term names; may be empty */
	enum spf_state state;
	struct str record; /* root, include, redirect: what stands there */
	unsigned lookups;  /* it and all below; 0 when behind "all" */
	unsigned voids;
	unsigned depth;               /* 0: the root */
	const struct spf_node *first; /* terms of `record` */
	const struct spf_node *next;  /* beside it */
};

struct spf_tree {
	const struct spf_node *root;
	unsigned lookups, voids; /* of a sender that nothing matches */
	bool trouble;            /* a part is unknown */
	bool cut;                /* there is more than is shown */
};

/* The whole tree of `domain`, whoever sends. Always ends: a loop, a depth of
 * 20 and 100 look-ups stop it. */
bool spf_tree(struct facts *f, struct str domain,
	      struct spf_tree *out) MUST_CHECK;
/* "ok", "void", "missing", ... as in JSON. */
const char *spf_state_name(enum spf_state state);

enum { SPF_RANGES_MAX = 4000 };

/* Whom the record of a domain lets send, whoever does. */
struct spf_ranges {
	const struct netaddr_net *net; /* those that pass, as they stand */
	size_t n;
	bool found;   /* the domain has a record */
	bool open;    /* others may pass too: exists, ptr, macros */
	bool trouble; /* a part is unknown */
	bool cut;     /* there is more */
};

/* Everything that terms with "+" name, through include and redirect; what
 * "all" lets through is no range, and what terms before except is not taken
 * off. Terms with a fault are passed over. Ends as spf_tree does. `mem` needs
 * 128 KiB. */
bool spf_ranges(struct facts *f, struct str domain, struct arena *mem,
		struct spf_ranges *out) MUST_CHECK;

/* Findings spf.* for the domain. */
bool spf_check(struct facts *f, const struct facts_subject *s,
	       struct finding_list *out) MUST_CHECK;
/* The same for a record that is not published yet. */
bool spf_check_record(struct facts *f, struct str domain, struct str record,
		      struct finding_list *out) MUST_CHECK;

#endif
