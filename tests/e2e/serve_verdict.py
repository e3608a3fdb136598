#!/usr/bin/env python3
"""Mail with reports is judged by DKIM, SPF and DMARC while it is served. TAP.

  serve_verdict.py PROGRAM

A name server on loopback has the reporters' records; what is sent is signed,
forged, changed or forwarded; and the process that judges is killed meanwhile.
"""
import gzip
import os
import signal
import smtplib
import socket
import sys
import tempfile

import dkim
import dns
import mails
from server import Server, Tap, wait_for

PATIENCE = 60
ZONE = """@ NS ns
ns A 127.0.0.1
_dmarc.reporter TXT "v=DMARC1; p=reject"
reporter TXT "v=spf1 -all"
_dmarc.direct TXT "v=DMARC1; p=reject"
direct TXT "v=spf1 ip4:127.0.0.1 -all"
evil TXT "v=spf1 ip4:127.0.0.1 -all"
_dmarc.evil TXT "v=DMARC1; p=none"
"""


SLOW = 12  # mails whose author's name servers never answer


def name_of(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    return ".".join(labels)


def hand_on(query, port):
    """What Knot says; of slow.example nobody says anything."""
    if ("." + name_of(query)).endswith(".slow.example"):
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.sendto(query, ("127.0.0.1", port))
        return s.recv(65535)


def mail(report_id, org="reporter.example", tls=False, author=None):
    """A mail as reporters send it, lines ending in CRLF."""
    sender = f"noreply@{author or org}"
    if tls:
        return mails.mail(gzip.compress(mails.tls_json(report_id)),
                          name="report.json.gz", sender=sender,
                          kind="application/tlsrpt+gzip")
    return mails.dmarc_mail(report_id, org=org, sender=sender)


def send(server, message, sender):
    with smtplib.SMTP("127.0.0.1", server.smtp, timeout=60) as client:
        client.sendmail(sender, ["reports@reports.test"], message)


def report(server, report_id):
    """What is stored under the reporter's own id."""
    for item in server.intake():
        if item["report"] is None:
            continue
        status, found = server.api("GET", f"/reports/{item['report']}")
        if status == 200 and found["report"]["report_id"] == report_id:
            return found["report"], item
    return None


def judged(server, report_id):
    """The same once there is a verdict."""
    def once():
        found = report(server, report_id)
        return found if found and found[1]["dmarc"] is not None else None
    return wait_for(once, PATIENCE, 0.2) or report(server, report_id)


def each_way(tap, server, good, evil):
    signed = good.sign(mail("good-1"))
    changed = good.sign(mail("changed-1")).replace(b"A report.", b"Not it.")
    by = "reports@reporter.example"
    cases = [
        ("a signed mail", "good-1", signed, by, "verified", "pass",
         "carrier.by_dkim"),
        ("a signed and forwarded mail", "good-2",
         good.sign(mail("good-2")), "list@evil.example", "verified", "pass",
         "carrier.by_dkim"),
        ("a mail of the reporter's own server", "direct-1",
         mail("direct-1", org="direct.example"), "r@direct.example",
         "verified", "pass", "carrier.by_spf"),
        ("an unsigned mail", "unsigned-1", mail("unsigned-1"), by,
         "unverified", "fail", "carrier.unsigned"),
        ("a forged author", "forged-1", evil.sign(mail("forged-1")),
         "x@evil.example", "unverified", "fail", "carrier.other_domain"),
        ("a signature that leaves the report out", "partly-1",
         good.sign(mail("partly-1"), b"", "l=0; "), by, "unverified", "fail",
         "carrier.partly_signed"),
        ("a changed mail", "changed-1", changed, by, "unverified", "fail",
         "carrier.signature_broken"),
    ]
    for _, _, message, sender, _, _, _ in cases:
        send(server, message, sender)
    for name, number, _, _, trust, dmarc, code in cases:
        found = judged(server, number)
        tap.ok(found and found[0]["trust"] == trust
               and found[1]["dmarc"] == dmarc
               and found[1]["verdict"] == code,
               f"{name} is {trust}", number, found,
               server.logged()[-1500:])


def tls_reports(tap, server, good):
    by = "reports@reporter.example"
    send(server, good.sign(mail("tls-1", tls=True,
                                author="reporter.example")), by)
    send(server, mail("tls-2", tls=True, author="direct.example"),
         "r@direct.example")
    found = judged(server, "tls-1")
    tap.ok(found and found[0]["trust"] == "verified",
           "a signed TLS report is verified", found)
    found = judged(server, "tls-2")
    tap.ok(found and found[0]["trust"] == "unverified"
           and found[1]["dmarc"] == "pass",
           "an unsigned one is not, whoever sent it", found)


def slow_ones_hold_up_nobody(tap, server, good):
    """More slow ones than are asked for at once, and then a good one."""
    for n in range(SLOW):
        send(server, mail(f"slow-{n}", org="slow.example"), "r@slow.example")
    send(server, good.sign(mail("fast-1")), "reports@reporter.example")
    found = judged(server, "fast-1")
    waiting = sum((report(server, f"slow-{n}") or ({}, {}))[1].get("dmarc")
                  is None for n in range(SLOW))
    tap.ok(found and found[0]["trust"] == "verified" and waiting == SLOW,
           "a slow name server holds up no other mail", found, waiting,
           server.logged()[-1500:])


def survives(tap, server, good):
    """Killed again and again, between asking, judging and storing."""
    names = [f"kill-{n}" for n in range(6)]
    for n, name in enumerate(names):
        send(server, good.sign(mail(name)), "reports@reporter.example")
        role = "inspector" if n % 2 == 0 else "writer"
        pid = wait_for(lambda role=role: server.children().get(role))
        os.kill(pid, signal.SIGKILL)
    late = [name for name in names
            if not wait_for(lambda name=name: (report(server, name) or
                                               ({}, {}))[0].get("trust")
                            == "verified", PATIENCE, 0.2)]
    tap.ok(not late, "what was killed meanwhile judged nothing twice and "
           "forgot nothing", late, server.logged()[-2000:])
    seen = [item["outcome"] for item in server.intake()]
    tap.ok("rejected" not in seen, "nothing was lost on the way", seen)


def counts(tap, server, wanted):
    """Sums leave out what is unverified."""
    def once():
        _, found = server.api("GET", "/query?group=reporter&range=30d")
        return found if found["totals"]["reports"] == wanted else None
    found = wait_for(once, PATIENCE, 0.3)
    tap.ok(found, "sums have what is verified, and nothing else", wanted,
           server.api("GET", "/query?group=reporter&range=30d"))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as room:
        good = dkim.Signer(room, "reporter.example")
        evil = dkim.Signer(room, "evil.example")
        zones = {"": "example NS ns.example\nns.example A 127.0.0.1\n",
                 "example": ZONE + good.zone_line() + evil.zone_line()}
        with dns.Knot(os.path.join(room, "knot"), zones) as knot, \
                dns.Scripted(lambda query, tcp:
                             hand_on(query, knot.port)) as front:
            config = (f'inspect {{ resolver = "127.0.0.1:{front.port}"\n'
                      f'trust_anchor = "none"\n'
                      f'allow_private = {{"127.0.0.0/8"}}\n'
                      f'dns_port = {knot.port} }}\n')
            with Server(sys.argv[1], config) as server:
                each_way(tap, server, good, evil)
                tls_reports(tap, server, good)
                counts(tap, server, 3)
                survives(tap, server, good)
                counts(tap, server, 9)
                slow_ones_hold_up_nobody(tap, server, good)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
