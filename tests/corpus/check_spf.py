#!/usr/bin/env python3
"""Holds the SPF evaluator to the openspf suite for RFC 7208.

    check_spf.py DRIVER SUITE.yml

DRIVER is fed one scenario after the other as lines of words in hex and
answers one line a test. Conventions of the suite: SPF records count as TXT
where a name has no TXT entry; "TXT: NONE" stops that; "TIMEOUT" answers for
every type that is not listed; a result may be a list; "DEFAULT" is the
receiver's own text, for us none. Without the suite it is skipped.
"""
import pathlib
import subprocess
import sys

EXPECTED_TESTS = 203


def words(*values):
    out = []
    for value in values:
        raw = value if isinstance(value, bytes) else str(value).encode("latin-1")
        out.append("-" + raw.hex())
    return " ".join(out)


def text_of(value):
    return "".join(value) if isinstance(value, list) else value


def entries(name, zone):
    types = {k for e in zone if isinstance(e, dict) for k in e}
    yield words("name", name)
    for entry in zone:
        if entry == "TIMEOUT":
            yield words("timeout", name)
            continue
        for kind, value in entry.items():
            if value == "NONE":
                continue
            if kind in ("TXT", "SPF"):
                yield words("rr", name, kind, text_of(value))
                if kind == "SPF" and "TXT" not in types:
                    yield words("rr", name, "TXT", text_of(value))
            elif kind == "MX":
                yield words("rr", name, kind, value[1], value[0])
            else:
                yield words("rr", name, kind, value)


def feed(scenarios):
    lines = []
    for scenario in scenarios:
        lines.append(words("scenario"))
        for name, zone in scenario["zonedata"].items():
            lines.extend(entries(name, zone))
        for name, test in scenario["tests"].items():
            lines.append(words("test", name, test["host"], test["helo"],
                               test["mailfrom"]))
    return "\n".join(lines) + "\n"


def judge(test, result, text):
    wanted = test["result"]
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if result not in wanted:
        return f"{result}, wanted {' or '.join(wanted)}"
    said = test.get("explanation")
    if said is None or result != "fail":
        return None
    said = "" if said == "DEFAULT" else said
    return None if text == said else f"says {text!r}, wanted {said!r}"


def main():
    driver, path = sys.argv[1], pathlib.Path(sys.argv[2])
    if not path.exists():
        print(f"1..1\nok 1 - the openspf suite # SKIP no {path.name}")
        return 0
    import yaml
    scenarios = list(yaml.safe_load_all(path.read_text("utf-8")))
    done = subprocess.run([driver], input=feed(scenarios), text=True,
                          stdout=subprocess.PIPE, check=True)
    answers = {}
    for line in done.stdout.splitlines():
        name, result, text = line.split("\t")
        answers[name] = (result, bytes.fromhex(text).decode("latin-1"))
    bad = tests = 0
    for scenario in scenarios:
        for name, test in scenario["tests"].items():
            tests += 1
            fault = judge(test, *answers.get(name, ("no answer", "")))
            bad += fault is not None
            print(f"{'not ' if fault else ''}ok {tests} - "
                  f"{scenario['description']}: {name}")
            if fault:
                print(f"# {fault}")
    print(f"1..{max(tests, EXPECTED_TESTS)}")
    return 1 if bad or tests < EXPECTED_TESTS else 0


if __name__ == "__main__":
    sys.exit(main())
