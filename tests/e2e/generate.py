"""What `waxseal generate` prints is taken by the tools it is for: zone files by
Knot, scripts by a Knot that takes dynamic updates, keys by openssl, the
policy by the parser of mta-sts-query.

usage: generate.py WAXSEAL
"""
import json
import os
import stat
import subprocess
import sys
import tempfile

import dns

WAXSEAL = sys.argv[1]
ZONE = """@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
@ MX 10 mx1
@ MX 20 mx2
mx1 A 192.0.2.1
mx2 A 192.0.2.2
@ TXT "token=1"
@ TXT "v=spf1 include:a.example -all"
@ TXT "v=spf1 mx ~all"
_dmarc TXT "v=DMARC1; p=reject; pct=0; rua=mailto:d@live.example"
"""
READER = """import json, sys
from postfix_mta_sts_resolver.utils import parse_mta_sts_policy as read
print(json.dumps(read(sys.stdin.read())))
"""
WANTED = (
    ("_dmarc.live.example",
     '"v=DMARC1; p=none; rua=mailto:a%2Cb%21c@live.example"'),
    ("live.example", '"v=spf1 mx ip6:2001:db8::/32 -all"'),
    ("_smtp._tls.live.example",
     '"v=TLSRPTv1; rua=mailto:t@live.example,https://r.example/a%2Cb"'),
    ("default._bimi.live.example", '"v=BIMI1; l=https://live.example/l.svg;"'),
)
failed = 0


def check(what, good, shown=""):
    global failed
    print(("ok" if good else "not ok") + " - " + what)
    if not good:
        failed += 1
        print("# " + str(shown).replace("\n", "\n# "))


def generate(*words, rc=0):
    done = subprocess.run([WAXSEAL, "generate", *words], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=120,
                          check=False)
    check("generate " + " ".join(words[:3]) + f" ends with {rc}",
          done.returncode == rc, done.stderr + done.stdout)
    return done.stdout


def tool(*words, given=None):
    return subprocess.run(words, capture_output=True, text=True, input=given,
                          timeout=60, check=False)


def zones(room):
    texts = [generate("dmarc", "live.example", "--rua", "a,b!c@live.example",
                      "--as", "zone"),
             generate("spf", "live.example", "--send-mx", "--ip",
                      "2001:db8::/32", "--all", "fail", "--as", "zone"),
             generate("mta-sts", "live.example", "--mx", "mx1.live.example",
                      "--address", "192.0.2.3", "--as", "zone"),
             generate("tls-rpt", "live.example", "--rua", "t@live.example",
                      "--rua", "https://r.example/a,b", "--as", "zone"),
             generate("bimi", "live.example", "--logo",
                      "https://live.example/l.svg", "--as", "zone"),
             generate("dkim", "live.example", "--selector", "s1", "--key-file",
                      os.path.join(room, "s1.pem"), "--as", "zone")]
    room = os.path.join(room, "zones")
    os.mkdir(room)
    with dns.Knot(room, {"live.example": "@ NS ns\nns A 127.0.0.1\n"
                         + "".join(texts)}) as knot:
        for name, value in WANTED:
            check(f"Knot serves {name} as it was meant",
                  value in ask(knot.port, name), ask(knot.port, name))
        key = ask(knot.port, "s1._domainkey.live.example")
        check("a long key comes in one piece",
              len(key) == 1 and len(key[0]) > 400, key)


def keys(room):
    path = os.path.join(room, "ed.pem")
    for kind in ("rsa", "ed25519"):
        if os.path.exists(path):
            os.unlink(path)
        made = json.loads(generate("dkim", "live.example", "--selector", "k",
                                   "--key-type", kind, "--key-file", path,
                                   "--json"))
        pem = tool("openssl", "pkey", "-in", path, "-pubout").stdout
        body = "".join(pem.split("\n")[1:-2])
        if kind == "ed25519":
            body = body[16:]  # RFC 8463: the key without its DER head
        check(f"openssl finds the published {kind} key in the private one",
              made["records"][0]["value"].endswith("p=" + body), made)
        mode = stat.S_IMODE(os.stat(path).st_mode)
        check("the private key is its owner's alone", mode == 0o600, oct(mode))
        check("the answer holds no private key",
              "PRIVATE" not in json.dumps(made))
    with open(path, encoding="utf-8") as text:
        before = text.read()
    generate("dkim", "live.example", "--selector", "k", "--key-file", path,
             rc=6)
    with open(path, encoding="utf-8") as text:
        check("a key file is never overwritten", text.read() == before)
    shown = generate("dkim", "live.example", "--show-key", "--as", "zone")
    check("--show-key prints it", "BEGIN PRIVATE KEY" in shown)


def policy():
    body = generate("mta-sts", "live.example", "--mx", "mx1.live.example",
                    "--mx", "*.example.net", "--mode", "enforce", "--as",
                    "policy")
    # Debian's own Python has the module.
    done = tool("/usr/bin/python3", "-c", READER, given=body)
    if "ModuleNotFoundError" in done.stderr:
        print("ok - mta-sts-query # SKIP not installed")
        return
    got = json.loads(done.stdout or "{}")
    check("mta-sts-query reads the policy",
          got.get("version") == "STSv1" and got.get("mode") == "enforce"
          and got.get("max_age") == "604800"
          and got.get("mx") == ["mx1.live.example", "*.example.net"],
          done.stdout + done.stderr)


def ask(port, name):
    done = tool("kdig", "@127.0.0.1", "-p", str(port), name, "TXT", "+short")
    return sorted(line.replace('" "', "")
                  for line in done.stdout.splitlines())


def update(port, script):
    return tool("knsupdate",
                given=f"server 127.0.0.1 {port}\n{script}")


def live(room):
    room = os.path.join(room, "knot")
    os.mkdir(room)
    knot = dns.Knot(room, {"": "live.example NS ns.live.example\n",
                           "live.example": ZONE})
    with open(knot.config, encoding="utf-8") as text:
        config = text.read()
    with open(knot.config, "w", encoding="utf-8") as out:
        out.write(config.replace(
            "template:", "acl:\n  - id: any\n    address: 127.0.0.1\n"
            "    action: update\ntemplate:").replace(
            "    semantic-checks", "    acl: any\n    semantic-checks"))
    with knot:
        net = ["--live", "--resolver", f"127.0.0.1:{knot.port}",
               "--trust-anchor", "none", "--allow-private", "all"]
        script = generate("dmarc", "live.example", *net, "--as", "nsupdate")
        done = update(knot.port, script)
        check("Knot takes the converted DMARC record", done.returncode == 0,
              script + done.stdout + done.stderr)
        check("it is the only one",
              ask(knot.port, "_dmarc.live.example")
              == ['"v=DMARC1; p=reject; t=y; rua=mailto:d@live.example"'],
              ask(knot.port, "_dmarc.live.example"))
        done = update(knot.port, script)
        check("a second time it is refused: the old one is gone",
              done.returncode != 0, done.stdout + done.stderr)
        done = update(knot.port, generate("spf", "live.example", *net, "--as",
                                          "nsupdate"))
        check("two SPF records became one, the rest stays",
              ask(knot.port, "live.example")
              == ['"token=1"', '"v=spf1 mx include:a.example ~all"'],
              ask(knot.port, "live.example"))
        made = json.loads(generate("mta-sts", "live.example", *net[1:],
                                   "--json"))
        check("the mail servers come from DNS",
              made["wish"]["mx"] == ["mx1.live.example", "mx2.live.example"],
              made["wish"])


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    zones(place)
    keys(place)
    policy()
    live(place)
    generate("dmarc", "live.example", "--policy", "reject", "--subdomains",
             "none", rc=1)
    generate("dmarc", "live.example", "--record", "hello", rc=2)
sys.exit(1 if failed else 0)
