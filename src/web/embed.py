"""Puts the files of the dashboard into the program: embed.py OUT DIR.

Writes OUT.bin, all files one behind the other, and OUT.c, which takes them
in whole and has the table `web_assets`, sorted by path. FILE.gz beside FILE
is its packed form, and is made here when it is missing and worth it.
"""
import gzip
import hashlib
import pathlib
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PACKED = {".png", ".woff2", ".ico"}

HEAD = """\
/* Made by embed.py. */
#include "web/asset.h"

__asm__(".section .rodata\\n"
	".balign 16\\n"
	".global web_asset_bytes\\n"
	"web_asset_bytes:\\n"
	".incbin \\"%s\\"\\n"
	".byte 0\\n"
	".previous\\n");
extern const char web_asset_bytes[];

const struct web_asset web_assets[] = {
"""


def packed_form(path, data):
    beside = path.with_name(path.name + ".gz")
    if path.suffix in PACKED:
        return b""
    if beside.exists():
        made = beside.read_bytes()
        if gzip.decompress(made) != data:
            sys.exit("%s: is not what it packs" % beside)
    else:
        made = gzip.compress(data, 9, mtime=0)
    return made if len(made) < len(data) else b""


def main(out, top):
    blob = bytearray()
    entries = []
    files = sorted(p for p in top.rglob("*")
                   if p.is_file() and p.suffix != ".gz")
    for path in sorted(files, key=lambda p: p.relative_to(top).as_posix()):
        name = "/" + path.relative_to(top).as_posix()
        if path.suffix not in TYPES:
            sys.exit("%s: no content type for %s" % (path, path.suffix))
        data = path.read_bytes()
        small = packed_form(path, data)
        tag = hashlib.sha256(data).hexdigest()[:20]
        entries.append(
            '\t{ .path = STR("%s"),\n\t  .type = "%s",\n'
            '\t  .etag = STR("\\"%s\\""),\n'
            '\t  .at = %d, .n = %d, .packed = %d },\n'
            % (name, TYPES[path.suffix], tag, len(blob), len(data),
               len(small)))
        blob += data + small
    if not any('STR("/index.html")' in entry for entry in entries):
        sys.exit("%s: no index.html" % top)
    binary = out.with_suffix(".bin")
    binary.write_bytes(bytes(blob))
    out.with_suffix(".c").write_text(
        HEAD % binary.resolve().as_posix() + "".join(entries) +
        "};\nconst size_t web_asset_count = %d;\n" % len(entries),
        encoding="utf-8")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
