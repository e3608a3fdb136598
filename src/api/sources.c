/* sources.c - who sends: the list, and one source with its evidence, its
 * addresses and how its mail is made to pass. */
#include "api/handlers.h"
#include "api/source.h"

static const char *const columns[] = {
	"slug",          "label", "kind",     "triage",
	"triage_domain", "note",  "evidence", API_MEASURE_COLUMNS,
};
static const struct api_list_shape shape = {
	.schema = "waxseal.sources/1",
	.member = "sources",
	.file = "sources",
	.columns = columns,
	.column_count = COUNT_OF(columns),
};

enum { GROUPS_SHOWN = 50 };

struct sources {
	struct api_list list;
	struct api_question asked;
};

void
api_put_source(struct api_list *l, const struct store_source *s)
{
	bool judged = s->triage != SENDER_NOT_TRIAGED;

	api_cell(l, "slug", s->slug);
	api_cell(l, "label", s->label.n ? s->label : s->slug);
	api_cell(l, "kind", s->kind);
	api_cell(l, "triage",
		 str_of(judged ? sender_triage_name(s->triage) : ""));
	api_cell(l, "triage_domain", s->triage_domain);
	api_cell(l, "note", s->note);
	api_cell(l, "evidence", s->evidence);
	api_cell_measures(l, s->m, s->known);
}

static enum err
take_source(void *ctx, const struct store_source *source)
{
	struct api_list *l = &((struct sources *)ctx)->list;

	/* Addresses nobody knows anything of have no page. */
	if (source->slug.n == 0)
		return ERR_NONE;
	api_list_row(l);
	api_put_source(l, source);
	return api_list_row_end(l);
}

enum err
api_sources(struct api_call *c, struct diag *why)
{
	struct sources all = { 0 };
	enum err err = api_question(c, "30d", NULL, &all.asked, why);

	if (err == ERR_NONE)
		err = api_list_begin(&all.list, c, &shape, &all.asked, why);
	if (err != ERR_NONE)
		return err;
	/* The inbox is worked through as a whole. */
	if (!all.asked.limited)
		all.asked.q.limit = STORE_LIMIT_MAX;
	err = store_sources(c->api->store, &all.asked.q, take_source, &all,
			    why);
	if (err != ERR_NONE)
		return err;
	if (api_list_end(&all.list))
		api_end(c);
	return ERR_NONE;
}

/* ---- one ---- */

struct one {
	struct api_call *c;
	struct api_list list; /* JSON only */
	struct api_question asked;
	bool found, silent;     /* silent: not seen in the time asked for */
	struct str slug, label; /* in the arena */
	struct str domain;      /* that advice is about */
};

static enum err
take_one(void *ctx, const struct store_source *source)
{
	struct one *one = ctx;
	struct store_source shown = *source;

	if (one->found)
		return ERR_NONE;
	one->found = true;
	if (!arena_dup(one->c->mem, source->slug, &one->slug) ||
	    !arena_dup(one->c->mem, source->label, &one->label))
		return ERR_LIMIT;
	for (int i = 0; one->silent && i < STORE_MEASURES; i++) {
		shown.known[i] = shown.known[i] && i < STORE_M_FIRST_SEEN;
		shown.m[i] = 0;
	}
	json_open_object(&one->c->json, "source");
	api_put_source(&one->list, &shown);
	json_close_object(&one->c->json);
	return ERR_NONE;
}

/* Also a source that was silent in the time asked for has its page. */
static enum err
find_one(struct one *one, struct diag *why)
{
	struct store_query q = one->asked.q;
	enum err err =
		store_sources(one->c->api->store, &q, take_one, one, why);

	if (err != ERR_NONE || one->found)
		return err;
	q = (struct store_query){ .owner = q.owner,
				  .first_day = INT64_MIN,
				  .last_day = INT64_MAX };
	api_add_filter(&q, STORE_F_SOURCE, one->c->param[0]);
	one->silent = true;
	err = store_sources(one->c->api->store, &q, take_one, one, why);
	if (err == ERR_NONE && !one->found)
		err = diag_set(why, ERR_GONE, "store.no_source", 0, "%.*s",
			       STR_ARG(str_sub(one->c->param[0], 0, 100)));
	return err;
}

static void
put_profile(struct one *one, const struct sender_profile *p)
{
	struct json_out *j = &one->c->json;
	struct api_notice fix = { 0 };

	json_put_known(j, "category", p ? str_of(p->category) : S(""));
	json_put_known(j, "help", p ? str_of(p->help) : S(""));
	if (p) {
		fix.code = p->fix;
		fix.severity = FINDING_INFO;
		fix.url = str_of(p->help);
		api_notice_text(&fix, "label", str_of(p->label));
		api_notice_text(&fix, "domain",
				one->domain.n ? one->domain : S("example.com"));
		api_notice_text(&fix, "include", str_of(p->spf_include));
	}
	api_put_notice(j, "fix", &fix);
	json_put_bool(j, "forwards", p && p->forwards);
}

static enum err
take_group(void *ctx, const struct store_answer_row *row)
{
	struct one *one = ctx;
	struct json_out *j = &one->c->json;

	/* The largest comes first: advice is about that. */
	if (one->domain.n == 0 && one->asked.q.group == STORE_F_DOMAIN &&
	    !arena_dup(one->c->mem, row->key, &one->domain))
		return ERR_LIMIT;
	json_open_object(j, NULL);
	json_put_known(j, "key", row->key);
	json_put_known(j, "label", row->label.n ? row->label : row->key);
	if (row->named)
		json_put_bool(j, "confirmed", row->confirmed);
	else
		json_put_null(j, "confirmed");
	api_put_measures(j, row->m, row->known);
	json_close_object(j);
	return ERR_NONE;
}

static enum err
put_group(struct one *one, enum store_field group, const char *name,
	  struct diag *why)
{
	struct store_query *q = &one->asked.q;
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);
	enum err err;

	q->grouped = true;
	q->group = group;
	json_open_array(&one->c->json, name);
	err = store_ask(one->c->api->store, q, take_group, one, &totals, &next,
			why);
	json_close_array(&one->c->json);
	return err;
}

static enum err
put_details(struct one *one, struct diag *why)
{
	struct json_out *j = &one->c->json;
	enum err err;

	one->asked.q.limit = GROUPS_SHOWN;
	err = put_group(one, STORE_F_DOMAIN, "domains", why);
	if (err != ERR_NONE)
		return err;
	if (api_only_domain(&one->asked.q).n) {
		err = put_group(one, STORE_F_IP, "ips", why);
	} else {
		json_open_array(j, "ips");
		json_close_array(j);
	}
	if (err != ERR_NONE)
		return err;
	put_profile(one, sender_by_slug(one->slug));
	json_open_array(j, "findings");
	if (one->domain.n)
		err = api_source_findings(one->c, &one->asked.q, one->domain,
					  why);
	json_close_array(j);
	return err;
}

enum err
api_source(struct api_call *c, struct diag *why)
{
	struct one one = { .c = c, .list = { .c = c, .json = &c->json } };
	enum err err = api_question(c, "30d", NULL, &one.asked, why);

	if (err != ERR_NONE)
		return err;
	api_add_filter(&one.asked.q, STORE_F_SOURCE, c->param[0]);
	(void)api_begin(c, "waxseal.source/1");
	err = find_one(&one, why);
	if (err == ERR_NONE)
		err = put_details(&one, why);
	if (err == ERR_NONE)
		api_end(c);
	return err;
}
