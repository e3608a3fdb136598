#!/usr/bin/env python3
"""Names of addresses and a domain's own SPF: by the command line and by a
running server. TAP.

  serve_hosts.py PROGRAM

A name server on loopback has reverse zones; what goes to it is counted.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading

import dns
import mails
from server import Server, Tap, wait_for

ROWS = 8  # 192.0.2.1 to .8; .N sends N messages
REVERSE = """1 PTR out1.mail.sender.example.
2 PTR liar.big.example.
3 PTR a3.smtp-out.amazonses.com.
4 PTR nowhere.sender.example.
6 PTR trouble.sender.example.
7 TXT "no name"
"""
ZONES = {
    "": "example NS ns.invalid.\n",
    "2.0.192.in-addr.arpa": REVERSE,
    "sender.example": "out1.mail A 192.0.2.1\nout1.mail A 192.0.2.99\n",
    "big.example": "liar A 198.51.100.7\n",
    "amazonses.com": "a3.smtp-out A 192.0.2.3\n",
    # .4 to .7, and .1 by name: 4+5+6+7+1 of the 36 messages.
    "example.com": """@ TXT "v=spf1 ip4:192.0.2.4/30 include:i.example.com -all"
i TXT "v=spf1 a:out1.mail.sender.example ?ip4:192.0.2.8 -all"
""",
}
OWN = {"own": 23, "forwarded": 13}
FAILING = ("5.2.0.192.in-addr.arpa", "trouble.sender.example")
SERVFAIL = 2
# What `hosts` of the view must say: name, messages.
EXPECTED = {"out1.mail.sender.example": 1, "liar.big.example": 2,
            "a3.smtp-out.amazonses.com": 3, "nowhere.sender.example": 4,
            "trouble.sender.example": 6, "none": 7 + 8, None: 5}
SOURCES = {"sender.example": 1, "amazon-ses": 3,
           "192.0.2.0/24": 2 + 4 + 5 + 6 + 7 + 8}
# Not answered twice by the same look: what fails is asked again and again by
# a resolver, within one look.
ANSWERED = ("1", "2", "3", "4", "6", "7", "8")


def name_of(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    return ".".join(labels)


class Counting:
    """Hands every question on to Knot; some names have trouble."""

    def __init__(self, knot):
        self.knot, self.lock, self.counts = knot, threading.Lock(), {}
        self.server = dns.Scripted(self.answer)

    def answer(self, query, tcp):
        name = name_of(query)
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + 1
        if name in FAILING:
            return query[:2] + bytes([0x81, 0x80 | SERVFAIL]) + query[4:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.sendto(query, ("127.0.0.1", self.knot.port))
            return s.recv(65535)

    def reverse(self, last):
        return self.counts.get(f"{last}.2.0.192.in-addr.arpa", 0)


def json_of(done):
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"failed": done.stdout + done.stderr}


def query(program, data, *words):
    done = subprocess.run(
        [program, "report", "query", "-d", "example.com", "--json", "--range",
         "all", *words, "--data", data], capture_output=True, text=True,
        timeout=120, check=False)
    return {row["key"]: row["messages"] for row in
            json_of(done).get("rows", [])} or done.stdout + done.stderr


def here(tap, program, room, counting):
    """Without a server."""
    data = os.path.join(room, "here")
    report = os.path.join(room, "report.xml")
    with open(report, "wb") as out:
        out.write(mails.dmarc_xml("h1", rows=ROWS))

    def run(*words):
        return subprocess.run([program, *words, "--data", data],
                              capture_output=True, text=True, timeout=120,
                              check=False)

    def resolve(*words):
        return run("source", "resolve", *words, "--resolver",
                   f"127.0.0.1:{counting.server.port}", "--trust-anchor",
                   "none")

    run("report", "import", report)
    tap.ok(not counting.counts, "an import asks nobody", counting.counts)
    tap.ok(query(program, data, "--group", "host") == {None: 36},
           "before, no name is known",
           query(program, data, "--group", "host"))
    done = resolve("--limit", "1")
    tap.ok("1 addresses looked up" in done.stdout and counting.reverse(8) == 1,
           "who sends most goes first", done.stdout, done.stderr,
           counting.counts)
    done = resolve("--json")
    answer = json_of(done)
    tap.ok(answer == {"schema": "waxseal.source.resolve/1", "looked_up": 7,
                      "confirmed": 2, "unconfirmed": 2, "none": 1,
                      "failed": 2},
           "each address is told as what it is", done.stdout, done.stderr)
    once(tap, counting, "by the command")
    before = dict(counting.counts)
    done = resolve()
    tap.ok("all were looked up" in done.stdout and counting.counts == before,
           "nothing is asked again", done.stdout, done.stderr)
    views(tap, program, data)


def own_spf(tap, program, server):
    """Signed mail from the domain's own addresses is not forwarded."""
    def classes():
        return query(program, server.data, "--group", "class")

    tap.ok(classes() == {"forwarded": 36},
           "while no domain is registered, no SPF record is read", classes())
    server.api("POST", "/domains", {"domains": ["example.com"],
                                    "purpose": "people"})
    tap.ok(wait_for(lambda: classes() == OWN, 60, 0.5),
           "what is in the domain's own SPF becomes its own", classes(),
           server.logged()[-2000:])
    found = query(program, server.data, "--group", "class", "--ip",
                  "192.0.2.0/24")
    tap.ok(found == OWN, "by address, too", found)


def views(tap, program, data):
    found = query(program, data, "--group", "host")
    tap.ok(found == EXPECTED, "the view by host has them all", found)
    found = query(program, data, "--group", "source")
    tap.ok(found == SOURCES, "only confirmed names name a source", found)
    found = query(program, data, "--group", "host", "--host", "none")
    tap.ok(found == {"none": 15}, "what has no name can be asked for", found)


def once(tap, counting, how):
    tap.ok(all(counting.reverse(n) == 1 for n in ANSWERED),
           "each address is asked for once " + how, counting.counts)


def there(tap, program, counting):
    """By a running server, of itself."""
    config = (f'inspect {{ resolver = "127.0.0.1:{counting.server.port}"\n'
              f'trust_anchor = "none" }}\n')
    with Server(program, config=config) as server:
        server.api("POST", "/reports", mails.dmarc_xml("s1", rows=ROWS),
                   {"X-File-Name": "report.xml"})

        def known():
            found = query(program, server.data, "--group", "host")
            return found if found == EXPECTED else None

        tap.ok(wait_for(known, 60, 0.5),
               "a running server looks them up by itself",
               query(program, server.data, "--group", "host"),
               server.logged()[-2000:])
        wait_for(lambda: query(program, server.data, "--group", "source")
                 == SOURCES, 20, 0.5)
        views(tap, program, server.data)
        once(tap, counting, "by the server")
        done = subprocess.run(
            [program, "source", "resolve", "--data", server.data],
            capture_output=True, text=True, timeout=120, check=False)
        tap.ok("all were looked up" in done.stdout,
               "the command finds nothing left to do", done.stdout,
               done.stderr)
        own_spf(tap, program, server)


def main():
    program = os.path.abspath(sys.argv[1])
    tap = Tap()
    with tempfile.TemporaryDirectory() as room:
        with dns.Knot(room, ZONES) as knot:
            for step in (lambda c: here(tap, program, room, c),
                         lambda c: there(tap, program, c)):
                counting = Counting(knot)
                with counting.server:
                    step(counting)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
