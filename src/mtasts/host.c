/* host.c - mta-sts.DOMAIN: its addresses, and which of them decides. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"
#include "netaddr/netaddr.h"

struct visits {
	struct mtasts_visit at[MTASTS_ADDRESSES_MAX];
	size_t n;
	size_t judged;
};

static void
add_addresses(struct visits *all, const struct facts_dns *answer)
{
	if (answer->status != FACTS_FOUND)
		return;
	for (size_t i = 0; i < answer->n && all->n < COUNT_OF(all->at); i++)
		all->at[all->n++] =
			(struct mtasts_visit){ .address =
						       answer->rr[i].address };
}

static struct str
chain_end(const struct facts_dns *answer)
{
	return answer->chain_n > 0 ? answer->chain[answer->chain_n - 1]
				   : (struct str){ "", 0 };
}

/* Why there is no address at all. */
static void
tell_homeless(struct mtasts_walk *w, const struct facts_dns *a,
	      const struct facts_dns *aaaa)
{
	struct mtasts_say say = { .host = w->host };
	const struct facts_dns *gone = a->status == FACTS_NXDOMAIN ? a : aaaa;

	if (gone->status == FACTS_NXDOMAIN && gone->chain_n > 0)
		say.code = "mtasts.host_cname_dangling";
	else if (gone->status == FACTS_NXDOMAIN)
		say.code = "mtasts.host_nxdomain";
	else
		say.code = "mtasts.host_nodata";
	say.detail = chain_end(gone);
	say.evidence = say.detail;
	mtasts_stop(w, MTASTS_FETCH_ERROR, &say);
}

/* A failing look-up of one family ends the way only when the other family has
 * no address either. */
static void
tell_dns(struct mtasts_walk *w, const struct facts_dns *answer, bool lost)
{
	const char *code = facts_trouble(answer->status);

	if (lost)
		(void)mtasts_answer(w, answer);
	else if (code)
		mtasts_tell(w, &(struct mtasts_say){ .code = code,
						     .host = answer->name,
						     .detail = answer->why });
}

static bool
connected(const struct facts_web *web)
{
	return web->stage > FACTS_CONN_TIMEOUT;
}

static bool
reached_nothing(const struct facts_web *web)
{
	return web->stage == FACTS_CONN_REFUSED ||
	       web->stage == FACTS_CONN_TIMEOUT;
}

/* The address that decides: the first that takes a connection, else the first
 * that could be tried. */
static size_t
choose(const struct visits *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (connected(all->at[i].web))
			return i;
	for (size_t i = 0; i < all->n; i++)
		if (reached_nothing(all->at[i].web))
			return i;
	return 0;
}

static struct str
address_text(struct mtasts_walk *w, const struct netaddr *address)
{
	char text[NETADDR_PRINT_MAX];

	return mtasts_text(w, "%s", netaddr_print(address, text));
}

/* IPv6 without an answer, where IPv4 gives one. */
static bool
is_broken_v6(const struct visits *all, size_t i)
{
	const struct mtasts_visit *decides = &all->at[all->judged];

	return !netaddr_is_v4(&all->at[i].address) &&
	       netaddr_is_v4(&decides->address) && connected(decides->web) &&
	       reached_nothing(all->at[i].web);
}

/* Whether the answer of address `i` is one to compare, and another one than
 * that of the deciding address. */
static bool
is_other(struct mtasts_walk *w, const struct visits *all, size_t i)
{
	const struct mtasts_visit *a = &all->at[all->judged];
	const struct mtasts_visit *b = &all->at[i];
	const char *fault_a, *fault_b;

	if (i == all->judged || b->web->stage == FACTS_UNREACHABLE ||
	    is_broken_v6(all, i))
		return false;
	fault_a = mtasts_visit_fault(w, a);
	fault_b = mtasts_visit_fault(w, b);
	if (fault_a || fault_b)
		return !fault_a || !fault_b ||
		       !str_eq(str_of(fault_a), str_of(fault_b));
	return !str_eq(a->web->body, b->web->body);
}

static void
compare(struct mtasts_walk *w, struct visits *all)
{
	struct str text = STR("");
	bool differ = false;

	for (size_t i = 0; i < all->n; i++) {
		if (is_broken_v6(all, i)) {
			struct str at = address_text(w, &all->at[i].address);

			mtasts_tell(w,
				    &(struct mtasts_say){
					    .code = "mtasts.aaaa_broken",
					    .host = w->host,
					    .detail = at,
					    .evidence = all->at[i].web->why });
		}
		if (!is_other(w, all, i))
			continue;
		differ = true;
		all->at[i].where = address_text(w, &all->at[i].address);
		text = mtasts_text(w, "%.*s%s%.*s", STR_ARG(text),
				   text.n > 0 ? ", " : "",
				   STR_ARG(all->at[i].where));
	}
	if (!differ)
		return;
	all->at[all->judged].where =
		address_text(w, &all->at[all->judged].address);
	mtasts_tell(w, &(struct mtasts_say){
			       .code = "mtasts.vantage_differs",
			       .host = w->host,
			       .detail = mtasts_text(
				       w, "%.*s / %.*s",
				       STR_ARG(all->at[all->judged].where),
				       STR_ARG(text)),
			       .evidence = text });
}

static void
walk_visits(struct mtasts_walk *w, struct visits *all)
{
	struct mtasts_visit *decides = &all->at[all->judged];

	decides->judged = true;
	/* Nobody meant to have a policy, and there is none: no word of it. */
	if (w->nothing && mtasts_visit_fault(w, decides))
		return;
	compare(w, all);
	mtasts_walk_visit(w, decides);
	for (size_t i = 0; i < all->n; i++)
		if (i != all->judged && all->at[i].where.n > 0)
			mtasts_walk_visit(w, &all->at[i]);
}

void
mtasts_walk_host(struct mtasts_walk *w)
{
	const struct facts_dns *a = mtasts_ask(w, w->host, FACTS_A);
	const struct facts_dns *aaaa = mtasts_ask(w, w->host, FACTS_AAAA);
	struct visits all = { .n = 0 };
	bool waiting = false;

	if (!a || !aaaa)
		return;
	add_addresses(&all, a);
	add_addresses(&all, aaaa);
	if (all.n == 0 && w->nothing)
		return;
	tell_dns(w, a, all.n == 0);
	tell_dns(w, aaaa, all.n == 0);
	if (all.n == 0) {
		if (!facts_trouble(a->status) && !facts_trouble(aaaa->status))
			tell_homeless(w, a, aaaa);
		return;
	}
	for (size_t i = 0; i < all.n; i++) {
		all.at[i].web = facts_fetch(w->f, w->host,
					    S("/.well-known/mta-sts.txt"),
					    &all.at[i].address);
		waiting = waiting || !all.at[i].web;
	}
	w->later = w->later || waiting;
	if (waiting)
		return;
	all.judged = choose(&all);
	walk_visits(w, &all);
}
