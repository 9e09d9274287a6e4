"""Works out operations on constants, as far as that is cheap and surely right."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from pipeline.analysis.dataflow.values import UNKNOWN, Constant, Unknown, Value
from pipeline.analysis.dataflow.wordlists import names

LONGEST = 4_000  # characters of a constant that is worked with
LARGEST = 2**64
KINDS = (str, bytes, int, float, bool, type(None))

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
METHODS = names(
    """lower upper strip lstrip rstrip title capitalize swapcase startswith endswith replace find
    rfind index count isdigit isalpha isalnum split rsplit partition rpartition encode decode
    removeprefix removesuffix casefold"""
)
ERRORS = (TypeError, ValueError, ZeroDivisionError, OverflowError, LookupError, AttributeError)


def binary(kind: ast.operator, left: Constant, right: Constant) -> Constant | Unknown:
    """The result of an operator; unknown where it would fail, or could be huge."""
    function = _BINARY.get(type(kind))
    if function is None or (isinstance(kind, ast.Mult | ast.Mod) and not _numbers(left, right)):
        return UNKNOWN
    return _worked_out(function, left, right)


def compared(kind: ast.cmpop, left: Constant, right: Constant) -> Constant | Unknown:
    """The result of a comparison; ``is`` is only known for None, True and False."""
    if isinstance(kind, ast.Is | ast.IsNot) and not (_single(left) or _single(right)):
        return UNKNOWN
    return _worked_out(_COMPARE[type(kind)], left, right)


def unary(kind: ast.unaryop, value: Constant) -> Constant | Unknown:
    """The result of a sign or ``not``."""
    return _worked_out(_UNARY[type(kind)], value)


def method(name: str, text: str | bytes, args: list[Constant]) -> Any:
    """The result of a method of a constant string: a constant, a list of strings, or UNKNOWN."""
    if name not in METHODS or any(len(str(arg)) > LONGEST for arg in args):
        return UNKNOWN
    try:
        result = getattr(text, name)(*args)
    except ERRORS:
        return UNKNOWN
    return result if len(str(result)) <= LONGEST else UNKNOWN


def subscript(text: Constant, index: Any) -> Constant | Unknown:
    """An element or slice of a constant string."""
    return _worked_out(operator.getitem, text, index)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if not isinstance(value.const, Unknown):
        return bool(value.const)
    if value.items is not None:
        return bool(value.items)
    return None


def _single(value: Constant) -> bool:
    return value is None or isinstance(value, bool)


def _numbers(*values: Constant) -> bool:
    return all(isinstance(v, int | float) and abs(v) < LARGEST for v in values)


def _worked_out(function: Callable[..., Any], *args: Any) -> Constant | Unknown:
    try:
        result = function(*args)
    except ERRORS:
        return UNKNOWN
    if not isinstance(result, KINDS):
        return UNKNOWN
    if isinstance(result, str | bytes) and len(result) > LONGEST:
        return UNKNOWN
    if isinstance(result, int | float) and not isinstance(result, bool) and abs(result) > LARGEST:
        return UNKNOWN
    return result
