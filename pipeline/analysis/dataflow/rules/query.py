"""Values from outside in LDAP filters and XPath expressions."""

from __future__ import annotations

from pipeline.analysis.dataflow.rules.model import Call, Family, Sink
from pipeline.analysis.dataflow.values import Value
from pipeline.analysis.dataflow.wordlists import words
from pipeline.analysis.knowledge.model import Explanation
from pipeline.analysis.types import Severity

XML_MODULES = frozenset(("xml", "lxml", "elementpath", "defusedxml"))


def _is_directory(call: Call) -> bool:
    """``search`` of a connection to a directory, by its maker or by what the filter looks like."""
    if "ldap" in call.receiver.name.lower() or call.modules & {"ldap", "ldap3"}:
        return True
    found = call.argument(1, "search_filter")
    return found is not None and found.prefix.startswith("(")


def _is_tree(call: Call) -> bool:
    """``find`` of an element, and not of a text."""
    return bool(call.modules & XML_MODULES) and bool(call.args)


def _expression(call: Call) -> list[Value]:
    """A path with a condition or a step in it; a mere tag name is not looked at."""
    return [call.args[0]] if any(mark in call.args[0].prefix for mark in "/[.") else []


def _second(call: Call) -> list[Value]:
    found = call.argument(1, "path")
    return [] if found is None else [found]


LDAP = Family(
    name="ldap",
    about=Explanation(
        90,
        Severity.HIGH,
        "A value from outside is written into an LDAP filter",
        "It becomes part of the filter or the name that is searched for.",
        "With * and brackets in it, other entries are found: a check of a password can be passed "
        "without knowing it.",
        "Put it through escape_filter_chars, and through escape_dn_chars where it names an entry.",
    ),
    sinks=(
        Sink(
            words("*.search_s *.search_st *.search_ext *.search_ext_s"),
            until=2,
            names=words("filterstr base"),
        ),
        Sink(
            words("*.search *.paged_search"),
            until=1,
            names=words("search_filter search_base"),
            when=_is_directory,
        ),
    ),
    cleaners=words(
        "*.escape_filter_chars *.escape_dn_chars *.escape_rdn ldap.filter.filter_format"
    ),
    callers=True,
)
XPATH = Family(
    name="xpath",
    about=Explanation(
        643,
        Severity.HIGH,
        "A value from outside is written into an XPath expression",
        "It becomes part of the expression instead of being given as a variable.",
        "With a quote in it the condition can be changed and any part of the document be read.",
        "Pass it as a variable: tree.xpath('//a[@id=$id]', id=value).",
    ),
    sinks=(
        Sink(words("*.xpath *.xpathEval *.xpath_eval lxml.etree.XPath *.XPath"), names=("path",)),
        Sink(words("elementpath.select elementpath.iter_select"), choose=_second),
        Sink(words("*.find *.findall *.iterfind *.findtext"), choose=_expression, when=_is_tree),
    ),
    callers=True,
)
FAMILIES = (LDAP, XPATH)
