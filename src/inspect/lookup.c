/* lookup.c - one look-up: its subject, its judgement, its JSON. */
#include "dnsname/dnsname.h"
#include "inspect/inspect.h"
#include "inspect/private.h"

enum { FINDINGS_MAX = 4 << 20 };

static const struct inspect_kind *const kinds[] = {
	&inspect_mta_sts, &inspect_tls_rpt, &inspect_dmarc,
	&inspect_spf,     &inspect_dkim,    &inspect_mx,
	&inspect_dane,    &inspect_bimi,    &inspect_ptr,
};

const struct inspect_kind *
inspect_kind_at(size_t i)
{
	return i < COUNT_OF(kinds) ? kinds[i] : NULL;
}

const struct inspect_kind *
inspect_kind_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_eq(name, str_of(kinds[i]->name)))
			return kinds[i];
	return NULL;
}

void
inspect_put_txt(struct inspect_lookup *l, struct json_out *j, struct str name)
{
	const struct facts_dns *d = facts_ask(l->facts, name, FACTS_TXT);

	json_open_array(j, "records");
	for (size_t i = 0; d && i < d->n; i++)
		json_put_str(j, NULL, d->rr[i].data);
	json_close_array(j);
	json_put_i64(j, "ttl", d ? d->ttl : 0);
	json_put_bool(j, "secure", d && d->secure);
}

/* What a sender would do with it tells more than the domain in it: a name
 * with a dot before it, an address, letters that DNS does not have. */
static bool
is_telling(struct str word)
{
	bool telling = word.n > 0 && word.p[0] == '.';
	struct netaddr address;

	if (netaddr_parse(word, &address))
		return true;
	for (size_t i = 0; i < word.n; i++) {
		if (str_index(S(" \t\n/@:\""), word.p[i]) != SIZE_MAX)
			return false;
		telling = telling || (unsigned char)word.p[i] >= 0x80;
	}
	return telling;
}

static enum err
read_subject(struct inspect_lookup *l, struct str given, struct diag *why)
{
	struct arena *mem = facts_mem(l->facts);
	struct str *subject = &l->subject.domain;

	given = str_trim(given);
	if (l->kind == &inspect_mta_sts && is_telling(given) &&
	    arena_dup(mem, given, &l->typed))
		*subject = l->typed;
	if (!l->kind->address) {
		if (inspect_domain_in(given, mem, subject) &&
		    arena_dup(mem, *subject, subject))
			return ERR_NONE;
		if (netaddr_parse(l->typed, &l->address))
			return ERR_NONE;
		return diag_set(why, ERR_SYNTAX, "inspect.no_domain", 0, "%.*s",
				STR_ARG(given));
	}
	if (!netaddr_parse(given, &l->address) ||
	    !arena_dup(mem, str_trim(given), subject))
		return diag_set(why, ERR_SYNTAX, "inspect.no_address", 0,
				"%.*s", STR_ARG(given));
	return ERR_NONE;
}

enum err
inspect_lookup_init(struct inspect_lookup *l, struct facts *f,
		    const struct inspect_kind *kind, struct str subject,
		    struct str extra, struct diag *why)
{
	*l = (struct inspect_lookup){ .kind = kind,
				      .facts = f,
				      .given = str_trim(extra) };
	l->mem = arena_new(FINDINGS_MAX);
	if (!arena_dup(facts_mem(f), l->given, &l->given))
		return diag_set(why, ERR_LIMIT, "inspect.no_domain", 0, "-");
	return read_subject(l, subject, why);
}

void
inspect_lookup_fini(struct inspect_lookup *l)
{
	arena_free(l->mem);
	l->mem = NULL;
}

bool
inspect_lookup_judge(void *ctx)
{
	struct inspect_lookup *l = ctx;

	arena_reset(l->mem);
	finding_list_init(&l->found, l->mem);
	return l->kind->judge(l);
}

void
inspect_lookup_schema(const struct inspect_kind *kind, struct buf *out)
{
	buf_addz(out, "waxseal.lookup.");
	for (const char *p = kind->name; *p; p++)
		buf_addc(out, *p == '-' ? '_' : *p);
	buf_addz(out, "/1");
}

void
inspect_put_lookup(struct json_out *j, struct inspect_lookup *l,
		   enum finding_lang lang)
{
	json_put_str(j, l->kind->address ? "address" : "domain",
		     l->subject.domain);
	json_put_i64(j, "checked_at", facts_now(l->facts));
	if (l->kind->put)
		l->kind->put(l, j);
	finding_put_list(j, "findings", &l->found, lang);
}
