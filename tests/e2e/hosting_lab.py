"""A small internet on loopback for hosted domains: root, a top-level domain
and a customer's zone in Knot, unbound as everybody's resolver, pebble as the
certificate authority, and Waxseal with all its roles on real ports.

with Lab(program) as lab:
    lab.run("domain", "host", "customer.example")

With `elsewhere` customer.example has two name servers of its own, ELSEWHERE,
which somebody else starts (publish_lab.py).

Only in a network of one's own (namespace.py): ports 53, 80 and 443.
"""
import contextlib
import gzip
import json
import os
import re
import signal
import smtplib
import subprocess
import tempfile
import time

import dkim
import dns
import mails
import tlslab
from pebble import Pebble
from server import Server, wait_for

WORLD, OURS, MAIL = "127.0.0.10", "127.0.0.2", "127.0.0.3"
ELSEWHERE = "127.0.0.13", "127.0.0.14"
RESOLVER = "127.0.0.1"
CUSTOMER = "customer.example"
DAY = 86400
# Who reports, and whose key signs it: the name of a large provider counts
# only with its own.
REPORTERS = {"Google Inc.": "google.com",
             "Microsoft Corporation": "microsoft.com",
             "Receiver": "receiver.com"}
ROOT = ("@ NS ns.example.\nexample NS ns.example.\ncom NS ns.example.\n"
        f"ns.example. A {WORLD}\n")
TOP = (f"@ NS ns\nns A {WORLD}\nhost NS ns1.host\nns1.host A {OURS}\n"
       "foreign NS ns\nleaver NS ns\n")
HERE = "customer NS ns\n"
THERE = "".join(f"customer NS ns{i}.customer\nns{i}.customer A {address}\n"
                for i, address in enumerate(ELSEWHERE, 1))
UNBOUND = """server:
    interface: {resolver}@53
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    do-daemonize: no
    do-ip6: no
    username: ""
    chroot: ""
    directory: "{room}"
    pidfile: "{room}/unbound.pid"
    logfile: "{room}/unbound.log"
    use-syslog: no
    root-hints: "{room}/root.hints"
    module-config: "iterator"
    cache-max-ttl: 1
    cache-max-negative-ttl: 1
    infra-host-ttl: 1
remote-control:
    control-enable: no
"""


class Unbound:
    def __init__(self, room):
        self.room, self.child = room, None
        with open(os.path.join(room, "root.hints"), "w",
                  encoding="ascii") as out:
            out.write(f". 3600 IN NS ns.example.\nns.example. 3600 IN A "
                      f"{WORLD}\n")
        self.config = os.path.join(room, "unbound.conf")
        with open(self.config, "w", encoding="ascii") as out:
            out.write(UNBOUND.format(resolver=RESOLVER, room=room))

    def __enter__(self):
        self.child = subprocess.Popen(
            ["/usr/sbin/unbound", "-d", "-c", self.config],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        if not wait_for(lambda: ask("example", "SOA"), 30):
            self.__exit__()
            raise RuntimeError("unbound does not answer")
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(30)


def ask(name, kind, server=RESOLVER):
    """The records, one text each, CNAMEs of the way among them."""
    done = subprocess.run(
        ["kdig", f"@{server}", "+short", "+timeout=2", "+retry=0", name,
         kind], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=30, check=False)
    return [line for line in done.stdout.splitlines()
            if line and not line.startswith(";")]


class Lab:
    """customer, foreign and leaver.example; customer's mail server speaks
    TLS."""

    serves, more = Server, ""  # how Waxseal is begun, more of its settings

    def __init__(self, program, elsewhere=False):
        self.program = os.path.abspath(program)
        self.owned = tempfile.TemporaryDirectory()
        self.room = self.owned.name
        self.serial, self.offset = 1, 0
        self.texts = {f"{name}.example": "" for name in
                      ("foreign", "leaver") + ("customer",) * (not elsewhere)}
        self.signers = {org: dkim.Signer(self.room, domain)
                        for org, domain in REPORTERS.items()}
        self.knot = dns.Knot(os.path.join(self.room, "knot"), {
            "": ROOT, "example": TOP + (THERE if elsewhere else HERE),
            "com": "@ NS ns.example.\n" + "".join(
                one.zone_line() for one in self.signers.values()),
            **{zone: self.zone(zone) for zone in self.texts}}, 53, (WORLD,))
        self.unbound = Unbound(self.room)
        self.tls = tlslab.Lab()
        self.pebble = self.server = self.parts = None
        self.root = self.roots = None

    def zone(self, name):
        return (f"@ SOA ns.example. hostmaster.example. {self.serial} 3600 "
                f"600 86400 1\n@ NS ns.example.\n@ MX 10 mx\nmx A {MAIL}\n"
                + self.texts[name])

    def publish(self, name, text):
        """The customer changes his zone: these records and no others."""
        self.texts[name] = text
        self.serial += 1
        self.knot.change(name, self.zone(name))

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.callback(self.owned.cleanup)
            for part in (self.knot, self.unbound, self.tls):
                stack.enter_context(part)
            self.pebble = Pebble(self.room, self.tls, f"{RESOLVER}:53",
                                 http=80, tls=443)
            stack.callback(self.pebble.stop)
            self.pebble.start()
            self.trust()
            self.server = self.serves(self.program,
                                      self.config() + self.more,
                                      room=self.room)
            stack.callback(self.server.stop)
            self.server.start()
            self.server.make_user()
            self.parts = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.parts.close()

    def trust(self):
        """Mail servers' roots, and the one of what pebble issues."""
        self.tls.mx("good", "mx.customer.example", host=MAIL, port=25)
        self.root = self.pebble.root()
        self.roots = os.path.join(self.room, "roots.pem")
        with open(self.roots, "wb") as out:
            for path in (self.root, self.tls.roots):
                with open(path, "rb") as text:
                    out.write(text.read())

    def config(self):
        return (f'inspect {{ resolver = "{RESOLVER}:53"\n'
                f'trust_anchor = "none"\nca_file = "{self.roots}"\n'
                'allow_private = {"127.0.0.0/8"} }\n'
                f'hosting {{ zone = "host.example"\n'
                f'nameservers = {{"ns1.host.example={OURS}"}}\n'
                f'addresses = {{"{OURS}"}}\n'
                f'policy_listen = {{"{OURS}:443"}}\n'
                f'challenge_listen = {{"{OURS}:80"}}\n'
                f'dns_listen = {{"{OURS}:53"}}\n'
                f'ca = {{"{self.pebble.directory}"}}\n'
                f'ca_file = "{self.tls.roots}"\ncaa = {{"pebble.example"}}\n'
                'terms_agreed = true }\n')

    # ---- the clock ----

    def move_clock(self, seconds):
        """All roles and all commands together, that far ahead in all."""
        self.offset += seconds
        with open(self.server.config, encoding="utf-8") as text:
            old = text.read()
        new = re.sub(r"test \{ clock.*\}\n", "", old)
        with open(self.server.config, "w", encoding="utf-8") as out:
            out.write(new + f'test {{ clock_offset = "{self.offset}" }}\n')
        self.server.stop()
        self.server.start()

    # ---- commands ----

    def run(self, *words, fails=False):
        done = subprocess.run(
            [self.program, "--config", self.server.config, *words,
             "--format", "json"], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False)
        if fails:
            return done
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.returncode} {done.stderr}")
        return json.loads(done.stdout)

    def show(self, name):
        return self.run("mta-sts", "show", name)

    def announced(self, name, mode):
        """The version of that mode, once its id is announced."""
        policy = self.show(name)["policy"]
        return policy if policy and policy["mode"] == mode and \
            policy["announced_at"] else None

    # ---- reports ----

    def clock(self):
        return int(time.time()) + self.offset

    def tls_reports(self, name, days):
        """[(who, report)], without a failure, one of each of the last days
        and each reporter."""
        today = self.clock() // DAY
        return [(org, mails.tls_json(f"{org.split()[0]}-{day}", name, org, 0,
                                     day))
                for day in range(today - days, today) for org in REPORTERS]

    def post_reports(self, name, days):
        """Over HTTPS's door, as anybody can. The statuses."""
        path = "/api/v1/tlsrpt/" + self.server.api(
            "GET", f"/domains/{name}/records")[1]["post_url"].rsplit("/")[-1]
        return {self.server.request(
            "POST", path, text,
            {"Content-Type": "application/tlsrpt+json"})[0]
            for _, text in self.tls_reports(name, days)}

    def mail_reports(self, name, days):
        """By mail that its author's domain has signed (RFC 8460 section
        3)."""
        to = self.server.api("GET", f"/domains/{name}/records")[1]["address"]
        with smtplib.SMTP("127.0.0.1", self.server.smtp, timeout=30) as door:
            for org, text in self.tls_reports(name, days):
                author = "tls@" + REPORTERS[org]
                door.sendmail(author, to, self.signers[org].sign(mails.mail(
                    gzip.compress(text), "report.json.gz",
                    "application/tlsrpt+gzip", author, to)))

    def look(self, name):
        """Everything about the domain is looked at once more."""
        def health():
            return self.server.api("GET", f"/domains/{name}/health")[1]
        before = health()["checked_at"]
        self.server.api("POST", f"/domains/{name}/check", {})
        return wait_for(lambda: (lambda h: h if h["checked_at"] != before
                                 else None)(health()), 60, 0.3)

    # ---- a sender ----

    def fetch(self, name, *words):
        """What curl makes of the policy: (exit code, body)."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--max-time",
             "20", "--cacert", self.root, *words,
             f"https://mta-sts.{name}/.well-known/mta-sts.txt"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
            check=False)
        return done.returncode, done.stdout.decode()

    def query(self, name):
        """What postfix-mta-sts-resolver says, on one line."""
        done = subprocess.run(
            ["mta-sts-query", name], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "SSL_CERT_FILE": self.root})
        return done.stdout.strip() + done.stderr.strip()

    def txt(self, name, server=RESOLVER):
        """TXT at a name, without quotes, CNAMEs left out."""
        return [line.strip('"') for line in ask(name, "TXT", server)
                if line.startswith('"')]
