/* context.c - what a command works on: the store, the geo files, the question
 * its options ask. */
#include "cli/context.h"
#include "ingest/ingest.h"
#include "insight/insight.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	PATH_MAX_BYTES = 4096,
	HOST_ROOM = 256,
	SETTLE_PATIENCE = 2000 /* ms */
};

struct str
cli_hostname(struct cli *c)
{
	char name[HOST_ROOM] = { 0 };
	struct str given = c->config->at[CLI_KEY_HOSTNAME].value, out;

	if (given.n > 0 && arena_dup(c->mem, given, &out))
		return out;
	if (gethostname(name, sizeof(name) - 1) < 0 || name[0] == '\0' ||
	    !arena_dup(c->mem, str_of(name), &out))
		return S("localhost");
	return out;
}

struct store *
cli_store(struct cli *c, enum store_mode mode, int *code)
{
	struct store *s = NULL;
	struct diag why = { 0 };
	enum err err = store_open(c->data, mode, CLI_PATIENCE, &s, &why);

	if (err == ERR_NONE)
		return s;
	*code = cli_fail(c, err, &why);
	if (err == ERR_GONE)
		cli_next(c, "waxseal report import PATH");
	return NULL;
}

static void
saw_work(void *ctx, uint64_t done, uint64_t all)
{
	(void)done;
	(void)all;
	*(bool *)ctx = true;
}

/* Counts what an import left uncounted. Folding nothing costs next to
 * nothing; only when there was something are names looked up as well. */
static enum err
settle(const struct cli *c, struct store *s)
{
	struct diag why = { 0 };
	bool worked = false;
	enum err err = store_fold(s, STORE_OWNER_SELF, saw_work, &worked, &why);

	if (err != ERR_NONE || !worked)
		return err;
	struct geo *geo = cli_geo(c);

	err = ingest_settle(s, STORE_OWNER_SELF, geo, &why);
	geo_close(geo);
	return err;
}

struct store *
cli_store_settled(struct cli *c, int *code)
{
	struct store *s = NULL;
	struct diag why = { 0 };

	/* Who may not write here still gets answers. */
	if (store_open(c->data, STORE_WRITE, SETTLE_PATIENCE, &s, &why) !=
	    ERR_NONE)
		return cli_store(c, STORE_READ, code);
	if (settle(c, s) != ERR_NONE)
		cli_note(c, "cli.query.behind", CLI_NO_ARGS);
	return s;
}

/* The directory of the running program, with "/" at its end. */
static bool
program_directory(char out[PATH_MAX_BYTES])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX_BYTES - 1);
	char *slash;

	if (n <= 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash)
		slash[1] = '\0';
	return slash != NULL;
}

/* What the configuration names, else what lies beside the program, else what
 * a package brought. */
void
cli_geo_path(const struct cli_config *config, enum cli_key key,
	     const char *name, struct buf *out)
{
	struct str set = config->at[key].value;
	char beside[PATH_MAX_BYTES];

	if (set.n) {
		buf_add(out, set);
		return;
	}
	if (program_directory(beside))
		buf_addf(out, "%sgeo/%s", beside, name);
	if (out->n && access(buf_c(out), R_OK) == 0)
		return;
	buf_clear(out);
	buf_addf(out, "/usr/share/waxseal/geo/%s", name);
}

struct geo *
cli_geo(const struct cli *c)
{
	SCOPED_BUF country = BUF(2 * PATH_MAX_BYTES);
	SCOPED_BUF asn = BUF(2 * PATH_MAX_BYTES);

	cli_geo_path(c->config, CLI_KEY_GEO_COUNTRY, "country.mmdb", &country);
	cli_geo_path(c->config, CLI_KEY_GEO_ASN, "asn.mmdb", &asn);
	return geo_open(buf_c(&country), buf_c(&asn));
}

/* Options that are part of a question, and none of their own meaning. */
static bool
is_question(const struct cli_option *o)
{
	static const char *const own[] = { "group", "sort" };
	static const enum cli_group shared[] = { CLI_FILTERS, CLI_TIME,
						 CLI_PAGE };

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (strcmp(o->name, own[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT_OF(shared); i++) {
		size_t n;
		const struct cli_option *group =
			cli_group_options(shared[i], &n);

		for (size_t k = 0; k < n; k++)
			if (strcmp(group[k].name, o->name) == 0)
				return true;
	}
	return false;
}

static enum err
ask_for(struct store_query *q, const char *name, const char *value, int64_t now,
	struct diag *why)
{
	char plain[64];

	(void)snprintf(plain, sizeof plain, "%s", name);
	for (char *p = plain; *p; p++)
		if (*p == '-')
			*p = '_';
	return insight_set(q, str_of(plain), str_of(value ? value : "true"),
			   now, why);
}

int
cli_query(const struct cli *c, const char *range, const char *group,
	  struct store_query *q)
{
	struct diag why = { 0 };
	bool timed = cli_given(c, "range") || cli_given(c, "from") ||
		     cli_given(c, "to");
	enum err err = ERR_NONE;

	insight_init(q, STORE_OWNER_SELF);
	if (range && !timed)
		err = insight_set(q, S("range"), str_of(range), c->now, &why);
	if (group && err == ERR_NONE)
		err = insight_set(q, S("group"), str_of(group), c->now, &why);
	for (size_t i = 0; i < c->args.given_count && err == ERR_NONE; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (is_question(g->option))
			err = ask_for(q, g->option->name, g->value, c->now,
				      &why);
	}
	return err == ERR_NONE ? CLI_FINE : cli_fail(c, err, &why);
}

static void
put_date(struct json_out *j, const char *key, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	if (day == INT64_MIN || day == INT64_MAX)
		json_put_null(j, key);
	else
		json_put_str(j, key,
			     str_of(civil_print_date(day * CIVIL_DAY, text)));
}

static void
put_values(struct json_out *j, const struct store_query *q,
	   enum store_field field)
{
	bool open = false;

	for (size_t i = 0; i < q->filter_count; i++) {
		const struct store_filter *f = &q->filter[i];
		SCOPED_BUF value = BUF(4096);

		if (f->field != field)
			continue;
		if (!open)
			json_open_array(j, store_field_name(field));
		open = true;
		buf_addz(&value, f->not_it ? "!" : "");
		buf_add(&value, f->value);
		json_put_str(j, NULL, buf_str(&value));
	}
	if (open)
		json_close_array(j);
}

void
cli_json_query(struct json_out *j, const struct store_query *q,
	       const char *group)
{
	SCOPED_BUF sort = BUF(64);
	const char *own = q->grouped ? store_field_name(q->group) : "";

	json_open_object(j, "query");
	put_date(j, "from", q->first_day);
	put_date(j, "to", q->last_day);
	json_put_known(j, "group", str_of(group ? group : own));
	buf_addf(&sort, "%s%s", q->ascending ? "" : "-",
		 q->sort_by_key ? "key" : store_measure_name(q->sort));
	json_put_str(j, "sort", buf_str(&sort));
	for (int i = 0; i < STORE_FIELDS; i++)
		put_values(j, q, (enum store_field)i);
	json_close_object(j);
}

void
cli_json_measures(struct json_out *j, const int64_t *m, const bool *known)
{
	for (int i = 0; i < STORE_MEASURES; i++)
		cli_json_i64(j, store_measure_name((enum store_measure)i), m[i],
			     known[i]);
}

void
cli_list_init(const struct cli *c, struct store_list *list,
	      const struct store_query *q)
{
	*list = (struct store_list){
		.owner = STORE_OWNER_SELF,
		.domain = str_of(cli_value(c, "domain")),
		.reporter = str_of(cli_value(c, "reporter")),
		.first_day = q->first_day,
		.last_day = q->last_day,
		.limit = q->limit,
		.cursor = q->cursor,
	};
}
