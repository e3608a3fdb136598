"""Failure reports (RFC 6591, RFC 9991), and the text-only forms."""
from build import b64, expect, message, multipart

FRAME = ["From: DMARC failures <noreply@receiver.example>",
         "To: failures@example.com", "Subject: FW: Your invoice",
         "Date: Fri, 01 Mar 2024 12:00:05 +0000",
         "Message-ID: <failure.1@receiver.example>", "MIME-Version: 1.0"]
NOTE = ["Content-Type: text/plain", "",
        "This is an authentication failure report for an email message",
        "received from IP 192.0.2.1 on Fri, 01 Mar 2024 12:00:00 +0000."]
FIELDS = {
    "Feedback-Type": "auth-failure", "User-Agent": "Example/1.0",
    "Version": "1",
    "Original-Mail-From": "<bounce@other.example>",
    "Original-Rcpt-To": "<someone@receiver.example>",
    "Arrival-Date": "Fri, 01 Mar 2024 12:00:00 +0000",
    "Source-IP": "192.0.2.1", "Reported-Domain": "example.com",
    "Authentication-Results": "receiver.example; dmarc=fail (p=reject) "
    "header.from=example.com", "Auth-Failure": "dmarc",
    "Delivery-Result": "reject", "Identity-Alignment": "none"}
QUOTED = ["From: Shop <shop@example.com>", "To: someone@receiver.example",
          "Subject: Your invoice", "Message-ID: <invoice.1@other.example>",
          "Date: Fri, 01 Mar 2024 11:59:58 +0000"]


def want(repairs="-", **more):
    more = {"org": "receiver.example", "records": 1, "messages": 1,
            "more": "domain=example.com", **more}
    return expect(kind="failure", passed="", repairs=repairs, **more)


def fields_part(changes=None, media="message/feedback-report"):
    fields = {**FIELDS, **(changes or {})}
    lines = [f"{k}: {v}" for k, v in fields.items() if v is not None]
    return [f"Content-Type: {media}", "", *lines]


def quoted_part(media="message/rfc822", body=("", "Please pay.")):
    return [f"Content-Type: {media}", "", *QUOTED, *body]


def report(parts):
    lines = multipart(parts, "report", "golden")
    lines[0] += "; report-type=feedback-report"
    return lines


def failure(changes=None, frame=None, note=None):
    return message(report([note or NOTE, fields_part(changes),
                           quoted_part()]), frame or FRAME)


def without(name):
    return [line for line in FRAME if not line.startswith(name + ":")]


def text_only(*lines, frame=None):
    return message(["Content-Type: text/plain; charset=utf-8", "", *lines],
                   frame or FRAME)


def of_fields():
    yield "plain.eml", failure(), want(
        more="domain=example.com; report_id=failure.1@receiver.example")
    yield "headers-only.eml", message(report(
        [NOTE, fields_part(), quoted_part("text/rfc822-headers", ())]),
        FRAME), want()
    yield "no-quoted-message.eml", message(report(
        [NOTE, fields_part()]), FRAME), want("failrpt.no_headers")
    yield "fields-in-base64.eml", message(report(
        [NOTE, ["Content-Type: message/feedback-report",
                "Content-Transfer-Encoding: base64", "",
                *b64("\r\n".join(fields_part()[2:]))], quoted_part()]),
        FRAME), want("failrpt.encoded_part")
    yield "fields-labelled-as-text.eml", message(report(
        [NOTE, fields_part(media="text/plain"), quoted_part()]), FRAME), \
        want("failrpt.part_type")
    yield "file-name-in-brackets.eml", message(report(
        [NOTE, ['Content-Type: message/feedback-report; '
                'name="[Example DMARC Failure Report] Rent.txt"', "",
                *fields_part()[2:]], quoted_part()]), FRAME), want()
    for name, code in (("Arrival-Date", "no_arrival"),
                       ("Feedback-Type", "no_feedback_type"),
                       ("Auth-Failure", "no_auth_failure"),
                       ("Reported-Domain", "no_reported_domain")):
        yield f"no-{name.lower()}.eml", failure({name: None}), want(
            "failrpt." + code)
    yield "no-source-ip.eml", failure(
        {"Source-IP": None}, note=["Content-Type: text/plain", "",
                                   "A failure report."]), want(
        "failrpt.no_source_ip")
    yield "no-identity-alignment.eml", failure(
        {"Identity-Alignment": None}), want()
    yield "source-ip-with-host.eml", failure(
        {"Source-IP": "192.0.2.1 (mail.other.example)"}), want(
        "failrpt.source_ip_cleaned")
    yield "source-ip-a-name.eml", failure(
        {"Source-IP": "mail.other.example"}), want("failrpt.bad_source_ip")
    yield "source-ip-v6.eml", failure({"Source-IP": "2001:db8::1"}), want()
    yield "delivery-result-in-own-words.eml", failure(
        {"Delivery-Result": "smg-policy-action"}), want()
    yield "date-of-no-standard.eml", failure(
        {"Arrival-Date": "the first of March"}), want("failrpt.no_arrival")
    yield "five-incidents.eml", failure({"Incidents": "5"}), want(messages=5)
    yield "incidents-not-a-number.eml", failure(
        {"Incidents": "many"}), want("failrpt.bad_incidents")
    yield "abuse.eml", failure(
        {"Feedback-Type": "abuse", "Auth-Failure": None,
         "Identity-Alignment": None}), want()
    yield "no-from.eml", failure(frame=without("From")), want(
        "failrpt.no_reporter", org="-")
    yield "no-message-id.eml", failure(frame=without("Message-ID")), want(
        "failrpt.no_message_id", more="domain=example.com")


def of_shapes():
    inner = report([NOTE, fields_part(), quoted_part()])
    inner = [line.replace('"golden"', '"inner"').replace(
        "--golden", "--inner") for line in inner]
    yield "wrapped-by-a-list.eml", message(multipart(
        [inner, ["Content-Type: text/plain", "",
                 "To leave the list, write to leave@lists.example."]]),
        FRAME), want()
    whole = failure().decode().split("\r\n")
    yield "forwarded-as-message.eml", message(multipart(
        [["Content-Type: text/plain", "", "See below."], ["Content-Type: message/rfc822", "", *whole]]),
        ["From: me@example.com", "Subject: FYI", "MIME-Version: 1.0"]), \
        want()
    yield "line-feeds-only.eml", failure().replace(b"\r\n", b"\n"), want()


def of_text():
    lead = ("A message claiming to be from you has failed the published "
            "DMARC", "policy for your domain.", "",
            "  Sender Domain: example.com",
            "  Sender IP Address: 192.0.2.1",
            "  Received Date: Fri, 01 Mar 2024 12:00:00 +0000",
            "  SPF Alignment: no", "  DKIM Alignment: no",
            "  DMARC Results: Reject, Reject", "",
            "------ This is a copy of the headers that were received "
            "before the error", "")
    yield "text-only-exim.eml", text_only(*lead, *QUOTED), want(
        "failrpt.text_only")
    yield "text-only-sentence-broken.eml", text_only(
        "A message claiming", "to be from you has", "failed the published "
        "DMARC policy.", *lead[2:], *QUOTED), want("failrpt.text_only")
    yield "text-only-fields.eml", text_only(
        *fields_part()[2:], "", "--- Original message ---", "", *QUOTED), \
        want("failrpt.text_only")
    yield "text-only-sentence-of-the-standard.eml", text_only(
        "This is an email abuse report: the message received from IP "
        "192.0.2.1", "did not meet the sending domain's DMARC policy.", "",
        "------ This is a copy of the original message ------", "",
        *QUOTED), want("failrpt.text_only failrpt.no_arrival "
                       "failrpt.no_reported_domain")
    yield "answer-that-quotes-one.eml", text_only(
        "Thanks, we will look.", "", *("> " + line for line in lead),
        frame=["From: me@example.com", "Subject: Re: failure",
               "MIME-Version: 1.0"]), expect(
        "ignored", "none", "-", "-", "-", "-")


def fixtures():
    for part in (of_fields, of_shapes, of_text):
        yield from part()
