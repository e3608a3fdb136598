#!/usr/bin/env python3
"""The compiler of sender profiles refuses what it should."""
import pathlib
import sys
import tempfile
import tomllib
import unittest

ROOM = pathlib.Path(__file__).resolve().parents[3] / "src/sender"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOM))
import compile as compiler  # noqa: E402

GOOD = '''
[[profile]]
slug = "one"
label = "One"
category = "esp"
dkim = ["one.example"]
asn = [64496]
[[profile]]
slug = "two"
label = "Two"
category = "list"
forwards = true
spf = ["two.example"]
people = ["mail.two.example"]
'''


def load(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "p.toml")
        path.write_text(text, "utf-8")
        return compiler.load(path)


class Profiles(unittest.TestCase):
    def refused(self, old, new, said):
        self.assertIn(old, GOOD)
        faults = load(GOOD.replace(old, new)).faults
        self.assertTrue(any(said in fault for fault in faults), faults)

    def test_good_ones_pass(self):
        self.assertEqual(load(GOOD).faults, [])

    def test_the_shipped_ones_pass_and_are_many(self):
        shipped = compiler.load(ROOM / "profiles.toml")
        self.assertEqual(shipped.faults, [])
        self.assertGreaterEqual(len(shipped.list), 170)

    def test_advice_and_category_of_each_are_in_the_catalogue(self):
        words = ROOM.parent / "finding/catalogue/sender.toml"
        keys = {say["key"] for say in
                tomllib.loads(words.read_text("utf-8"))["say"]}
        for entry in compiler.load(ROOM / "profiles.toml").list:
            self.assertIn(compiler.fix_of(entry), keys)
            self.assertIn(f"sender.category.{entry['category']}", keys)

    def test_a_domain_belongs_to_one_service(self):
        self.refused('spf = ["two', 'dkim = ["one.example"]\nspf = ["two',
                     "dkim one.example belongs to one")

    def test_a_network_belongs_to_one_service(self):
        self.refused('spf = ["two', 'asn = [64496]\nspf = ["two',
                     "asn 64496 belongs to one")

    def test_a_domain_is_either_the_services_or_the_peoples(self):
        self.refused('"mail.two.example"', '"two.example"',
                     "both spf and people")

    def test_what_is_no_domain_is_refused(self):
        for bad in ("one", "One.example", "one..example", "-a.example",
                    "a b.example", "192.0.2.1", "one.example.", ""):
            self.refused('"one.example"', f'"{bad}"', "no domain")

    def test_malformed_entries_are_refused(self):
        self.refused('slug = "two"', 'slug = "one"', "written twice")
        self.refused('slug = "two"', 'slug = "Two"', "needs a slug")
        self.refused('"list"', '"lists"', "unknown category")
        self.refused("forwards = true", 'forwards = "yes"', "neither true")
        self.refused("forwards", "forward", "unknown field forward")
        self.refused("asn = [64496]", "asn = [-1]", "no AS number")
        self.refused("asn = [64496]", 'help = "http://x"',
                     "not an https address")
        self.refused('dkim = ["one.example"]\nasn = [64496]', "",
                     "nothing shows it")


if __name__ == "__main__":
    unittest.main()
