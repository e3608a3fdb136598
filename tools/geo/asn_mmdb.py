#!/usr/bin/env python3
"""Writes the network data, which comes as CSV, as one MaxMind DB file.

usage: asn_mmdb.py PACKAGE_DIRECTORY OUT

The file has the two keys of a GeoLite2 ASN file, so the program reads either.
IPv4 lies at ::/96, as readers of the format expect. The format: version 2.0
of the MaxMind DB specification.
"""
import calendar
import csv
import json
import os
import re
import sys
import time


class Data:
    """The data section: one map for each pair of number and name."""

    def __init__(self):
        self.bytes = bytearray()
        self.at = {}
        self.keys = {}

    def add(self, number, name):
        pair = (number, name)
        if pair not in self.at:
            self.at[pair] = len(self.bytes)
            self.bytes += b"\xe2"
            self.key("autonomous_system_number")
            self.bytes += unsigned(number)
            self.key("autonomous_system_organization")
            self.bytes += string(name)
        return self.at[pair]

    def key(self, name):
        """Written once, pointed at ever after."""
        if name in self.keys:
            at = self.keys[name]
            self.bytes += bytes([0x20 | at >> 8, at & 0xFF])
        else:
            self.keys[name] = len(self.bytes)
            self.bytes += string(name)


def string(text):
    raw = text.encode()[:65535]
    if len(raw) < 29:
        return bytes([0x40 | len(raw)]) + raw
    if len(raw) < 285:
        return bytes([0x40 | 29, len(raw) - 29]) + raw
    return bytes([0x40 | 30]) + (len(raw) - 285).to_bytes(2, "big") + raw


def unsigned(value, kind=6):
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    if kind > 7:
        return bytes([len(raw), kind - 7]) + raw
    return bytes([kind << 5 | len(raw)]) + raw


def ranges(directory, data):
    """(first, last, offset of the data), in order, IPv4 first. Where two
    overlap (the data have such places) the first keeps what it took."""
    for name in "asn-ipv4-num.csv", "asn-ipv6-num.csv":
        end = -1
        with open(os.path.join(directory, name), encoding="utf-8",
                  newline="") as lines:
            for first, last, number, label in csv.reader(lines):
                first = max(int(first), end + 1)
                last = int(last)
                if first > last:
                    continue
                end = last
                yield first, last, data.add(int(number), label)


def prefixes(first, last):
    while first <= last:
        size = first & -first or 1 << 128
        while size > last - first + 1:
            size >>= 1
        yield first, 129 - size.bit_length()
        first += size


class Tree:
    """Nodes of two records each, which are numbers of nodes, from 1; the
    complement of an offset into the data, below 0; or None.

    Prefixes arrive in order, so each one shares the way down with the one
    before as far as their bits agree: the path is kept.
    """

    def __init__(self):
        self.left = [None]
        self.right = [None]
        self.path = [0]
        self.last = None

    def add(self, address, length, offset):
        if self.last is None:
            agree = 0
        else:
            agree = 128 - (address ^ self.last).bit_length()
        self.last = address
        del self.path[min(agree, length - 1) + 1:]
        while len(self.path) < length:
            node = len(self.left)
            self.left.append(None)
            self.right.append(None)
            self.put(address, len(self.path), node)
            self.path.append(node)
        self.put(address, length, ~offset)

    def put(self, address, depth, record):
        side = self.right if address >> (128 - depth) & 1 else self.left
        if side[self.path[depth - 1]] is not None:
            raise ValueError("overlapping ranges")
        side[self.path[depth - 1]] = record


def record(value, count):
    if value is None:
        return count
    return value if value >= 0 else count + 16 + ~value


def write_tree(tree, data, out):
    count = len(tree.left)
    top = count + 16 + len(data.bytes)
    size = 24 if top < 1 << 24 else 28 if top < 1 << 28 else 32
    section = bytearray()
    for left, right in zip(tree.left, tree.right):
        left = record(left, count)
        right = record(right, count)
        if size == 28:
            section += (left & 0xFFFFFF).to_bytes(3, "big")
            section.append(left >> 24 << 4 | right >> 24)
            section += (right & 0xFFFFFF).to_bytes(3, "big")
        else:
            section += left.to_bytes(size // 8, "big")
            section += right.to_bytes(size // 8, "big")
    out.write(section)
    return count, size


def built_at(directory):
    """The day in the package's version: the same data give the same file."""
    with open(os.path.join(directory, "package.json")) as file:
        version = json.load(file)["version"]
    day = re.search(r"\.(\d{8})\d*$", version)
    if not day:
        return 0
    return calendar.timegm(time.strptime(day.group(1), "%Y%m%d"))


def metadata(count, size, epoch):
    return (b"\xab\xcd\xefMaxMind.com\xe9"
            + string("binary_format_major_version") + unsigned(2, 5)
            + string("binary_format_minor_version") + unsigned(0, 5)
            + string("build_epoch") + unsigned(epoch, 9)
            + string("database_type") + string("ip-location-db-ASN")
            + string("description") + b"\xe1" + string("en")
            + string("Networks by RouteViews, DB-IP and the NRO, CC BY 4.0; "
                     "written as one file by Waxseal")
            + string("ip_version") + unsigned(6, 5)
            + string("languages") + b"\x00\x04"
            + string("node_count") + unsigned(count)
            + string("record_size") + unsigned(size, 5))


def main():
    directory, target = sys.argv[1:]
    data = Data()
    tree = Tree()
    for first, last, offset in ranges(directory, data):
        for address, length in prefixes(first, last):
            tree.add(address, length, offset)
    with open(target, "wb") as out:
        count, size = write_tree(tree, data, out)
        out.write(bytes(16))
        out.write(data.bytes)
        out.write(metadata(count, size, built_at(directory)))


main()
