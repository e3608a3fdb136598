"""What `check --json` gives against its published schema, by Debian's
python3-jsonschema; and that the schema can refuse."""
import copy
import json
import subprocess

PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
VALIDATE = """
import json, sys
from jsonschema import Draft202012Validator as Validator

schema, documents = json.load(sys.stdin)
Validator.check_schema(schema)
judge = Validator(schema)
print(json.dumps([[e.message[:200] for e in judge.iter_errors(one)][:3]
                  for one in documents]))
"""
# One that is sound, two that are not, one that is not there; and one whose
# name server fails.
DOMAINS = ("sound", "txt-v10", "mx-null", "not-there", "dns-servfail")


def missing():
    done = subprocess.run([PYTHON, "-c", "import jsonschema"], check=False,
                          stderr=subprocess.DEVNULL)
    return "needs python3-jsonschema" if done.returncode else None


def check(program, world):
    """The schema as the program prints it, and what was said of DOMAINS."""
    schema = subprocess.run([program, "check", "--schema"], check=True,
                            capture_output=True, text=True).stdout
    case = next(c for c in world.cases if c.name == "dns-servfail")
    done = subprocess.run(
        [program, "check", "--json", *world.options(case),
         *(f"{name}.lab.test" for name in DOMAINS)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return json.loads(schema), sorted(said, key=lambda one: one["domain"])


def judge(schema, documents):
    """What the schema finds wrong with each."""
    done = subprocess.run(
        [PYTHON, "-c", VALIDATE], input=json.dumps([schema, documents]),
        capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def is_kept(schema, said):
    """What is not as it is promised; None when all is."""
    names = sorted(f"{name}.lab.test" for name in DOMAINS)
    if [one["domain"] for one in said] != names:
        return f"not each domain once: {said}"
    faults = [f"{one['domain']}: {wrong}" for one, wrong
              in zip(said, judge(schema, said)) if wrong]
    statuses = {c["status"] for one in said for c in one["checks"]}
    codes = {f["code"] for one in said for f in one["findings"]}
    if not {"ok", "fail"} <= statuses or "dmarc.unknown" not in codes:
        faults.append(f"hardly anything was tried: {statuses} {codes}")
    if not any(f["record"] for one in said for f in one["findings"]):
        faults.append("no record was offered")
    return "\n".join(faults) or None


def spoilt(one):
    """Copies of `one`, each with one thing that must not be."""
    def put(*path):
        *way, last, value = path
        bad = copy.deepcopy(one)
        place = bad
        for step in way:
            place = place[step]
        if value is None and last in place and last != "title":
            del place[last]
        else:
            place[last] = value
        return bad

    return {
        "another version": put("schema", "waxseal.check/2"),
        "no domain": put("domain", None),
        "time as text": put("checked_at", "today"),
        "no checks": put("checks", []),
        "a check nobody knows": put("checks", 0, "check", "arc"),
        "a status nobody knows": put("checks", 0, "status", "fine"),
        "a code without area": put("findings", 0, "code", "missing"),
        "no title": put("findings", 0, "title", None),
        "empty instead of null": put("findings", 0, "evidence", ""),
        "no record": put("findings", 0, "record", None),
        "half a record": put("findings", 0, "record", {"name": "x"}),
        "a member more": put("findings", 0, "score", 7),
    }


def can_refuse(schema, said):
    """What it takes although it must not; None: nothing."""
    bad = spoilt(next(one for one in said if one["findings"]))
    taken = [name for (name, _), wrong
             in zip(bad.items(), judge(schema, list(bad.values())))
             if not wrong]
    return f"taken: {taken}" if taken else None
