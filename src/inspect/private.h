/* private.h - what the files of inspect share. */
#ifndef INSPECT_PRIVATE_H
#define INSPECT_PRIVATE_H

#include "inspect/inspect.h"

extern const struct inspect_kind inspect_mta_sts, inspect_tls_rpt, inspect_bimi,
	inspect_dane, inspect_spf, inspect_dkim, inspect_dmarc, inspect_mx,
	inspect_ptr;

/* The texts of all TXT records at `name`: "records", "ttl", "secure". */
void inspect_put_txt(struct inspect_lookup *l, struct json_out *j,
		     struct str name);
/* MTA-STS with what DANE does to it: a sender that uses both must not let
 * MTA-STS rescue a failing DANE (RFC 8461 section 2). */
bool inspect_judge_mta_sts(struct facts *f, const struct facts_subject *s,
			   const struct mtasts_asked *asked,
			   struct mtasts_lookup *learned,
			   struct finding_list *out) MUST_CHECK;

#endif
