"""The world of inspect_cases.py: name servers, web servers, mail servers."""
import os
import shutil
import socket
import struct
import tempfile
from contextlib import ExitStack

import dns
import namespace
from inspect_cases import (HUB, MX, NOBODY, POLICY, POSTFIX, RECORD, REPORTS,
                           ZONE, all_cases, swap, Case)
from postfix import Postfix
from tlslab import Lab, http_answer

OTHER = "127.0.0.5"    # a name server that knows less, and otherwise
MOODY = "127.0.0.6"    # one that is silent, fails, refuses
SECOND_HUB = "127.0.0.4"
COMMON = f"""@ NS ns
ns A 127.0.0.1
shared-record TXT "{RECORD}"
mx A {MX}
alias CNAME mx
closed A {NOBODY}
postfix A {POSTFIX}
"""


def zone_of(domain, txt, *more):
    """A zone of its own for one domain."""
    return "\n".join([
        "@ NS ns1", "ns1 A 127.0.0.1",
        f'_mta-sts TXT "{txt}"', f"mta-sts A {HUB}", f"@ MX 10 mx.{ZONE}.",
        f'_smtp._tls TXT "{REPORTS}"', *more])


def dns_cases():
    """Those whose name servers are at fault; `net` is filled in later."""
    def own(name, result, code, net, **how):
        return Case(name, result, code, net=net, **how)

    moody = ["--resolver", MOODY]
    error = "FETCH_ERROR"
    yield own("dns-silent", error, "dns.timeout", moody)
    yield own("dns-servfail", error, "dns.servfail", moody)
    # libunbound does not tell a refusal from other failures.
    yield own("dns-refused", error, "dns.servfail", moody)
    yield Case("dns-loop", error, "dns.cname_loop", txt=None,
               rr="_mta-sts.{d} CNAME a.{d}\na.{d} CNAME _mta-sts.{d}")
    yield Case("split", "VALID", "dns.ns_inconsistent", domain="split.test")
    yield Case("lame", "VALID", "dns.lame", domain="lame.test")
    yield own("no-anchor", "VALID", "dns.no_trust_anchor",
              ["--trust-anchor", ""])
    yield own("bogus", error, "dns.dnssec_bogus",
              ["--trust-anchor", "FILE"], domain="bogus.signed")
    yield own("dane", "VALID", "mtasts.dane_conflict",
              ["--trust-anchor", "FILE"], domain="dane.signed")


class World:
    """with World() as world: world.options(case) are those of waxseal."""

    def __init__(self):
        self.alone = namespace.here()
        self.has = {"alone": self.alone, "postfix": os.geteuid() == 0
                    and shutil.which("postfix") is not None}
        self.cases = all_cases(self.has) + list(dns_cases())
        if self.alone:
            self.dns, self.https, self.smtp = 53, 443, 25
        else:
            self.dns = dns.free_port("127.0.0.1", OTHER, MOODY)
            self.https = dns.free_port(HUB, SECOND_HUB)
            self.smtp = dns.free_port(MX, POSTFIX)
        self.answers = {"mta-sts." + c.domain: c.answer for c in self.cases}
        self.stack = ExitStack()
        self.machines = 0
        self.more = []  # lines of the zone, for machines

    # ---- life ----

    def __enter__(self):
        with self.stack:
            self.room = self.stack.enter_context(
                tempfile.TemporaryDirectory())
            os.chmod(self.room, 0o755)
            self.lab = self.stack.enter_context(Lab())
            self.webs()
            self.mails()
            self.names()
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def machine(self):
        """An address for a server of one case."""
        self.machines += 1
        return f"127.0.1.{self.machines}"

    # ---- web ----

    def webs(self):
        names = sorted(self.answers)
        self.lab.pairs["good", "hub"] = self.lab.known.leaf(
            "hub", {"names": names})
        for host in (HUB, SECOND_HUB):
            self.hub(host)
        for case in self.cases:
            if case.web:
                case.host = "A " + self.own_web(case)

    def hub(self, host):
        """Serves each name its own answer, under one certificate."""
        context = self.lab.context("good", "hub")
        other = http_answer(swap("enforce", "testing").encode())

        def talk(server, conn):
            with self.lab.secure(server, conn, "good", context) as tls:
                request = b""
                while b"\r\n\r\n" not in request:
                    more = tls.recv(65536)
                    if not more:
                        return
                    request += more
                name = next(line[5:].strip().decode().split(":")[0].lower()
                            for line in request.split(b"\r\n")
                            if line.lower().startswith(b"host:"))
                answer = self.answers.get(name, http_answer(
                    b"nothing\n", "404 Not Found"))
                if host != HUB:
                    answer = other
                if callable(answer):
                    answer(tls)
                else:
                    tls.sendall(answer)
                tls.unwrap()

        self.lab.serve(talk, host=host, port=self.https)

    def own_web(self, case):
        host = self.machine()
        if case.web == "full":
            self.full(host, self.https)
        else:
            self.lab.web(case.web, "mta-sts." + case.domain, case.answer,
                         host=host, port=self.https)
        return host

    def full(self, host, port):
        """Connections are not answered there."""
        first = self.stack.enter_context(socket.socket())
        first.bind((host, port))
        first.listen(0)
        for _ in range(4):
            one = self.stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((host, port))

    # ---- mail ----

    def mails(self):
        self.lab.pairs["good", f"mx.{ZONE}"] = self.lab.known.leaf(
            "mx", {"names": [f"mx.{ZONE}", f"alias.{ZONE}"]})
        self.lab.mx("good", f"mx.{ZONE}", host=MX, port=self.smtp)
        for case in self.cases:
            if case.mail:
                name, host = f"mx.{case.domain}", self.machine()
                self.lab.mx(case.mail, name, case.how, host=host,
                            port=self.smtp)
                self.more.append(f"{name}. A {host}")
        # The sound one of the zone with a wrong TLSA.
        host = self.machine()
        self.lab.mx("good", "mx.dane.signed", host=host, port=self.smtp)
        self.dane_mx = host
        if self.has["postfix"]:
            pair = self.lab.pair("good", f"postfix.{ZONE}")
            self.stack.enter_context(Postfix(
                os.path.join(self.room, "postfix"),
                f"myhostname = postfix.{ZONE}\n"
                "smtpd_tls_security_level = may\n"
                f"smtpd_tls_cert_file = {pair.chain}\n"
                f"smtpd_tls_key_file = {pair.key}\n", port=self.smtp))

    # ---- names ----

    def names(self):
        def place(name):
            path = os.path.join(self.room, name)
            os.makedirs(path)
            return path

        second = ("@ NS ns2", f"ns2 A {OTHER}")
        lines = [line for case in self.cases
                 if case.domain.endswith("." + ZONE) for line in case.zone()]
        signed = dns.sign(place("sign"), {
            "bogus.signed": zone_of("bogus.signed", RECORD),
            "dane.signed": zone_of(
                "dane.signed", RECORD, f"mx A {self.dane_mx}",
                "_25._tcp.mx TLSA 3 1 1 " + "00" * 32
            ).replace(f"mx.{ZONE}.", "mx"),
            "signed": "".join(
                f"{name} NS ns1.{name}\nns1.{name} A 127.0.0.1\n"
                f"{name} DS {{ds:{name}.signed}}\n"
                for name in ("bogus", "dane"))})
        self.answers["mta-sts.dane.signed"] = http_answer(
            swap("mx.lab.test", "mx.dane.signed").encode())
        self.anchors = signed.anchor(os.path.join(self.room, "anchors"),
                                     "signed")
        zones = {ZONE: COMMON + "\n".join(lines + self.more),
                 "split.test": zone_of("split.test", RECORD, *second),
                 "lame.test": zone_of("lame.test", RECORD, *second),
                 **signed.texts}
        zones["bogus.signed"] = dns.expire(zones["bogus.signed"])
        self.knot = self.stack.enter_context(
            dns.Knot(place("one"), zones, self.dns))
        self.stack.enter_context(dns.Knot(
            place("two"), {"split.test": zone_of(
                "split.test", "v=STSv1; id=old;", *second)},
            self.dns, (OTHER,)))
        self.stack.enter_context(dns.Scripted(self.moody, self.dns, MOODY))

    def moody(self, asked, _tcp):
        """As the first server, but for names that say otherwise."""
        if b"\x0adns-silent" in asked:
            return None
        for word, code in ((b"\x0cdns-servfail", 2), (b"\x0bdns-refused", 5)):
            if word in asked:
                flags = struct.pack(">H", 0x8180 | code)
                return asked[:2] + flags + asked[4:6] + bytes(6) + asked[12:]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.connect(("127.0.0.1", self.dns))
            s.send(asked)
            return s.recv(65535)

    # ---- asking ----

    def options(self, case):
        net = {"--resolver": "127.0.0.1", "--trust-anchor": "none"}
        net.update(zip(case.net[::2], case.net[1::2]))
        if net["--trust-anchor"] == "FILE":
            net["--trust-anchor"] = self.anchors
        if not net["--trust-anchor"]:
            del net["--trust-anchor"]
        net["--resolver"] += f":{self.dns}"
        found = [word for pair in net.items() for word in pair]
        found += ["--ca-file", self.lab.roots, "--allow-private",
                  "127.0.0.0/8", "--allow-private", "::1/128"]
        if not self.alone:
            found += ["--ports", f"{self.dns},{self.https},{self.smtp}"]
        return found
