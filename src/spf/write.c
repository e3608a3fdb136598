/* write.c - records printed and merged into one; what the checker would flag
 * is not written. */
#include "base/base.h"
#include "spf/private.h"

#include <string.h>

enum { MERGE_MEMORY = 2 << 20, ITEMS_MAX = 1000 };

void
spf_print_term(const struct spf_term *t, struct buf *out)
{
	struct str s = t->text;
	bool word = true;

	if (s.n > 0 && s.p[0] == '+')
		s = str_sub(s, 1, SIZE_MAX);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		word = word && !memchr(":/=", c, 3);
		buf_addc(out, word && c >= 'A' && c <= 'Z'
				      ? (char)(c + 'a' - 'A')
				      : c);
	}
}

bool
spf_print(const struct spf_record *record, struct buf *out)
{
	buf_addz(out, "v=spf1");
	for (size_t i = 0; i < record->n; i++) {
		buf_addc(out, ' ');
		spf_print_term(&record->terms[i], out);
	}
	return !record->bad && !out->full;
}

/* What the merged record is made of. */
struct merge {
	struct arena *mem;
	struct str items[ITEMS_MAX]; /* printed */
	size_t n;
	struct str exp, redirect;
	bool soft, hard; /* "~all", "-all" was said */
	unsigned lookups;
	struct diag *why;
};

static bool
same_item(struct str a, struct str b)
{
	/* Upper case means something in a macro. */
	return str_index(a, '%') != SIZE_MAX ? str_eq(a, b) : str_eq_fold(a, b);
}

static enum err
refuse(const struct merge *m, const char *code, struct str term)
{
	return diag_set(m->why, ERR_SYNTAX, code, 0, "%.*s", STR_ARG(term));
}

static enum err
add_item(struct merge *m, struct str item, bool asks)
{
	for (size_t i = 0; i < m->n; i++)
		if (same_item(m->items[i], item))
			return ERR_NONE;
	if (m->n == ITEMS_MAX || !arena_dup(m->mem, item, &m->items[m->n]))
		return diag_set(m->why, ERR_LIMIT, "spf.syntax", 0, "memory");
	m->n++;
	m->lookups += asks;
	if (m->lookups > SPF_LOOKUPS_MAX)
		return refuse(m, "spf.lookups_over_limit", item);
	return ERR_NONE;
}

static enum err
add_term(struct merge *m, const struct spf_term *t)
{
	SCOPED_BUF text = BUF(SPF_RECORD_MAX);
	bool everybody;

	if (t->kind == SPF_UNKNOWN && t->better.n > 0)
		return refuse(m, "spf.ip_mistake", t->text);
	if (t->kind == SPF_PTR)
		return refuse(m, "spf.ptr", t->text);
	if (spf_is_wide(t, &everybody))
		return refuse(m, "spf.wide_range", t->text);
	spf_print_term(t, &text);
	return add_item(m, buf_str(&text), spf_kind_asks(t->kind));
}

static void
note_all(struct merge *m, const struct spf_term *all)
{
	m->soft = m->soft || all->qualifier == SPF_SOFTFAIL;
	m->hard = m->hard || all->qualifier == SPF_FAIL;
}

/* Terms up to "all"; what stands behind it was never looked at. */
static enum err
add_record(struct merge *m, const struct spf_record *r)
{
	const struct spf_term *all = NULL;
	enum err err = ERR_NONE;

	for (size_t i = 0; i < r->n && !err; i++) {
		const struct spf_term *t = &r->terms[i];

		if (t->kind == SPF_REDIRECT || t->kind == SPF_EXP ||
		    spf_is_version(t))
			continue;
		if (t->kind == SPF_ALL)
			all = all ? all : t;
		else if (!all || t->kind == SPF_UNKNOWN)
			err = add_term(m, t);
	}
	if (all)
		note_all(m, all);
	if (r->exp && m->exp.n == 0)
		m->exp = r->exp->domain;
	if (err || all || !r->redirect)
		return err;
	if (m->redirect.n > 0) {
		SCOPED_BUF text = BUF(SPF_RECORD_MAX);

		buf_addz(&text, "include:");
		buf_add(&text, r->redirect->domain);
		return add_item(m, buf_str(&text), true);
	}
	m->redirect = r->redirect->domain;
	return ERR_NONE;
}

static enum err
add_text(struct merge *m, struct str text, bool single)
{
	struct spf_record record;
	SCOPED_BUF whole = BUF(SPF_RECORD_MAX);
	struct str kept;
	enum err err;

	if (single)
		buf_addz(&whole, "v=spf1 ");
	buf_add(&whole, text);
	if (whole.full || !arena_dup(m->mem, buf_str(&whole), &kept))
		return diag_set(m->why, ERR_LIMIT, "spf.syntax", 0, "memory");
	err = spf_parse(kept, m->mem, &record, m->why);
	if (!err && single && record.n != 1)
		return refuse(m, "spf.syntax", text);
	return err ? err : add_record(m, &record);
}

static enum err
finish(struct merge *m, struct buf *out)
{
	enum err err = ERR_NONE;
	bool alone = m->n == 0 && !m->soft && !m->hard;

	if (m->redirect.n > 0 && !alone) {
		SCOPED_BUF text = BUF(SPF_RECORD_MAX);

		buf_addz(&text, "include:");
		buf_add(&text, m->redirect);
		err = add_item(m, buf_str(&text), true);
	}
	buf_addz(out, "v=spf1");
	for (size_t i = 0; i < m->n; i++) {
		buf_addc(out, ' ');
		buf_add(out, m->items[i]);
	}
	if (m->exp.n > 0) {
		buf_addz(out, " exp=");
		buf_add(out, m->exp);
	}
	if (m->redirect.n > 0 && alone) {
		buf_addz(out, " redirect=");
		buf_add(out, m->redirect);
	} else {
		buf_addz(out, m->hard && !m->soft ? " -all" : " ~all");
	}
	if (!err && out->full)
		return diag_set(m->why, ERR_LIMIT, "spf.large_answer", 0, "%s",
				"");
	return err;
}

enum err
spf_merge(const struct str *records, size_t n, const struct str *more,
	  size_t more_n, struct buf *out, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(MERGE_MEMORY);
	struct merge *m = arena_alloc(mem, sizeof(*m));
	enum err err = ERR_NONE;

	if (!m)
		return diag_set(why, ERR_LIMIT, "spf.syntax", 0, "memory");
	m->mem = mem;
	m->why = why;
	for (size_t i = 0; i < n && !err; i++)
		err = add_text(m, records[i], false);
	for (size_t i = 0; i < more_n && !err; i++)
		err = add_text(m, more[i], true);
	return err ? err : finish(m, out);
}
