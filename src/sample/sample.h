/* sample.h - made-up report mail, to try the program and to test it.
 *
 * Deterministic: the same options give the same bytes. Addresses and names
 * are from documentation ranges or invented, apart from the names of large
 * services, whose networks make the answers worth looking at.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "base/base.h"

struct sample_options {
	uint64_t seed;
	unsigned domains, days;
	int64_t last_day;       /* UTC seconds of any moment of the last day */
	unsigned mails_per_day; /* per domain, about */
	bool tls, failures;     /* also TLS and failure reports */
};

/* Calls `mail` with a file name ("2026-11-21-google-0003.eml") and the whole
 * message; a return other than ERR_NONE stops and comes back. */
enum err sample_make(const struct sample_options *options,
		     enum err (*mail)(void *ctx, struct str name,
				      struct str message),
		     void *ctx, struct diag *why) MUST_CHECK;

#endif
