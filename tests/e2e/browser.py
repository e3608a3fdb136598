#!/usr/bin/env python3
"""The dashboard in a real browser against a running server. TAP.

  browser.py PROGRAM [--shots DIRECTORY | --readme DIRECTORY] [NAME...]

Starts `waxseal serve` with sample data and with none, and runs web/tests/*.mjs
on Debian's Chromium. With --shots pictures of every page are made instead, in
both themes, three languages and two widths; with --readme those of the README,
which docs/images has. NAME: only tests whose name has
it.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import dns
from server import PASSWORD, Server, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# A domain with the faults that people have, and everything there is to know
# about the domains of the sample data: nothing.
ZONES = {"": "example NS ns.example\nns.example A 127.0.0.1\n",
         "example": """@ NS ns
ns A 127.0.0.1
broken MX 10 mx.broken
mx.broken A 192.0.2.1
broken TXT "v=spf1 include:a.broken mx -all"
a.broken TXT "v=spf1 ip4:192.0.2.0/24 -all"
_mta-sts.broken TXT "v=STSv1; id=1"
_mta-sts.broken TXT "v=STSv1; id=<script>alert(1)</script>"
_dmarc.broken TXT "v=DMARC1; p=none; pct=10; rua=mailto:d@broken.example"
_dmarc.direct TXT "v=DMARC1; p=reject"
direct TXT "v=spf1 ip4:127.0.0.1 -all"
_dmarc.forged TXT "v=DMARC1; p=reject"
forged TXT "v=spf1 -all"
nopolicy TXT "v=spf1 -all"
shop NS ns
""",
         "shop.example": """@ NS ns.example.
@ MX 10 mx
mx A 192.0.2.1
_dmarc TXT "v=DMARC1; p=none; rua=mailto:d@shop.example"
"""}
INSPECT = """inspect {{ resolver = "127.0.0.1:{port}"
trust_anchor = "none" allow_private = {{"127.0.0.0/8"}} dns_port = {port}
https_port = {closed} smtp_port = {closed} public = true }}
"""
TESTS = os.path.join(ROOT, "web", "tests")


def with_sample(server):
    done = server.run("sample", "load")
    if done.returncode != 0:
        raise RuntimeError("sample load: " + done.stderr)
    wait_for(lambda: server.api("GET", "/overview")[1]["any_reports"], 60)


def config(knot, closed):
    return INSPECT.format(port=knot.port, closed=closed)


def lab(knot, closed):
    """The same world for commands."""
    return ["--resolver", f"127.0.0.1:{knot.port}", "--trust-anchor", "none",
            "--ports", f"{knot.port},{closed},{closed}",
            "--allow-private", "127.0.0.0/8"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--shots")
    parser.add_argument("--readme")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if not chromium or not shutil.which("node"):
        print("1..0 # SKIP chromium and node are needed")
        return 0
    if not os.path.isdir(os.path.join(ROOT, "web", "node_modules",
                                      "playwright-core")):
        print("1..0 # SKIP web/node_modules is not there: tools/build")
        return 0
    closed = dns.free_port("127.0.0.1")
    with tempfile.TemporaryDirectory() as room, \
            dns.Knot(room, ZONES) as knot, \
            Server(options.program, config(knot, closed)) as full, \
            Server(options.program, config(knot, closed),
                   user=False) as empty:
        with_sample(full)
        setup = empty.run("setup-token").stdout
        place = {"full": f"http://127.0.0.1:{full.web}",
                 "empty": f"http://127.0.0.1:{empty.web}",
                 "setup": setup, "user": "admin", "password": PASSWORD,
                 "token": full.token, "chromium": chromium,
                 "shots": os.path.abspath(options.shots or
                                          options.readme or ""),
                 "smtp": full.smtp, "names": options.names,
                 "program": os.path.abspath(options.program),
                 "lab": lab(knot, closed)}
        script = "shots.mjs" if options.shots else \
            "readme.mjs" if options.readme else "run.mjs"
        done = subprocess.run(["node", os.path.join(TESTS, script)],
                              input=json.dumps(place), text=True,
                              timeout=1500, check=False)
        if done.returncode != 0:
            for line in (full.logged() + empty.logged()).splitlines()[-20:]:
                print("# " + line)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
