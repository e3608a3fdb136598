/* reply.c - what is answered: one path under the name that the handshake was
 * for, challenges on port 80, and "not found" to everything else. */
#include "policyhost/private.h"

static const struct str policy_path = STR("/.well-known/mta-sts.txt");
static const struct str challenge_path = STR("/.well-known/acme-challenge/");
static const struct str policy_label = STR("mta-sts.");

/* ---- names ---- */

static struct str
without_port(struct str host)
{
	size_t n = host.n;

	while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
		n--;
	return n > 0 && host.p[n - 1] == ':' ? str_sub(host, 0, n - 1) : host;
}

bool
policyhost_host(struct str host, char room[POLICYHOST_NAME_ROOM],
		struct str *out)
{
	host = without_port(host);
	if (host.n == 0 || host.n >= POLICYHOST_NAME_ROOM)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		room[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	*out = (struct str){ room, host.n };
	return true;
}

bool
policyhost_domain(struct str host, struct str *out)
{
	if (!str_starts(host, policy_label))
		return false;
	*out = str_sub(host, policy_label.n, SIZE_MAX);
	return out->n > 0;
}

/* ---- replies ---- */

static bool
reads(const struct httpd_request *r)
{
	return r->method == HTTPD_GET || r->method == HTTPD_HEAD;
}

struct policyhost_reply
policyhost_reply(const struct httpd_request *r, struct str name,
		 const struct hosted_domain *d)
{
	struct policyhost_reply reply = { .status = 404 };
	char room[POLICYHOST_NAME_ROOM];
	struct str host;

	if (!policyhost_host(r->host, room, &host) || !str_eq(host, name) ||
	    !str_eq(r->path, policy_path) || r->query.n > 0)
		return reply;
	if (!reads(r)) {
		reply.status = 405;
		reply.allow = true;
		return reply;
	}
	reply.asked = true;
	if (!d || d->policy.n == 0 ||
	    !(d->flags & (HOSTED_PROVEN | HOSTED_RETIRING)))
		return reply;
	reply.status = 200;
	reply.type = "text/plain; charset=us-ascii";
	reply.body = d->policy;
	reply.stored = true;
	return reply;
}

bool
policyhost_challenged(const struct httpd_request *r,
		      char room[POLICYHOST_NAME_ROOM], struct str *host)
{
	return reads(r) && str_starts(r->path, challenge_path) &&
	       r->query.n == 0 && policyhost_host(r->host, room, host);
}

/* A certificate is for "mta-sts.NAME" of a domain, for NAME itself only where
 * it is one of ours. */
static bool
may_have_one(const struct httpd_request *r, const struct hosted_domain *d)
{
	char room[POLICYHOST_NAME_ROOM];
	struct str host, name;

	if (!policyhost_host(r->host, room, &host))
		return false;
	if (policyhost_domain(host, &name) && str_eq(name, d->name))
		return d->flags & (HOSTED_PROVEN | HOSTED_RETIRING);
	return str_eq(host, d->name) && d->flags & HOSTED_OWN;
}

struct policyhost_reply
policyhost_challenge_reply(const struct httpd_request *r,
			   const struct hosted_domain *d)
{
	struct policyhost_reply reply = { .status = 404 };
	struct str token = str_sub(r->path, challenge_path.n, SIZE_MAX);

	if (!d || !may_have_one(r, d) || d->http_token.n == 0 ||
	    !str_eq(token, d->http_token))
		return reply;
	reply.status = 200;
	reply.type = "application/octet-stream";
	reply.body = d->http_answer;
	reply.answered = true;
	return reply;
}

struct policyhost_reply
policyhost_redirect(const struct httpd_request *r, struct str name,
		    struct str url)
{
	struct policyhost_reply reply = { .status = 404 };
	char room[POLICYHOST_NAME_ROOM];
	struct str host;

	if (url.n == 0 || !reads(r) || !str_starts(r->path, S("/")) ||
	    !policyhost_host(r->host, room, &host) || !str_eq_fold(host, name))
		return reply;
	reply.status = 308;
	reply.at = url;
	reply.path = r->path;
	reply.query = r->query;
	return reply;
}

static void
print_location(const struct policyhost_reply *reply, struct buf *out)
{
	SCOPED_BUF to = BUF(HTTPD_LINE_MAX * 2);

	buf_addf(&to, "%.*s%.*s%s%.*s", STR_ARG(reply->at),
		 STR_ARG(reply->path), reply->query.n > 0 ? "?" : "",
		 STR_ARG(reply->query));
	(void)httpd_answer_field(out, S("Location"), buf_str(&to));
}

void
policyhost_print(const struct policyhost_reply *reply, bool head, int64_t now,
		 struct buf *out)
{
	httpd_answer(out, reply->status, now);
	if (reply->type)
		(void)httpd_answer_field(out, S("Content-Type"),
					 str_of(reply->type));
	(void)httpd_answer_field(out, S("X-Content-Type-Options"),
				 S("nosniff"));
	if (reply->stored)
		(void)httpd_answer_field(out, S("Cache-Control"),
					 S("no-store"));
	if (reply->at.n > 0)
		print_location(reply, out);
	if (reply->allow)
		(void)httpd_answer_field(out, S("Allow"), S("GET, HEAD"));
	httpd_answer_end(out, HTTPD_SIZED, reply->body.n, false);
	if (!head)
		buf_add(out, reply->body);
}
