#!/usr/bin/env python3
"""Real clients hand reports to a running server. TAP.

  serve_mail.py PROGRAM

swaks, a Postfix that relays, curl for posted TLS reports, an upload, a watched
directory, `waxseal report import` into the running instance: each report is
on the intake page within two seconds after it was acknowledged.
"""
import gzip
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time

import mails
from postfix import Postfix
from server import Server, Tap, wait_for

PATIENCE = 60  # seconds; a busy machine is no fault


def imported(server, report_id):
    """The intake item of a report, by the report's own id."""
    for item in server.intake():
        if item["report"] is None:
            continue
        status, found = server.api("GET", f"/reports/{item['report']}")
        # A report that is just being replaced may be gone for a moment.
        if status == 200 and found["report"]["report_id"] == report_id:
            return item
    return None


def shown(server, report_id):
    """The item as soon as it is on the intake page."""
    began = time.monotonic()
    item = wait_for(lambda: imported(server, report_id), PATIENCE, every=0.02)
    if item:
        print(f"# {report_id}: {time.monotonic() - began:.2f} s")
    return item


def send(server, message, to="reports@reports.test",
         sender="reports@receiver.example"):
    with smtplib.SMTP("127.0.0.1", server.smtp, timeout=120) as client:
        client.sendmail(sender, [to], message)


def with_swaks(server, tap, room):
    path = os.path.join(room, "swaks.eml")
    with open(path, "wb") as out:
        out.write(mails.dmarc_mail("swaks-1"))
    done = subprocess.run(
        ["swaks", "--server", f"127.0.0.1:{server.smtp}", "--to",
         "reports@reports.test", "--from", "reports@receiver.example",
         "--data", "@" + path, "--tls-optional"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False)
    tap.ok(done.returncode == 0, "swaks delivers over STARTTLS",
           done.stdout[-800:])
    tap.ok("TLS started" in done.stdout, "the connection was encrypted",
           done.stdout[-800:])
    item = shown(server, "swaks-1")
    tap.ok(item and item["door"] == "smtp",
           "what swaks sent is on the intake page", item)


RELAY = """myhostname = sender.example
relayhost = [127.0.0.1]:{smtp}
smtp_tls_security_level = may
"""


def through_postfix(server, tap, room):
    os.chmod(room, 0o755)   # for the user that Postfix becomes
    with Postfix(os.path.join(room, "postfix"),
                 RELAY.replace("{smtp}", str(server.smtp))) as postfix:
        def accepts():
            try:
                smtplib.SMTP("127.0.0.1", postfix.port, timeout=5).quit()
                return True
            except OSError:
                return False
        wait_for(accepts, 15)
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as client:
            client.sendmail("reports@receiver.example",
                            ["reports@reports.test"],
                            mails.dmarc_mail("postfix-1"))
        item = shown(server, "postfix-1")
        tap.ok(item is not None, "what a Postfix relays arrives",
               postfix.logged(), server.logged()[-1500:])
        relayed = "status=sent" in postfix.logged()
        tap.ok(relayed, "Postfix saw its message acknowledged",
               postfix.logged())


def one_long_line(server, tap):
    message = mails.microsoft_mail("microsoft-1")
    longest = max(len(line) for line in message.split(b"\r\n"))
    tap.ok(longest >= 6_000_000, "the fixture's base64 is one line of 6 MB",
           longest)
    send(server, message, sender="dmarcreport@microsoft.com")
    item = shown(server, "microsoft-1")
    tap.ok(item and item["outcome"] == "imported",
           "a Microsoft mail with a line of 6 MB is taken and parsed", item)
    if not item:
        return
    _, found = server.api("GET", f"/reports/{item['report']}")
    report = found["report"]
    tap.ok(report["messages"] == mails.messages_of(7),
           "its messages are counted", report)
    tap.ok("mime.base64_line_over_76" in
           [repair["code"] for repair in report["repairs"]],
           "its line is noted as a repair", report["repairs"])


def posted(server, tap, room):
    status, answer = server.api("POST", "/domains",
                                {"domains": ["example.com"],
                                 "purpose": "people"})
    tap.ok(status in (200, 201), "a domain is registered", status, answer)
    _, records = server.api("GET", "/domains/example.com/records")
    path = "/" + records["post_url"].split("/", 3)[3]
    report = os.path.join(room, "tls.json.gz")
    with open(report, "wb") as out:
        out.write(gzip.compress(mails.tls_json("tls-1")))
    done = subprocess.run(
        ["curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", "-H",
         "Content-Type: application/tlsrpt+gzip", "--data-binary",
         "@" + report, f"http://127.0.0.1:{server.web}{path}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False)
    tap.ok(done.stdout == "201", "curl posts a TLS report", done.stdout,
           done.stderr)
    item = shown(server, "tls-1")
    tap.ok(item and item["door"] == "post",
           "the posted report is on the intake page", item)
    status, _, _ = server.request(
        "POST", "/api/v1/tlsrpt/aaaaaaaaaaaaaaaaaaaaaaaa",
        mails.tls_json("tls-2"), {"Content-Type": "application/tlsrpt+json"})
    tap.ok(status == 404, "an unknown path takes nothing", status)
    def accepted():
        try:
            send(server, mails.dmarc_mail("token-1"), to=records["address"])
            return True
        except smtplib.SMTPRecipientsRefused:
            return False
    tap.ok(wait_for(accepted, 5), "the domain's own address takes mail",
           records["address"])
    tap.ok(shown(server, "token-1"),
           "what was sent to it is counted")


def refused(server, tap):
    with smtplib.SMTP("127.0.0.1", server.smtp, timeout=30) as client:
        client.ehlo("sender.example")
        client.mail("a@sender.example")
        unknown = client.rcpt("nobody@reports.test")[0]
        relay = client.rcpt("a@elsewhere.example")[0]
        postmaster = client.rcpt("PostMaster@reports.test")[0]
    tap.ok(unknown == 550, "an unknown recipient is refused", unknown)
    tap.ok(relay == 550, "nothing is relayed", relay)
    tap.ok(postmaster == 250, "postmaster is always accepted", postmaster)
    send(server, b"From: <a@b.example>\r\nSubject: dmarc\r\n\r\n"
         b"<?xml version='1.0'?><feedback><report_metadata>")
    tap.ok(wait_for(lambda: [i for i in server.intake(status="rejected")
                             if i["door"] == "smtp"], PATIENCE),
           "a malformed report is taken with 250 and shown as rejected")


def other_doors(server, tap, room):
    headers = {"X-File-Name": "upload.xml.gz",
               "Content-Type": "application/gzip"}
    body = gzip.compress(mails.dmarc_xml("upload-1"))
    status, answer = server.api("POST", "/reports", body, headers)
    tap.ok(status == 201 and answer.get("id"), "an upload answers 201",
           status, answer)
    item = shown(server, "upload-1")
    tap.ok(item and item["door"] == "upload",
           "the upload is on the intake page", item)
    status, _, _ = server.request("POST", "/api/v1/reports", body, headers)
    tap.ok(status in (401, 403), "without a token nothing is taken", status)

    path = os.path.join(room, "file.xml")
    with open(path, "wb") as out:
        out.write(mails.dmarc_xml("file-1"))
    done = server.run("report", "import", path, "--json")
    tap.ok(done.returncode == 0, "a command imports into the running server",
           done.stderr)
    tap.ok(imported(server, "file-1"), "what it imported is there at once")

    watched = os.path.join(server.room, "watched")
    path = os.path.join(watched, "w.xml")
    with open(path, "wb") as out:
        out.write(mails.dmarc_xml("watched-1"))
    os.utime(path, (time.time() - 60, time.time() - 60))
    item = shown(server, "watched-1")
    tap.ok(item and item["door"] == "watched",
           "a file in the watched directory is taken", item)


def main():
    tap = Tap()
    room = tempfile.mkdtemp(prefix="waxseal-serve-")
    watched = os.path.join(room, "watched")
    os.mkdir(watched)
    try:
        with Server(sys.argv[1], room=room,
                    config=f'watch {{ path = {{"{watched}"}} }}\n') as server:
            with_swaks(server, tap, room)
            through_postfix(server, tap, room)
            one_long_line(server, tap)
            refused(server, tap)
            posted(server, tap, room)
            other_doors(server, tap, room)
            tap.ok(server.stop() == 0, "it stops when it is asked to",
                   server.logged()[-1500:])
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
