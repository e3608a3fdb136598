/* lookup_sender.c - look-ups of who may send for a domain: SPF with its tree,
 * DKIM keys, DMARC as both schools of receivers find it. */
#include "inspect/inspect.h"
#include "inspect/private.h"

enum { NAME_ROOM = 300 };

static bool
judge_spf(struct inspect_lookup *l)
{
	bool found = spf_check(l->facts, &l->subject, &l->found);

	return spf_tree(l->facts, l->subject.domain, &l->spf) && found;
}

static void
put_node(struct json_out *j, const struct spf_node *node)
{
	json_open_object(j, NULL);
	json_put_known(j, "term", node->term);
	json_put_known(j, "domain", node->domain);
	json_put_known(j, "record", node->record);
	json_put_str(j, "state", str_of(spf_state_name(node->state)));
	json_put_u64(j, "lookups", node->lookups);
	json_put_u64(j, "voids", node->voids);
	json_open_array(j, "terms");
	for (const struct spf_node *n = node->first; n; n = n->next)
		put_node(j, n);
	json_close_array(j);
	json_close_object(j);
}

static void
put_spf(struct inspect_lookup *l, struct json_out *j)
{
	json_put_u64(j, "lookups", l->spf.lookups);
	json_put_u64(j, "lookups_max", SPF_LOOKUPS_MAX);
	json_put_u64(j, "voids", l->spf.voids);
	json_put_bool(j, "unknown_parts", l->spf.trouble);
	json_open_array(j, "tree");
	if (l->spf.root)
		put_node(j, l->spf.root);
	json_close_array(j);
}

static bool
judge_dkim(struct inspect_lookup *l)
{
	if (l->given.n > 0)
		return dkimkey_check_one(l->facts, l->subject.domain, l->given,
					 &l->found);
	return dkimkey_check(l->facts, &l->subject, &l->found);
}

static void
put_dkim(struct inspect_lookup *l, struct json_out *j)
{
	SCOPED_BUF name = BUF(NAME_ROOM);

	json_put_known(j, "selector", l->given);
	if (l->given.n == 0)
		return;
	dkimkey_name(l->given, l->subject.domain, &name);
	if (!name.full)
		inspect_put_txt(l, j, buf_str(&name));
}

static bool
judge_dmarc(struct inspect_lookup *l)
{
	bool found = dmarcrec_check(l->facts, &l->subject, &l->found);

	return dmarcrec_discover(l->facts, l->subject.domain, &l->dmarc) &&
	       found;
}

const char *
inspect_policy_name(const struct dmarcrec_way *way)
{
	if (way->outcome == DMARCREC_UNCERTAIN)
		return "unknown";
	return way->outcome == DMARCREC_APPLIES
		       ? dmarcrec_policy_name(way->policy)
		       : "absent";
}

static void
put_way(struct json_out *j, const char *key, const struct dmarcrec_way *way)
{
	json_open_object(j, key);
	json_put_str(j, "policy", str_of(inspect_policy_name(way)));
	json_put_known(j, "found_at",
		       way->place ? way->place->domain : (struct str){ 0 });
	json_put_bool(j, "inherited", way->inherited);
	json_put_known(j, "organisational_domain",
		       way->org_known ? way->org : (struct str){ 0 });
	json_close_object(j);
}

static void
put_dmarc(struct inspect_lookup *l, struct json_out *j)
{
	const struct dmarcrec_found *d = &l->dmarc;

	json_open_array(j, "records");
	for (size_t i = 0; i < d->n; i++) {
		if (d->place[i].state != DMARCREC_HERE)
			continue;
		json_open_object(j, NULL);
		json_put_str(j, "domain", d->place[i].domain);
		json_put_str(j, "record", d->place[i].record.text);
		json_close_object(j);
	}
	json_close_array(j);
	put_way(j, "rfc9989", &d->walk);
	put_way(j, "rfc7489", &d->psl);
}

const struct inspect_kind inspect_spf = {
	.name = "spf",
	.judge = judge_spf,
	.put = put_spf,
};

const struct inspect_kind inspect_dkim = {
	.name = "dkim",
	.judge = judge_dkim,
	.put = put_dkim,
};

const struct inspect_kind inspect_dmarc = {
	.name = "dmarc",
	.judge = judge_dmarc,
	.put = put_dmarc,
};
