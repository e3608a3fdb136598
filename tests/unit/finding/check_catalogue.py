#!/usr/bin/env python3
"""Holds the catalogue to the glossary and the sources to the catalogue.

    check_catalogue.py SOURCE_DIR

Words: banned ones, terms of the glossary, sentence length, texts nobody
translated. Codes: what the sources name must exist, and what exists must be
named by a source or be marked reserved.
"""
import pathlib
import re
import sys

WORDS_MAX = 20  # of an English sentence that explains
PLACE = re.compile(r"\{[a-z0-9_]+\}")
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")

BANNED = {
    "ja": [r"集約", r"集合", r"不合格", r"施行"],
    "nb": [r"retningslinje",
           r"(?<![\w-])post(?:en|er|ene)?(?![\w-])",
           # A compound written apart: "DMARC rapport".
           r"\b(?:DMARC|DKIM|SPF|DNS|TXT|TLS|TLS-RPT|MTA-STS|IP|XML|JSON|RUA|"
           r"RUF|MX|PTR|ASN?) (?:rapport|post|adresse|oppslag|policy|nøkkel|"
           r"signatur|fil|sjekk|resultat|navn|nummer|oppføring)(?:en|et|er|"
           r"ene|a|ne|r)?\b"],
    "en": [],
}

# English term, then what the other languages say for it (product 3.11).
GLOSSARY = [
    (r"\baggregate reports?\b", r"集計レポート", r"samlerapport|aggregert"),
    (r"\bfailure reports?\b", r"失敗レポート", r"feilrapport"),
    (r"\bsending sources?\b", r"送信元", r"avsenderkilde"),
    (r"\breporting organisations?\b", r"報告組織",
     r"rapporterende organisasjon"),
    (r"\bquarantined?\b", r"隔離|quarantine", r"karantene|quarantine"),
    (r"\bFrom domains?\b", r"差出人ドメイン", r"avsenderdomene"),
    (r"\benvelope from\b", r"エンベロープFrom", r"konvoluttavsender"),
    (r"\bunrecognised\b", r"未識別", r"ukjent"),
    (r"\bspoof(?:ing|ed)\b", r"ドメイン偽装", r"domeneforfalsk"),
    (r"\bimpersonat", r"なりすま", r"etterlign"),
    (r"\bpolicy mode\b", r"ポリシーモード", r"policymodus"),
    (r"\bpolicy file\b", r"ポリシーファイル", r"policyfil"),
    (r"\blook-ups?\b", r"照会|ルックアップ|検索", r"oppsla|slå"),
    (r"\bdashboard\b", r"ダッシュボード", r"dashbord"),
]

# Words that are the same in English and Norwegian.
SAME_NB = {"type", "status", "filter", "test", "system", "version", "port",
           "format", "server", "dato", "agent", "min", "max", "info"}

# Areas that are also sections of the configuration: a literal such as
# "store.path" there need not be a code.
SETTINGS = {"store", "web", "smtp", "imap", "acme", "ui", "metrics", "geo",
            "rfc2136", "log", "reports", "general", "spool", "sample", "serve",
            "inspect", "hosting"}
FILE_ENDINGS = {"xml", "json", "gz", "zip", "toml", "c", "h", "db", "sqlite",
                "tmp", "lock", "mmdb", "txt", "csv", "conf", "sock", "sql",
                "new", "eml"}
# A literal that ends so is the name of a host: "mail.example.com".
DOMAIN_ENDINGS = {"com", "net", "org", "example", "test", "invalid", "jp",
                  "no", "de", "ru"}
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
CODE = re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9_]+)+")
PATTERN = re.compile(r"[a-z][a-z0-9]*\.[a-z0-9_.%]*%s[a-z0-9_.%]*"
                     r"|[a-z][a-z0-9]*\.(?:[a-z0-9_]+\.)*"
                     r"|[a-z][a-z0-9]*\.[a-z0-9_.]*_")
CERTAIN = re.compile(r"\b(?:diag_set|finding_say|finding_find)\s*\("
                     r'[^;"]*"([a-z][a-z0-9_.]*)"')
SYSTEM = re.compile(r'\bdiag_errno\s*\([^;"]*"([a-z0-9_]+)"')


def plain(text):
    return PLACE.sub("", text)


def is_technical(text):
    """Only places, numbers, options, names in capitals, code: nothing that
    could be said in another language."""
    text = re.sub(r"<[^<>]*>|`[^`]*`|--?[a-z-]+|\S+[./=@]\S+", "", plain(text))
    return not re.search(r"\b[a-z]{3,}\b", text) and \
        not re.search(r"\b[A-Z]?[a-z]+ [a-z]+\b", text)


def is_same_word(text):
    return plain(text).strip(" :.").lower() in SAME_NB


def word_faults(name, en, ja, nb):
    for lang, text in (("en", en), ("ja", ja), ("nb", nb)):
        for banned in BANNED[lang]:
            found = re.search(banned, plain(text), re.I)
            if found:
                yield f"{name}.{lang}: banned: {found.group()}"
        if re.search(r"\S  +\S", text) and "\n" not in text:
            yield f"{name}.{lang}: two blanks"
    for term, in_ja, in_nb in GLOSSARY:
        if not re.search(term, plain(en)):
            continue
        for lang, text, wanted in (("ja", ja, in_ja), ("nb", nb, in_nb)):
            if not re.search(wanted, plain(text), re.I):
                yield f"{name}.{lang}: glossary: {wanted}"
    if not JAPANESE.search(ja) and not is_technical(ja):
        yield f"{name}.ja: not Japanese: {ja[:40]}"
    if nb == en and not is_technical(nb) and not is_same_word(nb):
        yield f"{name}.nb: not translated: {nb[:40]}"


def long_sentences(name, text):
    for sentence in re.split(r"(?<=[.!?:;])\s+", PLACE.sub("x", text)):
        count = len(re.findall(r"[\w@/'’.-]+", sentence))
        if count > WORDS_MAX:
            yield f"{name}: {count} words: {sentence[:60]}"


def text_faults(cat):
    for code, finding in sorted(cat.findings.items()):
        for field in ("title", "meaning", "fix"):
            yield from word_faults(f"{code}: {field}", *finding[field])
        yield from long_sentences(f"{code}: meaning.en",
                                  finding["meaning"][0])
    for key, say in sorted(cat.says.items()):
        yield from word_faults(key, *say["text"])


class Mentions:
    """What the sources say of codes."""

    def __init__(self, known):
        self.known = known
        self.areas = {code.split(".")[0] for code in known}
        self.certain = {}
        self.likely = {}
        self.patterns = set()

    def read(self, where, text):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
        text = re.sub(r"^\s*#\s*include[^\n]*", "", text, flags=re.M)
        text = re.sub(r'"\s*\n\s*"', "", text)
        for code in CERTAIN.findall(text):
            if CODE.fullmatch(code):
                self.certain.setdefault(code, where)
        for action in SYSTEM.findall(text):
            self.certain.setdefault("io." + action, where)
        for literal in LITERAL.findall(text):
            self.note(where, literal)

    def note(self, where, literal):
        if PATTERN.fullmatch(literal):
            self.patterns.add(literal if "%s" in literal else literal + "%s")
        if not CODE.fullmatch(literal):
            return
        area, _, name = literal.partition(".")
        if literal in self.known or area in self.areas and \
                name.split(".")[-1] not in FILE_ENDINGS | DOMAIN_ENDINGS:
            self.likely.setdefault(literal, where)

    def names(self, code):
        return code in self.certain or code in self.likely or any(
            re.fullmatch(re.escape(p).replace("%s", "[a-z0-9_.]+"), code)
            for p in self.patterns)


def source_texts(root):
    for folder, endings in (("src", (".c", ".h")), ("web", (".ts", ".tsx"))):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in endings and "node_modules" not in path.parts:
                yield path.relative_to(root), path.read_text("utf-8")
    # It chooses the advice for each service.
    advice = root / "src/sender/compile.py"
    yield advice.relative_to(root), advice.read_text("utf-8")


def code_faults(cat, mentions):
    known = set(cat.findings) | set(cat.says)
    for code, where in sorted(mentions.certain.items()):
        if code not in known:
            yield f"{where}: {code} is not in the catalogue"
    for code, where in sorted(mentions.likely.items()):
        area = code.split(".")[0]
        if code not in known and code not in mentions.certain and \
                area not in SETTINGS:
            yield f"{where}: {code} is not in the catalogue"
    spoken = {code.split(".")[0] for code in
              (*mentions.certain, *mentions.likely)}
    for code, entry in sorted((cat.findings | cat.says).items()):
        if code.split(".")[0] not in spoken or entry["reserved"]:
            continue
        if not mentions.names(code):
            yield f"{cat.where[code]}: {code} is used nowhere"


def main():
    root = pathlib.Path(sys.argv[1])
    sys.path.insert(0, str(root / "src/finding"))
    sys.dont_write_bytecode = True
    import compile as compiler

    cat = compiler.load((root / "src/finding/catalogue").glob("*.toml"))
    mentions = Mentions({*cat.findings, *cat.says})
    for where, text in source_texts(root):
        mentions.read(where, text)
    faults = [*cat.faults, *text_faults(cat), *code_faults(cat, mentions)]
    for fault in faults:
        print(fault)
    print(f"{len(cat.findings)} findings, {len(cat.says)} sentences, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
