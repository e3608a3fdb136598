#!/usr/bin/env python3
"""Holds the program against a corpus of report files, printing TAP.

  check_corpus.py golden PROGRAM            our own fixtures (golden/expected.tsv)
  check_corpus.py real PROGRAM CORPUS       real reports, when CORPUS is there
  check_corpus.py table PROGRAM CORPUS      what becomes of each real file, as
                                            the rows of docs/corpus.md

Each file is imported into a store of its own. A value that expected.tsv (or
waxseal.tsv) leaves empty is not compared.
"""
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
    first["repairs"] = sorted({c for i in read for c in i["repairs"]})
    return first


def differences(item, want):
    found = []
    for field in FIELDS:
        expected = want.get(field) or ""
        actual = "" if item[field] is None else str(item[field])
        if expected and expected != actual:
            found.append(f"{field}: expected {expected!r}, got {actual!r}")
    for code in (want.get("repairs") or "").split():
        if code not in item["repairs"]:
            found.append(f"repair {code} is missing: {item['repairs']}")
    reason = want.get("reason") or ""
    if reason and reason not in (item.get("reason_code"), item["reason"]):
        found.append(f"reason: expected {reason}, got "
                     f"{item.get('reason_code')} {item['reason']!r}")
    return found


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
            faults = ["not seen"] if item is None else [
                f"{key}: expected {want[key]!r}, got {item[key]!r}"
                for key in ("org", "report_id", "domain", "records",
                            "messages", "passed")
                if str(want[key]).strip() != str(item[key])
                and not (key == "domain" and
                         str(want[key]).lower() == item[key])]
            tap.result("danielsen-DmarcRua/" + want["path"], faults)


def check_totals(program, corpus, tap):
    """TLS reports whose values an independent parser stated."""
    with open(os.path.join(corpus, "expected", "totals.jsonl"),
              encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    cases = [c for c in cases if c["kind"].startswith("tlsrpt")
             and isinstance(c.get("summary"), dict)
             and "policies" in c["summary"]]
    for case in cases:
        path = os.path.join(corpus, "reports", case["path"])
        if not os.path.exists(path):
            continue
        try:
            item = gather(import_alone(program, path))
        except (RuntimeError, ValueError) as error:
            tap.result("tls " + case["path"], [repr(error)])
            continue
        want = case["summary"]
        faults = []
        if item["status"] != "imported":
            faults.append(f"status {item['status']}: {item['reason']}")
        elif item["records"] != len(want["policies"]):
            faults.append(f"policies: {item['records']}")
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
        why = item.get("reason_code") or " ".join(item["repairs"])
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
        check_files(program, base,
                    rows_of(os.path.join(base, "expected.tsv")), tap)
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
