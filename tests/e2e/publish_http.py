#!/usr/bin/env python3
"""DNS changes through HTTP APIs: the real one of PowerDNS, and stand-ins for
the documented ones of Cloudflare, Route 53, deSEC, Hetzner and Domeneshop
(publish_apis.py).  publish_http.py WAXSEAL [KIND...]"""
import json
import os
import sys
import tempfile

import publish_lab
from publish_apis import ACCOUNT, SECRET, StandIn
from publish_lab import API_KEY, SECONDARY, ZONE, Lab
from publish_rfc2136 import FAILURES, NEW, OLD, Client, check, values

KINDS = ("cloudflare", "route53", "desec", "hetzner", "domeneshop")
STS = "v=STSv1; id=1;"


def add(c, kind, name, url, secret):
    words = ["--kind", kind, "--url", url]
    if kind in ("route53", "domeneshop"):
        words += ["--account", ACCOUNT]
    return c.dns("provider", "add", name, *words, net=False,
                 text=secret + "\n")


def both(c):
    """One plan that replaces a text and puts a CNAME in place of another."""
    return c.plan("--clear", "--record", "_mta-sts CNAME tok.s.host.example",
                  "--record", f"_dmarc TXT {NEW}")


def whole_way(kind, c, lab):
    before = lab.dig("_dmarc", "TXT"), lab.dig("_mta-sts", "TXT")
    code, plan, why = both(c)
    check(f"{kind}: planned", code == 0, (code, plan, why))
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                            "--yes", "--wait", "60")
    check(f"{kind}: applied and verified on both name servers", code == 0
          and values(lab.dig("_dmarc", "TXT", SECONDARY)) == [NEW]
          and values(lab.dig("_mta-sts", "CNAME", SECONDARY))
          == ["tok.s.host.example."], (code, done, why))
    code, done, why = c.dns("undo", str(plan["id"]), "--yes", "--wait", "60")
    lab.settle()  # the TTL may be a change of its own, behind the value
    least = 60 if kind != "pdns" and kind != "route53" else 7
    check(f"{kind}: undone", code == 0
          and lab.dig("_mta-sts", "TXT", SECONDARY) == before[1]
          and lab.dig("_dmarc", "TXT", SECONDARY) == [(least, OLD)],
          (code, done, why, lab.dig("_dmarc", "TXT")))


def wrong_secret(kind, c, lab, url):
    add(c, kind if kind != "pdns" else "powerdns", "wrong", url, "wr0ng")
    code, plan, why = both(c)
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "wrong",
                            "--yes")
    check(f"{kind}: a wrong secret is refused and told nowhere", code == 5
          and "HTTP 40" in why and "wr0ng" not in why
          and values(lab.dig("_dmarc", "TXT")) == [OLD], (code, done, why))


def half_way(kind, c, lab, api):
    """What changes one record after another takes back what it did."""
    for changes in range(1, 3):
        code, plan, why = both(c)
        api.fail_after(changes, once=True)
        code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                                "--yes")
        api.fail_after(None)
        check(f"{kind}: a part is taken back (after {changes})", code == 6
              and values(lab.dig("_dmarc", "TXT")) == [OLD]
              and values(lab.dig("_mta-sts", "TXT")) == [STS]
              and lab.dig("_mta-sts", "CNAME") == [], (code, done, why))
    for changes in range(1, 3):
        code, plan, why = both(c)
        api.fail_after(changes)
        code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                                "--yes")
        # From here on nothing works: it cannot be taken back either.
        check(f"{kind}: a part that cannot be taken back is told (after "
              f"{changes})", code != 0 and "Only a part" in why,
              (code, done, why))
        api.fail_after(None)
        code, plan, why = c.plan("--clear", "--record",
                                 f"_mta-sts TXT {STS}", "--record",
                                 f"_dmarc TXT {OLD}")
        code, done, why = c.dns("apply", str(plan["id"]), "--provider", "it",
                                "--yes", "--wait", "60")
        check(f"{kind}: and a new plan puts it right", code == 0
              and values(lab.dig("_dmarc", "TXT")) == [OLD]
              and values(lab.dig("_mta-sts", "TXT")) == [STS],
              (code, done, why))


def nobody_there(kind, c, lab):
    add(c, "powerdns" if kind == "pdns" else kind, "closed",
        "http://127.0.0.1:1", SECRET)
    code, plan, why = both(c)
    code, done, why = c.dns("apply", str(plan["id"]), "--provider", "closed",
                            "--yes")
    check(f"{kind}: nobody there: temporary", code == 6
          and SECRET not in why + json.dumps(done), (code, done, why))


def run(program, kind):
    with tempfile.TemporaryDirectory() as room:
        if kind == "pdns":
            with Lab("pdns") as lab:
                c = Client(program, lab, room)
                url = f"http://127.0.0.1:{lab.web}"
                add(c, "powerdns", "it", url, API_KEY)
                whole_way(kind, c, lab)
                wrong_secret(kind, c, lab, url)
                nobody_there(kind, c, lab)
            return
        with Lab("knot") as lab, StandIn(kind, lab) as api:
            c = Client(program, lab, room)
            code, done, why = add(c, kind, "it", api.url, SECRET)
            check(f"{kind}: a provider is added", code == 0,
                  (code, done, why))
            whole_way(kind, c, lab)
            # Nothing is shorter than a minute there.
            lab.nsupdate(f"del _dmarc.{ZONE}. TXT",
                         f'add _dmarc.{ZONE}. 60 TXT "{OLD}"')
            wrong_secret(kind, c, lab, api.url)
            if kind in ("hetzner", "domeneshop"):
                half_way(kind, c, lab, api)
            nobody_there(kind, c, lab)


def main():
    program = os.path.abspath(sys.argv[1])
    absent = publish_lab.missing()
    for kind in sys.argv[2:] or ("pdns",) + KINDS:
        if "knot" in absent or (kind == "pdns" and "pdns" in absent):
            print(f"ok - # skip {kind}: its name server is not installed")
        else:
            run(program, kind)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
