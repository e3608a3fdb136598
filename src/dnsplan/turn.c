/* turn.c - a plan once it is made: the other way round, against live, as
 * records. */
#include "dnsplan/private.h"

bool
dnsplan_is_needed(const struct dnsplan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].what != DNSPLAN_KEEP)
			return true;
	return false;
}

static struct dnsplan_change
turned(const struct dnsplan_change *c)
{
	struct dnsplan_change out = {
		.name = c->name,
		.type = c->type,
		.now = c->after,
		.now_n = c->after_n,
		.now_ttl = c->after_ttl,
		.after = c->now,
		.after_n = c->now_n,
		.after_ttl = c->now_ttl,
	};

	dnsplan_settle(&out);
	return out;
}

/* The last first: what made room for a record comes back after that has
 * gone. */
void
dnsplan_turn(const struct dnsplan *p, struct arena *mem, struct dnsplan *out)
{
	*out = (struct dnsplan){
		.mem = mem, .domain = p->domain, .zone = p->zone, .n = p->n
	};
	finding_list_init(&out->found, mem);
	for (size_t i = 0; i < p->n; i++)
		out->at[i] = turned(&p->at[p->n - 1 - i]);
	dnsplan_hash(out, false, out->hash);
}

/* ---- against live ---- */

struct looking {
	struct facts *f;
	const struct dnsplan *p;
	struct dnsplan_place place;
	bool missing, unknown, clashes;
};

static bool
is_planned(const struct dnsplan *p, struct str name, enum records_type type)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].type == type && str_eq(p->at[i].name, name))
			return true;
	return false;
}

/* What the plan says nothing of, because it was not there. */
static void
keep_out(struct looking *l, struct str name, enum records_type type)
{
	struct dnsplan_set set;

	if (is_planned(l->p, name, type))
		return;
	if (!dnsplan_ask(l->f, l->place.ask, name, dnsplan_type(type), &set))
		l->missing = true;
	else if (set.n > 0)
		l->clashes = true;
}

static void
look_beside(struct looking *l, const struct dnsplan_change *c)
{
	if (c->after_n == 0 || c->what == DNSPLAN_KEEP)
		return;
	if (c->type != RECORDS_CNAME) {
		keep_out(l, c->name, RECORDS_CNAME);
		return;
	}
	keep_out(l, c->name, RECORDS_A);
	keep_out(l, c->name, RECORDS_AAAA);
	keep_out(l, c->name, RECORDS_TXT);
}

static bool
is_there(const struct dnsplan_set *set, const struct str *value, size_t n)
{
	return dnsplan_same(set->value, set->n, value, n);
}

static enum dnsplan_live
compare(struct looking *l)
{
	bool as_seen = true, done = true;

	for (size_t i = 0; i < l->p->n; i++) {
		const struct dnsplan_change *c = &l->p->at[i];
		struct dnsplan_set set;

		look_beside(l, c);
		if (!dnsplan_ask(l->f, l->place.ask, c->name,
				 dnsplan_type(c->type), &set)) {
			l->missing = true;
			continue;
		}
		l->unknown = l->unknown || set.unknown || set.elsewhere;
		as_seen = as_seen && is_there(&set, c->now, c->now_n);
		done = done && is_there(&set, c->after, c->after_n);
	}
	if (l->unknown)
		return DNSPLAN_LIVE_UNKNOWN;
	if (as_seen && !l->clashes)
		return DNSPLAN_AS_SEEN;
	return done ? DNSPLAN_DONE : DNSPLAN_CHANGED;
}

bool
dnsplan_is_live(struct facts *f, const struct dnsplan *p,
		enum dnsplan_live *out)
{
	struct looking l = { .f = f, .p = p };

	if (!dnsplan_find(f, p->domain, &l.place))
		return false;
	if (l.place.zone.n == 0) {
		*out = DNSPLAN_LIVE_UNKNOWN;
		return true;
	}
	*out = str_eq(l.place.zone, p->zone) ? compare(&l) : DNSPLAN_CHANGED;
	return !l.missing;
}

/* ---- as records ---- */

static bool
has_value(const struct str *value, size_t n, struct str one)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(value[i], one))
			return true;
	return false;
}

/* What is replaced, told with the first record that replaces it. */
static bool
add_records(const struct dnsplan_change *c, struct arena *mem,
	    struct records *out)
{
	struct str *old = arena_array(mem, c->now_n, sizeof(*old));
	size_t old_n = 0, stay = 0;

	if (!old)
		return false;
	for (size_t i = 0; i < c->now_n; i++)
		if (has_value(c->after, c->after_n, c->now[i]))
			stay++;
		else
			old[old_n++] = c->now[i];
	for (size_t i = 0; i < c->after_n; i++) {
		struct record r = {
			.name = c->name,
			.type = c->type,
			.ttl = c->after_ttl,
			.value = c->after[i],
			.shared = stay > 0,
			.old = old,
			.old_n = old_n,
		};

		if (has_value(c->now, c->now_n, c->after[i]))
			continue;
		if (!records_add(out, &r))
			return false;
		old_n = 0;
	}
	return true;
}

bool
dnsplan_records(const struct dnsplan *p, struct arena *mem, struct records *out)
{
	*out = (struct records){ .zone = p->zone };
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].what != DNSPLAN_KEEP &&
		    !add_records(&p->at[i], mem, out))
			return false;
	return true;
}

/* ---- as a script ---- */

static void
put_line(struct buf *out, const char *verb, const struct dnsplan_change *c,
	 struct str value)
{
	buf_addf(out, "%s %.*s. ", verb, STR_ARG(c->name));
	if (str_eq(str_of(verb), S("update add")))
		buf_addf(out, "%u ", c->after_ttl);
	buf_addf(out, "%s ", records_type_name(c->type));
	if (c->type == RECORDS_TXT)
		records_print_txt(value, out);
	else
		buf_add(out, value);
	buf_addz(out, c->type == RECORDS_CNAME ? ".\n" : "\n");
}

void
dnsplan_nsupdate(const struct dnsplan *p, struct buf *out)
{
	buf_addf(out, "zone %.*s.\n", STR_ARG(p->zone));
	for (size_t i = 0; i < p->n; i++) {
		const struct dnsplan_change *c = &p->at[i];

		if (c->now_n == 0)
			buf_addf(out, "prereq nxrrset %.*s. %s\n",
				 STR_ARG(c->name), records_type_name(c->type));
		for (size_t k = 0; k < c->now_n; k++)
			put_line(out, "prereq yxrrset", c, c->now[k]);
	}
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->at[i].now_n; k++)
			if (!has_value(p->at[i].after, p->at[i].after_n,
				       p->at[i].now[k]))
				put_line(out, "update delete", &p->at[i],
					 p->at[i].now[k]);
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->at[i].after_n; k++)
			if (!has_value(p->at[i].now, p->at[i].now_n,
				       p->at[i].after[k]))
				put_line(out, "update add", &p->at[i],
					 p->at[i].after[k]);
	buf_addz(out, "send\n");
}
