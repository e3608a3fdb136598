"""Report mails for tests, made here: nothing of anybody's is in them."""
import base64
import gzip
import io
import time
import zipfile


def dmarc_xml(report_id, domain="example.com", org="receiver.example",
              rows=3, day=None):
    day = day or int(time.time()) // 86400 - 1
    begin, end = day * 86400, day * 86400 + 86399
    records = "".join(f"""
  <record>
    <row><source_ip>192.0.2.{n % 250 + 1}</source_ip><count>{n + 1}</count>
      <policy_evaluated><disposition>none</disposition><dkim>pass</dkim>
        <spf>fail</spf></policy_evaluated></row>
    <identifiers><header_from>{domain}</header_from></identifiers>
    <auth_results><dkim><domain>{domain}</domain><selector>s1</selector>
      <result>pass</result></dkim><spf><domain>mail.{domain}</domain>
      <result>fail</result></spf></auth_results>
  </record>""" for n in range(rows))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <report_metadata><org_name>{org}</org_name>
    <email>reports@{org}</email><report_id>{report_id}</report_id>
    <date_range><begin>{begin}</begin><end>{end}</end></date_range>
  </report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf>
    <p>none</p><sp>none</sp><pct>100</pct></policy_published>{records}
</feedback>
""".encode()


def messages_of(rows):
    """How many messages dmarc_xml(rows=...) tells of."""
    return rows * (rows + 1) // 2


def tls_json(report_id, domain="example.com", org="Receiver", failed=2,
             day=None):
    """`day`: since 1970, yesterday when that is not given."""
    day = day or int(time.time()) // 86400 - 1
    stamp = time.strftime("%Y-%m-%d", time.gmtime(day * 86400))
    failures = (f"""{{"result-type":"certificate-expired",
"sending-mta-ip":"192.0.2.1","receiving-mx-hostname":"mx.{domain}",
"failed-session-count":{failed}}}""" if failed else "")
    return f"""{{"organization-name":"{org}",
"date-range":{{"start-datetime":"{stamp}T00:00:00Z",
"end-datetime":"{stamp}T23:59:59Z"}},
"contact-info":"tls@{org.split()[0].lower()}.example","report-id":"{report_id}",
"policies":[{{"policy":{{"policy-type":"sts","policy-string":
["version: STSv1","mode: testing","mx: mx.{domain}","max_age: 86400"],
"policy-domain":"{domain}"}},
"summary":{{"total-successful-session-count":40,
"total-failure-session-count":{failed}}},
"failure-details":[{failures}]}}]}}""".encode()


def zipped(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(name, content)
    return out.getvalue()


def mail(content, name="report.xml.gz", kind="application/gzip",
         sender="reports@receiver.example", to="reports@reports.test",
         subject="Report domain: example.com", line=76):
    """A message whose attachment is `content`, base64 in lines of `line`
    characters; 0 is one line, whatever its length."""
    text = base64.b64encode(content).decode()
    if line:
        text = "\r\n".join(text[i:i + line] for i in range(0, len(text), line))
    return (f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n"
            f"Message-ID: <{abs(hash(content))}@receiver.example>\r\n"
            "MIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
            f'--b\r\nContent-Type: {kind}; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
            f"{text}\r\n--b--\r\n").encode()


def dmarc_mail(report_id, **options):
    rows = {k: options.pop(k) for k in ("domain", "org", "rows", "day")
            if k in options}
    return mail(gzip.compress(dmarc_xml(report_id, **rows)), **options)


def microsoft_mail(report_id, size=6_000_000):
    """As dmarcreport@microsoft.com sends it: the base64 of a large report is
    one line. `size` is the length of that line; what is inside the report
    that cannot be compressed is a comment."""
    import random
    dice = random.Random(report_id)
    noise = dice.randbytes(size * 3 // 4 - 1200).hex()
    xml = dmarc_xml(report_id, org="Enterprise Outlook", rows=7)
    # Random hexadecimal digits shrink to half of their length; no comment is
    # longer than a parser may be asked to hold.
    comments = b"".join(b"<!-- " + noise[i:i + 8192].encode() + b" -->\n"
                        for i in range(0, len(noise), 8192))
    xml = xml.replace(b"<feedback>", b"<feedback>" + comments, 1)
    return mail(gzip.compress(xml, 6), name="enterprise!example.com.xml.gz",
                sender="dmarcreport@microsoft.com", line=0)
