"""What the recipes are cooked from: one sound report of each kind, ways to
spoil it, packings, and mail."""
import base64
import gzip
import io
import struct
import textwrap
import zipfile
import zlib

REPORT = """\
<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <version>1.0</version>
  <report_metadata>
    <org_name>Example Receiver</org_name>
    <email>dmarc@receiver.example</email>
    <extra_contact_info>https://receiver.example/dmarc</extra_contact_info>
    <report_id>golden.1</report_id>
    <date_range>
      <begin>1709251200</begin>
      <end>1709337599</end>
    </date_range>
  </report_metadata>
  <policy_published>
    <domain>example.com</domain>
    <adkim>r</adkim>
    <aspf>r</aspf>
    <p>reject</p>
    <sp>quarantine</sp>
    <pct>100</pct>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.1</source_ip>
      <count>3</count>
      <policy_evaluated>
        <disposition>none</disposition>
        <dkim>pass</dkim>
        <spf>pass</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_to>receiver.example</envelope_to>
      <envelope_from>example.com</envelope_from>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.com</domain>
        <selector>s1</selector>
        <result>pass</result>
      </dkim>
      <spf>
        <domain>example.com</domain>
        <scope>mfrom</scope>
        <result>pass</result>
      </spf>
    </auth_results>
  </record>
  <record>
    <row>
      <source_ip>198.51.100.7</source_ip>
      <count>2</count>
      <policy_evaluated>
        <disposition>reject</disposition>
        <dkim>fail</dkim>
        <spf>fail</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_to>receiver.example</envelope_to>
      <envelope_from>other.example</envelope_from>
      <header_from>example.com</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>other.example</domain>
        <selector>k2</selector>
        <result>fail</result>
      </dkim>
      <spf>
        <domain>other.example</domain>
        <scope>mfrom</scope>
        <result>softfail</result>
      </spf>
    </auth_results>
  </record>
</feedback>
"""
FILE_NAME = "receiver.example!example.com!1709251200!1709337599"


def expect(status="imported", kind="dmarc", org="Example Receiver", records=2,
           messages=5, passed=3, repairs="-", **more):
    """The values of REPORT, unless said otherwise. "-" is nothing at all."""
    return {"status": status, "kind": kind, "org": org, "records": records,
            "messages": messages, "passed": passed, "repairs": repairs,
            **more}


def rejected(reason, kind="dmarc", repairs="-"):
    return expect("rejected", kind, "-", "-", "-", "-", repairs,
                  reason=reason)


def ignored():
    return expect("ignored", "none", "-", "-", "-", "-")


def swap(*pairs, text=REPORT):
    """Replaces the first place of each; it must be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def swap_all(old, new, text=REPORT):
    assert old in text, old
    return text.replace(old, new)


def between(text, first, last):
    """From `first` up to the end of `last`."""
    start = text.index(first)
    return text[start:text.index(last, start) + len(last)]


HEAD = between(REPORT, "  <report_metadata>", "</report_metadata>\n")
POLICY = between(REPORT, "  <policy_published>", "</policy_published>\n")
RECORD = between(REPORT, "  <record>", "</record>\n")


def gz(data, level=9):
    if isinstance(data, str):
        data = data.encode()
    return gzip.compress(data, level, mtime=0)


def zlib_raw(data):
    return zlib.compress(data.encode(), 9)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _add_members(archive, members)
    return out.getvalue()


def _add_members(archive, members):
    for name, data in members:
        info = zipfile.ZipInfo(name, (2024, 3, 2, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3
        archive.writestr(info, data)


class _Pipe(io.RawIOBase):
    """Cannot seek, so that the writer puts sizes behind the data."""

    def __init__(self):
        super().__init__()
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def zipped_as_stream(members):
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        _add_members(archive, members)
    return bytes(pipe.data)


def zip_that_says_encrypted(data):
    """Sets the bit of encryption in both headers of the only member."""
    out = bytearray(data)
    for magic, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        where = out.index(magic) + at
        flags = struct.unpack_from("<H", out, where)[0]
        struct.pack_into("<H", out, where, flags | 1)
    return bytes(out)


# ---- mail

SUBJECT = ("Report Domain: example.com Submitter: receiver.example "
           "Report-ID: <golden.1>")
FRAME = ["From: DMARC reports <dmarc@receiver.example>",
         "To: reports@example.com",
         "Subject: " + SUBJECT,
         "Date: Sat, 02 Mar 2024 00:10:00 +0000",
         "Message-ID: <golden.1@receiver.example>",
         "MIME-Version: 1.0"]
NOTE = ["Content-Type: text/plain; charset=utf-8", "",
        "This is an aggregate report."]


def b64(data, width=76):
    if isinstance(data, str):
        data = data.encode()
    text = base64.b64encode(data).decode()
    return textwrap.wrap(text, width) if width else [text]


def attachment(data, media="application/gzip", name=FILE_NAME + ".xml.gz",
               width=76):
    """The lines of a part in base64."""
    return [f'Content-Type: {media}; name="{name}"',
            "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{name}"', "",
            *b64(data, width)]


def multipart(parts, kind="mixed", boundary="golden", end=True):
    lines = [f'Content-Type: multipart/{kind}; boundary="{boundary}"', ""]
    for part in parts:
        lines += ["--" + boundary, *part]
    return lines + (["--" + boundary + "--"] if end else [])


def message(body, frame=None, eol="\r\n"):
    """`body` is lines that begin with the Content-Type of the message."""
    lines = [*(FRAME if frame is None else frame), *body, ""]
    return eol.join(lines).encode()


def report_mail(data=None, eol="\r\n", frame=None, **kw):
    part = attachment(gz(REPORT) if data is None else data, **kw)
    return message(multipart([NOTE, part]), frame, eol)
