#!/usr/bin/env python3
"""Hosted policies as senders and authorities see them: curl, openssl, raw
requests, testssl.sh, against `waxseal serve` with an index that a small
program wrote.

  serve_policyhost.py WAXSEAL POLICY_INDEX
"""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from hostedlab import Hosted
from server import Panel, Server, Tap, free_port, wait_for
from tlslab import Lab

PATH = "/.well-known/mta-sts.txt"
ACME = "/.well-known/acme-challenge/"
CONFIG = """hosting {{
	policy_listen = {{"127.0.0.1:{tls}"}}
	challenge_listen = {{"127.0.0.1:{plain}"}}
	master_key = "{key}"
}}
"""
tap = Tap()


def answer_of(conn, request):
    """Status, fields, body; the server ends the connection."""
    conn.sendall(request)
    got = b""
    while True:
        more = conn.recv(65536)
        if not more:
            break
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = dict(x.split(": ", 1) for x in lines[1:])
    return int(lines[0].split()[1]), fields, body


class Bed:
    """The server under test and what it hosts."""

    def __init__(self, server, lab, ports):
        self.server, self.lab = server, lab
        self.tls, self.plain = ports
        self.trust = ssl.create_default_context(cafile=lab.roots)

    def fetch(self, name, request=None, sni=None, context=None):
        """Over TLS, as a sender would."""
        host = "mta-sts." + name
        request = request or (f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\n"
                              "User-Agent: e2e/1\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.tls), 30) as tcp:
            with (context or self.trust).wrap_socket(
                    tcp, server_hostname=sni or host) as conn:
                return answer_of(conn, request)

    def status(self, name, line, host=None):
        host = host or "mta-sts." + name
        return self.fetch(name, f"{line} HTTP/1.1\r\nHost: {host}\r\n"
                                "\r\n".encode())[0]

    def ask_plain(self, host, path, method="GET"):
        with socket.create_connection(("127.0.0.1", self.plain), 30) as conn:
            return answer_of(conn, f"{method} {path} HTTP/1.1\r\nHost: {host}"
                                   "\r\n\r\n".encode())

    def s_client(self, *words):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.tls}",
             *words], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    def curl(self, name, *words):
        host = "mta-sts." + name
        return subprocess.run(
            ["curl", "-sS", "--cacert", self.lab.roots, "--connect-to",
             f"{host}:443:127.0.0.1:{self.tls}", *words,
             f"https://{host}{PATH}"], stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False)


# ---- policies ----

def policies(bed, bodies):
    for version in ("1.2", "1.3"):
        done = bed.curl("a.test", "-D", "-", f"--tlsv{version}", "--tls-max",
                        version)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        fields = head.decode().lower()
        tap.ok(body == bodies["a.test"],
               f"curl gets the policy byte for byte over TLS {version}",
               done.stdout, done.stderr)
        tap.ok(" 200 ok" in fields
               and "content-type: text/plain; charset=us-ascii" in fields
               and "cache-control: no-store" in fields
               and f"content-length: {len(body)}" in fields,
               f"with the fields it must have over TLS {version}", fields)
    tap.ok(bed.fetch("retiring.test")[2] == bodies["retiring.test"],
           "a domain in retirement is served its last policy")
    status, fields, body = bed.fetch(
        "a.test", f"HEAD {PATH} HTTP/1.1\r\nHost: mta-sts.a.test\r\n\r\n"
        .encode())
    tap.ok(status == 200 and body == b"" and fields["Content-Length"]
           == str(len(bodies["a.test"])), "HEAD says how long it is", fields)


def requests(bed):
    table = [("GET / ", 404), ("GET /robots.txt", 404),
             (f"GET {PATH}/", 404), (f"GET {PATH}?a", 404),
             ("GET /.well-known/../.well-known/mta-sts.txt", 404),
             (f"GET {ACME}token-1", 404), (f"POST {PATH}", 405),
             (f"PUT {PATH}", 405), (f"OPTIONS {PATH}", 405),
             ("GET http://", 400)]
    for line, want in table:
        got = bed.status("a.test", line.strip())
        tap.ok(got == want, f"{line.strip()} is answered {want}", got)
    for host in ("mta-sts.b.test", "a.test", "mta-sts.a.test.", "127.0.0.1"):
        got = bed.status("a.test", f"GET {PATH}", host)
        tap.ok(got == 404, f"another Host ({host}) is answered 404", got)
    for line, host in (
            (f"GET https://mta-sts.b.test{PATH}", "mta-sts.a.test"),
            (f"GET {PATH}", "mta-sts.a.test\r\nHost: mta-sts.b.test"),
            (f"GET {PATH}", "mta-sts.b.test\r\nHost: mta-sts.a.test"),
            (f"GET {PATH}", "mta-sts.a.test, mta-sts.b.test"),
            (f"GET {PATH}", "mta-sts.a.test:443@mta-sts.b.test"),
            (f"GET {PATH}", "mta-sts.b.test\r\nX-Forwarded-Host: "
                            "mta-sts.a.test")):
        got = bed.status("a.test", line, host)
        tap.ok(got in (400, 404), f"two names ({host!r}, {line.split()[1]}) "
               "are served nothing", got)
    tap.ok(bed.status("a.test", f"GET {PATH}", "MTA-STS.A.test:443") == 200,
           "case and port of the Host do not matter")


def handshakes(bed):
    for what, words in (
            ("a name nobody hosts", ("-servername", "mta-sts.nobody.test")),
            ("the domain itself", ("-servername", "a.test")),
            ("a client without SNI", ("-noservername",)),
            ("a domain without a certificate",
             ("-servername", "mta-sts.bare.test")),
            ("a domain that is not proven",
             ("-servername", "mta-sts.stranger.test")),
            ("a domain whose certificate is none",
             ("-servername", "mta-sts.foreign.test"))):
        told = bed.s_client(*words)
        tap.ok("alert number 112" in told and "BEGIN CERT" not in told,
               f"{what} gets alert 112 and no certificate", told)
    told = bed.s_client("-servername", "mta-sts.a.test", "-tls1_1",
                        "-cipher", "DEFAULT:@SECLEVEL=0")
    tap.ok("alert number 70" in told, "TLS 1.1 is refused", told)
    told = bed.s_client("-servername", "MTA-STS.A.TEST")
    tap.ok("BEGIN CERT" in told, "case of the SNI does not matter", told)
    told = bed.s_client("-servername", "mta-sts.a.test", "-alpn", "h2")
    tap.ok("alert number 120" in told, "ALPN without http/1.1 is refused",
           told)


# ---- challenges ----

def challenges(bed, digest):
    def body(host, path):
        status, _, text = bed.ask_plain(host, path)
        return status, text

    good = (200, b"token-1.thumbprint")
    tap.ok(body("mta-sts.a.test", ACME + "token-1") == good,
           "http-01 is answered on port 80")
    tap.ok(body("mta-sts.retiring.test", ACME + "token-2")
           == (200, b"token-2.thumbprint"),
           "also in retirement, whose certificate must renew")
    tap.ok(body("panel.test", ACME + "token-4") == (200, b"token-4.t"),
           "and for a name of the installation itself")
    for host, path in (("mta-sts.a.test", ACME + "token-2"),
                       ("mta-sts.a.test", ACME + "<b>"),
                       ("mta-sts.b.test", ACME + "token-1"),
                       ("a.test", ACME + "token-1"),
                       ("mta-sts.stranger.test", ACME + "token-3"),
                       ("mta-sts.panel.test", ACME + "token-4"),
                       ("mta-sts.a.test", ACME), ("mta-sts.a.test", PATH),
                       ("mta-sts.a.test", "/")):
        got = body(host, path)
        tap.ok(got == (404, b""), f"http://{host}{path} is not found", got)
    told = bed.s_client("-servername", "mta-sts.a.test", "-alpn",
                        "acme-tls/1")
    text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=told,
                          capture_output=True, text=True, check=False).stdout
    tap.ok("ALPN protocol: acme-tls/1" in told
           and re.search(r"1\.3\.6\.1\.5\.5\.7\.1\.31: critical", text)
           and text.count("DNS:") == 1 and "DNS:mta-sts.a.test" in text,
           "tls-alpn-01 shows the certificate of the challenge", told, text)
    ours = bed.s_client("-servername", "panel.test", "-alpn", "acme-tls/1")
    tap.ok("ALPN protocol: acme-tls/1" in ours,
           "also of a name of the installation itself", ours)
    ours = bed.s_client("-servername", "panel.test")
    tap.ok("alert number 112" in ours,
           "which is served nothing else here", ours)
    pem = ssl.PEM_cert_to_DER_cert(
        re.search(r"-----BEGIN CERT.*?END CERTIFICATE-----\n", told,
                  re.S).group(0))
    tap.ok(b"\x04\x20" + digest in pem, "with the digest in it")
    told = bed.s_client("-servername", "mta-sts.b.test", "-alpn",
                        "acme-tls/1")
    tap.ok("alert number 112" in told,
           "a domain without a challenge has none to show", told)


# ---- changes ----

def swaps(bed, hosted, bodies):
    """Policies change while senders fetch them: old or new, never else."""
    stop, bad, got = threading.Event(), [], set()
    versions = {bodies["a.test"]}

    def sender():
        while not stop.is_set():
            try:
                status, _, body = bed.fetch("a.test")
            except (OSError, ValueError) as error:
                bad.append(repr(error))
                return
            got.add(body)
            if status != 200 or body not in versions:
                bad.append((status, body))

    threads = [threading.Thread(target=sender) for _ in range(2)]
    for thread in threads:
        thread.start()
    for i in range(8):
        body = b"version: STSv1\r\nmode: none\r\nmax_age: %d\r\n" % i
        versions.add(body)
        hosted.domain("a.test", policy=body, http_token=b"token-1",
                      http_answer=b"token-1.thumbprint")
        if i % 2:
            hosted.write()
        else:
            hosted.change("a.test")
        wait_for(lambda want=body: want in got or bad)
    stop.set()
    for thread in threads:
        thread.join()
    tap.ok(not bad and len(got) >= 8,
           f"the index changes under senders' hands ({len(got)} versions)",
           bad[:3])
    hosted.change(gone=["b.test"])
    tap.ok(wait_for(lambda: "alert number 112" in bed.s_client(
        "-servername", "mta-sts.b.test")), "a domain that goes is gone")
    hosted.write()
    tap.ok(wait_for(lambda: "BEGIN CERT" in bed.s_client(
        "-servername", "mta-sts.b.test")), "and comes back")


def damage(bed, hosted):
    path = os.path.join(hosted.data, "hosted")
    with open(path, "rb") as whole:
        content = bytearray(whole.read())
    content[len(content) // 3] ^= 1
    with open(path + ".x", "wb") as out:
        out.write(content)
    os.rename(path + ".x", path)
    tap.ok(wait_for(lambda: "bad_index" in bed.server.logged()),
           "a damaged index is told in the log")
    tap.ok(bed.fetch("a.test")[0] == 200, "and what stood is served")
    old = bed.server.children()["policy"]
    os.kill(old, signal.SIGKILL)
    tap.ok(wait_for(lambda: "no_index" in bed.server.logged()),
           "a new process does not serve it")
    hosted.write()
    tap.ok(wait_for(lambda: served(bed)), "until it is written anew")
    tap.ok(bed.server.children()["policy"] != old, "by another process")


def served(bed):
    try:
        return bed.fetch("a.test")[0] == 200
    except OSError:
        return False


# ---- limits, log ----

def limits(bed):
    held = []
    for _ in range(130):
        conn = socket.create_connection(("127.0.0.1", bed.tls), 30)
        conn.settimeout(5)
        held.append(conn)

    def is_closed(conn):
        try:
            return conn.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    tap.ok(is_closed(held[-1]) and "refused" in metric(
        bed, "waxseal_policy_connections_total"),
           "one address has a hundred connections and no more")
    for conn in held:
        conn.close()
    tap.ok(wait_for(lambda: served(bed)), "and is served when they end")


def metric(bed, name):
    text = bed.server.request("GET", "/metrics",
                              port=bed.server.metrics)[1].decode()
    return "\n".join(x for x in text.splitlines()
                     if x.startswith(name) and not x.endswith(" 0"))


def fetch_log(bed, bodies):
    want = hashlib.sha256(bodies["retiring.test"]).hexdigest()[:16]
    bed.fetch("retiring.test", f"GET {PATH} HTTP/1.1\r\nHost: mta-sts."
              "retiring.test\r\nUser-Agent: sender \x1b[2J/2\r\n\r\n"
              .replace("\x1b", "\t").encode())
    path = os.path.join(bed.server.data, "policy.log")

    def lines():
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as log:
            return [x.rstrip("\n").split("\t") for x in log]

    line = wait_for(lambda: next(
        (x for x in lines() if len(x) == 7 and "/2" in x[6]), None))
    tap.ok(line and line[1] == "retiring.test" and line[2] == "127.0.0.1"
           and line[3] == "200" and line[4] == want
           and line[5].startswith("TLSv1."),
           "each fetch is in the log: whose policy, by whom, which version",
           line)
    tap.ok("waxseal_policies_served_total" in metric(
        bed, "waxseal_policies_served_total"), "and counted")


# ---- what others think of it ----

def scan(bed, room):
    """testssl.sh finds nothing above "low"."""
    if not shutil.which("testssl"):
        tap.ok(True, "testssl.sh # SKIP is not installed")
        return
    out = os.path.join(room, "testssl.json")
    done = subprocess.run(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip",
         "127.0.0.1", "--add-ca", bed.lab.roots, "--jsonfile", out, "-p",
         "-s", "-f", "-S", "-U", "-h", f"mta-sts.a.test:{bed.tls}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=500, check=False)
    found = []
    if os.path.exists(out):
        with open(out, encoding="utf-8") as text:
            found = json.load(text)
    bad = [f"{x['id']}: {x['severity']} {x['finding']}" for x in found
           if x["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL")
           # The authority of these tests has no list of what it revoked.
           and x["id"] != "cert_revocation"]
    tap.ok(len(found) > 30 and not bad,
           f"testssl.sh finds nothing above low ({len(found)} lines)",
           "\n".join(bad), done.stdout[-2000:])


# ---- one address for dashboard and policies ----

def in_two(bed, name, cut):
    """A handshake whose ClientHello comes in two pieces."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    conn = bed.trust.wrap_bio(into, out, server_hostname=name)
    with socket.create_connection(("127.0.0.1", bed.tls), 30) as tcp:
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                conn.do_handshake()
                return dict(x[0] for x in conn.getpeercert()["subject"])
            except ssl.SSLWantReadError:
                pass
            text = out.read()
            if cut and text:
                tcp.sendall(text[:cut])
                time.sleep(0.3)
                text, cut = text[cut:], 0
            tcp.sendall(text)
            more = tcp.recv(65536)
            if not more:
                return None
            into.write(more)


def ask_panel(bed, seconds=30):
    with socket.create_connection(("127.0.0.1", bed.tls), seconds) as tcp:
        with bed.trust.wrap_socket(tcp,
                                   server_hostname="panel.test") as conn:
            return answer_of(conn, b"GET /healthz HTTP/1.1\r\nHost: "
                             b"panel.test\r\nConnection: close\r\n\r\n")


def one_address(program, writer, lab):
    pair = lab.pair("good", "panel.test")
    with tempfile.TemporaryDirectory() as room:
        ports = free_port(), free_port()
        hosted = Hosted(writer, room, lab, os.path.join(room, "data"))
        config = CONFIG.format(tls=ports[0], plain=ports[1],
                               key=hosted.master) + (
            f'web {{ base_url = "https://panel.test" certificate = '
            f'"{pair.chain}" key = "{pair.key}" }}\n')
        with Panel(program, config, user=False, room=room) as server:
            bed = Bed(server, lab, ports)
            hosted.domain("a.test")
            hosted.write()
            tap.ok(wait_for(lambda: served(bed)),
                   "policies are served beside a dashboard")
            tap.ok(ask_panel(bed)[0] == 200,
                   "the dashboard answers at the policies' address")
            tap.ok(in_two(bed, "panel.test", 40)["commonName"]
                   == "panel.test"
                   and in_two(bed, "mta-sts.a.test", 40)["commonName"]
                   == "mta-sts.a.test",
                   "also when the name comes in two pieces")
            status, fields, _ = bed.ask_plain("panel.test", "/d/a?x=1")
            tap.ok((status, fields.get("Location"))
                   == (308, "https://panel.test/d/a?x=1"),
                   "without TLS its name leads to HTTPS", status, fields)
            tap.ok(bed.ask_plain("www.panel.test", "/")[0] == 404
                   and bed.ask_plain("panel.test", ACME + "x", "POST")[0]
                   == 404, "and nobody else's")
            told = bed.s_client("-servername", "www.panel.test")
            tap.ok("alert number 112" in told,
                   "other names are nobody's, as before", told)
            with socket.create_connection(("127.0.0.1", bed.tls)) as conn:
                conn.sendall(b"\x16\x03\x01\x02\x00\x01")
            tap.ok(served(bed), "half a ClientHello and the end hurt nobody")
            os.kill(server.children()["web"], signal.SIGKILL)
            tap.ok(ask_panel(bed)[0] == 200,
                   "a connection waits while the dashboard begins again")


def host(hosted, digest):
    """What is hosted; the policies by name."""
    bodies = {
        "a.test": hosted.domain("a.test", http_token=b"token-1",
                                http_answer=b"token-1.thumbprint",
                                alpn_digest=digest),
        "b.test": hosted.domain("b.test"),
        "retiring.test": hosted.domain(
            "retiring.test", "r", b"version: STSv1\nmode: none\nmax_age: 0\n",
            http_token=b"token-2", http_answer=b"token-2.thumbprint"),
        "stranger.test": hosted.domain("stranger.test", "",
                                       http_token=b"token-3",
                                       http_answer=b"token-3.thumbprint"),
        "bare.test": hosted.domain("bare.test", certificate=False),
        "panel.test": hosted.domain("_own.panel.test", "o", b"", False,
                                    http_token=b"token-4",
                                    http_answer=b"token-4.t",
                                    alpn_digest=digest),
        "foreign.test": hosted.domain(
            "foreign.test", certificate=False, chain=b"\0\0\1x", key=b"y"),
    }
    return bodies


def main():
    program, writer = (os.path.abspath(x) for x in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as room, Lab() as lab:
        ports = free_port(), free_port()
        hosted = Hosted(writer, room, lab, os.path.join(room, "data"))
        one_address(program, writer, lab)
        with Server(program, CONFIG.format(tls=ports[0], plain=ports[1],
                                           key=hosted.master),
                    user=False, room=room) as server:
            bed = Bed(server, lab, ports)
            told = bed.s_client("-servername", "mta-sts.a.test")
            tap.ok("alert number 112" in told,
                   "nothing is hosted before there is an index", told)
            digest = hashlib.sha256(b"token-1.thumbprint").digest()
            bodies = host(hosted, digest)
            hosted.write()
            tap.ok(wait_for(lambda: served(bed)), "then it is")
            policies(bed, bodies)
            requests(bed)
            handshakes(bed)
            challenges(bed, digest)
            fetch_log(bed, bodies)
            limits(bed)
            scan(bed, room)
            swaps(bed, hosted, bodies)
            damage(bed, hosted)
            tap.ok(server.stop() == 0, "everything ends when asked",
                   server.logged()[-2000:])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
