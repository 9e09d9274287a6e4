"""What functions give back and raise: a repair may refuse bad input, and nothing else is new."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pipeline.analysis.ledger.counterparts import SWITCH_NAMES
from pipeline.analysis.ledger.pair import Pair, Touched
from pipeline.analysis.ledger.rows import verdict_on
from pipeline.analysis.ledger.units import Statement, nodes_of
from pipeline.analysis.names import last_name
from pipeline.analysis.nodes import walk
from pipeline.analysis.types import VerdictCheck

# Calls that change which results come back, or in which order.
SHAPING = frozenset((
    "sorted", "reversed", "min", "max", "sum", "set", "len", "round", "abs", "any", "all", "filter",
    "reverse", "sort", "shuffle", "lower", "upper", "title", "capitalize", "swapcase", "casefold",
    "zfill", "ljust", "rjust", "pop", "popleft", "choice", "fetchone", "fetchall", "fetchmany",
))  # fmt: skip
# Words of calls whose result turns a request away.
REFUSALS = (
    "badrequest", "forbidden", "notfound", "abort", "notallowed", "redirect", "invalid", "error",
    "denied", "value=400", "value=403", "value=404", "value=422",
)  # fmt: skip
# Comparisons that a repair replaces by a function: in constant time, or by type.
REPLACING = frozenset(("compare_digest", "isinstance", "constant_time_compare", "fullmatch"))


def returns_kept(pair: Pair) -> VerdictCheck:
    """Returned values, raised types and conditions of the repaired functions."""
    faults = [
        fault for each in pair.touched if each.added or each.removed for fault in _faults(each)
    ]
    return verdict_on(
        "returns-kept", faults, "the same is returned and raised under the same conditions"
    )


def _faults(touched: Touched) -> list[str]:
    name = touched.unit.name
    return [
        f"{name}: {fault}"
        for fault in (
            *_return_faults(touched),
            *_raise_faults(touched),
            *_condition_faults(touched),
            *_shaping_faults(touched),
            *_argument_faults(touched),
        )
    ]


def _of(kind: type[ast.stmt], statements: Iterable[Statement]) -> list[Statement]:
    return [statement for statement in statements if isinstance(statement.node, kind)]


def _return_faults(touched: Touched) -> list[str]:
    old, new = _of(ast.Return, touched.removed), _of(ast.Return, touched.added)
    firm = [s for s in new if not _refuses(s)]
    if len(firm) > len(old):
        return [f"line {firm[-1].line} returns something new"]
    if len(firm) < len(old):
        return [f"line {old[0].line} no longer returns"]
    faults = [
        f"line {ours.line} returns a constant instead of a result"
        for ours, theirs in zip(firm, old, strict=True)
        if _is_constant(_value(ours)) and not _is_constant(_value(theirs))
    ]
    faults += [
        f"line {ours.line} returns another number of values"
        for ours, theirs in zip(firm, old, strict=True)
        if _arity(_value(ours)) != _arity(_value(theirs))
    ]
    return faults


def _value(statement: Statement) -> ast.expr | None:
    assert isinstance(statement.node, ast.Return)  # noqa: S101 - for the type checker
    return statement.node.value


def _is_constant(value: ast.AST | None) -> bool:
    """Whether a value is the same on every call: no name, no call in it."""
    return value is None or not any(isinstance(n, ast.Name | ast.Call) for n in walk(value))


def _arity(value: ast.expr | None) -> int:
    return len(value.elts) if isinstance(value, ast.Tuple) else 1


def _refuses(statement: Statement) -> bool:
    """A new return within a condition or a handler that turns bad input away."""
    if statement.depth == 0:
        return False
    value = _value(statement)
    if value is None or (isinstance(value, ast.Constant) and not value.value):
        return True
    if isinstance(value, ast.Tuple) and len(value.elts) >= 2:
        code = value.elts[1]
        return isinstance(code, ast.Constant) and isinstance(code.value, int) and code.value >= 400
    words = ast.dump(value).lower()
    return isinstance(value, ast.Call) and any(word in words for word in REFUSALS)


def _raise_faults(touched: Touched) -> list[str]:
    old = {s.text for s in _of(ast.Raise, touched.removed)}
    return [f"{len(old)} errors are no longer raised as they were"] * bool(old)


def _condition_faults(touched: Touched) -> list[str]:
    """Heads of ``if``, ``while`` and ``for`` that are gone, unless a call took their place."""
    gone = [
        s for s in touched.removed if isinstance(s.node, ast.If | ast.While | ast.For | ast.Assert)
    ]
    new = [s for s in touched.added if isinstance(s.node, ast.If | ast.While | ast.For | ast.Raise)]
    if len(new) >= len(gone) and _replaced(gone, new):
        return []
    return [f"the condition or loop of line {gone[0].line} was changed"] if gone else []


def _replaced(gone: list[Statement], new: list[Statement]) -> bool:
    """Whether the calls of the heads changed, and their comparisons and negations did not."""
    return _signs(gone) == _signs(new) or _calls(new) & REPLACING != set()


def _signs(statements: list[Statement]) -> list[str]:
    kinds = (ast.cmpop, ast.Not, ast.boolop)
    return sorted(type(n).__name__ for n in nodes_of(statements) if isinstance(n, kinds))


def _calls(statements: list[Statement]) -> set[str]:
    called = (n.func for n in nodes_of(statements) if isinstance(n, ast.Call))
    return {last_name(f) for f in called}


def _shaping_faults(touched: Touched) -> list[str]:
    """Calls, slices and negations that reshape a result."""
    old, new = _calls(touched.removed), _calls(touched.added)
    faults = [f"{name}() is new and changes results" for name in sorted((new - old) & SHAPING)]
    faults += [f"{name}() is gone, which changed results" for name in sorted((old - new) & SHAPING)]
    if _slices(touched.added) > _slices(touched.removed):
        faults.append("a slice cuts the result")
    return faults


def _slices(statements: list[Statement]) -> int:
    return sum(isinstance(node, ast.Slice) for node in nodes_of(statements))


def _argument_faults(touched: Touched) -> list[str]:
    """Named arguments of a call that is still made, gone or with another value."""
    old, new = _named_arguments(touched.removed), _named_arguments(touched.added)
    faults = []
    for name in sorted(set(old) & set(new)):
        for argument, value in old[name].items():
            if argument in SWITCH_NAMES:
                continue
            if new[name].get(argument) != value:
                faults.append(f"{argument}= of {name}() is gone or changed")
    return faults


def _named_arguments(statements: list[Statement]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for node in nodes_of(statements):
        if isinstance(node, ast.Call):
            name = last_name(node.func)
            named = {k.arg: ast.dump(k.value) for k in node.keywords if k.arg}
            found.setdefault(name, {}).update(named)
    return found
