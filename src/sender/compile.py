#!/usr/bin/env python3
"""Compiles the profiles of known services (TOML) into C tables.

    compile.py --c sender_table.c profiles.toml

A domain or network belongs to one service only; a fault names the profile.
"""
import argparse
import hashlib
import pathlib
import re
import sys
import tomllib

TEXTS = {"slug", "label", "category", "include", "help"}
LISTS = {"dkim", "spf", "people", "ptr", "asn"}
FLAGS = {"forwards", "security", "custom_dkim", "custom_return_path"}
CATEGORIES = {"mailbox", "esp", "crm", "support", "saas", "commerce", "hr",
              "social", "security", "forwarder", "list", "hosting", "isp"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+"
                    r"[a-z][a-z0-9-]*[a-z0-9]")
URL = re.compile(r"https://[a-z0-9./_?=&%#-]+", re.I)


class Profiles:
    def __init__(self):
        self.list = []
        self.faults = []
        self.owners = {"dkim": {}, "spf": {}, "ptr": {}, "asn": {}}
        self.people = set()

    def fault(self, slug, what):
        self.faults.append(f"{slug}: {what}")

    def claim(self, kind, key, slug):
        other = self.owners[kind].setdefault(key, slug)
        if other != slug:
            self.fault(slug, f"{kind} {key} belongs to {other}")


def check_form(all_, slug, entry):
    for field in sorted(set(entry) - TEXTS - LISTS - FLAGS):
        all_.fault(slug, f"unknown field {field}")
    for field in TEXTS & set(entry):
        if not isinstance(entry[field], str) or not entry[field].strip():
            all_.fault(slug, f"{field} is not text")
            return False
    for field in LISTS & set(entry):
        if not isinstance(entry[field], list):
            all_.fault(slug, f"{field} is not a list")
            return False
    for field in FLAGS & set(entry):
        if not isinstance(entry[field], bool):
            all_.fault(slug, f"{field} is neither true nor false")
    if not SLUG.fullmatch(slug) or not entry.get("label"):
        all_.fault(slug, "needs a slug of a-z, 0-9 and -, and a label")
    if entry.get("category") not in CATEGORIES:
        all_.fault(slug, f"unknown category {entry.get('category')!r}")
    if entry.get("help") and not URL.fullmatch(entry["help"]):
        all_.fault(slug, "help is not an https address")
    if not any(entry.get(field) for field in LISTS):
        all_.fault(slug, "nothing shows it")
    return True


def claim_all(all_, slug, entry):
    for field in ("dkim", "spf", "people", "ptr"):
        for domain in entry.get(field, []):
            if not isinstance(domain, str) or not DOMAIN.fullmatch(domain):
                all_.fault(slug, f"{field}: no domain: {domain!r}")
                continue
            all_.claim("spf" if field == "people" else field, domain, slug)
            if field == "people":
                all_.people.add(domain)
    for asn in entry.get("asn", []):
        if not isinstance(asn, int) or not 0 < asn < 1 << 32:
            all_.fault(slug, f"no AS number: {asn!r}")
            continue
        all_.claim("asn", asn, slug)
    both = set(entry.get("spf", [])) & set(entry.get("people", []))
    if both:
        all_.fault(slug, f"both spf and people: {sorted(both)}")


def load(path):
    all_ = Profiles()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        all_.fault(path, str(why))
        return all_
    seen = set()
    for entry in data.get("profile", []):
        slug = str(entry.get("slug"))
        if slug in seen:
            all_.fault(slug, "written twice")
        seen.add(slug)
        if check_form(all_, slug, entry):
            claim_all(all_, slug, entry)
            all_.list.append(entry)
    all_.list.sort(key=lambda entry: entry["slug"].encode())
    return all_


def fix_of(entry):
    """Key of the sentence that says how its mail becomes aligned."""
    if entry.get("security"):
        return "sender.fix.gateway"
    if entry.get("forwards"):
        return "sender.fix.forwarder"
    if entry["category"] == "hosting" and not entry.get("include"):
        return "sender.fix.server"
    if entry["category"] in ("mailbox", "hosting", "isp"):
        return ("sender.fix.hosted" if entry.get("include")
                else "sender.fix.mailbox")
    known = (entry.get("custom_dkim"), entry.get("custom_return_path"))
    if known == (True, True):
        return "sender.fix.both"
    if known[0]:
        return "sender.fix.custom_dkim"
    if known[1]:
        return "sender.fix.custom_return_path"
    if known == (False, False):
        return "sender.fix.none"
    return "sender.fix.ask"


def c_text(text):
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


def c_bool(value):
    return "true" if value else "false"


def hash_of(domain):
    """FNV-1a from the right, as sender_suffix_find reads a name."""
    value = 2166136261
    for byte in reversed(domain.encode()):
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def slots_of(domains):
    """Open addressing, at most a quarter full: number of the domain + 1."""
    size = 4
    while size < 4 * len(domains):
        size *= 2
    slots = [0] * size
    for i, domain in enumerate(domains):
        at = hash_of(domain) % size
        while slots[at]:
            at = (at + 1) % size
        slots[at] = i + 1
    return slots


def suffix_lines(all_, kind, index):
    owners = all_.owners[kind]
    domains = sorted(owners, key=str.encode)
    lines = [f"static const struct sender_suffix {kind}_list[] = {{"]
    for domain in domains:
        people = c_bool(kind == "spf" and domain in all_.people)
        lines.append(f"\t{{ {c_text(domain)}, {len(domain)}, "
                     f"{index[owners[domain]]}, {people} }},")
    slots = slots_of(domains)
    lines += ['\t{ .domain = "" }', "};",
              f"static const uint16_t {kind}_slots[] = {{"]
    for i in range(0, len(slots), 16):
        lines.append("\t" + ", ".join(map(str, slots[i:i + 16])) + ",")
    lines += ["};", f"const struct sender_suffixes sender_{kind}_table = "
              f"{{ {kind}_list, {kind}_slots, {len(slots) - 1} }};", ""]
    return lines


def write_c(all_, source, out):
    index = {entry["slug"]: i for i, entry in enumerate(all_.list)}
    lines = ["/* Made from src/sender/profiles.toml by compile.py. */",
             '#include "sender/table.h"', "",
             "const struct sender_profile sender_profiles[] = {"]
    for entry in all_.list:
        lines.append("\t{ " + ", ".join((
            c_text(entry["slug"]), c_text(entry["label"]),
            c_text(entry["category"]), c_bool(entry.get("forwards")),
            c_bool(entry.get("security")), c_text(entry.get("include", "")),
            c_text(entry.get("help", "")), c_text(fix_of(entry)))) + " },")
    lines += ['\t{ .slug = "" }', "};",
              f"const size_t sender_profile_count = {len(all_.list)};", ""]
    for kind in ("dkim", "spf", "ptr"):
        lines += suffix_lines(all_, kind, index)
    lines.append("const struct sender_network sender_networks[] = {")
    for asn, slug in sorted(all_.owners["asn"].items()):
        lines.append(f"\t{{ {asn}U, {index[slug]} }},")
    lines += ["\t{ 0, 0 }", "};",
              f"const size_t sender_network_count = "
              f"{len(all_.owners['asn'])};", "",
              "const char sender_table_stamp[] = "
              f'"{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}";', ""]
    out.write_text("\n".join(lines), encoding="utf-8")


def main():
    options = argparse.ArgumentParser(description="compile sender profiles")
    options.add_argument("--c", type=pathlib.Path, required=True)
    options.add_argument("file", type=pathlib.Path)
    args = options.parse_args()
    all_ = load(args.file)
    for fault in all_.faults:
        print(f"{args.file}: {fault}", file=sys.stderr)
    if all_.faults:
        return 1
    write_c(all_, args.file, args.c)
    return 0


if __name__ == "__main__":
    sys.exit(main())
