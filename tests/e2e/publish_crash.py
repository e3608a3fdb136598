#!/usr/bin/env python3
"""The process that changes DNS dies at every step of a plan, each once: it goes
on by itself, nothing is written twice or taken for failed. TAP.

  publish_crash.py WAXSEAL
"""
import os
import signal
import sys
import tempfile

from publish_lab import PRIMARY, SECONDARY, ZONE, Lab
from publish_serve import Client, provider, values
from server import Server, Tap, wait_for


class Steps:
    def __init__(self, room, server):
        self.room, self.server = room, server

    def arm(self, *names):
        for name in names:
            with open(os.path.join(self.room, name), "wb"):
                pass

    def met(self):
        """All that were armed; then the pauses of the roles begin anew."""
        met = wait_for(lambda: not os.listdir(self.room), 60)
        before = self.server.children().values()
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(self.server.children()) >= len(before)
                 and not set(before) & set(self.server.children().values()),
                 30)
        wait_for(self.server.ready, 30)
        return met


def way(c, lab, tap, steps, number):
    steps.arm("plan.made", "plan.ready")
    plan = c.plan({})
    tap.ok(steps.met() and plan["state"] == "ready",
           "a plan is made through a death at each step", plan)
    after = {one["name"]: one["after"] for one in plan["plan"]["changes"]}
    steps.arm("plan.applying", "plan.written", "plan.recorded")
    c.ask("POST", f"/dns/plans/{plan['id']}/confirm", {"provider": number})
    far = steps.met()
    steps.arm("plan.looked", "plan.verified")
    done = c.arrived(plan["id"])
    tap.ok(far and done["state"] in ("applied", "verified")
           and not done["fault"], "it is applied through a death at each",
           done)
    tap.ok(all(values(lab.dig("_dmarc", "TXT", at))
               == after[f"_dmarc.{ZONE}"] for at in (PRIMARY, SECONDARY)),
           "and is on both name servers, once",
           lab.dig("_dmarc", "TXT", PRIMARY))
    tap.ok(steps.met(), "also while it is looked for", os.listdir(steps.room))
    status, back = c.ask("POST", f"/dns/plans/{plan['id']}/undo", {})
    steps.arm("plan.applied")
    c.ask("POST", f"/dns/plans/{back['id']}/confirm", {})
    done = c.arrived(back["id"])
    tap.ok(status == 201 and steps.met() and not done["fault"]
           and lab.dig("_smtp._tls", "TXT", PRIMARY) == [],
           "what was written and not noted is found in DNS", status, done)


def main():
    tap = Tap()
    with Lab("knot") as lab, tempfile.TemporaryDirectory() as room:
        config = (f'inspect {{ resolver = "{PRIMARY}:{lab.port}" '
                  f'trust_anchor = "none" dns_port = {lab.port} '
                  f'allow_private = {{"127.0.0.0/8"}} }}\n'
                  f'test {{ crash_dir = "{room}" }}\n')
        with Server(os.path.abspath(sys.argv[1]), config) as server:
            server.lab_port = lab.port
            c = Client(server)
            server.run("domain", "add", ZONE)
            way(c, lab, tap, Steps(room, server), provider(c))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
