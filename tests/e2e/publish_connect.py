#!/usr/bin/env python3
"""Domain Connect: the template, the key in DNS, a provider that is found by
DNS and asked over HTTPS, and a link whose signature openssl verifies with the
key that was published. TAP.

  publish_connect.py PROGRAM
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

import dns
import tlslab
from server import Tap, free_port

ZONE, KEYS = "host.example", "keys.example"
SETTINGS = {"providerId": "dns.example", "providerName": "Nameservers Inc",
            "urlSyncUX": "https://dc.example/connect/",
            "urlAPI": "https://dc.example/api"}
TEMPLATE = f"/api/v2/domainTemplates/providers/{ZONE}/services/hosted"
# How the provider of a domain behaves: what it says of itself, and of the
# template.
PROVIDERS = {
    "good": (SETTINGS, 200),
    "notemplate": (SETTINGS, 404),
    "evil": ({**SETTINGS, "urlSyncUX": "javascript:alert(1)"}, 200),
    "port": ({**SETTINGS, "urlSyncUX": "https://dc.example:1/"}, 200),
    "user": ({**SETTINGS, "urlSyncUX": "https://a@dc.example/"}, 200),
    "query": ({**SETTINGS, "urlAPI": "https://dc.example/?a="}, 200),
    "none": (None, 200),
}


class World:
    def __init__(self, program, room):
        self.program, self.room = program, room
        self.key = os.path.join(room, "dc.pem")
        self.config = os.path.join(room, "waxseal.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f'store {{ path = "{room}/data" }}\n'
                      f'hosting {{ zone = "{ZONE}" }}\n')
        self.net = []

    def run(self, *words):
        return subprocess.run(
            [self.program, "--config", self.config, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)

    def connect(self, *words):
        return self.run("dns", "connect", *words, "--key-domain", KEYS)

    def link(self, name):
        done = self.connect(name, "--key-file", self.key, "--json", *self.net)
        try:
            return done.returncode, json.loads(done.stdout), done.stderr
        except ValueError:
            return done.returncode, {"findings": []}, done.stderr[:1500]


def openssl(*words, data=None):
    return subprocess.run(["openssl", *words], input=data, check=False,
                          capture_output=True, timeout=60)


def template(world, tap):
    made = json.loads(world.connect("--show-template").stdout)
    tap.ok(made["providerId"] == ZONE and made["syncPubKeyDomain"] == KEYS
           and [(r["type"], r["host"], r["pointsTo"])
                for r in made["records"]]
           == [("CNAME", "mta-sts", f"%token%.p.{ZONE}"),
               ("CNAME", "_mta-sts", f"%token%.s.{ZONE}"),
               ("CNAME", "_smtp._tls", f"%token%.r.{ZONE}")],
           "the template has three records and one variable", made)


def key(world, tap):
    """Returns the public key as whoever reads DNS puts it together."""
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
            "-out", world.key)
    done = world.connect("--key-file", world.key)
    parts = re.findall(r'^_dck1\.keys\.example\. \d+ IN TXT "p=(\d+),a=RS256,'
                       r'd=([^"]+)"$', done.stdout, re.M)
    public = base64.b64decode("".join(p[1] for p in sorted(
        parts, key=lambda p: int(p[0]))))
    wanted = openssl("rsa", "-in", world.key, "-pubout", "-outform",
                     "DER").stdout
    tap.ok(public == wanted and "PRIVATE" not in done.stdout
           and all(len(v) < 256 for _, v in parts),
           "the key's TXT values are its public half", done.stdout)
    weak = os.path.join(world.room, "weak.pem")
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024",
            "-out", weak)
    for what, file in (("a short key", weak), ("no key", world.config)):
        done = world.connect("--key-file", file)
        tap.ok(done.returncode not in (0, 139) and done.stdout == "",
               f"{what} is refused", done.returncode, done.stderr)
    return public


def link(world, tap, public):
    code, made, why = world.link("good.example")
    token = json.loads(world.run("domain", "host", "good.example",
                                 "--json").stdout)["token"]
    url = urllib.parse.urlsplit(made.get("url") or "")
    query = urllib.parse.parse_qs(url.query)
    tap.ok(code == 0 and made["provider"] == "Nameservers Inc"
           and url.netloc == "dc.example"
           and url.path == f"/connect/v2/domainTemplates/providers/{ZONE}"
           "/services/hosted/apply", "the link leads to the provider",
           code, made, why)
    tap.ok(query.get("domain") == ["good.example"]
           and query.get("token") == [token] and query.get("key")
           == ["_dck1"], "it names the domain, its token and the key", query)
    signed = url.query.split("&sig=")[0]
    files = {name: os.path.join(world.room, name)
             for name in ("public", "text", "sig")}
    for name, data in (("public", public), ("text", signed.encode()),
                       ("sig", base64.b64decode(query["sig"][0]))):
        with open(files[name], "wb") as out:
            out.write(data)

    def verified():
        return openssl("dgst", "-sha256", "-verify", files["public"],
                       "-keyform", "DER", "-signature", files["sig"],
                       files["text"]).returncode == 0

    tap.ok(verified(), "openssl verifies it with the key from DNS")
    with open(files["text"], "ab") as out:
        out.write(b"x")
    tap.ok(not verified(), "and nothing else than what was signed")


def refusals(world, tap):
    for name, code in (("notemplate", "no_template"), ("evil", "bad_settings"),
                       ("port", "bad_settings"), ("user", "bad_settings"),
                       ("query", "bad_settings"), ("none", "unreachable"),
                       ("plain", "none"), ("odd", "bad_settings"),
                       ("strange", "unreachable")):
        status, made, why = world.link(f"{name}.example")
        tap.ok(status != 0 and made.get("url") is None
               and [f["code"] for f in made["findings"]]
               == ["domainconnect." + code],
               f"{name}: no link, but domainconnect.{code}", status, made,
               why)


def answer(path):
    """What the provider says at a path; every domain has settings of its
    own."""
    _, name, rest = path.split("/", 2)
    settings, status = PROVIDERS.get(name, (None, 404))
    if rest == f"v2/{name}.example/settings" and settings:
        return {**settings, "urlAPI": settings["urlAPI"].replace(
            "/api", f"/{name}/api")}
    return {} if "/" + rest == TEMPLATE and status == 200 else None


def provider(lab):
    def talk(tls):
        found = answer(web.heard[-1].split()[1].decode())
        tls.sendall(tlslab.http_answer(
            json.dumps(found).encode(), kind="application/json",
            status="404 Not Found" if found is None else "200 OK"))
        tls.unwrap()

    web = lab.web("good", "dc.example", talk)
    return web


def main():
    tap = Tap()
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as room, tlslab.Lab() as lab:
        world = World(program, room)
        names = list(PROVIDERS) + ["plain", "odd", "strange"]
        web = provider(lab)
        text = "".join(f"_domainconnect.{n} TXT dc.example/{n}\n"
                       for n in PROVIDERS)
        text += ("plain A 127.0.0.1\n_domainconnect.odd TXT \"dc.example?x\"\n"
                 "_domainconnect.strange TXT other.example/x\n"
                 "dc A 127.0.0.1\nother A 127.0.0.1\n")
        with dns.Knot(os.path.join(room, "knot"), {"example": text}) as knot:
            world.net = ["--resolver", f"127.0.0.1:{knot.port}",
                         "--trust-anchor", "none", "--allow-private",
                         "127.0.0.0/8", "--ca-file", lab.roots, "--ports",
                         f"{knot.port},{web.port},{free_port()}"]
            for name in names:
                world.run("domain", "add", f"{name}.example")
                world.run("domain", "host", f"{name}.example")
            template(world, tap)
            link(world, tap, key(world, tap))
            refusals(world, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
