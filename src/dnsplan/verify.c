/* verify.c - whether a change has arrived: at each name server by itself, and
 * where everybody asks. */
#include "dnsplan/private.h"

static const char *const states[] = { "waiting", "missing", "different",
				      "partly",  "cached",  "verified" };

const char *
dnsplan_state_name(enum dnsplan_state state)
{
	return states[state];
}

struct verifying {
	struct facts *f;
	const struct dnsplan_place *place;
	int64_t applied_at;
	struct arena *mem;
	bool missing;
};

/* ---- one server ---- */

static void
look_at(struct verifying *v, const struct dnsplan_change *c,
	const struct netaddr *at, struct dnsplan_server *out)
{
	struct dnsplan_set set;

	out->state = DNSPLAN_WAITING;
	if (!dnsplan_ask(v->f, at, c->name, dnsplan_type(c->type), &set)) {
		v->missing = true;
		return;
	}
	if (set.unknown || !dnsplan_copy(set.value, set.n, v->mem, &out->seen))
		return;
	out->seen_n = set.n;
	if (dnsplan_same(set.value, set.n, c->after, c->after_n))
		out->state = DNSPLAN_VERIFIED;
	else
		out->state = set.n == 0 ? DNSPLAN_MISSING : DNSPLAN_DIFFERENT;
}

/* ---- all addresses of a host ---- */

static bool
is_counted(const struct dnsplan_seen *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(s->server[k].host, s->server[i].host))
			return true;
	return false;
}

/* The host has it when an address says so and none says otherwise. */
static bool
host_has_it(const struct dnsplan_seen *s, struct str host)
{
	bool yes = false;

	for (size_t i = 0; i < s->n; i++) {
		if (!str_eq(s->server[i].host, host))
			continue;
		if (s->server[i].state == DNSPLAN_VERIFIED)
			yes = true;
		else if (s->server[i].state != DNSPLAN_WAITING)
			return false;
	}
	return yes;
}

static bool
some_server(const struct dnsplan_seen *s, enum dnsplan_state state)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->server[i].state == state)
			return true;
	return false;
}

/* ---- one change ---- */

static enum dnsplan_state
judge_servers(const struct dnsplan_seen *s)
{
	if (s->servers == 0)
		return s->resolver.state;
	if (s->have == s->servers)
		return DNSPLAN_VERIFIED;
	if (s->have > 0)
		return DNSPLAN_PARTLY;
	if (some_server(s, DNSPLAN_DIFFERENT))
		return DNSPLAN_DIFFERENT;
	return some_server(s, DNSPLAN_MISSING) ? DNSPLAN_MISSING
					       : DNSPLAN_WAITING;
}

/* What was there may be remembered for as long as its TTL said. When that is
 * over, the public view must agree. */
static enum dnsplan_state
judge(const struct verifying *v, const struct dnsplan_change *c,
      struct dnsplan_seen *s)
{
	enum dnsplan_state state = judge_servers(s);

	if (state != DNSPLAN_VERIFIED || c->what == DNSPLAN_KEEP)
		return state;
	s->until = v->applied_at + c->now_ttl;
	if (facts_now(v->f) < s->until)
		return DNSPLAN_CACHED;
	return s->resolver.state == DNSPLAN_WAITING ? DNSPLAN_CACHED
						    : s->resolver.state;
}

static void
verify_change(struct verifying *v, const struct dnsplan_change *c,
	      struct dnsplan_seen *s)
{
	*s = (struct dnsplan_seen){ 0 };
	for (size_t i = 0; i < v->place->n; i++) {
		const struct dnsplan_host *h = &v->place->host[i];
		struct dnsplan_server *to = &s->server[s->n++];

		to->host = h->name;
		to->address = *h->address;
		if (h->answers)
			look_at(v, c, h->address, to);
	}
	look_at(v, c, NULL, &s->resolver);
	/* No server may be asked from here: the resolver's word counts. */
	for (size_t i = 0; v->place->ask && i < s->n; i++) {
		if (is_counted(s, i))
			continue;
		s->servers++;
		if (host_has_it(s, s->server[i].host))
			s->have++;
	}
	s->state = judge(v, c, s);
}

bool
dnsplan_verify(struct facts *f, const struct dnsplan *p, int64_t applied_at,
	       struct arena *mem, struct dnsplan_check *out)
{
	struct dnsplan_place place;
	struct verifying v = {
		.f = f, .place = &place, .applied_at = applied_at, .mem = mem
	};

	*out = (struct dnsplan_check){ .state = DNSPLAN_VERIFIED, .n = p->n };
	if (!dnsplan_find(f, p->domain, &place))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		struct dnsplan_seen *s = &out->at[i];

		verify_change(&v, &p->at[i], s);
		if (s->state < out->state)
			out->state = s->state;
		if (s->until > out->until)
			out->until = s->until;
	}
	return !v.missing;
}
