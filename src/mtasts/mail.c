/* mail.c - whether a mail server at one address would do for a sender that
 * enforces. */
#include "mtasts/mtasts.h"
#include "mtasts/walk.h"

enum mtasts_sight
mtasts_sight_of(const struct facts_mail *mail, struct str mx, int64_t now)
{
	const struct facts_cert *cert = &mail->tls.cert;
	const char *codes[MTASTS_CERT_FAULTS];
	const char *tls;

	if (mail->stage < FACTS_NO_STARTTLS)
		return MTASTS_UNSEEN;
	if (mail->stage == FACTS_NO_STARTTLS)
		return MTASTS_BAD;
	tls = mtasts_tls_fault(mail->stage, &mail->tls);
	if (tls && (mail->stage == FACTS_TLS_FAILED ||
		    str_eq(str_of(tls), S("mtasts.tls_below_1_2"))))
		return MTASTS_BAD;
	if (cert->there && mtasts_cert_faults(cert, mx, now, codes) > 0)
		return MTASTS_BAD;
	if (mail->stage != FACTS_DONE || !cert->there ||
	    cert->chain == FACTS_CHAIN_UNKNOWN)
		return MTASTS_UNSEEN;
	return MTASTS_GOOD;
}
