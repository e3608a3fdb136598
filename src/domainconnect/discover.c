/* discover.c - who has a domain's DNS, and does he know our template? Every
 * byte here is the provider's: bounded, and only https addresses are taken. */
#include "domainconnect/domainconnect.h"
#include "dnsname/dnsname.h"
#include "json/json.h"

enum { JSON_DEPTH = 8, URL_MAX = 1024, NAME_MAX_BYTES = 100 };

struct asking {
	struct facts *f;
	struct arena *mem;
	struct finding_list *said;
	struct str domain;
};

static void
tell(struct asking *a, const char *code, struct str detail)
{
	(void)finding_add(a->said, code, detail, "domain", &a->domain, "detail",
			  &detail, NULL);
}

/* Letters, digits and hyphens, with a dot: nothing that could end a URL's
 * host early. */
static bool
is_host(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '.')
			return false;
	}
	return str_index(name, '.') != SIZE_MAX;
}

/* "dcc.example/api" is a host and the start of a path. False when it is no
 * host name, or more than that: a port, a user, a query. */
static bool
split_place(struct str place, struct arena *mem, struct str *host,
	    struct str *path)
{
	size_t slash = str_index(place, '/');

	*path = slash == SIZE_MAX ? (struct str){ 0 }
				  : str_sub(place, slash, SIZE_MAX);
	while (path->n > 0 && path->p[path->n - 1] == '/')
		path->n--;
	for (size_t i = 0; i < path->n; i++)
		if (path->p[i] <= ' ' || path->p[i] >= 0x7f ||
		    path->p[i] == '?' || path->p[i] == '#' || path->p[i] == '"')
			return false;
	return place.n <= URL_MAX &&
	       dnsname_fold(str_sub(place, 0, slash), mem, host) &&
	       is_host(*host) && arena_dup(mem, *host, host);
}

/* GET at the first address. False: not yet; *answer NULL: told. */
static bool
get(struct asking *a, struct str host, struct str path,
    const struct facts_web **answer)
{
	bool sure;

	if (!facts_fetch_first(a->f, host, path, answer, &sure))
		return false;
	if (!*answer)
		tell(a, "domainconnect.unreachable", host);
	return true;
}

/* A provider's certificate counts: what he says decides where people are
 * sent. */
static bool
is_sure(struct asking *a, const struct facts_web *web, struct str host)
{
	return web->stage == FACTS_DONE && !web->cut && !web->over &&
	       facts_cert_holds(&web->tls.cert, host, facts_now(a->f));
}

/* The TXT record names where the provider is asked. False: not yet. */
static bool
find_place(struct asking *a, struct str *host, struct str *path, bool *found)
{
	SCOPED_BUF name = BUF(DNSNAME_MAX + 32);
	const struct facts_dns *txt;

	buf_addf(&name, "_domainconnect.%.*s", STR_ARG(a->domain));
	txt = facts_ask(a->f, buf_str(&name), FACTS_TXT);
	*found = false;
	if (!txt)
		return false;
	if (facts_trouble(txt->status))
		tell(a, "domainconnect.unreachable", buf_str(&name));
	else if (txt->status != FACTS_FOUND || txt->n == 0)
		tell(a, "domainconnect.none", (struct str){ 0 });
	else if (!split_place(txt->rr[0].data, a->mem, host, path))
		tell(a, "domainconnect.bad_settings", txt->rr[0].data);
	else
		*found = true;
	return true;
}

/* "https://dcc.example/connect" with a host name in it. */
static bool
is_url(struct str url, struct arena *mem, struct str *host, struct str *path)
{
	return str_starts(url, S("https://")) &&
	       split_place(str_sub(url, 8, SIZE_MAX), mem, host, path);
}

/* What the provider says of itself; `api` and `path` are asked about the
 * template. False: told. */
static bool
read_settings(struct asking *a, const struct facts_web *web,
	      struct domainconnect_found *out, struct str *api,
	      struct str *path)
{
	struct json_limits limits = { FACTS_BODY_MAX, JSON_DEPTH };
	struct str host, rest, url, sync, name;
	SCOPED_BUF kept = BUF(2 * URL_MAX);
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	bool repaired = false;

	if (json_parse(web->body, limits, &root, &repaired, &why) != ERR_NONE) {
		tell(a, "domainconnect.bad_settings", S("JSON"));
		return false;
	}
	sync = json_str(json_get(root, "urlSyncUX"));
	url = json_str(json_get(root, "urlAPI"));
	name = json_str(json_get(root, "providerDisplayName"));
	if (name.n == 0)
		name = json_str(json_get(root, "providerName"));
	if (is_url(sync, a->mem, &host, &rest))
		buf_addf(&kept, "https://%.*s%.*s", STR_ARG(host),
			 STR_ARG(rest));
	if (kept.n == 0 || !is_url(url, a->mem, api, path) ||
	    !arena_dup(a->mem, *path, path) ||
	    !arena_dup(a->mem, str_sub(name, 0, NAME_MAX_BYTES),
		       &out->provider) ||
	    !arena_dup(a->mem, buf_str(&kept), &out->sync_url)) {
		tell(a, "domainconnect.bad_settings", S("urlSyncUX, urlAPI"));
		return false;
	}
	return true;
}

/* Whether the provider has our template. False: not yet. */
static bool
ask_template(struct asking *a, const struct domainconnect_us *us,
	     struct str host, struct str path, struct domainconnect_found *out)
{
	SCOPED_BUF place = BUF(URL_MAX + DNSNAME_MAX + 128);
	const struct facts_web *web;
	bool sure;

	buf_addf(&place, "%.*s/v2/domainTemplates/providers/%.*s/services/%s",
		 STR_ARG(path), STR_ARG(us->zone), DOMAINCONNECT_SERVICE);
	if (!get(a, host, buf_str(&place), &web))
		return false;
	sure = web && is_sure(a, web, host);
	if (sure && web->status == 200)
		return true;
	if (web)
		tell(a,
		     sure && web->status == 404 ? "domainconnect.no_template"
						: "domainconnect.unreachable",
		     out->provider.n > 0 ? out->provider : host);
	out->sync_url = (struct str){ 0 };
	return true;
}

bool
domainconnect_discover(struct facts *f, const struct domainconnect_us *us,
		       struct str domain, struct arena *mem,
		       struct domainconnect_found *out,
		       struct finding_list *said)
{
	struct asking a = { f, mem, said, domain };
	SCOPED_BUF settings = BUF(URL_MAX + DNSNAME_MAX + 32);
	struct str host, path;
	const struct facts_web *web;
	bool found;

	*out = (struct domainconnect_found){ 0 };
	if (!find_place(&a, &host, &path, &found))
		return false;
	if (!found)
		return true;
	buf_addf(&settings, "%.*s/v2/%.*s/settings", STR_ARG(path),
		 STR_ARG(domain));
	if (!get(&a, host, buf_str(&settings), &web))
		return false;
	if (!web)
		return true;
	if (!is_sure(&a, web, host) || web->status != 200) {
		tell(&a, "domainconnect.unreachable", host);
		return true;
	}
	if (!read_settings(&a, web, out, &host, &path))
		return true;
	return ask_template(&a, us, host, path, out);
}
