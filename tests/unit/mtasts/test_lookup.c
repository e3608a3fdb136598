/* Every code that a look-up gives, the result it belongs to, and the branch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "look.h"

#include <string.h>

/* ---- departures of the web server ---- */

#define WEB(name, change)                                                      \
	static void name(struct facts_web *web)                                \
	{                                                                      \
		change;                                                        \
	}
#define MAIL(name, change)                                                     \
	static void name(struct facts_mail *mail)                              \
	{                                                                      \
		change;                                                        \
	}

static void
tls_alert(struct facts_web *web, int alert)
{
	web->stage = FACTS_TLS_FAILED;
	web->tls = (struct facts_tls){ .alert = alert };
}

static const struct str deep_names[] = { STR("*.com") };
static const struct str other_names[] = { STR("example.com") };

WEB(is_private, web->stage = FACTS_NOT_ALLOWED)
WEB(is_unreachable, web->stage = FACTS_UNREACHABLE)
WEB(is_refused, web->stage = FACTS_CONN_REFUSED)
WEB(times_out, web->stage = FACTS_CONN_TIMEOUT)
WEB(knows_no_name, tls_alert(web, 112))
WEB(shakes_not, tls_alert(web, 40))
WEB(speaks_old_tls, tls_alert(web, 70))
WEB(agrees_old_tls, web->tls.version = 0x0302)
WEB(asks_client, tls_alert(web, 116))
WEB(tls_hangs, web->stage = FACTS_TLS_TIMEOUT)
WEB(has_other_name, web->tls.cert.names = other_names;
    web->tls.cert.names_n = 1)
WEB(has_deep_name, web->tls.cert.names = deep_names; web->tls.cert.names_n = 1)
WEB(has_expired, web->tls.cert.not_after = LOOK_NOW - 1)
WEB(is_early, web->tls.cert.not_before = LOOK_NOW + 1)
WEB(signs_itself, web->tls.cert.chain = FACTS_CHAIN_SELF_SIGNED)
WEB(has_strange_root, web->tls.cert.chain = FACTS_CHAIN_UNTRUSTED_ROOT)
WEB(lacks_link, web->tls.cert.chain = FACTS_CHAIN_INCOMPLETE)
WEB(is_revoked, web->tls.cert.chain = FACTS_CHAIN_REVOKED)
WEB(is_weak, web->tls.cert.weak = true)
WEB(is_unverified, web->tls.cert.chain = FACTS_CHAIN_UNKNOWN)
WEB(ends_soon, web->tls.cert.not_after = LOOK_NOW + 3 * CIVIL_DAY)
WEB(is_proxied, web->status = 522; web->server = S("cloudflare"))
WEB(says_301, web->status = 301; web->location = S("https://example.com/"))
WEB(says_403, web->status = 403)
WEB(says_429, web->status = 429)
WEB(says_503, web->status = 503)
WEB(says_204, web->status = 204)
WEB(says_nonsense, web->stage = FACTS_PROTOCOL; web->status = 0)
WEB(is_a_page, web->type = S("text/html");
    web->body = S("<!DOCTYPE html><title>Welcome</title>"))
WEB(is_parked, web->type = S("text/html");
    web->body = S("<html><p>This domain is for sale</p></html>"))
WEB(has_no_type, web->has_type = false; web->type = S(""))
WEB(has_other_type, web->type = S("application/octet-stream"))
WEB(is_latin, web->type = S("text/plain; charset=iso-8859-1"))
WEB(is_utf16, web->type = S("text/plain; charset=\"UTF-16\""))
WEB(is_gzip, web->encoding = S("gzip"); web->body = S("\x1f\x8b\x08"))
WEB(is_large, web->over = true)
WEB(is_slow, web->ms = 3500)
WEB(is_endless, web->stage = FACTS_TOO_SLOW)
WEB(is_cut, web->cut = true)
WEB(has_other_body, web->body = S("version: STSv1\nmode: none\nmax_age: 1\n"))

MAIL(offers_no_tls, mail->stage = FACTS_NO_STARTTLS)
MAIL(mail_expired, mail->tls.cert.not_after = LOOK_NOW - 1)
MAIL(mail_old_tls, mail->tls.version = 0x0301)
MAIL(mail_tls_fails, mail->stage = FACTS_TLS_FAILED; mail->tls.alert = 40)
MAIL(mail_hangs, mail->stage = FACTS_CONN_TIMEOUT)
MAIL(mail_unverified, mail->tls.cert.chain = FACTS_CHAIN_UNKNOWN)

/* ---- the table ---- */

#define T "_mta-sts.example.com TXT "
#define N MTASTS_NONE
#define E MTASTS_FETCH_ERROR
#define V MTASTS_VALID
#define BODY(text) "version: STSv1\n" text "max_age: 604800\n"
#define MODE "mode: enforce\n"

static const struct look_case cases[] = {
	/* TXT */
	{ .txt = "", .code = "mtasts.txt_nxdomain", .result = N },
	{ .txt = "_mta-sts.example.com A 192.0.2.1",
	  .code = "mtasts.txt_nodata",
	  .result = N },
	{ .txt = "_mta-sts.example.com CNAME gone.example.net",
	  .code = "mtasts.txt_cname_dangling",
	  .result = N },
	{ .txt = "_mta_sts.example.com TXT \"v=STSv1; id=7\"",
	  .code = "mtasts.txt_wrong_name",
	  .result = N },
	{ .txt = "_mta-sts.example.com.example.com TXT \"v=STSv1; id=7\"",
	  .code = "mtasts.txt_wrong_name",
	  .result = N },
	{ .txt = "example.com TXT \"v=STSv1; id=7\"",
	  .code = "mtasts.txt_wrong_name",
	  .result = N },
	{ .txt = T "\"v=spf1 -all\"",
	  .code = "mtasts.txt_no_stsv1",
	  .result = N },
	{ .txt = T "\"v=stsv1; id=1\"",
	  .code = "mtasts.txt_no_stsv1",
	  .result = N },
	{ .txt = T "\"v=STSv1; id=1\"\n" T "\"v=STSv1; id=2\"",
	  .code = "mtasts.txt_multiple",
	  .result = N },
	{ .txt = T "\"v=STSv1 id=1\"",
	  .code = "mtasts.txt_bad_delim",
	  .result = N },
	{ .txt = T "\"v=STSv1;\"",
	  .code = "mtasts.txt_id_missing",
	  .result = N },
	{ .txt = T "\"v=STSv1; id=\"",
	  .code = "mtasts.txt_id_empty",
	  .result = N },
	{ .txt = T "\"v=STSv1; id=a-b\"",
	  .code = "mtasts.txt_id_chars",
	  .result = N },
	{ .txt = T "\"v=STSv1; id=123456789012345678901234567890123\"",
	  .code = "mtasts.txt_id_long",
	  .result = N },
	{ .txt = T "\"v=STSv1; id=1; oops\"",
	  .code = "mtasts.txt_field_syntax",
	  .result = N },
	{ .txt = T "\"id=1; v=STSv1\"",
	  .code = "mtasts.txt_v_not_first",
	  .result = N },
	{ .txt = T "\"v=STSv1; https://mta-sts.example.com/\"",
	  .code = "mtasts.txt_has_url",
	  .result = N,
	  .branch = "mtasts.txt_field_syntax" },
	{ .txt = T "\"v=STSv1 ; id=1\"",
	  .code = "mtasts.txt_space_delim",
	  .result = V },
	{ .txt = "_mta-sts.example.com 90000 TXT \"v=STSv1; id=1\"",
	  .code = "mtasts.ttl_high",
	  .result = V },
	/* DNS */
	{ .txt = "_mta-sts.example.com TIMEOUT TXT",
	  .code = "dns.timeout",
	  .result = E },
	{ .txt = "_mta-sts.example.com SERVFAIL TXT",
	  .code = "dns.servfail",
	  .result = E },
	{ .txt = "_mta-sts.example.com LOOP TXT",
	  .code = "dns.cname_loop",
	  .result = E },
	{ .txt = "_mta-sts.example.com BOGUS TXT",
	  .code = "dns.dnssec_bogus",
	  .result = E },
	{ .txt = "_mta-sts.example.com REFUSED TXT",
	  .code = "dns.refused",
	  .result = E },
	/* Host */
	{ .host = "", .code = "mtasts.host_nxdomain", .result = E },
	{ .host = "mta-sts.example.com TXT \"x\"",
	  .code = "mtasts.host_nodata",
	  .result = E },
	{ .host = "mta-sts.example.com CNAME gone.example.net",
	  .code = "mtasts.host_cname_dangling",
	  .result = E },
	{ .host = "mta-sts.example.com SERVFAIL A\n"
		  "mta-sts.example.com SERVFAIL AAAA",
	  .code = "dns.servfail",
	  .result = E },
	{ .web = is_private, .code = "mtasts.host_private_ip", .result = E },
	{ .web = is_unreachable,
	  .code = "mtasts.host_unreachable",
	  .result = E },
	{ .host = "mta-sts.example.com A 192.0.2.1\n"
		  "mta-sts.example.com AAAA 2001:db8::1",
	  .web_v6 = times_out,
	  .code = "mtasts.aaaa_broken",
	  .result = V },
	{ .host = "mta-sts.example.com A 192.0.2.1\n"
		  "mta-sts.example.com AAAA 2001:db8::1",
	  .web_v6 = has_other_body,
	  .code = "mtasts.vantage_differs",
	  .result = V },
	{ .host = "mta-sts.example.com A 192.0.2.1\n"
		  "mta-sts.example.com AAAA 2001:db8::1",
	  .web_v6 = has_expired,
	  .code = "mtasts.vantage_differs",
	  .result = V,
	  .branch = "mtasts.cert_expired" },
	{ .host = "mta-sts.example.com A 192.0.2.1\n"
		  "mta-sts.example.com AAAA 2001:db8::1",
	  .web = has_expired,
	  .code = "mtasts.vantage_differs",
	  .result = E,
	  .branch = "mtasts.cert_expired" },
	/* TCP, TLS, certificate */
	{ .web = is_refused, .code = "mtasts.tcp_refused", .result = E },
	{ .web = times_out, .code = "mtasts.tcp_timeout", .result = E },
	{ .web = knows_no_name,
	  .code = "mtasts.tls_unrecognized_name",
	  .result = E },
	{ .web = shakes_not,
	  .code = "mtasts.tls_handshake_failure",
	  .result = E },
	{ .web = speaks_old_tls, .code = "mtasts.tls_below_1_2", .result = E },
	{ .web = agrees_old_tls, .code = "mtasts.tls_below_1_2", .result = E },
	{ .web = asks_client,
	  .code = "mtasts.tls_client_cert_asked",
	  .result = E },
	{ .web = tls_hangs, .code = "mtasts.tls_timeout", .result = E },
	{ .web = has_other_name,
	  .code = "mtasts.cert_name_mismatch",
	  .result = E },
	{ .web = has_deep_name,
	  .code = "mtasts.cert_wildcard_depth",
	  .result = E },
	{ .web = has_expired, .code = "mtasts.cert_expired", .result = E },
	{ .web = is_early, .code = "mtasts.cert_not_yet_valid", .result = E },
	{ .web = signs_itself, .code = "mtasts.cert_self_signed", .result = E },
	{ .web = has_strange_root,
	  .code = "mtasts.cert_untrusted_root",
	  .result = E },
	{ .web = lacks_link,
	  .code = "mtasts.cert_incomplete_chain",
	  .result = E },
	{ .web = is_revoked, .code = "mtasts.cert_revoked", .result = E },
	{ .web = is_weak, .code = "mtasts.cert_weak", .result = E },
	{ .web = is_unverified, .code = "mtasts.cert_unverified", .result = V },
	{ .web = ends_soon, .code = "mtasts.cert_expires_soon", .result = V },
	{ .web = is_proxied,
	  .code = "mtasts.cdn_proxied",
	  .result = E,
	  .branch = "mtasts.http_server_error" },
	/* HTTP */
	{ .web = says_301, .code = "mtasts.http_redirect", .result = E },
	{ .web = says_403, .code = "mtasts.http_denied", .result = E },
	{ .web = says_429, .code = "mtasts.http_client_error", .result = E },
	{ .web = says_503, .code = "mtasts.http_server_error", .result = E },
	{ .web = says_204, .code = "mtasts.http_not_200", .result = E },
	{ .web = says_nonsense, .code = "mtasts.http_garbled", .result = E },
	{ .web = is_a_page, .code = "mtasts.http_soft_404", .result = E },
	{ .web = is_parked, .code = "mtasts.parked_page", .result = E },
	{ .web = has_no_type, .code = "mtasts.ctype_missing", .result = V },
	{ .web = has_other_type, .code = "mtasts.ctype_wrong", .result = E },
	{ .web = is_latin, .code = "mtasts.charset", .result = V },
	{ .web = is_utf16, .code = "mtasts.charset", .result = E },
	{ .web = is_gzip, .code = "mtasts.content_encoding", .result = E },
	{ .web = is_large, .code = "mtasts.too_large", .result = E },
	{ .web = is_slow, .code = "mtasts.too_slow", .result = V },
	{ .web = is_endless, .code = "mtasts.too_slow", .result = E },
	{ .web = is_cut, .code = "mtasts.truncated", .result = E },
	/* Grammar */
	{ .body = "", .code = "mtasts.pol_empty", .result = E },
	{ .body = "\xEF\xBB\xBF" LOOK_POLICY,
	  .code = "mtasts.pol_bom",
	  .result = E },
	{ .body = MODE "mx: mail.example.com\nmax_age: 604800\n",
	  .code = "mtasts.pol_version_missing",
	  .result = E },
	{ .body = "version: STSv2\n" MODE
		  "mx: mail.example.com\nmax_age: 604800\n",
	  .code = "mtasts.pol_version_wrong",
	  .result = E },
	{ .body = MODE
	  "version: STSv1\nmx: mail.example.com\nmax_age: 604800\n",
	  .code = "mtasts.pol_version_not_first",
	  .result = V },
	{ .body = BODY("mx: mail.example.com\n"),
	  .code = "mtasts.pol_mode_missing",
	  .result = E },
	{ .body = BODY("mode: report\nmx: mail.example.com\n"),
	  .code = "mtasts.pol_mode_unknown",
	  .result = E },
	{ .body = "version: STSv1\n" MODE "mx: mail.example.com\n",
	  .code = "mtasts.pol_maxage_missing",
	  .result = E },
	{ .body = "version: STSv1\n" MODE "mx: mail.example.com\nmax_age: 7d\n",
	  .code = "mtasts.pol_maxage_nan",
	  .result = E },
	{ .body = "version: STSv1\n" MODE "mx: mail.example.com\nmax_age: -1\n",
	  .code = "mtasts.pol_maxage_negative",
	  .result = E },
	{ .body = "version: STSv1\n" MODE
		  "mx: mail.example.com\nmax_age: 31557601\n",
	  .code = "mtasts.pol_maxage_too_big",
	  .result = E },
	{ .body = BODY(MODE), .code = "mtasts.pol_mx_missing", .result = E },
	{ .body = BODY(MODE "mx: mail.example.com, b.example\n"),
	  .code = "mtasts.pol_mx_list",
	  .result = E },
	{ .body = BODY(MODE "mx: 192.0.2.25\n"),
	  .code = "mtasts.pol_mx_ip",
	  .result = E },
	{ .body = BODY(MODE "mx: mail.example.com.\n"),
	  .code = "mtasts.pol_mx_trailing_dot",
	  .result = E },
	{ .body = BODY(MODE "mx: .example.com\n"),
	  .code = "mtasts.pol_mx_bad_wildcard",
	  .result = E },
	{ .body = BODY(MODE "mx: bücher.example\n"),
	  .code = "mtasts.pol_mx_ulabel",
	  .result = E },
	{ .body = BODY(MODE "mx: mail.example.com:25\n"),
	  .code = "mtasts.pol_mx_scheme",
	  .result = E },
	{ .body = BODY(MODE "mx: a_b.example\n"),
	  .code = "mtasts.pol_mx_syntax",
	  .result = E },
	{ .body = BODY(MODE "mx: mail.example.com\nmx: *.example.com\n"),
	  .code = "mtasts.pol_mx_redundant",
	  .result = V },
	{ .body = BODY(MODE "mode: none\nmx: mail.example.com\n"),
	  .code = "mtasts.pol_dup_key",
	  .result = V },
	{ .body = BODY(MODE "mx mail.example.com\n"),
	  .code = "mtasts.pol_no_colon",
	  .result = E },
	{ .body = "version: STSv1\rmode: none\rmax_age: 1\r",
	  .code = "mtasts.pol_cr_only",
	  .result = E },
	{ .body = BODY(MODE " mx: mail.example.com\n"),
	  .code = "mtasts.pol_leading_space",
	  .result = E },
	{ .body = BODY(MODE "\nmx: mail.example.com\n"),
	  .code = "mtasts.pol_blank_midline",
	  .result = V },
	{ .body = "{}", .code = "mtasts.pol_json", .result = E },
	{ .body = LOOK_POLICY "owner: x\n",
	  .code = "mtasts.pol_unknown_key",
	  .result = V },
	{ .body = "versjon: STSv1\nmodus: testing\nmx: mail.example.com\n"
		  "maks alder: 604800\n",
	  .code = "mtasts.pol_key_translated",
	  .result = E },
	{ .body = "version：STSv1\nmode：testing\nmx：mail.example.com\n"
		  "max_age：604800\n",
	  .code = "mtasts.pol_fullwidth",
	  .result = E },
	/* MX */
	{ .mx = "example.com MX 10 mail.example.com\n"
		"example.com MX 20 mx.example.net\nmx.example.net A 192.0.2.26",
	  .code = "mtasts.mx_not_covered",
	  .result = V },
	{ .body = BODY(MODE "mx: *.com\n"),
	  .code = "mtasts.mx_wildcard_depth",
	  .result = V },
	{ .body = BODY(MODE "mx: mail.example.com\nmx: old.example.net\n"),
	  .code = "mtasts.mx_extra",
	  .result = V },
	{ .mx = "example.com A 192.0.2.25",
	  .code = "mtasts.mx_implicit",
	  .result = V,
	  .branch = "mtasts.mx_not_covered" },
	{ .mx = "example.com MX 0 .", .code = "mtasts.mx_null", .result = V },
	{ .mx = "example.com MX 10 mx.example.net\n"
		"mx.example.net CNAME mail.example.com",
	  .body = BODY(MODE "mx: mx.example.net\n"),
	  .code = "mtasts.mx_cname",
	  .result = V,
	  .branch = "mtasts.mx_cert_invalid" },
	{ .mail = offers_no_tls, .code = "mtasts.mx_no_starttls", .result = V },
	{ .mail = mail_expired, .code = "mtasts.mx_cert_invalid", .result = V },
	{ .mail = mail_old_tls, .code = "mtasts.mx_tls_old", .result = V },
	{ .mail = mail_tls_fails, .code = "mtasts.mx_tls_failed", .result = V },
	{ .mail = mail_hangs, .code = "mtasts.mx_unprobed", .result = V },
	{ .mail = mail_unverified, .code = "mtasts.mx_unprobed", .result = V },
	/* Policy */
	{ .body = "version: STSv1\n" MODE
		  "mx: mail.example.com\nmax_age: 86400\n",
	  .code = "mtasts.maxage_short",
	  .result = V },
	{ .body = BODY("mode: none\n"),
	  .code = "mtasts.mode_none",
	  .result = V },
	{ .rpt = "", .code = "mtasts.no_tlsrpt", .result = V },
};

static void
each_code_is_found_with_its_result_and_branch(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct look_case *c = &cases[i];
		const char *branch = c->branch ? c->branch : c->code;
		struct look look;

		look_at(&look, c, NULL);
		if (!look_find(&look, c->code))
			fail_msg("%zu: no %s", i, c->code);
		if (look.out.result != c->result)
			fail_msg("%s: %s", c->code,
				 mtasts_result_name(look.out.result));
		if (!look.out.branch || strcmp(look.out.branch, branch) != 0)
			fail_msg("%s: branch %s", c->code,
				 look.out.branch ? look.out.branch : "none");
		assert_true(
			str_eq(look_place(look_find(&look, c->code), "domain"),
			       S("example.com")));
		look_end(&look);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_is_found_with_its_result_and_branch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
