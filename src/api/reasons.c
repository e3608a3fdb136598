/* reasons.c - why a source's mail does not pass, read from its failing rows. */
#include "api/source.h"

enum { ROWS_READ = 500, NAME_MAX = 254 };

/* One reason: how many messages, and the name met most in it. */
struct reason {
	int64_t messages;
	int64_t most; /* messages of the row that gave the name */
	char name[NAME_MAX + 1];
	size_t length;
};

enum {
	NONE_ALIGNED,
	SPF_UNALIGNED,
	DKIM_UNALIGNED,
	DKIM_BODY,
	DKIM_NO_KEY,
	FORWARDED,
	OVERRIDDEN,
	REASONS
};

struct reasons {
	struct reason of[REASONS];
	int64_t messages; /* of all rows that were read */
};

static void
count(struct reason *r, int64_t messages, struct str name)
{
	r->messages += messages;
	if (name.n == 0 || name.n > NAME_MAX || messages <= r->most)
		return;
	r->most = messages;
	for (size_t i = 0; i < name.n; i++)
		r->name[i] = name.p[i];
	r->length = name.n;
}

static struct str
member(const struct json *object, const char *key)
{
	return json_str(json_get(object, key));
}

/* The first result of a kind with one of these words. */
static const struct json *
with_result(const struct json *results, struct str word)
{
	for (size_t i = 0; i < json_count(results); i++)
		if (str_eq(member(json_at(results, i), "result"), word))
			return json_at(results, i);
	return NULL;
}

/* What reporters add to a failure to say that the key was not found. */
static bool
is_missing_key(const struct json *result)
{
	struct str human = member(result, "human");

	return str_find_fold(human, S("no key")) != SIZE_MAX ||
	       str_find_fold(human, S("key not found")) != SIZE_MAX ||
	       str_find_fold(human, S("nxdomain")) != SIZE_MAX;
}

static void
count_dkim_failure(struct reasons *all, const struct json *dkim,
		   int64_t messages)
{
	const struct json *failed = with_result(dkim, S("fail"));
	const struct json *broken = with_result(dkim, S("permerror"));

	if (broken || (failed && is_missing_key(failed)))
		count(&all->of[DKIM_NO_KEY], messages,
		      member(broken ? broken : failed, "selector"));
	else if (failed)
		count(&all->of[DKIM_BODY], messages, member(failed, "domain"));
}

/* A row that failed DMARC: what SPF and DKIM passed for, if anything. */
static void
count_failure(struct reasons *all, const struct store_detail *d,
	      const struct json *auth)
{
	const struct json *spf = with_result(json_get(auth, "spf"), S("pass"));
	const struct json *dkim =
		with_result(json_get(auth, "dkim"), S("pass"));
	int64_t messages = (int64_t)d->count;

	if (spf)
		count(&all->of[SPF_UNALIGNED], messages, member(spf, "domain"));
	if (dkim)
		count(&all->of[DKIM_UNALIGNED], messages,
		      member(dkim, "domain"));
	if (!dkim)
		count_dkim_failure(all, json_get(auth, "dkim"), messages);
	if (!spf && !dkim)
		count(&all->of[NONE_ALIGNED], messages, d->domain);
}

static enum err
take_row(void *ctx, const struct store_detail *d)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	struct reasons *all = ctx;
	SCOPED_JSON auth = NULL;
	bool repaired;
	int64_t messages = (int64_t)d->count;

	all->messages += messages;
	if (str_eq(d->class_name, S("forwarded")))
		count(&all->of[FORWARDED], messages, d->reporter);
	if (d->overrides.n)
		count(&all->of[OVERRIDDEN], messages, d->reporter);
	if (d->spf_aligned || d->dkim_aligned)
		return ERR_NONE;
	if (json_parse(d->auth_json, limits, &auth, &repaired, NULL) ==
	    ERR_NONE)
		count_failure(all, d, auth);
	return ERR_NONE;
}

static const struct {
	const char *code, *name;
	enum finding_severity severity;
} known[REASONS] = {
	[NONE_ALIGNED] = { "dmarc.none_aligned", "name", FINDING_WARN },
	[SPF_UNALIGNED] = { "dmarc.spf_ok_unaligned", "mailfrom",
			    FINDING_WARN },
	[DKIM_UNALIGNED] = { "dmarc.dkim_ok_unaligned", "d", FINDING_WARN },
	[DKIM_BODY] = { "dkim.fail_body", "d", FINDING_WARN },
	[DKIM_NO_KEY] = { "dkim.no_key", "selector", FINDING_FAIL },
	[FORWARDED] = { "src.forwarded_likely", "org", FINDING_INFO },
	[OVERRIDDEN] = { "src.override", "org", FINDING_INFO },
};

static void
put_reasons(struct api_call *c, const struct reasons *all, struct str domain)
{
	for (size_t i = 0; i < REASONS; i++) {
		const struct reason *r = &all->of[i];
		struct api_notice n = { .code = known[i].code,
					.severity = known[i].severity };

		if (r->messages == 0)
			continue;
		api_notice_text(&n, "domain", domain);
		api_notice_text(&n, "source", c->param[0]);
		api_notice_text(&n, known[i].name,
				(struct str){ r->name, r->length });
		api_notice_number(&n, "messages", r->messages);
		api_notice_number(&n, "of", all->messages);
		api_put_notice(&c->json, NULL, &n);
	}
}

static enum err
read_rows(struct api_call *c, const struct store_query *base, bool failing,
	  struct reasons *all, struct diag *why)
{
	struct store_query q = *base;
	SCOPED_BUF next = BUF(8192);

	q.limit = ROWS_READ;
	q.cursor = (struct str){ 0 };
	api_add_filter(&q, failing ? STORE_F_RESULT : STORE_F_CLASS,
		       failing ? S("fail") : S("forwarded"));
	return store_rows(c->api->store, &q, take_row, all, &next, why);
}

enum err
api_source_findings(struct api_call *c, const struct store_query *q,
		    struct str domain, struct diag *why)
{
	struct reasons all = { 0 };
	struct store_query base = *q;
	enum err err;

	if (api_only_domain(q).n == 0)
		api_add_filter(&base, STORE_F_DOMAIN, domain);
	err = read_rows(c, &base, true, &all, why);
	if (err == ERR_NONE && all.of[FORWARDED].messages == 0)
		err = read_rows(c, &base, false, &all, why);
	if (err == ERR_NONE)
		put_reasons(c, &all, domain);
	return err;
}
