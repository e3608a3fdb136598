/* proof.c - whether a domain is its owner's: name servers of its zone are
 * asked for what only who controls the zone can have put there. */
#include "hosting/tell.h"
#include "log/log.h"
#include "zone/zone.h"

enum {
	LOOKS = 8, /* at a time */
	HOUR = 3600,
	ADDRESSES = 4 /* of each name server */
};

/* What the servers said of one way to prove. */
struct votes {
	unsigned yes, no;
	bool open; /* answers are missing */
};

/* ---- one answer ---- */

static bool
is_said(const struct facts_dns *a)
{
	return a->authoritative &&
	       (a->status == FACTS_FOUND || a->status == FACTS_NODATA ||
		a->status == FACTS_NXDOMAIN);
}

static bool
has(const struct facts_dns *a, struct str value)
{
	for (size_t i = 0; a->status == FACTS_FOUND && i < a->n; i++)
		if (str_eq(a->rr[i].data, value))
			return true;
	return false;
}

static void
count(struct votes *v, const struct facts_dns *a, struct str value)
{
	if (!a)
		v->open = true;
	else if (is_said(a))
		*(has(a, value) ? &v->yes : &v->no) += 1;
}

/* ---- one server ---- */

/* By a name that leads to the domain's own token, or by the TXT record. */
enum { TXT = HOSTED_PLACES, ALL };

static void
ask_server(const struct hosting_proof *p, const struct netaddr *at,
	   struct votes votes[ALL])
{
	struct arena *mem = facts_mem(p->facts);

	for (size_t i = 0; i < HOSTED_PLACES; i++) {
		struct str name =
			hosting_printed(mem, "%s.%.*s", hosted_leads[i].below,
					STR_ARG(p->name));
		struct str target = hosting_printed(
			mem, "%.*s.%s.%.*s", STR_ARG(p->token),
			hosted_leads[i].label, STR_ARG(p->zone));

		count(&votes[i], facts_ask_at(p->facts, name, FACTS_CNAME, at),
		      target);
	}
	count(&votes[TXT],
	      facts_ask_at(p->facts,
			   hosting_printed(mem, CONTROL_PROOF_LABEL ".%.*s",
					   STR_ARG(p->name)),
			   FACTS_TXT, at),
	      hosting_printed(mem, CONTROL_PROOF_VALUE "%.*s",
			      STR_ARG(p->challenge)));
}

static bool
ask_host(const struct hosting_proof *p, struct str host,
	 struct votes votes[ALL])
{
	static const enum facts_type types[] = { FACTS_A, FACTS_AAAA };
	bool complete = true;

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		const struct facts_dns *a = facts_ask(p->facts, host, types[t]);

		complete = complete && a;
		for (size_t i = 0;
		     a && a->status == FACTS_FOUND && i < a->n && i < ADDRESSES;
		     i++)
			ask_server(p, &a->rr[i].address, votes);
	}
	return complete;
}

/* ---- the judgement ---- */

/* One server that says so while another denies it is no proof, and no proof
 * of the contrary: changes spread slowly. */
static void
decide(struct hosting_proof *p, const struct votes votes[ALL])
{
	unsigned said = 0, yes = 0;

	p->known = false;
	p->proof = CONTROL_UNPROVEN;
	for (size_t i = ALL; i-- > 0;) {
		said += votes[i].yes + votes[i].no;
		yes += votes[i].yes;
		if (votes[i].yes > 0 && votes[i].no == 0)
			p->proof = i == TXT ? CONTROL_BY_TXT
					    : CONTROL_BY_DELEGATION;
	}
	p->known = p->proof != CONTROL_UNPROVEN || (said > 0 && yes == 0);
}

bool
hosting_proof_judge(void *ctx)
{
	struct hosting_proof *p = ctx;
	struct votes votes[ALL] = { { 0 } };
	struct zone_cut cut;
	bool complete = true;

	if (!zone_find(p->facts, p->name, &cut))
		return false;
	for (size_t i = 0;
	     cut.apex.n > 0 && i < cut.ns->n && i < ZONE_SERVERS_MAX; i++)
		complete = ask_host(p, cut.ns->rr[i].data, votes) && complete;
	for (size_t i = 0; i < ALL; i++)
		complete = complete && !votes[i].open;
	if (complete)
		decide(p, votes);
	return complete;
}

/* ---- looks ---- */

struct hosting_asked {
	struct hosting_asked *next, **here;
	struct hosting *h;
	struct hosting_proof proof;
	int64_t id, owner, added_at;
	bool proven;
};

/* A domain that was just added is looked at often, one that nobody cares for
 * seldom; a proof that is there once a day. */
static int64_t
due_at(const struct hosting_asked *l, bool is, int64_t now)
{
	int64_t age = now - l->added_at;
	int64_t wait = 6 * HOUR;

	if (is)
		return now + HOSTING_PROOF_EVERY -
		       (int64_t)(str_hash(l->proof.name) % HOUR);
	if (l->proven)
		wait = HOUR;
	else if (age < HOUR)
		wait = HOSTING_PROOF_SOON;
	else if (age < CIVIL_DAY)
		wait = HOUR / 6;
	return now + wait;
}

static void
settle(const struct hosting_asked *l)
{
	struct hosting *h = l->h;
	int64_t now = h->o.clock();
	bool is = l->proof.proof != CONTROL_UNPROVEN;
	const struct control_proof_seen seen = {
		.id = l->id,
		.proof = l->proof.proof,
		.at = now,
		.due_at = due_at(l, is, now),
	};
	const struct hosting_trouble lost = { l->owner, "hosting.proof_lost",
					      l->proof.name, false };
	struct diag why = { 0 };

	if (is && !l->proven)
		log_info(
			"domain_proven", log_text("domain", l->proof.name),
			log_text("by", str_of(control_proof_name(seen.proof))));
	if (control_hosted_seen(h->control, &seen, &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
	if (l->proven)
		hosting_tell(h, &lost, !is);
}

/* Nobody said anything: what is known stays, and is looked for again. */
static void
put_off(const struct hosting_asked *l)
{
	struct hosting *h = l->h;
	struct diag why = { 0 };

	if (control_hosted_later(h->control, l->id,
				 due_at(l, false, h->o.clock()),
				 &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
}

static void
drop(struct hosting_asked *l)
{
	*l->here = l->next;
	if (l->next)
		l->next->here = l->here;
	l->h->proofs--;
	facts_free(l->proof.facts);
	heap_free(l);
}

static bool
judge(void *ctx)
{
	struct hosting_asked *l = ctx;

	return hosting_proof_judge(&l->proof);
}

static void
done(void *ctx, bool complete)
{
	struct hosting_asked *l = ctx;

	if (complete && l->proof.known)
		settle(l);
	else
		put_off(l);
	drop(l);
}

static void
begin(struct hosting *h, const struct control_hosted *row)
{
	struct hosting_asked *l = heap_new(sizeof(*l));
	struct facts *f = facts_new(HOSTING_FACTS, h->o.clock());
	struct arena *mem = facts_mem(f);

	*l = (struct hosting_asked){ .h = h,
				     .proof = { .facts = f,
						.zone = h->index.zone.name },
				     .id = row->id,
				     .owner = row->owner,
				     .added_at = row->added_at,
				     .proven = row->proven_at != 0 };
	/* A few hundred bytes of a megabyte. */
	(void)!arena_dup(mem, row->name, &l->proof.name);
	(void)!arena_dup(mem, row->token, &l->proof.token);
	(void)!arena_dup(mem, row->challenge, &l->proof.challenge);
	l->next = h->asked;
	l->here = &h->asked;
	if (l->next)
		l->next->here = &l->next;
	h->asked = l;
	h->proofs++;
	inspect_run(h->inspect, f, judge, done, l);
}

void
hosting_proof_turn(struct hosting *h)
{
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	bool found = true;

	while (found && h->proofs < LOOKS) {
		struct control_hosted row;
		struct diag why = { 0 };

		arena_reset(mem);
		if (control_hosted_due(h->control, h->o.clock(), mem, &row,
				       &found, &why) != ERR_NONE) {
			log_warn("hosting_failed", &why);
			return;
		}
		if (found)
			begin(h, &row);
	}
}

void
hosting_proof_stop(struct hosting *h)
{
	while (h->asked)
		drop(h->asked);
}
