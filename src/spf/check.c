/* check.c - what is wrong with a domain's SPF: its record, the records it
 * leads to, and the look-ups all of them need. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "spf/private.h"

#include <stdio.h>
#include <string.h>

enum {
	CHECK_MEMORY = 1 << 20,
	RECORDS_MAX = 16, /* that are merged */
	ANSWER_MAX = 512, /* octets of an answer over UDP; section 3.4 */
	RR_OVERHEAD = 12,
	MESSAGE_OVERHEAD = 16
};

static struct finding_found *
add_count(struct finding_list *out, const char *code, size_t count,
	  struct str domain)
{
	char text[24];
	struct str value;

	snprintf(text, sizeof(text), "%zu", count);
	value = str_of(text);
	return finding_add(out, code, S(""), "count", &value, "domain", &domain,
			   NULL);
}

static void
add_node(struct finding_list *out, const char *code,
	 const struct spf_node *node)
{
	finding_add(out, code, node->term, "term", &node->term, "domain",
		    &node->domain, NULL);
}

/* ---- the tree ---- */

static void
lint_mx(struct facts *f, const struct spf_node *node, struct finding_list *out)
{
	const struct facts_dns *d = facts_ask(f, node->domain, FACTS_MX);

	if (d && d->status == FACTS_FOUND && d->n > SPF_HOSTS_MAX)
		add_count(out, "spf.too_many_hosts", d->n, node->domain);
}

/* An included record that lets everybody in does so for the one above. */
static void
lint_included(const struct spf_node *node, struct finding_list *out)
{
	SCOPED_ARENA mem = arena_new(CHECK_MEMORY);
	struct spf_record record;
	bool everybody;

	if (node->term.n > 0 && memchr("-~?", node->term.p[0], 3))
		return; /* a match there does not let in */
	if (spf_parse(node->record, mem, &record, NULL) != ERR_NONE)
		return;
	for (size_t i = 0; i < record.n; i++) {
		if (spf_is_wide(&record.terms[i], &everybody) && everybody)
			finding_add(out, "spf.include_plus_all", node->record,
				    "term", &node->term, "domain",
				    &node->domain, NULL);
		if (record.terms[i].kind == SPF_ALL)
			break;
	}
}

static void
lint_node(struct facts *f, const struct spf_node *node,
	  struct finding_list *out)
{
	bool leads = node->kind == SPF_INCLUDE || node->kind == SPF_REDIRECT;

	switch (node->state) {
	case SPF_STATE_VOID:
		if (node->kind == SPF_A || node->kind == SPF_MX)
			add_node(out, "spf.no_mx_or_a", node);
		break;
	case SPF_STATE_MISSING:
		add_node(out, "spf.include_missing", node);
		break;
	case SPF_STATE_LOOP:
		add_node(out, "spf.include_loop", node);
		break;
	case SPF_STATE_MULTIPLE:
		add_node(out, "spf.include_broken", node);
		break;
	case SPF_STATE_SYNTAX:
		if (leads && node->record.n > 0)
			add_node(out, "spf.include_broken", node);
		break;
	case SPF_STATE_TROUBLE:
		add_node(out, "spf.dns_trouble", node);
		break;
	case SPF_STATE_FINE:
		if (node->kind == SPF_MX)
			lint_mx(f, node, out);
		else if (leads)
			lint_included(node, out);
		break;
	default:
		break;
	}
}

/* As deep as the tree, which is bounded. */
static void
lint_below(struct facts *f, const struct spf_node *node,
	   struct finding_list *out)
{
	for (const struct spf_node *n = node->first; n; n = n->next) {
		lint_node(f, n, out);
		lint_below(f, n, out);
	}
}

static void
lint_tree(struct facts *f, const struct spf_tree *tree,
	  struct finding_list *out)
{
	struct str domain = tree->root->domain;

	if (tree->lookups > SPF_LOOKUPS_MAX)
		add_count(out, "spf.lookups_over_limit", tree->lookups, domain);
	else if (tree->lookups >= SPF_LOOKUPS_NEAR)
		add_count(out, "spf.lookups_near_limit", tree->lookups, domain);
	if (tree->voids > SPF_VOIDS_MAX)
		add_count(out, "spf.voids", tree->voids, domain);
	lint_below(f, tree->root, out);
}

bool
spf_check_record(struct facts *f, struct str domain, struct str text,
		 struct finding_list *out)
{
	SCOPED_ARENA mem = arena_new(CHECK_MEMORY);
	struct spf_record record;
	struct spf_tree tree;

	if (!spf_is_record(text)) {
		finding_add(out, "spf.bad_version", text, "domain", &domain,
			    NULL);
		return true;
	}
	if (!spf_tree_with(f, domain, text, &tree))
		return false;
	if (spf_parse(text, mem, &record, NULL) == ERR_LIMIT)
		out->full = true;
	spf_lint(&record, domain, out);
	lint_tree(f, &tree, out);
	return true;
}

/* ---- a domain without a record, or with several ---- */

/* What to begin with; empty when that cannot be said. */
static struct str
first_record(const struct facts_dns *mx)
{
	bool null_mx = mx->status == FACTS_FOUND && mx->n == 1 &&
		       mx->rr[0].data.n == 0;

	if (spf_is_trouble(mx))
		return S("");
	return null_mx || spf_is_void(mx) ? S("v=spf1 -all")
					  : S("v=spf1 mx ~all");
}

/* A record at a name where nobody looks for it. */
static bool
check_wrong_name(struct facts *f, struct str domain, struct finding_list *out,
		 bool *found)
{
	static const struct str labels[] = { STR("_spf."), STR("spf.") };
	bool later = false;

	*found = false;
	for (size_t i = 0; i < COUNT_OF(labels); i++) {
		SCOPED_BUF name = BUF(512);
		struct str text, at;

		buf_add(&name, labels[i]);
		buf_add(&name, domain);
		at = buf_str(&name);
		switch (spf_find(f, at, &text)) {
		case SPF_FOUND_LATER:
			later = true;
			break;
		case SPF_FOUND_ONE:
			*found = true;
			spf_set_record(finding_add(out, "spf.wrong_name", text,
						   "name", &at, "domain",
						   &domain, NULL),
				       out, domain, text);
			break;
		default:
			break;
		}
	}
	return !later;
}

/* "v=spf1;", "\"v=spf1", "v=spf2", "spf1 ...": was to be one. */
static bool
is_almost(struct str text)
{
	size_t at = str_find_fold(str_sub(text, 0, 16), S("spf"));

	return at != SIZE_MAX && at <= 8 &&
	       (str_find_fold(text, S("all")) != SIZE_MAX ||
		str_find_fold(text, S("include:")) != SIZE_MAX ||
		str_find_fold(text, S("redirect=")) != SIZE_MAX ||
		str_find_fold(text, S("ip4:")) != SIZE_MAX);
}

static bool
check_almost(const struct facts_dns *txt, struct str domain,
	     struct finding_list *out)
{
	bool any = false;

	for (size_t i = 0; txt->status == FACTS_FOUND && i < txt->n; i++) {
		if (!is_almost(txt->rr[i].data))
			continue;
		finding_add(out, "spf.bad_version", txt->rr[i].data, "domain",
			    &domain, NULL);
		any = true;
	}
	return any;
}

static bool
check_none(struct facts *f, struct str domain, const struct facts_dns *txt,
	   const struct facts_dns *mx, struct finding_list *out)
{
	bool elsewhere;

	if (!check_wrong_name(f, domain, out, &elsewhere))
		return false;
	if (check_almost(txt, domain, out) || elsewhere)
		return true;
	spf_set_record(
		finding_add(out, "spf.none", S(""), "domain", &domain, NULL),
		out, domain, first_record(mx));
	return true;
}

static void
check_many(struct str domain, const struct facts_dns *txt,
	   struct finding_list *out)
{
	SCOPED_BUF merged = BUF(SPF_RECORD_MAX);
	struct str records[RECORDS_MAX], first = S("");
	size_t n = 0, all = 0;
	struct finding_found *found;

	for (size_t i = 0; i < txt->n; i++) {
		if (!spf_is_record(txt->rr[i].data))
			continue;
		if (all++ == 0)
			first = txt->rr[i].data;
		if (n < RECORDS_MAX)
			records[n++] = txt->rr[i].data;
	}
	found = add_count(out, "spf.multiple", all, domain);
	if (!found)
		return;
	if (!arena_dup(out->mem, first, &found->evidence))
		out->full = true;
	if (n == all &&
	    spf_merge(records, n, NULL, 0, &merged, NULL) == ERR_NONE)
		spf_set_record(found, out, domain, buf_str(&merged));
}

/* About what an answer with all TXT records of the name takes. */
static void
check_size(struct str domain, const struct facts_dns *txt,
	   struct finding_list *out)
{
	size_t octets = MESSAGE_OVERHEAD + domain.n;

	for (size_t i = 0; i < txt->n; i++)
		octets += RR_OVERHEAD + txt->rr[i].data.n + txt->rr[i].strings;
	if (octets > ANSWER_MAX)
		add_count(out, "spf.large_answer", octets, domain);
}

static bool
check_one(struct facts *f, struct str domain, struct str text,
	  const struct facts_dns *txt, struct finding_list *out)
{
	check_size(domain, txt, out);
	return spf_check_record(f, domain, text, out);
}

bool
spf_check(struct facts *f, const struct facts_subject *s,
	  struct finding_list *out)
{
	const struct facts_dns *txt = facts_ask(f, s->domain, FACTS_TXT);
	const struct facts_dns *mx = facts_ask(f, s->domain, FACTS_MX);
	const struct facts_dns *old = facts_ask(f, s->domain, FACTS_SPF);
	struct str domain = s->domain, text;
	struct spf_tree tree;

	if (!txt || !mx || !old) {
		/* The next round already asks for what the record needs. */
		(void)!spf_tree(f, domain, &tree);
		return false;
	}
	if (old->status == FACTS_FOUND && old->n > 0)
		finding_add(out, "spf.type99", old->rr[0].data, "domain",
			    &domain, NULL);
	switch (spf_find(f, domain, &text)) {
	case SPF_FOUND_LATER:
		return false;
	case SPF_FOUND_NONE:
		return check_none(f, domain, txt, mx, out);
	case SPF_FOUND_TROUBLE:
		finding_add(out, "spf.dns_trouble", txt->why, "domain", &domain,
			    NULL);
		return true;
	case SPF_FOUND_MANY:
		check_many(domain, txt, out);
		return true;
	case SPF_FOUND_ONE:
		break;
	}
	return check_one(f, domain, text, txt, out);
}
