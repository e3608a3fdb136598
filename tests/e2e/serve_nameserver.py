#!/usr/bin/env python3
"""The name server of a running waxseal, asked by dig and kdig, taken by Knot,
BIND and NSD.

  serve_nameserver.py PROGRAM HOSTED_WRITE
"""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

import dns
from secondaries import Secondary, is_there
from server import Server, Tap, wait_for

ZONE = "host.example"
KEY = ("xfr.keys.test", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IDEyMzQ=")
WRONG = (KEY[0], "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgMTI=")
LONG = "x" * 2000
MANY = 3000


class Index:
    """What `hosting` would write."""

    def __init__(self, program, data):
        self.program, self.data, self.serial = program, data, 0
        self.lines, self.many = [], 0

    def write(self, *lines, over=False):
        self.serial += 1
        text = [f"zone\t{ZONE}\thostmaster.{ZONE}\t{self.serial}\t300",
                f"ns\tns1.{ZONE}\t127.0.0.1", "ns\tns2.other.test",
                "address\t192.0.2.80", "address\t2001:db8::80",
                "caa\tca.test; accounturi=https://ca.test/1",
                f"reports\treports.{ZONE}\tmx.{ZONE}", *lines]
        subprocess.run([self.program, self.data, *(["over"] if over else [])],
                       input="\n".join(text) + "\n", text=True, check=True,
                       timeout=60)
        return self.serial


def domain(name, token, flags="p", number=1):
    return (f"domain\t{name}\t{token}\t{flags}\tv=STSv1; id={number};\t"
            "v=TLSRPTv1; rua=mailto:t@example.net\tv=DMARC1; p=none")


def tool(*words, text=None):
    done = subprocess.run(words, capture_output=True, text=True, input=text,
                          timeout=60, check=False)
    return done.stdout + "".join(";; " + line + "\n"
                                 for line in done.stderr.splitlines())


class Asker:
    def __init__(self, port, address="127.0.0.1"):
        self.port, self.address = port, address

    def dig(self, *words):
        return tool("dig", "@" + self.address, "-p", str(self.port),
                    "+norecurse", "+tries=1", "+time=5", *words)

    def kdig(self, *words):
        return tool("kdig", "@" + self.address, "-p", str(self.port),
                    "+norecurse", "+retry=0", "+time=5", *words)

    def short(self, *words):
        return [line for line in self.dig("+short", *words).splitlines()
                if not line.startswith(";;")]

    def transfer(self, key, program="kdig", kind="AXFR"):
        secret = f"hmac-sha256:{key[0]}:{key[1]}" if key else None
        words = [*(["-y", secret] if key else []), ZONE, kind]
        if program == "dig":
            return self.dig(*words)
        return self.kdig(*words)

    def send(self, octets):
        """One datagram; the answer, None when there is none."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.5)
            s.connect((self.address, self.port))
            s.send(octets)
            try:
                return s.recv(4096)
            except OSError:
                return None


def question(name, kind, number=4711):
    return dns.query(name, {"A": 1, "SOA": 6, "TXT": 16}[kind], number)


# ---- one after the other ----

def answers(tap, ask):
    """(what, words for dig, what the answer must have in it)"""
    for what, words, wanted in (
            ("the SOA", [ZONE, "SOA"],
             ["status: NOERROR", "flags: qr aa;", f"hostmaster.{ZONE}. 1 "]),
            ("a policy's id", ["tok1.s." + ZONE, "TXT"],
             ["status: NOERROR", '"v=STSv1; id=1;"']),
            ("addresses of a policy host", ["tok1.p." + ZONE, "AAAA"],
             ["status: NOERROR", "2001:db8::80"]),
            ("CAA", ["tok1.p." + ZONE, "CAA"],
             ['0 issue "ca.test; accounturi=https://ca.test/1"']),
            ("a TLS-RPT record", ["tok1.r." + ZONE, "TXT"],
             ['"v=TLSRPTv1; rua=mailto:t@example.net"']),
            ("a DMARC record", ["tok1.d." + ZONE, "TXT"],
             ['"v=DMARC1; p=none"']),
            ("leave to report",
             ["one.example._report._dmarc.reports." + ZONE, "TXT"],
             ['"v=DMARC1"']),
            ("where reports go", ["reports." + ZONE, "MX"],
             [f"10 mx.{ZONE}."]),
            ("an empty name between", ["p." + ZONE, "A"],
             ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1", ZONE + ".\t\t60"]),
            ("a name above a domain's",
             ["example._report._dmarc.reports." + ZONE, "TXT"],
             ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1"]),
            ("no such type", ["tok1.s." + ZONE, "TLSA"],
             ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1"]),
            ("no such type that anybody knows", ["tok1.s." + ZONE, "TYPE65400"],
             ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1"]),
            ("DS of an unsigned zone", [ZONE, "DS"],
             ["status: NOERROR", "ANSWER: 0, AUTHORITY: 1"]),
            ("no such name", ["nobody.s." + ZONE, "TXT"],
             ["status: NXDOMAIN", "flags: qr aa;", "SOA"]),
            ("somebody else's name", ["www.other.test", "A"],
             ["status: REFUSED", "flags: qr;", "AUTHORITY: 0"]),
            ("the version", ["version.bind", "CH", "TXT"],
             ["status: REFUSED"]),
            ("everything", ["tok1.p." + ZONE, "ANY", "+notcp"],
             ['HINFO\t"RFC8482" ""', "ANSWER: 1"]),
            ("EDNS", ["tok1.s." + ZONE, "TXT", "+dnssec", "+bufsize=4096"],
             ["EDNS: version: 0, flags: do; udp: 1232"]),
            ("another EDNS", ["tok1.s." + ZONE, "TXT", "+edns=7",
                              "+noednsnegotiation"],
             ["status: BADVERS", "EDNS: version: 0"]),
            ("another operation", [ZONE, "SOA", "+opcode=STATUS"],
             ["status: NOTIMP"])):
        for how in ("+notcp", "+tcp"):
            if how in words or "+notcp" not in words:
                seen = ask.dig(*words, how)
                missing = [one for one in wanted if one not in seen]
                tap.ok(not missing, f"{what} ({how[1:]})", missing, seen)


def datagrams(tap, ask):
    seen = ask.kdig("tok1.s." + ZONE, "TXT", "+cookie")
    tap.ok("NOERROR" in seen and "COOKIE" in seen,
           "a cookie is answered with ours", seen)
    long_name = "long.s." + ZONE
    seen = ask.dig(long_name, "TXT", "+ignore", "+bufsize=4096")
    tap.ok(" tc" in seen and "ANSWER: 0" in seen,
           "what is too long for a datagram is cut", seen)
    whole = "".join(ask.short(long_name, "TXT")).replace('" "', "").strip('"')
    tap.ok(whole == LONG, "and comes whole by TCP, in its order", whole[:80])
    asked = question("ToK1.S.HoSt.eXaMpLe", "TXT")
    seen = ask.send(asked)
    tap.ok(seen is not None and seen[12:len(asked)] == asked[12:]
           and seen[7] == 1, "letters keep their case", seen)
    for what, octets in (("an answer", b"\x12\x34\x84" + asked[3:]),
                         ("half a header", asked[:11]), ("nothing", b"")):
        tap.ok(ask.send(octets) is None, f"{what} is not answered")
    seen = ask.send(asked[:5] + b"\2" + asked[6:])
    tap.ok(seen is not None and seen[3] & 15 == 1,
           "two questions are a FORMERR", seen)


def connections(tap, ask):
    asked = [question("tok1.s." + ZONE, "TXT", n) for n in range(200)]
    with socket.create_connection(("127.0.0.1", ask.port), 10) as s:
        stream = b"".join(struct.pack(">H", len(q)) + q for q in asked)
        s.sendall(stream[:333])
        s.sendall(stream[333:])
        file, seen = s.makefile("rb"), []
        for _ in asked:
            size = struct.unpack(">H", file.read(2))[0]
            seen.append(struct.unpack(">H", file.read(size)[:2])[0])
        tap.ok(seen == list(range(200)),
               "200 questions in one go, answered in their order", seen)
        s.sendall(struct.pack(">H", 5) + b"short")
        tap.ok(file.read() == b"", "what is no question ends a connection")
    held = [socket.create_connection(("127.0.0.1", ask.port), 10)
            for _ in range(25)]
    for s in held:
        s.settimeout(5)
        s.sendall(struct.pack(">H", len(asked[0])) + asked[0])
    answered = 0
    for s in held:
        try:
            answered += len(s.recv(512)) > 0
        except OSError:
            pass
        s.close()
    tap.ok(answered == 20, "one address has 20 connections at most", answered)


def refusals(tap, ask):
    update = (f"server 127.0.0.1 {ask.port}\nzone {ZONE}\n"
              f"update add x.{ZONE} 300 A 192.0.2.1\nsend\n")
    done = subprocess.run(["nsupdate"], input=update, capture_output=True,
                          text=True, timeout=60, check=False)
    tap.ok("REFUSED" in done.stderr, "an UPDATE is refused", done.stderr)
    signed = subprocess.run(
        ["nsupdate", "-y", f"hmac-sha256:{KEY[0]}:{KEY[1]}"], input=update,
        capture_output=True, text=True, timeout=60, check=False)
    tap.ok("REFUSED" in signed.stderr, "also one that is signed",
           signed.stderr)
    for kind in ("AXFR", "IXFR=0"):
        for program in ("dig", "kdig"):
            seen = ask.transfer(None, program, kind)
            tap.ok("REFUSED" in seen or "Transfer failed" in seen,
                   f"{kind} without a key is refused ({program})", seen)
            tap.ok("tok1" not in seen, "and nothing told", seen)
    seen = ask.transfer(WRONG)
    tap.ok("tok1" not in seen and "BADSIG" in seen,
           "a key with another secret is a BADSIG", seen)
    seen = ask.transfer(("nobody.keys.test", KEY[1]))
    tap.ok("tok1" not in seen and "BADKEY" in seen,
           "a key that nobody has is a BADKEY", seen)


def transfers(tap, ask, room):
    seen = ask.transfer(KEY, "dig")
    path = os.path.join(room, "axfr.zone")
    records = [line for line in seen.splitlines()
               if line and line[0] != ";" and "\tTSIG\t" not in line]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(records) + "\n")
    if shutil.which("named-checkzone", path="/usr/bin:/usr/sbin"):
        done = subprocess.run(["/usr/bin/named-checkzone", ZONE, path],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        tap.ok(done.returncode == 0, "named-checkzone takes a transfer",
               done.stdout)
    tap.ok(sum("\tSOA\t" in line for line in records) == 2,
           "it begins and ends with the SOA")
    names = {line.split()[0] for line in records}
    tap.ok({f"tok1.{kind}.{ZONE}." for kind in "psrd"} <= names
           and f"t{MANY - 1}.s.{ZONE}." in names, "it has every name")
    tap.ok(f"old.r.{ZONE}." not in names and f"old.s.{ZONE}." in names,
           "and of a domain that retires the policy alone")
    seen = ask.kdig("-y", f"hmac-sha256:{KEY[0]}:{KEY[1]}", ZONE, "IXFR=1")
    tap.ok("tok1" not in seen and "SOA" in seen,
           "who has the serial is told that there is nothing new", seen)


def changes(tap, ask, index):
    serial = index.write(domain("two.example", "tok2"), over=True)
    tap.ok(wait_for(lambda: ask.short("tok2.s." + ZONE, "TXT")),
           "a new domain is there without a restart")
    tap.ok(str(serial) in ask.short(ZONE, "SOA")[0].split(),
           "with the new serial")
    index.write(domain("two.example", "tok2", "r"), over=True)
    tap.ok(wait_for(lambda: not ask.short("tok2.d." + ZONE, "TXT"))
           and ask.short("tok2.s." + ZONE, "TXT")
           and ask.short("tok2.p." + ZONE, "A"),
           "one that retires keeps the policy, and loses the rest")
    index.write(domain("two.example", "tok2", "g"), over=True)
    tap.ok(wait_for(lambda: "NXDOMAIN" in ask.dig("tok2.s." + ZONE, "TXT")),
           "one that is gone is gone")


def replicas(tap, room, ask, index, fleet):
    """Real secondaries are told of a change and take it."""
    for one in fleet:
        tap.ok(one.has(index.serial), f"{one.kind} takes the zone",
               one.logged())
        seen = Asker(one.port).short(f"t{MANY - 1}.s.{ZONE}", "TXT")
        tap.ok(seen == [f'"v=STSv1; id={MANY - 1};"'],
               f"{one.kind} serves what it took", seen)
    serial = index.write(domain("three.example", "tok3"), over=True)
    for one in fleet:
        tap.ok(one.has(serial), f"{one.kind} is told of a change",
               one.logged())
        for name, kind in (("tok3.s", "TXT"), ("tok1.p", "CAA"), ("p", "A"),
                           ("three.example._report._dmarc.reports", "TXT")):
            ours = ask.short(f"{name}.{ZONE}", kind)
            theirs = Asker(one.port).short(f"{name}.{ZONE}", kind)
            tap.ok(ours == theirs, f"{one.kind} says the same of {name}",
                   ours, theirs)


def notices(tap, server, quiet):
    """A secondary that says nothing at first is told again."""
    quiet.settimeout(30)
    seen = []
    # Those of later changes have numbers of their own.
    while len(seen) < 20 and seen.count(seen[-1] if seen else None) < 2:
        again, peer = quiet.recvfrom(1024)
        seen.append(again)
    tap.ok(again[2] == 0x24 and seen.count(again) == 2,
           "a NOTIFY is sent again", seen)
    quiet.setblocking(False)
    try:
        while True:
            again, peer = quiet.recvfrom(1024)
    except BlockingIOError:
        pass
    heard = server.logged().count("notify.heard")
    quiet.sendto(b"\0\0" + b"\xa4\0" + again[4:], peer)
    quiet.sendto(again[:2] + b"\xa4\0" + again[4:], peer)
    tap.ok(wait_for(lambda: server.logged().count("notify.heard") == heard + 1),
           "until its answer comes", server.logged())


def with_cookie(port, asked, times):
    """Answers in full to somebody who shows the cookie that came first."""
    def opt(cookie):
        return (b"\0" + struct.pack(">HHIH", 41, 1232, 0, 4 + len(cookie))
                + struct.pack(">HH", 10, len(cookie)) + cookie)
    asked = asked[:11] + b"\1" + asked[12:]
    full = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect(("127.0.0.1", port))
        cookie = b"clients!"
        wait_for(lambda: s.send(asked + opt(cookie)) and s.recv(4096))
        seen = None
        while seen is None or seen[-28:-24] != struct.pack(">HH", 10, 24):
            s.send(asked + opt(cookie))
            seen = s.recv(4096)
        cookie = seen[-24:]
        for _ in range(times):
            s.send(asked + opt(cookie))
            seen = s.recv(4096)
            full += seen[2] & 2 == 0 and seen[7] == 1
    return full


def limits(tap, program, write):
    """A server of its own, as it limits what others do not want limited."""
    port = dns.free_port()
    config = (f'hosting {{ dns_listen = {{":{port}"}} dns_rate = 5 }}\n')
    with tempfile.TemporaryDirectory() as room:
        server = Server(program, config, user=False, room=room)
        os.makedirs(server.data)
        Index(write, server.data).write(domain("one.example", "tok1"))
        with server:
            ask = Asker(port)
            wait_for(lambda: ask.short(ZONE, "SOA", "+tcp"))
            asked = question("tok1.s." + ZONE, "TXT")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.settimeout(0.5)
                s.connect(("127.0.0.1", port))
                for _ in range(100):
                    s.send(asked)
                seen = []
                try:
                    while True:
                        seen.append(s.recv(4096))
                except OSError:
                    pass
            cut = sum(one[2] & 2 != 0 for one in seen)
            tap.ok(5 <= len(seen) - cut <= 20 and 20 <= cut <= 60
                   and len(seen) < 80, "the same again and again is held back",
                   len(seen), cut)
            tap.ok(ask.short("tok1.s." + ZONE, "TXT", "+tcp"),
                   "but answered over TCP")
            tap.ok(with_cookie(port, asked, 60) == 60,
                   "nor is who has a cookie of ours")
            page = server.request("GET", "/metrics",
                                  port=server.metrics)[1].decode()
            tap.ok("waxseal_dns_limited_total 0" not in page
                   and "waxseal_dns_limited_total" in page, "and counted")
            # Bound to every address: the one that was asked must answer.
            for address in ("127.0.0.1", "127.9.8.7"):
                tap.ok(Asker(port, address).short("tok1.p." + ZONE, "A"),
                       f"{address} answers from {address}")


def bad_keys(tap, program, room):
    path = os.path.join(room, "bad.key")
    with open(path, "w", encoding="utf-8") as out:
        out.write("xfr.keys.test not*base64\n")
    for key, secondary, code in (
            (path, None, "bad.key"),
            (os.path.join(room, "xfr.key"), "127.0.0.1:53 nobody.test",
             "nobody.test")):
        config = (f'hosting {{ dns_listen = {{"127.0.0.1:{dns.free_port()}"}} '
                  f'dns_key_files = {{"{key}"}} '
                  + (f'dns_secondaries = {{"{secondary}"}}' if secondary
                     else "") + " }\n")
        server = Server(program, config, user=False)
        done = subprocess.run([program, "--config", server.config, "serve"],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        tap.ok(done.returncode not in (0, None) and code in done.stderr,
               f"does not begin: {code}", done.returncode, done.stderr)


def main():
    program, write = (os.path.abspath(a) for a in sys.argv[1:3])
    tap = Tap()
    kinds = [kind for kind in ("knot", "bind", "nsd") if is_there(kind)]
    with tempfile.TemporaryDirectory() as room:
        key_file = os.path.join(room, "xfr.key")
        with open(key_file, "w", encoding="utf-8") as out:
            out.write(" ".join(KEY) + "\n")
        ports = [dns.free_port() for _ in kinds]
        port = dns.free_port("127.0.0.1", "::1")
        quiet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        quiet.bind(("127.0.0.1", 0))
        told = ", ".join([*(f'"127.0.0.1:{p} {KEY[0]}"' for p in ports),
                          f'"127.0.0.1:{quiet.getsockname()[1]}"'])
        server = Server(program, user=False, room=room, config=(
            f'hosting {{ dns_listen = {{"127.0.0.1:{port}", "[::1]:{port}"}} '
            f'dns_key_files = {{"{key_file}"}} dns_rate = 0 '
            f'dns_secondaries = {{{told}}} }}\n'))
        os.makedirs(server.data)
        index = Index(write, server.data)
        index.write(f"many\t{MANY}", domain("one.example", "tok1"),
                    domain("old.example", "old", "r"),
                    f"domain\tlong.example\tlong\tp\t{LONG}")
        with server:
            ask = Asker(port)
            tap.ok(wait_for(lambda: ask.short(ZONE, "SOA")), "it answers")
            answers(tap, ask)
            datagrams(tap, ask)
            tap.ok(Asker(port, "::1").short("tok1.p." + ZONE, "A"),
                   "it answers by IPv6")
            connections(tap, ask)
            refusals(tap, ask)
            transfers(tap, ask, room)
            changes(tap, ask, index)
            fleet = [Secondary(kind, room, ZONE, port, KEY, at)
                     for kind, at in zip(kinds, ports)]
            for one in fleet:
                one.__enter__()
            try:
                replicas(tap, room, ask, index, fleet)
            finally:
                for one in fleet:
                    one.__exit__()
            with quiet:
                notices(tap, server, quiet)
            logged = server.logged()
            tap.ok(KEY[1] not in logged and "notify.heard" in logged,
                   "the log says who has heard, and no secret", logged)
        bad_keys(tap, program, room)
    limits(tap, program, write)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
