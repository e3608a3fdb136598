/* ready.h - what the stores know of a domain, as the facts by which its
 * policies may become stronger. Comes in with insight.h.
 *
 * Reads both stores and changes nothing. What the stores do not know stays
 * unknown in the facts.
 */
#ifndef INSIGHT_READY_H
#define INSIGHT_READY_H

#include "base/base.h"
#include "control/control.h"
#include "ladder/ladder.h"
#include "store/store.h"
#include "stsmode/stsmode.h"

struct insight_asked {
	struct store *store;
	struct control *control;
	int64_t owner, now;
	const struct control_domain *domain;
	struct arena *mem; /* of everything that is given out */
};

/* ---- MTA-STS ---- */

struct insight_sts {
	struct stsmode_facts facts;
	bool hosted; /* else the following five are empty */
	struct control_hosted host;
	struct control_version newest, announced; /* id 0: there is none */
	struct control_cert cert;                 /* of the policy host */
	bool has_cert;
	struct control_watched watched;
	struct str mx;    /* the MX records, one a line */
	int64_t mx_since; /* UTC second they were first seen so; 0 */
	/* As facts.sessions, of reports that nobody signed or proved to be
	 * the reporter's: anybody can post them, they open no gate. */
	int64_t unverified;
};
enum err insight_sts(const struct insight_asked *a, struct insight_sts *out,
		     struct diag *why) MUST_CHECK;
/* What to wait for when `host` is to become a mail server. */
void insight_sts_adding(const struct insight_asked *a,
			const struct insight_sts *sts, struct str host,
			struct stsmode_adding *out);

/* ---- DMARC ---- */

struct insight_ladder {
	struct ladder_facts facts;
	struct str record; /* the TXT record that is live; empty: none */
	bool record_known;
	/* Sub-domains seen in From under this policy, with their messages. */
	const struct insight_subdomain {
		struct str name;
		int64_t messages;
	} * subdomain;
	size_t subdomain_n;
	struct control_journey journey;
};
enum err insight_ladder(const struct insight_asked *a,
			struct insight_ladder *out,
			struct diag *why) MUST_CHECK;
/* The record with the policy of `to`: everything else of it stays, in the form
 * of RFC 9989. ERR_LIMIT "control.too_large". */
enum err insight_ladder_record(struct str record, enum ladder_rung to,
			       struct arena *mem, struct str *out,
			       struct diag *why) MUST_CHECK;
/* Own messages that failed since the day of `since`; LADDER_NOT_KNOWN when
 * nothing was reported. */
enum err insight_own_failed(const struct insight_asked *a, int64_t since,
			    int64_t *out, struct diag *why) MUST_CHECK;
/* The path and query of the page that shows the messages a stronger policy
 * would have caught: own and likely forwarded ones that fail. */
void insight_affected_url(struct str domain, struct buf *out);

#endif
