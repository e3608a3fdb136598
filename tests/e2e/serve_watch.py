#!/usr/bin/env python3
"""A registered domain changes, and people hear of it once. TAP.

  serve_watch.py PROGRAM

Name servers, policy host, mail servers and webhook are on loopback.
"""
import base64
import email
import email.policy
import hashlib
import hmac
import json
import os
import socket
import ssl
import sys
import tempfile
import threading
import time

import dns
import mails
import tlslab
from server import Server, Tap, wait_for

PASSWORD = "smtp-password-71"
SECRET = "webhook-secret-82"
HOOK = "/hook-path-93"
POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mx.good.example\r\n"
          b"max_age: 604800\r\n")
GOOD_DMARC = "v=DMARC1; p=reject; rua=mailto:d@good.example"
QUIET = 8  # seconds in which nothing more may come


def zone(serial, mx="mx.good", dmarc=GOOD_DMARC):
    text = f"""@ SOA ns hostmaster {serial} 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
good 1 MX 10 {mx}
good TXT "v=spf1 mx -all"
_mta-sts.good TXT "v=STSv1; id=20261122"
mta-sts.good A 127.0.0.2
mx.good A 127.0.0.3
other.good A 127.0.0.3
_smtp._tls.good TXT "v=TLSRPTv1; rua=mailto:tls@good.example"
"""
    if dmarc:
        text += f'_dmarc.good 1 TXT "{dmarc}"\n'
    return text


class Mail:
    """Takes mail after STARTTLS and AUTH; keeps it."""

    def __init__(self, context):
        self.context, self.taken, self.faults = context, [], []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                conn = self.socket.accept()[0]
            except OSError:
                return
            try:
                conn.settimeout(20)
                self.talk(conn)
            except OSError as fault:
                self.faults.append(repr(fault))
            finally:
                conn.close()

    def talk(self, conn):
        say = lambda text: conn.sendall(text.encode() + b"\r\n")
        secure = login = False
        say("220 mail.test")
        lines = conn.makefile("rb")
        while True:
            line = lines.readline().decode().strip()
            verb = line.upper().split(" ")[0]
            if verb in ("", "QUIT"):
                say("221 bye")
                return
            if verb in ("EHLO", "HELO"):
                say("250-mail.test")
                say("250 AUTH PLAIN" if secure else "250 STARTTLS")
            elif verb == "STARTTLS":
                say("220 go")
                conn = self.context.wrap_socket(conn, server_side=True)
                lines, secure = conn.makefile("rb"), True
            elif verb == "AUTH":
                text = line.split(" ")[2:]
                if not text:
                    say("334 ")
                    text = [lines.readline().decode().strip()]
                login = secure and base64.b64decode(
                    text[0]).decode().split("\0")[1:] == ["bot", PASSWORD]
                say("235 ok" if login else "535 no")
            elif verb == "DATA":
                say("354 go")
                body = b""
                while (line := lines.readline()) not in (b".\r\n", b""):
                    body += line
                if login:
                    self.taken.append(email.message_from_bytes(
                        body, policy=email.policy.default))
                say("250 ok" if login else "530 no")
            else:
                say("250 ok")


class Hook:
    """Takes webhooks over HTTPS; keeps them."""

    def __init__(self, context):
        self.context, self.taken = context, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                conn = self.socket.accept()[0]
            except OSError:
                return
            try:
                conn.settimeout(20)
                with self.context.wrap_socket(conn, server_side=True) as tls:
                    self.talk(tls)
            except OSError:
                pass

    def talk(self, tls):
        lines = tls.makefile("rb")
        request = lines.readline().decode().split(" ")
        headers = {}
        while (line := lines.readline().decode().strip()):
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        body = lines.read(int(headers["content-length"]))
        self.taken.append((request[0], request[1], headers, body))
        tls.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n"
                    b"Connection: close\r\n\r\n")


class Watched:
    def __init__(self, server):
        self.server = server

    def health(self):
        status, answer = self.server.api(
            "GET", "/domains/good.example/health")
        assert status == 200, (status, answer)
        return answer

    def look(self):
        """Looks again; the health after it."""
        before = self.health()["checked_at"]
        # Resolvers count in whole seconds: what lives for one is gone by then.
        wait_for(lambda: False, 2.2)
        status, answer = self.server.api(
            "POST", "/domains/good.example/check", {})
        assert status == 200, (status, answer)
        return wait_for(lambda: (lambda h: h if h["checked_at"] and
                                 h["checked_at"] != before else None)(
                                     self.health()), 60, 0.3)

    def history(self):
        found, cursor = [], ""
        while cursor is not None:
            status, answer = self.server.api(
                "GET", "/domains/good.example/history?limit=3"
                + (f"&cursor={cursor}" if cursor else ""))
            assert status == 200, (status, answer)
            found += answer["changes"]
            cursor = answer["next"]
        return found


def codes(health):
    return [f["code"] for f in health["findings"]]


def is_signed(headers, body):
    parts = dict(p.split("=", 1)
                 for p in headers.get("waxseal-signature", "t=,v1=").split(","))
    want = hmac.new(SECRET.encode(), parts["t"].encode() + b"." + body,
                    hashlib.sha256).hexdigest()
    return hmac.compare_digest(want, parts["v1"])


def check_first_look(tap, watched):
    health = wait_for(lambda: (lambda h: h if h["checked_at"] else None)(
        watched.health()), 60, 0.3)
    if not tap.ok(health, "a new domain is looked at without being asked"):
        return
    tap.ok({c["check"]: c["status"] for c in health["checks"]}
           .get("mta-sts") in ("ok", "info", "warn"),
           "its policy is seen", health["checks"], codes(health))
    tap.ok("mtasts.mx_not_covered" not in codes(health),
           "and covers its mail server", codes(health))
    records = {(r["name"], r["type"]): r["value"] for r in health["records"]}
    tap.ok(records.get(("_dmarc.good.example", "TXT")) == GOOD_DMARC,
           "records are kept", records)
    tap.ok(any("/.well-known/mta-sts.txt" in name for name, _ in records),
           "and so is the policy file", records)
    tap.ok(health["due_at"] > health["checked_at"], "the next look is known")


def check_change(tap, lab, watched):
    lab["knot"].change("example", zone(2, mx="other.good",
                                       dmarc="v=DMARC1; p=none"))
    health = watched.look()
    if not tap.ok(health, "a look that is asked for comes soon"):
        return
    found = [f for f in health["findings"]
             if f["code"] == "mtasts.mx_not_covered"]
    tap.ok(len(found) == 1 and found[0]["severity"] == "critical" and
           found[0]["since"] == health["checked_at"],
           "a mail server that the policy leaves out appears", codes(health))
    rows = [c["record"] for c in watched.history() if c["kind"] == "record"]
    tap.ok({"name": "_dmarc.good.example", "type": "TXT", "old": GOOD_DMARC,
            "value": "v=DMARC1; p=none", "first": False} in rows,
           "the record's change stands in the history", rows)
    tap.ok(health["due_at"] - health["checked_at"] <= 3600,
           "the next look is sooner now")


def check_notices(tap, lab):
    mail, hook = lab["mail"], lab["hook"]
    wait_for(lambda: mail.taken and hook.taken, 30)
    if not tap.ok(len(mail.taken) == 1 and len(hook.taken) == 1,
                  "one mail and one webhook tell of it",
                  mail.taken, hook.taken, mail.faults):
        return
    message = mail.taken[0]
    text = message.get_content()
    tap.ok(message["To"] == "ops@example.net" and
           "good.example" in message["Subject"],
           "the mail says whose it is", message.as_string())
    tap.ok("/d/good.example/dns" in text and "other.good.example" in text and
           "_dmarc.good.example" in text,
           "what happened, and the page to go to", text)
    method, path, headers, body = hook.taken[0]
    notices = json.loads(body)["notices"]
    told = {n["code"] for n in notices}
    tap.ok(method == "POST" and path == HOOK and is_signed(headers, body),
           "the webhook is signed", headers)
    tap.ok({"mtasts.mx_not_covered", "change.record_changed"} <= told,
           "and has each notice with its code", told)


def check_quiet(tap, lab, watched):
    watched.look()
    lab["knot"].change("example", zone(3))
    health = watched.look()
    tap.ok(health and "mtasts.mx_not_covered" not in codes(health),
           "put right, the finding clears", health and codes(health))
    cleared = [c for c in watched.history() if c["kind"] == "cleared" and
               c["finding"]["code"] == "mtasts.mx_not_covered"]
    tap.ok(len(cleared) == 1 and cleared[0]["finding"]["cleared_at"],
           "and the history says when", cleared)
    lab["knot"].change("example", zone(4, mx="other.good"))
    health = watched.look()
    tap.ok("mtasts.mx_not_covered" in codes(health), "it comes back")
    wait_for(lambda: False, QUIET)
    tap.ok(len(lab["mail"].taken) == 1 and len(lab["hook"].taken) == 1,
           "what comes and goes is told once", len(lab["mail"].taken),
           [json.loads(h[3]) for h in lab["hook"].taken[1:]])


def check_trials(tap, lab, server):
    mail, hook = lab["mail"], lab["hook"]
    status, answer = server.api("POST", "/notify/test", {})
    tap.ok(status == 200 and answer["queued"], "a trial is queued", answer)
    wait_for(lambda: len(mail.taken) == 2 and len(hook.taken) == 2, 30)
    tap.ok(len(mail.taken) == 2 and len(hook.taken) == 2,
           "and arrives by every way")
    done = server.run("notify", "test", "--config", server.config, "--json")
    tap.ok(done.returncode == 0 and
           [c["sent"] for c in json.loads(done.stdout)["channels"]] ==
           [True, True], "a trial from the command line tells what came of it",
           done.stdout, done.stderr)
    tap.ok(len(mail.taken) == 3 and len(hook.taken) == 3 and
           is_signed(*hook.taken[2][2:]), "and arrives, too")
    done = server.run("notify", "test")
    tap.ok(done.returncode == 8, "without a way to send it says so",
           done.returncode, done.stderr)


def failing(day, rows):
    """A report on a day on which others sent in the domain's name."""
    text = mails.dmarc_xml(f"day-{day}", domain="good.example", rows=rows,
                           day=day)
    return text.replace(b"<dkim>pass</dkim>", b"<dkim>fail</dkim>").replace(
        b"<result>pass</result>", b"<result>fail</result>")


def told_of_spoofing(lab):
    return [n for _, _, _, body in lab["hook"].taken
            for n in json.loads(body)["notices"]
            if n["code"] == "change.spoofing"]


def check_spike(tap, lab, server):
    """Three quiet weeks, then much; it is looked for at every start."""
    today = int(time.time()) // 86400
    days = {today - ago: 12 if ago < 4 else 1 for ago in range(24, 0, -1)}
    for day, rows in days.items():
        status, answer = server.api("POST", "/reports", failing(day, rows),
                                    {"X-File-Name": f"{day}.xml"})
        assert status == 201, (status, answer)
    wanted = sum(mails.messages_of(rows) for rows in days.values())

    def counted():
        _, found = server.api(
            "GET", "/query?domain=good.example&group=class&range=30d")
        return found["totals"]["messages"] == wanted

    tap.ok(wait_for(counted, 60, 0.3), "a month of reports is counted")
    server.stop()
    before = server.logged().count("notified")
    server.start()
    found = wait_for(lambda: told_of_spoofing(lab), 60)
    first = time.strftime("%Y-%m-%d", time.gmtime((today - 3) * 86400))
    if tap.ok(found and len(found) == 1, "a spike is told", found):
        tap.ok(f"/reports/dmarc?from={first}&to=" in found[0]["url"] and
               "&domain=good.example&class=unrecognised&class=blocked"
               in found[0]["url"] and found[0]["values"]["count"] == "234",
               "with its number and the rows that it is about", found)
    # Noted as told: what is stopped before is told again.
    wait_for(lambda: server.logged().count("notified") > before, 30)
    server.stop()
    server.start()
    wait_for(lambda: False, QUIET)
    tap.ok(len(told_of_spoofing(lab)) == 1, "and told once while it lasts",
           told_of_spoofing(lab))


def check_log(tap, server):
    text = server.logged()
    tap.ok("notified" in text, "the log says that people were told")
    tap.ok(not any(s in text for s in (PASSWORD, SECRET, HOOK)),
           "and nothing secret", text)


def main(program):
    tap = Tap()
    with tempfile.TemporaryDirectory() as room, tlslab.Lab() as tls:
        places = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
        web, port = dns.free_port(*places), dns.free_port(*places)
        files = {}
        for name, text in (("password", PASSWORD), ("secret", SECRET)):
            files[name] = os.path.join(room, name)
            with open(files[name], "w", encoding="utf-8") as out:
                out.write(text + "\n")
        pair = tls.pair("good", "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.chain, pair.key)
        mail, hook = Mail(context), Hook(context)
        tls.web("good", "mta-sts.good.example", tlslab.http_answer(POLICY),
                host="127.0.0.2", port=web)
        tls.mx("good", "mx.good.example", host="127.0.0.3", port=port)
        knot = dns.Knot(os.path.join(room, "dns"), {
            "": "example NS ns.example\nns.example A 127.0.0.1\n",
            "example": zone(1)})
        config = (f'inspect {{ resolver = "127.0.0.1:{knot.port}"\n'
                  f'trust_anchor = "none"\nca_file = "{tls.roots}"\n'
                  f'allow_private = {{"127.0.0.0/8"}}\n'
                  f'dns_port = {knot.port}\nhttps_port = {web}\n'
                  f'smtp_port = {port} }}\n'
                  f'notify {{ mail_to = "ops@example.net"\n'
                  f'mail_from = "waxseal@example.net"\n'
                  f'smtp_server = "localhost:{mail.port}"\n'
                  f'smtp_user = "bot"\n'
                  f'smtp_password_file = "{files["password"]}"\n'
                  f'webhook = "https://localhost:{hook.port}{HOOK}"\n'
                  f'webhook_secret_file = "{files["secret"]}" }}\n')
        lab = {"knot": knot, "mail": mail, "hook": hook}
        with knot, Server(program, config) as server:
            status, answer = server.api("POST", "/domains",
                                        {"domains": ["good.example"]})
            tap.ok(status == 200, "a domain is registered", answer)
            watched = Watched(server)
            check_first_look(tap, watched)
            check_change(tap, lab, watched)
            check_notices(tap, lab)
            check_quiet(tap, lab, watched)
            check_trials(tap, lab, server)
            check_spike(tap, lab, server)
            check_log(tap, server)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
