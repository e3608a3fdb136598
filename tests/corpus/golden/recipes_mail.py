"""Messages that carry reports: their shapes, labels and codings."""
import quopri

from build import (FILE_NAME, FRAME, NOTE, REPORT, attachment, b64, expect,
                   gz, ignored, message, multipart, rejected, report_mail,
                   swap, zipped)
from recipes_tls import TLS

ZIP = zipped([(FILE_NAME + ".xml", REPORT)])
TYPES = (("application/zip", ZIP), ("application/x-zip", ZIP),
         ("application/x-zip-compressed", ZIP),
         ("application/gzip", gz(REPORT)), ("application/x-gzip", gz(REPORT)),
         ("text/xml", REPORT), ("application/xml", REPORT),
         ("application/octet-stream", gz(REPORT)),
         ("application/pdf", gz(REPORT)))
TLS_WANT = {"kind": "tlsrpt", "org": "Example Sender", "records": 1,
            "messages": 12, "passed": 10}


def framed(**changes):
    """The usual header with some fields changed, or dropped when None."""
    lines = []
    for line in FRAME:
        name = line.split(":")[0]
        key = name.lower().replace("-", "_")
        if key not in changes:
            lines.append(line)
        elif changes[key] is not None:
            lines.append(f"{name}: {changes[key]}")
    return lines


def of_types():
    for media, data in TYPES:
        yield f"type-{media.replace('/', '-')}.eml", report_mail(
            data, media=media, name="report"), expect()
    yield "named-zip-but-gzip.eml", report_mail(
        media="application/zip", name=FILE_NAME + ".zip"), expect()
    yield "named-gzip-but-zip.eml", report_mail(ZIP), expect()
    yield "no-name-at-all.eml", message(multipart(
        [NOTE, ["Content-Type: application/gzip",
                "Content-Transfer-Encoding: base64", "",
                *b64(gz(REPORT))]])), expect(more="member=part/2/body")
    half = len(FILE_NAME) // 2
    yield "name-in-two-pieces.eml", message(multipart(
        [NOTE, ["Content-Type: application/octet-stream",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment;",
                f' filename*0="{FILE_NAME[:half]}";',
                f' filename*1="{FILE_NAME[half:]}.xml.gz"', "",
                *b64(gz(REPORT))]])), expect(
        more=f"member=part/2/{FILE_NAME}.xml.gz")
    yield "name-in-percent-and-charset.eml", message(multipart(
        [NOTE, ["Content-Type: application/gzip",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment;",
                " filename*=utf-8''r%C3%A9sum%C3%A9.xml.gz", "",
                *b64(gz(REPORT))]])), expect(
        more="member=part/2/r\u00e9sum\u00e9.xml.gz")


def of_codings():
    yield "one-line-base64.eml", report_mail(
        gz(REPORT, 0), width=0), expect(
        repairs="mail.line_over_998 mime.base64_line_over_76")
    yield "base64-lines-of-80.eml", report_mail(width=80), expect(
        repairs="mime.base64_line_over_76")
    lines = b64(gz(REPORT))
    start = ["Content-Type: application/gzip",
             "Content-Transfer-Encoding: base64", ""]
    stray = [*lines[:-1], "!!" + lines[-1] + "!"]
    yield "base64-with-strange-characters.eml", message(multipart(
        [NOTE, start + stray])), expect(repairs="mime.base64_repaired")
    padded = b64(gz(REPORT) + b"\0" * (-len(gz(REPORT)) % 3 or 3) + b"\0")
    assert padded[-1].endswith("==")
    unpadded = [*padded[:-1], padded[-1].rstrip("=")]
    yield "base64-without-padding.eml", message(multipart(
        [NOTE, start + unpadded])), expect(
        repairs="mime.base64_repaired inflate.trailing_bytes")
    yield "quoted-printable.eml", message(multipart(
        [NOTE, ["Content-Type: text/xml; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "",
                *quopri.encodestring(REPORT.encode()).decode().split(
                    "\n")]])), expect()
    yield "as-8bit.eml", message(multipart(
        [NOTE, ["Content-Type: text/xml; charset=utf-8", "",
                *swap(("Example R", "Ex\u00e4mple R")).split("\n")]])), \
        expect(org="Ex\u00e4mple Receiver")
    yield "gzip-cut.eml", report_mail(gz(REPORT)[:-40]), rejected(
        "inflate.cut", "none")
    yield "gzip-trailing-bytes.eml", report_mail(
        gz(REPORT) + bytes(512)), expect(repairs="inflate.trailing_bytes")
    yield "gzip-twice.eml", report_mail(gz(gz(REPORT))), expect(
        repairs="inflate.double")


def of_shapes():
    part = attachment(gz(REPORT))
    yield "plain.eml", report_mail(), expect(
        more=f"member=part/2/{FILE_NAME}.xml.gz")
    yield "single-part-gzip.eml", message(part), expect()
    yield "single-part-zip.eml", message(attachment(
        ZIP, "application/zip", FILE_NAME + ".zip")), expect()
    yield "single-part-xml.eml", message(
        ["Content-Type: text/xml", "", *REPORT.split("\n")]), expect()
    yield "alternative-round-the-attachment.eml", message(multipart(
        [NOTE, part], "alternative")), expect()
    yield "report-not-last.eml", message(multipart(
        [NOTE, part, ["Content-Type: text/plain", "",
                      "This mail was checked by a filter."]])), expect()
    yield "multipart-in-multipart.eml", message(multipart(
        [multipart([NOTE, ["Content-Type: text/html", "", "<p>Hi</p>"]],
                   "alternative", "inner"), part])), expect()
    yield "two-reports.eml", message(multipart(
        [NOTE, part, attachment(gz(swap(("golden.1", "golden.2"))),
                                name="second.xml.gz")])), expect(
        records=4, messages=10, passed=6)
    inner = report_mail().decode().split("\r\n")
    yield "forwarded-as-message.eml", message(multipart(
        [NOTE, ["Content-Type: message/rfc822", "", *inner]])), expect()
    yield "forwarded-as-message-in-base64.eml", message(multipart(
        [NOTE, ["Content-Type: message/rfc822",
                "Content-Transfer-Encoding: base64", "",
                *b64(report_mail())]])), expect()
    yield "last-boundary-missing.eml", message(multipart(
        [NOTE, part], end=False)), expect()
    yield "boundary-with-blanks.eml", report_mail().replace(
        b"--golden\r\n", b"--golden  \t\r\n"), expect()
    yield "signed.eml", message(multipart(
        [multipart([NOTE, part], boundary="inner"),
         ["Content-Type: application/pgp-signature", "",
          "-----BEGIN PGP SIGNATURE-----"]], "signed")), expect()


def of_headers():
    yield "no-from.eml", report_mail(frame=framed(**{"from": None})), expect()
    yield "empty-from.eml", report_mail(frame=framed(**{"from": ""})), \
        expect()
    yield "subject-in-any-charset.eml", report_mail(frame=framed(
        subject="=?x-no-such?B?/////w==?= =?utf-8?Q?=FF=FE?= =?big5?B?")), \
        expect()
    yield "subject-raw-bytes.eml", report_mail(frame=framed(
        subject="Bericht f\u00fcr M\u00e4rz")).decode().encode(
        "latin-1"), expect()
    yield "subject-folded.eml", report_mail(frame=framed(
        subject="Report Domain: example.com\r\n Submitter:"
        "\r\n\treceiver.example")), expect()
    yield "date-of-no-standard.eml", report_mail(frame=framed(
        date="yesterday")), expect()
    yield "other-submitter-than-org.eml", report_mail(frame=framed(
        subject="Report Domain: example.net Submitter: third.example "
        "Report-ID: <9>")), expect(more="domain=example.com")
    yield "content-type-without-hyphen.eml", report_mail().replace(
        b"Content-Type: multipart", b"ContentType: multipart"), expect(
        repairs="mime.header_name_repaired")
    yield "header-continued-without-space.eml", report_mail().replace(
        b"Content-Type: multipart/mixed; boundary",
        b"Content-Type: multipart/mixed;\r\nboundary"), expect(
        repairs="mime.header_fold_repaired")
    yield "line-feeds-only.eml", report_mail(eol="\n"), expect()
    yield "carriage-returns-only.eml", report_mail(eol="\r"), expect(
        repairs="mime.bare_cr")
    mixed = report_mail().split(b"\r\n")
    yield "line-ends-mixed.eml", b"".join(
        line + (b"\n" if i % 2 else b"\r\n")
        for i, line in enumerate(mixed)), expect()
    yield "byte-order-mark.eml", b"\xef\xbb\xbf" + report_mail(), expect(
        repairs="mime.bom")
    yield "from-line-first.eml", b"From dmarc Sat Mar  2 00:10:00 2024\r\n" + \
        report_mail(), expect()
    yield "from-line-quoted.eml", \
        b">From dmarc Sat Mar  2 00:10:00 2024\r\n" + report_mail(), \
        expect(repairs="mime.from_line")
    yield "line-over-998-elsewhere.eml", report_mail(frame=[
        *FRAME, "X-Trace: " + "x" * 1200]), expect(
        repairs="mail.line_over_998")


def of_nothing():
    yield "newsletter.eml", message(multipart(
        [["Content-Type: text/plain", "", "Our offers of the week."],
         ["Content-Type: text/html", "", "<html><body>"
          "<p>Give us your feedback!</p></body></html>"]], "alternative")), \
        ignored()
    yield "unused.eml", report_mail(gz("unused")), ignored()
    yield "unused-as-text.eml", message(
        ["Content-Type: text/plain", "", "unused"]), ignored()
    yield "bounce-that-returns-a-report.eml", message(
        ['Content-Type: multipart/report; report-type=delivery-status;',
         ' boundary="golden"', "", "--golden", *NOTE, "--golden",
         "Content-Type: message/delivery-status", "",
         "Reporting-MTA: dns; mx.example.net", "",
         "Final-Recipient: rfc822; reports@example.com",
         "Action: failed", "Status: 5.1.1", "--golden",
         "Content-Type: message/rfc822", "",
         *report_mail().decode().split("\r\n"), "--golden--"]), ignored()
    yield "picture.eml", message(multipart(
        [NOTE, attachment(b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png",
                          "logo.png")])), ignored()
    yield "other-xml.eml", report_mail(
        "<?xml version='1.0'?><invoice><total>9</total></invoice>",
        media="text/xml", name="invoice.xml"), ignored()
    yield "other-json.eml", report_mail(
        '{"temperature": 21}', media="application/json", name="a.json"), \
        ignored()


def of_tls():
    want = expect(**TLS_WANT)
    yield "tls-gzip.eml", report_mail(
        gz(TLS), media="application/tlsrpt+gzip", name="r.json.gz"), want
    yield "tls-json.eml", report_mail(
        TLS, media="application/tlsrpt+json", name="r.json"), want
    yield "tls-plain-labelled-gzip.eml", report_mail(
        TLS, media="application/tlsrpt+gzip", name="r.json.gz"), want
    yield "tls-zip.eml", report_mail(
        zipped([("r.json", TLS)]), media="application/tlsrpt+zip",
        name="r.zip"), want
    yield "tls-only-the-name-tells.eml", report_mail(
        TLS, media="application/octet-stream", name="r.json"), want
    yield "tls-single-part.eml", message(
        ["Content-Type: application/tlsrpt+json", "", *TLS.split("\n")]), \
        want
    yield "tls-report-id-in-subject-not-a-msg-id.eml", report_mail(
        gz(TLS), media="application/tlsrpt+gzip", frame=framed(
            subject="Report Domain: example.com\r\n Submitter: "
            "sender.example\r\n Report-ID: 42+example.com")), want


def fixtures():
    for part in (of_types, of_codings, of_shapes, of_headers, of_nothing,
                 of_tls):
        yield from part()
