/* private.h - what the files that gather facts share. */
#ifndef INSIGHT_PRIVATE_H
#define INSIGHT_PRIVATE_H

#include "insight/insight.h"

enum {
	INSIGHT_STALE = 3 * CIVIL_DAY, /* a look that old tells nothing now */
	INSIGHT_SOURCES_MAX = 5000,
	INSIGHT_SERVERS_MAX = 32
};

/* What the watching of the domain knows. */
struct insight_watch {
	struct control_watched state;
	/* Values of TXT _dmarc, TXT _smtp._tls and MX; p NULL: not known. */
	struct str dmarc, tls_rpt, mx;
	int64_t mx_since;
	/* Findings that stand now. */
	bool dmarc_multiple, dmarc_cname, rua_refused, rua_unknown;
	bool spf_over;
	bool dmarc_seen, spf_seen; /* those parts were looked at to the end */
};
enum err insight_watch_read(const struct insight_asked *a,
			    struct insight_watch *out,
			    struct diag *why) MUST_CHECK;

/* A question about the domain, from `first` day to today. */
void insight_about(const struct insight_asked *a, int64_t first,
		   struct store_query *q);
void insight_filter(struct store_query *q, enum store_field field,
		    const char *value);

#endif
