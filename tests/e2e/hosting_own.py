#!/usr/bin/env python3
"""The certificates of the installation itself: ordered, shown by dashboard and
STARTTLS, renewed while both run. TAP.

  hosting_own.py PROGRAM

Pebble is the authority; curl and openssl hold what they get against its root.
"""
import os
import subprocess
import sys

import namespace
from hosting_lab import OURS, Lab, ask
from server import Panel, Tap, wait_for

DASH, MX, AWAY = "dash.host.example", "mx.host.example", "away.example"


class Own(Lab):
    serves = Panel
    more = (f'hostname = "{MX}"\n'
            f'web {{ base_url = "https://{DASH}" }}\n'
            f'hosting {{ own_names = {{"{DASH}", "MX.Host.Example",'
            f' "{AWAY}"}} }}\n')

    def certs(self):
        return {c["name"]: c
                for c in self.run("cert", "list")["certificates"]}

    def curl(self, url, *words):
        """(exit code, status, where it leads, body)"""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "20",
             "--cacert", self.root, "--write-out",
             "\n%{http_code} %{redirect_url}", *words, url],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False)
        body, _, last = done.stdout.decode().rpartition("\n")
        status, _, to = last.partition(" ")
        return done.returncode, int(status or 0), to, body

    def starttls(self):
        """What openssl says of the mail server, and the serial it showed."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect",
             f"127.0.0.1:{self.server.smtp}", "-starttls", "smtp",
             "-servername", MX, "-verify_hostname", MX, "-CAfile",
             self.root, "-verify_return_error"], input=b"QUIT\r\n",
            capture_output=True, timeout=60, check=False)
        said = done.stdout.decode(errors="replace")
        return said, serial(said)

    def shown(self):
        """The serial that the dashboard's address shows."""
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"{OURS}:443",
             "-servername", DASH], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False)
        return serial(done.stdout.decode(errors="replace"))


def serial(said):
    done = subprocess.run(["openssl", "x509", "-noout", "-serial"],
                          input=said.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.decode().strip()


def ordered(lab, tap):
    tap.ok(wait_for(lambda: ask(DASH, "A") == [OURS]
                    and ask(MX, "A", OURS) == [OURS], 30),
           "names of ours in the zone lead here", ask(DASH, "A"))
    tap.ok("pebble.example" in str(ask(DASH, "CAA", OURS)),
           "only our authority may issue for them", ask(DASH, "CAA", OURS))
    both = wait_for(lambda: (lambda c: all(
        c.get(n, {}).get("issued_at") for n in (DASH, MX)) and c)(
            lab.certs()), 90)
    tap.ok(both, "a certificate comes for dashboard and mail server",
           lab.certs(), lab.server.logged(), lab.pebble.logged())
    uses = {name: c["use"] for name, c in lab.certs().items()}
    tap.ok(uses.get(DASH) == "dashboard" and uses.get(MX) == "mail",
           "`cert list` has what they are for", uses)
    away = wait_for(lambda: lab.certs().get(AWAY), 30) or {}
    tap.ok(away.get("fault") == "hosting.no_address"
           and not away["issued_at"] and away["use"] == "none",
           "no order for a name that does not lead here", away)
    names = [name for name in os.listdir(lab.server.data)
             if name.endswith((".key", ".pem"))]
    tap.ok(names == ["seal.key"], "no key of it stands in a file", names)


def dashboard(lab, tap):
    url = f"https://{DASH}/healthz"
    got = wait_for(lambda: (lambda g: g[0] == 0 and g)(lab.curl(url)), 20)
    tap.ok(got and got[1] == 200,
           "curl trusts the dashboard at the policies' address",
           lab.curl(url), lab.server.logged())
    got = lab.curl(f"http://{DASH}/d/x?y=1")
    tap.ok(got[1:3] == (308, f"https://{DASH}/d/x?y=1"),
           "port 80 leads to it", got)
    got = lab.curl(f"http://{DASH}/.well-known/acme-challenge/x",
                   "--resolve", f"{DASH}:80:{OURS}")
    tap.ok(got[1] == 308, "a challenge that is not open is no answer", got)
    got = lab.curl(f"https://{MX}/")
    tap.ok(got[0] == 35, "the mail server's name is no dashboard", got)


def mail(lab, tap):
    said, _ = lab.starttls()
    tap.ok("Verify return code: 0 (ok)" in said
           and f"Verified peername: {MX}" in said,
           "openssl trusts the mail server's STARTTLS", said)


def renewed(lab, tap):
    """Both roles go on; who connects next is shown the new one."""
    children = lab.server.children()
    before = {DASH: lab.shown(), MX: lab.starttls()[1]}
    tap.ok(all(before.values()), "both have a serial", before)
    for name in (DASH, MX):
        lab.run("cert", "renew", name)
    tap.ok(wait_for(lambda: lab.shown() not in ("", before[DASH])
                    and lab.starttls()[1] not in ("", before[MX]), 90),
           "a renewed certificate is shown by both", before, lab.certs(),
           lab.server.logged())
    tap.ok(lab.server.children() == children,
           "no role was begun anew for that", children,
           lab.server.children())
    tap.ok(lab.curl(f"https://{DASH}/healthz")[:2] == (0, 200)
           and "Verify return code: 0 (ok)" in lab.starttls()[0],
           "and both are trusted", lab.curl(f"https://{DASH}/healthz"))


def restarted(lab, tap):
    last = lab.shown()
    lab.server.stop()
    lab.server.start()
    tap.ok(lab.shown() == last, "a restart shows the kept one at once",
           lab.server.logged())


def main():
    tap = Tap()
    with Own(sys.argv[1]) as lab:
        ordered(lab, tap)
        dashboard(lab, tap)
        mail(lab, tap)
        renewed(lab, tap)
        restarted(lab, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(namespace.alone(main))
