/* domainconnect.h - Domain Connect: the DNS provider shows the owner our
 * records and publishes them after one click (draft-ietf-dconn-domainconnect,
 * synchronous flow, signed).
 *
 * Pure: facts and texts in, findings and texts out. The provider trusts a link
 * because of its signature, whose key is in DNS; the template names our zone,
 * so that the only thing a link can choose is a domain and its token.
 */
#ifndef DOMAINCONNECT_H
#define DOMAINCONNECT_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"

#define DOMAINCONNECT_SERVICE "hosted" /* its id in the template */

/* Who we are to providers. All are names without a dot at the end. */
struct domainconnect_us {
	struct str zone;       /* the hosted zone; also the id of who we are */
	struct str key_domain; /* its TXT records at key_host are the key */
	struct str key_host;   /* "_dck1" */
	struct str pem;        /* private key that signs: RSA, PKCS #8 */
};

/* The template that providers take in, as JSON: three CNAMEs that differ from
 * domain to domain only in %token%. Ends with a newline. */
void domainconnect_template(const struct domainconnect_us *us, struct buf *out);

/* The public half of the key as the TXT values of KEY_HOST.KEY_DOMAIN, one a
 * call: "p=1,a=RS256,d=..." of at most 255 bytes. "domainconnect.bad_key". */
enum err domainconnect_key(const struct domainconnect_us *us,
			   bool (*each)(void *ctx, struct str value), void *ctx,
			   struct diag *why) MUST_CHECK;

/* ---- a domain's provider ---- */

struct domainconnect_found {
	/* Where the owner is sent, "https://dcc.example/connect"; empty: the
	 * findings say why not. */
	struct str sync_url;
	struct str provider; /* as it calls itself; may be empty */
};

/* Looks for the provider of a domain's DNS, and whether it knows our template.
 * Form of a check: false while facts are missing. Findings:
 * "domainconnect.none", "domainconnect.unreachable", "domainconnect.
 * bad_settings", "domainconnect.no_template". Texts live in `mem`. */
bool domainconnect_discover(struct facts *f, const struct domainconnect_us *us,
			    struct str domain, struct arena *mem,
			    struct domainconnect_found *out,
			    struct finding_list *said);

/* The link for the owner: the provider shows what the template makes of
 * `token` and asks. `domain` is the zone at the provider. Appends to `out`.
 * "domainconnect.bad_key". */
enum err domainconnect_link(const struct domainconnect_found *found,
			    const struct domainconnect_us *us,
			    struct str domain, struct str token,
			    struct buf *out, struct diag *why) MUST_CHECK;

#endif
