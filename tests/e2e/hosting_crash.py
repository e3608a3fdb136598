#!/usr/bin/env python3
"""The service dies at every step of publishing, changing and retiring a policy,
each once: it goes on by itself, and no id is told before its body. TAP.

  hosting_crash.py PROGRAM
"""
import os
import signal
import sys
import time

import namespace
from hosting_lab import Lab, ask
from hosting_slice import DAY, NAME, Sender, delegation
from server import Tap, wait_for

# In the order in which they are met. Who died at "announced" has told already
# when he begins again, so "told" has its turn with the next version.
POLICY = ["policy.made", "index.filled", "policy.written", "policy.placed",
          "index.put", "policy.seen", "policy.served"]
CERT = ["cert.ordered", "cert.shown", "cert.issued", "cert.stored"]
OWN = "dash.host.example"
AT_ONCE = 4  # the pauses before a role begins again double


class Crash(Lab):
    def __init__(self, program):
        super().__init__(program)
        self.steps = os.path.join(self.room, "steps")
        os.mkdir(self.steps)
        self.more = (f'test {{ crash_dir = "{self.steps}" }}\n'
                     f'hosting {{ own_names = {{"{OWN}"}} }}\n')
        # A certificate that is stored is not ordered again: of two, one
        # meets "stored", the other one this.
        self.arm("cert.served")

    def arm(self, *names):
        for name in names:
            with open(os.path.join(self.steps, name), "wb"):
                pass

    def left(self):
        return os.listdir(self.steps)

    def reload(self):
        """Every role begins anew, and with it its pauses."""
        before = set(self.server.children().values())
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(self.server.children()) >= len(before)
                 and not before & set(self.server.children().values()), 30)

    def walk(self, names, begin, reached):
        """Arms `names`, a few at a time, and waits until each was met and
        what was begun is reached all the same."""
        rest = list(names)
        self.reload()
        self.arm(*rest[:AT_ONCE])
        del rest[:AT_ONCE]
        begin()
        while wait_for(lambda: not self.left(), 60) and rest:
            self.arm(*rest[:AT_ONCE])
            del rest[:AT_ONCE]
            self.reload()
        return wait_for(reached, 60) and not self.left() and not rest


def grown(lab, mode, old):
    policy = lab.announced(NAME, mode)
    return policy if policy and policy["id"] > old else None


def first(lab, tap):
    lab.run("domain", "add", NAME)
    host = lab.run("domain", "host", NAME)
    lab.publish(NAME, delegation(host["records"]))
    lab.run("domain", "prove", NAME)
    wait_for(lambda: lab.show(NAME)["proof"]["proven_at"]
             and not lab.left(), 60)
    done = lab.walk(
        POLICY[:5] + CERT + POLICY[5:] + ["policy.announced"],
        lambda: lab.run("mta-sts", "mode", NAME, "testing", "--reason",
                        "first"),
        lambda: lab.announced(NAME, "testing"))
    tap.ok(done, "a first policy and its certificate come through a death at"
           " each step", lab.left(), lab.show(NAME), lab.run("cert", "list"),
           lab.server.logged())
    history = lab.run("policy", "history", NAME)["versions"]
    tap.ok(len(history) == 1, "and it is one version, not several", history)
    certs = lab.run("cert", "list")["certificates"]
    tap.ok(sorted(c["name"] for c in certs if c["issued_at"])
           == [OWN, f"mta-sts.{NAME}"], "with one certificate", certs)


def changed(lab, tap):
    old = lab.show(NAME)["policy"]["id"]
    done = lab.walk(
        POLICY + ["policy.told"],
        lambda: lab.run("mta-sts", "add-mx", NAME, f"mx2.{NAME}"),
        lambda: grown(lab, "testing", old))
    tap.ok(done and f"mx: mx2.{NAME}" in lab.fetch(NAME)[1],
           "another version comes through a death at each step", lab.left(),
           lab.show(NAME), lab.server.logged())


def asked(lab, tap):
    """Whoever asks dies, before or after it is written down."""
    before = lab.show(NAME)
    lab.arm("mode.asked")
    died = lab.run("mta-sts", "mode", NAME, "testing", fails=True)
    tap.ok(died.returncode == -signal.SIGKILL
           and lab.show(NAME)["policy"] == before["policy"],
           "a wish that was not written down is none", died,
           lab.show(NAME))
    lab.arm("mode.set")
    died = lab.run("mta-sts", "retire", NAME, "--yes", fails=True)
    tap.ok(died.returncode == -signal.SIGKILL
           and lab.show(NAME)["mode"] == "none",
           "one that was is carried out", died, lab.show(NAME))


def retired(lab, tap):
    done = lab.walk(POLICY + ["policy.announced"],
                    lambda: asked(lab, tap),
                    lambda: lab.announced(NAME, "none"))
    tap.ok(done and "mode: none" in lab.fetch(NAME)[1],
           "the end of a policy comes through a death at each step",
           lab.left(), lab.show(NAME), lab.server.logged())


def over(lab, tap, token):
    lab.arm("index.renamed", "policy.over")
    lab.move_clock(2 * DAY)
    tap.ok(wait_for(lambda: not lab.left()
                    and lab.show(NAME)["mode"] == "removed", 60),
           "so does the end of that", lab.left(), lab.show(NAME),
           lab.server.logged())
    tap.ok(wait_for(lambda: lab.fetch(NAME)[0] != 0
                    and not lab.txt(f"_mta-sts.{NAME}"), 30)
           and not ask(f"{token}.s.host.example", "TXT"),
           "nothing is served then", lab.fetch(NAME))


def order_of(lab, tap, sender):
    sender.over = True
    sender.join()
    versions = {v["id"]: v["body"] for v in lab.run(
        "policy", "history", NAME)["versions"]}
    order = sorted(versions)
    early = [(told, body) for told, body in sender.seen
             if order.index(told) > max(
                 i for i, v in enumerate(order) if versions[v] == body)]
    tap.ok(len(sender.seen) > 10 and not early,
           "no sender was told of an id before its body",
           len(sender.seen), early)


def main():
    tap = Tap()
    with Crash(sys.argv[1]) as lab:
        began = time.monotonic()
        first(lab, tap)
        sender = Sender(lab)
        sender.start()
        changed(lab, tap)
        retired(lab, tap)
        order_of(lab, tap, sender)
        over(lab, tap, lab.show(NAME)["token"])
        print(f"# {time.monotonic() - began:.0f} s")
    return tap.end()


if __name__ == "__main__":
    sys.exit(namespace.alone(main))
