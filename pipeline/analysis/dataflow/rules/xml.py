"""Documents from outside in XML parsers that fetch what the documents name."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

MADE = "line:"  # begins the trait of a parser that tells where it was made or set
SAX = "xml.sax.make_parser()"


def _parser(call: Call) -> Value | None:
    return call.argument(1, "parser")


def opens_entities(call: Call) -> bool:
    """A SAX parser that was told to fetch external entities; by default it does not."""
    parser = _parser(call)
    return "external" in call.receiver.traits or (
        parser is not None and "external" in parser.traits
    )


def _settings(call: Call) -> list[int]:
    """The lines in which the parser was made, and told to open what it parses."""
    parsers = [parser for parser in (call.receiver, _parser(call)) if parser]
    marks = [trait for parser in parsers for trait in parser.traits if trait.startswith(MADE)]
    return [int(mark.removeprefix(MADE)) for mark in marks]


def _has_no_parser(call: Call) -> bool:
    """The standard library's parsers as they are: no external entities, but expanded ones."""
    return _parser(call) is None and not call.receiver.name.startswith(SAX)


def _is_loose(call: Call) -> bool:
    """lxml with its own parser, or with one that was not told to leave entities alone."""
    parser = _parser(call)
    return parser is None or "strict" not in parser.traits


def _nothing(_call: Call) -> list[Value]:
    """The call is known, and none of its arguments matters."""
    return []


STANDARD = words(
    "xml.dom.minidom.parse xml.dom.minidom.parseString xml.dom.pulldom.parse"
    " xml.dom.pulldom.parseString xml.sax.parse xml.sax.parseString"
    " xml.etree.ElementTree.parse xml.etree.ElementTree.fromstring xml.etree.ElementTree.XML"
    " xml.etree.ElementTree.iterparse xml.etree.cElementTree.parse"
    " xml.etree.cElementTree.fromstring xml.dom.expatbuilder.parse"
    " xml.dom.expatbuilder.parseString xml.etree.ElementTree.XMLParser().feed"
)
XML = Family(
    name="xml",
    about=Explanation(
        611,
        Severity.HIGH,
        "A document from outside is parsed with external entities",
        "The parser fetches the files and addresses that the document names.",
        "A crafted document reads files of this server or calls internal services.",
        "Leave external entities off (resolve_entities=False in lxml), or parse with defusedxml.",
    ),
    sinks=(
        Sink(
            words(
                "lxml.etree.parse lxml.etree.fromstring lxml.etree.XML lxml.etree.iterparse"
                " lxml.etree.fromstringlist lxml.objectify.parse lxml.objectify.fromstring"
                " lxml.etree.XMLParser().feed"
            ),
            when=_is_loose,
            places=_settings,
        ),
        Sink((*STANDARD, f"{SAX}.parse", f"{SAX}.feed"), when=opens_entities, places=_settings),
    ),
    callers=True,
    judged=words("B320 xml-entities"),
)
ENTITIES = Family(
    name="entities",
    about=Explanation(
        776,
        Severity.MEDIUM,
        "A document from outside is parsed without limits",
        "The parser expands entities that the document itself defines.",
        "A small crafted document can use up the memory of a server with an old expat library.",
        "Parse XML from outside with defusedxml.",
    ),
    sinks=(
        Sink(STANDARD, when=_has_no_parser),
        Sink(STANDARD, choose=_nothing, when=lambda call: not _has_no_parser(call)),
        Sink(("xml.sax.make_parser",), choose=_nothing),  # which alone parses nothing
    ),
    judged=words("B313 B314 B315 B316 B317 B318 B319"),
)
FAMILIES = (XML, ENTITIES)


def parser_traits(call: Call) -> frozenset[str]:
    """What the arguments of a parser's maker say about it, and where it was made."""
    entities = call.named.get("resolve_entities")
    strict = entities is not None and entities.const in (False, "internal")
    return frozenset((f"{MADE}{call.line}", *(("strict",) if strict else ())))


def feature_traits(call: Call) -> frozenset[str] | None:
    """The traits of a SAX parser after ``setFeature``; None where another feature was set."""
    if len(call.args) < 2:
        return None
    name = call.args[0].name or str(call.args[0].const)
    if "external" not in name:
        return None
    opened = ("external", f"{MADE}{call.line}") if call.args[1].const else ()
    return (call.receiver.traits - {"external"}).union(opened)
