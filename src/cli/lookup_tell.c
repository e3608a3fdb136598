/* lookup_tell.c - what a look-up learned, for a person: before the findings. */
#include "cli/inspect.h"

enum { NAME_ROOM = 300 };

static void
tell_txt(struct cli *c, struct inspect_lookup *l, struct str name)
{
	const struct facts_dns *d = facts_ask(l->facts, name, FACTS_TXT);
	struct buf *out = &c->out;

	for (size_t i = 0; d && i < d->chain_n; i++) {
		buf_add_escaped(out, i == 0 ? name : d->chain[i - 1]);
		buf_addz(out, ".  CNAME  ");
		buf_add_escaped(out, d->chain[i]);
		buf_addz(out, ".\n");
	}
	for (size_t i = 0; d && i < d->n; i++) {
		buf_add_escaped(out, name);
		buf_addf(out, ".  %u  TXT  \"", d->ttl);
		buf_add_escaped(out, d->rr[i].data);
		buf_addz(out, "\"\n");
	}
}

static void
tell_below(struct cli *c, struct inspect_lookup *l, const char *label)
{
	SCOPED_BUF name = BUF(NAME_ROOM);

	buf_addz(&name, label);
	buf_add(&name, l->subject.domain);
	tell_txt(c, l, buf_str(&name));
}

static void
tell_mta_sts(struct cli *c, struct inspect_lookup *l)
{
	const struct mtasts_lookup *m = &l->mta_sts;
	struct buf *out = &c->out;
	struct str rest = m->body, line;

	tell_below(c, l, "_mta-sts.");
	while (str_split(&rest, '\n', &line)) {
		buf_addz(out, "  | ");
		buf_add_escaped(out, str_trim(line));
		buf_addc(out, '\n');
	}
	buf_addf(out, "STSFetchResult.%s%s%s\n", mtasts_result_name(m->result),
		 m->branch ? "  " : "", m->branch ? m->branch : "");
}

static void
tell_tls_rpt(struct cli *c, struct inspect_lookup *l)
{
	tell_below(c, l, "_smtp._tls.");
}

static void
tell_bimi(struct cli *c, struct inspect_lookup *l)
{
	tell_below(c, l, "default._bimi.");
}

static void
tell_node(struct buf *out, const struct spf_node *node)
{
	for (unsigned i = 0; i < node->depth; i++)
		buf_addz(out, "  ");
	buf_add_escaped(out, node->term.n > 0 ? node->term : node->domain);
	if (node->lookups > 0)
		buf_addf(out, "  (%u)", node->lookups);
	if (node->state != SPF_STATE_FINE)
		buf_addf(out, "  [%s]", spf_state_name(node->state));
	if (node->record.n > 0) {
		buf_addz(out, "  \"");
		buf_add_escaped(out, node->record);
		buf_addc(out, '"');
	}
	buf_addc(out, '\n');
	for (const struct spf_node *n = node->first; n; n = n->next)
		tell_node(out, n);
}

static void
tell_spf(struct cli *c, struct inspect_lookup *l)
{
	char used[CLI_NUMBER_MAX], most[CLI_NUMBER_MAX];

	if (l->spf.root)
		tell_node(&c->out, l->spf.root);
	cli_print(c, "cli.lookup.spf_lookups",
		  CLI_ARGS({ "used", cli_count(c, l->spf.lookups, used) },
			   { "most", cli_count(c, SPF_LOOKUPS_MAX, most) }));
}

static void
tell_dkim(struct cli *c, struct inspect_lookup *l)
{
	SCOPED_BUF name = BUF(NAME_ROOM);

	if (l->given.n == 0)
		return;
	dkimkey_name(l->given, l->subject.domain, &name);
	if (!name.full)
		tell_txt(c, l, buf_str(&name));
}

static void
tell_way(struct cli *c, const char *name, const struct dmarcrec_way *way)
{
	cli_print(c, "cli.lookup.dmarc_way",
		  CLI_ARGS({ "standard", str_of(name) },
			   { "policy", str_of(inspect_policy_name(way)) },
			   { "where",
			     way->place ? way->place->domain : str_of("-") }));
}

static void
tell_dmarc(struct cli *c, struct inspect_lookup *l)
{
	const struct dmarcrec_found *d = &l->dmarc;

	for (size_t i = 0; i < d->n; i++) {
		SCOPED_BUF name = BUF(NAME_ROOM);

		if (d->place[i].state != DMARCREC_HERE)
			continue;
		buf_addz(&name, "_dmarc.");
		buf_add(&name, d->place[i].domain);
		tell_txt(c, l, buf_str(&name));
	}
	tell_way(c, "RFC 9989", &d->walk);
	tell_way(c, "RFC 7489", &d->psl);
}

static void
tell_mx(struct cli *c, struct inspect_lookup *l)
{
	struct buf *out = &c->out;
	char text[NETADDR_PRINT_MAX];

	for (size_t i = 0; i < l->mx.n; i++) {
		const struct mx_host *h = &l->mx.host[i];

		buf_addf(out, "%5u  ", h->preference);
		buf_add_escaped(out, h->name);
		for (size_t k = 0; k < h->address_n; k++)
			buf_addf(out, "  %s",
				 netaddr_print(&h->address[k], text));
		buf_addc(out, '\n');
	}
}

static void
tell_ptr(struct cli *c, struct inspect_lookup *l)
{
	if (l->names_n == 0)
		cli_print(c, "cli.lookup.ptr_none", CLI_NO_ARGS);
	for (size_t i = 0; i < l->names_n; i++)
		cli_print(c,
			  l->names[i].confirmed ? "cli.lookup.ptr_confirmed"
						: "cli.lookup.ptr_unconfirmed",
			  CLI_ARGS({ "name", l->names[i].name }));
}

void
cli_tell_lookup(struct cli *c, struct inspect_lookup *l)
{
	static const struct {
		const char *kind;
		void (*tell)(struct cli *c, struct inspect_lookup *l);
	} tellers[] = {
		{ "mta-sts", tell_mta_sts }, { "tls-rpt", tell_tls_rpt },
		{ "dmarc", tell_dmarc },     { "spf", tell_spf },
		{ "dkim", tell_dkim },       { "mx", tell_mx },
		{ "bimi", tell_bimi },       { "ptr", tell_ptr },
	};

	for (size_t i = 0; i < COUNT_OF(tellers); i++)
		if (str_eq(str_of(l->kind->name), str_of(tellers[i].kind)))
			tellers[i].tell(c, l);
	cli_tell_findings(c, &l->found, FINDING_OK);
}
