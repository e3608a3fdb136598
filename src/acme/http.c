/* http.c - one exchange with an authority, by libcurl. */
#include "acme/session.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_SECONDS = 20, WHOLE_SECONDS = 60, HEADERS_MAX = 200 };

struct acme_http {
	CURL *curl;
	struct curl_slist *headers;
	struct acme_reply *reply; /* of the exchange that runs */
	unsigned lines;
	char host[256];
	char words[CURL_ERROR_SIZE];
};

bool
acme_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* libcurl takes a common name for the host where there is no alternative
 * name; OpenSSL, told the host, does not. */
static CURLcode
set_host(CURL *curl, void *context, void *ctx)
{
	const struct acme_http *h = ctx;
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);

	(void)curl;
	X509_VERIFY_PARAM_set_hostflags(param,
					X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, h->host) == 1 ||
	    X509_VERIFY_PARAM_set1_host(param, h->host, 0) == 1)
		return CURLE_OK;
	return CURLE_SSL_CONNECT_ERROR;
}

/* ---- what comes back ---- */

static size_t
take_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct acme_http *h = ctx;
	struct str piece = { bytes, size * n };

	return buf_add(&h->reply->body, piece) ? piece.n : 0;
}

/* A value that does not fit is as good as none. */
static void
take_value(struct str line, struct str name, char *out, size_t room)
{
	struct str value;

	if (!str_starts_fold(line, name))
		return;
	value = str_trim(str_sub(line, name.n, SIZE_MAX));
	if (value.n >= room || memchr(value.p, '\0', value.n))
		return;
	if (value.n > 0)
		memcpy(out, value.p, value.n);
	out[value.n] = '\0';
}

static size_t
take_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct acme_http *h = ctx;
	struct acme_reply *r = h->reply;
	struct str line = { bytes, size * n };

	if (++h->lines > HEADERS_MAX)
		return 0;
	take_value(line, S("Replay-Nonce:"), r->nonce, sizeof r->nonce);
	take_value(line, S("Location:"), r->location, sizeof r->location);
	take_value(line, S("Retry-After:"), r->retry_after,
		   sizeof r->retry_after);
	return line.n;
}

/* ---- asking ---- */

static void
set_bounds(CURL *curl)
{
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
			       (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
			       (long)CONNECT_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			       (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "Waxseal");
}

struct acme_http *
acme_http_new(const char *ca_file)
{
	static const char *const lines[] = {
		"Content-Type: application/jose+json", "Expect:"
	};
	struct acme_http *h = heap_new(sizeof *h);

	h->curl = curl_easy_init();
	if (!h->curl)
		return h;
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct curl_slist *more =
			curl_slist_append(h->headers, lines[i]);

		h->headers = more ? more : h->headers;
	}
	set_bounds(h->curl);
	(void)curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->words);
	(void)curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	(void)curl_easy_setopt(h->curl, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(h->curl, CURLOPT_HEADERDATA, h);
	(void)curl_easy_setopt(h->curl, CURLOPT_SSL_CTX_FUNCTION, set_host);
	(void)curl_easy_setopt(h->curl, CURLOPT_SSL_CTX_DATA, h);
	if (ca_file && ca_file[0])
		(void)curl_easy_setopt(h->curl, CURLOPT_CAINFO, ca_file);
	return h;
}

void
acme_http_free(struct acme_http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->curl);
	curl_slist_free_all(h->headers);
	heap_free(h);
}

static void
set_method(struct acme_http *h, enum acme_method method, struct str body)
{
	bool post = method == ACME_POST;

	(void)curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	(void)curl_easy_setopt(h->curl, CURLOPT_NOBODY,
			       method == ACME_HEAD ? 1L : 0L);
	(void)curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER,
			       post ? h->headers : NULL);
	if (!post)
		return;
	(void)curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
	(void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.p);
}

static void
clear_reply(struct acme_reply *r)
{
	struct buf body = r->body;

	buf_clear(&body);
	body.max = ACME_BODY_MAX;
	*r = (struct acme_reply){ .body = body };
}

enum err
acme_http_ask(struct acme_http *h, enum acme_method method, const char *url,
	      struct str body, struct acme_reply *reply, struct diag *why)
{
	struct str host = acme_url_host(str_of(url));
	CURLcode code;

	clear_reply(reply);
	if (!h->curl)
		return diag_set(why, ERR_IO, "acme.unreachable", 0, "libcurl");
	(void)snprintf(h->host, sizeof h->host, "%.*s", STR_ARG(host));
	h->reply = reply;
	h->lines = 0;
	h->words[0] = '\0';
	(void)curl_easy_setopt(h->curl, CURLOPT_URL, url);
	set_method(h, method, body);
	code = curl_easy_perform(h->curl);
	if (code != CURLE_OK)
		return diag_set(
			why, ERR_IO, "acme.unreachable", 0, "%s: %s", h->host,
			h->words[0] ? h->words : curl_easy_strerror(code));
	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE,
				&reply->status);
	return ERR_NONE;
}
