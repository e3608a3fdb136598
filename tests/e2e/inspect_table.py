#!/usr/bin/env python3
"""docs/findings-tests.md: which test brings about each code of MTA-STS, DNS and
the TLS-RPT record. TAP; fails when a code has none, or the page is old.

  inspect_table.py [--write]
"""
import glob
import os
import re
import sys

from inspect_cases import all_cases
from inspect_servers import dns_cases

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "findings-tests.md")
CATALOGUE = os.path.join(ROOT, "src", "finding", "catalogue")
FILES = ("mtasts.toml", "mtasts_more.toml", "dns.toml", "tlsrpt_record.toml",
         "tlsrptrec.toml")
# What no server on loopback can show, and why; the rest has to be in the
# laboratory.
WHY = {
    "dns.refused": "libunbound tells SERVFAIL instead",
    "mtasts.cert_unverified": "a chain that could not be looked at",
    "mtasts.file_older_than_txt": "needs history",
    "mtasts.id_changed_same_body": "needs history",
    "mtasts.id_stale": "needs history",
    "mtasts.query_not_a_name": "the command finds no domain in it",
    "mtasts.testing_too_long": "needs history and a clock",
    "mtasts.txt_cname_wrong_tenant": "needs to know who hosts the domain",
    "tlsrpt.mailbox_rejects": "needs history",
    "tlsrpt.old_vendor": "needs history",
    "tlsrpt.silent": "needs history and a clock",
}
HEAD = """# Where each finding is tested

Made by tests/e2e/inspect_table.py out of the tests themselves; do not edit.

Every code that real servers can bring about is brought about by
tests/e2e/inspect_lab.py: a domain of its own, with real DNS, HTTPS and mail
servers. The others need history, a clock, or what no server on loopback can
show: unit tests put it in as facts.

| code | where |
|---|---|
"""


def codes():
    found = set()
    for name in FILES:
        with open(os.path.join(CATALOGUE, name), encoding="utf-8") as text:
            found.update(re.findall(r'^code = "(.*)"$', text.read(), re.M))
    return sorted(found)


def in_the_laboratory():
    where = {}
    has = {"alone": True, "postfix": True}
    for case in [*all_cases(has), *dns_cases()]:
        for code in case.codes:
            where.setdefault(code, []).append(case)
    return where


def in_unit_tests(code):
    """Files that hold the code as a whole string."""
    return [os.path.relpath(path, ROOT) for path in sorted(glob.glob(
        os.path.join(ROOT, "tests", "unit", "*", "test_*.c")))
        if os.path.basename(os.path.dirname(path)) in ("mtasts", "tlsrptrec")
        and f'"{code}"' in open(path, encoding="utf-8").read()]


def rows():
    """(code, where, trouble)"""
    lab = in_the_laboratory()
    for code in codes():
        # The case that is about it speaks for it.
        cases = sorted(lab.get(code, ()), key=lambda c: c.branch != code)
        files = in_unit_tests(code)
        if cases:
            yield (code, ", ".join(c.domain for c in cases[:3]),
                   "is in WHY, but brought about" if code in WHY else None)
        elif code in WHY and files:
            yield code, f"{files[0]} ({WHY[code]})", None
        else:
            yield code, "-", "nothing brings it about"


def main():
    table = list(rows())
    page = HEAD + "".join(f"| `{code}` | {where} |\n"
                          for code, where, _ in table)
    if "--write" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as out:
            out.write(page)
        return 0
    print("1..2")
    bad = [f"# {code}: {trouble}" for code, _, trouble in table if trouble]
    unknown = set(in_the_laboratory()) - {code for code, _, _ in table}
    bad += [f"# {code}: not in the catalogue" for code in sorted(unknown)]
    print(f"{'not ok' if bad else 'ok'} 1 - a test brings about each code")
    print("\n".join(bad), end="\n" if bad else "")
    try:
        with open(PAGE, encoding="utf-8") as text:
            same = text.read() == page
    except OSError:
        same = False
    print(f"{'ok' if same else 'not ok'} 2 - docs/findings-tests.md tells it")
    if not same:
        print("# tests/e2e/inspect_table.py --write")
    return bool(bad) or not same


if __name__ == "__main__":
    sys.exit(main())
