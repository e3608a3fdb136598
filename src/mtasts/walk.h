/* walk.h - the way of a sender while it is walked. */
#ifndef MTASTS_WALK_H
#define MTASTS_WALK_H

#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"

enum { MTASTS_ADDRESSES_MAX = 8 };

struct mtasts_walk {
	struct facts *f;
	const struct mtasts_asked *asked;
	struct mtasts_lookup *out;
	struct finding_list *list;
	struct arena *mem;
	struct str domain; /* folded */
	struct str label;  /* _mta-sts.DOMAIN */
	struct str host;   /* mta-sts.DOMAIN */
	struct str url;
	struct str mx[MTASTS_MX_MAX]; /* hosts of the MX records, or DOMAIN */
	size_t mx_n;
	bool later;    /* a fact is missing */
	bool broken;   /* `out` has result and branch */
	bool nothing;  /* no trace of a TXT record: MTA-STS was never set up */
	bool bad_file; /* the file that came has fatal faults */
};

/* A finding to be: what is not given stays empty; `host` is then the name of
 * the TXT record. */
struct mtasts_say {
	const char *code;
	struct str host, detail, evidence;
	size_t count;
};

struct finding_found *mtasts_tell(struct mtasts_walk *w,
				  const struct mtasts_say *say);
/* The same, and the way ends here unless it ended before. */
struct finding_found *mtasts_stop(struct mtasts_walk *w,
				  enum mtasts_result result,
				  const struct mtasts_say *say);
/* NULL: not yet; `later` is then set. */
const struct facts_dns *mtasts_ask(struct mtasts_walk *w, struct str name,
				   enum facts_type type);
/* "FIRST.REST" and the like in the memory of the walk; "" when that is full.
 */
struct str mtasts_text(struct mtasts_walk *w, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* A TXT record to publish at _mta-sts.DOMAIN, with `id` or a fresh one. */
void mtasts_offer_txt(struct mtasts_walk *w, struct finding_found *found,
		      struct str id);

/* ---- the parts of the way; each in a file of its own ---- */

/* One answer with findings: unproven, TTL, failure. True when it says
 * whether the thing is there. */
bool mtasts_answer(struct mtasts_walk *w, const struct facts_dns *answer);
void mtasts_walk_txt(struct mtasts_walk *w);
/* Records at names where senders do not look; true when one was told of. */
bool mtasts_wrong_names(struct mtasts_walk *w);
void mtasts_walk_servers(struct mtasts_walk *w);
void mtasts_walk_host(struct mtasts_walk *w);
/* One answer of the policy host: what is wrong with it, as a sender meets it.
 * Sets `policy`, `has_policy` and `body` of `out` when `judged`. */
struct mtasts_visit {
	struct netaddr address;
	const struct facts_web *web;
	bool judged;      /* this one decides */
	struct str where; /* the address, when answers differ; else empty */
};
/* The code of the first fault of TCP, TLS, certificate and HTTP; NULL when
 * the file itself came. */
const char *mtasts_visit_fault(struct mtasts_walk *w,
			       const struct mtasts_visit *visit);
void mtasts_walk_visit(struct mtasts_walk *w, const struct mtasts_visit *visit);
/* TLS that did not come about: "mtasts.tls_timeout"; NULL when it did. */
const char *mtasts_tls_fault(enum facts_stage stage,
			     const struct facts_tls *tls);
/* Told of a visit: `judged` ones end the way. */
struct finding_found *mtasts_visit_tell(struct mtasts_walk *w,
					const struct mtasts_visit *visit,
					const char *code, struct str detail,
					struct str evidence);
void mtasts_walk_file(struct mtasts_walk *w, const struct mtasts_visit *visit);
/* What is wrong with a certificate for `host`, by codes of the policy host. */
enum { MTASTS_CERT_FAULTS = 4 };
size_t mtasts_cert_faults(const struct facts_cert *cert, struct str host,
			  int64_t now, const char *out[MTASTS_CERT_FAULTS]);
/* What there is to see of that fault: "SAN=a, b", "notAfter=2026-11-01". */
struct str mtasts_cert_detail(struct mtasts_walk *w, const char *code,
			      const struct facts_cert *cert);
bool mtasts_cert_ends_soon(const struct facts_cert *cert, int64_t now);
void mtasts_walk_mx_names(struct mtasts_walk *w);
void mtasts_walk_mx(struct mtasts_walk *w);
void mtasts_walk_history(struct mtasts_walk *w);

#endif
