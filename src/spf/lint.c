/* lint.c - what is wrong with the text of one record, and how it should be.
 */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "spf/private.h"

#include <stdio.h>

enum {
	MAPPED_BITS = 96,
	WIDE_V4 = 16, /* a shorter prefix is more than most providers own */
	WIDE_V6 = 32
};

static bool
covers_all(const struct spf_term *t)
{
	switch (t->kind) {
	case SPF_ALL:
		return true;
	case SPF_IP4:
		return t->net.bits == MAPPED_BITS;
	case SPF_IP6:
		return t->net.bits == 0;
	case SPF_A:
	case SPF_MX:
		return t->bits4 == 0 || t->bits6 == 0;
	default:
		return false;
	}
}

bool
spf_is_wide(const struct spf_term *t, bool *all)
{
	*all = false;
	if (t->fault || spf_kind_is_modifier(t->kind) ||
	    t->qualifier != SPF_PASS)
		return false;
	*all = covers_all(t);
	switch (t->kind) {
	case SPF_IP4:
		return t->net.bits < MAPPED_BITS + WIDE_V4;
	case SPF_IP6:
		return t->net.bits < WIDE_V6;
	case SPF_A:
	case SPF_MX:
		return t->bits4 < WIDE_V4 || t->bits6 < WIDE_V6;
	default:
		return *all;
	}
}

void
spf_set_record(struct finding_found *found, struct finding_list *list,
	       struct str domain, struct str value)
{
	struct finding_record record = { .type = S("TXT") };

	if (!found || value.n == 0 ||
	    !arena_dup(list->mem, domain, &record.name) ||
	    !arena_dup(list->mem, value, &record.value))
		return;
	found->record = record;
}

bool
spf_is_version(const struct spf_term *t)
{
	return t->kind == SPF_UNKNOWN && spf_is_record(t->text);
}

/* Terms in the order written, then "all", so that nothing is lost. */
static bool
put_repaired(const struct spf_record *r, struct buf *out)
{
	bool all = false, any_all = false;

	for (size_t i = 0; i < r->n; i++)
		any_all = any_all || r->terms[i].kind == SPF_ALL;
	buf_addz(out, "v=spf1");
	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *t = &r->terms[i];

		if ((all && !spf_kind_is_modifier(t->kind)) ||
		    (any_all && t->kind == SPF_REDIRECT) ||
		    t->fault == SPF_TWICE || spf_is_version(t))
			continue;
		buf_addc(out, ' ');
		if (t->better.n > 0)
			buf_add(out, t->better);
		else if (t->kind == SPF_ALL && (t->qualifier == SPF_PASS ||
						t->qualifier == SPF_NEUTRAL))
			buf_addz(out, "~all");
		else
			spf_print_term(t, out);
		all = all || t->kind == SPF_ALL;
	}
	if (!all && !r->redirect)
		buf_addz(out, " ~all");
	return !out->full;
}

bool
spf_repair(const struct spf_record *record, struct buf *out)
{
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF before = BUF(SPF_RECORD_MAX);
	struct spf_record again;
	bool everybody;

	if (!put_repaired(record, out) ||
	    spf_parse(buf_str(out), mem, &again, NULL) != ERR_NONE)
		return false;
	for (size_t i = 0; i < again.n; i++)
		if (spf_is_wide(&again.terms[i], &everybody) && everybody)
			return false;
	(void)!spf_print(record, &before);
	return record->bad || !str_eq(buf_str(&before), buf_str(out));
}

static const char *
fault_code(const struct spf_term *t)
{
	switch (t->fault) {
	case SPF_BAD_CHAR:
		return "spf.bad_char";
	case SPF_BAD_WORD:
		return "spf.unknown_term";
	case SPF_TWICE:
		return "spf.twice";
	case SPF_WRONG_FAMILY:
	case SPF_WRONG_WORD:
	case SPF_ADDRESS_AS_NAME:
		return "spf.ip_mistake";
	default:
		return t->better.n > 0 ? "spf.ip_mistake" : "spf.syntax";
	}
}

/* Findings of one record with the same repair beside them. */
struct lint {
	struct finding_list *list;
	struct str domain, repaired;
};

static void
add(const struct lint *l, const char *code, const struct spf_term *t)
{
	char text[16];
	struct str place;
	struct finding_found *found;

	snprintf(text, sizeof(text), "%zu", t->at + 1);
	place = str_of(text);
	found = finding_add(l->list, code, t->text, "term", &t->text, "better",
			    &t->better, "place", &place, "domain", &l->domain,
			    NULL);
	spf_set_record(found, l->list, l->domain, l->repaired);
}

static void
lint_term(const struct lint *l, const struct spf_term *t)
{
	bool everybody;

	if (spf_is_version(t))
		add(l, "spf.version_inside", t);
	else if (t->fault || (t->kind == SPF_UNKNOWN && t->better.n > 0))
		add(l, fault_code(t), t);
	else if (spf_is_wide(t, &everybody))
		add(l, everybody ? "spf.plus_all" : "spf.wide_range", t);
	else if (t->kind == SPF_PTR)
		add(l, "spf.ptr", t);
	else if (t->kind == SPF_ALL && t->qualifier == SPF_NEUTRAL)
		add(l, "spf.neutral_all", t);
}

void
spf_lint(const struct spf_record *record, struct str domain,
	 struct finding_list *out)
{
	SCOPED_BUF repaired = BUF(SPF_RECORD_MAX);
	struct lint l = { .list = out, .domain = domain };
	const struct spf_term *all = NULL;
	struct finding_found *found;

	if (spf_repair(record, &repaired))
		l.repaired = buf_str(&repaired);
	for (size_t i = 0; i < record->n; i++) {
		const struct spf_term *t = &record->terms[i];

		if (all && !t->fault && !spf_kind_is_modifier(t->kind))
			add(&l, "spf.after_all", t);
		else
			lint_term(&l, t);
		if (t->kind == SPF_ALL && !t->fault && !all)
			all = t;
	}
	if (all && record->redirect)
		add(&l, "spf.redirect_ignored", record->redirect);
	if (!all && !record->redirect && !record->bad) {
		found = finding_add(out, "spf.no_all", record->text, "domain",
				    &domain, NULL);
		spf_set_record(found, out, domain, l.repaired);
	}
	if (all && all->qualifier == SPF_FAIL && all != record->terms)
		finding_add(out, "spf.hard_fail", all->text, "domain", &domain,
			    NULL);
}
