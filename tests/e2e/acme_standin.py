#!/usr/bin/env python3
"""What pebble does not do: limits, advice on renewal, profiles, and an
authority that misbehaves. TAP.

  acme_standin.py PROGRAM [WORD]

PROGRAM is tests/e2e/acme_alone.c; WORD: only tests with it in their name.
"""
import email.utils
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from acme_ca import Answer, Authority, problem
from tlslab import openssl

NAME = "mta-sts.good.example"
HOUR = 3600
PROGRAM = sys.argv[1]
TESTS = []


def test(function):
    if all(word in function.__name__ for word in sys.argv[2:]):
        TESTS.append(function)
    return function


class World:
    def __init__(self, room):
        self.room, self.count = room, 0
        self.serve = os.path.join(room, "serve")
        os.makedirs(self.serve)

    def authority(self, **how):
        return Authority(self.room, **how)

    def run(self, what, *words, **more):
        done = subprocess.run(
            [PROGRAM, what, "plain=1", f"serve={self.serve}",
             "account=" + os.path.join(self.room, "account.der"), *words,
             *(f"{k}={v}" for k, v in more.items())],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{done.returncode} {done.stderr}")
        return json.loads(done.stdout)

    def order(self, *cas, **more):
        """`cas`: authorities, or words for the program."""
        self.count += 1
        out = os.path.join(self.room, f"issued-{self.count}")
        words = []
        for ca in cas:
            words += ([f"ca={ca.directory}", "agreed=1"]
                      if isinstance(ca, Authority) else [ca])
        found = self.run("order", *words, **{"name": NAME, "types": "http-01",
                                             "out": out, **more})
        found["pem"] = out + ".pem"
        assert not os.listdir(self.serve), os.listdir(self.serve)
        return found


def same(found, **wanted):
    for key, value in wanted.items():
        if found[key] != value:
            raise AssertionError(f"{key}: {found[key]!r}, not {value!r}; "
                                 f"{json.dumps(found)}")


def near(found, wanted, slack=60):
    assert abs(found - wanted) <= slack, f"{found}, not {wanted}"


def paths(ca, kind):
    return [a for a in ca.asked if a[1].split("/")[1] == kind]


def new_orders(ca):
    return [a[3] for a in ca.asked if a[1] == "/order"]


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


# ---- the plain way ----

@test
def an_order_asks_in_the_order_of_rfc_8555(world):
    with world.authority() as ca:
        found = world.order(ca)
        same(found, fault="fine", orders=1, published=1, withdrawn=1)
        openssl("verify", "-CAfile", ca.path("ca.pem"), found["pem"])
        assert [p.split("/")[1] for _, p, _, _ in ca.asked] == [
            "dir", "nonce", "account", "order", "proof", "challenge", "proof",
            "order", "finalize", "certificate"], ca.asked
        nonces = [p["nonce"] for _, _, p, _ in ca.asked if p]
        assert len(nonces) == len(set(nonces))
        for _, path, protected, _ in ca.asked:
            if protected:
                assert ("jwk" in protected) == (path == "/account")
                assert ("kid" in protected) != (path == "/account")


@test
def slow_authorities_are_asked_again_as_they_wish(world):
    with world.authority() as ca:
        left = [7, 3]

        def slowly(answer):
            order = answer.document()
            if order["status"] == "valid" and left:
                order["status"] = "processing"
                return Answer(200, order, Retry_After=str(left.pop(0)))
            return answer

        ca.change["/finalize"] = ca.change["/order"] = slowly
        found = world.order(ca)
        same(found, fault="fine")
        assert 7000 in found["waits"] and 3000 in found["waits"], found


@test
def an_order_that_is_not_ready_yet_is_finalized_again(world):
    with world.authority() as ca:
        ca.before["/finalize"] = [problem("orderNotReady", 403)] * 3
        same(world.order(ca), fault="fine", problem="", code="")
        assert len(paths(ca, "finalize")) == 4


@test
def authorisations_that_are_valid_need_no_proof(world):
    with world.authority() as ca:
        ca.change["/order"] = lambda answer: Answer(
            answer.status, {**answer.document(), "status": "ready"}
            if answer.document()["status"] == "pending"
            else answer.document(), **answer.headers)
        same(world.order(ca), fault="fine", published=0)


@test
def a_proof_that_is_under_way_is_shown_but_not_asked_for_again(world):
    """What an order left behind whose process was killed."""
    with world.authority() as ca:
        looks = []

        def under_way(answer):
            proof = answer.document()
            looks.append(os.listdir(world.serve))
            if len(looks) > 3:
                ca.orders[1]["status"] = "ready"
                proof["status"] = "valid"
            for challenge in proof["challenges"]:
                challenge["status"] = "processing"
            return Answer(200, proof)

        ca.change["/proof"] = under_way
        same(world.order(ca), fault="fine", published=1, withdrawn=1)
        assert not paths(ca, "challenge")
        assert looks[0] == [] and looks[1] and looks[2], looks


# ---- nonces ----

@test
def refused_nonces_are_tried_again(world):
    with world.authority() as ca:
        ca.before["/account"] = [problem("badNonce")] * 5
        ca.before["/finalize"] = [problem("badNonce")] * 5
        same(world.order(ca), fault="fine", orders=1)
        assert len(paths(ca, "account")) == 6
        assert len(paths(ca, "nonce")) == 1


@test
def an_authority_that_refuses_every_nonce_is_left(world):
    with world.authority() as ca:
        ca.before["/order"] = [problem("badNonce")] * 1000
        same(world.order(ca), fault="ca", code="acme.ca_trouble",
             detail="badNonce", orders=0)
        assert len(paths(ca, "order")) < 20


# ---- limits ----

@test
def a_limit_says_until_when(world):
    with world.authority() as ca:
        ca.before["/order"] = [problem("rateLimited", 429,
                                       "too many certificates",
                                       Retry_After=str(5 * HOUR))]
        found = world.order(ca)
        same(found, fault="limited", err=4, code="acme.limited", orders=0,
             problem="rateLimited", detail="too many certificates")
        near(found["until"], time.time() + 5 * HOUR)


@test
def a_limit_by_date_or_without_one(world):
    with world.authority() as ca:
        ca.before["/order"] = [
            problem("rateLimited", 429, Retry_After=email.utils.formatdate(
                time.time() + 9 * HOUR, usegmt=True)),
            problem("rateLimited", 429),
            Answer(429, b"<html>slow down</html>"),
            problem("rateLimited", 429, Retry_After="999999999999")]
        near(world.order(ca)["until"], time.time() + 9 * HOUR)
        near(world.order(ca)["until"], time.time() + HOUR)
        same(world.order(ca), fault="limited", detail="HTTP 429")
        near(world.order(ca)["until"], time.time() + 720 * HOUR)


@test
def when_one_limits_us_the_next_is_asked(world):
    with world.authority() as one, world.authority() as two:
        one.before["/order"] = [problem("rateLimited", 429)]
        same(world.order(one, two), fault="fine", issued_by=1, orders=1)
        assert paths(one, "account") and paths(two, "account")


@test
def when_all_limit_us_the_earliest_counts(world):
    with world.authority() as one, world.authority() as two:
        one.before["/order"] = [problem("rateLimited", 429, "one",
                                        Retry_After="7200")]
        two.before["/order"] = [problem("rateLimited", 429, "two",
                                        Retry_After="3600")]
        found = world.order(one, two)
        same(found, fault="limited", ca=0, detail="one")
        near(found["until"], time.time() + HOUR)


@test
def an_authority_under_repair_is_left_for_another(world):
    with world.authority() as one, world.authority() as two:
        one.before["/dir"] = [Answer(503, b"back soon", Retry_After="600")]
        same(world.order(one, two), fault="fine", issued_by=1)
        one.before["/dir"] = [Answer(503, b"back soon", Retry_After="600")]
        found = world.order(one)
        same(found, fault="ca", code="acme.ca_trouble", detail="HTTP 503")
        near(found["until"], time.time() + 600)


# ---- CAA, rules, accounts ----

@test
def what_caa_forbids_here_may_be_allowed_there(world):
    with world.authority() as one, world.authority() as two:
        one.before["/finalize"] = [problem("caa", 403)]
        same(world.order(one, two), fault="fine", issued_by=1, orders=2)
        one.before["/finalize"] = [problem("caa", 403, "CAA forbids")]
        same(world.order(one), fault="domain", code="acme.caa",
             detail="CAA forbids", failed_proofs=0)


@test
def each_problem_has_its_fault(world):
    cases = {"rejectedIdentifier": ("domain", "acme.rejected"),
             "unauthorized": ("refused", "acme.account"),
             "userActionRequired": ("refused", "acme.terms"),
             "externalAccountRequired": ("refused", "acme.binding"),
             "invalidContact": ("refused", "acme.contact"),
             "dns": ("domain", "acme.dns"),
             "malformed": ("ours", "acme.malformed"),
             "badCSR": ("ours", "acme.malformed"),
             "serverInternal": ("ca", "acme.ca_trouble"),
             "somethingNew": ("ca", "acme.ca_trouble")}
    with world.authority() as ca:
        for kind, (fault, code) in cases.items():
            ca.before["/order"] = [problem(kind, 403)]
            same(world.order(ca), fault=fault, code=code, problem=kind,
                 detail="words of the authority", orders=0)


@test
def each_failed_proof_has_its_reason(world):
    cases = {"connection": "acme.connection", "dns": "acme.dns",
             "tls": "acme.tls", "unauthorized": "acme.wrong_answer",
             "incorrectResponse": "acme.wrong_answer", "caa": "acme.caa",
             "new": "acme.challenge"}
    with world.authority() as ca:
        for kind, code in cases.items():
            def fail(answer, kind=kind):
                proof = answer.document()
                if proof["status"] == "valid":
                    proof["status"] = "invalid"
                    proof["challenges"][0].update(
                        status="invalid", error=problem(kind).document())
                return Answer(200, proof)

            ca.change["/proof"] = fail
            same(world.order(ca), fault="domain", code=code, problem=kind,
                 failed_proofs=1, published=1, withdrawn=1)


@test
def an_account_that_was_closed_is_the_operators_trouble(world):
    with world.authority() as ca:
        ca.change["/account"] = lambda answer: Answer(
            200, {"status": "deactivated"}, **answer.headers)
        same(world.order(ca), fault="refused", code="acme.account", orders=0)


@test
def an_account_that_is_unknown_is_made_once(world):
    with world.authority() as ca:
        kid = ca.base + "/account/old"
        ca.before["/order"] = [problem("accountDoesNotExist")]
        same(world.order(ca, f"kid={kid}"), fault="fine")
        assert paths(ca, "order")[0][2]["kid"] == kid
        assert len(paths(ca, "account")) == 1
        ca.before["/order"] = [problem("accountDoesNotExist")] * 2
        same(world.order(ca, f"kid={kid}"), fault="refused",
             code="acme.account")


@test
def a_binding_is_used_for_one_account_only(world):
    with world.authority() as ca:
        words = ("eab_kid=one", "eab_hmac=c2VjcmV0")
        same(world.order(ca, *words), fault="fine")
        told = [a[3] for a in paths(ca, "account")]
        assert told[0] == {"onlyReturnExisting": True}, told
        binding = told[1]["externalAccountBinding"]
        assert set(binding) == {"protected", "payload", "signature"}
        same(world.order(ca, *words), fault="fine")
        assert [a[3] for a in paths(ca, "account")][2:] == [
            {"onlyReturnExisting": True}]
        ca.accounts.clear()
        ca.before["/account"] = [problem("externalAccountRequired", 403)]
        same(world.order(ca, *words), fault="fine", problem="")


# ---- profiles, renewal ----

@test
def a_profile_is_asked_for_where_it_is_offered(world):
    with world.authority(profiles={"tlsserver": "short"}) as ca, \
            world.authority() as other:
        same(world.order(ca, "profile=tlsserver"), fault="fine")
        assert new_orders(ca)[0]["profile"] == "tlsserver"
        same(world.order(ca), fault="fine")
        assert "profile" not in new_orders(ca)[-1]
        for bad in (ca, other):
            same(world.order(bad, "profile=classic"), fault="refused",
                 code="acme.profile", orders=0)
        same(world.order(other, "profile=tlsserver", ca), fault="fine",
             issued_by=1)


@test
def advice_comes_with_the_certificate_and_later(world):
    start, end = int(time.time()) + 86400, int(time.time()) + 3 * 86400
    with world.authority(advice=(stamp(start), stamp(end))) as ca:
        found = world.order(ca)
        same(found, fault="fine")
        same(found["window"], start=start, end=end)
        near(found["window"]["ask_again"], time.time() + 6 * HOUR)
        wanted = "/advice/" + ca.certificate_id(found["pem"])
        assert paths(ca, "advice")[0][1] == wanted, (paths(ca, "advice"),
                                                     wanted)
        ca.advice = (stamp(start - 5 * 86400), stamp(start - 4 * 86400))
        again = world.run("window", f"ca={ca.directory}",
                          chain=found["pem"])
        same(again["window"], start=start - 5 * 86400)
        ca.before["/advice"] = [Answer(200, {"suggestedWindow": {
            "start": stamp(end), "end": stamp(start)}})]
        same(world.run("window", f"ca={ca.directory}", chain=found["pem"]),
             fault="ca", code="acme.bad_answer", err=3)


@test
def a_certificate_without_advice_is_as_good(world):
    with world.authority(advice=("x", "y")) as ca:
        found = world.order(ca)
        same(found, fault="fine", code="")
        same(found["window"], start=0, end=0)


@test
def a_renewal_says_what_it_replaces(world):
    with world.authority(advice=(stamp(0), stamp(9))) as ca, \
            world.authority(advice=(stamp(0), stamp(9))) as other, \
            world.authority() as without:
        first = world.order(ca)
        wanted = ca.certificate_id(first["pem"])
        how = {"previous": first["pem"], "previous_directory": ca.directory}
        same(first, replaced=False)
        same(world.order(ca, **how), fault="fine", replaced=True)
        assert new_orders(ca)[-1]["replaces"] == wanted
        # It is no other's business.
        for elsewhere in (other, without):
            same(world.order(elsewhere, **how), fault="fine",
                 replaced=False)
            assert "replaces" not in new_orders(elsewhere)[-1]


@test
def what_was_replaced_already_is_ordered_without_saying_so(world):
    with world.authority(advice=(stamp(0), stamp(9))) as ca:
        first = world.order(ca)
        for refusal in (problem("alreadyReplaced", 409), problem("malformed")):
            ca.before["/order"] = [refusal]
            same(world.order(ca, previous=first["pem"],
                             previous_directory=ca.directory), fault="fine",
                 orders=1, problem="", replaced=False)
            told = new_orders(ca)
            assert "replaces" in told[-2] and "replaces" not in told[-1]


# ---- an authority that misbehaves ----

@test
def nobody_is_followed_elsewhere(world):
    with world.authority() as ca, world.authority() as other:
        ca.before["/dir"] = [Answer(302, b"", Location=other.directory)]
        same(world.order(ca), fault="ca")
        places = {
            "/dir": ("newOrder", other.base + "/order"),
            "/order": ("finalize", other.base + "/finalize/1"),
            "/proof": None,
        }
        for kind, change in places.items():
            def lead(answer, change=change):
                found = answer.document()
                if change:
                    found[change[0]] = change[1]
                else:
                    for challenge in found["challenges"]:
                        challenge["url"] = other.base + "/challenge/1"
                return Answer(answer.status, found, **answer.headers)

            ca.change = {kind: lead}
            same(world.order(ca), fault="ca", code="acme.bad_url")
        for place in ("http://127.0.0.2/", "file:///etc/passwd",
                      "https://169.254.169.254/latest", ""):
            ca.change = {"/account": lambda answer, place=place: Answer(
                201, answer.body, Location=place)}
            same(world.order(ca), fault="ca", code="acme.bad_url", orders=0)
        assert not other.asked


@test
def answers_that_are_none_are_the_authority_s_trouble(world):
    bodies = (b"", b"{", b"[]", b"null", b"<html>", b"\xff\xfe", b"{}",
              b'{"status":"pending"}', b"[" * 100000, b'"' + b"a" * 90000)
    with world.authority() as ca:
        for kind in ("/dir", "/account", "/order", "/proof", "/finalize"):
            for body in bodies:
                ca.before = {kind: [Answer(200, body, Location=ca.base)]}
                found = world.order(ca)
                assert found["fault"] in ("ca", "refused"), (kind, body[:20],
                                                             found)
                assert found["code"].startswith("acme."), found


@test
def endless_answers_end(world):
    with world.authority() as ca:
        for kind in ("/dir", "/order", "/certificate"):
            ca.before = {kind: [Answer(200, b" " * (4 << 20))]}
            same(world.order(ca), fault="ca", code="acme.unreachable")
        ca.before = {"/dir": [Answer(200, b"{}", **{
            f"X-{i}": "x" for i in range(300)})]}
        same(world.order(ca), fault="ca", code="acme.unreachable")


@test
def an_order_that_never_ends_is_left(world):
    with world.authority() as ca:
        ca.change["/finalize"] = ca.change["/order"] = \
            lambda answer: Answer(answer.status, {
                **answer.document(), "status": "processing"},
                **answer.headers)
        found = world.order(ca, patience=60)
        same(found, fault="ca", code="acme.slow")
        assert 0 < len(found["waits"]) < 30, found
        assert sum(found["waits"]) <= 60000


@test
def an_authority_that_takes_its_time_with_everything_is_left(world):
    with world.authority() as ca:
        ca.change["/account"] = ca.change["/order"] = \
            lambda answer: time.sleep(0.7)
        same(world.order(ca, patience=1), fault="ca", code="acme.slow",
             published=0)


@test
def whoever_asks_to_wait_a_day_is_asked_each_minute(world):
    with world.authority() as ca:
        ca.change["/order"] = lambda answer: Answer(
            answer.status, {**answer.document(), "status": "processing"},
            Retry_After="86400", **answer.headers)
        same(world.order(ca, patience=200), fault="ca", code="acme.slow",
             waits=[60000] * 3)


@test
def another_name_s_authorisation_is_not_served(world):
    with world.authority() as ca:
        ca.change["/proof"] = lambda answer: Answer(200, {
            **answer.document(),
            "identifier": {"type": "dns", "value": "mta-sts.bad.example"}})
        same(world.order(ca), fault="ca", code="acme.bad_answer",
             published=0)


@test
def tokens_that_are_paths_are_not_served(world):
    with world.authority() as ca:
        for token in ("../../../../tmp/token-of-sixteen", "a" * 15, "a" * 129,
                      "token of sixteen characters", "token\0of-sixteen", ""):
            def spoil(answer, token=token):
                proof = answer.document()
                for challenge in proof["challenges"]:
                    challenge["token"] = token
                return Answer(200, proof)

            ca.change["/proof"] = spoil
            same(world.order(ca), fault="ca", code="acme.bad_answer",
                 published=0)


@test
def another_certificate_than_ordered_is_thrown_away(world):
    with world.authority() as ca:
        world.order(ca)
        key = ca.path("other.key")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", "/",
                "-addext", f"subjectAltName=DNS:{NAME}", "-config",
                ca.path("ca.cnf"), "-keyout", key, "-outform", "DER", "-out",
                ca.path("other.csr"))
        with open(ca.path("other.csr"), "rb") as file:
            other = ca.sign(file.read(), 99)
        for chain, why in ((other, "for another key"), (b"", "size"),
                           (b"-----BEGIN", "no certificate"),
                           (ca.issued[1], "for another key"),
                           (other * 6, "not signed by the next")):
            ca.before["/certificate"] = [Answer(200, chain)]
            same(world.order(ca), fault="ca", code="acme.bad_chain",
                 detail=why)


@test
def words_of_an_authority_are_harmless(world):
    with world.authority() as ca:
        ca.before["/order"] = [problem(
            "caa", 403, "\x1b[2J\u202eno\u2028\0" + "x" * 5000)]
        found = world.order(ca)
        same(found, fault="domain")
        assert len(found["detail"]) < 200
        assert all(c >= " " and c not in "\x7f\u202e\u2028"
                   for c in found["detail"]), found["detail"]


@test
def hostile_nonces_are_not_sent_back(world):
    with world.authority() as ca:
        good = ca.nonce
        bad = ['"}', "a b", "x" * 5000, ""]
        left = [*bad]

        def nonce():
            """Bad ones with answers, good ones when asked for."""
            fresh = ca.asked[-1][1] == "/nonce"
            return left.pop(0) if left and not fresh else good()

        ca.nonce = nonce
        same(world.order(ca), fault="fine")
        assert not left and len(paths(ca, "nonce")) == 1 + len(bad)
        assert all(p["nonce"].startswith("nonce-")
                   for _, _, p, _ in ca.asked if p)


@test
def a_clock_that_is_wrong_is_noticed(world):
    with world.authority() as ca:
        same(world.order(ca, clock=400 * 86400), fault="ca",
             code="acme.bad_chain", detail="dates")


def main():
    failed = 0
    if not shutil.which("openssl"):
        print("1..0 # SKIP needs openssl")
        return 0
    print(f"1..{len(TESTS)}")
    for i, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        try:
            with tempfile.TemporaryDirectory() as room:
                function(World(room))
            print(f"ok {i} - {name}")
        except Exception:
            failed += 1
            print(f"not ok {i} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line)
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
