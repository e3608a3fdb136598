/* dkim.c - the record of a public key, and its key out of a record. */
#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "generate/private.h"

enum { KEY_MAX = 4096, FACTS_MEMORY = 1 << 20 };

/* DER of SubjectPublicKeyInfo before a raw Ed25519 key (RFC 8410), base64. */
static const char ed25519_head[] = "MCowBQYDK2VwAyEA";

static bool
is_base64(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '=';
}

/* The base64 of a PEM, or of what was pasted, without blanks. */
static bool
take_key(struct maker *m, struct str given, struct str *out)
{
	SCOPED_BUF b = BUF(KEY_MAX);
	struct str line, text;

	while (str_split(&given, '\n', &line)) {
		if (str_starts(str_trim(line), S("-----")))
			continue;
		for (size_t i = 0; i < line.n; i++) {
			const char c = line.p[i];

			if (is_base64(c))
				buf_addc(&b, c);
			else if (c != ' ' && c != '\t' && c != '\r')
				return false;
		}
	}
	text = buf_str(&b);
	/* p= holds such a key bare (RFC 8463 section 4). */
	if (str_eq(generate_get(m->w, GENERATE_KEY_TYPE), S("ed25519")) &&
	    str_starts(text, str_of(ed25519_head)))
		text = str_sub(text, sizeof(ed25519_head) - 1, SIZE_MAX);
	return !b.full && text.n > 0 && arena_dup(m->mem, text, out);
}

/* As a receiver would find it: false when the check has something against
 * it, which is then in the findings. */
static bool
is_fine(struct maker *m, const struct record *r, struct str selector)
{
	struct facts *f = facts_new(FACTS_MEMORY, m->now);
	const struct facts_rr rr = { .data = r->value, .strings = 1 };
	const struct facts_dns answer = { .name = r->name,
					  .type = FACTS_TXT,
					  .status = FACTS_FOUND,
					  .ttl = r->ttl,
					  .rr = &rr,
					  .n = 1 };
	struct finding_list found;
	bool good;

	finding_list_init(&found, facts_mem(f));
	good = facts_put_dns(f, &answer) &&
	       dkimkey_check_one(f, m->out->domain, selector, &found) &&
	       !found.full;
	for (size_t i = 0; good && i < found.n; i++) {
		const struct finding_found *one = &found.at[i];

		if (one->finding->severity < FINDING_WARN)
			continue;
		(void)finding_add(&m->out->found, one->finding->code, r->value,
				  "selector", &selector, "domain",
				  &m->out->domain, "detail", &r->value, NULL);
		good = false;
	}
	facts_free(f);
	return good;
}

static bool
is_selector(struct maker *m, struct str s)
{
	struct str folded;

	return s.n > 0 && dnsname_fold(s, m->mem, &folded) &&
	       str_eq_fold(folded, s);
}

void
generate_make_dkim(struct maker *m)
{
	const struct generate_wish *w = m->w;
	const struct str selector = generate_get(w, GENERATE_SELECTOR);
	struct str type = generate_get(w, GENERATE_KEY_TYPE), key;
	struct record *r;

	if (!is_selector(m, selector)) {
		generate_refuse(m, "generate.bad_selector", selector);
		return;
	}
	if (type.n == 0)
		type = S("rsa");
	if (!take_key(m, generate_get(w, GENERATE_PUBLIC_KEY), &key)) {
		generate_refuse(m, "generate.bad_key", type);
		return;
	}
	r = generate_record(
		m,
		generate_text(m->mem, "%.*s._domainkey", STR_ARG(selector)).p,
		RECORDS_TXT,
		generate_text(
			m->mem, "v=DKIM1; k=%.*s;%s p=%.*s", STR_ARG(type),
			generate_yes(w, GENERATE_NO_SUBDOMAINS) ? " t=s;" : "",
			STR_ARG(key)));
	if (!r)
		return;
	if (!is_fine(m, r, selector)) {
		generate_refuse(m, "generate.bad_key", type);
		return;
	}
	if (str_eq(type, S("ed25519")))
		generate_tell(m, "generate.dkim_rsa_too", S(""));
	generate_step(m, "generate.step.key_first");
	generate_step(m, "generate.step.look_dkim");
	generate_step(m, "generate.step.key_sign");
}

bool
generate_parse_dkim(struct generate_wish *w, struct str text,
		    struct finding_list *found)
{
	const struct str selector = generate_get(w, GENERATE_SELECTOR);
	struct dkimkey key;
	const char *code;

	dkimkey_parse(text, &key);
	if (key.fault == DKIMKEY_NOT_DKIM || !key.p.p)
		return false;
	code = dkimkey_fault_code(key.fault);
	if (code)
		(void)finding_add(found, code, text, "detail", &key.where,
				  "selector", &selector, NULL);
	generate_set(w, GENERATE_KEY_TYPE,
		     key.kind == DKIMKEY_ED25519 ? S("ed25519") : S("rsa"));
	generate_set(w, GENERATE_PUBLIC_KEY, key.p);
	generate_set(w, GENERATE_NO_SUBDOMAINS,
		     key.no_subdomain ? S("yes") : S("no"));
	return true;
}
