"""Turns SQL files into one C file: embed.py OUT SYMBOL FILE...

The array `const struct db_migration SYMBOL[]` has them in order, with the
file's stem as name; SYMBOL_count says how many. Bytes rather than string
literals, which C promises only up to 4095 characters.
"""
import pathlib
import sys


def array(name, data):
    lines = ["static const char %s[] = {" % name]
    for at in range(0, len(data), 16):
        lines.append("\t" + " ".join("%d," % b for b in data[at:at + 16]))
    lines.append("};")
    return lines


def main(out, symbol, files):
    lines = ['#include "db/db.h"', ""]
    entries = []
    for i, name in enumerate(files):
        path = pathlib.Path(name)
        data = path.read_bytes()
        if not data.isascii():
            sys.exit("%s: only ASCII" % name)
        lines += array("file_%d" % i, data)
        entries.append('\t{ .name = "%s",\n\t  .sql = { file_%d, '
                       'sizeof(file_%d) } },' % (path.stem, i, i))
    lines.append("extern const struct db_migration %s[];" % symbol)
    lines.append("extern const size_t %s_count;" % symbol)
    lines.append("const struct db_migration %s[] = {" % symbol)
    lines += entries
    lines.append("};")
    lines.append("const size_t %s_count = %d;" % (symbol, len(files)))
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
