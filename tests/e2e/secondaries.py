"""Name servers that take a zone from somebody else: Knot, BIND and NSD, each
with the same few lines of configuration.

  with Secondary("bind", room, zone, primary_port, KEY) as s:
      ask 127.0.0.1 at s.port
"""
import os
import shutil
import signal
import subprocess
import time

import dns

KNOT = """server:
    rundir: {room}
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {room}
log:
  - target: {room}/log
    any: info
key:
  - id: {name}
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: 127.0.0.1@{primary}
    key: {name}
acl:
  - id: told
    address: 127.0.0.1
    action: notify
    key: {name}
zone:
  - domain: {zone}
    storage: {room}
    master: primary
    acl: told
"""
BIND = """options {{
    directory "{room}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    pid-file "{room}/pid";
    session-keyfile "{room}/session.key";
    recursion no;
    notify no;
    dnssec-validation no;
    minimal-responses yes;
}};
controls {{ }};
key "{name}" {{ algorithm hmac-sha256; secret "{secret}"; }};
server 127.0.0.1 {{ keys "{name}"; }};
zone "{zone}" {{
    type secondary;
    primaries port {primary} {{ 127.0.0.1 key "{name}"; }};
    allow-notify {{ key "{name}"; }};
    file "{room}/zone";
}};
"""
NSD = """server:
    ip-address: 127.0.0.1@{port}
    port: {port}
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: "{room}"
    pidfile: "{room}/pid"
    xfrdfile: "{room}/xfrd.state"
    xfrdir: "{room}"
    zonelistfile: "{room}/zone.list"
    database: ""
    logfile: "{room}/log"
    verbosity: 2
remote-control:
    control-enable: no
key:
    name: "{name}"
    algorithm: hmac-sha256
    secret: "{secret}"
zone:
    name: "{zone}"
    zonefile: "{room}/zone"
    allow-notify: 127.0.0.1 {name}
    request-xfr: AXFR 127.0.0.1@{primary} {name}
"""
KINDS = {
    "knot": (KNOT, "/usr/sbin/knotd", ("-c", "{config}")),
    "bind": (BIND, "/usr/sbin/named", ("-c", "{config}", "-g", "-n", "1")),
    "nsd": (NSD, "/usr/sbin/nsd", ("-c", "{config}", "-d")),
}


def is_there(kind):
    return os.path.exists(KINDS[kind][1])


class Secondary:
    """`key` is (name, secret in base64)."""

    def __init__(self, kind, room, zone, primary, key, port=None):
        self.form, self.program, self.arguments = KINDS[kind]
        self.kind, self.zone = kind, zone
        self.room = os.path.join(room, kind)
        self.port = port or dns.free_port()
        self.config = os.path.join(self.room, kind + ".conf")
        self.output = os.path.join(self.room, "output")
        shutil.rmtree(self.room, ignore_errors=True)
        os.makedirs(self.room)
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(self.form.format(
                room=self.room, port=self.port, zone=zone, primary=primary,
                name=key[0], secret=key[1]))
        self.child = None

    def __enter__(self):
        with open(self.output, "wb") as out:
            self.child = subprocess.Popen(
                [self.program, *(a.format(config=self.config)
                                 for a in self.arguments)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=60)

    def serial(self):
        """Of the zone that it serves; None while it serves none."""
        done = subprocess.run(
            ["kdig", "@127.0.0.1", "-p", str(self.port), "+short", "+time=1",
             "+retry=0", self.zone, "SOA"], capture_output=True, text=True,
            timeout=60, check=False)
        words = done.stdout.split()
        return int(words[2]) if len(words) == 7 else None

    def has(self, serial, seconds=60):
        """Waits for that serial."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.child.poll() is None:
            if self.serial() == serial:
                return True
            time.sleep(0.1)
        return False

    def logged(self):
        text = ""
        for name in (self.output, os.path.join(self.room, "log")):
            if os.path.exists(name):
                with open(name, encoding="utf-8", errors="replace") as file:
                    text += file.read()[-2000:]
        return text
