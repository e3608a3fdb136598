#!/usr/bin/env python3
"""DNS changes by dynamic update into real name servers: planned, applied,
verified on both of the zone's servers, undone; and refused where they must
be.  publish_rfc2136.py WAXSEAL"""
import json
import os
import subprocess
import sys
import tempfile

import publish_lab
from publish_lab import KEY, PRIMARY, SECONDARY, ZONE, Lab

OLD = "v=DMARC1; p=quarantine; rua=mailto:old@example.test"
NEW = OLD + ",mailto:new@example.test"
FAILURES = []


def check(what, good, seen=""):
    print(("ok - " if good else "not ok - ") + what)
    if not good:
        FAILURES.append(what)
        print("#", str(seen)[:2000])


class Client:
    def __init__(self, program, lab, room):
        self.program, self.lab, self.room = program, lab, room
        self.data = os.path.join(room, "data")
        os.makedirs(self.data)

    def run(self, *words, text=None):
        return subprocess.run(
            [self.program, *words, "--data", self.data, "--json"],
            input=text, capture_output=True, text=True, timeout=300,
            check=False)

    def dns(self, verb, *words, net=True, text=None):
        done = self.run("dns", verb, *words, *(self.lab.net if net else ()),
                        text=text)
        try:
            return done.returncode, json.loads(done.stdout), done.stderr
        except ValueError:
            return done.returncode, {}, done.stderr

    def provider(self, name, secret, *words):
        return self.dns("provider", "add", name, "--kind", "rfc2136",
                        "--server", f"{PRIMARY}:{self.lab.port}",
                        "--key-name", "waxseal", *words, net=False,
                        text=secret + "\n")

    def plan(self, *words):
        self.lab.settle()
        return self.dns("plan", ZONE, *words)

    def merge(self):
        return self.plan("--merge", "--record", "_dmarc TXT v=DMARC1; p=none;"
                         " rua=mailto:new@example.test")


def values(found):
    return [value for _, value in found]


def whole_way(name, c, lab):
    code, plan, why = c.merge()
    check(f"{name}: the plan adds exactly one address and keeps the rest",
          code == 0 and plan["changes"][0]["what"] == "replace"
          and plan["changes"][0]["now"] == [OLD]
          and plan["changes"][0]["after"] == [NEW]
          and plan["changes"][0]["now_ttl"] == 7, (code, plan, why))
    number = str(plan["id"])

    code, done, why = c.dns("apply", number, "--provider", "it", "--yes",
                            "--dry-run")
    check(f"{name}: a dry run writes nothing",
          code == 0 and values(lab.dig("_dmarc", "TXT")) == [OLD],
          (code, done, why))

    code, done, why = c.dns("apply", number, "--provider", "it", "--yes",
                            "--wait", "60")
    check(f"{name}: applied and verified on both name servers",
          code == 0 and done["check"]["state"] in ("cached", "verified")
          and done["check"]["records"][0]["have"] == 2
          and done["check"]["records"][0]["servers"] == 2,
          (code, done, why))
    check(f"{name}: both name servers have the value",
          all(lab.dig("_dmarc", "TXT", at) == [(3600, NEW)]
              for at in (PRIMARY, SECONDARY)), lab.dig("_dmarc", "TXT"))

    code, done, why = c.dns("apply", number, "--provider", "it", "--yes")
    check(f"{name}: what is applied is not applied again", code == 7,
          (code, done, why))

    code, done, why = c.dns("undo", number, "--yes", "--wait", "60")
    check(f"{name}: undone, with its TTL, on both name servers",
          code == 0 and all(lab.dig("_dmarc", "TXT", at) == [(7, OLD)]
                            for at in (PRIMARY, SECONDARY)),
          (code, done, why, lab.dig("_dmarc", "TXT")))


def neighbours_stay(name, c, lab):
    before = lab.dig("@", "TXT")
    code, plan, why = c.plan("--record", "@ TXT v=spf1 mx ip4:192.0.2.1 -all",
                             "--ttl", "600")
    code, _, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                         "--yes", "--wait", "60")
    check(f"{name}: records beside the changed one stay",
          code == 0 and values(lab.dig("@", "TXT")) == [
              "site-verification=abc", "v=spf1 mx ip4:192.0.2.1 -all"],
          (code, why, lab.dig("@", "TXT")))
    code, _, why = c.dns("undo", str(plan["id"]), "--yes", "--wait", "60")
    check(f"{name}: and after the undo all are as before",
          code == 0 and lab.dig("@", "TXT") == before,
          (code, why, lab.dig("@", "TXT")))


def cname_for_text(name, c, lab):
    record = ["--record", "_mta-sts CNAME tok.s.host.example"]
    code, plan, why = c.plan(*record)
    check(f"{name}: a CNAME beside text is a conflict",
          code == 7 and plan["blocked"]
          and plan["findings"][0]["code"] == "publish.cname_beside",
          (code, plan, why))
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                            "--yes")
    check(f"{name}: and is not applied", code == 7 and values(
        lab.dig("_mta-sts", "TXT")) == ["v=STSv1; id=1;"], (code, done, why))
    code, plan, why = c.plan(*record, "--clear")
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                            "--yes", "--wait", "60")
    check(f"{name}: cleared, the CNAME takes the place of the text",
          code == 0 and values(lab.dig("_mta-sts", "CNAME", SECONDARY))
          == ["tok.s.host.example."], (code, done, why))
    code, done, why = c.dns("undo", str(plan["id"]), "--yes", "--wait", "60")
    check(f"{name}: and the text comes back",
          code == 0 and lab.dig("_mta-sts", "TXT", SECONDARY)
          == [(300, "v=STSv1; id=1;")]
          and lab.dig("_mta-sts", "CNAME") == [], (code, done, why))


def script(name, c, lab):
    """What is copied by hand does the same as we do."""
    words = ["dns", "plan", ZONE, "--clear", "--record",
             "_mta-sts CNAME tok.s.host.example", "--text", "nsupdate",
             "--data", c.data, *lab.net]
    done = subprocess.run([c.program, *words], capture_output=True, text=True,
                          check=False)
    lines = [line.replace("update ", "", 1)
             for line in done.stdout.splitlines()
             if line and not line.startswith(("zone", "send"))]
    try:
        lab.nsupdate(*lines)
        failed = ""
    except RuntimeError as why:
        failed = str(why)
    check(f"{name}: the printed script makes the change", done.returncode == 0
          and values(lab.dig("_mta-sts", "CNAME")) == ["tok.s.host.example."],
          (done.stdout, done.stderr, failed))
    lab.nsupdate(f"del _mta-sts.{ZONE}. CNAME",
                 f'add _mta-sts.{ZONE}. 300 TXT "v=STSv1; id=1;"')


def changed_since(name, c, lab):
    code, plan, why = c.merge()
    lab.nsupdate(f"del _dmarc.{ZONE}. TXT",
                 f'add _dmarc.{ZONE}. 7 TXT "v=DMARC1; p=reject"')
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                            "--yes")
    check(f"{name}: changed since the plan: exit code 7, nothing is written",
          code == 7 and "publish.changed" in why + json.dumps(done)
          or code == 7 and values(lab.dig("_dmarc", "TXT"))
          == ["v=DMARC1; p=reject"], (code, done, why))
    check(f"{name}: the other change stands",
          values(lab.dig("_dmarc", "TXT")) == ["v=DMARC1; p=reject"])
    lab.nsupdate(f"del _dmarc.{ZONE}. TXT", f'add _dmarc.{ZONE}. 7 TXT "{OLD}"')


def wrong_keys(name, c, lab):
    other = "b" + KEY[1:]
    c.provider("wrong", other)
    c.dns("provider", "add", "unknown", "--kind", "rfc2136", "--server",
          f"{PRIMARY}:{lab.port}", "--key-name", "nobody", net=False,
          text=KEY + "\n")
    for who in ("wrong", "unknown"):
        code, plan, why = c.merge()
        code, done, why = c.dns("apply", str(plan["id"]), "--provider", who,
                                "--yes")
        check(f"{name}: the {who} key is refused plainly",
              code == 5 and ("NOTAUTH" in why or "REFUSED" in why)
              and KEY not in why and other not in why
              and values(lab.dig("_dmarc", "TXT")) == [OLD],
              (code, done, why))


def one_of_two(name, c, lab):
    lab.secondary_sleeps(True)
    try:
        code, plan, why = c.merge()
        code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                                "--yes")
        record = done["check"]["records"][0]
        check(f"{name}: a silent secondary: 1 of 2 name servers",
              code == 1 and record["state"] == "partly"
              and (record["have"], record["servers"]) == (1, 2),
              (code, done, why))
    finally:
        lab.secondary_sleeps(False)
    lab.notify()
    code, done, why = c.dns("verify", str(plan["id"]), "--wait", "60")
    check(f"{name}: awake again: verified", code == 0, (code, done, why))
    c.dns("undo", str(plan["id"]), "--yes", "--wait", "60")


def many(name, c, lab):
    ids = []
    for record in ("_mta-sts CNAME tok.s.host.example", "_one TXT first",
                   "_two TXT second"):
        _, plan, _ = c.plan("--record", record)
        ids.append(str(plan["id"]))
    code, done, why = c.dns("apply", *ids, "--provider", "it", "--yes",
                            "--wait", "60")
    seen = [(one["result"], one["code"]) for one in done.get("plans", [])]
    check(f"{name}: of several plans the clear one is applied",
          code == 7 and seen == [("skipped", "publish.blocked"),
                                 ("applied", None),
                                 ("skipped", "publish.same_domain")],
          (code, seen, why))
    check(f"{name}: and only that one is in the zone",
          values(lab.dig("_one", "TXT")) == ["first"]
          and not lab.dig("_two", "TXT"), lab.dig("_one", "TXT"))
    code, _, why = c.dns("undo", ids[1], "--yes", "--wait", "60")
    check(f"{name}: and undone by itself", code == 0
          and not lab.dig("_one", "TXT"), (code, why))


def secrets_stay(name, c):
    code, done, why = c.dns("provider", "list", net=False)
    check(f"{name}: providers are listed without their secrets",
          code == 0 and KEY not in json.dumps(done), (code, done, why))
    seen = []
    for folder, _, files in os.walk(c.data):
        for one in files:
            with open(os.path.join(folder, one), "rb") as content:
                if KEY.encode() in content.read():
                    seen.append(one)
    check(f"{name}: no file of the data directory has the secret",
          not seen, seen)


def run(program, kind):
    with tempfile.TemporaryDirectory() as room, Lab(kind) as lab:
        c = Client(program, lab, room)
        code, done, why = c.provider("it", KEY)
        check(f"{kind}: a provider is added", code == 0, (code, done, why))
        whole_way(kind, c, lab)
        neighbours_stay(kind, c, lab)
        cname_for_text(kind, c, lab)
        script(kind, c, lab)
        changed_since(kind, c, lab)
        wrong_keys(kind, c, lab)
        if kind == "knot":
            many(kind, c, lab)
            one_of_two(kind, c, lab)
        secrets_stay(kind, c)


def main():
    program = os.path.abspath(sys.argv[1])
    absent = publish_lab.missing()
    for kind in sys.argv[2:] or ("knot", "bind", "pdns"):
        if kind in absent:
            print(f"ok - # skip {kind} is not installed")
        else:
            run(program, kind)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
