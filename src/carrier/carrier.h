/* carrier.h - whether the mail that carried reports is of those it says: its
 * DKIM, SPF and DMARC (RFC 6376, 7208, 9989), and what RFC 8460 section 3 asks
 * of mail with TLS reports.
 *
 * Pure: works on facts. False means "not yet": what is missing has been asked
 * for; run it again when the answers are in.
 */
#ifndef CARRIER_H
#define CARRIER_H

#include "dkimsig/dkimsig.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "json/json.h"
#include "spf/spf.h"

/* A message, and how it came. Empty: not known. */
struct carrier_mail {
	struct str client; /* address of the peer */
	struct str helo;
	struct str mail_from; /* without < >; empty: the null sender */
	int64_t received_at;  /* UTC seconds */
	struct dkimsig_mail read;
};

enum carrier_result {
	CARRIER_NONE, /* nothing to judge by */
	CARRIER_PASS,
	CARRIER_FAIL,
	CARRIER_TEMPERROR /* DNS did not tell: try again */
};

struct carrier_signature {
	struct str domain, selector;
	enum carrier_result result;
	bool aligned;     /* with the author; known of those that pass */
	bool partly;      /* it covers only a part of the body */
	bool for_tls;     /* good for TLS reports as RFC 8460 asks */
	const char *code; /* of the catalogue, why not; "" */
};

struct carrier_verdict {
	struct str author; /* domain of From; empty: none, or several */
	enum carrier_result dmarc;
	enum carrier_result tls; /* DKIM as RFC 8460 asks */
	const char *code;        /* of the catalogue: why dmarc is so */
	enum spf_result spf;
	struct str spf_domain;
	bool spf_aligned;
	struct carrier_signature sig[DKIMSIG_MAX];
	size_t n;
};

/* Texts live as long as the facts. */
bool carrier_judge(struct facts *f, const struct carrier_mail *mail,
		   struct carrier_verdict *out) MUST_CHECK;
/* Whether something is unknown that would decide. */
bool carrier_again(const struct carrier_verdict *verdict);
/* Nobody can tell: the message could not be read, or, after days, DNS did not
 * answer; then `out` is what was found so far. */
void carrier_unreadable(struct carrier_verdict *out);
void carrier_give_up(struct carrier_verdict *out);
/* {"author","dmarc","tls","code","spf":{"result","domain","aligned"},
 * "dkim":[{"domain","selector","result","aligned","code"}]} */
void carrier_print(struct json_out *j, const char *key,
		   const struct carrier_verdict *verdict);
/* "pass", "fail", "none", "temperror". */
const char *carrier_result_name(enum carrier_result result);

#endif
