/* sender.h - who stands behind an address, and which class its mail has.
 *
 * Naming follows the evidence order of contracts section 4; profiles of known
 * services are compiled from src/sender/profiles.toml. Pure: look-ups are made
 * elsewhere and handed in.
 */
#ifndef SENDER_H
#define SENDER_H

#include "base/base.h"
#include "dmarc/dmarc.h"
#include "netaddr/netaddr.h"

/* Why a name was chosen; a greater one wins (order of report-quirks 2). */
enum sender_evidence {
	SENDER_BY_NETWORK, /* nothing known: /24 or /48 */
	SENDER_BY_AS_NAME, /* name of the AS */
	SENDER_BY_AS,      /* AS number of a profile that is its own network */
	SENDER_BY_PTR,     /* forward-confirmed PTR */
	SENDER_BY_SPF_RANGE, /* inside the domain's own SPF (resolver) */
	SENDER_BY_SPF,       /* SPF passed for the service's bounce domain */
	SENDER_BY_DKIM       /* signed by the service's own domain */
};

struct sender_profile {
	const char *slug;        /* "amazon-ses"; stable */
	const char *label;       /* "Amazon SES" */
	const char *category;    /* "esp", "mailbox", "crm", "security", ... */
	bool forwards;           /* mailing lists, forwarding services */
	bool security;           /* gateways that re-send for their customers */
	const char *spf_include; /* "" when it has none */
	const char *help; /* URL of its own page on DKIM/SPF; may be "" */
	/* How to make it aligned there: catalogue key of a sentence
	 * with the places {label}, {domain} and {include}. */
	const char *fix;
};

size_t sender_count(void);
/* Changes whenever a profile does: for the stamp of store_enrich. */
const char *sender_stamp(void);
const struct sender_profile *sender_at(size_t i);
/* NULL when unknown. `slug` exactly; `domain` folded, matched label by label
 * from the right (so bounce.sendgrid.net finds sendgrid.net). */
const struct sender_profile *sender_by_slug(struct str slug);
const struct sender_profile *sender_by_dkim(struct str domain);
const struct sender_profile *sender_by_spf(struct str domain);
const struct sender_profile *sender_by_ptr(struct str host);
const struct sender_profile *sender_by_asn(uint32_t asn);

struct sender_name {
	enum sender_evidence evidence;
	const struct sender_profile *profile; /* never NULL */
	struct str proof; /* the domain that showed it; piece of the row */
};

/* What one row says by itself: evidence 1 and 2 of report-quirks section 2,
 * never for a domain that is the From domain's own. False: nothing. The
 * result does not depend on the order of the signatures. */
bool sender_of_row(const struct dmarc_row *row, struct sender_name *out);

enum sender_class {
	SENDER_OWN,
	SENDER_FORWARDED,
	SENDER_UNRECOGNISED,
	SENDER_BLOCKED,
	SENDER_CLASSES
};

enum sender_triage {
	SENDER_NOT_TRIAGED,
	SENDER_OURS,
	SENDER_FORWARDER,
	SENDER_NOT_OURS,
	SENDER_IGNORED
};

/* Facts of a row that its class depends on. */
struct sender_facts {
	bool dkim_aligned, spf_aligned;
	enum dmarc_disposition disposition;
	unsigned overrides;
	/* SPF passed for the domain itself (organisationally) or for a
	 * profiled sender: tells an ESP from a forwarder (rule 3). */
	bool spf_vouched;
	/* The address is in the SPF record of the domain itself. */
	bool spf_inside;
	enum sender_triage triage;
};

/* Which rule of contracts section 4 chose, for the evidence text. */
enum sender_rule {
	SENDER_RULE_TRIAGE = 1,
	SENDER_RULE_BLOCKED,
	SENDER_RULE_FORWARDED,
	SENDER_RULE_PASS,
	SENDER_RULE_REST
};

/* Whether a row's SPF vouches for its sender, for sender_facts. `domain` is
 * the policy domain. Known forwarders and the domains of people's mailboxes
 * (gmail.com, onmicrosoft.com), to which forwarders rewrite, do not vouch; nor
 * does a service's HELO name where an envelope sender was checked. */
bool sender_spf_vouched(const struct dmarc_row *row, struct str domain);
enum sender_class sender_classify(const struct sender_facts *facts,
				  enum sender_rule *rule);
const char *sender_class_name(enum sender_class c);
bool sender_class_parse(struct str name, enum sender_class *out);
const char *sender_triage_name(enum sender_triage t);
bool sender_triage_parse(struct str name, enum sender_triage *out);
const char *sender_evidence_name(enum sender_evidence e);

/* Addresses from one to another, both included. */
struct sender_range {
	struct netaddr first, last;
};
/* Brings them in order and joins what touches; how many are left. */
size_t sender_ranges_tidy(struct sender_range *range, size_t n);
/* Of ranges that are tidy. */
bool sender_ranges_have(const struct sender_range *range, size_t n,
			const struct netaddr *ip);

/* Family of a reporting organisation (contracts section 5): "microsoft",
 * "google", "yahoo", or the folded name itself. Appends to `out`. */
void sender_reporter_family(struct str org, struct buf *out);
/* Whether it is of a family with a name of its own. */
bool sender_reporter_known(struct str org);
/* Whether mail that is known to be of the domain `author` (folded) vouches for
 * a report in the name of `org`. Anybody can pass DMARC for a domain of their
 * own: a name that is a domain, or one of a known family, must be the
 * author's. Other names cannot be compared. */
bool sender_may_report(struct str author, struct str org);

#endif
