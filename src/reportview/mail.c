/* mail.c - TLS reports and failure reports. */
#include "reportview/private.h"

static void
put_failure(struct json_out *j, const struct tlsrpt_failure *f)
{
	json_open_object(j, NULL);
	json_put_str(j, "result_type", f->result_type);
	json_put_known(j, "sending_ip", f->sending_ip);
	json_put_known(j, "receiving_ip", f->receiving_ip);
	json_put_known(j, "mx", f->mx);
	json_put_known(j, "reason", f->reason);
	json_put_known(j, "information", f->information);
	json_put_u64(j, "sessions", f->sessions);
	json_close_object(j);
}

static void
put_policy(struct json_out *j, const struct tlsrpt_policy *p, size_t *room)
{
	json_open_object(j, NULL);
	json_put_str(j, "type",
		     str_of(p->type == TLSRPT_OTHER
				    ? "unknown"
				    : tlsrpt_type_name(p->type)));
	json_put_str(j, "domain", p->domain);
	reportview_put_texts(j, "strings", p->strings, p->string_count);
	reportview_put_texts(j, "mx", p->mx, p->mx_count);
	json_put_u64(j, "successful", p->successful);
	json_put_u64(j, "failed", p->failed);
	json_open_array(j, "failures");
	for (size_t i = 0; i<p->failure_count && * room> 0; i++, (*room)--)
		put_failure(j, &p->failures[i]);
	json_close_array(j);
	json_close_object(j);
}

void
reportview_put_tls(struct json_out *j, const struct tlsrpt_report *r)
{
	size_t room = REPORTVIEW_FAILURES_MAX;

	json_open_object(j, "tls");
	json_put_known(j, "org", r->org_name);
	json_put_known(j, "email", r->contact);
	json_put_known(j, "report_id", r->report_id);
	json_put_known(j, "domain", r->domain);
	json_put_i64(j, "begin", r->begin);
	json_put_i64(j, "end", r->end);
	json_put_u64(j, "sessions", r->sessions);
	json_put_u64(j, "successful", r->successful);
	json_open_array(j, "policies");
	for (size_t i = 0;
	     i < r->policy_count && j->to->n < REPORTVIEW_BYTES_MAX / 2; i++)
		put_policy(j, &r->policies[i], &room);
	json_close_array(j);
	json_close_object(j);
}

void
reportview_put_failure(struct json_out *j, const struct failrpt_report *r)
{
	const struct {
		const char *key;
		struct str value;
	} texts[] = {
		{ "org", r->org },
		{ "feedback_type", r->feedback_type },
		{ "auth_failure", r->auth_failure },
		{ "domain", r->reported_domain },
		{ "source_ip", r->source_ip },
		{ "delivery_result", r->delivery_result },
		{ "identity_alignment", r->identity_alignment },
		{ "auth_results", r->auth_results },
		{ "dkim_domain", r->dkim_domain },
		{ "dkim_selector", r->dkim_selector },
		{ "spf_dns", r->spf_dns },
		{ "user_agent", r->user_agent },
		{ "reporting_mta", r->reporting_mta },
		{ "report_id", r->report_id },
		{ "mail_from", r->mail_from },
		{ "rcpt_to", r->rcpt_to },
		{ "header_from", r->header_from },
		{ "subject", r->subject },
		{ "message_id", r->message_id },
		{ "headers", r->headers },
	};

	json_open_object(j, "failure");
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		json_put_known(j, texts[i].key, texts[i].value);
	if (r->arrival)
		json_put_i64(j, "arrival", r->arrival);
	else
		json_put_null(j, "arrival");
	json_put_u64(j, "incidents", r->incidents);
	json_close_object(j);
}
