/* mx.h - the mail servers of a domain as a sender sees them: their order,
 * addresses, TLS and reverse names.
 *
 * Pure: facts in, findings out. No check says that a server is at fault when
 * it only could not be reached from here.
 */
#ifndef MX_H
#define MX_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum { MX_HOSTS_MAX = 16, MX_ADDRESSES_MAX = 8 };

enum mx_kind {
	MX_UNKNOWN,   /* DNS did not say: see `answer->status` */
	MX_NO_DOMAIN, /* the name does not exist */
	MX_NOWHERE,   /* no MX and no address */
	MX_IMPLICIT,  /* no MX: the domain's own address takes the mail */
	MX_NULL,      /* "MX 0 .": takes no mail (RFC 7505) */
	MX_LISTED
};

struct mx_host {
	struct str name;   /* as the MX record has it, folded */
	struct str target; /* behind its CNAMEs; else as `name` */
	uint16_t preference;
	bool cname;
	bool literal;              /* an address stands where a name must */
	const struct facts_dns *a; /* both NULL when not asked (literal) */
	const struct facts_dns *aaaa;
	const struct netaddr *address; /* IPv4 first, at most
					* MX_ADDRESSES_MAX */
	size_t address_n;
};

/* Everything lives as long as the facts. */
struct mx_list {
	enum mx_kind kind;
	const struct facts_dns *answer; /* to the question for MX */
	const struct mx_host *host;     /* by preference, then by name */
	size_t n;
	bool null_mixed; /* "MX 0 ." beside others; it is left out */
	bool cut;        /* more than MX_HOSTS_MAX */
};

/* False while facts are missing; `out` then means nothing. `domain` is
 * folded. A null MX and a domain without mail servers have n = 0; an implicit
 * MX is one host. */
bool mx_list(struct facts *f, struct str domain, struct mx_list *out);

/* Findings mx.*, but those of TLS. */
bool mx_check(struct facts *f, const struct facts_subject *s,
	      struct finding_list *out);
/* STARTTLS of every server at every address: mx.tls_*, mx.unprobed and what
 * does not answer. */
bool mx_tls_check(struct facts *f, const struct facts_subject *s,
		  struct finding_list *out);
/* Reverse DNS of every address, confirmed forwards: rdns.*. */
bool mx_rdns_check(struct facts *f, const struct facts_subject *s,
		   struct finding_list *out);

/* Who runs the mail servers, by their names. */
enum mx_service { MX_SERVICE_OTHER, MX_SERVICE_MICROSOFT, MX_SERVICE_GOOGLE };
enum mx_service mx_service_of(const struct mx_list *list);

/* "4.3.2.1.in-addr.arpa" or its like under ip6.arpa. False when `mem` is
 * full. */
bool mx_reverse_name(const struct netaddr *address, struct arena *mem,
		     struct str *out) MUST_CHECK;

#endif
