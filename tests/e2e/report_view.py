#!/usr/bin/env python3
"""`waxseal report show FILE` and POST /report/view: reports that are looked at
and not kept. TAP.

  report_view.py PROGRAM
"""
import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

import mails
from server import Server, Tap

PUBLIC = """inspect { resolver = "127.0.0.1:1" trust_anchor = "none"
public = true }
"""


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(name, data)
    return out.getvalue()


def show(program, room, data, *words):
    path = os.path.join(room, "report")
    with open(path, "wb") as out:
        out.write(data)
    return subprocess.run(
        [program, "--data", os.path.join(room, "none"), "report", "show",
         path, *words], stdin=subprocess.DEVNULL, capture_output=True,
        timeout=120, check=False)


def post(server, data):
    """As nobody: status and body."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.web}/api/v1/report/view", data=data,
        method="POST", headers={"Content-Type": "application/octet-stream"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as why:
        return why.code, json.load(why)


def main():
    tap = Tap()
    program = os.path.abspath(sys.argv[1])
    xml = mails.dmarc_xml("view-1")
    tls = mails.tls_json("view-2")
    packings = {
        "XML": (xml, "dmarc"), "gzip": (gzip.compress(xml), "dmarc"),
        "zip": (zipped("r.xml", xml), "dmarc"),
        "a mail": (mails.dmarc_mail("view-1"), "dmarc"),
        "JSON": (tls, "tlsrpt"), "gzip of JSON": (gzip.compress(tls),
                                                  "tlsrpt"),
    }
    with tempfile.TemporaryDirectory() as room:
        for name, (data, kind) in packings.items():
            done = show(program, room, data, "--json")
            found = json.loads(done.stdout or b"{}").get("documents", [])
            tap.ok(done.returncode == 0 and len(found) == 1 and
                      found[0]["kind"] == kind and
                      found[0]["status"] == "read",
           f"{name} is shown", done)
        done = show(program, room, xml)
        tap.ok(b"view-1" in done.stdout and b"\x1b" not in done.stdout,
           "for a person: head and rows, no escape bytes", done)
        done = show(program, room, b"<feedback><report")
        tap.ok(done.returncode == 1 and b"rejected" in done.stdout,
           "a broken one is shown with its reason, and exit code 1", done)
        done = show(program, room, b"\x00" * 5000)
        tap.ok(done.returncode == 1,
           "no report: exit code 1", done)
        tap.ok(not os.path.exists(os.path.join(room, "none")),
           "no store was made")
    with Server(program, PUBLIC) as server:
        status, found = post(server, gzip.compress(xml))
        tap.ok(status == 200 and found["documents"][0]["kind"] == "dmarc",
           "anybody may look where it is public", found)
        status, found = post(server, b"x" * (9 << 20))
        tap.ok(status == 413,
           "what is too large is refused", found)
        large = b"<feedback>" + b" " * (6 << 20)
        tap.ok(post(server, large)[0] == 200,
           "what is large is read")
        seen = [post(server, b"hello")[0] for _ in range(25)]
        tap.ok(seen[0] == 200 and seen[-1] == 429,
           "whoever asks too often waits", seen)
        status, found = server.api("GET", "/reports")
        tap.ok(found["reports"] == [] and
                  server.api("GET", "/intake")[1]["items"] == [],
           "nothing of it was kept", found)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
