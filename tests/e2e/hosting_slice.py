#!/usr/bin/env python3
"""A hosted domain from beginning to end, on real parts. TAP.

  hosting_slice.py PROGRAM

Knot has the customer's zone, pebble is the authority and validates through
our own port 80 and name server, mta-sts-query and curl are the senders.
"""
import os
import signal
import sys
import threading
import time

import namespace
from hosting_lab import CUSTOMER as NAME, DAY, OURS, Lab, ask
from server import Tap, wait_for


def delegation(records):
    return "".join(f"{r['name']}. 60 CNAME {r['value']}.\n" for r in records)


def nothing_before_the_proof(lab, tap):
    lab.run("domain", "add", NAME)
    host = lab.run("domain", "host", NAME)
    token = host["token"]
    tap.ok(len(token) >= 14 and token.isalnum() and token not in NAME,
           "a domain gets a token of its own", host)
    done = lab.run("mta-sts", "mode", NAME, "testing", "--reason", "now",
                   fails=True)
    tap.ok(done.returncode != 0, "no mode before the proof", done.stderr)
    tap.ok(lab.fetch(NAME, "--resolve", f"mta-sts.{NAME}:443:{OURS}")[0]
           != 0, "nothing is served before the proof")
    tap.ok(not ask(f"{token}.p.host.example", "A", OURS),
           "no address at the token before the proof")
    return host


def proof(lab, tap, host):
    lab.publish(NAME, delegation(host["records"]))
    lab.run("domain", "prove", NAME)
    state = wait_for(lambda: (lambda s: s["proof"]["proven_at"] and s)(
        lab.show(NAME)), 60)
    tap.ok(state and state["proof"]["by"] == "delegation",
           "the CNAMEs prove the domain", lab.show(NAME),
           lab.server.logged())
    tap.ok(wait_for(lambda: ask(f"mta-sts.{NAME}", "A")[-1:] == [OURS], 30),
           "the policy name leads to our address",
           ask(f"mta-sts.{NAME}", "A"))


def testing(lab, tap):
    lab.run("mta-sts", "mode", NAME, "testing", "--reason", "first")
    policy = wait_for(lambda: lab.announced(NAME, "testing"), 120)
    tap.ok(policy, "a policy in testing is served and announced",
           lab.show(NAME), lab.run("cert", "list"), lab.server.logged(),
           lab.pebble.logged())
    if not policy:
        return
    tap.ok(policy["placed_at"] <= policy["served_at"]
           <= policy["announced_at"], "the body comes before its id",
           policy)
    code, body = lab.fetch(NAME)
    tap.ok(body == "version: STSv1\r\nmode: testing\r\n"
           f"mx: mx.{NAME}\r\nmax_age: 86400\r\n",
           "the minimal form is served", code, repr(body))
    tap.ok(wait_for(lambda: lab.txt(f"_mta-sts.{NAME}")
                    == [f"v=STSv1; id={policy['id']};"], 30),
           "DNS has its id", lab.txt(f"_mta-sts.{NAME}"))
    said = wait_for(lambda: "VALID" in lab.query(NAME) and lab.query(NAME),
                    120, 1)
    tap.ok(said and "testing" in said, "mta-sts-query says VALID testing",
           lab.query(NAME))
    look = lab.run("lookup", "mta-sts", NAME, "--allow-private",
                   "127.0.0.0/8", "--ca-file", lab.root, "--resolver",
                   "127.0.0.1", fails=True).stdout
    tap.ok('"VALID"' in look, "our own look-up says VALID", look[:2000])
    tap.ok(any("v=TLSRPTv1" in t for t in lab.txt(f"_smtp._tls.{NAME}")),
           "TLS reports are led here", lab.txt(f"_smtp._tls.{NAME}"))


def foreign(lab, tap):
    """Somebody else's domain leads to us without being proven here."""
    lab.run("domain", "add", "foreign.example")
    host = lab.run("domain", "host", "foreign.example")
    token = lab.show(NAME)["token"]
    lab.publish("foreign.example",
                f"mta-sts CNAME {token}.p.host.example.\n"
                f"_mta-sts CNAME {token}.s.host.example.\n")
    lab.run("domain", "prove", "foreign.example")
    seen = wait_for(lambda: lab.show("foreign.example")["proof"]
                    ["checked_at"], 60)
    tap.ok(seen and not lab.show("foreign.example")["proof"]["proven_at"],
           "another domain's token proves nothing",
           lab.show("foreign.example"))
    done = lab.run("mta-sts", "mode", "foreign.example", "testing",
                   "--reason", "x", fails=True)
    tap.ok(done.returncode != 0, "it gets no mode", done.stderr)
    # The resolver may still know that there was no such name.
    tap.ok(wait_for(lambda: lab.fetch("foreign.example")[0] == 35, 90, 1),
           "its name ends the handshake", lab.fetch("foreign.example"))
    names = [c["name"] for c in lab.run("cert", "list")["certificates"]]
    tap.ok(names == [f"mta-sts.{NAME}"], "nothing was ordered for it", names)
    tap.ok(host["token"] != token, "its token is another one")


def add_mx(lab, tap):
    old = lab.show(NAME)["policy"]["id"]
    lab.run("mta-sts", "add-mx", NAME, f"mx2.{NAME}")

    def new():
        policy = lab.announced(NAME, "testing")
        return policy if policy and policy["id"] > old else None

    policy = wait_for(new, 60)
    tap.ok(policy and f"mx: mx2.{NAME}" in policy["body"]
           and f"mx: mx.{NAME}" in policy["body"],
           "a mail server more makes a superset with a greater id",
           lab.show(NAME))
    tap.ok(policy and wait_for(lambda: policy["id"] in
                               str(lab.txt(f"_mta-sts.{NAME}")), 30),
           "the new id is announced", lab.txt(f"_mta-sts.{NAME}"))


def enforce(lab, tap):
    """Days, looks and reports open the gates; nobody overrides them, and the
    customer's DNS stays as it is since the first step."""
    done = lab.run("mta-sts", "mode", NAME, "enforce_week", fails=True)
    tap.ok(done.returncode in (6, 7),
           "enforce stays shut without reports and days", done.returncode,
           done.stderr)
    done = lab.run("mta-sts", "mode", NAME, "enforce_month", "--reason", "x",
                   fails=True)
    tap.ok(done.returncode in (6, 7), "no step is left out", done.stderr)
    for days in (8, 7):
        lab.move_clock(days * DAY)
        lab.look(NAME)
    lab.mail_reports(NAME, 14)
    old = lab.show(NAME)["policy"]["id"]
    opened = wait_for(lambda: lab.run("mta-sts", "mode", NAME, "enforce_week",
                                      fails=True).returncode == 0, 90, 1)
    tap.ok(opened, "looks and reports that their authors signed open it",
           lab.run("mta-sts", "mode", NAME, "enforce_week", fails=True)
           .stderr)
    policy = wait_for(lambda: lab.announced(NAME, "enforce"), 90)
    tap.ok(policy and policy["id"] > old and policy["max_age"] == 7 * DAY,
           "a policy in enforce for a week is announced", lab.show(NAME))
    said = wait_for(lambda: "enforce" in lab.query(NAME) and lab.query(NAME),
                    120, 1)
    tap.ok(said and "VALID" in said, "mta-sts-query says VALID enforce",
           lab.query(NAME))


class Sender(threading.Thread):
    """Looks at DNS and at the policy all the time, as senders do."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.lab, self.over, self.seen = lab, False, []
        self.name = lab.show(NAME)["token"] + ".s.host.example"

    def run(self):
        while not self.over:
            told = self.lab.txt(self.name, OURS)
            code, body = self.lab.fetch(NAME)
            if told and code == 0:
                self.seen.append((told[0].split("id=")[1].rstrip(";"), body))


def killed(lab, tap):
    """The service is killed again and again while policies change: never is
    an id announced before the body that belongs to it."""
    sender = Sender(lab)
    sender.start()
    kills = 0
    for i in range(6):
        lab.run("mta-sts", "add-mx", NAME, f"extra{i}.{NAME}")
        end = time.monotonic() + 0.4 * i
        while time.monotonic() < end or kills <= i:
            pid = lab.server.children().get("hosting")
            if pid:
                os.kill(pid, signal.SIGKILL)
                kills += 1
            time.sleep(0.2)

    def whole():
        policy = lab.show(NAME)["policy"]
        return policy["announced_at"] and "extra5" in policy["body"]

    tap.ok(wait_for(whole, 90), "it goes on wherever it was killed",
           f"{kills} times", lab.show(NAME), lab.server.logged())
    sender.over = True
    sender.join()
    versions = {v["id"]: v["body"] for v in lab.run(
        "policy", "history", NAME)["versions"]}
    order = [v for v in sorted(versions)]
    early = [(told, body) for told, body in sender.seen
             if order.index(told) > max(
                 i for i, v in enumerate(order) if versions[v] == body)]
    tap.ok(len(sender.seen) > 10 and not early,
           "no sender was told of an id before its body",
           len(sender.seen), early)


def without_the_key(lab, tap):
    """The data directory without the master key beside it."""
    path = lab.server.data + ".master-key"
    with open(path, "rb") as text:
        key = text.read()
    found = []
    for place, _, names in os.walk(lab.server.data):
        for name in names:
            file = os.path.join(place, name)
            if not os.path.isfile(file):
                continue
            with open(file, "rb") as text:
                if key in text.read():
                    found.append(name)
    tap.ok(len(key) == 32 and not found
           and os.stat(path).st_mode & 0o777 == 0o600,
           "the master key is in no file of the data directory", found)
    before = lab.show(NAME)["policy"]["id"]
    issued = lab.run("cert", "list")["certificates"][0]["issued_at"]
    lab.server.stop()
    os.unlink(path)
    lab.server.start()
    new = wait_for(lambda: [c for c in lab.run("cert", "list")
                            ["certificates"] if (c["issued_at"] or 0)
                            > issued], 90)
    tap.ok(new, "without it new certificates are made",
           lab.run("cert", "list"), lab.server.logged())
    tap.ok(wait_for(lambda: lab.fetch(NAME)[0] == 0, 30)
           and lab.show(NAME)["policy"]["id"] == before,
           "and nothing else is lost", lab.fetch(NAME))


def lost(lab, tap, host):
    """The customer takes his CNAMEs away, and brings them back."""
    lab.publish(NAME, "")
    lab.run("domain", "prove", NAME)
    tap.ok(wait_for(lambda: lab.show(NAME)["proof"]["lost_at"], 60),
           "a proof that is gone is noticed", lab.show(NAME))
    tap.ok(lab.fetch(NAME, "--resolve", f"mta-sts.{NAME}:443:{OURS}")[0]
           == 0, "what is served goes on")
    lab.publish(NAME, delegation(host["records"]))
    lab.run("domain", "prove", NAME)
    tap.ok(wait_for(lambda: not lab.show(NAME)["proof"]["lost_at"], 60),
           "and found again when it is back", lab.show(NAME))


def survives(lab, tap):
    name = lab.show(NAME)["token"] + ".s.host.example"
    before = lab.txt(name, OURS)
    lab.move_clock(0)
    tap.ok(before and wait_for(lambda: lab.txt(name, OURS) == before, 30),
           "a restart changes nothing", before, lab.txt(name, OURS))
    tap.ok(wait_for(lambda: lab.fetch(NAME)[0] == 0, 30),
           "the policy is served after a restart", lab.fetch(NAME))


def retire(lab, tap):
    """`none` is served for as long as the week of enforce may be cached."""
    lab.run("mta-sts", "retire", NAME, "--yes")
    policy = wait_for(lambda: lab.announced(NAME, "none"), 90)
    tap.ok(policy and lab.fetch(NAME)[1]
           == "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n",
           "a retired policy is none, and announced", lab.show(NAME))
    lab.move_clock(6 * DAY)
    tap.ok(wait_for(lambda: "mode: none" in lab.fetch(NAME)[1]
                    and lab.txt(f"_mta-sts.{NAME}"), 60),
           "it is served six days later", lab.fetch(NAME),
           lab.txt(f"_mta-sts.{NAME}"))
    lab.move_clock(2 * DAY)
    tap.ok(wait_for(lambda: lab.show(NAME)["mode"] == "removed", 60),
           "it is over when a week has passed", lab.show(NAME),
           lab.server.logged())
    tap.ok(wait_for(lambda: lab.fetch(NAME)[0] != 0
                    and not lab.txt(f"_mta-sts.{NAME}"), 60),
           "nothing is served then", lab.fetch(NAME))


def leave(lab, tap):
    """A domain leaves the account; `none` is served until caches end."""
    name = "leaver.example"
    lab.run("domain", "add", name)
    host = lab.run("domain", "host", name)
    lab.publish(name, delegation(host["records"]))
    lab.run("domain", "prove", name)
    wait_for(lambda: lab.show(name)["proof"]["proven_at"], 60)
    lab.run("mta-sts", "mode", name, "testing", "--reason", "first")
    tap.ok(wait_for(lambda: lab.announced(name, "testing"), 120),
           "a second domain is served", lab.show(name), lab.server.logged())
    token = host["token"]
    lab.run("domain", "remove", name, "--yes")
    tap.ok(wait_for(lambda: "mode: none" in lab.fetch(name)[1], 60),
           "a domain that left is served `none`", lab.fetch(name),
           lab.server.logged())
    lab.move_clock(DAY // 2)
    tap.ok(wait_for(lambda: "mode: none" in lab.fetch(name)[1], 30),
           "also after a restart, while senders may have the old one",
           lab.fetch(name))
    tap.ok(ask(f"{token}.p.host.example", "A", OURS) == [OURS],
           "its address stays so long")
    lab.move_clock(DAY)
    tap.ok(wait_for(lambda: lab.fetch(name)[0] != 0, 60),
           "nothing is served once max_age has passed", lab.fetch(name),
           lab.server.logged())
    tap.ok(wait_for(lambda: not ask(f"{token}.p.host.example", "A", OURS),
                    30), "the records are gone")


def main():
    tap = Tap()
    with Lab(sys.argv[1]) as lab:
        host = nothing_before_the_proof(lab, tap)
        proof(lab, tap, host)
        testing(lab, tap)
        foreign(lab, tap)
        add_mx(lab, tap)
        lost(lab, tap, host)
        survives(lab, tap)
        leave(lab, tap)
        enforce(lab, tap)
        killed(lab, tap)
        without_the_key(lab, tap)
        retire(lab, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(namespace.alone(main))
