#!/usr/bin/env python3
"""tools/geo/asn_mmdb.py keeps what the CSV says. Prints TAP.

The file is read back by a reader of its own, written from the MaxMind DB
specification 2.0, so that an error in the writer cannot cancel itself out.
"""
import ipaddress
import os
import subprocess
import sys
import tempfile

TOOL = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "tools/geo/asn_mmdb.py")

LONG = "A name of three hundred letters, " + "x" * 300
V4 = [("1.0.0.0", "1.0.0.255", 13335, "Cloudflare, Inc."),
      ("1.0.1.0", "1.0.1.0", 64496, "One \u00f8 address"),
      ("1.0.1.1", "1.0.1.6", 64497, "Odd edges"),
      ("9.0.0.0", "9.0.1.255", 64498, "First of an overlap"),
      ("9.0.1.0", "9.0.2.255", 64499, "Second"),
      ("9.0.2.0", "9.0.2.9", 64500, "Swallowed whole"),
      ("255.255.255.0", "255.255.255.255", 4294967295, LONG)]
V6 = [("2001:db8::", "2001:db8::ffff", 64501, "Six"),
      ("2001:db8:8000::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 64501,
       "Six")]

LOOKUPS = [
    ("1.0.0.0", 13335, "Cloudflare, Inc."),
    ("1.0.0.255", 13335, "Cloudflare, Inc."),
    ("1.0.1.0", 64496, "One \u00f8 address"),
    ("1.0.1.6", 64497, "Odd edges"),
    ("1.0.1.7", None, None),
    ("0.255.255.255", None, None),
    ("9.0.1.0", 64498, "First of an overlap"),
    ("9.0.2.5", 64499, "Second"),
    ("9.0.3.0", None, None),
    ("255.255.255.255", 4294967295, LONG),
    ("2001:db8::ffff", 64501, "Six"),
    ("2001:db8::1:0", None, None),
    ("2001:db8:8000::1", 64501, "Six"),
    ("2001:db9::", None, None),
]


def quoted(text):
    return f'"{text}"' if "," in text else text


def package(directory):
    for name, rows in ("asn-ipv4-num.csv", V4), ("asn-ipv6-num.csv", V6):
        with open(os.path.join(directory, name), "w",
                  encoding="utf-8") as file:
            for first, last, number, label in rows:
                file.write(f"{int(ipaddress.ip_address(first))},"
                           f"{int(ipaddress.ip_address(last))},"
                           f"{number},{quoted(label)}\n")
    with open(os.path.join(directory, "package.json"), "w") as file:
        file.write('{"version": "2.3.2026061719"}')


class Reader:
    def __init__(self, raw):
        marker = b"\xab\xcd\xefMaxMind.com"
        at = raw.rindex(marker) + len(marker)
        self.raw = raw
        self.base = at
        self.meta, _ = self.value(at)
        self.base = self.meta["node_count"] * self.meta["record_size"] // 4 + 16

    def value(self, at):
        kind, size = self.raw[at] >> 5, self.raw[at] & 31
        at += 1
        if kind == 1:
            return self.value(self.base + ((size & 7) << 8 | self.raw[at]))[0], \
                at + 1
        if kind == 0:
            kind = self.raw[at] + 7
            at += 1
        if size == 29:
            size, at = 29 + self.raw[at], at + 1
        elif size == 30:
            size, at = 285 + int.from_bytes(self.raw[at:at + 2], "big"), at + 2
        if kind == 7:
            result = {}
            for _ in range(size):
                key, at = self.value(at)
                result[key], at = self.value(at)
            return result, at
        if kind == 11:
            return [], at
        bytes_ = self.raw[at:at + size]
        if kind == 2:
            return bytes_.decode(), at + size
        return int.from_bytes(bytes_, "big"), at + size

    def look(self, text):
        address = int(ipaddress.ip_address(text))
        width = self.meta["record_size"] // 8
        node = 0
        for bit in range(127, -1, -1):
            at = node * 2 * width + (address >> bit & 1) * width
            node = int.from_bytes(self.raw[at:at + width], "big")
            if node == self.meta["node_count"]:
                return None, None
            if node > self.meta["node_count"]:
                offset = node - self.meta["node_count"] - 16
                found = self.value(self.base + offset)[0]
                return (found["autonomous_system_number"],
                        found["autonomous_system_organization"])
        raise ValueError("the tree has no end")


def cases():
    with tempfile.TemporaryDirectory() as directory:
        package(directory)
        made = []
        for name in "one", "two":
            path = os.path.join(directory, name)
            subprocess.run([sys.executable, TOOL, directory, path], check=True)
            with open(path, "rb") as file:
                made.append(file.read())
    yield "the same data make the same file", made[0] == made[1], ""
    reader = Reader(made[0])
    yield "the day of the data is told", \
        reader.meta["build_epoch"] == 1781654400, reader.meta
    yield "the file says what it is", \
        reader.meta["database_type"] == "ip-location-db-ASN" and \
        reader.meta["ip_version"] == 6, reader.meta
    for text, number, label in LOOKUPS:
        got = reader.look(text)
        yield f"{text} is of {number or 'nobody'}", got == (number, label), got


def main():
    failed = 0
    number = 0
    for number, (title, good, got) in enumerate(cases(), 1):
        print(f"{'ok' if good else 'not ok'} {number} - {title}")
        if not good:
            failed += 1
            print(f"# {got}")
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
