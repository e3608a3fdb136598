/* evaluate.c - check_host() of RFC 7208 section 4, from facts. It is run
 * again from the start whenever more facts are in. Includes and redirects
 * nest at most as deep as look-ups are allowed. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "spf/private.h"
#include "spf/run.h"

enum { RUN_MEMORY = 4 << 20 };

static bool check_host(struct spf_run *r, struct str domain, bool included,
		       enum spf_result *out);

static bool
decide(struct spf_run *r, struct str where, struct str term,
       enum spf_result result, enum spf_result *out)
{
	/* The innermost reason of an error stays. */
	if (result != SPF_PERMERROR && result != SPF_TEMPERROR) {
		r->where = where;
		r->term = term;
	} else if (r->where.n == 0) {
		r->where = where;
		r->term = term;
	}
	*out = result;
	return true;
}

static enum spf_match
match_include(struct spf_run *r, const struct spf_term *t)
{
	struct str outer = r->v.domain, target;
	enum spf_match match = spf_match_count(r);
	enum spf_result result;

	if (match == SPF_MATCHES)
		match = spf_match_target(r, t->domain, &target);
	if (match != SPF_MATCHES)
		return match;
	if (!check_host(r, target, true, &result))
		return SPF_MATCH_LATER;
	r->v.domain = outer;
	switch (result) {
	case SPF_PASS:
		return SPF_MATCHES;
	case SPF_TEMPERROR:
		return SPF_MATCH_TEMP;
	case SPF_NONE:
		r->code = "spf.include_missing";
		return SPF_MATCH_PERM;
	case SPF_PERMERROR:
		return SPF_MATCH_PERM;
	default:
		r->where = r->term = S("");
		return SPF_MATCHES_NOT;
	}
}

static bool
follow_redirect(struct spf_run *r, const struct spf_record *record,
		bool included, enum spf_result *out)
{
	struct str domain = r->v.domain, target;
	struct str term = record->redirect->text;
	enum spf_match match = spf_match_count(r);

	if (match == SPF_MATCHES)
		match = spf_match_target(r, record->redirect->domain, &target);
	if (match == SPF_MATCH_LATER)
		return false;
	if (match == SPF_MATCHES_NOT)
		r->code = "spf.include_missing";
	if (match != SPF_MATCHES)
		return decide(r, domain, term, SPF_PERMERROR, out);
	if (!check_host(r, target, included, out))
		return false;
	if (*out != SPF_NONE)
		return true;
	r->code = "spf.include_missing";
	return decide(r, domain, term, SPF_PERMERROR, out);
}

static bool
run_record(struct spf_run *r, const struct spf_record *record, bool included,
	   enum spf_result *out)
{
	struct str domain = r->v.domain;

	for (size_t i = 0; i < record->n; i++) {
		const struct spf_term *t = &record->terms[i];
		enum spf_match match;

		if (spf_kind_is_modifier(t->kind))
			continue;
		match = t->kind == SPF_INCLUDE ? match_include(r, t)
					       : spf_match_term(r, t);
		switch (match) {
		case SPF_MATCHES_NOT:
			continue;
		case SPF_MATCH_LATER:
			r->v.domain = domain;
			spf_match_ahead(r, record, i + 1);
			return false;
		case SPF_MATCH_TEMP:
			return decide(r, domain, t->text, SPF_TEMPERROR, out);
		case SPF_MATCH_PERM:
			return decide(r, domain, t->text, SPF_PERMERROR, out);
		case SPF_MATCHES:
			break;
		}
		if (!included) {
			r->exp = record->exp;
			r->exp_domain = domain;
		}
		return decide(r, domain, t->text, t->qualifier, out);
	}
	if (record->redirect)
		return follow_redirect(r, record, included, out);
	return decide(r, domain, S(""), SPF_NEUTRAL, out);
}

/* False: not yet. */
static bool
check_host(struct spf_run *r, struct str domain, bool included,
	   enum spf_result *out)
{
	struct spf_record record;
	struct str text;

	switch (spf_find(r->f, domain, &text)) {
	case SPF_FOUND_LATER:
		return false;
	case SPF_FOUND_NONE:
		*out = SPF_NONE;
		return true;
	case SPF_FOUND_TROUBLE:
		r->code = "spf.dns_trouble";
		return decide(r, domain, S(""), SPF_TEMPERROR, out);
	case SPF_FOUND_MANY:
		r->code = "spf.multiple";
		return decide(r, domain, S(""), SPF_PERMERROR, out);
	case SPF_FOUND_ONE:
		break;
	}
	r->v.domain = domain;
	if (spf_parse(text, r->mem, &record, NULL) == ERR_NONE)
		return run_record(r, &record, included, out);
	r->code = "spf.syntax";
	return decide(r, domain, record.bad ? record.bad->text : S(""),
		      SPF_PERMERROR, out);
}

/* ---- the explanation of a fail (section 6.2) ---- */

static bool
is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	return true;
}

static bool
expand_text(struct spf_run *r, struct str text, struct buf *out)
{
	struct str unused;
	enum spf_match match;

	if (!is_text(text) || !spf_macro_valid(text, spf_letters_all))
		return true;
	/* Sees to %{p}, and to a local part that is not ASCII. */
	match = spf_match_target(r, text, &unused);
	if (match == SPF_MATCHES && !spf_macro_expand(text, &r->v, out))
		buf_clear(out);
	return match != SPF_MATCH_LATER;
}

/* False: not yet. Whatever is wrong with it, there is just no text. */
static bool
explain(struct spf_run *r, struct buf *out)
{
	const struct facts_dns *d;
	struct str target;
	enum spf_match match;

	r->v.domain = r->exp_domain;
	match = spf_match_target(r, r->exp->domain, &target);
	if (match != SPF_MATCHES)
		return match != SPF_MATCH_LATER;
	d = facts_ask(r->f, target, FACTS_TXT);
	if (!d)
		return false;
	if (d->status != FACTS_FOUND || d->n != 1)
		return true;
	return expand_text(r, d->rr[0].data, out);
}

/* ---- who it is ---- */

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	return true;
}

/* A-labels for U-labels (RFC 8616); ASCII stays as it was said. */
static struct str
as_said(struct str name, struct arena *mem)
{
	struct str folded;

	if (!is_ascii(name) && dnsname_fold(name, mem, &folded))
		return folded;
	return name;
}

static bool
set_sender(struct spf_run *r)
{
	struct str from = r->who->mail_from;
	size_t at = from.n;
	struct spf_values *v = &r->v;
	SCOPED_BUF sender = BUF(1 << 16);

	while (at > 0 && from.p[at - 1] != '@')
		at--;
	v->helo = as_said(r->who->helo, r->mem);
	v->origin = from.n == 0 ? v->helo
				: as_said(str_sub(from, at, SIZE_MAX), r->mem);
	v->local = at > 1 ? str_sub(from, 0, at - 1) : S("postmaster");
	v->domain = v->origin;
	v->receiver = r->who->receiver.n > 0 ? r->who->receiver : S("unknown");
	v->ip = r->who->ip;
	v->now = facts_now(r->f);
	buf_add(&sender, v->local);
	buf_addc(&sender, '@');
	buf_add(&sender, v->origin);
	r->eight_bit = !is_ascii(v->local);
	r->family = netaddr_is_v4(&v->ip) ? FACTS_A : FACTS_AAAA;
	return !sender.full && arena_dup(r->mem, buf_str(&sender), &v->sender);
}

bool
spf_evaluate(struct facts *f, const struct spf_who *who,
	     struct spf_verdict *out)
{
	SCOPED_ARENA mem = arena_new(RUN_MEMORY);
	SCOPED_BUF text = BUF(SPF_TEXT_MAX);
	struct spf_run r = { .f = f, .who = who, .mem = mem, .code = "" };
	enum spf_result result = SPF_NONE;

	*out = (struct spf_verdict){ .code = "" };
	if (set_sender(&r) && !check_host(&r, r.v.domain, false, &result))
		return false;
	if (result == SPF_FAIL && who->explain && r.exp && !explain(&r, &text))
		return false;
	out->result = result;
	if (result == SPF_TEMPERROR || result == SPF_PERMERROR)
		out->code = r.code;
	out->lookups = r.lookups;
	out->voids = r.voids;
	return arena_dup(facts_mem(f), r.v.origin, &out->domain) &&
	       arena_dup(facts_mem(f), r.where, &out->where) &&
	       arena_dup(facts_mem(f), r.term, &out->term) &&
	       arena_dup(facts_mem(f), buf_str(&text), &out->explanation);
}
