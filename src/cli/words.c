/* words.c - how values of reports are called and printed. */
#include "cli/words.h"

static const char *const field_titles[STORE_FIELDS] = {
	[STORE_F_DOMAIN] = "cli.col.domain",
	[STORE_F_DAY] = "cli.col.day",
	[STORE_F_RESULT] = "cli.col.result",
	[STORE_F_SPF] = "cli.col.spf",
	[STORE_F_DKIM] = "cli.col.dkim",
	[STORE_F_SPF_RESULT] = "cli.col.spf",
	[STORE_F_DKIM_RESULT] = "cli.col.dkim",
	[STORE_F_DISPOSITION] = "cli.col.disposition",
	[STORE_F_POLICY] = "cli.col.policy",
	[STORE_F_OVERRIDE] = "cli.col.override",
	[STORE_F_CLASS] = "cli.col.class",
	[STORE_F_SOURCE] = "cli.col.source",
	[STORE_F_IP] = "cli.col.ip",
	[STORE_F_HOST] = "cli.col.host",
	[STORE_F_ASN] = "cli.col.asn",
	[STORE_F_COUNTRY] = "cli.col.country",
	[STORE_F_REPORTER] = "cli.col.reporter",
	[STORE_F_REPORTER_FAMILY] = "cli.col.reporter",
	[STORE_F_FROM_DOMAIN] = "cli.col.from_domain",
	[STORE_F_ENVELOPE_FROM] = "cli.col.envelope_from",
	[STORE_F_TO_DOMAIN] = "cli.col.to_domain",
	[STORE_F_SELECTOR] = "cli.col.selector",
	[STORE_F_TRUST] = "cli.col.trust",
	[STORE_F_TEXT] = "cli.col.value",
	[STORE_F_REPORT] = "cli.col.report_id",
};

static const char *const class_keys[SENDER_CLASSES] = {
	[SENDER_OWN] = "cli.class.own",
	[SENDER_FORWARDED] = "cli.class.forwarded",
	[SENDER_UNRECOGNISED] = "cli.class.unrecognised",
	[SENDER_BLOCKED] = "cli.class.blocked",
};

static const char *const triage_keys[] = {
	[SENDER_NOT_TRIAGED] = "cli.triage.none",
	[SENDER_OURS] = "cli.triage.ours",
	[SENDER_FORWARDER] = "cli.triage.forwarder",
	[SENDER_NOT_OURS] = "cli.triage.not_ours",
	[SENDER_IGNORED] = "cli.triage.ignored",
};

const char *
cli_field_title(enum store_field field)
{
	return field < STORE_FIELDS && field_titles[field] ? field_titles[field]
							   : "cli.col.value";
}

const char *
cli_class_key(struct str name)
{
	enum sender_class found;

	return sender_class_parse(name, &found) ? class_keys[found] : NULL;
}

const char *
cli_triage_key(enum sender_triage triage)
{
	return (size_t)triage < COUNT_OF(triage_keys) ? triage_keys[triage]
						      : triage_keys[0];
}

bool
cli_main_class(const int64_t *m, const bool *known, enum sender_class *out)
{
	static const struct {
		enum store_measure measure;
		enum sender_class class_of;
	} of[] = {
		{ STORE_M_OWN, SENDER_OWN },
		{ STORE_M_FORWARDED, SENDER_FORWARDED },
		{ STORE_M_UNRECOGNISED, SENDER_UNRECOGNISED },
		{ STORE_M_BLOCKED, SENDER_BLOCKED },
	};
	int64_t most = 0;

	for (size_t i = 0; i < COUNT_OF(of); i++)
		if (known[of[i].measure] && m[of[i].measure] > most) {
			most = m[of[i].measure];
			*out = of[i].class_of;
		}
	return most > 0;
}

enum cli_style
cli_class_style(enum sender_class class_of)
{
	return class_of == SENDER_UNRECOGNISED ? CLI_WARN : CLI_PLAINLY;
}

void
cli_tell_more(const struct cli *c, const struct buf *next)
{
	if (next->n && c->format == CLI_FORMAT_TABLE)
		cli_note(c, "cli.more", CLI_ARGS({ "cursor", buf_str(next) }));
}

static void
put_refusal(struct json_out *j, const struct store_report *r)
{
	json_put_known(j, "path", r->path);
	json_put_known(j, "member", r->member);
	json_put_str(j, "status", str_of(store_outcome_name(r->outcome)));
	cli_json_reason(j, "reason", &r->why);
}

void
cli_put_report(struct json_out *j, const struct store_report *r, bool rejected)
{
	bool known = !rejected;

	json_put_i64(j, "id", r->id);
	json_put_str(j, "kind", str_of(decode_kind_name(r->kind)));
	json_put_known(j, "org", r->org);
	json_put_known(j, "report_id", r->report_id);
	json_put_known(j, "domain", r->domain);
	cli_json_i64(j, "begin", r->begin, known);
	cli_json_i64(j, "end", r->end, known);
	cli_json_i64(j, "records", (int64_t)r->records, known);
	cli_json_i64(j, "messages", (int64_t)r->messages, known);
	cli_json_i64(j, "passed", (int64_t)r->passed, known);
	json_put_known(j, "trust",
		       str_of(known ? store_trust_name(r->trust) : ""));
	json_put_i64(j, "received_at", r->received_at);
	cli_json_repairs(j, "repairs", r->repairs);
	if (rejected)
		put_refusal(j, r);
}

const struct cli_column cli_detail_columns[] = {
	{ "report", "cli.col.id", true, false },
	{ "day", "cli.col.day", true, false },
	{ "reporter", "cli.col.reporter", false, true },
	{ "domain", "cli.col.domain", false, true },
	{ "from_domain", "cli.col.from_domain", false, true },
	{ "envelope_from", "cli.col.envelope_from", false, true },
	{ "to_domain", "cli.col.to_domain", false, true },
	{ "ip", "cli.col.ip", false, false },
	{ "host", "cli.col.host", false, true },
	{ "country", "cli.col.country", false, false },
	{ "asn", "cli.col.asn", true, false },
	{ "as_name", "cli.col.as_name", false, true },
	{ "source", "cli.col.source", false, true },
	{ "count", "cli.col.messages", true, false },
	{ "disposition", "cli.col.disposition", false, false },
	{ "policy", "cli.col.policy", false, false },
	{ "spf", "cli.col.spf", false, false },
	{ "dkim", "cli.col.dkim", false, false },
	{ "class", "cli.col.class", false, false },
	{ "overrides", "cli.col.override", false, true },
	{ "comment", "cli.col.comment", false, true },
	{ "auth", "cli.col.auth", false, true },
};

size_t
cli_detail_count(void)
{
	return COUNT_OF(cli_detail_columns);
}

static const char *
verdict(bool aligned)
{
	return aligned ? "pass" : "fail";
}

void
cli_detail_cells(struct cli_table *t, const struct store_detail *d)
{
	char day[CIVIL_DATE_SIZE];
	const struct str texts[] = { d->reporter,    d->domain,
				     d->header_from, d->envelope_from,
				     d->envelope_to, d->ip,
				     d->host,        d->country };
	const struct str after[] = { d->class_name, d->overrides, d->comment,
				     d->auth_json };

	cli_cell_count(t, (uint64_t)d->report, true);
	cli_cell(t, str_of(civil_print_date(d->day_seconds, day)), CLI_PLAINLY);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		cli_cell(t, texts[i], CLI_PLAINLY);
	cli_cell_count(t, d->asn, d->asn != 0);
	cli_cell(t, d->as_name, CLI_PLAINLY);
	cli_cell(t, d->source, CLI_PLAINLY);
	cli_cell_count(t, d->count, true);
	cli_cell(t, d->disposition, CLI_PLAINLY);
	cli_cell(t, d->policy, CLI_PLAINLY);
	cli_cell(t, str_of(verdict(d->spf_aligned)), CLI_PLAINLY);
	cli_cell(t, str_of(verdict(d->dkim_aligned)), CLI_PLAINLY);
	for (size_t i = 0; i < COUNT_OF(after); i++)
		cli_cell(t, after[i], CLI_PLAINLY);
}

static void
put_auth(struct json_out *j, struct str text)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (json_parse(text, limits, &root, &repaired, NULL) != ERR_NONE) {
		json_put_null(j, "auth");
		return;
	}
	cli_json_copy(j, "auth", root);
}

void
cli_put_detail(struct json_out *j, const struct store_detail *d)
{
	char day[CIVIL_DATE_SIZE];

	json_put_i64(j, "report", d->report);
	json_put_str(j, "day", str_of(civil_print_date(d->day_seconds, day)));
	json_put_known(j, "reporter", d->reporter);
	json_put_known(j, "domain", d->domain);
	json_put_known(j, "from_domain", d->header_from);
	json_put_known(j, "envelope_from", d->envelope_from);
	json_put_known(j, "to_domain", d->envelope_to);
	json_put_known(j, "ip", d->ip);
	json_put_known(j, "host", d->host);
	json_put_known(j, "country", d->country);
	cli_json_i64(j, "asn", d->asn, d->asn != 0);
	json_put_known(j, "as_name", d->as_name);
	json_put_known(j, "source", d->source);
	json_put_known(j, "source_label", d->source_label);
	json_put_u64(j, "count", d->count);
	json_put_known(j, "disposition", d->disposition);
	json_put_known(j, "policy", d->policy);
	json_put_str(j, "spf", str_of(verdict(d->spf_aligned)));
	json_put_str(j, "dkim", str_of(verdict(d->dkim_aligned)));
	json_put_known(j, "class", d->class_name);
	json_put_known(j, "overrides", d->overrides);
	json_put_known(j, "comment", d->comment);
	put_auth(j, d->auth_json);
}
