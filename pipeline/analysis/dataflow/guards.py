"""What a test that was passed, or failed, says about the values in it."""

from __future__ import annotations

import ast
import re

from pipeline.analysis.dataflow import rules
from pipeline.analysis.dataflow.scopes import Scope
from pipeline.analysis.dataflow.state import State
from pipeline.analysis.dataflow.values import Unknown, Value, cleaned, doubtful, spotless
from pipeline.analysis.dataflow.wordlists import names
from pipeline.analysis.names import last_name
from pipeline.analysis.nodes import walk

Facts = dict[str, frozenset[str]]  # by the name of a variable, the families that need not fear it
ALL = rules.EVERYTHING
BELIEVED = ALL | {"by its name"}  # by a check of which only the name is known
ADDRESS = frozenset(("redirect", "ssrf"))
FILES = frozenset(("path",))
PLAIN_TEXT = names("isdigit isalnum isalpha isnumeric isdecimal isidentifier")
ABSENT = {
    "..": FILES,
    "../": FILES,
    "/": FILES,
    "'": frozenset(("xpath",)),
    '"': frozenset(("xpath",)),
    "\n": frozenset(("header", "log")),
    "\r": frozenset(("header", "log")),
}
VALIDATOR = re.compile(
    r"(^|[._])(is_?|url_|has_|check_)?(safe|valid|allow|permitted|trusted|white)", re.I
)
PARTIAL = re.compile(r"file|ext|type|size|format|length", re.IGNORECASE)  # says little of the rest
HOST = re.compile(r"https?://[\w.-]+(:\d+)?/")
MATCHERS = frozenset(("re.match", "re.fullmatch", "re.search"))
MOST_TESTS = 50  # joined by and/or that are looked at


def assume(state: State, test: ast.expr, taken: bool) -> None:
    """Go on in the knowledge that a test was true, or was not."""
    for name, families in _facts(state, test, taken, 0).items():
        value = state.scope.get(name)
        if value is not None and value.taints:
            state.scope.set(name, _after(value, families))


def _after(value: Value, families: frozenset[str]) -> Value:
    if families >= BELIEVED:
        return doubtful(value)
    return spotless(value) if families >= ALL else cleaned(value, families)


def held_to(state: State, test: ast.expr) -> None:
    """Go on in the knowledge that a test was true, after looking at what it does."""
    state.evaluate(state, test)
    assume(state, test, True)


def _facts(state: State, test: ast.expr, taken: bool, depth: int) -> Facts:
    state.spend()
    if depth > 10:
        return {}
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _facts(state, operand, not taken, depth + 1)
        case ast.BoolOp(op=op, values=values):
            parts = [_facts(state, part, taken, depth + 1) for part in values[:MOST_TESTS]]
            every = isinstance(op, ast.And) == taken
            return _all_of(parts) if every or len(values) > MOST_TESTS else _any_of(parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(state, left, op, right, taken)
        case ast.Call():
            inside = _inside(state, test, taken, depth)
            if inside is not None:
                return inside
            return _called(state, test) if taken else {}
        case ast.NamedExpr(value=value):
            return _facts(state, value, taken, depth + 1)
        case ast.Name():
            return _named(state, test, taken, depth)
        case ast.Attribute(attr="netloc" | "hostname"):
            return {} if taken else _about(state.evaluate(state, test), ADDRESS)
    return {}


def _named(state: State, test: ast.expr, taken: bool, depth: int) -> Facts:
    """The outcome of a test that was given a name, as in ``m = re.fullmatch(…)`` and ``if m``."""
    value = state.evaluate(state, test)
    if taken and "matched" in value.traits:
        return _about(value, ALL)
    asked = value.test
    return {} if asked is None or asked is test else _facts(state, asked, taken, depth + 1)


def _all_of(parts: list[Facts]) -> Facts:
    """Every one of these holds."""
    result: Facts = {}
    for part in parts:
        for name, families in part.items():
            result[name] = result.get(name, frozenset()) | families
    return result


def _any_of(parts: list[Facts]) -> Facts:
    """One of these holds: what all of them say."""
    names = set(parts[0]).intersection(*parts[1:]) if parts else set()
    return {name: frozenset.intersection(*(part[name] for part in parts)) for name in names}


def _about(value: Value, families: frozenset[str]) -> Facts:
    return dict.fromkeys(value.roots, families)


def _compared(state: State, left: ast.expr, op: ast.cmpop, right: ast.expr, taken: bool) -> Facts:
    one, other = state.evaluate(state, left), state.evaluate(state, right)
    if isinstance(op, ast.In | ast.NotIn):
        if isinstance(op, ast.In) == taken:
            return _member(left, one, other)
        return _absent(right, one, other)
    if isinstance(op, ast.Is | ast.IsNot) and "matched" in one.traits:
        return _about(one, ALL) if isinstance(op, ast.IsNot) == taken else {}
    if isinstance(op, ast.Eq | ast.NotEq | ast.Is) and (not isinstance(op, ast.NotEq)) == taken:
        return _equal(state, left, one, other) | _equal(state, right, other, one)
    return {}


def _member(left: ast.expr, one: Value, container: Value) -> Facts:
    """Found in a list of what is allowed; a piece of a text proves nothing."""
    if container.taints_from_outside or isinstance(container.const, str | bytes):
        return {}
    return _about(one, _reach(left))


def _reach(node: ast.expr) -> frozenset[str]:
    """A check of an address's host says where it leads, not what else is in it."""
    if isinstance(node, ast.Attribute):
        if node.attr in ("netloc", "hostname"):
            return ADDRESS
        if node.attr in ("scheme", "suffix", "port", "name", "content_type", "path"):
            return frozenset()
    return ALL


def _absent(right: ast.expr, text: Value, container: Value) -> Facts:
    """A text that is not in the value; a quote not inside the outer quotes: a plain literal."""
    if not isinstance(text.const, str):
        return {}
    inner = isinstance(right, ast.Subscript) and text.const in ("'", '"')
    families = ABSENT.get(text.const, frozenset()) | (
        frozenset(("code",)) if inner else frozenset()
    )
    return _about(container, families) if families else {}


def _equal(state: State, node: ast.expr, one: Value, other: Value) -> Facts:
    if other.taints_from_outside and not _is_call_of(node, "basename", "commonpath"):
        return {}
    if isinstance(node, ast.Call):
        return _equal_call(state, node)
    return _about(one, _reach(node))


def _is_call_of(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) in names


def _equal_call(state: State, node: ast.Call) -> Facts:
    """``commonpath([base, path]) == base`` and ``basename(name) == name``."""
    if last_name(node.func) in ("commonpath", "commonprefix", "basename"):
        inside = [state.evaluate(state, n) for a in node.args for n in _names(a)]
        return _all_of([_about(value, FILES) for value in inside])
    if last_name(node.func) in ("lower", "upper", "strip"):
        return _about(state.evaluate(state, node), ALL)
    return {}


def _names(node: ast.expr) -> list[ast.expr]:
    return [each for each in walk(node)[:50] if isinstance(each, ast.Name)]


def _called(state: State, test: ast.Call) -> Facts:
    """A call whose result was true."""
    name = last_name(test.func)
    args = [state.evaluate(state, arg) for arg in test.args]
    if isinstance(test.func, ast.Attribute):
        receiver = state.evaluate(state, test.func.value)
        facts = _of_method(name, receiver, args)
        if facts:
            return facts
        full = state.evaluate(state, test.func).name
        if full in MATCHERS or receiver.name == "re.compile()":
            return _matched(name, receiver, args)
    if name == "isinstance" and len(test.args) == 2:
        wanted = last_name(test.args[1])
        return _about(args[0], ALL) if wanted in ("int", "float", "bool", "UUID") else {}
    return _validated(name, args)


def _inside(state: State, test: ast.Call, taken: bool, depth: int) -> Facts | None:
    """What a function of this file that only returns a test says; None for any other."""
    known = state.evaluate(state, test.func).function
    if known is None or not isinstance(known.node, ast.FunctionDef) or not state.may_enter:
        return None
    *before, last = known.node.body
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    if not all(isinstance(each, ast.Assign | ast.Expr) for each in before):
        return None
    args = [state.evaluate(state, arg) for arg in test.args]
    if known.bound is not None:
        args.insert(0, known.bound)
    scope: Scope[Value] = Scope(known.scope)
    for parameter, arg in zip(known.node.args.args, args, strict=False):
        scope.set(parameter.arg, arg)  # under its caller's names, which the facts are about
    outside, state.scope = state.scope, scope
    try:
        state.execute(state, before)
        return _facts(state, last.value, taken, depth + 1)
    finally:
        state.scope = outside


def _validated(name: str, args: list[Value]) -> Facts:
    """Checks that are known, or only named, for what they let through."""
    if not VALIDATOR.search(name) or PARTIAL.search(name) or not args:
        return {}
    return _about(args[0], ADDRESS if "url" in name or "host" in name else BELIEVED)


def _of_method(name: str, receiver: Value, args: list[Value]) -> Facts:
    if name in PLAIN_TEXT:
        return _about(receiver, ALL)
    if name not in ("startswith", "is_relative_to") or not args:
        return {}
    if args[0].taints_from_outside:
        return {}
    families = FILES if "resolved" in receiver.traits else frozenset()
    if isinstance(args[0].const, str) and HOST.match(args[0].const):
        families |= ADDRESS
    return _about(receiver, families) if families else {}


def _matched(method: str, receiver: Value, args: list[Value]) -> Facts:
    """A regular expression that the whole text matches, and that lets little through."""
    compiled = receiver.name == "re.compile()"
    pattern = receiver.prefix if compiled else (args[0].const if args else None)
    subject = args[0 if compiled else 1] if len(args) > (0 if compiled else 1) else None
    if subject is None or not isinstance(pattern, str) or isinstance(pattern, Unknown):
        return {}
    return _about(subject, ALL) if is_strict(pattern, method) else {}


def is_strict(pattern: str, method: str) -> bool:
    """Whether a pattern is held to the whole text and is made of plain characters only."""
    starts = pattern.startswith(("^", r"\A")) or method in ("match", "fullmatch")
    ends = pattern.endswith(("$", r"\Z")) or method == "fullmatch"
    without = re.sub(r"\\\.|\[[^\]^][^\]]*\]", "", pattern)
    return starts and ends and "." not in without and "[^" not in without and r"\S" not in without
