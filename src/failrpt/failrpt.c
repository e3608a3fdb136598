/* failrpt.c - failure reports: the fields, and what stands in for them. */
#include "failrpt/failrpt.h"

#include "dnsname/dnsname.h"
#include "failrpt/private.h"
#include "seal/seal.h"

enum {
	ID_BYTES = 16,           /* of a hash that stands in for an id */
	INCIDENTS_MAX = 1000000, /* more is a mistake or a lie */
	MESSAGE_MAX = 64 << 20
};

/* Everything that is read from one message. */
struct source {
	struct mime *m;
	struct found found;
	struct buf fields; /* outlives `block`, as `text` does `form` */
	struct block block;
	struct buf text; /* for people */
	struct form form;
};

static void
load_form(struct reader *r, struct source *s)
{
	if (s->found.text < 0 || s->found.text == s->found.fields ||
	    mime_text(s->m, (size_t)s->found.text, &s->text, NULL))
		return;
	s->form = failrpt_read_form(r, buf_str(&s->text));
}

static void
load_fields(struct reader *r, struct source *s)
{
	struct str encoding;

	if (s->found.fields < 0 ||
	    mime_content(s->m, (size_t)s->found.fields, &s->fields, NULL))
		return;
	encoding = mime_header(s->m, (size_t)s->found.fields,
			       "Content-Transfer-Encoding");
	if (str_eq_fold(str_trim(encoding), S("base64")) ||
	    str_eq_fold(str_trim(encoding), S("quoted-printable")))
		failrpt_repaired(r, REPAIR_ENCODED_PART);
	if (s->found.odd_type)
		failrpt_repaired(r, REPAIR_PART_TYPE);
	s->block = failrpt_read_block(r, buf_str(&s->fields), BLOCK_FOLDED);
}

static void
load_quoted(struct reader *r, struct source *s, struct failrpt_report *out)
{
	SCOPED_BUF content = BUF(MESSAGE_MAX);

	if (s->found.quoted >= 0 && mime_content(s->m, (size_t)s->found.quoted,
						 &content, NULL) == ERR_NONE)
		failrpt_read_quoted(r, buf_str(&content), out);
	if (out->headers.n == 0 && s->form.headers.n > 0)
		failrpt_read_quoted(r, s->form.headers, out);
	if (out->headers.n == 0)
		failrpt_repaired(r, REPAIR_NO_HEADERS);
}

static void
take_source_ip(struct reader *r, struct str text, struct failrpt_report *out)
{
	struct str ip;
	bool clean;

	if (text.n == 0)
		return;
	if (!failrpt_find_ip(text, &ip, &clean)) {
		out->source_ip = failrpt_keep(r, text);
		failrpt_repaired(r, REPAIR_BAD_SOURCE_IP);
		return;
	}
	out->source_ip = failrpt_keep(r, ip);
	if (!clean)
		failrpt_repaired(r, REPAIR_SOURCE_IP_CLEANED);
}

static void
take_incidents(struct reader *r, struct str text, struct failrpt_report *out)
{
	out->incidents = 1;
	if (text.n == 0)
		return;
	if (!str_u64(text, &out->incidents) || out->incidents == 0 ||
	    out->incidents > INCIDENTS_MAX) {
		out->incidents = 1;
		failrpt_repaired(r, REPAIR_BAD_INCIDENTS);
	}
}

/* "dns; mx.example.net" */
static struct str
without_kind(struct str mta)
{
	size_t semicolon = str_index(mta, ';');

	return semicolon == SIZE_MAX
		       ? mta
		       : str_trim(str_sub(mta, semicolon + 1, SIZE_MAX));
}

/* They name the sender by address ("smtp.mailfrom="), but are not sealed. */
static struct str
take_results(struct reader *r, const struct block *b)
{
	SCOPED_BUF masked = BUF(2 * (size_t)VALUE_MAX);

	failrpt_mask_local_parts(
		failrpt_block_join(r, b, "Authentication-Results"), &masked);
	return failrpt_keep(r, buf_str(&masked));
}

static void
take_fields(struct reader *r, const struct block *b, struct failrpt_report *out)
{
	struct str domain = failrpt_block_get(b, "Reported-Domain");

	out->feedback_type =
		failrpt_keep_lower(r, failrpt_block_get(b, "Feedback-Type"));
	out->auth_failure =
		failrpt_keep_lower(r, failrpt_block_get(b, "Auth-Failure"));
	out->delivery_result =
		failrpt_keep_lower(r, failrpt_block_get(b, "Delivery-Result"));
	out->identity_alignment = failrpt_keep_lower(
		r, failrpt_block_get(b, "Identity-Alignment"));
	out->auth_results = take_results(r, b);
	out->dkim_domain = failrpt_keep(r, failrpt_block_get(b, "DKIM-Domain"));
	out->dkim_selector =
		failrpt_keep(r, failrpt_block_get(b, "DKIM-Selector"));
	out->spf_dns = failrpt_block_join(r, b, "SPF-DNS");
	out->user_agent = failrpt_keep(r, failrpt_block_get(b, "User-Agent"));
	out->reporting_mta = failrpt_keep(
		r, without_kind(failrpt_block_get(b, "Reporting-MTA")));
	out->mail_from = failrpt_keep_address(
		r, failrpt_block_get(b, "Original-Mail-From"));
	out->rcpt_to = failrpt_block_join(r, b, "Original-Rcpt-To");
	if (!failrpt_read_date(failrpt_block_get(b, "Arrival-Date"),
			       &out->arrival))
		(void)failrpt_read_date(failrpt_block_get(b, "Received-Date"),
					&out->arrival);
	take_source_ip(r, failrpt_block_get(b, "Source-IP"), out);
	take_incidents(r, failrpt_block_get(b, "Incidents"), out);
	out->reported_domain = failrpt_fold_domain(r, domain);
}

/* "dmarc=fail (p=none) header.from=example.com", or an address there. */
static struct str
header_from_of(struct str results)
{
	static const struct str key = STR("header.from=");
	size_t at = str_find_fold(results, key);
	size_t n = 0;

	if (at == SIZE_MAX)
		return S("");
	results = str_sub(results, at + key.n, SIZE_MAX);
	while (n < results.n && results.p[n] != ' ' && results.p[n] != ';' &&
	       results.p[n] != ',')
		n++;
	results = str_sub(results, 0, n);
	return str_index(results, '@') == SIZE_MAX
		       ? results
		       : dnsname_of_address(results);
}

static void
fill_domain(struct reader *r, struct failrpt_report *out)
{
	if (out->reported_domain.n > 0)
		return;
	failrpt_repaired(r, REPAIR_NO_REPORTED_DOMAIN);
	out->reported_domain =
		failrpt_fold_domain(r, header_from_of(out->auth_results));
	if (out->reported_domain.n == 0)
		out->reported_domain = failrpt_fold_domain(
			r, dnsname_of_address(out->header_from));
}

static void
fill_types(struct reader *r, struct failrpt_report *out)
{
	bool dmarc = str_find_fold(out->auth_results, S("dmarc=")) != SIZE_MAX;

	if (out->feedback_type.n == 0) {
		bool auth = out->auth_failure.n > 0 ||
			    out->auth_results.n > 0 ||
			    out->identity_alignment.n > 0;

		failrpt_repaired(r, REPAIR_NO_FEEDBACK_TYPE);
		out->feedback_type = auth ? S("auth-failure") : S("other");
	}
	if (out->auth_failure.n > 0 ||
	    !str_eq(out->feedback_type, S("auth-failure")))
		return;
	failrpt_repaired(r, REPAIR_NO_AUTH_FAILURE);
	if (dmarc || out->identity_alignment.n > 0)
		out->auth_failure = S("dmarc");
}

static void
fill_arrival(struct reader *r, const struct source *s, int64_t received,
	     struct failrpt_report *out)
{
	if (out->arrival > 0)
		return;
	failrpt_repaired(r, REPAIR_NO_ARRIVAL);
	if (!failrpt_read_date(mime_header(s->m, 0, "Date"), &out->arrival))
		out->arrival = received;
}

static void
name_reporter(struct reader *r, const struct source *s,
	      struct failrpt_report *out)
{
	struct str from = mime_header(s->m, 0, "From");

	out->org = failrpt_fold_domain(r, dnsname_of_address(from));
	if (out->org.n > 0)
		return;
	failrpt_repaired(r, REPAIR_NO_REPORTER);
	out->org = failrpt_fold_domain(r, out->reporting_mta);
}

static struct str
hash_id(struct reader *r, const struct failrpt_report *out, struct str text)
{
	static const char digits[] = "0123456789abcdef";
	const struct str pieces[] = { out->source_ip, out->message_id,
				      out->headers, out->auth_results, text };
	struct seal_hash *h = seal_hash_new();
	uint8_t hash[SEAL_HASH_BYTES];
	char *id = arena_alloc(r->mem, 2 * (size_t)ID_BYTES);

	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		seal_hash_add(h, pieces[i]);
		seal_hash_add(h, S("\n"));
	}
	seal_hash_end(h, hash);
	if (!id) {
		r->full = true;
		return S("");
	}
	for (size_t i = 0; i < ID_BYTES; i++) {
		id[2 * i] = digits[hash[i] >> 4];
		id[2 * i + 1] = digits[hash[i] & 0xF];
	}
	return (struct str){ id, 2 * (size_t)ID_BYTES };
}

static void
fill_gaps(struct reader *r, const struct source *s, int64_t received,
	  struct failrpt_report *out)
{
	if (out->source_ip.n == 0)
		failrpt_repaired(r, REPAIR_NO_SOURCE_IP);
	name_reporter(r, s, out);
	out->report_id =
		failrpt_keep_address(r, mime_header(s->m, 0, "Message-ID"));
	if (out->report_id.n == 0) {
		failrpt_repaired(r, REPAIR_NO_MESSAGE_ID);
		out->report_id = hash_id(r, out, buf_str(&s->text));
	}
	if (out->message_id.n == 0)
		out->message_id = failrpt_keep_address(
			r, failrpt_block_get(&s->block, "Message-ID"));
	fill_domain(r, out);
	fill_types(r, out);
	fill_arrival(r, s, received, out);
}

/* What the fields should have told, before the text for people is asked. */
static void
note_missing(struct reader *r, const struct failrpt_report *out)
{
	if (out->source_ip.n == 0)
		failrpt_repaired(r, REPAIR_NO_SOURCE_IP);
	if (out->feedback_type.n == 0)
		failrpt_repaired(r, REPAIR_NO_FEEDBACK_TYPE);
	if (out->auth_failure.n == 0 &&
	    (out->feedback_type.n == 0 ||
	     str_eq(out->feedback_type, S("auth-failure"))))
		failrpt_repaired(r, REPAIR_NO_AUTH_FAILURE);
	if (out->arrival == 0)
		failrpt_repaired(r, REPAIR_NO_ARRIVAL);
}

static bool
read_all(struct reader *r, struct source *s, int64_t received,
	 struct failrpt_report *out)
{
	load_fields(r, s);
	load_form(r, s);
	if (s->block.count == 0) {
		out->text_only = true;
		failrpt_repaired(r, REPAIR_TEXT_ONLY);
		if (s->form.fields)
			s->block = s->form.block;
	}
	take_fields(r, &s->block, out);
	load_quoted(r, s, out);
	if (s->block.count == 0 && !s->form.known && out->headers.n == 0)
		return false;
	if (!out->text_only)
		note_missing(r, out);
	failrpt_apply_form(r, &s->form, out);
	fill_gaps(r, s, received, out);
	failrpt_list_repairs(r, out);
	return true;
}

enum err
failrpt_parse(struct mime *m, int64_t received, struct arena *mem,
	      struct failrpt_report *out, struct diag *why)
{
	struct source s = { .m = m,
			    .found = failrpt_find_parts(m),
			    .fields = BUF(TEXT_BYTES_MAX),
			    .text = BUF(TEXT_BYTES_MAX) };
	struct reader r = { .mem = mem };
	struct failrpt_report report = { 0 };
	bool ok = read_all(&r, &s, received, &report);

	buf_free(&s.fields);
	buf_free(&s.text);
	if (r.full)
		return diag_set(why, ERR_LIMIT, "failrpt.too_large", 0, "%s",
				"");
	if (!ok)
		return diag_set(why, ERR_SYNTAX, "failrpt.unreadable", 0, "%s",
				"");
	*out = report;
	return ERR_NONE;
}

/* Somebody answering a report quotes it, and sends none. */
static bool
is_answer(struct mime *m)
{
	return str_starts_fold(mime_header(m, 0, "Subject"), S("Re:"));
}

static bool
has_known_form(struct mime *m, const struct found *found)
{
	SCOPED_ARENA mem = arena_new((size_t)16 * TEXT_BYTES_MAX);
	SCOPED_BUF text = BUF(TEXT_BYTES_MAX);
	struct reader r = { .mem = mem };

	if (found->text < 0 || is_answer(m) ||
	    mime_text(m, (size_t)found->text, &text, NULL))
		return false;
	return failrpt_read_form(&r, buf_str(&text)).known;
}

bool
failrpt_is(struct mime *m)
{
	struct found found = failrpt_find_parts(m);

	return found.fields >= 0 || found.report >= 0 ||
	       has_known_form(m, &found);
}
