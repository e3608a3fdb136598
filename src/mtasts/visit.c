/* visit.c - one answer of the policy host: connection, TLS and HTTP (RFC 8461
 * section 3.3). */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"
#include "netaddr/netaddr.h"

enum {
	TLS_1_2 = 0x0303,
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_PROTOCOL_VERSION = 70,
	ALERT_UNRECOGNIZED_NAME = 112,
	ALERT_CERTIFICATE_REQUIRED = 116,
	SLOW_MS = 3000 /* the most patient common sender waits 4 seconds */
};

struct finding_found *
mtasts_visit_tell(struct mtasts_walk *w, const struct mtasts_visit *visit,
		  const char *code, struct str detail, struct str evidence)
{
	struct mtasts_say say = { .code = code,
				  .host = w->host,
				  .detail = detail,
				  .evidence = evidence };

	if (visit->where.n > 0)
		say.detail = mtasts_text(w, "%.*s: %.*s", STR_ARG(visit->where),
					 STR_ARG(detail));
	return visit->judged ? mtasts_stop(w, MTASTS_FETCH_ERROR, &say)
			     : mtasts_tell(w, &say);
}

/* ---- connection and TLS ---- */

const char *
mtasts_tls_fault(enum facts_stage stage, const struct facts_tls *tls)
{
	if (tls->version > 0 && tls->version < TLS_1_2)
		return "mtasts.tls_below_1_2";
	if (stage == FACTS_TLS_TIMEOUT)
		return "mtasts.tls_timeout";
	if (stage == FACTS_DONE)
		return NULL;
	/* TLS 1.3 refuses only behind the handshake. */
	if (tls->alert == ALERT_CERTIFICATE_REQUIRED || tls->client_asked)
		return "mtasts.tls_client_cert_asked";
	if (stage != FACTS_TLS_FAILED)
		return NULL;
	if (tls->alert == ALERT_UNRECOGNIZED_NAME)
		return "mtasts.tls_unrecognized_name";
	if (tls->alert == ALERT_PROTOCOL_VERSION)
		return "mtasts.tls_below_1_2";
	return "mtasts.tls_handshake_failure";
}

static const char *
connect_fault(const struct facts_web *web)
{
	switch (web->stage) {
	case FACTS_NOT_ALLOWED:
		return "mtasts.host_private_ip";
	case FACTS_UNREACHABLE:
		return "mtasts.host_unreachable";
	case FACTS_CONN_REFUSED:
		return "mtasts.tcp_refused";
	case FACTS_CONN_TIMEOUT:
		return "mtasts.tcp_timeout";
	case FACTS_NO_STARTTLS:
	case FACTS_TLS_FAILED:
	case FACTS_TLS_TIMEOUT:
	case FACTS_PROTOCOL:
	case FACTS_TOO_SLOW:
	case FACTS_DONE:
		break;
	}
	return mtasts_tls_fault(web->stage, &web->tls);
}

/* ---- HTTP ---- */

static const char *
status_fault(const struct facts_web *web)
{
	int status = web->status;

	if (web->stage == FACTS_TOO_SLOW)
		return "mtasts.too_slow";
	if (web->stage == FACTS_PROTOCOL || status < 200 || status > 599)
		return "mtasts.http_garbled";
	if (status == 200)
		return NULL;
	if (status < 300)
		return "mtasts.http_not_200";
	if (status < 400)
		return "mtasts.http_redirect";
	if (status == 401 || status == 403)
		return "mtasts.http_denied";
	if (status == 404)
		return "mtasts.http_not_found";
	return status < 500 ? "mtasts.http_client_error"
			    : "mtasts.http_server_error";
}

static struct str
media_type(const struct facts_web *web)
{
	return mtasts_trim(str_sub(web->type, 0, str_index(web->type, ';')));
}

static bool
is_page(const struct facts_web *web)
{
	struct str head = str_trim(web->body);

	return str_starts_fold(head, S("<!doctype")) ||
	       str_starts_fold(head, S("<html")) ||
	       str_starts_fold(head, S("<head"));
}

static bool
is_parked(const struct facts_web *web)
{
	static const char *const signs[] = {
		"domain is for sale", "buy this domain",  "domain parking",
		"parked domain",      "domain is parked", "sedoparking",
		"parkingcrew",        "parklogic",        "bodis.com",
	};

	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (str_find_fold(web->body, str_of(signs[i])) != SIZE_MAX)
			return true;
	return false;
}

/* The value of charset= in a Content-Type. */
static struct str
charset_of(struct str type)
{
	struct str piece = STR("");

	while (str_split(&type, ';', &piece)) {
		piece = mtasts_trim(piece);
		if (!str_starts_fold(piece, S("charset=")))
			continue;
		piece = mtasts_trim(str_sub(piece, 8, piece.n));
		if (piece.n >= 2 && piece.p[0] == '"' &&
		    piece.p[piece.n - 1] == '"')
			piece = str_sub(piece, 1, piece.n - 2);
		return piece;
	}
	return (struct str){ "", 0 };
}

static bool
is_plain_charset(struct str charset)
{
	return charset.n == 0 || str_eq_fold(charset, S("utf-8")) ||
	       str_eq_fold(charset, S("us-ascii")) ||
	       str_eq_fold(charset, S("utf8")) ||
	       str_eq_fold(charset, S("ascii"));
}

/* One in which ASCII letters are not single bytes, so that nobody can read
 * the file. */
static bool
is_wide_charset(struct str charset)
{
	return str_starts_fold(charset, S("utf-16")) ||
	       str_starts_fold(charset, S("utf-32")) ||
	       str_starts_fold(charset, S("utf16")) ||
	       str_starts_fold(charset, S("utf-7")) ||
	       str_starts_fold(charset, S("ucs-"));
}

/* Written in such a one: read byte by byte it makes no sense. */
static bool
is_wide(const struct facts_web *web)
{
	return is_wide_charset(charset_of(web->type)) &&
	       str_index(web->body, '\0') != SIZE_MAX;
}

/* Of an answer with status 200: what makes the file void. */
static const char *
body_fault(const struct facts_web *web)
{
	if (is_page(web))
		return is_parked(web) ? "mtasts.parked_page"
				      : "mtasts.http_soft_404";
	if (web->has_type && !str_eq_fold(media_type(web), S("text/plain")))
		return "mtasts.ctype_wrong";
	if (is_wide_charset(charset_of(web->type)))
		return "mtasts.charset";
	if (web->encoding.n > 0 && !str_eq_fold(web->encoding, S("identity")))
		return "mtasts.content_encoding";
	if (web->over)
		return "mtasts.too_large";
	return web->cut ? "mtasts.truncated" : NULL;
}

const char *
mtasts_visit_fault(struct mtasts_walk *w, const struct mtasts_visit *visit)
{
	const struct facts_web *web = visit->web;
	const char *codes[MTASTS_CERT_FAULTS];
	const char *code = connect_fault(web);

	if (code)
		return code;
	if (web->tls.cert.there &&
	    mtasts_cert_faults(&web->tls.cert, w->host, facts_now(w->f),
			       codes) > 0)
		return codes[0];
	code = status_fault(web);
	return code ? code : body_fault(web);
}

/* ---- telling ---- */

static bool
is_cdn(const struct mtasts_visit *visit)
{
	static const char *const nets[] = { "104.16.0.0/13", "104.24.0.0/14",
					    "172.64.0.0/13", "188.114.96.0/20",
					    "2606:4700::/32" };
	struct netaddr_net net;

	if (str_find_fold(visit->web->server, S("cloudflare")) != SIZE_MAX)
		return true;
	for (size_t i = 0; i < COUNT_OF(nets); i++)
		if (netaddr_parse_net(str_of(nets[i]), &net) &&
		    netaddr_in(&visit->address, &net))
			return true;
	return false;
}

/* Where the file lies instead: names and paths of well-known slips. */
static void
look_elsewhere(struct mtasts_walk *w, const struct mtasts_visit *visit,
	       struct str *found)
{
	static const char *const paths[] = { "/.kjent/mta-sts.txt",
					     "/mta-sts.txt",
					     "/.well-known/mta_sts.txt",
					     "/wellknown/mta-sts.txt" };

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		const struct facts_web *web = facts_fetch(
			w->f, w->host, str_of(paths[i]), &visit->address);

		w->later = w->later || !web;
		if (web && found->n == 0 && web->stage == FACTS_DONE &&
		    web->status == 200 && !is_page(web) &&
		    str_find_fold(web->body, S("stsv1")) != SIZE_MAX)
			*found = str_of(paths[i]);
	}
}

static void
tell_status(struct mtasts_walk *w, const struct mtasts_visit *visit,
	    const char *code)
{
	const struct facts_web *web = visit->web;
	struct str detail = mtasts_text(w, "%d", web->status);
	struct str found = STR("");

	if (web->stage != FACTS_DONE)
		detail = web->why;
	if (web->location.n > 0)
		detail = mtasts_text(w, "%d -> %.*s", web->status,
				     STR_ARG(web->location));
	if (web->status == 404 && visit->judged)
		look_elsewhere(w, visit, &found);
	if (found.n > 0)
		detail = mtasts_text(w, "%d, %.*s: 200", web->status,
				     STR_ARG(found));
	mtasts_visit_tell(w, visit, code, detail, str_sub(web->body, 0, 1024));
}

static struct str
body_detail(struct mtasts_walk *w, const struct facts_web *web)
{
	if (web->encoding.n > 0)
		return mtasts_text(w, "%.*s, Content-Encoding: %.*s",
				   STR_ARG(web->type), STR_ARG(web->encoding));
	return web->type;
}

static void
walk_body(struct mtasts_walk *w, const struct mtasts_visit *visit)
{
	const struct facts_web *web = visit->web;
	const char *code = body_fault(web);
	struct str charset = charset_of(web->type);
	struct mtasts_visit aside = *visit;

	aside.judged = false;
	if (code)
		mtasts_visit_tell(w, visit, code, body_detail(w, web),
				  str_sub(web->body, 0, 1024));
	if (!web->has_type)
		mtasts_visit_tell(w, &aside, "mtasts.ctype_missing", S(""),
				  S(""));
	if (!is_plain_charset(charset) && !is_wide_charset(charset))
		mtasts_visit_tell(w, &aside, "mtasts.charset", charset,
				  web->type);
	if (web->ms > SLOW_MS)
		mtasts_visit_tell(w, &aside, "mtasts.too_slow",
				  mtasts_text(w, "%u ms", web->ms), S(""));
	if (!is_page(web) && !web->cut && !web->over && !is_wide(web) &&
	    (web->encoding.n == 0 || str_eq_fold(web->encoding, S("identity"))))
		mtasts_walk_file(w, visit);
}

static void
walk_cert(struct mtasts_walk *w, const struct mtasts_visit *visit)
{
	const struct facts_cert *cert = &visit->web->tls.cert;
	const char *codes[MTASTS_CERT_FAULTS];
	struct mtasts_visit aside = *visit;
	size_t n = cert->there ? mtasts_cert_faults(cert, w->host,
						    facts_now(w->f), codes)
			       : 0;

	aside.judged = false;
	for (size_t i = 0; i < n; i++)
		mtasts_visit_tell(w, visit, codes[i],
				  mtasts_cert_detail(w, codes[i], cert),
				  cert->issuer);
	if (!cert->there || cert->chain == FACTS_CHAIN_UNKNOWN)
		mtasts_visit_tell(w, &aside, "mtasts.cert_unverified", S(""),
				  S(""));
	if (cert->there && mtasts_cert_ends_soon(cert, facts_now(w->f)))
		mtasts_visit_tell(
			w, &aside, "mtasts.cert_expires_soon",
			mtasts_cert_detail(w, "mtasts.cert_expired", cert),
			S(""));
}

void
mtasts_walk_visit(struct mtasts_walk *w, const struct mtasts_visit *visit)
{
	const struct facts_web *web = visit->web;
	const char *code = connect_fault(web);
	char address[NETADDR_PRINT_MAX];
	struct str detail = str_of(netaddr_print(&visit->address, address));
	struct mtasts_visit aside = *visit;

	if (code && web->tls.alert >= 0 && web->stage >= FACTS_TLS_FAILED)
		detail = mtasts_text(w, "alert %d", web->tls.alert);
	if (code)
		mtasts_visit_tell(w, visit, code, detail, web->why);
	else
		walk_cert(w, visit);
	if (code && web->tls.cert.there)
		walk_cert(w, visit);
	if (!code) {
		code = status_fault(web);
		if (code)
			tell_status(w, visit, code);
		else
			walk_body(w, visit);
	}
	aside.judged = false;
	if (mtasts_visit_fault(w, visit) && is_cdn(visit))
		mtasts_visit_tell(w, &aside, "mtasts.cdn_proxied",
				  web->server.n > 0 ? web->server : detail,
				  web->server);
}
