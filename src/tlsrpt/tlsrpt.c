/* tlsrpt.c - SMTP TLS reports: the frame, the dates, the domains. */
#include "tlsrpt/tlsrpt.h"

#include "tlsrpt/private.h"

#include <stdlib.h>

enum { JSON_DEPTH = 16, SPAN_USUAL = 36 * 3600 };

static void
read_reporter(struct reader *r, const struct json *root,
	      struct tlsrpt_report *out)
{
	struct str domain;

	out->org_name =
		tlsrpt_take_text(r, json_get(root, "organization-name"));
	out->contact = tlsrpt_take_text(r, json_get(root, "contact-info"));
	out->report_id = tlsrpt_take_text(r, json_get(root, "report-id"));
	if (out->contact.n == 0)
		tlsrpt_repaired(r, REPAIR_NO_CONTACT);
	if (out->report_id.n == 0)
		tlsrpt_repaired(r, REPAIR_NO_REPORT_ID);
	if (out->org_name.n > 0)
		return;
	tlsrpt_repaired(r, REPAIR_NO_ORGANIZATION);
	/* RFC 8460 section 4.4: its domain is that of the submitter. */
	if (dnsname_fold(dnsname_of_address(out->contact), r->mem, &domain))
		out->org_name = domain;
}

static enum err
read_dates(struct reader *r, const struct json *range,
	   struct tlsrpt_report *out)
{
	bool begin = tlsrpt_take_date(r, json_get(range, "start-datetime"),
				      false, &out->begin);
	bool end = tlsrpt_take_date(r, json_get(range, "end-datetime"), true,
				    &out->end);

	if (!begin && !end)
		return diag_set(r->why, ERR_SYNTAX, "tlsrpt.no_dates", 0, "%s",
				"");
	if (!begin) {
		out->begin = out->end - (CIVIL_DAY - 1);
		tlsrpt_repaired(r, REPAIR_NO_BEGIN);
	}
	if (!end) {
		out->end = out->begin + CIVIL_DAY - 1;
		tlsrpt_repaired(r, REPAIR_NO_END);
	}
	if (out->end < out->begin) {
		int64_t later = out->begin;

		out->begin = out->end;
		out->end = later;
		tlsrpt_repaired(r, REPAIR_DATES_SWAPPED);
	}
	if (out->end - out->begin > SPAN_USUAL)
		tlsrpt_repaired(r, REPAIR_SPAN_OVER_36H);
	return ERR_NONE;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool
join(struct str *names, size_t count, struct arena *mem, struct str *out)
{
	SCOPED_BUF joined =
		BUF((size_t)TLSRPT_POLICIES_MAX * (DNSNAME_MAX + 1));

	qsort(names, count, sizeof *names, compare);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && str_eq(names[i], names[i - 1]))
			continue;
		if (joined.n > 0)
			buf_addc(&joined, ',');
		buf_add(&joined, names[i]);
	}
	return arena_dup(mem, buf_str(&joined), out);
}

static void
name_domains(struct reader *r, struct tlsrpt_report *out)
{
	struct str *names =
		arena_array(r->mem, out->policy_count, sizeof *names);
	size_t n = 0;

	if (!names) {
		r->full = true;
		return;
	}
	for (size_t i = 0; i < out->policy_count; i++)
		if (out->policies[i].domain.n > 0)
			names[n++] = out->policies[i].domain;
	if (n == 0)
		return;
	out->domain = names[0];
	if (!join(names, n, r->mem, &out->domains))
		r->full = true;
}

static enum err
read_report(struct reader *r, const struct json *root,
	    struct tlsrpt_report *out)
{
	const struct json *policies = json_get(root, "policies");
	enum err err;

	read_reporter(r, root, out);
	if (out->org_name.n == 0 && json_count(policies) == 0 &&
	    json_type(policies) != JSON_OBJECT)
		return diag_set(r->why, ERR_SYNTAX, "tlsrpt.not_a_report", 0,
				"%s", "");
	err = read_dates(r, json_get(root, "date-range"), out);
	if (!err)
		err = tlsrpt_read_policies(r, policies, out);
	if (err)
		return err;
	name_domains(r, out);
	tlsrpt_list_repairs(r, out);
	if (r->full)
		return diag_set(r->why, ERR_LIMIT, "tlsrpt.too_large", 0, "%s",
				"");
	return ERR_NONE;
}

enum err
tlsrpt_parse(struct str text, struct arena *mem, struct tlsrpt_report *out,
	     struct diag *why)
{
	const struct json_limits limits = { TLSRPT_BYTES_MAX, JSON_DEPTH };
	struct reader r = { .mem = mem, .why = why };
	struct tlsrpt_report report = { 0 };
	SCOPED_JSON root = NULL;
	bool mended = false;
	enum err err = json_parse(text, limits, &root, &mended, why);

	if (err)
		return err;
	if (mended)
		tlsrpt_repaired(&r, REPAIR_JSON);
	err = read_report(&r, root, &report);
	if (!err)
		*out = report;
	return err;
}
