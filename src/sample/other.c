/* other.c - TLS reports and failure reports of the made-up world. */
#include "sample/private.h"

#include "json/json.h"

#include <stdio.h>

static void
put_failure(struct json_out *j, const char *mx, const char *type,
	    unsigned sessions)
{
	json_open_array(j, "failure-details");
	json_open_object(j, NULL);
	json_put_str(j, "result-type", str_of(type));
	json_put_str(j, "sending-mta-ip", S("209.85.222.201"));
	json_put_str(j, "receiving-mx-hostname", str_of(mx));
	json_put_u64(j, "failed-session-count", sessions);
	json_close_object(j);
	json_close_array(j);
}

static void
put_policy(struct json_out *j, const struct day_report *r, const char *mx,
	   const char *mode)
{
	char line[128];

	json_open_object(j, "policy");
	json_put_str(j, "policy-type", S("sts"));
	json_open_array(j, "policy-string");
	json_put_str(j, NULL, S("version: STSv1"));
	(void)snprintf(line, sizeof line, "mode: %s", mode);
	json_put_str(j, NULL, str_of(line));
	(void)snprintf(line, sizeof line, "mx: %s", mx);
	json_put_str(j, NULL, str_of(line));
	json_put_str(j, NULL, S("max_age: 604800"));
	json_close_array(j);
	json_put_str(j, "policy-domain", str_of(r->domain));
	json_open_array(j, "mx-host");
	json_put_str(j, NULL, str_of(mx));
	json_close_array(j);
	json_close_object(j);
}

void
tls_document(const struct day_report *r, struct dice *d, struct buf *out)
{
	static const char *const types[] = { "certificate-expired",
					     "certificate-host-mismatch",
					     "starttls-not-supported",
					     "sts-policy-fetch-error" };
	struct json_out j = JSON_OUT(out);
	bool microsoft = r->reporter->style == 'm';
	unsigned failed = dice_chance(d, 15) ? 1 + dice_below(d, 9) : 0;
	char stamp[CIVIL_STAMP_SIZE], mx[96], id[160];

	(void)snprintf(mx, sizeof mx, "mx1.%s", r->domain);
	(void)snprintf(id, sizeof id, "%llu+%s", (unsigned long long)r->serial,
		       r->domain);
	json_open_object(&j, NULL);
	json_put_str(&j, "organization-name",
		     microsoft ? S("Microsoft Corporation") : S("Google Inc."));
	json_open_object(&j, "date-range");
	json_put_str(&j, "start-datetime",
		     str_of(civil_print_stamp(r->begin, stamp)));
	json_put_str(
		&j, "end-datetime",
		str_of(civil_print_stamp(r->begin + CIVIL_DAY - 1, stamp)));
	json_close_object(&j);
	json_put_str(&j, "contact-info",
		     microsoft ? S("tlsrpt-noreply@microsoft.com")
			       : S("smtp-tls-reporting@google.com"));
	json_put_str(&j, "report-id", str_of(id));
	json_open_array(&j, "policies");
	json_open_object(&j, NULL);
	put_policy(&j, r, mx, r->age > 30 ? "testing" : "enforce");
	json_open_object(&j, "summary");
	json_put_u64(&j, "total-successful-session-count",
		     5 + dice_below(d, 200));
	json_put_u64(&j, "total-failure-session-count", failed);
	json_close_object(&j);
	if (failed)
		put_failure(&j, mx, types[dice_below(d, COUNT_OF(types))],
			    failed);
	json_close_object(&j);
	json_close_array(&j);
	json_close_object(&j);
}

void
failure_mail(const struct day_report *r, struct dice *d, struct buf *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	unsigned n = dice_below(d, 200);
	struct civil c = civil_from(r->begin);
	buf_addf(out,
		 "From: ruf@postkontoret.example\nTo: ruf@%s\n"
		 "Subject: Report domain: %s\nMessage-ID: <ruf.%llu@"
		 "postkontoret.example>\nMIME-Version: 1.0\nContent-Type: "
		 "multipart/report; report-type=feedback-report;\n"
		 "\tboundary=\"ruf\"\n\n--ruf\nContent-Type: text/plain\n\n"
		 "A message that names your domain failed DMARC.\n\n--ruf\n"
		 "Content-Type: message/feedback-report\n\n"
		 "Feedback-Type: auth-failure\nUser-Agent: sample/1\n"
		 "Version: 1\nAuth-Failure: dmarc\nIdentity-Alignment: none\n"
		 "Source-IP: 185.220.%u.%u\nReported-Domain: %s\n"
		 "Delivery-Result: reject\nArrival-Date: %02d %.3s %d "
		 "12:00:00 +0000\nAuthentication-Results: postkontoret.example;"
		 " dmarc=fail header.from=%s\n\n--ruf\nContent-Type: "
		 "text/rfc822-headers\n\nFrom: Accounts <accounts@%s>\n"
		 "To: somebody@postkontoret.example\nSubject: Invoice %u\n"
		 "Message-ID: <%u.made-up@%s>\n\n--ruf--\n",
		 r->domain, r->domain, (unsigned long long)r->serial, n,
		 1 + n % 250, r->domain, c.day, months + 3 * (c.month - 1),
		 c.year, r->domain, r->domain, 1000 + n, n, r->domain);
}
