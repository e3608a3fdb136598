/* provider.c - the kinds of DNS providers, what each needs, and its settings as
 * they are kept. */
#include "json/json.h"
#include "netaddr/netaddr.h"
#include "provider/provider.h"

static const char *const kinds[] = { "rfc2136",   "powerdns", "cloudflare",
				     "route53",   "desec",    "hetzner",
				     "domeneshop" };
static const char *const fields[] = { "server",    "url",     "key_name",
				      "algorithm", "account", "server_id",
				      "ca_file" };

_Static_assert(COUNT_OF(kinds) == PROVIDER_KINDS, "a name for each kind");
_Static_assert(COUNT_OF(fields) == PROVIDER_FIELDS, "a name for each field");

enum { VALUE_MAX = 1024, SECRET_MAX = 4096, PORT_MAX = 65535 };

#define BIT(field) (1u << (field))

/* What each must have, and what it may have. */
static const struct {
	unsigned needs, takes;
} takes[] = {
	[PROVIDER_RFC2136] = { BIT(PROVIDER_SERVER) | BIT(PROVIDER_KEY_NAME),
			       BIT(PROVIDER_ALGORITHM) },
	[PROVIDER_POWERDNS] = { BIT(PROVIDER_URL),
				BIT(PROVIDER_SERVER_ID) |
					BIT(PROVIDER_CA_FILE) },
	[PROVIDER_CLOUDFLARE] = { 0,
				  BIT(PROVIDER_URL) | BIT(PROVIDER_CA_FILE) },
	[PROVIDER_ROUTE53] = { BIT(PROVIDER_ACCOUNT),
			       BIT(PROVIDER_URL) | BIT(PROVIDER_CA_FILE) },
	[PROVIDER_DESEC] = { 0, BIT(PROVIDER_URL) | BIT(PROVIDER_CA_FILE) },
	[PROVIDER_HETZNER] = { 0, BIT(PROVIDER_URL) | BIT(PROVIDER_CA_FILE) },
	[PROVIDER_DOMENESHOP] = { BIT(PROVIDER_ACCOUNT),
				  BIT(PROVIDER_URL) | BIT(PROVIDER_CA_FILE) },
};

const char *
provider_kind_name(enum provider_kind kind)
{
	return kinds[kind];
}

bool
provider_kind_find(struct str name, enum provider_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_eq(name, str_of(kinds[i])))
			continue;
		*out = (enum provider_kind)i;
		return true;
	}
	return false;
}

const char *
provider_field_name(enum provider_field field)
{
	return fields[field];
}

bool
provider_field_of(enum provider_kind kind, enum provider_field field,
		  bool *needed)
{
	*needed = (takes[kind].needs & BIT(field)) != 0;
	return *needed || (takes[kind].takes & BIT(field)) != 0;
}

/* ---- checking ---- */

static enum err
bad(struct diag *why, const char *field)
{
	return diag_set(why, ERR_SYNTAX, "publish.bad_provider", 0, "%s",
			field);
}

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* A secret goes through TLS, or stays on this machine. PowerDNS speaks plain
 * HTTP only; where it stands is its owner's business. */
static bool
is_url(enum provider_kind kind, struct str url)
{
	static const char *const own[] = { "http://127.", "http://[::1]",
					   "http://localhost" };

	if (str_starts(url, S("https://")))
		return true;
	if (kind == PROVIDER_POWERDNS)
		return str_starts(url, S("http://"));
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (str_starts(url, str_of(own[i])))
			return true;
	return false;
}

/* "192.0.2.1:53", "[2001:db8::1]:53" */
static bool
is_server(struct str text)
{
	size_t colon = text.n;
	struct netaddr ip;
	uint64_t port;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	return colon > 0 && netaddr_parse(str_sub(text, 0, colon - 1), &ip) &&
	       str_u64(str_sub(text, colon, SIZE_MAX), &port) && port > 0 &&
	       port <= PORT_MAX;
}

static bool
is_algorithm(struct str name)
{
	static const char *const known[] = { "hmac-sha256", "hmac-sha512",
					     "hmac-sha384", "hmac-sha224",
					     "hmac-sha1" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq(name, str_of(known[i])))
			return true;
	return false;
}

static enum err
check(const struct provider *p, struct diag *why)
{
	struct str server = p->field[PROVIDER_SERVER];
	struct str url = p->field[PROVIDER_URL];
	struct str algorithm = p->field[PROVIDER_ALGORITHM];

	for (int i = 0; i < PROVIDER_FIELDS; i++) {
		const enum provider_field field = (enum provider_field)i;
		bool needed, has;

		has = provider_field_of(p->kind, field, &needed);
		if ((p->field[i].n == 0 && needed) ||
		    (p->field[i].n > 0 && !has) || p->field[i].n > VALUE_MAX ||
		    !is_printable(p->field[i]))
			return bad(why, fields[i]);
	}
	if (server.n > 0 && !is_server(server))
		return bad(why, fields[PROVIDER_SERVER]);
	if (url.n > 0 && !is_url(p->kind, url))
		return bad(why, fields[PROVIDER_URL]);
	if (algorithm.n > 0 && !is_algorithm(algorithm))
		return bad(why, fields[PROVIDER_ALGORITHM]);
	return ERR_NONE;
}

/* ---- as it is kept ---- */

enum err
provider_read(struct str kind, struct str settings, struct arena *mem,
	      struct provider *out, struct diag *why)
{
	const struct json_limits limits = { 64 << 10, 4 };
	SCOPED_JSON root = NULL;
	bool repaired;

	*out = (struct provider){ 0 };
	if (!provider_kind_find(kind, &out->kind))
		return bad(why, "kind");
	if (json_parse(settings, limits, &root, &repaired, NULL) != ERR_NONE)
		return bad(why, "settings");
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (!arena_dup(mem, json_str(json_get(root, fields[i])),
			       &out->field[i]))
			return bad(why, fields[i]);
	return check(out, why);
}

enum err
provider_write(const struct provider *p, struct buf *out, struct diag *why)
{
	struct json_out j = JSON_OUT(out);
	enum err err = check(p, why);

	if (err != ERR_NONE)
		return err;
	if (p->secret.n == 0 || p->secret.n > SECRET_MAX ||
	    !is_printable(p->secret))
		return bad(why, "secret");
	json_open_object(&j, NULL);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (p->field[i].n > 0)
			json_put_str(&j, fields[i], p->field[i]);
	json_close_object(&j);
	return out->full ? bad(why, "settings") : ERR_NONE;
}
