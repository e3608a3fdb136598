/* suggest.c - domains, sources, reporters, countries and addresses that fit
 * what was typed so far: five of each kind at most, the best first. */
#include "api/suggest.h"
#include "api/handlers.h"
#include "api/overview.h"

#include "dnsname/dnsname.h"

enum { SHOWN = 5, TYPED_MAX = 200, TEXT_MAX = 4096 };

/* How well something fits; a smaller one goes first. */
enum fit { FIT_EXACT, FIT_START, FIT_INSIDE, FIT_NOT };

struct found {
	struct str value, label;
	enum fit fit;
};
struct search {
	struct api_call *c;
	struct str typed;   /* folded */
	struct str as_name; /* typed, as A-labels; or empty */
	struct found best[SHOWN];
	size_t count;
};

static enum fit
fit_of(const struct search *s, struct str text)
{
	SCOPED_BUF folded = BUF(TEXT_MAX);
	size_t at;

	api_fold_text(text, &folded);
	at = str_find(buf_str(&folded), s->typed);
	if (at == SIZE_MAX)
		return FIT_NOT;
	if (at > 0)
		return FIT_INSIDE;
	return folded.n == s->typed.n ? FIT_EXACT : FIT_START;
}

static enum fit
better(enum fit a, enum fit b)
{
	return a < b ? a : b;
}

/* Of equal fit, what came first (the largest) stays first. */
static void
offer(struct search *s, struct str value, struct str label, enum fit fit)
{
	struct found one = { .fit = fit };
	size_t at = s->count;

	if (fit == FIT_NOT)
		return;
	while (at > 0 && s->best[at - 1].fit > fit)
		at--;
	if (at == SHOWN || !arena_dup(s->c->mem, value, &one.value) ||
	    !arena_dup(s->c->mem, label, &one.label))
		return;
	if (s->count < SHOWN)
		s->count++;
	for (size_t i = s->count - 1; i > at; i--)
		s->best[i] = s->best[i - 1];
	s->best[at] = one;
}

static void
put(struct search *s, const char *kind, const char *filter)
{
	struct json_out *j = &s->c->json;

	for (size_t i = 0; i < s->count; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "kind", str_of(kind));
		json_put_str(j, "value", s->best[i].value);
		json_put_str(j, "label", s->best[i].label);
		json_open_object(j, "filter");
		json_put_str(j, "name", str_of(filter));
		json_put_str(j, "value", s->best[i].value);
		json_close_object(j);
		json_close_object(j);
	}
	s->count = 0;
}

/* ---- kinds ---- */

static void
offer_domain(struct search *s, struct str name)
{
	SCOPED_ARENA mem = arena_new(TEXT_MAX);
	struct str shown = dnsname_show(name, mem);
	enum fit fit = better(fit_of(s, name), fit_of(s, shown));

	if (s->as_name.n && str_eq(s->as_name, name))
		fit = FIT_EXACT;
	else if (s->as_name.n && str_starts(name, s->as_name))
		fit = better(fit, FIT_START);
	offer(s, name, shown, fit);
}

static enum err
take_domain(void *ctx, const struct store_answer_row *row)
{
	offer_domain(ctx, row->key);
	return ERR_NONE;
}

static bool
is_offered(const struct search *s, struct str value)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->best[i].value, value))
			return true;
	return false;
}

static enum err
take_registered(void *ctx, const struct control_domain *d)
{
	if (!is_offered(ctx, d->name))
		offer_domain(ctx, d->name);
	return ERR_NONE;
}

static enum err
take_named(void *ctx, const struct store_answer_row *row)
{
	struct search *s = ctx;
	struct str label = row->label.n ? row->label : row->key;

	if (row->key.n)
		offer(s, row->key, label,
		      better(fit_of(s, row->key), fit_of(s, label)));
	return ERR_NONE;
}

static void
find_countries(struct search *s)
{
	enum finding_lang lang = s->c->person.lang;

	for (const struct api_country *c = api_countries; c->code[0]; c++) {
		struct str code = str_of(c->code);
		enum fit fit =
			str_eq_fold(s->typed, code) ? FIT_EXACT : FIT_NOT;

		fit = better(fit, fit_of(s, str_of(c->name[lang])));
		fit = better(fit, fit_of(s, str_of(c->name[FINDING_EN])));
		/* One letter fits half the world. */
		if (s->typed.n > 1)
			offer(s, code, str_of(c->name[lang]), fit);
	}
}

static void
find_address(struct search *s)
{
	struct netaddr_net net;
	SCOPED_BUF text = BUF(128);
	char printed[NETADDR_PRINT_MAX];

	if (!netaddr_parse_net(s->typed, &net))
		return;
	if (net.bits == 8 * NETADDR_BYTES)
		buf_addz(&text, netaddr_print(&net.first, printed));
	else
		netaddr_print_net(&net, &text);
	offer(s, buf_str(&text), buf_str(&text), FIT_EXACT);
}

static enum err
find_in_store(struct search *s, struct diag *why)
{
	struct api_question asked;
	struct store_query *q = &asked.q;
	enum err err = api_question(s->c, "30d", NULL, &asked, why);

	api_add_filter(q, STORE_F_TRUST, S("any"));
	if (err == ERR_NONE)
		err = api_group(s->c, q, STORE_F_DOMAIN, take_domain, s, why);
	if (err == ERR_NONE)
		err = control_domains(s->c->api->control, s->c->person.owner,
				      take_registered, s, why);
	put(s, "domain", "domain");
	if (err == ERR_NONE)
		err = api_group(s->c, q, STORE_F_SOURCE, take_named, s, why);
	put(s, "source", "source");
	if (err == ERR_NONE)
		err = api_group(s->c, q, STORE_F_REPORTER, take_named, s, why);
	put(s, "reporter", "reporter");
	return err;
}

enum err
api_suggest(struct api_call *c, struct diag *why)
{
	struct search s = { .c = c };
	struct str typed = str_sub(api_arg(c, "q"), 0, TYPED_MAX);
	SCOPED_BUF folded = BUF(TEXT_MAX);
	enum err err = ERR_NONE;

	api_fold_text(typed, &folded);
	s.typed = str_trim(buf_str(&folded));
	if (!dnsname_fold(s.typed, c->mem, &s.as_name))
		s.as_name = S("");
	(void)api_begin(c, "waxseal.suggest/1");
	json_open_array(&c->json, "suggestions");
	if (s.typed.n) {
		find_address(&s);
		put(&s, "ip", "ip");
		err = find_in_store(&s, why);
		find_countries(&s);
		put(&s, "country", "country");
	}
	json_close_array(&c->json);
	api_end(c);
	return err;
}
