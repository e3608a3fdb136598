#!/usr/bin/env python3
"""HTTPS fetches and mail server looks against real servers, fault by fault.
TAP.

  probe.py PROGRAM

PROGRAM is tests/e2e/probe_alone.c.
"""
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from postfix import Postfix
from server import free_port, wait_for
from tlslab import FAULTS, POLICY, Lab, http_answer, openssl, stall

HOST = "mta-sts.example.test"
MX = "mx.example.test"
PROGRAM = sys.argv[1]
TESTS = []
LAB = None


def test(function):
    TESTS.append(function)
    return function


def run(*words):
    done = subprocess.run([PROGRAM, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode} {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def options(server, **more):
    found = {"ca": LAB.roots, "allow": "127.0.0.0/8",
             "https_port": server.port, "smtp_port": server.port, **more}
    return [f"{key}={value}" for key, value in found.items()]


def web(server, host=HOST, path="/.well-known/mta-sts.txt", **more):
    return run(*options(server, **more), "web", host, path, "127.0.0.1")[0]


def mail(server, host=MX, **more):
    return run(*options(server, **more), "mail", host, "127.0.0.1")[0]


def holds(found, **wanted):
    """Each value is as wanted; cert_X is X of the certificate."""
    for key, value in wanted.items():
        seen = (found.get("cert", {}).get(key[5:])
                if key.startswith("cert_") else found[key])
        if seen != value:
            raise AssertionError(f"{key} is {seen!r}, not {value!r}: "
                                 f"{ {**found, 'cert': '...'} }")


def patience(wanted):
    """Milliseconds: short only where the end of patience is awaited, since
    the machine may be slow."""
    return 700 if wanted["stage"] in ("tls_timeout", "too_slow") else 20000


def left_politely(server):
    assert wait_for(lambda: server.heard[-1:] == ["QUIT"], 10), server.heard


# ---- certificates ----

DONE = {"stage": "done", "alert": -1, "status": 200,
        "body": POLICY.decode(), "client_asked": False}
SOUND = {**DONE, "cert_chain": "trusted", "cert_weak": False,
         "cert_names": [HOST], "cert_cn": HOST, "cert_issuer": "known inter"}
WEB = {
    "good": {**SOUND, "version": 0x0304, "cert_key": "EC", "cert_bits": 256},
    "wrong_name": {**SOUND, "cert_names": ["other.example"]},
    "cn_only": {**SOUND, "cert_names": []},
    "expired": SOUND,
    "not_yet_valid": SOUND,
    "expires_soon": SOUND,
    "self_signed": {**SOUND, "cert_chain": "self_signed", "cert_issuer": HOST},
    "unknown_root": {**SOUND, "cert_chain": "untrusted_root",
                     "cert_issuer": "stranger inter"},
    "incomplete": {**SOUND, "cert_chain": "incomplete"},
    "forged": {**SOUND, "cert_chain": "broken"},
    "revoked": {**SOUND, "cert_chain": "revoked"},
    "rsa2048": {**SOUND, "cert_key": "RSA", "cert_bits": 2048},
    "rsa1024": {**SOUND, "cert_key": "RSA", "cert_bits": 1024,
                "cert_weak": True},
    "sha1": {**SOUND, "cert_weak": True},
    "wildcard": {**SOUND, "cert_names": ["*.example.test"]},
    "wildcard_deep": {**SOUND, "cert_names": ["*.test"]},
    "client_asked": {**SOUND, "client_asked": True},
    "client_needed": {"stage": "tls_failed", "client_asked": True,
                      "alert": 116, "cert_chain": "trusted", "status": 0},
    "client_needed_tls12": {"stage": "tls_failed", "client_asked": True,
                            "alert": 40, "cert_chain": "trusted",
                            "version": 0x0303},
    "unrecognized_name": {"stage": "tls_failed", "alert": 112, "version": 0,
                          "client_asked": False},
    "tls10": {**SOUND, "version": 0x0301},
    "tls11": {**SOUND, "version": 0x0302},
    "tls12": {**SOUND, "version": 0x0303},
    "no_cipher": {"stage": "tls_failed", "alert": 40, "version": 0,
                  "cipher": ""},
    "stall": {"stage": "tls_timeout", "version": 0, "status": 0},
    "plain": {"stage": "tls_failed", "why": "wrong version number"},
    "hang_up": {"stage": "tls_failed", "alert": -1},
}
DATES = {"expired": (-60, -2), "not_yet_valid": (2, 60),
         "expires_soon": (-60, 3), "good": (-1, 90)}


@test
def every_certificate_fault_is_told_apart_by_web_and_mail():
    assert set(WEB) == set(FAULTS), set(FAULTS) ^ set(WEB)
    for fault, wanted in WEB.items():
        try:
            server = LAB.web(fault, HOST)
            holds(web(server, tls_ms=patience(wanted)), **wanted)
            if fault not in ("plain", "stall", "hang_up"):
                assert server.names == [HOST], server.names
            server = LAB.mx(fault, HOST)
            wanted = {key: value for key, value in wanted.items()
                      if key not in ("status", "body")}
            holds(mail(server, host=HOST, tls_ms=patience(wanted)), **wanted)
        except AssertionError as error:
            raise AssertionError(f"{fault}: {error}") from error


@test
def dates_are_those_of_the_certificate():
    for fault, days in DATES.items():
        cert = web(LAB.web(fault, HOST))["cert"]
        for key, day in zip(("not_before", "not_after"), days):
            off = cert[key] - (time.time() + day * 86400)
            assert abs(off) < 300, (fault, key, off)


@test
def the_chain_is_kept_as_it_was_sent():
    cert = web(LAB.web("good", HOST))["cert"]
    pair = LAB.pair("good", HOST)
    for i, source in enumerate((pair.chain, LAB.known.inter.chain)):
        der = os.path.join(LAB.room, "x.der")
        openssl("x509", "-in", source, "-outform", "DER", "-out", der)
        with open(der, "rb") as file:
            assert cert["sent"][i] == file.read().hex()
    openssl("pkey", "-in", pair.key, "-pubout", "-outform", "DER", "-out", der)
    with open(der, "rb") as file:
        assert cert["spki"] == file.read().hex()
    assert len(cert["sent"]) == 2
    assert len(web(LAB.web("incomplete", HOST))["cert"]["sent"]) == 1


@test
def an_address_as_host_gets_no_sni():
    server = LAB.web("good", HOST)
    holds(web(server, host="127.0.0.1"), **SOUND)
    assert server.names == [None], server.names


@test
def servers_are_reached_by_either_family():
    server = LAB.web("good", HOST, host="::1")
    holds(run(*options(server, allow="::1/128"), "web", HOST, "/", "::1")[0],
          **SOUND)


@test
def roots_that_are_none_are_refused():
    with tempfile.NamedTemporaryFile() as empty:
        done = subprocess.run([PROGRAM, "ca=" + empty.name, "mail", "a",
                               "127.0.0.1"], capture_output=True, text=True,
                              check=False)
    assert done.returncode == 1 and "tls.bad_file" in done.stderr, done.stderr


# ---- HTTP ----

def chunked(*pieces, end=b"0\r\n\r\n", more=""):
    head = (f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{more}\r\n")
    return head.encode() + b"".join(
        b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def endless(conn):
    conn.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        while True:
            conn.sendall(b"x" * 16384)
    except OSError:
        pass


def slow(conn):
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nvers")
    stall(conn)


def drip(conn):
    """A byte now and then is no answer either."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nServer: " + b"x" * 200:
            conn.sendall(bytes([byte]))
            time.sleep(0.02)
    except OSError:
        pass


BIG = b"#" * 70000
HTTP = {
    "redirect": (http_answer(b"", "301 Moved", more=[
        "Location: https://www.example.test/"]),
        {"stage": "done", "status": 301, "body": "",
         "location": "https://www.example.test/"}),
    "not found": (http_answer(b"no", "404 Not Found", "text/html"),
                  {"stage": "done", "status": 404, "type": "text/html"}),
    "chunked": (chunked(POLICY[:20], POLICY[20:]), DONE),
    "chunked with extension and trailer": (
        chunked(end=b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n"),
        {"stage": "done", "body": "hello", "cut": False}),
    "chunked without its last chunk": (
        chunked(b"hello", end=b""),
        {"stage": "done", "body": "hello", "cut": True}),
    "chunk that ends within": (
        chunked(end=b"20\r\nhello"),
        {"stage": "done", "body": "hello", "cut": True}),
    "chunk size that is none": (
        chunked(b"hello", end=b"zz\r\n\r\n"),
        {"stage": "protocol", "status": 200, "body": "hello"}),
    "chunk that is longer than it says": (
        chunked(end=b"2\r\nhello\r\n0\r\n\r\n"), {"stage": "protocol"}),
    "chunks of one byte": (chunked(*[b"x"] * 65536),
                           {"stage": "done", "body": "x" * 65536,
                            "over": False, "cut": False}),
    "chunks of hardly anything": (
        chunked(end=(b"1;" + b"y" * 8000 + b"\r\nx\r\n") * 200),
        {"stage": "protocol", "why": "chunks with hardly anything in them"}),
    "chunks without end": (chunked(*[BIG[:1000]] * 80, end=b""),
                           {"stage": "done", "over": True}),
    "cut": (http_answer(POLICY)[:-20],
            {"stage": "done", "cut": True, "status": 200,
             "body": POLICY[:-20].decode()}),
    "up to the end": (b"HTTP/1.1 200 OK\r\n\r\n" + POLICY,
                      {**DONE, "cut": False, "has_type": False}),
    "line ends without CR": (b"HTTP/1.1 200 OK\nContent-Type: a/b\n\nx",
                             {"stage": "done", "type": "a/b", "body": "x"}),
    "too large and says so": (http_answer(BIG), {"stage": "done",
                                                 "over": True}),
    "endless": (endless, {"stage": "done", "over": True,
                          "body": "x" * 65536}),
    "exactly the largest": (http_answer(BIG[:65536]),
                            {"stage": "done", "over": False, "cut": False,
                             "body": "#" * 65536}),
    "huge headers": (http_answer(b"x", more=[f"X-{i}: " + "y" * 1000
                                             for i in range(40)]),
                     {"stage": "protocol", "status": 200}),
    "huge header line": (http_answer(b"x", more=["X: " + "y" * 9000]),
                         {"stage": "protocol"}),
    "no type": (http_answer(POLICY, kind=None), {**DONE, "has_type": False,
                                                 "type": ""}),
    "gzip unasked": (http_answer(gzip.compress(POLICY, mtime=0), more=[
        "Content-Encoding: gzip"]), {"stage": "done", "encoding": "gzip"}),
    "an interim answer": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                          + http_answer(POLICY), DONE),
    "interim answers without end": (b"HTTP/1.1 100 C\r\n\r\n" * 20,
                                    {"stage": "protocol"}),
    "two lengths": (http_answer(POLICY, more=["Content-Length: 7"]),
                    {"stage": "protocol"}),
    "nothing": (b"", {"stage": "protocol", "status": 0}),
    "not HTTP": (b"220 mx ESMTP\r\n", {"stage": "protocol", "status": 0}),
    "HTTP/2 by force": (b"\0\0\x06\x04\0\0\0\0\0\0\0\0\0\0\0\n",
                        {"stage": "protocol"}),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n",
                   {"stage": "done", "status": 204}),
    "slow": (slow, {"stage": "too_slow", "status": 200, "body": "vers"}),
    "slow headers": (drip, {"stage": "too_slow"}),
}


@test
def every_http_fault_is_told_apart():
    for name, (answer, wanted) in HTTP.items():
        try:
            holds(web(LAB.web("good", HOST, answer),
                      web_ms=patience(wanted)), **wanted)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@test
def the_request_is_plain_and_honest():
    server = LAB.web("good", HOST)
    web(server)
    lines = server.heard[0].decode().split("\r\n")
    assert lines[0] == "GET /.well-known/mta-sts.txt HTTP/1.1", lines
    for line in (f"Host: {HOST}", "Accept-Encoding: identity",
                 "Connection: close", "User-Agent: Waxseal"):
        assert line in lines, (line, lines)


@test
def names_that_would_break_the_request_are_not_asked_for():
    server = LAB.web("good", HOST)
    for host, path in (("a b", "/"), ("a\r\nX: y", "/"), (HOST, "/ x"),
                       (HOST, "x"), ("x" * 3000, "/"), ("", "/")):
        holds(web(server, host=host, path=path), stage="protocol")
    assert not server.heard


# ---- where to ----

@test
def what_is_not_public_is_left_alone():
    server = LAB.web("good", HOST)
    words = options(server)
    words.remove("allow=127.0.0.0/8")
    found = run(*words, "web", HOST, "/", "127.0.0.1", "mail", MX, "::1",
                "web", HOST, "/", "169.254.169.254")
    assert [x["stage"] for x in found] == ["not_allowed"] * 3, found
    holds(run("private=1", *words, "web", HOST, "/", "127.0.0.1")[0],
          stage="done")
    assert len(server.heard) == 1


@test
def ports_that_refuse_and_ports_that_are_silent_differ():
    server = LAB.web("good", HOST)
    server.close()
    time.sleep(0.1)
    full = LAB.full()
    holds(web(server), stage="refused")
    holds(mail(full, connect_ms=500), stage="timeout")


@test
def two_at_an_address_and_the_others_wait():
    def late(conn):
        time.sleep(0.1)
        conn.sendall(http_answer(POLICY))

    server = LAB.web("good", HOST, late, host="0.0.0.0")
    words = []
    for i in range(12):
        words += ["web", HOST, f"/{i}", "127.0.0.7"]
    found = run(*options(server), *words)
    assert len(found) == 12 and server.most == 2, server.most
    assert all(x["stage"] == "done" for x in found), found
    words = []
    for i in range(12):
        words += ["web", HOST, f"/{i}", f"127.0.0.{i + 20}"]
    server = LAB.web("good", HOST, late, host="0.0.0.0")
    assert len(run(*options(server), *words)) == 12 and server.most > 6


# ---- mail ----

@test
def a_mail_server_is_asked_for_all_but_mail():
    server = LAB.mx("good", MX)
    found = mail(server)
    holds(found, stage="done", banner=f"{MX} ESMTP", size=True,
          pipelining=True, smtputf8=True, requiretls=False, why="",
          cert_chain="trusted", cert_names=[MX], version=0x0304)
    left_politely(server)
    assert server.heard == ["EHLO probe.example.test", "STARTTLS",
                            "EHLO probe.example.test", "QUIT"], server.heard
    assert server.names == [MX]


NO_TLS = ["mx", "SIZE"]
MAIL = {
    "no STARTTLS": ({"ehlo": NO_TLS}, {"stage": "no_starttls", "size": True,
                                       "why": ""}),
    "STARTTLS refused": ({"starttls": b"454 4.7.0 not now\r\n"},
                         {"stage": "no_starttls",
                          "why": "454 4.7.0 not now"}),
    "a word that begins so": ({"ehlo": ["mx", "STARTTLSX"]},
                              {"stage": "no_starttls"}),
    "a firewall's stars": ({"ehlo": ["mx", "XXXXXXXA"]},
                           {"stage": "no_starttls"}),
    "only in the greeting": ({"ehlo": ["STARTTLS"]},
                             {"stage": "no_starttls"}),
    "requiretls": ({"after": ["mx", "REQUIRETLS"]},
                   {"stage": "done", "requiretls": True, "size": False}),
    "banner of many lines": ({"banner": b"220-one\r\n220-two\r\n220 three\r\n"},
                             {"stage": "done", "banner": "one"}),
    "banner with an escape": ({"banner": b"220 \x1b[31mred\r\n"},
                              {"stage": "done", "banner": "\\u{1b}[31mred"}),
    "sent away": ({"banner": b"554 5.7.1 listed\r\n"},
                  {"stage": "protocol", "why": "554 5.7.1 listed",
                   "banner": "5.7.1 listed"}),
    "garbage": ({"banner": b"SSH-2.0-OpenSSH\r\n"},
                {"stage": "protocol", "why": "SSH-2.0-OpenSSH"}),
    "a line without end": ({"banner": b"220 " + b"x" * 5000},
                           {"stage": "protocol"}),
    "a banner without end": ({"banner": b"220-x\r\n" * 2000},
                             {"stage": "protocol"}),
    "numbers that differ": ({"banner": b"220-a\r\n221 b\r\n"},
                            {"stage": "protocol"}),
    "no banner": ({"stall": "BANNER"}, {"stage": "too_slow"}),
    "no answer to EHLO": ({"stall": "EHLO"}, {"stage": "too_slow"}),
    "no answer to STARTTLS": ({"stall": "STARTTLS"}, {"stage": "too_slow"}),
    "no answer under TLS": ({"stall": "EHLO2"}, {"stage": "too_slow",
                                                 "cert_chain": "trusted"}),
    "hangs up": ({"hang_up": "BANNER"}, {
        "stage": "protocol",
        "why": "the connection ended before the banner"}),
    "hangs up after EHLO": ({"hang_up": "EHLO"}, {"stage": "protocol"}),
    "hangs up under TLS": ({"hang_up": "EHLO2"}, {"stage": "protocol",
                                                  "version": 0x0304}),
    "injection": ({"inject": b"250-mx\r\n250 REQUIRETLS\r\n"},
                  {"stage": "done", "requiretls": False,
                   "why": "bytes behind the answer to STARTTLS were "
                          "dropped"}),
}


@test
def every_mail_server_fault_is_told_apart():
    for name, (how, wanted) in MAIL.items():
        try:
            holds(mail(LAB.mx("good", MX, how), mail_ms=patience(wanted)),
                  **wanted)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@test
def a_mail_server_that_has_no_tls_is_left_with_quit():
    server = LAB.mx("good", MX, {"ehlo": NO_TLS})
    mail(server)
    left_politely(server)


@test
def a_mail_server_is_not_asked_again_and_again():
    server = LAB.mx("good", MX)
    found = run(*options(server), *["mail", MX, "127.0.0.1"] * 300)
    assert len(found) == 300, len(found)
    for one in found:
        holds(one, stage="done", cert_names=[MX], banner=f"{MX} ESMTP")
    found = run(*options(server), *["mail", MX, "127.0.0.1"] * 3,
                "mail", "b.example", "127.0.0.1", "mail", MX, "127.0.0.2")
    assert sorted(server.names) == ["b.example"] + [MX] * 4, server.names
    server = LAB.mx("good", MX)
    run(*options(server), "keep_ms=-1", *["mail", MX, "127.0.0.1"] * 5)
    assert len(server.names) == 5, server.names
    server = LAB.web("good", HOST)
    run(*options(server), *["web", HOST, "/", "127.0.0.1"] * 5)
    assert len(server.heard) == 5, server.heard


@test
def openssl_itself_is_understood():
    pair, port = LAB.pair("good", HOST), free_port()
    words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-WWW",
             "-cert", pair.chain, "-cert_chain", pair.chain, "-key", pair.key]
    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, cwd=LAB.room,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    with open(os.path.join(LAB.room, "x.txt"), "wb") as file:
        file.write(POLICY)
    try:
        found = wait_for(lambda: [x for x in run(
            "private=1", f"ca={LAB.roots}", f"https_port={port}", "web", HOST,
            "/x.txt", "127.0.0.1") if x["stage"] == "done"], 10)
        holds(found[0], **SOUND)
    finally:
        server.terminate()
        server.wait(10)


@test
def a_real_postfix_is_understood():
    pair = LAB.pair("good", MX)
    more = (f"myhostname = {MX}\nsmtpd_tls_security_level = may\n"
            f"smtpd_tls_cert_file = {pair.chain}\n"
            f"smtpd_tls_key_file = {pair.key}\nsmtpd_tls_ask_ccert = yes\n")
    if os.geteuid() != 0 or not shutil.which("postfix"):
        return "needs root and postfix"
    with tempfile.TemporaryDirectory() as room, Postfix(room, more) as postfix:
        holds(mail(postfix), stage="done", banner=f"{MX} ESMTP Postfix",
              cert_chain="trusted", cert_names=[MX], pipelining=True,
              size=True, smtputf8=True, client_asked=True, alert=-1)
        assert wait_for(lambda: "commands=" in postfix.logged(), 10)
        text = postfix.logged()
        assert "lost connection" not in text, text
        assert "ehlo=2 starttls=1 quit=1 commands=4" in text, text
    return None


def main():
    global LAB
    failed = 0
    if not shutil.which("openssl"):
        print("1..0 # SKIP needs openssl")
        return 0
    print(f"1..{len(TESTS)}")
    with Lab() as LAB:
        for i, function in enumerate(TESTS, 1):
            name = function.__name__.replace("_", " ")
            try:
                skip = function()
                print(f"ok {i} - {name}" + (f" # SKIP {skip}" if skip else ""))
            except Exception:
                failed += 1
                print(f"not ok {i} - {name}")
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
