#!/usr/bin/env python3
"""Setting a domain up in a real browser: a Knot that takes updates, with a
secondary, is the domain's DNS. TAP.

  browser_wizard.py PROGRAM [--shots DIRECTORY] [NAME...]

Runs web/tests/wizard/*.mjs. With --shots pictures of each step are made
instead. NAME: only tests whose name has it.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import dns
from browser import TESTS
from publish_lab import KEY, PRIMARY, ZONE, Lab
from server import PASSWORD, Server

# Of other people: a name that leads to somebody else's service, the zone of
# the server itself without a word on whose reports it takes, an empty one.
MORE = {
    ".": "test NS ns1.example.test.\n",
    "test": "",
    "taken.test": "_dmarc CNAME taken.dmarc.vendor.test.\n",
    "vendor.test": 'taken.dmarc TXT "v=DMARC1; p=none"\n',
    "reports.test": "@ A 127.0.0.1\n",
    "host.test": "ns1 A 127.0.0.1\n",
    "xn--blbr-roah.test": "@ MX 0 .\n",
    "late.test": "@ MX 10 mx\nmx A 127.0.0.13\n",
}
HEAD = ("$ORIGIN {zone}\n$TTL 300\n@ SOA ns1.example.test. hostmaster 1 3600"
        " 600 86400 1\n@ NS ns1.example.test.\n")


class Zones(Lab):
    """The zone with its two name servers, and what else there is."""

    def write(self, path, text):
        # What is not there yet is forgotten as fast as what is.
        return super().write(path, text.replace("600 86400 5", "600 86400 1"))

    def fill(self, template, room, address):
        text = super().fill(template, room, address)
        if room != self.room:
            return text
        zones = ""
        for zone, records in MORE.items():
            apex = zone.rstrip(".") + "."
            path = os.path.join(room, "more-" + zone.strip("."))
            self.write(path, HEAD.format(zone=apex) + records)
            zones += f"  - domain: {apex}\n    file: {path}\n"
        return text.replace("zone:\n", "zone:\n" + zones)


def config(lab, room):
    ports = [dns.free_port() for _ in range(3)]
    return (f'inspect {{ resolver = "{PRIMARY}:{lab.port}" '
            f'trust_anchor = "none" dns_port = {lab.port} '
            f'https_port = {ports[0]} smtp_port = {ports[0]} '
            f'allow_private = {{"127.0.0.0/8"}} }}\n'
            'hosting { zone = "host.test"\n'
            'nameservers = {"ns1.host.test=127.0.0.1"}\n'
            'addresses = {"127.0.0.1"}\n'
            f'dns_listen = {{"127.0.0.1:{ports[0]}"}}\n'
            f'policy_listen = {{"127.0.0.1:{ports[1]}"}}\n'
            f'challenge_listen = {{"127.0.0.1:{ports[2]}"}}\n'
            f'master_key = "{room}/master.key" }}\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--shots")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if not chromium or not shutil.which("node"):
        print("1..0 # SKIP chromium and node are needed")
        return 0
    with tempfile.TemporaryDirectory() as room, Zones("knot") as lab, \
            Server(options.program, config(lab, room)) as server:
        url = f"http://127.0.0.1:{server.web}"
        place = {"full": url, "user": "admin", "password": PASSWORD,
                 "token": server.token, "chromium": chromium,
                 "names": options.names, "data": server.data,
                 "shots": os.path.abspath(options.shots or ""),
                 "dns": {"server": PRIMARY, "port": lab.port, "key": KEY,
                         "zone": ZONE, "secondary": lab.children[1].pid}}
        script = "shots.mjs" if options.shots else "run.mjs"
        done = subprocess.run(["node", os.path.join(TESTS, "wizard", script)],
                              input=json.dumps(place), text=True,
                              timeout=600, check=False)
        if done.returncode != 0:
            for line in server.logged().splitlines()[-20:]:
                print("# " + line)
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
