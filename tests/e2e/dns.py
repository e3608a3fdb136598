"""Name servers of one's own: a real Knot on loopback, zones signed by Knot, and
scripted servers that answer whatever a test wants.

  zones = dns.sign(room, {"": ROOT, "signed.example": TEXT})
  with dns.Knot(room, zones.texts, port) as knot:
      ask 127.0.0.1 at knot.port; zones.ds["signed.example"] is the DS RDATA

Zones are texts as in a zone file, names relative to the zone; SOA and NS are
added where they are missing. The zone "" is the root.
"""
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

TRIES = 300  # looks for a sign of life
PAUSE = 0.05

CONFIG = """server:
    rundir: {room}/run
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
{listen}
database:
    storage: {room}/db
log:
  - target: {room}/log
    any: warning
policy:
  - id: one
    manual: on
    nsec3: {nsec3}
    rrsig-lifetime: 30d
    rrsig-refresh: 10d
template:
  - id: default
    storage: {room}/zones
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    semantic-checks: soft
{signing}
zone:
{zones}"""
SIGNING = """    dnssec-signing: on
    dnssec-policy: one
"""


def free_port(*addresses):
    """A port that is free for UDP and TCP on all of them."""
    addresses = addresses or ("127.0.0.1",)
    for _ in range(100):
        sockets = []
        try:
            port = 0
            for address in addresses:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    sockets.append(socket.socket(family, kind))
                    sockets[-1].bind((address, port))
                    port = sockets[-1].getsockname()[1]
            return port
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no port is free on all of " + " ".join(addresses))


def wire(name):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(l)]) + l for l in labels) + b"\0"


def query(name, kind, number=4711):
    return (struct.pack(">6H", number, 0, 1, 0, 0, 0) + wire(name)
            + struct.pack(">2H", kind, 1))


def serves(address, port, zone, wait):
    """Whether the zone's SOA is answered with authority."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(wait)
        try:
            s.connect((address, port))
            s.send(query(zone, 6))
            answer = s.recv(4096)
        except OSError:
            return False
        return len(answer) > 12 and answer[3] & 15 == 0 and answer[2] & 4 != 0


def whole(zone, text):
    """With the SOA and NS that every zone needs."""
    kinds = [line.split(";")[0].split() for line in text.splitlines()]
    at = zone.rstrip(".") + "."
    apex = [words for words in kinds if words and words[0] in ("@", at)]
    head = f"$ORIGIN {at}\n$TTL 300\n"
    if not any("SOA" in words for words in kinds):
        head += "@ SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60\n"
    if not any("NS" in words for words in apex):
        head += "@ NS ns.invalid.\n"
    return head + text + "\n"


class Knot:
    """with Knot(room, {zone: text}, port) as knot: ... `addresses` all have
    the same zones. `port` None: a free one."""

    def __init__(self, room, zones, port=None, addresses=("127.0.0.1",),
                 signing=False, nsec3=False):
        self.room, self.zones, self.addresses = room, zones, addresses
        self.port = port or free_port(*addresses)
        self.config = os.path.join(room, "knot.conf")
        self.child = None
        for part in ("run", "db", "zones"):
            os.makedirs(os.path.join(room, part))
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(CONFIG.format(
                room=room, nsec3="on" if nsec3 else "off",
                listen="\n".join(f"    listen: {a}@{self.port}"
                                 for a in addresses),
                signing=SIGNING if signing else "",
                zones="".join(f'  - domain: "{self.apex(zone)}"\n'
                              f'    file: "{self.file(zone)}"\n'
                              for zone in zones)))
        for zone, text in zones.items():
            self.write(zone, text)

    @staticmethod
    def apex(zone):
        return zone.rstrip(".") + "."

    def file(self, zone):
        return os.path.join(self.room, "zones", (zone or "root") + ".zone")

    def write(self, zone, text):
        with open(self.file(zone), "w", encoding="utf-8") as out:
            out.write(whole(zone, text))

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}"
                               f"{done.stderr}{self.logged()}")
        return done.stdout

    def keymgr(self, *words):
        return self.run("/usr/sbin/keymgr", "-c", self.config, *words)

    def knotc(self, *words):
        return self.run("/usr/sbin/knotc", "-c", self.config, *words)

    def change(self, zone, text):
        """Another text from now on (count the SOA up yourself)."""
        self.write(zone, text)
        self.knotc("-b", "zone-reload", self.apex(zone))

    def start(self):
        self.child = subprocess.Popen(
            ["/usr/sbin/knotd", "-c", self.config], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for zone in self.zones:
            for _ in range(TRIES):
                if self.child.poll() is not None:
                    raise RuntimeError("knotd ended: " + self.logged())
                if serves(self.addresses[0], self.port, zone, 1):
                    break
                time.sleep(PAUSE)
            else:
                self.stop()
                raise RuntimeError(f'no zone "{zone}": {self.logged()}')

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait(timeout=60)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def logged(self):
        try:
            with open(os.path.join(self.room, "log"),
                      encoding="utf-8") as text:
                return text.read()[-4000:]
        except OSError:
            return ""


class Signed:
    """Texts of signed zones, and the RDATA of each one's DS record."""

    def __init__(self):
        self.texts, self.ds = {}, {}

    def anchor(self, path, *zones):
        """Writes a trust anchor file for these zones; returns `path`."""
        with open(path, "w", encoding="utf-8") as out:
            for zone in zones:
                out.write(f"{Knot.apex(zone)} 3600 IN DS {self.ds[zone]}\n")
        return path


def sign(room, zones, nsec3=False):
    """Signs the zones with keys of their own (ECDSA P-256). "{ds:ZONE}" in a
    text becomes the DS RDATA of another of them. The texts can be damaged
    before they are served."""
    room = os.path.join(room, "signing")
    os.makedirs(room)
    result = Signed()
    knot = Knot(room, zones, signing=True, nsec3=nsec3)
    for zone in zones:
        for flags in (("ksk=yes", "zsk=no"), ("ksk=no", "zsk=yes")):
            knot.keymgr(knot.apex(zone), "generate",
                        "algorithm=ECDSAP256SHA256", *flags)
        lines = knot.keymgr(knot.apex(zone), "ds").splitlines()
        # "example. DS 12345 13 2 ..."
        result.ds[zone] = next(line.split(" DS ")[1] for line in lines
                               if line.split()[4] == "2")
    for zone, text in zones.items():
        for other, ds in result.ds.items():
            text = text.replace("{ds:" + other + "}", ds)
        knot.write(zone, text)
    with knot:
        for zone in zones:
            knot.knotc("-b", "zone-flush", knot.apex(zone), "+outdir",
                       os.path.join(room, "db"))
    for zone in zones:
        name = os.path.basename(knot.file(zone))
        with open(os.path.join(room, "db", name), encoding="utf-8") as text:
            result.texts[zone] = text.read()
    shutil.rmtree(room)
    return result


def expire(text, year="2019"):
    """A signed zone whose signatures were good in that year only; "2099" makes
    them of the future."""
    dates = re.compile(r"(RRSIG\t\w+(?: \d+){3}) \d{14} \d{14} ")
    return dates.sub(rf"\g<1> {year}1222000000 {year}1122000000 ", text)


class Scripted:
    """with Scripted(answer, port=..., address=...): UDP and TCP, one thread
    each. `answer(query, tcp)` gives the bytes to send, or None for silence."""

    def __init__(self, answer, port=None, address="127.0.0.1"):
        self.answer, self.address = answer, address
        self.port = port or free_port(address)
        self.seen = []  # (query, tcp)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, self.port))
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind((address, self.port))
        self.tcp.listen(32)
        self.over = False
        self.threads = [threading.Thread(target=self.serve_udp),
                        threading.Thread(target=self.serve_tcp)]

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for one in (self.udp, self.tcp):
            one.settimeout(0.01)
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", (self.address, self.port))
        for one in self.threads:
            one.join()
        self.udp.close()
        self.tcp.close()

    def reply(self, asked, tcp):
        self.seen.append((asked, tcp))
        return self.answer(asked, tcp)

    def serve_udp(self):
        while not self.over:
            try:
                asked, peer = self.udp.recvfrom(4096)
                sent = asked and self.reply(asked, False)
                if sent:
                    self.udp.sendto(sent, peer)
            except OSError:
                continue

    def serve_tcp(self):
        while not self.over:
            try:
                peer, _ = self.tcp.accept()
            except OSError:
                continue
            with peer:
                peer.settimeout(5)
                try:
                    size = struct.unpack(">H", peer.recv(2))[0]
                    sent = self.reply(peer.recv(size), True)
                    if sent is not None:
                        peer.sendall(struct.pack(">H", len(sent)) + sent)
                except (OSError, struct.error):
                    continue
