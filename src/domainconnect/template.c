/* template.c - what providers of DNS take in once. */
#include "domainconnect/domainconnect.h"
#include "hosted/hosted.h"
#include "json/json.h"

enum { TTL = 3600, VERSION = 1 };

static void
put_record(struct json_out *j, const struct hosted_lead *lead, struct str zone)
{
	SCOPED_BUF target = BUF(512);

	buf_addf(&target, "%%token%%.%s.%.*s", lead->label, STR_ARG(zone));
	json_open_object(j, NULL);
	json_put_str(j, "type", S("CNAME"));
	json_put_str(j, "host", str_of(lead->below));
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
	for (size_t i = 0; i < HOSTED_PLACES; i++)
		if (i != HOSTED_AT_DMARC) /* a policy there stays there */
			put_record(&j, &hosted_leads[i], us->zone);
	json_close_array(&j);
	json_close_object(&j);
	buf_addc(out, '\n');
}
