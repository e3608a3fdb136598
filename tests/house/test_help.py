#!/usr/bin/env python3
"""The pages of help: the same in every language, and no more Markdown than
the dashboard knows."""
import pathlib
import re
import unittest

HELP = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/help"
PAGES = ("mta-sts", "tls-rpt", "dmarc-reports", "microsoft", "dns-panels")
LANGS = ("en", "ja", "nb")
RESULTS = ("NONE", "FETCH_ERROR", "VALID", "NOT_CHANGED")
BANNED = {"en": r"\b(?:hacked|illegal)\b", "ja": r"集約|集合|不合格|施行",
          "nb": r"retningslinje|(?<![\w-])[Pp]ost(?:en|er|ene)?(?![\w-])"}


def blocks(text):
    """Kinds of the blocks, in order, and the text outside of code."""
    kinds, prose, fenced = [], [], False
    for line in text.splitlines():
        if line == "```":
            fenced = not fenced
            kinds += ["code"] if fenced else []
        elif fenced:
            continue
        elif line:
            kinds.append(kind(line))
            prose.append(re.sub(r"`[^`]+`", "", line))
    return kinds, "\n".join(prose)


def kind(line):
    for name, pattern in (("h1", r"# \S"), ("h2", r"## \S"),
                          ("h3", r"### \S"), ("item", r"- \S"),
                          ("number", r"[1-9]\d?\. \S")):
        if re.match(pattern, line):
            return name
    return "text"


def read(page, lang):
    return (HELP / f"{page}.{lang}.md").read_text("utf-8")


class Help(unittest.TestCase):
    def each(self, check):
        for page in PAGES:
            for lang in LANGS:
                with self.subTest(page=page, lang=lang):
                    check(page, lang, read(page, lang))

    def test_every_language_has_the_same_blocks(self):
        def check(page, lang, text):
            self.assertEqual(blocks(text)[0], blocks(read(page, "en"))[0])

        self.each(check)

    def test_code_is_the_same_in_every_language(self):
        def check(page, lang, text):
            fences = re.findall(r"```\n(.*?)```", text, re.S)
            english = re.findall(r"```\n(.*?)```", read(page, "en"), re.S)
            self.assertEqual(fences, english)

        self.each(check)

    def test_only_simple_markdown_is_used(self):
        def check(page, lang, text):
            prose = re.sub(r"\[[^]\[]+\]\([\w.-]+\)", "", blocks(text)[1])
            self.assertIsNone(re.search(r"[*_<>|\[\]`!]\S*[*_<>|\[\]`]",
                                        prose))
            self.assertNotIn("**", prose)
            self.assertEqual(text.count("```") % 2, 0)

        self.each(check)

    def test_links_lead_to_pages_of_the_same_language(self):
        def check(page, lang, text):
            for target in re.findall(r"\]\(([^)]+)\)", text):
                self.assertRegex(target, rf"\A[a-z-]+\.{lang}\.md\Z")
                self.assertTrue((HELP / target).exists(), target)

        self.each(check)

    def test_banned_words_do_not_occur(self):
        def check(page, lang, text):
            found = re.search(BANNED[lang], blocks(text)[1])
            self.assertIsNone(found, found)

        self.each(check)

    def test_the_sentences_of_checkers_stand_there_literally(self):
        for lang in LANGS:
            text = read("mta-sts", lang)
            for result in RESULTS:
                self.assertIn(f"STSFetchResult.{result}", text)
            for result in RESULTS[:2]:
                self.assertIn("MTA-STS policy is missing: "
                              f"STSFetchResult.{result}\n", text)

    def test_the_twelve_errors_are_all_explained(self):
        for lang in LANGS:
            last = read("mta-sts", lang).split("\n## ")[-1]
            self.assertEqual(blocks(last)[0].count("number"), 12)


if __name__ == "__main__":
    unittest.main()
