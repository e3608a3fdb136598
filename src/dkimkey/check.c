/* check.c - the keys of a domain: those of the selectors that are known, and
 * those that stand at a common one. */
#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "facts/facts.h"
#include "finding/finding.h"

#include <stdio.h>

enum {
	SELECTORS_MAX = 64,
	NAME_MAX_BYTES = 512,
	BITS_LEAST = 1024, /* RFC 8301 section 3.2: below is not verified */
	BITS_GOOD = 2048,
	BITS_MOST = 4096 /* the most that every verifier must take */
};

/* Of well-known services and programs; asking is cheap, guessing more is
 * not. */
static const char *const common[] = {
	"default",
	"selector1",
	"selector2",
	"google",
	"k1",
	"k2",
	"k3",
	"s1",
	"s2",
	"mail",
	"dkim",
	"fm1",
	"fm2",
	"fm3",
	"protonmail",
	"protonmail2",
	"protonmail3",
	"zoho",
	"mx",
	"mxvault",
	"mandrill",
	"smtpapi",
	"everlytickey1",
	"ctct1",
	"dkim1",
};

struct seen {
	size_t sound, ed25519, others, revoked;
	const struct facts_dns *trouble;
};

static void
tell_trouble(struct finding_list *out, struct str domain,
	     const struct facts_dns *d)
{
	const char *code = facts_trouble(d->status);

	finding_add(out, code, d->why, "domain", &domain, "host", &d->name,
		    "detail", &d->why, NULL);
}

/* The record that verifiers would take, when there is a choice. */
static struct str
choose(const struct facts_dns *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_starts(d->rr[i].data, S("v=DKIM1")))
			return d->rr[i].data;
	return d->n > 0 ? d->rr[0].data : S("");
}

void
dkimkey_name(struct str selector, struct str domain, struct buf *out)
{
	buf_add(out, selector);
	buf_addz(out, "._domainkey.");
	buf_add(out, domain);
}

bool
dkimkey_look(struct facts *f, struct str domain, struct str selector,
	     struct dkimkey_found *out)
{
	SCOPED_BUF name = BUF(NAME_MAX_BYTES);

	*out = (struct dkimkey_found){ 0 };
	dkimkey_name(selector, domain, &name);
	/* Cut short, it is over-long and has no answer but NXDOMAIN. */
	out->answer = facts_ask(f, buf_str(&name), FACTS_TXT);
	if (!out->answer)
		return false;
	out->text = choose(out->answer);
	out->multiple = out->answer->n > 1;
	out->there = out->answer->n > 0;
	if (out->there)
		dkimkey_parse(out->text, &out->key);
	return true;
}

struct place {
	struct facts *f;
	struct str domain, selector;
	struct finding_list *out;
};

static void
tell(const struct place *at, const char *code, struct str evidence,
     struct str detail)
{
	finding_add(at->out, code, evidence, "domain", &at->domain, "selector",
		    &at->selector, "detail", &detail, NULL);
}

static void
tell_bits(const struct place *at, const char *code,
	  const struct dkimkey_found *found)
{
	char number[24];
	struct str count;

	snprintf(number, sizeof(number), "%u", found->key.bits);
	count = str_of(number);
	finding_add(at->out, code, found->text, "domain", &at->domain,
		    "selector", &at->selector, "count", &count, NULL);
}

/* The record without the backslashes that a control panel put in. */
static void
tell_escaped(const struct place *at, const struct dkimkey_found *found)
{
	struct finding_found *told;
	SCOPED_BUF text = BUF(DKIMKEY_TEXT_MAX);
	struct str value;

	for (size_t i = 0; i < found->text.n; i++)
		if (found->text.p[i] != '\\')
			buf_addc(&text, found->text.p[i]);
	told = finding_add(at->out, "dkim.escaped", found->text, "domain",
			   &at->domain, "selector", &at->selector, NULL);
	if (told && arena_dup(facts_mem(at->f), buf_str(&text), &value))
		told->record = (struct finding_record){ found->answer->name,
							S("TXT"), value };
}

static void
tell_sound(const struct place *at, const struct dkimkey_found *found)
{
	const struct dkimkey *key = &found->key;
	char text[32] = "Ed25519";

	if (key->kind == DKIMKEY_RSA) {
		snprintf(text, sizeof(text), "RSA %u", key->bits);
		if (key->bits < BITS_LEAST) {
			tell_bits(at, "dkim.too_short", found);
			return;
		}
		if (key->bits < BITS_GOOD)
			tell_bits(at, "dkim.weak", found);
		else if (key->bits > BITS_MOST)
			tell_bits(at, "dkim.too_long", found);
	}
	if (key->testing)
		tell(at, "dkim.testing", found->text, key->t);
	if (key->no_subdomain)
		tell(at, "dkim.no_subdomains", found->text, key->t);
	if (key->g.p && !str_eq(key->g, S("*")))
		tell(at, "dkim.obsolete_g", found->text, key->g);
	if (!key->v.p)
		tell(at, "dkim.no_version", found->text, S(""));
	if (key->bare)
		tell(at, "dkim.bare_key", found->text, S(""));
	if (key->bits >= BITS_GOOD || key->kind == DKIMKEY_ED25519)
		tell(at, "dkim.key_ok", found->text, str_of(text));
}

static void
judge(const struct place *at, const struct dkimkey_found *found,
      struct seen *seen)
{
	const struct facts_dns *d = found->answer;
	const char *code;

	if (facts_trouble(d->status)) {
		tell_trouble(at->out, at->domain, d);
		return;
	}
	if (!found->there) {
		struct str last =
			d->chain_n > 0 ? d->chain[d->chain_n - 1] : d->name;

		tell(at, d->chain_n > 0 ? "dkim.dangling" : "dkim.no_key", last,
		     last);
		return;
	}
	if (found->multiple)
		tell(at, "dkim.multiple", found->text, S(""));
	code = dkimkey_fault_code(found->key.fault);
	if (found->key.fault == DKIMKEY_ESCAPED) {
		tell_escaped(at, found);
	} else if (code) {
		tell(at, code, found->text, found->key.where);
	} else {
		tell_sound(at, found);
		seen->sound++;
		if (found->key.kind == DKIMKEY_ED25519)
			seen->ed25519++;
	}
}

bool
dkimkey_check_one(struct facts *f, struct str domain, struct str selector,
		  struct finding_list *out)
{
	const struct place at = { f, domain, selector, out };
	struct dkimkey_found found;
	struct seen seen = { 0 };

	if (!dkimkey_look(f, domain, selector, &found))
		return false;
	judge(&at, &found, &seen);
	return true;
}

static bool
is_given(const struct facts_subject *s, struct str selector)
{
	for (size_t i = 0; i < s->selectors_n && i < SELECTORS_MAX; i++)
		if (str_eq_fold(s->selectors[i], selector))
			return true;
	return false;
}

static bool
check_given(struct facts *f, const struct facts_subject *s,
	    struct finding_list *out, struct seen *seen)
{
	bool known = true;

	for (size_t i = 0; i < s->selectors_n && i < SELECTORS_MAX; i++) {
		const struct place at = { f, s->domain, s->selectors[i], out };
		struct dkimkey_found found;

		if (dkimkey_look(f, s->domain, s->selectors[i], &found))
			judge(&at, &found, seen);
		else
			known = false;
	}
	return known;
}

/* What stands at a selector that nobody named: an old key that was revoked is
 * no news, and trouble is told once. */
static void
judge_common(const struct place *at, const struct dkimkey_found *found,
	     struct seen *seen)
{
	if (facts_trouble(found->answer->status)) {
		seen->trouble = found->answer;
	} else if (found->there && found->key.fault == DKIMKEY_NOT_DKIM) {
		if (seen->others++ == 0)
			finding_add(at->out, "dkim.wildcard", found->text,
				    "domain", &at->domain, "selector",
				    &at->selector, NULL);
	} else if (found->there && found->key.fault == DKIMKEY_REVOKED) {
		seen->revoked++;
	} else if (found->there) {
		judge(at, found, seen);
	}
}

static bool
check_common(struct facts *f, const struct facts_subject *s,
	     struct finding_list *out, struct seen *seen)
{
	bool known = true;

	for (size_t i = 0; i < COUNT_OF(common); i++) {
		const struct place at = { f, s->domain, str_of(common[i]),
					  out };
		struct dkimkey_found found;

		if (is_given(s, at.selector))
			continue;
		if (dkimkey_look(f, s->domain, at.selector, &found))
			judge_common(&at, &found, seen);
		else
			known = false;
	}
	return known;
}

/* Nothing stands below _domainkey: RFC 8020. */
static bool
has_none(struct facts *f, struct str domain, bool *known)
{
	SCOPED_BUF name = BUF(NAME_MAX_BYTES);
	const struct facts_dns *d;

	buf_addf(&name, "_domainkey.%.*s", STR_ARG(domain));
	d = facts_ask(f, buf_str(&name), FACTS_TXT);
	*known = d != NULL;
	return d && d->status == FACTS_NXDOMAIN;
}

bool
dkimkey_check(struct facts *f, const struct facts_subject *s,
	      struct finding_list *out)
{
	size_t before = out->n;
	struct seen seen = { 0 };
	bool known, none = has_none(f, s->domain, &known);

	known = check_given(f, s, out, &seen) && known;
	if (!known || (!none && !check_common(f, s, out, &seen)))
		return false;
	if (seen.trouble && out->n == before)
		tell_trouble(out, s->domain, seen.trouble);
	if (out->n == before && seen.revoked == 0)
		finding_add(out, "dkim.no_selector", S(""), "domain",
			    &s->domain, NULL);
	if (seen.sound > 0 && seen.ed25519 == seen.sound)
		finding_add(out, "dkim.ed25519_only", S(""), "domain",
			    &s->domain, NULL);
	return true;
}
