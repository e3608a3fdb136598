/* check.c - what is wrong with the DMARC of a domain, DNS included. */
#include "dmarcrec/private.h"

enum { TTL_SHORT = 300, TTL_LONG = CIVIL_DAY }; /* seconds */

struct look {
	struct facts *f;
	struct finding_list *out;
	struct str domain;
	struct dmarcrec_found found;
	/* TXT of names where a record is of no use or does harm. */
	const struct facts_dns *apex, *twice, *zone_twice, *below, *wild;
	const struct facts_dns *cname; /* CNAME of _dmarc.domain */
};

static const struct facts_dns *
ask(struct look *l, const char *before, struct str after, enum facts_type type)
{
	SCOPED_BUF name = BUF(2 * DNSNAME_MAX + 32);

	buf_addz(&name, before);
	buf_add(&name, l->domain);
	buf_add(&name, after);
	return facts_ask(l->f, buf_str(&name), type);
}

static bool
gather(struct look *l)
{
	const struct str again =
		dmarcrec_join(facts_mem(l->f), S("."), l->domain);
	const bool ready = dmarcrec_discover(l->f, l->domain, &l->found);

	l->apex = ask(l, "", S(""), FACTS_TXT);
	l->twice = ask(l, "_dmarc._dmarc.", S(""), FACTS_TXT);
	l->zone_twice = ask(l, "_dmarc.", again, FACTS_TXT);
	l->below = ask(l, "*._dmarc.", S(""), FACTS_TXT);
	l->wild = ask(l, "*.", S(""), FACTS_TXT);
	l->cname = ask(l, "_dmarc.", S(""), FACTS_CNAME);
	return ready && l->apex && l->twice && l->zone_twice && l->below &&
	       l->wild && l->cname;
}

/* ---- records at wrong names ---- */

/* The first text that was meant to be a policy record. */
static const struct facts_rr *
stray(const struct facts_dns *answer)
{
	for (size_t i = 0; answer->status == FACTS_FOUND && i < answer->n; i++)
		if (dmarcrec_resembles(answer->rr[i].data))
			return &answer->rr[i];
	return NULL;
}

static bool
tell_stray(struct look *l, const char *code, const struct facts_dns *answer)
{
	const struct facts_rr *rr = stray(answer);
	struct finding_found *found;
	struct dmarcrec rec, better;

	if (rr == NULL)
		return false;
	found = finding_add(l->out, code, rr->data, "name", &answer->name,
			    "domain", &l->domain, NULL);
	if (l->found.place[0].state == DMARCREC_ABSENT &&
	    dmarcrec_parse(rr->data, l->out->mem, &rec, NULL) == ERR_NONE &&
	    dmarcrec_convert(&rec, l->out->mem, &better))
		dmarcrec_offer(found, &better, l->domain, l->out->mem);
	return true;
}

/* True when one was found. A wildcard answers for the other names as well,
 * so it is told alone. */
static bool
check_names(struct look *l)
{
	bool some = tell_stray(l, "dmarc.at_apex", l->apex);

	if (stray(l->wild) != NULL)
		return tell_stray(l, "dmarc.wildcard", l->wild);
	if (stray(l->below) != NULL)
		return tell_stray(l, "dmarc.wildcard", l->below) || some;
	some = tell_stray(l, "dmarc.name_doubled", l->twice) || some;
	return tell_stray(l, "dmarc.name_doubled", l->zone_twice) || some;
}

/* ---- the place where it belongs ---- */

static const char *
status_word(enum facts_status status)
{
	static const char *const words[] = { "found",    "no data",
					     "NXDOMAIN", "SERVFAIL",
					     "bogus",    "REFUSED",
					     "timeout",  "CNAME loop" };

	return (size_t)status < COUNT_OF(words) ? words[status] : "?";
}

static void
tell_unknown(struct look *l, const struct dmarcrec_place *place)
{
	struct str detail = str_of(status_word(place->answer->status));
	struct str name = place->answer->name;
	SCOPED_BUF size = BUF(24);
	struct str bytes;

	if (place->answer->status == FACTS_FOUND && place->count > 0) {
		buf_addf(&size, "%zu", place->answer->rr[0].data.n);
		bytes = buf_str(&size);
		(void)finding_add(l->out, "dmarc.record_too_long", S(""),
				  "detail", &bytes, NULL);
		return;
	}
	(void)finding_add(l->out, "dmarc.unknown", place->answer->why, "name",
			  &name, "detail", &detail, "domain", &l->domain, NULL);
}

static void
no_stricter(enum dmarcrec_policy *mine, enum dmarcrec_policy other)
{
	if (other < *mine)
		*mine = other;
}

/* All addresses of two lists; every one once. */
static bool
join_uris(struct dmarcrec_uri **list, size_t *n,
	  const struct dmarcrec_uri *more, size_t more_n, struct arena *mem)
{
	struct dmarcrec_uri *all = arena_array(mem, *n + more_n, sizeof *all);
	size_t count = *n;

	if (all == NULL || *n + more_n > DMARCREC_URIS_MAX)
		return false;
	for (size_t i = 0; i < *n; i++)
		all[i] = (*list)[i];
	for (size_t i = 0; i < more_n; i++) {
		bool there = false;

		for (size_t j = 0; j < count; j++)
			there = there || str_eq(all[j].uri, more[i].uri);
		if (!there)
			all[count++] = more[i];
	}
	*list = all;
	*n = count;
	return true;
}

/* One record of several: the mildest policy, so that no mail is lost by the
 * repair, and every address. */
static bool
merge(struct look *l, const struct facts_dns *answer, struct dmarcrec *all)
{
	struct arena *mem = l->out->mem;
	bool first = true;

	for (size_t i = 0; i < answer->n; i++) {
		struct dmarcrec rec, one;

		if (!dmarcrec_is(answer->rr[i].data))
			continue;
		if (dmarcrec_parse(answer->rr[i].data, mem, &rec, NULL) !=
			    ERR_NONE ||
		    !dmarcrec_convert(&rec, mem, &one))
			return false;
		if (first) {
			*all = one;
			first = false;
			continue;
		}
		no_stricter(&all->p, one.p);
		no_stricter(&all->sp, one.sp);
		no_stricter(&all->np, one.np);
		all->dkim_strict = all->dkim_strict && one.dkim_strict;
		all->spf_strict = all->spf_strict && one.spf_strict;
		all->test = all->test || one.test;
		if (!join_uris(&all->rua, &all->rua_n, one.rua, one.rua_n,
			       mem) ||
		    !join_uris(&all->ruf, &all->ruf_n, one.ruf, one.ruf_n, mem))
			return false;
	}
	return !first;
}

static void
tell_multiple(struct look *l)
{
	const struct dmarcrec_place *place = &l->found.place[0];
	SCOPED_BUF seen = BUF(DMARCREC_TEXT_MAX);
	SCOPED_BUF count = BUF(24);
	struct finding_found *found;
	struct dmarcrec all;
	struct str n;

	buf_addf(&count, "%zu", place->count);
	n = buf_str(&count);
	for (size_t i = 0; i < place->answer->n; i++) {
		if (!dmarcrec_is(place->answer->rr[i].data))
			continue;
		if (seen.n > 0)
			buf_addc(&seen, '\n');
		buf_add(&seen, place->answer->rr[i].data);
	}
	found = finding_add(l->out, "dmarc.multiple", buf_str(&seen), "count",
			    &n, "domain", &l->domain, NULL);
	if (merge(l, place->answer, &all))
		dmarcrec_offer(found, &all, l->domain, l->out->mem);
}

/* No record that receivers see. True when something that was meant to be one
 * stands there. */
static bool
lint_lookalikes(struct look *l)
{
	const struct facts_dns *answer = l->found.place[0].answer;
	bool some = false;

	for (size_t i = 0; answer->status == FACTS_FOUND && i < answer->n;
	     i++) {
		struct dmarcrec rec;

		if (!dmarcrec_resembles(answer->rr[i].data) ||
		    dmarcrec_parse(answer->rr[i].data, l->out->mem, &rec,
				   NULL) != ERR_NONE)
			continue;
		dmarcrec_lint(&rec, l->domain, l->out);
		some = true;
	}
	return some;
}

static void
tell_absent(struct look *l, bool strayed)
{
	const struct dmarcrec_found *found = &l->found;
	const struct dmarcrec_way *way = &found->walk;
	const struct dmarcrec watch = { .p = DMARCREC_NONE };
	struct finding_found *told;

	if (way->outcome != DMARCREC_APPLIES)
		way = &found->psl;
	if (way->outcome == DMARCREC_APPLIES) {
		struct str policy = str_of(dmarcrec_policy_name(way->policy));

		(void)finding_add(l->out, "dmarc.inherited",
				  way->place->record.text, "domain", &l->domain,
				  "parent", &way->place->domain, "policy",
				  &policy, NULL);
		return;
	}
	if (found->walk.outcome == DMARCREC_UNCERTAIN) {
		for (size_t i = 0; i < found->n; i++)
			if (found->place[i].state == DMARCREC_UNKNOWN)
				tell_unknown(l, &found->place[i]);
		return;
	}
	if (strayed)
		return;
	told = finding_add(l->out, "dmarc.record_missing", S(""), "domain",
			   &l->domain, NULL);
	dmarcrec_offer(told, &watch, l->domain, l->out->mem);
}

static void
check_answer(struct look *l)
{
	const struct facts_dns *answer = l->found.place[0].answer;

	if (answer->chain_n > 0 && (answer->status == FACTS_NXDOMAIN ||
				    answer->status == FACTS_NODATA))
		(void)finding_add(l->out, "dmarc.cname_dangling", S(""),
				  "domain", &l->domain, "target",
				  &answer->chain[answer->chain_n - 1], NULL);
	if (answer->status != FACTS_FOUND)
		return;
	if (l->cname->status == FACTS_FOUND && answer->chain_n == 0 &&
	    answer->n > 0)
		(void)finding_add(l->out, "dmarc.cname_txt", answer->rr[0].data,
				  "domain", &l->domain, NULL);
	if (answer->ttl > TTL_LONG)
		(void)finding_add(l->out, "dmarc.ttl_long", S(""), "domain",
				  &l->domain, NULL);
	if (answer->ttl < TTL_SHORT)
		(void)finding_add(l->out, "dmarc.ttl_short", S(""), "domain",
				  &l->domain, NULL);
}

/* ---- the two schools ---- */

static struct str
describe(const struct dmarcrec_way *way)
{
	if (way->outcome == DMARCREC_APPLIES)
		return str_of(dmarcrec_policy_name(way->asked));
	return S("-");
}

static void
check_ways(struct look *l)
{
	const struct dmarcrec_way *walk = &l->found.walk;
	const struct dmarcrec_way *psl = &l->found.psl;
	struct str a = describe(walk), b = describe(psl);

	if (walk->org_known && !str_eq(walk->org, psl->org) &&
	    (walk->place != NULL || psl->place != NULL))
		(void)finding_add(l->out, "dmarc.org_differs", S(""), "domain",
				  &l->domain, "walk", &walk->org, "psl",
				  &psl->org, NULL);
	if (walk->outcome != DMARCREC_UNCERTAIN &&
	    psl->outcome != DMARCREC_UNCERTAIN && !str_eq(a, b))
		(void)finding_add(l->out, "dmarc.policy_differs", S(""),
				  "domain", &l->domain, "walk", &a, "psl", &b,
				  NULL);
}

/* RFC 9989 section 11.8: a public suffix with a record, but without psd=y,
 * takes the domain into its own organisation. */
static void
check_parents(struct look *l)
{
	const struct dmarcrec_found *found = &l->found;
	const struct dmarcrec_place *own = &found->place[0];

	for (size_t i = 0; i < found->n; i++) {
		const struct dmarcrec_place *here = &found->place[i];
		struct finding_found *told;
		struct dmarcrec better;

		if (here->state != DMARCREC_HERE)
			continue;
		if (here->record.psd != DMARCREC_PSD_U)
			return;
		if (i == 0 || !dnsname_is_suffix(here->domain))
			continue;
		told = finding_add(l->out, "dmarc.psd_parent",
				   here->record.text, "domain", &l->domain,
				   "parent", &here->domain, NULL);
		if (own->state == DMARCREC_HERE &&
		    dmarcrec_convert(&own->record, l->out->mem, &better)) {
			better.psd = DMARCREC_PSD_N;
			dmarcrec_offer(told, &better, l->domain, l->out->mem);
		}
	}
}

static void
check_effect(struct look *l)
{
	const struct dmarcrec *rec = &l->found.place[0].record;
	const struct dmarcrec_way *walk = &l->found.walk;

	if ((rec->sp != DMARCREC_UNSET || rec->np != DMARCREC_UNSET) &&
	    walk->org_known && !str_eq(walk->org, l->found.domain) &&
	    !str_eq(l->found.psl.org, l->found.domain))
		(void)finding_add(l->out, "dmarc.sp_no_effect", rec->text,
				  "domain", &l->domain, "parent", &walk->org,
				  NULL);
}

bool
dmarcrec_check(struct facts *f, const struct facts_subject *s,
	       struct finding_list *out)
{
	struct look l = { .f = f, .out = out, .domain = s->domain };
	const struct dmarcrec_place *own = &l.found.place[0];
	bool ready = gather(&l);
	bool strayed;

	if (!ready)
		return false;
	check_answer(&l);
	strayed = check_names(&l);
	switch (own->state) {
	case DMARCREC_UNKNOWN:
		tell_unknown(&l, own);
		break;
	case DMARCREC_MULTIPLE:
		tell_multiple(&l);
		break;
	case DMARCREC_ABSENT:
		strayed = lint_lookalikes(&l) || strayed;
		tell_absent(&l, strayed);
		break;
	case DMARCREC_HERE:
		dmarcrec_lint(&own->record, l.domain, out);
		dmarcrec_check_seen(&own->record, s, out);
		check_effect(&l);
		ready = dmarcrec_check_hosts(f, own, out);
		break;
	}
	check_parents(&l);
	check_ways(&l);
	return ready;
}
