/* The conditions of a statement: half of the compiler in query_sql.c. What the
 * user gave is always a place (?N), never text. */
#include "store/query_inside.h"

/* With bit STORE_V_INSIDE, where that can make a difference. */
#define VERDICT_OF(domain)                                                     \
	"iif((t.verdict&7)=1 AND EXISTS (SELECT 1 FROM own_address w"          \
	" WHERE w.domain=" domain                                              \
	" AND w.endpoint=t.endpoint),t.verdict|128,t.verdict)"
#define CLASS_OF(domain)                                                       \
	"mail_class(" VERDICT_OF(domain) ",t.overrides,"                       \
					 "coalesce(nullif(j.triage,0),"        \
					 "k.triage,0))"
#define OF_ADDRESS(domain)                                                     \
	.class_name = CLASS_OF(domain), .verdict = VERDICT_OF(domain),         \
	.source = "coalesce(e.source,0)", .country = "coalesce(e.country,'')", \
	.asn = "coalesce(e.asn,0)"
#define OF_CUBE                                                                \
	.day = "t.day", .reporter = "t.reporter", .trust = "t.trust",          \
	.class_name = "t.class", .messages = "t.messages", .rows = "t.rows"
#define OF_SOURCES                                                             \
	.source = "t.source", .country = "t.country", .asn = "t.asn",          \
	.to_domain = "t.to_domain"

const struct store_columns store_columns_of[] = {
	[STORE_T_SLIM] = { OF_CUBE, .domain = "t.domain", .source = "0" },
	[STORE_T_CUBE] = { OF_CUBE, OF_SOURCES, .domain = "t.domain" },
	[STORE_T_ROLLUP] = { OF_ADDRESS("t.domain"), .domain = "t.domain",
			     .day = "t.day", .reporter = "t.reporter",
			     .trust = "t.trust", .to_domain = "t.to_domain",
			     .messages = "t.messages", .rows = "t.rows" },
	[STORE_T_ROWS] = { OF_ADDRESS("p.domain"), .domain = "p.domain",
			   .day = "p.day", .reporter = "p.reporter",
			   .trust = "p.trust", .to_domain = "t.envelope_to",
			   .messages = "t.count", .rows = "1" },
	/* Nothing here chooses another index (the "+"): the days do. */
	[STORE_T_REPORTS] = { .domain = "+p.domain",
			      .day = "+p.day",
			      .reporter = "+p.reporter",
			      .trust = "+p.trust",
			      .source = "0" },
	[STORE_T_TLS] = { .domain = "t.domain",
			  .day = "t.day",
			  .reporter = "t.reporter",
			  .trust = "t.trust" },
	[STORE_T_TLS_ROWS] = { .domain = "y.domain",
			       .day = "p.day",
			       .reporter = "p.reporter",
			       .trust = "p.trust" },
};

/* The column or expression that a field is, of `verdict` when it is a part of
 * that: bits of inside.h. */
const char *
store_expression(enum store_table table, enum store_field field)
{
	const struct store_columns *c = &store_columns_of[table];

	switch (field) {
	case STORE_F_DOMAIN:
		return c->domain;
	case STORE_F_DAY:
		return c->day;
	case STORE_F_RESULT:
		return "((t.verdict&3)<>0)";
	case STORE_F_SPF:
		return "((t.verdict>>1)&1)";
	case STORE_F_DKIM:
		return "(t.verdict&1)";
	case STORE_F_DISPOSITION:
		return "((t.verdict>>3)&3)";
	case STORE_F_POLICY:
		return "((t.verdict>>5)&3)";
	case STORE_F_SPF_RESULT:
		return "coalesce(a.spf,0)";
	case STORE_F_DKIM_RESULT:
		return "coalesce(a.dkim,0)";
	case STORE_F_CLASS:
		return c->class_name;
	case STORE_F_SOURCE:
		return c->source;
	case STORE_F_HOST:
		/* Known to have none is not the same as not known. */
		return "iif(e.host=1,(SELECT id FROM name WHERE text='none'),"
		       "coalesce(e.ptr,0))";
	case STORE_F_IP:
		return "t.endpoint";
	case STORE_F_ASN:
		return c->asn;
	case STORE_F_COUNTRY:
		return c->country;
	case STORE_F_REPORTER:
	case STORE_F_REPORTER_FAMILY:
		return c->reporter;
	case STORE_F_FROM_DOMAIN:
		return "t.header_from";
	case STORE_F_ENVELOPE_FROM:
		return "t.envelope_from";
	case STORE_F_TO_DOMAIN:
		return c->to_domain;
	case STORE_F_SELECTOR:
		return "coalesce(a.selectors,'')";
	case STORE_F_TRUST:
		return c->trust;
	case STORE_F_REPORT:
		return "p.id";
	default:
		return "0";
	}
}

_Static_assert(STORE_HOST_NONE == 1, "the host of an address above");
_Static_assert(STORE_V_DKIM == 1 && STORE_V_SPF == 2 &&
		       STORE_V_DISPOSITION == 3 && STORE_V_POLICY == 5,
	       "the expressions above");

/* ---- pieces ---- */

static void
put(struct store_select *sql, const char *text)
{
	buf_addz(&sql->text, text);
}

static int
bind(struct store_select *sql, struct store_bound value)
{
	if (sql->bound_count == STORE_BOUND_MAX) {
		sql->text.full = true; /* told at the end */
		return 1;
	}
	sql->bound[sql->bound_count] = value;
	return (int)++sql->bound_count;
}

static int
bind_number(struct store_select *sql, int64_t number)
{
	return bind(sql, (struct store_bound){ .kind = STORE_B_NUMBER,
					       .number = number });
}

static int
bind_text(struct store_select *sql, struct str text)
{
	return bind(sql,
		    (struct store_bound){ .kind = STORE_B_TEXT, .text = text });
}

void
store_bind_head(struct store_select *sql, const struct store_query *q)
{
	(void)bind_number(sql, q->owner);
	(void)bind_number(sql, q->first_day);
	(void)bind_number(sql, q->last_day);
	(void)bind_number(sql, 0);
	(void)bind_number(sql, 0);
}

static void
put_place(struct store_select *sql, int place)
{
	buf_addf(&sql->text, "?%d", place);
}

/* ---- conditions ---- */

/* The values of one field, those to include or those to exclude. */
struct values {
	const struct store_query *q;
	enum store_field field;
	bool not_it;
	size_t at;
};

static const struct store_filter *
next_value(struct values *v)
{
	while (v->at < v->q->filter_count) {
		const struct store_filter *f = &v->q->filter[v->at++];

		if (f->field == v->field && f->not_it == v->not_it)
			return f;
	}
	return NULL;
}

static enum err
numbers(struct store_select *sql, struct values v, struct diag *why)
{
	const struct store_filter *f;
	const char *between = "";

	put(sql, store_expression(sql->table, v.field));
	put(sql, v.not_it ? " NOT IN (" : " IN (");
	while ((f = next_value(&v)) != NULL) {
		int64_t number;
		enum err e = store_value_number(f, &number, why);

		if (e != ERR_NONE)
			return e;
		put(sql, between);
		put_place(sql, bind_number(sql, number));
		between = ",";
	}
	put(sql, ")");
	return ERR_NONE;
}

/* "?5,?6" of the texts. `unknown` is told when one of them is empty. */
static enum err
texts(struct store_select *sql, struct values v, bool *unknown,
      struct diag *why)
{
	const struct store_filter *f;
	const char *between = "";

	*unknown = false;
	while ((f = next_value(&v)) != NULL) {
		struct str text;
		enum err e = store_value_text(f, sql->mem, &text, why);

		if (e != ERR_NONE)
			return e;
		*unknown |= text.n == 0;
		put(sql, between);
		put_place(sql, bind_text(sql, text));
		between = ",";
	}
	return ERR_NONE;
}

static enum err
plain_texts(struct store_select *sql, struct values v, struct diag *why)
{
	bool unknown;
	enum err e;

	put(sql, store_expression(sql->table, v.field));
	put(sql, v.not_it ? " NOT IN (" : " IN (");
	e = texts(sql, v, &unknown, why);
	put(sql, ")");
	return e;
}

static enum err
put_set(struct store_select *sql, struct values v, struct diag *why)
{
	bool source = v.field == STORE_F_SOURCE;
	bool unknown;
	enum err e;

	if (v.field == STORE_F_REPORTER_FAMILY) {
		buf_addf(&sql->text, "SELECT value FROM json_each(?%d)",
			 bind_text(sql,
				   v.not_it ? sql->others : sql->reporters));
		return ERR_NONE;
	}
	put(sql, source ? "SELECT id FROM source WHERE owner=?1 AND slug IN ("
			: "SELECT id FROM name WHERE text IN (");
	e = texts(sql, v, &unknown, why);
	put(sql, ")");
	if (source && unknown)
		put(sql, " UNION ALL SELECT 0");
	return e;
}

static enum err
names(struct store_select *sql, struct values v, struct diag *why)
{
	enum err e;

	put(sql, store_expression(sql->table, v.field));
	put(sql, v.not_it ? " NOT IN (" : " IN (");
	e = put_set(sql, v, why);
	put(sql, ")");
	return e;
}

enum err
store_put_set(const struct store_query *q, enum store_field field, bool not_it,
	      struct store_select *sql, struct diag *why)
{
	return put_set(sql, (struct values){ q, field, not_it, 0 }, why);
}

static enum err
overrides(struct store_select *sql, struct values v, struct diag *why)
{
	const struct store_filter *f;
	int64_t mask = 0;
	bool none = false;

	while ((f = next_value(&v)) != NULL) {
		int64_t bit;
		enum err e = store_value_number(f, &bit, why);

		if (e != ERR_NONE)
			return e;
		mask |= bit;
		none |= bit == 0;
	}
	put(sql, v.not_it ? "NOT (" : "(");
	put(sql, "(t.overrides&");
	put_place(sql, bind_number(sql, mask));
	put(sql, none ? ")<>0 OR t.overrides=0)" : ")<>0)");
	return ERR_NONE;
}

static enum err
put_net(struct store_select *sql, const struct netaddr_net *net,
	const char *column, struct diag *why)
{
	struct netaddr last = netaddr_last(net);
	struct store_bound value = { .kind = STORE_B_BLOB };
	const struct str first_bytes = { (const char *)net->first.b,
					 NETADDR_BYTES };
	const struct str last_bytes = { (const char *)last.b, NETADDR_BYTES };

	put(sql, column);
	put(sql, " BETWEEN ");
	if (!arena_dup(sql->mem, first_bytes, &value.text))
		return diag_set(why, ERR_LIMIT, "query.too_many_filters", 0,
				"%d", STORE_FILTERS_MAX);
	put_place(sql, bind(sql, value));
	if (!arena_dup(sql->mem, last_bytes, &value.text))
		return diag_set(why, ERR_LIMIT, "query.too_many_filters", 0,
				"%d", STORE_FILTERS_MAX);
	put(sql, " AND ");
	put_place(sql, bind(sql, value));
	return ERR_NONE;
}

static enum err
addresses(struct store_select *sql, struct values v, struct diag *why)
{
	const struct store_filter *f;
	const char *between = "";
	enum err e = ERR_NONE;

	put(sql, v.not_it ? "NOT (" : "(");
	while (e == ERR_NONE && (f = next_value(&v)) != NULL) {
		struct netaddr_net net;

		put(sql, between);
		between = " OR ";
		e = store_value_net(f, &net, why);
		if (e == ERR_NONE)
			e = put_net(sql, &net, "coalesce(e.ip,x'')", why);
	}
	put(sql, ")");
	return e;
}

static enum err
selectors(struct store_select *sql, struct values v, struct diag *why)
{
	const struct store_filter *f;
	const char *between = "";

	put(sql, v.not_it ? "NOT (" : "(");
	while ((f = next_value(&v)) != NULL) {
		const char *column =
			store_expression(sql->table, STORE_F_SELECTOR);
		struct str text;
		enum err e = store_value_text(f, sql->mem, &text, why);

		if (e != ERR_NONE)
			return e;
		put(sql, between);
		between = " OR ";
		if (text.n == 0) {
			buf_addf(&sql->text, "trim(%s)=''", column);
			continue;
		}
		buf_addf(&sql->text, "instr(%s,' '||?%d||' ')>0", column,
			 bind_text(sql, text));
	}
	put(sql, ")");
	return ERR_NONE;
}

/* One text: the numbers that store_find_texts found for it. */
static void
put_search(struct store_select *sql, const struct store_found *found)
{
	static const struct {
		const char *column;
		enum store_searched where;
	} columns[] = {
		{ "t.endpoint", STORE_IN_ENDPOINTS },
		{ "t.auth", STORE_IN_AUTHS },
		{ "t.header_from", STORE_IN_NAMES },
		{ "t.envelope_from", STORE_IN_NAMES },
		{ "t.envelope_to", STORE_IN_NAMES },
		{ "t.comment", STORE_IN_NAMES },
		{ "p.reporter", STORE_IN_NAMES },
	};
	int place[STORE_IN_COUNT];

	for (int k = 0; k < STORE_IN_COUNT; k++)
		place[k] = bind_text(sql, buf_str(&found->ids[k]));
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		buf_addf(&sql->text,
			 "%s%s IN (SELECT value FROM json_each(?%d))",
			 i > 0 ? " OR " : "", columns[i].column,
			 place[columns[i].where]);
}

static enum err
searches(struct store_select *sql, struct values v)
{
	const char *between = "";

	put(sql, v.not_it ? "NOT (" : "(");
	for (size_t i = 0; i < sql->text_count; i++) {
		if (sql->found[i].not_it != v.not_it)
			continue;
		put(sql, between);
		between = " OR ";
		put_search(sql, &sql->found[i]);
	}
	put(sql, ")");
	return ERR_NONE;
}

/* "any" is everything; see no_trust_asked for the default. */
static enum err
trusts(struct store_select *sql, struct values v, struct diag *why)
{
	struct values all = v;
	const struct store_filter *f;

	while ((f = next_value(&all)) != NULL) {
		if (!str_eq(f->value, S("any")))
			continue;
		put(sql, v.not_it ? "0" : "1");
		return ERR_NONE;
	}
	return numbers(sql, v, why);
}

static enum err
condition(struct store_select *sql, struct values v, struct diag *why)
{
	switch (v.field) {
	case STORE_F_DOMAIN:
	case STORE_F_HOST:
	case STORE_F_REPORTER:
	case STORE_F_REPORTER_FAMILY:
	case STORE_F_FROM_DOMAIN:
	case STORE_F_ENVELOPE_FROM:
	case STORE_F_TO_DOMAIN:
	case STORE_F_SOURCE:
		return names(sql, v, why);
	case STORE_F_COUNTRY:
		return plain_texts(sql, v, why);
	case STORE_F_OVERRIDE:
		return overrides(sql, v, why);
	case STORE_F_IP:
		return addresses(sql, v, why);
	case STORE_F_SELECTOR:
		return selectors(sql, v, why);
	case STORE_F_TEXT:
		return searches(sql, v);
	case STORE_F_TRUST:
		return trusts(sql, v, why);
	default:
		return numbers(sql, v, why);
	}
}

bool
store_has_values(const struct store_query *q, enum store_field field,
		 bool not_it)
{
	struct values v = { q, field, not_it, 0 };

	return next_value(&v) != NULL;
}

enum err
store_domain_texts(const struct store_query *q, struct store_select *sql,
		   struct diag *why)
{
	struct values v = { q, STORE_F_DOMAIN, false, 0 };
	bool unknown;

	return texts(sql, v, &unknown, why);
}

enum err
store_condition(const struct store_query *q, enum store_field field,
		bool not_it, struct store_select *sql, struct diag *why)
{
	struct values v = { q, field, not_it, 0 };

	if (!store_has_values(q, field, not_it))
		return ERR_NONE;
	put(sql, " AND ");
	return condition(sql, v, why);
}
