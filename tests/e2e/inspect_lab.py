#!/usr/bin/env python3
"""One domain for each thing that can be wrong, in a world of real servers:
what waxseal says of it, and whether mta-sts-query agrees. TAP.

  inspect_lab.py PROGRAM [NAME...]

All is on loopback; where it is permitted in a network of its own with the
real ports. NAME: only these cases.
"""
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import inspect_reports
import inspect_schema
import namespace
from inspect_servers import World

AT_ONCE = 8
# They wait for servers that do not answer, so they go first.
PATIENT = ("stall", "tcp-timeout", "slow", "dns-silent", "dns-servfail")
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
ORACLE = """
import asyncio, json, sys
from postfix_mta_sts_resolver.resolver import STSResolver

async def one(resolver, turn, words):
    async with turn:
        return (await resolver.resolve(*words))[0].name

async def main():
    loop = asyncio.get_running_loop()
    resolver, turn = STSResolver(loop=loop, timeout=6), asyncio.Semaphore(8)
    asked = json.load(sys.stdin)
    print(json.dumps(await asyncio.gather(
        *(one(resolver, turn, words) for words in asked))))

asyncio.run(main())
"""


class Said:
    def __init__(self, done, seconds):
        self.seconds, self.rc, self.err = (
            seconds, done.returncode, done.stderr)
        try:
            self.json = json.loads(done.stdout)
        except ValueError:
            self.json = {"findings": [], "unreadable": done.stdout[:200]}
        self.codes = {f["code"] for f in self.json["findings"]}


def ask(program, world, case):
    began = time.monotonic()
    done = subprocess.run(
        [program, *case.command, *case.given, "--json",
         *world.options(case)], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False)
    return Said(done, time.monotonic() - began)


def differs(case, said):
    """What is not as it should be; None when all is."""
    seen = (said.json.get("result"), said.json.get("branch"),
            sorted(said.codes))
    branch = case.branch if case.result else None
    wanted = (case.result, branch, sorted(case.codes))
    grave = any(f["severity"] in ("fail", "critical")
                for f in said.json["findings"])
    if seen != wanted:
        return f"{seen}, not {wanted} {said.err}"
    if said.rc != (1 if grave else 0):
        return f"exit code {said.rc} {said.err}"
    for finding in said.json["findings"]:
        if not finding["title"] or not finding["meaning"]:
            return f"no words: {finding}"
    return None


# ---- the other program ----

def asked_of_oracle(world):
    """What both can be asked: it knows nothing of DNSSEC and U-labels, and
    asks the name server itself, which gives half a loop for an answer."""
    return [case for case in world.cases
            if case.result and not case.net
            and case.name not in ("address", "address-v6", "u-label",
                              "dns-loop")]


def ask_oracle(world):
    cases = asked_of_oracle(world)
    done = subprocess.run(
        [PYTHON, "-c", ORACLE], input=json.dumps([c.given for c in cases]),
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "SSL_CERT_FILE": world.lab.roots})
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return dict(zip((c.name for c in cases), json.loads(done.stdout)))


def disagreements(world, oracle):
    for case in asked_of_oracle(world):
        wanted = case.oracle[0] if case.oracle else case.result
        if oracle[case.name] != wanted:
            yield f"{case.name}: {oracle[case.name]}, not {wanted}"


def oracle_missing(world):
    if not world.alone:
        return "needs a network of its own (unshare -mn, as root)"
    if not shutil.which("mta-sts-query"):
        return "needs mta-sts-query (postfix-mta-sts-resolver)"
    return None


def command_says(world):
    """The command itself, once: what is asked above is its library."""
    done = subprocess.run(
        ["mta-sts-query", "sound.lab.test"], capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=60, check=False,
        env={**os.environ, "SSL_CERT_FILE": world.lab.roots})
    return done.stdout + done.stderr


def told_to_a_person(program, world):
    """A fault in three lines is explained once, the file given by the line."""
    case = next(c for c in world.cases if c.name == "translated")
    done = subprocess.run(
        [program, *case.command, *case.given, *world.options(case)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        check=False)
    wanted = ("  > modus: testing\n  > maks alder: 86400\n",
              "/.well-known/mta-sts.txt\n    | version: STSv1\n"
              "    | mode: testing\n    | mx: mx.lab.test\n")
    once = done.stdout.count("fail  mtasts.pol_key_translated\n") == 1
    return (None if once and all(text in done.stdout for text in wanted)
            else done.stdout + done.stderr)


# ---- all ----

class Tap:
    def __init__(self, plan):
        self.n = self.bad = 0
        print(f"1..{plan}")

    def tell(self, name, trouble, skip=None):
        self.n += 1
        self.bad += bool(trouble)
        print(f"{'not ok' if trouble else 'ok'} {self.n} - {name}"
              + (f" # SKIP {skip}" if skip else ""))
        for line in str(trouble or "").splitlines():
            print("# " + line)
        sys.stdout.flush()


def tell_schema(tap, whole):
    skip = None if whole else inspect_schema.missing()
    for name, trouble in (
            ("check --json keeps to its schema", inspect_schema.is_kept),
            ("the schema refuses what is spoilt", inspect_schema.can_refuse)):
        tap.tell(name, None if skip else trouble(*whole.result()), skip)


def run(program, only):
    with World() as world, ThreadPoolExecutor(AT_ONCE) as pool:
        cases = [c for c in world.cases if not only or c.name in only]
        cases.sort(key=lambda c: c.name not in PATIENT)
        skip = oracle_missing(world)
        said = [pool.submit(ask, program, world, c) for c in cases]
        other = None if skip or only else pool.submit(ask_oracle, world)
        whole = None if only or inspect_schema.missing() else pool.submit(
            inspect_schema.check, program, world)
        tap = Tap(len(cases) + (0 if only else 6))
        for case, future in zip(cases, said):
            tap.tell(f"{case.name}: {case.branch or case.result}",
                     differs(case, future.result()))
            if os.environ.get("TIMES"):
                print(f"# {future.result().seconds:.1f} s")
        if only:
            return tap.bad
        tap.tell("a translated policy comes back by the line",
                 told_to_a_person(program, world))
        tell_schema(tap, whole)
        tap.tell("reports tell what a record does to the mail",
                 inspect_reports.are_told(program, world))
        names = ("mta-sts-query agrees on all, but for what it does otherwise",
                 "the command mta-sts-query says what its library says")
        if skip:
            for name in names:
                tap.tell(name, None, skip)
            return tap.bad
        tap.tell(names[0], "\n".join(disagreements(world, other.result())))
        words = command_says(world)
        tap.tell(names[1], None if "STSFetchResult.VALID" in words else words)
        return tap.bad


def main():
    if not namespace.here():
        code = namespace.enter()
        if code is not None:
            return code
    for program in ("openssl", "knotd"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            print(f"1..0 # SKIP needs {program}")
            return 0
    return run(sys.argv[1], sys.argv[2:]) > 0


if __name__ == "__main__":
    sys.exit(main())
