#!/usr/bin/env python3
"""Compiles the catalogue (TOML) into a C table and a JSON file.

    compile.py --c finding_table.c --json finding.json catalogue/*.toml

Refuses what a reader of any of the three languages would stumble over: a
missing text, a place that one language has and another lacks, a code written
twice. Every fault is told with file, line and code; none is passed over.
"""
import argparse
import json
import pathlib
import re
import sys
import tomllib

LANGS = ("en", "ja", "nb")
SEVERITIES = ("ok", "info", "warn", "fail", "critical")
CODE = re.compile(r"[a-z][a-z0-9]*\.[a-z0-9_]+")
KEY = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9_]+)+")
CODE_MAX = 63  # DIAG_CODE_MAX of base/err.h, without the NUL
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
ACTIONS = ("", "publish", "copy", "probe", "explain")
FINDING_FIELDS = {"code", "severity", "reference", "title", "meaning", "fix",
                  "action", "reserved"}
SAY_FIELDS = {"key", "reserved", *LANGS}


class Catalogue:
    def __init__(self):
        self.findings = {}
        self.says = {}
        self.where = {}
        self.faults = []

    def fault(self, path, text, code, what):
        line = 0
        if code:
            found = re.search(
                rf'^\s*(?:code|key)\s*=\s*"{re.escape(code)}"', text, re.M)
            line = text.count("\n", 0, found.start()) + 1 if found else 0
        place = f"{path}:{line}" if line else str(path)
        self.faults.append(f"{place}: {code + ': ' if code else ''}{what}")


def texts(entry, field, tell, needed):
    """The three texts of one field; [] when there are none."""
    value = entry.get(field, {})
    if not isinstance(value, dict):
        tell(f"{field} must have {', '.join(LANGS)}")
        return []
    return check_texts(value, field, tell, needed)


def check_texts(value, field, tell, needed):
    for lang in sorted(set(value) - set(LANGS)):
        tell(f"{field}.{lang}: no such language")
    for lang in LANGS:
        if not isinstance(value.get(lang, ""), str):
            tell(f"{field}.{lang} is not text")
            return []
    given = [value.get(lang, "").strip() for lang in LANGS]
    if not needed and not any(given):
        return ["", "", ""]
    for lang, text in zip(LANGS, given):
        if not text:
            tell(f"{field}.{lang} is missing")
    if all(given):
        check_places(given, field, tell)
    return given


def check_places(given, field, tell):
    places = [set(PLACE.findall(text)) for text in given]
    for lang, found in zip(LANGS[1:], places[1:]):
        if found != places[0]:
            odd = ", ".join(sorted(found ^ places[0]))
            tell(f"{field}: {LANGS[0]} and {lang} differ in places: {odd}")
    for lang, text in zip(LANGS, given):
        if re.search(r"[{}]", PLACE.sub("", text)):
            tell(f"{field}.{lang}: a brace that is no place")


def check_code(code, pattern, cat, tell):
    if not isinstance(code, str) or not pattern.fullmatch(code):
        tell("malformed code")
        return False
    if len(code) > CODE_MAX:
        tell(f"longer than {CODE_MAX} characters")
    if code in cat.where:
        tell(f"written twice, also in {cat.where[code]}")
        return False
    return True


def unknown_fields(entry, known, tell):
    for field in sorted(set(entry) - known):
        tell(f"unknown field {field}")
    if not isinstance(entry.get("reserved", False), bool):
        tell("reserved must be true or false")


def add_finding(cat, path, text, entry):
    code = entry.get("code")
    name = code if isinstance(code, str) else ""

    def tell(what):
        cat.fault(path, text, name, what)

    unknown_fields(entry, FINDING_FIELDS, tell)
    if not check_code(code, CODE, cat, tell):
        return
    cat.where[code] = path.name
    if entry.get("severity") not in SEVERITIES:
        tell(f"unknown severity {entry.get('severity')!r}")
    if not isinstance(entry.get("reference", ""), str):
        tell("reference is not text")
    if entry.get("action", "") not in ACTIONS:
        tell(f"unknown action {entry.get('action')!r}")
    cat.findings[code] = {
        "severity": entry.get("severity"),
        "reference": entry.get("reference", ""),
        "title": texts(entry, "title", tell, True),
        "meaning": texts(entry, "meaning", tell, True),
        "fix": texts(entry, "fix", tell, False),
        "action": entry.get("action", ""),
        "reserved": entry.get("reserved", False) is True,
    }


def add_say(cat, path, text, entry):
    key = entry.get("key")
    name = key if isinstance(key, str) else ""

    def tell(what):
        cat.fault(path, text, name, what)

    unknown_fields(entry, SAY_FIELDS, tell)
    if not check_code(key, KEY, cat, tell):
        return
    cat.where[key] = path.name
    given = {lang: entry[lang] for lang in LANGS if lang in entry}
    cat.says[key] = {"text": check_texts(given, "text", tell, True),
                     "reserved": entry.get("reserved", False) is True}


def read_file(cat, path):
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        cat.fault(path, "", "", str(why))
        return
    for kind, add in (("finding", add_finding), ("say", add_say)):
        entries = data.pop(kind, [])
        if not isinstance(entries, list):
            cat.fault(path, text, "", f"write [[{kind}]], not [{kind}]")
            continue
        for entry in entries:
            add(cat, path, text, entry)
    for other in sorted(data):
        cat.fault(path, text, "", f"unknown table {other}")


def load(paths):
    cat = Catalogue()
    for path in sorted(paths):
        read_file(cat, pathlib.Path(path))
    return cat


def c_text(text):
    """A C literal; bytes above ASCII in octal, so no compiler guesses."""
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\?':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def c_texts(given):
    return "{ " + ", ".join(c_text(text) for text in given) + " }"


def write_c(cat, out):
    lines = ["/* Made from src/finding/catalogue by compile.py. */",
             '#include "finding/table.h"', "",
             "const struct finding finding_table[] = {"]
    for code, f in sorted(cat.findings.items()):
        lines.append(f"\t{{ {c_text(code)}, "
                     f"FINDING_{f['severity'].upper()}, "
                     f"{c_text(f['reference'])},")
        lines += [f"\t  {c_texts(f[field])}," for field in
                  ("title", "meaning")]
        lines.append(f"\t  {c_texts(f['fix'])}, "
                     f"{c_text(f['action'])} }},")
    lines += ['\t{ .code = "" }', "};",
              f"const size_t finding_table_count = {len(cat.findings)};", "",
              "const struct finding_sentence finding_sentences[] = {"]
    for key, say in sorted(cat.says.items()):
        lines.append(f"\t{{ {c_text(key)}, {c_texts(say['text'])} }},")
    lines += ['\t{ .key = "" }', "};",
              f"const size_t finding_sentence_count = {len(cat.says)};", ""]
    out.write_text("\n".join(lines), encoding="utf-8")


def write_json(cat, out):
    def by_lang(given):
        return dict(zip(LANGS, given))

    findings = [{"code": code, "severity": f["severity"],
                 "reference": f["reference"], "title": by_lang(f["title"]),
                 "meaning": by_lang(f["meaning"]), "fix": by_lang(f["fix"]),
                 "action": f["action"]}
                for code, f in sorted(cat.findings.items())]
    sentences = {key: by_lang(say["text"])
                 for key, say in sorted(cat.says.items())}
    out.write_text(json.dumps(
        {"schema": "waxseal.finding/1", "languages": list(LANGS),
         "findings": findings, "sentences": sentences},
        ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    options = argparse.ArgumentParser(description="compile the catalogue")
    options.add_argument("--c", type=pathlib.Path, required=True)
    options.add_argument("--json", type=pathlib.Path, required=True)
    options.add_argument("files", nargs="*", type=pathlib.Path)
    args = options.parse_args()
    cat = load(args.files)
    for fault in cat.faults:
        print(fault, file=sys.stderr)
    if cat.faults:
        return 1
    write_c(cat, args.c)
    write_json(cat, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
