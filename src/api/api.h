/* api.h - what the web interface says: a request in, an answer out.
 *
 * Plain blocking code, run in processes of their own (web), so that no slow
 * question holds up another connection. Knows nothing of sockets: the same
 * call serves the tests. docs: src/api/openapi.json, web/src/api/types.ts.
 */
#ifndef API_H
#define API_H

#include "base/base.h"
#include "spool/spool.h"

struct api;

/* What the answers need to know of the instance. Text must live on. */
struct api_options {
	const char *data;     /* directory of the stores */
	const char *hostname; /* where reports are mailed to */
	const char *base_url; /* as seen by browsers; "" from the request */
	bool secure;          /* the cookie gets Secure */
	bool public_checks;   /* looks at domains without signing in */
	const char *geo_country, *geo_asn; /* files, or NULL */
	const char *master_key;            /* file; NULL: as control.h has it */
	int64_t quota_domains, quota_hosted; /* as control_quota has them */
	int64_t (*clock)(void);              /* UTC seconds */
};
/* Opens both stores (they exist). */
enum err api_open(const struct api_options *options, struct api **out,
		  struct diag *why) MUST_CHECK;
void api_close(struct api *a);

enum api_method { API_GET, API_POST, API_PUT, API_PATCH, API_DELETE };

struct api_request {
	enum api_method method;
	struct str path;  /* "/api/v1/query", still percent-encoded */
	struct str query; /* behind "?", still percent-encoded */
	struct str body;  /* JSON; empty where the body goes to the spool */
	struct str content_type;
	struct str cookie;              /* the header's value */
	struct str authorization, csrf; /* X-Waxseal-CSRF */
	struct str if_none_match, idempotency_key, accept_language;
	struct str file_name; /* X-File-Name of an upload, percent-encoded */
	struct str client;    /* address, behind trusted proxies the real one */
	bool tls;
};

/* Headers of an answer; text lives while `head` of the sink is called. */
struct api_head {
	int status;
	const char *content_type;
	struct str etag, set_cookie, disposition, location;
	int64_t retry_after; /* seconds, 0 none */
	/* The body of the request goes into the spool with `envelope`, at most
	 * `body_max` bytes; once it is durable the answer is sent. Nothing of
	 * the request's body has been asked for before. */
	bool to_spool;
	uint64_t body_max;
	struct spool_envelope envelope;
};

/* Where an answer goes: the head once, then pieces of the body. `piece`
 * false: nobody wants the rest. */
struct api_sink {
	void *ctx;
	void (*head)(void *ctx, const struct api_head *head);
	bool (*piece)(void *ctx, struct str bytes);
};
/* Answers every request, failures too (application/problem+json with the
 * finding code). */
void api_answer(struct api *a, const struct api_request *request,
		const struct api_sink *sink);

/* ---- what the front may ask without an api ---- */

/* Whether this path may take long (exports, rows, checks): it is given to
 * processes that short questions do not wait for. */
bool api_is_slow(enum api_method method, struct str path, struct str query);
/* Whether the request's body is not JSON but a report: the front asks with an
 * empty body first. */
bool api_takes_report(enum api_method method, struct str path);
/* Largest JSON body that is accepted, and report that is only looked at. */
enum { API_BODY_MAX = 1 << 20, API_LARGE_MAX = 8 << 20 };
/* Whether this one has a large body; it costs much and is asked rarely. */
bool api_is_large(enum api_method method, struct str path);

#endif
