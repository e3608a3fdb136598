/* discover.c - which record speaks for a domain: the tree walk of RFC 9989
 * section 4.10, and the public suffix way of RFC 7489 section 6.6.3. */
#include "dmarcrec/private.h"

static size_t
labels_of(struct str name)
{
	size_t n = name.n > 0;

	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '.';
	return n;
}

/* The last `count` labels of `name`, which has more. */
static struct str
last_labels(struct str name, size_t count)
{
	for (size_t drop = labels_of(name) - count; drop > 0; drop--)
		name = str_sub(name, str_index(name, '.') + 1, name.n);
	return name;
}

static bool
is_known(enum facts_status status)
{
	return status == FACTS_FOUND || status == FACTS_NODATA ||
	       status == FACTS_NXDOMAIN;
}

static void
read_place(struct facts *f, struct dmarcrec_place *place)
{
	const struct facts_dns *answer = place->answer;
	struct str text = STR("");

	place->state = DMARCREC_UNKNOWN;
	if (!is_known(answer->status))
		return;
	for (size_t i = 0; i < answer->n; i++) {
		if (!dmarcrec_is(answer->rr[i].data))
			continue;
		text = answer->rr[i].data;
		place->count++;
	}
	if (place->count == 0)
		place->state = DMARCREC_ABSENT;
	else if (place->count > 1)
		place->state = DMARCREC_MULTIPLE;
	else if (dmarcrec_parse(text, facts_mem(f), &place->record, NULL) ==
		 ERR_NONE)
		place->state = DMARCREC_HERE;
}

/* Asks for all names of a list at once, so that one round is enough. */
static bool
load(struct facts *f, struct dmarcrec_place *place, size_t n)
{
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		SCOPED_BUF name = BUF(DNSNAME_MAX + 16);

		buf_addz(&name, "_dmarc.");
		buf_add(&name, place[i].domain);
		place[i].answer = facts_ask(f, buf_str(&name), FACTS_TXT);
		all = all && place[i].answer != NULL;
	}
	if (!all)
		return false;
	for (size_t i = 0; i < n; i++)
		read_place(f, &place[i]);
	return true;
}

/* The names of a walk; at most eight, RFC 9989 section 4.10. */
static size_t
plan(struct str domain, struct dmarcrec_place *place)
{
	size_t left = labels_of(domain);
	size_t n = 0;

	place[n++] = (struct dmarcrec_place){ .domain = domain };
	if (left > DMARCREC_QUERIES_MAX)
		left = DMARCREC_QUERIES_MAX;
	while (left > 1 && --left > 0)
		place[n++] = (struct dmarcrec_place){ .domain = last_labels(
							      domain, left) };
	return n;
}

struct walk {
	struct str org;
	bool known;
	const struct dmarcrec_place *psd; /* the record with psd=y above */
};

/* Section 4.10.2, over the places of a walk, longest name first. */
static struct walk
judge_walk(const struct dmarcrec_place *place, size_t n)
{
	struct walk w = { .org = place[0].domain, .known = true };

	for (size_t i = 0; i < n; i++) {
		const struct dmarcrec_place *here = &place[i];

		if (here->state == DMARCREC_UNKNOWN) {
			w.known = false;
			return w;
		}
		if (here->state != DMARCREC_HERE)
			continue;
		if (here->record.psd == DMARCREC_PSD_Y && i > 0) {
			w.psd = here;
			w.org = last_labels(place[0].domain,
					    labels_of(here->domain) + 1);
			return w;
		}
		w.org = here->domain;
		if (here->record.psd != DMARCREC_PSD_U)
			return w;
	}
	return w;
}

static const struct dmarcrec_place *
place_of(const struct dmarcrec_found *found, struct str domain)
{
	for (size_t i = 0; i < found->n; i++)
		if (str_eq(found->place[i].domain, domain))
			return &found->place[i];
	return NULL;
}

static bool
is_broken(const struct dmarcrec *rec, bool old)
{
	return rec->p < DMARCREC_NONE || rec->sp == DMARCREC_INVALID ||
	       (!old && rec->np == DMARCREC_INVALID);
}

static enum dmarcrec_policy
one_less(enum dmarcrec_policy policy)
{
	return policy > DMARCREC_NONE ? policy - 1 : policy;
}

static void
take(struct dmarcrec_way *way, enum dmarcrec_policy policy,
     enum dmarcrec_source source)
{
	way->asked = policy;
	way->source = source;
}

/* The policy of the record that was found, section 4.10.1. */
static void
apply(struct dmarcrec_way *way, const struct dmarcrec_found *found, bool old)
{
	const struct dmarcrec *rec = &way->place->record;
	const bool missing = !old && found->exists_known && !found->exists;

	way->outcome = DMARCREC_APPLIES;
	way->pct = old ? rec->pct : 100;
	if (is_broken(rec, old)) {
		take(way, DMARCREC_NONE, DMARCREC_FROM_FAULT);
		if (!dmarcrec_has_address(rec))
			way->outcome = DMARCREC_UNUSABLE;
	} else if (way->inherited && missing && rec->np >= DMARCREC_NONE) {
		take(way, rec->np, DMARCREC_FROM_NP);
	} else if (way->inherited && rec->sp >= DMARCREC_NONE) {
		take(way, rec->sp, DMARCREC_FROM_SP);
	} else {
		take(way, rec->p, DMARCREC_FROM_P);
	}
	way->policy = way->asked;
	if (rec->test && !old)
		way->policy = one_less(way->asked);
	/* Whether sp or np counts hangs on an answer that did not come. */
	if (!old && way->inherited && !found->exists_known &&
	    way->source != DMARCREC_FROM_FAULT && rec->np >= DMARCREC_NONE &&
	    rec->np != way->asked)
		way->outcome = DMARCREC_UNCERTAIN;
}

static void
go_walk(struct dmarcrec_found *found, size_t walked)
{
	const struct walk w = judge_walk(found->place, walked);
	const struct dmarcrec_place *first = &found->place[0];
	struct dmarcrec_way *way = &found->walk;

	*way = (struct dmarcrec_way){ .outcome = DMARCREC_NO_RECORD,
				      .org = w.org,
				      .org_known = w.known,
				      .pct = 100 };
	if (first->state == DMARCREC_HERE) {
		way->place = first;
	} else if (!w.known) {
		way->outcome = DMARCREC_UNCERTAIN;
		return;
	} else {
		way->inherited = true;
		way->place = place_of(found, w.org);
		if (way->place == NULL || way->place->state != DMARCREC_HERE)
			way->place = w.psd;
	}
	if (way->place != NULL)
		apply(way, found, false);
}

static void
go_psl(struct dmarcrec_found *found)
{
	const struct dmarcrec_place *place = &found->place[0];
	struct dmarcrec_way *way = &found->psl;

	*way = (struct dmarcrec_way){ .outcome = DMARCREC_NO_RECORD,
				      .org = dnsname_org(found->domain),
				      .org_known = true,
				      .pct = 100 };
	/* Several records end the search (step 5), none lets it go on. */
	if (place->state == DMARCREC_ABSENT &&
	    !str_eq(way->org, found->domain)) {
		place = place_of(found, way->org);
		way->inherited = true;
	}
	if (place == NULL || place->state == DMARCREC_UNKNOWN) {
		way->outcome = DMARCREC_UNCERTAIN;
	} else if (place->state == DMARCREC_HERE) {
		way->place = place;
		apply(way, found, true);
	}
}

bool
dmarcrec_discover(struct facts *f, struct str domain,
		  struct dmarcrec_found *out)
{
	const struct facts_dns *name;
	struct str org;
	size_t walked;

	*out = (struct dmarcrec_found){ .domain = domain };
	if (!dnsname_fold(domain, facts_mem(f), &out->domain))
		out->domain = domain;
	walked = out->n = plan(out->domain, out->place);
	org = dnsname_org(out->domain);
	if (place_of(out, org) == NULL)
		out->place[out->n++] = (struct dmarcrec_place){ .domain = org };
	name = facts_ask(f, out->domain, FACTS_A);
	if (!load(f, out->place, out->n) || name == NULL)
		return false;
	out->exists_known = is_known(name->status);
	/* A CNAME that leads nowhere is a name that exists. */
	out->exists = name->status != FACTS_NXDOMAIN || name->chain_n > 0;
	go_walk(out, walked);
	go_psl(out);
	return true;
}

bool
dmarcrec_org(struct facts *f, struct str domain, struct str *org, bool *known)
{
	struct dmarcrec_place place[DMARCREC_QUERIES_MAX];
	const size_t n = plan(domain, place);
	struct walk w;

	if (!load(f, place, n))
		return false;
	w = judge_walk(place, n);
	*org = w.org;
	*known = w.known;
	return true;
}

bool
dmarcrec_aligned(struct str from, struct str name, bool strict,
		 struct str from_org, struct str name_org)
{
	if (from.n == 0 || name.n == 0)
		return false;
	if (str_eq(from, name))
		return true;
	return !strict && from_org.n > 0 && str_eq(from_org, name_org);
}
