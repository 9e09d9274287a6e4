"""Texts that a program puts together, taken apart: which bytes are constant and what goes between.

Knows f-strings, ``+``, ``%`` with ``%s`` and ``.format`` with plain braces. The constant parts stay
as they are written in the source, so that what is made of them looks like the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import libcst as cst

from pipeline.analysis.fixers.source import Source

HOLE = re.compile(r"%(.)|\{([^{}]*)\}")
PREFIX = re.compile(r"^[A-Za-z]*")


@dataclass(frozen=True)
class Part:
    """A run of constant text as written, or the expression that is put in there."""

    text: str = ""
    value: cst.BaseExpression | None = None


@dataclass(frozen=True)
class Built:
    """A text of ``parts``; ``prefix`` (without f) and ``quote`` are those of its literals."""

    prefix: str
    quote: str
    parts: tuple[Part, ...]

    @property
    def values(self) -> list[cst.BaseExpression]:
        """What is put in, in order."""
        return [part.value for part in self.parts if part.value is not None]

    @property
    def constant(self) -> str:
        """The constant text alone."""
        return "".join(part.text for part in self.parts)

    def filled(self, fill: Callable[[int, cst.BaseExpression], str]) -> str:
        """A literal with ``fill(number, value)`` in the place of every value."""
        made: list[str] = []
        number = 0
        for part in self.parts:
            made.append(part.text if part.value is None else fill(number, part.value))
            number += part.value is not None
        return f"{self.prefix}{self.quote}{''.join(made)}{self.quote}"


def take_apart(source: Source, node: cst.BaseExpression) -> Built | None:
    """What ``node`` puts together; None where it is a plain literal or cannot be told."""
    pieces = _pieces(source, node)
    if not pieces or all(part.value is None for _, part in pieces):
        return None
    kinds = {kind for kind, part in pieces if kind is not None and (part.text or part.value)}
    kinds = kinds or {kind for kind, _ in pieces if kind is not None}
    if len(kinds) != 1:
        return None
    prefix, quote = kinds.pop()
    return Built(prefix, quote, tuple(part for _, part in pieces))


Kind = tuple[str, str]
Pieces = list[tuple[Kind | None, Part]]


def _pieces(source: Source, node: cst.BaseExpression) -> Pieces | None:
    """The pieces of ``node``; those of a literal with its kind of quotes."""
    if isinstance(node, cst.FormattedString):
        return _formatted(node)
    if isinstance(node, cst.SimpleString):
        return [(_kind(node.prefix, node.quote), Part(node.raw_value))]
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        return _sum(source, node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        right = node.right
        given = [e.value for e in right.elements] if isinstance(right, cst.Tuple) else [right]
        plain = isinstance(right, cst.Tuple | cst.Attribute | cst.Subscript)
        return _holes(node.left, given, "%") if plain else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        plain = all(arg.keyword is None and not arg.star for arg in node.args)
        if node.func.attr.value == "format" and plain:
            return _holes(node.func.value, [arg.value for arg in node.args], "{")
    return None


def _kind(prefix: str, quote: str) -> Kind:
    return re.sub("[fFuU]", "", prefix), quote


def _formatted(node: cst.FormattedString) -> Pieces | None:
    kind = _kind(PREFIX.match(node.start)[0], node.end)  # type: ignore[index]  # always matches
    pieces: Pieces = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            if "{{" in part.value or "}}" in part.value:
                return None
            pieces.append((kind, Part(part.value)))
        elif isinstance(part, cst.FormattedStringExpression):
            if part.conversion or part.format_spec or part.equal:
                return None
            pieces.append((kind, Part(value=part.expression)))
    return pieces


def _sum(source: Source, node: cst.BinaryOperation) -> Pieces | None:
    terms: list[cst.BaseExpression] = []
    left: cst.BaseExpression = node
    while isinstance(left, cst.BinaryOperation) and isinstance(left.operator, cst.Add):
        terms.append(left.right)
        left = left.left
    terms.append(left)
    if "\n" in source.code(node) or not any(isinstance(t, cst.SimpleString) for t in terms):
        return None
    pieces: Pieces = []
    for term in reversed(terms):
        if isinstance(term, cst.SimpleString):
            pieces.append((_kind(term.prefix, term.quote), Part(term.raw_value)))
        elif isinstance(term, cst.Name | cst.Attribute | cst.Subscript | cst.Call):
            pieces.append((None, Part(value=term)))
        else:
            return None
    return pieces


def _holes(
    literal: cst.BaseExpression, given: list[cst.BaseExpression], mark: str
) -> Pieces | None:
    """``"..%s.." % given`` and ``"..{}..".format(given)``."""
    if not isinstance(literal, cst.SimpleString):
        return None
    text, kind = literal.raw_value, _kind(literal.prefix, literal.quote)
    found = [hole for hole in HOLE.finditer(text) if hole.group().startswith(mark)]
    plain = all(hole.group() in ("%s", "{}") for hole in found)
    odd = text.count(mark) != len(found) or (mark == "{" and text.count("}") != len(found))
    if not plain or odd or len(found) != len(given):
        return None
    pieces: Pieces = []
    place = 0
    for hole, value in zip(found, given, strict=True):
        pieces += [(kind, Part(text[place : hole.start()])), (kind, Part(value=value))]
        place = hole.end()
    return [*pieces, (kind, Part(text[place:]))]
