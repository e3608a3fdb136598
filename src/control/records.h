/* records.h - what a domain has to publish so that its reports come here.
 * Comes in with control.h. Pure. */
#ifndef CONTROL_RECORDS_H
#define CONTROL_RECORDS_H

#include "control/control.h"
#include "json/json.h"

enum { CONTROL_RECORDS_MAX = 3, CONTROL_RECORD_TTL = 3600 /* seconds */ };

/* One TXT record. */
struct control_record {
	const char *purpose; /* "dmarc", "tls_rpt", "authorisation" */
	struct str host;     /* relative to the zone: "_dmarc" */
	struct str name;     /* the whole name */
	struct str value;
};

struct control_records {
	struct str address;  /* TOKEN@hostname */
	struct str post_url; /* for TLS reports; empty without a base URL */
	size_t count;
	struct control_record record[CONTROL_RECORDS_MAX];
};

/* Where reports come to, and what is known of the domain. */
struct control_instance {
	struct str hostname;
	struct str base_url; /* "https://waxseal.example.net" */
	struct str policy;   /* last published DMARC policy, "" unknown */
};

/* The records of `d`; texts live in `mem`. The policy stays what it is; where
 * none is known it begins with none, or reject for a parked domain. The third
 * record, in the zone of the host, is there when the host is of another
 * organisation than the domain (RFC 9990 section 4). */
enum err control_records(const struct control_domain *d,
			 const struct control_instance *at, struct arena *mem,
			 struct control_records *out,
			 struct diag *why) MUST_CHECK;
/* The array "records" of an open object, one object each (web/src/api/types.ts,
 * DomainRecord). */
void control_records_put(const struct control_records *r, struct json_out *j);

#endif
