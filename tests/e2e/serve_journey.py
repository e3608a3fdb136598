#!/usr/bin/env python3
"""How far policies may go, from reports and DNS to advice and steps. TAP.

  serve_journey.py PROGRAM

Reports are made here, the name server is on loopback. The numbers are those
of product 6, items 30 to 32 and 35.
"""
import os
import re
import sqlite3
import sys
import tempfile
import time

import dns
import mails
import pages
from server import Server, Tap, wait_for

DAYS = 25  # of reports, ending yesterday: midnight takes none away
REPORTERS = ("google.com", "Yahoo", "receiver.example")
RECORD = "v=DMARC1; p=none; rua=mailto:d@good.example"
ZONE = f"""@ SOA ns hostmaster 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
good MX 10 mx.good
good TXT "v=spf1 ip4:192.0.2.0/24 -all"
mx.good A 127.0.0.3
_dmarc.good TXT "{RECORD}"
spf MX 10 mx.good
spf TXT "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.40 -all"
_dmarc.spf TXT "v=DMARC1; p=none; rua=mailto:d@spf.example"
parked MX 0 .
parked TXT "v=spf1 -all"
"""


def row(address, count, domain, how):
    """`how`: signed, spf (alone), failing, forwarded (and failing)."""
    dkim = "pass" if how == "signed" else "fail"
    spf = "pass" if how in ("signed", "spf") else "fail"
    reason = ("<reason><type>forwarded</type></reason>"
              if how == "forwarded" else "")
    signed = (f"<dkim><domain>{domain}</domain><selector>s1</selector>"
              f"<result>pass</result></dkim>" if how == "signed" else "")
    return f"""
  <record>
    <row><source_ip>{address}</source_ip><count>{count}</count>
      <policy_evaluated><disposition>none</disposition><dkim>{dkim}</dkim>
        <spf>{spf}</spf>{reason}</policy_evaluated></row>
    <identifiers><header_from>{domain}</header_from></identifiers>
    <auth_results>{signed}<spf><domain>{domain}</domain>
      <result>{spf}</result></spf></auth_results>
  </record>"""


def report(org, day, domain, rows):
    begin = day * 86400
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <report_metadata><org_name>{org}</org_name><email>d@receiver.example</email>
    <report_id>{org}.{domain}.{day}</report_id>
    <date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range>
  </report_metadata>
  <policy_published><domain>{domain}</domain><p>none</p></policy_published>
  {rows}
</feedback>
"""


def shares(total):
    """`total` in parts, one for each day and reporter."""
    parts = DAYS * len(REPORTERS)
    return [total // parts + (i < total % parts) for i in range(parts)]


def write_reports(room, domain, sources):
    """`sources`: {address: (messages, how)}."""
    last = int(time.time()) // 86400 - 1
    parts = {a: shares(n) for a, (n, _) in sources.items()}
    for i in range(DAYS * len(REPORTERS)):
        rows = "".join(row(a, parts[a][i], domain, how)
                       for a, (_, how) in sources.items() if parts[a][i])
        org, day = REPORTERS[i % len(REPORTERS)], last - i // len(REPORTERS)
        path = os.path.join(room, f"{domain}-{i}.xml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(report(org, day, domain, rows))


def source_of(server, domain, messages):
    status, answer = server.api("GET", f"/sources?domain={domain}&range=30d")
    assert status == 200, (status, answer)
    found = [s for s in answer["sources"] if s["messages"] == messages]
    assert len(found) == 1, answer["sources"]
    return found[0]["slug"]


def journey(server, domain):
    status, answer = server.api("GET", f"/domains/{domain}/journey")
    assert status == 200, (status, answer)
    return answer


def step_of(answer, to):
    return next(s for s in answer["steps"] if s["to"] == to)


def gate_of(answer, to, gate):
    return next(g for g in step_of(answer, to)["gates"] if g["gate"] == gate)


def shut(answer, to):
    return [(g["gate"], g["verdict"], g["value"], g["about"])
            for g in step_of(answer, to)["gates"]
            if g["verdict"] in ("not_met", "unknown")]


def deeds(server):
    with sqlite3.connect(os.path.join(server.data, "control.db")) as control:
        return [f"{a} {o}" for a, o in control.execute(
            "SELECT action, object FROM audit ORDER BY id")]


def notices(server):
    with sqlite3.connect(os.path.join(server.data, "control.db")) as control:
        return control.execute("SELECT domain, code, places, path FROM notice"
                               " WHERE what LIKE 'journey %'").fetchall()


def begin(tap, server, room):
    for name, purpose in (("good", "people"), ("spf", "systems"),
                          ("parked", "parked")):
        status, answer = server.api("POST", "/domains", {
            "domains": [name + ".example"], "purpose": purpose})
        assert status == 200, answer
    write_reports(room, "good.example", {
        "192.0.2.10": (41208, "signed"), "198.51.100.20": (38, "failing"),
        "203.0.113.30": (14, "forwarded")})
    write_reports(room, "spf.example", {
        "192.0.2.11": (10000, "signed"), "198.51.100.40": (400, "spf")})
    done = server.run("report", "import", room)
    tap.ok(done.returncode == 0, "reports of 25 days are taken in",
           done.stdout, done.stderr)
    for name in ("good", "spf", "parked"):
        seen = wait_for(lambda n=name: server.api(
            "GET", f"/domains/{n}.example/health")[1]["checked_at"], 60, 0.3)
        tap.ok(seen, f"{name}.example is looked at")
    scanner = source_of(server, "good.example", 38)
    status, answer = server.api("PUT", f"/sources/{scanner.replace('/', '%2F')}"
                                "/triage", {"triage": "ours"})
    tap.ok(status == 200, "one source is said to be ours", answer)
    return scanner


def check_ready(tap, server, scanner):
    answer = journey(server, "good.example")
    advice = answer["advice"]
    if not tap.ok(advice["code"] == "ladder.ready_quarantine",
                  "99.87 % is ready for quarantine", advice["code"],
                  shut(answer, "quarantine_test")):
        return
    tap.ok([advice[k] for k in ("considered", "passing", "affected", "to_fix",
                                "forwarded", "share")] ==
           [41260, 41208, 52, 38, 14, 9987], "with its numbers", advice)
    tap.ok([(c["source"], c["kind"], c["messages"])
            for c in advice["causes"]][:1] == [(scanner, "fix", 38)] and
           [c["messages"] for c in advice["causes"]] == [38, 14],
           "and who sends the 52", advice["causes"])
    tap.ok(answer["at"] == "none" and answer["end"] == "quarantine" and
           answer["record"] == RECORD, "it stands where its record is",
           answer["at"], answer["record"])
    path, query = advice["url"].split("?")
    status, rows = server.api("GET", "/query?group=source&" + query)
    tap.ok(path == "/reports/dmarc" and status == 200 and
           rows["totals"]["messages"] == 52, "the link counts 52 messages",
           advice["url"], rows)
    status, rows = server.api("GET", "/rows?limit=1000&" + query)
    tap.ok(status == 200 and sum(r["count"] for r in rows["rows"]) == 52,
           "and lists them", rows)


def check_spf_only(tap, server):
    answer = journey(server, "spf.example")
    gate = gate_of(answer, "reject", "dkim")
    slug = source_of(server, "spf.example", 400) if gate["about"] else ""
    tap.ok(gate["verdict"] == "not_met" and gate["value2"] == 1 and
           gate["about"] and "source=" in gate["url"],
           "a source with SPF alone keeps from reject", gate)
    tap.ok(gate["about"] == slug, "and is named", slug, gate)
    tap.ok(step_of(answer, "quarantine")["open"] and
           not step_of(answer, "reject")["open"],
           "quarantine is offered", shut(answer, "quarantine"))


def check_parked(tap, server):
    answer = journey(server, "parked.example")
    tap.ok(answer["advice"]["code"] == "ladder.parked" and
           answer["advice"]["to"] == "reject" and
           step_of(answer, "reject")["open"],
           "a parked domain may reject at once", answer["advice"],
           shut(answer, "reject"))
    status, step = server.api("POST", "/domains/parked.example/journey",
                              {"to": "reject"})
    tap.ok(status == 200 and step["record"]["name"] ==
           "_dmarc.parked.example" and "p=reject" in step["record"]["value"],
           "and gets its record", step)


def check_pages(tap, server):
    """The same on the page, and one step that needs its reason."""
    for name, held, details in pages.look(
            server, "journey.mjs",
            source=source_of(server, "spf.example", 400)):
        tap.ok(held, "page: " + name, details)
        if "reason" in name:
            tap.ok("journey.step good.example none -> reject (override): "
                   "said in the browser" in deeds(server),
                   "and the log says why", deeds(server))


def check_steps(tap, server):
    path = "/domains/good.example/journey"
    for reason in ({}, {"reason": ""}, {"reason": "  "}):
        status, answer = server.api("POST", path, {"to": "reject", **reason})
        tap.ok(status == 409 and answer["code"] == "ladder.needs_reason",
               f"a shut gate wants a reason, not {reason}", answer)
    status, answer = server.api("POST", path, {
        "to": "reject", "reason": "board decision 12", "step_back": True,
        "step_limit": 5})
    tap.ok(status == 200 and not answer["hosted"] and
           answer["record"]["value"] ==
           "v=DMARC1; p=reject; rua=mailto:d@good.example",
           "with one it goes", answer)
    tap.ok("journey.step good.example none -> reject (override): "
           "board decision 12" in deeds(server), "and the log says why",
           deeds(server))
    advanced = journey(server, "good.example")["advanced"]
    tap.ok(advanced and advanced["to"] == "reject" and advanced["step_back"]
           and advanced["step_limit"] == 5 and advanced["alarm"] is None,
           "it is watched over from then on", advanced)
    status, answer = server.api("POST", path, {"to": "no_record"})
    tap.ok(status == 400, "there is no way to no record", answer)


def check_hosted(tap, server):
    status, answer = server.api("POST", "/domains/good.example/hosting",
                                {"dmarc": RECORD})
    tap.ok(status == 200 and answer["hosted"] and answer["dmarc"] == RECORD and
           len(answer["token"]) == 20, "a domain is hosted", answer)
    status, answer = server.api("POST", "/domains/good.example/journey",
                                {"to": "quarantine_test",
                                 "step_back": True, "step_limit": 5})
    tap.ok(status == 200 and answer["hosted"], "its record changes here",
           answer)
    status, answer = server.api("GET", "/domains/good.example/hosting")
    tap.ok(answer["dmarc"] == "v=DMARC1; p=quarantine; t=y; "
           "rua=mailto:d@good.example", "to the one of the step",
           answer["dmarc"])
    status, answer = server.api("POST", "/domains/good.example/mta-sts/mode",
                                {"to": "testing", "reason": "it is mine"})
    tap.ok(status == 409 and answer["code"] == "stsmode.gate_proven",
           "no policy is served before the domain is proven", answer)


def hosted_record(server):
    return server.api("GET", "/domains/good.example/hosting")[1]["dmarc"]


def check_step_back(tap, server, room):
    """Own mail fails on the day of the step: more than was allowed."""
    path = os.path.join(room, "today.xml")
    with open(path, "w", encoding="utf-8") as out:
        out.write(report("Yahoo", int(time.time()) // 86400, "good.example",
                         row("198.51.100.20", 6, "good.example", "failing")))
    server.run("report", "import", path)
    advanced = wait_for(lambda: (lambda a: a if a["failed"] == 6 else None)(
        journey(server, "good.example")["advanced"]), 30, 0.3)
    if not tap.ok(advanced, "own failures since the step are counted",
                  journey(server, "good.example")["advanced"]):
        return
    tap.ok(advanced["alarm"]["code"] == "ladder.own_mail_fails" and
           "6" in advanced["alarm"]["meaning"] and advanced["back"] == "none",
           "and ring, with the way back", advanced)
    # It looks when it begins, and then by the hour.
    server.stop()
    server.start()
    tap.ok(wait_for(lambda: hosted_record(server) == RECORD, 60, 0.3),
           "the hosted record goes back by itself", hosted_record(server))
    tap.ok("journey.step_back good.example quarantine_test -> none" in
           deeds(server), "and the log says so", deeds(server))
    tap.ok(notices(server) == [("good.example", "ladder.own_mail_fails",
                                '{"count":"6"}', "/d/good.example/policy")],
           "and people are told", notices(server))


def check_sts(tap, server, room):
    for org in ("Google Inc.", "Receiver"):
        with open(os.path.join(room, org + ".json"), "wb") as out:
            out.write(mails.tls_json(org, "good.example", org.split()[0], 1))
    server.run("report", "import", os.path.join(room, "Google Inc..json"),
               os.path.join(room, "Receiver.json"))
    status, answer = server.api("GET", "/domains/good.example/mta-sts")
    tap.ok(status == 200 and answer["state"] == "off" and
           answer["sessions"] == 82 and answer["failed"] == 2,
           "sessions of TLS reports are counted", answer)
    tap.ok([s["host"] for s in answer["servers"]] == ["mx.good.example"] and
           answer["servers"][0]["certificate"] is not True,
           "and mail servers are known from the look", answer["servers"])
    tap.ok(answer["proven"] is not True and
           {s["to"] for s in answer["steps"]} == {"tls_rpt", "testing"},
           "the steps are those from off", answer["steps"])


def check_rights(tap, server):
    done = server.run("token", "add", "look", "--scope", "read")
    reader = Reader(server, re.search(r"ws_[\w-]+", done.stdout).group(0))
    tap.ok(reader.api("GET", "/domains/good.example/mta-sts") == 200 and
           reader.api("GET", "/domains/good.example/journey") == 200,
           "a reader sees it")
    tap.ok({reader.api("POST", "/domains/good.example" + path, {})
            for path in ("/journey", "/hosting", "/mta-sts/mode",
                         "/mta-sts/emergency", "/mta-sts/mail-servers",
                         "/mta-sts/retire")} == {403}, "and changes nothing")
    tap.ok(server.api("GET", "/domains/none.example/mta-sts")[0] == 404 and
           server.api("POST", "/domains/none.example/hosting", {})[0] == 404,
           "what nobody registered is not there")


class Reader:
    """Somebody with another token."""

    def __init__(self, server, token):
        self.server, self.token = server, token

    def api(self, method, path, body=None):
        kept, self.server.token = self.server.token, self.token
        try:
            return self.server.api(method, path, body)[0]
        finally:
            self.server.token = kept


def main(program):
    tap = Tap()
    with tempfile.TemporaryDirectory() as room:
        secret = os.path.join(room, "secret")
        with open(secret, "w", encoding="utf-8") as out:
            out.write("webhook-secret-82\n")
        reports = os.path.join(room, "reports")
        os.mkdir(reports)
        knot = dns.Knot(os.path.join(room, "dns"), {
            "": "example NS ns.example\nns.example A 127.0.0.1\n",
            "example": ZONE})
        config = (f'inspect {{ resolver = "127.0.0.1:{knot.port}"\n'
                  f'trust_anchor = "none"\n'
                  f'allow_private = {{"127.0.0.0/8"}}\n'
                  f'dns_port = {knot.port}\n'
                  f'https_port = {dns.free_port("127.0.0.3")}\n'
                  f'smtp_port = {dns.free_port("127.0.0.3")} }}\n'
                  # Nobody takes it: that somebody is to be told is enough.
                  f'notify {{ webhook = '
                  f'"https://127.0.0.1:{dns.free_port("127.0.0.1")}/"\n'
                  f'webhook_secret_file = "{secret}" }}\n')
        with knot, Server(program, config) as server:
            scanner = begin(tap, server, reports)
            check_ready(tap, server, scanner)
            check_spf_only(tap, server)
            check_parked(tap, server)
            check_pages(tap, server)
            check_steps(tap, server)
            check_hosted(tap, server)
            check_step_back(tap, server, room)
            check_sts(tap, server, room)
            check_rights(tap, server)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
