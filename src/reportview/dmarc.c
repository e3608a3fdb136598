/* dmarc.c - aggregate reports: head, policy, rows. */
#include "reportview/private.h"

#include "netaddr/netaddr.h"

#include <string.h>

static void
put_letter(struct json_out *j, const char *key, char letter)
{
	json_put_known(j, key, (struct str){ &letter, letter ? 1 : 0 });
}

static void
put_rung(struct json_out *j, const char *key, enum dmarc_policy p)
{
	json_put_known(j, key,
		       p == DMARC_POLICY_UNKNOWN
			       ? S("")
			       : str_of(dmarc_policy_name(p)));
}

static void
put_policy(struct json_out *j, const struct dmarc_head *h)
{
	json_open_object(j, "policy");
	put_rung(j, "p", h->p);
	put_rung(j, "sp", h->sp);
	put_rung(j, "np", h->np);
	put_letter(j, "adkim", h->adkim);
	put_letter(j, "aspf", h->aspf);
	if (h->pct >= 0)
		json_put_i64(j, "pct", h->pct);
	else
		json_put_null(j, "pct");
	put_letter(j, "t", h->testing);
	json_put_known(j, "fo", h->fo);
	json_put_known(j, "discovery_method", h->discovery_method);
	json_close_object(j);
}

void
reportview_put_head(struct json_out *j, const struct dmarc_head *h)
{
	json_put_known(j, "org", h->org_name);
	json_put_known(j, "email", h->email);
	json_put_known(j, "extra_contact", h->extra_contact);
	json_put_known(j, "report_id", h->report_id);
	json_put_known(j, "generator", h->generator);
	json_put_known(j, "error", h->error);
	json_put_known(j, "domain", h->domain);
	json_put_i64(j, "begin", h->begin);
	json_put_i64(j, "end", h->end);
	json_put_bool(j, "rfc9990", h->rfc9990);
	put_policy(j, h);
}

static void
put_overrides(struct json_out *j, unsigned set)
{
	static const struct {
		enum dmarc_override one;
		const char *name;
	} names[] = {
		{ DMARC_OVERRIDE_FORWARDED, "forwarded" },
		{ DMARC_OVERRIDE_SAMPLED_OUT, "sampled_out" },
		{ DMARC_OVERRIDE_TRUSTED_FORWARDER, "trusted_forwarder" },
		{ DMARC_OVERRIDE_MAILING_LIST, "mailing_list" },
		{ DMARC_OVERRIDE_LOCAL_POLICY, "local_policy" },
		{ DMARC_OVERRIDE_POLICY_TEST_MODE, "policy_test_mode" },
		{ DMARC_OVERRIDE_OTHER, "other" },
	};

	json_open_array(j, "override");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (set & names[i].one)
			json_put_str(j, NULL, str_of(names[i].name));
	json_close_array(j);
}

static void
put_auth(struct json_out *j, const char *key, const struct dmarc_auth *auth,
	 size_t n)
{
	json_open_array(j, key);
	for (size_t i = 0; i < n && i < REPORTVIEW_AUTH_MAX; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "domain", auth[i].domain);
		json_put_known(j, "selector", auth[i].selector);
		json_put_known(j, "scope", auth[i].scope);
		json_put_str(j, "result",
			     str_of(dmarc_result_name(auth[i].result)));
		json_put_known(j, "human", auth[i].human);
		json_close_object(j);
	}
	json_close_array(j);
}

void
reportview_put_row(struct json_out *j, const struct dmarc_row *row)
{
	char text[NETADDR_PRINT_MAX];
	struct netaddr ip;

	memcpy(ip.b, row->ip, sizeof(ip.b));
	json_open_object(j, NULL);
	json_put_known(j, "ip",
		       row->ip_known ? str_of(netaddr_print(&ip, text))
				     : S(""));
	json_put_u64(j, "count", row->count);
	json_put_str(j, "disposition",
		     str_of(dmarc_disposition_name(row->disposition)));
	json_put_bool(j, "dkim_aligned", row->dkim_aligned);
	json_put_bool(j, "spf_aligned", row->spf_aligned);
	put_overrides(j, row->overrides);
	json_put_known(j, "comment", row->override_comment);
	json_put_known(j, "header_from", row->header_from);
	json_put_known(j, "envelope_from", row->envelope_from);
	json_put_known(j, "envelope_to", row->envelope_to);
	put_auth(j, "dkim", row->dkim, row->dkim_count);
	put_auth(j, "spf", row->spf, row->spf_count);
	json_close_object(j);
}
