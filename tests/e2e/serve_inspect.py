#!/usr/bin/env python3
"""Domains of a laboratory are looked at through a running server. TAP.

  serve_inspect.py PROGRAM

Name servers, a policy host and a mail server are on loopback. One server may
connect there; another, which is public, may not.
"""
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.parse

import dns
import tlslab
from server import PASSWORD, Server, Tap, wait_for

SLOW = 2.5  # seconds that the policy takes
POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mx.good.example\r\n"
          b"max_age: 604800\r\n")
ZONE = """@ NS ns
ns A 127.0.0.1
good MX 10 mx.good
good TXT "v=spf1 mx -all"
_mta-sts.good TXT "v=STSv1; id=20261122"
mta-sts.good A 127.0.0.2
mx.good A 127.0.0.3
_smtp._tls.good TXT "v=TLSRPTv1; rua=mailto:tls@good.example"
_dmarc.good TXT "v=DMARC1; p=reject; rua=mailto:d@good.example"
_mta-sts.evil TXT "v=STSv1; id=1"
mta-sts.evil A 127.0.0.1
mta-sts.evil AAAA ::1
"""
# Where a domain may point although nobody may be sent there.
PRIVATE = {"loop": "A 127.0.0.1", "cloud": "A 169.254.169.254",
           "six": "AAAA ::1", "ten": "A 10.0.0.1",
           "hidden": "AAAA ::ffff:127.0.0.1"}
for _name, _address in PRIVATE.items():
    ZONE += f"evil MX 10 {_name}.evil\n{_name}.evil {_address}\n"
SOON = 1.5  # seconds for an answer on a busy machine; less than SLOW


class Lab:
    """Everything outside the server under test."""

    def __init__(self, room):
        places = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "::1")
        self.web, self.mail = dns.free_port(*places), dns.free_port(*places)
        self.knot = dns.Knot(room, {
            "": "example NS ns.example\nns.example A 127.0.0.1\n",
            "example": ZONE})
        self.lab = tlslab.Lab()
        self.caught = []

    def __enter__(self):
        self.lab.__enter__()
        self.knot.__enter__()
        self.lab.web("good", "mta-sts.good.example", self.slowly,
                     host="127.0.0.2", port=self.web)
        self.lab.mx("good", "mx.good.example", host="127.0.0.3",
                    port=self.mail)
        # Nobody may ever come here.
        for host in ("127.0.0.1", "::1"):
            for port in (self.web, self.mail):
                self.caught.append(Trap(host, port))
        return self

    def __exit__(self, *_):
        for trap in self.caught:
            trap.close()
        self.knot.__exit__()
        self.lab.__exit__()

    @staticmethod
    def slowly(tls):
        time.sleep(SLOW)
        tls.sendall(tlslab.http_answer(POLICY))
        tls.unwrap()

    def config(self, allow, public):
        nets = '"127.0.0.0/8"' if allow else ""
        return (f'inspect {{ resolver = "127.0.0.1:{self.knot.port}"\n'
                f'trust_anchor = "none"\nca_file = "{self.lab.roots}"\n'
                f'allow_private = {{{nets}}}\ndns_port = {self.knot.port}\n'
                f'https_port = {self.web}\nsmtp_port = {self.mail}\n'
                f'public = {"true" if public else "false"} }}\n')


class Trap:
    def __init__(self, host, port):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.seen = 0
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(16)
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            try:
                conn = self.socket.accept()[0]
            except OSError:
                return
            self.seen += 1
            conn.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def query(path, **words):
    return path + "?" + urllib.parse.urlencode(words)


def ask_once(server, path, headers=None):
    """Status, JSON, seconds."""
    began = time.monotonic()
    status, body = server.api("GET", path, headers=headers)
    return status, body, time.monotonic() - began


def ask(server, path, headers=None):
    """The same, again as long as there was no answer yet."""
    return wait_for(lambda: (lambda got: None if got[0] == 503 else got)(
        ask_once(server, path, headers)), 20, 0.05) or \
        ask_once(server, path, headers)


def ask_until_done(server, path, seen=None):
    """As a page does. Tells the last answer; `seen` gets all."""
    def once():
        status, body, _ = ask(server, path)
        if seen is not None and status == 200:
            seen.append(body)
        return body if status != 200 or body["done"] else None
    return wait_for(once, 60, 0.2) or {"done": False}


def statuses(body):
    return {c["check"]: c["status"] for c in body.get("checks", [])}


def codes(body):
    return [f["code"] for f in body.get("findings", [])]


def viewer(server):
    """Headers of somebody who may only look."""
    done = server.run("user", "add", "vera", "--role", "viewer",
                      text=PASSWORD + "\n")
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    status, _, headers = server.request(
        "POST", "/api/v1/session",
        '{"name":"vera","password":"' + PASSWORD + '"}',
        {"Content-Type": "application/json"})
    if status not in (200, 201):
        raise RuntimeError(f"sign in: {status}")
    return {"Cookie": headers["Set-Cookie"].split(";")[0]}


def who_may(tap, server):
    path = "/api/v1" + query("/check", domain="good.example")
    status, body, _ = server.get(path)
    tap.ok(status == 401 and b"api.sign_in" in body,
           "nobody looks at domains without signing in", status, body)
    status, body, _ = server.get("/api/v1" + query("/lookup/mta-sts",
                                                   q="good.example"))
    tap.ok(status == 401, "nor looks anything up", status, body)
    by = viewer(server)
    got = wait_for(lambda: (lambda got: got if got[0] != 503 else None)(
        server.get("/api/v1" + query("/lookup/spf", q="good.example"), by)))
    tap.ok(got and got[0] == 200, "a viewer may", got)


def streams(tap, server):
    path, seen, health = query("/check", domain="good.example"), [], []
    over = threading.Event()
    status, first, spent = ask(server, path)
    tap.ok(status == 200 and not first["done"] and spent < SOON,
           "a check is answered at once", status, first, spent)
    tap.ok("waiting" in statuses(first).values(),
           "what is still looked for is waiting", first)

    def healthy():
        while not over.is_set():
            began = time.monotonic()
            status = server.get("/healthz")[0]
            health.append((status, time.monotonic() - began))
            time.sleep(0.05)

    watcher = threading.Thread(target=healthy, daemon=True)
    watcher.start()
    last = ask_until_done(server, path, seen)
    over.set()
    watcher.join(10)
    partly = [one for one in seen if not one["done"]
              and statuses(one)["mta-sts"] == "waiting"
              and statuses(one)["spf"] not in ("waiting", "unknown")]
    tap.ok(partly, "SPF is told while the policy is being fetched", seen)
    tap.ok(partly and partly[-1]["findings"]
           and "mta-sts" not in {f["check"] for f in partly[-1]["findings"]},
           "with its findings, and none of what is not known", partly)
    tap.ok(last["done"]
           and not {"waiting", "unknown"} & set(statuses(last).values()),
           "in the end everything is known", last)
    tap.ok(statuses(last).get("mta-sts") in ("ok", "info", "warn")
           and statuses(last).get("mx-tls") in ("ok", "info", "warn"),
           "policy and mail server are as they are", last)
    slowest = max(spent for _, spent in health)
    tap.ok({status for status, _ in health} == {200} and slowest < SOON,
           "/healthz answers quickly all the time", slowest, len(health))
    return last


def keeps(tap, server, known):
    path = query("/check", domain="good.example")
    status, again, spent = ask(server, path)
    tap.ok(status == 200 and again["done"] and spent < SOON
           and again["checked_at"] == known["checked_at"],
           "the same again comes from memory", again, spent)
    _, fresh, _ = ask(server, path + "&fresh=true")
    tap.ok(fresh["done"] and fresh["checked_at"] == known["checked_at"],
           "and is fresh for some seconds", fresh)
    _, other, _ = ask(server, path + "&selector=s1")
    tap.ok(not other["done"], "with a selector it is another question",
           other)
    _, norsk, _ = ask(server, query("/check", domain="Good.Example."),
                      {"Accept-Language": "nb"})
    tap.ok(norsk["done"] and codes(norsk) == codes(known),
           "names are the same in every form", norsk)


def looks_up(tap, server):
    told = "good.example: MTA-STS policy is missing: STSFetchResult.NONE"
    path = query("/lookup/mta-sts", q=told)
    body = ask_until_done(server, path)
    tap.ok(body.get("result") == "VALID" and body["complete"]
           and body["policy"]["mx"] == ["mx.good.example"],
           "the message of a checker is looked up", body)
    _, body, _ = ask(server, query("/lookup/mta-sts",
                                   q="STSFetchResult.FETCH_ERROR"))
    tap.ok(body["done"] and body["result"] == "FETCH_ERROR"
           and body["explained"].startswith("STSFetchResult.FETCH_ERROR"),
           "without a domain it is explained", body)
    body = ask_until_done(server, query("/lookup/mx", q="good.example"))
    tap.ok(body.get("servers", [{}])[0].get("addresses") == ["127.0.0.3"],
           "mail servers are listed", body)
    body = ask_until_done(server, query("/lookup/ptr", q="127.0.0.3"))
    tap.ok(body.get("address") == "127.0.0.3" and body.get("names") == [],
           "an address is looked up", body)
    for path, want, code in (
            (query("/lookup/mta-sts", q="nothing"), 400, "inspect.no_domain"),
            (query("/lookup/ptr", q="good.example"), 400,
             "inspect.no_address"),
            (query("/lookup/smoke", q="good.example"), 404,
             "inspect.bad_request"),
            ("/check", 400, "inspect.no_domain")):
        status, body, _ = ask(server, path)
        tap.ok(status == want and body["code"] == code,
               f"{path} is refused", status, body)


def dies(tap, server):
    """The role is stopped, then killed, then left alone."""
    path = query("/check", domain="good.example")
    pid = server.children()["inspector"]
    os.kill(pid, signal.SIGSTOP)
    status, body, spent = ask_once(server, path)
    os.kill(pid, signal.SIGCONT)
    tap.ok(status == 503 and body["code"] == "inspect.no_answer"
           and 0.05 < spent < SOON, "a desk does not wait for one that hangs",
           status, body, spent)
    missed = None
    for _ in range(5):  # each time it stays away longer
        pid = wait_for(lambda: server.children().get("inspector"))
        os.kill(pid, signal.SIGKILL)
        missed = missed or wait_for(
            lambda: (lambda got: got if got[0] == 503 and got[1]["code"]
                     == "inspect.not_running" else None)(ask_once(server, path)),
            0.5, 0.01)
    tap.ok(missed and missed[2] < SOON, "the pages are told when it is gone",
           missed)
    tap.ok(server.get("/readyz")[0] == 200, "the server itself is ready")
    back = wait_for(lambda: ask_once(server, path)[0] == 200, 30)
    tap.ok(back, "it is started again", server.logged()[-1000:])
    mode = os.stat(os.path.join(server.data, "inspect.sock")).st_mode
    tap.ok(mode & 0o777 == 0o600, "its socket is for its owner alone",
           oct(mode))


def refuses_private(tap, server, lab):
    body = ask_until_done(server, query("/check", domain="evil.example"))
    shown = statuses(body)
    tap.ok(shown.get("mx-tls") in ("info", "warn", "fail", "critical"),
           "mail servers at private addresses are a finding", body)
    told = " ".join(str(f["evidence"]) + str(f["title"])
                    for f in body.get("findings", []) if f["check"] == "mx-tls")
    tap.ok(all(f"{name}.evil.example" in told for name in PRIVATE),
           "each of them", told)
    body = ask_until_done(server, query("/lookup/mta-sts", q="evil.example"))
    tap.ok(body.get("result") == "FETCH_ERROR"
           and "mtasts.host_private_ip" in codes(body),
           "a policy host at a private address is one", body)
    tap.ok(lab.caught and not any(trap.seen for trap in lab.caught),
           "nothing was connected to", [trap.seen for trap in lab.caught])


def is_public(tap, server):
    """Everything from here on is asked without signing in."""
    path = "/api/v1" + query("/lookup/spf", q="good.example")
    got = wait_for(lambda: (lambda got: got if got[0] != 503 else None)(
        server.get(path)))
    tap.ok(got and got[0] == 200, "anybody looks up", got)
    for other in ("/api/v1/overview", "/api/v1/domains", "/api/v1/reports"):
        status, body, _ = server.get(other)
        tap.ok(status == 401, f"but sees no {other}", status, body)
    status, body, _ = server.get("/api/v1/session")
    tap.ok(b'"public":true' in body, "pages can tell", body)
    got = []
    for i in range(9):
        path = "/api/v1" + query("/check", domain=f"nx{i}.example")
        got.append(server.get(path))
    limited = [(body, headers) for status, body, headers in got
               if status == 429]
    tap.ok(200 in [one[0] for one in got] and limited
           and b"inspect.too_many" in limited[0][0]
           and int(limited[0][1]["Retry-After"]) > 0,
           "a few times a minute", [one[0] for one in got])
    status, body, _ = ask(server, query("/check", domain="nx7.example"))
    tap.ok(status == 200, "who is known may go on", status, body)


def main():
    program = os.path.abspath(sys.argv[1])
    tap = Tap()
    with tempfile.TemporaryDirectory() as room, Lab(room) as lab:
        os.chmod(room, 0o755)
        with Server(program, lab.config(True, False)) as server:
            who_may(tap, server)
            known = streams(tap, server)
            keeps(tap, server, known)
            looks_up(tap, server)
            dies(tap, server)
        with Server(program, lab.config(False, True)) as server:
            refuses_private(tap, server, lab)
            is_public(tap, server)
            tap.ok(server.stop() == 0, "it ends as asked")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
