"""What names say about the purpose of code: the words of the identifiers around a place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import libcst as cst

from pipeline.analysis.fixers.nodes import constant
from pipeline.analysis.fixers.source import Source

PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
LONGEST_TEXT = 40  # characters; a longer string is prose or data and names nothing


def words_of(names: Iterable[str]) -> frozenset[str]:
    """The lower-case words of identifiers, and neighbours joined: ``api_key`` has apikey too."""
    found: set[str] = set()
    for name in names:
        parts = [part.lower() for part in PART.findall(name)]
        found.update(parts)
        found.update(left + right for left, right in pairwise(parts))
    return frozenset(found)


def words_in(source: Source, node: cst.CSTNode | None) -> frozenset[str]:
    """The words of everything named inside of ``node``; remembered, since functions are large."""
    key = ("words_in", node)
    if key not in source.memory:
        source.memory[key] = words_of(names_in(source, node))
    found: frozenset[str] = source.memory[key]
    return found


def names_in(source: Source, node: cst.CSTNode | None) -> list[str]:
    """Identifiers and short strings inside of ``node``."""
    if node is None:
        return []
    names = [name.value for name in source.within(node, cst.Name)]
    texts = [constant(text) for text in source.within(node, cst.SimpleString)]
    return names + [text for text in texts if isinstance(text, str) and len(text) <= LONGEST_TEXT]


def statement(source: Source, node: cst.CSTNode) -> cst.CSTNode | None:
    """The small statement around ``node``, or the head of the compound one it stands in."""
    return source.around(node, cst.BaseSmallStatement)  # type: ignore[type-abstract]


def purpose_words(source: Source, node: cst.CSTNode) -> frozenset[str]:
    """Words of what becomes of ``node``: target, key, keyword, receiver, name of the function."""
    names: list[str] = []
    inner: cst.CSTNode = node
    for outer in source.ancestors(node):
        names.extend(_names_given(source, outer, inner))
        if isinstance(outer, cst.FunctionDef):
            break
        inner = outer
    return words_of(names)


def _names_given(source: Source, outer: cst.CSTNode, inner: cst.CSTNode) -> list[str]:
    """The names that ``outer`` gives to the value of its child ``inner``."""
    match outer:
        case cst.Assign():
            return [name for target in outer.targets for name in names_in(source, target)]
        case cst.AnnAssign() | cst.AugAssign() | cst.NamedExpr():
            return names_in(source, outer.target)
        case cst.FunctionDef():
            return [outer.name.value]
        case cst.Arg() if outer.keyword is not None:
            return [outer.keyword.value]
        case cst.DictElement() if outer.value is inner:
            return names_in(source, outer.key)
        case cst.Call() if isinstance(outer.func, cst.Attribute) and outer.func is not inner:
            return names_in(source, outer.func)
        case cst.Call() if isinstance(outer.func, cst.Name) and outer.func is not inner:
            return [outer.func.value]
    return []
