"""Name servers that take changes, on loopback: a primary (Knot, BIND or
PowerDNS) at 127.0.0.1 and a Knot secondary at 127.0.0.12, on one port.

  with Lab("bind") as lab:
      lab.net, lab.port, lab.dig("_dmarc", "TXT", SECONDARY)

Lab("knot", port=53, place=Place("shop.example", TEXT, "127.0.0.13",
"127.0.0.14")) has another zone elsewhere.
"""
import base64
import collections
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

import dns

PRIMARY, SECONDARY = "127.0.0.1", "127.0.0.12"  # BIND wants an interface's
ZONE = "example.test"
KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
API_KEY = "a-key-for-the-api"
TEXT = f"""$ORIGIN {ZONE}.
$TTL 300
@ SOA ns1 hostmaster 1 3600 600 86400 5
@ NS ns1
@ NS ns2
@ MX 10 mx
@ 600 TXT "v=spf1 mx -all"
@ 600 TXT "site-verification=abc"
ns1 A {PRIMARY}
ns2 A {SECONDARY}
mx A 127.0.0.13
_dmarc 7 TXT "v=DMARC1; p=quarantine; rua=mailto:old@example.test"
_mta-sts TXT "v=STSv1; id=1;"
taken A 127.0.0.14
"""

KNOT = """server:
    rundir: {room}/run
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {room}/db
log:
  - target: {room}/log
    any: info
key:
  - id: waxseal
    algorithm: hmac-sha256
    secret: {key}
remote:
  - id: primary
    address: {primary}@{port}
  - id: secondary
    address: {secondary}@{port}
acl:
  - id: update
    key: waxseal
    action: [update, transfer, query]
  - id: copies
    address: 127.0.0.0/8
    action: [transfer, notify, query]
template:
  - id: default
    storage: {room}
    zonefile-sync: -1
    acl: [update, copies]
zone:
  - domain: {zone}.
    file: {room}/zone
"""

BIND = """key "waxseal" {{ algorithm hmac-sha256; secret "{key}"; }};
controls {{ }};
options {{
	directory "{room}";
	listen-on port {port} {{ {address}; }};
	listen-on-v6 {{ none; }};
	pid-file "{room}/named.pid";
	session-keyfile "{room}/session.key";
	recursion no;
	dnssec-validation no;
	notify explicit;
	notify-delay 0;
	also-notify {{ {secondary} port {port}; }};
	allow-transfer {{ any; }};
}};
zone "{zone}" {{
	type primary;
	file "{room}/zone";
	allow-update {{ key "waxseal"; }};
}};
"""

PDNS = """launch=gsqlite3
gsqlite3-database={room}/pdns.db
local-address={address}
local-port={port}
socket-dir={room}
config-dir={room}
daemon=no
guardian=no
primary=yes
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
allow-axfr-ips=127.0.0.0/8
also-notify={secondary}:{port}
only-notify=
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
default-ttl=300
api=yes
api-key={api_key}
webserver=yes
webserver-address=127.0.0.1
webserver-port={web}
webserver-allow-from=127.0.0.0/8
security-poll-suffix=
expand-alias=no
"""


Place = collections.namedtuple("Place", "zone text primary secondary")
USUAL = Place(ZONE, TEXT, PRIMARY, SECONDARY)


class Lab:
    def __init__(self, kind, port=None, place=USUAL):
        self.kind, self.place = kind, place
        self.stack = tempfile.TemporaryDirectory()
        self.room = os.path.join(self.stack.name, "first")
        self.second = os.path.join(self.stack.name, "second")
        self.children, self.asleep = [], False
        self.port = port or dns.free_port(place.primary, place.secondary)
        self.web = dns.free_port()
        for room in (self.room, self.second):
            for part in ("run", "db"):
                os.makedirs(os.path.join(room, part))
        os.chmod(self.stack.name, 0o755)
        self.net = ["--resolver", f"{place.primary}:{self.port}",
                    "--trust-anchor", "none", "--allow-private", "all", "--ports",
                    f"{self.port},443,25"]

    def fill(self, template, room, address):
        return template.format(room=room, address=address, port=self.port,
                               key=KEY, primary=self.place.primary,
                               secondary=self.place.secondary,
                               zone=self.place.zone, web=self.web,
                               api_key=API_KEY)

    def write(self, path, text):
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def spawn(self, *command):
        log = open(os.path.join(self.stack.name, "log"), "ab")
        with log:
            self.children.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    # ---- each kind of primary ----

    def start_knot(self):
        config = self.fill(KNOT, self.room, self.place.primary)
        self.write(os.path.join(self.room, "zone"), self.place.text)
        self.spawn("/usr/sbin/knotd", "-c", self.write(
            os.path.join(self.room, "conf"), config + "    notify: secondary\n"))

    def start_bind(self):
        self.write(os.path.join(self.room, "zone"), self.place.text)
        self.spawn("/usr/sbin/named", "-g", "-c", self.write(
            os.path.join(self.room, "conf"),
            self.fill(BIND, self.room, self.place.primary)))

    def start_pdns(self):
        path = os.path.join(self.room, "pdns.db")
        with open("/usr/share/pdns-backend-sqlite3/schema/"
                  "schema.sqlite3.sql", encoding="utf-8") as text:
            with sqlite3.connect(path) as base:
                base.executescript(text.read())
        self.write(os.path.join(self.room, "pdns.conf"),
                   self.fill(PDNS, self.room, self.place.primary))
        zone = self.write(os.path.join(self.room, "zone"), self.place.text)

        def util(*words):
            subprocess.run(["pdnsutil", "--config-dir", self.room, *words],
                           check=True, capture_output=True)
        util("load-zone", self.place.zone, zone)
        util("set-kind", self.place.zone, "primary")
        util("import-tsig-key", "waxseal", "hmac-sha256", KEY)
        util("set-meta", self.place.zone, "TSIG-ALLOW-DNSUPDATE", "waxseal")
        util("set-meta", self.place.zone, "NOTIFY-DNSUPDATE", "1")
        util("set-meta", self.place.zone, "SOA-EDIT-DNSUPDATE", "INCREASE")
        util("set-meta", self.place.zone, "SOA-EDIT-API", "INCREASE")
        self.spawn("pdns_server", "--config-dir=" + self.room)

    # ---- life ----

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def start(self):
        getattr(self, "start_" + self.kind)()
        self.wait(self.place.primary)
        self.spawn("/usr/sbin/knotd", "-c", self.write(
            os.path.join(self.second, "conf"),
            self.fill(KNOT, self.second, self.place.secondary) + "    master: primary\n"))
        self.wait(self.place.secondary)
        return self

    def __exit__(self, *_):
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.send_signal(signal.SIGTERM)
        for child in self.children:
            child.wait(60)
        self.stack.cleanup()

    def wait(self, address):
        for _ in range(600):
            if self.children[-1].poll() is not None:
                break
            if dns.serves(address, self.port, self.place.zone, 1):
                return
            time.sleep(0.05)
        with open(os.path.join(self.stack.name, "log"),
                  encoding="utf-8", errors="replace") as text:
            raise RuntimeError(f"{self.kind} at {address}: "
                               + text.read()[-3000:])

    # ---- looking and disturbing ----

    def dig(self, name, kind, address=None):
        """[(TTL, value)] as the name server at `address` has it: the primary,
        when that is not given."""
        zone, address = self.place.zone, address or self.place.primary
        name = zone if name == "@" else f"{name}.{zone}"
        done = subprocess.run(
            ["kdig", f"@{address}", "-p", str(self.port), name, kind,
             "+noall", "+answer", "+norec"], capture_output=True, text=True,
            check=True)
        found = []
        for line in done.stdout.splitlines():
            words = line.split(None, 4)
            if len(words) == 5 and words[3] == kind:
                found.append((int(words[1]), words[4].strip('"')))
        return sorted(found, key=lambda one: one[1])

    def nsupdate(self, *lines):
        text = "\n".join([f"server {self.place.primary} {self.port}",
                          f"zone {self.place.zone}.",
                          f"key hmac-sha256:waxseal {KEY}", *lines,
                          "send", ""])
        done = subprocess.run(["knsupdate", "-v"], input=text, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0 or "error" in done.stdout + done.stderr:
            raise RuntimeError(done.stdout + done.stderr)

    def settle(self):
        """Waits until both serve the same zone, or the secondary sleeps: what
        is planned from one of them is then true of the other."""
        self.notify()
        for _ in range(600):
            if self.asleep or self.dig("@", "SOA") == self.dig(
                    "@", "SOA", self.place.secondary):
                return
            time.sleep(0.05)
        raise RuntimeError("the secondary stays behind")

    def secondary_sleeps(self, asleep):
        self.asleep = asleep
        self.children[1].send_signal(
            signal.SIGSTOP if asleep else signal.SIGCONT)

    def notify(self):
        """PowerDNS tells its secondaries by and by."""
        if self.kind == "pdns":
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.web}/api/v1/servers/localhost/zones/"
                f"{self.place.zone}./notify", method="PUT",
                headers={"X-API-Key": API_KEY})
            urllib.request.urlopen(request).read()


def missing():
    """What of the servers is not installed."""
    programs = {"knot": "/usr/sbin/knotd", "bind": "/usr/sbin/named",
                "pdns": "pdns_server"}
    return [kind for kind, program in programs.items()
            if not shutil.which(program)]
