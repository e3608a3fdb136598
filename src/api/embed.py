"""Turns a file into a C constant: embed.py OUT SYMBOL FILE

`const struct str SYMBOL`. Bytes rather than a string literal, which C promises
only up to 4095 characters.
"""
import pathlib
import sys


def main(out, symbol, name):
    data = pathlib.Path(name).read_bytes()
    lines = ['#include "base/base.h"', "", "static const char bytes[] = {"]
    for at in range(0, len(data), 16):
        lines.append("\t" + " ".join("%d," % b for b in data[at:at + 16]))
    lines += ["};", "extern const struct str %s;" % symbol,
              "const struct str %s = { bytes, sizeof(bytes) };" % symbol]
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="ascii")


main(sys.argv[1], sys.argv[2], sys.argv[3])
