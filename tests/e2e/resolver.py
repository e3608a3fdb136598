#!/usr/bin/env python3
"""The resolver against real and scripted name servers on loopback. TAP.

  resolver.py PROGRAM

PROGRAM is tests/e2e/resolver_ask.c.
"""
import contextlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import time

import dns

PROGRAM = sys.argv[1]
TESTS = []

CHAIN = "".join(f"c{i} CNAME c{i + 1}\n" for i in range(40))
ROOT = """signed. NS ns.signed.
signed. DS {ds:signed}
broken. NS ns.signed.
broken. DS {ds:broken}
expired. NS ns.signed.
expired. DS {ds:expired}
plain. NS ns.signed.
ns.signed. A 127.0.0.1
"""
SIGNED = """@ NS NS
ns A 127.0.0.1
ns AAAA ::1
@ MX 10 Mail
@ MX 20 mail.plain.
@ TXT "v=spf1 " "-all"
@ CAA 0 issue "ca.example"
_25._tcp.mail TLSA 3 1 1 00112233
mail A 192.0.2.1
there CNAME mail
over CNAME mail.plain.
away CNAME nothing.plain.
"""
BROKEN = """@ TXT "altered"
naked A 192.0.2.7
sound A 192.0.2.8
"""
PLAIN = """mail A 192.0.2.2
mail TXT "only this"
long TXT "{a}" "{b}" "c"
odd TXT "quote \\" semicolon \\; byte \\200 nul \\000 end"
loop1 CNAME loop2
loop2 CNAME LOOP3
loop3 CNAME loop1
self CNAME self
x1 CNAME x2
x2 CNAME X3.signed.
w\\.dot A 192.0.2.3
w CNAME w\\.dot
UPPER PTR Big.Name.PLAIN.
short 7 CNAME mail
""".replace("{a}", "a" * 255).replace("{b}", "b" * 200)
BIG = "".join(f'big TXT "{i:03} {"x" * 200}"\n' for i in range(120))


def test(function):
    TESTS.append(function)
    return function


def check(is_so, what):
    if not is_so:
        raise AssertionError(what)


def equal(a, b, what=""):
    check(a == b, f"{what}: {a!r} is not {b!r}")


class World:
    """What most tests ask: every zone on one Knot, the root signed."""

    def __init__(self, room):
        self.room, self.used, self.running = room, 0, None
        reverse = "1.2.3 PTR host.example.\n"
        zones = {"": ROOT, "signed": SIGNED, "broken": BROKEN,
                 "expired": BROKEN}
        signed = dns.sign(room, zones)
        lines = signed.texts["broken"].splitlines()
        lines = [line.replace('"altered"', '"forged"') for line in lines
                 if not (line.startswith("naked.broken.")
                         and "RRSIG\tA " in line)]
        texts = dict(signed.texts, broken="\n".join(lines),
                     expired=dns.expire(signed.texts["expired"]))
        texts["plain"] = PLAIN + CHAIN + BIG
        self.texts, self.signed = texts, signed
        self.root_key = signed.anchor(os.path.join(room, "root.key"), "")
        self.wrong_key = signed.anchor(os.path.join(room, "wrong.key"), "")
        with open(self.wrong_key, "w", encoding="utf-8") as out:
            out.write(". IN DS " + signed.ds["broken"] + "\n")
        own = {"lab.test": "@ A 192.0.2.9\n", "home.arpa": "@ A 192.0.2.9\n",
               "10.in-addr.arpa": reverse, "127.in-addr.arpa": reverse,
               "168.192.in-addr.arpa": "1.2 PTR host.example.\n"}
        self.knot = dns.Knot(self.place(), texts)
        self.closed = dns.Knot(self.place(), dict(own, plain=texts["plain"]))

    def place(self):
        self.used += 1
        path = os.path.join(self.room, str(self.used))
        os.mkdir(path)
        return path

    def __enter__(self):
        with contextlib.ExitStack() as both:
            both.enter_context(self.knot)
            both.enter_context(self.closed)
            self.running = both.pop_all()
        return self

    def __exit__(self, *_):
        self.running.close()

    def ask(self, *questions, **options):
        """Each answer by its question."""
        options.setdefault("server", f"127.0.0.1:{self.knot.port}")
        options.setdefault("anchor", self.root_key)
        return ask(*questions, **options)


def run(*questions, **options):
    words = [f"{key}={value}" for key, value in options.items() if value]
    return subprocess.run([PROGRAM, *words, *questions], text=True,
                          encoding="utf-8", capture_output=True, timeout=120,
                          check=False)


def ask(*questions, **options):
    done = run(*questions, **options)
    equal(done.returncode, 0, f"status, {done.stderr}")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX",
             16: "TXT", 28: "AAAA", 43: "DS", 48: "DNSKEY", 52: "TLSA",
             257: "CAA"}
    result = {}
    for one in answers:
        key = f"{one['name']} {kinds[one['type']]}"
        if "server" in one:
            key += " @" + one["server"]
        result.setdefault(key, []).append(one)
    return {key: found[0] if len(found) == 1 else found
            for key, found in result.items()}


def data(answer):
    return sorted(rr["data"] for rr in answer["rr"])


def direct(server, question, **options):
    """One question to a scripted server."""
    options.setdefault("direct_ms", 3000)
    text = f"{question} @{server.address}"
    return ask(text, anchor="none", server="127.0.0.1:1", port=server.port,
               **options)[text]


def reply(asked, flags=0x8400, answers=(), question=None):
    """A packet that answers `asked`; `answers` are (type, rdata) of its name,
    or whole records as bytes."""
    end = 12
    while asked[end]:
        end += asked[end] + 1
    question = asked[12:end + 5] if question is None else question
    body = b"".join(
        one if isinstance(one, bytes) else
        b"\xc0\x0c" + struct.pack(">HHIH", one[0], 1, 60, len(one[1])) + one[1]
        for one in answers)
    return (asked[:2] + struct.pack(">5H", flags, 1 if question else 0,
                                    len(answers), 0, 0) + question + body)


# ---- what is true ----


@test
def signed_answers_are_secure_whatever_they_say(world):
    got = world.ask("signed MX", "signed TXT", "nobody.signed A",
                    "mail.signed TXT", "signed NS", "signed SOA", "signed CAA",
                    "_25._tcp.mail.signed TLSA", "ns.signed AAAA",
                    "signed DS", "there.signed A")
    for name, one in got.items():
        check(one["secure"] and not one["unproven"], f"{name}: {one}")
    equal([(rr["preference"], rr["data"]) for rr in got["signed MX"]["rr"]],
          [(10, "mail.signed"), (20, "mail.plain")])
    equal(got["signed TXT"]["rr"], [{"data": "v=spf1 -all", "strings": 2}])
    equal(got["nobody.signed A"]["status"], "nxdomain")
    equal(got["nobody.signed A"]["ttl"], 60, "negative TTL")
    equal(got["mail.signed TXT"]["status"], "nodata")
    equal(data(got["signed NS"]), ["ns.signed"])
    equal(data(got["signed SOA"]), ["ns.invalid"])
    equal(data(got["signed CAA"]),
          [(b"\0\5issue" + b"ca.example").hex()])
    equal(data(got["_25._tcp.mail.signed TLSA"]), ["03010100112233"])
    equal(got["ns.signed AAAA"]["rr"], [{"address": "::1"}])
    equal(len(got["signed DS"]["rr"]), 1)
    equal(got["there.signed A"]["chain"], ["mail.signed"])


@test
def an_unsigned_zone_below_a_signed_root_is_insecure_not_bogus(world):
    got = world.ask("mail.plain A", "nobody.plain A", "mail.plain AAAA",
                    "over.signed A", "away.signed A")
    for name, one in got.items():
        check(not one["secure"] and not one["unproven"], f"{name}: {one}")
    equal(got["mail.plain A"]["rr"], [{"address": "192.0.2.2"}])
    equal(got["nobody.plain A"]["status"], "nxdomain")
    equal(got["mail.plain AAAA"]["status"], "nodata")
    equal(got["over.signed A"]["chain"], ["mail.plain"])
    equal(got["away.signed A"]["status"], "nxdomain")
    equal(got["away.signed A"]["chain"], ["nothing.plain"])


@test
def broken_signatures_are_bogus_with_the_reason_each_time(world):
    got = world.ask("broken TXT", "naked.broken A", "sound.broken A",
                    "expired TXT", rounds=2)
    for one in got["expired TXT"]:
        equal(one["status"], "bogus", one["name"])
        check("expired" in one["why"], one["why"])
    for one in got["broken TXT"] + got["naked.broken A"]:
        equal(one["status"], "bogus", one["name"])
        equal(one["rr"], [])
        check(not one["secure"], "secure")
    for one in got["broken TXT"]:
        check("signature" in one["why"], one["why"])
    for one in got["naked.broken A"]:
        check("no signatures" in one["why"], one["why"])
    check(all(one["secure"] for one in got["sound.broken A"]), "sound")


@test
def texts_are_joined_byte_by_byte(world):
    got = world.ask("long.plain TXT", "odd.plain TXT")
    equal(got["long.plain TXT"]["rr"],
          [{"data": "a" * 255 + "b" * 200 + "c", "strings": 3}])
    equal(got["odd.plain TXT"]["rr"][0]["data"],
          'quote " semicolon ; byte \ufffd nul \0 end')


@test
def names_are_folded_and_odd_ones_can_be_asked_for(world):
    got = world.ask("UPPER.Plain. PTR", "w\\.dot.plain A", "w.plain A",
                    "short.plain A")
    equal(data(got["upper.plain PTR"]), ["big.name.plain"])
    equal(got["w\\.dot.plain A"]["status"], "found")
    equal(got["w.plain A"]["chain"], ["w\\.dot.plain"])
    equal(got["short.plain A"]["ttl"], 7, "the least of the chain")


@test
def what_is_no_name_is_nxdomain_without_a_question(world):
    bad = ["a..b A", "x" * 64 + ".plain A", ("y" * 60 + ".") * 5 + "plain A"]
    got = world.ask(*bad)
    for one in bad:
        equal(got[one]["status"], "nxdomain", one)
        equal(got[one]["why"], "not a domain name")


@test
def a_chain_is_shown_hop_by_hop_and_a_circle_is_told(world):
    got = world.ask("c32.plain CNAME", "c29.plain A", "loop1.plain A",
                    "self.plain TXT", "x1.plain A", "c28.plain A",
                    "c3.plain A")
    equal(data(got["c32.plain CNAME"]), ["c33.plain"])
    equal(got["c29.plain A"]["status"], "nxdomain")
    equal(got["c29.plain A"]["chain"], [f"c{i}.plain" for i in range(30, 41)])
    for name in "loop1.plain A", "self.plain TXT", "c28.plain A", "c3.plain A":
        equal(got[name]["status"], "loop", name)
    equal(got["loop1.plain A"]["chain"],
          ["loop2.plain", "loop3.plain", "loop1.plain"])
    equal(got["self.plain TXT"]["chain"], ["self.plain"])
    equal(got["x1.plain A"]["chain"], ["x2.plain", "x3.signed"])


@test
def a_large_answer_comes_over_tcp(world):
    at = "big.plain TXT @127.0.0.1"
    got = world.ask("big.plain TXT", at, port=world.knot.port)
    for one in got.values():
        equal(one["status"], "found")
        equal(len(set(data(one))), 120)
    check(got[at]["authoritative"], "authoritative")


# ---- trust anchors and closed networks ----


@test
def without_the_keys_of_the_anchor_answers_are_unproven(world):
    for server, anchor in ((world.closed, None), (world.knot, None),
                           (world.knot, world.wrong_key),
                           (world.closed, world.root_key)):
        got = world.ask("mail.plain A", "nobody.plain A", anchor=anchor,
                        server=f"127.0.0.1:{server.port}")
        equal(got["mail.plain A"]["status"], "found")
        equal(got["nobody.plain A"]["status"], "nxdomain")
        for one in got.values():
            check(one["unproven"] and not one["secure"], one)


@test
def an_anchor_that_nobody_answers_for_costs_seconds_not_answers(world):
    def answer(asked, _):
        if b"\0\0\x30\0\1" in asked:
            return None
        return reply(asked, 0x8580, [(1, bytes([192, 0, 2, 5]))])

    with dns.Scripted(answer) as silent:
        got = world.ask("some.example A", anchor=None,
                        server=f"127.0.0.1:{silent.port}")
    one = got["some.example A"]
    equal((one["status"], one["unproven"]), ("found", True))
    check(one["ms"] < 12000, one["ms"])


@test
def no_anchor_is_a_wish_and_leaves_nothing_unproven(world):
    one = world.ask("signed TXT", anchor="none")["signed TXT"]
    equal((one["status"], one["secure"], one["unproven"]),
          ("found", False, False))


@test
def an_anchor_below_the_root_is_enough_for_its_zone(world):
    path = world.signed.anchor(os.path.join(world.room, "below.key"),
                               "signed", "broken")
    got = world.ask("signed TXT", "mail.plain A", "broken TXT", anchor=path)
    check(got["signed TXT"]["secure"], "signed")
    check(not got["mail.plain A"]["secure"], "plain")
    check(not got["mail.plain A"]["unproven"], "proven")
    equal(got["broken TXT"]["status"], "bogus")


@test
def zones_of_closed_networks_are_asked_for(world):
    names = ["lab.test A", "home.arpa A", "1.2.3.10.in-addr.arpa PTR",
             "1.2.168.192.in-addr.arpa PTR", "1.2.3.127.in-addr.arpa PTR"]
    got = world.ask(*names, anchor=None,
                    server=f"127.0.0.1:{world.closed.port}")
    for name in names:
        equal(got[name]["status"], "found", name)


@test
def the_servers_of_resolv_conf_are_asked(world):
    # No port can be written there: only that it is read shows.
    path = os.path.join(world.room, "resolv.conf")
    with open(path, "w", encoding="utf-8") as out:
        out.write("# one\nsearch example\nnameserver nonsense\n"
                  "nameserver 127.0.0.77\n")
    got = ask("mail.plain A", resolv_conf=path, anchor="none", ms=700)
    check(got["mail.plain A"]["status"] in ("timeout", "servfail"),
          got["mail.plain A"])


@test
def options_that_cannot_be_are_refused_with_the_reason(world):
    for options, code in ((dict(server="nonsense"), "resolver.server"),
                          (dict(server="127.0.0.1:0"), "resolver.server"),
                          (dict(server="127.0.0.1:70000"), "resolver.server"),
                          (dict(server="[::1]53"), "resolver.server"),
                          (dict(anchor="/nowhere"), "resolver.anchor"),
                          (dict(anchor=PROGRAM), "resolver.anchor")):
        done = run("mail.plain A", **options)
        equal(done.returncode, 1, str(options))
        check(code in done.stderr, done.stderr)
    for server in "127.0.0.1", "[::1]:5353", "::1", "[::1]":
        equal(run(server=server, anchor=world.root_key).returncode, 0, server)


# ---- time ----


@test
def silence_is_a_timeout_after_the_given_time(world):
    with dns.Scripted(lambda *_: None) as silent:
        got = world.ask("mail.plain A", f"mail.plain A @{silent.address}",
                        server=f"127.0.0.1:{silent.port}", anchor="none",
                        ms=700, direct_ms=600, port=silent.port)
        numbers = {q[:2] for q, _ in silent.seen if q[2] == 0}
    for one in got.values():
        equal(one["status"], "timeout")
        check(500 <= one["ms"] < 5000, one["ms"])
    equal(len(numbers), 3, "tries with numbers of their own")


@test
def more_questions_than_may_run_wait_for_their_turn(world):
    names = [f"n{i}.plain A" for i in range(200)]
    names += [f"n{i}.plain A @127.0.0.1" for i in range(200)]
    got = world.ask(*names, parallel=3, port=world.knot.port)
    equal(len(got), 400)
    equal({one["status"] for one in got.values()}, {"nxdomain"})


@test
def many_dead_domains_do_not_keep_others_waiting(world):
    def answer(asked, _):
        if b"dead" in asked:
            return None
        return reply(asked, 0x8580, [(1, bytes([192, 0, 2, 5]))])

    with dns.Scripted(answer) as half:
        got = ask(*(f"dead{i}.example A" for i in range(1200)),
                  "alive.example A", server=f"127.0.0.1:{half.port}",
                  anchor="none", ms=1000)
    equal(got.pop("alive.example A")["status"], "found")
    equal({one["status"] for one in got.values()}, {"timeout"})
    check(max(one["ms"] for one in got.values()) < 20000, "time")


@test
def what_is_cancelled_is_not_answered(world):
    def answer(asked, _):
        return None if b"dead" in asked else reply(asked, 0x8580)

    dead = [f"dead{i}.example A{at}" for i in range(9)
            for at in ("", " @127.0.0.1")]
    for parallel in 0, 1:
        for alive in "alive.example A", "alive.example A @127.0.0.1":
            with dns.Scripted(answer) as half:
                got = ask(alive, *dead, server=f"127.0.0.1:{half.port}",
                          anchor="none", port=half.port, cancel=1,
                          parallel=parallel)
            equal([one["status"] for one in got.values()], ["nodata"])
            equal(list(got), [alive])
            check(got[alive]["ms"] < 5000, got[alive]["ms"])


@test
def a_server_failure_is_not_bogus(world):
    with dns.Scripted(lambda q, _: reply(q, 0x8182)) as failing:
        got = world.ask("mail.plain A", anchor="none",
                        server=f"127.0.0.1:{failing.port}")
    equal(got["mail.plain A"]["status"], "servfail")


# ---- one server alone ----


@test
def authority_referral_and_refusal_are_told_apart(world):
    root = dns.Knot(world.place(), {"": world.texts[""]},
                    addresses=("127.0.0.1", "::1"))
    with root:
        got = ask("signed NS @127.0.0.1", ". NS @::1", "mail.plain A @::1",
                  "nobody A @127.0.0.1", server="127.0.0.1:1", anchor="none",
                  port=root.port)
        equal(got[" NS @::1"]["status"], "found")
        check(got[" NS @::1"]["authoritative"], "the root's own")
        for name in "signed NS @127.0.0.1", "mail.plain A @::1":
            equal(got[name]["status"], "nodata", name)
            check(not got[name]["authoritative"], name)
        equal(got["nobody A @127.0.0.1"]["status"], "nxdomain")
        check(got["nobody A @127.0.0.1"]["authoritative"], "nobody")
    got = ask("signed.example A @127.0.0.1", server="127.0.0.1:1",
              anchor="none", port=world.closed.port)
    equal(got["signed.example A @127.0.0.1"]["status"], "refused")


@test
def a_closed_port_is_told_at_once(world):
    port = dns.free_port()
    text = "mail.plain A @127.0.0.1"
    one = ask(text, anchor="none", server="127.0.0.1:1", port=port)[text]
    equal((one["status"], one["why"]), ("timeout", "nobody listens there"))
    check(one["ms"] < 3000, one["ms"])


@test
def servers_that_are_not_public_are_not_asked(world):
    with dns.Scripted(lambda q, _: reply(q)) as server:
        one = direct(server, "mail.plain A", public=1)
        equal(server.seen, [])
    equal(one["status"], "timeout")
    check("not asked" in one["why"], one["why"])


@test
def an_old_server_is_asked_again_without_edns(world):
    def answer(asked, _):
        if asked[11]:  # additional records
            return asked[:2] + struct.pack(">5H", 0x8001, 0, 0, 0, 0)
        return reply(asked, answers=[(1, bytes([192, 0, 2, 4]))])

    with dns.Scripted(answer) as old:
        one = direct(old, "mail.plain A")
    equal((one["status"], one["rr"]), ("found", [{"address": "192.0.2.4"}]))


@test
def a_cut_answer_without_tcp_is_no_answer(world):
    def answer(asked, tcp):
        return None if tcp else reply(asked, 0x8600)

    with dns.Scripted(answer) as server:
        one = direct(server, "mail.plain A")
    equal(one["status"], "timeout")
    check("TCP" in one["why"], one["why"])


@test
def answers_to_other_questions_are_not_taken(world):
    other = dns.wire("other.plain") + b"\0\1\0\1"
    good = [(1, bytes([192, 0, 2, 1]))]
    evil = [(1, bytes([192, 0, 2, 66]))]

    def number(asked, _):
        return bytes([asked[0] ^ 1]) + reply(asked, answers=evil)[1:]

    for bad in (number, lambda q, _: reply(q, 0x0400, evil),
                lambda q, _: reply(q, answers=evil, question=other),
                lambda q, _: reply(q, answers=evil, question=b""),
                lambda q, _: q[:7], lambda q, _: b""):
        count = [0]

        def answer(asked, tcp, bad=bad, count=count):
            count[0] += 1
            if count[0] == 1:
                return bad(asked, tcp)
            return reply(asked, answers=good)

        with dns.Scripted(answer) as server:
            one = direct(server, "mail.plain A")
        equal(one["rr"], [{"address": "192.0.2.1"}], "the second answer")


@test
def records_of_other_names_do_not_count(world):
    name = dns.wire("other.plain")
    foreign = name + struct.pack(">HHIH", 1, 1, 60, 4) + bytes(4)
    chaos = b"\xc0\x0c" + struct.pack(">HHIH", 1, 3, 60, 4) + bytes(4)
    with dns.Scripted(lambda q, _: reply(q, 0x8400, [foreign, chaos])) as s:
        one = direct(s, "mail.plain A")
    equal((one["status"], one["rr"]), ("nodata", []))


@test
def broken_packets_are_a_server_failure_and_nothing_worse(world):
    broken = {
        "cut": lambda q: reply(q, answers=[(1, bytes(4))])[:-2],
        "short address": lambda q: reply(q, answers=[(1, bytes(3))]),
        "no address": lambda q: reply(q, answers=[(1, b"")]),
        "pointer to itself": lambda q: reply(q, answers=[
            (5, b"\xc0" + bytes([len(reply(q)) + 12]))]),
        "pointer beyond": lambda q: reply(q, answers=[(5, b"\xff\xff")]),
        "counts lie": lambda q: reply(q)[:6] + b"\xff\xff" + reply(q)[8:],
        "string too long": lambda q: reply(q, answers=[(16, b"\xffabc")]),
    }
    for what, make in broken.items():
        kind = "TXT" if "string" in what else "A"
        with dns.Scripted(lambda q, _, make=make: make(q)) as server:
            one = direct(server, "mail.plain " + kind)
        equal((one["status"], one["rr"]), ("servfail", []), what)


@test
def too_many_records_are_refused_and_many_are_taken(world):
    for number, status in ((500, "found"), (501, "servfail"),
                           (4000, "servfail")):
        answers = [(1, struct.pack(">I", i)) for i in range(number)]

        def answer(asked, tcp, answers=answers):
            return reply(asked, 0x8400, answers) if tcp else reply(asked,
                                                                   0x8600)

        with dns.Scripted(answer) as server:
            one = direct(server, "mail.plain A")
        equal((one["status"], len(one["rr"])),
              (status, number if status == "found" else 0), str(number))


@test
def a_circle_in_one_packet_is_a_loop(world):
    with dns.Scripted(lambda q, _: reply(q, answers=[(5, b"\xc0\x0c")])) as s:
        one = direct(s, "mail.plain A")
    equal((one["status"], one["chain"]), ("loop", ["mail.plain"]))


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    with tempfile.TemporaryDirectory() as room, World(room) as world:
        for number, one in enumerate(TESTS, 1):
            name = one.__name__.replace("_", " ")
            began = time.monotonic()
            try:
                one(world)
                print(f"ok {number} - {name}", flush=True)
            except Exception as error:  # shown, and the next one runs
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                print(f"# {type(error).__name__}: {error}", flush=True)
            if os.environ.get("TIMES"):
                print(f"# {time.monotonic() - began:.1f} s")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
