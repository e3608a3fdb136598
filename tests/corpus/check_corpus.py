#!/usr/bin/env python3
"""Holds the program against a corpus of report files, printing TAP.

  check_corpus.py golden PROGRAM            our own fixtures (golden/expected.tsv)
  check_corpus.py real PROGRAM CORPUS       real reports, when CORPUS is there
  check_corpus.py table PROGRAM CORPUS      what becomes of each real file, as
                                            the rows of docs/corpus.md

Each file is imported into a store of its own. A value that expected.tsv (or
waxseal.tsv) leaves empty is not compared; "-" is nothing at all. The repairs
of a golden file are the whole list, neither more nor less. `more` has other
keys of the item, as "key=value; key=value"; `outcomes` counts its items.
"""
import collections
import concurrent.futures
import csv
import json
import os
import subprocess
import sys
import tempfile

FIELDS = ("status", "kind", "org", "records", "messages", "passed")


def run_import(program, paths, data):
    command = [program, "report", "import", "--json", "--lang", "en",
               "--data", data, *paths]
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=300, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"exit {done.returncode}: "
                           f"{done.stderr.decode(errors='replace')[-600:]}")
    return json.loads(done.stdout)


def import_alone(program, path):
    with tempfile.TemporaryDirectory() as data:
        return run_import(program, [path], data)["items"]


def gather(items):
    """One line for a file: its only item, or the sum of several."""
    read = [i for i in items if i["status"] == "imported"] or items
    first = dict(read[0])
    for key in ("records", "messages", "passed"):
        values = [i[key] for i in read if i[key] is not None]
        first[key] = sum(values) if values else None
    outcomes = collections.Counter(i["status"] for i in items)
    first["outcomes"] = ", ".join(f"{k} {outcomes[k]}"
                                  for k in sorted(outcomes))
    first["repairs"] = sorted({c for i in read for c in i["repairs"]})
    return first


def compare(name, expected, actual):
    if expected == "" or expected is None:
        return []
    actual = "-" if actual is None else str(actual)
    return [] if expected == actual else [
        f"{name}: expected {expected!r}, got {actual!r}"]


def reason_code(item):
    """Without a code of its own, the reason begins with it."""
    return item.get("reason_code") or (item["reason"] or "-").split(":")[0]


def differences(item, want):
    found = []
    for field in FIELDS:
        found += compare(field, want.get(field), item[field])
    repairs = " ".join(sorted((want.get("repairs") or "").split()))
    found += compare("repairs", repairs, " ".join(item["repairs"]) or None)
    for pair in filter(None, (want.get("more") or "").split("; ")):
        key, value = pair.split("=", 1)
        found += compare(key, value, item[key])
    return found + compare("reason", want.get("reason"), reason_code(item))


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def result(self, name, faults):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ' if faults else ''}ok {self.count} - {name}")
        for fault in faults:
            print(f"#   {fault}")

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t",
                                   quoting=csv.QUOTE_NONE))


def check_files(program, base, wanted, tap):
    def one(want):
        try:
            items = import_alone(program, os.path.join(base, want["path"]))
            return differences(gather(items), want)
        except (RuntimeError, ValueError, KeyError,
                subprocess.TimeoutExpired) as error:
            return [repr(error)]

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for want, faults in zip(wanted, pool.map(one, wanted)):
            tap.result(want["path"], faults)


def check_listed(base, wanted, tap):
    """A fixture that nobody expects anything of proves nothing."""
    tops = {w["path"] for w in wanted}
    there = {f"{folder.name}/{file.name}" for folder in os.scandir(base)
             if folder.is_dir() and folder.name != "__pycache__"
             for file in os.scandir(folder.path)}
    tap.result("expected.tsv lists what is there, and nothing else",
               sorted(tops ^ there))


def compare_danielsen(item, want):
    if item is None:
        return ["not seen"]
    if "error" in want:  # not well-formed: cut in the middle by its publisher
        return compare("status", "rejected", item["status"]) + \
            compare("reason", "dmarc.cut", reason_code(item))
    want = {**want, "domain": want["domain"].lower()}
    return [fault for key in ("org", "report_id", "domain", "records",
                              "messages", "passed")
            for fault in compare(key, str(want[key]).strip(), item[key])]


def check_danielsen(program, corpus, tap):
    """A folder in one go: 480 real files of 121 reporters."""
    folder = os.path.join(corpus, "reports", "danielsen-DmarcRua")
    listing = os.path.join(corpus, "expected", "danielsen-DmarcRua.jsonl")
    with tempfile.TemporaryDirectory() as data:
        items = run_import(program, [folder], data)["items"]
    found = {os.path.basename(i["path"]): i for i in items}
    with open(listing, encoding="utf-8") as lines:
        for line in lines:
            want = json.loads(line)
            item = found.get(os.path.basename(want["path"]))
            tap.result("danielsen-DmarcRua/" + want["path"],
                       compare_danielsen(item, want))


def summaries(case):
    """What the other parser read: of a file, or of the parts of a mail."""
    summary = case.get("summary")
    if not isinstance(summary, dict):
        return []
    parts = summary.get("parts")
    if parts is None:
        return [summary]
    return [p["summary"] for p in parts if isinstance(p.get("summary"), dict)]


def number(value):
    return int(float(value)) if value is not None else 0


def compare_tls(item, want):
    """Without policies of both kinds, all sessions are to be counted."""
    policies = want["policies"]
    found = compare("status", "imported", item["status"])
    found += compare("org", want["org"], item["org"])
    found += compare("report_id", want["report_id"], item["report_id"])
    found += compare("records", str(len(policies)), item["records"])
    if "tlsa" in [p["type"] for p in policies]:
        return found
    good = sum(number(p["success"]) for p in policies)
    bad = sum(number(p["failure"]) for p in policies)
    return found + compare("messages", str(good + bad), item["messages"]) + \
        compare("passed", str(good), item["passed"])


def check_totals(program, corpus, tap):
    """TLS reports whose values an independent parser stated."""
    with open(os.path.join(corpus, "expected", "totals.jsonl"),
              encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    for case in cases:
        wanted = [w for w in summaries(case) if "policies" in w]
        if not wanted:
            continue
        path = os.path.join(corpus, "reports", case["path"])
        try:
            faults = compare_tls(gather(import_alone(program, path)),
                                 wanted[0])
        except (RuntimeError, ValueError, KeyError) as error:
            faults = [repr(error)]
        tap.result("tls " + case["path"], faults)


def print_table(program, corpus):
    manifest = {r["path"]: r for r in rows_of(
        os.path.join(corpus, "MANIFEST.tsv"))}
    for want in rows_of(os.path.join(corpus, "expected", "waxseal.tsv")):
        if want["status"]:
            continue
        path = os.path.join(corpus, "reports", want["path"])
        item = gather(import_alone(program, path))
        note = manifest.get(want["path"], {}).get("expected_outcome", "")
        why = reason_code(item) if item["reason"] else " ".join(
            item["repairs"])
        numbers = "/".join("-" if item[k] is None else str(item[k])
                           for k in ("records", "messages", "passed"))
        print(f"| `{want['path']}` | {item['status']} | {item['kind']} | "
              f"{numbers} | {why} | {note} |")


def main():
    mode, program = sys.argv[1], os.path.abspath(sys.argv[2])
    here = os.path.dirname(os.path.abspath(__file__))
    corpus = sys.argv[3] if len(sys.argv) > 3 else None
    tap = Tap()
    if mode == "golden":
        base = os.path.join(here, "golden")
        wanted = rows_of(os.path.join(base, "expected.tsv"))
        check_listed(base, wanted, tap)
        check_files(program, base, wanted, tap)
        return tap.end()
    if not os.path.isdir(corpus):
        print("1..0 # SKIP the real reports are not here")
        return 0
    if mode == "table":
        print_table(program, corpus)
        return 0
    wanted = [w for w in rows_of(os.path.join(corpus, "expected",
                                              "waxseal.tsv"))
              if w["status"]]
    check_files(program, os.path.join(corpus, "reports"), wanted, tap)
    check_totals(program, corpus, tap)
    check_danielsen(program, corpus, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
