/* Whatever is wished for: what comes out passes the check that a domain's
 * owner would run on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bimi/bimi.h"
#include "dkimkey/dkimkey.h"
#include "dmarcrec/dmarcrec.h"
#include "generate/generate.h"
#include "mtasts/mtasts.h"
#include "spf/spf.h"
#include "tlsrptrec/tlsrptrec.h"

#include <string.h>

enum { MEMORY = 8 << 20, NOON = 1763812800, ROUNDS = 400, LOOKS = 40 };

/* Good, odd and hostile ones for every field. */
static const char *const pool[] = {
	"none",
	"quarantine",
	"reject",
	"relaxed",
	"strict",
	"yes",
	"no",
	"u",
	"n",
	"y",
	"0",
	"1",
	"d",
	"s",
	"fail",
	"softfail",
	"rsa",
	"ed25519",
	"testing",
	"enforce",
	"3600",
	"604800",
	"86400",
	"2592000",
	"99999999",
	"a@example.com",
	"b@reports.example.net",
	"a,b!c@example.com",
	"a@example.com; p=reject",
	"\"x\"@example.com",
	"x y@example.com",
	"mailto:c@example.com?subject=a;b",
	"https://r.example.net/in?a=b,c",
	"https://web.example.com/logo.svg",
	"https://web.example.com/cert.pem",
	"https://web.example.com/l.svg; a=x",
	"_spf.example.net",
	"mail.example.com",
	"mx1.example.com",
	"*.example.com",
	"192.0.2.1",
	"192.0.2.0/24",
	"2001:db8::/48",
	"::/0",
	"0.0.0.0/1",
	"s1",
	"a.b",
	"s 1",
	"v=spf1 -all",
	"ptr",
	"mx",
	"a:mail.example.com",
	"~all",
	"+all",
	"redirect=_spf.example.net",
	"exp=why.example.com",
	"id1",
	"a;b",
	"\x01",
	"\xff",
	"\"",
	"\\",
	"b\xc3\xbc"
	"cher.example",
	"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
};

static const char world[] =
	"example.com A 192.0.2.9\n"
	"example.com MX 10 mx1.example.com\n"
	"example.com MX 20 mail.example.com\n"
	"mx1.example.com A 192.0.2.1\n"
	"mail.example.com A 192.0.2.2\n"
	"mta-sts.example.com A 192.0.2.3\n"
	"reports.example.net A 192.0.2.4\n"
	"r.example.net A 192.0.2.4\n"
	"web.example.com A 192.0.2.5\n"
	"xn--bcher-kva.example A 192.0.2.6\n"
	"_spf.example.net TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n"
	"why.example.com TXT \"no\"\n";

static uint32_t seed = 7;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* A value that fits half of the time, else any. */
static struct str
value_for(const struct generate_field_info *info)
{
	const char *one = pool[any(COUNT_OF(pool))];

	for (unsigned i = 0; info->choices && i < 20 && any(8) > 0; i++) {
		one = pool[any(COUNT_OF(pool))];
		if (strstr(info->choices, one))
			break;
	}
	return str_of(one);
}

static void
wish_for_something(struct generate_wish *w, enum generate_kind kind,
		   struct arena *mem)
{
	generate_wish_init(w, kind, mem);
	for (int f = GENERATE_CURRENT + 1; f < GENERATE_FIELDS; f++) {
		const struct generate_field_info *info =
			generate_field_info((enum generate_field)f);

		if ((info->kinds & 1u << kind) == 0 || any(3) > 0)
			continue;
		for (uint32_t n = info->shape == GENERATE_LIST ? any(4) : 1;
		     n > 0; n--)
			generate_add(w, (enum generate_field)f,
				     value_for(info));
	}
	generate_set(w, GENERATE_DOMAIN, S("example.com"));
	/* Kinds that nothing but the right words make. */
	if (kind == GENERATE_DMARC && any(4)) {
		static const char *const good[] = { "a@example.com",
						    "a,b!c@example.com",
						    "b@reports.example.net" };

		w->v[GENERATE_FO].n = w->v[GENERATE_RUF].n = 0;
		w->v[GENERATE_PSD].n = 0;
		generate_set(w, GENERATE_RUA, str_of(good[any(3)]));
		if (any(2))
			generate_set(w, GENERATE_RUF, str_of(good[any(3)]));
		if (any(2))
			generate_set(w, GENERATE_FO, S("1"));
	}
	if (kind == GENERATE_TLS_RPT && any(2))
		generate_set(w, GENERATE_RUA, S("a@example.com"));
	if (kind == GENERATE_BIMI && any(2))
		generate_set(w, GENERATE_LOGO,
			     S("https://web.example.com/logo.svg"));
	if (kind == GENERATE_MTA_STS && any(2)) {
		generate_set(w, GENERATE_MX, S("mx1.example.com"));
		generate_add(w, GENERATE_MX, S("mail.example.com"));
	}
	if (kind == GENERATE_DKIM && any(2)) {
		generate_set(w, GENERATE_SELECTOR, S("s1"));
		generate_set(w, GENERATE_KEY_TYPE, S("ed25519"));
		generate_set(w, GENERATE_PUBLIC_KEY,
			     S("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"
			       "="));
	}
}

/* ---- the world in which it is published ---- */

static void
add_line(struct buf *text, struct str name, const char *type, struct str value)
{
	buf_add(text, name);
	buf_addf(text, " 3600 %s ", type);
	if (strcmp(type, "TXT") == 0)
		records_print_txt(value, text);
	else
		buf_add(text, value);
	buf_addc(text, '\n');
}

static struct facts *
publish(const struct generate_result *r, enum generate_kind kind)
{
	struct facts *f = facts_new(MEMORY, NOON);
	SCOPED_BUF text = BUF(1 << 20);
	struct diag why = { 0 };

	buf_addz(&text, world);
	for (size_t i = 0; i < r->records.n; i++)
		add_line(&text, r->records.at[i].name,
			 records_type_name(r->records.at[i].type),
			 r->records.at[i].value);
	for (size_t i = 0; i < r->found.n; i++)
		if (r->found.at[i].record.name.n > 0)
			add_line(&text, r->found.at[i].record.name, "TXT",
				 r->found.at[i].record.value);
	if (kind == GENERATE_MTA_STS)
		add_line(&text, S("_smtp._tls.example.com"), "TXT",
			 S("v=TLSRPTv1; rua=mailto:a@example.com"));
	if (kind == GENERATE_BIMI)
		add_line(&text, S("_dmarc.example.com"), "TXT",
			 S("v=DMARC1; p=reject"));
	if (facts_put_world(f, buf_str(&text), &why) != ERR_NONE)
		fail_msg("%s line %u of\n%s", why.code, (unsigned)why.line,
			 buf_c(&text));
	return f;
}

static const struct facts_tls *
good_tls(struct str host, struct str names[1])
{
	static struct facts_tls tls;

	names[0] = host;
	tls = (struct facts_tls){ .version = 0x0304,
				  .alert = -1,
				  .cert = { .there = true,
					    .not_before = NOON - 86400,
					    .not_after = NOON + 60 * 86400,
					    .names = names,
					    .names_n = 1,
					    .chain = FACTS_CHAIN_TRUSTED,
					    .key_bits = 256,
					    .key_type = S("EC") } };
	return &tls;
}

/* Every server is there and does what it should. */
static void
answer(struct facts *f, const struct generate_result *r)
{
	static const char logo[] =
		"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" "
		"baseProfile=\"tiny-ps\" viewBox=\"0 0 9 9\">"
		"<title>x</title><rect width=\"9\" height=\"9\"/></svg>";
	struct facts_question q;
	struct str names[1];

	for (size_t i = 0; facts_open(f, i, &q); i++) {
		const bool policy = str_starts(q.name, S("mta-sts."));
		struct facts_web web = {
			.stage = FACTS_DONE,
			.status = 200,
			.has_type = true,
			.type = policy ? S("text/plain") : S("image/svg+xml"),
			.body = policy ? r->file[0].body : str_of(logo),
			.tls = *good_tls(q.name, names)
		};
		struct facts_mail mail = { .stage = FACTS_DONE,
					   .tls = web.tls };

		if (q.kind == FACTS_WEB)
			assert_true(facts_put_web(f, &q, &web));
		else if (q.kind == FACTS_MAIL)
			assert_true(facts_put_mail(f, &q, &mail));
		else
			fail_msg("open: %.*s", STR_ARG(q.name));
	}
	facts_settle(f);
}

static bool
check_dkim(struct facts *f, const struct facts_subject *s,
	   struct finding_list *out)
{
	return dkimkey_check_one(f, s->domain, s->selectors[0], out);
}

/* The record alone: whether there is a certificate is not its matter. */
static bool
check_bimi(struct facts *f, const struct facts_subject *s,
	   struct finding_list *out)
{
	const struct facts_dns *d;
	struct bimi rec;
	SCOPED_BUF name = BUF(512);

	buf_addf(&name, "%.*s._bimi.%.*s", STR_ARG(s->selectors[0]),
		 STR_ARG(s->domain));
	d = facts_ask(f, buf_str(&name), FACTS_TXT);
	assert_non_null(d);
	assert_int_equal(d->n, 1);
	assert_int_equal(bimi_parse(d->rr[0].data, &rec, NULL), ERR_NONE);
	bimi_lint(&rec, out);
	return true;
}

static bool (*const checks[GENERATE_KINDS])(struct facts *,
					    const struct facts_subject *,
					    struct finding_list *) = {
	[GENERATE_DMARC] = dmarcrec_check,    [GENERATE_SPF] = spf_check,
	[GENERATE_DKIM] = check_dkim,         [GENERATE_MTA_STS] = mtasts_check,
	[GENERATE_TLS_RPT] = tlsrptrec_check, [GENERATE_BIMI] = check_bimi,
};

/* About the world, not about the record. */
static bool
is_beside(const struct generate_wish *w, const struct generate_result *r,
	  const char *code)
{
	/* The person chose names that do not cover the servers of this world,
	 * or addresses for the policy host that lie elsewhere. */
	if (w->kind == GENERATE_MTA_STS &&
	    (str_starts(str_of(code), S("mtasts.mx_")) || r->records.n > 1))
		return true;
	/* Told with the record. */
	if (strcmp(code, "spf.lookups_near_limit") == 0)
		return finding_list_find(&r->found,
					 "generate.spf_near_limit") != NULL;
	/* What an included service does, or a name that is not there. */
	return w->kind == GENERATE_SPF &&
	       (strcmp(code, "spf.include_missing") == 0 ||
		strcmp(code, "spf.include_fault") == 0 ||
		strcmp(code, "spf.void_lookups") == 0 ||
		strcmp(code, "spf.void_lookup") == 0);
}

static void
hold(const struct generate_wish *w, const struct generate_result *r)
{
	struct facts *f = publish(r, w->kind);
	struct str selector = generate_get(w, GENERATE_SELECTOR);
	const struct facts_subject s = { .domain = S("example.com"),
					 .selectors = &selector,
					 .selectors_n = 1 };
	struct finding_list found;
	unsigned looks = 0;

	if (selector.n == 0)
		selector = S("default");
	finding_list_init(&found, facts_mem(f));
	while (!checks[w->kind](f, &s, &found)) {
		assert_true(++looks < LOOKS);
		answer(f, r);
		finding_list_init(&found, facts_mem(f));
	}
	for (size_t i = 0; i < found.n; i++) {
		const struct finding *one = found.at[i].finding;

		if (one->severity >= FINDING_WARN &&
		    !is_beside(w, r, one->code))
			fail_msg("%s (%.*s): %.*s", one->code,
				 STR_ARG(found.at[i].evidence),
				 STR_ARG(r->records.at[0].value));
	}
	facts_free(f);
}

static void
what_is_made_is_never_flagged(void **state)
{
	unsigned made[GENERATE_KINDS] = { 0 };

	(void)state;
	for (unsigned i = 0; i < ROUNDS * GENERATE_KINDS; i++) {
		SCOPED_ARENA mem = arena_new(MEMORY);
		struct generate_wish w;
		struct generate_result r;

		wish_for_something(&w, (enum generate_kind)(i % GENERATE_KINDS),
				   mem);
		generate_make(&w, NOON, mem, &r);
		if (!r.made) {
			/* Nobody is refused without a reason. */
			assert_true(finding_list_worst(&r.found) >=
				    FINDING_WARN);
			continue;
		}
		made[w.kind]++;
		hold(&w, &r);
		for (int form = 0; form < RECORDS_FORMS; form++) {
			SCOPED_BUF text = BUF(1 << 20);

			assert_true(records_print(
				&r.records, (enum records_form)form, &text));
		}
	}
	for (size_t k = 0; k < GENERATE_KINDS; k++)
		if (made[k] < 10)
			fail_msg("%s: only %u",
				 generate_kind_name((enum generate_kind)k),
				 made[k]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_never_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
