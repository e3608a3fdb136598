"""What `check` says of a record in the light of the reports in the data
directory."""
import json
import os
import subprocess
import tempfile
import time

CASE = "strict-reject"  # p=reject; adkim=s (inspect_cases.py)
CODES = {"dmarc.adkim_too_strict", "dmarc.reject_by_spf_only"}


def row(ip, count, domain, dkim, spf):
    """`dkim` signed it, SPF passed for `spf`."""
    aligned = "pass" if spf == domain else "fail"
    return f"""
  <record><row><source_ip>{ip}</source_ip><count>{count}</count>
    <policy_evaluated><disposition>none</disposition><dkim>fail</dkim>
      <spf>{aligned}</spf></policy_evaluated></row>
    <identifiers><header_from>{domain}</header_from></identifiers>
    <auth_results><dkim><domain>{dkim}</domain><selector>s</selector>
      <result>pass</result></dkim><spf><domain>{spf}</domain>
      <result>pass</result></spf></auth_results></record>"""


def report(domain):
    begin = (int(time.time()) // 86400 - 2) * 86400
    return f"""<?xml version="1.0"?>
<feedback><report_metadata><org_name>Receiver</org_name>
  <email>d@receiver.example</email><report_id>1</report_id>
  <date_range><begin>{begin}</begin><end>{begin + 86399}</end></date_range>
  </report_metadata>
  <policy_published><domain>{domain}</domain><p>reject</p><adkim>s</adkim>
  </policy_published>
  {row("192.0.2.1", 40, domain, "mail." + domain, domain)}
  {row("192.0.2.2", 9, domain, "service.example", "service.example")}
</feedback>
"""


def codes(program, world, data):
    case = next(c for c in world.cases if c.name == CASE)
    done = subprocess.run(
        [program, "--data", data, "check", "--json", case.domain,
         *world.options(case)], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=120, check=False)
    found = json.loads(done.stdout)["findings"]
    return {f["code"]: f for f in found if f["code"] in CODES}


def are_told(program, world):
    """None when all is as it should be."""
    domain = next(c for c in world.cases if c.name == CASE).domain
    with tempfile.TemporaryDirectory() as room:
        data, path = os.path.join(room, "data"), os.path.join(room, "r.xml")
        before = codes(program, world, data)
        if before or os.path.exists(data):
            return f"without reports: {sorted(before)}"
        with open(path, "w", encoding="ascii") as out:
            out.write(report(domain))
        subprocess.run([program, "--data", data, "report", "import", path],
                       check=True, capture_output=True)
        found = codes(program, world, data)
    if set(found) != CODES:
        return f"{sorted(found)}"
    strict = found["dmarc.adkim_too_strict"]
    wanted = "40" in strict["meaning"] and f"mail.{domain}" in strict["title"]
    if not wanted or "adkim" in strict["record"]["value"]:
        return str(strict)
    return None
