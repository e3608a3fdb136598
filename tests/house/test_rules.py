#!/usr/bin/env python3
"""tools/check-layers, check-style and run-tests must be able to fail.

Each case writes a small tree, sound but for one thing, and says what the tool
has to complain about. Prints TAP.
"""
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

SOUND = {
    "docs/layers.txt": "0 base\n1 xml\n1 json\n3 dmarc\n6 os\n",
    "src/base/base.h": """\
/* base.h - the ground. */
#ifndef BASE_H
#define BASE_H

/* Never NULL; freed by the caller. */
void *heap_new(unsigned long n);

#endif
""",
    "src/base/base.c": """\
/* The ground: memory. */
#include "base/base.h"

#include <stdlib.h>

void *
heap_new(unsigned long n)
{
	return malloc(n);
}
""",
    "src/base/CMakeLists.txt": "module(base SOURCES base.c)\n",
    "src/xml/xml.h": """\
/* xml.h - elements. */
#ifndef XML_H
#define XML_H

#include "base/base.h"

/* True when it is; owns nothing. */
int xml_is(const char *p);

#endif
""",
    "src/xml/xml.c": """\
/* Elements, by expat. */
#include "xml/xml.h"

#include <expat.h>

/* The word system(3) in a comment is no call, nor "system(1)" in quotes. */
int
xml_is(const char *p)
{
	return p[0] == "system("[0];
}
""",
    "src/xml/CMakeLists.txt":
        "module(xml USES base LIBS PkgConfig::EXPAT SOURCES xml.c)\n",
    "src/json/json.h": "/* json.h - values. */\n#ifndef JSON_H\n"
                       "#define JSON_H\n\n#endif\n",
    "src/json/private.h": "/* private.h - inside. */\n#ifndef PRIVATE_H\n"
                          "#define PRIVATE_H\n\n#endif\n",
    "src/dmarc/dmarc.h": "/* dmarc.h - reports. */\n#ifndef DMARC_H\n"
                         "#define DMARC_H\n\n#include \"xml/xml.h\"\n\n"
                         "#endif\n",
    "src/dmarc/CMakeLists.txt": "module(dmarc\n\tUSES base xml\n\tSOURCES)\n",
}


def body(*lines):
    return ("/* A file. */\n#include \"dmarc/dmarc.h\"\n\nstatic int\n"
            "work(int n)\n{\n" + "".join("\t" + line + "\n" for line in lines)
            + "\treturn n;\n}\n")


def c(text):
    return {"src/dmarc/part.c": text}


HEADER = "/* dmarc.h - x. */\n#ifndef DMARC_H\n#define DMARC_H\n\n%s\n#endif\n"

LAYERS = [
    ("an include from a higher floor", "xml (floor 1) includes dmarc",
     {"src/xml/up.c": '#include "dmarc/dmarc.h"\n'}),
    ("an include from the same floor", "xml (floor 1) includes json",
     {"src/xml/side.c": '#include "json/json.h"\n'}),
    ("an include by the back door", "json/private.h is private to json",
     {"src/dmarc/back.c": '#include "json/private.h"\n'}),
    ("an include that names no room", 'name the room: "xml/xml.h"',
     {"src/xml/near.c": '#include "xml.h"\n'}),
    ("a blank before the include", "xml (floor 1) includes json",
     {"src/xml/side.c": ' # include "json/json.h"\n'}),
    ("a room that no floor knows", "src/attic: not in docs/layers.txt",
     {"src/attic/attic.h": "\n"}),
    ("a room without its front door", "src/os: no front door os.h",
     {"src/os/file.h": "\n"}),
    ("an include of a room that no floor knows",
     "cellar is not in docs/layers.txt",
     {"src/dmarc/down.c": '#include "cellar/cellar.h"\n'}),
    ("linking a higher room", "xml uses dmarc",
     {"src/xml/CMakeLists.txt": "module(xml USES base dmarc SOURCES a.c)\n"}),
    ("linking over several lines", "xml uses json",
     {"src/xml/CMakeLists.txt": "module(xml\n\tUSES base\n\t\tjson\n"
                                "\tSOURCES a.c)\n"}),
    ("a library outside its room", "<expat.h> belongs to: xml",
     {"src/dmarc/raw.c": "#include <expat.h>\n"}),
]

STYLE = [
    ("a banned function", "strcpy() is banned", c(body("strcpy(a, b);"))),
    ("heap outside base", "malloc() belongs to base", c(body("malloc(n);"))),
    ("a clock in a pure room", "time() touches the world",
     c(body("n = (int)time(0);"))),
    ("a line over 80 columns", "81 columns", c(body("n = 1;" + " " * 66 + ";"))),
    ("blanks at the end", "blanks at the end", c(body("n = 1; "))),
    ("a missing newline at the end", "no newline at the end",
     c(body("n = 1;").rstrip("\n"))),
    ("a function of 61 lines", "work has 61 lines",
     c(body(*["n++;"] * 56))),
    ("a file of 601 lines", "longer than 600 lines",
     c("/* A file. */\n" + "extern const int n;\n" * 600)),
    ("a header of 201 lines", "longer than 200 lines",
     {"src/dmarc/dmarc.h": HEADER % ("struct a;\n" * 196)}),
    ("seven parameters", "many takes 7 parameters",
     c("/* A file. */\nstatic int\nmany(int a, int b, int c, int d,\n"
       "     int (*e)(int, int), int f, int g)\n{\n\treturn a;\n}\n")),
    ("a callback and its ctx count as one, but no more than one",
     "many takes 7 parameters",
     c("/* A file. */\nstatic int\nmany(int a, int b, int c, int d,\n"
       "     int (*e)(void *ctx, int), void *ctx, int f, int g)\n{\n"
       "\treturn a;\n}\nstatic int\nfew(int a, int b, int c, int d,\n"
       "    int (*e)(void *ctx, int), void *ctx, int f)\n{\n"
       "\treturn a;\n}\n")),
    ("five levels", "nested deeper than 4", c(body("\t\t\t\tif (n)"))),
    ("goto", "goto", c(body("goto out;"))),
    ("a variable extern", "extern that can change",
     c("/* A file. */\nextern int n;\n")),
    ("a typedef of a struct", "a typedef hides",
     c("/* A file. */\ntypedef struct x y;\n")),
    ("a variant outside base and os", "#if outside base and os",
     c("/* A file. */\n#ifdef __linux__\n#endif\n")),
    ("a .c file that does not say what it is for", "begins with a comment",
     c("int dmarc_n;\n")),
    ("a public name of another room", "wrong_x does not begin with dmarc_",
     {"src/dmarc/dmarc.h": HEADER % "/* One. */\nint wrong_x(int a);\n"}),
    ("two functions of one name", "xml_is is also in src/dmarc/part.c",
     c("/* A file. */\nint\nxml_is(void)\n{\n\treturn 0;\n}\n")),
    ("a prototype without a contract", "dmarc_x has no contract",
     {"src/dmarc/dmarc.h": HEADER % "int dmarc_x(int a,\n\t    int b);\n"}),
    ("a header without a first line", "begins with",
     {"src/dmarc/dmarc.h": (HEADER % "")[len("/* dmarc.h - x. */\n"):]}),
    ("a header without a guard", "no include guard",
     {"src/dmarc/dmarc.h": "/* dmarc.h - x. */\n"}),
    ("a long fuzz target", "at most 25 lines",
     {"fuzz/fuzz_x.c": "/* A file. */\n" + "struct a;\n" * 26}),
    ("a path of one machine", "path of one machine",
     {"docs/x.md": "see /ro" "ot/x\n"}),
    ("a note to oneself", "note to oneself", {"docs/x.md": "TO" "DO: x\n"}),
    ("a link to nowhere", "gone.md is not there",
     {"docs/x.md": "see [x](y.md) and [z](gone.md#there)\n",
      "docs/y.md": "[b](https://example.com) [a](../docs/x.md)\n"}),
    ("a registry's host", "name of a registry",
     {"tools/x.sh": "curl registry.npm" "js.org\n"}),
]

RUNNER = [
    ("a program that fails counts as one", "exit 1", "0 passed, 1 failed", 1),
    ("a program that is content counts as one", "exit 0",
     "1 passed, 0 failed", 0),
    ("TAP cases count one by one",
     "printf '1..3\\\\nok 1 - a\\\\nnot ok 2 - b\\\\nok 3 # SKIP\\\\n'; exit 1",
     "1 passed, 1 failed, 1 skipped", 1),
    ("a case that cmocka leaves out is no failure",
     "printf '1..3\\\\nnot ok 1 # SKIP a\\\\nok 2 - b\\\\nnot ok 3 - c # skip\\\\n'; exit 1",
     "1 passed, 1 failed, 1 skipped", 1),
    ("cases that were promised and never ran have failed",
     "printf '1..3\\\\nok 1 - a\\\\n'; exit 0", "1 passed, 2 failed", 1),
    ("an exit code counts though every case passed",
     "printf '1..1\\\\nok 1 - a\\\\n'; exit 1", "1 passed, 1 failed", 1),
    ("a program that hangs is stopped and has failed", "sleep 60 & wait",
     "0 passed, 1 failed", 1),
    ("a signal counts as failed", "kill -9 \\\\$\\\\$", "0 passed, 1 failed", 1),
]


def write(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def tool(name, *arguments):
    done = subprocess.run([os.path.join(SOURCE, "tools", name), *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def rule(name, files, complaint):
    """What is wrong with the tool's answer, or None."""
    with tempfile.TemporaryDirectory() as root:
        write(root, SOUND)
        write(root, files)
        code, out = tool(name, root)
    if complaint is None:
        return None if code == 0 and out == "" else f"exit {code}: {out}"
    if code == 1 and complaint in out:
        return None
    return f"exit {code}, expected {complaint!r}: {out}"


def runner(command, closing, expected):
    with tempfile.TemporaryDirectory() as root:
        write(root, {"CTestTestfile.cmake":
                     f'add_test(t "sh" "-c" "{command}")\n'
                     'set_tests_properties(t PROPERTIES TIMEOUT "2")\n'})
        code, out = tool("run-tests", root, "--name", "t", "--no-scripts")
    last = out.rstrip("\n").split("\n")[-1]
    if code == expected and last == closing:
        return None
    return f"exit {code}, expected {closing!r}: {out}"


def cases():
    yield "a sound tree has sound layers", rule("check-layers", {}, None)
    yield "a sound tree has style", rule("check-style", {}, None)
    for title, complaint, files in LAYERS:
        yield title, rule("check-layers", files, complaint)
    for title, complaint, files in STYLE:
        yield title, rule("check-style", files, complaint)
    for title, command, closing, code in RUNNER:
        yield title, runner(command, closing, code)


def main():
    failed = 0
    number = 0
    for number, (title, wrong) in enumerate(cases(), 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {title}")
        if wrong:
            failed += 1
            print("# " + wrong.replace("\n", "\n# "))
    print(f"1..{number}")
    return 1 if failed else 0


sys.exit(main())
