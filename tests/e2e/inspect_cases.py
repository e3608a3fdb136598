"""What is wrong with the domains of inspect_lab.py, one fault each, and what
has to be said about it: result, branch and codes.

A domain is NAME.lab.test. Unless a case says otherwise its DNS, policy host
and mail server are sound.
"""
import time

from tlslab import http_answer

ZONE = "lab.test"
RECORD = "v=STSv1; id=20261122T1;"
REPORTS = "v=TLSRPTv1; rua=mailto:tls@lab.test"
POLICY = ("version: STSv1\r\nmode: enforce\r\nmx: mx.lab.test\r\n"
          "max_age: 604800\r\n")
HUB, MX, POSTFIX = "127.0.0.2", "127.0.0.3", "127.0.0.1"
NOBODY = "127.0.0.99"  # where nothing listens


class Case:
    """`txt`: the TXT records at _mta-sts; `policy`: the file; `answer`: all
    bytes of the HTTP answer, or a function of the connection; `web`, `mail`:
    a fault of tlslab for servers of their own (`how` of Lab.mx); `host`,
    `mx`: records of those names; `rr`: more records, in which {d} is the
    domain. `oracle`: what mta-sts-query says instead, and the section of the
    RFC that it departs from. `given`: the words typed instead of the domain;
    `net`: more options."""

    def __init__(self, name, result, branch, *also, **how):
        self.name, self.result, self.branch = name, result, branch
        self.codes = {code for code in (branch, *also) if code}
        self.domain = how.pop("domain", f"{name}.{ZONE}")
        self.txt = how.pop("txt", [RECORD])
        policy = how.pop("policy", POLICY)
        body = policy if isinstance(policy, bytes) else policy.encode()
        self.answer = how.pop("answer", http_answer(body))
        self.host = how.pop("host", f"A {HUB}")
        self.mx = how.pop("mx", [f"10 mx.{ZONE}."])
        self.reports = how.pop("reports", [REPORTS])
        self.rr = how.pop("rr", "")
        self.web, self.mail = how.pop("web", None), how.pop("mail", None)
        self.how = how.pop("how", None)
        self.given = how.pop("given", [self.domain])
        self.oracle = how.pop("oracle", None)
        self.net = how.pop("net", [])
        self.command = how.pop("command", ["lookup", "mta-sts"])
        self.alone = how.pop("alone", False)
        assert not how, how

    def zone(self):
        """Its lines of the zone."""
        lines = [f"_mta-sts.{self.domain}. TXT {quoted(t)}"
                 for t in self.txt or ()]
        lines += [f"_smtp._tls.{self.domain}. TXT {quoted(t)}"
                  for t in self.reports or ()]
        lines += [f"{self.domain}. MX {mx}" for mx in self.mx or ()]
        for rdata in self.host.split("\n") if self.host else ():
            lines.append(f"mta-sts.{self.domain}. {rdata}")
        lines += self.rr.format(d=self.domain + ".").split("\n")
        return lines


def quoted(text):
    if isinstance(text, tuple):
        return " ".join(quoted(part) for part in text)
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text + '"'


def policy(*lines, end="\r\n"):
    return "".join(line + end for line in lines)


def swap(old, new):
    """The sound policy but for one piece."""
    assert old in POLICY, old
    return POLICY.replace(old, new)


def status(line, body=b"gone\n", *more):
    return http_answer(body, line, "text/plain", more)


NONE, VALID, ERROR = "NONE", "VALID", "FETCH_ERROR"
S31 = "RFC 8461 section 3.1"
S32 = "RFC 8461 section 3.2"
S33 = "RFC 8461 section 3.3"
PAGE = b"<!DOCTYPE html><html><title>Hello</title></html>\n"


def record_cases():
    """Those that end at, or are about, the TXT record."""
    yield Case("sound", VALID, None)
    yield Case("strict-reject", VALID, None,
               rr='_dmarc.{d} TXT "v=DMARC1; p=reject; adkim=s; '
                  'rua=mailto:d@lab.test"')
    yield Case("two-strings", VALID, None, txt=[("v=STSv1;", " id=1;")])
    yield Case("beside-foreign", VALID, None, txt=["v=spf1 -all", RECORD])
    yield Case("by-cname", VALID, None, txt=None,
               rr="_mta-sts.{d} CNAME shared-record.lab.test.")
    yield Case("extension", VALID, None, txt=["v=STSv1; id=1; a.b-c_d=x;"])
    yield Case("two-ids", VALID, None, txt=["v=STSv1; id=1; id=2;"])
    yield Case("no-last-delimiter", VALID, None, txt=["v=STSv1;id=1"])
    yield Case("known", "NOT_CHANGED", None, given=["known.lab.test",
                                                    "20261122T1"])
    yield Case("known-other", VALID, None,
               given=["known-other.lab.test", "1"])
    yield Case("txt-nxdomain", NONE, "mtasts.txt_nxdomain", txt=None)
    yield Case("txt-nodata", NONE, "mtasts.txt_nodata", txt=None,
               rr="_mta-sts.{d} A 127.0.0.1")
    yield Case("txt-dangling", NONE, "mtasts.txt_cname_dangling", txt=None,
               rr="_mta-sts.{d} CNAME nowhere.lab.test.")
    for label in ("", "mta-sts.", "_mta_sts.", "_sts."):
        yield Case("txt-at-" + (label.strip("._") or "apex")
                   + ("-old" if label == "_mta_sts." else ""), NONE,
                   "mtasts.txt_wrong_name", txt=None,
                   rr=label + '{d} TXT "v=STSv1; id=1;"')
    yield Case("txt-foreign", NONE, "mtasts.txt_no_stsv1",
               txt=["v=spf1 -all"])
    yield Case("txt-v10", NONE, "mtasts.txt_no_stsv1",
               txt=["v=STSv10; id=1;"])
    yield Case("txt-lower", NONE, "mtasts.txt_no_stsv1",
               txt=["v=stsv1; id=1;"])
    yield Case("txt-multiple", NONE, "mtasts.txt_multiple",
               txt=[RECORD, "v=STSv1; id=2;"])
    yield Case("txt-strict-and-loose", VALID, "mtasts.txt_bad_delim",
               txt=[RECORD, "v=STSv1, id=2"], oracle=(NONE, S31))
    yield Case("txt-comma", NONE, "mtasts.txt_bad_delim",
               txt=["v=STSv1, id=1"])
    yield Case("txt-no-id", NONE, "mtasts.txt_id_missing", txt=["v=STSv1;"])
    yield Case("txt-id-empty", NONE, "mtasts.txt_id_empty",
               txt=["v=STSv1; id=;"], oracle=(VALID, S31))
    yield Case("txt-id-chars", NONE, "mtasts.txt_id_chars",
               txt=["v=STSv1; id=2026-11-22;"], oracle=(VALID, S31))
    yield Case("txt-id-long", NONE, "mtasts.txt_id_long",
               txt=["v=STSv1; id=" + "1" * 33 + ";"], oracle=(VALID, S31))
    yield Case("txt-field", NONE, "mtasts.txt_field_syntax",
               txt=["v=STSv1; id=1; what"], oracle=(VALID, S31))
    yield Case("txt-two-delimiters", NONE, "mtasts.txt_field_syntax",
               txt=["v=STSv1;; id=1"], oracle=(VALID, S31))
    yield Case("txt-v-later", NONE, "mtasts.txt_v_not_first",
               txt=["id=1; v=STSv1;"])
    yield Case("txt-url", VALID, "mtasts.txt_has_url",
               txt=["v=STSv1; id=1; url=https://mta-sts.txt-url.lab.test/;"])
    yield Case("txt-space", VALID, "mtasts.txt_space_delim",
               txt=["v=STSv1 ; id=1;"])
    yield Case("dotted", NONE, "mtasts.query_case_dot",
               given=[".dotted.lab.test"])
    yield Case("address", NONE, "mtasts.query_address", given=["127.0.0.2"])
    yield Case("u-label", VALID, "mtasts.query_idn_ulabel",
               domain="xn--bcher-kva.lab.test", given=["bücher.lab.test"])
    yield Case("address-v6", NONE, "mtasts.query_address", given=["::1"])
    yield Case("below", NONE, "mtasts.txt_nxdomain", "mtasts.parent_only",
               domain="below.parent.lab.test", txt=None, host=None,
               rr='_mta-sts.parent.lab.test. TXT "v=STSv1; id=1;"')
    yield Case("ttl", VALID, "mtasts.ttl_high", txt=None,
               rr='_mta-sts.{d} 172800 TXT "v=STSv1; id=1;"')
    yield Case("wildcard-spf", NONE, "mtasts.txt_no_stsv1",
               "mtasts.no_tlsrpt", txt=None,
               reports=None, rr='*.{d} TXT "v=spf1 -all"')
    yield Case("no-reports", VALID, "mtasts.no_tlsrpt", reports=None)


def host_cases(ports):
    """The policy host: addresses, connection, TLS."""
    def own(name, code, *also, fault=None, **how):
        return Case(name, ERROR, "mtasts." + code, *also, web=fault or name,
                    **how)

    yield Case("host-nxdomain", ERROR, "mtasts.host_nxdomain", host=None)
    yield Case("host-nodata", ERROR, "mtasts.host_nodata", host='TXT "-"')
    yield Case("host-dangling", ERROR, "mtasts.host_cname_dangling",
               host="CNAME nowhere.lab.test.")
    yield Case("host-private", ERROR, "mtasts.host_private_ip",
               host="A 10.1.2.3")
    if ports["alone"]:  # elsewhere it would be somebody's machine
        yield Case("host-unreachable", ERROR, "mtasts.host_unreachable",
                   host="A 8.8.8.8")
    yield Case("host-v6-broken", VALID, "mtasts.aaaa_broken",
               host=f"A {HUB}\nAAAA ::1")
    yield Case("host-two-answers", VALID, "mtasts.vantage_differs",
               host=f"A {HUB}\nA 127.0.0.4")
    yield Case("tcp-refused", ERROR, "mtasts.tcp_refused",
               host=f"A {NOBODY}")
    yield Case("tcp-timeout", ERROR, "mtasts.tcp_timeout", web="full")
    yield own("unrecognized-name", "tls_unrecognized_name",
              fault="unrecognized_name")
    yield own("no-cipher", "tls_handshake_failure", fault="no_cipher")
    yield own("plain", "tls_handshake_failure")
    yield own("hang-up", "tls_handshake_failure", fault="hang_up")
    yield own("tls11", "tls_below_1_2")
    yield own("client-cert", "tls_client_cert_asked", fault="client_needed")
    yield own("stall", "tls_timeout")
    yield Case("tls12", VALID, None, web="tls12")
    yield Case("client-asked", VALID, None, web="client_asked")
    yield own("wrong-name", "cert_name_mismatch", fault="wrong_name")
    yield own("cn-only", "cert_name_mismatch", fault="cn_only",
              oracle=(VALID, S33))
    yield own("wildcard-deep", "cert_wildcard_depth", fault="wildcard_deep")
    yield Case("wildcard", VALID, None, web="wildcard")
    yield own("expired", "cert_expired")
    yield own("not-yet", "cert_not_yet_valid", fault="not_yet_valid")
    yield own("self-signed", "cert_self_signed", fault="self_signed")
    yield own("stranger", "cert_untrusted_root", fault="unknown_root")
    yield own("incomplete", "cert_incomplete_chain")
    yield own("forged", "cert_untrusted_root")
    # Senders may look for it, and most do not.
    yield own("revoked", "cert_revoked", oracle=(VALID, S33))
    yield own("weak", "cert_weak", fault="rsa1024")
    yield Case("ends-soon", VALID, "mtasts.cert_expires_soon",
               web="expires_soon")


def slowly(conn):
    whole = http_answer(POLICY.encode())
    conn.sendall(whole[:-10])
    time.sleep(3.5)
    conn.sendall(whole[-10:])


def http_cases():
    """Status, headers and body."""
    def error(name, code, answer, *also, **how):
        return Case(name, ERROR, "mtasts." + code, *also, answer=answer, **how)

    yield error("redirect", "http_redirect", status(
        "301 Moved", b"", "Location: https://lab.test/mta-sts.txt"))
    for code, name in (("401 No", "http_denied"), ("403 No", "http_denied"),
                       ("404 No", "http_not_found"),
                       ("410 Gone", "http_client_error"),
                       ("500 Oops", "http_server_error"),
                       ("503 Later", "http_server_error"),
                       ("206 Part", "http_not_200")):
        yield error("http-" + code[:3], name, status(code))
    yield error("cdn", "http_denied", status("403 No", b"no\n",
                                             "Server: cloudflare"),
                "mtasts.cdn_proxied")
    yield error("soft-404", "http_soft_404",
                http_answer(PAGE, kind="text/html"))
    yield error("parked", "parked_page", http_answer(
        PAGE.replace(b"Hello", b"This domain is for sale"),
        kind="text/html"))
    yield error("garbled", "http_garbled", b"HELLO?\r\n\r\n")
    body = POLICY.encode()
    yield Case("type-missing", VALID, "mtasts.ctype_missing",
               answer=http_answer(body, kind=None), oracle=(ERROR, S32))
    yield error("type-wrong", "ctype_wrong",
                http_answer(body, kind="application/octet-stream"))
    yield Case("type-upper", VALID, None,
               answer=http_answer(body, kind="Text/Plain; Charset=UTF-8"))
    yield Case("charset", VALID, "mtasts.charset", answer=http_answer(
        body, kind="text/plain; charset=iso-8859-1"))
    yield error("charset-wide", "charset", http_answer(
        POLICY.encode("utf-16"), kind="text/plain; charset=utf-16"),
        oracle=(VALID, S32))
    yield error("encoding", "content_encoding", http_answer(
        body, more=["Content-Encoding: br"]))
    yield error("too-large", "too_large", http_answer(
        body + b"x: " + b"y" * 70000 + b"\r\n"))
    yield error("truncated", "truncated", http_answer(body).replace(
        b"Content-Length: ", b"Content-Length: 1"))
    yield Case("slow", VALID, "mtasts.too_slow", answer=slowly)


def policy_cases():
    """What is in the file."""
    def void(name, code, text, *also, **how):
        return Case(name, ERROR, "mtasts." + code, *also, policy=text, **how)

    def fine(name, code, text, *also, **how):
        return Case(name, VALID, code and "mtasts." + code, *also,
                    policy=text, **how)

    age = "max_age: 604800"
    yield fine("lf", None, POLICY.replace("\r\n", "\n"))
    yield fine("no-last-line-end", None, POLICY.rstrip())
    yield fine("blanks-at-ends", None, swap("enforce\r", "enforce \t\r"))
    yield void("empty", "pol_empty", "")
    yield void("bom", "pol_bom", b"\xef\xbb\xbf" + POLICY.encode())
    yield void("no-version", "pol_version_missing",
               swap("version: STSv1\r\n", ""))
    yield void("version-2", "pol_version_wrong", swap("STSv1", "STSv2"))
    yield fine("version-later", "pol_version_not_first",
               swap("version: STSv1\r\nmode: enforce\r\n",
                    "mode: enforce\r\nversion: STSv1\r\n"))
    yield void("no-mode", "pol_mode_missing", swap("mode: enforce\r\n", ""))
    yield void("mode-unknown", "pol_mode_unknown", swap("enforce", "report"))
    yield fine("mode-none", "mode_none",
               policy("version: STSv1", "mode: none", "max_age: 86400"))
    yield fine("testing", None, swap("enforce", "testing"))
    yield void("no-age", "pol_maxage_missing", swap(age + "\r\n", ""))
    yield void("age-words", "pol_maxage_nan", swap("604800", "7d"))
    yield void("age-plus", "pol_maxage_nan", swap("604800", "+604800"),
               oracle=(VALID, S32))
    yield void("age-negative", "pol_maxage_negative", swap("604800", "-1"))
    yield void("age-too-big", "pol_maxage_too_big",
               swap("604800", "31557601"))
    yield fine("age-most", None, swap("604800", "31557600"))
    yield fine("age-short", "maxage_short", swap("604800", "86400"))
    yield void("no-mx", "pol_mx_missing", swap("mx: mx.lab.test\r\n", ""))
    for name, code, text in (
            ("mx-list", "pol_mx_list", "mx.lab.test, mx2.lab.test"),
            ("mx-ip", "pol_mx_ip", "127.0.0.3"),
            ("mx-dot", "pol_mx_trailing_dot", "mx.lab.test."),
            ("mx-wild-inside", "pol_mx_bad_wildcard", "m*.lab.test"),
            ("mx-u-label", "pol_mx_ulabel", "bücher.lab.test"),
            ("mx-scheme", "pol_mx_scheme", "smtp://mx.lab.test"),
            ("mx-syntax", "pol_mx_syntax", "mx_.lab.test!")):
        yield void(name, code, swap("mx.lab.test", text),
                   oracle=(VALID, S32) if text.isascii() else None)
    yield fine("mx-redundant", "pol_mx_redundant",
               swap("mx: mx.", "mx: *.lab.test\r\nmx: mx."))
    yield fine("twice", "pol_dup_key",
               swap(age, age + "\r\nmax_age: 700000"))
    yield void("no-colon", "pol_no_colon", swap("mode:", "what\r\nmode:"),
               oracle=(VALID, S32))
    yield void("cr-only", "pol_cr_only", POLICY.replace("\r\n", "\r"),
               oracle=(VALID, S32))
    yield void("leading-space", "pol_leading_space",
               swap("mode", " mode"))
    yield fine("blank-line", "pol_blank_midline",
               swap("mode", "\r\nmode"))
    yield void("json", "pol_json", '{"version": "STSv1"}\n')
    yield fine("unknown-key", "pol_unknown_key", swap("mode", "x: y\r\nmode"))
    yield fine("unknown-utf8", "pol_unknown_key",
               swap("mode", "x: 説明\r\nmode"), oracle=(ERROR, S32))
    yield void("translated", "pol_key_translated", policy(
        "versjon: STSv1", "modus: testing", "mx: mx.lab.test",
        "maks alder: 86400"))
    yield void("translated-mode", "pol_key_translated",
               swap("enforce", "テスト"))
    yield void("fullwidth", "pol_fullwidth", swap("mode: ", "mode："))


def mail_cases(ports):
    """MX records and servers against the policy."""
    def mail(name, code, *also, **how):
        return Case(name, VALID, code and "mtasts." + code, *also, **how)

    def own(name, code, *also, fault="good", policy=None, **how):
        mx = f"mx.{name}.lab.test"
        return mail(name, code, *also, mail=fault, mx=[f"10 {mx}."],
                    policy=swap("mx.lab.test", mx), **how)

    extra = "mtasts.mx_extra"
    yield mail("mx-not-covered", "mx_not_covered", extra,
               policy=swap("mx.lab", "other.lab"))
    yield mail("mx-depth", "mx_wildcard_depth", extra,
               policy=swap("mx.lab.test", "*.test"))
    yield mail("mx-extra", "mx_extra",
               policy=swap("mx: mx", "mx: old.lab.test\r\nmx: mx"))
    yield mail("mx-implicit", "mx_implicit", "mtasts.mx_unprobed", mx=None,
               policy=swap("mx.lab.test", "mx-implicit.lab.test"),
               rr="{d} A " + NOBODY)
    yield mail("mx-null", "mx_null", mx=["0 ."])
    yield mail("mx-cname", "mx_cname", mx=["10 alias.lab.test."],
               policy=swap("mx.lab", "alias.lab"))
    yield own("mx-no-starttls", "mx_no_starttls",
              how={"ehlo": ["mx", "PIPELINING"]})
    yield own("mx-starttls-refused", "mx_no_starttls",
              how={"starttls": b"454 not now\r\n"})
    for fault in ("expired", "wrong_name", "self_signed", "unknown_root",
                  "incomplete"):
        yield own("mx-" + fault.replace("_", "-"), "mx_cert_invalid",
                  fault=fault)
    yield own("mx-tls11", "mx_tls_old", fault="tls11")
    yield own("mx-tls-cut", "mx_tls_failed", fault="no_cipher")
    yield own("mx-busy", "mx_unprobed", how={"banner": b"421 busy\r\n"})
    yield mail("mx-closed", "mx_unprobed", mx=["10 closed.lab.test."],
               policy=swap("mx.lab", "closed.lab"))
    if ports["postfix"]:
        yield mail("mx-postfix", None, mx=["10 postfix.lab.test."],
                   policy=swap("mx.lab", "postfix.lab"))


def report_cases():
    """`lookup tls-rpt`: codes only."""
    def one(name, code, reports, *also, **how):
        return Case("rpt-" + name, None, code and "tlsrpt." + code, *also,
                    reports=reports, command=["lookup", "tls-rpt"], **how)

    start = "v=TLSRPTv1; rua="
    yield one("sound", None, [REPORTS])
    yield one("two", None, [start + "mailto:a@lab.test,https://"
                            "mta-sts.rpt-two.lab.test/in"])
    yield one("nxdomain", "nxdomain", None)
    yield one("multiple", "multiple", [REPORTS, REPORTS + ",mailto:b@x.test"])
    yield one("version", "version", ["v=TLSRPTv2; rua=mailto:a@lab.test"])
    yield one("no-rua", "no_rua", ["v=TLSRPTv1;"])
    yield one("no-scheme", "rua_no_scheme", [start + "a@lab.test"])
    yield one("http", "rua_http", [start + "http://lab.test/in"],
              "tlsrpt.https_error")  # as it is meant, it fails too
    yield one("unencoded", "rua_unencoded", [start + "mailto:a!10m@lab.test"])
    yield one("syntax", "rua_syntax", [start + "mailto:a b@lab.test"])
    yield one("field", "field_syntax", [REPORTS + "; what"])
    yield one("wrong-name", "wrong_name", None,
              rr="_tls.{d} TXT " + quoted(REPORTS))
    yield one("https-gone", "https_error",
              [start + "https://mta-sts.rpt-https-gone.lab.test/in"],
              answer=status("404 No"))


def all_cases(ports):
    """`ports`: what the laboratory has ("alone": a network of its own,
    "postfix": a real one)."""
    return [*record_cases(), *host_cases(ports), *http_cases(),
            *policy_cases(), *mail_cases(ports), *report_cases()]
