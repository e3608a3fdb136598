#!/usr/bin/env python3
"""Kills an import at random instants and looks at what is left. TAP.

  kill_loop.py PROGRAM ROUNDS

What `--format jsonl` printed was acknowledged: after a kill -9 at any instant
the store opens, holds every acknowledged report, and counts none twice. In the
end the same mail imported once more, undisturbed, gives the same totals as a
store that was never disturbed.
"""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

SEED = 20261122


def run(program, *arguments):
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=300, check=False)
    return done.returncode, done.stdout


def import_and_kill(program, data, mails, delay):
    """Ids that were acknowledged before the end."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            [program, "report", "import", "--format", "jsonl", "--quiet",
             "--data", data, mails], stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.DEVNULL)
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        out.seek(0)
        lines = out.read().split(b"\n")
    return [json.loads(line) for line in lines[:-1] if line]


def stored(program, data):
    """Every report in the store, through all pages."""
    reports, cursor = [], None
    while True:
        more = ["--cursor", cursor] if cursor else []
        code, out = run(program, "report", "list", "--json", "--limit",
                        "1000", "--data", data, *more)
        if code != 0:
            return None
        page = json.loads(out)
        reports += page["reports"]
        cursor = page["next"]
        if not cursor:
            return reports


def faults_of(program, data, acknowledged):
    reports = stored(program, data)
    if reports is None:
        return ["the store does not open"]
    keys = [(r["kind"], r["org"], r["report_id"], r["domain"], r["begin"])
            for r in reports]
    faults = []
    if len(set(keys)) != len(keys):
        faults.append("a report is there twice")
    there = set(keys)
    for item in acknowledged:
        key = (item["kind"], item["org"], item["report_id"], item["domain"],
               item["begin"])
        if item["status"] in ("imported", "duplicate") and key not in there:
            faults.append(f"acknowledged but gone: {key}")
    code, out = run(program, "store", "check", "--data", data)
    if code != 0:
        faults.append("store check: " + out.decode(errors="replace")[-300:])
    return faults


def kill_while_making(program, room, mails, dice):
    """Many stores whose first program dies while it makes them: each opens
    for reading, also where a half-made database has to be rolled back."""
    faults = []
    for n in range(60):
        data = os.path.join(room, f"young{n}")
        import_and_kill(program, data, mails, dice.uniform(0.004, 0.04))
        if not os.path.exists(os.path.join(data, "reports.db")):
            continue
        if stored(program, data) is None:
            faults.append(f"round {n}: {sorted(os.listdir(data))}")
    return faults


def totals(program, data):
    code, out = run(program, "report", "query", "--json", "--range", "all",
                    "--group", "domain", "--data", data)
    answer = json.loads(out) if code == 0 else {}
    return answer.get("rows"), answer.get("totals")


def main():
    program, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as room:
        mails = os.path.join(room, "mail")
        calm = os.path.join(room, "calm")
        run(program, "sample", "generate", "--domains", "3", "--days", "60",
            "--out", mails)
        young = kill_while_making(program, room, mails, dice)
        began = time.monotonic()
        run(program, "report", "import", "--data", calm, mails)
        whole = time.monotonic() - began
        failed, data, known = 0, None, []
        for n in range(rounds):
            if n % 5 == 0:   # several kills of one store, then a new one
                data, known = os.path.join(room, f"data{n}"), []
            known += import_and_kill(program, data, mails,
                                     dice.uniform(0, whole * 1.1))
            # The directory is there before the database is: killed between
            # the two there is no store yet, and nothing to be missed in it.
            if os.path.exists(os.path.join(data, "reports.db")):
                faults = faults_of(program, data, known)
            else:
                faults = ["acknowledged, but there is no store"] if known \
                    else []
            failed += bool(faults)
            print(f"{'not ' if faults else ''}ok {n + 1} - killed after "
                  f"{len(known)} acknowledged reports")
            for fault in faults[:5]:
                print(f"#   {fault}")
        run(program, "report", "import", "--data", data, mails)
        same = totals(program, data) == totals(program, calm)
        failed += not same
        print(f"{'' if same else 'not '}ok {rounds + 1} - the totals are "
              "those of an undisturbed import")
        failed += bool(young)
        print(f"{'not ' if young else ''}ok {rounds + 2} - a store killed "
              "while it was being made opens")
        for fault in young[:5]:
            print(f"#   {fault}")
        print(f"1..{rounds + 2}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
