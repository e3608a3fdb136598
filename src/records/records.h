/* records.h - DNS records to publish, written the way people publish them:
 * zone file, nsupdate script, Terraform, OctoDNS.
 *
 * Pure. Names are folded (dnsname.h); values may hold any byte.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "base/base.h"

enum {
	RECORDS_MAX = 16,     /* of one set */
	RECORDS_TTL = 3600,   /* seconds, unless somebody wants another */
	RECORDS_STRING = 255, /* bytes of a character string, RFC 1035 3.3 */
	RECORDS_TEXT_MAX = 1 << 20
};

enum records_type { RECORDS_A, RECORDS_AAAA, RECORDS_CNAME, RECORDS_TXT };

struct record {
	struct str name; /* whole, without a dot at its end */
	enum records_type type;
	uint32_t ttl;
	/* TXT: the text in one piece; CNAME: a name; else an address. */
	struct str value;
	/* Other records of this type stay at the name: a script must neither
	 * want it empty nor empty it. */
	bool shared;
	/* Values known to be there now, which this one replaces. */
	const struct str *old;
	size_t old_n;
};

struct records {
	struct str zone; /* the names are in it */
	struct record at[RECORDS_MAX];
	size_t n;
};

enum records_form {
	RECORDS_ZONE,
	RECORDS_NSUPDATE,
	RECORDS_TERRAFORM, /* resources of the provider hashicorp/dns */
	RECORDS_OCTODNS,
	RECORDS_FORMS
};

const char *records_type_name(enum records_type type); /* "TXT" */
const char *records_form_name(enum records_form form); /* "zone" */
bool records_form_find(struct str name, enum records_form *out);
/* What a provider's form wants as host: the name without the zone, "@" for
 * the zone itself. The whole name when it is not in the zone. */
struct str records_host(const struct records *set, const struct record *r);
/* False when nothing more fits. */
bool records_add(struct records *set, const struct record *r) MUST_CHECK;

/* Writes the whole set. The nsupdate script asks first whether things are as
 * they were known (RFC 2136 section 2.4), so that it changes all or nothing:
 * old values by themselves, else that there is nothing yet. False when a
 * value cannot be said in that form (bytes that are not ASCII, in Terraform
 * and OctoDNS), or `out` is full; `out` is then of no use. */
bool records_print(const struct records *set, enum records_form form,
		   struct buf *out) MUST_CHECK;
/* One TXT value as quoted strings of at most 255 bytes. */
void records_print_txt(struct str value, struct buf *out);

#endif
