/* url.c - addresses: what an authority may send us to. */
#include "acme/private.h"

enum { PLAIN_SCHEME = 7, SECURE_SCHEME = 8 };

/* "host:port" between the scheme and the path; empty when it has neither
 * scheme. */
static struct str
authority_of(struct str url)
{
	size_t from = 0, n = 0;

	if (str_starts_fold(url, S("https://")))
		from = SECURE_SCHEME;
	else if (str_starts_fold(url, S("http://")))
		from = PLAIN_SCHEME;
	else
		return S("");
	url = str_sub(url, from, SIZE_MAX);
	while (n < url.n && url.p[n] != '/' && url.p[n] != '?' &&
	       url.p[n] != '#')
		n++;
	return str_sub(url, 0, n);
}

static bool
is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool
is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == '_'))
			return false;
	}
	return s.n > 0;
}

static bool
is_v6(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
		      (c >= '0' && c <= '9') || c == ':' || c == '.'))
			return false;
	}
	return s.n > 0;
}

/* False for what is not "host", "host:port" or the same with brackets. */
static bool
cut(struct str authority, struct str *host, struct str *port)
{
	bool v6 = str_starts(authority, S("["));
	size_t end;

	if (v6) {
		end = str_index(authority, ']');
		if (end == SIZE_MAX)
			return false;
		*host = str_sub(authority, 1, end - 1);
		authority = str_sub(authority, end + 1, SIZE_MAX);
	} else {
		end = str_index(authority, ':');
		*host = str_sub(authority, 0, end);
		authority = str_sub(authority, host->n, SIZE_MAX);
	}
	*port = str_sub(authority, 1, SIZE_MAX);
	if (authority.n > 0 && (authority.p[0] != ':' || !is_digits(*port)))
		return false;
	return v6 ? is_v6(*host) : is_host(*host);
}

struct str
acme_url_host(struct str url)
{
	struct str host, port;

	return cut(authority_of(url), &host, &port) ? host : S("");
}

static bool
is_loopback(struct str host)
{
	struct str rest = host, part;
	unsigned parts = 0;
	uint64_t n;

	if (str_eq(host, S("::1")))
		return true;
	if (!str_starts(host, S("127.")))
		return false;
	while (str_split(&rest, '.', &part)) {
		if (part.n > 3 || !str_u64(part, &n) || n > 255)
			return false;
		parts++;
	}
	return parts == 4;
}

bool
acme_url_allowed(struct str url, bool plain_loopback)
{
	struct str host, port;

	if (url.n >= ACME_URL_SIZE || !cut(authority_of(url), &host, &port))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '#')
			return false;
	if (str_starts_fold(url, S("https://")))
		return true;
	return plain_loopback && is_loopback(host);
}

static bool
is_default(struct str port, bool secure)
{
	return port.n == 0 || str_eq(port, secure ? S("443") : S("80"));
}

bool
acme_url_same_place(struct str a, struct str b)
{
	struct str host_a, host_b, port_a, port_b;
	bool secure = str_starts_fold(a, S("https://"));

	if (secure != str_starts_fold(b, S("https://")) ||
	    !cut(authority_of(a), &host_a, &port_a) ||
	    !cut(authority_of(b), &host_b, &port_b))
		return false;
	return str_eq_fold(host_a, host_b) &&
	       (str_eq(port_a, port_b) ||
		(is_default(port_a, secure) && is_default(port_b, secure)));
}
