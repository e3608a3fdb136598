#!/usr/bin/env python3
"""`waxseal lookup headers`: what a mail says of itself, and what of it holds.
TAP.

  headers.py PROGRAM

Keys and policies are in a name server on loopback; mail is signed by openssl's
program.
"""
import json
import os
import subprocess
import sys
import tempfile

import dkim
import dns
from server import Tap

MX = ("Received: from out.{d} (out.{d} [127.0.0.9])\r\n by mx.own.example"
      " with ESMTPS id 1;\r\n Sun, 22 Nov 2026 12:00:00 +0000\r\n")
RESULTS = "Authentication-Results: mx.own.example; dmarc={r}; dkim={r}\r\n"
ZONE = """@ NS ns
ns A 127.0.0.1
_dmarc.signed TXT "v=DMARC1; p=reject"
_dmarc.direct TXT "v=DMARC1; p=reject"
direct TXT "v=spf1 ip4:127.0.0.9 -all"
signed TXT "v=spf1 -all"
"""


def letter(domain):
    return (f"From: Anna <anna@{domain}>\r\nTo: b@own.example\r\n"
            f"Subject: hi\r\nDate: Sun, 22 Nov 2026 11:59:58 +0000\r\n"
            f"Message-ID: <1@{domain}>\r\n\r\nhello\r\n").encode()


def top(domain, result="pass"):
    return (f"Return-Path: <anna@{domain}>\r\n" + MX.format(d=domain)
            + RESULTS.format(r=result)).encode()


class Lab:
    def __init__(self, program, knot, room):
        self.program, self.room = program, room
        self.options = ["--resolver", f"127.0.0.1:{knot.port}",
                        "--trust-anchor", "none", "--ports",
                        f"{knot.port},1,1", "--allow-private", "all"]

    def run(self, message, *words, path="-"):
        given = None if path != "-" else message
        if path != "-":
            with open(path, "wb") as out:
                out.write(message)
        return subprocess.run(
            [self.program, "lookup", "headers", path, *words, *self.options],
            input=given, stdin=None if given is not None else
            subprocess.DEVNULL, capture_output=True, timeout=120, check=False)

    def look(self, message, **words):
        done = self.run(message, "--json", **words)
        try:
            found = json.loads(done.stdout)
        except ValueError:
            return done, {}, done.stderr
        return done, found, [f["code"] for f in found["findings"]]


def main():
    tap = Tap()
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as room:
        signer = dkim.Signer(room, "signed.example")
        zones = {"": "example NS ns.example\nns.example A 127.0.0.1\n",
                 "example": ZONE + signer.zone_line()}
        with dns.Knot(room, zones) as knot:
            checks(tap, Lab(program, knot, room), signer)
    return tap.end()


def checks(tap, lab, signer):
    good = top("signed.example") + signer.sign(letter("signed.example"))
    done, found, codes = lab.look(good)
    tap.ok("headers.verified" in codes and done.returncode == 0 and
           found["verdict"]["dkim"][0]["result"] == "pass",
           "a signature that holds is told as verified here", codes)
    same = lab.look(good, path=os.path.join(lab.room, "mail.eml"))[1]
    tap.ok(same == found,
           "a file and a pipe are read the same", same)
    tap.ok(found["hops"][0]["address"] == "127.0.0.9" and
           found["results"][0] == {"method": "dmarc", "result": "pass",
                                      "detail": None},
           "the way and the results are in the answer", found)

    done, found, codes = lab.look(good.replace(b"hello", b"pay me"))
    tap.ok({"carrier.body_changed", "headers.refuted",
           "headers.contradicted"} <= set(codes) and
           done.returncode == 1,
           "a changed body is found, whatever the results say", codes)

    done, found, codes = lab.look(good.split(b"\r\n\r\n")[0] + b"\r\n")
    tap.ok("headers.only_headers" in codes and found["verdict"] is None
           and "headers.verified" not in codes,
           "without a body nothing is verified", codes)

    done, found, codes = lab.look(top("direct.example") +
                                  letter("direct.example"))
    tap.ok("headers.verified_server" in codes and
           "headers.unsigned" in codes,
           "a server that SPF lists is told as such", codes)

    done, found, codes = lab.look(top("signed.example", "fail") +
                                  letter("signed.example"))
    tap.ok({"headers.dmarc_fail", "headers.refuted"} <= set(codes) and
           "headers.contradicted" not in codes,
           "a forgery is told as one, and contradicts nobody", codes)

    done = lab.run(b"no header at all")
    tap.ok(done.returncode != 0 and b"header" in done.stderr and
           not done.stdout,
           "text without a header is refused with what to do", done.stderr)
    for lang, word in (("en", "Verified here"), ("ja", "検証済み"),
                       ("nb", "Verifisert her")):
        done = lab.run(good, "--lang", lang)
        tap.ok(word in done.stdout.decode() and
                  b"\x1b" not in done.stdout + done.stderr,
           f"told in {lang}, without escape bytes", done.stdout)
    evil = good.replace(b"Subject: hi", b"X-A: \x1b[31m\r\nSubject: hi") \
        .replace(b"out.signed.example (", b"\x1b]0;evil\x07 (")
    tap.ok(b"\x1b" not in lab.run(evil).stdout,
           "what strangers wrote cannot steer the terminal")


if __name__ == "__main__":
    sys.exit(main())
