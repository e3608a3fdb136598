/* signature.c - one DKIM signature and the key that DNS has for it. */
#include "carrier/private.h"

#include "dnsname/dnsname.h"

static const char *
code_of_fault(enum dkimsig_fault fault)
{
	switch (fault) {
	case DKIMSIG_BODY:
	case DKIMSIG_LENGTH:
		return "carrier.body_changed";
	case DKIMSIG_SHA1:
		return "carrier.old_algorithm";
	default:
		return "carrier.signature_unreadable";
	}
}

static const char *
code_of(enum dkimsig_result result, const struct dkimkey_found *found)
{
	const char *fault;

	switch (result) {
	case DKIMSIG_PASS:
		return "";
	case DKIMSIG_EXPIRED:
		return "carrier.signature_expired";
	case DKIMSIG_WEAK_KEY:
		return "carrier.weak_key";
	case DKIMSIG_BAD_KEY:
		fault = dkimkey_fault_code(found->key.fault);
		return fault ? fault : "carrier.header_changed";
	default:
		return "carrier.header_changed";
	}
}

/* RFC 8460 section 3: without l=, by a name of the author's organisation.
 * Reporters need no DMARC record for that, so names are compared by the public
 * suffix list. */
static bool
is_for_tls(const struct carrier_mail *mail, const struct dkimsig *sig,
	   const struct dkimkey *key)
{
	struct str author = mail->read.author;

	return !sig->length && author.n > 0 &&
	       (str_eq(author, sig->domain) ||
		str_eq(dnsname_org(author), dnsname_org(sig->domain))) &&
	       dkimsig_verify(sig, key, mail->received_at, true) ==
		       DKIMSIG_PASS;
}

static void
hold(const struct carrier_mail *mail, const struct dkimsig *sig,
     const struct dkimkey_found *found, struct carrier_signature *out)
{
	enum dkimsig_result result =
		dkimsig_verify(sig, &found->key, mail->received_at, false);

	out->result = result == DKIMSIG_PASS ? CARRIER_PASS : CARRIER_FAIL;
	out->code = code_of(result, found);
	out->for_tls = is_for_tls(mail, sig, &found->key);
}

bool
carrier_signature(struct facts *f, const struct carrier_mail *mail,
		  const struct dkimsig *sig, struct carrier_signature *out)
{
	struct dkimkey_found found;

	*out = (struct carrier_signature){ .domain = sig->domain,
					   .selector = sig->selector,
					   .result = CARRIER_FAIL,
					   .partly = sig->partly,
					   .code = "carrier.no_key" };
	if (sig->fault != DKIMSIG_SOUND) {
		out->code = code_of_fault(sig->fault);
		return true;
	}
	if (!dkimkey_look(f, sig->domain, sig->selector, &found))
		return false;
	if (found.there && !found.multiple) {
		hold(mail, sig, &found, out);
	} else if (facts_trouble(found.answer->status) != NULL) {
		out->result = CARRIER_TEMPERROR;
		out->code = "carrier.dns";
	}
	return true;
}
