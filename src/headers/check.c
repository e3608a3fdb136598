/* check.c - what a mail says of itself, as findings. */
#include "headers/private.h"

enum { NUMBER_MAX = 24 };

static const struct {
	const char *method, *passed, *failed, *none;
} methods[] = {
	{ "dmarc", "headers.dmarc_pass", "headers.dmarc_fail",
	  "headers.dmarc_none" },
	{ "spf", "headers.spf_pass", "headers.spf_fail", "headers.spf_none" },
	{ "dkim", "headers.dkim_pass", "headers.dkim_fail", NULL },
};

/* ---- results ---- */

/* The best of a method; NULL: nobody looked. */
static const struct headers_result *
best_of(const struct headers_mail *mail, const char *method)
{
	const struct headers_result *best = NULL;

	for (size_t i = 0; i < mail->result_n; i++) {
		const struct headers_result *r = &mail->result[i];

		if (str_eq(r->method, str_of(method)) &&
		    (!best || str_eq(r->result, S("pass"))))
			best = r;
	}
	return best;
}

static void
check_results(const struct headers_mail *mail, struct finding_list *out)
{
	if (mail->result_n == 0)
		finding_add(out, "headers.no_results", S(""), NULL);
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct str name = str_of(methods[i].method);
		const struct headers_result *r = best_of(mail, name.p);
		const char *code = methods[i].failed;

		if (!r)
			continue;
		if (str_eq(r->result, S("pass")))
			code = methods[i].passed;
		else if (str_eq(r->result, S("none")))
			code = methods[i].none;
		else if (str_ends(r->result, S("error")))
			code = "headers.method_error";
		if (code)
			finding_add(out, code, r->detail, "domain", &mail->from,
				    "method", &name, "result", &r->result,
				    NULL);
	}
}

/* ---- names ---- */

struct str
headers_signed_for(const struct headers_mail *mail)
{
	for (size_t i = 0; i < mail->signature_n; i++)
		if (headers_related(mail->signature[i].domain, mail->from))
			return mail->signature[i].domain;
	return S("");
}

static void
check_names(const struct headers_mail *mail, struct finding_list *out)
{
	if (mail->from_n != 1 || mail->from.n == 0)
		finding_add(out, "headers.no_author", S(""), NULL);
	if (mail->signature_n == 0)
		finding_add(out, "headers.unsigned", S(""), "domain",
			    &mail->from, NULL);
	else if (mail->from.n > 0 && headers_signed_for(mail).n == 0)
		finding_add(out, "headers.signed_elsewhere", S(""), "domain",
			    &mail->from, "other", &mail->signature[0].domain,
			    NULL);
	if (mail->from.n > 0 && mail->return_path.n > 0 &&
	    !headers_related(mail->from, mail->return_path))
		finding_add(out, "headers.returns_elsewhere", S(""), "domain",
			    &mail->from, "other", &mail->return_path, NULL);
	if (mail->arc_n > 0)
		finding_add(out,
			    mail->arc_broken ? "headers.arc_broken"
					     : "headers.arc",
			    S(""), "domain", &mail->arc_domain, NULL);
}

/* ---- the way ---- */

static struct str
number(int64_t n, struct buf *room)
{
	buf_clear(room);
	buf_addf(room, "%lld", (long long)n);
	return buf_str(room);
}

/* The longest stay, and the clock that is most wrong. */
static void
check_times(const struct headers_mail *mail, struct finding_list *out)
{
	const struct headers_hop *slow = NULL, *early = NULL;
	SCOPED_BUF room = BUF(NUMBER_MAX);
	struct str seconds;

	for (size_t i = 0; i < mail->hop_n; i++) {
		const struct headers_hop *h = &mail->hop[i];

		if (!h->delayed)
			continue;
		if (h->delay >= HEADERS_SLOW &&
		    (!slow || h->delay > slow->delay))
			slow = h;
		if (h->delay < -HEADERS_CLOCKS &&
		    (!early || h->delay < early->delay))
			early = h;
	}
	if (slow) {
		seconds = number(slow->delay, &room);
		finding_add(out, "headers.slow_hop", S(""), "host", &slow->by,
			    "seconds", &seconds, NULL);
	}
	if (early) {
		seconds = number(-early->delay, &room);
		finding_add(out, "headers.clock_wrong", S(""), "host",
			    &early->by, "seconds", &seconds, NULL);
	}
}

/* RFC 3848: what is without S was in the clear. Others (HTTP, LMTP, local)
 * did not cross the net as SMTP does. */
static bool
is_plain(struct str with)
{
	static const char *const plain[] = { "SMTP", "ESMTP", "ESMTPA",
					     "UTF8SMTP", "UTF8SMTPA" };

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		if (str_eq_fold(with, str_of(plain[i])))
			return true;
	return false;
}

static void
check_way(const struct headers_mail *mail, struct finding_list *out)
{
	for (size_t i = 0; i < mail->hop_n; i++) {
		const struct headers_hop *h = &mail->hop[i];

		if (h->from.n > 0 && h->by.n > 0 && is_plain(h->with))
			finding_add(out, "headers.plain_hop", S(""), "host",
				    &h->from, "other", &h->by, NULL);
	}
	check_times(mail, out);
}

void
headers_check(const struct headers_mail *mail, struct finding_list *out)
{
	check_results(mail, out);
	check_names(mail, out);
	check_way(mail, out);
	if (!mail->whole)
		finding_add(out, "headers.only_headers", S(""), NULL);
}
