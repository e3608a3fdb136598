/* zone.h - name servers and DNSSEC of a domain, and which authorities may
 * issue certificates for its policy host.
 *
 * Pure: facts in, findings out.
 */
#ifndef ZONE_H
#define ZONE_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

enum { ZONE_SERVERS_MAX = 8, ZONE_ADDRESSES_MAX = 8 };

/* The zone that holds `domain`: itself or the nearest name above that has NS
 * records. */
struct zone_cut {
	struct str apex;            /* empty: not found */
	const struct facts_dns *ns; /* the last answer on the way */
};

/* False while facts are missing; `domain` is folded. */
bool zone_find(struct facts *f, struct str domain, struct zone_cut *out);

/* Name servers that answer and agree, DNSSEC: dns.* and zone.*. */
bool zone_check(struct facts *f, const struct facts_subject *s,
		struct finding_list *out);

/* RFC 8659 section 4.1; pieces of the RDATA. */
struct zone_caa {
	bool critical;
	struct str tag;    /* letters and digits, as written */
	struct str issuer; /* issue, issuewild: the name; empty: nobody */
	struct str value;  /* all of it */
	bool parameters;   /* accounturi and the like follow the name */
	bool malformed;    /* the value of issue or issuewild */
};

/* False when it is no CAA record. */
bool zone_caa_parse(struct str rdata, struct zone_caa *out) MUST_CHECK;

/* Who may issue a certificate for mta-sts.DOMAIN: caa.*. */
bool zone_caa_check(struct facts *f, const struct facts_subject *s,
		    struct finding_list *out);
/* The same for that very name, folded. */
bool zone_caa_host_check(struct facts *f, struct str host,
			 struct finding_list *out);

#endif
