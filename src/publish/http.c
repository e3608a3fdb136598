/* http.c - questions to the APIs of DNS providers, through libcurl. */
#include "publish/http.h"
#include "seal/seal.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_MS = 10000, OK_MIN = 200, OK_MAX = 299, LINE_MAX_BYTES = 8192 };

_Static_assert(PUBLISH_WORDS_MAX >= CURL_ERROR_SIZE, "libcurl writes there");

static size_t
take(char *bytes, size_t size, size_t n, void *ctx)
{
	struct publish_http *h = ctx;

	return buf_add(&h->answer, (struct str){ bytes, size * n }) ? size * n
								    : 0;
}

static enum err
add_header(struct publish_http *h, const char *line, struct diag *why)
{
	struct curl_slist *more = curl_slist_append(h->headers, line);

	if (!more)
		return diag_set(why, ERR_LIMIT, "publish.unreachable", 0,
				"libcurl");
	h->headers = more;
	return ERR_NONE;
}

static void
set_bounds(struct publish_http *h)
{
	struct str ca = h->t->provider->field[PROVIDER_CA_FILE];

	(void)curl_easy_setopt(h->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(h->curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(h->curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(h->curl, CURLOPT_CONNECTTIMEOUT_MS,
			       (long)CONNECT_MS);
	(void)curl_easy_setopt(h->curl, CURLOPT_SSLVERSION,
			       (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(h->curl, CURLOPT_USERAGENT, "Waxseal");
	(void)curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->words);
	(void)curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	if (ca.n > 0)
		(void)curl_easy_setopt(h->curl, CURLOPT_CAINFO, ca.p);
}

enum err
publish_http_open(struct publish_http *h, struct publish_task *t,
		  const char *usual, const char *header, struct diag *why)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	enum err err;

	*h = (struct publish_http){ .t = t,
				    .usual = usual,
				    .answer = BUF(PUBLISH_ANSWER_MAX) };
	h->curl = curl_easy_init();
	if (!h->curl)
		return diag_set(why, ERR_LIMIT, "publish.unreachable", 0,
				"libcurl");
	set_bounds(h);
	err = add_header(h,
			 t->provider->kind == PROVIDER_ROUTE53
				 ? "Content-Type: application/xml"
				 : "Content-Type: application/json",
			 why);
	if (err == ERR_NONE && header) {
		buf_addz(&line, header);
		buf_add(&line, t->provider->secret);
		err = add_header(h, buf_c(&line), why);
		seal_wipe(line.p, line.room);
	}
	return err;
}

void
publish_http_close(struct publish_http *h)
{
	curl_easy_cleanup(h->curl);
	/* The secret stands in one of them. */
	for (struct curl_slist *one = h->headers; one; one = one->next)
		seal_wipe(one->data, strlen(one->data));
	curl_slist_free_all(h->headers);
	buf_free(&h->answer);
}

enum err
publish_http_login(struct publish_http *h, const char *scheme, struct diag *why)
{
	const struct provider *p = h->t->provider;
	SCOPED_BUF secret = BUF(LINE_MAX_BYTES);
	bool good;

	buf_add(&secret, p->secret);
	good = (scheme ? curl_easy_setopt(h->curl, CURLOPT_AWS_SIGV4, scheme)
		       : curl_easy_setopt(h->curl, CURLOPT_HTTPAUTH,
					  (long)CURLAUTH_BASIC)) == CURLE_OK &&
	       curl_easy_setopt(h->curl, CURLOPT_USERNAME,
				p->field[PROVIDER_ACCOUNT].p) == CURLE_OK &&
	       curl_easy_setopt(h->curl, CURLOPT_PASSWORD, buf_c(&secret)) ==
		       CURLE_OK;
	seal_wipe(secret.p, secret.room);
	return good ? ERR_NONE
		    : diag_set(why, ERR_LIMIT, "publish.unreachable", 0,
			       "libcurl");
}

/* ---- what a refusal says ---- */

static struct str
words_of(const struct json *answer)
{
	static const char *const keys[] = { "error", "detail", "message",
					    "help" };
	const struct json *errors = json_get(answer, "errors");

	if (json_count(errors) > 0)
		return json_str(json_get(json_at(errors, 0), "message"));
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct json *v = json_get(answer, keys[i]);

		if (json_type(v) == JSON_OBJECT)
			v = json_get(v, "message");
		if (json_str(v).n > 0)
			return json_str(v);
	}
	return S("");
}

static enum err
refused(struct publish_http *h, struct diag *why)
{
	const struct json_limits limits = { PUBLISH_ANSWER_MAX, 32 };
	SCOPED_JSON answer = NULL;
	struct str words = S("");
	bool repaired;
	bool later = h->status == 429 || h->status >= 500;

	if (h->answer.n > 0 && json_parse(buf_str(&h->answer), limits, &answer,
					  &repaired, NULL) == ERR_NONE)
		words = words_of(answer);
	if (words.n == 0 && h->answer.n > 0 && h->answer.p[0] == '<')
		words = str_sub(buf_str(&h->answer), 0, PUBLISH_DETAIL_MAX);
	return diag_set(why,
			later              ? ERR_IO
			: h->status == 404 ? ERR_GONE
					   : ERR_SYNTAX,
			later ? "publish.unreachable" : "publish.refused", 0,
			"HTTP %ld%s%.*s", h->status, words.n > 0 ? ": " : "",
			STR_ARG(str_sub(words, 0, PUBLISH_DETAIL_MAX)));
}

enum err
publish_no_zone(const struct publish_http *h, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "publish.refused", 0,
			"no such zone: %.*s", STR_ARG(h->t->plan->zone));
}

enum err
publish_odd(const struct publish_http *h, const char *what, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "publish.refused", 0,
			"%s: not as documented (HTTP %ld)", what, h->status);
}

/* ---- one question ---- */

static void
set_body(struct publish_http *h, const char *method, struct str body)
{
	(void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, NULL);
	(void)curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	if (body.n > 0) {
		(void)curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
		(void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body.p);
		(void)curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE,
				       (long)body.n);
	}
	(void)curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, h->headers);
}

static void
set_url(struct publish_http *h, const char *path, struct buf *url)
{
	struct str base = h->t->provider->field[PROVIDER_URL];

	if (base.n == 0)
		base = str_of(h->usual);
	while (base.n > 0 && base.p[base.n - 1] == '/')
		base.n--;
	buf_add(url, base);
	buf_addz(url, path);
	(void)curl_easy_setopt(h->curl, CURLOPT_URL, buf_c(url));
}

enum err
publish_http_ask(struct publish_http *h, const char *method, const char *path,
		 struct str body, struct diag *why)
{
	SCOPED_BUF url = BUF(PUBLISH_URL_MAX);
	int64_t left = publish_left(h->t);
	CURLcode code;

	set_url(h, path, &url);
	set_body(h, method, body);
	(void)curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS,
			       (long)(left > 0 ? left : 1));
	buf_clear(&h->answer);
	h->words[0] = '\0';
	h->status = 0;
	code = curl_easy_perform(h->curl);
	if (code != CURLE_OK)
		return diag_set(why, ERR_IO, "publish.unreachable", 0, "%s",
				h->words[0] ? h->words
					    : curl_easy_strerror(code));
	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &h->status);
	return h->status >= OK_MIN && h->status <= OK_MAX ? ERR_NONE
							  : refused(h, why);
}

enum err
publish_http_json(struct publish_http *h, const char *method, const char *path,
		  struct str body, struct json **out, struct diag *why)
{
	const struct json_limits limits = { PUBLISH_ANSWER_MAX, 32 };
	bool repaired;
	enum err err = publish_http_ask(h, method, path, body, why);

	*out = NULL;
	if (err != ERR_NONE || h->answer.n == 0)
		return err;
	return json_parse(buf_str(&h->answer), limits, out, &repaired, NULL) ==
			       ERR_NONE
		       ? ERR_NONE
		       : publish_odd(h, "JSON", why);
}
