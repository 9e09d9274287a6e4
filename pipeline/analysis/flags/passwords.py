"""Passwords that are empty, stand in the code to be compared with, or are only encoded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pipeline.analysis.flags.facts import WORD, Facts, keyword
from pipeline.analysis.flags.model import Flag
from pipeline.analysis.types import Severity

EMPTY, COMPARED, ENCODED = "empty-password", "fixed-password", "encoded-password"
OPTIONS = ("password", "passwd", "PASSWORD")
DATABASE_KEYS = frozenset(("ENGINE", "HOST", "USER"))
NAMES = frozenset(("password", "passwd", "pwd", "passphrase", "passcode"))
URL_WITHOUT = re.compile(
    r"^(?:postgres\w*|mysql|mariadb|mssql|oracle|amqp|mongodb)[\w+]*://[^:/@]+:@"
)
DIGEST = re.compile(r"^[0-9a-f]{32,128}$")
DIGESTS = ("hexdigest", "digest")
ENCODERS = ("base64.b64encode", "base64.b64decode", "base64.b32encode", "base64.b32decode")


def look(facts: Facts) -> Iterator[Flag]:
    """Every password that is no secret."""
    yield from _empty(facts)
    yield from _compared(facts)


def _empty(facts: Facts) -> Iterator[Flag]:
    for call in facts.methods("connect", "create_engine", "Connection"):
        given = (keyword(call, name) for name in OPTIONS)
        if any(value is not None and facts.constant(value) == "" for value in given):
            yield Flag(EMPTY, call)
    for node in facts.nodes:
        if isinstance(node, ast.Constant | ast.Dict) and _is_open(facts, node):
            yield Flag(EMPTY, node)


def _is_open(facts: Facts, node: ast.Constant | ast.Dict) -> bool:
    if isinstance(node, ast.Dict):
        return _is_open_database(facts, node)
    return _is_open_address(node)


def _is_open_address(node: ast.Constant) -> bool:
    return isinstance(node.value, str) and URL_WITHOUT.match(node.value) is not None


def _is_open_database(facts: Facts, node: ast.Dict) -> bool:
    """A database of Django's settings that is reached by network with an empty password."""
    pairs = zip(node.keys, node.values, strict=True)
    known = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    if not known.keys() >= DATABASE_KEYS or "PASSWORD" not in known:
        return False
    engine = facts.constant(known["ENGINE"])
    by_network = isinstance(engine, str) and "sqlite" not in engine
    return by_network and facts.constant(known["PASSWORD"]) == ""


def _compared(facts: Facts) -> Iterator[Flag]:
    for node in facts.nodes:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        if not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = (node.left, node.comparators[0])
        for side, other in (sides, sides[::-1]):
            fixed = facts.constant(other)
            if isinstance(fixed, str) and _is_known(facts, side, fixed):
                yield Flag(COMPARED, node)
            elif _is_encoded(facts, side) and _names_password(other):
                yield Flag(ENCODED, node, Severity.MEDIUM)


def _is_known(facts: Facts, node: ast.expr, fixed: str) -> bool:
    """Whether a password is compared with a text in the code, or its digest with one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        hashed = node.func.attr in DIGESTS and _hashes_password(node.func.value)
        return hashed and DIGEST.match(fixed) is not None
    return len(fixed) > 2 and _names_password(node) and not isinstance(node, ast.Call)


def _names_password(node: ast.expr) -> bool:
    """``password``, ``user.password``, ``form["password"]``; no function of one."""
    if isinstance(node, ast.Subscript):
        key = node.slice
        return isinstance(key, ast.Constant) and str(key.value).lower() in NAMES
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return not NAMES.isdisjoint(word.lower() for word in WORD.findall(name))


def _hashes_password(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    given = [each.func.value if _is_encode(each) else each for each in node.args]  # type: ignore[attr-defined]
    return any(_names_password(each) for each in given)


def _is_encode(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "encode"
    )


def _is_encoded(facts: Facts, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and facts.name(node.func) in ENCODERS
