/* row.c - one record: whatever cannot be read counts as not passed. */
#include "dmarc/private.h"

#include "dnsname/dnsname.h"
#include "netaddr/netaddr.h"

#include <string.h>

/* More than anybody sends; sums of whole stores stay within 63 bits. */
static const uint64_t COUNT_MAX = 1000000000000;

void
row_begin(struct dmarc *d)
{
	struct row_state *r = &d->row;

	arena_reset(r->mem);
	r->row = (struct dmarc_row){ .dkim = r->dkim, .spf = r->spf };
	r->seen = 0;
	r->evaluated = false;
	r->auth_results = false;
	r->bad_from = false;
	r->reasons = 0;
	r->in_reason = false;
	r->in_auth = false;
}

struct str
copy_text(struct arena *mem, struct str text, size_t max)
{
	struct str copy = { "", 0 };

	if (text.n > max) {
		while (max > 0 && ((unsigned char)text.p[max] & 0xC0) == 0x80)
			max--;
		text = str_sub(text, 0, max);
	}
	if (text.n == 0 || !arena_dup(mem, text, &copy))
		return (struct str){ "", 0 };
	return copy;
}

bool
copy_domain(struct dmarc *d, struct arena *mem, struct str text,
	    struct str *out)
{
	*out = copy_text(mem, text, DMARC_NAME_MAX);
	if (dnsname_fold(*out, mem, out))
		return true;
	text = dnsname_of_address(*out);
	if (text.n == 0 || !dnsname_fold(text, mem, out))
		return false;
	repairs_note(d, R_ADDRESS_FOR_DOMAIN);
	return true;
}

static void
read_ip(struct dmarc *d, struct str value)
{
	struct dmarc_row *row = &d->row.row;
	struct netaddr ip;

	if (!netaddr_parse(value, &ip)) {
		repairs_note(d, R_BAD_IP);
		return;
	}
	memcpy(row->ip, ip.b, sizeof row->ip);
	row->ip_known = true;
}

static void
read_count(struct dmarc *d, struct str value)
{
	size_t dot = str_index(value, '.');
	uint64_t n;

	if (!str_u64(value, &n)) {
		if (dot == SIZE_MAX || !str_u64(str_sub(value, 0, dot), &n)) {
			repairs_note(d, R_BAD_COUNT);
			return;
		}
		repairs_note(d, R_COUNT_FRACTION);
	}
	if (n > COUNT_MAX) {
		repairs_note(d, R_COUNT_CAPPED);
		n = COUNT_MAX;
	}
	d->row.row.count = n;
}

static bool
read_verdict(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct str word = words_fold(d, value, room);

	if (str_eq(word, S("pass")))
		return true;
	if (value.n == 0)
		repairs_note(d, R_NO_VERDICT);
	else if (!str_eq(word, S("fail")))
		repairs_note(d, R_ODD_VERDICT);
	return false;
}

static void
read_disposition(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct dmarc_row *row = &d->row.row;

	if (value.n == 0)
		repairs_note(d, R_NO_DISPOSITION);
	else if (!words_disposition(words_fold(d, value, room),
				    &row->disposition))
		repairs_note(d, R_ODD_DISPOSITION);
}

static void
read_header_from(struct dmarc *d, struct str value)
{
	struct dmarc_row *row = &d->row.row;

	if (value.n == 0 ||
	    copy_domain(d, d->row.mem, value, &row->header_from))
		return;
	row->header_from = (struct str){ 0 };
	d->row.bad_from = true;
	repairs_note(d, R_BAD_HEADER_FROM);
}

static void
read_result(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct dmarc_auth *auth = &d->row.auth;
	bool odd;

	d->row.has_result = value.n > 0;
	if (value.n == 0)
		return;
	if (!words_result(words_fold(d, value, room), &auth->result, &odd)) {
		auth->result = DMARC_RESULT_PERMERROR;
		repairs_note(d, R_ODD_RESULT);
	} else if (odd) {
		repairs_note(d, R_RESULT_WORD);
	}
}

static void
read_scope(struct dmarc *d, struct str value)
{
	char room[WORD_MAX];
	struct str word = words_fold(d, value, room);
	struct str *to = &d->row.auth.scope;

	if (str_eq(word, S("mfrom")))
		*to = S("mfrom");
	else if (str_eq(word, S("helo")))
		*to = S("helo");
	else if (value.n > 0)
		repairs_note(d, R_ODD_SCOPE);
}

static void
take_identity(struct dmarc *d, enum node field, struct str value)
{
	struct dmarc_row *row = &d->row.row;

	if (field == F_HEADER_FROM)
		read_header_from(d, value);
	else if (field == F_ENVELOPE_FROM)
		(void)copy_domain(d, d->row.mem, value, &row->envelope_from);
	else
		(void)copy_domain(d, d->row.mem, value, &row->envelope_to);
}

static void
take_auth(struct dmarc *d, enum node field, struct str value)
{
	struct dmarc_auth *auth = &d->row.auth;

	if (field == F_AUTH_DOMAIN)
		(void)copy_domain(d, d->row.mem, value, &auth->domain);
	else if (field == F_AUTH_SELECTOR)
		auth->selector = copy_text(d->row.mem, value, DMARC_NAME_MAX);
	else if (field == F_AUTH_HUMAN)
		auth->human = copy_text(d->row.mem, value, DMARC_TEXT_MAX);
	else if (field == F_AUTH_SCOPE)
		read_scope(d, value);
	else
		read_result(d, value);
}

static void
take_evaluated(struct dmarc *d, enum node field, struct str value)
{
	struct row_state *r = &d->row;

	if (field == F_DISPOSITION)
		read_disposition(d, value);
	else if (field == F_DKIM)
		r->row.dkim_aligned = read_verdict(d, value);
	else if (field == F_SPF)
		r->row.spf_aligned = read_verdict(d, value);
	else if (field == F_REASON_TYPE)
		r->reason_type = copy_text(r->mem, value, WORD_MAX + 1);
	else
		r->reason_comment = copy_text(r->mem, value, DMARC_TEXT_MAX);
}

/* The first value holds. */
void
row_field(struct dmarc *d, enum node field, struct str value)
{
	struct row_state *r = &d->row;
	uint64_t bit = 1ull << field;

	if (r->seen & bit) {
		repairs_note(d, R_REPEATED);
		return;
	}
	r->seen |= bit;
	if (field == F_IP)
		read_ip(d, value);
	else if (field == F_COUNT)
		read_count(d, value);
	else if (field >= F_AUTH_DOMAIN)
		take_auth(d, field, value);
	else if (field >= F_HEADER_FROM)
		take_identity(d, field, value);
	else
		take_evaluated(d, field, value);
}

void
row_begin_reason(struct dmarc *d)
{
	struct row_state *r = &d->row;

	r->in_reason = true;
	r->reason_type = (struct str){ 0 };
	r->reason_comment = (struct str){ 0 };
	r->seen &= ~(1ull << F_REASON_TYPE | 1ull << F_REASON_COMMENT);
}

static void
add_reason(struct dmarc *d)
{
	struct row_state *r = &d->row;
	char room[WORD_MAX];
	struct str word = words_fold(d, r->reason_type, room);
	unsigned reason = words_override(word);

	if (reason == 0) {
		reason = DMARC_OVERRIDE_OTHER;
		repairs_note(d, R_ODD_REASON);
	}
	if (reason == DMARC_OVERRIDE_POLICY_TEST_MODE)
		d->head.head.rfc9990 = true;
	r->row.overrides |= reason;
	if (r->row.override_comment.n == 0)
		r->row.override_comment = r->reason_comment;
}

void
row_end_reason(struct dmarc *d, struct str text)
{
	struct row_state *r = &d->row;

	if (!r->in_reason)
		return;
	r->in_reason = false;
	if (r->reasons == DMARC_REASONS_MAX) {
		repairs_note(d, R_TOO_MANY_REASONS);
		return;
	}
	r->reasons++;
	if (text.n > 0 && !(r->seen & 1ull << F_REASON_TYPE)) {
		r->reason_type = copy_text(r->mem, text, WORD_MAX + 1);
		repairs_note(d, R_REASON_TEXT);
	}
	if (r->reason_type.n == 0 && r->reason_comment.n == 0)
		repairs_note(d, R_EMPTY_REASON);
	else
		add_reason(d);
}

void
row_begin_auth(struct dmarc *d, bool spf)
{
	struct row_state *r = &d->row;

	r->in_auth = true;
	r->auth_is_spf = spf;
	r->auth = (struct dmarc_auth){ 0 };
	r->has_result = false;
	r->seen &= (1ull << F_AUTH_DOMAIN) - 1;
}

/* An entry with neither domain nor result says nothing at all. */
void
row_end_auth(struct dmarc *d)
{
	struct row_state *r = &d->row;
	size_t *count = r->auth_is_spf ? &r->row.spf_count : &r->row.dkim_count;
	struct dmarc_auth *list = r->auth_is_spf ? r->spf : r->dkim;

	if (!r->in_auth)
		return;
	r->in_auth = false;
	if (r->auth.domain.n == 0 && !r->has_result) {
		repairs_note(d, R_EMPTY_RESULT);
		return;
	}
	if (*count == DMARC_AUTH_MAX) {
		repairs_note(d, R_TOO_MANY_RESULTS);
		return;
	}
	if (r->auth.domain.n == 0)
		repairs_note(d, R_NO_AUTH_DOMAIN);
	if (!r->has_result)
		repairs_note(d, R_NO_RESULT);
	list[(*count)++] = r->auth;
}

static void
remember_from(struct dmarc *d)
{
	struct head_state *h = &d->head;
	struct str from = d->row.row.header_from;

	if (h->settled || h->several_from || from.n == 0)
		return;
	if (h->only_from.n == 0)
		h->only_from = copy_text(h->mem, from, DMARC_NAME_MAX);
	else if (!str_eq(h->only_from, from))
		h->several_from = true;
}

static bool
has(const struct row_state *r, enum node field)
{
	return r->seen & 1ull << field;
}

void
row_settle(struct dmarc *d)
{
	struct row_state *r = &d->row;
	const struct dmarc_head *head = d->known ? d->known : &d->head.head;

	row_end_auth(d);
	row_end_reason(d, S(""));
	if (!has(r, F_IP))
		repairs_note(d, R_BAD_IP);
	if (!has(r, F_COUNT))
		repairs_note(d, R_BAD_COUNT);
	if (!has(r, F_DKIM))
		repairs_note(d, R_NO_VERDICT);
	if (!has(r, F_SPF))
		repairs_note(d, R_NO_VERDICT);
	if (r->evaluated && !has(r, F_DISPOSITION))
		repairs_note(d, R_NO_DISPOSITION);
	if (!r->auth_results)
		repairs_note(d, R_NO_AUTH_RESULTS);
	remember_from(d);
	if (r->row.header_from.n == 0) {
		r->row.header_from = head->domain;
		if (!r->bad_from)
			repairs_note(d, R_NO_HEADER_FROM);
	}
}
