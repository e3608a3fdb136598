/* lookup.h - one thing about a domain or an address, to the bottom. Part of
 * inspect.h. */
#ifndef INSPECT_LOOKUP_H
#define INSPECT_LOOKUP_H

#include "dkimkey/dkimkey.h"
#include "dmarcrec/dmarcrec.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "json/json.h"
#include "mtasts/mtasts.h"
#include "mx/mx.h"
#include "spf/spf.h"

struct inspect_lookup;

/* What a kind of look-up does beyond what all of them do. */
struct inspect_kind {
	const char *name; /* "mta-sts": on the command line and in paths */
	bool address;     /* its subject is an IP address, not a domain */
	/* Form of a check: false while facts are missing. */
	bool (*judge)(struct inspect_lookup *l);
	/* Members before "findings"; NULL: none. */
	void (*put)(struct inspect_lookup *l, struct json_out *j);
};

/* NULL: there is no such kind. */
const struct inspect_kind *inspect_kind_find(struct str name);
const struct inspect_kind *inspect_kind_at(size_t i); /* NULL behind all */

/* A name of an address; `confirmed`: it leads back to the address. */
struct inspect_name {
	struct str name;
	bool confirmed;
};

/* A look-up under way, and what it learned: which member is filled depends on
 * the kind. */
struct inspect_lookup {
	const struct inspect_kind *kind;
	struct facts *facts;
	struct arena *mem; /* of the findings */
	struct finding_list found;
	struct facts_subject subject;
	struct str
		given; /* known id (mta-sts), selector (dkim); may be empty */
	struct str typed; /* the subject, when its very form matters */
	struct netaddr address;
	struct mtasts_lookup mta_sts;
	struct spf_tree spf;
	struct dmarcrec_found dmarc;
	struct mx_list mx;
	struct inspect_name *names; /* ptr */
	size_t names_n;
};

/* `subject` as somebody typed or pasted it, `extra` the known id or selector;
 * both are copied into `facts_mem`. ERR_SYNTAX "inspect.no_domain" or
 * "inspect.no_address". */
enum err inspect_lookup_init(struct inspect_lookup *l, struct facts *f,
			     const struct inspect_kind *kind,
			     struct str subject, struct str extra,
			     struct diag *why) MUST_CHECK;
void inspect_lookup_fini(struct inspect_lookup *l);
/* A `judge` of inspect_run: `ctx` is the look-up. */
bool inspect_lookup_judge(void *ctx);
/* Members of "waxseal.lookup.<kind>/1" into an open object, "schema" not
 * among them: the subject, what was learned, findings. */
void inspect_put_lookup(struct json_out *j, struct inspect_lookup *l,
			enum finding_lang lang);
/* "none", "quarantine", "reject" as applied; "absent", "unknown". */
const char *inspect_policy_name(const struct dmarcrec_way *way);
/* "waxseal.lookup.mta_sts/1". */
void inspect_lookup_schema(const struct inspect_kind *kind, struct buf *out);

/* The domain in what somebody pasted: a name, a web or mail address, a line
 * of a checker ("example.com: ... STSFetchResult.NONE"). False: none. */
bool inspect_domain_in(struct str text, struct arena *mem,
		       struct str *out) MUST_CHECK;
/* "NONE", "FETCH_ERROR", ... when `text` holds "STSFetchResult.X" or is one;
 * empty when not. */
struct str inspect_result_in(struct str text);
/* The catalogue's key of a sentence about such a result; NULL: none. */
const char *inspect_result_say(struct str result);

#endif
