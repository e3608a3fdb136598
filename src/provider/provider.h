/* provider.h - the kinds of DNS providers: what each needs, and its settings
 * as they are kept. Pure.
 */
#ifndef PROVIDER_H
#define PROVIDER_H

#include "base/base.h"

enum provider_kind {
	PROVIDER_RFC2136, /* UPDATE with TSIG, RFC 8945 */
	PROVIDER_POWERDNS,
	PROVIDER_CLOUDFLARE,
	PROVIDER_ROUTE53,
	PROVIDER_DESEC,
	PROVIDER_HETZNER,
	PROVIDER_DOMENESHOP,
	PROVIDER_KINDS
};

/* What a kind takes. */
enum provider_field {
	PROVIDER_SERVER,    /* RFC 2136: "ADDRESS:PORT" of the primary */
	PROVIDER_URL,       /* of the API, where it is not the usual one */
	PROVIDER_KEY_NAME,  /* TSIG */
	PROVIDER_ALGORITHM, /* TSIG: "hmac-sha256" ... */
	PROVIDER_ACCOUNT,   /* Route 53: access key id; Domeneshop: token */
	PROVIDER_SERVER_ID, /* PowerDNS: "localhost" */
	PROVIDER_CA_FILE,   /* of the API's certificate, where it is private */
	PROVIDER_FIELDS
};
const char *provider_kind_name(enum provider_kind kind); /* "rfc2136" */
bool provider_kind_find(struct str name, enum provider_kind *out);
const char *provider_field_name(enum provider_field field); /* "key_name" */
/* Whether the kind has this field, and must have it. */
bool provider_field_of(enum provider_kind kind, enum provider_field field,
		       bool *needed);

struct provider {
	enum provider_kind kind;
	struct str field[PROVIDER_FIELDS];
	struct str secret; /* TSIG key in base64, API token, secret key */
};

/* From the settings kept of it (a JSON object of fields). "publish.
 * bad_provider" names what is missing or wrong. Lives in `mem`. */
enum err provider_read(struct str kind, struct str settings, struct arena *mem,
		       struct provider *out, struct diag *why) MUST_CHECK;
/* The settings as that JSON object, checked; the secret is not in it. */
enum err provider_write(const struct provider *p, struct buf *out,
			struct diag *why) MUST_CHECK;

#endif
