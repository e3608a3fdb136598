#!/usr/bin/env python3
"""tools/findings-doc renders what the catalogue says, and notices when the
pages no longer do."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FINDING = '''[[finding]]
code = "mtasts.one"
severity = "warn"
reference = "RFC 8461 section 3.1"
title.en = "No record at _mta-sts.{domain}"
title.ja = "_mta-sts.{domain} にありません"
title.nb = "Ingen på _mta-sts.{domain}"
meaning.en = "It is <b>missing</b>."
meaning.ja = "ありません。"
meaning.nb = "Den mangler."
fix.en = "Publish `_mta-sts`."
fix.ja = "`_mta-sts` を公開してください。"
fix.nb = "Publiser `_mta-sts`."

[[say]]
key = "web.severity.warn"
en = "Warning"
ja = "警告"
nb = "Advarsel"
'''


class FindingsDoc(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.root = pathlib.Path(self.dir.name)
        (self.root / "docs").mkdir()
        self.catalogue = self.root / "src/finding/catalogue"
        self.catalogue.mkdir(parents=True)
        shutil.copy(ROOT / "src/finding/compile.py", self.root / "src/finding")
        self.write(FINDING)

    def write(self, text):
        (self.catalogue / "one.toml").write_text(text, encoding="utf-8")

    def run_tool(self, *options):
        return subprocess.run(
            [sys.executable, ROOT / "tools/findings-doc", *options, self.root],
            capture_output=True, text=True, check=False)

    def page(self, name):
        return (self.root / "docs" / name).read_text("utf-8")

    def test_pages_that_were_just_made_are_up_to_date(self):
        self.assertEqual(self.run_tool().returncode, 0)
        self.assertEqual(self.run_tool("--check").returncode, 0)

    def test_missing_pages_are_told(self):
        done = self.run_tool("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("findings.md", done.stderr)
        self.assertIn("findings.nb.md", done.stderr)

    def test_a_changed_text_makes_only_its_page_stale(self):
        self.run_tool()
        self.write(FINDING.replace("Den mangler.", "Den er borte."))
        done = self.run_tool("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("findings.nb.md", done.stderr)
        self.assertNotIn("findings.ja.md", done.stderr)
        self.assertIn("Den mangler.", self.page("findings.nb.md"))

    def test_a_finding_is_told_with_code_severity_fix_and_reference(self):
        self.run_tool()
        page = self.page("findings.md")
        self.assertIn('<a id="mtasts.one"></a>`mtasts.one`', page)
        self.assertIn("(Warning)", page)
        self.assertIn("What to do: Publish `_mta-sts`.", page)
        self.assertIn("RFC 8461 section 3.1", page)
        self.assertIn("を公開してください。", self.page("findings.ja.md"))

    def test_texts_cannot_become_markup(self):
        self.run_tool()
        page = self.page("findings.md")
        self.assertIn("\\_mta-sts.{domain}", page)
        self.assertIn("\\<b\\>missing", page)

    def test_a_faulty_catalogue_is_refused(self):
        self.write(FINDING.replace('severity = "warn"', 'severity = "bad"'))
        done = self.run_tool()
        self.assertNotEqual(done.returncode, 0)
        self.assertFalse((self.root / "docs/findings.md").exists())


if __name__ == "__main__":
    unittest.main()
