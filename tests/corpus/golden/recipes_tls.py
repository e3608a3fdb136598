"""SMTP TLS reports (RFC 8460), as reporters write them."""
import copy
import json

from build import expect, rejected

SOUND = {
    "organization-name": "Example Sender",
    "date-range": {"start-datetime": "2024-03-01T00:00:00Z",
                   "end-datetime": "2024-03-01T23:59:59Z"},
    "contact-info": "tls@sender.example",
    "report-id": "golden-1@sender.example",
    "policies": [{
        "policy": {
            "policy-type": "sts",
            "policy-string": ["version: STSv1", "mode: testing",
                              "mx: mx.example.com", "max_age: 86400"],
            "policy-domain": "example.com",
            "mx-host": ["mx.example.com"]},
        "summary": {"total-successful-session-count": 10,
                    "total-failure-session-count": 2},
        "failure-details": [{
            "result-type": "certificate-expired",
            "sending-mta-ip": "192.0.2.1",
            "receiving-mx-hostname": "mx.example.com",
            "receiving-ip": "198.51.100.7",
            "failed-session-count": 2}]}]}
TLS = json.dumps(SOUND, indent=1)
DROP = object()
POLICY = ("policies", 0, "policy")
SUMMARY = ("policies", 0, "summary")
DETAIL = ("policies", 0, "failure-details", 0)


def changed(*changes):
    """SOUND with the values at some places changed, or dropped."""
    report = copy.deepcopy(SOUND)
    for path, value in changes:
        node = report
        for key in path[:-1]:
            node = node[key]
        if value is DROP:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    return report


def want(repairs="-", **more):
    more = {"records": 1, "messages": 12, "passed": 10,
            "org": "Example Sender", **more}
    return expect(kind="tlsrpt", repairs=repairs, **more)


def policy(kind, domain, good, bad, **more):
    return {"policy": {"policy-type": kind, "policy-string": [],
                       "policy-domain": domain, **more},
            "summary": {"total-successful-session-count": good,
                        "total-failure-session-count": bad}}


def of_frame():
    yield "plain", SOUND, want(
        more="report_id=golden-1@sender.example; domain=example.com; "
        "begin=1709251200; end=1709337599")
    yield "keys-in-another-order", dict(reversed(SOUND.items())), want()
    yield "contact-null", changed((("contact-info",), None)), want(
        "tlsrpt.no_contact")
    yield "organization-null", changed(
        (("organization-name",), None)), want(
        "tlsrpt.no_organization", org="sender.example")
    yield "no-organization-no-contact", changed(
        (("organization-name",), DROP), (("contact-info",), DROP)), want(
        "tlsrpt.no_organization tlsrpt.no_contact", org="-")
    yield "no-report-id", changed((("report-id",), DROP)), want(
        "tlsrpt.no_report_id")
    yield "report-id-number-plus-domain", changed(
        (("report-id",), "133988091+example.com")), want(
        more="report_id=133988091+example.com")
    yield "report-id-number-plus-nothing", changed(
        (("report-id",), "133988091+")), want(more="report_id=133988091+")
    yield "empty-policies", changed((("policies",), [])), want(
        records=0, messages=0, passed=0)
    yield "one-policy-not-in-an-array", changed(
        (("policies",), SOUND["policies"][0])), want("tlsrpt.not_an_array")
    yield "nothing-of-a-report", {"temperature": 21}, rejected(
        "tlsrpt.not_a_report", "tlsrpt")


def of_dates():
    start, end = ("date-range", "start-datetime"), ("date-range",
                                                    "end-datetime")
    yield "dates-without-zone", changed(
        (start, "2024-03-01T00:00:00"), (end, "2024-03-01T23:59:59")), want(
        "tlsrpt.no_zone", more="begin=1709251200; end=1709337599")
    yield "dates-with-offset", changed(
        (start, "2024-03-01T01:00:00+01:00"),
        (end, "2024-03-02T00:59:59+01:00")), want(
        more="begin=1709251200; end=1709337599")
    yield "end-at-midnight", changed((end, "2024-03-02T00:00:00Z")), want(
        more="end=1709337600")
    yield "span-of-a-week", changed((end, "2024-03-07T23:59:59Z")), want(
        "tlsrpt.span_over_36h", more="end=1709855999")
    yield "dates-as-seconds", changed(
        (start, 1709251200), (end, 1709337599)), want(
        "tlsrpt.epoch_date", more="begin=1709251200; end=1709337599")
    yield "dates-without-time", changed(
        (start, "2024-03-01"), (end, "2024-03-01")), want(
        "tlsrpt.date_only", more="begin=1709251200; end=1709337599")
    yield "no-start", changed((start, DROP)), want(
        "tlsrpt.no_begin", more="begin=1709251200; end=1709337599")
    yield "no-end", changed((end, DROP)), want(
        "tlsrpt.no_end", more="begin=1709251200; end=1709337599")
    yield "dates-swapped", changed(
        (start, "2024-03-01T23:59:59Z"), (end, "2024-03-01T00:00:00Z")), \
        want("tlsrpt.dates_swapped",
             more="begin=1709251200; end=1709337599")
    yield "no-dates", changed((("date-range",), DROP)), rejected(
        "tlsrpt.no_dates", "tlsrpt")


def of_policy():
    strings, mx = POLICY + ("policy-string",), POLICY + ("mx-host",)
    kind, domain = POLICY + ("policy-type",), POLICY + ("policy-domain",)
    yield "tlsa-string-is-json", changed(
        (kind, "tlsa"), (strings, ['["3 1 1 ABCDEF", "2 1 1 012345"]']),
        (mx, DROP)), want("tlsrpt.packed_strings")
    yield "no-mx-host", changed((mx, DROP)), want()
    yield "empty-arrays", changed((mx, []), (strings, [])), want()
    yield "no-policy-string", changed((strings, DROP)), want()
    yield "policy-string-a-string", changed((strings, "version: STSv1")), \
        want("tlsrpt.not_an_array")
    yield "mx-host-a-string", changed((mx, "mx.example.com")), want(
        "tlsrpt.not_an_array")
    yield "mx-host-with-prefix", changed((mx, ["mx: *.example.com"])), want(
        "tlsrpt.mx_prefix")
    yield "mx-host-pattern", changed(
        (mx, DROP), (POLICY + ("mx-host-pattern",), ["*.example.com"])), \
        want()
    yield "no-policy-found-without-domain", changed(
        (kind, "no-policy-found"), (domain, DROP)), want(
        "tlsrpt.no_policy_domain")
    yield "policy-type-invented", changed((kind, "sts-next")), want(
        "tlsrpt.unknown_policy_type")
    yield "policy-type-in-capitals", changed((kind, "STS")), want(
        "tlsrpt.policy_type_case")
    yield "no-policy-type", changed((kind, DROP)), want(
        "tlsrpt.no_policy_type")
    yield "policy-domain-not-a-name", changed(
        (domain, "no name at all")), want("tlsrpt.bad_policy_domain")
    yield "policy-domain-in-capitals", changed(
        (domain, "EXAMPLE.COM.")), want(more="domain=example.com")
    flat = {**SOUND["policies"][0]["policy"], **SOUND["policies"][0]}
    del flat["policy"]
    yield "policy-not-nested", changed((("policies",), [flat])), want(
        "tlsrpt.policy_not_nested")
    yield "several-policies", changed((("policies",), [
        policy("sts", "example.com", 4, 1),
        policy("sts", "example.net", 5, 0),
        policy("no-policy-found", "example.org", 7, 0)])), want(
        records=3, messages=17, passed=16)
    yield "sts-and-tlsa-of-the-same-sessions", changed((("policies",), [
        policy("sts", "example.com", 4, 1),
        policy("tlsa", "example.com", 3, 2)])), want(
        "tlsrpt.same_sessions", records=2, messages=5, passed=3)
    yield "sts-and-tlsa-of-its-mx", changed((("policies",), [
        policy("sts", "example.com", 4, 1, **{
            "mx-host": ["mx.example.net"]}),
        policy("tlsa", "mx.example.net", 3, 2)])), want(
        "tlsrpt.same_sessions", records=2, messages=5, passed=3)
    yield "sts-and-tlsa-of-other-domains", changed((("policies",), [
        policy("sts", "example.com", 4, 1),
        policy("tlsa", "example.org", 3, 2)])), want(
        records=2, messages=10, passed=7)


def of_details():
    details = ("policies", 0, "failure-details")
    good = SUMMARY + ("total-successful-session-count",)
    bad = SUMMARY + ("total-failure-session-count",)
    yield "failure-of-type-and-count-only", changed(
        (details, [{"result-type": "sts-policy-fetch-error",
                    "failed-session-count": 2}])), want()
    yield "empty-sending-ip", changed(
        (DETAIL + ("sending-mta-ip",), "")), want()
    yield "no-sending-ip-no-mx", changed(
        (DETAIL + ("sending-mta-ip",), DROP),
        (DETAIL + ("receiving-mx-hostname",), DROP)), want()
    yield "validation-failure-without-reason", changed(
        (DETAIL + ("result-type",), "validation-failure")), want()
    yield "result-type-of-no-standard", changed(
        (DETAIL + ("result-type",), "tls-mood-swing")), want()
    yield "no-result-type", changed(
        (DETAIL + ("result-type",), DROP)), want("tlsrpt.no_result_type")
    yield "no-failure-details", changed(
        (details, DROP), (bad, 0)), want(messages=10)
    yield "helo-of-several-lines", changed(
        (DETAIL + ("receiving-mx-helo",),
         "mx.example.com\r\n250-PIPELINING\r\n250 STARTTLS")), want()
    yield "no-failure-total", changed((bad, DROP)), want("tlsrpt.no_count")
    yield "no-success-total", changed((good, DROP)), want(
        "tlsrpt.no_count", messages=2, passed=0)
    yield "counts-as-text", changed((good, "10"), (bad, "2")), want(
        "tlsrpt.count_as_text")
    yield "counts-as-floats", changed((good, 10.0), (bad, 2.0)), want()
    yield "count-negative", changed((good, -10)), want(
        "tlsrpt.bad_count tlsrpt.no_count", messages=2, passed=0)
    yield "details-overlap", changed(
        (details, SOUND["policies"][0]["failure-details"] * 3)), want()


def of_text():
    yield "byte-order-mark", "\ufeff" + TLS, want()
    yield "comma-before-the-bracket", TLS.replace("}]\n", "},]\n").replace(
        "\n }\n}", "\n },\n}").rstrip()[:-1].rstrip() + ",}", want(
        "tlsrpt.json_repaired")
    yield "latin-1", TLS.replace("Example Sender", "Caf\u00e9").encode(
        "latin-1"), want("tlsrpt.json_repaired", org="Caf\u00e9")
    yield "key-twice", TLS.replace(
        '"report-id"', '"report-id": "other",\n "report-id"'), want(
        "tlsrpt.json_repaired", more="report_id=golden-1@sender.example")
    yield "cut", TLS[:-60], rejected("json.syntax", "tlsrpt")
    yield "too-deep", TLS.replace(
        '"policies": [', '"x": ' + "[" * 40 + "]" * 40 + ', "policies": ['), \
        rejected("json.too_deep", "tlsrpt")


def fixtures():
    for part in (of_frame, of_dates, of_policy, of_details, of_text):
        for name, report, values in part():
            if isinstance(report, dict):
                report = json.dumps(report, indent=1)
            if isinstance(report, str):
                report = report.encode()
            yield name + ".json", report, values
