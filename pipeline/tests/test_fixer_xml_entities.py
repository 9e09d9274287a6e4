"""The fixers of XML parsers: the same content, and no file that the document names."""

from pathlib import Path

import pytest

from pipeline.tests.fixing import Recorder, fixed, refusal, run, untouched

CODE = """\
import io
import xml.sax
from xml.sax.handler import ContentHandler, feature_external_ges

class Text(ContentHandler):
    def __init__(self):
        self.seen = ""
    def characters(self, content):
        self.seen += content


def text_of(document):
    parser = xml.sax.make_parser()
    parser.setFeature(feature_external_ges, True)  # on
    text = Text()
    parser.setContentHandler(text)
    parser.parse(io.StringIO(document))
    return text.seen
"""
GOOD = '<!DOCTYPE a [<!ENTITY n "Ann">]><a>Hi &n;</a>'


def test_it_reads_the_same_content():
    assert (
        run(fixed(CODE, "sax-entities"))["text_of"](GOOD) == run(CODE)["text_of"](GOOD) == "Hi Ann"
    )


def test_it_reads_no_file_that_the_document_names(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    hostile = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'
    assert run(CODE)["text_of"](hostile) == "secret"
    assert run(fixed(CODE, "sax-entities"))["text_of"](hostile) == ""


def test_it_keeps_the_rest_of_the_line():
    assert "    parser.setFeature(feature_external_ges, False)  # on\n" in fixed(
        CODE, "sax-entities"
    )


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("parser.setFeature(feature_external_ges, True)", "not clear"),
        ("p = xml.sax.make_parser()\np.setFeature(feature_external_ges, flag)", "not clear"),
        (
            "p = xml.sax.make_parser()\np.setEntityResolver(r)\n"
            "p.setFeature(feature_external_ges, True)",
            "resolver",
        ),
    ],
)
def test_it_refuses_where_it_is_not_sure(line: str, word: str):
    head = "import xml.sax\nfrom xml.sax.handler import feature_external_ges\n"
    assert word in refusal(f"{head}{line}\n", "sax-entities")


def test_it_turns_the_switches_of_lxml_round():
    code = "from lxml import etree\np = etree.XMLParser(resolve_entities=True, no_network=False)\n"
    result = fixed(code, "lxml-entities")
    recorder = Recorder("etree", "XMLParser")
    run(result, lxml=type(recorder.module)("lxml"), **{"lxml.etree": recorder.module})
    assert recorder.calls == [("XMLParser", (), {"resolve_entities": False, "no_network": True})]


def test_it_refuses_lxml_parsers_that_need_a_dtd():
    code = "from lxml import etree\np = etree.XMLParser(resolve_entities=True, load_dtd=True)\n"
    assert "DTD" in refusal(code, "lxml-entities")


def test_it_leaves_safe_parsers_alone():
    assert untouched("from lxml import etree\np = etree.XMLParser(resolve_entities=False)\n")
