"""Pages of a running server in a real browser, from any test.

  for name, held, details in pages.look(server, "journey.mjs", slug="a/b"):

web/tests/NAME is run by node on Debian's Chromium and prints TAP; what else is
given stands in its `place`. Nothing comes back where there is no browser.
"""
import json
import os
import re
import shutil
import subprocess

from server import PASSWORD

WEB = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "web")


def look(server, script, **more):
    chromium = shutil.which("chromium")
    if not chromium or not shutil.which("node") or not os.path.isdir(
            os.path.join(WEB, "node_modules", "playwright-core")):
        print("# no browser here: " + script)
        return
    place = {"full": f"http://127.0.0.1:{server.web}", "user": "admin",
             "password": PASSWORD, "token": server.token,
             "chromium": chromium, "names": [], **more}
    done = subprocess.run(["node", os.path.join(WEB, "tests", script)],
                          input=json.dumps(place), capture_output=True,
                          text=True, timeout=300, check=False)
    told = re.split(r"^(?=(?:not )?ok \d+ - )", done.stdout, flags=re.M)[1:]
    for one in told:
        head, _, rest = one.partition("\n")
        yield head.split(" - ", 1)[1], head.startswith("ok"), rest
    if not told:
        yield script, False, done.stdout + done.stderr
