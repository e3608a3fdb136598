/* logo.c - the files a record points to: can they be had, and is the logo the
 * small, still kind of SVG that receivers take (SVG Tiny PS)? */
#include "bimi/private.h"

/* GET of `url` at the first address of its host. `answer` stays NULL when
 * there is no address; false: not yet. */
static bool
get(struct facts *f, struct str url, const struct facts_web **answer,
    bool *sure)
{
	struct str host, path;

	*answer = NULL;
	*sure = true;
	return !bimi_split_url(url, &host, &path) ||
	       facts_fetch_first(f, host, path, answer, sure);
}

static void
tell(struct finding_list *out, const char *code, struct str url,
     const char *detail)
{
	struct str word = str_of(detail);

	(void)finding_add(out, code, url, "url", &url, "detail", &word, NULL);
}

/* A fetch ends well with any certificate: receivers are stricter. */
static bool
is_trusted(const struct facts *f, const struct facts_web *web, struct str url)
{
	struct str host, path;

	return bimi_split_url(url, &host, &path) &&
	       facts_cert_holds(&web->tls.cert, host, facts_now(f));
}

static bool
is_there(const struct facts *f, const struct facts_web *web, struct str url)
{
	return web != NULL && web->stage == FACTS_DONE && web->status == 200 &&
	       !web->cut && is_trusted(f, web, url);
}

static void
tell_missing(struct finding_list *out, const char *code, struct str url,
	     const struct facts_web *web, bool sure)
{
	SCOPED_BUF detail = BUF(64);

	if (web == NULL && !sure) {
		tell(out, "bimi.file_unknown", url, "DNS");
		return;
	}
	if (web != NULL && web->stage == FACTS_NOT_ALLOWED) {
		tell(out, "bimi.file_unknown", url, "address");
		return;
	}
	if (web != NULL && web->stage == FACTS_DONE && web->tls.cert.there &&
	    web->tls.cert.chain == FACTS_CHAIN_UNKNOWN) {
		tell(out, "bimi.file_unknown", url, "TLS");
		return;
	}
	if (web == NULL)
		buf_addz(&detail, "DNS");
	else if (web->stage == FACTS_DONE && web->status != 200)
		buf_addf(&detail, "HTTP %d", web->status);
	else if (web->stage == FACTS_DONE && web->cut)
		buf_addz(&detail, "EOF");
	else if (web->stage == FACTS_DONE || web->stage == FACTS_TLS_FAILED)
		buf_addz(&detail, "TLS");
	else
		buf_addz(&detail, "TCP");
	tell(out, code, url, buf_c(&detail));
}

static void
judge_svg(const struct facts_web *web, struct str url, struct finding_list *out)
{
	static const char *const banned[] = { "<script",        "<animate",
					      "<foreignObject", "<image",
					      "onload=",        "<!ENTITY" };
	const struct str type =
		str_trim(str_sub(web->type, 0, str_index(web->type, ';')));

	if (!str_eq_fold(type, S("image/svg+xml")))
		tell(out, "bimi.logo_type", url, "");
	if (web->body.n > BIMI_SVG_MAX || web->over)
		tell(out, "bimi.logo_large", url, "");
	if (web->encoding.n > 0) /* compressed: not looked into */
		return;
	if (str_find_fold(web->body, S("<svg")) == SIZE_MAX) {
		tell(out, "bimi.logo_no_svg", url, "");
		return;
	}
	if (str_find(web->body, S("tiny-ps")) == SIZE_MAX)
		tell(out, "bimi.logo_profile", url, "baseProfile=\"tiny-ps\"");
	if (str_find_fold(web->body, S("<title")) == SIZE_MAX)
		tell(out, "bimi.logo_profile", url, "<title>");
	for (size_t i = 0; i < COUNT_OF(banned); i++)
		if (str_find_fold(web->body, str_of(banned[i])) != SIZE_MAX)
			tell(out, "bimi.logo_active", url, banned[i]);
}

bool
bimi_check_files(struct facts *f, const struct bimi *rec,
		 struct finding_list *out)
{
	const struct facts_web *logo, *cert;
	bool sure_logo, sure_cert;
	const bool ready = get(f, rec->l, &logo, &sure_logo);

	if (!get(f, rec->a, &cert, &sure_cert) || !ready)
		return false;
	/* What is no https address has been told already. */
	if (is_there(f, logo, rec->l))
		judge_svg(logo, rec->l, out);
	else if (finding_list_find(out, "bimi.logo_not_https") == NULL &&
		 rec->l.n > 0)
		tell_missing(out, "bimi.logo_unreachable", rec->l, logo,
			     sure_logo);
	if (is_there(f, cert, rec->a) &&
	    str_find(cert->body, S("-----BEGIN CERTIFICATE-----")) == SIZE_MAX)
		tell(out, "bimi.cert_no_pem", rec->a, "");
	else if (!is_there(f, cert, rec->a) && rec->a.n > 0 &&
		 finding_list_find(out, "bimi.cert_not_https") == NULL)
		tell_missing(out, "bimi.cert_unreachable", rec->a, cert,
			     sure_cert);
	return true;
}
