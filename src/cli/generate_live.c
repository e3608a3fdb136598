/* generate_live.c - what is published now, as the beginning of a wish. */
#include "cli/generate.h"
#include "mx/mx.h"
#include "os/os.h"

enum { FACTS_MAX = 8 << 20 };

struct live {
	struct cli_generating *g;
	struct facts *f;
	struct str name; /* of the TXT record; empty: not asked */
	bool wants_mx;
	const struct facts_dns *txt;
	struct mx_list mx;
};

static bool
look(void *ctx)
{
	struct live *l = ctx;
	bool complete = true;

	if (l->name.n > 0) {
		l->txt = facts_ask(l->f, l->name, FACTS_TXT);
		complete = l->txt != NULL;
	}
	if (l->wants_mx &&
	    !mx_list(l->f, generate_get(&l->g->wish, GENERATE_DOMAIN), &l->mx))
		complete = false;
	return complete;
}

static bool
is_known(const struct facts_dns *d)
{
	return d->status == FACTS_FOUND || d->status == FACTS_NODATA ||
	       d->status == FACTS_NXDOMAIN;
}

static void
take_text(struct live *l)
{
	struct generate_wish *w = &l->g->wish;

	for (size_t i = 0; l->txt && i < l->txt->n; i++) {
		const struct str text = l->txt->rr[i].data;

		/* A name may have other TXT records. */
		if (generate_parse(w, text, &l->g->given))
			generate_add(w, GENERATE_CURRENT, text);
	}
}

static int
ask(struct live *l)
{
	struct cli *c = l->g->c;
	int code = cli_judge(c, l->f, look, l);

	if (code != CLI_FINE)
		return code;
	if ((l->txt && !is_known(l->txt)) ||
	    (l->wants_mx && l->mx.kind == MX_UNKNOWN)) {
		cli_complain(c, "cli.net.incomplete", CLI_NO_ARGS);
		return CLI_TEMPORARY;
	}
	take_text(l);
	for (size_t i = 0; l->wants_mx && i < l->mx.n; i++)
		generate_add(&l->g->wish, GENERATE_MX, l->mx.host[i].name);
	return CLI_FINE;
}

static struct str
name_of(struct cli_generating *g)
{
	static const char *const prefix[GENERATE_KINDS] = {
		[GENERATE_DMARC] = "_dmarc.",
		[GENERATE_SPF] = "",
		[GENERATE_MTA_STS] = "_mta-sts.",
		[GENERATE_TLS_RPT] = "_smtp._tls.",
	};
	const char *selector = cli_value(g->c, "selector");
	SCOPED_BUF name = BUF(1024);
	struct str out = { 0 };

	if (g->wish.kind == GENERATE_BIMI)
		buf_addf(&name, "%s._bimi.", selector ? selector : "default");
	else if (g->wish.kind == GENERATE_DKIM)
		buf_addf(&name, "%s._domainkey.", selector ? selector : "");
	else
		buf_addz(&name, prefix[g->wish.kind]);
	buf_add(&name, generate_get(&g->wish, GENERATE_DOMAIN));
	return arena_dup(g->c->mem, buf_str(&name), &out) ? out : S("");
}

int
cli_generate_live(struct cli_generating *g)
{
	const struct cli *c = g->c;
	const char *mode = cli_value(c, "mode");
	struct live l = { .g = g };
	int code;

	/* A policy that ends MTA-STS names no servers. */
	l.wants_mx = g->wish.kind == GENERATE_MTA_STS && !cli_given(c, "mx") &&
		     g->wish.v[GENERATE_MX].n == 0 &&
		     !(mode && str_eq(str_of(mode), S("none")));
	if (!l.wants_mx && !cli_given(c, "live"))
		return CLI_FINE;
	l.name = name_of(g);
	l.f = facts_new(FACTS_MAX, os_now());
	code = ask(&l);
	facts_free(l.f);
	return code;
}
