#!/usr/bin/env python3
"""DNS changes through the API of a running server: asked for, confirmed,
written into a real Knot by the role that reaches out, verified on both name
servers, shown to who has a link, undone.  publish_serve.py WAXSEAL"""
import json
import os
import sqlite3
import sys
import time

import pages
from publish_lab import KEY, PRIMARY, SECONDARY, ZONE, Lab
from server import Server, wait_for

OLD = "v=DMARC1; p=quarantine; rua=mailto:old@example.test"
FAILURES = []


def check(what, good, seen=""):
    print(("ok - " if good else "not ok - ") + what)
    if not good:
        FAILURES.append(what)
        print("#", str(seen)[:3000])


class Client:
    def __init__(self, server):
        self.server = server

    def ask(self, method, path, body=None, token=True):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + (
                self.server.token if token is True else token)
        status, text, _ = self.server.request(
            method, "/api/v1" + path,
            None if body is None else json.dumps(body), headers)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def until(self, number, *states):
        def look():
            plan = self.ask("GET", f"/dns/plans/{number}")[1]
            return plan if plan["state"] in states else None
        return wait_for(look, 60, 0.1) or self.ask(
            "GET", f"/dns/plans/{number}")[1]

    def arrived(self, number):
        def look():
            plan = self.ask("GET", f"/dns/plans/{number}")[1]
            far = (plan["check"] or {}).get("state")
            return plan if far in ("cached", "verified") else None
        return wait_for(look, 60, 0.1) or self.ask(
            "GET", f"/dns/plans/{number}")[1]

    def plan(self, body):
        status, plan = self.ask("POST", f"/domains/{ZONE}/plans", body)
        check("a plan is asked for and waits for its look",
              status == 202 and plan["state"] == "asked"
              and plan["plan"] is None, (status, plan))
        return self.until(plan["id"], "ready", "failed")


def values(found):
    return [value for _, value in found]


def provider(c):
    status, one = c.ask("POST", "/dns/providers", {
        "name": "knot", "kind": "rfc2136", "key_name": "waxseal",
        "server": f"{PRIMARY}:{c.server.lab_port}", "secret": KEY})
    check("a provider is added and its secret not told",
          status == 201 and KEY not in json.dumps(one), (status, one))
    status, again = c.ask("POST", "/dns/providers", {
        "name": "knot", "kind": "rfc2136", "key_name": "waxseal",
        "server": f"{PRIMARY}:{c.server.lab_port}", "secret": KEY})
    check("a name is taken once", status == 409
          and again["code"] == "control.provider_exists", (status, again))
    for body in ({"name": "x", "kind": "rfc2136", "secret": KEY},
                 {"name": "x", "kind": "cloudflare", "secret": "a",
                  "url": "http://192.0.2.1/"},
                 {"name": "x", "kind": "desec"}):
        status, bad = c.ask("POST", "/dns/providers", body)
        check("settings that cannot be used are refused",
              status == 400 and bad["code"] == "publish.bad_provider",
              (status, bad))
    status, every = c.ask("GET", "/dns/providers")
    check("providers are listed with what each kind asks for",
          status == 200 and len(every["providers"]) == 1
          and len(every["kinds"]) == 7 and KEY not in json.dumps(every),
          (status, every))
    return one["id"]


def whole_way(c, lab, number):
    ready = c.plan({})
    changes = {(one["name"], one["what"]): one
               for one in ready["plan"]["changes"]}
    dmarc = changes.get((f"_dmarc.{ZONE}", "replace"))
    check("the plan adds our address to the DMARC record, and TLS-RPT",
          ready["state"] == "ready" and dmarc and dmarc["now"] == [OLD]
          and dmarc["after"][0].startswith(OLD + ",mailto:")
          and dmarc["host"] == "_dmarc"
          and (f"_smtp._tls.{ZONE}", "add") in changes, ready)
    plan = ready["id"]
    status, shared = c.ask("POST", f"/dns/plans/{plan}/share", {})
    link(c, shared["secret"], dmarc["after"][0])
    status, refused = c.ask("POST", f"/dns/plans/{plan}/confirm", {})
    check("without a provider it is not applied", status == 400
          and refused["code"] == "publish.no_provider", (status, refused))
    status, _ = c.ask("POST", f"/dns/plans/{plan}/confirm",
                      {"provider": number})
    done = c.arrived(plan)
    check("confirmed, written and verified on both name servers",
          status == 202 and all(one["have"] == one["servers"] == 2
                                for one in done["check"]["records"]), done)
    check("and both name servers have it",
          all(values(lab.dig("_dmarc", "TXT", at)) == dmarc["after"]
              for at in (PRIMARY, SECONDARY)))
    status, again = c.ask("POST", f"/dns/plans/{plan}/confirm",
                          {"provider": number})
    check("it is not applied twice", status == 409
          and again["code"] == "control.plan_state", (status, again))
    status, back = c.ask("POST", f"/dns/plans/{plan}/undo", {})
    check("the plan that takes it back is ready", status == 201
          and back["state"] == "ready" and back["undoes"] == plan
          and back["provider"] == number, (status, back))
    c.ask("POST", f"/dns/plans/{back['id']}/confirm", {})
    done = c.arrived(back["id"])
    check("undone, with its TTL, on both name servers",
          all(lab.dig("_dmarc", "TXT", at) == [(7, OLD)]
              and lab.dig("_smtp._tls", "TXT", at) == []
              for at in (PRIMARY, SECONDARY)), done)
    status, twice = c.ask("POST", f"/dns/plans/{plan}/undo", {})
    check("nothing is undone twice", status == 409, (status, twice))


def link(c, secret, value):
    status, seen = c.ask("GET", f"/shared/{secret}", token=False)
    check("who has the link sees the records without signing in",
          status == 200 and value in [one["value"]
                                      for one in seen["records"]]
          and "author" not in seen, (status, seen))
    status, _ = c.ask("GET", "/shared/" + secret[:-1] + "x", token=False)
    check("another link leads nowhere", status == 404, status)
    with sqlite3.connect(os.path.join(c.server.data, "control.db")) as base:
        base.execute("UPDATE dns_share SET expires_at = ?",
                     (int(time.time()) - 1,))
    status, over = c.ask("GET", f"/shared/{secret}", token=False)
    check("after its days the link answers 410", status == 410
          and over["code"] == "control.share_over", (status, over))


def changed(c, lab, number):
    ready = c.plan({"records": [{"name": "_dmarc", "type": "TXT",
                                 "value": "v=DMARC1; p=reject"}]})
    lab.nsupdate(f"del _dmarc.{ZONE}. TXT",
                 f'add _dmarc.{ZONE}. 7 TXT "v=DMARC1; p=none"')
    c.ask("POST", f"/dns/plans/{ready['id']}/confirm", {"provider": number})
    plan = c.until(ready["id"], "changed", "applied", "verified", "failed")
    check("changed since the plan: nothing is written and it is told",
          plan["state"] == "changed" and plan["fault"] == "publish.changed"
          and values(lab.dig("_dmarc", "TXT")) == ["v=DMARC1; p=none"], plan)


def blocked(c, number):
    ready = c.plan({"records": [{"name": "taken", "type": "CNAME",
                                 "value": "tok.p.host.example"}]})
    check("a conflict is shown with its finding", ready["plan"]["blocked"]
          and ready["plan"]["findings"][0]["code"] == "publish.cname_beside",
          ready)
    status, refused = c.ask("POST", f"/dns/plans/{ready['id']}/confirm",
                            {"provider": number})
    check("and cannot be confirmed", status == 409
          and refused["code"] == "publish.blocked", (status, refused))
    status, bad = c.ask("POST", f"/domains/{ZONE}/plans", {
        "records": [{"name": "a.example.org.", "type": "TXT",
                     "value": "x"}]})
    check("records of other domains are refused", status == 400
          and bad["code"] == "publish.bad_record", (status, bad))
    status, bad = c.ask("POST", "/domains/example.org/plans", {})
    check("and so are domains that are not ours", status == 404, (status, bad))


def by_hand(c, lab):
    ready = c.plan({"records": [{"name": "new", "type": "TXT",
                                 "value": "hello"}]})
    c.ask("POST", f"/dns/plans/{ready['id']}/confirm", {"by_hand": True})

    def missing():
        plan = c.ask("GET", f"/dns/plans/{ready['id']}")[1]
        return plan["check"] and plan["check"]["state"] == "missing"
    check("by hand: not found until somebody publishes it",
          wait_for(missing, 60))
    lab.nsupdate(f'add new.{ZONE}. 60 TXT "hello"')
    done = c.arrived(ready["id"])
    check("and then verified", done["check"]["records"][0]["have"] == 2, done)


def from_the_page(c, lab):
    """A step of the policy in the browser; what it leaves is what was."""
    ready = c.plan({"records": [{"name": "_dmarc", "type": "TXT",
                                 "value": "v=DMARC1; p=reject"}]})
    before = [(9, "v=DMARC1; p=none; rua=mailto:hand@example.test")]
    lab.nsupdate(f"del _dmarc.{ZONE}. TXT",
                 f'add _dmarc.{ZONE}. 9 TXT "{before[0][1]}"')
    c.ask("POST", f"/domains/{ZONE}/check")
    wait_for(lambda: c.ask("GET", f"/domains/{ZONE}/journey")[1]["record"]
             == before[0][1], 60)
    for name, held, details in pages.look(c.server, "publish.mjs", zone=ZONE,
                                          overtaken=ready["id"]):
        check("page: " + name, held, details)
    lab.settle()
    check("what was is there again, TTL and all", all(
        lab.dig("_dmarc", "TXT", at) == before for at in (PRIMARY, SECONDARY)),
          lab.dig("_dmarc", "TXT"))
    with sqlite3.connect(os.path.join(c.server.data, "control.db")) as base:
        noted = [f"{a} {o}" for a, o in base.execute(
            "SELECT action, object FROM audit ORDER BY id")]
    check("the log has the step, its reason, the plan and its undoing",
          any("journey.step" in n and "a laboratory" in n for n in noted)
          and sum("plan.confirm" in n for n in noted) > 2
          and "plan.undo" in str(noted), noted)


def again(c):
    """What a plan was made from, once more."""
    first = c.plan({"records": [{"name": "new", "type": "TXT",
                                 "value": "hello"}]})
    check("what is there already needs no change",
          not first["plan"]["needed"], first)
    more = c.plan({"again": first["id"]})
    check("the same wish makes the same plan",
          more["plan"]["changes"] == first["plan"]["changes"], more)
    for number, status in ((10**9, 404), (first["id"], 202)):
        got, answer = c.ask("POST", f"/domains/{ZONE}/plans",
                            {"again": number})
        check(f"plan {number} again: {status}", got == status, answer)


def rights(c):
    done = c.server.run("token", "add", "reader", "--scope", "read", "--json")
    token = json.loads(done.stdout)["secret"]
    for method, path, body in (
            ("GET", "/dns/providers", None),
            ("POST", "/dns/providers", {}),
            ("POST", f"/domains/{ZONE}/plans", {}),
            ("POST", "/dns/plans/1/confirm", {}),
            ("POST", "/dns/plans/1/undo", {}),
            ("POST", "/dns/plans/1/share", {})):
        status, _ = c.ask(method, path, body, token)
        check(f"a reader may not {method} {path}", status == 403, status)
    status, _ = c.ask("GET", "/dns/plans", None, token)
    check("but may read the plans", status == 200, status)
    status, _ = c.ask("GET", "/dns/plans", None, False)
    check("and nobody else", status == 401, status)


def main():
    with Lab("knot") as lab:
        config = (f'inspect {{ resolver = "{PRIMARY}:{lab.port}" '
                  f'trust_anchor = "none" dns_port = {lab.port} '
                  f'allow_private = {{"127.0.0.0/8"}} }}\n')
        with Server(os.path.abspath(sys.argv[1]), config) as server:
            server.lab_port = lab.port
            c = Client(server)
            done = server.run("domain", "add", ZONE)
            check("the domain is added", done.returncode == 0, done.stderr)
            number = provider(c)
            whole_way(c, lab, number)
            changed(c, lab, number)
            blocked(c, number)
            by_hand(c, lab)
            again(c)
            from_the_page(c, lab)
            rights(c)
            status, plans = c.ask("GET", f"/dns/plans?domain={ZONE}")
            check("the plans are listed, newest first", status == 200
                  and [one["id"] for one in plans["plans"]] == sorted(
                      (one["id"] for one in plans["plans"]), reverse=True),
                  plans)
            check("the log has no secret", KEY not in server.logged())
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
