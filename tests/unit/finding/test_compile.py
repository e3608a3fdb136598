#!/usr/bin/env python3
"""The catalogue compiler and its checks refuse what they should."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOM = HERE.parents[2] / "src/finding"
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(ROOM)]
import check_catalogue as check  # noqa: E402
import compile as compiler  # noqa: E402

GOOD = '''
[[finding]]
code = "a.b"
severity = "fail"
title.en = "Line {line} is odd"
title.ja = "{line}行目が不正です"
title.nb = "Linje {line} er rar"
meaning.en = "It is odd."
meaning.ja = "不正です。"
meaning.nb = "Den er rar."
[[say]]
key = "cli.a.b"
en = "done"
ja = "完了"
nb = "ferdig"
'''


def faults_of(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "a.toml")
        path.write_text(text, "utf-8")
        return compiler.load([path]).faults


class Compiler(unittest.TestCase):
    def refused(self, old, new, *said):
        self.assertIn(old, GOOD)
        faults = faults_of(GOOD.replace(old, new))
        for what in said:
            self.assertTrue(any(what in fault for fault in faults),
                            f"{what!r} not in {faults}")

    def test_a_whole_catalogue_has_no_faults(self):
        self.assertEqual(faults_of(GOOD), [])

    def test_an_empty_catalogue_compiles(self):
        self.assertEqual(compiler.load([]).faults, [])

    def test_a_missing_language_is_told_with_file_line_and_code(self):
        self.refused('title.ja = "{line}行目が不正です"\n', "",
                     "a.toml:3: a.b: title.ja is missing")

    def test_an_empty_language_is_a_missing_one(self):
        self.refused('meaning.nb = "Den er rar."', 'meaning.nb = " "',
                     "a.b: meaning.nb is missing")

    def test_a_sentence_needs_all_languages(self):
        self.refused('nb = "ferdig"\n', "", "cli.a.b: text.nb is missing")

    def test_a_fix_is_in_all_languages_or_in_none(self):
        self.refused('meaning.en = "It is odd."',
                     'meaning.en = "It is odd."\nfix.en = "Do."',
                     "fix.ja is missing", "fix.nb is missing")

    def test_places_must_agree(self):
        self.refused("Linje {line}", "Linje {lnie}",
                     "title: en and nb differ in places: line, lnie")

    def test_a_brace_that_is_no_place_is_refused(self):
        self.refused('"done"', '"{ done"', "text.en: a brace")

    def test_a_code_is_written_once(self):
        self.refused("[[say]]", GOOD + "\n[[say]]", "a.b: written twice")

    def test_a_sentence_cannot_take_the_code_of_a_finding(self):
        self.refused("cli.a.b", "a.b", "a.b: written twice")

    def test_malformed_codes_are_refused(self):
        for code in ("ab", "A.b", "a.", "a b.c", "a.b.c", "a-b.c"):
            self.refused('"a.b"', f'"{code}"', "malformed code")

    def test_an_overlong_code_is_refused(self):
        self.refused('"a.b"', f'"a.{"b" * 62}"', "longer than 63")

    def test_unknown_words_are_refused(self):
        self.refused('"fail"', '"bad"', "unknown severity 'bad'")
        self.refused("meaning.nb", "meening.nb", "unknown field meening")
        self.refused("meaning.nb", "meaning.no", "meaning.no: no such")
        self.refused("[[say]]", "[[says]]", "unknown table says")

    def test_broken_toml_names_the_file(self):
        self.assertIn("a.toml", faults_of("[[finding")[0])

    def test_the_program_fails_and_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "a.toml")
            table = pathlib.Path(folder, "t.c")
            for text, code in ((GOOD, 0), (GOOD.replace("nb =", "no ="), 1)):
                table.unlink(missing_ok=True)
                source.write_text(text, "utf-8")
                run = subprocess.run(
                    [sys.executable, ROOM / "compile.py", "--c", table,
                     "--json", pathlib.Path(folder, "t.json"), source],
                    capture_output=True, text=True, check=False)
                self.assertEqual(run.returncode, code, run.stderr)
                self.assertEqual(table.exists(), code == 0)


class Words(unittest.TestCase):
    def faults(self, en, ja, nb):
        return list(check.word_faults("x", en, ja, nb))

    def test_good_texts_pass(self):
        for texts in (("Record", "レコード", "DNS-post"),
                      ("By e-mail", "メールで", "Per e-post"),
                      ("{count} %", "{count} %", "{count} %"),
                      ("DMARC", "DMARC", "DMARC"),
                      ("Status", "状態", "Status")):
            self.assertEqual(self.faults(*texts), [])

    def test_banned_words_are_found(self):
        for word in ("集約", "集合", "不合格", "施行"):
            self.assertTrue(self.faults("x.", f"これは{word}です", "y"))
        for text in ("En post i DNS", "posten", "flere poster",
                     "en retningslinje", "DMARC rapporten", "DNS post"):
            self.assertTrue(self.faults("words", "言葉", text), text)

    def test_glossary_terms_are_asked_for(self):
        self.assertEqual(
            len(self.faults("An aggregate report", "報告", "En rapport")), 2)
        self.assertEqual(self.faults("An aggregate report", "集計レポート",
                                     "En samlerapport"), [])

    def test_untranslated_texts_are_found(self):
        self.assertTrue(self.faults("A word", "A word", "Et ord"))
        self.assertTrue(self.faults("A word", "言葉", "A word"))

    def test_a_long_sentence_is_found(self):
        short = " ".join(["word"] * 20) + "."
        self.assertEqual(list(check.long_sentences("x", short)), [])
        self.assertEqual(list(check.long_sentences(
            "x", short + " " + short)), [])
        self.assertTrue(list(check.long_sentences("x", "one " + short)))


class Codes(unittest.TestCase):
    def faults(self, source):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.toml")
            path.write_text(GOOD, "utf-8")
            cat = compiler.load([path])
        mentions = check.Mentions({"a", "cli"})
        mentions.read("x.c", source)
        return list(check.code_faults(cat, mentions))

    def test_all_named_and_all_there_is_fine(self):
        self.assertEqual(self.faults(
            'diag_set(why, ERR_IO, "a.b", 0, "x"); f("cli.a.b");'), [])

    def test_a_code_that_nobody_wrote_is_found(self):
        for source in ('diag_set(why, ERR_IO, "zz.b", 0, "x");',
                       'finding_say(lang, "zz.b");', 'repair("a.other");',
                       'diag_errno(why, "chmod", "x");'):
            self.assertTrue(any("not in the catalogue" in fault
                                for fault in self.faults(source)), source)

    def test_a_finding_that_nobody_uses_is_found(self):
        self.assertEqual(self.faults('f("cli.a.b"); diag_set(w, e, "a.b");'),
                         [])
        self.assertEqual(self.faults('f("cli.a.b", "a.x");')[-1],
                         "a.toml: a.b is used nowhere")

    def test_a_pattern_uses_all_it_can_make(self):
        self.assertEqual(self.faults('g("a.b"); f("cli.a.%s", name);'), [])

    def test_comments_and_file_names_are_no_mentions(self):
        self.assertEqual(self.faults(
            '/* "a.zz" */ open("a.xml"); host("a.example.com");'), [])


if __name__ == "__main__":
    unittest.main()
