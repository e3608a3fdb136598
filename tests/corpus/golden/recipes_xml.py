"""The XML of aggregate reports: namespaces, order, encodings, damage."""
import re

from build import (HEAD, POLICY, RECORD, REPORT, expect, rejected, swap,
                   swap_all)

ORG = "<org_name>Example Receiver</org_name>"
EMAIL = "<email>dmarc@receiver.example</email>"
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
SECOND = REPORT.index("  <record>", REPORT.index("  <record>") + 1)


def root(attributes):
    return swap(("<feedback>", f"<feedback {attributes}>"))


def org(text):
    return swap((ORG, f"<org_name>{text}</org_name>"))


def prefixed():
    text = re.sub(r"<(/?)(\w)", r"<\1d:\2", REPORT)
    return swap(("<d:feedback>",
                 '<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0">'),
                text=text)


def of_names():
    yield "no-prolog.xml", swap((PROLOG + "\n", "")), expect()
    yield "in-one-line.xml", re.sub(r">\s+<", "><", REPORT), expect()
    yield "schema-attributes.xml", root(
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'), expect()
    yield "namespace-misspelt.xml", root(
        'xmlns="http//dmarc.org/dmarc-xml/0.1"'), expect()
    yield "namespace-rfc7489.xml", root(
        'xmlns="http://dmarc.org/dmarc-xml/0.1"'), expect()
    yield "namespace-rfc9990.xml", root(
        'xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'), expect()
    yield "namespace-prefix.xml", prefixed(), expect()
    yield "lang-attributes.xml", swap(
        ("<extra_contact_info>", '<extra_contact_info lang="en">'),
        ("</spf>\n      </policy", '</spf><reason><type>other</type>'
         '<comment lang="nb">hei</comment></reason>\n      </policy')), \
        expect()
    yield "extension.xml", swap(
        ("  <policy_published>", '  <extension><x:more xmlns:x="urn:x">'
         "<x:count>9</x:count></x:more></extension>\n"
         "  <policy_published>"),
        ("</auth_results>\n", "</auth_results><arc><result>pass</result>"
         "</arc>\n")), expect()
    yield "date-range-first.xml", swap(
        ("    <date_range>\n      <begin>1709251200</begin>\n"
         "      <end>1709337599</end>\n    </date_range>\n", ""),
        ("    <org_name>", "    <date_range><begin>1709251200</begin>"
         "<end>1709337599</end></date_range>\n    <org_name>")), expect()
    yield "spf-before-dkim.xml", re.sub(
        r"(      <dkim>\n.*?</dkim>\n)(      <spf>\n.*?</spf>\n)", r"\2\1",
        REPORT, flags=re.S), expect()
    yield "version-last.xml", swap(
        ("  <version>1.0</version>\n", ""),
        ("</feedback>", "  <version>1.0</version>\n</feedback>")), expect()
    yield "head-after-rows.xml", swap(
        (HEAD, ""), (POLICY, ""), ("</feedback>",
                                   HEAD + POLICY + "</feedback>")), expect(
        repairs="dmarc.head_after_rows")
    yield "identifiers-last.xml", re.sub(
        r"(    <identifiers>.*?</identifiers>\n)(    <auth_results>.*?"
        r"</auth_results>\n)", r"\2\1", REPORT, flags=re.S), expect()
    yield "policy-published-twice.xml", swap(
        (POLICY, POLICY + swap(("example.com", "example.net"),
                               text=POLICY))), expect(
        repairs="dmarc.repeated_element", more="domain=example.com")


def of_text():
    yield "white-space-round-values.xml", re.sub(
        r">([^<>\s][^<>]*)<", r">\n\t\1 \n<", REPORT), expect()
    yield "comments-and-cdata.xml", swap(
        (ORG, "<!-- who -->\n<org_name><![CDATA[Example]]> "
         "Receiver<!-- ! --></org_name>")), expect()
    yield "character-references.xml", org("Example &#82;&#x65;ceiver"), \
        expect()
    yield "byte-order-mark.xml", "\ufeff" + REPORT, expect()
    yield "utf-16.xml", swap(("UTF-8", "UTF-16")).encode("utf-16"), expect()
    yield "windows-1252-declared.xml", swap(
        ("UTF-8", "windows-1252"), ("Example Receiver", "Caf\u00e9 \u2019s")
    ).encode("windows-1252"), expect(org="Caf\u00e9 \u2019s")
    yield "latin-1-declared.xml", swap(
        ("UTF-8", "ISO-8859-1"), ("Example Receiver", "Caf\u00e9")
    ).encode("latin-1"), expect(org="Caf\u00e9")
    yield "latin-1-under-utf-8.xml", org("Se\u00f1al").encode("latin-1"), \
        expect(org="Se\u00f1al", repairs="xml.bytes_repaired")
    yield "quote-0x91-under-utf-8.xml", org("\u2018Q\u2019").encode(
        "windows-1252"), expect(org="\u2018Q\u2019",
                                repairs="xml.bytes_repaired")
    yield "control-character.xml", org("Example\x01Receiver"), expect(
        org="Example Receiver", repairs="xml.bytes_repaired")
    yield "raw-address.xml", swap(
        (EMAIL, "<email><dmarc@receiver.example></email>")), expect(
        repairs="xml.markup_repaired")
    yield "raw-ampersand.xml", org("Example & Sons"), expect(
        org="Example & Sons", repairs="xml.markup_repaired")
    yield "raw-ampersand-in-address.xml", swap(
        ("example/dmarc<", "example/?a=1&b=2<")), expect(
        repairs="xml.markup_repaired")
    yield "raw-less-than.xml", org("1 < 2 Mail"), expect(
        org="1 < 2 Mail", repairs="xml.markup_repaired")
    yield "entity-of-html.xml", org("Example&nbsp;Receiver"), expect(
        org="Example&nbsp;Receiver", repairs="xml.markup_repaired")


def of_damage():
    yield "stray-quote-behind-prolog.xml", swap(
        (PROLOG, '<?xml version="1.0"?>"')), expect(
        repairs="xml.markup_repaired")
    yield "text-before-prolog.xml", "report:\n" + REPORT, rejected(
        "decode.unrecognised", "none")
    yield "unclosed-schema.xml", swap(
        ("<feedback>", '<xs:schema xmlns:xs='
         '"http://www.w3.org/2001/XMLSchema">\n<feedback>')), expect(
        repairs="xml.closed_at_end")
    yield "unclosed-value.xml", swap(("</email>", "")), expect(
        repairs="xml.markup_repaired")
    yield "unclosed-record.xml", swap(("  </record>\n", "")), expect(
        repairs="dmarc.record_unclosed xml.markup_repaired")
    yield "crossed-elements.xml", swap(
        ("</result>\n      </dkim>", "</dkim>\n      </result>")), expect(
        repairs="xml.markup_repaired")
    yield "last-angle-missing.xml", REPORT.rstrip()[:-1], expect(
        repairs="xml.markup_repaired")
    yield "cut-behind-a-record.xml", REPORT[:SECOND], expect(
        records=1, messages=3, passed=3, repairs="xml.closed_at_end")
    count = REPORT.index("<count>2") + len("<count>2")
    yield "cut-in-the-second-record.xml", REPORT[:count], expect(
        records=1, messages=3, passed=3,
        repairs="dmarc.record_cut xml.closed_at_end")
    yield "cut-inside-a-tag.xml", REPORT[:count + 4], expect(
        records=1, messages=3, passed=3, repairs="dmarc.record_cut "
        "xml.closed_at_end xml.markup_repaired")
    yield "cut-in-the-first-record.xml", REPORT[:SECOND - 200], rejected(
        "dmarc.cut")
    yield "cut-in-the-head.xml", REPORT[:REPORT.index("<date_range>")], \
        rejected("dmarc.cut")
    yield "hole-in-the-middle.xml", REPORT[:REPORT.index("    <adkim>")] + \
        REPORT[REPORT.rindex("        <scope>"):], rejected("dmarc.cut")
    yield "doctype.xml", swap(
        ("<feedback>", '<!DOCTYPE feedback SYSTEM "dmarc.dtd">\n'
         "<feedback>")), rejected("xml.doctype")
    yield "entity-bomb.xml", swap(
        ("<feedback>", '<!DOCTYPE feedback [<!ENTITY a "aaaaaaaa">'
         '<!ENTITY b "&a;&a;&a;&a;">]>\n<feedback>'),
        ("Example Receiver", "&b;")), rejected("xml.doctype")
    yield "too-deep.xml", swap(
        ("  <policy_published>", "<a>" * 40 + "</a>" * 40 +
         "  <policy_published>")), rejected("xml.too_deep")
    yield "another-document.xml", PROLOG + "\n<orders><order/></orders>\n", \
        rejected("dmarc.not_a_report", "none")
    yield "empty-feedback.xml", PROLOG + "\n<feedback/>\n", rejected(
        "dmarc.no_domain")
    yield "one-bad-row-of-three.xml", swap(
        (RECORD, RECORD + "  <record>\n    <row><source_ip>?</source_ip>"
         "<count>?</count></row>\n  </record>\n")), expect(
        records=3, repairs="dmarc.bad_ip dmarc.bad_count dmarc.no_verdict "
        "dmarc.no_header_from dmarc.no_auth_results")
    yield "elements-in-capitals.xml", re.sub(
        r"<(/?)(\w+)>", lambda m: f"<{m[1]}{m[2].upper()}>", REPORT), \
        rejected("dmarc.not_a_report", "none")
    yield "every-second-element-unknown.xml", swap_all(
        "    <row>\n", "    <weight>9</weight>\n    <row>\n"), expect()


def fixtures():
    for part in (of_names, of_text, of_damage):
        for name, text, want in part():
            data = text if isinstance(text, bytes) else text.encode()
            yield name, data, want
