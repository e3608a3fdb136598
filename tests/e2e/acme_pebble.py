#!/usr/bin/env python3
"""Certificates ordered from pebble, by our client. TAP.

  acme_pebble.py PROGRAM [WORD]

PROGRAM is tests/e2e/acme_alone.c; WORD: only tests with it in their name.
"""
import concurrent.futures
import itertools
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import traceback
import urllib.request

from acme_servers import WELL_KNOWN, Owner
from dns import Scripted
from pebble import Names, Pebble
from tlslab import Lab, openssl

NAME = "mta-sts.good.example"
BINDING = {"kid-1": "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUD"
                    "kMTQ12W"}
PROGRAM = sys.argv[1]
TESTS = []


def test(function):
    if all(word in function.__name__ for word in sys.argv[2:]):
        TESTS.append(function)
    return function


class World:
    """One authority, one owner of names, one account key."""

    def __init__(self, room, lab, names, **how):
        self.room, self.lab, self.names = room, lab, names
        self.owner = Owner(room, lab)
        self.account = os.path.join(room, "account.der")
        self.ca = self.authority(**how)
        self.count = itertools.count(1)

    def authority(self, **how):
        how.setdefault("http", self.owner.web.port)
        how.setdefault("tls", self.owner.tls.port)
        return Pebble(self.room, self.lab, self.names.address, **how)

    def run(self, what, *words, **more):
        done = subprocess.run(
            [PROGRAM, what, f"account={self.account}",
             f"serve={self.owner.room}", *words,
             *(f"{k}={v}" for k, v in more.items())],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{done.returncode} {done.stderr}")
        return json.loads(done.stdout)

    def at(self, ca=None, **more):
        ca = ca or self.ca
        more.setdefault("agreed", 1)
        return [f"ca={ca.directory}", f"ca_file={ca.ca_file}",
                *(f"{k}={v}" for k, v in more.items() if v is not None)]

    def order(self, *words, types="http-01", name=NAME, **more):
        out = os.path.join(self.room, f"issued-{next(self.count)}")
        found = self.run("order", *(words or self.at()), out=out, types=types,
                         name=name, **more)
        found["pem"], found["keyfile"] = out + ".pem", out + ".key"
        return found


def same(found, **wanted):
    for key, value in wanted.items():
        if found[key] != value:
            raise AssertionError(f"{key}: {found[key]!r}, not {value!r}; "
                                 f"{json.dumps(found)}")


def text(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=True)
    return done.stdout


def check_certificate(ca, found, name=NAME):
    """The chain holds against the authority's root, for this name and key."""
    same(found, fault="fine", err=0, code="")
    openssl("verify", "-purpose", "sslserver", "-verify_hostname", name,
            "-CAfile", ca.root(), "-untrusted", found["pem"], found["pem"])
    of_cert = text("x509", "-in", found["pem"], "-noout", "-pubkey")
    of_key = text("pkey", "-in", found["keyfile"], "-pubout")
    assert of_cert == of_key
    assert "P-256" in text("pkey", "-in", found["keyfile"], "-noout", "-text")
    names = text("x509", "-in", found["pem"], "-noout", "-ext",
                 "subjectAltName")
    assert names.count("DNS:") == 1 and f"DNS:{name}" in names, names
    assert found["not_after"] > found["not_before"]


def serial_of(found):
    return text("x509", "-in", found["pem"], "-noout",
                "-serial").strip().split("=")[1].lower()


# ---- orders ----

@test
def a_certificate_by_http_01(world):
    found = world.order()
    check_certificate(world.ca, found)
    same(found, orders=1, failed_proofs=0, issued_by=0)
    assert found["kid"].startswith("https://localhost:")
    assert world.owner.paths and all(
        p.startswith(WELL_KNOWN) for p in world.owner.paths)
    assert found["published"] == found["withdrawn"] == 1
    assert not world.owner.left()


@test
def a_certificate_by_tls_alpn_01(world):
    found = world.order(types="tls-alpn-01", name="mta-sts.alpn.example")
    check_certificate(world.ca, found, "mta-sts.alpn.example")
    same(found, published=1, withdrawn=1)
    assert not world.owner.paths


@test
def a_certificate_by_dns_01(world):
    with Scripted(world.owner.name_server) as names:
        world.names.address = f"127.0.0.1:{names.port}"
        with world.authority() as ca:
            found = world.order(*world.at(ca), types="dns-01")
            check_certificate(ca, found)
            assert not world.owner.left() and not world.owner.paths


@test
def a_long_name_has_a_certificate_too(world):
    name = "mta-sts." + "a" * 60 + "." + "b" * 60 + ".example"
    check_certificate(world.ca, world.order(name=name), name)


@test
def the_account_is_found_again_by_its_key(world):
    kid = world.order()["kid"]
    same(world.order(), kid=kid)
    same(world.run("account", *world.at()), kid=kid, fault="fine")
    # Known already: it is not asked for.
    same(world.order(*world.at(kid=kid)), kid=kid)


@test
def many_at_once_share_an_account_that_none_had(world):
    names = [f"mta-sts.d{i}.example" for i in range(6)]
    world.run("account", *world.at())  # the key; the account is lost again
    world.ca.stop()
    world.ca.start()
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        found = list(pool.map(lambda name: world.order(name=name), names))
    for one, name in zip(found, names):
        check_certificate(world.ca, one, name)
    assert len({one["kid"] for one in found}) == 1


@test
def another_key_is_another_account(world):
    kid = world.order()["kid"]
    world.account += ".other"
    assert world.order()["kid"] != kid


@test
def an_account_that_the_authority_lost_is_made_again(world):
    found = world.order()
    world.ca.stop()
    world.ca.start()
    # The number is the same one, or nobody's.
    lost = found["kid"].rsplit("/", 1)[0] + "/4711"
    again = world.order(*world.at(kid=lost))
    check_certificate(world.ca, again)
    assert again["kid"] != lost


@test
def an_account_of_another_key_is_not_used(world):
    kid = world.order()["kid"]
    world.account += ".other"
    found = world.order(*world.at(kid=kid))
    check_certificate(world.ca, found)
    assert found["kid"] != kid


@test
def a_certificate_is_renewed_with_the_same_or_a_new_key(world):
    first = world.order()
    again = world.order(previous=first["pem"],
                        previous_directory=world.ca.directory)
    check_certificate(world.ca, again)
    keys = [text("pkey", "-in", f["keyfile"], "-pubout")
            for f in (first, again)]
    assert keys[0] != keys[1]
    der = os.path.join(world.room, "own.der")
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", again["keyfile"],
            "-outform", "DER", "-out", der)
    third = world.order(key=der)
    check_certificate(world.ca, third)
    assert text("pkey", "-in", third["keyfile"], "-pubout") == keys[1]


@test
def advice_on_renewal_is_taken_where_there_is_some(world):
    """Pebble gives it from 2.6 on; acme_standin.py looks closer."""
    found = world.order()
    again = world.run("window", *world.at(), chain=found["pem"])
    if "renewalInfo" in json.loads(world.ca.fetch(world.ca.directory)):
        assert found["window"]["end"] > found["window"]["start"] > 0
        same(again, code="", err=0)
    else:
        same(found["window"], start=0, end=0)
        same(again, code="acme.no_advice", err=5)


@test
def many_orders_survive_refused_nonces(world):
    world.ca.stop()
    world.ca.env["PEBBLE_WFE_NONCEREJECT"] = "30"
    world.ca.start()
    for _ in range(5):
        check_certificate(world.ca, world.order())


# ---- failures ----

@test
def a_wrong_answer_is_the_domain_s_trouble(world):
    world.owner.answer = b"something else"
    found = world.order()
    same(found, fault="domain", err=1, problem="unauthorized",
         code="acme.wrong_answer", type="http-01", failed_proofs=1, orders=1,
         published=1, withdrawn=1)
    assert found["detail"] and not world.owner.left()
    world.owner.answer = None
    check_certificate(world.ca, world.order())


@test
def a_closed_port_is_the_domain_s_trouble(world):
    world.owner.web.close()
    same(world.order(), fault="domain", problem="connection",
         code="acme.connection", type="http-01")


@test
def when_port_80_is_closed_port_443_is_tried(world):
    world.owner.web.close()
    found = world.order(types="http-01,tls-alpn-01")
    check_certificate(world.ca, found)
    same(found, failed_proofs=1, orders=2, published=2, withdrawn=2)


@test
def when_both_fail_the_first_failure_is_told(world):
    world.owner.web.close()
    world.owner.tls.close()
    found = world.order(types="http-01,tls-alpn-01")
    same(found, fault="domain", code="acme.connection", type="http-01",
         failed_proofs=2, orders=2, published=2, withdrawn=2)


@test
def what_cannot_be_served_is_not_looked_at(world):
    same(world.order(refuse=1), fault="ours", code="acme.not_served",
         failed_proofs=0, published=1, withdrawn=0)
    assert not world.owner.paths


@test
def names_that_are_none_are_not_ordered(world):
    for name in ("", ".", "a b.example", "*.example.org", "A.example",
                 "x/../y", "é.example", "a.example."):
        same(world.order(name=name), fault="ours", code="acme.bad_wish",
             orders=0)


@test
def an_order_can_be_stopped(world):
    world.owner.web.talk = lambda _server, conn: conn.recv(1 << 20) and \
        conn.recv(1)
    same(world.order(stop_after=2), fault="stopped", err=6,
         code="acme.stopped", published=1, withdrawn=1)


@test
def patience_ends(world):
    world.owner.web.talk = lambda _server, conn: conn.recv(1 << 20) and \
        conn.recv(1)
    same(world.order(patience=3), fault="ca", code="acme.slow", published=1,
         withdrawn=1)


# ---- accounts ----

@test
def without_agreement_to_the_terms_there_is_no_account(world):
    same(world.order(*world.at(agreed=None)), fault="refused",
         code="acme.terms", orders=0)
    kid = world.order()["kid"]
    # One that exists was agreed to.
    same(world.order(*world.at(agreed=None)), kid=kid)


@test
def external_accounts_are_bound(world):
    with world.authority(eab=BINDING) as ca:
        words = {"eab_kid": "kid-1", "eab_hmac": BINDING["kid-1"]}
        same(world.order(*world.at(ca)), fault="refused", code="acme.binding")
        same(world.order(*world.at(ca, **{**words, "eab_hmac": "AAAA"})),
             fault="refused")
        same(world.order(*world.at(ca, **{**words, "eab_hmac": "!"})),
             fault="refused", code="acme.binding")
        check_certificate(ca, world.order(*world.at(ca, **words)))


@test
def a_certificate_is_revoked_by_its_own_key(world):
    found = world.order()
    der = os.path.join(world.room, "own.der")
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", found["keyfile"],
            "-outform", "DER", "-out", der)
    assert world.ca.status(serial_of(found)) == "Valid"
    same(world.run("revoke", *world.at(), chain=found["pem"], key=der),
         fault="fine")
    assert world.ca.status(serial_of(found)) == "Revoked"


@test
def a_bad_contact_is_refused(world):
    same(world.order(*world.at(contact="mailto:no such thing")),
         fault="refused")
    check_certificate(world.ca,
                      world.order(*world.at(contact="mailto:a@good.example")))


# ---- several authorities ----

@test
def the_next_authority_is_asked_when_one_is_down(world):
    with world.authority() as other:
        world.ca.stop()
        found = world.order(*world.at(), *world.at(other))
        check_certificate(other, found)
        same(found, issued_by=1)


@test
def one_account_key_serves_all(world):
    with world.authority() as other:
        kids = {world.order()["kid"], world.order(*world.at(other))["kid"]}
        assert len({k.split("/")[2] for k in kids}) == 2, kids


@test
def a_domain_at_fault_is_not_tried_elsewhere(world):
    world.owner.web.close()
    with world.authority() as other:
        same(world.order(*world.at(), *world.at(other)), fault="domain",
             ca=0, failed_proofs=1)


@test
def when_all_are_down_the_first_is_told(world):
    world.ca.stop()
    other = world.authority()
    same(world.order(*world.at(), *world.at(other)), fault="ca", ca=0,
         err=3, code="acme.unreachable", until=0)


# ---- TLS ----

@test
def an_authority_that_cannot_be_trusted_is_not_asked(world):
    stranger = world.lab.pair("unknown_root", "localhost")
    found = world.order(f"ca={world.ca.directory}",
                        f"ca_file={stranger.chain}", "agreed=1")
    same(found, fault="ca", code="acme.unreachable")
    elsewhere = world.ca.directory.replace("localhost", "127.0.0.1")
    same(world.order(f"ca={elsewhere}", f"ca_file={world.ca.ca_file}",
                     "agreed=1"), fault="ca", code="acme.unreachable")


def answers(ca):
    """To whoever does not look at its certificate."""
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(ca.directory, timeout=20,
                                    context=blind) as answer:
            return answer.read()
    except OSError:
        return None


@test
def a_name_in_the_subject_alone_is_none(world):
    world.ca.stop()
    world.ca.pair = world.lab.pair("cn_only", "localhost")
    with open(world.ca.config, encoding="utf-8") as file:
        settings = json.load(file)
    settings["pebble"]["certificate"] = world.ca.pair.chain
    settings["pebble"]["privateKey"] = world.ca.pair.key
    with open(world.ca.config, "w", encoding="utf-8") as out:
        json.dump(settings, out)
    world.ca.ready = lambda: answers(world.ca)
    world.ca.start()
    same(world.order(), fault="ca", code="acme.unreachable")


@test
def plain_http_is_not_spoken(world):
    plain = world.ca.directory.replace("https:", "http:")
    same(world.order(f"ca={plain}", "agreed=1"), fault="refused",
         code="acme.bad_url")


def run_all():
    failed = 0
    print(f"1..{len(TESTS)}")
    with Lab() as lab:
        for i, function in enumerate(TESTS, 1):
            name = function.__name__.replace("_", " ")
            try:
                with tempfile.TemporaryDirectory() as room, \
                        Names(room) as names:
                    world = World(room, lab, names)
                    with world.ca:
                        function(world)
                print(f"ok {i} - {name}")
            except Exception:
                failed += 1
                print(f"not ok {i} - {name}")
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
            sys.stdout.flush()
    return 1 if failed else 0


def main():
    for program in ("openssl", "pebble", "pebble-challtestsrv"):
        if not shutil.which(program):
            print(f"1..0 # SKIP needs {program}")
            return 0
    return run_all()


if __name__ == "__main__":
    sys.exit(main())
