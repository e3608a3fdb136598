/* http.h - what the providers with an API over HTTP share. */
#ifndef PUBLISH_HTTP_H
#define PUBLISH_HTTP_H

#include "json/json.h"
#include "publish/private.h"

enum {
	PUBLISH_URL_MAX = 4096,
	PUBLISH_BODY_MAX = 1 << 20,
	PUBLISH_ID_MAX = 128,
	PUBLISH_WORDS_MAX = 256
};

/* ---- http.c: questions through libcurl ---- */

struct publish_http {
	struct publish_task *t;
	void *curl;        /* CURL */
	void *headers;     /* struct curl_slist */
	const char *usual; /* URL of the API, where none is configured */
	char zone[PUBLISH_ID_MAX]; /* what the provider calls the zone */
	uint32_t least_ttl;
	struct buf answer;
	long status;
	char words[PUBLISH_WORDS_MAX];
};

/* Every question carries `header` with the secret behind it; NULL: none. */
enum err publish_http_open(struct publish_http *h, struct publish_task *t,
			   const char *usual, const char *header,
			   struct diag *why) MUST_CHECK;
/* Every question is signed with account and secret: `scheme` as libcurl's
 * CURLOPT_AWS_SIGV4 has it, NULL: basic authentication. */
enum err publish_http_login(struct publish_http *h, const char *scheme,
			    struct diag *why) MUST_CHECK;
void publish_http_close(struct publish_http *h);
/* `path` behind the API's URL. ERR_GONE with 404; other refusals in `why`. */
enum err publish_http_ask(struct publish_http *h, const char *method,
			  const char *path, struct str body,
			  struct diag *why) MUST_CHECK;
/* The same, and its answer as JSON (NULL when it is empty). */
enum err publish_http_json(struct publish_http *h, const char *method,
			   const char *path, struct str body, struct json **out,
			   struct diag *why) MUST_CHECK;
enum err publish_no_zone(const struct publish_http *h, struct diag *why);
/* The answer is not what the API's documentation says. */
enum err publish_odd(const struct publish_http *h, const char *what,
		     struct diag *why);

/* ---- value.c: values as providers write them ---- */

/* Quoted strings of TXT; names with their dot. */
void publish_content(enum records_type type, struct str value, struct buf *out);
/* Both forms are read; false when it is none of the type. */
bool publish_value(enum records_type type, struct str content,
		   struct arena *mem, struct str *out) MUST_CHECK;
/* "_dmarc", "@" */
struct str publish_host(const struct publish_task *t,
			const struct dnsplan_change *c);
uint32_t publish_ttl(const struct publish_http *h, uint32_t ttl);

/* What a provider has of a record set. */
struct publish_values {
	struct str value[DNSPLAN_VALUES_MAX];
	struct str id[DNSPLAN_VALUES_MAX];      /* the provider's; may be "" */
	struct str content[DNSPLAN_VALUES_MAX]; /* as it writes it */
	size_t n;
	uint32_t ttl;
};
/* False when there are too many, or it is none of the type. */
bool publish_values_add(struct publish_values *v, enum records_type type,
			struct str content, struct str id,
			struct arena *mem) MUST_CHECK;
bool publish_has(const struct str *value, size_t n, struct str one);

/* ---- ways.c: the common way through an API ---- */

struct publish_ways {
	const char *url;    /* usual one */
	const char *header; /* as publish_http_open */
	/* Finds the zone. */
	enum err (*open)(struct publish_http *h, struct diag *why);
	enum err (*get)(struct publish_http *h, const struct dnsplan_change *c,
			struct publish_values *out, struct diag *why);
	/* All changes in one question, all or nothing; `was` has one for each.
	 * Or, where that is NULL, one after another. */
	enum err (*all)(struct publish_http *h,
			const struct publish_values *was, struct diag *why);
	enum err (*one)(struct publish_http *h, const struct dnsplan_change *c,
			const struct publish_values *was, struct diag *why);
};
enum err publish_by(struct publish_task *t, const struct publish_ways *ways,
		    struct diag *why) MUST_CHECK;

#endif
