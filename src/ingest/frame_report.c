/* frame_report.c - reports as fields of frames, and back.
 *
 * Each put has its get beside it, field by field in the same order. Counts
 * are checked against the bounds of the parsers before anything is allocated.
 */
#include "ingest/private.h"

#include <string.h>

static bool
get_strs(struct str *fields, struct str *const *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!frame_get_str(fields, out[i]))
			return false;
	return true;
}

static bool
get_small(struct str *fields, uint64_t max, uint64_t *out)
{
	return frame_get_u64(fields, out) && *out <= max;
}

void
frame_put_head(struct frame_out *f, const struct dmarc_head *h)
{
	const struct str texts[] = {
		h->org_name, h->email,           h->extra_contact, h->report_id,
		h->error,    h->generator,       h->version,       h->domain,
		h->fo,       h->discovery_method
	};

	frame_begin(f, FRAME_HEAD);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		frame_put_str(f, texts[i]);
	frame_put_i64(f, h->begin);
	frame_put_i64(f, h->end);
	frame_put_u64(f, h->p);
	frame_put_u64(f, h->sp);
	frame_put_u64(f, h->np);
	frame_put_u64(f, (unsigned char)h->adkim);
	frame_put_u64(f, (unsigned char)h->aspf);
	frame_put_i64(f, h->pct);
	frame_put_u64(f, (unsigned char)h->testing);
	frame_put_u64(f, h->rfc9990);
}

bool
frame_get_head(struct str fields, struct dmarc_head *h)
{
	struct str *const texts[] = {
		&h->org_name,        &h->email,  &h->extra_contact,
		&h->report_id,       &h->error,  &h->generator,
		&h->version,         &h->domain, &h->fo,
		&h->discovery_method
	};
	uint64_t p, sp, np, adkim, aspf, testing, rfc9990;
	int64_t pct;

	*h = (struct dmarc_head){ 0 };
	if (!get_strs(&fields, texts, COUNT_OF(texts)) ||
	    !frame_get_i64(&fields, &h->begin) ||
	    !frame_get_i64(&fields, &h->end) ||
	    !get_small(&fields, DMARC_POLICY_REJECT, &p) ||
	    !get_small(&fields, DMARC_POLICY_REJECT, &sp) ||
	    !get_small(&fields, DMARC_POLICY_REJECT, &np) ||
	    !get_small(&fields, 127, &adkim) ||
	    !get_small(&fields, 127, &aspf) || !frame_get_i64(&fields, &pct) ||
	    pct < -1 || pct > 100 || !get_small(&fields, 127, &testing) ||
	    !get_small(&fields, 1, &rfc9990))
		return false;
	h->p = (enum dmarc_policy)p;
	h->sp = (enum dmarc_policy)sp;
	h->np = (enum dmarc_policy)np;
	h->adkim = (char)adkim;
	h->aspf = (char)aspf;
	h->pct = (int)pct;
	h->testing = (char)testing;
	h->rfc9990 = rfc9990 != 0;
	return true;
}

static void
put_auth(struct frame_out *f, const struct dmarc_auth *auth, size_t count)
{
	frame_put_u64(f, count);
	for (size_t i = 0; i < count; i++) {
		frame_put_str(f, auth[i].domain);
		frame_put_str(f, auth[i].selector);
		frame_put_str(f, auth[i].scope);
		frame_put_str(f, auth[i].human);
		frame_put_u64(f, auth[i].result);
	}
}

static bool
get_auth(struct str *fields, struct arena *mem, const struct dmarc_auth **out,
	 size_t *count)
{
	struct dmarc_auth *list;
	uint64_t n, result;

	if (!get_small(fields, DMARC_AUTH_MAX, &n))
		return false;
	list = arena_array(mem, (size_t)n, sizeof *list);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str *const texts[] = { &list[i].domain,
					      &list[i].selector, &list[i].scope,
					      &list[i].human };

		if (!get_strs(fields, texts, COUNT_OF(texts)) ||
		    !get_small(fields, DMARC_RESULT_PERMERROR, &result))
			return false;
		list[i].result = (enum dmarc_result)result;
	}
	*out = list;
	*count = (size_t)n;
	return true;
}

void
frame_put_row(struct frame_out *f, const struct dmarc_row *r)
{
	frame_begin(f, FRAME_ROW);
	frame_put_str(f, (struct str){ (const char *)r->ip, sizeof r->ip });
	frame_put_u64(f, (uint64_t)(r->ip_known | r->dkim_aligned << 1 |
				    r->spf_aligned << 2));
	frame_put_u64(f, r->count);
	frame_put_u64(f, r->disposition);
	frame_put_u64(f, r->overrides);
	frame_put_str(f, r->override_comment);
	frame_put_str(f, r->header_from);
	frame_put_str(f, r->envelope_from);
	frame_put_str(f, r->envelope_to);
	put_auth(f, r->dkim, r->dkim_count);
	put_auth(f, r->spf, r->spf_count);
}

bool
frame_get_row(struct str fields, struct arena *mem, struct dmarc_row *r)
{
	struct str *const texts[] = { &r->override_comment, &r->header_from,
				      &r->envelope_from, &r->envelope_to };
	uint64_t bits, disposition, overrides;
	struct str ip;

	*r = (struct dmarc_row){ 0 };
	if (!frame_get_str(&fields, &ip) || ip.n != sizeof r->ip ||
	    !get_small(&fields, 7, &bits) ||
	    !frame_get_u64(&fields, &r->count) ||
	    !get_small(&fields, DMARC_REJECTED, &disposition) ||
	    !get_small(&fields, 2 * DMARC_OVERRIDE_OTHER - 1, &overrides) ||
	    !get_strs(&fields, texts, COUNT_OF(texts)) ||
	    !get_auth(&fields, mem, &r->dkim, &r->dkim_count) ||
	    !get_auth(&fields, mem, &r->spf, &r->spf_count))
		return false;
	memcpy(r->ip, ip.p, sizeof r->ip);
	r->ip_known = bits & 1;
	r->dkim_aligned = bits >> 1 & 1;
	r->spf_aligned = bits >> 2 & 1;
	r->disposition = (enum dmarc_disposition)disposition;
	r->overrides = (unsigned)overrides;
	return true;
}

static void
put_strs(struct frame_out *f, const struct str *list, size_t count)
{
	frame_put_u64(f, count);
	for (size_t i = 0; i < count; i++)
		frame_put_str(f, list[i]);
}

static bool
get_list(struct str *fields, struct arena *mem, const struct str **out,
	 size_t *count)
{
	struct str *list;
	uint64_t n;

	if (!get_small(fields, fields->n, &n))
		return false;
	list = arena_array(mem, (size_t)n, sizeof *list);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!frame_get_str(fields, &list[i]))
			return false;
	*out = list;
	*count = (size_t)n;
	return true;
}

static void
put_tls_failures(struct frame_out *f, const struct tlsrpt_policy *p)
{
	frame_put_u64(f, p->failure_count);
	for (size_t i = 0; i < p->failure_count; i++) {
		const struct tlsrpt_failure *x = &p->failures[i];

		frame_put_str(f, x->result_type);
		frame_put_str(f, x->sending_ip);
		frame_put_str(f, x->receiving_ip);
		frame_put_str(f, x->mx);
		frame_put_str(f, x->helo);
		frame_put_str(f, x->reason);
		frame_put_str(f, x->information);
		frame_put_u64(f, x->sessions);
	}
}

static bool
get_tls_failures(struct str *fields, struct arena *mem, struct tlsrpt_policy *p)
{
	struct tlsrpt_failure *list;
	uint64_t n;

	if (!get_small(fields, TLSRPT_FAILURES_MAX, &n))
		return false;
	list = arena_array(mem, (size_t)n, sizeof *list);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct tlsrpt_failure *x = &list[i];
		struct str *const texts[] = { &x->result_type,  &x->sending_ip,
					      &x->receiving_ip, &x->mx,
					      &x->helo,         &x->reason,
					      &x->information };

		if (!get_strs(fields, texts, COUNT_OF(texts)) ||
		    !frame_get_u64(fields, &x->sessions))
			return false;
	}
	p->failures = list;
	p->failure_count = (size_t)n;
	return true;
}

static void
put_tls_policy(struct frame_out *f, const struct tlsrpt_policy *p)
{
	frame_put_u64(f, p->type);
	frame_put_str(f, p->type_text);
	frame_put_str(f, p->domain);
	put_strs(f, p->strings, p->string_count);
	put_strs(f, p->mx, p->mx_count);
	frame_put_u64(f, p->successful);
	frame_put_u64(f, p->failed);
	frame_put_u64(f, p->counts);
	put_tls_failures(f, p);
}

static bool
get_tls_policy(struct str *fields, struct arena *mem, struct tlsrpt_policy *p)
{
	uint64_t type, counts;

	if (!get_small(fields, TLSRPT_OTHER, &type) ||
	    !frame_get_str(fields, &p->type_text) ||
	    !frame_get_str(fields, &p->domain) ||
	    !get_list(fields, mem, &p->strings, &p->string_count) ||
	    !get_list(fields, mem, &p->mx, &p->mx_count) ||
	    !frame_get_u64(fields, &p->successful) ||
	    !frame_get_u64(fields, &p->failed) ||
	    !get_small(fields, 1, &counts) || !get_tls_failures(fields, mem, p))
		return false;
	p->type = (enum tlsrpt_type)type;
	p->counts = counts != 0;
	return true;
}

void
frame_put_tls(struct frame_out *f, const struct tlsrpt_report *r)
{
	frame_begin(f, FRAME_TLS);
	frame_put_str(f, r->org_name);
	frame_put_str(f, r->contact);
	frame_put_str(f, r->report_id);
	frame_put_str(f, r->domain);
	frame_put_str(f, r->domains);
	frame_put_i64(f, r->begin);
	frame_put_i64(f, r->end);
	frame_put_u64(f, r->sessions);
	frame_put_u64(f, r->successful);
	frame_put_u64(f, r->policy_count);
	for (size_t i = 0; i < r->policy_count; i++)
		put_tls_policy(f, &r->policies[i]);
}

bool
frame_get_tls(struct str fields, struct arena *mem, struct tlsrpt_report *r)
{
	struct str *const texts[] = { &r->org_name, &r->contact, &r->report_id,
				      &r->domain, &r->domains };
	struct tlsrpt_policy *list;
	uint64_t n;

	*r = (struct tlsrpt_report){ 0 };
	if (!get_strs(&fields, texts, COUNT_OF(texts)) ||
	    !frame_get_i64(&fields, &r->begin) ||
	    !frame_get_i64(&fields, &r->end) ||
	    !frame_get_u64(&fields, &r->sessions) ||
	    !frame_get_u64(&fields, &r->successful) ||
	    !get_small(&fields, TLSRPT_POLICIES_MAX, &n))
		return false;
	list = arena_array(mem, (size_t)n, sizeof *list);
	if (!list)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!get_tls_policy(&fields, mem, &list[i]))
			return false;
	r->policies = list;
	r->policy_count = (size_t)n;
	return true;
}

enum { FAILURE_TEXTS = 20 };

/* The text fields of a failure report, in the order of the frame. */
static void
failure_texts(struct failrpt_report *r, struct str *texts[FAILURE_TEXTS])
{
	struct str *const all[FAILURE_TEXTS] = {
		&r->org,
		&r->feedback_type,
		&r->auth_failure,
		&r->reported_domain,
		&r->source_ip,
		&r->delivery_result,
		&r->identity_alignment,
		&r->auth_results,
		&r->dkim_domain,
		&r->dkim_selector,
		&r->spf_dns,
		&r->user_agent,
		&r->reporting_mta,
		&r->report_id,
		&r->mail_from,
		&r->rcpt_to,
		&r->header_from,
		&r->subject,
		&r->message_id,
		&r->headers,
	};

	memcpy(texts, all, sizeof all);
}

void
frame_put_failure(struct frame_out *f, const struct failrpt_report *report)
{
	struct failrpt_report r = *report;
	struct str *texts[FAILURE_TEXTS];

	failure_texts(&r, texts);
	frame_begin(f, FRAME_FAILURE);
	for (size_t i = 0; i < FAILURE_TEXTS; i++)
		frame_put_str(f, *texts[i]);
	frame_put_i64(f, r.arrival);
	frame_put_u64(f, r.incidents);
	frame_put_u64(f, r.text_only);
}

bool
frame_get_failure(struct str fields, struct failrpt_report *r)
{
	struct str *texts[FAILURE_TEXTS];
	uint64_t text_only;

	*r = (struct failrpt_report){ 0 };
	failure_texts(r, texts);
	if (!get_strs(&fields, texts, FAILURE_TEXTS) ||
	    !frame_get_i64(&fields, &r->arrival) ||
	    !frame_get_u64(&fields, &r->incidents) ||
	    !get_small(&fields, 1, &text_only))
		return false;
	r->text_only = text_only != 0;
	return true;
}

void
frame_put_end(struct frame_out *f, const struct decode_end *e)
{
	frame_begin(f, FRAME_END);
	frame_put_u64(f, e->status);
	frame_put_u64(f, e->kind);
	frame_put_u64(f, e->media);
	frame_put_u64(f, (uint64_t)(e->complete | e->repacked << 1));
	frame_put_str(f, e->member);
	frame_put_str(f, str_of(e->why.code));
	frame_put_u64(f, e->why.line);
	frame_put_str(f, str_of(e->why.detail));
	frame_put_u64(f, e->longest_line);
	frame_put_str(f, (struct str){ (const char *)e->hash, sizeof e->hash });
	frame_put_u64(f, e->totals.rows);
	frame_put_u64(f, e->totals.messages);
	frame_put_u64(f, e->totals.passed);
	frame_put_str(f, e->carrier_from);
	frame_put_str(f, e->carrier_subject);
	frame_put_str(f, e->carrier_id);
	frame_put_i64(f, e->carrier_date);
	frame_put_u64(f, e->repair_count);
	for (size_t i = 0; i < e->repair_count; i++) {
		frame_put_str(f, str_of(e->repairs[i].code));
		frame_put_u64(f, e->repairs[i].count);
	}
}

static bool
get_text(struct str *fields, char *room, size_t size)
{
	struct str s;

	if (!frame_get_str(fields, &s) || s.n >= size)
		return false;
	memcpy(room, s.p, s.n);
	room[s.n] = '\0';
	return true;
}

static bool
get_repairs(struct str *fields, struct arena *mem, struct decode_end *e)
{
	uint64_t n;
	struct str code;

	if (!get_small(fields, COUNT_OF(e->repairs), &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!frame_get_str(fields, &code) ||
		    !arena_dup(mem, code, &code) ||
		    !frame_get_u64(fields, &e->repairs[i].count))
			return false;
		e->repairs[i].code = code.p;
	}
	e->repair_count = (size_t)n;
	return true;
}

static bool
get_outcome(struct str *fields, struct decode_end *e)
{
	uint64_t status, kind, media, bits, longest;
	struct str hash;

	if (!get_small(fields, DECODE_IGNORED, &status) ||
	    !get_small(fields, DECODE_FAILURE, &kind) ||
	    !get_small(fields, DECODE_AS_MAIL, &media) ||
	    !get_small(fields, 3, &bits) ||
	    !frame_get_str(fields, &e->member) ||
	    !get_text(fields, e->why.code, sizeof e->why.code) ||
	    !frame_get_u64(fields, &e->why.line) ||
	    !get_text(fields, e->why.detail, sizeof e->why.detail) ||
	    !frame_get_u64(fields, &longest) || !frame_get_str(fields, &hash) ||
	    hash.n != sizeof e->hash)
		return false;
	e->status = (enum decode_status)status;
	e->kind = (enum decode_kind)kind;
	e->media = (enum decode_media)media;
	e->complete = bits & 1;
	e->repacked = bits >> 1 & 1;
	e->longest_line = (size_t)longest;
	memcpy(e->hash, hash.p, sizeof e->hash);
	return true;
}

bool
frame_get_end(struct str fields, struct arena *mem, struct decode_end *e)
{
	*e = (struct decode_end){ 0 };
	return get_outcome(&fields, e) &&
	       frame_get_u64(&fields, &e->totals.rows) &&
	       frame_get_u64(&fields, &e->totals.messages) &&
	       frame_get_u64(&fields, &e->totals.passed) &&
	       frame_get_str(&fields, &e->carrier_from) &&
	       frame_get_str(&fields, &e->carrier_subject) &&
	       frame_get_str(&fields, &e->carrier_id) &&
	       frame_get_i64(&fields, &e->carrier_date) &&
	       get_repairs(&fields, mem, e);
}
