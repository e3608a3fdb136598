/* onboarding.h - the records that are wished for a domain of the account. */
#ifndef API_ONBOARDING_H
#define API_ONBOARDING_H

#include "api/domains.h"
#include "dnsplan/dnsplan.h"

/* The words of a list ("dmarc", "tls_rpt", "sts") with blanks between them, in
 * the call's arena; "" of no list. ERR_SYNTAX "control.bad_value". */
enum err api_delegated(struct api_call *c, const struct json *list,
		       struct str *out, struct diag *why) MUST_CHECK;
/* The same of the parameter `delegated`, which has them so. */
enum err api_delegated_arg(struct api_call *c, struct str *out,
			   struct diag *why) MUST_CHECK;
/* Adds the domain's records for its own zone; those in `delegated` as CNAMEs
 * that lead into the hosted zone. ERR_GONE "control.not_hosted". */
enum err api_wish(struct api_call *c, const struct control_domain *d,
		  const struct control_records *records, struct str delegated,
		  struct dnsplan_wish *wish, struct diag *why) MUST_CHECK;

#endif
