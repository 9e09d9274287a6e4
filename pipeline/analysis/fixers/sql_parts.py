"""Taking apart the SQL texts that a program puts together, at the exact bytes of each part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import libcst as cst

from pipeline.analysis.fixers.base import Edit
from pipeline.analysis.fixers.source import Source
from pipeline.analysis.fixers.sql_fragments import may_be_tuple
from pipeline.analysis.fixers.sql_text import Piece, UnclearError

FORMATTED = re.compile(r"%(.)")
BRACES = re.compile(r"\{([^{}]*)\}")
PARTS = "The statement is put together in a way that cannot be taken apart safely; use parameters."


@dataclass(frozen=True)
class Statement:
    """An SQL text put together from ``pieces``; ``cuts`` undo how that was written."""

    pieces: list[Piece]
    cuts: tuple[Edit, ...]


def take_apart(source: Source, query: cst.BaseExpression) -> Statement:
    """``query`` taken apart. Raises UnclearError."""
    if isinstance(query, cst.BinaryOperation):
        if query.lpar:
            raise UnclearError(PARTS)
        modulo = isinstance(query.operator, cst.Modulo)
        return _percent(source, query) if modulo else _sum(source, query)
    if isinstance(query, cst.Call):
        return _format(source, query)
    pieces: list[Piece] = []
    cuts: list[Edit] = []
    for number, literal in enumerate(_literals(query)):
        start = source.span(literal)[0]
        if isinstance(literal, cst.FormattedString):
            pieces += [_formatted(source, part, number) for part in literal.parts]
            prefix = literal.start.rstrip("\"'")
            cuts.append(Edit(start, start + len(prefix), re.sub("[fF]", "", prefix)))
        else:
            pieces.append(_text(source, literal, number))
    return Statement(pieces, tuple(cuts))


def _literals(query: cst.BaseExpression) -> list[cst.SimpleString | cst.FormattedString]:
    """The literals of an implicit concatenation, in order. Raises UnclearError."""
    if isinstance(query, cst.ConcatenatedString):
        return [*_literals(query.left), *_literals(query.right)]
    if isinstance(query, (cst.SimpleString, cst.FormattedString)) and not query.lpar:
        return [query]
    raise UnclearError(PARTS)


def _formatted(source: Source, part: cst.BaseFormattedStringContent, number: int) -> Piece:
    """One part of an f-string. Raises UnclearError."""
    start, end = source.span(part)
    if isinstance(part, cst.FormattedStringText):
        return Piece(start, end, text=part.value, literal=number)
    if not isinstance(part, cst.FormattedStringExpression):
        raise UnclearError(PARTS)
    if part.conversion or part.format_spec or part.equal:
        raise UnclearError(PARTS)
    return Piece(start, end, value=_value(source, part.expression), literal=number)


def _value(source: Source, node: cst.BaseExpression) -> str:
    code = source.code(node)
    if node.lpar or "\n" in code or isinstance(node, (cst.Tuple, cst.NamedExpr, cst.Lambda)):
        raise UnclearError(PARTS)
    return code


def _text(source: Source, literal: cst.BaseExpression, number: int) -> Piece:
    """A plain string literal. Raises UnclearError for bytes, and what is no such literal."""
    if not isinstance(literal, cst.SimpleString) or literal.lpar or literal.prefix.strip("uU"):
        raise UnclearError(PARTS)
    start, end = source.span(literal)
    mark = len(literal.quote)
    inner = literal.raw_value
    return Piece(start + len(literal.prefix) + mark, end - mark, text=inner, literal=number)


def _percent(source: Source, query: cst.BinaryOperation) -> Statement:
    """``"..." % values``. Raises UnclearError."""
    whole = _text(source, query.left, 0)
    right = query.right
    nodes = [e.value for e in right.elements] if isinstance(right, cst.Tuple) else [right]
    values = [_value(source, node) for node in nodes]
    found = list(FORMATTED.finditer(whole.text))
    if len(found) != len(values) or any(match.group(1) not in "sd" for match in found):
        raise UnclearError(PARTS)
    if not isinstance(right, (cst.Tuple, cst.Name, cst.Attribute)) or not whole.text.isascii():
        raise UnclearError(PARTS)
    if isinstance(right, cst.Name) and may_be_tuple(source, right):
        raise UnclearError(PARTS)
    codes = [
        f"int({value})" if match.group(1) == "d" else value
        for match, value in zip(found, values, strict=True)
    ]
    return _with_holes(source, query, whole, list(zip(found, codes, strict=True)))


def is_format(node: cst.BaseExpression) -> bool:
    """Whether ``node`` is ``"...".format(...)``."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    return node.func.attr.value == "format" and isinstance(node.func.value, cst.SimpleString)


def _format(source: Source, query: cst.Call) -> Statement:
    """``"...{}...".format(value)``. Raises UnclearError."""
    if not isinstance(query.func, cst.Attribute) or query.lpar or "#" in source.code(query):
        raise UnclearError(PARTS)
    whole = _text(source, query.func.value, 0)
    if any(arg.star for arg in query.args) or not whole.text.isascii():
        raise UnclearError(PARTS)
    named = {arg.keyword.value: arg.value for arg in query.args if arg.keyword}
    plain = [arg.value for arg in query.args if not arg.keyword]
    places = {
        "": iter(plain),
        **dict(zip(map(str, range(len(plain))), plain, strict=True)),
        **named,
    }
    holes = [(hole, _filled_by(source, hole[1], places)) for hole in BRACES.finditer(whole.text)]
    used = [code for _, code in holes]
    if len(set(used)) != len(query.args) or any("(" in c and used.count(c) > 1 for c in used):
        raise UnclearError(PARTS)
    return _with_holes(source, query, whole, holes)


def _filled_by(source: Source, name: str, places: dict[str, Any]) -> str:
    """The code of what goes where ``{name}`` stands. Raises UnclearError."""
    found = next(places[name], None) if name == "" else places.get(name)
    if found is None:
        raise UnclearError(PARTS)
    return _value(source, found)


def _with_holes(
    source: Source,
    query: cst.BaseExpression,
    whole: Piece,
    holes: list[tuple[re.Match[str], str]],
) -> Statement:
    """The text ``whole`` with code in its holes; all of ``query`` behind the text is cut off."""
    pieces: list[Piece] = []
    place = 0
    for hole, code in holes:
        before = whole.text[place : hole.start()]
        pieces.append(Piece(whole.start + place, whole.start + hole.start(), text=before))
        pieces.append(Piece(whole.start + hole.start(), whole.start + hole.end(), value=code))
        place = hole.end()
    pieces.append(Piece(whole.start + place, whole.end, text=whole.text[place:]))
    literal = query.left if isinstance(query, cst.BinaryOperation) else query
    if isinstance(literal, cst.Call) and isinstance(literal.func, cst.Attribute):
        literal = literal.func.value
    cut = Edit(source.span(literal)[1], source.span(query)[1], "")
    return Statement(pieces, (cut,))


def _sum(source: Source, query: cst.BinaryOperation) -> Statement:
    """``"..." + value + "..."`` on one line, with one kind of quotes. Raises UnclearError."""
    terms = _terms(query)
    strings = [term for term in terms if isinstance(term, cst.SimpleString)]
    quotes = {string.quote for string in strings}
    one_line = "\n" not in source.code(query)
    if not isinstance(terms[0], cst.SimpleString) or len(quotes) != 1 or not one_line:
        raise UnclearError(PARTS)
    quote = quotes.pop()
    texts = {string: _text(source, string, 0) for string in strings}
    pieces: list[Piece] = []
    for place, term in enumerate(terms):
        if isinstance(term, cst.SimpleString):
            pieces.append(texts[term])
            continue
        following = terms[place + 1] if place + 1 < len(terms) else None
        after = texts.get(following) if isinstance(following, cst.SimpleString) else None
        if not pieces or pieces[-1].value or (following is not None and after is None):
            raise UnclearError(PARTS)
        end = after.start if after else source.span(query)[1]
        value, tail = _value(source, term), "" if after else quote
        pieces.append(Piece(pieces[-1].end, end, value=value, tail=tail, is_text=True))
    return Statement(pieces, ())


def _terms(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The terms of a sum, in order."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]
