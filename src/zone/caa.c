/* caa.c - who may issue a certificate for the policy host (RFC 8659). */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "zone/private.h"
#include "zone/zone.h"

enum { LEVELS_MAX = 12, TEXT_MAX = 1024, FLAG_CRITICAL = 0x80 };

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* Letters, digits, hyphens and dots (RFC 8659 section 4.2). */
static bool
is_issuer(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter_or_digit(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

static bool
names_issuer(const struct zone_caa *c)
{
	return str_eq_fold(c->tag, S("issue")) ||
	       str_eq_fold(c->tag, S("issuewild"));
}

bool
zone_caa_parse(struct str rdata, struct zone_caa *out)
{
	size_t tag_n, semicolon;

	if (rdata.n < 3)
		return false;
	tag_n = (uint8_t)rdata.p[1];
	if (tag_n == 0 || tag_n > rdata.n - 2)
		return false;
	*out = (struct zone_caa){
		.critical = ((uint8_t)rdata.p[0] & FLAG_CRITICAL) != 0,
		.tag = str_sub(rdata, 2, tag_n),
		.value = str_sub(rdata, 2 + tag_n, SIZE_MAX),
	};
	for (size_t i = 0; i < out->tag.n; i++)
		if (!is_letter_or_digit(out->tag.p[i]))
			return false;
	if (!names_issuer(out))
		return true;
	semicolon = str_index(out->value, ';');
	out->issuer = str_trim(str_sub(out->value, 0, semicolon));
	if (semicolon != SIZE_MAX)
		out->parameters =
			str_trim(str_sub(out->value, semicolon + 1, SIZE_MAX))
				.n > 0;
	out->malformed = !is_issuer(out->issuer);
	if (out->malformed)
		out->issuer = S("");
	return true;
}

static bool
is_known(struct str tag)
{
	static const char *const known[] = { "issue",        "issuewild",
					     "iodef",        "contactemail",
					     "contactphone", "issuemail",
					     "issuevmc" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_fold(tag, str_of(known[i])))
			return true;
	return false;
}

struct rules {
	struct str host, at; /* policy host, where the records stand */
	size_t issue;        /* how many "issue" */
	bool parameters;
	struct buf issuers;
	struct finding_list *out;
};

static void
tell(const struct rules *r, const char *code, struct str evidence,
     struct str detail)
{
	finding_add(r->out, code, evidence, "host", &r->host, "domain", &r->at,
		    "detail", &detail, NULL);
}

static void
read_record(struct rules *r, struct str rdata)
{
	struct zone_caa c;

	if (!zone_caa_parse(rdata, &c)) {
		tell(r, "caa.malformed", rdata, rdata);
		return;
	}
	if (c.critical && !is_known(c.tag))
		tell(r, "caa.unknown_critical", c.value, c.tag);
	if (c.malformed)
		tell(r, "caa.malformed", c.value, c.value);
	/* The policy host is one name: issuewild does not concern it. */
	if (!str_eq_fold(c.tag, S("issue")))
		return;
	r->issue++;
	r->parameters = r->parameters || c.parameters;
	if (c.issuer.n > 0)
		buf_addf(&r->issuers, "%s%.*s", r->issuers.n > 0 ? ", " : "",
			 STR_ARG(c.issuer));
}

static void
judge(struct rules *r, const struct facts_dns *d)
{
	for (size_t i = 0; i < d->n; i++)
		read_record(r, d->rr[i].data);
	if (r->issue == 0)
		tell(r, "caa.none", S(""), r->at);
	else if (r->issuers.n == 0)
		tell(r, "caa.forbids", S(";"), r->at);
	else
		tell(r, r->parameters ? "caa.restricted" : "caa.issuers",
		     buf_str(&r->issuers), buf_str(&r->issuers));
}

/* From the host upwards, the first name with CAA records decides (RFC 8659
 * section 3). All are asked for at once. */
static bool
ask_levels(struct facts *f, struct str host,
	   const struct facts_dns *level[LEVELS_MAX], size_t *n)
{
	struct str name = host;
	bool known = true;

	for (*n = 0; *n < LEVELS_MAX && name.n > 0; (*n)++) {
		size_t dot = str_index(name, '.');

		level[*n] = facts_ask(f, name, FACTS_CAA);
		known = known && level[*n];
		name = dot == SIZE_MAX ? S("")
				       : str_sub(name, dot + 1, SIZE_MAX);
	}
	return known;
}

bool
zone_caa_host_check(struct facts *f, struct str host, struct finding_list *out)
{
	const struct facts_dns *level[LEVELS_MAX];
	size_t n, dot = str_index(host, '.');
	struct rules r = { .issuers = BUF(TEXT_MAX),
			   .out = out,
			   .host = host,
			   .at = str_sub(host, dot + 1, SIZE_MAX) };

	if (!ask_levels(f, r.host, level, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (facts_trouble(level[i]->status)) {
			r.at = level[i]->name;
			tell(&r, "caa.unanswered", level[i]->why, r.at);
			return true;
		}
		if (level[i]->n > 0) {
			r.at = level[i]->name;
			judge(&r, level[i]);
			buf_free(&r.issuers);
			return true;
		}
	}
	tell(&r, "caa.none", S(""), r.at);
	return true;
}

bool
zone_caa_check(struct facts *f, const struct facts_subject *s,
	       struct finding_list *out)
{
	SCOPED_BUF host = BUF(TEXT_MAX);

	buf_addf(&host, "mta-sts.%.*s", STR_ARG(s->domain));
	return zone_caa_host_check(f, buf_str(&host), out);
}
