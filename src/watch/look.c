/* look.c - one look at a domain, and what of it is written down. */
#include "json/json.h"
#include "watch/private.h"

struct watch_look *
watch_look_new(const struct control_watched *of, int64_t now)
{
	struct watch_look *l = heap_new(sizeof *l);

	l->mem = arena_new(WATCH_MEMORY);
	l->history_mem = arena_new(WATCH_MEMORY);
	l->silent_mem = arena_new(WATCH_MEMORY);
	l->facts = facts_new(INSPECT_MEMORY, now);
	l->of = *of;
	/* A name and an id: far below the bound. */
	if (!arena_dup(l->mem, of->name, &l->of.name) ||
	    !arena_dup(l->mem, of->policy.id, &l->of.policy.id))
		l->of.name = S("");
	l->of.parts = S("");
	l->subject.domain = l->of.name;
	l->subject.selectors = l->selectors;
	return l;
}

void
watch_look_free(struct watch_look *l)
{
	if (!l)
		return;
	inspect_look_free(l->look);
	facts_free(l->facts);
	arena_free(l->history_mem);
	arena_free(l->silent_mem);
	arena_free(l->mem);
	heap_free(l);
}

void
watch_look_selector(struct watch_look *l, struct str selector)
{
	size_t n = l->subject.selectors_n;

	if (n < WATCH_SELECTORS_MAX && selector.n > 0 && selector.n < 200 &&
	    arena_dup(l->mem, selector, &l->selectors[n]))
		l->subject.selectors_n++;
}

void
watch_look_seen(struct watch_look *l, const struct facts_seen *seen)
{
	struct facts_seen *to = &l->subject.seen;

	*to = *seen;
	if (!arena_dup(l->mem, seen->dkim.name, &to->dkim.name) ||
	    !arena_dup(l->mem, seen->spf.name, &to->spf.name))
		*to = (struct facts_seen){ 0 };
}

void
watch_look_reports(struct watch_look *l, const struct watch_reports *r)
{
	l->reports = *r;
}

/* ---- what is remembered ---- */

/* What the present policy is, and then what the former ones say of it: the
 * facts are all there, so this asks for nothing new. */
static bool
judge_policy(struct watch_look *l)
{
	const struct control_policy *p = &l->of.policy;
	struct mtasts_history past = {
		.former_id = p->id,
		.former_body = p->id_body,
		.id_seen = p->id_seen,
		.body_seen = p->body_seen,
		.testing_since = p->testing_since,
		.testing_clean = l->reports.clean,
	};
	struct mtasts_asked asked = { .history = &past };

	l->policy_known = false;
	arena_reset(l->history_mem);
	finding_list_init(&l->remembered, l->history_mem);
	if (!mtasts_lookup(l->facts, &l->subject, S(""), &l->policy,
			   &l->remembered))
		return false;
	if (!str_eq(l->policy.id, p->id))
		past.id_seen = facts_now(l->facts);
	if (l->policy.body_hash != p->body)
		past.body_seen = facts_now(l->facts);
	arena_reset(l->history_mem);
	finding_list_init(&l->remembered, l->history_mem);
	l->policy_known = mtasts_lookup_asked(l->facts, &l->subject, &asked,
					      &l->policy, &l->remembered);
	return l->policy_known;
}

/* The record once more, with what came of it. Nobody misses what never came:
 * without any report the record may well lead to somebody else. */
static bool
judge_silence(struct watch_look *l)
{
	const struct tlsrptrec_history past = {
		.live_since = l->reports.last > 0 ? l->reports.record_since : 0,
		.last_report = l->reports.last,
	};
	const struct tlsrptrec_asked asked = { .history = &past };

	arena_reset(l->silent_mem);
	finding_list_init(&l->silent, l->silent_mem);
	l->silent_known = tlsrptrec_check_asked(l->facts, &l->subject, &asked,
						&l->silent);
	return l->silent_known;
}

bool
watch_look_judge(void *ctx)
{
	struct watch_look *l = ctx;
	bool known = watch_records_ask(l);

	if (!l->look)
		l->look = inspect_look_new(l->facts, &l->subject, 0);
	if (!inspect_look_judge(l->look))
		known = false;
	known = judge_silence(l) && known;
	return judge_policy(l) && known;
}

static struct control_policy
policy_now(const struct watch_look *l)
{
	struct control_policy p = l->of.policy;
	const struct mtasts_lookup *m = &l->policy;
	int64_t now = facts_now(l->facts);

	if (!l->policy_known || m->result != MTASTS_VALID)
		return p;
	if (m->body_hash != p.body) {
		p.body = m->body_hash;
		p.body_seen = now;
	}
	if (!str_eq(m->id, p.id)) {
		p.id = m->id;
		p.id_seen = now;
		p.id_body = m->body_hash;
	} else if (p.id_body == 0) {
		p.id_body = m->body_hash;
	}
	if (m->policy.mode != MTASTS_TESTING)
		p.testing_since = 0;
	else if (p.testing_since == 0)
		p.testing_since = now;
	return p;
}

/* ---- findings ---- */

/* Codes that say "we could not see": they neither clear what was there nor
 * count as calm. */
static bool
is_unsure(const struct finding *f)
{
	static const struct str ends[] = {
		STR(".unknown"),     STR("_unknown"),     STR("unprobed"),
		STR("dns_trouble"),  STR(".unanswered"),  STR("no_answer"),
		STR(".unreachable"), STR("_unverified"),  STR("tcp_timeout"),
		STR("tls_timeout"),  STR("dns.servfail"), STR("dns.timeout"),
		STR("dns.refused"),  STR("dnssec_bogus"), STR("cname_loop"),
	};

	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (str_ends(str_of(f->code), ends[i]))
			return true;
	return false;
}

static bool
is_settled(const struct inspect_report *r, size_t part)
{
	if (!r->part[part].complete)
		return false;
	for (size_t i = 0; i < r->part[part].found.n; i++)
		if (is_unsure(r->part[part].found.at[i].finding))
			return false;
	return !r->part[part].found.full;
}

static bool
put_places(struct watch_look *l, const struct finding_found *found,
	   struct control_finding *out)
{
	SCOPED_BUF text = BUF(WATCH_VALUE_MAX);
	struct json_out j = JSON_OUT(&text);

	out->host = S("");
	json_open_object(&j, NULL);
	for (size_t i = 0; i < FINDING_ARGS_MAX && found->args[i].name; i++) {
		const struct finding_arg *arg = &found->args[i];

		json_put_str(&j, arg->name,
			     str_sub(arg->value, 0, WATCH_EVIDENCE_MAX));
		if (str_eq(str_of(arg->name), S("host")))
			out->host = str_sub(arg->value, 0, WATCH_NAME_ROOM);
	}
	json_close_object(&j);
	return !text.full && arena_dup(l->mem, buf_str(&text), &out->places);
}

static bool
put_finding(struct watch_look *l, size_t part,
	    const struct finding_found *found, struct control_look *out,
	    struct control_finding *room)
{
	struct control_finding *f = &room[out->findings];

	/* Praise is no finding that begins and ends. */
	if (found->finding->severity == FINDING_OK ||
	    out->findings == CONTROL_WATCH_MAX)
		return true;
	f->part = str_of(inspect_part_name((enum inspect_part)part));
	f->code = str_of(found->finding->code);
	f->severity = str_of(finding_severity_name(found->finding->severity));
	f->evidence = str_sub(found->evidence, 0, WATCH_EVIDENCE_MAX);
	f->record_name = found->record.name;
	f->record_type = found->record.type;
	f->record_value = found->record.value;
	out->findings++;
	return put_places(l, found, f);
}

/* What only memory tells stands beside what anybody sees. */
static bool
put_remembered(struct watch_look *l, const struct inspect_report *r,
	       enum inspect_part part, struct control_look *out)
{
	bool mta_sts = part == INSPECT_MTA_STS;
	const struct finding_list *list = mta_sts ? &l->remembered : &l->silent;
	struct control_finding *room = l->room;
	bool fine = true;

	if (!(mta_sts ? l->policy_known : l->silent_known) ||
	    !r->part[part].complete)
		return true;
	for (size_t i = 0; fine && i < list->n; i++) {
		const struct finding_found *f = &list->at[i];

		if (!finding_list_find(&r->part[part].found, f->finding->code))
			fine = put_finding(l, part, f, out, room);
	}
	return fine;
}

static bool
put_findings(struct watch_look *l, const struct inspect_report *r,
	     struct control_look *out)
{
	struct control_finding *room =
		arena_array(l->mem, CONTROL_WATCH_MAX + 1, sizeof *room);
	bool fine = room != NULL;

	for (size_t p = 0; p < INSPECT_PARTS; p++)
		for (size_t i = 0; fine && i < r->part[p].found.n; i++)
			fine = put_finding(l, p, &r->part[p].found.at[i], out,
					   room);
	out->finding = l->room = room;
	return fine && put_remembered(l, r, INSPECT_MTA_STS, out) &&
	       put_remembered(l, r, INSPECT_TLS_RPT, out);
}

static bool
put_parts(struct watch_look *l, const struct inspect_report *r,
	  struct control_look *out)
{
	SCOPED_BUF text = BUF(WATCH_VALUE_MAX);
	struct json_out j = JSON_OUT(&text);
	struct str *settled =
		arena_array(l->mem, INSPECT_PARTS, sizeof *settled);

	if (!settled)
		return false;
	json_open_object(&j, NULL);
	for (size_t p = 0; p < INSPECT_PARTS; p++) {
		const char *name = inspect_part_name((enum inspect_part)p);

		json_put_str(
			&j, name,
			str_of(inspect_status_name(r, (enum inspect_part)p)));
		if (is_settled(r, p))
			settled[out->settled_n++] = str_of(name);
	}
	json_close_object(&j);
	out->settled = settled;
	return arena_dup(l->mem, buf_str(&text), &out->parts);
}

/* Something fails, or could not be seen. */
static bool
is_uneasy(const struct inspect_report *r)
{
	for (size_t p = 0; p < INSPECT_PARTS; p++)
		if (!r->part[p].complete ||
		    finding_list_worst(&r->part[p].found) >= FINDING_FAIL)
			return true;
	return false;
}

bool
watch_look_result(struct watch_look *l, struct control_look *out)
{
	const struct inspect_report *r;

	if (!l->look)
		return false;
	r = inspect_look_report(l->look);
	*out = (struct control_look){
		.domain = l->of.domain,
		.at = facts_now(l->facts),
		.policy = policy_now(l),
	};
	out->due_at = watch_due(out->domain, out->at, is_uneasy(r));
	return put_parts(l, r, out) && put_findings(l, r, out) &&
	       watch_records_put(l, out) && watch_probes_put(l, out);
}
