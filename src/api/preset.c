/* preset.c - "what do Outlook, Hotmail, Live and MSN recipients see?": the
 * recipients' domains where reports tell them, else whose reports they are. */
#include "api/private.h"

enum { DOMAINS_MAX = 30 };

struct found {
	struct api_call *c;
	struct str domain[DOMAINS_MAX];
	size_t count;
	bool told; /* some report says for which domain mail was */
};

static bool
is_letters(struct str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 'a' || s.p[i] > 'z')
			return false;
	return s.n == n;
}

/* "com", "no", "co.jp", "com.au": where the mailboxes of a country are. */
static bool
is_country_form(struct str suffix)
{
	struct str rest = suffix;
	struct str first;

	if (str_eq(suffix, S("com")) || is_letters(suffix, 2))
		return true;
	return str_split(&rest, '.', &first) && is_letters(rest, 2) &&
	       (str_eq(first, S("com")) || str_eq(first, S("co")));
}

static bool
is_microsoft(struct str domain)
{
	static const char *const names[] = { "outlook", "hotmail", "live",
					     "msn" };
	size_t dot = str_index(domain, '.');

	if (dot == SIZE_MAX)
		return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(str_sub(domain, 0, dot), str_of(names[i])))
			return is_country_form(
				str_sub(domain, dot + 1, SIZE_MAX));
	return false;
}

/* The largest come first. */
static enum err
take_domain(void *ctx, const struct store_answer_row *row)
{
	struct found *f = ctx;

	f->told = f->told || row->key.n > 0;
	if (f->count == DOMAINS_MAX || !is_microsoft(row->key))
		return ERR_NONE;
	return arena_dup(f->c->mem, row->key, &f->domain[f->count++])
		       ? ERR_NONE
		       : ERR_LIMIT;
}

static void
use(struct found *f, struct api_question *asked)
{
	if (!f->told) {
		asked->preset_by = "reporter_family";
		api_add_filter(&asked->q, STORE_F_REPORTER_FAMILY,
			       S("microsoft"));
		return;
	}
	asked->preset_by = "to_domain";
	if (f->count == 0)
		f->domain[f->count++] = S("outlook.com");
	for (size_t i = 0; i < f->count; i++)
		api_add_filter(&asked->q, STORE_F_TO_DOMAIN, f->domain[i]);
}

enum err
api_preset(struct api_call *c, struct str name, struct api_question *asked,
	   struct diag *why)
{
	struct store_query q = asked->q;
	struct found f = { .c = c };
	struct store_answer_row totals;
	SCOPED_BUF next = BUF(8192);
	enum err err;

	if (name.n == 0)
		return ERR_NONE;
	if (!str_eq(name, S("microsoft")))
		return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
				"preset: microsoft");
	q.grouped = true;
	q.group = STORE_F_TO_DOMAIN;
	q.sort = STORE_M_MESSAGES;
	q.sort_by_key = q.ascending = false;
	q.limit = STORE_LIMIT_MAX;
	q.cursor = (struct str){ 0 };
	err = store_ask(c->api->store, &q, take_domain, &f, &totals, &next,
			why);
	if (err == ERR_NONE)
		use(&f, asked);
	return err;
}
