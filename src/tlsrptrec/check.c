/* check.c - the TLS-RPT record of a domain, where senders look and where they
 * do not. */
#include "base/base.h"
#include "tlsrptrec/private.h"
#include "tlsrptrec/tlsrptrec.h"

#include <stdio.h>

enum { ADDRESSES_MAX = 4, SILENT = 7 * CIVIL_DAY };

struct check {
	struct facts *f;
	const struct tlsrptrec_asked *asked;
	struct finding_list *list;
	struct arena *mem;
	struct str domain, name;
	bool later;
};

/* ---- telling ---- */

static struct str
join3(struct check *c, const char *before, struct str s, const char *after)
{
	SCOPED_BUF text = BUF(8192);
	struct str out = STR("");

	buf_addz(&text, before);
	buf_add(&text, s);
	buf_addz(&text, after);
	if (text.full || !arena_dup(c->mem, buf_str(&text), &out)) {
		/* Whoever reads the findings learns that some are missing. */
		c->list->full = true;
		return (struct str){ "", 0 };
	}
	return out;
}

static struct str
join2(struct check *c, struct str a, struct str b)
{
	SCOPED_BUF text = BUF(8192);
	struct str out = STR("");

	buf_add(&text, a);
	buf_add(&text, b);
	if (text.full || !arena_dup(c->mem, buf_str(&text), &out))
		return a;
	return out;
}

static struct finding_found *
tell(struct check *c, const char *code, struct str host, struct str detail,
     size_t count)
{
	char digits[24];
	struct str number;

	snprintf(digits, sizeof(digits), "%zu", count);
	number = str_of(digits);
	return finding_add(c->list, code, detail, "domain", &c->domain, "host",
			   &host, "detail", &detail, "count", &number, NULL);
}

/* The record to publish: the addresses of `record`, else where this
 * installation takes reports, else a mailbox at the domain. */
static void
offer(struct check *c, struct finding_found *found,
      const struct tlsrptrec *record)
{
	struct tlsrptrec ours = { .rua_n = 1 };
	SCOPED_BUF text = BUF(8192);
	struct str value = STR("");

	ours.rua[0] = c->asked->rua.n > 0
			      ? c->asked->rua
			      : join3(c, "mailto:tls-reports@", c->domain, "");
	if (!record || record->rua_n == 0)
		record = &ours;
	if (found && tlsrptrec_print(&text, record) &&
	    arena_dup(c->mem, buf_str(&text), &value))
		found->record =
			(struct finding_record){ c->name, S("TXT"), value };
}

static const struct facts_dns *
ask(struct check *c, struct str name, enum facts_type type)
{
	const struct facts_dns *answer = facts_ask(c->f, name, type);

	c->later = c->later || !answer;
	return answer;
}

/* ---- https: addresses ---- */

static struct str
host_of(struct str uri)
{
	size_t n = 0;

	uri = str_sub(uri, sizeof("https://") - 1, uri.n);
	while (n < uri.n && uri.p[n] != '/' && uri.p[n] != ':' &&
	       uri.p[n] != '?')
		n++;
	return str_sub(uri, 0, n);
}

/* What keeps reports from being posted; empty when nothing does. A GET shows
 * it only in part: 405 is the answer of a sound place. */
static struct str
web_fault(struct check *c, const struct facts_web *web)
{
	char status[24];

	if (web->stage == FACTS_UNREACHABLE || web->stage == FACTS_NOT_ALLOWED)
		return (struct str){ "", 0 };
	if (web->stage != FACTS_DONE)
		return web->why.n > 0 ? web->why : S("TLS");
	if (web->status != 404 && web->status != 410 && web->status < 500)
		return (struct str){ "", 0 };
	snprintf(status, sizeof(status), "%d", web->status);
	return join3(c, "HTTP ", str_of(status), "");
}

static void
try_https(struct check *c, struct str uri)
{
	struct str host = host_of(uri), path = STR("/");
	size_t behind = sizeof("https://") - 1 + host.n;
	const struct facts_dns *of[] = { ask(c, host, FACTS_A),
					 ask(c, host, FACTS_AAAA) };
	size_t tried = 0;

	/* A port of its own cannot be asked for. */
	if (!of[0] || !of[1] || (behind < uri.n && uri.p[behind] == ':'))
		return;
	if (behind < uri.n && uri.p[behind] == '/')
		path = str_sub(uri, behind, uri.n);
	for (size_t i = 0; i < COUNT_OF(of); i++)
		for (size_t k = 0; k < of[i]->n && k < ADDRESSES_MAX; k++) {
			const struct facts_web *web = facts_fetch(
				c->f, host, path, &of[i]->rr[k].address);
			struct str why = STR("");

			tried++;
			c->later = c->later || !web;
			if (web)
				why = web_fault(c, web);
			if (why.n > 0)
				tell(c, "tlsrpt.https_error", host, why, 0);
		}
	if (tried == 0 && !facts_trouble(of[0]->status) &&
	    !facts_trouble(of[1]->status))
		tell(c, "tlsrpt.https_error", host, S("DNS"), 0);
}

/* ---- the record ---- */

static void
check_history(struct check *c, const struct tlsrptrec *record)
{
	const struct tlsrptrec_history *h = c->asked->history;
	int64_t now = facts_now(c->f), since;

	if (!h)
		return;
	since = h->last_report > h->live_since ? h->last_report : h->live_since;
	if (h->live_since > 0 && now - since >= SILENT)
		tell(c, "tlsrpt.silent", c->name, S(""),
		     (size_t)((now - since) / CIVIL_DAY));
	for (size_t i = 0; i < record->rua_n; i++) {
		struct str rua = record->rua[i];

		if (h->rejected.n > 0 && str_eq_fold(rua, h->rejected))
			tell(c, "tlsrpt.mailbox_rejects", rua, h->why, 0);
		for (size_t k = 0; k < h->old_vendors_n; k++)
			if (str_find_fold(rua, h->old_vendors[k]) != SIZE_MAX)
				offer(c,
				      tell(c, "tlsrpt.old_vendor",
					   h->old_vendors[k], rua, 0),
				      NULL);
	}
}

static void
check_record(struct check *c, struct str text)
{
	struct tlsrptrec_faults faults = { .n = 0 };
	struct tlsrptrec record;

	(void)tlsrptrec_parse(text, c->mem, &record, &faults);
	for (size_t i = 0; i < faults.n; i++)
		offer(c,
		      tell(c, faults.at[i].code, c->name, faults.at[i].text, 0),
		      &record);
	if (c->asked->fetch_https)
		for (size_t i = 0; i < record.rua_n; i++)
			if (str_starts_fold(record.rua[i], S("https://")))
				try_https(c, record.rua[i]);
	check_history(c, &record);
}

static bool
wrong_names(struct check *c)
{
	static const char *const labels[] = { "",           "_tlsrpt.",
					      "_tls.",      "_smtp-tlsrpt.",
					      "_smtp_tls.", "_tls._smtp.",
					      "_smtp-tls.", "_smtp.",
					      "smtp._tls.", "_smtp.tls." };
	bool told = false;

	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		struct str name = join3(c, labels[i], c->domain, "");
		const struct facts_dns *txt = ask(c, name, FACTS_TXT);

		for (size_t k = 0; txt && k < txt->n; k++) {
			struct tlsrptrec_faults faults = { .n = 0 };
			struct tlsrptrec record;

			if (!tlsrptrec_is_record(txt->rr[k].data))
				continue;
			(void)tlsrptrec_parse(txt->rr[k].data, c->mem, &record,
					      &faults);
			offer(c,
			      tell(c, "tlsrpt.wrong_name", name,
				   txt->rr[k].data, 0),
			      &record);
			told = true;
		}
	}
	return told;
}

/* The one to judge, by what senders keep (RFC 8460 section 3). */
static void
check_records(struct check *c, const struct facts_dns *txt)
{
	size_t good = 0, nearly = 0, good_at = 0, nearly_at = 0;
	struct str all = STR("");

	for (size_t i = 0; i < txt->n; i++) {
		if (tlsrptrec_is_record(txt->rr[i].data)) {
			good_at = i;
			good++;
			all = join3(c, "", all, all.n > 0 ? " " : "");
			all = join2(c, all, txt->rr[i].data);
		} else if (tlsrptrec_is_nearly(txt->rr[i].data)) {
			nearly_at = i;
			nearly++;
		}
	}
	if (good > 1)
		offer(c, tell(c, "tlsrpt.multiple", c->name, all, good), NULL);
	else if (good == 1)
		check_record(c, txt->rr[good_at].data);
	else if (nearly > 0)
		check_record(c, txt->rr[nearly_at].data);
	else if (!wrong_names(c) && !c->later)
		offer(c,
		      tell(c, "tlsrpt.nxdomain", c->name,
			   txt->n > 0 ? txt->rr[0].data : (struct str){ "", 0 },
			   0),
		      NULL);
}

bool
tlsrptrec_check_asked(struct facts *f, const struct facts_subject *s,
		      const struct tlsrptrec_asked *asked,
		      struct finding_list *out)
{
	struct check c = { .f = f,
			   .asked = asked,
			   .list = out,
			   .mem = out->mem,
			   .domain = s->domain };
	const struct facts_dns *txt;

	c.name = join3(&c, "_smtp._tls.", s->domain, "");
	txt = ask(&c, c.name, FACTS_TXT);
	if (!txt)
		return false;
	if (txt->unproven)
		tell(&c, "dns.no_trust_anchor", c.domain, S(""), 0);
	if (facts_trouble(txt->status))
		tell(&c, facts_trouble(txt->status), c.name, txt->why, 0);
	else
		check_records(&c, txt);
	return !c.later;
}

bool
tlsrptrec_check(struct facts *f, const struct facts_subject *s,
		struct finding_list *out)
{
	static const struct tlsrptrec_asked nothing = { .history = NULL };

	return tlsrptrec_check_asked(f, s, &nothing, out);
}
