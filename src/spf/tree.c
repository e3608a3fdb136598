/* tree.c - all look-ups of a domain's record as a tree, whoever sends. Every
 * branch is asked for in the same round, so there are as many rounds as the
 * tree is deep. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "spf/private.h"

enum {
	DEPTH_MAX = 20,
	TREE_LOOKUPS_MAX = 100,
	TREE_NODES_MAX = 2000,
	TREE_MEMORY = 4 << 20
};

/* The domains above, to see a loop. */
struct above {
	const struct above *up;
	struct str domain;
};

struct walk {
	struct facts *f;
	struct arena *mem;     /* of the nodes */
	struct arena *scratch; /* of what is needed while walking */
	struct str origin;
	unsigned lookups, nodes;
	bool later, trouble, cut;
};

static const char *const states[] = {
	[SPF_STATE_FINE] = "ok",         [SPF_STATE_VOID] = "void",
	[SPF_STATE_MISSING] = "missing", [SPF_STATE_MULTIPLE] = "multiple",
	[SPF_STATE_SYNTAX] = "syntax",   [SPF_STATE_TROUBLE] = "trouble",
	[SPF_STATE_LOOP] = "loop",       [SPF_STATE_OPEN] = "open",
	[SPF_STATE_CUT] = "cut",         [SPF_STATE_IGNORED] = "ignored",
};

static void walk_record(struct walk *w, struct spf_node *node,
			const struct above *up);

const char *
spf_state_name(enum spf_state state)
{
	return states[state];
}

static struct spf_node *
new_node(struct walk *w)
{
	struct spf_node *node = NULL;

	if (w->nodes < TREE_NODES_MAX)
		node = arena_alloc(w->mem, sizeof(*node));
	if (!node)
		w->cut = true;
	else
		w->nodes++;
	return node;
}

static void
set_unknown(struct walk *w, struct spf_node *node)
{
	node->state = SPF_STATE_TROUBLE;
	w->trouble = true;
}

/* The answer of `type` at the node's domain: found, void or unknown. */
static void
ask_node(struct walk *w, struct spf_node *node, enum facts_type type,
	 enum facts_type other)
{
	const struct facts_dns *d = facts_ask(w->f, node->domain, type);
	const struct facts_dns *o = facts_ask(w->f, node->domain, other);

	if (!d || !o) {
		w->later = true;
	} else if (spf_is_void(d) && spf_is_void(o)) {
		node->state = SPF_STATE_VOID;
		node->voids = 1;
	} else if (spf_is_trouble(d) || spf_is_trouble(o)) {
		set_unknown(w, node);
	}
}

static bool
is_above(const struct above *up, struct str domain)
{
	for (; up; up = up->up)
		if (str_eq_fold(up->domain, domain))
			return true;
	return false;
}

/* include and redirect: the record there. */
static void
enter(struct walk *w, struct spf_node *node, const struct above *up)
{
	if (is_above(up, node->domain))
		node->state = SPF_STATE_LOOP;
	else if (node->depth >= DEPTH_MAX || w->lookups >= TREE_LOOKUPS_MAX)
		node->state = SPF_STATE_CUT;
	else
		walk_record(w, node, up);
	w->cut = w->cut || node->state == SPF_STATE_CUT;
}

static void
follow(struct walk *w, struct spf_node *node, const struct above *up)
{
	switch (node->kind) {
	case SPF_INCLUDE:
	case SPF_REDIRECT:
		enter(w, node, up);
		break;
	case SPF_A:
		ask_node(w, node, FACTS_A, FACTS_AAAA);
		break;
	case SPF_MX:
		ask_node(w, node, FACTS_MX, FACTS_MX);
		break;
	case SPF_EXISTS:
		ask_node(w, node, FACTS_A, FACTS_A);
		break;
	default: /* ptr asks for the sender's address */
		break;
	}
}

static void
fill_node(struct walk *w, struct spf_node *node, const struct spf_term *t,
	  const struct above *up)
{
	const struct spf_values v = { .domain = up->domain,
				      .origin = w->origin,
				      .anybody = true };

	node->term = t->text;
	node->kind = t->kind;
	node->domain = up->domain;
	if (t->fault) {
		node->state = SPF_STATE_SYNTAX;
		return;
	}
	if (!spf_kind_asks(t->kind)) {
		node->domain = t->kind == SPF_EXP ? t->domain : S("");
		return;
	}
	node->lookups = 1;
	w->lookups++;
	if (t->domain.n > 0 &&
	    !spf_macro_domain(t->domain, &v, w->mem, &node->domain)) {
		node->domain = t->domain;
		node->state = SPF_STATE_OPEN;
		return;
	}
	follow(w, node, up);
}

/* What counts for a sender that no mechanism matches before. */
static bool
is_ignored(const struct spf_record *r, size_t i, bool after_all, bool has_all)
{
	return spf_kind_is_modifier(r->terms[i].kind)
		       ? r->terms[i].kind == SPF_REDIRECT && has_all
		       : after_all;
}

static bool
has_all(const struct spf_record *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->terms[i].kind == SPF_ALL && !r->terms[i].fault)
			return true;
	return false;
}

static void
walk_terms(struct walk *w, struct spf_node *node, const struct spf_record *r,
	   const struct above *up)
{
	const struct spf_node **place = &node->first;
	bool all = has_all(r), after_all = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *t = &r->terms[i];
		struct spf_node *child = new_node(w);

		if (!child)
			return;
		child->depth = node->depth + 1;
		if (is_ignored(r, i, after_all, all)) {
			child->term = t->text;
			child->kind = t->kind;
			child->state = SPF_STATE_IGNORED;
		} else {
			fill_node(w, child, t, up);
		}
		after_all = after_all || (t->kind == SPF_ALL && !t->fault);
		node->lookups += child->lookups;
		node->voids += child->voids;
		*place = child;
		place = &child->next;
	}
}

static void
walk_text(struct walk *w, struct spf_node *node, const struct above *up)
{
	struct spf_record record;
	struct above here = { up, node->domain };

	if (spf_parse(node->record, w->scratch, &record, NULL) != ERR_NONE)
		node->state = SPF_STATE_SYNTAX;
	walk_terms(w, node, &record, &here);
}

static void
walk_record(struct walk *w, struct spf_node *node, const struct above *up)
{
	switch (spf_find(w->f, node->domain, &node->record)) {
	case SPF_FOUND_LATER:
		w->later = true;
		break;
	case SPF_FOUND_NONE:
		node->state = SPF_STATE_MISSING;
		break;
	case SPF_FOUND_TROUBLE:
		set_unknown(w, node);
		break;
	case SPF_FOUND_MANY:
		node->state = SPF_STATE_MULTIPLE;
		break;
	case SPF_FOUND_ONE:
		walk_text(w, node, up);
		break;
	}
}

static bool
walk_all(struct walk *w, struct str record, struct spf_tree *out)
{
	struct spf_node *root = new_node(w);

	*out = (struct spf_tree){ .root = root };
	if (!root)
		return false;
	root->domain = w->origin;
	root->kind = SPF_INCLUDE;
	if (record.n > 0) {
		root->record = record;
		walk_text(w, root, NULL);
	} else {
		walk_record(w, root, NULL);
	}
	out->lookups = root->lookups;
	out->voids = root->voids;
	out->trouble = w->trouble;
	out->cut = w->cut;
	return !w->later;
}

bool
spf_tree_with(struct facts *f, struct str domain, struct str record,
	      struct spf_tree *out)
{
	SCOPED_ARENA scratch = arena_new(TREE_MEMORY);
	struct walk try = {
		.f = f, .mem = scratch, .scratch = scratch, .origin = domain
	};
	struct walk walk = { .f = f, .mem = facts_mem(f), .scratch = scratch };

	/* Walks that end early leave nothing behind in the facts. */
	if (!walk_all(&try, record, out) ||
	    !arena_dup(facts_mem(f), domain, &walk.origin) ||
	    !arena_dup(facts_mem(f), record, &record))
		return false;
	arena_reset(scratch);
	return walk_all(&walk, record, out);
}

bool
spf_tree(struct facts *f, struct str domain, struct spf_tree *out)
{
	return spf_tree_with(f, domain, S(""), out);
}
