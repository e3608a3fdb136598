/* form.c - failure reports that are text for people only (Exim and cPanel,
 * NetEase, and whatever a mailing list made of a real one). */
#include "failrpt/private.h"

enum { LEAD_BYTES = 4096 /* the sentence stands in the beginning */ };

static const struct str received_from = STR("received from IP ");

/* Sentences that nobody but a reporter writes. */
static const struct {
	struct str sentence;
	bool dmarc;
} leads[] = {
	{ STR("A message claiming to be from you has failed"), true },
	{ STR("did not meet the sending domain's DMARC policy"), true },
	{ STR("authentication-failure report for an email message"), false },
	{ STR("authentication failure report for an email message"), false },
};

/* The beginning of `text` with one blank for every run of white space, and
 * without lines that somebody quotes in an answer: a mailing list wraps
 * lines, and a sentence must be found all the same. */
static void
flatten(struct str text, struct buf *out)
{
	struct str line, word;

	while (out->n < LEAD_BYTES && failrpt_take_line(&text, &line)) {
		line = str_trim(line);
		if (str_starts(line, S(">")))
			continue;
		line = str_sub(line, 0, LEAD_BYTES);
		while (str_split(&line, ' ', &word)) {
			word = str_trim(word);
			if (word.n == 0)
				continue;
			buf_add(out, word);
			buf_addc(out, ' ');
		}
	}
}

static bool
find_lead(struct str flat, bool *dmarc)
{
	for (size_t i = 0; i < COUNT_OF(leads); i++)
		if (str_find_fold(flat, leads[i].sentence) != SIZE_MAX) {
			*dmarc = leads[i].dmarc;
			return true;
		}
	return false;
}

/* "------ This is a copy of the headers that were received ..." */
static bool
is_divider(struct str line)
{
	line = str_trim(line);
	return str_starts(line, S("---")) &&
	       (str_find_fold(line, S("copy of the")) != SIZE_MAX ||
		str_find_fold(line, S("original message")) != SIZE_MAX);
}

/* Cuts `text` before the divider; `behind` is what follows it. */
static void
divide(struct str *text, struct str *behind)
{
	struct str rest = *text, line;

	*behind = S("");
	while (failrpt_take_line(&rest, &line))
		if (is_divider(line)) {
			text->n = (size_t)(line.p - text->p);
			*behind = rest;
			return;
		}
}

static struct str
sentence_ip(struct str flat)
{
	size_t at = str_find_fold(flat, received_from);
	struct str ip, rest;
	bool clean;

	if (at == SIZE_MAX)
		return S("");
	rest = str_sub(flat, at + received_from.n, SIZE_MAX);
	if (str_starts_fold(rest, S("address ")))
		rest = str_sub(rest, 8, SIZE_MAX);
	return failrpt_find_ip(str_sub(rest, 0, str_index(rest, ' ')), &ip,
			       &clean)
		       ? ip
		       : S("");
}

static bool
has_fields(const struct block *block)
{
	return failrpt_block_has(block, "Feedback-Type") &&
	       failrpt_block_has(block, "Version") &&
	       (failrpt_block_has(block, "Source-IP") ||
		failrpt_block_has(block, "Auth-Failure") ||
		failrpt_block_has(block, "Arrival-Date"));
}

struct form
failrpt_read_form(struct reader *r, struct str text)
{
	SCOPED_BUF flat = BUF(3 * LEAD_BYTES);
	struct form form = { 0 };
	struct str ip;
	bool clean, lead;

	divide(&text, &form.headers);
	form.block = failrpt_read_block(r, text, BLOCK_INDENTED);
	flatten(text, &flat);
	lead = find_lead(buf_str(&flat), &form.dmarc);
	form.fields = has_fields(&form.block);
	form.unaligned = str_find_fold(buf_str(&flat),
				       S("identifier non-aligned")) != SIZE_MAX;
	if (failrpt_find_ip(failrpt_block_get(&form.block, "Sender IP Address"),
			    &ip, &clean))
		form.source_ip = failrpt_keep(r, ip);
	else
		form.source_ip = failrpt_keep(r, sentence_ip(buf_str(&flat)));
	form.known = form.fields || (lead && form.source_ip.n > 0);
	return form;
}

static bool
says(const struct form *form, const char *name, struct str answer)
{
	return str_eq_fold(failrpt_block_get(&form->block, name), answer);
}

/* "None, Accept": the published policy, and what was done. */
static struct str
delivery(struct str results)
{
	size_t comma = str_index(results, ',');
	struct str done = str_trim(
		str_sub(results, comma == SIZE_MAX ? 0 : comma + 1, SIZE_MAX));

	if (str_eq_fold(done, S("accept")))
		return S("delivered");
	if (str_eq_fold(done, S("reject")))
		return S("reject");
	return str_eq_fold(done, S("quarantine")) ? S("spam") : S("");
}

/* RFC 7489 section 7.3.1: the mechanisms that did align. */
static struct str
alignment(const struct form *form)
{
	bool spf = says(form, "SPF Alignment", S("yes"));
	bool dkim = says(form, "DKIM Alignment", S("yes"));

	if (spf || dkim)
		return spf && dkim ? S("dkim, spf")
		       : spf       ? S("spf")
				   : S("dkim");
	return form->unaligned || (says(form, "SPF Alignment", S("no")) &&
				   says(form, "DKIM Alignment", S("no")))
		       ? S("none")
		       : S("");
}

void
failrpt_apply_form(struct reader *r, const struct form *form,
		   struct failrpt_report *out)
{
	if (out->source_ip.n == 0)
		out->source_ip = form->source_ip;
	if (out->arrival == 0)
		(void)failrpt_read_date(
			failrpt_block_get(&form->block, "Received date"),
			&out->arrival);
	if (out->reported_domain.n == 0)
		out->reported_domain = failrpt_fold_domain(
			r, failrpt_block_get(&form->block, "Sender Domain"));
	if (!form->known)
		return;
	if (out->feedback_type.n == 0)
		out->feedback_type = S("auth-failure");
	if (out->auth_failure.n == 0 && (form->dmarc || form->unaligned))
		out->auth_failure = S("dmarc");
	if (out->identity_alignment.n == 0)
		out->identity_alignment = alignment(form);
	if (out->delivery_result.n == 0)
		out->delivery_result = delivery(
			failrpt_block_get(&form->block, "DMARC Results"));
}
