"""Packings of reports, and files that are none. Content decides, so that the
names here lie now and then."""
from build import (FILE_NAME, REPORT, expect, gz, ignored, message, rejected,
                   report_mail, swap, zip_that_says_encrypted, zipped,
                   zipped_as_stream, zlib_raw)
from recipes_tls import TLS

NAME = FILE_NAME + ".xml"
OTHER = swap(("golden.1", "golden.2"), ("<count>3<", "<count>4<"))
TWO = expect(records=4, messages=11, passed=7, more="outcomes=imported 2")


def of_gzip():
    half = len(REPORT) // 2
    cut = gz(REPORT)[:-40]
    broken = bytearray(gz(REPORT))
    broken[-6] ^= 1
    yield "report.xml.gz", gz(REPORT), expect()
    yield "stored-not-deflated.xml.gz", gz(REPORT, 0), expect()
    yield "several-members.xml.gz", gz(REPORT[:half]) + \
        gz(REPORT[half:]), expect(repairs="inflate.several_members")
    yield "trailing-zeros.xml.gz", gz(REPORT) + bytes(20), expect(
        repairs="inflate.trailing_bytes")
    yield "trailing-text.xml.gz", gz(REPORT) + b"\r\n-- \r\nreports\r\n", \
        expect(repairs="inflate.trailing_bytes")
    yield "double.xml.gz.gz", gz(gz(REPORT)), expect(
        repairs="inflate.double")
    yield "five-times.xml.gz", gz(gz(gz(gz(gz(gz(REPORT)))))), rejected(
        "decode.too_deep", "none", "inflate.double")
    yield "cut.xml.gz", cut, rejected("inflate.cut", "none")
    yield "cut-in-the-trailer.xml.gz", gz(REPORT)[:-5], rejected(
        "inflate.cut", "none")
    yield "wrong-checksum.xml.gz", bytes(broken), rejected(
        "inflate.corrupt", "none")
    yield "named-zip-but-gzip.zip", gz(REPORT), expect()
    yield "named-pdf-but-gzip.pdf", gz(REPORT), expect()
    yield "tls-report.json.gz", gz(TLS), expect(
        kind="tlsrpt", org="Example Sender", records=1, messages=12,
        passed=10)
    yield "raw-zlib.xml.z", zlib_raw(REPORT), expect()


def of_zip():
    plain = zipped([(NAME, REPORT)])
    yield "report.zip", plain, expect(more="member=" + NAME)
    yield "two-reports.zip", zipped([("a.xml", REPORT), ("b.xml", OTHER)]), \
        TWO
    yield "same-report-twice.zip", zipped(
        [("a.xml", REPORT), ("b.xml", REPORT)]), expect(
        more="outcomes=duplicate 1, imported 1")
    yield "data-descriptors.zip", zipped_as_stream([(NAME, REPORT)]), \
        expect()
    yield "macos-folder.zip", zipped(
        [(NAME, REPORT), ("__MACOSX/._" + NAME, "\0\5\26\7" + "\0" * 40),
         (".DS_Store", "\0\0\0\1Bud1")]), expect(
            more="outcomes=imported 1; member=" + NAME)
    yield "in-a-folder.zip", zipped(
        [("reports/", ""), ("reports/" + NAME, REPORT)]), expect()
    yield "gzip-within.zip", zipped([(NAME + ".gz", gz(REPORT))]), expect(
        repairs="inflate.double")
    yield "path-that-climbs.zip", zipped(
        [("../../etc/" + NAME, REPORT)]), expect()
    yield "report-and-note.zip", zipped(
        [("readme.txt", "Reports of March."), (NAME, REPORT),
         ("style.xml", "<style/>"), ("a.json", "[1]")]), expect(
        more="outcomes=imported 1")
    yield "report-and-broken-report.zip", zipped(
        [(NAME, REPORT), ("b.xml", REPORT[:400])]), expect(
        more="outcomes=imported 1, rejected 1")
    yield "office-document.zip", zipped(
        [("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")
         ]), rejected("decode.unrecognised", "none")
    yield "encrypted.zip", zip_that_says_encrypted(plain), rejected(
        "inflate.encrypted", "none")
    yield "empty.zip", zipped([]), rejected("decode.unrecognised", "none")
    yield "cut.zip", plain[:-60], rejected("inflate.cut", "none")
    yield "named-gzip-but-zip.xml.gz", plain, expect()


def of_files():
    yield "report-without-suffix", REPORT.encode(), expect()
    yield "named-json-but-xml.json", REPORT.encode(), expect()
    yield "white-space-first.xml", ("\n\n  " + REPORT[
        REPORT.index("<feedback>"):]).encode(), expect()
    yield "nothing.xml", b"", rejected("decode.empty", "none")
    yield "unused.xml.gz", gz("unused"), ignored()
    yield "notes.txt", b"Reports of March are elsewhere.\n", rejected(
        "decode.unrecognised", "none")
    yield "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64), rejected(
        "decode.unrecognised", "none")


def of_mailboxes():
    separator = b"From dmarc@receiver.example Sat Mar  2 00:10:00 2024\n"
    first = report_mail(eol="\n")
    second = report_mail(gz(OTHER), eol="\n")
    letter = message(["Content-Type: text/plain", "", "Hello.", "",
                      "From here on it rains.", ""], eol="\n")
    yield "three-messages.mbox", b"\n".join(
        [separator + first, separator + letter, separator + second]), {
            **TWO, "more": "outcomes=ignored 1, imported 2"}
    yield "maildir", {"new/1.golden": first, "cur/2.golden:2,S": second,
                      "tmp/3.half-written": first[:300]}, TWO
    yield "folder", {"a.eml": first, "deeper/b.xml": OTHER.encode()}, TWO


def fixtures():
    for part in (of_gzip, of_zip, of_files, of_mailboxes):
        yield from part()
