"""Values of aggregate reports, as reporters write them."""
from build import (HEAD, POLICY, RECORD, REPORT, between, expect, rejected,
                   swap, swap_all)

VERDICTS = between(REPORT, "        <dkim>pass", "</spf>\n")
EVALUATED = between(REPORT, "      <policy_evaluated>",
                    "</policy_evaluated>\n")
AUTH = between(REPORT, "    <auth_results>", "</auth_results>\n")
DKIM = between(AUTH, "      <dkim>", "</dkim>\n")
SPF = between(AUTH, "      <spf>", "</spf>\n")
RANGE = between(REPORT, "    <date_range>", "</date_range>\n")
BEGIN = "<begin>1709251200</begin>"
END = "<end>1709337599</end>"


def verdicts(dkim, spf):
    """The first row, of three messages, with other verdicts."""
    return swap((VERDICTS, f"        <dkim>{dkim}</dkim>\n"
                 f"        <spf>{spf}</spf>\n"))


def reason(inside):
    return swap(("</spf>\n      </policy_evaluated>",
                 f"</spf>\n{inside}\n      </policy_evaluated>"))


def of_census():
    yield "plain.xml", REPORT, expect(
        more="report_id=golden.1; domain=example.com; begin=1709251200; "
        "end=1709337599")
    yield "no-version.xml", swap(("  <version>1.0</version>\n", "")), expect(
        repairs="dmarc.no_version")
    yield "version-0.1.xml", swap((">1.0<", ">0.1<")), expect(
        repairs="dmarc.odd_version")
    yield "begin-not-at-midnight.xml", swap(
        ("1709251200", "1709290923"), ("1709337599", "1709377322")), expect(
        more="begin=1709290923; end=1709377322")
    yield "no-sp.xml", swap(("    <sp>quarantine</sp>\n", "")), expect()
    yield "empty-sp.xml", swap(("<sp>quarantine</sp>", "<sp/>")), expect(
        repairs="dmarc.subpolicy_unknown")
    yield "nil-sp.xml", swap(
        ("<feedback>", '<feedback xmlns:xsi='
         '"http://www.w3.org/2001/XMLSchema-instance">'),
        ("<sp>quarantine</sp>", '<sp xsi:nil="true"></sp>')), expect(
        repairs="dmarc.subpolicy_unknown")
    yield "no-adkim-no-aspf.xml", swap(
        ("    <adkim>r</adkim>\n    <aspf>r</aspf>\n", "")), expect()
    contact = between(REPORT, "    <extra_contact_info>",
                      "</extra_contact_info>\n")
    yield "no-extra-contact.xml", swap((contact, "")), expect()
    yield "empty-extra-contact.xml", swap(
        (contact, "    <extra_contact_info/>\n")), expect()
    yield "report-id-in-angles.xml", swap(
        ("golden.1", "&lt;golden.1@receiver.example&gt;")), expect(
        more="report_id=<golden.1@receiver.example>")
    yield "report-id-with-spaces.xml", swap(
        ("golden.1", "golden 1 of 2")), expect(
        more="report_id=golden 1 of 2")
    long_id = "0123456789abcdef" * 8 + "@receiver.example"
    yield "report-id-over-64.xml", swap(("golden.1", long_id)), expect(
        more="report_id=" + long_id)
    yield "begin-equals-end.xml", swap(("1709337599", "1709251200")), expect(
        more="begin=1709251200; end=1709251200")
    yield "span-of-half-an-hour.xml", swap(
        ("1709337599", "1709253000")), expect(more="end=1709253000")
    yield "span-over-36h.xml", swap(("1709337599", "1709424000")), expect(
        repairs="dmarc.span_over_36h")
    yield "span-of-201-days.xml", swap(
        ("1709251200", "1691971200")), expect(repairs="dmarc.span_over_36h")
    yield "no-record.xml", REPORT[:REPORT.index("  <record>")] + \
        "</feedback>\n", expect(records=0, messages=0, passed=0)
    yield "no-envelope.xml", swap_all(
        "      <envelope_to>receiver.example</envelope_to>\n", "",
        swap(("      <envelope_from>example.com</envelope_from>\n", ""))), \
        expect()
    yield "no-spf-scope.xml", swap_all(
        "        <scope>mfrom</scope>\n", ""), expect()
    yield "several-spf.xml", swap((SPF, SPF * 3)), expect()
    yield "several-dkim.xml", swap((DKIM, DKIM * 7)), expect()
    yield "dkim-without-domain-and-result.xml", swap(
        (DKIM, "      <dkim>\n        <domain/>\n        <result/>\n"
         "      </dkim>\n")), expect(repairs="dmarc.empty_result")
    yield "no-selector.xml", swap(
        ("        <selector>s1</selector>\n", "")), expect()
    yield "empty-selector.xml", swap(
        ("<selector>s1</selector>", "<selector/>")), expect()
    yield "empty-human-result.xml", swap(
        ("<selector>s1</selector>",
         "<selector>s1</selector><human_result/>")), expect()
    yield "verdict-none.xml", verdicts("fail", "none"), expect(
        passed=0, repairs="dmarc.odd_verdict")
    yield "verdict-softfail.xml", verdicts("fail", "softfail"), expect(
        passed=0, repairs="dmarc.odd_verdict")
    yield "extra-policy-tags.xml", swap(
        ("<pct>100</pct>", "<pct>100</pct><fo>1</fo><rf>afrf</rf>"
         "<ri>86400</ri>")), expect()
    yield "rfc9990-tags.xml", swap(
        ("    <pct>100</pct>\n", "    <np>reject</np>\n"
         "    <testing>n</testing>\n"
         "    <discovery_method>treewalk</discovery_method>\n"),
        ("</date_range>\n", "</date_range>\n"
         "    <generator>Example Reporter 2.0</generator>\n")), expect()


def of_results():
    for word in ("unknown", "invalid", "error"):
        yield f"dkim-result-{word}.xml", swap(
            ("<selector>s1</selector>\n        <result>pass",
             f"<selector>s1</selector>\n        <result>{word}")), expect(
            repairs="dmarc.result_word")
    for word in ("unknown", "error", "hardfail"):
        yield f"spf-result-{word}.xml", swap(
            ("</scope>\n        <result>pass",
             f"</scope>\n        <result>{word}")), expect(
            repairs="dmarc.result_word")
    yield "result-of-no-standard.xml", swap(
        ("</scope>\n        <result>pass",
         "</scope>\n        <result>passable")), expect(
        repairs="dmarc.odd_result")
    yield "no-result.xml", swap(
        ("</scope>\n        <result>pass</result>", "</scope>")), expect(
        repairs="dmarc.no_result")
    yield "letter-case.xml", swap(
        ("<dkim>pass<", "<dkim>Pass<"), ("<spf>pass<", "<spf>PASS<"),
        ("<scope>mfrom<", "<scope>MFrom<"), ("softfail", "SoftFail"),
        ("<disposition>reject", "<disposition>Reject")), expect(
        repairs="dmarc.letter_case")
    yield "scope-helo-without-domain.xml", swap(
        (SPF, "      <spf>\n        <domain/>\n        <scope>helo</scope>\n"
         "        <result>none</result>\n      </spf>\n")), expect(
        repairs="dmarc.no_auth_domain")
    yield "spf-without-domain.xml", swap(
        (SPF, "      <spf>\n        <result>none</result>\n"
         "      </spf>\n")), expect(repairs="dmarc.no_auth_domain")
    yield "odd-scope.xml", swap((">mfrom<", ">pra<")), expect(
        repairs="dmarc.odd_scope")
    yield "empty-auth-results.xml", swap(
        (AUTH, "    <auth_results/>\n")), expect()
    yield "no-auth-results.xml", swap((AUTH, "")), expect(
        repairs="dmarc.no_auth_results")
    yield "dkim-domain-empty.xml", swap(
        (DKIM, "      <dkim>\n        <domain/>\n"
         "        <selector>s1</selector>\n"
         "        <result>pass</result>\n      </dkim>\n")), expect(
        repairs="dmarc.no_auth_domain")
    yield "over-100-signatures.xml", swap((DKIM, "<dkim><domain>example.com"
                                           "</domain><result>pass</result>"
                                           "</dkim>\n" * 101)), expect(
        repairs="dmarc.too_many_results")
    yield "null-sender.xml", swap(
        ("<envelope_from>example.com<", "<envelope_from><")), expect()


def of_verdicts():
    yield "empty-verdicts.xml", verdicts("", ""), expect(
        passed=0, repairs="dmarc.no_verdict")
    yield "no-verdicts.xml", swap((VERDICTS, "")), expect(
        passed=0, repairs="dmarc.no_verdict")
    yield "no-policy-evaluated.xml", swap((EVALUATED, "")), expect(
        passed=0, repairs="dmarc.no_verdict")
    yield "verdict-not-evaluated.xml", verdicts(
        "not.evaluated", "not.evaluated"), expect(
        passed=0, repairs="dmarc.odd_verdict")
    yield "verdict-unknown.xml", verdicts("unknown", "unknown"), expect(
        passed=0, repairs="dmarc.odd_verdict")
    yield "disposition-pass.xml", swap(
        ("<disposition>none", "<disposition>pass")), expect()
    for word in ("softfail", "15", "whatever"):
        yield f"disposition-{word}.xml", swap(
            ("<disposition>none", f"<disposition>{word}")), expect(
            repairs="dmarc.odd_disposition")
    yield "disposition-after-a-space.xml", swap(
        ("<disposition>reject", "<disposition> quarantine")), expect()
    yield "disposition-empty.xml", swap(
        ("<disposition>none</disposition>", "<disposition/>")), expect(
        repairs="dmarc.no_disposition")
    yield "reason-empty-type.xml", reason(
        "<reason><type/></reason>"), expect(repairs="dmarc.empty_reason")
    yield "reason-empty.xml", reason("<reason/>"), expect(
        repairs="dmarc.empty_reason")
    yield "reason-as-text.xml", reason(
        "<reason>sampled_out</reason>"), expect(
        repairs="dmarc.reason_as_text")
    yield "reason-comment-empty.xml", reason(
        "<reason><type>forwarded</type><comment/></reason>"), expect()
    yield "reason-of-no-standard.xml", reason(
        "<reason><type>because</type></reason>"), expect(
        repairs="dmarc.odd_reason")
    yield "several-reasons.xml", reason(
        "<reason><type>local_policy</type><comment>arc=pass</comment>"
        "</reason><reason><type>mailing_list</type></reason>"), expect()
    yield "over-16-reasons.xml", reason(
        "<reason><type>other</type></reason>\n" * 17), expect(
        repairs="dmarc.too_many_reasons")


def of_head():
    org = "<org_name>Example Receiver</org_name>"
    yield "empty-org-name.xml", swap((org, "<org_name/>")), expect(
        org="receiver.example", repairs="dmarc.org_from_email")
    yield "no-org-name-no-email.xml", swap(
        (org, ""), ("<email>dmarc@receiver.example</email>", "")), \
        rejected("dmarc.no_org")
    yield "no-report-id.xml", swap(
        ("    <report_id>golden.1</report_id>\n", "")), expect(
        repairs="dmarc.id_made",
        more="report_id=example.com!1709251200!1709337599")
    yield "error-twice.xml", swap(
        ("</date_range>\n", "</date_range>\n<error>one</error>"
         "<error>two</error>\n")), expect()
    yield "uppercase-domains.xml", swap_all(
        "example.com<", "EXAMPLE.COM<"), expect(more="domain=example.com")
    yield "trailing-dot.xml", swap(
        ("<domain>example.com<", "<domain>example.com.<")), expect(
        more="domain=example.com")
    yield "unicode-domain.xml", swap(
        ("<domain>example.com<", "<domain>b\u00fccher.example<")), expect(
        more="domain=xn--bcher-kva.example")
    yield "no-policy-domain.xml", swap(
        ("    <domain>example.com</domain>\n", "")), expect(
        repairs="dmarc.domain_from_rows dmarc.head_after_rows",
        more="domain=example.com")
    yield "no-policy-published.xml", swap((POLICY, "")), expect(
        repairs="dmarc.domain_from_rows dmarc.head_after_rows "
        "dmarc.policy_unknown", more="domain=example.com")
    yield "no-domain-and-two-in-the-rows.xml", swap(
        (POLICY, ""), ("<header_from>example.com",
                       "<header_from>example.net")), rejected(
        "dmarc.no_domain")
    yield "policy-of-no-standard.xml", swap(
        ("<p>reject<", "<p>monitor<")), expect(
        repairs="dmarc.policy_unknown")
    yield "pct-of-no-standard.xml", swap((">100<", ">all<")), expect(
        repairs="dmarc.tag_unreadable")
    yield "adkim-in-words.xml", swap(
        ("<adkim>r<", "<adkim>relaxed<")), expect()
    yield "adkim-of-no-standard.xml", swap(
        ("<adkim>r<", "<adkim>maybe<")), expect(
        repairs="dmarc.tag_unreadable")
    yield "no-metadata.xml", swap((HEAD, "")), rejected("dmarc.no_org")


def of_dates():
    yield "dates-with-fraction.xml", swap(
        (BEGIN, "<begin>1709251200.0</begin>"),
        (END, "<end>1709337599.5</end>")), expect(
        repairs="dmarc.date_fraction",
        more="begin=1709251200; end=1709337599")
    yield "begin-in-milliseconds.xml", swap(
        (BEGIN, "<begin>1709251200000</begin>")), expect(
        repairs="dmarc.date_milliseconds",
        more="begin=1709251200; end=1709337599")
    yield "begin-in-microseconds.xml", swap(
        (BEGIN, "<begin>1709251200000000</begin>")), expect(
        repairs="dmarc.date_microseconds",
        more="begin=1709251200; end=1709337599")
    yield "dates-as-text.xml", swap(
        (BEGIN, "<begin>2024-03-01T00:00:00Z</begin>"),
        (END, "<end>2024-03-01 23:59:59</end>")), expect(
        repairs="dmarc.date_as_text",
        more="begin=1709251200; end=1709337599")
    yield "begin-negative.xml", swap((BEGIN, "<begin>-1</begin>")), expect(
        repairs="dmarc.begin_from_end",
        more="begin=1709251200; end=1709337599")
    yield "end-not-a-number.xml", swap((END, "<end>soon</end>")), expect(
        repairs="dmarc.end_from_begin",
        more="begin=1709251200; end=1709337599")
    yield "dates-not-numbers.xml", swap(
        (BEGIN, "<begin>today</begin>"), (END, "<end>soon</end>")), \
        rejected("dmarc.no_dates")
    yield "no-date-range.xml", swap((RANGE, "")), rejected("dmarc.no_dates")
    yield "begin-after-end.xml", swap(
        (BEGIN, "<begin>1709337599</begin>"),
        (END, "<end>1709251200</end>")), expect(
        repairs="dmarc.dates_swapped",
        more="begin=1709251200; end=1709337599")
    yield "dates-zero.xml", swap(
        (BEGIN, "<begin>0</begin>"), (END, "<end>0</end>")), expect(
        repairs="dmarc.date_too_early")
    yield "end-in-the-year-2105.xml", swap(
        (END, "<end>4260211200</end>")), expect(
        repairs="dmarc.date_in_future dmarc.span_over_366d")


def of_rows():
    address = "<source_ip>192.0.2.1</source_ip>"
    for name, value in (("empty-source-ip", ""), ("source-ip-x", "X.X.X.X"),
                        ("source-ip-a-name", "mail.example.com")):
        yield name + ".xml", swap(
            (address, f"<source_ip>{value}</source_ip>")), expect(
            repairs="dmarc.bad_ip")
    for name, value in (("ipv6", "2001:db8::1"),
                        ("ipv4-in-ipv6", "::ffff:192.0.2.1"),
                        ("spaces", " 192.0.2.1 ")):
        yield f"source-ip-{name}.xml", swap(
            (address, f"<source_ip>{value}</source_ip>")), expect()
    yield "one-record-for-each-message.xml", swap(
        (RECORD, swap(("<count>3", "<count>1"), text=RECORD) * 3)), expect(
        records=4)
    yield "count-over-32-bit.xml", swap(
        ("<count>3<", "<count>5000000000<")), expect(
        messages=5000000002, passed=5000000000)
    yield "count-absurd.xml", swap(
        ("<count>3<", "<count>99999999999999<")), expect(
        messages=1000000000002, passed=1000000000000,
        repairs="dmarc.count_capped")
    for name, value in (("negative", "-3"), ("empty", ""),
                        ("a-word", "three")):
        yield f"count-{name}.xml", swap(
            ("<count>3<", f"<count>{value}<")), expect(
            messages=2, passed=0, repairs="dmarc.bad_count")
    yield "count-with-fraction.xml", swap(
        ("<count>3<", "<count>3.0<")), expect(
        repairs="dmarc.count_fraction")
    yield "identities.xml", swap(
        ("<identifiers>", "<identities>"),
        ("</identifiers>", "</identities>")), expect(
        repairs="dmarc.identities")
    yield "header-from-an-address.xml", swap(
        ("<header_from>example.com", "<header_from>info@example.com")), \
        expect(repairs="dmarc.address_for_domain")
    yield "header-from-empty.xml", swap(
        ("<header_from>example.com<", "<header_from><")), expect(
        repairs="dmarc.no_header_from")
    yield "header-from-not-a-name.xml", swap(
        ("<header_from>example.com<", "<header_from>no name at all<")), \
        expect(repairs="dmarc.bad_header_from")
    yield "long-comment.xml", reason(
        "<reason><type>other</type><comment>" + "words " * 200 +
        "</comment></reason>"), expect(repairs="dmarc.text_cut")


def fixtures():
    for part in (of_census, of_results, of_verdicts, of_head, of_dates,
                 of_rows):
        for name, text, want in part():
            yield name, text.encode(), want
