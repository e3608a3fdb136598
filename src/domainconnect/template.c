/* template.c - what providers of DNS take in once. */
#include "domainconnect/domainconnect.h"
#include "json/json.h"

enum { TTL = 3600, VERSION = 1 };

static const struct {
	const char *host, *label;
} records[] = { { "mta-sts", "p" },
		{ "_mta-sts", "s" },
		{ "_smtp._tls", "r" } };

static void
put_record(struct json_out *j, const char *host, const char *label,
	   struct str zone)
{
	SCOPED_BUF target = BUF(512);

	buf_addf(&target, "%%token%%.%s.%.*s", label, STR_ARG(zone));
	json_open_object(j, NULL);
	json_put_str(j, "type", S("CNAME"));
	json_put_str(j, "host", str_of(host));
	json_put_str(j, "pointsTo", buf_str(&target));
	json_put_i64(j, "ttl", TTL);
	json_close_object(j);
}

void
domainconnect_template(const struct domainconnect_us *us, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	json_put_str(&j, "providerId", us->zone);
	json_put_str(&j, "providerName", S("Waxseal"));
	json_put_str(&j, "serviceId", S(DOMAINCONNECT_SERVICE));
	json_put_str(&j, "serviceName", S("Hosted MTA-STS"));
	json_put_i64(&j, "version", VERSION);
	json_put_str(&j, "description",
		     S("Encrypted delivery of incoming mail, and reports "
		       "about it. Does not affect outgoing mail."));
	json_put_str(&j, "variableDescription",
		     S("token: the domain's own name in the hosted zone"));
	json_put_str(&j, "syncPubKeyDomain", us->key_domain);
	json_put_bool(&j, "hostRequired", false);
	json_open_array(&j, "records");
	for (size_t i = 0; i < COUNT_OF(records); i++)
		put_record(&j, records[i].host, records[i].label, us->zone);
	json_close_array(&j);
	json_close_object(&j);
	buf_addc(out, '\n');
}
