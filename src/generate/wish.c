/* wish.c - wishes as fields, whatever they came from. */
#include "base/base.h"
#include "generate/private.h"

#define DMARC (1u << GENERATE_DMARC)
#define SPF (1u << GENERATE_SPF)
#define DKIM (1u << GENERATE_DKIM)
#define STS (1u << GENERATE_MTA_STS)
#define RPT (1u << GENERATE_TLS_RPT)
#define BIMI (1u << GENERATE_BIMI)
#define EVERY (DMARC | SPF | DKIM | STS | RPT | BIMI)

static const char policies[] = "none quarantine reject";

static const struct generate_field_info fields[GENERATE_FIELDS] = {
	[GENERATE_DOMAIN] = { "domain", GENERATE_TEXT, EVERY, NULL },
	[GENERATE_ZONE] = { "zone", GENERATE_TEXT, EVERY, NULL },
	[GENERATE_TTL] = { "ttl", GENERATE_NUMBER, EVERY, NULL },
	[GENERATE_CURRENT] = { "current", GENERATE_LIST, EVERY, NULL },
	[GENERATE_POLICY] = { "policy", GENERATE_CHOICE, DMARC, policies },
	[GENERATE_SUBDOMAINS] = { "subdomains", GENERATE_CHOICE, DMARC,
				  policies },
	[GENERATE_NONEXISTENT] = { "nonexistent", GENERATE_CHOICE, DMARC,
				   policies },
	[GENERATE_RUA] = { "rua", GENERATE_LIST, DMARC | RPT, NULL },
	[GENERATE_RUF] = { "ruf", GENERATE_LIST, DMARC, NULL },
	[GENERATE_FO] = { "fo", GENERATE_LIST, DMARC, "0 1 d s" },
	[GENERATE_DKIM_ALIGNMENT] = { "dkim_alignment", GENERATE_CHOICE, DMARC,
				      "relaxed strict" },
	[GENERATE_SPF_ALIGNMENT] = { "spf_alignment", GENERATE_CHOICE, DMARC,
				     "relaxed strict" },
	[GENERATE_TESTING] = { "testing", GENERATE_YES, DMARC, NULL },
	[GENERATE_PSD] = { "psd", GENERATE_CHOICE, DMARC, "u y n" },
	[GENERATE_INCLUDE] = { "include", GENERATE_LIST, SPF, NULL },
	[GENERATE_IP] = { "ip", GENERATE_LIST, SPF, NULL },
	[GENERATE_SEND_MX] = { "send_mx", GENERATE_YES, SPF, NULL },
	[GENERATE_SEND_A] = { "send_a", GENERATE_YES, SPF, NULL },
	[GENERATE_TERM] = { "terms", GENERATE_LIST, SPF, NULL },
	[GENERATE_ALL] = { "all", GENERATE_CHOICE, SPF, "fail softfail" },
	[GENERATE_SELECTOR] = { "selector", GENERATE_TEXT, DKIM | BIMI, NULL },
	[GENERATE_KEY_TYPE] = { "key_type", GENERATE_CHOICE, DKIM,
				"rsa ed25519" },
	[GENERATE_PUBLIC_KEY] = { "public_key", GENERATE_TEXT, DKIM, NULL },
	[GENERATE_NO_SUBDOMAINS] = { "no_subdomains", GENERATE_YES, DKIM,
				     NULL },
	[GENERATE_MODE] = { "mode", GENERATE_CHOICE, STS,
			    "testing enforce none" },
	[GENERATE_MAX_AGE] = { "max_age", GENERATE_NUMBER, STS, NULL },
	[GENERATE_MX] = { "mx", GENERATE_LIST, STS, NULL },
	[GENERATE_ID] = { "id", GENERATE_TEXT, STS, NULL },
	[GENERATE_ALIAS] = { "alias", GENERATE_TEXT, STS, NULL },
	[GENERATE_ADDRESS] = { "addresses", GENERATE_LIST, STS, NULL },
	[GENERATE_LOGO] = { "logo", GENERATE_TEXT, BIMI, NULL },
	[GENERATE_CERTIFICATE] = { "certificate", GENERATE_TEXT, BIMI, NULL },
	[GENERATE_DECLINE] = { "decline", GENERATE_YES, BIMI, NULL },
};

const struct generate_field_info *
generate_field_info(enum generate_field field)
{
	return &fields[field];
}

void
generate_wish_init(struct generate_wish *w, enum generate_kind kind,
		   struct arena *mem)
{
	*w = (struct generate_wish){ .kind = kind, .mem = mem };
}

static bool
make_room(struct generate_wish *w, struct generate_values *v)
{
	struct str *more;

	if (v->n < v->room)
		return true;
	if (v->n >= GENERATE_VALUES_MAX)
		return false;
	more = arena_array(w->mem, 2 * v->room + 4, sizeof(*more));
	if (!more)
		return false;
	for (size_t i = 0; i < v->n; i++)
		more[i] = v->at[i];
	v->at = more;
	v->room = 2 * v->room + 4;
	return true;
}

void
generate_add(struct generate_wish *w, enum generate_field field,
	     struct str value)
{
	struct generate_values *v = &w->v[field];

	value = str_trim(value);
	if (value.n == 0)
		return;
	if (value.n > GENERATE_VALUE_MAX || !make_room(w, v) ||
	    !arena_dup(w->mem, value, &v->at[v->n]))
		w->full = true;
	else
		v->n++;
}

void
generate_set(struct generate_wish *w, enum generate_field field,
	     struct str value)
{
	w->v[field].n = 0;
	generate_add(w, field, value);
}

struct str
generate_get(const struct generate_wish *w, enum generate_field field)
{
	const struct generate_values *v = &w->v[field];

	return v->n > 0 ? v->at[v->n - 1] : (struct str){ 0 };
}

bool
generate_yes(const struct generate_wish *w, enum generate_field field)
{
	return str_eq(generate_get(w, field), S("yes"));
}
