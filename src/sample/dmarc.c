/* dmarc.c - a day's mail of one domain as one reporter saw it. */
#include "sample/private.h"

#include <stdio.h>
#include <string.h>

struct record {
	char ip[64];
	unsigned count;
	bool dkim_aligned, spf_aligned;
	const char *from_prefix;                          /* "news." or "" */
	const char *dkim_domain, *selector, *dkim_result; /* "": unsigned */
	bool signed_by_own;
	const char *spf_domain, *spf_result; /* "": the domain itself */
	const char *override;
};

static const char *
disposition(const struct day_report *r, const struct record *rec,
	    const char *policy)
{
	(void)r;
	if (rec->dkim_aligned || rec->spf_aligned || rec->override[0])
		return "none";
	return policy;
}

static void
put_dkim(const struct day_report *r, const struct record *rec, struct buf *out)
{
	if (rec->signed_by_own)
		buf_addf(out,
			 "<dkim><domain>%s</domain><selector>%s</selector>"
			 "<result>%s</result></dkim>\n",
			 r->domain, rec->selector[0] ? rec->selector : "mail",
			 rec->dkim_result);
	if (rec->dkim_domain[0])
		buf_addf(out,
			 "<dkim><domain>%s</domain><selector>%s</selector>"
			 "<result>pass</result></dkim>\n",
			 rec->dkim_domain, rec->selector);
}

static void
put_record(const struct day_report *r, const struct record *rec,
	   const char *policy, struct buf *out)
{
	buf_addf(out,
		 "<record><row><source_ip>%s</source_ip><count>%u</count>\n"
		 "<policy_evaluated><disposition>%s</disposition>"
		 "<dkim>%s</dkim><spf>%s</spf>",
		 rec->ip, rec->count, disposition(r, rec, policy),
		 rec->dkim_aligned ? "pass" : "fail",
		 rec->spf_aligned ? "pass" : "fail");
	if (rec->override[0])
		buf_addf(out, "<reason><type>%s</type></reason>",
			 rec->override);
	buf_addf(out,
		 "</policy_evaluated></row>\n<identifiers>"
		 "<header_from>%s%s</header_from>",
		 rec->from_prefix, r->domain);
	if (r->reporter->style == 'm')
		buf_addf(out,
			 "<envelope_from>%s</envelope_from>"
			 "<envelope_to>%s</envelope_to>",
			 rec->spf_domain[0] ? rec->spf_domain : r->domain,
			 r->serial % 3 ? "hotmail.com" : "contoso.example");
	buf_addz(out, "</identifiers>\n<auth_results>");
	put_dkim(r, rec, out);
	buf_addf(out,
		 "<spf><domain>%s</domain>%s<result>%s</result></spf>"
		 "</auth_results></record>\n",
		 rec->spf_domain[0] ? rec->spf_domain : r->domain,
		 r->reporter->style == 'm' ? "<scope>mfrom</scope>" : "",
		 rec->spf_result);
}

static void
own_server(const struct day_report *r, struct dice *d, struct record *rec)
{
	bool v6 = r->home->own_v6[0] && dice_chance(d, 30);

	(void)snprintf(rec->ip, sizeof rec->ip, "%s",
		       v6 ? r->home->own_v6 : r->home->own_v4);
	rec->count = 3 + dice_below(d, 40);
	rec->dkim_aligned = rec->spf_aligned = rec->signed_by_own = true;
	rec->selector = "mail";
	if (dice_chance(d, 3)) {
		rec->dkim_aligned = false;
		rec->dkim_result = "temperror";
	}
}

static void
service(const struct day_report *r, struct dice *d, struct record *rec)
{
	const char *letters = r->home->services;
	const struct world_sender *s =
		world_sender(letters[dice_below(d, (unsigned)strlen(letters))]);

	(void)snprintf(rec->ip, sizeof rec->ip, "%s.%u", s->net,
		       1 + dice_below(d, 6));
	rec->count = 1 + dice_below(d, 25);
	rec->selector = s->selector;
	rec->dkim_domain = s->dkim_domain;
	rec->signed_by_own = s->signs_for_customer;
	rec->dkim_aligned = s->signs_for_customer;
	rec->spf_aligned = !s->bounce_domain[0];
	rec->spf_domain = s->bounce_domain;
	if (s->bounce_domain[0])
		rec->from_prefix = dice_chance(d, 40) ? "news." : "";
}

static void
scanner(const struct day_report *r, struct dice *d, struct record *rec)
{
	(void)snprintf(rec->ip, sizeof rec->ip, "%s", r->home->scanner);
	rec->count = 1 + dice_below(d, 3);
	rec->spf_result = "softfail";
}

static void
forwarder(struct dice *d, struct record *rec)
{
	(void)snprintf(rec->ip, sizeof rec->ip, "198.51.100.%u",
		       200 + dice_below(d, 8));
	rec->count = 1 + dice_below(d, 4);
	rec->signed_by_own = true;
	rec->selector = "mail";
	if (dice_chance(d, 75)) {
		rec->dkim_aligned = true;
		rec->spf_result = "fail";
	} else {
		rec->dkim_result = "fail";
		rec->override = "mailing_list";
		rec->spf_domain = "lists.forening.example";
	}
}

/* Addresses without a pattern; what they are is what the reader is shown. */
static void
stranger(struct dice *d, struct record *rec)
{
	static const unsigned char first[] = { 41,  45,  77,  89,  103,
					       113, 177, 185, 190, 201 };

	(void)snprintf(rec->ip, sizeof rec->ip, "%u.%u.%u.%u",
		       first[dice_below(d, COUNT_OF(first))],
		       dice_below(d, 256), dice_below(d, 256),
		       1 + dice_below(d, 254));
	rec->count = 1 + dice_below(d, 9);
	rec->spf_result = "fail";
	if (dice_chance(d, 40)) {
		rec->spf_domain = "bulk-offers.example";
		rec->spf_result = "pass";
	}
}

static void
make_record(const struct day_report *r, struct dice *d, struct record *rec)
{
	unsigned roll = dice_below(d, 100);

	*rec = (struct record){ .from_prefix = "",
				.dkim_domain = "",
				.selector = "",
				.dkim_result = "pass",
				.spf_domain = "",
				.spf_result = "pass",
				.override = "" };
	if (roll < 34)
		own_server(r, d, rec);
	else if (roll < 72)
		service(r, d, rec);
	else if (roll < 77)
		scanner(r, d, rec);
	else if (roll < 85)
		forwarder(d, rec);
	else
		stranger(d, rec);
}

/* Every domain begins with p=none and tightens once in the time shown. */
static const char *
policy_of(const struct day_report *r)
{
	return r->age > 45 ? "none" : r->home->policy;
}

void
dmarc_document(const struct day_report *r, struct dice *d, struct buf *out)
{
	unsigned rows = 1 + dice_below(d, 9);
	const char *policy = policy_of(r);
	struct record rec;

	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<feedback>\n"
		 "<report_metadata><org_name>%s</org_name><email>%s</email>"
		 "<report_id>%llu</report_id>\n<date_range><begin>%lld</begin>"
		 "<end>%lld</end></date_range></report_metadata>\n"
		 "<policy_published><domain>%s</domain><adkim>r</adkim>"
		 "<aspf>r</aspf><p>%s</p><sp>%s</sp><pct>100</pct>"
		 "</policy_published>\n",
		 r->reporter->org, r->reporter->email,
		 10000000000ull + r->serial, (long long)r->begin,
		 (long long)r->begin + CIVIL_DAY - 1, r->domain, policy,
		 policy);
	for (unsigned i = 0; i < rows; i++) {
		make_record(r, d, &rec);
		put_record(r, &rec, policy, out);
	}
	buf_addz(out, "</feedback>\n");
}
