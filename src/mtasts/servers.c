/* servers.c - the name servers asked one by one: whether each answers for the
 * domain, and whether all tell the same record. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"

enum { SERVERS_MAX = 4 };

/* What a server says of _mta-sts.DOMAIN, comparable; 0 when it says nothing
 * that can be compared. */
static uint64_t
voice(const struct facts_dns *txt)
{
	uint64_t sum = 1;

	if (!txt->authoritative || facts_trouble(txt->status))
		return 0;
	if (txt->chain_n > 0)
		return str_hash(txt->chain[0]) | 1;
	if (txt->status == FACTS_FOUND)
		for (size_t i = 0; i < txt->n; i++)
			sum += str_hash(txt->rr[i].data) << 1;
	return sum;
}

static struct str
words(struct mtasts_walk *w, const struct facts_dns *txt)
{
	if (txt->chain_n > 0)
		return mtasts_text(w, "CNAME %.*s", STR_ARG(txt->chain[0]));
	if (txt->status != FACTS_FOUND || txt->n == 0)
		return S("-");
	return mtasts_text(w, "\"%.*s\"", STR_ARG(txt->rr[0].data));
}

static bool
address_of(struct mtasts_walk *w, struct str server, struct netaddr *out)
{
	const struct facts_dns *a = mtasts_ask(w, server, FACTS_A);
	const struct facts_dns *aaaa = mtasts_ask(w, server, FACTS_AAAA);

	if (!a || !aaaa)
		return false;
	if (a->status == FACTS_FOUND && a->n > 0)
		*out = a->rr[0].address;
	else if (aaaa->status == FACTS_FOUND && aaaa->n > 0)
		*out = aaaa->rr[0].address;
	else
		return false;
	return true;
}

/* A server that refuses, or answers without authority, is not one of the
 * domain's: lame. Silence is told of by others. */
static void
judge_server(struct mtasts_walk *w, struct str server,
	     const struct facts_dns *soa)
{
	bool refused = soa->status == FACTS_REFUSED;

	if (!refused && (facts_trouble(soa->status) || soa->authoritative))
		return;
	mtasts_tell(w, &(struct mtasts_say){ .code = "dns.lame",
					     .host = server,
					     .detail = refused ? S("REFUSED")
							       : S("AA=0") });
}

void
mtasts_walk_servers(struct mtasts_walk *w)
{
	const struct facts_dns *ns = mtasts_ask(w, w->domain, FACTS_NS);
	uint64_t first = 0;
	struct str all = STR("");
	bool differ = false;

	for (size_t i = 0; ns && i < ns->n && i < SERVERS_MAX; i++) {
		struct str server = ns->rr[i].data;
		struct netaddr at;
		const struct facts_dns *soa, *txt;
		uint64_t now;

		if (!address_of(w, server, &at))
			continue;
		soa = facts_ask_at(w->f, w->domain, FACTS_SOA, &at);
		txt = facts_ask_at(w->f, w->label, FACTS_TXT, &at);
		w->later = w->later || !soa || !txt;
		if (!soa || !txt)
			continue;
		judge_server(w, server, soa);
		now = voice(txt);
		if (!now)
			continue;
		all = mtasts_text(w, "%.*s%s%.*s: %.*s", STR_ARG(all),
				  all.n > 0 ? ", " : "", STR_ARG(server),
				  STR_ARG(words(w, txt)));
		differ = differ || (first && first != now);
		first = now;
	}
	if (differ)
		mtasts_tell(w,
			    &(struct mtasts_say){ .code = "dns.ns_inconsistent",
						  .detail = all,
						  .evidence = all });
}
