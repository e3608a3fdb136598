/* watched.c - what the watching of a domain knows of its records. */
#include "insight/private.h"

#include "json/json.h"

enum { TEXT_MAX = 64 << 10 };

struct reading {
	const struct insight_asked *a;
	struct insight_watch *out;
	bool full;
};

static bool
is_below(const struct reading *r, struct str name, const char *label)
{
	struct str domain = r->a->domain->name;
	struct str head = str_of(label);

	return name.n == head.n + domain.n && str_starts(name, head) &&
	       str_ends(name, domain);
}

static void
keep(struct reading *r, struct str value, struct str *to)
{
	if (!arena_dup(r->a->mem, value, to))
		r->full = true;
}

static enum err
take_value(void *ctx, const struct control_value *v)
{
	struct reading *r = ctx;

	if (str_eq(v->type, S("MX")) && is_below(r, v->name, "")) {
		keep(r, v->value, &r->out->mx);
		r->out->mx_since = v->seen_at;
	} else if (str_eq(v->type, S("TXT")) &&
		   is_below(r, v->name, "_dmarc.")) {
		keep(r, v->value, &r->out->dmarc);
	} else if (str_eq(v->type, S("TXT")) &&
		   is_below(r, v->name, "_smtp._tls.")) {
		keep(r, v->value, &r->out->tls_rpt);
	}
	return ERR_NONE;
}

static enum err
take_finding(void *ctx, const struct control_finding *f)
{
	struct insight_watch *w = ((struct reading *)ctx)->out;
	const struct {
		const char *code;
		bool *flag;
	} known[] = {
		{ "dmarc.multiple", &w->dmarc_multiple },
		{ "dmarc.cname_txt", &w->dmarc_cname },
		{ "dmarc.cname_dangling", &w->dmarc_cname },
		{ "dmarc.rua_unauthorised", &w->rua_refused },
		{ "dmarc.rua_elsewhere", &w->rua_refused },
		{ "dmarc.rua_host_dead", &w->rua_refused },
		{ "dmarc.rua_name_too_long", &w->rua_refused },
		{ "dmarc.rua_unknown", &w->rua_unknown },
		{ "spf.lookups_over_limit", &w->spf_over },
		{ "spf.multiple", &w->spf_over },
	};

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(f->code, str_of(known[i].code)))
			*known[i].flag = true;
	return ERR_NONE;
}

static bool
is_seen(const struct json *parts, const char *part)
{
	struct str status = json_str(json_get(parts, part));

	return status.n > 0 && !str_eq(status, S("unknown")) &&
	       !str_eq(status, S("waiting"));
}

static void
read_parts(struct reading *r)
{
	const struct json_limits limits = { TEXT_MAX, 4 };
	SCOPED_JSON parts = NULL;
	bool repaired;

	if (r->out->state.parts.n == 0 ||
	    json_parse(r->out->state.parts, limits, &parts, &repaired, NULL) !=
		    ERR_NONE)
		return;
	r->out->dmarc_seen = is_seen(parts, "dmarc");
	r->out->spf_seen = is_seen(parts, "spf");
}

enum err
insight_watch_read(const struct insight_asked *a, struct insight_watch *out,
		   struct diag *why)
{
	struct reading r = { .a = a, .out = out };
	int64_t id = a->domain->id;
	enum err e;

	*out = (struct insight_watch){ 0 };
	e = control_watch_state(a->control, a->owner, id, a->mem, &out->state,
				why);
	if (e != ERR_NONE)
		return e;
	/* Who has not looked for days does not know how it is now. */
	if (out->state.checked_at == 0 ||
	    a->now - out->state.checked_at > INSIGHT_STALE)
		return ERR_NONE;
	read_parts(&r);
	e = control_watch_values(a->control, id, take_value, &r, why);
	if (e == ERR_NONE)
		e = control_watch_findings(a->control, id, take_finding, &r,
					   why);
	if (e == ERR_NONE && r.full)
		e = diag_set(why, ERR_LIMIT, "control.too_large", 0, "%s", "");
	return e;
}

/* ---- questions ---- */

void
insight_about(const struct insight_asked *a, int64_t first,
	      struct store_query *q)
{
	insight_init(q, a->owner);
	q->first_day = first;
	q->last_day = civil_day(a->now);
	q->filter[q->filter_count++] =
		(struct store_filter){ .field = STORE_F_DOMAIN,
				       .value = a->domain->name };
}

void
insight_filter(struct store_query *q, enum store_field field, const char *value)
{
	if (q->filter_count < STORE_FILTERS_MAX)
		q->filter[q->filter_count++] =
			(struct store_filter){ .field = field,
					       .value = str_of(value) };
}
