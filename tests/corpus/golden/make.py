#!/usr/bin/env python3
"""Writes the golden corpus: one small file for each thing that reporters do,
and expected.tsv with what must become of it.

Run it after a change of the recipes beside it; the files it writes are kept
with the sources, so that nobody has to. All names and addresses are those
reserved for documentation. Nothing here was taken from real reports.
"""
import os
import shutil

import recipes_container
import recipes_failure
import recipes_field
import recipes_mail
import recipes_tls
import recipes_xml

COLUMNS = ("path", "status", "kind", "org", "records", "messages", "passed",
           "repairs", "reason", "more")
FOLDERS = {"container": recipes_container, "failure": recipes_failure,
           "field": recipes_field, "mail": recipes_mail,
           "tls": recipes_tls, "xml": recipes_xml}


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(content, dict):  # a directory
        for name, inside in content.items():
            write(os.path.join(path, name), inside)
        return
    with open(path, "wb") as file:
        file.write(content)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    lines = ["\t".join(COLUMNS)]
    for folder, recipes in sorted(FOLDERS.items()):
        shutil.rmtree(os.path.join(here, folder), ignore_errors=True)
        seen = set()
        for name, content, want in sorted(recipes.fixtures(),
                                          key=lambda f: f[0]):
            assert name not in seen, name
            seen.add(name)
            write(os.path.join(here, folder, name), content)
            row = {**want, "path": f"{folder}/{name}"}
            assert set(row) <= set(COLUMNS), row
            lines.append("\t".join(str(row.get(c, "")) for c in COLUMNS))
    with open(os.path.join(here, "expected.tsv"), "w",
              encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
