/* sts.c - what is known of a domain on its way to enforcing MTA-STS. */
#include "insight/private.h"

enum {
	REPORTERS_MAX = 64, /* that are asked one by one, largest first */
	HISTORY_DAYS = 90,  /* in which reporters are counted */
	MX_TEXT_MAX = 4096,
	GREEN_LOOKS = 2,
	OWN_TTL = 300 /* seconds, of the records we publish */
};

struct gathering {
	const struct insight_asked *a;
	struct insight_sts *out;
	struct insight_watch watch;
	struct stsmode_mx *mx; /* INSIGHT_SERVERS_MAX */
};

/* ---- hosting ---- */

static enum err
read_hosting(struct gathering *g, struct diag *why)
{
	const struct insight_asked *a = g->a;
	struct insight_sts *out = g->out;
	struct diag none = { 0 };
	SCOPED_BUF name = BUF(MX_TEXT_MAX);
	enum err e = control_hosted_find(a->control, a->owner, a->domain->name,
					 a->mem, &out->host, &none);

	if (e != ERR_NONE && e != ERR_GONE)
		return diag_set(why, e, none.code, 0, "%s", none.detail);
	out->hosted = e == ERR_NONE;
	/* What was hosted before may still be cached. */
	e = control_versions_over(a->control, a->domain->name, a->now,
				  &out->facts.retired_end, why);
	if (e != ERR_NONE || !out->hosted)
		return e;
	e = control_versions_now(a->control, out->host.id, a->mem, &out->newest,
				 &out->announced, why);
	buf_addf(&name, "mta-sts.%.*s", STR_ARG(a->domain->name));
	if (e == ERR_NONE)
		e = control_cert_find(a->control, buf_str(&name), a->mem,
				      &out->cert, &out->has_cert, why);
	return e;
}

struct looking {
	struct str id;
	bool found;
};

static enum err
take_version(void *ctx, const struct control_version *v)
{
	struct looking *l = ctx;

	if (str_eq(v->sts_id, l->id))
		l->found = true;
	return ERR_NONE;
}

static enum err
take_fetch(void *ctx, const struct control_fetches *f)
{
	struct looking *l = ctx;

	if (f->n > 0 && str_eq(f->sts_id, l->id))
		l->found = true;
	return ERR_NONE;
}

/* The names lead here when a look from outside met one of our policies, or
 * when the proof of ownership was the delegation itself. */
static enum err
judge_delegation(struct gathering *g, struct diag *why)
{
	struct insight_sts *out = g->out;
	struct looking l = { .id = out->watched.policy.id };
	enum err e = ERR_NONE;

	if (l.id.n > 0)
		e = control_versions(g->a->control, out->host.id, take_version,
				     &l, why);
	if (l.found || out->host.proof == CONTROL_BY_DELEGATION)
		out->facts.delegated = STSMODE_YES;
	else if (out->announced.id > 0 &&
		 out->watched.checked_at > out->announced.announced_at)
		out->facts.delegated = STSMODE_NO;
	return e;
}

/* By a sender that fetched the newest version, or by the authority when it
 * made the certificate. */
static enum err
judge_seen(struct gathering *g, struct diag *why)
{
	struct insight_sts *out = g->out;
	struct looking l = { .id = out->newest.sts_id };
	enum err e;

	if (out->newest.id == 0)
		return ERR_NONE;
	e = control_fetches(g->a->control, out->host.id,
			    civil_day(out->newest.made_at), take_fetch, &l,
			    why);
	if (out->has_cert && out->cert.issued_at > 0 && out->cert.chain.n > 0)
		l.found = true;
	out->facts.seen_outside = l.found ? STSMODE_YES : STSMODE_NO;
	return e;
}

static enum err
judge_hosting(struct gathering *g, struct diag *why)
{
	struct insight_sts *out = g->out;
	const struct control_hosted *h = &out->host;
	enum err e;

	if (!out->hosted) {
		out->facts.proven = out->facts.delegated = STSMODE_NO;
		return ERR_NONE;
	}
	out->facts.state = h->mode;
	out->facts.days = h->mode_since > 0 && g->a->now >= h->mode_since
				  ? (g->a->now - h->mode_since) / CIVIL_DAY
				  : STSMODE_NOT_KNOWN;
	if (control_hosted_good(h, g->a->now))
		out->facts.proven = STSMODE_YES;
	else if (h->checked_at > 0)
		out->facts.proven = STSMODE_NO;
	e = judge_delegation(g, why);
	return e == ERR_NONE ? judge_seen(g, why) : e;
}

/* ---- mail servers ---- */

static struct stsmode_mx *
server_of(struct gathering *g, struct str host)
{
	for (size_t i = 0; i < g->out->facts.mx_n; i++)
		if (str_eq(g->mx[i].host, host))
			return &g->mx[i];
	return NULL;
}

static void
add_server(struct gathering *g, struct str host)
{
	size_t *n = &g->out->facts.mx_n;

	if (*n < INSIGHT_SERVERS_MAX && !server_of(g, host))
		g->mx[(*n)++] =
			(struct stsmode_mx){ .host = host,
					     .days_left = STSMODE_NOT_KNOWN,
					     .addresses = STSMODE_NOT_KNOWN,
					     .green = STSMODE_NOT_KNOWN };
}

/* "10 mx.example.com" a line; none at all: the domain takes its own mail (RFC
 * 5321 section 5.1); "0 .": it takes none. */
static void
read_servers(struct gathering *g)
{
	struct stsmode_facts *f = &g->out->facts;
	struct str rest = g->watch.mx, line;

	f->mx = g->mx;
	if (!g->watch.mx.p)
		return;
	f->mx_known = true;
	f->mx_days = (g->a->now - g->watch.mx_since) / CIVIL_DAY;
	if (rest.n == 0)
		add_server(g, g->a->domain->name);
	while (str_split(&rest, '\n', &line)) {
		size_t blank = str_index(line, ' ');
		struct str host = blank == SIZE_MAX
					  ? line
					  : str_sub(line, blank + 1, SIZE_MAX);

		if (host.n > 0 && !str_eq(host, S(".")))
			add_server(g, host);
	}
}

static enum err
take_probe(void *ctx, const struct control_probe *p)
{
	struct gathering *g = ctx;
	struct stsmode_mx *mx = server_of(g, p->host);
	int64_t days = (p->not_after - g->a->now) / CIVIL_DAY;

	if (!mx || g->a->now - p->at > INSIGHT_STALE)
		return ERR_NONE;
	if (mx->addresses == STSMODE_NOT_KNOWN)
		mx->addresses = mx->green = 0;
	if (p->address.n > 0)
		mx->addresses++;
	if (p->sight == CONTROL_NOT_SEEN)
		mx->green = STSMODE_NOT_KNOWN;
	else if (p->green >= GREEN_LOOKS && mx->green >= 0)
		mx->green++;
	if (p->sight == CONTROL_RED)
		mx->certificate = STSMODE_NO;
	else if (p->sight == CONTROL_GREEN &&
		 mx->certificate == STSMODE_UNKNOWN)
		mx->certificate = STSMODE_YES;
	if (p->not_after > 0 && (mx->days_left < 0 || days < mx->days_left))
		mx->days_left = days > 0 ? days : 0;
	return ERR_NONE;
}

/* By this version; nothing is said where there is none to judge by. */
static void
judge_by(struct gathering *g, const struct control_version *v)
{
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy policy;
	bool fine = v->id > 0 &&
		    mtasts_parse_policy(v->body, g->a->mem, &policy, &faults);

	if (!fine || policy.mode == MTASTS_OFF)
		return;
	for (size_t i = 0; i < g->out->facts.mx_n; i++)
		if (!mtasts_allows(&policy, g->mx[i].host))
			g->mx[i].covered = STSMODE_NO;
		else if (g->mx[i].covered == STSMODE_UNKNOWN)
			g->mx[i].covered = STSMODE_YES;
}

/* By the newest version, and by the one that senders may still hold. */
static void
judge_cover(struct gathering *g)
{
	judge_by(g, &g->out->newest);
	if (g->out->announced.id != g->out->newest.id)
		judge_by(g, &g->out->announced);
}

/* ---- reports ---- */

struct counting {
	struct str reporter[REPORTERS_MAX];
	size_t n;
	struct arena *mem;
	uint64_t sessions, failed; /* of type sts */
};

static enum err
take_reporter(void *ctx, const struct store_tls_row *row)
{
	struct counting *c = ctx;

	if (c->n < REPORTERS_MAX && row->key.n > 0 &&
	    arena_dup(c->mem, row->key, &c->reporter[c->n]))
		c->n++;
	return ERR_NONE;
}

static enum err
take_type(void *ctx, const struct store_tls_row *row)
{
	struct counting *c = ctx;

	if (str_eq(row->key, str_of(tlsrpt_type_name(TLSRPT_STS)))) {
		c->sessions = row->sessions;
		c->failed = row->failed;
	}
	return ERR_NONE;
}

/* Sessions of type sts alone: tlsa may tell of the very same ones. `only` has
 * no value: all. */
static enum err
ask_types(struct gathering *g, int64_t first, struct store_filter only,
	  struct counting *c, struct diag *why)
{
	struct store_tls_row totals;
	struct store_query q;

	insight_about(g->a, first, &q);
	if (only.value.n > 0)
		q.filter[q.filter_count++] = only;
	c->sessions = c->failed = 0;
	return store_tls_ask(g->a->store, &q, S("policy_type"), take_type, c,
			     &totals, why);
}

/* Who told of sts sessions since the state began. */
static enum err
count_reporters(struct gathering *g, struct diag *why)
{
	struct stsmode_facts *f = &g->out->facts;
	int64_t today = civil_day(g->a->now);
	int64_t first = civil_day(g->out->host.mode_since);
	struct counting c = { .mem = g->a->mem };
	struct store_tls_row totals;
	struct store_query q;
	enum err e;

	f->reporters = f->large = 0;
	if (!g->out->hosted)
		first = today - STSMODE_TESTING_DAYS + 1;
	else if (first < today - HISTORY_DAYS)
		first = today - HISTORY_DAYS;
	insight_about(g->a, first, &q);
	e = store_tls_ask(g->a->store, &q, S("reporter"), take_reporter, &c,
			  &totals, why);
	for (size_t i = 0; e == ERR_NONE && i < c.n; i++) {
		e = ask_types(g, first,
			      (struct store_filter){ .field = STORE_F_REPORTER,
						     .value = c.reporter[i] },
			      &c, why);
		if (c.sessions == 0)
			continue;
		f->reporters++;
		f->large += sender_reporter_known(c.reporter[i]);
	}
	return e;
}

static enum err
count_sessions(struct gathering *g, struct diag *why)
{
	struct counting c = { .mem = g->a->mem };
	int64_t first = civil_day(g->a->now) - STSMODE_REPORT_DAYS + 1;
	struct store_filter unverified = { .field = STORE_F_TRUST,
					   .value = str_of(store_trust_name(
						   STORE_UNVERIFIED)) };
	enum err e = ask_types(g, first, (struct store_filter){ 0 }, &c, why);

	g->out->facts.sessions = (int64_t)c.sessions;
	g->out->facts.failed = (int64_t)c.failed;
	if (e == ERR_NONE)
		e = ask_types(g, first, unverified, &c, why);
	g->out->unverified = (int64_t)c.sessions;
	return e;
}

/* The record names the domain's own address, which nobody can guess. */
static void
judge_reports(struct gathering *g)
{
	const struct control_domain *d = g->a->domain;
	struct str text = g->watch.tls_rpt;

	if (!text.p)
		return;
	g->out->facts.reports_ours =
		str_find(text, d->mail_token) != SIZE_MAX ||
				str_find(text, d->post_token) != SIZE_MAX
			? STSMODE_YES
			: STSMODE_NO;
}

enum err
insight_sts(const struct insight_asked *a, struct insight_sts *out,
	    struct diag *why)
{
	struct gathering g = { .a = a, .out = out };
	enum err e;

	*out = (struct insight_sts){
		.facts = { .now = a->now,
			   .days = STSMODE_NOT_KNOWN,
			   .mx_days = STSMODE_NOT_KNOWN },
	};
	g.mx = arena_array(a->mem, INSIGHT_SERVERS_MAX, sizeof *g.mx);
	if (!g.mx)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s",
				"");
	e = insight_watch_read(a, &g.watch, why);
	if (e == ERR_NONE)
		e = read_hosting(&g, why);
	out->watched = g.watch.state;
	out->mx = g.watch.mx;
	out->mx_since = g.watch.mx_since;
	if (e == ERR_NONE)
		e = judge_hosting(&g, why);
	if (e != ERR_NONE)
		return e;
	read_servers(&g);
	judge_cover(&g);
	judge_reports(&g);
	e = control_probes(a->control, a->domain->id, take_probe, &g, why);
	if (e == ERR_NONE)
		e = count_reporters(&g, why);
	return e == ERR_NONE ? count_sessions(&g, why) : e;
}

/* ---- adding a mail server ---- */

static enum stsmode_fact
fact(bool yes)
{
	return yes ? STSMODE_YES : STSMODE_NO;
}

void
insight_sts_adding(const struct insight_asked *a, const struct insight_sts *sts,
		   struct str host, struct stsmode_adding *out)
{
	const struct control_version *v = &sts->newest;
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy policy;

	*out = (struct stsmode_adding){ .ttl = OWN_TTL, .now = a->now };
	if (v->id == 0 ||
	    !mtasts_parse_policy(v->body, a->mem, &policy, &faults))
		return;
	out->covered = fact(mtasts_allows(&policy, host));
	out->served = fact(v->served_at > 0);
	out->id_live = fact(v->announced_at > 0);
	out->id_since = v->announced_at;
	for (size_t i = 0; i < sts->facts.mx_n; i++)
		if (str_eq(sts->facts.mx[i].host, host))
			out->in_mx = STSMODE_YES;
}
